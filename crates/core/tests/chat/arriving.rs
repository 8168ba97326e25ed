//! Coming in: which names may be had, who is let in, and who becomes the operator.

use chinwag_core::{
    Account, Command, CredentialKind, Fact, LoggedIn, Name, Proof, Rejection, RoomId, RoomSnapshot,
    Seq, Settings, Snapshot,
};

use crate::world::{HOME, World, arrive_with, name, register, rename, room, settings};

/// What somebody is told who asks for a name where these people are.
#[track_caller]
fn check(here: &[&str], asked: &str, expected: Result<&str, Rejection>) {
    let mut world = World::with(here);
    let arrived = world.arrive(asked);
    let given = arrived.as_ref().map(|arrived| arrived.name.as_str());
    assert_eq!(given, expected.as_ref().copied(), "{asked} among {here:?}");
    world.check();
}

fn taken(asked: &str, free: &str) -> Result<&'static str, Rejection> {
    let (name, free) = (name(asked), name(free));
    Err(Rejection::NameTaken { name, free })
}

fn alike(asked: &str, other: &str) -> Result<&'static str, Rejection> {
    let free = name(&format!("{}2", other.trim_end_matches(['.', '_'])));
    let (name, other) = (name(asked), name(other));
    Err(Rejection::NameLooksLike { name, other, free })
}

#[test]
fn a_free_name_is_had_as_it_is_written() {
    check(&[], "Lee", Ok("Lee"));
    check(&["lee"], "leo", Ok("leo"));
    // Small letters tell i from l; only capitals hide it.
    check(&["lee"], "iee", Ok("iee"));
    check(&["host1"], "hostl", Ok("hostl"));
}

#[test]
fn a_name_in_use_is_taken_in_any_case_and_another_is_suggested() {
    check(&["lee"], "lee", taken("lee", "lee2"));
    check(&["lee"], "LEE", taken("LEE", "LEE2"));
    check(&["lee", "lee2", "lee3"], "lee", taken("lee", "lee4"));
    check(&["stra\u{df}e"], "STRASSE", taken("STRASSE", "STRASSE2"));
    let long = "a".repeat(32);
    check(&[&long], &long, taken(&long, &format!("{}2", &long[1..])));
}

#[test]
fn a_suggestion_looks_like_nobody() {
    // The Cyrillic one has the skeleton of ann2.
    check(&["ann", "\u{430}nn2"], "ann", taken("ann", "ann3"));
}

#[test]
fn a_look_alike_is_refused() {
    check(&["lee"], "Iee", alike("Iee", "lee"));
    check(&["Iee"], "lee", alike("lee", "Iee"));
    check(&["ann"], "\u{430}nn", alike("\u{430}nn", "ann"));
    check(&["bob0"], "bobO", alike("bobO", "bob0"));
}

#[test]
fn names_that_differ_by_punctuation_look_alike() {
    for asked in ["teacher.", "t-e-acher", "teacher_", "Tea.cher"] {
        check(&["teacher"], asked, alike(asked, "teacher"));
        check(&[asked], "teacher", alike("teacher", asked));
    }
    check(&["teacher"], "teachers", Ok("teachers"));
}

#[test]
fn a_thousand_numbered_names_make_no_long_search() {
    let mut world = World::with(&["lee"]);
    for n in 2..40 {
        world.arrive(&format!("lee{n}")).expect("here");
    }
    let free = world.arrive("lee");
    assert_eq!(free.err(), taken("lee", "lee64").err());
}

#[test]
fn names_of_one_look_are_few() {
    let mut world = World::with(&["lee"]);
    let spelling = |n: u32| -> String {
        let letters = (0..6).map(|bit| if n >> bit & 1 == 0 { 'l' } else { '1' });
        ['x'].into_iter().chain(letters).collect()
    };
    let arrived = (0..64).map(|n| world.arrive(&spelling(n)).is_ok());
    assert!(arrived.filter(|arrived| *arrived).count() < 10);
}

#[test]
fn two_sessions_never_share_a_code() {
    // The numbers of the world repeat after a while: the same code is drawn three times.
    let mut world = World::with(&[]);
    world.repeat_random(3);
    let codes: Vec<_> = ["ann", "bob", "cy"]
        .map(|who| world.arrive(who).expect("here").code)
        .into();
    assert!(codes[0] != codes[1] && codes[1] != codes[2] && codes[0] != codes[2]);
    world.check();
}

