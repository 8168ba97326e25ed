//! Sessions that are lost and taken up again.

use chinwag_core::{
    Caller, Command, Duration, Fact, Inputs, Proof, Query, QuitReason, Rejection, ResumeCode, Seq,
    Snapshot,
};

use crate::world::{
    HOME, World, arrive_with, join, leave, log_in_to, name, register, room, say, set_topic, tell,
    text,
};

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
        account: None,
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
    assert!(returned.was_lost);
    world.check_replay();
}

#[test]
fn who_is_lost_is_known_until_the_code_ends() {
    let mut world = World::with(&["lee", "ann"]);
    world.lose("ann");
    let whois = |world: &World, typed: &str| {
        let query = Query::Whois(typed.into());
        let lee = world.caller("lee");
        world.chat.answer(lee, query, world.now).map(drop)
    };
    let lost = Err(Rejection::LinkLost(name("ann")));
    assert_eq!(whois(&world, "ANN"), lost);
    world.pass(Duration::from_mins(11));
    let nobody = whois(&world, "ann");
    assert!(matches!(nobody, Err(Rejection::NobodyCalled { .. })));
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
    assert_eq!((returned.last_conn, returned.was_lost), (conn, false));
    assert_eq!(facts[0].rooms(), [], "the others never saw it leave");
    assert!(!world.chat.speaks_for(person, conn));
    let gone = Command::Quit(QuitReason::Lost);
    let late = Caller::Person {
        person,
        conn,
        address: [192, 0, 2, 1].into(),
        link: chinwag_core::Link::default(),
    };
    assert_eq!(world.act(late, gone), Err(Rejection::NotHere));
    world.by("ann", say("still here")).expect("said");
    world.check_replay();
}

#[test]
fn a_passing_name_is_left_behind() {
    let mut world = World::with(&["lee", "ann"]);
    let code = world.lose("ann");
    world.arrive("guest").expect("here");
    let facts = world.by("guest", Command::Resume(code)).expect("back");
    assert!(matches!(&facts[..], [Fact::Quit(_), Fact::Returned(_)]));
    assert_eq!(world.chat.people(), 2);
    world.check();
    let mut world = World::with(&["ann"]);
    let code = world.shadow.people[&world.person("ann")].code;
    let oneself = world.by("ann", Command::Resume(code));
    assert_eq!(oneself, Err(Rejection::Oneself));
}

#[test]
fn a_code_is_good_once() {
    let mut world = World::with(&["lee", "ann"]);
    let code = world.lose("ann");
    let facts = world.resume(code).expect("back");
    let next = returned_in(&facts).login.code;
    assert_ne!(next, code);
    assert_eq!(world.resume(code), Err(Rejection::CodeNotValid));
    world.resume(next).expect("taken over");
    world.check();
}

#[test]
fn a_link_that_breaks_before_the_next_code_is_read_can_be_taken_up_again() {
    let mut world = World::with(&["lee", "ann"]);
    let code = world.lose("ann");
    for _ in 0..3 {
        world.resume(code).expect("back");
        world.lose("ann");
    }
    let facts = world.resume(code).expect("back");
    let next = returned_in(&facts).login.code;
    world.lose("ann");
    world.resume(next).expect("back with the next code");
    world.lose("ann");
    assert_eq!(world.resume(code), Err(Rejection::CodeNotValid));
    world.check();
}

#[test]
fn a_name_is_kept_while_its_session_can_be_resumed() {
    let mut world = World::with(&["lee", "ann"]);
    let code = world.lose("ann");
    world.pass(Duration::from_mins(1));
    let kept = Err(Rejection::NameKept {
        name: name("ann"),
        remaining: Duration::from_mins(9),
    });
    assert_eq!(world.arrive("ann"), kept);
    assert_eq!(
        world.by("lee", crate::world::rename("ann")).map(|_| ()),
        kept.map(|_| ())
    );
    world.resume(code).expect("back");
    world.lose("ann");
    world.pass(Duration::from_mins(10));
    world.arrive("ann").expect("the name is free");
    world.check();
}

/// After a restart it is kept from all but its household.
#[test]
fn an_operator_gives_nobody_a_name_that_is_kept() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    world.arrive_from("192.0.2.11", "ada").expect("here");
    let ann = world.chat.kept_session(world.person("ann")).expect("here");
    world.quit("ann");
    let mut next_run = world.chat.clone();
    let until = world.now + Duration::from_mins(10);
    next_run.restore(None, ann, until, Seq(0), ResumeCode::from_random(7));
    let rename = |whom: &str| {
        let (name, new) = (whom.into(), name("ann"));
        let mut inputs = Inputs {
            now: world.now,
            roll: &mut || 7,
        };
        let command = Command::RenameOther { name, new };
        next_run.decide(world.caller("lee"), command, &mut inputs, &mut Vec::new())
    };
    let kept = rename("bob");
    assert!(matches!(kept, Err(Rejection::NameKept { .. })), "{kept:?}");
    rename("ada").expect("of the same household");
}

