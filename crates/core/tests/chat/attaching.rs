//! Several connections of one person: clients of IRC that are logged in to its account.

use chinwag_core::{
    Aside, Caller, Client, Command, Detached, Duration, Fact, Ident, LOBBY, LeftOut, Link, Listed,
    Mask, PersonId, Proof, QuitReason, Rejection, Remaining, RoomRef, RoomRejection, RoomSetting,
    Standing, StandingChange,
};

use crate::world::{World, arrive_with, join, name, register, room, say, text};

const ENCRYPTED: Link = Link {
    client: Client::Irc,
    is_encrypted: true,
    needs_room: false,
    is_local: false,
};

pub(super) const CLEAR: Link = Link {
    is_encrypted: false,
    ..ENCRYPTED
};

/// A client of IRC arrives with the password of an account, whose name it need not take.
pub(super) fn connect(
    world: &mut World,
    (address, link): (&str, Link),
    (nick, account): (&str, &str),
) -> (Caller, Result<Vec<Fact>, Rejection>) {
    let Caller::Anonymous { conn, address, .. } = world.visitor(address) else {
        unreachable!()
    };
    let visitor = Caller::Anonymous {
        conn,
        address,
        link,
    };
    let command = Command::LogIn {
        name: Some(name(nick)),
        proof: Some(Proof(account.into())),
        is_script: true,
        account: Some(name(account)),
        ident: Some(Box::new(Ident::new("ann", None))),
    };
    let facts = world.act(visitor, command);
    let person = facts.as_ref().ok().and_then(|facts| match &facts[0] {
        Fact::LoggedIn(login) => Some(login.person),
        Fact::Attached(attached) => Some(attached.login.person),
        _ => None,
    });
    let caller = Caller::Person {
        person: person.unwrap_or(PersonId(0)),
        conn,
        address,
        link,
    };
    (caller, facts)
}

/// Lee runs the server, and ann has an account and is here over IRC.
fn world_with_ann() -> (World, Caller) {
    let mut world = World::with(&["lee", "ann"]);
    world.by("ann", register("ann")).expect("registered");
    world.quit("ann");
    let (first, facts) = connect(&mut world, ("192.0.2.50", ENCRYPTED), ("ann", "ann"));
    assert!(matches!(facts.as_deref(), Ok([Fact::LoggedIn(_)])));
    (world, first)
}

fn person_of(caller: Caller) -> PersonId {
    match caller {
        Caller::Person { person, .. } => person,
        _ => unreachable!(),
    }
}

#[test]
fn a_mute_of_any_of_the_addresses_holds_on_all_and_one_link_in_the_clear_is_told() {
    let (mut world, first) = world_with_ann();
    world.arrive_from("192.0.2.60", "gus").expect("gus is in");
    let mute = Command::Mute {
        name: "gus".into(),
        time: None,
        why: None,
    };
    world.by("lee", mute).expect("muted");
    world.act(first, join("lobby")).expect("in");
    world.act(first, say("one")).expect("said");
    let is_encrypted = |world: &World| world.whois("ann").map(|ann| ann.line.link.is_encrypted);
    assert_eq!(is_encrypted(&world), Ok(true));
    let other = ("192.0.2.60", CLEAR);
    let (second, facts) = connect(&mut world, other, ("ann", "ann"));
    facts.expect("attached");
    for caller in [first, second] {
        let said = world.act(caller, say("two"));
        assert!(matches!(said, Err(Rejection::Muted { .. })), "{said:?}");
    }
    assert_eq!(is_encrypted(&world), Ok(false));
}

#[test]
fn a_bar_of_any_of_the_addresses_puts_the_person_out() {
    let (mut world, first) = world_with_ann();
    world.by("lee", join("dev")).expect("made");
    world.act(first, join("dev")).expect("in");
    let (_, facts) = connect(&mut world, ("192.0.2.60", CLEAR), ("ann", "ann"));
    facts.expect("attached");
    let mask = |text: &str| Mask::parse(text).expect("a mask");
    let bar = |text: &str| Command::Bar {
        room: RoomRef::Name(room("dev")),
        mask: mask(text),
        cover_address: false,
        time: None,
        why: None,
    };
    world.by("lee", bar("192.0.2.60")).expect("barred");
    let rooms = world.whois("ann").map(|ann| ann.rooms);
    assert_eq!(rooms, Ok([].into()));
    // Taking another bar off says that this one holds.
    world.by("lee", bar("name:ann")).expect("barred");
    let unbar = Command::Unbar {
        room: RoomRef::Name(room("dev")),
        listed: Listed::Mask(mask("name:ann")),
    };
    let facts = world.by("lee", unbar).expect("taken off");
    let remaining = |fact: &Fact| match fact {
        Fact::RoomChanged(change) => change.aside.clone(),
        _ => None,
    };
    let remaining = facts.iter().find_map(remaining);
    assert_eq!(
        remaining,
        Some(Aside::Remaining(Remaining::Mask(mask("192.0.2.60")).into()))
    );
    assert!(world.act(first, join("dev")).is_err());
    world.check();
    world.check_replay();
}

