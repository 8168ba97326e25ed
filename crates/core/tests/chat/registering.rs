//! Names that belong to somebody, and operators that last.

use chinwag_core::{
    Answer, Command, Fact, FirstOperator, Proof, Query, Rejection, ResumeCode, Settings, Snapshot,
};

use crate::world::{World, change_password, join, name, register, rename};

fn arrive_with(world: &mut World, who: &str, proof: &str) -> Result<Vec<Fact>, Rejection> {
    let visitor = world.visitor("192.0.2.77");
    let command = Command::LogIn {
        name: Some(name(who)),
        proof: Some(Proof(proof.into())),
        is_script: false,
    };
    world.act(visitor, command)
}

fn password_hash(world: &mut World, who: &str) -> Option<String> {
    let visitor = world.visitor("192.0.2.77");
    match world
        .chat
        .answer(visitor, Query::PasswordHash(name(who)), world.now)
    {
        Ok(Answer::PasswordHash(hash)) => hash.map(|hash| hash.to_string()),
        answer => panic!("{answer:?}"),
    }
}

#[test]
fn a_registration_stays_when_its_owner_goes() {
    let mut world = World::with(&["lee", "ann"]);
    assert_eq!(password_hash(&mut world, "ann"), None);
    world.by("ann", register("hash")).expect("registered");
    world
        .by("ann", change_password("hash", "new hash"))
        .expect("another password");
    assert_eq!(
        password_hash(&mut world, "ANN").as_deref(),
        Some("new hash")
    );
    world.lose("ann");
    assert!(arrive_with(&mut world, "ann", "hash").is_err());
    arrive_with(&mut world, "Ann", "new hash").expect("here");
    assert!(world.whois("ann").is_ok_and(|ann| ann.line.registered));
}

#[test]
fn op_lasts_for_a_registered_name_and_else_for_the_visit() {
    for (registered, lasts) in [(true, true), (false, false)] {
        let mut world = World::with(&["lee", "ann"]);
        if registered {
            world.by("ann", register("hash")).expect("registered");
        }
        world.by("lee", Command::Op("ann".into())).expect("opped");
        world.quit("ann");
        arrive_with(&mut world, "ann", "hash").expect("here");
        assert!(
            world
                .whois("ann")
                .is_ok_and(|ann| ann.line.operator == lasts)
        );
    }
}

#[test]
fn op_and_deop_reach_a_registered_name_that_is_not_here() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("lee", register("of lee")).expect("registered");
    world.by("ann", register("hash")).expect("registered");
    world.lose("ann");
    world.by("lee", Command::Op("Ann".into())).expect("opped");
    arrive_with(&mut world, "ann", "hash").expect("here");
    assert!(world.whois("ann").is_ok_and(|ann| ann.line.operator));
    world.lose("ann");
    world
        .by("lee", Command::Deop("ann".into()))
        .expect("deopped");
    arrive_with(&mut world, "ann", "hash").expect("here");
    assert!(world.whois("ann").is_ok_and(|ann| !ann.line.operator));
}

#[test]
fn a_deposed_operator_does_not_come_back_as_one() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("lee", register("of lee")).expect("registered");
    world.by("ann", register("hash")).expect("registered");
    world.by("lee", Command::Op("ann".into())).expect("opped");
    let code = world.lose("ann");
    world
        .by("lee", Command::Deop("ann".into()))
        .expect("deopped");
    world.resume(code).expect("back");
    assert!(world.whois("ann").is_ok_and(|ann| !ann.line.operator));
    world.check();
}

#[test]
fn another_name_is_another_rank() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("lee", register("hash")).expect("registered");
    let rank = |world: &World, who: &str| {
        let line = world.whois(who).expect(who).line;
        (line.registered, line.operator)
    };
    assert_eq!(rank(&world, "lee"), (true, true));
    world.by("lee", rename("leo")).expect("renamed");
    assert_eq!(rank(&world, "leo"), (false, false));
    let registered = Err(Rejection::NameRegistered(name("lee")));
    assert_eq!(world.by("leo", rename("lee")), registered);
    let proven = Command::Rename {
        name: name("LEE"),
        proof: Some(Proof("hash".into())),
    };
    // A registered name in capitals is still that name.
    world.by("leo", proven).expect("renamed");
    assert_eq!(rank(&world, "lee"), (true, true));
}

