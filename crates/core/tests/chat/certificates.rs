//! Certificates of TLS clients as what proves an account.

use chinwag_core::limits::ACCOUNT_CERTIFICATES_MAX;
use chinwag_core::{Answer, CertificatePrefix, Command, Fact, Proof, Query, Rejection};

use crate::world::{World, arrive_with, name, register, rename};

const OWN: &str = "0a0a01";
const OTHER: &str = "0b0b02";

fn certify(certificate: &str, proof: Option<&str>) -> Command {
    Command::Certify {
        certificate: certificate.into(),
        proof: proof.map(|proof| Proof(proof.into())),
    }
}

fn forget(digits: &str, proof: &str) -> Command {
    Command::Forget {
        certificate: CertificatePrefix::parse(digits).expect("digits"),
        proof: Some(Proof(proof.into())),
    }
}

/// The certificates of the account that somebody is logged in to.
fn certificates(world: &World, who: &str) -> Vec<String> {
    match world
        .chat
        .answer(world.caller(who), Query::Account, world.now)
    {
        Ok(Answer::Account(profile)) => {
            let all = profile.account.certificates();
            all.map(|certificate| certificate.to_string()).collect()
        }
        answer => panic!("{answer:?}"),
    }
}

#[test]
fn a_certificate_alone_makes_an_account_and_logs_in_to_it() {
    let mut world = World::with(&["lee", "ann"]);
    world
        .by("ann", certify(OWN, Some(OWN)))
        .expect("registered");
    assert_eq!(certificates(&world, "ann"), [OWN]);
    world.quit("ann");
    let wrong = Err(Rejection::WrongPassword(name("ann")));
    assert_eq!(arrive_with(&mut world, "ann", OTHER), wrong);
    arrive_with(&mut world, "ANN", OWN).expect("here");
    let taken_over = arrive_with(&mut world, "ann", OWN).expect("taken over");
    assert!(matches!(taken_over[..], [.., Fact::Returned(_)]));
    world.check();
    world.check_replay();
}

/// No password was given, so none was wrong.
#[test]
fn another_s_certificate_proves_nothing_and_is_no_wrong_password() {
    let other = &"0b".repeat(32);
    let mut world = World::with(&["lee", "ann"]);
    let claimed = world.by("ann", certify(OWN, Some(OWN)));
    claimed.expect("registered");
    let log_in_to = Command::LogInTo {
        name: name("ann"),
        proof: Some(Proof(other.as_str().into())),
        beside: false,
    };
    assert_eq!(world.by("lee", log_in_to), Err(Rejection::NeedsProof));
    world.quit("ann");
    let registered = Err(Rejection::NameRegistered(name("ann")));
    assert_eq!(arrive_with(&mut world, "ann", other), registered);
    world.check();
}

#[test]
fn a_certificate_is_added_with_a_proof_of_the_account_alone() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("ann", register("hash")).expect("registered");
    let not_proven = Err(Rejection::NotProven(name("ann")));
    for proof in [None, Some(OWN), Some("another hash")] {
        assert_eq!(
            world.by("ann", certify(OWN, proof)),
            not_proven,
            "{proof:?}"
        );
    }
    world.by("ann", certify(OWN, Some("hash"))).expect("added");
    let already = Err(Rejection::LoggedInAlready(name("ann")));
    assert_eq!(world.by("ann", certify(OWN, Some(OWN))), already);
    // Another connection's certificate is vouched for by one that is known.
    world.by("ann", certify(OTHER, Some(OWN))).expect("added");
    assert_eq!(certificates(&world, "ann"), [OWN, OTHER]);
    world.check_replay();
}

#[test]
fn a_name_is_grouped_and_a_certificate_added_at_once() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("ann", register("hash")).expect("registered");
    world.by("ann", rename("annie")).expect("renamed");
    let facts = world.by("annie", certify(OWN, Some("hash"))).expect("both");
    assert_eq!(facts.len(), 2);
    world.quit("annie");
    arrive_with(&mut world, "annie", OWN).expect("here");
    world.check_replay();
}

