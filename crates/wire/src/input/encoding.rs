//! Lines in other encodings than UTF-8, recognised so that a refusal can name them.
//!
//! It must not know how lines are split. A file from an editor or PowerShell often begins with a
//! byte order mark, or is UTF-16 or Windows-1252 altogether; "not valid UTF-8" alone would leave
//! its owner guessing.

/// The byte order mark (U+FEFF) in UTF-8, which some editors write before the first line.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

/// The line without a byte order mark before it.
pub(super) fn without_bom(line: &[u8]) -> &[u8] {
    line.strip_prefix(BOM).unwrap_or(line)
}

/// Whether this is a line of UTF-16, cut at the bytes of its line ends. The signs are its byte
/// order mark; the NUL that a line end has left before it, or after it; or its letters, since in
/// text of most languages every second byte is a NUL or another low control character, which no
/// text has.
pub(super) fn is_utf16(line: &[u8]) -> bool {
    const MARKS: [&[u8]; 2] = [b"\xfe\xff", b"\xff\xfe"];
    match line {
        [] => false,
        [NUL, ..] => true,
        // No dialect refuses a NUL after words: IRC leaves it out, others show it.
        [.., NUL] if !line.contains(&b' ') => true,
        [a, b, ..] if is_upper_half(*a) || is_upper_half(*b) => alternates(line),
        _ => MARKS.iter().any(|mark| line.starts_with(mark)),
    }
}

const NUL: u8 = 0;

/// Whether a byte can be the upper half of a letter: of Latin, Greek, Cyrillic, Hebrew or Arabic.
fn is_upper_half(byte: u8) -> bool {
    byte <= 0x08
}

/// Whether upper halves are only on one side of the pairs, at least two of them.
fn alternates(line: &[u8]) -> bool {
    let halves = |from: usize| {
        let side = line.iter().skip(from).step_by(2);
        side.filter(|byte| is_upper_half(**byte)).count()
    };
    match (halves(0), halves(1)) {
        (0, halves) | (halves, 0) => halves >= 2 && halves >= line.len() / 2,
        _ => false,
    }
}

/// Whether a line that is not UTF-8 looks like Windows-1252 (or Latin-1): its letters beyond ASCII
/// are single, where UTF-8 has two or more bytes in a row.
pub(super) fn is_windows_1252(line: &[u8]) -> bool {
    let pairs = || line.iter().zip(line.iter().skip(1));
    !line.is_ascii()
        && line.iter().all(|b| b.is_ascii() || is_letter(*b))
        && pairs().all(|(a, b)| a.is_ascii() || b.is_ascii())
}

/// Whether a byte beyond ASCII is a sign in Windows-1252. `ÿ` (FF) is one, but a line that has it
/// is more likely a broken telnet sequence.
fn is_letter(byte: u8) -> bool {
    !matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d | 0xff)
}