fn quit(why: QuitReason) -> Command {
    Command::Quit(why)
}

#[test]
fn the_owner_of_an_account_is_on_several_connections_until_the_last_ends() {
    let (mut world, first) = world_with_ann();
    world.act(first, join("lobby")).expect("inside");
    let (second, facts) = connect(&mut world, ("192.0.2.60", CLEAR), ("ann", "ann"));
    let facts = facts.expect("attached");
    assert_eq!(person_of(second), person_of(first));
    assert!(matches!(&facts[..], [Fact::Attached(_)]));
    assert!(facts[0].rooms().is_empty(), "nobody else is told");
    // Each of them speaks for the person.
    for caller in [first, second] {
        world.act(caller, say("hello")).expect("said");
    }
    let gone = world.act(first, quit(QuitReason::Lost)).expect("gone");
    assert!(matches!(&gone[..], [Fact::Detached(detached)]
        if matches!(&**detached, Detached { why: Some(QuitReason::Lost), .. })));
    assert_eq!(world.act(first, say("hello")), Err(Rejection::NotHere));
    world.act(second, say("still here")).expect("said");
    let gone = world.act(second, quit(QuitReason::Lost)).expect("gone");
    assert!(matches!(&gone[..], [Fact::Quit(_)]));
    world.check();
    world.check_replay();
}

#[test]
fn a_name_that_the_account_does_not_own_is_shared_as_well() {
    let (mut world, _) = world_with_ann();
    let away = ("192.0.2.60", CLEAR);
    let (first, facts) = connect(&mut world, away, ("annie", "ann"));
    assert!(matches!(facts.as_deref(), Ok([Fact::LoggedIn(_)])));
    let (second, facts) = connect(&mut world, away, ("annie", "ann"));
    assert!(matches!(facts.as_deref(), Ok([Fact::Attached(_)])));
    assert_eq!(person_of(second), person_of(first));
    // Others of the account do not get in by it.
    let (_, facts) = connect(&mut world, away, ("lee", "ann"));
    assert!(
        matches!(facts, Err(Rejection::NameTaken { .. })),
        "{facts:?}"
    );
    let (_, facts) = connect(&mut world, away, ("annie", "lee"));
    assert!(facts.is_err());
}

#[test]
fn who_comes_by_nc_takes_all_over() {
    let (mut world, first) = world_with_ann();
    let (second, _) = connect(&mut world, ("192.0.2.60", CLEAR), ("ann", "ann"));
    let facts = arrive_with(&mut world, "ann", "ann").expect("here");
    assert!(
        matches!(
            &facts[..],
            [
                Fact::Detached(_),
                Fact::Joined { room: LOBBY, .. },
                Fact::Returned(_)
            ]
        ),
        "{facts:?}"
    );
    for caller in [first, second] {
        assert_eq!(world.act(caller, say("hello")), Err(Rejection::NotHere));
    }
    // And stays alone: its terminal is one.
    let (_, facts) = connect(&mut world, ("192.0.2.60", CLEAR), ("ann", "ann"));
    assert!(
        matches!(facts.as_deref(), Ok([Fact::Returned(_)])),
        "{facts:?}"
    );
    world.check();
    world.check_replay();
}

