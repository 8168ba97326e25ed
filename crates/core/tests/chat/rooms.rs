//! Moving between rooms.

use chinwag_core::{Caller, Command, Fact, LOBBY, Rejection, RoomId, Settings, Snapshot};

use crate::world::{World, join, room, say, text};

fn leave(name: &str) -> Command {
    Command::Leave(Some(room(name)))
}

/// The rooms that ann is in, with the one she talks in behind them, after each of these.
#[track_caller]
fn check(steps: &[(Command, &str)]) {
    let mut world = World::with(&["ann"]);
    for (command, expected) in steps {
        world.by("ann", command.clone()).expect(expected);
        let ann = world.person("ann");
        let rooms = world.chat.rooms_of(ann).iter();
        let shown = |room: &RoomId| world.chat.room_name(*room).expect("a room").to_string();
        let mut names: Vec<String> = rooms.map(shown).collect();
        let company = world.chat.company(ann).expect("ann is here");
        names.push(format!("> {}", company.room));
        assert_eq!(names.join(" "), *expected, "{command:?}");
        world.check();
    }
}

#[test]
fn to_join_is_to_talk_there() {
    check(&[
        (join("dev"), "#lobby #dev > #dev"),
        (join("ops"), "#lobby #dev #ops > #ops"),
        (join("Dev"), "#lobby #dev #ops > #dev"),
        (join("lobby"), "#lobby #dev #ops > #lobby"),
    ]);
}

#[test]
fn whoever_leaves_talks_in_another_room() {
    check(&[
        (join("dev"), "#lobby #dev > #dev"),
        (join("ops"), "#lobby #dev #ops > #ops"),
        (leave("dev"), "#lobby #ops > #ops"),
        (Command::Leave(None), "#lobby > #lobby"),
    ]);
}

#[test]
fn nobody_is_nowhere() {
    check(&[
        (join("dev"), "#lobby #dev > #dev"),
        (leave("lobby"), "#dev > #dev"),
        (Command::Leave(None), "#lobby > #lobby"),
    ]);
}

#[test]
fn what_cannot_be_joined_or_left() {
    let settings = Settings {
        rooms_max: 3,
        rooms_per_person_max: 2,
        ..Settings::default()
    };
    let mut world = World::new(settings, Snapshot::default());
    world.arrive("ann").expect("here");
    world.arrive("bob").expect("here");
    world.by("ann", join("dev")).expect("joined");
    let missing = |room: &str, meant: Option<&str>| Rejection::NoSuchRoom {
        room: crate::world::room(room),
        meant: meant.map(crate::world::room),
    };
    for (who, command, expected) in [
        ("ann", join("ops"), Rejection::TooManyRooms { rooms_max: 2 }),
        ("bob", Command::Leave(None), Rejection::OnlyLobby),
        ("bob", leave("dev"), Rejection::NotInRoom(room("dev"))),
        ("bob", leave("dve"), missing("dve", Some("dev"))),
        ("bob", leave("nowhere"), missing("nowhere", None)),
    ] {
        assert_eq!(world.by(who, command), Err(expected));
    }
    world.by("bob", join("ops")).expect("joined");
    world.by("bob", Command::Leave(None)).expect("left");
    let full = Rejection::RoomsFull { rooms_max: 3 };
    assert_eq!(world.by("bob", join("third")), Err(full));
}

#[test]
fn an_empty_room_goes_unless_something_was_said_there() {
    let mut world = World::with(&["ann"]);
    for (name, audit_entry) in [
        ("silent", None),
        ("told", Some(say("hello"))),
        ("titled", Some(Command::SetTopic(Some(text("ship it"))))),
    ] {
        world.by("ann", join(name)).expect("joined");
        audit_entry.map(|audit_entry| world.by("ann", audit_entry).expect("done"));
        world.by("ann", Command::Leave(None)).expect("left");
    }
    let facts = world.act(Caller::Server, Command::Tidy).expect("tidy");
    let [Fact::Tidied { closed }] = &facts[..] else {
        panic!("{facts:?}");
    };
    assert_eq!(**closed, [RoomId(1)]);
    assert!(!closed.contains(&LOBBY));
    world.by("ann", join("silent")).expect("joined");
    assert!(
        world
            .chat
            .rooms_of(world.person("ann"))
            .contains(&RoomId(4))
    );
    world.check_replay();
}

#[test]
fn tidying_what_is_tidy_is_nothing() {
    let mut world = World::with(&["ann"]);
    assert_eq!(world.act(Caller::Server, Command::Tidy), Ok(vec![]));
}
