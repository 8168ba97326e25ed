//! What operators do, and how it is undone.

use chinwag_core::{
    Answer, Aside, Command, Duration, Fact, FirstOperator, LOBBY, Mask, ModAction, Query,
    QuitReason, Rejection, Remaining, Restriction, RoomName, RoomRef, Snapshot, Standing,
    StandingChange, Timestamp,
};

use crate::world::{
    HOME, World, change_password, join, log_in_to, name, register, rename, say, settings, text,
};

fn kick(whom: &str) -> Command {
    Command::Kick {
        name: whom.into(),
        why: Some(text("spam")),
    }
}

fn mute(whom: &str, time: Option<Duration>) -> Command {
    Command::Mute {
        name: whom.into(),
        time,
        why: None,
    }
}

/// A ban as the plain dialect reads it: a name written with `name:` covers no address.
fn ban(mask: &str, time: Option<Duration>) -> Command {
    Command::Ban {
        mask: self::mask(mask),
        cover_address: !mask.starts_with("name:"),
        time,
        why: Some(text("spam")),
    }
}

fn mask(text: &str) -> Mask {
    Mask::parse(text).expect("a mask")
}

fn unmute(whom: &str) -> Command {
    Command::Unmute(name(whom))
}

fn rename_other(whom: &str, new: &str) -> Command {
    Command::RenameOther {
        name: whom.into(),
        new: name(new),
    }
}

/// The mask and the people of a ban.
fn banned(facts: &[Fact]) -> (String, Vec<String>) {
    let [Fact::Moderated(entry), quits @ ..] = facts else {
        panic!("{facts:?}");
    };
    let ModAction::Ban(ban) = &entry.act else {
        panic!("{entry:?}");
    };
    let who = quits.iter().map(|fact| match fact {
        Fact::Quit(quit) => quit.name.to_string(),
        fact => panic!("{fact:?}"),
    });
    (ban.mask.to_string(), who.collect())
}

#[test]
fn it_takes_an_operator() {
    let mut world = World::with(&["lee", "ann"]);
    let needs = || Err(Rejection::NeedsOperator);
    for command in [
        kick("lee"),
        mute("lee", None),
        unmute("lee"),
        ban("lee", None),
        Command::Unban(mask("lee")),
        Command::Op("ann".into()),
        Command::Deop("lee".into()),
        Command::Announce(text("hear, hear")),
        Command::SetMotd(None),
        Command::Lock(true),
        rename_other("lee", "rob"),
    ] {
        assert_eq!(world.by("ann", command.clone()), needs(), "{command:?}");
    }
    for query in [Query::Restrictions { after: None }, Query::Log] {
        let (ann, lee) = (world.caller("ann"), world.caller("lee"));
        let refused = world.chat.answer(ann, query.clone(), world.now);
        assert_eq!(refused.err(), needs().err());
        assert!(world.chat.answer(lee, query, world.now).is_ok());
    }
}

#[test]
fn a_kicked_person_may_come_again() {
    let mut world = World::with(&["lee", "ann"]);
    let code = world.shadow.people[&world.person("ann")].code;
    let facts = world.by("lee", kick("Ann")).expect("kicked");
    let [Fact::Moderated(_), Fact::Quit(quit)] = &facts[..] else {
        panic!("{facts:?}");
    };
    let kicked = QuitReason::Kicked {
        by: name("lee"),
        why: Some(text("spam").into()),
    };
    assert_eq!(quit.why, kicked);
    let told = Rejection::SessionKicked {
        by: name("lee"),
        why: Some(text("spam").into()),
    };
    assert_eq!(world.resume(code), Err(told));
    assert!(world.arrive("ann").is_ok());
    assert_eq!(world.by("lee", kick("lee")), Err(Rejection::Oneself));
}

#[test]
fn a_mute_holds_for_its_time_or_until_undone() {
    let mut world = World::with(&["lee", "ann"]);
    let ten = Duration::from_secs(10);
    let muted = |ms| {
        Err(Rejection::Muted {
            remaining: Some(Duration::from_millis(ms)),
        })
    };
    world.by("lee", mute("ann", Some(ten))).expect("muted");
    assert_eq!(world.by("ann", say("hello")), muted(10_000));
    world.pass(Duration::from_millis(9_999));
    assert_eq!(world.by("ann", say("hello")), muted(1));
    world.pass(Duration::from_millis(1));
    assert!(world.by("ann", say("hello")).is_ok());
    world.by("lee", mute("ann", None)).expect("muted");
    world.pass(Duration::from_hours(24 * 1_000));
    let for_good = Err(Rejection::Muted { remaining: None });
    assert_eq!(world.by("ann", say("hello")), for_good);
    world.by("lee", unmute("ANN")).expect("unmuted");
    assert!(world.by("ann", say("hello")).is_ok());
    let not_muted = Rejection::NotMuted(name("ann"));
    assert_eq!(world.by("lee", unmute("ann")), Err(not_muted));
}

const MUTED: Rejection = Rejection::Muted { remaining: None };

/// Who is muted when ann, who is, or another comes from the same home or elsewhere.
#[track_caller]
fn check_return(ann_registered: bool, housemate: bool, expected: [bool; 4]) {
    for ((who, from), muted) in [
        ("ann", HOME),
        ("eve", HOME),
        ("ann", "198.51.100.7"),
        ("eve", "198.51.100.7"),
    ]
    .into_iter()
    .zip(expected)
    {
        let mut world = World::with(&["lee"]);
        world.arrive_from(HOME, "ann").expect("here");
        if ann_registered {
            world.by("ann", register("hash")).expect("registered");
        }
        if housemate {
            world.arrive_from(HOME, "bob").expect("here");
        }
        world.by("lee", mute("ann", None)).expect("muted");
        if housemate {
            assert!(world.by("bob", say("hello")).is_ok());
        }
        world
            .by("ann", Command::Quit(QuitReason::Quit(None)))
            .expect("gone");
        let proof = Some(chinwag_core::Proof("hash".into())).filter(|_| who == "ann");
        let visitor = world.visitor(from);
        let log_in = Command::LogIn {
            name: Some(name(who)),
            proof,
            is_script: false,
            account: None,
            ident: None,
        };
        let arrived = world.act(visitor, log_in);
        if let Err(Rejection::MutedArrival { had, .. }) = &arrived {
            assert!(muted && who != "ann" && *had == name("ann"));
            continue;
        }
        arrived.expect("here");
        let said = world.by(who, say("hello"));
        assert_eq!(said == Err(MUTED), muted, "{who} from {from}");
        if muted {
            world.by("lee", unmute("ann")).expect("unmuted");
            assert!(world.by(who, say("hello")).is_ok(), "{who} from {from}");
        }
    }
}

