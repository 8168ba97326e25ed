//! Names that belong to somebody, and operators that last.

use chinwag_core::limits::{ACCOUNT_LOGINS_MAX, ACCOUNT_NAMES_MAX, KEPT_MESSAGES_MAX};
use chinwag_core::{
    Answer, Caller, Command, Fact, FirstOperator, Mask, Omitted, Proof, Query, Rejection,
    ResumeCode, Settings, Snapshot,
};

use crate::world::{
    World, arrive_with, change_password, join, log_in_to, name, psst, register, rename,
    world_that_keeps_nothing,
};

fn password_hash(world: &mut World, who: &str) -> Option<String> {
    let visitor = world.visitor("192.0.2.77");
    match world
        .chat
        .answer(visitor, Query::PasswordHash(name(who)), world.now)
    {
        Ok(Answer::PasswordHash(found)) => found
            .and_then(|(_, hash)| hash)
            .map(|hash| hash.to_string()),
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
    assert!(
        world
            .whois("ann")
            .is_ok_and(|ann| ann.line.account.is_some())
    );
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

fn unclaim(proof: &str) -> Command {
    Command::Unclaim {
        proof: Some(Proof(proof.into())),
    }
}

/// The account of a person, and whether it is an operator.
fn rights(world: &World, who: &str) -> (Option<String>, bool) {
    let line = world.whois(who).expect(who).line;
    (
        line.account.map(|account| account.to_string()),
        line.operator,
    )
}

fn account(world: &World, who: &str) -> chinwag_core::AccountProfile {
    match world
        .chat
        .answer(world.caller(who), Query::Account, world.now)
    {
        Ok(Answer::Account(profile)) => *profile,
        answer => panic!("{answer:?}"),
    }
}

#[test]
fn a_person_stays_logged_in_under_another_name() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("lee", register("hash")).expect("registered");
    let lee = || (Some("lee".into()), true);
    world.by("lee", rename("leo")).expect("renamed");
    assert_eq!(rights(&world, "leo"), lee());
    let registered = Err(Rejection::NameRegistered(name("lee")));
    assert_eq!(world.by("ann", rename("lee")), registered);
    // The owner needs no password, and a registered name in capitals is still that name.
    world.by("leo", rename("LEE")).expect("renamed");
    assert_eq!(rights(&world, "lee"), lee());
    world.check_replay();
}

#[test]
fn a_second_name_is_grouped_to_the_account() {
    let mut world = World::with(&["op", "lee", "ann"]);
    world.by("lee", register("hash")).expect("registered");
    world.by("lee", rename("leo")).expect("renamed");
    world.by("leo", Command::Group).expect("grouped");
    let already = Err(Rejection::LoggedInAlready(name("lee")));
    assert_eq!(world.by("leo", Command::Group), already);
    assert_eq!(password_hash(&mut world, "LEO").as_deref(), Some("hash"));
    world.quit("leo");
    let registered = Err(Rejection::NameRegistered(name("leo")));
    assert_eq!(world.by("ann", rename("leo")), registered);
    // Both names take the one password, at the same time.
    arrive_with(&mut world, "leo", "hash").expect("here");
    arrive_with(&mut world, "lee", "hash").expect("here");
    let profile = account(&world, "lee");
    assert_eq!(profile.account.names, [name("leo")]);
    let logins: Vec<_> = profile
        .logins
        .iter()
        .map(|l| (l.name.as_str(), l.own))
        .collect();
    assert_eq!(logins, [("leo", false), ("lee", true)]);
    world.by("leo", unclaim("hash")).expect("freed");
    assert_eq!(password_hash(&mut world, "leo"), None);
    assert_eq!(rights(&world, "leo").0.as_deref(), Some("lee"));
    world.check();
    world.check_replay();
}

#[test]
fn names_of_an_account_are_bounded() {
    let mut world = World::with(&["op", "lee"]);
    world.by("lee", register("hash")).expect("registered");
    let mut before = String::from("lee");
    for n in 0..ACCOUNT_NAMES_MAX {
        let next = format!("lee-{n}-of-it");
        world.by(&before, rename(&next)).expect("renamed");
        world.by(&next, Command::Group).expect("grouped");
        before = next;
    }
    world.by(&before, rename("leopard")).expect("renamed");
    let names_max = ACCOUNT_NAMES_MAX;
    let full = Err(Rejection::TooManyNames { names_max });
    assert_eq!(world.by("leopard", Command::Group), full);
}

#[test]
fn a_guest_logs_in_beside_the_others_and_out_again() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("lee", register("hash")).expect("registered");
    let wrong = Err(Rejection::WrongPassword(name("lee")));
    assert_eq!(world.by("ann", log_in_to("lee", "guess")), wrong);
    let nobody = Err(Rejection::NotRegistered(name("nobody")));
    assert_eq!(world.by("ann", log_in_to("nobody", "hash")), nobody);
    assert_eq!(
        world.by("ann", Command::LogOut),
        Err(Rejection::NotLoggedIn)
    );
    world
        .by("ann", log_in_to("LEE", "hash"))
        .expect("logged in");
    assert_eq!(rights(&world, "ann"), (Some("lee".into()), true));
    assert_eq!(account(&world, "ann").logins.len(), 2);
    let already = Err(Rejection::LoggedInAlready(name("lee")));
    assert_eq!(world.by("ann", log_in_to("lee", "hash")), already);
    world.by("ann", Command::LogOut).expect("logged out");
    assert_eq!(rights(&world, "ann"), (None, false));
    assert_eq!(rights(&world, "lee"), (Some("lee".into()), true));
    world.check();
    world.check_replay();
}

