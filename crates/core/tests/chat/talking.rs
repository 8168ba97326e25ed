//! Speaking, and who may.

use chinwag_core::limits::SENT_KEYS_MAX;
use chinwag_core::{
    Answer, Command, Digest, Duration, Fact, Ignored, KeyOwner, LOBBY, Manner, MessageKey, Query,
    QuitReason, Rejection, RoomId, RoomRef, RoomRejection, SentKey, Seq, Settings, Snapshot,
};

use crate::world::{
    HOME, World, arrive_with, join, log_in_to, name, psst, register, rename, room, say, say_in,
    set_topic, tell, text,
};

fn ignore(whom: &str, on: bool) -> Command {
    Command::Ignore {
        name: name(whom),
        account: None,
        on,
    }
}

/// Who hears a private message.
fn heard_by(world: &World, facts: &[Fact]) -> Vec<String> {
    let people = facts.iter().flat_map(Fact::people);
    let known = &world.shadow.people;
    people
        .map(|person| known[&person].name.to_string())
        .collect()
}

#[test]
fn a_private_message_is_heard_by_two() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    let facts = world.by("ann", psst("BOB")).expect("told");
    assert_eq!(heard_by(&world, &facts), ["ann", "bob"]);
    let facts = world.by("bob", Command::Reply(text("yes?"))).expect("told");
    assert_eq!(heard_by(&world, &facts), ["bob", "ann"]);
    let facts = world.by("ann", psst("ann")).expect("told");
    assert_eq!(heard_by(&world, &facts), ["ann"]);
}

#[test]
fn a_sender_is_told_that_the_receiver_is_away() {
    let mut world = World::with(&["lee", "ann"]);
    let away = |why: Option<&str>| Command::Away(why.map(text));
    for (away, told) in [
        (away(Some("lunch")), Some(Some(text("lunch")))),
        (away(None), Some(None)),
        (Command::Back, None),
    ] {
        world.by("ann", away).expect("done");
        let facts = world.by("lee", psst("ann")).expect("sent");
        assert!(
            matches!(&facts[..], [Fact::PrivateMessage(message)] if message.away == told),
            "{facts:?}"
        );
    }
}

#[test]
fn an_ignored_person_is_not_heard_and_not_told() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    let facts = world.by("bob", ignore("ANN", true)).expect("ignored");
    let is_ann = |who: &Ignored| who.name.as_str() == "ann";
    assert!(
        matches!(&facts[..], [Fact::IgnoreSet { who, .. }] if is_ann(who)),
        "{facts:?}"
    );
    let facts = world.by("ann", psst("bob")).expect("no word about it");
    assert_eq!(heard_by(&world, &facts), ["ann"]);
    let nobody = world.by("bob", Command::Reply(text("yes?")));
    assert_eq!(nobody, Err(Rejection::NobodyToReply));
    world.by("bob", ignore("ann", false)).expect("heard again");
    let facts = world.by("ann", psst("bob")).expect("told");
    assert_eq!(heard_by(&world, &facts), ["ann", "bob"]);
}

#[test]
fn an_ignored_person_stays_so_under_another_name() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    let heard = |world: &mut World, from: &str| {
        let facts = world.by(from, psst("ann")).expect("told");
        heard_by(world, &facts).len() == 2
    };
    world.by("ann", ignore("bob", true)).expect("ignored");
    world.by("bob", rename("robert")).expect("renamed");
    assert!(!heard(&mut world, "robert"));
    // By name too, for when they come back.
    world.arrive("bob").expect("another bob");
    assert!(!heard(&mut world, "bob"));
    let code = world.lose("ann");
    let facts = world.resume(code).expect("back");
    let Some(Fact::Returned(returned)) = facts.last() else {
        panic!("{facts:?}");
    };
    let names: Vec<_> = returned
        .ignores
        .iter()
        .map(|ignored| &ignored.name)
        .collect();
    assert_eq!(names, [&name("bob")]);
    assert!(!heard(&mut world, "robert"));
    world.by("ann", ignore("robert", false)).expect("heard");
    assert!(heard(&mut world, "robert") && heard(&mut world, "bob"));
}