#[test]
fn an_encrypted_room_is_heard_over_encrypted_connections_alone() {
    let (mut world, first) = world_with_ann();
    world.act(first, join("ops")).expect("inside");
    let settings = [RoomSetting::Encrypted(true)].into();
    let ops = || RoomRef::Name(room("ops"));
    let set = Command::SetRoom {
        room: ops(),
        settings,
    };
    world.act(first, set).expect("hers");
    let refused = Err(Rejection::Of(room("ops"), RoomRejection::EncryptedOnly));
    let clear = ("192.0.2.60", CLEAR);
    let (_, facts) = connect(&mut world, clear, ("ann", "ann"));
    assert_eq!(facts, refused);
    // Nor does she enter while one of hers is in the clear.
    let leave = Command::Leave {
        room: ops(),
        why: None,
    };
    world.act(first, leave).expect("outside");
    let (second, facts) = connect(&mut world, clear, ("ann", "ann"));
    assert!(facts.is_ok());
    assert_eq!(world.act(first, join("ops")), refused);
    world.act(second, quit(QuitReason::Closed)).expect("gone");
    world.act(first, join("ops")).expect("inside again");
}

#[test]
fn who_takes_a_session_over_in_the_clear_is_told_which_rooms_it_is_out_of() {
    let (mut world, first) = world_with_ann();
    for name in ["ops", "dev"] {
        world.act(first, join(name)).expect("inside");
    }
    let set = Command::SetRoom {
        room: RoomRef::Name(room("ops")),
        settings: [RoomSetting::Encrypted(true)].into(),
    };
    world.act(first, set).expect("hers");
    let facts = arrive_with(&mut world, "ann", "ann").expect("here");
    let [Fact::Left { room: left, .. }, Fact::Returned(returned)] = &facts[..] else {
        panic!("the others are shown that she leaves: {facts:?}");
    };
    assert_eq!(world.chat.room_name(*left), Some(&room("ops")));
    let why = Rejection::Of(room("ops"), RoomRejection::EncryptedOnly);
    let room = room("ops");
    assert_eq!(*returned.left_out, [LeftOut { room, why }]);
    world.check();
    world.check_replay();
}

#[test]
fn a_ban_of_any_of_its_addresses_and_a_kick_end_all() {
    for by_ban in [true, false] {
        let (mut world, first) = world_with_ann();
        let (second, _) = connect(&mut world, ("198.51.100.9", CLEAR), ("ann", "ann"));
        let command = match by_ban {
            true => Command::Ban {
                mask: Mask::parse("198.51.100.0/24").expect("a block"),
                cover_address: false,
                time: Some(Duration::from_mins(1)),
                why: None,
            },
            false => Command::Kick {
                name: "ann".into(),
                why: None,
            },
        };
        let facts = world.by("lee", command).expect("lee may");
        assert!(
            matches!(&facts[..], [Fact::Moderated(_), Fact::Quit(_)]),
            "{facts:?}"
        );
        for caller in [first, second] {
            assert_eq!(world.act(caller, say("hello")), Err(Rejection::NotHere));
        }
        world.check();
    }
}

#[test]
fn an_account_has_so_many_connections() {
    let (mut world, _) = world_with_ann();
    let here = ("192.0.2.60", CLEAR);
    for _ in 1..16 {
        let (_, facts) = connect(&mut world, here, ("ann", "ann"));
        assert!(facts.is_ok(), "{facts:?}");
    }
    let (_, facts) = connect(&mut world, here, ("ann", "ann"));
    assert_eq!(facts, Err(Rejection::TooManyLogins { logins_max: 16 }));
    world.check();
}

#[test]
fn who_is_on_several_does_not_leave_them_for_another_name_in_use() {
    let (mut world, first) = world_with_ann();
    let here = ("192.0.2.60", CLEAR);
    let (_, facts) = connect(&mut world, here, ("ann", "ann"));
    assert!(facts.is_ok());
    // Another person of the same account.
    let (other, facts) = connect(&mut world, here, ("annie", "ann"));
    assert!(facts.is_ok());
    world.act(other, Command::Group).expect("annie is ann's");
    let rename = Command::Rename {
        name: name("annie"),
        proof: None,
    };
    let refused = world.act(first, rename);
    assert!(
        matches!(refused, Err(Rejection::NameTaken { .. })),
        "{refused:?}"
    );
}

#[test]
fn who_takes_a_name_of_its_own_that_is_on_is_on_it_too() {
    let (mut world, first) = world_with_ann();
    world.act(first, join("lobby")).expect("inside");
    let (second, facts) = connect(&mut world, ("192.0.2.60", CLEAR), ("annie", "ann"));
    assert!(facts.is_ok());
    let rename = Command::Rename {
        name: name("ann"),
        proof: None,
    };
    let facts = world.act(second, rename).expect("hers");
    assert!(
        matches!(&facts[..], [Fact::Quit(_), Fact::Attached(_)]),
        "{facts:?}"
    );
    world.act(first, say("still here")).expect("said");
    let conn = |caller| match caller {
        Caller::Person { conn, .. } => conn,
        _ => unreachable!(),
    };
    assert!(world.chat.speaks_for(person_of(first), conn(second)));
    world.check();
    world.check_replay();
}