#[test]
fn a_logout_under_a_registered_name_makes_a_guest() {
    let mut world = World::with(&["op", "lee"]);
    world.by("lee", register("hash")).expect("registered");
    let facts = world.by("lee", Command::LogOut).expect("logged out");
    let [Fact::AccountSet(_), Fact::Renamed(renamed)] = &facts[..] else {
        panic!("{facts:?}");
    };
    assert!(renamed.new.as_str().starts_with("guest-"), "{renamed:?}");
    assert_eq!(rights(&world, renamed.new.as_str()), (None, false));
    world.check();
}

#[test]
fn the_end_of_an_account_logs_everybody_out_and_frees_its_names() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    world.by("lee", register("hash")).expect("registered");
    world
        .by("ann", log_in_to("lee", "hash"))
        .expect("logged in");
    let guess = Err(Rejection::WrongPassword(name("lee")));
    assert_eq!(world.by("lee", unclaim("guess")), guess);
    let other = Err(Rejection::NotRegistered(name("ann")));
    assert_eq!(world.by("ann", unclaim("hash")), other);
    let code = world.lose("ann");
    world.by("lee", unclaim("hash")).expect("freed");
    assert_eq!(rights(&world, "lee"), (None, false));
    assert_eq!(password_hash(&mut world, "lee"), None);
    world.resume(code).expect("back");
    assert_eq!(rights(&world, "ann"), (None, false));
    world.quit("lee");
    world.by("bob", rename("lee")).expect("the name is free");
    world.check();
    world.check_replay();
}

#[test]
fn logins_to_one_account_are_bounded() {
    let mut world = World::with(&["op", "lee"]);
    world.by("lee", register("hash")).expect("registered");
    for n in 1..ACCOUNT_LOGINS_MAX {
        let guest = format!("pal{n}");
        world.arrive(&guest).expect("here");
        world
            .by(&guest, log_in_to("lee", "hash"))
            .expect("logged in");
    }
    world.arrive("late").expect("here");
    let logins_max = ACCOUNT_LOGINS_MAX;
    let full = Err(Rejection::TooManyLogins { logins_max });
    assert_eq!(world.by("late", log_in_to("lee", "hash")), full);
}

