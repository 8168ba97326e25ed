//! Names: what they may be made of, when two are the same, and when two only look the same.
//!
//! A name is made of letters, digits and three signs, in the normal form of the nickname profile
//! (RFC 8266), so it needs no quoting anywhere and can start none of the server's own lines. Two
//! names are the same if they are equal after case folding. They look alike if the confusable
//! skeletons (UTS 39) of either form are equal: the skeleton of `AIice` (capital i) matches
//! `Alice` only before folding, that of `bobO` matches `bob0` only after it, so both are kept.
//!
//! Two names of nothing but small ASCII letters and digits never count as alike: the fonts of
//! terminals tell `1` from `l`, `0` from `o` and `rn` from `m`, and numbered names (`host1`,
//! `hostl`) are commoner than somebody who relies on that.
//!
//! A server of ten thousand people holds ten thousand names, each in several places: one shared
//! allocation holds the spelling and the keys.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use precis_profiles::Nickname;
use precis_profiles::precis_core::profile::PrecisFastInvocation;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::limits::{NAME_BYTES_MAX, NAME_LETTERS_MAX};

/// A valid name. Equality is of spelling; see [`Name::same_as`] and [`Name::looks_like`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name {
    /// Spelling, folded form and the two look-alike keys, one behind the other.
    packed: Arc<str>,
    /// Where the first three of them end.
    ends: [u16; 3],
}

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// It has other characters than a name may have, or too many, or starts with another than a
    /// letter.
    Malformed,
    /// It would read as a word of the server's own.
    Reserved,
}

/// Words that stand for somebody in the server's lines: `you -> gopher` must not be a stranger, nor
/// one whose name looks like it. Each is its own skeleton.
const RESERVED: [&str; 3] = ["you", "server", "now"];

/// A base letter carries at most this many combining marks: more is decoration that spills over
/// the lines above.
const MARKS_PER_LETTER_MAX: usize = 4;

impl Name {
    /// Reads a name.
    ///
    /// # Errors
    /// [`NameError::Malformed`] if it is not 1 to 32 letters, digits, `-`, `_` or `.` starting
    /// with a letter; [`NameError::Reserved`] if the server needs the word.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let spelling = normalise(text).ok_or(NameError::Malformed)?;
        if !is_well_formed(&spelling) || !spelling.chars().next().is_some_and(char::is_alphabetic) {
            return Err(NameError::Malformed);
        }
        let name = Self::pack(&spelling);
        if RESERVED.iter().any(|word| name.looks().contains(word)) {
            return Err(NameError::Reserved);
        }
        Ok(name)
    }

    fn pack(spelling: &str) -> Self {
        let folded = fold(spelling);
        // Folding makes new work for the skeleton: that of `M` is itself, that of `m` is `rn`.
        let first = skeleton(&fold(&skeleton(spelling)));
        let second = fold(&skeleton(&folded));
        let mut packed = String::with_capacity(4 * spelling.len());
        let mut ends = [0; 3];
        for (part, end) in [spelling, &folded, &first].into_iter().zip(&mut ends) {
            packed.push_str(part);
            // A few hundred bytes at most: a spelling has 128, a skeleton several times that.
            *end = packed.len() as u16;
        }
        packed.push_str(&second);
        Self {
            packed: packed.into(),
            ends,
        }
    }

    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.packed[..usize::from(self.ends[0])]
    }

    /// The form in which equal names are equal.
    pub fn folded(&self) -> &str {
        &self.packed[usize::from(self.ends[0])..usize::from(self.ends[1])]
    }

    /// The two keys of which either betrays a look-alike; often they are the same.
    pub fn looks(&self) -> [&str; 2] {
        let (first, second) = self.packed.split_at(usize::from(self.ends[2]));
        [&first[usize::from(self.ends[1])..], second]
    }

    /// Whether both names are one name, in whatever case.
    pub fn same_as(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }

    /// Whether a person could take one for the other.
    pub fn looks_like(&self, other: &Self) -> bool {
        let looks = self.looks();
        !(self.is_plain() && other.is_plain())
            && other.looks().iter().any(|look| looks.contains(look))
    }

    /// Whether a terminal's font shows every letter of it as no other looks.
    fn is_plain(&self) -> bool {
        let is_small = |b: u8| b.is_ascii() && !b.is_ascii_uppercase();
        self.as_str().bytes().all(is_small)
    }

    /// This name with a number behind it, shortened so that it stays within the limits.
    pub(crate) fn numbered(&self, number: u32) -> Self {
        let digits = alloc::format!("{number}");
        let letters = NAME_LETTERS_MAX - digits.len();
        let mut text: String = self.as_str().chars().take(letters).collect();
        while text.len() + digits.len() > NAME_BYTES_MAX {
            text.pop();
        }
        text.push_str(&digits);
        Self::pack(&text)
    }

    /// The guest name `guest-` with these 16 bits as four hexadecimal digits.
    pub(crate) fn guest(number: u16) -> Self {
        Self::pack(&alloc::format!("guest-{number:04x}"))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({})", self.as_str())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The nickname profile's normal form. ASCII is in it already.
pub(crate) fn normalise(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_ascii() {
        return Some(text.into());
    }
    // The profile's checks cost time that grows with the text; nothing this long can be a name.
    if text.len() > 4 * NAME_BYTES_MAX {
        return None;
    }
    Nickname::enforce(text).ok().map(|name| name.into_owned())
}

/// The characters and lengths of names and room names, whatever comes first.
pub(crate) fn is_well_formed(spelling: &str) -> bool {
    let (mut letters, mut marks) = (0, 0);
    for c in spelling.chars() {
        if c.is_ascii_alphanumeric() {
            (letters, marks) = (letters + 1, 0);
        } else if is_combining_mark(c) {
            marks += 1;
        } else if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') {
            (letters, marks) = (letters + 1, 0);
        } else {
            return false;
        }
        if letters == 0 || marks > MARKS_PER_LETTER_MAX {
            return false;
        }
    }
    (1..=NAME_LETTERS_MAX).contains(&letters) && spelling.len() <= NAME_BYTES_MAX
}

