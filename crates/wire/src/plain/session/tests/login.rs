//! The name prompt: who is asked again, who is closed, and when.

use chinwag_core::Answer;

use super::*;

fn taken(called: &str) -> Rejection {
    Rejection::NameTaken {
        name: name(called),
        free: name("lee2"),
    }
}

const TAKEN: &str = "\"lee\" is here already. Try another, such as lee2.\n";
const BAD_NAME: &str = "A name is 1 to 32 letters, digits, - _ or . and starts with a letter.\n";

#[test]
fn a_person_is_greeted_and_asked_again_when_a_name_is_taken() {
    let mut peer = Peer::person();
    assert_eq!(
        peer.call(|dialect, env, out| dialect.handle_greet(false, env, out)),
        "{greeting}"
    );
    let greeting = Answer::Greeting {
        people: 2,
        rooms: 1,
    };
    assert_eq!(
        peer.tell(Tell::Answer(&greeting)),
        "Welcome to chat: 2 people in 1 room.\n\
         Type a line to talk, /help for help, /quit to leave.\nEnter your username: "
    );
    assert_eq!(peer.send("lee\n"), "{log in lee}");
    assert_eq!(peer.reject(&taken("lee")), format!("{TAKEN}{PROMPT}"));
    assert_eq!(peer.send("4lee\n"), format!("{BAD_NAME}{PROMPT}"));
    assert_eq!(peer.send("\n"), "{log in a guest}");
    assert_eq!(
        peer.enter(),
        "Welcome, ann. You are in #lobby, alone.\n\
         If your link drops, reconnect and type /resume K7Q2-9MXP within 10 minutes.\n\
         --- now ---\n"
    );
}

#[test]
fn lines_behind_the_name_wait_for_the_answer() {
    let mut peer = Peer::script();
    assert_eq!(peer.send("ann\nhello\n"), "{log in ann}");
    assert!(peer.enter().ends_with("--- now ---\n{say in 0: hello}"));
}

#[test]
fn the_fifth_failure_is_the_last() {
    let mut peer = Peer::person();
    for _ in 0..4 {
        assert_eq!(peer.send("lee\n"), "{log in lee}");
        assert_eq!(peer.reject(&taken("lee")), format!("{TAKEN}{PROMPT}"));
    }
    assert_eq!(peer.send("lee\n"), "{log in lee}");
    let last = format!("{TAKEN}No name chosen. Bye.\n{{close}}");
    assert_eq!(peer.reject(&taken("lee")), last);
}

#[test]
fn what_cannot_be_read_counts_as_a_failure() {
    let mut peer = Peer::person();
    for _ in 0..4 {
        let again = format!("! NOT sent: not valid UTF-8.\n{PROMPT}");
        assert_eq!(peer.send(b"\xe3\x83\n"), again);
    }
    assert!(peer.send("4\n").ends_with("No name chosen. Bye.\n{close}"));
}

#[test]
fn a_person_who_types_a_word_for_a_command_gets_what_it_means() {
    let mut peer = Peer::person();
    for word in ["help\n", "?\n", "HELP\n"] {
        let answer = peer.send(word);
        assert!(
            answer.starts_with("Type the name others will see"),
            "{word}"
        );
        assert!(answer.ends_with(PROMPT), "{word}");
    }
    assert_eq!(peer.send("quit\n"), "{close}");
}

#[test]
fn a_script_with_such_a_word_for_a_name_is_refused() {
    for word in ["help", "HELP", "?", "version", "quit", "exit"] {
        let answer = Peer::script().send(format!("{word}\nhello\n"));
        assert!(
            answer.ends_with("NOT joined, nothing was sent.\n{close}"),
            "{answer}"
        );
    }
}

#[test]
fn help_is_no_failure() {
    let mut peer = Peer::person();
    for _ in 0..9 {
        assert!(peer.send("/help\n").ends_with(PROMPT));
    }
    assert_eq!(peer.send("/quit\n"), "{close}");
}

#[test]
fn only_so_many_bytes_are_read_before_there_is_a_name() {
    let mut peer = Peer::person();
    assert_eq!(peer.send([b'x'; 4096]), "");
    assert_eq!(peer.send("x"), "No name chosen. Bye.\n{close}");

    let mut peer = Peer::person();
    let padding = format!("lee{}\n", " ".repeat(4092));
    assert_eq!(peer.send(padding), "{log in lee}", "4096 bytes are allowed");
    assert_eq!(peer.reject(&taken("lee")), format!("{TAKEN}{PROMPT}"));
    assert_eq!(peer.send("l"), "No name chosen. Bye.\n{close}");
}

#[test]
fn a_connection_is_told_once_why_it_ends() {
    let mut peer = Peer::script();
    let long = format!("{}\n", "x".repeat(5000));
    let shown = peer.send(long);
    assert_eq!(shown.matches("{close}").count(), 1, "{shown}");
    assert!(!shown.contains("No name chosen"), "{shown}");
}

