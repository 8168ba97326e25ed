//! Lines in other encodings than UTF-8: told apart, so that a refusal can name them.
//!
//! It must not know how lines are cut. A file that an editor or PowerShell wrote often begins with a
//! byte order mark, or is UTF-16 or Windows-1252 altogether; "not valid UTF-8" alone would leave its
//! owner guessing.

/// The byte order mark (U+FEFF) in UTF-8, which some editors write before the first line.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

/// The line without a byte order mark before it.
pub(super) fn without_bom(line: &[u8]) -> &[u8] {
    line.strip_prefix(BOM).unwrap_or(line)
}

/// True if this is a line of UTF-16, cut at the bytes of its line ends: in text of most languages
/// every second byte is a NUL, which no text has. Big-endian is also known by its byte order mark;
/// the mark of little-endian (FF FE) starts a telnet command.
pub(super) fn is_utf16(line: &[u8]) -> bool {
    const BIG_ENDIAN_MARK: &[u8] = b"\xfe\xff";
    // Nearly every line is decided by its first two bytes.
    matches!(line, [0, ..] | [_, 0, ..]) && alternates(line) || line.starts_with(BIG_ENDIAN_MARK)
}

/// True if NULs are on one side of the pairs and only there, two at least.
fn alternates(line: &[u8]) -> bool {
    let nuls = |from: usize| {
        line.iter()
            .skip(from)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    matches!((nuls(0), nuls(1)), (0, 2..) | (2.., 0))
}

/// True if a line that is not UTF-8 looks like Windows-1252 (or Latin-1): its letters beyond ASCII
/// stand alone, where UTF-8 has two or more in a row.
pub(super) fn is_windows_1252(line: &[u8]) -> bool {
    let pairs = || line.iter().zip(line.iter().skip(1));
    !line.is_ascii()
        && line.iter().all(|b| b.is_ascii() || is_letter(*b))
        && pairs().all(|(a, b)| a.is_ascii() || b.is_ascii())
}

/// True if a byte beyond ASCII is a sign in Windows-1252. `ÿ` (FF) is one, but a line that has it is
/// more likely a broken telnet sequence.
fn is_letter(byte: u8) -> bool {
    !matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d | 0xff)
}
