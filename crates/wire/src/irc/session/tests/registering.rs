//! How a client comes in: what it says, and what is asked and told for it. The passwords of accounts are in the
//! transcripts.

use chinwag_core::Rejection;

use super::*;
use crate::dialect::{Gateway, Password};
use crate::irc::caps::Cap;

/// What comes of a line.
fn say(world: &mut World, line: &str) -> (Option<Step>, String) {
    world.call(|dialect, env, out| {
        let line = format!("{line}\r\n");
        let mut bytes = line.as_bytes();
        let step = dialect.handle_bytes(&mut bytes, env, out);
        assert!(bytes.is_empty() || step.is_some(), "nothing is left unread");
        step
    })
}

/// What is told for lines that ask for nothing.
#[track_caller]
fn told(world: &mut World, lines: &[&str]) -> String {
    let told = lines.iter().map(|line| {
        let (step, told) = say(world, line);
        assert!(step.is_none(), "{line}: {step:?}");
        told
    });
    told.collect()
}

/// The name under which the client asks to come in.
fn log_in(step: Option<Step>) -> Option<Name> {
    match step {
        Some(Step::Ask(Ask::LogIn {
            name,
            is_script: true,
            irc: Some(_),
            password: None,
        })) => name,
        _ => None,
    }
}

fn is_closed((step, told): (Option<Step>, String), why: &str) -> bool {
    matches!(step, Some(Step::Close)) && told.starts_with("ERROR :") && told.contains(why)
}

const USER: &str = "USER ann 0 * :Ann";

#[test]
fn a_client_is_in_once_all_is_said_in_any_order() {
    for lines in [["NICK ann", USER], [USER, "NICK ann"]] {
        let mut world = World::before_login("chat");
        assert_eq!(told(&mut world, &lines[..1]), "");
        let (step, told) = say(&mut world, lines[1]);
        assert_eq!((log_in(step), told), (Name::parse("ann").ok(), "".into()));
    }
    for begin in ["CAP LS 302", "CAP LS", "CAP REQ :batch"] {
        let mut world = World::before_login("chat");
        told(&mut world, &[begin, "NICK ann", USER, "CAP LIST"]);
        let (step, told) = say(&mut world, "CAP END");
        assert!(log_in(step).is_some(), "{begin}");
        assert_eq!(told, "");
    }
    // To ask what it has is no negotiation.
    let mut world = World::before_login("chat");
    told(&mut world, &["CAP LIST", "NICK ann"]);
    assert!(log_in(say(&mut world, USER).0).is_some());
}

#[test]
fn what_cannot_be_said_has_its_number_and_the_client_may_go_on() {
    let mut world = World::before_login("chat");
    for (line, number) in [
        ("CAP", "461 * CAP"),
        ("CAP HELLO", "410 * HELLO"),
        ("NICK", "431 *"),
        ("NICK #no", "432 * #no"),
        ("USER ann", "461 * USER"),
        ("PASS", "461 * PASS"),
        ("PING", "461 * PING"),
    ] {
        let told = told(&mut world, &[line]);
        assert!(told.starts_with(&format!(":chat {number} ")), "{told}");
    }
    assert_eq!(told(&mut world, &["PING x"]), ":chat PONG chat :x\r\n");
    told(&mut world, &["NICK ann"]);
    assert!(log_in(say(&mut world, USER).0).is_some());
    let mut world = World::new();
    let told = told(&mut world, &["PASS x", USER, "WEBIRC a b c 192.0.2.7"]);
    assert_eq!(told.matches(" 462 me ").count(), 3, "{told}");
}

#[test]
fn capabilities_are_taken_all_or_none() {
    let mut world = World::before_login("chat");
    let taken = |world: &mut World| told(world, &["CAP LIST"]);
    assert!(
        told(&mut world, &["CAP REQ :batch echo-message"]).contains(" ACK :batch echo-message")
    );
    assert!(told(&mut world, &["CAP REQ :-batch no-such"]).contains(" NAK :-batch no-such"));
    assert!(taken(&mut world).contains("batch"));
    assert!(told(&mut world, &["CAP REQ :-batch"]).contains(" ACK :-batch"));
    assert!(!taken(&mut world).contains("batch"));
    // Who names the version is told of changes, like it or not.
    assert!(told(&mut world, &["CAP REQ :-cap-notify"]).contains(" ACK "));
    assert!(!taken(&mut world).contains("cap-notify"));
    told(&mut world, &["CAP LS 301"]);
    assert!(!taken(&mut world).contains("cap-notify"));
    told(&mut world, &["CAP LS 302"]);
    assert!(taken(&mut world).contains("cap-notify"));
    assert!(told(&mut world, &["CAP REQ :-cap-notify"]).contains(" NAK "));
    assert!(told(&mut world, &["CAP REQ :cap-notify"]).contains(" ACK "));
}

