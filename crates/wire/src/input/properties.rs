//! What holds for any bytes, however the network splits them and wherever a session stops.

use super::tests::own;
use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use std::ops::Range;
use std::string::String;

const MAX: usize = 16;

/// Everything that a decoder reports.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    inputs: Vec<Input<'static>>,
    reply: Vec<u8>,
    is_telnet: bool,
    wants_crlf: bool,
}

/// Decodes `bytes` in reads of at most these sizes, over and over. What an input leaves of a read
/// is read again with what follows, as by a session that stopped.
fn outcome(bytes: &[u8], read_bytes: &[usize]) -> Outcome {
    outcome_of(Decoder::default(), bytes, read_bytes)
}

fn outcome_of(mut decoder: Decoder, bytes: &[u8], read_bytes: &[usize]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut rest = bytes;
    for n in read_bytes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let read = &rest[..rest.len().min(*n)];
        let mut unread = read;
        let input = decoder.decode(&mut unread, MAX);
        let taken = &read[..read.len() - unread.len()];
        assert!(input.is_some() || unread.is_empty());
        check_input(input.as_ref(), taken);
        check_memory(&decoder);
        outcome.inputs.extend(input.map(own));
        outcome
            .reply
            .extend(decoder.take_reply().unwrap_or_default());
        rest = &rest[taken.len()..];
    }
    outcome.is_telnet = decoder.is_telnet();
    outcome.wants_crlf = decoder.wants_crlf();
    outcome.inputs.extend(decoder.finish().map(own));
    outcome
}

fn check_input(input: Option<&Input<'_>>, taken: &[u8]) {
    match input {
        None | Some(Input::Window { .. } | Input::Interrupt) => return,
        Some(Input::Line(text)) => {
            assert!(text.len() <= MAX && !text.contains(['\r', '\n']) && !text.trim().is_empty());
        }
        Some(Input::TooLong { bytes }) => assert!(*bytes > MAX),
        Some(Input::Blank | Input::NotUtf8 { .. } | Input::Utf16 | Input::Mangled) => {}
    }
    assert!(
        matches!(taken.last(), Some(b'\r' | b'\n')),
        "nothing behind the line is taken"
    );
}

fn check_memory(decoder: &Decoder) {
    let memory = decoder.lines.memory_bytes();
    assert!(memory <= 2 * (MAX + encoding::BOM.len()));
    assert!(memory == 0 || decoder.lines.has_begun());
}

/// Bytes of which many mean something, alone or next to one another.
fn bytes(size: Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    const TELNET: &[&[u8]] = &[
        b"\xff",
        b"\xff\xff",
        b"\xff\xf4",
        b"\xff\xed",
        b"\xff\xf4\xff\xfd\x06",
        b"\xff\xfb\x01",
        b"\xff\xfd\x01",
        b"\xff\xfe\x01",
        b"\xff\xfa\x1f\0\x50\0\x18\xff\xf0",
        b"\xff\xfa\x1f",
        b"\xff\xf0",
    ];
    let piece = prop_oneof![
        4 => prop::sample::select(TELNET).prop_map(<[u8]>::to_vec),
        4 => prop::sample::select(b"\r\n\0 \t".as_slice()).prop_map(|byte| [byte].to_vec()),
        4 => "[a-z]{1,6}".prop_map(String::into_bytes),
        2 => prop::sample::select("ルッム🃃é".as_bytes()).prop_map(|byte| [byte].to_vec()),
        2 => "[ルッム🃃é]{1,3}".prop_map(String::into_bytes),
        2 => Just("\u{feff}".into()),
        1 => prop::sample::select(b"\xef\xbb\xbf\xfe\0a".as_slice()).prop_map(|byte| [byte].to_vec()),
        1 => any::<u8>().prop_map(|byte| [byte].to_vec()),
    ];
    vec(piece, size).prop_map(|pieces| pieces.concat())
}

/// Bytes without any IAC.
fn text() -> impl Strategy<Value = Vec<u8>> {
    bytes(0..40).prop_map(|bytes| bytes.into_iter().filter(|byte| *byte != IAC).collect())
}

