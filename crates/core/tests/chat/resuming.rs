//! Sessions that are lost and taken up again.

use chinwag_core::{Caller, Command, Duration, Fact, QuitReason, Rejection, ResumeCode};

use crate::world::{HOME, World, join, leave, name, register, say, set_topic};

fn returned_in(facts: &[Fact]) -> &chinwag_core::Returned {
    match facts {
        [Fact::Returned(returned)] => returned,
        _ => panic!("{facts:?}"),
    }
}

#[test]
fn lost_sessions_resume_and_ended_ones_do_not() {
    for (why, back) in [
        (QuitReason::Closed, true),
        (QuitReason::Lost, true),
        (QuitReason::TimedOut, true),
        (QuitReason::TooSlow, true),
        (QuitReason::Quit(None), false),
        (QuitReason::Restart, false),
    ] {
        let mut world = World::with(&["lee", "ann"]);
        let code = world.shadow.people[&world.person("ann")].code;
        world.by("ann", Command::Quit(why.clone())).expect("gone");
        assert_eq!(world.resume(code).is_ok(), back, "{why:?}");
        world.check();
    }
}

#[test]
fn everything_is_as_it_was() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("ann", join("dev")).expect("joined");
    world.by("ann", join("ops")).expect("joined");
    let ignore = Command::Ignore {
        name: name("bob"),
        on: true,
    };
    world.by("ann", ignore).expect("ignored");
    let (person, before) = (
        world.person("ann"),
        world.chat.rooms_of(world.person("ann")).to_vec(),
    );
    let code = world.lose("ann");
    world.pass(Duration::from_mins(9));
    let facts = world.resume(code).expect("back");
    let returned = returned_in(&facts);
    assert_eq!(returned.login.person, person);
    assert_eq!(*returned.rooms, *before);
    assert_eq!(returned.ignores.len(), 1);
    assert_eq!(returned.replaces, None);
    world.check_replay();
}

#[test]
fn a_code_is_good_for_one_absence_and_for_ten_minutes() {
    let mut world = World::with(&["lee", "ann"]);
    let code = world.lose("ann");
    world.pass(Duration::from_mins(10));
    assert_eq!(world.resume(code), Err(Rejection::CodeNotValid));
    let mut world = World::with(&["lee", "ann"]);
    let code = world.lose("ann");
    world.pass(Duration::from_millis(10 * 60_000 - 1));
    world.resume(code).expect("back");
    let quit = Command::Quit(QuitReason::Quit(None));
    world.by("ann", quit).expect("gone");
    assert_eq!(world.resume(code), Err(Rejection::CodeNotValid));
    let never = ResumeCode::from_random(1);
    assert_eq!(world.resume(never), Err(Rejection::CodeNotValid));
}

#[test]
fn a_session_not_found_lost_yet_is_taken_over() {
    let mut world = World::with(&["lee", "ann"]);
    let Caller::Person { conn, person, .. } = world.caller("ann") else {
        unreachable!()
    };
    let code = world.shadow.people[&person].code;
    let facts = world.resume(code).expect("taken over");
    let returned = returned_in(&facts);
    assert_eq!(returned.replaces, Some(conn));
    assert_eq!(facts[0].rooms(), [], "the others never saw it leave");
    assert!(!world.chat.speaks_for(person, conn));
    let gone = Command::Quit(QuitReason::Lost);
    let late = Caller::Person {
        person,
        conn,
        address: [192, 0, 2, 1].into(),
    };
    assert_eq!(world.act(late, gone), Err(Rejection::NotHere));
    world.by("ann", say("still here")).expect("said");
    world.check_replay();
}

#[test]
fn a_passing_name_is_left_behind() {
    for passing in ["guest", "ann"] {
        let mut world = World::with(&["lee", "ann"]);
        let code = world.lose("ann");
        world.arrive(passing).expect("here");
        let facts = world.by(passing, Command::Resume(code)).expect("back");
        assert!(matches!(&facts[..], [Fact::Quit(_), Fact::Returned(_)]));
        assert_eq!(world.chat.people(), 2);
        world.check();
    }
    let mut world = World::with(&["ann"]);
    let code = world.shadow.people[&world.person("ann")].code;
    let oneself = world.by("ann", Command::Resume(code));
    assert_eq!(oneself, Err(Rejection::Oneself));
}

#[test]
fn a_name_taken_meanwhile_is_not_given_back() {
    let mut world = World::with(&["lee", "ann"]);
    let code = world.lose("ann");
    world.arrive("ann").expect("the name is free");
    let taken = world.resume(code);
    assert!(
        matches!(taken, Err(Rejection::NameTaken { .. })),
        "{taken:?}"
    );
    world.by("ann", register("hash")).expect("registered");
    world.lose("ann");
    assert_eq!(
        world.resume(code),
        Err(Rejection::NameRegistered(name("ann")))
    );
}

#[test]
fn a_closed_room_is_not_returned_to() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("ann", join("dev")).expect("joined");
    world.by("ann", leave("lobby")).expect("left");
    let code = world.lose("ann");
    world.act(Caller::Server, Command::Tidy).expect("tidied");
    let facts = world.resume(code).expect("back");
    assert_eq!(*returned_in(&facts).rooms, [chinwag_core::LOBBY]);
    world
        .by("ann", set_topic(chinwag_core::LOBBY, Some("x")))
        .expect("set");
    world.check();
}

#[test]
fn the_oldest_lost_session_makes_room() {
    let settings = chinwag_core::Settings {
        people_max: 2,
        ..chinwag_core::Settings::default()
    };
    let mut world = World::new(settings, chinwag_core::Snapshot::default());
    let codes = ["ann", "bob", "cy"].map(|who| {
        world.arrive_from(HOME, who).expect("here");
        world.lose(who)
    });
    let back = codes.map(|code| world.resume(code).is_ok());
    assert_eq!(back, [false, true, true]);
}