#[test]
fn what_a_client_has_subscribed_to_ends_with_the_capability() {
    let mut world = World::before_login("chat");
    let keys = |world: &mut World| told(world, &["METADATA * SUBS"]);
    told(
        &mut world,
        &["CAP REQ :draft/metadata-3", "METADATA * SUB avatar"],
    );
    told(&mut world, &["CAP REQ :batch"]);
    assert!(keys(&mut world).contains(" avatar"));
    told(
        &mut world,
        &["CAP REQ :-draft/metadata-3", "CAP REQ :draft/metadata-3"],
    );
    assert!(!keys(&mut world).contains(" avatar"));
}

#[test]
fn a_client_is_not_in_while_a_password_is_looked_at() {
    let mut world = World::before_login("chat");
    world.settings.asks_password = true;
    let (step, _) = say(&mut world, "PASS sesame");
    assert!(matches!(step, Some(Step::Ask(Ask::Enter(_)))));
    assert_eq!(told(&mut world, &["NICK ann", USER]), "");
    let (step, _) = world.call(|dialect, env, out| dialect.handle_tell(Tell::Admitted, env, out));
    assert_eq!(log_in(step), Name::parse("ann").ok());
}

#[test]
fn who_may_be_bound_to_tls_is_told_how() {
    let secured = |is_encrypted, names_server| Security {
        is_encrypted,
        names_server,
        ..Security::default()
    };
    for (security, policy) in [
        (secured(false, false), Some("sts=port=8989")),
        (secured(true, true), Some("sts=duration=60")),
        (secured(true, false), None),
    ] {
        let mut world = World::before_login("chat");
        world.settings.irc.sts_seconds = Some(60);
        world.begin(Spoke::First, security);
        let listed = told(&mut world, &["CAP LS 302"]);
        assert_eq!(listed.contains("sts="), policy.is_some(), "{listed}");
        assert!(listed.contains(policy.unwrap_or("sasl")), "{listed}");
    }
}

#[test]
fn a_client_whose_name_is_refused_chooses_another() {
    let mut world = World::before_login("chat");
    told(&mut world, &["NICK ann"]);
    assert!(log_in(say(&mut world, USER).0).is_some());
    // It was busy with the passwords of others.
    let (step, _) = world.call(|dialect, env, out| dialect.handle_tell(Tell::Busy, env, out));
    assert!(step.is_none());
    told(&mut world, &["CAP LS", "CAP END"]);
    assert_eq!(
        log_in(say(&mut world, "NICK bob").0),
        Name::parse("bob").ok()
    );
}

#[test]
fn a_gateway_has_the_first_word() {
    for (options, is_encrypted) in [
        ("", false),
        (" :secure", true),
        (" :a b=c secure=yes", true),
    ] {
        let mut world = World::before_login("chat");
        let line = format!("WEBIRC secret web host.example 0::ffff:192.0.2.7{options}");
        let Some(Step::Ask(Ask::SpeakFor(Some(gateway)))) = say(&mut world, &line).0 else {
            panic!("{line}");
        };
        let expected = Gateway {
            password: Password::parse("secret").expect("a password"),
            address: [192, 0, 2, 7].into(),
            is_encrypted,
        };
        assert_eq!(*gateway, expected);
    }
    // The server takes note of what a gateway says wrong, and refuses it.
    let refused = |world: &mut World, line: &str| {
        let (step, _) = say(world, line);
        assert!(
            matches!(step, Some(Step::Ask(Ask::SpeakFor(None)))),
            "{line}: {step:?}"
        );
        let no = Tell::Rejected(&Rejection::NeedsProof);
        let said = world.call(|dialect, env, out| dialect.handle_tell(no, env, out));
        assert!(is_closed(said, "comes first"), "{line}");
    };
    for before in ["NICK ann", USER, "PASS secret", "CAP LS"] {
        let mut world = World::before_login("chat");
        told(&mut world, &[before]);
        refused(&mut world, "WEBIRC secret web host.example 192.0.2.7");
    }
    for line in [
        "WEBIRC secret web host.example nowhere",
        "WEBIRC secret",
        "WEBIRC",
    ] {
        refused(&mut World::before_login("chat"), line);
    }
}

#[test]
fn the_password_of_the_server_comes_before_that_of_a_name() {
    let mut world = World::before_login("chat");
    world.settings.asks_password = true;
    let (step, _) = say(&mut world, "PASS :open sesame");
    let expected = Password::parse("open sesame").expect("a password");
    assert!(matches!(step, Some(Step::Ask(Ask::Enter(password))) if password == expected));
    world.call(|dialect, env, out| dialect.handle_tell(Tell::Admitted, env, out));
    told(&mut world, &["PASS mine", "NICK ann"]);
    let Some(Step::Ask(Ask::LogIn { password, .. })) = say(&mut world, USER).0 else {
        panic!("it is in");
    };
    assert_eq!(password, Password::parse("mine").ok());

    let mut world = World::before_login("chat");
    world.settings.asks_password = true;
    assert!(is_closed(say(&mut world, "PASS a\u{1}b"), "Bad password"));
    // Who has given it cannot be spoken for any more.
    let mut world = World::before_login("chat");
    world.settings.asks_password = true;
    say(&mut world, "PASS sesame");
    world.call(|dialect, env, out| dialect.handle_tell(Tell::Admitted, env, out));
    let said = say(&mut world, "WEBIRC secret web host.example 192.0.2.7");
    assert!(matches!(said.0, Some(Step::Ask(Ask::SpeakFor(None)))));
}

