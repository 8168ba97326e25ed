//! Metadata: whose it is, how long it lasts, and who is shown it.

use chinwag_core::limits::{METADATA_KEYS_MAX, METADATA_VALUE_BYTES_MAX};
use chinwag_core::{
    Answer, Caller, Command, Fact, MetadataChange, MetadataKey, MetadataRejection, MetadataShown,
    MetadataSubject, MetadataTarget, MetadataValue, Query, Rejection, RoomRef, RoomRejection,
    RoomSetting, Snapshot,
};

use crate::world::{World, join, leave, name, register, rename, room};

fn key(text: &str) -> MetadataKey {
    MetadataKey::parse(text).expect("a key")
}

fn change(of: &str, value: Option<&str>) -> MetadataChange {
    let value = value.map(|text| MetadataValue::parse(text).expect("a value"));
    (key(of), value)
}

fn set(target: MetadataTarget, changes: &[(&str, Option<&str>)]) -> Command {
    let changes = changes.iter().map(|(of, value)| change(of, *value));
    let changes = Some(changes.collect());
    Command::SetMetadata { target, changes }
}

fn own(changes: &[(&str, Option<&str>)]) -> Command {
    set(MetadataTarget::Oneself, changes)
}

fn of_room(called: &str, changes: &[(&str, Option<&str>)]) -> Command {
    set(MetadataTarget::Room(room(called)), changes)
}

/// What somebody is answered, as one text.
fn seen(world: &World, by: &str, target: MetadataTarget) -> Result<String, Rejection> {
    let query = Query::Metadata(target);
    match world.chat.answer(world.caller(by), query, world.now)? {
        Answer::Metadata(subject, metadata) => {
            let all = metadata
                .iter()
                .map(|(key, value)| format!(" {key}={value}"));
            Ok(format!("{subject}:{}", all.collect::<String>()))
        }
        answer => panic!("{answer:?}"),
    }
}

fn seen_of(world: &World, by: &str, whom: &str) -> String {
    seen(world, by, MetadataTarget::Person(whom.into())).expect("an answer")
}

fn shown(facts: &[Fact]) -> Vec<&MetadataShown> {
    let shown = facts.iter().filter_map(|fact| match fact {
        Fact::MetadataShown(shown) => Some(&**shown),
        _ => None,
    });
    shown.collect()
}

#[test]
fn a_guests_ends_with_the_visit_and_an_accounts_does_not() {
    let mut world = World::with(&["lee", "ann"]);
    let url = [("url", Some("x")), ("city", Some(""))];
    let facts = world.by("ann", own(&url)).expect("set");
    assert!(!facts.iter().any(Fact::is_durable));
    assert_eq!(seen_of(&world, "lee", "ann"), "ann: city= url=x");
    world.quit("ann");
    world.arrive("ann").expect("here");
    assert_eq!(seen_of(&world, "lee", "ann"), "ann:");
    world.by("ann", own(&url)).expect("set");
    let facts = world.by("ann", register("of ann")).expect("registered");
    assert!(matches!(facts.last(), Some(set @ Fact::MetadataSet(_)) if set.is_durable()));
    world.by("ann", own(&[("city", None)])).expect("set");
    assert_eq!(seen_of(&world, "lee", "ann"), "ann: url=x");
    // Logged out, the person has nothing of it.
    let facts = world.by("ann", Command::LogOut).expect("out");
    assert_eq!(shown(&facts)[0].changes[..], [change("url", None)]);
    world.check();
    world.check_replay();
}

#[test]
fn who_sets_it_is_the_owner_or_a_moderator() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    world.by("ann", join("den")).expect("joined");
    world.by("bob", join("den")).expect("joined");
    let of_ann = MetadataTarget::Person("ann".into());
    let another: Rejection = MetadataRejection::OfAnother.into();
    let url = [("url", Some("x"))];
    assert_eq!(world.by("bob", set(of_ann.clone(), &url)), Err(another));
    world.by("ann", set(of_ann, &url)).expect("one's own");
    let refused = Err(Rejection::Of(room("den"), RoomRejection::NeedsModerator));
    assert_eq!(world.by("bob", of_room("den", &url)), refused);
    let facts = world.by("ann", of_room("den", &url)).expect("set");
    assert!(facts[0].is_durable());
    assert_eq!(
        shown(&facts)[0].rooms,
        world.chat.rooms_of(world.person("ann"))[1..].into()
    );
    let not_set: Rejection = MetadataRejection::NotSet(key("city")).into();
    assert_eq!(world.by("ann", own(&[("city", None)])), Err(not_set));
    world.check_replay();
}

