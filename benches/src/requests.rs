//! From the bytes of a line to what it asks for.

use chinwag_wire::Prefs;
use divan::black_box;

use crate::client::Client;
use crate::fixture::LINE;
use crate::piece::{Piece, Work};

pub(crate) const PIECES: &[Piece] = &[
    Piece::counted("session: a line of talk", 5_000, || typing(LINE)),
    Piece::counted("session: a line of talk in IRC", 5_000, talking_in_irc),
    Piece::counted("session: talk beyond ASCII", 2_000, || {
        typing("déjà vu: ようこそ, or so they say in a line of sixty bytes")
    }),
    Piece::counted("session: /msg", 5_000, || typing("/msg ann lunch at noon?")),
    // It is compared with every command that there is.
    Piece::counted("session: a slip of a command", 500, || typing("/jion #dev")),
];

/// With the answer, for which the session keeps what it has sent.
fn talking_in_irc() -> Work {
    let mut client = Client::irc("message-tags server-time");
    let bytes = format!("PRIVMSG #lobby :{LINE}\r\n").into_bytes();
    Box::new(move || {
        client.read(black_box(&bytes), |step| {
            black_box(step);
        });
        client.handle_sent();
    })
}

fn typing(line: &str) -> Work {
    let mut client = Client::new(Prefs::default());
    let bytes = format!("{line}\n").into_bytes();
    Box::new(move || {
        client.read(black_box(&bytes), |step| {
            black_box(step);
        });
    })
}