/// A restart cuts everybody off, and a person who is cut off keeps their rights.
#[test]
fn a_guest_who_was_the_first_operator_is_one_in_the_next_run() {
    let mut world = World::with(&["lee"]);
    let lee = world.chat.kept_session(world.person("lee")).expect("here");
    world.quit("lee");
    let mut next_run = world.chat.clone();
    let (until, code) = (
        world.now + Duration::from_mins(10),
        ResumeCode::from_random(7),
    );
    next_run.restore(None, lee, until, Seq(0), code);
    let caller = world.visitor("192.0.2.7");
    let is_operator = |command, now| {
        let (mut facts, mut roll) = (Vec::new(), || 7);
        let mut inputs = Inputs {
            now,
            roll: &mut roll,
        };
        let done = next_run.decide(caller, command, &mut inputs, &mut facts);
        done.expect("let in");
        facts.iter().any(|fact| match fact {
            Fact::LoggedIn(login) => login.operator,
            Fact::Returned(returned) => returned.login.operator,
            _ => false,
        })
    };
    let arrival = || Command::LogIn {
        name: Some(name("ann")),
        proof: None,
        is_script: false,
        account: None,
        ident: None,
    };
    assert!(!is_operator(arrival(), world.now), "lee may come back");
    assert!(is_operator(Command::Resume(code), world.now));
    assert!(is_operator(arrival(), until), "lee has not");
}

/// A registered name that became the operator by arriving, as a guest does: the account gives no right.
#[test]
fn a_registered_name_that_was_the_first_operator_is_one_in_the_next_run() {
    let kind = chinwag_core::CredentialKind::Password;
    let lee = chinwag_core::Account::new(name("lee"), kind, "hash".into(), crate::world::START);
    let kept = Snapshot {
        accounts: vec![lee],
        ..Snapshot::default()
    };
    let mut world = World::new(crate::world::settings(), kept);
    let operates = |facts: &[Fact]| {
        facts.iter().any(|fact| match fact {
            Fact::LoggedIn(login) => login.operator,
            Fact::Returned(returned) => returned.login.operator,
            _ => false,
        })
    };
    let come = |world: &mut World| arrive_with(world, "lee", "hash").expect("let in");
    assert!(operates(&come(&mut world)));
    world.lose("lee");
    assert!(operates(&come(&mut world)), "with the password");
    let lee = world.chat.kept_session(world.person("lee")).expect("here");
    world.quit("lee");
    let until = world.now + Duration::from_mins(10);
    let restore = |world: &mut World, kept| {
        let code = ResumeCode::from_random(7);
        world.chat.restore(None, kept, until, Seq(0), code);
        let proof = Some(Proof("hash".into()));
        let log_in = Command::LogIn {
            name: Some(name("lee")),
            proof,
            is_script: false,
            account: None,
            ident: None,
        };
        let caller = world.visitor("192.0.2.7");
        let (mut facts, mut roll) = (Vec::new(), || 7);
        let mut inputs = Inputs {
            now: world.now,
            roll: &mut roll,
        };
        let done = world.chat.decide(caller, log_in, &mut inputs, &mut facts);
        done.expect("let in");
        operates(&facts)
    };
    assert!(restore(&mut world, lee.clone()));
    let code = ResumeCode::from_random(9);
    let mut taken = lee;
    taken.rights.operates_without_account = false;
    let id = world.chat.restore(None, taken, until, Seq(0), code);
    let kept = world.chat.kept_session(id).expect("kept");
    assert!(!kept.rights.rank.operator, "what the account gave is gone");
}

#[test]
fn a_look_alike_of_a_kept_name_is_refused() {
    let mut world = World::with(&["lee", "Al"]);
    world.lose("Al");
    let alike = world.arrive("AI");
    assert!(
        matches!(alike, Err(Rejection::NameLooksLike { .. })),
        "{alike:?}"
    );
}

#[test]
fn a_script_that_has_ended_keeps_no_name() {
    let mut world = World::with(&["lee"]);
    for _ in 0..2 {
        let visitor = world.visitor(HOME);
        let command = Command::LogIn {
            name: Some(name("bot")),
            proof: None,
            is_script: true,
            account: None,
            ident: None,
        };
        world.act(visitor, command).expect("here");
        world
            .by("bot", Command::Quit(QuitReason::Closed))
            .expect("gone");
    }
    world.check();
}

