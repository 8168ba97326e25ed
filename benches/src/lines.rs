//! The way in: which protocol a connection speaks, and where its lines end.

use chinwag_core::limits::LINE_BYTES_MAX;
use chinwag_wire::input::Decoder;
use chinwag_wire::sniff::{Spoke, sniff};
use divan::black_box;

use crate::fixture::LINE;
use crate::piece::{Piece, Work};

pub(crate) const PIECES: &[Piece] = &[
    Piece::counted("sniff: a name", 10_000, || sniffing(b"megumin\n")),
    Piece::counted("sniff: a request of HTTP", 10_000, || {
        sniffing(b"GET /rooms HTTP/1.1\r\n")
    }),
    Piece::counted("split: one short line", 10_000, one_line),
    Piece::counted("split: 1,000 lines in one read", 20, thousand_lines).of(1_000),
    Piece::counted("split: a long line in two reads", 1_000, two_reads),
];

fn sniffing(bytes: &'static [u8]) -> Work {
    Box::new(move || {
        black_box(sniff(black_box(bytes), Spoke::First));
    })
}

fn one_line() -> Work {
    splitting(vec![format!("{LINE}\n").into_bytes()])
}

fn thousand_lines() -> Work {
    splitting(vec![format!("{LINE}\n").repeat(1_000).into_bytes()])
}

/// The longest line that may be, cut in the middle: it has to be put together.
fn two_reads() -> Work {
    let line = "x".repeat(LINE_BYTES_MAX) + "\n";
    let (first, second) = line.as_bytes().split_at(LINE_BYTES_MAX / 2);
    splitting(vec![first.to_vec(), second.to_vec()])
}

fn splitting(reads: Vec<Vec<u8>>) -> Work {
    let mut decoder = Decoder::default();
    Box::new(move || {
        for read in &reads {
            let mut bytes = black_box(&read[..]);
            while let Some(input) = decoder.decode(&mut bytes, LINE_BYTES_MAX) {
                black_box(input);
            }
        }
    })
}
