//! The JSON reader: whatever bytes come, and wherever the network splits them, a program is told one
//! object for each line, asks for the same, and nothing that it passes on is obeyed by a terminal.

use chinwag_core::{Command, Name, Rejection};
use chinwag_wire::dialect::{Ask, Tell};

use crate::client::{Client, NOW, Wish, settings};
use crate::engine;
use crate::screen;

/// Sends the bytes in pieces; every wish is refused, so that the session goes on. Returns the wishes
/// and what was written.
fn talk(mut client: Client, bytes: &[u8], length: usize) -> (Vec<Wish>, Vec<u8>) {
    let (mut wishes, mut written) = (Vec::new(), Vec::new());
    let refusal = Rejection::CannotSave;
    let mut take = |client: &mut Client, wish: Option<Wish>, out: Vec<u8>| {
        written.extend(out);
        let Some(wish) = wish else { return false };
        let is_last = matches!(wish, Wish::Close);
        let tell = match wish.ask() {
            Some(ask) if ask.only_talks() => Tell::NotSent(&refusal),
            _ => Tell::Rejected(&refusal),
        };
        wishes.push(wish);
        let (next, out) = client.hear(tell);
        written.extend(out);
        is_last || next.is_some()
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

fn check(client: impl Fn() -> Client, bytes: &[u8]) {
    let whole = talk(client(), bytes, bytes.len());
    for length in [1, 3, 7] {
        assert_eq!(
            talk(client(), bytes, length),
            whole,
            "in pieces of {length}"
        );
    }
    let (wishes, written) = whole;
    let written = String::from_utf8(written).expect("UTF-8");
    for line in written.lines() {
        let is_object = line.starts_with('{') && line.ends_with('}');
        // What a client calls its command is given back as it is, within a text of JSON.
        assert!(is_object && !line.contains(|c| c < ' '), "{line}");
    }
    assert!(written.is_empty() || written.ends_with('\n'));
    for ask in wishes.iter().filter_map(Wish::ask) {
        let text = match ask {
            Ask::Command(Command::Say { text, .. } | Command::PrivateMessage { text, .. }) => text,
            _ => continue,
        };
        assert!(!text.contains(screen::is_active), "{text:?}");
    }
}

#[test]
fn any_line() {
    let name = Name::parse("gopher").expect("a name");
    engine::run("json", |bytes| {
        check(|| Client::program(None, settings(), NOW), bytes);
        check(
            || Client::program(Some(name.clone()), settings(), NOW),
            bytes,
        );
    });
}