#[test]
fn a_name_is_chosen_within_a_minute() {
    let mut peer = Peer::person();
    assert_eq!(peer.dialect.deadline(), Some(Monotonic(60_000)));
    assert_eq!(peer.at(59_999).timeout(), "");
    assert_eq!(peer.at(60_000).timeout(), "No name chosen. Bye.\n{close}");
    let peer = Peer::in_lobby();
    assert_eq!(peer.dialect.deadline(), None);
}

#[test]
fn what_no_other_name_would_change_closes_at_once() {
    let mut peer = Peer::person();
    peer.send("lee\n");
    let full = Rejection::ServerFull { people_max: 1000 };
    assert_eq!(
        peer.reject(&full),
        "The server is full (1000 people). Try again later.\n{close}"
    );
    let mut peer = Peer::script();
    peer.send("lee\n");
    let (until, why) = (None, None);
    assert_eq!(
        peer.reject(&Rejection::Banned { until, why }),
        "You are banned.\n{close}"
    );
}

/// The line after a refused name is never taken for another name.
#[test]
fn a_script_is_closed_with_the_reason() {
    let check = |rejection: &Rejection, expected: &str| {
        let mut peer = Peer::script();
        assert_eq!(peer.send("bot\nsecret\n"), "{log in bot}");
        let closed = format!("! {expected} NOT joined, nothing was sent.\n{{close}}");
        let shown = peer.reject(rejection);
        assert_eq!(shown, closed);
    };
    check(&taken("bot"), "\"bot\" is here already.");
    check(
        &Rejection::NameRegistered(name("bot")),
        "\"bot\" is registered.",
    );
    check(
        &Rejection::WrongPassword(name("bot")),
        "That is not the password of bot.",
    );
    check(
        &Rejection::NameLooksLike {
            name: name("b0t"),
            other: name("bot"),
            free: name("bot2"),
        },
        "\"b0t\" looks like \"bot\".",
    );
    check(&Rejection::CodeNotValid, "That code is not valid any more.");
}

/// A script may have waited for the prompt, or its link is slow.
#[test]
fn who_says_more_behind_a_refused_name_is_closed_with_the_reason() {
    let none = "NOT joined, nothing was sent.\n{close}";
    for line_end in ["\n", "\r\n", "\r", "\r\0"] {
        let lines = |name: &str| format!("{name}{line_end}done{line_end}backup finished{line_end}");
        let mut peer = Peer::person();
        assert_eq!(peer.send(lines("lee")), "{log in lee}");
        let told = peer.reject(&taken("lee"));
        assert_eq!(
            told.trim_end_matches("{close}").trim_end().lines().count(),
            1
        );
        assert!(told.starts_with("! \"lee\" is here already."), "{told}");
        assert!(told.replace("\r\n", "\n").ends_with(none), "{told}");
        for name in ["4lee", "NAME with blanks", "help", "/help"] {
            let told = Peer::person().send(lines(name));
            assert!(
                told.ends_with("{close}") && !told.contains(PROMPT),
                "{told}"
            );
        }
        let mut peer = Peer::person();
        let alone = format!("lee{line_end}");
        assert_eq!(peer.send(&alone), "{log in lee}");
        assert!(peer.reject(&taken("lee")).ends_with(PROMPT));
        // The rest may come in packets of its own, before the answer.
        assert_eq!(peer.send(alone), "{log in lee}");
        peer.call(|dialect, _, _| {
            dialect.handle_unread(b"done\n");
            None
        });
        assert!(
            peer.reject(&taken("lee"))
                .replace("\r\n", "\n")
                .ends_with(none)
        );
    }
}

#[test]
fn a_handshake_that_comes_too_late_is_no_name_and_not_said() {
    let hello = b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03random\nmore\n";
    let valid = b"\x16\x03\x01\0\x2a\x01\0\0\x26\x03\x03random\nmore\n";
    for hello in [&hello[..], valid] {
        assert!(Peer::person().send(hello).ends_with("{close}"));
        let mut peer = Peer::person();
        peer.send("STLS\n");
        peer.enter();
        let answer = peer.send(hello);
        assert!(!answer.contains("say in"), "{answer}");
        assert!(answer.contains("{quit"), "{answer}");
    }
}

#[test]
fn a_script_with_a_malformed_name_is_closed_with_the_reason() {
    for line in ["4bot\n", "hello there\n", "/usr/bin\n", "#lobby\n"] {
        let mut peer = Peer::script();
        let why = BAD_NAME.trim_end();
        let closed = format!("! {why} NOT joined, nothing was sent.\n{{close}}");
        assert_eq!(peer.send(line), closed);
    }
}