/// The form in which spellings that differ in case alone are equal.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Upper case brings together what has several lower-case forms (ß and ss, σ and ς), and lower
    // case before it what is upper case already and no upper case of anything (ẞ).
    let lower = text.chars().flat_map(char::to_lowercase);
    let upper = lower.flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).nfkc().collect()
}

/// The confusable skeleton (UTS 39). Of the ASCII that names are made of, four characters look like
/// others.
pub(crate) fn skeleton(text: &str) -> String {
    let is_simple = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if text.bytes().all(is_simple) {
        let mut skeleton = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '0' => skeleton.push('O'),
                '1' | 'I' => skeleton.push('l'),
                'm' => skeleton.push_str("rn"),
                c => skeleton.push(c),
            }
        }
        return skeleton;
    }
    unicode_security::confusable_detection::skeleton(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap_or_else(|e| panic!("{text}: {e:?}"))
    }

    #[test]
    fn names_of_many_scripts_are_accepted() {
        for text in [
            "lee",
            "Zoë",
            "ann-marie_2.0",
            "Ελένη",
            "мария",
            "李雷",
            "प्रिया",
            "x",
        ] {
            assert_eq!(name(text).as_str(), text);
        }
    }

    #[test]
    fn the_short_way_to_a_skeleton_leads_to_the_same() {
        for c in (0..=0x7f_u8).map(char::from) {
            let text = String::from(c);
            let long: String = unicode_security::confusable_detection::skeleton(&text).collect();
            assert_eq!(skeleton(&text), long, "{c:?}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let long = "a".repeat(33);
        for text in [
            "",
            " ",
            "2pac",
            "-x",
            "_x",
            ".x",
            "a b",
            "#x",
            "a/b",
            "a:b",
            "[x",
            "*x",
            "!x",
            &long,
            "a\u{202e}b",
            "x\u{1b}[0m",
            "\u{301}a",
            "a\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}",
            "😀",
            "a\u{200d}b",
            "a#b",
            "a@b",
        ] {
            assert_eq!(Name::parse(text), Err(NameError::Malformed), "{text:?}");
        }
        // The second has a Cyrillic о, the third a zero.
        for text in ["You", "y\u{43e}u", "y0u", "SERVER", "now"] {
            assert_eq!(Name::parse(text), Err(NameError::Reserved), "{text:?}");
        }
    }

    #[test]
    fn case_does_not_make_another_name() {
        for (a, b) in [
            ("Lee", "lEE"),
            ("STRASSE", "straße"),
            ("STRAẞE", "straße"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ] {
            assert!(name(a).same_as(&name(b)), "{a} {b}");
        }
        assert!(!name("lee").same_as(&name("leo")));
    }

    #[test]
    fn look_alikes_are_seen_through() {
        for (a, b) in [
            ("Iee", "lee"),
            ("AIice", "Alice"),
            ("bob0", "bobO"),
            ("аnn", "ann"), // Cyrillic а
            ("Rnike", "mike"),
            ("ModeI", "model"),
        ] {
            assert!(name(a).looks_like(&name(b)), "{a} {b}");
            assert!(name(b).looks_like(&name(a)), "{b} {a}");
        }
        for (a, b) in [
            ("ann", "anna"),
            ("host1", "hostl"),
            ("h0st", "host"),
            ("rn", "m"),
        ] {
            assert!(!name(a).looks_like(&name(b)), "{a} {b}");
        }
    }

    #[test]
    fn the_longest_name_can_be_numbered() {
        let long = name(&"é".repeat(32));
        assert!(is_well_formed(long.numbered(2).as_str()));
        assert_eq!(name("lee").numbered(2).as_str(), "lee2");
    }
}
