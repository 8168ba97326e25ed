//! A program's input in pieces: wherever the network splits it, the same is asked for and written, and
//! nothing that goes on to others is obeyed by a terminal. One check for every dialect of programs.

use chinwag_core::{Command, Rejection};
use chinwag_wire::dialect::{Ask, Tell};

use crate::client::{Client, Wish};
use crate::screen;

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

/// Sends the bytes in pieces of several lengths, each to a client of its own. Returns what is written,
/// which is the same for all.
pub(crate) fn check(client: impl Fn() -> Client, bytes: &[u8]) -> Vec<u8> {
    let whole = talk(client(), bytes, bytes.len());
    for length in [1, 3, 7] {
        let parts = talk(client(), bytes, length);
        assert_eq!(parts, whole, "in pieces of {length}");
    }
    let (wishes, written) = whole;
    for ask in wishes.iter().filter_map(Wish::ask) {
        let text = match ask {
            Ask::Command(Command::Say { text, .. } | Command::PrivateMessage { text, .. }) => text,
            _ => continue,
        };
        // The formatting of IRC stands beside it, and is shown in IRC alone.
        assert!(!text.contains(screen::is_active), "{text:?}");
    }
    written
}