#[test]
fn a_certificate_is_no_way_to_another_password() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("ann", register("hash")).expect("registered");
    world.by("ann", certify(OWN, Some("hash"))).expect("added");
    let set = |proof: &str| Command::Register {
        password_hash: "new".into(),
        proof: Some(Proof(proof.into())),
    };
    let needs_old = Err(Rejection::NeedsOldPassword(name("ann")));
    assert_eq!(world.by("ann", set(OWN)), needs_old);
    // One that has none is given its first.
    world
        .by("lee", certify(OTHER, Some(OTHER)))
        .expect("registered");
    world.by("lee", set(OTHER)).expect("a password");
    assert!(arrive_with(&mut world, "lee", "new").is_ok());
}

#[test]
fn the_last_that_proves_an_account_stays() {
    let mut world = World::with(&["lee", "ann"]);
    world.by("ann", certify(OWN, None)).expect("registered");
    let last = Err(Rejection::LastCredential(name("ann")));
    assert_eq!(world.by("ann", forget(OWN, OWN)), last);
    world
        .by("ann", certify("0a0a99", Some(OWN)))
        .expect("added");
    let none = Err(Rejection::NoSuchCertificate);
    assert_eq!(world.by("ann", forget("0a0a", OWN)), none, "it is two");
    assert_eq!(world.by("ann", forget("0b0b", OWN)), none);
    let not_proven = Err(Rejection::NotProven(name("ann")));
    assert_eq!(world.by("ann", forget(OWN, OTHER)), not_proven);
    let not_logged_in = Err(Rejection::NotLoggedIn);
    assert_eq!(world.by("lee", forget(OWN, OWN)), not_logged_in);
    world.by("ann", forget("0a0a01", OWN)).expect("forgotten");
    world.quit("ann");
    assert!(arrive_with(&mut world, "ann", OWN).is_err());
    arrive_with(&mut world, "ann", "0a0a99").expect("here");
    world.check_replay();
}

#[test]
fn certificates_of_an_account_are_bounded() {
    let mut world = World::with(&["lee"]);
    world.by("lee", register("hash")).expect("registered");
    for n in 0..ACCOUNT_CERTIFICATES_MAX {
        let certificate = format!("{n:06x}");
        world
            .by("lee", certify(&certificate, Some("hash")))
            .expect("added");
    }
    let certificates_max = ACCOUNT_CERTIFICATES_MAX;
    let full = Err(Rejection::TooManyCertificates { certificates_max });
    assert_eq!(world.by("lee", certify(OWN, Some("hash"))), full);
}

#[test]
fn an_account_is_found_by_its_certificate_as_long_as_that_proves_it() {
    let mut world = World::with(&["lee", "bob", "ann"]);
    world
        .by("bob", certify(OWN, Some(OWN)))
        .expect("registered");
    world
        .by("ann", certify(OWN, Some(OWN)))
        .expect("registered");
    world.by("ann", register("hash")).expect_err("it has one");
    let find = |world: &World, certificate: &str, by_name: Option<&str>| {
        let query = Query::Certified {
            certificate: certificate.into(),
            name: by_name.map(name),
        };
        let found = world.chat.answer(world.caller("lee"), query, world.now);
        match found {
            Ok(Answer::Certified(found)) => found.map(|name| name.to_string()),
            answer => panic!("{answer:?}"),
        }
    };
    // Of two accounts the first by name, unless one is meant.
    assert_eq!(find(&world, OWN, None).as_deref(), Some("ann"));
    assert_eq!(find(&world, OWN, Some("BOB")).as_deref(), Some("bob"));
    assert_eq!(find(&world, OWN, Some("lee")), None);
    assert_eq!(find(&world, OTHER, None), None);
    assert_eq!(find(&world, OTHER, Some("ann")), None);
    let unclaim = |proof: &str| Command::Unclaim {
        proof: Some(Proof(proof.into())),
    };
    world.by("ann", unclaim(OWN)).expect("given up");
    assert_eq!(find(&world, OWN, None).as_deref(), Some("bob"));
    world.by("bob", certify(OTHER, Some(OWN))).expect("added");
    world.by("bob", forget(OWN, OTHER)).expect("forgotten");
    assert_eq!(find(&world, OWN, None), None);
    assert_eq!(find(&world, OTHER, None).as_deref(), Some("bob"));
    world.check_replay();
}
