//! Lets a server put text, tabs, line ends, colours and a bell on a terminal, and nothing else.
//!
//! An honest server sends nothing else; a hostile one could retitle the window, read the clipboard
//! back or rewrite the screen. It must not know where the text goes. The decision that shaped it: a
//! list of what passes, not of what is stopped, because terminals understand more sequences than
//! anybody can list. The filter spells out what it stops as `\x1b`, in the server's own manner, so
//! that nothing disappears in silence. That is also why it is no `vte::Perform`: vte hands over a
//! sequence in parts, whose bytes cannot be told any more.

use std::fmt::Write as _;

use crate::utf8::Utf8Stream;

const BELL: char = '\x07';
/// The longest colour sequence that passes, in bytes: two full 24-bit colours and attributes are
/// 45.
const COLOUR_BYTES_MAX: usize = 64;

/// Turns a stream of bytes into text that is safe on a terminal.
///
/// A sequence may be cut anywhere between two calls of [`Filter::pass`]; an incomplete one is held
/// back.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    utf8: Utf8Stream,
    /// A carriage return, or the beginning of an escape sequence, that the next character decides
    /// on.
    held: String,
    /// The bytes taken in now have rung the bell.
    has_rung: bool,
}

impl Filter {
    /// The safe form of these bytes.
    ///
    /// Line feeds, tabs and colour sequences (`ESC [ digits ; m`) pass as they are, CRLF becomes a
    /// line feed, bytes that are no UTF-8 become U+FFFD; other control characters, the embeddings,
    /// overrides and isolates of UAX 9, and the separators that some terminals take for line ends
    /// are spelled out. A bell passes once for all bytes of a call, so that a server can ring but
    /// not keep ringing.
    pub(crate) fn pass(&mut self, bytes: &[u8]) -> String {
        self.has_rung = false;
        let text = self.utf8.decode(bytes);
        let mut safe = String::with_capacity(text.len());
        for c in text.chars() {
            self.push(c, &mut safe);
        }
        safe
    }

    /// The safe form of what was held back, when no more bytes will come.
    pub(crate) fn finish(&mut self) -> String {
        let mut safe = String::new();
        self.release(&mut safe);
        safe.push_str(self.utf8.finish());
        safe
    }

    fn push(&mut self, c: char, safe: &mut String) {
        match (self.held.as_str(), c) {
            ("", _) => self.start(c, safe),
            ("\r", '\n') => {
                self.held.clear();
                safe.push('\n');
            }
            ("\x1b", '[') => self.held.push(c),
            (held, '0'..='9' | ';') if is_colour_start(held) => self.held.push(c),
            (held, 'm') if is_colour_start(held) => {
                safe.push_str(held);
                safe.push('m');
                self.held.clear();
            }
            _ => {
                self.release(safe);
                self.start(c, safe);
            }
        }
    }

    fn start(&mut self, c: char, safe: &mut String) {
        match c {
            '\r' | '\x1b' => self.held.push(c),
            BELL if self.has_rung => {}
            BELL => {
                self.has_rung = true;
                safe.push(c);
            }
            _ => show(c, safe),
        }
    }

    fn release(&mut self, safe: &mut String) {
        for c in std::mem::take(&mut self.held).chars() {
            show(c, safe);
        }
    }
}

fn is_colour_start(held: &str) -> bool {
    held.starts_with("\x1b[") && held.len() < COLOUR_BYTES_MAX
}

/// A character beyond the control characters that a terminal obeys rather than shows. The marks
/// U+200E, U+200F and U+061C pass: they order the text beside them and override nothing.
fn is_active(c: char) -> bool {
    matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn show(c: char, safe: &mut String) {
    // Writing into a String cannot fail.
    let _ = match c {
        '\n' | '\t' => safe.write_char(c),
        _ if c.is_control() => write!(safe, "\\x{:02x}", u32::from(c)),
        _ if is_active(c) => write!(safe, "\\u{{{:x}}}", u32::from(c)),
        _ => safe.write_char(c),
    };
}

/// Whether a line has nothing that anybody could see; a server ignores it, and would never confirm it.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || matches!(c,
                '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2065}'
                | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fdd0}'..='\u{fdef}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
                | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}'
                | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
            || u32::from(c) & 0xfffe == 0xfffe
    })
}

/// The text with everything that a terminal would obey spelled out, colours and line ends too: what
/// the server makes of a message.
pub(crate) fn spelled_out(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => safe.push_str("\\x0a"),
            _ => show(c, &mut safe),
        }
    }
    safe
}

