//! From a line to what it asks for.

use chinwag_wire::plain::parse;
use divan::black_box;

use crate::fixture::LINE;
use crate::piece::{Piece, Work};

pub(crate) const PIECES: &[Piece] = &[
    Piece::counted("parse: talk", 5_000, || parsing(LINE)),
    Piece::counted("parse: talk beyond ASCII", 2_000, || {
        parsing("déjà vu: ようこそ, or so they say in a line of sixty bytes")
    }),
    Piece::counted("parse: /msg", 5_000, || parsing("/msg ann lunch at noon?")),
    // It is compared with every command that there is.
    Piece::counted("parse: a slip of a command", 500, || parsing("/jion #dev")),
];

fn parsing(line: &'static str) -> Work {
    Box::new(move || {
        drop(black_box(parse(black_box(line))));
    })
}
