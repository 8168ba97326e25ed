//! Lines of the server's own, by kind: the first character of a line says which it is.

use alloc::vec::Vec;
use core::fmt::{self, Display, Write};

use super::Style;

/// Dimmed, in colour: what happens is less prominent than what is said.
const DIM: &str = "\x1b[2m";
/// Bold, in colour: what the server says to the reader alone.
const BOLD: &str = "\x1b[1m";
/// Resets to the terminal's own style.
pub(super) const RESET: &str = "\x1b[0m";

/// Whether a line is speech. What happened and what the server says begin with a sign, which no
/// name does.
pub fn is_message(line: &[u8]) -> bool {
    let tones = [BOLD, DIM].map(str::as_bytes);
    let bare = tones.iter().find_map(|tone| line.strip_prefix(*tone));
    let bare = bare.unwrap_or(line);
    !bare.starts_with(b"! ") && !bare.starts_with(b"* ")
}

/// A destination for lines, which knows their end and their colours.
pub(super) struct LineWriter<'a> {
    pub(super) out: &'a mut Vec<u8>,
    crlf: bool,
    color: bool,
}

impl<'a> LineWriter<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>, style: &Style) -> Self {
        Self {
            out,
            crlf: style.crlf,
            color: style.color,
        }
    }

    /// `! ...`: the server speaks to the reader alone.
    pub(super) fn alone(&mut self, text: impl Display) {
        self.toned(BOLD, format_args!("! {text}"));
    }

    /// `* ...`: something happened.
    pub(super) fn happened(&mut self, text: impl Display) {
        self.toned(DIM, format_args!("* {text}"));
    }

    /// `--- ... ---`: a separator, or the head of a list.
    pub(super) fn separator(&mut self, text: impl Display) {
        self.toned(DIM, format_args!("--- {text} ---"));
    }

    /// One row of a list.
    pub(super) fn row(&mut self, text: impl Display) {
        self.bare(format_args!("  {text}"));
    }

    /// A line without a sign, which only the server's own words may begin.
    pub(super) fn bare(&mut self, text: impl Display) {
        self.put(text);
        self.end();
    }

    fn toned(&mut self, tone: &str, text: fmt::Arguments<'_>) {
        if self.color {
            self.put(tone);
        }
        self.put(text);
        if self.color {
            self.put(RESET);
        }
        self.end();
    }

    /// A part of a line.
    pub(super) fn put(&mut self, text: impl Display) {
        // Appending to bytes cannot fail.
        let _ = write!(Appended(self.out), "{text}");
    }

    /// The end of a line.
    pub(super) fn end(&mut self) {
        let end: &[u8] = if self.crlf { b"\r\n" } else { b"\n" };
        self.out.extend_from_slice(end);
    }
}

struct Appended<'a>(&'a mut Vec<u8>);

impl Write for Appended<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}
