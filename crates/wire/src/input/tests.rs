//! Cases of bytes and the inputs that they are. Those of telnet are what inetutils telnet 2.4
//! sends, recorded at a terminal.

use super::*;
use std::vec;

const MAX: usize = 16;

/// What the server sends to a peer at its first telnet command.
const OPENING: &[u8] = b"\xff\xfd\x00\xff\xfd\x1f";
/// The answer to TIMING-MARK.
const WONT_MARK: &[u8] = b"\xff\xfc\x06";

fn not_utf8(begins: &str) -> Input<'static> {
    Input::NotUtf8 {
        is_windows_1252: false,
        begins: Cow::Owned(begins.into()),
    }
}

fn windows_1252(begins: &str) -> Input<'static> {
    Input::NotUtf8 {
        is_windows_1252: true,
        begins: Cow::Owned(begins.into()),
    }
}

fn line(text: &str) -> Input<'static> {
    Input::Line(Cow::Owned(text.into()))
}

fn window(columns: u16, rows: u16) -> Input<'static> {
    Input::Window { columns, rows }
}

/// A copy that outlives the bytes.
pub(super) fn own(input: Input<'_>) -> Input<'static> {
    match input {
        Input::Line(text) => Input::Line(Cow::Owned(text.into_owned())),
        Input::Blank => Input::Blank,
        Input::TooLong { bytes } => Input::TooLong { bytes },
        Input::NotUtf8 {
            is_windows_1252,
            begins,
        } => Input::NotUtf8 {
            is_windows_1252,
            begins: Cow::Owned(begins.into_owned()),
        },
        Input::Utf16 => Input::Utf16,
        Input::Mangled => Input::Mangled,
        Input::Interrupt => Input::Interrupt,
        Input::Window { columns, rows } => Input::Window { columns, rows },
    }
}

/// The inputs of all `bytes` in one read.
fn decode(decoder: &mut Decoder, mut bytes: &[u8]) -> Vec<Input<'static>> {
    core::iter::from_fn(|| decoder.decode(&mut bytes, MAX).map(own)).collect()
}

