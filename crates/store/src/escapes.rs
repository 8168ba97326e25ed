//! The visible escapes in a text, with which no word should begin.
//!
//! A log line in colour is stored as shown: `\x1b[1;31mFailed`. To a reader `Failed` is a word. So
//! the escapes that [`Text`](chinwag_core::Text) writes are gaps between words, and so is the rest
//! of a terminal's control sequence after one (ECMA-48, 5.4).

use std::borrow::Cow;

/// The text with a space in place of each escape. Most texts have none and are borrowed.
pub(crate) fn without(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        match length_of(&rest[at..]) {
            Some(length) => {
                out.push(' ');
                rest = &rest[at + length..];
            }
            None => {
                out.push('\\');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The length of the escape and control sequence at the beginning of a text.
fn length_of(text: &str) -> Option<usize> {
    let (escaped, length) = read(text)?;
    let behind = &text[length..];
    let more = match escaped {
        0x1b => match behind.as_bytes().first() {
            Some(b'[') => 1 + control_sequence(&behind[1..]),
            // Which characters a terminal shows: `ESC ( B`.
            Some(b'(' | b')') => behind.chars().take(2).map(char::len_utf8).sum(),
            _ => 0,
        },
        0x9b => control_sequence(behind),
        _ => 0,
    };
    Some(length + more)
}

/// The escape at the beginning of a text: the character that it stands for, and its length.
fn read(text: &str) -> Option<(u32, usize)> {
    if let Some(digits) = text.strip_prefix("\\x") {
        let escaped = hexadecimal(digits.get(..2)?)?;
        let is_control = matches!(escaped, 0..=0x1f | 0x7f..=0x9f);
        return is_control.then_some((escaped, 4));
    }
    let (digits, _) = text.strip_prefix("\\u{")?.split_once('}')?;
    Some((hexadecimal(digits)?, digits.len() + 4))
}

fn hexadecimal(digits: &str) -> Option<u32> {
    let is_digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    let is_number = (1..=6).contains(&digits.len()) && digits.bytes().all(is_digit);
    is_number.then(|| u32::from_str_radix(digits, 16).ok())?
}

/// The length of the parameters, the intermediates and the final byte; 0 if the sequence does not
/// end properly.
fn control_sequence(text: &str) -> usize {
    let bytes = text.as_bytes();
    let count = |from: usize, range: std::ops::RangeInclusive<u8>| {
        bytes[from..]
            .iter()
            .take_while(|b| range.contains(b))
            .count()
    };
    let parameters = count(0, b'0'..=b'?');
    let intermediates = parameters + count(parameters, b' '..=b'/');
    match bytes.get(intermediates) {
        Some(b'@'..=b'~') => intermediates + 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(without(text), expected);
    }

    #[test]
    fn escapes_are_gaps() {
        check("plain", "plain");
        check("\\x1b[1;31mFailed\\x1b[0m now", " Failed  now");
        check("\\x1b[?25lx\\x1b(Bz\\x9b31my", " x z y");
        check("bell\\x07end\\x7f", "bell end ");
        check("a\\u{202e}b", "a b");
        // Not whole.
        check("\\x1b[31", " 31");
        check("\\x1b", " ");
        check("\\x1b[é", " é");
        check("\\x1b(é", " ");
    }

    #[test]
    fn other_backslashes_stay() {
        for text in [
            "c:\\users",
            "\\x41",
            "\\x1B",
            "\\x",
            "\\u{}",
            "\\u{zz}",
            "\\",
            "\\xé",
            "\\u{1",
        ] {
            check(text, text);
        }
    }
}
