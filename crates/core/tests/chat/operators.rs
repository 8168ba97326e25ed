//! Ranks of operators: what one who has the right for a visit can give, and whom its bans reach.

use chinwag_core::{
    Caller, Command, Fact, Mask, ModAction, Proof, Query, Rejection, Snapshot, Tenure,
};

use crate::world::{World, arrive_with, name, register, rename, say};

fn op(whom: &str) -> Command {
    Command::Op(whom.into())
}

fn ban(mask: &str) -> Command {
    Command::Ban {
        mask: Mask::parse(mask).expect("a mask"),
        cover_address: true,
        time: None,
        why: None,
    }
}

/// Lee, the first operator, with a registered name; Bob, whom lee made one for his visit; and Ann, who has a
/// registered name.
fn visit() -> World {
    let mut world = World::with(&["lee", "bob", "ann"]);
    for who in ["lee", "ann"] {
        world
            .by(who, register(&format!("of {who}")))
            .expect("registered");
    }
    world.by("lee", op("bob")).expect("opped");
    world
}

fn tenure(facts: &[Fact]) -> Option<Tenure> {
    facts.iter().find_map(|fact| match fact {
        Fact::Moderated(entry) => match entry.act {
            ModAction::Op { tenure, .. } => Some(tenure),
            _ => None,
        },
        _ => None,
    })
}

#[test]
fn who_is_an_operator_for_a_visit_gives_no_more_than_that() {
    let mut world = visit();
    // Whatever name it has by then.
    world.by("bob", register("of bob")).expect("registered");
    assert_eq!(
        world.by("bob", op("bob")),
        Err(Rejection::AlreadyOperator(name("bob")))
    );
    let facts = world.by("bob", op("ann")).expect("opped");
    assert_eq!(tenure(&facts), Some(Tenure::Lent));
    assert!(world.whois("ann").is_ok_and(|ann| ann.line.operator));
    // What was lent is lent on.
    world.arrive("cy").expect("here");
    world.by("cy", register("of cy")).expect("registered");
    let facts = world.by("ann", op("cy")).expect("opped");
    assert_eq!(tenure(&facts), Some(Tenure::Lent));
    for (who, operates) in [("lee", true), ("bob", false), ("ann", false), ("cy", false)] {
        world.quit(who);
        let back = arrive_with(&mut world, who, &format!("of {who}")).expect("back");
        let login = back.iter().find_map(|fact| match fact {
            Fact::LoggedIn(login) => Some(login),
            _ => None,
        });
        assert_eq!(login.expect("a login").operator, operates, "{who}");
    }
    let absent = world.by("lee", op("cy")).map(|facts| tenure(&facts));
    assert_eq!(absent, Ok(Some(Tenure::Lasting)));
    world.check_replay();
}

#[test]
fn who_is_one_for_a_visit_lends_to_nobody_who_is_not_here() {
    let mut world = visit();
    let code = world.lose("ann");
    assert_eq!(
        world.by("bob", op("ann")),
        Err(Rejection::LinkLost(name("ann")))
    );
    world.resume(code).expect("back");
    world.quit("ann");
    assert_eq!(
        world.by("bob", op("ann")),
        Err(Rejection::NotConnected(name("ann")))
    );
}

#[test]
fn what_was_lent_can_be_given_for_good_and_taken() {
    let mut world = visit();
    world.by("bob", op("ann")).expect("lent");
    let facts = world.by("lee", op("ann")).expect("given");
    assert_eq!(tenure(&facts), Some(Tenure::Lasting));
    assert_eq!(
        world.by("lee", op("ann")),
        Err(Rejection::AlreadyOperator(name("ann")))
    );
    world.by("lee", Command::Deop("ann".into())).expect("taken");
    assert!(world.whois("ann").is_ok_and(|ann| !ann.line.operator));
    world.check_replay();
}

/// The server's own code is nobody's loan: what it gives under another name is the account's.
#[test]
fn a_code_makes_the_account_an_operator_under_whatever_name() {
    let code = chinwag_core::ResumeCode::from_random(7);
    let settings = chinwag_core::Settings {
        operator_code: Some(code),
        ..chinwag_core::Settings::default()
    };
    let mut world = World::new(settings, Snapshot::default());
    world.arrive("ann").expect("here");
    world.by("ann", register("of ann")).expect("registered");
    world.by("ann", rename("annie")).expect("renamed");
    let facts = world.by("annie", op(&code.to_string())).expect("opped");
    assert_eq!(tenure(&facts), Some(Tenure::Lasting));
    world.quit("annie");
    let back = arrive_with(&mut world, "ann", "of ann").expect("back");
    assert!(matches!(&back[0], Fact::LoggedIn(login) if login.operator));
}

