//! The keys that edit a line, for a terminal that does not do it itself.
//!
//! A terminal in its usual mode sends a line when it is complete. One in raw mode (`stty raw; nc`), or a telnet
//! client that sends each key, sends Backspace like any letter, and Enter as CR. So a line that ends in CR is
//! edited here, and so is each line of telnet; any other that ends in LF comes from a program or a file and stays
//! as it is.

use alloc::vec::Vec;

const BACKSPACE: u8 = 0x08;
pub(super) const DELETE: u8 = 0x7f;
/// ^U, the line.
pub(super) const KILL: u8 = 0x15;
/// ^W, the last word.
const ERASE_WORD: u8 = 0x17;
/// ^D. Telnet sends it like a letter and goes on, so it ends nothing.
const END: u8 = 0x04;

/// What is left of a line, if it has one of the keys.
pub(super) fn corrected(line: &[u8]) -> Option<Vec<u8>> {
    let is_key = |byte: &u8| matches!(*byte, BACKSPACE | DELETE | KILL | ERASE_WORD | END);
    let first = line.iter().position(is_key)?;
    let mut left = line[..first].to_vec();
    for &byte in &line[first..] {
        match byte {
            BACKSPACE | DELETE => erase_character(&mut left),
            KILL => left.clear(),
            ERASE_WORD => erase_word(&mut left),
            END => {}
            byte => left.push(byte),
        }
    }
    Some(left)
}

/// Removes the last UTF-8 character (RFC 3629), or a byte that belongs to none.
fn erase_character(left: &mut Vec<u8>) {
    while let Some(0x80..=0xbf) = left.pop() {}
}

fn erase_word(left: &mut Vec<u8>) {
    let is_blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    let end = left.iter().rposition(|byte| !is_blank(byte));
    let word = end.and_then(|end| left[..end].iter().rposition(is_blank));
    left.truncate(word.map_or(0, |blank| blank + 1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let left = corrected(line.as_bytes()).expect("a key");
        assert_eq!(str::from_utf8(&left), Ok(expected));
    }

    #[test]
    fn keys_correct_what_stands_before_them() {
        assert_eq!(corrected(b"hello"), None);
        check("helxx\x7f\x7flo", "hello");
        check("hel\x08\x08\x08\x08\x08yes", "yes");
        check("f\u{fc}\x7fu", "fu");
        check("\u{1f600}\x7f", "");
        check("wrong line\x15right", "right");
        check("one two  \x17three", "one three");
        check("one\x17", "");
        check("\x04still here", "still here");
        check("\x17\x7f\x15", "");
    }
}