#[test]
fn a_mute_meets_the_person_where_it_comes_back() {
    // An account is one person everywhere; its address goes with it if nobody else is there.
    check_return(true, false, [true, true, true, false]);
    check_return(true, true, [true, false, true, false]);
    // A guest is known by the address, or by the name there; the name elsewhere is somebody else's.
    check_return(false, false, [true, true, false, false]);
    check_return(false, true, [true, false, false, false]);
}

#[test]
fn a_mute_closes_every_way_to_be_heard() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("lee", mute("ann", None)).expect("muted");
    for command in [
        say("hello"),
        crate::world::set_topic(chinwag_core::LOBBY, Some("hello")),
        rename("BuyPills"),
        Command::Away(Some(text("hello"))),
    ] {
        assert_eq!(world.by("ann", command.clone()), Err(MUTED), "{command:?}");
    }
    assert!(world.by("ann", Command::Away(None)).is_ok());
    let quit = Command::Quit(QuitReason::Quit(Some(text("hello"))));
    let facts = world.by("ann", quit).expect("gone");
    let [Fact::Quit(quit)] = &facts[..] else {
        panic!("{facts:?}");
    };
    assert_eq!(quit.why, QuitReason::Quit(None));
}

#[test]
fn a_mute_follows_a_resumed_session_to_another_address() {
    let mut world = World::with(&["lee"]);
    world.arrive_from("198.51.100.7", "ann").expect("here");
    world.by("lee", mute("ann", None)).expect("muted");
    let code = world.lose("ann");
    world.resume(code).expect("back from HOME");
    assert_eq!(world.by("ann", say("hello")), Err(MUTED));
}

/// What an operator is told of the block that a ban or mute of ann does not cover.
#[track_caller]
fn check_spared(
    operator_from: &str,
    ann_from: &str,
    others: &[&str],
    expected: Option<(u32, bool)>,
) {
    for command in [ban("ann", None), mute("ann", None)] {
        let mut world = World::new(settings(), Snapshot::default());
        world.arrive_from(operator_from, "lee").expect("here");
        world.arrive_from(ann_from, "ann").expect("here");
        for (n, from) in others.iter().enumerate() {
            world.arrive_from(from, &format!("kid{n}")).expect("here");
        }
        let facts = world.by("lee", command).expect("done");
        let Fact::Moderated(entry) = &facts[0] else {
            panic!("{facts:?}");
        };
        let told = entry.aside.as_ref().map(|aside| match aside {
            Aside::Spared(spared) => {
                assert_eq!(spared.len(), 1);
                (spared[0].others, spared[0].own)
            }
            aside => panic!("{aside:?}"),
        });
        assert_eq!(told, expected, "{entry:?}");
        let left = facts.iter().filter(|fact| matches!(fact, Fact::Quit(_)));
        assert!(left.count() <= 1, "others had to leave");
        let whom: Vec<String> = (0..others.len()).map(|n| format!("kid{n}")).collect();
        for kid in &whom {
            assert!(world.by(kid, say("hello")).is_ok());
        }
    }
}

#[test]
fn a_ban_in_a_class_leaves_the_class_alone_and_says_so() {
    let class = ["203.0.113.1"; 3];
    check_spared("192.0.2.9", "203.0.113.1", &class, Some((3, false)));
    check_spared("203.0.113.1", "203.0.113.1", &class, Some((3, true)));
    check_spared("203.0.113.1", "203.0.113.1", &[], Some((0, true)));
    check_spared("192.0.2.9", "203.0.113.1", &[], None);
    let home = ["2001:db8::2", "2001:db8:0:1::1"];
    check_spared("192.0.2.9", "2001:db8::1", &home, Some((1, false)));
}

/// From the machine's own address come all those behind a proxy or a tunnel, whether they are here or not; from its
/// others nobody else does.
#[test]
fn a_ban_spares_the_address_of_a_tunnel_and_says_so() {
    check_spared("192.0.2.9", "127.0.0.1", &[], Some((0, false)));
    check_spared("192.0.2.9", "::1", &[], Some((0, false)));
    check_spared("127.0.0.1", "127.0.0.2", &[], None);
    let mut world = World::new(settings(), Snapshot::default());
    world.arrive_from("127.0.0.1", "lee").expect("here");
    world.arrive_from("127.0.0.2", "kid").expect("here");
    world.by("lee", ban("kid", None)).expect("done");
    let back = world.arrive_from("127.0.0.2", "zed");
    assert!(matches!(back, Err(Rejection::Banned { .. })), "{back:?}");
}

#[test]
fn another_login_of_the_same_account_spares_no_address() {
    let mut world = World::new(settings(), Snapshot::default());
    world.arrive_from("192.0.2.9", "lee").expect("here");
    for who in ["ann", "two"] {
        world.arrive_from("203.0.113.1", who).expect("here");
    }
    world.by("ann", register("of ann")).expect("registered");
    let login = Command::LogInTo {
        name: name("ann"),
        proof: Some(chinwag_core::Proof("of ann".into())),
        beside: true,
    };
    world.by("two", login).expect("logged in");
    let facts = world.by("lee", ban("two", None)).expect("done");
    let Fact::Moderated(entry) = &facts[0] else {
        panic!("{facts:?}");
    };
    assert_eq!(entry.aside, None);
    let back = world.arrive_from("203.0.113.1", "fresh");
    assert!(matches!(back, Err(Rejection::Banned { .. })));
    world.check_replay();
}