#[test]
fn outsiders_see_of_a_room_what_they_may_read() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    world.by("ann", join("den")).expect("joined");
    world
        .by("ann", of_room("den", &[("url", Some("x"))]))
        .expect("set");
    let den = || MetadataTarget::Room(room("den"));
    let setting = |setting| Command::SetRoom {
        room: RoomRef::Name(room("den")),
        settings: [setting].into(),
    };
    assert_eq!(seen(&world, "bob", den()).as_deref(), Ok("#den: url=x"));
    world
        .by("ann", setting(RoomSetting::Closed(true)))
        .expect("set");
    let closed = Err(Rejection::Of(room("den"), RoomRejection::Closed));
    assert_eq!(seen(&world, "bob", den()), closed);
    world
        .by("ann", setting(RoomSetting::Hidden(true)))
        .expect("set");
    assert!(matches!(
        seen(&world, "bob", den()),
        Err(Rejection::NoSuchRoom { .. })
    ));
    let all = Query::MetadataIn {
        room: RoomRef::Name(room("den")),
        after: None,
    };
    let answer = world.chat.answer(world.caller("bob"), all, world.now);
    assert!(matches!(answer, Err(Rejection::NoSuchRoom { .. })));
    // A room that nobody owns is another when the next comes in.
    world
        .by("ann", setting(RoomSetting::Hidden(false)))
        .expect("set");
    world
        .by("ann", setting(RoomSetting::Closed(false)))
        .expect("set");
    world.by("ann", leave("den")).expect("left");
    world.by("bob", join("den")).expect("joined");
    assert_eq!(seen(&world, "bob", den()).as_deref(), Ok("#den:"));
    world.check();
    world.check_replay();
}

#[test]
fn who_enters_a_room_is_shown_there_with_all_it_has() {
    let mut world = World::with(&["lee", "ann"]);
    let none = world.by("lee", join("den")).expect("joined");
    assert!(shown(&none).is_empty());
    world
        .by("ann", own(&[("url", Some("x")), ("city", Some("y"))]))
        .expect("set");
    let facts = world.by("ann", join("den")).expect("joined");
    let [shown] = shown(&facts)[..] else {
        panic!("{facts:?}")
    };
    assert_eq!(
        shown.changes[..],
        [change("city", Some("y")), change("url", Some("x"))]
    );
    let ann = world.person("ann");
    assert_eq!(shown.subject, MetadataSubject::Person(ann, name("ann")));
    assert_eq!(shown.rooms, world.chat.rooms_of(ann)[1..].into());
}

#[test]
fn one_has_so_many_keys_at_most() {
    let mut world = World::with(&["lee"]);
    let keys: Vec<String> = (0..=METADATA_KEYS_MAX)
        .map(|n| format!("k{n:02}"))
        .collect();
    let longest = "x".repeat(METADATA_VALUE_BYTES_MAX);
    let all: Vec<_> = keys.iter().map(|key| (&**key, Some(&*longest))).collect();
    let full = || {
        Err(MetadataRejection::Full {
            keys_max: METADATA_KEYS_MAX,
        }
        .into())
    };
    assert_eq!(world.by("lee", own(&all)), full());
    world.by("lee", own(&all[1..])).expect("as many as may be");
    assert_eq!(world.by("lee", own(&all[..1])), full());
    world
        .by("lee", own(&all[1..2]))
        .expect("another value for the same key");
}

