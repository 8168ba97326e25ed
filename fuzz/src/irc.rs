//! The reader and the writer of IRC: whatever bytes come, and wherever the network splits them, the same
//! is asked for; and whatever happens, a client is sent whole lines that are not too long.

use chinwag_core::{Event, LOBBY, Name, RoomName, Seq};

use crate::client::{Client, NOW, settings};
use crate::core_data::{private_fact, room_fact};
use crate::dice::Dice;
use crate::engine;
use crate::pieces;

/// Bytes of a line without its tags and its end (RFC 2812, section 2.3).
const BODY_BYTES_MAX: usize = 510;

fn check_lines(written: &[u8]) {
    let written = core::str::from_utf8(written).expect("UTF-8");
    assert!(
        written.is_empty() || written.ends_with("\r\n"),
        "{written:?}"
    );
    for line in written.split_terminator("\r\n") {
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
        let body = match line.strip_prefix('@') {
            Some(tagged) => tagged.split_once(' ').expect("a line behind the tags").1,
            None => line,
        };
        assert!(!body.is_empty() && body.len() <= BODY_BYTES_MAX, "{line:?}");
    }
}

/// No batch is within a batch, and each that begins ends.
fn check_batches(written: &[u8]) {
    let written = core::str::from_utf8(written).expect("UTF-8");
    let mut open: Option<&str> = None;
    for line in written.split_terminator("\r\n") {
        let tagged = line.strip_prefix('@').and_then(|line| line.split_once(' '));
        let words: Vec<&str> = tagged.map_or(line, |(_, body)| body).split(' ').collect();
        if let [_, "BATCH", begin, kind, ..] = words[..] {
            assert!(open.is_none() && kind == "draft/multiline", "{line:?}");
            open = begin.strip_prefix("+m");
        } else if let Some(id) = line.strip_prefix("BATCH -m") {
            assert_eq!(open.take(), Some(id));
        } else if let Some(id) = open {
            let tag = format!("@batch=m{id}");
            assert!(line.starts_with(&tag), "{line:?}");
        }
    }
    assert!(open.is_none(), "{open:?} has no end");
}

fn check(client: impl Fn() -> Client, bytes: &[u8]) {
    check_lines(&pieces::check(client, bytes));
}

#[test]
fn any_line() {
    let name = Name::parse("gopher").expect("a name");
    engine::run("irc", |bytes| {
        check(|| Client::irc(None, settings(), NOW), bytes);
        let here = || Client::irc(Some(name.clone()), settings(), NOW);
        check(here, bytes);
        let takes_passages = || {
            let mut client = here();
            client.read(&mut &b"CAP REQ :batch draft/multiline labeled-response\r\n"[..]);
            client
        };
        check(takes_passages, bytes);
    });
}

#[test]
fn any_event() {
    let name = Name::parse("gopher").expect("a name");
    let room = RoomName::parse("dev").expect("a room name");
    engine::run("irc_events", |bytes| {
        let mut dice = Dice::new(bytes);
        let mut client = Client::irc(Some(name.clone()), settings(), NOW);
        let caps: Vec<&str> = CAPS.into_iter().filter(|_| dice.flip()).collect();
        let request = format!("CAP REQ :{}\r\n", caps.join(" "));
        check_lines(&client.read(&mut request.as_bytes()).1);
        let event = |fact| Event {
            seq: Seq(7),
            at: NOW,
            fact,
            source: None,
        };
        let (fact, _) = room_fact(&mut dice);
        let (in_room, (fact, _)) = (event(fact), private_fact(&mut dice));
        for written in [
            client.render(LOBBY, &in_room, &room),
            client.hear_event(&event(fact)),
        ] {
            check_lines(&written);
            check_batches(&written);
        }
    });
}

const CAPS: [&str; 10] = [
    "batch",
    "draft/multiline",
    "message-tags",
    "server-time",
    "account-tag",
    "extended-join",
    "away-notify",
    "account-notify",
    "setname",
    "draft/message-redaction",
];