#[test]
fn a_ban_of_another_name_covers_the_account() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("ann", register("hash")).expect("registered");
    world.by("ann", rename("silly")).expect("renamed");
    world.by("lee", ban("silly", None)).expect("banned");
    let visitor = world.visitor("198.51.100.7");
    let log_in = Command::LogIn {
        name: Some(name("ann")),
        proof: Some(chinwag_core::Proof("hash".into())),
        is_script: false,
        account: None,
        ident: None,
    };
    let refused = world.act(visitor, log_in);
    assert!(matches!(refused, Err(Rejection::Banned { .. })));
}

#[test]
fn a_short_mute_in_the_same_home_does_not_lift_a_long_one() {
    let mut world = World::with(&["lee"]);
    for name in ["ann", "bob"] {
        world.arrive_from(HOME, name).expect("here");
    }
    world.by("lee", mute("ann", None)).expect("muted");
    let short = Some(Duration::from_secs(1));
    world.by("lee", mute("bob", short)).expect("muted");
    world.pass(Duration::from_secs(2));
    assert!(world.by("ann", say("hello")).is_err());
}

#[test]
fn a_later_mute_of_the_same_person_replaces_the_one_before() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("lee", mute("ann", None)).expect("muted");
    let short = Some(Duration::from_secs(1));
    world.by("lee", mute("ann", short)).expect("muted");
    world.pass(Duration::from_secs(2));
    assert!(world.by("ann", say("hello")).is_ok());
}

#[test]
fn an_operator_who_mutes_a_housemate_may_still_speak() {
    let mut world = World::with(&[]);
    world.arrive_from(HOME, "lee").expect("here");
    world.arrive_from(HOME, "ann").expect("here");
    world.by("lee", mute("ann", None)).expect("muted");
    assert!(world.by("lee", say("hello")).is_ok());
    assert!(world.by("ann", say("hello")).is_err());
    let oneself = world.by("lee", mute("lee", None));
    assert_eq!(oneself, Err(Rejection::Oneself));
}

/// Bans `mask` where ann and bob are, of whom ann comes from `ann_from`, and tells the mask as it is
/// kept and who had to leave.
#[track_caller]
fn check_ban(ann_from: &str, mask: &str, kept: &str, left: &[&str]) -> World {
    let mut world = World::with(&["lee"]);
    world.arrive_from(ann_from, "ann").expect("here");
    world.arrive_from("198.51.100.7", "bob").expect("here");
    let facts = world.by("lee", ban(mask, None)).expect("banned");
    let (shown, people) = banned(&facts);
    assert_eq!(shown, kept);
    assert_eq!(people, left, "{mask}");
    world.check();
    world
}

#[test]
fn bans_match_names_addresses_and_blocks() {
    check_ban("192.0.2.1", "ann", "ann (192.0.2.1)", &["ann"]);
    check_ban("192.0.2.1", "ANN", "ann (192.0.2.1)", &["ann"]);
    check_ban("192.0.2.1", "name:ann", "ann", &["ann"]);
    check_ban("192.0.2.1", "198.51.100.7", "198.51.100.7", &["bob"]);
    check_ban(
        "198.51.100.9",
        "198.51.100.0/24",
        "198.51.100.0/24",
        &["ann", "bob"],
    );
    check_ban("2001:db8::1", "ann", "ann (2001:db8::/64)", &["ann"]);
    check_ban("198.51.100.7", "bob", "bob", &["bob"]);
    check_ban("192.0.2.1", "zoe", "zoe", &[]);
    for loopback in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
        check_ban(loopback, "ann", "ann", &["ann"]);
    }
}

#[test]
fn a_banned_person_does_not_come_in() {
    let refused = Rejection::Banned {
        until: None,
        why: Some(text("spam").into()),
    };
    for (mask, from, who, met) in [
        ("ann", "203.0.113.1", "ann", true),
        ("ann", "203.0.113.1", "ANN", true),
        ("ann", "192.0.2.1", "eve", true),
        ("ann", "192.0.2.1", "", true),
        ("ann", "192.0.2.2", "eve", false),
        ("name:ann", "192.0.2.1", "eve", false),
        ("name:ann", "192.0.2.1", "ann", true),
        ("192.0.2.0/29", "::ffff:192.0.2.7", "eve", true),
        ("192.0.2.0/29", "192.0.2.8", "eve", false),
    ] {
        let mut world = check_ban("192.0.2.1", mask, &mask_kept(mask), &["ann"]);
        let visitor = world.visitor(from);
        let greeted = world
            .chat
            .answer(visitor, Query::Greeting, world.now)
            .is_ok();
        let arrived = world.arrive_from(from, who);
        match met {
            true => assert_eq!(arrived, Err(refused.clone()), "{who} from {from}: {mask}"),
            false => assert!(arrived.is_ok() && greeted, "{who} from {from}: {mask}"),
        }
    }
}

fn mask_kept(mask: &str) -> String {
    match mask {
        "ann" => "ann (192.0.2.1)".into(),
        _ => mask.trim_start_matches("name:").into(),
    }
}