#[test]
fn a_ban_and_a_mute_of_an_account_reach_every_login() {
    let mut world = World::with(&["op", "lee", "ann", "bob"]);
    world.by("lee", register("hash")).expect("registered");
    world.by("lee", rename("leo")).expect("renamed");
    world
        .by("ann", log_in_to("lee", "hash"))
        .expect("logged in");
    let mute = Command::Mute {
        name: "leo".into(),
        time: None,
        why: None,
    };
    world.by("op", mute).expect("muted");
    let said = world.by("ann", crate::world::say("hello"));
    assert_eq!(said, Err(Rejection::Muted { remaining: None }));
    world.by("ann", Command::LogOut).expect("logged out");
    let said = world.by("ann", crate::world::say("hello"));
    assert_eq!(
        said,
        Err(Rejection::Muted { remaining: None }),
        "it follows"
    );
    let ban = Command::Ban {
        mask: chinwag_core::Mask::of_name(name("lee")),
        cover_address: false,
        time: None,
        why: None,
    };
    world.by("op", ban).expect("banned");
    assert!(
        world
            .shadow
            .people
            .values()
            .all(|person| person.name.as_str() != "leo")
    );
    let banned = world.by("bob", log_in_to("lee", "hash"));
    assert!(
        matches!(banned, Err(Rejection::Banned { .. })),
        "{banned:?}"
    );
    world.check();
}