#[test]
fn a_page_of_a_room_is_bounded_and_nobody_is_left_out() {
    let mut world = World::with(&["lee"]);
    let value = "x".repeat(METADATA_VALUE_BYTES_MAX);
    let many: Vec<String> = (0..300).map(|n| format!("guest{n:03}")).collect();
    for guest in &many {
        world.arrive(guest).expect("here");
        world
            .by(guest, own(&[("a", Some(&value)), ("b", Some(&value))]))
            .expect("set");
    }
    let (mut after, mut found, mut pages) = (None, Vec::new(), 0);
    loop {
        let query = Query::MetadataIn {
            room: RoomRef::Name(room("lobby")),
            after,
        };
        let answer = world.chat.answer(world.caller("lee"), query, world.now);
        let Ok(Answer::MetadataIn { lines, next, .. }) = answer else {
            panic!("{answer:?}")
        };
        let bytes: usize = lines.iter().map(|(_, metadata)| metadata.bytes()).sum();
        assert!(bytes < 20 << 10, "{bytes}");
        found.extend(lines.iter().map(|(subject, _)| subject.to_string()));
        pages += 1;
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert!(pages > 5);
    assert_eq!(found, many);
}

#[test]
fn a_name_that_clients_show_is_nobody_elses() {
    let mut world = World::with(&["boss", "eve", "bob"]);
    world.by("boss", register("boss")).expect("registered");
    let show = |name: &str| own(&[("display-name", Some(name))]);
    for (value, is_registered) in [("boss", true), ("  *BOSS!*", true), ("b o s s", true)] {
        let refused = world.by("eve", show(value));
        let refused = refused.expect_err(value);
        let registered = matches!(refused, Rejection::NameRegistered(_));
        assert_eq!(registered, is_registered, "{refused:?}");
    }
    let looks = world.by("eve", show("b\u{43e}ss"));
    assert!(
        matches!(looks, Err(Rejection::NameLooksLike { .. })),
        "{looks:?}"
    );
    let taken = world.by("eve", show("bob"));
    assert!(
        matches!(taken, Err(Rejection::NameTaken { .. })),
        "{taken:?}"
    );
    for reserved in ["Admin", "Eve (operator)", "NickServ", "server"] {
        let refused = world.by("eve", show(reserved));
        assert!(
            matches!(refused, Err(Rejection::NameReserved(_))),
            "{reserved}"
        );
    }
    for fine in ["Eve", "The Boss", "Eve \u{1f600}", "", "3"] {
        world.by("eve", show(fine)).expect(fine);
    }
    world.by("boss", show("Boss!")).expect("one's own");
    // What others show is no affair of other keys, nor of rooms.
    world.by("eve", own(&[("url", Some("boss"))])).expect("set");
    world.by("eve", join("den")).expect("inside");
    world
        .by("eve", of_room("den", &[("display-name", Some("boss"))]))
        .expect("set");
}

#[test]
fn a_name_that_clients_show_is_looked_at_whatever_its_length() {
    let mut world = World::with(&["Oscar", "eve", "bob"]);
    world.arrive(&"m".repeat(32)).expect("here");
    let show = |name: &str| own(&[("display-name", Some(name))]);
    for alike in ["0scar", "0-s-c-a-r", &"RN".repeat(32)] {
        let refused = world.by("eve", show(alike));
        assert!(
            matches!(refused, Err(Rejection::NameLooksLike { .. })),
            "{alike}: {refused:?}"
        );
    }
    for reserved in [
        "7 of 9, system operator",
        "Eve who looks after all of you here, the admin",
    ] {
        let refused = world.by("eve", show(reserved));
        assert!(
            matches!(refused, Err(Rejection::NameReserved(_))),
            "{reserved}: {refused:?}"
        );
    }
    // What others show is theirs, too.
    world.by("bob", show("Bob Builder")).expect("set");
    world.by("bob", show("B0b Builder")).expect("one's own");
    for taken in ["bob builder", "Bob Bui1der"] {
        let refused = world.by("eve", show(taken));
        assert!(
            matches!(refused, Err(Rejection::NameLooksLike { .. })),
            "{taken}: {refused:?}"
        );
    }
    // The name of a lost session is kept.
    world.lose("bob");
    let kept = world.by("eve", show("bob"));
    assert!(matches!(kept, Err(Rejection::NameTaken { .. })), "{kept:?}");
    world
        .by("eve", show("Bob Builder"))
        .expect("free with its visit");
}

#[test]
fn a_name_that_is_taken_is_shown_by_nobody_else() {
    let mut world = World::with(&["eve", "bob", "cy"]);
    world.by("bob", register("bob")).expect("registered");
    let show = |name: &str| own(&[("display-name", Some(name)), ("url", Some("u"))]);
    let show_of_eve = |world: &mut World, value: &str| {
        world.by("eve", show(value)).expect("nobody's yet");
        let value = format!("eve: display-name={value} url=u");
        assert_eq!(seen_of(world, "bob", "eve"), value);
    };
    let gone = "eve: url=u";
    let end = |world: &mut World| {
        let facts = world.act(Caller::Server, Command::EndShownNames);
        facts.expect("the server's own")
    };
    show_of_eve(&mut world, "Ann!");
    world.arrive("ann").expect("here");
    // Another key changes nothing.
    world.by("eve", own(&[("url", Some("u"))])).expect("set");
    let facts = end(&mut world);
    assert_eq!(shown(&facts)[0].changes[..], [change("display-name", None)]);
    assert_eq!(seen_of(&world, "bob", "eve"), gone);
    assert_eq!(end(&mut world), []);
    show_of_eve(&mut world, "Zed");
    world.by("cy", rename("zed")).expect("free");
    end(&mut world);
    assert_eq!(seen_of(&world, "bob", "eve"), gone);
    world.by("zed", rename("cy")).expect("free");
    // Looked at closely once it is registered.
    show_of_eve(&mut world, "host1");
    world.arrive("hostl").expect("here");
    assert_eq!(end(&mut world), []);
    world.by("hostl", register("hostl")).expect("registered");
    end(&mut world);
    assert_eq!(seen_of(&world, "bob", "eve"), gone);
    // What an account shows is taken from it, for good; if it shows another by then, that stays.
    world.by("bob", show("Dee")).expect("nobody's yet");
    world.by("cy", rename("dee")).expect("free");
    let facts = end(&mut world);
    assert!(
        facts
            .iter()
            .any(|fact| matches!(fact, Fact::MetadataSet(_)) && fact.is_durable())
    );
    assert_eq!(seen_of(&world, "eve", "bob"), "bob: url=u");
    show_of_eve(&mut world, "Fay");
    world.arrive("fay").expect("here");
    show_of_eve(&mut world, "Evita");
    assert_eq!(end(&mut world), []);
    // One's own is no other's.
    world.by("eve", show("E.v.e")).expect("one's own");
    world.by("eve", register("eve")).expect("registered");
    assert_eq!(end(&mut world), []);
    let kept = "eve: display-name=E.v.e url=u";
    assert_eq!(seen_of(&world, "bob", "eve"), kept);
    world.check();
    world.check_replay();
}

#[test]
fn a_name_shown_for_a_room_is_that_of_no_other() {
    let mut world = World::with(&["eve", "bob"]);
    for room in ["den", "hall"] {
        world.by("eve", join(room)).expect("inside");
    }
    let show = |room: &str, name: &str| of_room(room, &[("display-name", Some(name))]);
    for alike in ["# l0bby", "Lobby!", "HALL"] {
        let refused = world.by("eve", show("den", alike));
        assert!(
            matches!(refused, Err(Rejection::RoomLooksLike { .. })),
            "{alike}: {refused:?}"
        );
    }
    world.by("eve", show("den", "The Den")).expect("set");
    let twice = world.by("eve", show("hall", "the den"));
    assert!(
        matches!(twice, Err(Rejection::RoomLooksLike { .. })),
        "{twice:?}"
    );
    world.by("bob", join("theden")).expect("inside");
    let end = world.act(Caller::Server, Command::EndShownNames);
    end.expect("the server's own");
    let den = MetadataTarget::Room(room("den"));
    assert_eq!(seen(&world, "eve", den).as_deref(), Ok("#den:"));
    world.check();
}

#[test]
fn neither_many_accounts_nor_many_rooms_make_the_metadata_of_an_address_more() {
    let mut world = World::new(crate::world::settings(), Snapshot::default());
    world.arrive_from("192.0.2.1", "op").expect("here");
    world.arrive_from("192.0.2.9", "ann").expect("here");
    let longest = "x".repeat(METADATA_VALUE_BYTES_MAX);
    let keys: Vec<String> = (0..METADATA_KEYS_MAX).map(|n| format!("k{n}")).collect();
    let changes: Vec<_> = keys.iter().map(|key| (&**key, Some(&*longest))).collect();
    let refused = (0..1_000).find_map(|n| {
        let who = format!("word-{n}-of-it");
        world.arrive_from("192.0.2.2", &who).expect("here");
        world.by(&who, register("hash")).expect("registered");
        let refused = world.by(&who, own(&changes)).err().or_else(|| {
            let made = format!("room-{n}-of-it");
            world.by(&who, join(&made)).ok()?;
            world.by(&who, of_room(&made, &changes)).err()
        });
        world.quit(&who);
        refused
    });
    let full = MetadataRejection::Full {
        keys_max: METADATA_KEYS_MAX,
    };
    assert_eq!(refused, Some(full.into()));
    world.by("ann", own(&changes)).expect("there is space");
    world.chat.check_invariants();
    world.check_replay();
}
