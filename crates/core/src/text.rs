//! What people write, made harmless once, at the only door: whoever holds a [`Text`] may put it on
//! any terminal, into any log and any file. Nothing later has to remember to escape.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt::{self, Write};
use core::ops::Deref;

/// One line of somebody's text: not blank, and without anything that a terminal would obey.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text(Box<str>);

impl Text {
    /// Takes a line. Control characters and bidirectional controls become visible escapes
    /// (`\x1b`, `\u{202e}`); white space at the end goes. `None` if nothing visible is left.
    pub fn parse(line: &str) -> Option<Self> {
        let line = line.trim_end();
        if line.trim_start().is_empty() {
            return None;
        }
        Some(Self(escape(line)))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a terminal might obey `c` instead of showing it: C0 but for tab, DEL, C1, the
/// bidirectional controls of UAX 9 and the separators that some terminals take for line ends.
fn is_active(c: char) -> bool {
    matches!(c,
        '\0'..='\x08' | '\x0a'..='\x1f' | '\x7f'..='\u{9f}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Makes every active character of `text` visible. Most lines are plain ASCII and need only the
/// look at their bytes.
pub(crate) fn escape(text: &str) -> Box<str> {
    let is_harmless = |b: u8| matches!(b, b' '..=b'~' | b'\t');
    // All of them, without a way out in between: so that many are looked at in one instruction.
    let are_harmless = text.bytes().fold(true, |all, b| all & is_harmless(b));
    if are_harmless || !text.chars().any(is_active) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if !is_active(c) => out.push(c),
            // Writing to a string cannot fail.
            c if u32::from(c) < 0x100 => drop(write!(out, "\\x{:02x}", u32::from(c))),
            c => drop(write!(out, "\\u{{{:x}}}", u32::from(c))),
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: &str) {
        assert_eq!(Text::parse(input).as_deref(), Some(expected));
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        check("hello\tworld", "hello\tworld");
        check("  indented", "  indented");
        check("trailing  ", "trailing");
        check("größe 漢字 👩‍👩‍👧 مرحبا", "größe 漢字 👩‍👩‍👧 مرحبا");
    }

    #[test]
    fn what_a_terminal_obeys_is_shown() {
        check("\x1b[31mred", "\\x1b[31mred");
        check("bell\x07!", "bell\\x07!");
        check("a\u{9b}31m", "a\\x9b31m");
        check("del\x7f.", "del\\x7f.");
        check("evil\u{202e}txt", "evil\\u{202e}txt");
        check("two\u{2028}lines", "two\\u{2028}lines");
        check("a\u{2066}b\u{200f}c", "a\\u{2066}b\\u{200f}c");
    }

    #[test]
    fn blank_is_no_text() {
        for line in ["", " ", "\t \t", "\u{3000}"] {
            assert_eq!(Text::parse(line), None);
        }
    }
}