#[test]
fn a_registered_name_takes_its_password() {
    let mut world = World::with(&["lee"]);
    world.by("lee", register("hash")).expect("registered");
    world.lose("lee");
    let registered = |asked| Err(Rejection::NameRegistered(name(asked)));
    assert_eq!(world.arrive("lee").map(|lee| lee.name), registered("lee"));
    assert_eq!(world.arrive("LEE").map(|lee| lee.name), registered("LEE"));
    let looks = Rejection::NameLooksLike {
        name: name("Iee"),
        other: name("lee"),
        free: name("lee2"),
    };
    assert_eq!(world.arrive("Iee"), Err(looks));
    let mut with = |proof: &str| {
        let visitor = world.visitor("192.0.2.77");
        let command = Command::LogIn {
            name: Some(name("Lee")),
            proof: Some(Proof(proof.into())),
            is_script: false,
            account: None,
            ident: None,
        };
        world.act(visitor, command)
    };
    assert_eq!(
        with("a hash before"),
        Err(Rejection::WrongPassword(name("Lee")))
    );
    assert!(with("hash").is_ok());
    assert!(
        world
            .whois("lee")
            .is_ok_and(|lee| lee.line.account.is_some())
    );
}

#[test]
fn a_registered_name_in_another_case_imitates_nobody() {
    let mut world = World::with(&["iee"]);
    world.by("iee", register("hash")).expect("registered");
    world.quit("iee");
    world.arrive("lee").expect("here");
    let visitor = world.visitor("192.0.2.77");
    let command = Command::LogIn {
        name: Some(name("Iee")),
        proof: Some(Proof("hash".into())),
        is_script: false,
        account: None,
        ident: None,
    };
    let looks = Rejection::NameLooksLike {
        name: name("Iee"),
        other: name("lee"),
        free: name("lee2"),
    };
    assert_eq!(world.act(visitor, command), Err(looks));
}

#[test]
fn guests_get_names_that_nobody_has() {
    let mut world = World::with(&[]);
    let guests: Vec<LoggedIn> = (0..50)
        .map(|_| world.arrive("").expect("a guest"))
        .collect();
    for guest in &guests {
        let text = guest.name.as_str();
        let number = text.strip_prefix("guest-").expect(text);
        assert!(number.len() == 4 && u16::from_str_radix(number, 16).is_ok());
        assert_eq!(Name::parse(text).as_ref(), Ok(&guest.name));
    }
    world.check();
}

#[test]
fn the_server_is_full_when_it_is() {
    let settings = Settings {
        people_max: 2,
        ..crate::world::settings()
    };
    let mut world = World::new(settings, Snapshot::default());
    world.arrive("ann").expect("room for two");
    world.arrive("bob").expect("room for two");
    let full = Rejection::ServerFull { people_max: 2 };
    assert_eq!(world.arrive("cy"), Err(full.clone()));
    let code = world.lose("bob");
    world.arrive("cy").expect("room for two");
    assert_eq!(world.resume(code), Err(full));
}

#[test]
fn the_first_is_operator_while_there_is_none() {
    let mut world = World::with(&[]);
    assert!(world.arrive("ann").expect("here").operator);
    assert!(!world.arrive("bob").expect("here").operator);
    world.quit("ann");
    assert!(world.arrive("cy").expect("here").operator);
}

#[test]
fn a_registered_operator_is_the_only_one_wherever_they_are() {
    let mut world = World::with(&["lee"]);
    world.by("lee", register("hash")).expect("registered");
    world.lose("lee");
    assert!(!world.arrive("ann").expect("here").operator);
}

#[test]
fn the_first_operator_can_be_turned_off() {
    let settings = Settings {
        first_operator: chinwag_core::FirstOperator::Nobody,
        ..crate::world::settings()
    };
    let mut world = World::new(settings, Snapshot::default());
    assert!(!world.arrive("ann").expect("here").operator);
}

#[test]
fn the_first_operator_is_told_so_whether_the_name_is_registered_or_not() {
    let account = |operator| {
        let kind = CredentialKind::Password;
        let lee = Account::new(name("lee"), kind, "hash".into(), crate::world::START);
        match operator {
            true => lee.appointed(Seq(0)),
            false => lee,
        }
    };
    for (operator, told) in [(false, true), (true, false)] {
        let kept = Snapshot {
            accounts: vec![account(operator)],
            ..Snapshot::default()
        };
        let mut world = World::new(crate::world::settings(), kept);
        let visitor = world.visitor("192.0.2.77");
        let command = Command::LogIn {
            name: Some(name("lee")),
            proof: Some(Proof("hash".into())),
            is_script: false,
            account: None,
            ident: None,
        };
        world.act(visitor, command).expect("here");
        let welcome = world.chat.welcome(world.person("lee"), None).expect("here");
        assert_eq!(welcome.first_operator, told);
    }
}

#[test]
fn rooms_of_an_earlier_run_are_there() {
    let dev = RoomSnapshot {
        has_history: true,
        created: None,
        id: RoomId(7),
        name: room("dev"),
        topic: None,
        rules: Default::default(),
    };
    let kept = Snapshot {
        rooms: vec![dev],
        ..Snapshot::default()
    };
    let mut world = World::new(crate::world::settings(), kept);
    world.arrive("ann").expect("here");
    world.by("ann", crate::world::join("DEV")).expect("joined");
    world.by("ann", crate::world::join("ops")).expect("joined");
    let rooms = world.chat.rooms_of(world.person("ann"));
    assert_eq!(rooms, [RoomId(0), RoomId(7), RoomId(8)]);
}