#[test]
fn an_account_is_ignored_whoever_comes_of_it_and_whenever() {
    let mut world = World::with(&["ann", "bob", "mal"]);
    world.by("mal", register("of mal")).expect("registered");
    world.by("mal", rename("moll")).expect("renamed");
    let hears = |world: &mut World, who: &str, from: &str| {
        let facts = world.by(from, psst(who)).expect("told");
        heard_by(world, &facts).contains(&who.to_owned())
    };
    // By the name that it goes by, and by the account's while another name is borne.
    world.by("ann", ignore("moll", true)).expect("ignored");
    world.by("bob", ignore("MAL", true)).expect("ignored");
    world.quit("moll");
    arrive_with(&mut world, "mal", "of mal").expect("here");
    world.by("mal", rename("other")).expect("renamed");
    for who in ["ann", "bob"] {
        assert!(!hears(&mut world, who, "other"), "{who}");
    }
    // At the next visit the list is given again, with the accounts of the last.
    world.quit("ann");
    world.arrive("ann").expect("here");
    let again = Command::Ignore {
        name: name("moll"),
        account: Some(name("mal")),
        on: true,
    };
    world.by("ann", again).expect("ignored");
    assert!(!hears(&mut world, "ann", "other"));
    // Of what was kept, too.
    world.by("ann", register("of ann")).expect("registered");
    world.by("ann", ignore("other", false)).expect("heard");
    assert!(hears(&mut world, "ann", "other"));
    world.by("ann", ignore("mal", true)).expect("ignored");
    world.quit("bob");
    let own = world.by("other", ignore("mal", true));
    assert_eq!(own, Err(Rejection::Oneself));
    world.check_replay();
}

/// No matter which of them leaves last, the account finds it again at its next visit.
#[test]
fn whom_an_account_ignores_is_one_list_of_all_its_people() {
    let mut world = World::with(&["ann", "phone", "lost", "mal"]);
    world.by("ann", register("of ann")).expect("registered");
    for who in ["phone", "lost"] {
        let log_in = log_in_to("ann", "of ann");
        world.by(who, log_in).expect("logged in");
    }
    let ignores = |world: &World, who: &str| {
        let list = world
            .chat
            .answer(world.caller(who), Query::Ignores, world.now);
        list == Ok(Answer::Ignores([name("mal")].into()))
    };
    let code = world.lose("lost");
    world.by("phone", ignore("mal", true)).expect("ignored");
    assert!(ignores(&world, "ann") && ignores(&world, "phone"));
    world.by("ann", ignore("mal", true)).expect("ignored again");
    world.resume(code).expect("back");
    assert!(ignores(&world, "lost"));
    let facts = world.by("mal", psst("lost")).expect("told");
    assert_eq!(heard_by(&world, &facts), ["mal"]);
    world.by("lost", ignore("mal", false)).expect("heard");
    assert!(!ignores(&world, "ann") && !ignores(&world, "phone"));
    world.check_replay();
}

#[test]
fn refused_ignores() {
    let mut world = World::with(&["ann"]);
    let not_ignored = Rejection::NotIgnored(name("bob"));
    assert_eq!(world.by("ann", ignore("bob", false)), Err(not_ignored));
    assert_eq!(
        world.by("ann", ignore("Ann", true)),
        Err(Rejection::Oneself)
    );
    let ignores_max = chinwag_core::limits::IGNORES_MAX;
    for n in 0..ignores_max {
        world
            .by("ann", ignore(&format!("x{n}"), true))
            .expect("ignored");
    }
    world.by("ann", ignore("X7", true)).expect("listed already");
    let too_many = Rejection::TooManyIgnores { ignores_max };
    assert_eq!(world.by("ann", ignore("bob", true)), Err(too_many));
}

#[test]
fn a_slip_of_a_name_is_seen() {
    let mut world = World::with(&["gopher", "ann"]);
    for (typed, meant) in [
        ("gofer", Some("gopher")),
        ("ghoper", Some("gopher")),
        ("GOPHR", Some("gopher")),
        ("an", Some("ann")),
        ("zebra", None),
        ("x", None),
        ("", None),
    ] {
        let expected = Rejection::NobodyCalled {
            typed: typed.into(),
            meant: meant.map(name),
        };
        assert_eq!(world.by("ann", psst(typed)), Err(expected), "{typed}");
    }
    let wild = "\x1b[2J".repeat(1_000);
    let Err(Rejection::NobodyCalled { typed, .. }) = world.by("ann", psst(&wild)) else {
        panic!("somebody is called that");
    };
    assert!(typed.len() < 1_000 && !typed.contains('\x1b'), "{typed}");
}