/// Checks the inputs of a connection that sends these bytes and ends, and what it is answered.
fn check(bytes: &[u8], inputs: &[Input<'_>], reply: &[u8]) {
    let mut decoder = Decoder::default();
    let mut decoded = decode(&mut decoder, bytes);
    decoded.extend(decoder.finish());
    assert_eq!(decoded, inputs, "{}", bytes.escape_ascii());
    assert_eq!(
        decoder.take_reply().unwrap_or_default(),
        reply,
        "{}",
        bytes.escape_ascii()
    );
    assert_eq!(
        decoder.is_telnet(),
        !reply.is_empty(),
        "{}",
        bytes.escape_ascii()
    );
}

#[test]
fn a_peer_that_asks_is_told_that_the_server_is_here() {
    let here = b"! The server is here.\r\n";
    check(b"a\xff\xf6b\r\n", &[line("ab")], &[OPENING, here].concat());
}

#[test]
fn every_line_end_is_one() {
    check(
        b"a\nb\r\nc\r\0d\re",
        &["a", "b", "c", "d", "e"].map(line)[..],
        b"",
    );
    check(b"a\rb c\0\r\n", &[line("a"), line("b c\0")], b"");
    check("na: äöü ル\n".as_bytes(), &[line("na: äöü ル")], b"");
}

#[test]
fn blank_lines_are_told_apart() {
    check(
        b"\n \t\r\n\r\0\ra \n",
        &[
            Input::Blank,
            Input::Blank,
            Input::Blank,
            Input::Blank,
            line("a "),
        ],
        b"",
    );
    check("\u{3000}\n".as_bytes(), &[Input::Blank], b"");
}

#[test]
fn a_line_without_an_end_counts() {
    check(b"", &[], b"");
    check(b"a\n", &[line("a")], b"");
    check(b"a\nb", &[line("a"), line("b")], b"");
    check(b"a\r", &[line("a")], b"");
    check(b" ", &[Input::Blank], b"");
    check(b"12345678901234567", &[Input::TooLong { bytes: 17 }], b"");
}

#[test]
fn a_line_that_cannot_be_taken_is_refused_whole() {
    check(b"1234567890123456\n", &[line("1234567890123456")], b"");
    check(
        b"12345678901234567\nb\n",
        &[Input::TooLong { bytes: 17 }, line("b")],
        b"",
    );
    check(b"caf\xe9\nb\n", &[windows_1252("caf"), line("b")], b"");
    check(b"\xe3\x83", &[not_utf8("")], b"");
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_line() {
    let bom = |text: &str| std::format!("\u{feff}{text}").into_bytes();
    check(&bom("a\nb\n"), &[line("a"), line("b")], b"");
    check(
        &[bom("a\r\n"), bom("b")].concat(),
        &[line("a"), line("b")],
        b"",
    );
    check(&bom(""), &[Input::Blank], b"");
    check(&bom(" \n"), &[Input::Blank], b"");
    check(&bom("\u{feff}a"), &[line("\u{feff}a")], b"");
    check("a\u{feff}\n".as_bytes(), &[line("a\u{feff}")], b"");
    check(b"\xef\xbba\n", &[not_utf8("")], b"");
    let longest = "1234567890123456";
    check(&bom(longest), &[line(longest)], b"");
    check(
        &bom("12345678901234567"),
        &[Input::TooLong { bytes: 17 }],
        b"",
    );
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn utf16_is_named() {
    let first = |bytes: &[u8]| {
        let inputs = decode(&mut Decoder::default(), bytes);
        inputs.into_iter().next()
    };
    for text in [
        "bot\n",
        "bot\r\n",
        "A\n",
        "1\n",
        "\n",
        "привет\n",
        "П\n",
        "п да\n",
        "\u{1}a\n",
    ] {
        let little = utf16(text, u16::to_le_bytes);
        let big = utf16(text, u16::to_be_bytes);
        let marked = |mark: &[u8], bytes: &[u8]| first(&[mark, bytes].concat());
        assert_eq!(marked(b"\xff\xfe", &little), Some(Input::Utf16), "{text:?}");
        assert_eq!(marked(b"\xfe\xff", &big), Some(Input::Utf16), "{text:?}");
    }
}

#[test]
fn no_line_of_utf16_is_one() {
    for text in [
        "bot\n",
        "A\n1\n\n \nb\r\nтак\n",
        "a b\r\n\r\nc d\n",
        "да\nнет\n",
        "a\n漢字\n",
    ] {
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            for input in decode(&mut Decoder::default(), &utf16(text, bytes)) {
                assert!(!matches!(input, Input::Line(_)), "{text:?} {input:?}");
            }
        }
    }
    check(b"a\0b\n", &[line("a\0b")], b"");
    check(b"a b\0\n", &[line("a b\0")], b"");
    check(b"\x02a\x02b c\n", &[line("\x02a\x02b c")], b"");
    check(b"\0\0\0\n", &[Input::Utf16], b"");
    // CR LF is a whole line end, also if the network cuts it in two.
    let mut decoder = Decoder::default();
    assert_eq!(decode(&mut decoder, b"bot\0\r"), [Input::Utf16]);
    assert_eq!(decode(&mut decoder, b"\n\n"), [Input::Blank]);
    // What is left of a line that ^U has emptied was typed.
    check(b"\x15\0\xf4\r", &[windows_1252("\0")], b"");
}

#[test]
fn a_first_dont_is_telnet_if_an_option_and_text_follow() {
    check(b"\xff\xfe\x01lee\n", &[line("lee")], OPENING);
    check(b"\xff\xfe\x01\xff\xfe\x03lee\n", &[line("lee")], OPENING);
    check(
        b"\xff\xfd\x06\xff\xfe\x41lee\n",
        &[line("lee")],
        b"\xff\xfd\0\xff\xfd\x1f\xff\xfc\x06",
    );
    check(b"lee\xff\xfe\x41\n", &[not_utf8("lee")], b"");
    check(b"\xff\xfe\x01", &[], b"");
}

#[test]
fn windows_1252_is_guessed() {
    check(b"na\xefve caf\xe9\n", &[windows_1252("na")], b"");
    check(b"\x93quoted\x94\n", &[windows_1252("")], b"");
    check(b"\xe9\xe8\n", &[not_utf8("")], b"");
    check(b"\x81a\n", &[not_utf8("")], b"");
    check("é\u{e8}".as_bytes(), &[line("éè")], b"");
    check(b"\xc3\xa9 caf\xe9\n", &[not_utf8("é caf")], b"");
}

#[test]
fn only_ff_before_a_command_is_telnet() {
    check(b"\xff\nb\n", &[not_utf8(""), line("b")], b"");
    check(b"\xffa\r\n", &[not_utf8("")], b"");
    check(b"a\xff\xffb\n", &[not_utf8("a")], b"");
    check(b"a\xff", &[not_utf8("a")], b"");
    check(b"a\xff\xf1b\n", &[line("ab")], OPENING);
}

#[test]
fn a_line_that_ends_behind_the_mark_of_utf_16_is_no_telnet() {
    check(b"\xff\xfe\nb\n", &[Input::Utf16, line("b")], b"");
    check(b"a\xff\xfe\r\nb\n", &[not_utf8("a"), line("b")], b"");
    // Who has spoken telnet may say what it likes.
    let spoken = [OPENING, b"\xff\xfc\n"].concat();
    check(b"\xff\xf1\xff\xfd\nb\n", &[line("b")], &spoken);
}

#[test]
fn options_are_answered_once_until_they_change() {
    const WILL_ECHO: &[u8] = b"\xff\xfb\x01";
    const WONT_ECHO: &[u8] = b"\xff\xfc\x01";
    const DONT_ECHO: &[u8] = b"\xff\xfe\x01";
    const DO_ECHO: &[u8] = b"\xff\xfd\x01";
    let check = |parts: &[&[u8]], reply: &[&[u8]]| {
        check(&parts.concat(), &[], &[OPENING, &reply.concat()].concat());
    };
    check(&[WILL_ECHO], &[DONT_ECHO]);
    check(&[WILL_ECHO, WILL_ECHO], &[DONT_ECHO]);
    check(&[WILL_ECHO, WONT_ECHO, WILL_ECHO], &[DONT_ECHO, DONT_ECHO]);
    check(&[DO_ECHO], &[WONT_ECHO]);
    check(&[DO_ECHO, DO_ECHO], &[WONT_ECHO]);
    check(&[DO_ECHO, DONT_ECHO, DO_ECHO], &[WONT_ECHO, WONT_ECHO]);
    check(&[WONT_ECHO, DONT_ECHO], &[]);
    check(&[b"\xff\xfb\x00\xff\xfb\x1f"], &[]);
    check(
        &[b"\xff\xfc\x1f\xff\xfb\x1f\xff\xfb\x1f"],
        &[b"\xff\xfd\x1f"],
    );
    check(&[b"\xff\xfd\x06\xff\xfd\x06"], &[WONT_MARK, WONT_MARK]);
}

#[test]
fn the_window_may_be_as_wide_as_iac() {
    check(
        b"\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0",
        &[window(80, 24)],
        OPENING,
    );
    check(
        b"\xff\xfa\x1f\x00\xff\xff\x00\x0a\xff\xf0",
        &[window(255, 10)],
        OPENING,
    );
    check(b"\xff\xfa\x1f\x00\x50\x00\xff\xf0", &[], OPENING);
    check(b"\xff\xfa\x1f\x00\x50\x00\x18\x00\xff\xf0", &[], OPENING);
    let twice = b"\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0".repeat(2);
    check(&twice, &[window(80, 24), window(80, 24)], OPENING);
    check(b"\xff\xfa\x18\x00xterm\xff\xf0a\n", &[line("a")], OPENING);
}

#[test]
fn a_subnegotiation_cannot_swallow_what_follows() {
    check(
        b"\xff\xfa\x18\x00\xff\xf4a\n",
        &[Input::Interrupt, line("a")],
        OPENING,
    );
    let endless = [b"\xff\xfa\x18".as_slice(), &[b'x'; 1023], b"a\n"].concat();
    check(&endless, &[line("a")], OPENING);
}

#[test]
fn telnet_inside_a_line_end_changes_nothing() {
    check(b"a\r\xff\xf1\nb\n", &[line("a"), line("b")], OPENING);
    check(b"a\r\xff\xf1\0b\n", &[line("a"), line("b")], OPENING);
    check(
        b"a\r\xff\xff\nb\n",
        &[line("a"), not_utf8(""), line("b")],
        b"",
    );
}

/// ^C at inetutils telnet.
#[test]
fn an_interrupt_is_one() {
    let reply = [OPENING, WONT_MARK].concat();
    check(b"\xff\xf4\xff\xfd\x06", &[Input::Interrupt], &reply);
    check(b"hel\xff\xf4\xff\xfd\x06", &[Input::Interrupt], &reply);
    // ^\ and then ^Z, the second of which is nothing to a chat.
    check(b"\xff\xf3\xff\xfd\x06", &[Input::Interrupt], &reply);
    check(b"\xff\xed\xff\xfd\x06", &[], &reply);
}

/// `ル`, and the interrupts, breaks, suspensions and aborted output that are parts of characters.
#[test]
fn an_interrupt_inside_a_character_mangles_the_line() {
    let reply = [OPENING, WONT_MARK].concat();
    check(
        b"\xe3\xff\xf4\xff\xfd\x06\xaba\r\nb\r\n",
        &[Input::Mangled, line("b")],
        &reply,
    );
    check(
        b"\xe3\x81\xff\xf3\xff\xfd\x06\r\n",
        &[Input::Mangled],
        &reply,
    );
    check(
        b"\xe3\x81\xff\xed\xff\xfd\x06\r\n",
        &[Input::Mangled],
        &reply,
    );
    check(b"\xe3\x81\xff\xf5\xff\xfd\x06", &[Input::Mangled], &reply);
    let twice = [OPENING, WONT_MARK, WONT_MARK].concat();
    check(
        b"\xe3\xff\xf4\xff\xfd\x06\xff\xf4\xff\xfd\x06\r\n",
        &[Input::Mangled],
        &twice,
    );
    check(
        b"\xe3\xff\xf4\xff\xfd\x06\xab\xff\xf4\xff\xfd\x06",
        &[Input::Interrupt],
        &twice,
    );
    let long = [b"12345678901234567\xe3\xff\xf4\xff\xfd\x06\xab\n".as_slice()].concat();
    check(&long, &[Input::TooLong { bytes: 20 }], &reply);
}

/// `ルーム` and Enter, the same again, and ^C, each answered as it comes.
#[test]
fn a_person_at_inetutils_telnet_loses_one_line() {
    let opened = [OPENING, WONT_MARK].concat();
    let dialogue: [(&[u8], &[Input<'_>], &[u8]); 6] = [
        (b"\xe3\xff\xf4\xff\xfd\x06", &[], &opened),
        (b"\xab\xe3\xff\xf4\xff\xfd\x06", &[], WONT_MARK),
        (
            b"\xbc\xe3\xff\xf4\xff\xfd\x06\xff\xfb\x00\xff\xfb\x1f\xff\xfa\x1f\0\0\0\0\xff\xf0",
            &[window(0, 0)],
            WONT_MARK,
        ),
        (b"\xa0\x0a", &[Input::Mangled], b""),
        (
            b"\xe3\x83\xab\xe3\x83\xbc\xe3\x83\xa0\x0a",
            &[line("ルーム")],
            b"",
        ),
        (b"\xff\xf4\xff\xfd\x06", &[Input::Interrupt], WONT_MARK),
    ];
    let mut decoder = Decoder::default();
    for (bytes, inputs, reply) in dialogue {
        assert_eq!(
            decode(&mut decoder, bytes),
            inputs,
            "{}",
            bytes.escape_ascii()
        );
        assert_eq!(decoder.take_reply().unwrap_or_default(), reply);
    }
}

#[test]
fn telnet_edits_its_lines() {
    check(b"abc\xff\xf7d\r\n", &[line("abd")], OPENING);
    check(b"ab\xc3\xa9\xff\xf7d\n", &[line("abd")], OPENING);
    check(b"wrong\xff\xf8right\n", &[line("right")], OPENING);
    check(b"\xff\xf7\xff\xf8a\n", &[line("a")], OPENING);
    check(b"a\xff\xf8\r\n", &[Input::Blank], OPENING);
    // As a part of a character.
    check(b"\xe3\x81\xff\xf8\r\n", &[Input::Mangled], OPENING);
    // ^D, before anything of telnet and after it, when lines end in LF.
    check(b"\x04still here\r\n", &[line("still here")], b"");
    check(b"\xff\xf1\x04here\n", &[line("here")], OPENING);
    check(b"\x04here\n", &[line("\x04here")], b"");
}

#[test]
fn only_telnet_and_raw_terminals_get_cr_lf() {
    let wants_crlf = |parts: &[&[u8]]| {
        let mut decoder = Decoder::default();
        parts
            .iter()
            .for_each(|part| drop(decode(&mut decoder, part)));
        decoder.wants_crlf()
    };
    assert!(!wants_crlf(&[b"a\n", b"b\r\n", b"c"]));
    assert!(!wants_crlf(&[b"a\r", b"\n"]));
    assert!(wants_crlf(&[b"a\r"]));
    assert!(wants_crlf(&[b"a\r", b"b\n"]));
    assert!(wants_crlf(&[b"a\r\0"]));
    assert!(wants_crlf(&[b"\xff\xf1"]));

    let mut decoder = Decoder::default();
    assert_eq!(
        decoder.decode(&mut b"a\r\nb\r\n".as_slice(), MAX),
        Some(line("a"))
    );
    assert!(!decoder.wants_crlf());
}

#[test]
fn a_session_can_stop_after_any_input() {
    let mut decoder = Decoder::default();
    let mut bytes = b"/join #a\r\nhello\nmore".as_slice();
    assert_eq!(decoder.decode(&mut bytes, MAX), Some(line("/join #a")));
    assert_eq!(bytes, b"hello\nmore");
    assert_eq!(decoder.decode(&mut bytes, MAX), Some(line("hello")));
    assert_eq!(bytes, b"more");
    assert_eq!(decoder.decode(&mut bytes, MAX), None);
    assert_eq!(bytes, b"");
}

#[test]
fn whole_lines_are_lent_and_idle_owns_nothing() {
    let mut decoder = Decoder::default();
    let mut bytes = b"a\r\nb".as_slice();
    assert!(matches!(
        decoder.decode(&mut bytes, MAX),
        Some(Input::Line(Cow::Borrowed("a")))
    ));
    assert_eq!(
        (
            decoder.decode(&mut bytes, MAX),
            decoder.lines.memory_bytes()
        ),
        (None, 8)
    );
    bytes = b"c\n";
    assert_eq!(decoder.decode(&mut bytes, MAX), Some(line("bc")));
    assert_eq!(decoder.lines.memory_bytes(), 0);
}

#[test]
fn replies_are_bounded() {
    let mut decoder = Decoder::default();
    let requests = vec![b"\xff\xfd\x06".as_slice(); 10_000].concat();
    assert_eq!(decode(&mut decoder, &requests), []);
    let reply = decoder.take_reply().unwrap_or_default();
    assert!(reply.len() <= 1024 && reply.ends_with(WONT_MARK));
    assert_eq!(decoder.take_reply(), None);
}