#[test]
fn which_names_cannot_be_taken_by_renaming() {
    let mut world = World::with(&["lee", "iee", "ann"]);
    let looks = |asked, other| Rejection::NameLooksLike {
        name: name(asked),
        other: name(other),
    };
    for (who, to, expected) in [
        ("ann", "ann", Rejection::SameName(name("ann"))),
        // In small letters they differ, so that both are here; in capitals nobody would see it.
        ("iee", "Iee", looks("Iee", "lee")),
        ("iee", "IEE", looks("IEE", "lee")),
    ] {
        assert_eq!(world.by(who, rename(to)), Err(expected), "{who} to {to}");
    }
    let taken = world.by("ann", rename("LEE"));
    assert!(matches!(taken, Err(Rejection::NameTaken { .. })));
    world.by("ann", rename("ANN")).expect("only the case");
    world.by("lee", rename("LEe")).expect("only the case");
    world.check();
}

#[test]
fn the_owner_takes_the_session_over_with_the_password() {
    for is_lost in [false, true] {
        let mut world = World::with(&["lee", "ann"]);
        world.by("ann", register("hash")).expect("registered");
        world.by("ann", join("dev")).expect("joined");
        let (before, person) = (world.caller("ann"), world.person("ann"));
        let code = world.shadow.people[&person].code;
        if is_lost {
            world.lose("ann");
        }
        let wrong = arrive_with(&mut world, "ann", "guess");
        assert!(wrong.is_err(), "{wrong:?}");
        let facts = arrive_with(&mut world, "ANN", "hash").expect("taken over");
        let [Fact::Returned(returned)] = &facts[..] else {
            panic!("{facts:?}");
        };
        assert_eq!(returned.login.person, person);
        assert_eq!(returned.was_lost, is_lost);
        assert_eq!(returned.rooms.len(), 2);
        assert_ne!(returned.login.code, code);
        let late = world.act(before, crate::world::say("me too"));
        assert_eq!(late, Err(Rejection::NotHere));
        assert_eq!(world.resume(code), Err(Rejection::CodeNotValid));
        world.check();
        world.check_replay();
    }
}

#[test]
fn a_new_password_needs_the_old_one() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("ann", register("hash")).expect("registered");
    let needed = Err(Rejection::NeedsOldPassword(name("ann")));
    assert_eq!(world.by("ann", register("stolen")), needed);
    let guessed = change_password("guess", "stolen");
    assert_eq!(world.by("ann", guessed), needed);
    assert_eq!(password_hash(&mut world, "ann").as_deref(), Some("hash"));
}

#[test]
fn rights_for_a_visit_end_with_it() {
    let mut world = World::with(&["lee", "bob"]);
    world.by("lee", Command::Op("bob".into())).expect("opped");
    world.by("bob", rename("rob")).expect("renamed");
    world.by("rob", register("hash")).expect("registered");
    assert!(world.whois("rob").is_ok_and(|rob| rob.line.operator));
    world.lose("rob");
    arrive_with(&mut world, "rob", "hash").expect("here");
    assert!(world.whois("rob").is_ok_and(|rob| !rob.line.operator));
    world.check();
}

#[test]
fn the_server_s_code_makes_an_operator_who_stays_one() {
    let code = ResumeCode::from_random(7);
    let settings = Settings {
        first_operator: FirstOperator::Local,
        operator_code: Some(code),
        ..Settings::default()
    };
    let mut world = World::new(settings, Snapshot::default());
    world.arrive("ann").expect("here");
    world.arrive("bob").expect("here");
    let by_code = |code: ResumeCode| Command::Op(code.to_string().to_lowercase());
    let wrong = world.by("ann", by_code(ResumeCode::from_random(8)));
    assert_eq!(wrong, Err(Rejection::NeedsOperator));
    world.by("ann", by_code(code)).expect("operator");
    assert_eq!(
        world.by("bob", by_code(code)),
        Err(Rejection::NeedsOperator)
    );
    world.by("ann", register("hash")).expect("registered");
    world.quit("ann");
    arrive_with(&mut world, "ann", "hash").expect("here");
    assert!(world.whois("ann").is_ok_and(|ann| ann.line.operator));
    world.check();
}