#[test]
fn operators_alone_speak_in_a_read_only_room() {
    let settings = Settings {
        read_only: vec![room("News")],
        ..crate::world::settings()
    };
    let mut world = World::new(settings, Snapshot::default());
    world.arrive("lee").expect("here");
    world.arrive("ann").expect("here");
    for who in ["lee", "ann"] {
        world.by(who, join("news")).expect("joined");
    }
    let read_only = || Err(Rejection::ReadOnly(room("news")));
    let news = RoomId(1);
    let wave = Command::Say {
        room: RoomRef::Id(news),
        text: text("waves"),
        manner: Manner::Action,
        irc: None,
    };
    let topic = set_topic(news, Some("waves"));
    for command in [say_in(news, "hello"), wave, topic] {
        assert_eq!(world.by("ann", command.clone()), read_only());
        assert!(world.by("lee", command).is_ok());
    }
    assert!(world.by("ann", say("hello")).is_ok());
}

#[test]
fn a_topic_that_is_not_there_cannot_be_cleared() {
    let mut world = World::with(&["lee", "ann"]);
    let none = Err(Rejection::Of(room("lobby"), RoomRejection::NoTopic));
    assert_eq!(world.by("ann", set_topic(LOBBY, None)), none);
    for topic in [Some("Ship it"), None] {
        world
            .by("lee", set_topic(LOBBY, topic))
            .expect("another topic");
    }
    assert_eq!(world.by("ann", set_topic(LOBBY, None)), none);
}

#[test]
fn new_settings_open_and_close_rooms_that_are_there() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("ann", join("news")).expect("joined");
    let speaks = |world: &World, room| {
        let mut inputs = chinwag_core::Inputs {
            now: world.now,
            roll: &mut || 0,
        };
        let ann = world.caller("ann");
        let said = say_in(room, "hello");
        world
            .chat
            .decide(ann, said, &mut inputs, &mut Vec::new())
            .is_ok()
    };
    for (closed, expected) in [("news", [true, false]), ("Lobby", [false, true])] {
        world.chat.configure(Settings {
            read_only: vec![room(closed)],
            ..crate::world::settings()
        });
        assert_eq!(
            [LOBBY, RoomId(1)].map(|room| speaks(&world, room)),
            expected
        );
    }
}

#[test]
fn a_lock_lets_registered_names_speak() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    world
        .by("bob", crate::world::register("hash"))
        .expect("registered");
    world.by("lee", Command::Lock(true)).expect("locked");
    let locked = || Err(Rejection::LockedSpeech);
    assert_eq!(world.by("ann", say("hello")), locked());
    assert_eq!(world.by("ann", psst("bob")), locked());
    assert_eq!(world.by("ann", set_topic(LOBBY, None)), locked());
    assert!(world.by("ann", psst("lee")).is_ok(), "an appeal");
    assert!(world.by("bob", say("hello")).is_ok());
    assert_eq!(world.arrive("cy"), Err(Rejection::Locked));
    assert_eq!(world.arrive(""), Err(Rejection::Locked));
    world.by("lee", Command::Lock(false)).expect("unlocked");
    assert!(world.by("ann", say("hello")).is_ok() && world.arrive("cy").is_ok());
}

#[test]
fn a_lock_tells_whose_name_is_kept_of_the_code() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("lee", Command::Lock(true)).expect("locked");
    let code = world.lose("ann");
    let kept = world.arrive("ann");
    assert!(matches!(kept, Err(Rejection::NameKept { .. })), "{kept:?}");
    assert_eq!(world.arrive("cy"), Err(Rejection::Locked));
    world.resume(code).expect("back");
}

#[test]
fn a_lock_outlasts_the_last_operator() {
    let mut world = World::with(&["lee", "bob"]);
    let register = crate::world::register("hash");
    world.by("bob", register).expect("registered");
    world.by("lee", Command::Lock(true)).expect("locked");
    world.quit("lee");
    world.quit("bob");
    assert_eq!(world.arrive("cy"), Err(Rejection::Locked));
    let bob = crate::world::arrive_with(&mut world, "bob", "hash").expect("let in");
    let is_guest = |fact: &Fact| matches!(fact, Fact::LoggedIn(login) if !login.operator);
    assert!(bob.iter().any(is_guest), "{bob:?}");
    assert_eq!(
        world.by("bob", Command::Lock(false)),
        Err(Rejection::NeedsOperator)
    );
    let op = Command::Op("bob".into());
    world.act(chinwag_core::Caller::Shell, op).expect("opped");
    world.by("bob", Command::Lock(false)).expect("unlocked");
    assert!(world.arrive("cy").is_ok_and(|cy| !cy.operator));
}