#[test]
fn a_busy_server_asks_again() {
    const BUSY: &str = "! The server is busy.";
    let mut peer = Peer::person();
    peer.send("lee#secret\n");
    let again = format!("{BUSY} Try again in a moment.\n{PROMPT}");
    assert_eq!(peer.tell(Tell::Busy), again);
    let mut peer = Peer::script();
    peer.send("lee#secret\nhello\n");
    let closed = format!("{BUSY} NOT joined, nothing was sent.\n{{close}}");
    assert_eq!(peer.tell(Tell::Busy), closed);
}

#[test]
fn a_script_in_another_encoding_is_closed_with_its_name() {
    let check = |bytes: &[u8], expected: &str| {
        let shown = Peer::script().send(bytes);
        assert_eq!(shown, format!("! NOT joined: {expected}\n{{close}}"));
    };
    check(b"b\0o\0t\0\n\0", "this is UTF-16. Send UTF-8.");
    check(b"\xfe\xff\0b\0o\0t\0\n", "this is UTF-16. Send UTF-8.");
    check(b"ren\xe9\n", "not valid UTF-8 (Windows-1252?).");
    check(b"\xe3\x83\n", "not valid UTF-8.");
    check(
        &[[b'x'; 4097].as_slice(), b"\n"].concat(),
        "4097 bytes, the limit is 4096.",
    );
}

#[test]
fn a_person_may_be_called_like_a_protocol() {
    assert_eq!(Peer::person().send("SSH-7\n"), "{log in SSH-7}");
    assert_eq!(Peer::person().send("ver\r\n"), "{log in ver}");
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_name() {
    assert_eq!(Peer::script().send("\u{feff}bot\n"), "{log in bot}");
    let mut peer = Peer::in_lobby();
    assert_eq!(peer.send("\u{feff}hello\n"), "{say in 0: hello}");
}

#[test]
fn the_last_line_may_lack_its_end() {
    let mut peer = Peer::script();
    assert_eq!(peer.send("bot"), "");
    assert_eq!(peer.end(), "{log in bot}");
    assert_eq!(Peer::script().end(), "");
}

#[test]
fn an_interrupt_at_the_prompt_closes() {
    assert!(Peer::person().send(b"lee\xff\xf4").ends_with("{close}"));
}

const ASKS: &str = "Server password: ";

fn guarded(spoke: Spoke) -> Peer {
    let settings = Settings {
        asks_password: true,
        ..settings()
    };
    Peer::new(spoke, settings)
}

#[test]
fn the_password_of_the_server_comes_before_the_name() {
    let mut peer = guarded(Spoke::Greeted);
    assert_eq!(
        peer.call(|dialect, env, out| dialect.handle_greet(false, env, out)),
        format!("chat asks for a password.\n{ASKS}")
    );
    let wrong = peer.send("\n");
    assert!(wrong.ends_with(ASKS), "{wrong}");
    // Nothing of it is shown, not even by its length.
    assert!(peer.send("s3cret\n").starts_with("{Enter("));
    let wrong = peer.reject(&Rejection::WrongServerPassword);
    assert!(wrong.ends_with(ASKS), "{wrong}");
    assert!(peer.send("correct horse\n").starts_with("{Enter("));
    assert_eq!(peer.tell(Tell::Admitted), "{greeting}");
    let greeting = Answer::Greeting {
        people: 0,
        rooms: 0,
    };
    assert!(peer.tell(Tell::Answer(&greeting)).ends_with(PROMPT));
    assert_eq!(peer.send("lee\n"), "{log in lee}");
}

#[test]
fn who_does_not_know_the_password_may_quit() {
    let mut peer = guarded(Spoke::Greeted);
    peer.call(|dialect, env, out| dialect.handle_greet(false, env, out));
    assert_eq!(peer.send("/quit\n"), "{close}");
}

#[test]
fn a_script_says_the_password_in_its_first_line_and_its_name_in_the_second() {
    let mut peer = guarded(Spoke::First);
    assert!(peer.send("s3cret\nbot\n").starts_with("{Enter("));
    assert_eq!(peer.tell(Tell::Admitted), "{log in bot}");
}

#[test]
fn a_script_that_asks_for_help_is_closed() {
    let mut peer = Peer::script();
    let help = peer.send("/help\nhi\n");
    assert!(help.starts_with("Type the name others will see"), "{help}");
    assert!(help.ends_with("/quit leaves.\n{close}"), "{help}");
    let mut peer = Peer::person();
    assert!(peer.send("/help\n").ends_with(PROMPT));
}

#[test]
fn what_a_program_says_behind_an_empty_line_is_not_said_aloud() {
    for (ms, says) in [(0, false), (200, false), (60_000, true)] {
        let mut peer = Peer::person();
        assert_eq!(peer.send("\n"), "{log in a guest}");
        peer.enter();
        let shown = peer.at(ms).send("GET / HTTP/1.1\n");
        assert_eq!(shown.contains("{say in 0: GET"), says, "{shown}");
        // Who chose a name is a person.
        let mut peer = Peer::in_lobby();
        assert!(
            peer.at(ms)
                .send("GET / HTTP/1.1\n")
                .contains("{say in 0: GET")
        );
    }
}
