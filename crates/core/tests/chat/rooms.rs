//! Moving between rooms.

use chinwag_core::{
    Caller, Command, Fact, KeptRules, LOBBY, Rejection, RoomId, RoomRef, RoomSnapshot, Settings,
    Snapshot, Timestamp,
};

use crate::world::{START, World, join, leave, room, say_in, set_topic};

/// The rooms that ann is in after each of these.
#[track_caller]
fn check(steps: &[(Command, &str)]) {
    let mut world = World::with(&["ann"]);
    for (command, expected) in steps {
        world.by("ann", command.clone()).expect(expected);
        let rooms = world.chat.rooms_of(world.person("ann")).iter();
        let shown = |room: &RoomId| world.chat.room_name(*room).expect("a room").to_string();
        let names: Vec<String> = rooms.map(shown).collect();
        assert_eq!(names.join(" "), *expected, "{command:?}");
        world.check();
    }
}

#[test]
fn rooms_are_kept_in_the_order_of_joining() {
    check(&[
        (join("dev"), "#lobby #dev"),
        (join("ops"), "#lobby #dev #ops"),
        (join("Dev"), "#lobby #dev #ops"),
        (leave("dev"), "#lobby #ops"),
        (join("dev"), "#lobby #ops #dev"),
    ]);
}

#[test]
fn leaving_the_last_room_leads_to_the_lobby() {
    check(&[
        (join("dev"), "#lobby #dev"),
        (leave("lobby"), "#dev"),
        (
            Command::Leave {
                room: RoomRef::Id(RoomId(1)),
                why: None,
            },
            "#lobby",
        ),
    ]);
}

#[test]
fn joins_and_leaves_are_refused() {
    let settings = Settings {
        rooms_max: 3,
        rooms_per_person_max: 2,
        ..crate::world::settings()
    };
    let mut world = World::new(settings, Snapshot::default());
    world.arrive("ann").expect("here");
    world.arrive_from("192.0.2.98", "bob").expect("here");
    world.by("ann", join("dev")).expect("joined");
    let missing = |room: &str, meant: Option<&str>| Rejection::NoSuchRoom {
        room: crate::world::room(room),
        meant: meant.map(crate::world::room),
    };
    let gone = Command::Leave {
        room: RoomRef::Id(RoomId(9)),
        why: None,
    };
    for (who, command, expected) in [
        ("ann", join("ops"), Rejection::TooManyRooms { rooms_max: 2 }),
        ("bob", leave("lobby"), Rejection::OnlyLobby),
        ("bob", leave("dev"), Rejection::NotInRoom(room("dev"))),
        ("bob", leave("dve"), missing("dve", Some("dev"))),
        ("bob", leave("nowhere"), missing("nowhere", None)),
        ("bob", gone, Rejection::RoomGone),
        ("bob", say_in(RoomId(9), "hello"), Rejection::RoomGone),
    ] {
        assert_eq!(world.by(who, command), Err(expected));
    }
    let outside = Rejection::NotInRoom(room("dev"));
    let topic = set_topic(RoomId(1), None);
    assert_eq!(world.by("bob", topic), Err(outside));
    let unheard = Rejection::Of(room("dev"), chinwag_core::RoomRejection::NoOutsiders);
    let said = say_in(RoomId(1), "hello");
    assert_eq!(world.by("bob", said), Err(unheard));
    world.by("bob", join("ops")).expect("joined");
    let full = Rejection::RoomsFull { rooms_max: 3 };
    world.arrive_from("192.0.2.99", "cy").expect("here");
    assert_eq!(world.by("cy", join("third")), Err(full));
}

/// A room that nobody is in and nobody owns, with what is kept of it, takes no place.
#[test]
fn rooms_that_are_left_behind_keep_no_others_out() {
    let settings = Settings {
        rooms_max: 5,
        ..crate::world::settings()
    };
    let mut world = World::new(settings, Snapshot::default());
    for (address, who) in [
        ("192.0.2.1", "op"),
        ("192.0.2.2", "tom"),
        ("192.0.2.3", "zoe"),
    ] {
        world.arrive_from(address, who).expect("here");
    }
    for number in 1..=14 {
        let name = format!("r{}", char::from(b'a' + number));
        let id = RoomId(u32::from(number));
        world.by("tom", join(&name)).expect("joined");
        match number % 2 {
            0 => world.by("tom", say_in(id, "a line")),
            _ => world.by("tom", set_topic(id, Some("a topic"))),
        }
        .expect("kept");
        world.by("tom", leave(&name)).expect("left");
    }
    world.by("zoe", join("zoes")).expect("joined");
    // Inside, he takes half of the places.
    world.by("tom", join("rb")).expect("joined");
    world.by("tom", join("rc")).expect("joined");
    let half = Rejection::TooManyRoomsMade { rooms_max: 2 };
    assert_eq!(world.by("tom", join("rd")), Err(half.clone()));
    assert_eq!(world.by("tom", join("more")), Err(half));
    // One that is taken up again takes a place, too.
    world.by("zoe", join("re")).expect("joined");
    let full = Rejection::RoomsFull { rooms_max: 5 };
    assert_eq!(world.by("op", join("rf")), Err(full));
    world.by("tom", leave("rb")).expect("left");
    world.by("op", join("rf")).expect("joined");
    world.check();
    world.check_replay();
}

