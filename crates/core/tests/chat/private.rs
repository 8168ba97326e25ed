//! Private messages in the histories of accounts, and read markers.

use chinwag_core::limits::READ_MARKERS_MAX;
use chinwag_core::{
    Answer, Command, Correspondents, Duration, Fact, FoundMessage, IrcForm, MarkerTarget, Query,
    Rejection, RoomRef, RoomSetting, Seq, SignalTarget, Timestamp,
};

use crate::world::{
    World, arrive_with, join, name, psst, register, rename, room, world_that_keeps_nothing,
};

/// The accounts in whose histories a message stands.
#[track_caller]
fn stored(world: &mut World, from: &str, to: &str) -> (bool, Correspondents) {
    let facts = world.by(from, psst(to)).expect("told");
    match &facts[..] {
        [Fact::PrivateMessage(message)] => (facts[0].is_durable(), message.accounts.clone()),
        facts => panic!("{facts:?}"),
    }
}

fn accounts(from: Option<&str>, to: Option<&str>) -> Correspondents {
    Correspondents {
        from: from.map(name),
        to: to.map(name),
    }
}

/// Two people with accounts and a guest.
fn world() -> World {
    let mut world = World::with(&["op", "lee", "ann", "guest"]);
    world.by("lee", register("of lee")).expect("registered");
    world.by("ann", register("of ann")).expect("registered");
    world
}

#[test]
fn a_message_stands_in_the_history_of_each_side_that_has_an_account() {
    let mut world = world();
    let both = accounts(Some("ann"), Some("lee"));
    assert_eq!(stored(&mut world, "ann", "lee"), (true, both));
    let one = accounts(Some("ann"), None);
    assert_eq!(stored(&mut world, "ann", "guest"), (true, one));
    assert_eq!(
        stored(&mut world, "guest", "op"),
        (false, accounts(None, None))
    );
    // Of somebody who is ignored the receiver has it as well, to be read when it ignores nobody.
    let ignore = Command::Ignore {
        name: name("guest"),
        account: None,
        on: true,
    };
    world.by("lee", ignore).expect("ignored");
    let unheard = accounts(None, Some("lee"));
    assert_eq!(stored(&mut world, "guest", "lee"), (true, unheard));
    world.check_replay();
}

/// Whether tags alone stand in a history, and who is told.
#[track_caller]
fn signalled(world: &mut World, from: &str, to: &str, tags: &str) -> (bool, Vec<&'static str>) {
    let signal = Command::Signal {
        to: match to.starts_with('#') {
            true => SignalTarget::Room(room(to)),
            false => SignalTarget::Person(to.into()),
        },
        is_notice: false,
        form: IrcForm {
            text: None,
            tags: Some(tags.into()),
        },
    };
    let facts = world.by(from, signal).expect("sent");
    let told = |who: &&str| facts[0].people().any(|person| person == world.person(who));
    let told = ["lee", "ann", "guest"].into_iter().filter(told).collect();
    (facts[0].is_durable(), told)
}

#[test]
fn tags_alone_stand_in_histories_if_they_say_so() {
    let mut world = world();
    let (kept, typing) = ("+draft/react=hi;+draft/persist", "+typing=active");
    let mut check = |from, to, tags, durable, told: &[&str]| {
        let signalled = signalled(&mut world, from, to, tags);
        assert_eq!(signalled, (durable, told.to_vec()), "{from} to {to}");
    };
    check("ann", "lee", kept, true, &["lee", "ann"]);
    check("ann", "lee", typing, false, &["lee", "ann"]);
    check("ann", "guest", kept, true, &["ann", "guest"]);
    check("guest", "guest", kept, false, &["guest"]);
    check("guest", "#lobby", kept, true, &[]);
    check("guest", "#lobby", typing, false, &[]);
    let ignore = Command::Ignore {
        name: name("guest"),
        account: None,
        on: true,
    };
    world.by("lee", ignore).expect("ignored");
    assert_eq!(
        signalled(&mut world, "guest", "lee", kept),
        (true, vec!["guest"])
    );
    world.check_replay();
}