#[test]
fn which_names_cannot_be_taken_by_renaming() {
    let mut world = World::with(&["lee", "iee", "ann"]);
    let looks = |asked, other| Rejection::NameLooksLike {
        name: name(asked),
        other: name(other),
        free: name("lee2"),
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

/// From within the chat it is as at the prompt, by either command.
#[test]
fn the_owner_takes_the_session_over_from_within_the_chat() {
    let proof = || Some(Proof("hash".into()));
    let commands = [
        Command::Rename {
            name: name("ANN"),
            proof: proof(),
        },
        Command::LogInTo {
            name: name("ANN"),
            proof: proof(),
            beside: false,
        },
    ];
    for (command, is_lost) in commands.iter().flat_map(|c| [(c, false), (c, true)]) {
        let mut world = World::with(&["lee", "ann", "bob"]);
        world.by("ann", register("hash")).expect("registered");
        world.by("ann", join("dev")).expect("joined");
        let (before, person) = (world.caller("ann"), world.person("ann"));
        if is_lost {
            world.lose("ann");
        }
        let facts = world.by("bob", command.clone()).expect("taken over");
        let [Fact::Quit(quit), Fact::Returned(returned)] = &facts[..] else {
            panic!("{facts:?}");
        };
        assert_eq!(quit.name, name("bob"));
        assert_eq!(returned.login.person, person);
        assert_eq!((returned.was_lost, returned.rooms.len()), (is_lost, 2));
        let late = world.act(before, crate::world::say("me too"));
        assert_eq!(late, Err(Rejection::NotHere));
        world.check();
        world.check_replay();
    }
}

#[test]
fn who_is_logged_in_beside_takes_over_without_another_proof() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    world.by("ann", register("hash")).expect("registered");
    world
        .by("bob", log_in_to("ann", "hash"))
        .expect("logged in");
    assert_eq!(account(&world, "ann").logins.len(), 2);
    let facts = world.by("bob", rename("ann")).expect("taken over");
    assert!(matches!(facts[..], [Fact::Quit(_), Fact::Returned(_)]));
    assert_eq!(account(&world, "ann").logins.len(), 1);
    world.check();
}

#[test]
fn a_registered_name_in_use_is_called_registered_and_a_wrong_password_wrong() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    world.by("ann", register("hash")).expect("registered");
    let registered = Rejection::NameRegistered(name("ann"));
    assert_eq!(world.by("bob", rename("ann")), Err(registered.clone()));
    let arrived = world.arrive("ann").map(|ann| ann.name);
    assert_eq!(arrived, Err(registered));
    let wrong = Err(Rejection::WrongPassword(name("ann")));
    let guess = Command::Rename {
        name: name("ann"),
        proof: Some(Proof("guess".into())),
    };
    assert_eq!(world.by("bob", guess), wrong);
    assert_eq!(arrive_with(&mut world, "ann", "guess"), wrong);
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

/// What a person is shown of what was kept.
fn shown(world: &mut World, who: &str) -> usize {
    let show = Command::ShowKept(world.person(who));
    let facts = world
        .act(chinwag_core::Caller::Server, show)
        .expect("shown");
    match &facts[..] {
        [] => 0,
        [Fact::KeptShown(shown)] => shown.messages.len(),
        facts => panic!("{facts:?}"),
    }
}

#[test]
fn a_message_between_accounts_waits_for_its_receiver() {
    let mut world = World::with(&["op", "lee", "ann", "bob"]);
    world.by("lee", register("of lee")).expect("registered");
    world.by("ann", register("of ann")).expect("registered");
    world.quit("lee");
    let absent = Err(Rejection::Absent(name("LEE")));
    assert_eq!(world.by("bob", psst("LEE")), absent, "bob has no account");
    let facts = world.by("ann", psst("LEE")).expect("kept");
    assert!(matches!(facts[..], [Fact::MessageKept(_)]), "{facts:?}");
    arrive_with(&mut world, "lee", "of lee").expect("here");
    assert_eq!(shown(&mut world, "ann"), 0);
    assert_eq!(shown(&mut world, "lee"), 1);
    assert_eq!(shown(&mut world, "lee"), 0, "once");
    // Under another name, or with a lost link, the owner is there all the same.
    world.by("lee", rename("leo")).expect("renamed");
    let facts = world.by("ann", psst("lee")).expect("told");
    assert!(matches!(facts[..], [Fact::PrivateMessage(_)]), "{facts:?}");
    world.quit("leo");
    let facts = world.by("ann", psst("lee")).expect("kept");
    assert!(matches!(facts[..], [Fact::MessageKept(_)]), "{facts:?}");
    world.check();
    world.check_replay();
}

#[test]
fn no_more_is_kept_for_an_account_than_may_be() {
    let mut world = World::with(&["op", "lee", "ann"]);
    world.by("lee", register("of lee")).expect("registered");
    world.by("ann", register("of ann")).expect("registered");
    world.quit("lee");
    for _ in 0..KEPT_MESSAGES_MAX + 10 {
        world.by("ann", psst("lee")).expect("kept");
    }
    world.by("op", register("of op")).expect("registered");
    world.by("op", psst("lee")).expect("kept as well");
    arrive_with(&mut world, "lee", "of lee").expect("here");
    let show = Command::ShowKept(world.person("lee"));
    let facts = world.act(Caller::Server, show).expect("shown");
    let [Fact::KeptShown(shown)] = &facts[..] else {
        panic!("{facts:?}");
    };
    assert_eq!(shown.messages.len(), KEPT_MESSAGES_MAX);
    let of_ann = Omitted {
        from: Some(name("ann")),
        messages: 11,
    };
    assert_eq!(*shown.omitted, [of_ann]);
    world.quit("lee");
    world.by("ann", psst("lee")).expect("kept");
}

#[test]
fn nothing_is_kept_where_nobody_wants_it() {
    let mut world = world_that_keeps_nothing(&["lee", "ann"]);
    world.quit("lee");
    let absent = Err(Rejection::Absent(name("lee")));
    assert_eq!(world.by("ann", psst("lee")), absent);
}

#[test]
fn a_visitor_registers_a_name_that_is_free_and_no_other() {
    let mut world = World::with(&["lee", "ann"]);
    let add = |name_of: &str| Command::AddAccount {
        name: name(name_of),
        password_hash: "hash".into(),
    };
    let visitor = world.visitor("192.0.2.77");
    let taken = world.act(visitor, add("ann"));
    assert!(
        matches!(taken, Err(Rejection::NameTaken { .. })),
        "{taken:?}"
    );
    let alike = world.act(visitor, add("Iee"));
    assert!(
        matches!(alike, Err(Rejection::NameLooksLike { .. })),
        "{alike:?}"
    );
    world.act(visitor, add("bob")).expect("registered");
    assert_eq!(password_hash(&mut world, "bob").as_deref(), Some("hash"));
    let again = world.act(visitor, add("BOB"));
    assert_eq!(again, Err(Rejection::NameRegistered(name("BOB"))));
    arrive_with(&mut world, "bob", "hash").expect("here");
    world.by("lee", Command::Lock(true)).expect("locked");
    let locked = world.act(visitor, add("cy"));
    assert_eq!(locked, Err(Rejection::LockedRegistration));
    world.by("lee", Command::Lock(false)).expect("open");
    let ban = Command::Ban {
        mask: Mask::parse("192.0.2.77").expect("an address"),
        cover_address: false,
        time: None,
        why: None,
    };
    world.by("lee", ban).expect("banned");
    let banned = world.act(visitor, add("cy"));
    assert!(
        matches!(banned, Err(Rejection::Banned { .. })),
        "{banned:?}"
    );
}