#[test]
fn a_muted_person_leaves_without_a_reason() {
    let goodbye = |text| Command::Quit(QuitReason::Quit(Some(text)));
    for (time, heard) in [(9, false), (11, true)] {
        let mut world = World::with(&["lee", "ann"]);
        let mute = Command::Mute {
            name: "ann".into(),
            time: Some(Duration::from_secs(10)),
            why: None,
        };
        world.by("lee", mute).expect("muted");
        world.pass(Duration::from_secs(time));
        let facts = world.by("ann", goodbye(text("lies"))).expect("gone");
        let [Fact::Quit(quit)] = &facts[..] else {
            panic!("{facts:?}");
        };
        assert_eq!(quit.why, QuitReason::Quit(heard.then(|| text("lies"))));
    }
}

#[test]
fn a_connection_that_was_replaced_is_not_heard() {
    let mut world = World::with(&["ann"]);
    let before = world.caller("ann");
    let code = world.shadow.people[&world.person("ann")].code;
    world.resume(code).expect("taken up");
    assert_eq!(world.act(before, say("hello")), Err(Rejection::NotHere));
    let asked = world
        .chat
        .answer(before, Query::Rooms { after: None }, world.now);
    assert_eq!(asked, Err(Rejection::NotHere));
    assert!(world.by("ann", say("hello")).is_ok());
}

#[test]
fn an_anonymous_connection_can_only_log_in() {
    let mut world = World::with(&["ann"]);
    let visitor = world.visitor("192.0.2.77");
    for command in [
        say("hello"),
        join("dev"),
        Command::Lock(true),
        Command::Tidy,
    ] {
        assert_eq!(world.act(visitor, command), Err(Rejection::NotHere));
    }
}

fn under(key: &str, command: Command) -> Command {
    let key = MessageKey::parse(key).expect("a key");
    let command = Box::new(command);
    Command::Once { key, command }
}

fn say_under(key: &str, words: &str) -> Command {
    under(key, say(words))
}

#[test]
fn a_message_under_a_key_is_said_once() {
    let mut world = World::with(&["ann", "bob"]);
    let is_said = |facts: Result<Vec<Fact>, Rejection>| {
        matches!(facts.as_deref(), Ok([Fact::Said { .. }, Fact::KeyUsed(_)]))
    };
    assert!(is_said(world.by("ann", say_under("k1", "hello"))));
    for _ in 0..2 {
        let again = world.by("ann", say_under("k1", "hello"));
        assert_eq!(again, Ok(vec![]), "its place is in the outcome");
    }
    let other = world.by("ann", say_under("k1", "goodbye"));
    assert_eq!(other, Err(Rejection::KeyUsed), "it is another message");
    assert!(
        is_said(world.by("bob", say_under("k1", "hello"))),
        "it is another's key"
    );
    assert!(is_said(world.by("ann", say_under("k2", "hello"))));
    world.quit("ann");
    world.arrive_from("192.0.2.10", "Ann").expect("a free name");
    let again = world.by("Ann", say_under("k1", "hello"));
    assert_eq!(again, Ok(vec![]), "the name is the same");
    world.check_replay();
}

#[test]
fn whatever_is_said_under_a_key_is_said_once() {
    let mut world = World::with(&["op", "ann", "bob", "cy"]);
    world.by("ann", register("of ann")).expect("registered");
    let outside = |name: &str| Command::SayTo {
        room: room(name),
        text: text("hello"),
        manner: Manner::Speech,
    };
    let announce = || Command::Announce(text("hello"));
    for (who, command, is_durable) in [
        ("op", announce(), true),
        ("bob", outside("lobby"), true),
        ("bob", tell("ann", "hello"), true),
        ("ann", tell("bob", "hello"), true),
        ("bob", tell("cy", "hello"), false),
    ] {
        let key = format!("{command:?}").chars().take(64).collect::<String>();
        let facts = world.by(who, under(&key, command.clone()));
        let facts = facts.expect("said");
        let [said, Fact::KeyUsed(used)] = &facts[..] else {
            panic!("{facts:?}");
        };
        assert_eq!(
            (said.is_durable(), used.is_stored),
            (is_durable, is_durable),
            "{said:?}"
        );
        let again = world.by(who, under(&key, command));
        assert_eq!(again, Ok(vec![]), "its place is in the outcome");
        for other in [tell("op", "hello"), tell("ANN", "hello?"), say("goodbye")] {
            let other = world.by(who, under(&key, other));
            assert_eq!(other, Err(Rejection::KeyUsed));
        }
    }
    // It is known by what was typed, also when nobody has the name any more.
    world
        .by("bob", under("last", tell("cy", "bye")))
        .expect("told");
    world.quit("cy");
    assert_eq!(
        world.by("bob", under("last", tell("CY", "bye"))),
        Ok(vec![])
    );
    world.check_replay();
}

