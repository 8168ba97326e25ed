//! Standard input as lines of text: decoded, cleaned, and read no faster than the server takes them.
//!
//! ```text
//! bytes -> Decoding -> Splitter -> Cleaning -> budget -> the session's queue
//! ```
//!
//! It must not know the session. The decision that shaped it: a program that logs must not be able to
//! fill the memory of this one while a server is away, so reading stops when the budget is spent, and
//! the pipe holds the program up as it would with `cat`.

mod budget;
mod clean;
mod decode;
mod split;

use std::io::{self, Read};

pub(crate) use budget::Budget;
use clean::cleaned;
use decode::Decoding;
pub use decode::{Encoding, EncodingError};
use split::{Split, Splitter};

use crate::note::Note;

/// How much is read at once, in bytes.
const CHUNK_BYTES: usize = 16 * 1024;

/// How the input is to be read.
#[derive(Debug, Clone, Default)]
pub struct InputOptions {
    /// The encoding; without one it is told from the first bytes.
    pub encoding: Option<Encoding>,
    /// Send control sequences and the states of a progress line as they are.
    pub raw: bool,
}

/// One line of the input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text to send.
    Text(String),
    /// A line that cannot be sent.
    NoText(Note),
}

/// Turns bytes into pieces.
#[derive(Debug)]
pub(crate) struct InputReader {
    decoding: Decoding,
    splitter: Splitter,
    raw: bool,
    /// Lines so far.
    number: u64,
}

impl InputReader {
    pub(crate) fn new(options: &InputOptions) -> Self {
        Self {
            decoding: Decoding::new(options.encoding),
            splitter: Splitter::new(options.raw),
            raw: options.raw,
            number: 0,
        }
    }

    /// The lines that these bytes complete.
    pub(crate) fn take_in(&mut self, bytes: &[u8]) -> Vec<Piece> {
        let decoded = self.decoding.take_in(bytes);
        let lines = self.splitter.take_in(&decoded);
        self.pieces(lines)
    }

    /// What is left at the end: a last line needs no line feed.
    pub(crate) fn finish(&mut self) -> Vec<Piece> {
        let decoded = self.decoding.finish();
        let mut lines = self.splitter.take_in(&decoded);
        lines.extend(self.splitter.finish());
        self.pieces(lines)
    }

    fn pieces(&mut self, lines: Vec<Split>) -> Vec<Piece> {
        lines.into_iter().map(|line| self.piece(line)).collect()
    }

