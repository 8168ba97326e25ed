//! What a server may do to somebody's terminal: text, tabs, line ends and colours, nothing else.
//!
//! An honest server sends nothing else; a hostile one could retitle the window, read the clipboard
//! back or rewrite the screen. It must not know where the text goes. The decision that shaped it: a
//! list of what passes, not of what is stopped, because terminals understand more sequences than
//! anybody can list. What is stopped is shown as `\x1b`, in the server's own manner, so that
//! nothing disappears in silence.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::utf8::Utf8Stream;

/// The longest colour sequence that passes, in bytes: two full 24-bit colours and attributes are
/// 45.
const COLOUR_BYTES_MAX: usize = 64;

/// Turns a stream of bytes into text that is safe on a terminal.
///
/// A sequence may be cut anywhere between two calls of [`Filter::pass`]; an incomplete one is held
/// back.
#[derive(Debug, Default)]
pub struct Filter {
    utf8: Utf8Stream,
    /// A carriage return, or the beginning of an escape sequence, that the next character decides
    /// on.
    held: String,
}

impl Filter {
    /// The safe form of these bytes.
    ///
    /// Line feeds, tabs and colour sequences (`ESC [ digits ; m`) pass as they are, CRLF becomes a
    /// line feed, bytes that are no UTF-8 become U+FFFD; other control characters and the
    /// bidirectional controls (UAX 9) are spelled out.
    pub fn pass(&mut self, bytes: &[u8]) -> String {
        let text = self.utf8.decode(bytes);
        let mut safe = String::with_capacity(text.len());
        for c in text.chars() {
            self.push(c, &mut safe);
        }
        safe
    }

    /// The safe form of what was held back, when no more bytes will come.
    pub fn finish(&mut self) -> String {
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

fn show(c: char, safe: &mut String) {
    // Writing into a String cannot fail.
    let _ = match c {
        '\n' | '\t' => safe.write_char(c),
        _ if c.is_control() => write!(safe, "\\x{:02x}", u32::from(c)),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            write!(safe, "\\u{{{:x}}}", u32::from(c))
        }
        _ => safe.write_char(c),
    };
}

/// A writer that passes everything through a [`Filter`].
///
/// It counts all bytes as written even while some are held back; [`Write::flush`] does not release
/// those, because their rest may still come; those of a stream that ends in the middle of a sequence
/// are not shown.
#[derive(Debug)]
pub struct FilteredWriter<W> {
    filter: Filter,
    inner: W,
}

impl<W: Write> FilteredWriter<W> {
    /// Wraps a writer that leads to a terminal.
    pub fn new(inner: W) -> Self {
        Self {
            filter: Filter::default(),
            inner,
        }
    }
}

impl<W: Write> Write for FilteredWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write_all(self.filter.pass(bytes).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
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
        check(b"\x1b]0;owned\x07", "\\x1b]0;owned\\x07");
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
    }

    #[test]
    fn what_is_no_utf8_is_replaced() {
        check(b"a\xff\x9bb\xe2", "a\u{fffd}\u{fffd}b\u{fffd}");
    }

    #[test]
    fn a_writer_filters_across_writes() {
        let mut writer = FilteredWriter::new(Vec::new());
        writer.write_all(b"\x1b[3").unwrap();
        writer.write_all(b"1mred\x1b[2J").unwrap();
        assert_eq!(writer.inner, b"\x1b[31mred\\x1b[2J");
    }
}
