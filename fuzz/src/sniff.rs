//! Which protocol a client speaks: decided once, early, and by nothing that a name can be.

use chinwag_core::Name;
use chinwag_wire::sniff::{Protocol, SNIFF_BYTES_MAX, Sniffed, Spoke, sniff};

use crate::engine;

/// Commands that the first line of a client can be.
const IRC_ALONE: [&str; 8] = [
    "PASS",
    "NICK",
    "USER",
    "CAP",
    "STARTTLS",
    "AUTHENTICATE",
    "VERSION",
    "PING",
];

/// The protocol that the bytes are taken for, at every place where they could be cut.
fn decision(bytes: &[u8], spoke: Spoke) -> Option<Protocol> {
    let mut decided = None;
    for n in 0..=bytes.len() {
        match (sniff(&bytes[..n], spoke), decided) {
            (Sniffed::NeedMore, None) => assert!(n < SNIFF_BYTES_MAX),
            (Sniffed::Is(protocol), None) => decided = Some(protocol),
            (Sniffed::Is(protocol), Some(before)) => assert_eq!(protocol, before),
            (Sniffed::NeedMore, Some(_)) => panic!("undecided again after {n} bytes"),
        }
    }
    decided
}

#[test]
fn first_bytes() {
    engine::run("sniff", |bytes| {
        let decided = decision(bytes, Spoke::First);
        let late = decision(bytes, Spoke::Greeted);
        assert!(
            late == decided || decided != Some(Protocol::Plain),
            "what a program may say first a person may say later"
        );
        let line = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next();
        let typed = line.and_then(|line| std::str::from_utf8(line).ok());
        // Some names are not had: what begins as an SSH client does, and a command of IRC, with a
        // space behind it, whatever white space follows that, or as programs write the first.
        let is_taken = |typed: &str| {
            let is_command = IRC_ALONE.contains(&typed);
            typed.starts_with("SSH-") || typed.trim_start().contains(' ') || is_command
        };
        let is_name = |typed: &str| Name::parse(typed).is_ok() && !is_taken(typed);
        if typed.is_some_and(is_name) {
            assert!(
                matches!(decided, None | Some(Protocol::Plain)),
                "it is a name"
            );
        }
    });
}