#[test]
fn what_is_refused_under_a_key_may_be_said_under_it_later() {
    let mut world = World::with(&["ann", "bob"]);
    let tell_cy = || under("k", tell("cy", "hello"));
    assert!(world.by("ann", tell_cy()).is_err());
    world.arrive("cy").expect("here");
    assert_eq!(world.by("ann", tell_cy()).map(|facts| facts.len()), Ok(2));
}

fn guest(called: &str) -> KeyOwner {
    KeyOwner::guest(&name(called), HOME.parse().expect("an address"))
}

#[test]
fn a_key_is_its_accounts_or_of_a_guest_its_households() {
    let mut world = World::with(&["op"]);
    let repeats = |world: &mut World, who: &str| {
        let facts = world.by(who, say_under("k1", "hello")).expect("taken");
        facts.is_empty()
    };
    world.arrive("bot").expect("here");
    assert!(!repeats(&mut world, "bot"));
    world.quit("bot");
    // Who has the name next is another; the one before comes again from its home.
    world.arrive_from("192.0.2.99", "bot").expect("here");
    assert!(!repeats(&mut world, "bot"));
    world.quit("bot");
    world.arrive("bot").expect("here");
    assert!(repeats(&mut world, "bot"));
    // An account has keys of its own, under all its names and from everywhere.
    world.by("bot", register("of bot")).expect("registered");
    assert!(!repeats(&mut world, "bot"));
    world.by("bot", rename("robot")).expect("renamed");
    assert!(repeats(&mut world, "robot"));
    world.check_replay();
}

#[test]
fn a_key_holds_after_a_restart() {
    let kept = Snapshot {
        sent_keys: vec![SentKey {
            owner: guest("Ann"),
            key: MessageKey::parse("k1").expect("a key"),
            digest: Digest(7),
            seq: Seq(3),
        }],
        ..Snapshot::default()
    };
    let mut world = World::new(crate::world::settings(), kept);
    world.arrive("ann").expect("a free name");
    let other = world.by("ann", say_under("k1", "hello"));
    assert_eq!(other, Err(Rejection::KeyUsed));
    assert!(world.by("ann", say_under("k2", "hello")).is_ok());
}

#[test]
fn as_many_keys_are_remembered_as_may_be() {
    let sent = |n: usize| SentKey {
        owner: guest("ann"),
        key: MessageKey::parse(&format!("k{n}")).expect("a key"),
        digest: Digest(7),
        seq: Seq(n as u64),
    };
    let kept = Snapshot {
        sent_keys: (0..SENT_KEYS_MAX).map(sent).collect(),
        ..Snapshot::default()
    };
    let mut world = World::new(crate::world::settings(), kept);
    world.arrive("ann").expect("a free name");
    let facts = world.by("ann", say_under("new", "hello")).expect("said");
    let [Fact::Said { .. }, Fact::KeyUsed(used)] = &facts[..] else {
        panic!("{facts:?}");
    };
    assert_eq!(used.forgets, Some(Seq(0)));
    assert!(
        world.by("ann", say_under("k0", "hello")).is_ok(),
        "it is forgotten"
    );
    let other = world.by("ann", say_under("k2", "hello"));
    assert_eq!(other, Err(Rejection::KeyUsed));
}

/// What waits for its commit becomes true after what came later and needs none.
#[test]
fn keys_are_as_old_as_their_messages() {
    let mut world = crate::world::world_that_keeps_nothing(&["ann", "bob"]);
    let (ann, bob) = (world.caller("ann"), world.caller("bob"));
    let said = world.stage_or_do(ann, say_under("k1", "hello"));
    assert!(said.is_ok());
    let told = world.stage_or_do(bob, under("k2", psst("ann")));
    assert!(told.is_ok());
    world.check_replay();
}
