//! What a terminal would make of what it is sent.

use chinwag_wire::sniff::Protocol;

/// Whether a terminal might obey it instead of showing it: controls, what some take for line ends,
/// and the embeddings, overrides and isolates of UAX 9. A directional mark reorders no more than a
/// letter does.
pub(crate) fn is_active(c: char) -> bool {
    let is_bidi = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_line_end = matches!(c, '\u{2028}' | '\u{2029}');
    (c.is_control() && c != '\t') || is_bidi || is_line_end
}

/// The lines of `out`, without the colours that are allowed. Panics if one of them is not ended as
/// it should be, or holds anything that a terminal obeys.
pub(crate) fn lines(out: &[u8], crlf: bool, color: bool) -> Vec<String> {
    let out = std::str::from_utf8(out).expect("UTF-8");
    let out = if color {
        without_color(out)
    } else {
        out.into()
    };
    let end = if crlf { "\r\n" } else { "\n" };
    let Some(out) = out.strip_suffix(end) else {
        assert!(out.is_empty(), "no line end: {out:?}");
        return Vec::new();
    };
    let lines: Vec<String> = out.split(end).map(String::from).collect();
    for line in &lines {
        assert!(!line.contains(is_active), "{line:?}");
        assert!(!line.is_empty());
    }
    lines
}

/// Takes off `ESC [ numbers m` and nothing else.
fn without_color(text: &str) -> String {
    let is_of_number = |b: u8| b.is_ascii_digit() || b == b';';
    let mut pieces = text.split("\x1b[");
    let mut plain = String::from(pieces.next().unwrap_or_default());
    for piece in pieces {
        match piece.split_once('m') {
            Some((numbers, rest)) if numbers.bytes().all(is_of_number) => plain += rest,
            _ => plain = plain + "\x1b[" + piece,
        }
    }
    plain
}

/// Checks a whole conversation, whose prompts have no line end. Its line ends are LF.
pub(crate) fn check_stream(text: &str, color: bool) {
    let text = if color {
        without_color(text)
    } else {
        text.into()
    };
    let text = without_refusals(text);
    assert!(!text.contains(|c| is_active(c) && c != '\n'), "{text:?}");
}

/// Takes off what a program is told in its own protocol that has come too late for it.
fn without_refusals(mut text: String) -> String {
    for protocol in [Protocol::Tls, Protocol::Http] {
        let refusal = str::from_utf8(protocol.refusal()).expect("UTF-8");
        text = text.replace(refusal, "");
    }
    text
}