#[test]
fn nothing_is_stored_where_nobody_wants_it() {
    let mut world = world_that_keeps_nothing(&["lee", "ann"]);
    assert_eq!(
        stored(&mut world, "ann", "lee"),
        (false, accounts(None, None))
    );
}

#[test]
fn a_history_is_of_an_account_whatever_its_people_are_called() {
    let mut world = world();
    let of = |world: &World, who: &str, with: &str| {
        let query = Query::Conversation(with.into());
        world.chat.answer(world.caller(who), query, world.now)
    };
    let Ok(Answer::Conversation(found)) = of(&world, "ann", "LEE") else {
        panic!("ann has an account");
    };
    assert_eq!((found.account, found.with), (name("ann"), name("lee")));
    assert_eq!(of(&world, "guest", "lee"), Err(Rejection::NotLoggedIn));
    world.by("ann", rename("anna")).expect("renamed");
    let Ok(Answer::Conversation(found)) = of(&world, "anna", "guest") else {
        panic!("she is logged in still");
    };
    assert_eq!((found.account, found.with), (name("ann"), name("guest")));
}

#[test]
fn the_account_that_sent_a_message_deletes_it() {
    let mut world = world();
    let delete = |accounts| Command::Delete {
        message: Seq(7),
        found: FoundMessage::Private {
            from_name: name("ann"),
            to_name: name("lee"),
            accounts,
            at: Timestamp(i64::MAX),
            is_signal: false,
        },
        why: None,
    };
    let sent = accounts(Some("ann"), Some("lee"));
    let facts = world.by("ann", delete(sent.clone())).expect("deleted");
    let [Fact::PrivateDeleted(deletion)] = &facts[..] else {
        panic!("{facts:?}");
    };
    let mut both = [world.person("ann"), world.person("lee")];
    both.sort_unstable();
    assert_eq!(*deletion.people, both);
    let not_ones_own = Err(Rejection::NotOnesMessage(None));
    assert_eq!(world.by("lee", delete(sent.clone())), not_ones_own);
    // Nobody else learns that there is one, an operator least of all.
    for stranger in ["op", "guest"] {
        let refused = world.by(stranger, delete(sent.clone()));
        assert_eq!(refused, Err(Rejection::NoSuchMessage));
    }
    let of_guest = accounts(None, Some("lee"));
    assert_eq!(
        world.by("guest", delete(of_guest)),
        Err(Rejection::NoSuchMessage)
    );
}

fn marker(world: &World, who: &str, target: &MarkerTarget) -> Option<i64> {
    let query = Query::Marker(target.clone());
    match world.chat.answer(world.caller(who), query, world.now) {
        Ok(Answer::Marker(_, at)) => at.map(|at| at.0),
        answer => panic!("{answer:?}"),
    }
}

fn set(target: &MarkerTarget, at: i64) -> Command {
    Command::SetMarker {
        target: target.clone(),
        at: Timestamp(at),
    }
}

#[test]
fn a_marker_only_goes_on_and_is_the_account_s() {
    let mut world = world();
    let dev = MarkerTarget::Room(room("dev"));
    let again = MarkerTarget::Room(room("DEV"));
    assert_eq!(marker(&world, "ann", &dev), None);
    world.by("ann", set(&dev, 5)).expect("set");
    assert_eq!(world.by("ann", set(&again, 3)), Ok(vec![]));
    assert_eq!(marker(&world, "ann", &again), Some(5));
    assert_eq!(marker(&world, "lee", &dev), None);
    // A guest's are gone with it, an account's are there again.
    world.by("guest", set(&dev, 9)).expect("set");
    assert_eq!(marker(&world, "guest", &dev), Some(9));
    for who in ["ann", "guest"] {
        world.quit(who);
    }
    world.arrive("guest").expect("here");
    assert_eq!(marker(&world, "guest", &dev), None);
    arrive_with(&mut world, "ann", "of ann").expect("here");
    assert_eq!(marker(&world, "ann", &dev), Some(5));
    world.check_replay();
}

