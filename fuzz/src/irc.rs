//! The reader and the writer of IRC: whatever bytes come, and wherever the network splits them, the same
//! is asked for; and whatever happens, a client is sent whole lines that are not too long.

use chinwag_core::{Command, Event, LOBBY, Name, Rejection, RoomName, Seq};
use chinwag_wire::dialect::{Ask, Tell};

use crate::client::{Client, NOW, Wish, settings};
use crate::core_data::{private_fact, room_fact};
use crate::dice::Dice;
use crate::engine;
use crate::screen;

/// Bytes of a line without its tags and its end (RFC 2812, section 2.3).
const BODY_BYTES_MAX: usize = 510;

/// Sends the bytes in pieces; every wish is refused, so that the session goes on. Returns the wishes
/// and what was written.
fn talk(mut client: Client, bytes: &[u8], length: usize) -> (Vec<Wish>, Vec<u8>) {
    let (mut wishes, mut written) = (Vec::new(), Vec::new());
    let refusal = Rejection::CannotSave;
    let mut take = |client: &mut Client, wish: Option<Wish>, out: Vec<u8>| {
        written.extend(out);
        let mut next = wish;
        while let Some(wish) = next.take() {
            let is_last = matches!(wish, Wish::Close);
            let tell = match wish.ask() {
                Some(ask) if ask.only_talks() => Tell::NotSent(&refusal),
                _ => Tell::Rejected(&refusal),
            };
            wishes.push(wish);
            if is_last {
                return true;
            }
            let (behind, out) = client.hear(tell);
            written.extend(out);
            next = behind;
        }
        false
    };
    for piece in bytes.chunks(length.max(1)) {
        let mut rest = piece;
        while !rest.is_empty() {
            let (wish, out) = client.read(&mut rest);
            if take(&mut client, wish, out) {
                return (wishes, written);
            }
        }
    }
    let (wish, out) = client.end();
    take(&mut client, wish, out);
    (wishes, written)
}

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

fn check(client: impl Fn() -> Client, bytes: &[u8]) {
    let whole = talk(client(), bytes, bytes.len());
    for length in [1, 3, 7] {
        let parts = talk(client(), bytes, length);
        assert_eq!(parts, whole, "in pieces of {length}");
    }
    let (wishes, written) = whole;
    check_lines(&written);
    for ask in wishes.iter().filter_map(Wish::ask) {
        let text = match ask {
            Ask::Command(Command::Say { text, .. } | Command::PrivateMessage { text, .. }) => text,
            _ => continue,
        };
        // The formatting of IRC stands beside it, and is shown in IRC alone.
        assert!(!text.contains(screen::is_active), "{text:?}");
    }
}

#[test]
fn any_line() {
    let name = Name::parse("gopher").expect("a name");
    engine::run("irc", |bytes| {
        check(|| Client::irc(None, settings(), NOW), bytes);
        check(|| Client::irc(Some(name.clone()), settings(), NOW), bytes);
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
        check_lines(&client.render(LOBBY, &event(fact), &room));
        let (fact, _) = private_fact(&mut dice);
        check_lines(&client.hear_event(&event(fact)));
    });
}

const CAPS: [&str; 8] = [
    "message-tags",
    "server-time",
    "account-tag",
    "extended-join",
    "away-notify",
    "account-notify",
    "setname",
    "draft/message-redaction",
];
