//! Names that a person bore before: what it said under them stays its own, and is no other's.

use chinwag_core::limits::PAST_NAMES_MAX;
use chinwag_core::{
    Command, Correspondents, Fact, FoundMessage, LOBBY, QuitReason, Rejection, Seq, Timestamp,
};

use crate::world::{World, name, register, rename, room, say, set_topic};

/// Deletes what was said in the lobby under a name.
fn delete(message: Seq, by: &str) -> Command {
    Command::Delete {
        message,
        found: FoundMessage::InRoom {
            room: LOBBY,
            name: name(by),
            account: None,
            at: Timestamp(0),
            is_signal: false,
        },
        why: None,
    }
}

/// Deletes what was told an account in private.
fn delete_private(message: Seq, (from, to): (&str, &str)) -> Command {
    Command::Delete {
        message,
        found: FoundMessage::Private {
            from_name: name(from),
            to_name: name(to),
            accounts: Correspondents {
                from: None,
                to: Some(name(to)),
            },
            at: Timestamp(i64::MAX),
            is_signal: false,
        },
        why: None,
    }
}

fn said(world: &mut World, who: &str) -> Seq {
    world.by(who, say("mine")).expect("said");
    world.last_seq()
}

#[test]
fn a_guest_deletes_what_it_said_under_any_of_its_names() {
    let mut world = World::with(&["op", "lee", "gus"]);
    world.by("lee", register("of lee")).expect("registered");
    let one = said(&mut world, "gus");
    world.by("gus", rename("g2")).expect("renamed");
    let two = said(&mut world, "g2");
    world.by("g2", rename("gus")).expect("renamed");
    world.by("gus", rename("g3")).expect("renamed");
    world.arrive("gus").expect("another");
    let others = Err(Rejection::NotOnesMessage(Some(room("lobby"))));
    let hidden = Err(Rejection::NoSuchMessage);
    let in_private = |message| delete_private(message, ("gus", "lee"));
    for (message, by) in [(one, "gus"), (two, "g2")] {
        assert_eq!(world.by("gus", delete(message, by)), others);
        world.by("g3", delete(message, by)).expect("one's own");
    }
    assert_eq!(world.by("gus", in_private(one)), hidden);
    assert_eq!(world.by("op", in_private(one)), hidden);
    let facts = world.by("g3", in_private(one)).expect("one's own");
    let [Fact::PrivateDeleted(deletion)] = &facts[..] else {
        panic!("{facts:?}");
    };
    assert_eq!(*deletion.people, [world.person("lee"), world.person("g3")]);
    let three = said(&mut world, "gus");
    assert_eq!(world.by("g3", delete(three, "gus")), others);
    world.check_replay();
}

#[test]
fn the_oldest_of_many_names_is_forgotten() {
    let mut world = World::with(&["op", "g0"]);
    let mut spoken = Vec::new();
    for n in 0..=PAST_NAMES_MAX {
        let own = format!("g{n}");
        spoken.push((said(&mut world, &own), own.clone()));
        let next = format!("g{}", n + 1);
        world.by(&own, rename(&next)).expect("renamed");
    }
    let last = format!("g{}", PAST_NAMES_MAX + 1);
    let (oldest, kept) = spoken.split_first().expect("all");
    assert!(world.by(&last, delete(oldest.0, &oldest.1)).is_err());
    for (message, by) in kept {
        world.by(&last, delete(*message, by)).expect("one's own");
    }
}

#[test]
fn a_name_that_was_not_kept_is_ones_own_up_to_the_loss() {
    let mut world = World::with(&["op"]);
    let visitor = world.visitor("192.0.2.7");
    let script = Command::LogIn {
        name: Some(name("bot")),
        proof: None,
        is_script: true,
        account: None,
        ident: None,
    };
    world.act(visitor, script).expect("here");
    let one = said(&mut world, "bot");
    let code = world.shadow.people[&world.person("bot")].code;
    let closed = Command::Quit(QuitReason::Closed);
    world.by("bot", closed).expect("gone");
    world.arrive("bot").expect("the name is free");
    let two = said(&mut world, "bot");
    let facts = world.resume(code).expect("back");
    let Some(Fact::Returned(returned)) = facts.last() else {
        panic!("{facts:?}");
    };
    let again = returned.login.name.to_string();
    let names: Vec<_> = returned
        .names
        .iter()
        .map(|past| past.covers(&name("bot"), one))
        .collect();
    assert_eq!(names, [true]);
    assert!(!returned.names[0].is_borne());
    world.by(&again, delete(one, "bot")).expect("one's own");
    let others = Err(Rejection::NotOnesMessage(Some(room("lobby"))));
    assert_eq!(world.by(&again, delete(two, "bot")), others);
    world.check_replay();
}

#[test]
fn an_ignored_person_has_set_a_topic_under_any_name_and_no_other_person_has() {
    let mut world = World::with(&["op", "ned", "gus"]);
    world.by("gus", rename("g2")).expect("renamed");
    world.by("g2", set_topic(LOBBY, Some("mine"))).expect("set");
    world.by("g2", rename("g3")).expect("renamed");
    let ignore = Command::Ignore {
        name: name("g3"),
        account: None,
        on: true,
    };
    world.by("ned", ignore).expect("ignored");
    let topic = |world: &World| {
        let summary = world.chat.room_summary(world.person("ned"), LOBBY);
        summary
            .expect("the lobby")
            .topic
            .map(|topic| topic.text.to_string())
    };
    assert_eq!(topic(&world), None);
    world.arrive("g2").expect("another");
    world
        .by("g2", set_topic(LOBBY, Some("another's")))
        .expect("set");
    world.by("g2", rename("g4")).expect("renamed");
    world.by("g3", rename("g2")).expect("renamed");
    assert_eq!(topic(&world).as_deref(), Some("another's"));
    world.check_replay();
}