    fn piece(&mut self, line: Split) -> Piece {
        self.number += 1;
        let number = self.number;
        let no_text = |reason| Piece::NoText(Note::NoText { number, reason });
        let bytes = match line {
            Split::Line(bytes) => bytes,
            Split::TooLong => return no_text("it is longer than 64 KiB."),
            Split::Returns => {
                return no_text(
                    "it is longer than 64 KiB and has CR for line ends. Say --raw to send its lines.",
                );
            }
        };
        let Ok(text) = String::from_utf8(bytes) else {
            return no_text(match self.decoding {
                Decoding::Other(_) => "some of its bytes are not text in this encoding.",
                _ => {
                    "it is not UTF-8. If it is Windows-1252 (Latin-1), say --encoding windows-1252."
                }
            });
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let text = match self.raw {
            true => text.to_owned(),
            false => cleaned(text),
        };
        Piece::Text(text)
    }
}

/// Reads to the end and hands every piece on, waiting for room first.
///
/// # Errors
///
/// When reading fails; what had been read before is handed on.
pub(crate) fn read_all(
    mut input: impl Read,
    options: &InputOptions,
    budget: &Budget,
    mut hand_on: impl FnMut(Piece) -> bool,
) -> io::Result<()> {
    let mut reader = InputReader::new(options);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let (pieces, end) = match input.read(&mut chunk) {
            Ok(0) => (reader.finish(), Some(Ok(()))),
            Ok(read) => (reader.take_in(&chunk[..read]), None),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => (reader.finish(), Some(Err(error))),
        };
        for piece in pieces {
            if let Piece::Text(text) = &piece {
                budget.spend(text.len());
            }
            if !hand_on(piece) {
                return Ok(());
            }
        }
        if let Some(end) = end {
            return end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: &[&str]) -> Vec<Piece> {
        lines
            .iter()
            .map(|line| Piece::Text((*line).to_owned()))
            .collect()
    }

    /// Reads the whole and every cut in two: a cut must never change what is read.
    fn check(options: &InputOptions, input: &[u8], expected: &[Piece]) {
        for cut in 0..=input.len() {
            let mut reader = InputReader::new(options);
            let mut pieces = reader.take_in(&input[..cut]);
            pieces.extend(reader.take_in(&input[cut..]));
            pieces.extend(reader.finish());
            assert_eq!(pieces, expected, "cut at {cut}");
        }
    }

    fn check_text(input: &[u8], expected: &[&str]) {
        check(&InputOptions::default(), input, &text(expected));
    }

    fn wide(text: &str, unit: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn lines_of_text() {
        check_text(b"one\r\ntwo\n\nlast", &["one", "two", "", "last"]);
        check_text("größe 漢字\n".as_bytes(), &["größe 漢字"]);
    }

    #[test]
    fn carriage_returns_alone_end_lines() {
        check_text(b"one\rtwo\r\rlast\r", &["one", "two", "", "last"]);
        check_text(b"\xef\xbb\xbfone\rtwo", &["one", "two"]);
        check_text(&wide("one\rtwo\r", u16::to_le_bytes), &["one", "two"]);
        // A line feed anywhere tells that it is a log, and what is drawn over is a progress.
        check_text(b"10%\r99%\rdone\n", &["done"]);
        check_text(b"start\n10%\r99%", &["start", "99%"]);
    }

    #[test]
    fn byte_order_marks_are_no_part_of_a_line() {
        check_text(
            b"\xef\xbb\xbfbot\r\n\xef\xbb\xbfhello\r\n",
            &["bot", "hello"],
        );
    }

    #[test]
    fn utf_16_is_known_by_its_mark_or_its_zeros() {
        for (mark, unit) in [
            ([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]),
            ([0xfe, 0xff], u16::to_be_bytes),
        ] {
            let body = wide("hi\r\nwörld\r\n", unit);
            check_text(&body, &["hi", "wörld"]);
            check_text(&[&mark, &body[..]].concat(), &["hi", "wörld"]);
        }
        check_text(b"hi", &["hi"]);
    }

    #[test]
    fn another_encoding_is_named_or_told() {
        let note = |number| {
            Piece::NoText(Note::NoText {
                number,
                reason: "it is not UTF-8. If it is Windows-1252 (Latin-1), say --encoding windows-1252.",
            })
        };
        let expected = [text(&["ok"]), vec![note(2)], text(&["on"])]
            .into_iter()
            .flatten();
        check(
            &InputOptions::default(),
            b"ok\ngr\xfcn\non\n",
            &expected.collect::<Vec<_>>(),
        );
        let options = InputOptions {
            encoding: Some("CP1252".parse().unwrap()),
            raw: false,
        };
        check(&options, b"gr\xfcn \x80 5\n", &text(&["grün € 5"]));
    }

    #[test]
    fn what_is_no_text_in_another_encoding_is_told() {
        let note = |number| {
            Piece::NoText(Note::NoText {
                number,
                reason: "some of its bytes are not text in this encoding.",
            })
        };
        let options = InputOptions {
            encoding: Some("shift_jis".parse().unwrap()),
            raw: false,
        };
        let expected = [note(1), Piece::Text("日".to_owned())];
        check(&options, b"\x93\xfa\xff\x80z\n\x93\xfa\n", &expected);
        // Half a pair, and half a unit at the end.
        let utf16 = b"\xff\xfe\x00\xd8a\0\n\0b\0\n\0c";
        let expected = [note(1), Piece::Text("b".to_owned()), note(3)];
        check(&InputOptions::default(), utf16, &expected);
    }

    #[test]
    fn colours_and_progress_are_cleaned() {
        check_text(b"\x1b[1;31mFailed\x1b[0m\n", &["Failed"]);
        check_text(b" 10%\r 50%\r100%\ndone\n", &["100%", "done"]);
        check_text(b" 10%\r 50%\r\x1b[K\r\n", &[" 50%"]);
    }

    #[test]
    fn raw_sends_what_there_is_and_knows_the_line_ends_of_the_wire() {
        let options = InputOptions {
            encoding: None,
            raw: true,
        };
        check(
            &options,
            b"\x1b[31mred\na\rb\r\nc",
            &text(&["\x1b[31mred", "a", "b", "c"]),
        );
    }

    #[test]
    fn reading_waits_for_room_and_ends_with_the_reader() {
        let budget = Budget::new(1);
        let mut pieces = Vec::new();
        let input: &[u8] = b"a\n";
        read_all(input, &InputOptions::default(), &budget, |piece| {
            pieces.push(piece);
            true
        })
        .unwrap();
        assert_eq!(pieces, text(&["a"]));
    }
}