#[test]
fn the_first_operator_is_a_person_on_the_machine_itself() {
    for (address, is_own, is_script, becomes) in [
        // A proxy may have this address.
        ("127.0.0.1", false, false, false),
        ("127.0.0.1", true, false, true),
        ("192.0.2.7", false, false, false),
        ("192.0.2.7", true, false, true),
        ("192.0.2.7", true, true, false),
    ] {
        let mut world = World::new(Settings::default(), Snapshot::default());
        let mut visitor = world.visitor(address);
        if let chinwag_core::Caller::Anonymous { link, .. } = &mut visitor {
            link.is_local = is_own;
        }
        let command = Command::LogIn {
            name: Some(name("ann")),
            proof: None,
            is_script,
            account: None,
            ident: None,
        };
        let facts = world.act(visitor, command).expect("here");
        let [Fact::LoggedIn(login), ..] = &facts[..] else {
            panic!("{facts:?}");
        };
        assert_eq!(login.operator, becomes, "{address} {is_script}");
    }
}

#[test]
fn a_registered_name_is_protected_from_digits_for_letters() {
    let mut world = World::with(&["bob", "b0b", "lee"]);
    world.quit("b0b");
    world.by("bob", register("hash")).expect("registered");
    let looks = |asked: &str| Rejection::NameLooksLike {
        name: name(asked),
        other: name("bob"),
        free: name("bob2"),
    };
    assert_eq!(world.arrive("b0b"), Err(looks("b0b")));
    let renamed = world.by("lee", crate::world::rename("b0b"));
    assert_eq!(renamed, Err(looks("b0b")));
    world.arrive("u1").expect("here");
    world.arrive("ul").expect("nobody has registered either");
    world.check();
}

#[test]
fn of_two_names_that_were_registered_before_neither_shuts_the_other_out() {
    let account = |of: &str| {
        let kind = CredentialKind::Password;
        Account::new(
            name(of),
            kind,
            format!("hash of {of}").into(),
            crate::world::START,
        )
    };
    let kept = Snapshot {
        accounts: vec![account("host1"), account("hostl")],
        ..Snapshot::default()
    };
    let mut world = World::new(crate::world::settings(), kept);
    for of in ["host1", "hostl"] {
        let visitor = world.visitor("192.0.2.77");
        let command = Command::LogIn {
            name: Some(name(of)),
            proof: Some(Proof(format!("hash of {of}").into())),
            is_script: false,
            account: None,
            ident: None,
        };
        world.act(visitor, command).expect(of);
    }
}

#[test]
fn nobody_goes_by_a_name_of_the_server_s_own() {
    let own_names = ["chat.example.org", "chat", "Chinwag", "vm"].map(name);
    let own = |own_names: &[Name]| Settings {
        own_names: own_names.into(),
        ..settings()
    };
    let mut world = World::new(own(&[]), Snapshot::default());
    world.arrive("chat").expect("here");
    world.by("chat", register("hash")).expect("registered");
    world.arrive("op").expect("here");
    world.chat.configure(own(&own_names));
    for typed in [
        "chinwag",
        "CHINWAG",
        "ch1nwag",
        "chin-wag",
        "ch4t",
        "chat.example.org",
        "vm",
        "vrn",
    ] {
        let reserved = Err(Rejection::NameReserved(name(typed)));
        assert_eq!(world.arrive(typed).map(|_| ()), reserved, "{typed}");
        assert_eq!(world.by("op", rename(typed)).map(|_| ()), reserved);
        let other = Command::RenameOther {
            name: "chat".into(),
            new: name(typed),
        };
        assert!(world.by("op", other).is_err(), "{typed}");
        let visitor = world.visitor(HOME);
        let early = Command::AddAccount {
            name: name(typed),
            password_hash: "hash".into(),
        };
        assert_eq!(world.act(visitor, early).map(|_| ()), reserved);
    }
    world.arrive("chatty").expect("another name");
    // Who has registered it before is its owner.
    world.by("chat", rename("Chat")).expect("renamed");
    world.quit("Chat");
    arrive_with(&mut world, "chat", "hash").expect("back");
    world.check();
}

#[test]
fn who_would_be_the_operator_is_told_that_the_role_waits() {
    let mut world = World::with(&["lee"]);
    world.lose("lee");
    world.pass(chinwag_core::Duration::from_mins(4));
    world.arrive("lea").expect("here");
    let waits = |world: &World, who: &str| {
        let welcome = world.chat.welcome(world.person(who), None);
        welcome.expect("here").operator_waits
    };
    assert_eq!(
        waits(&world, "lea"),
        Some(chinwag_core::Duration::from_mins(6))
    );
    world.pass(chinwag_core::Duration::from_mins(6));
    world.arrive("ann").expect("here");
    world.arrive("bob").expect("here");
    assert_eq!(waits(&world, "bob"), None, "ann is the operator");
}