/// The text that a terminal would show of this, without colours, bells and other sequences; tabs
/// stay, a backspace takes back the character before it.
pub(crate) fn without_sequences(text: &str) -> String {
    if !text.chars().any(|c| c.is_control() && c != '\t') {
        return text.to_owned();
    }
    let mut shown = Shown(String::with_capacity(text.len()));
    vte::Parser::new().advance(&mut shown, text.as_bytes());
    shown.0
}

/// What vte finds to show.
struct Shown(String);

impl vte::Perform for Shown {
    fn print(&mut self, c: char) {
        // vte takes DEL for a character.
        if !c.is_control() {
            self.0.push(c);
        }
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\t' => self.0.push('\t'),
            // Manuals overstrike: `N`, backspace, `N` is a bold N.
            0x08 => drop(self.0.pop()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the whole and every cut in two: a cut must never change what is shown.
    fn check(input: &[u8], expected: &str) {
        for cut in 0..=input.len() {
            let mut filter = Filter::default();
            let mut shown = filter.pass(&input[..cut]);
            shown += &filter.pass(&input[cut..]);
            shown += &filter.finish();
            assert_eq!(shown, expected, "cut at {cut}");
        }
    }

    #[test]
    fn text_passes() {
        check(
            "[14:03] gopher: héllo\t👋\n".as_bytes(),
            "[14:03] gopher: héllo\t👋\n",
        );
    }

    #[test]
    fn line_ends_become_line_feeds() {
        check(b"a\r\nb\nc", "a\nb\nc");
        check(b"over\rwritten", "over\\x0dwritten");
        check(b"a\r\r\nb\r", "a\\x0d\nb\\x0d");
    }

    #[test]
    fn colours_pass() {
        check(
            b"\x1b[1;31mred\x1b[0m \x1b[m",
            "\x1b[1;31mred\x1b[0m \x1b[m",
        );
        check(
            b"\x1b[38;2;255;128;0mtrue\x1b[m",
            "\x1b[38;2;255;128;0mtrue\x1b[m",
        );
    }

    #[test]
    fn other_sequences_are_spelled_out() {
        check(b"\x1b]0;owned\x1b\\", "\\x1b]0;owned\\x1b\\");
        check(b"\x1b[2J\x1b[H", "\\x1b[2J\\x1b[H");
        check(b"\x1b[?1049h", "\\x1b[?1049h");
        check(b"\x1b[1\x1b[2m", "\\x1b[1\x1b[2m");
        check(b"\x1b\x1b[31m", "\\x1b\x1b[31m");
        check(b"\x1bc\x00\x7f", "\\x1bc\\x00\\x7f");
        check("\u{9b}31m".as_bytes(), "\\x9b31m");
    }

    #[test]
    fn an_endless_colour_is_spelled_out() {
        let digits = "1".repeat(COLOUR_BYTES_MAX);
        check(
            format!("\x1b[{digits}m").as_bytes(),
            &format!("\\x1b[{digits}m"),
        );
    }

    #[test]
    fn text_cannot_turn_round() {
        check("a\u{202e}b\u{2066}".as_bytes(), "a\\u{202e}b\\u{2066}");
        check("two\u{2028}lines".as_bytes(), "two\\u{2028}lines");
    }

    #[test]
    fn marks_of_direction_pass() {
        let hebrew = "\u{5e9}\u{5dc}\u{5d5}\u{5dd}\u{200f}! \u{61c}\u{200e}";
        check(hebrew.as_bytes(), hebrew);
    }

    #[test]
    fn a_bell_rings_once() {
        let mut filter = Filter::default();
        assert_eq!(filter.pass(b"\x07a\x07\x07b"), "\x07ab");
        assert_eq!(filter.pass(b"\x07"), "\x07");
    }

    #[test]
    fn what_is_no_utf8_is_replaced() {
        check(b"a\xff\x9bb\xe2", "a\u{fffd}\u{fffd}b\u{fffd}");
    }

    #[test]
    fn sequences_leave_the_text_alone() {
        let check = |text, shown| assert_eq!(without_sequences(text), shown);
        check("a\tb", "a\tb");
        check("\x1b[1;31mFailed\x1b[0m: 3", "Failed: 3");
        check("\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\", "link");
        check("N\x08NA\x08A\x7f", "NA");
        check("\x1b[2K\x1b[1Gdone\x07", "done");
        check("gr\u{9b}31m\u{fc}n", "gr31m\u{fc}n");
    }

    #[test]
    fn blank_is_what_shows_nothing() {
        for text in ["", " \t", "\u{200b}", "\u{3164}\u{2800} \u{feff}"] {
            assert!(is_blank(text), "{text:?}");
        }
        assert!(!is_blank("\u{200b}x") && !is_blank("."));
    }
}