/// Its link broke once, and it has ended all the same.
#[test]
fn a_script_that_came_back_and_has_ended_keeps_no_name() {
    let mut world = World::with(&["lee"]);
    let visitor = world.visitor(HOME);
    let command = Command::LogIn {
        name: Some(name("bot")),
        proof: None,
        is_script: true,
        account: None,
        ident: None,
    };
    world.act(visitor, command).expect("here");
    let code = world.lose("bot");
    world.resume(code).expect("back");
    world
        .by("bot", Command::Quit(QuitReason::Closed))
        .expect("gone");
    world.arrive("bot").expect("the name is free");
    world.check();
    world.check_replay();
}

/// A script that has ended keeps no name, but its code is good: where its name would deceive by now, under another.
#[test]
fn a_session_whose_name_is_taken_comes_back_under_another() {
    let mut world = World::with(&["lee", "ann"]);
    let visitor = world.visitor(HOME);
    let command = Command::LogIn {
        name: Some(name("bobO")),
        proof: None,
        is_script: true,
        account: None,
        ident: None,
    };
    world.act(visitor, command).expect("here");
    let code = world.shadow.people[&world.person("bobO")].code;
    world
        .by("bobO", Command::Quit(QuitReason::Closed))
        .expect("gone");
    world
        .by("ann", crate::world::rename("bob0"))
        .expect("the name is free");
    let facts = world.resume(code).expect("back");
    assert_eq!(returned_in(&facts).login.name, name("bobO2"));
    world.by("bobO2", say("here I am")).expect("said");
    world.check();
    world.check_replay();
}

#[test]
fn private_messages_are_kept_for_a_lost_link() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("ann", tell("lee", "psst")).expect("sent");
    let code = world.lose("ann");
    world.pass(Duration::from_mins(1));
    for command in [tell("ANN", "one"), Command::Reply(text("two"))] {
        let facts = world.by("lee", command).expect("kept");
        let [Fact::PrivateMessage(message)] = &facts[..] else {
            panic!("{facts:?}");
        };
        assert_eq!(message.kept, Some(Duration::from_mins(9)));
    }
    let facts = world.resume(code).expect("back");
    let kept = returned_in(&facts).kept.iter();
    let texts = kept.map(|event| match &event.fact {
        Fact::PrivateMessage(message) => message.text.to_string(),
        fact => panic!("{fact:?}"),
    });
    assert!(texts.eq(["one", "two"]));
    world
        .by("ann", Command::Reply(text("thanks")))
        .expect("sent");
    world.check_replay();
}

#[test]
fn what_is_kept_for_a_person_is_bounded() {
    use chinwag_core::limits::{KEPT_BYTES_MAX, KEPT_MESSAGES_MAX};
    for (bytes, expected) in [(1, KEPT_MESSAGES_MAX), (4_096, KEPT_BYTES_MAX / 4_096)] {
        let mut world = World::with(&["lee", "ann", "bob"]);
        let code = world.lose("ann");
        let words = "x".repeat(bytes);
        world.by("bob", tell("ann", "noon?")).expect("kept");
        for _ in 0..100 {
            world
                .by("lee", tell("ann", &words))
                .expect("kept, or another is not");
            world.check();
        }
        let facts = world.resume(code).expect("back");
        let returned = returned_in(&facts);
        let kept = returned.kept.len();
        assert!((expected - 1..=expected).contains(&kept), "{kept}");
        assert_eq!(kept as u64 + returned.omitted, 101);
        assert!(
            matches!(&returned.kept[0].fact, Fact::PrivateMessage(m) if m.from_name == name("bob"))
        );
    }
}

#[test]
fn who_is_ignored_keeps_nothing() {
    let mut world = World::with(&["lee", "ann"]);
    let ignore = Command::Ignore {
        name: name("lee"),
        account: None,
        on: true,
    };
    world.by("ann", ignore).expect("ignored");
    let code = world.lose("ann");
    world.by("lee", tell("ann", "psst")).expect("told the same");
    let facts = world.resume(code).expect("back");
    assert!(returned_in(&facts).kept.is_empty());
}