#[test]
fn a_marker_is_no_later_than_now_and_no_earlier_than_all_clocks() {
    let mut world = world();
    let dev = MarkerTarget::Room(room("dev"));
    world.by("ann", set(&dev, i64::MIN)).expect("set");
    assert_eq!(marker(&world, "ann", &dev), Some(0));
    world.by("ann", set(&dev, i64::MAX)).expect("set");
    assert_eq!(marker(&world, "ann", &dev), Some(world.now.0));
}

#[test]
fn a_marker_is_of_a_room_and_not_of_its_name() {
    let mut world = world();
    world.by("ann", join("dev")).expect("hers");
    let [dev, ops] = ["dev", "ops"].map(|name| MarkerTarget::Room(room(name)));
    world.by("ann", set(&dev, 5)).expect("set");
    let rename = Command::RenameRoom {
        room: RoomRef::Name(room("dev")),
        new: room("ops"),
        why: None,
    };
    world.by("ann", rename).expect("hers");
    assert_eq!(marker(&world, "ann", &ops), Some(5));
    world.by("guest", join("dev")).expect("another");
    assert_eq!(marker(&world, "ann", &dev), None);
    world.check_replay();
}

/// Whether a marker stays where it was does not tell that a hidden room was made.
#[test]
fn a_marker_does_not_betray_a_hidden_room() {
    let mut world = world();
    let plan = MarkerTarget::Room(room("plan"));
    world.by("guest", set(&plan, 5)).expect("set");
    world.by("ann", join("plan")).expect("hers");
    let hide = Command::SetRoom {
        room: RoomRef::Name(room("plan")),
        settings: [RoomSetting::Hidden(true)].into(),
    };
    world.by("ann", hide).expect("hers");
    assert_eq!(marker(&world, "guest", &plan), Some(5));
}

#[test]
fn the_oldest_marker_goes_for_one_too_many() {
    let mut world = world();
    let target = |n: usize| MarkerTarget::Room(room(&format!("r{n}")));
    for n in 0..=READ_MARKERS_MAX {
        world.by("ann", set(&target(n), n as i64 + 1)).expect("set");
    }
    assert_eq!(marker(&world, "ann", &target(0)), None);
    assert_eq!(marker(&world, "ann", &target(1)), Some(2));
    let last = marker(&world, "ann", &target(READ_MARKERS_MAX));
    assert_eq!(last, Some(READ_MARKERS_MAX as i64 + 1));
}

#[test]
fn the_name_of_who_is_here_stands_for_the_account() {
    let mut world = world();
    world.by("lee", rename("leo")).expect("renamed");
    let with = |world: &World, with: &str| {
        let query = Query::Conversation(with.into());
        match world.chat.answer(world.caller("ann"), query, world.now) {
            Ok(Answer::Conversation(found)) => found.with.to_string(),
            answer => panic!("{answer:?}"),
        }
    };
    assert_eq!(with(&world, "leo"), "lee");
    let marker = |world: &World, of: &str| {
        let query = Query::Marker(MarkerTarget::Person(name(of)));
        match world.chat.answer(world.caller("ann"), query, world.now) {
            Ok(Answer::Marker(_, at)) => at,
            answer => panic!("{answer:?}"),
        }
    };
    let set = Command::SetMarker {
        target: MarkerTarget::Person(name("leo")),
        at: Timestamp(5),
    };
    world.by("ann", set).expect("set");
    assert_eq!(marker(&world, "lee"), Some(Timestamp(5)));
    world.lose("leo");
    assert_eq!(with(&world, "leo"), "lee", "while it may come back");
    world.pass(Duration::from_mins(10));
    assert_eq!(with(&world, "leo"), "leo");
    assert_eq!(with(&world, "guest"), "guest");
}