/// Ivo is a guest over IRC whom lee has made an operator for the visit and a moderator of his room, and who then
/// registers.
fn world_with_visitor() -> (World, Caller) {
    let mut world = World::with(&["lee"]);
    world.by("lee", register("lee")).expect("registered");
    world.by("lee", join("den")).expect("inside");
    let from = ("192.0.2.50", CLEAR);
    let Caller::Anonymous { conn, address, .. } = world.visitor(from.0) else {
        unreachable!()
    };
    let visitor = Caller::Anonymous {
        conn,
        address,
        link: CLEAR,
    };
    let login = Command::LogIn {
        name: Some(name("ivo")),
        proof: None,
        is_script: true,
        account: None,
        ident: Some(Box::new(Ident::new("ivo", None))),
    };
    let facts = world.act(visitor, login).expect("here");
    let Some(Fact::LoggedIn(login)) = facts.first() else {
        panic!("{facts:?}")
    };
    let ivo = Caller::Person {
        person: login.person,
        conn,
        address,
        link: CLEAR,
    };
    world.act(ivo, join("den")).expect("inside");
    let moderator = StandingChange::Give(Standing::Moderator);
    for command in [
        Command::Op("ivo".into()),
        Command::Stand {
            room: RoomRef::Name(room("den")),
            name: "ivo".into(),
            change: moderator,
        },
    ] {
        world.by("lee", command).expect("given");
    }
    world.act(ivo, register("ivo")).expect("registered");
    (world, ivo)
}

/// What ivo may do: as an operator of the server, and as a moderator of the room.
fn rights(world: &mut World, ivo: Caller) -> [bool; 2] {
    let announced = world.act(ivo, Command::Announce(text("hear me")));
    let bar = Command::Bar {
        room: RoomRef::Name(room("den")),
        mask: Mask::of_name(name("zed")),
        cover_address: false,
        time: None,
        why: None,
    };
    [announced.is_ok(), world.act(ivo, bar).is_ok()]
}

#[test]
fn what_was_given_for_a_visit_does_not_pass_to_another_connection() {
    let (mut world, first) = world_with_visitor();
    assert_eq!(rights(&mut world, first), [true, true]);
    let (second, facts) = connect(&mut world, ("192.0.2.60", CLEAR), ("ivo", "ivo"));
    let facts = facts.expect("attached");
    let shown = |fact: &Fact| matches!(fact, Fact::StandingShown(shown) if shown.held.is_none());
    assert!(facts.iter().any(shown), "{facts:?}");
    for caller in [second, first] {
        assert_eq!(rights(&mut world, caller), [false, false]);
    }
    world.act(first, quit(QuitReason::Lost)).expect("gone");
    assert_eq!(rights(&mut world, second), [false, false]);
    world.check();
    world.check_replay();
}

#[test]
fn what_was_given_for_a_visit_ends_when_the_session_is_taken_over() {
    let (mut world, _) = world_with_visitor();
    arrive_with(&mut world, "ivo", "ivo").expect("here");
    let ivo = world.caller("ivo");
    assert_eq!(rights(&mut world, ivo), [false, false]);
    world.check();
    world.check_replay();
}

#[test]
fn what_was_given_for_a_visit_is_there_again_by_the_code_alone() {
    for by_code in [true, false] {
        let mut world = World::with(&["lee", "bob"]);
        world.by("lee", register("lee")).expect("registered");
        for who in ["lee", "bob"] {
            world.by(who, join("den")).expect("inside");
        }
        let moderator = Command::Stand {
            room: RoomRef::Name(room("den")),
            name: "bob".into(),
            change: StandingChange::Give(Standing::Moderator),
        };
        for command in [Command::Op("bob".into()), moderator] {
            world.by("lee", command).expect("given");
        }
        world.by("bob", register("bob")).expect("registered");
        let code = world.lose("bob");
        match by_code {
            true => world.resume(code).expect("back"),
            false => arrive_with(&mut world, "bob", "bob").expect("back"),
        };
        let bob = world.caller("bob");
        assert_eq!(rights(&mut world, bob), [by_code; 2]);
        world.check();
        world.check_replay();
    }
}