/// After a restart nobody knows who made them.
#[test]
fn rooms_of_an_earlier_run_keep_no_others_out() {
    let settings = Settings {
        rooms_max: 3,
        ..crate::world::settings()
    };
    let rooms = (1..=5).map(|number| RoomSnapshot {
        has_history: true,
        created: (number > 1).then_some(Timestamp(7)),
        id: RoomId(number),
        name: room(&format!("r{number}x")),
        topic: None,
        rules: KeptRules::default(),
    });
    let snapshot = Snapshot {
        rooms: rooms.collect(),
        ..Snapshot::default()
    };
    let mut world = World::new(settings, snapshot);
    world.arrive_from("192.0.2.3", "zoe").expect("here");
    world.by("zoe", join("zoes")).expect("joined");
    let created = [1, 2, 6].map(|id| world.chat.room_created(RoomId(id)));
    assert_eq!(created, [Some(START), Some(Timestamp(7)), Some(world.now)]);
    world.check();
}

#[test]
fn an_empty_room_closes_unless_it_has_history_or_a_topic() {
    let mut world = World::with(&["ann"]);
    for (name, command) in [
        ("silent", None),
        ("told", Some(say_in(RoomId(2), "hello"))),
        ("titled", Some(set_topic(RoomId(3), Some("ship it")))),
    ] {
        world.by("ann", join(name)).expect("joined");
        if let Some(command) = command {
            world.by("ann", command).expect("done");
        }
        world.by("ann", leave(name)).expect("left");
    }
    let facts = world.act(Caller::Server, Command::Tidy).expect("tidy");
    let [Fact::Tidied { closed }] = &facts[..] else {
        panic!("{facts:?}");
    };
    assert_eq!(**closed, [RoomId(1)]);
    assert!(!closed.contains(&LOBBY));
    world.by("ann", join("silent")).expect("joined");
    let rooms = world.chat.rooms_of(world.person("ann"));
    assert!(rooms.contains(&RoomId(4)));
    world.check_replay();
}

#[test]
fn tidying_what_is_tidy_is_nothing() {
    let mut world = World::with(&["ann"]);
    assert_eq!(world.act(Caller::Server, Command::Tidy), Ok(vec![]));
}

#[test]
fn a_room_that_looks_like_another_is_not_made() {
    let looks = |asked: &str, other: &str| {
        Err(Rejection::RoomLooksLike {
            room: room(asked),
            other: Some(room(other)),
        })
    };
    let mut world = World::with(&["lee", "ann", "bob"]);
    world.by("lee", join("dev")).expect("joined");
    for asked in ["d\u{435}v", "D\u{435}V"] {
        assert_eq!(world.by("ann", join(asked)), looks(asked, "dev"));
    }
    assert_eq!(
        world.by("lee", join("d\u{435}v")),
        looks("d\u{435}v", "dev")
    );
    for asked in ["l0bby", "Iobby", "1obby"] {
        assert_eq!(world.by("ann", join(asked)), looks(asked, "lobby"));
    }
    world
        .by("ann", join("DEV"))
        .expect("in any case it is that room");
    world.by("ann", join("dev-2")).expect("another room");
    world.by("ann", join("dev2")).expect("another room");
    // A room is hidden from those outside, by whatever name they ask.
    let hide = Command::SetRoom {
        room: chinwag_core::RoomRef::Name(room("dev-2")),
        settings: [chinwag_core::RoomSetting::Hidden(true)].into(),
    };
    world.by("ann", hide).expect("hidden");
    let asked = "d\u{435}v-2";
    let hidden = Err(Rejection::RoomLooksLike {
        room: room(asked),
        other: None,
    });
    assert_eq!(world.by("bob", join(asked)), hidden);
    world.check();
    world.check_replay();
}

#[test]
fn a_room_looks_like_one_of_the_server_s_before_that_is_opened() {
    let settings = chinwag_core::Settings {
        read_only: vec![room("news")],
        ..crate::world::settings()
    };
    let mut world = World::new(settings, chinwag_core::Snapshot::default());
    world.arrive("lee").expect("here");
    let refused = world.by("lee", join("n\u{435}ws"));
    assert!(
        matches!(refused, Err(Rejection::RoomLooksLike { .. })),
        "{refused:?}"
    );
    world.by("lee", join("News")).expect("the server's own");
    world.check();
}
