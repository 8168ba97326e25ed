//! Accounts and rooms that operators take away.

use chinwag_core::{
    Caller, Command, Correspondents, Duration, Fact, FoundMessage, LOBBY, ModAction, Rejection,
    RoomAct, RoomRef, RoomRejection, Seq, Settings, Snapshot, Timestamp,
};

use crate::world::{World, join, name, register, room, say_in};

fn end_room(called: &str) -> Command {
    Command::EndRoom(room(called))
}

fn end_account(called: &str) -> Command {
    Command::EndAccount(name(called))
}

#[test]
fn a_room_is_removed_with_everybody_in_it() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    world.by("ann", join("spam")).expect("joined");
    world.by("bob", join("spam")).expect("joined");
    world.by("bob", crate::world::leave("lobby")).expect("left");
    let spam = world.chat.room_called(&room("spam")).expect("a room");
    world.by("ann", say_in(spam, "buy pills")).expect("said");
    assert_eq!(
        world.by("ann", end_room("spam")),
        Err(Rejection::NeedsOperator)
    );
    let (ann, bob) = (world.person("ann"), world.person("bob"));
    let facts = world.by("lee", end_room("SPAM")).expect("removed");
    assert!(
        facts
            .iter()
            .any(|fact| matches!(fact, Fact::RoomChanged(change)
        if matches!(&change.act, RoomAct::Removed { members } if **members == [ann, bob])))
    );
    assert_eq!(world.chat.rooms_of(bob), [LOBBY]);
    assert_eq!(world.chat.rooms_of(ann), [LOBBY]);
    let asked = chinwag_core::Query::Room(RoomRef::Id(spam));
    let past = world.chat.answer(world.caller("lee"), asked, world.now);
    assert_eq!(past, Err(Rejection::RoomGone), "nobody gets to its past");
    world.by("bob", join("spam")).expect("the name is free");
    assert_ne!(world.chat.room_called(&room("spam")), Some(spam));
    world.check();
    world.check_replay();
}

#[test]
fn the_server_s_own_rooms_stay() {
    let settings = Settings {
        read_only: vec![room("news")],
        ..crate::world::settings()
    };
    let mut world = World::new(settings, Snapshot::default());
    world.arrive("lee").expect("here");
    world.by("lee", join("news")).expect("joined");
    for called in ["lobby", "news"] {
        let stays = Err(Rejection::Of(room(called), RoomRejection::Stays));
        assert_eq!(world.by("lee", end_room(called)), stays);
    }
    let nowhere = world.by("lee", end_room("newz"));
    assert!(matches!(nowhere, Err(Rejection::NoSuchRoom { .. })));
}

#[test]
fn an_account_is_removed_by_an_operator_who_may() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    for who in ["lee", "ann", "bob"] {
        world
            .by(who, register(&format!("of {who}")))
            .expect("registered");
    }
    world.by("lee", Command::Op("ann".into())).expect("opped");
    for (by, whom, expected) in [
        ("bob", "ann", Rejection::NeedsOperator),
        ("ann", "lee", Rejection::Outranked(name("lee"))),
        ("ann", "ann", Rejection::Oneself),
        ("ann", "cy", Rejection::NotRegistered(name("cy"))),
    ] {
        assert_eq!(world.by(by, end_account(whom)), Err(expected));
    }
    let facts = world.by("ann", end_account("BOB")).expect("removed");
    assert!(matches!(&facts[0], Fact::Moderated(entry)
        if entry.act == ModAction::AccountRemoved(name("bob"))));
    assert!(
        world
            .whois("bob")
            .is_ok_and(|bob| bob.line.account.is_none())
    );
    world
        .act(Caller::Shell, end_account("lee"))
        .expect("removed");
    world.check();
    world.check_replay();
}

/// Who registers a name answers neither for the guests that had it before, nor for an account of that name
/// that has ended.
#[test]
fn what_an_account_has_said_stays_its_own_when_its_name_is_another_s() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("ann", register("hash")).expect("registered");
    let at = world.now;
    let in_room = |account: Option<&str>, at: Timestamp| FoundMessage::InRoom {
        room: LOBBY,
        name: name("ann"),
        account: account.map(name),
        at,
        is_signal: false,
    };
    let in_private = |at: Timestamp| FoundMessage::Private {
        from_name: name("ann"),
        to_name: name("lee"),
        accounts: Correspondents {
            from: Some(name("ann")),
            to: Some(name("lee")),
        },
        at,
        is_signal: false,
    };
    let delete = |found| Command::Delete {
        message: Seq(0),
        found,
        why: None,
    };
    let own = [in_room(Some("ann"), at), in_private(at)];
    for found in own.clone() {
        world.by("ann", delete(found)).expect("one's own");
    }
    assert!(
        world.by("ann", delete(in_room(None, at))).is_err(),
        "a guest's"
    );
    world.by("lee", end_account("ann")).expect("ended");
    world.quit("ann");
    world.pass(Duration::from_secs(1));
    world.arrive("ann").expect("a stranger");
    world.by("ann", register("another")).expect("registered");
    for found in own {
        assert!(world.by("ann", delete(found)).is_err());
    }
    world
        .by("ann", delete(in_room(Some("ann"), world.now)))
        .expect("her own");
}
