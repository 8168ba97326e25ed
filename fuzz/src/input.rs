//! Lines and telnet: however the network splits the bytes, they say the same, and no more than
//! the bytes allow.

use chinwag_wire::input::{Decoder, Input};

use crate::engine;

/// Bytes of a line: few, so that short inputs reach it.
const LINE_BYTES_MAX: usize = 24;

/// What the server may ask of a peer that speaks telnet, whatever it was sent: its two wishes.
const WISHES_BYTES: usize = 6;

#[derive(Debug, Default, PartialEq)]
struct Outcome {
    inputs: Vec<Input<'static>>,
    reply: Vec<u8>,
    is_telnet: bool,
    wants_crlf: bool,
}

/// Reads the bytes in pieces as long as `next` says. What an input leaves of a piece is read anew
/// with what follows, as by a session that had to wait.
fn outcome(bytes: &[u8], mut next: impl FnMut() -> usize) -> Outcome {
    let mut decoder = Decoder::default();
    let mut outcome = Outcome::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let piece = &rest[..rest.len().min(next().max(1))];
        let mut unread = piece;
        let input = decoder.decode(&mut unread, LINE_BYTES_MAX);
        assert!(
            input.is_some() || unread.is_empty(),
            "without an input all is taken"
        );
        outcome.inputs.extend(input.map(own));
        outcome
            .reply
            .extend(decoder.take_reply().unwrap_or_default());
        rest = &rest[piece.len() - unread.len()..];
    }
    outcome.is_telnet = decoder.is_telnet();
    outcome.wants_crlf = decoder.wants_crlf();
    outcome.inputs.extend(decoder.finish().map(own));
    outcome
}

fn own(input: Input<'_>) -> Input<'static> {
    match input {
        Input::Line(line) => Input::Line(line.into_owned().into()),
        Input::Blank => Input::Blank,
        Input::TooLong { bytes } => Input::TooLong { bytes },
        Input::NotUtf8 {
            is_windows_1252,
            begins,
        } => Input::NotUtf8 {
            is_windows_1252,
            begins: begins.into_owned().into(),
        },
        Input::Utf16 => Input::Utf16,
        Input::Mangled => Input::Mangled,
        Input::Interrupt => Input::Interrupt,
        Input::Window { columns, rows } => Input::Window { columns, rows },
    }
}

fn check_input(input: &Input<'_>, all: usize) {
    match input {
        Input::Line(line) => {
            assert!(line.len() <= LINE_BYTES_MAX && !line.contains(['\r', '\n']));
            assert!(!line.trim().is_empty());
        }
        Input::TooLong { bytes } => assert!((LINE_BYTES_MAX + 1..=all).contains(bytes)),
        _ => {}
    }
}

#[test]
fn lines_and_telnet() {
    engine::run("input", |bytes| {
        let whole = outcome(bytes, || bytes.len());
        assert!(whole.inputs.len() <= bytes.len());
        whole
            .inputs
            .iter()
            .for_each(|input| check_input(input, bytes.len()));
        assert!(
            whole.reply.len() <= bytes.len() + WISHES_BYTES,
            "no flood comes back"
        );
        assert!(
            whole.is_telnet || whole.reply.is_empty(),
            "telnet is never spoken first"
        );
        if !bytes.contains(&0xff) {
            assert!(!whole.is_telnet);
        }
        assert_eq!(outcome(bytes, || 1), whole, "byte by byte");
        let mut lengths = bytes.iter().map(|byte| usize::from(byte % 9)).cycle();
        for _ in 0..4 {
            let next = || lengths.next().unwrap_or_default();
            assert_eq!(outcome(bytes, next), whole, "in pieces");
        }
    });
}