/// The simple way to read complete text.
fn inputs_of(text: &[u8]) -> Vec<Input<'static>> {
    lines_of(text, encoding::is_utf16, editing::corrected)
}

fn lines_of(
    text: &[u8],
    is_utf16: fn(&[u8]) -> bool,
    corrected: fn(&[u8]) -> Option<Vec<u8>>,
) -> Vec<Input<'static>> {
    let mut inputs = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = match after {
            [b'\r', b'\n' | 0, after @ ..] | [_, after @ ..] => after,
            [] => after,
        };
        let is_bare_cr = after.first() == Some(&b'\r') && after.get(1) != Some(&b'\n');
        let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
        if is_bare_cr && line.len() <= MAX && is_utf16(line) {
            // The rest of its CR LF.
            let ends = rest.iter().take(2);
            let ends = ends.take_while(|byte| matches!(byte, b'\n' | 0)).count();
            rest = &rest[ends..];
        }
        let is_plain = line.len() <= MAX && !is_utf16(line);
        let is_typed = is_plain && after.first() == Some(&b'\r');
        let left = corrected(line).filter(|_| is_typed);
        let line = left.as_deref().unwrap_or(line);
        inputs.push(match core::str::from_utf8(line) {
            _ if line.len() > MAX => Input::TooLong { bytes: line.len() },
            _ if !is_plain => Input::Utf16,
            Err(error) => Input::NotUtf8 {
                is_windows_1252: encoding::is_windows_1252(line),
                begins: String::from_utf8_lossy(&line[..error.valid_up_to()])
                    .into_owned()
                    .into(),
            },
            Ok(text) if text.trim().is_empty() => Input::Blank,
            Ok(text) => Input::Line(Cow::Owned(text.into())),
        });
    }
    inputs
}

proptest! {
    #[test]
    fn splits_and_stops_change_nothing(
        bytes in bytes(0..60),
        read_bytes in vec(1_usize..12, 1..8),
    ) {
        prop_assert_eq!(outcome(&bytes, &read_bytes), outcome(&bytes, &[bytes.len().max(1)]));
    }

    #[test]
    fn text_is_read_as_if_it_were_simple(text in text(), read_bytes in vec(1_usize..12, 1..8)) {
        let outcome = outcome(&text, &read_bytes);
        prop_assert_eq!(outcome.inputs, inputs_of(&text));
        prop_assert!(!outcome.is_telnet && outcome.reply.is_empty());
    }

    #[test]
    fn a_program_speaks_no_telnet(bytes in bytes(0..60), read_bytes in vec(1_usize..12, 1..8)) {
        let outcome = outcome_of(Decoder::for_program(), &bytes, &read_bytes);
        prop_assert_eq!(outcome.inputs, lines_of(&bytes, |_| false, |_| None));
        prop_assert!(!outcome.is_telnet && outcome.reply.is_empty());
    }

    #[test]
    fn telnet_among_text_is_not_seen(
        mut pieces in vec((text(), 0_usize..5), 1..6),
        read_bytes in vec(1_usize..12, 1..8),
    ) {
        // It edits lines that end in LF too.
        let is_letter = |byte: &u8| editing::corrected(&[*byte]).is_none();
        pieces.iter_mut().for_each(|(text, _)| text.retain(is_letter));
        let unseen: [&[u8]; 5] = [
            b"\xff\xf1", b"\xff\xfb\x03", b"\xff\xfd\x06\xff\xfe\x22", b"\xff\xfd\x06",
            b"\xff\xfa\x18\0\r\n\xff\xff\xff\xf0",
        ];
        let spoken = |(text, n): &(Vec<u8>, usize)| [text.as_slice(), unseen[*n]].concat();
        let telnet = pieces.iter().map(spoken).collect::<Vec<_>>().concat();
        let text = pieces.into_iter().map(|(text, _)| text).collect::<Vec<_>>().concat();
        prop_assert_eq!(outcome(&telnet, &read_bytes).inputs, inputs_of(&text));
    }
}