/// At the prompt the code that the server prints looks like one that resumes a session.
#[test]
fn the_code_of_the_server_is_told_from_a_wrong_one_while_it_is_of_use() {
    let code = chinwag_core::ResumeCode::from_random(7);
    let settings = chinwag_core::Settings {
        operator_code: Some(code),
        ..chinwag_core::Settings::default()
    };
    let mut world = World::new(settings, Snapshot::default());
    let visitor = world.visitor("192.0.2.1");
    let resume = || Command::Resume(code);
    assert_eq!(world.act(visitor, resume()), Err(Rejection::OperatorCode));
    world.arrive("ann").expect("here");
    assert_eq!(world.by("ann", resume()), Err(Rejection::OperatorCode));
    world.by("ann", op(&code.to_string())).expect("opped");
    assert_eq!(world.act(visitor, resume()), Err(Rejection::CodeNotValid));
}

/// How the connection of somebody ends who comes with this proof.
fn comes(world: &mut World, who: &str, from: &str) -> Result<Vec<Fact>, Rejection> {
    let visitor = world.visitor(from);
    world.act(visitor, with_proof(who))
}

fn with_proof(who: &str) -> Command {
    Command::LogIn {
        name: Some(name(who)),
        proof: Some(Proof(format!("of {who}").into())),
        is_script: false,
        account: None,
        ident: None,
    }
}

#[test]
fn a_ban_of_a_block_keeps_out_nobody_who_outranks_its_author() {
    let mut world = visit();
    world.by("lee", op("ann")).expect("opped");
    world.arrive("cy").expect("here");
    world.by("cy", register("of cy")).expect("registered");
    world.quit("lee");
    world.quit("ann");
    world.by("bob", ban("203.0.113.0/24")).expect("banned");
    let refused = Rejection::Banned {
        until: None,
        why: None,
    };
    let from = "203.0.113.9";
    let greeted = |world: &mut World| {
        let visitor = world.visitor(from);
        world
            .chat
            .answer(visitor, Query::Greeting, world.now)
            .map(|_| ())
    };
    assert_eq!(greeted(&mut world), Ok(()), "before it is known who it is");
    assert_eq!(world.arrive_from(from, "eve"), Err(refused.clone()));
    let guess = |who: &str| Command::LogIn {
        name: Some(name(who)),
        proof: Some(Proof("a guess".into())),
        is_script: false,
        account: None,
        ident: None,
    };
    for command in [guess("lee"), with_proof("cy")] {
        let visitor = world.visitor(from);
        assert_eq!(world.act(visitor, command), Err(refused.clone()));
    }
    for senior in ["lee", "ann"] {
        comes(&mut world, senior, from).expect("let in");
        world.by(senior, rename("mia")).expect("renamed");
        world.by("mia", say("hello")).expect("said");
        let code = world.lose("mia");
        let visitor = world.visitor(from);
        world.act(visitor, Command::Resume(code)).expect("back");
        world.check();
        world.quit("mia");
    }
    // Among those with a registered name the one who was appointed first is above.
    comes(&mut world, "ann", "198.51.100.7").expect("here");
    world.by("ann", ban("203.0.113.0/25")).expect("banned");
    world.quit("ann");
    assert_eq!(comes(&mut world, "ann", from), Err(refused.clone()));
    comes(&mut world, "lee", from).expect("let in");
    world.quit("lee");
    // Nobody is above those who run the server.
    world
        .act(Caller::Shell, ban("203.0.113.0/26"))
        .expect("banned");
    assert_eq!(comes(&mut world, "lee", from), Err(refused.clone()));
    assert_eq!(greeted(&mut world), Err(refused));
    world.check_replay();
}

#[test]
fn an_address_that_goes_with_a_name_is_not_a_senior_s() {
    let mut world = visit();
    world.quit("lee");
    let home = "203.0.113.9";
    world.arrive_from(home, "kid").expect("here");
    world.by("bob", ban("kid")).expect("banned");
    comes(&mut world, "lee", home).expect("let in");
    world.quit("lee");
    world.arrive_from("203.0.113.10", "zed").expect("here");
    let mute = Command::Mute {
        name: "zed".into(),
        time: None,
        why: None,
    };
    world.by("bob", mute).expect("muted");
    comes(&mut world, "lee", "203.0.113.10").expect("let in");
    world.by("lee", say("hello")).expect("heard");
    let muted = world.by("zed", say("hello"));
    assert!(matches!(muted, Err(Rejection::Muted { .. })), "{muted:?}");
    world.check();
    world.check_replay();
}

#[test]
fn at_a_shell_an_operator_is_an_account() {
    let mut world = visit();
    let none = Rejection::NoAccount {
        typed: "nobody".into(),
    };
    for command in [
        op("nobody"),
        op("account:nobody"),
        Command::Deop("nobody".into()),
    ] {
        assert_eq!(world.act(Caller::Shell, command), Err(none.clone()));
    }
    // A guest can be one for a visit all the same.
    let guest = world.act(Caller::Shell, Command::Deop("bob".into()));
    assert!(guest.is_ok());
    world.check_replay();
}