#[test]
fn a_banned_name_is_not_taken_by_renaming() {
    let mut world = check_ban("192.0.2.1", "name:ann", "ann", &["ann"]);
    let refused = world.by("bob", rename("Ann"));
    assert!(
        matches!(refused, Err(Rejection::Banned { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_lost_session_does_not_come_back_from_a_ban() {
    for mask in ["name:ann", "192.0.2.1"] {
        let mut world = World::with(&["lee"]);
        world.arrive_from(HOME, "ann").expect("here");
        let code = world.lose("ann");
        world.by("lee", ban(mask, None)).expect("banned");
        let refused = world.resume(code);
        assert!(matches!(refused, Err(Rejection::Banned { .. })), "{mask}");
    }
}

#[test]
fn a_ban_ends_with_its_time_or_when_it_is_undone() {
    let mut world = World::with(&["lee"]);
    let ten = Duration::from_secs(10);
    let until = Some(world.now + ten);
    world.by("lee", ban("name:ann", Some(ten))).expect("banned");
    world.pass(Duration::from_millis(9_999));
    let refused = world.arrive("ann");
    assert!(matches!(refused, Err(Rejection::Banned { until: end, .. }) if end == until));
    world.pass(Duration::from_millis(1));
    world.arrive("ann").expect("the time is over");
    world.by("lee", ban("ann", None)).expect("banned");
    for (undo, done) in [
        ("bob", false),
        ("192.0.2.9", false),
        (HOME, true),
        (HOME, false),
    ] {
        let unban = world.by("lee", Command::Unban(mask(undo)));
        assert_eq!(unban.is_ok(), done, "{undo}");
    }
    assert!(
        world.arrive("ann").is_ok(),
        "the name goes with its address"
    );
}

#[test]
fn what_is_undone_is_told_as_it_was_spelled() {
    let mut world = World::with(&["lee"]);
    world.by("lee", ban("name:Ann", None)).expect("banned");
    assert_eq!(lifted(&mut world, "name:aNN"), ["Ann"]);
    world.check();
}

/// The bans that end with one that is named so, in full.
fn lifted(world: &mut World, undo: &str) -> Vec<String> {
    let facts = world.by("lee", Command::Unban(mask(undo)));
    let facts = facts.expect("unbanned");
    let masks = facts.iter().map(|fact| match fact {
        Fact::Moderated(entry) => match &entry.act {
            ModAction::Unban(mask) => mask.to_string(),
            act => panic!("{act:?}"),
        },
        fact => panic!("{fact:?}"),
    });
    masks.collect()
}

#[test]
fn who_frees_an_address_is_told_of_the_name_and_frees_no_other() {
    let mut world = World::with(&["lee"]);
    world.arrive_from("203.0.113.7", "ann").expect("here");
    for who in ["ann", "name:ann", "203.0.113.7", "name:bob"] {
        world.by("lee", ban(who, None)).expect("banned");
    }
    let both = ["ann (203.0.113.7)", "203.0.113.7"];
    assert_eq!(lifted(&mut world, "203.0.113.7"), both);
    assert!(world.arrive_from("203.0.113.7", "zed").is_ok());
    let ann = world.arrive_from("192.0.2.77", "ann");
    assert!(matches!(ann, Err(Rejection::Banned { .. })), "{ann:?}");
    assert_eq!(lifted(&mut world, "ann"), ["ann"]);
    world.check_replay();
}

#[test]
fn who_frees_a_name_of_an_account_frees_the_account() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("ann", register("of ann")).expect("registered");
    world.by("ann", rename("annie")).expect("renamed");
    world.by("annie", Command::Group).expect("grouped");
    world.by("lee", ban("name:annie", None)).expect("banned");
    assert_eq!(lifted(&mut world, "annie"), ["annie", "ann"]);
    world.check_replay();
}

#[test]
fn a_ban_of_nobody_is_one_and_says_so() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("ann", register("of ann")).expect("registered");
    let mut aside = |who: &str| {
        let facts = world.by("lee", ban(who, None)).expect("banned");
        match &facts[0] {
            Fact::Moderated(entry) => entry.aside.clone(),
            fact => panic!("{fact:?}"),
        }
    };
    let meant = Some(name("ann"));
    assert_eq!(aside("name:anm"), Some(Aside::Nobody { meant }));
    assert_eq!(aside("203.0.113.7"), None);
    assert_eq!(aside("account:ann"), None);
    assert_eq!(aside("name:ann"), None, "it is an account's still");
}

/// A guest may have the name that somebody takes for an account's.
#[test]
fn with_account_no_guest_is_meant() {
    let mut world = World::with(&["lee", "xena"]);
    let stand = |change| Command::Stand {
        room: RoomRef::Id(LOBBY),
        name: "account:xena".into(),
        change,
    };
    let none = || {
        Err(Rejection::NoAccount {
            typed: "xena".into(),
        })
    };
    for command in [
        Command::Op("account:xena".into()),
        Command::Deop("Account:xena".into()),
        kick("account:xena"),
        mute("account:xena", None),
        ban("account:xena", None),
        rename_other("account:xena", "zoe"),
        stand(StandingChange::Give(Standing::Voice)),
        stand(StandingChange::Give(Standing::Invited)),
    ] {
        assert_eq!(world.by("lee", command.clone()), none(), "{command:?}");
    }
    world.check_replay();
}

#[test]
fn with_account_all_who_are_logged_in_to_it_are_meant() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("lee", register("of lee")).expect("registered");
    world.by("ann", register("of ann")).expect("registered");
    world.by("ann", rename("annie")).expect("renamed");
    let own = world.by("lee", kick("account:lee"));
    assert_eq!(own, Err(Rejection::Oneself));
    world.by("lee", mute("account:ann", None)).expect("muted");
    assert!(world.by("annie", say("hello")).is_err());
    world.by("lee", unmute("ann")).expect("unmuted");
    let facts = world.by("lee", kick("account:ann")).expect("kicked");
    assert!(
        facts
            .iter()
            .any(|fact| matches!(fact, Fact::Quit(quit) if quit.name == name("annie")))
    );
    world.check_replay();
}

/// What a lift leaves, as the operator is told.
fn remaining(facts: &[Fact]) -> Vec<Option<Remaining>> {
    let remaining = |aside: &Option<Aside>| match aside {
        Some(Aside::Remaining(remaining)) => Some((**remaining).clone()),
        _ => None,
    };
    let told = facts.iter().filter_map(|fact| match fact {
        Fact::Moderated(entry) => Some(remaining(&entry.aside)),
        Fact::RoomChanged(change) => Some(remaining(&change.aside)),
        _ => None,
    });
    told.collect()
}

#[test]
fn who_lifts_one_of_two_is_told_of_the_other() {
    let mut world = World::with(&["lee"]);
    world.arrive_from("203.0.113.12", "gus").expect("here");
    let unban = |who: &str| Command::Unban(mask(who));
    world.by("lee", ban("gus", None)).expect("banned");
    world
        .by("lee", ban("203.0.113.0/24", None))
        .expect("banned");
    let facts = world.by("lee", unban("gus")).expect("lifted");
    let block = Remaining::Mask(mask("203.0.113.0/24"));
    assert_eq!(remaining(&facts), [Some(block.clone())]);
    let facts = world.by("lee", unban("203.0.113.0/24")).expect("lifted");
    assert_eq!(remaining(&facts), [None]);
    // Of a block that is free, a part says nothing; of a part, the block does.
    world.by("lee", ban("203.0.113.7", None)).expect("banned");
    world
        .by("lee", ban("203.0.113.0/24", None))
        .expect("banned");
    let facts = world.by("lee", unban("203.0.113.7")).expect("lifted");
    assert_eq!(remaining(&facts), [Some(block)]);
    world.by("lee", ban("203.0.113.7", None)).expect("banned");
    let facts = world.by("lee", unban("203.0.113.0/24")).expect("lifted");
    assert_eq!(remaining(&facts), [None]);
    world.check_replay();
}

/// A ban of a block says nothing of those whom it cuts off.
#[test]
fn who_unbans_a_name_is_told_of_the_block_that_keeps_it_out() {
    let mut world = World::with(&["lee"]);
    world.arrive_from("203.0.113.12", "gus").expect("here");
    world.arrive_from("198.51.100.1", "ann").expect("here");
    let unban = |who: &str| Command::Unban(mask(who));
    let facts = world.by("lee", ban("203.0.113.0/24", None));
    let quits = |fact: &Fact| matches!(fact, Fact::Quit(quit) if quit.name == name("gus"));
    assert!(facts.expect("banned").iter().any(quits));
    let told = Err(Rejection::BannedInBlock {
        asked: mask("gus"),
        block: mask("203.0.113.0/24"),
    });
    assert_eq!(world.by("lee", unban("gus")), told);
    let not_banned = Err(Rejection::NotBanned(mask("ann")));
    assert_eq!(world.by("lee", unban("ann")), not_banned);
    world.by("lee", unban("203.0.113.0/24")).expect("lifted");
    let not_banned = Err(Rejection::NotBanned(mask("gus")));
    assert_eq!(world.by("lee", unban("gus")), not_banned);
    world.check_replay();
}

#[test]
fn a_mute_here_and_one_everywhere_tell_of_each_other() {
    let mut world = World::with(&["lee"]);
    world.arrive_from("203.0.113.12", "gus").expect("here");
    let dev = RoomName::parse("#dev").expect("a room");
    let here = || RoomRef::Name(dev.clone());
    for who in ["lee", "gus"] {
        world.by(who, join("dev")).expect("joined");
    }
    let mute_here = || Command::MuteIn {
        room: here(),
        name: "gus".into(),
        time: None,
        why: None,
    };
    let unmute_here = || Command::UnmuteIn {
        room: here(),
        name: name("gus"),
    };
    world.by("lee", mute("gus", None)).expect("muted");
    world.by("lee", mute_here()).expect("muted");
    let facts = world.by("lee", unmute("gus")).expect("lifted");
    assert_eq!(remaining(&facts), [Some(Remaining::InRoom(dev.clone()))]);
    let Fact::Moderated(entry) = &facts[0] else {
        panic!("{facts:?}");
    };
    assert_eq!(entry.target, None, "gus is told nothing that is not so");
    world.by("lee", mute("gus", None)).expect("muted");
    let facts = world.by("lee", unmute_here()).expect("lifted");
    assert_eq!(remaining(&facts)[0], Some(Remaining::OnServer));
    let facts = world.by("lee", unmute("gus")).expect("lifted");
    assert_eq!(remaining(&facts), [None]);
    world.check_replay();
}

#[test]
fn a_mute_of_the_name_alone_covers_no_address() {
    let mut world = World::with(&["lee"]);
    world.arrive_from("203.0.113.7", "ann").expect("here");
    let facts = world.by("lee", mute("name:ann", None)).expect("muted");
    let Fact::Moderated(entry) = &facts[0] else {
        panic!("{facts:?}");
    };
    let alone = Mask::of_name(name("ann"));
    assert!(matches!(&entry.act, ModAction::Mute(mute) if mute.mask == alone));
}

#[test]
fn a_block_of_mapped_addresses_is_one_of_ipv4() {
    for (mask, kept) in [
        ("::ffff:203.0.113.1/128", "203.0.113.1"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ("::ffff:cb00:7101/128", "203.0.113.1"),
    ] {
        let mut world = check_ban("203.0.113.1", mask, kept, &["ann"]);
        for from in ["203.0.113.1", "::ffff:203.0.113.1"] {
            assert!(
                world.arrive_from(from, "eve").is_err(),
                "{mask} from {from}"
            );
        }
        world
            .by("lee", Command::Unban(self::mask(kept)))
            .expect("unbanned");
        assert!(world.arrive_from("203.0.113.1", "eve").is_ok());
    }
}

#[test]
fn the_longest_of_many_bans_is_told() {
    let mut world = World::with(&["lee"]);
    let short = Some(Duration::from_secs(10));
    let long = Some(Duration::from_hours(1));
    let end = Some(world.now + Duration::from_hours(1));
    for (mask, time) in [
        ("198.51.100.0/24", short),
        ("name:ann", long),
        ("198.51.0.0/16", short),
    ] {
        world.by("lee", ban(mask, time)).expect("banned");
    }
    let refused = world.arrive_from("198.51.100.7", "ann");
    assert!(matches!(refused, Err(Rejection::Banned { until, .. }) if until == end));
}

#[test]
fn a_mute_follows_through_a_rename_and_is_lifted_by_the_new_name() {
    let mut world = World::with(&["lee", "ann"]);
    let housemate = world.arrive_from("192.0.2.10", "bob").expect("here");
    assert_eq!(housemate.name, name("bob"));
    // From the operator's own address: a mute of the name alone.
    world.by("lee", mute("bob", None)).expect("muted");
    world
        .by("lee", rename_other("bob", "rob"))
        .expect("renamed");
    let refused = Err(MUTED);
    assert_eq!(world.by("rob", say("hello")), refused);
    let code = world.lose("rob");
    world.resume(code).expect("back");
    assert_eq!(world.by("rob", say("hello")), refused);
    world.by("lee", unmute("rob")).expect("unmuted");
    assert!(world.by("rob", say("hello")).is_ok());
}

#[test]
fn nobody_bans_themselves() {
    let mut world = World::with(&["lee"]);
    for mask in ["lee", "name:LEE", "192.0.2.10", "192.0.2.0/24", "0.0.0.0/0"] {
        let refused = world.by("lee", ban(mask, None));
        assert_eq!(refused, Err(Rejection::Oneself), "{mask}");
    }
}

#[test]
fn bans_and_mutes_of_an_earlier_run_hold() {
    let restriction = |mask| Restriction {
        at: chinwag_core::Timestamp(0),
        mask,
        until: None,
        by: name("lee"),
        why: None,
    };
    let kept = Snapshot {
        bans: vec![restriction(mask("203.0.113.0/24"))],
        mutes: vec![restriction(mask("ann"))],
        ..Snapshot::default()
    };
    let mut world = World::new(crate::world::settings(), kept);
    world.arrive("lee").expect("here");
    world.arrive("ann").expect("here");
    assert!(world.arrive_from("203.0.113.9", "bob").is_err());
    assert!(world.by("ann", say("hello")).is_err());
    let lists = world.chat.answer(
        world.caller("lee"),
        Query::Restrictions { after: None },
        world.now,
    );
    let Ok(Answer::Restrictions {
        counts: (1, 1),
        bans,
        mutes,
        renamed: _,
        accounts: _,
        next: None,
    }) = lists
    else {
        panic!("{lists:?}");
    };
    assert_eq!((bans.len(), mutes.len()), (1, 1));
}

/// They are kept while the clock may have leapt, and are in force no more.
#[test]
fn what_has_expired_and_is_not_forgotten_yet_is_not_counted() {
    let restriction = |text: &str, until| Restriction {
        at: Timestamp(0),
        mask: Mask::parse(text).expect("a mask"),
        until,
        by: name("lee"),
        why: None,
    };
    let over = Some(Timestamp(1));
    let kept = Snapshot {
        bans: vec![restriction("bob", over), restriction("eve", None)],
        mutes: vec![restriction("ann", over)],
        ..Snapshot::default()
    };
    let mut world = World::new(crate::world::settings(), kept);
    world.arrive("lee").expect("here");
    let (caller, all) = (world.caller("lee"), Query::Restrictions { after: None });
    let answer = |now| match world.chat.answer(caller, all.clone(), now) {
        Ok(Answer::Restrictions {
            counts,
            bans,
            mutes,
            ..
        }) => {
            assert_eq!(counts, (bans.len(), mutes.len()));
            counts
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(answer(Timestamp(0)), (2, 1));
    assert_eq!(answer(Timestamp(1)), (1, 0));
}

#[test]
fn operators_are_made_and_unmade() {
    let mut world = World::with(&["lee", "ann"]);
    let op = |whom: &str| Command::Op(whom.into());
    let deop = |whom: &str| Command::Deop(whom.into());
    let not = Err(Rejection::NotOperator(name("ann")));
    assert_eq!(world.by("lee", deop("ann")), not);
    world.by("lee", op("ann")).expect("opped");
    let already = Err(Rejection::AlreadyOperator(name("ann")));
    assert_eq!(world.by("lee", op("ann")), already);
    world.by("ann", deop("lee")).expect("deopped");
    assert!(world.by("lee", op("lee")).is_err());
    world.by("ann", deop("ann")).expect("deopped");
    assert!(
        world.arrive("cy").is_ok_and(|cy| cy.operator),
        "there was none"
    );
    let nobody = world.by("cy", op("zoe"));
    assert!(matches!(nobody, Err(Rejection::NobodyCalled { .. })));
}

#[test]
fn nobody_acts_on_one_who_was_a_lasting_operator_before() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    world.by("lee", register("of lee")).expect("registered");
    world.by("ann", register("of ann")).expect("registered");
    for junior in ["ann", "bob"] {
        world.by("lee", Command::Op(junior.into())).expect("opped");
    }
    let against = |whom: &str| {
        [
            kick(whom),
            mute(whom, None),
            ban(whom, None),
            ban(&format!("name:{whom}"), None),
            Command::Deop(whom.into()),
            rename_other(whom, "rob"),
        ]
    };
    for (junior, senior) in [("ann", "lee"), ("bob", "lee"), ("bob", "ann")] {
        for command in against(senior) {
            let outranked = Err(Rejection::Outranked(name(senior)));
            assert_eq!(world.by(junior, command.clone()), outranked, "{command:?}");
        }
    }
    let of_lee = ban("192.0.2.10", None);
    assert_eq!(
        world.by("ann", of_lee),
        Err(Rejection::Outranked(name("lee")))
    );
    // A new password changes no rank, and neither does going by another name.
    world
        .by("lee", change_password("of lee", "new of lee"))
        .expect("registered");
    world.by("lee", rename("mia")).expect("renamed");
    for command in [kick("mia"), ban("mia", None), ban("lee", None)] {
        let outranked = Err(Rejection::Outranked(name("lee")));
        assert_eq!(world.by("ann", command.clone()), outranked, "{command:?}");
    }
    world.by("ann", kick("bob")).expect("kicked");
    world
        .by("ann", Command::Deop("ann".into()))
        .expect("deopped");
}

#[test]
fn an_operator_gives_another_a_name() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    world.by("bob", register("hash")).expect("registered");
    let facts = world
        .by("lee", rename_other("ANN", "rob"))
        .expect("renamed");
    let [Fact::Moderated(entry), Fact::Renamed(renamed)] = &facts[..] else {
        panic!("{facts:?}");
    };
    assert_eq!(entry.target, Some(renamed.person));
    assert_eq!((&renamed.old, &renamed.new), (&name("ann"), &name("rob")));
    let taken = world.by("lee", rename_other("rob", "lee"));
    assert!(matches!(taken, Err(Rejection::NameTaken { .. })));
    let registered = world.by("lee", rename_other("rob", "bob"));
    assert_eq!(registered, Err(Rejection::NameRegistered(name("bob"))));
    assert_eq!(
        world.by("lee", rename_other("lee", "mia")),
        Err(Rejection::Oneself)
    );
}

#[test]
fn a_lock_holds_against_what_is_registered_under_it() {
    let mut world = World::with(&["lee", "ann", "bob"]);
    world.by("bob", register("hash")).expect("registered");
    world.by("lee", Command::Lock(true)).expect("locked");
    let closed = || Err(Rejection::LockedRegistration);
    assert_eq!(world.by("ann", register("hash")), closed());
    assert_eq!(world.by("ann", say("hello")), Err(Rejection::LockedSpeech));
    let stranger = world.by("ann", rename("stranger"));
    assert_eq!(stranger, Err(Rejection::LockedSpeech));
    // Under whatever name, a person who is logged in is no stranger.
    world.by("bob", rename("rob")).expect("renamed");
    assert!(world.by("rob", say("hello")).is_ok());
    assert_eq!(world.by("rob", Command::Group), closed());
    world
        .by("rob", change_password("hash", "new hash"))
        .expect("a new password");
    world.by("lee", Command::Lock(false)).expect("unlocked");
    world.by("ann", register("hash")).expect("registered");
}

/// The operator, and an older and a younger one of those who are registered.
fn ranks() -> World {
    let mut world = World::with(&["lee", "ann", "bob"]);
    for who in ["lee", "ann"] {
        let hash = format!("of {who}");
        world
            .by(who, crate::world::register(&hash))
            .expect("registered");
    }
    world.by("lee", Command::Op("ann".into())).expect("opped");
    world
}

#[test]
fn there_is_an_operator_while_its_link_is_lost() {
    let mut world = World::with(&["lee"]);
    let code = world.lose("lee");
    assert!(!world.arrive("ann").expect("here").operator);
    world.resume(code).expect("back");
    assert!(world.whois("lee").is_ok_and(|lee| lee.line.operator));
    world.lose("lee");
    world.quit("ann");
    world.pass(Duration::from_mins(10));
    assert!(world.arrive("bob").expect("here").operator, "it has ended");
    world.check();
}

#[test]
fn nobody_acts_on_one_who_was_a_lasting_operator_before_and_may_come_back() {
    let mut world = ranks();
    world.lose("lee");
    let outranked = Err(Rejection::Outranked(name("lee")));
    for command in [
        ban("192.0.2.10", None),
        ban("192.0.2.10/32", None),
        ban("lee", None),
        mute("lee", None),
        Command::Deop("lee".into()),
    ] {
        let done = world.by("ann", command.clone());
        assert_eq!(done, outranked, "{command:?}");
    }
    // A guest in the same home goes by the name alone.
    world.arrive_from("192.0.2.10", "kid").expect("here");
    let facts = world.by("ann", ban("kid", None)).expect("banned");
    assert_eq!(banned(&facts).0, "kid");
    world.check();
}

#[test]
fn a_mute_and_a_ban_meet_one_whose_link_is_lost() {
    let mut world = ranks();
    let code = world.lose("bob");
    let facts = world.by("lee", mute("bob", None)).expect("muted");
    assert!(matches!(&facts[..], [Fact::Moderated(entry)] if entry.target.is_some()));
    let visitor = world.visitor("198.51.100.7");
    world.act(visitor, Command::Resume(code)).expect("back");
    let muted = Err(Rejection::Muted { remaining: None });
    assert_eq!(world.by("bob", say("hello")), muted);
    let code = world.lose("bob");
    world.by("lee", unmute("bob")).expect("lifted");
    let facts = world.by("lee", ban("bob", None)).expect("banned");
    assert_eq!(banned(&facts).0, "bob (198.51.100.7)", "and where it was");
    let back = world.resume(code);
    assert!(matches!(back, Err(Rejection::Banned { .. })), "{back:?}");
    world.check();
    world.check_replay();
}

#[test]
fn a_mute_meets_a_registered_name_that_is_absent() {
    let mut world = ranks();
    world
        .by("bob", crate::world::register("of bob"))
        .expect("registered");
    world.quit("bob");
    world.by("lee", mute("BOB", None)).expect("muted");
    let visitor = world.visitor("198.51.100.7");
    let command = Command::LogIn {
        name: Some(name("bob")),
        proof: Some(chinwag_core::Proof("of bob".into())),
        is_script: false,
        account: None,
        ident: None,
    };
    world.act(visitor, command).expect("here");
    let muted = Err(Rejection::Muted { remaining: None });
    assert_eq!(world.by("bob", say("hello")), muted);
    world.check();
}

#[test]
fn a_lost_session_is_ended_by_a_kick() {
    let mut world = ranks();
    let code = world.lose("bob");
    assert!(matches!(
        world.arrive("bob"),
        Err(Rejection::NameKept { .. })
    ));
    let facts = world.by("lee", kick("bob")).expect("an operator");
    let [Fact::Moderated(entry), Fact::Quit(quit)] = &facts[..] else {
        panic!("{facts:?}");
    };
    assert!(matches!(entry.act, ModAction::Kick { .. }));
    assert_eq!(entry.aside, Some(Aside::LinkLost));
    // It has left its rooms already.
    assert_eq!((quit.rooms.len(), quit.is_resumable), (0, false));
    let told = |refusal| matches!(refusal, Err(Rejection::SessionKicked { .. }));
    assert!(told(world.resume(code)));
    world.arrive("bob").expect("the name is free");
    world.check();
    world.check_replay();
    // It is forgotten when the session would have been.
    world.pass(world.chat.resume_time());
    assert_eq!(world.resume(code).err(), Some(Rejection::CodeNotValid));
}

#[test]
fn a_name_that_nobody_has_means_the_people_of_its_account() {
    let mut world = ranks();
    world.by("ann", rename("zoe")).expect("renamed");
    let whois = |world: &World| {
        let query = Query::Whois("ann".into());
        match world.chat.answer(world.caller("lee"), query, world.now)? {
            Answer::Whois(profile) => Ok(profile.line.name),
            answer => panic!("{answer:?}"),
        }
    };
    assert_eq!(whois(&world), Ok(name("zoe")));
    world
        .by("lee", rename_other("ann", "zed"))
        .expect("renamed");
    world
        .by("bob", log_in_to("ann", "of ann"))
        .expect("logged in");
    world.lose("bob");
    let facts = world.by("lee", kick("ann")).expect("kicked");
    let ended = facts.iter().filter_map(|fact| match fact {
        Fact::Quit(quit) => Some((quit.name.as_str(), quit.is_resumable)),
        _ => None,
    });
    assert_eq!(ended.collect::<Vec<_>>(), [("bob", false), ("zed", false)]);
    assert_eq!(whois(&world), Err(Rejection::Absent(name("ann"))));
    world.check();
    world.check_replay();
}

/// What an operator is told who gives up the rights.
#[test]
fn the_last_operator_learns_who_is_the_next() {
    let mut world = ranks();
    let deop = |world: &mut World, who: &str| {
        let facts = world.by(who, Command::Deop(who.into())).expect("done");
        match &facts[0] {
            Fact::Moderated(entry) => entry.aside.clone(),
            fact => panic!("{fact:?}"),
        }
    };
    world.by("lee", Command::Op("bob".into())).expect("opped");
    assert_eq!(deop(&mut world, "lee"), None, "two are left");
    world.quit("ann");
    assert_eq!(deop(&mut world, "bob"), None, "she may come again");
    crate::world::arrive_with(&mut world, "ann", "of ann").expect("here");
    world.by("ann", Command::Op("bob".into())).expect("opped");
    world.lose("bob");
    assert_eq!(deop(&mut world, "ann"), None, "he may come back");
    world.pass(Duration::from_mins(10));
    let next = FirstOperator::Anyone;
    let first = world.arrive("cy").expect("here");
    assert!(first.operator);
    assert_eq!(deop(&mut world, "cy"), Some(Aside::NoneLeft { next }));
    assert!(world.arrive("dee").expect("here").operator);
    world.by("dee", Command::Lock(true)).expect("locked");
    let next = FirstOperator::Nobody;
    assert_eq!(deop(&mut world, "dee"), Some(Aside::NoneLeft { next }));
    world.check_replay();
}

#[test]
fn what_needs_a_connection_is_refused_where_there_is_none() {
    let mut world = ranks();
    world.lose("bob");
    let lost = Err(Rejection::LinkLost(name("bob")));
    // What is given for a visit is given to one who is here.
    assert_eq!(world.by("lee", Command::Op("bob".into())), lost);
    world.quit("ann");
    let absent = Err(Rejection::NotConnected(name("ann")));
    for command in [kick("ann"), rename_other("ann", "anna")] {
        let done = world.by("lee", command.clone());
        assert_eq!(done, absent, "{command:?}");
    }
}

#[test]
fn an_operator_does_nothing_to_its_own_account_by_another_login() {
    for is_lost in [false, true] {
        let mut world = ranks();
        let login = Command::LogInTo {
            name: name("lee"),
            proof: Some(chinwag_core::Proof("of lee".into())),
            beside: true,
        };
        world.by("bob", login).expect("logged in");
        if is_lost {
            world.lose("bob");
        }
        for command in [ban("bob", None), ban("name:bob", None), mute("bob", None)] {
            let done = world.by("lee", command.clone());
            assert_eq!(done, Err(Rejection::Oneself), "{command:?}");
        }
    }
}

#[test]
fn rights_for_a_visit_are_taken_from_one_whose_link_is_lost() {
    let mut world = ranks();
    world.by("lee", Command::Op("bob".into())).expect("opped");
    let code = world.lose("bob");
    world
        .by("lee", Command::Deop("bob".into()))
        .expect("deopped");
    world.resume(code).expect("back");
    assert!(world.whois("bob").is_ok_and(|bob| !bob.line.operator));
    world.check();
    world.check_replay();
}

#[test]
fn a_muted_person_does_not_speak_by_a_name_it_arrives_with() {
    let mut world = World::with(&["lee", "ben"]);
    let time = Some(Duration::from_mins(5));
    world.by("lee", mute("ben", time)).expect("muted");
    world.quit("ben");
    let refused = Err(Rejection::MutedArrival {
        had: name("ben"),
        remaining: time,
    });
    assert_eq!(world.arrive_from("192.0.2.11", "BuyPills"), refused);
    world.arrive_from("192.0.2.11", "BEN").expect("as before");
    world.quit("ben");
    let guest = world.arrive_from("192.0.2.11", "").expect("a guest");
    assert!(guest.name.as_str().starts_with("guest-"));
    world
        .arrive_from("192.0.2.99", "BuyPills")
        .expect("another home");
    world.check();
}

#[test]
fn a_muted_person_makes_no_room() {
    let mut world = World::with(&["lee", "ben", "ann"]);
    world.by("lee", mute("ben", None)).expect("muted");
    let muted = Err(Rejection::Muted { remaining: None });
    let made = world.by("ben", crate::world::join("buy-pills"));
    assert_eq!(made, muted);
    world.by("ann", crate::world::join("dev")).expect("joined");
    world
        .by("ben", crate::world::join("dev"))
        .expect("it is there");
    world.check();
}

#[test]
fn a_muted_operator_or_moderator_gives_no_reasons() {
    let mut world = ranks();
    world.by("ann", crate::world::join("dev")).expect("joined");
    world.by("bob", crate::world::join("dev")).expect("joined");
    world.by("lee", mute("ann", None)).expect("muted");
    let dev = chinwag_core::RoomRef::Name(crate::world::room("dev"));
    let muted = Err(Rejection::Muted { remaining: None });
    for command in [
        kick("bob"),
        ban("bob", None),
        rename_other("bob", "BuyPills"),
        Command::Announce(text("buy pills")),
        Command::SetMotd(Some(text("buy pills"))),
        Command::Eject {
            room: dev,
            name: "bob".into(),
            why: Some(text("buy pills")),
        },
    ] {
        let done = world.by("ann", command.clone());
        assert_eq!(done, muted, "{command:?}");
    }
    let without = Command::Kick {
        name: "bob".into(),
        why: None,
    };
    world.by("ann", without).expect("without a word");
}

#[test]
fn who_is_muted_in_a_room_is_not_heard_there_by_a_name_or_a_reason() {
    let mut world = World::with(&["lee", "ann", "ben"]);
    world.by("ann", crate::world::join("dev")).expect("joined");
    world.by("ben", crate::world::join("dev")).expect("joined");
    let dev = crate::world::room("dev");
    let here = Command::MuteIn {
        room: chinwag_core::RoomRef::Name(dev.clone()),
        name: "ben".into(),
        time: None,
        why: None,
    };
    world.by("ann", here).expect("muted there");
    let why = chinwag_core::RoomRejection::Muted { remaining: None };
    let refused = Err(Rejection::Of(dev, why));
    assert_eq!(world.by("ben", rename("BuyPills")), refused);
    let quit = Command::Quit(QuitReason::Quit(Some(text("buy pills"))));
    let facts = world.by("ben", quit).expect("gone");
    assert!(matches!(&facts[..], [Fact::Quit(quit)] if quit.why == QuitReason::Quit(None)));
}