#[test]
fn a_closed_room_is_not_returned_to() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("ann", join("dev")).expect("joined");
    world.by("ann", leave("lobby")).expect("left");
    let code = world.lose("ann");
    world
        .by("lee", Command::EndRoom(room("dev")))
        .expect("removed");
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
        ..crate::world::settings()
    };
    let mut world = World::new(settings, chinwag_core::Snapshot::default());
    let codes = ["ann", "bob", "cy"].map(|who| {
        world.arrive_from(HOME, who).expect("here");
        world.lose(who)
    });
    let back = codes.map(|code| world.resume(code).is_ok());
    assert_eq!(back, [false, true, true]);
}

#[test]
fn names_are_not_held_in_bulk_by_cutting_links() {
    use chinwag_core::limits::LOST_NAMES_MAX;
    let mut world = World::with(&["lee", "ann"]);
    let ann = world.lose("ann");
    let of = |n: usize| format!("word-{n}-of-it");
    for n in 0..=LOST_NAMES_MAX {
        world.arrive(&of(n)).expect("here");
        world.lose(&of(n));
    }
    world.arrive(&of(0)).expect("the oldest name is free");
    let kept = world.arrive(&of(1));
    assert!(matches!(kept, Err(Rejection::NameKept { .. })), "{kept:?}");
    let kept = world.arrive("ann");
    assert!(matches!(kept, Err(Rejection::NameKept { .. })), "{kept:?}");
    world.resume(ann).expect("back");
    world.check();
    world.check_replay();
}

#[test]
fn nor_by_logging_in_to_an_account_under_other_names() {
    use chinwag_core::limits::LOST_NAMES_MAX;
    let mut world = World::with(&["lee"]);
    world.arrive("ann").expect("here");
    world.by("ann", register("of ann")).expect("registered");
    let ann = world.lose("ann");
    let of = |n: usize| format!("word-{n}-of-it");
    for n in 0..=LOST_NAMES_MAX {
        world.arrive(&of(n)).expect("here");
        world
            .by(&of(n), log_in_to("ann", "of ann"))
            .expect("logged in");
        world.lose(&of(n));
    }
    world.arrive(&of(0)).expect("the oldest name is free");
    let kept = world.arrive(&of(1));
    assert!(matches!(kept, Err(Rejection::NameKept { .. })), "{kept:?}");
    // The account's own name needs no place among those.
    world.resume(ann).expect("back");
    world.check();
    world.check_replay();
}

#[test]
fn a_name_whose_account_has_ended_counts_among_those_that_are_held() {
    use chinwag_core::limits::LOST_NAMES_MAX;
    let mut world = World::with(&["lee"]);
    world.arrive("ann").expect("here");
    world.by("ann", register("of ann")).expect("registered");
    world.lose("ann");
    let of = |n: usize| format!("word-{n}-of-it");
    for n in 0..LOST_NAMES_MAX {
        world.arrive(&of(n)).expect("here");
        world.lose(&of(n));
    }
    let end = Command::EndAccount(name("ann"));
    world.by("lee", end).expect("ended");
    world.check();
    world.arrive("ann").expect("the oldest name is free");
    let kept = world.arrive(&of(0));
    assert!(matches!(kept, Err(Rejection::NameKept { .. })), "{kept:?}");
    world.check_replay();
}

#[test]
fn nobody_pushes_out_the_session_of_another_address() {
    let settings = chinwag_core::Settings {
        people_max: 4,
        ..crate::world::settings()
    };
    let mut world = World::new(settings, chinwag_core::Snapshot::default());
    world.arrive_from("192.0.2.7", "ann").expect("here");
    let ann = world.lose("ann");
    for n in 0..20 {
        let name = format!("word-{n}-of-it");
        world.arrive(&name).expect("here");
        world.lose(&name);
        world.check();
    }
    world.resume(ann).expect("back");
    world.check_replay();
}

#[test]
fn a_room_waits_for_those_whose_link_is_lost() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    world.by("ann", join("dev")).expect("joined");
    let dev = world.chat.room_called(&room("dev")).expect("a room");
    let code = world.lose("ann");
    world.act(Caller::Server, Command::Tidy).expect("tidied");
    let facts = world.by("bob", join("dev")).expect("joined");
    let founded = |fact: &Fact| matches!(fact, Fact::RoomFounded { .. });
    assert!(!facts.iter().any(founded), "{facts:?}");
    world.by("bob", leave("dev")).expect("left");
    world.check();
    let facts = world.resume(code).expect("back");
    assert!(returned_in(&facts).rooms.contains(&dev));
    // Nobody waits for a session whose time is over.
    world.lose("ann");
    world.pass(Duration::from_mins(11));
    world.act(Caller::Server, Command::Tidy).expect("tidied");
    world.act(Caller::Server, Command::Tidy).expect("tidied");
    assert_eq!(world.chat.room_called(&room("dev")), None);
    world.check_replay();
}