#[test]
fn a_proof_for_which_there_is_no_time_is_answered() {
    let is_proof = |step, of: &str| match step {
        Some(Step::Ask(Ask::Prove { name, .. })) => name.as_str() == of,
        _ => false,
    };
    let busy = |world: &mut World| {
        world.call(|dialect, env, out| dialect.handle_tell(Tell::Busy, env, out))
    };
    let mut world = World::before_login("chat");
    told(&mut world, &["CAP REQ :sasl", "AUTHENTICATE PLAIN"]);
    let (step, _) = say(&mut world, "AUTHENTICATE AGFubgBzZWNyZXQ=");
    assert!(is_proof(step, "ann"));
    let told_of_sasl = busy(&mut world).1;
    assert!(told_of_sasl.contains(" 904 * :SASL authentication failed: try again"));

    let mut world = World::before_login("chat");
    told(&mut world, &["PASS bob:secret", "NICK ann"]);
    assert!(is_proof(say(&mut world, USER).0, "bob"));
    assert!(
        busy(&mut world)
            .1
            .contains(" NOTICE ann :Too many passwords")
    );
}

#[test]
fn a_client_has_so_many_tries_and_bytes_and_so_much_time() {
    let mut world = World::before_login("chat");
    told(&mut world, &["NICK #1", "NICK #2", "NICK #3", "NICK #4"]);
    assert!(say(&mut world, "NICK #5").1.contains("Too many attempts"));

    let mut world = World::before_login("chat");
    let line = format!("PING {}", "x".repeat(505));
    let lines: Vec<&str> = (0..8).map(|_| line.as_str()).collect();
    told(&mut world, &lines);
    assert!(is_closed(say(&mut world, "NICK ann"), "Too many bytes"));

    let mut world = World::before_login("chat");
    let until = world.dialect.deadline();
    assert_eq!(until, Some(Monotonic(0) + Duration::from_secs(60)));
    assert!(is_closed(say(&mut world, "QUIT"), "Bye"));
}

#[test]
fn a_client_that_was_asked_for_its_name_begins_on_a_line_of_its_own() {
    let mut world = World::before_login("chat");
    world.begin(Spoke::Greeted, Security::default());
    let told = told(&mut world, &["PING 1", "PING 2"]);
    assert_eq!(told, "\r\n:chat PONG chat :1\r\n:chat PONG chat :2\r\n");
}

#[test]
fn capabilities_are_listed_in_lines_that_fit() {
    let of = |line: &str, command: &str| {
        let list = line.split_once(command).expect("an answer").1;
        let list = list.trim_start_matches(" *").trim_start_matches(" :");
        let words = list.split(' ').map(ToString::to_string);
        words.collect::<Vec<_>>()
    };
    for (name, server) in NAMES {
        let mut world = World::of(name, server);
        let old = said(&mut world, "CAP LS\r\n");
        assert_eq!(old.len(), 1, "an old client reads one line");
        assert!(old[0].len() <= 510 && !old[0].contains(" * :"), "{old:?}");
        assert!(!old[0].contains("multiline"));
        let new = said(&mut world, "CAP LS 302\r\n");
        let (last, before) = new.split_last().expect("a line");
        assert!(before.iter().all(|line| line.contains(" LS * :")) && !last.contains(" LS * :"));
        assert!(new.iter().all(|line| line.len() <= 510), "{new:?}");
        for useful in [" sasl", " server-time", " message-tags", " batch"] {
            assert!(old[0].contains(useful) && last.contains(useful), "{useful}");
        }
        let new: Vec<String> = new.iter().rev().flat_map(|line| of(line, " LS")).collect();
        let bare = |cap: &String| cap.split('=').next().unwrap_or_default().to_string();
        let new: Vec<String> = new.iter().map(bare).collect();
        let all: Vec<&str> = Cap::ALL.iter().map(|(_, name)| *name).collect();
        assert_eq!(new, all);
        // Those that are asked for in one line may not fit into one answer.
        let asked = all.iter().filter(|cap| **cap != "cap-notify");
        let asked = asked.copied().collect::<Vec<_>>().join(" ");
        let acked = said(&mut world, &format!("CAP REQ :{asked}\r\n"));
        assert!(acked.iter().all(|line| line.len() <= 510), "{acked:?}");
        let acked: Vec<String> = acked.iter().flat_map(|line| of(line, " ACK")).collect();
        assert_eq!(acked.join(" "), asked);
        let own = said(&mut world, "CAP LIST\r\n");
        assert!(own.iter().all(|line| line.len() <= 510), "{own:?}");
        let own: Vec<String> = own
            .iter()
            .rev()
            .flat_map(|line| of(line, " LIST"))
            .collect();
        // It has asked for two versions of one capability, and has the newer.
        let all = all.iter().filter(|cap| **cap != "draft/metadata-2");
        assert_eq!(own, all.copied().collect::<Vec<_>>());
    }
}
