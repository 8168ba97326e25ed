//! Cutting what was read into lines.
//!
//! Nearly every line lies whole in the buffer and is lent as it is. Only the last one of a read can
//! be unfinished; that piece is kept with its connection.

use memchr::memchr;

/// A line that has no end after so many bytes is not one: its beginning is dropped, so that a server
/// that never ends a line costs no memory. The longest payload has room.
const LINE_BYTES_MAX: usize = 128 * 1024;

/// Gives `hear` each line that these bytes complete, without its line feed. `unfinished` is what was
/// left from the bytes before.
#[inline]
pub(crate) fn cut(unfinished: &mut Vec<u8>, mut bytes: &[u8], mut hear: impl FnMut(&[u8])) {
    if !unfinished.is_empty()
        && let Some(end) = memchr(b'\n', bytes)
    {
        unfinished.extend_from_slice(&bytes[..end]);
        hear(unfinished);
        unfinished.clear();
        bytes = &bytes[end + 1..];
    }
    if unfinished.is_empty() {
        while let Some(end) = memchr(b'\n', bytes) {
            hear(&bytes[..end]);
            bytes = &bytes[end + 1..];
        }
    }
    if unfinished.len() + bytes.len() > LINE_BYTES_MAX {
        unfinished.clear();
    }
    unfinished.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(pieces: &[&[u8]]) -> (Vec<String>, Vec<u8>) {
        let (mut unfinished, mut lines) = (Vec::new(), Vec::new());
        for piece in pieces {
            cut(&mut unfinished, piece, |line| {
                lines.push(String::from_utf8_lossy(line).into_owned());
            });
        }
        (lines, unfinished)
    }

    #[test]
    fn however_the_bytes_come_the_lines_are_the_same() {
        let text = b"one\n\ntwo three\r\nfour";
        let whole = lines_of(&[text]);
        assert_eq!(whole.0, ["one", "", "two three\r"]);
        assert_eq!(whole.1, b"four");
        for first in 0..text.len() {
            for second in first..text.len() {
                let pieces = [&text[..first], &text[first..second], &text[second..]];
                assert_eq!(lines_of(&pieces), whole, "cut at {first} and {second}");
            }
        }
    }

    #[test]
    fn a_line_without_an_end_is_bounded() {
        let piece = vec![b'x'; 50_000];
        let (lines, unfinished) = lines_of(&[&piece[..]; 9]);
        assert!(lines.is_empty());
        assert!(unfinished.len() <= LINE_BYTES_MAX);
    }
}
