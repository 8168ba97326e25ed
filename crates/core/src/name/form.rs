//! The forms of a name: normal, folded, and its confusable skeleton.
//!
//! Names and room names share these. Every function has a shortcut for ASCII, which nearly all
//! names are; tests compare the shortcuts with the long way.

use alloc::borrow::Cow;
use alloc::string::String;
use core::ops::RangeInclusive;

use precis_profiles::Nickname;
use precis_profiles::precis_core::profile::PrecisFastInvocation;
use precis_profiles::precis_core::{DerivedPropertyValue, FreeformClass, StringClass};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_script::{Script, ScriptExtension, UnicodeScript};

use crate::limits::{NAME_BYTES_MAX, NAME_LETTERS_MAX};
use crate::text::is_ignorable;

/// A base letter carries at most this many combining marks: more is decoration that spills over
/// the lines above.
const MARKS_PER_LETTER_MAX: usize = 4;

/// Bytes of a text that can still be a name. Normalising shortens some names, but none to less
/// than half, and the profile's checks take time that grows with the text.
const RAW_BYTES_MAX: usize = 2 * NAME_BYTES_MAX;

/// The normal form of the nickname profile. ASCII is in it already.
pub(crate) fn normalise(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > RAW_BYTES_MAX {
        return None;
    }
    if text.is_ascii() {
        return Some(text.into());
    }
    match Nickname::enforce(text) {
        Ok(name) => Some(name.into_owned()),
        Err(_) if text.contains(is_newer_letter) => normalise_newer(text),
        Err(_) => None,
    }
}

/// The same for a text with letters that the profile's tables, which are of Unicode 6.3, do not
/// know: Adlam, the capitals of Georgian, ideographs. The rest of the text must obey the profile
/// with `a` in their place, which allows no sign in the context of a newer letter.
fn normalise_newer(text: &str) -> Option<String> {
    let is_allowed = |text: &str| {
        let known: String = text.chars().map(known_letter).collect();
        Nickname::enforce(known.as_str()).is_ok()
    };
    let normal: String = text.nfkc().collect();
    (is_allowed(text) && is_allowed(&normal)).then_some(normal)
}

fn known_letter(c: char) -> char {
    if is_newer_letter(c) { 'a' } else { c }
}

fn is_newer_letter(c: char) -> bool {
    // The Khitan filler is another mark that nobody sees.
    let is_invisible = is_ignorable(c) || c == '\u{16fe4}';
    (c.is_alphanumeric() || is_combining_mark(c))
        && !is_invisible
        && FreeformClass::default().get_value_from_char(c) == DerivedPropertyValue::Unassigned
}

/// Checks the characters and lengths of a normalised spelling, as names and room names share them.
pub(crate) fn is_well_formed(spelling: &str) -> bool {
    let (mut letters, mut marks) = (0, 0);
    for c in spelling.chars() {
        if c.is_ascii_alphanumeric() {
            (letters, marks) = (letters + 1, 0);
        } else if is_combining_mark(c) || is_joiner(c) {
            marks += 1;
        } else if c.is_alphanumeric() || is_punctuation(c) {
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

/// Whether a name may have `c` somewhere.
pub(crate) fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || is_sign(c)
}

/// The punctuation of names. Beyond ASCII these are the signs that the profile allows only in a
/// context (RFC 5892, appendix A), which `normalise` has checked: `·` only comes between two `l`.
pub(crate) fn is_punctuation(c: char) -> bool {
    matches!(
        c,
        '-' | '_' | '.' | '\u{b7}' | '\u{375}' | '\u{5f3}' | '\u{5f4}' | '\u{30fb}'
    )
}

/// The invisible joiners. The profile allows them where they change how a script is written.
pub(crate) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Whether a hasty reader misses `c`.
pub(crate) fn is_sign(c: char) -> bool {
    is_punctuation(c) || is_joiner(c)
}

/// A spelling without the signs that a hasty reader overlooks.
pub(crate) fn bare(text: &str) -> Cow<'_, str> {
    let visible = visible(text);
    match visible.contains(is_sign) {
        true => visible.chars().filter(|c| !is_sign(*c)).collect(),
        false => visible,
    }
}

/// The combining marks of alphabets. Other marks that go with any script are for phonetics, music
/// and mathematics, and many fonts do not show them.
const COMMON_MARKS: RangeInclusive<char> = '\u{300}'..='\u{36f}';

/// Marks that join letters of their own script and are invisible themselves.
const SILENT_MARKS: [char; 2] = ['\u{2d7f}', '\u{1107f}'];

/// A spelling without the joiners, and without marks that a reader cannot rely on seeing: those of
/// another script than their letter's (UTS 39, 5.4), those that are rarely shown, and those that
/// never are.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    let mut letter: Option<ScriptExtension> = None;
    let is_shown = |c: &char| {
        let script = c.script_extension();
        if !is_combining_mark(*c) {
            // Digits and signs belong to any script: they stand for the letter before them.
            letter = Some(script).filter(|script| !script.is_common()).or(letter);
            return !is_joiner(*c);
        }
        let is_latin = letter.is_some_and(|letter| letter.contains_script(Script::Latin));
        let is_of_letter = match is_latin || script.is_common() || script.is_inherited() {
            true => COMMON_MARKS.contains(c),
            false => letter.is_some_and(|letter| !letter.intersection(script).is_empty()),
        };
        is_of_letter && !SILENT_MARKS.contains(c)
    };
    let shown: String = text.chars().filter(is_shown).collect();
    match shown.len() == text.len() {
        true => text.into(),
        false => shown.into(),
    }
}

/// The form in which spellings that differ only in case are equal.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Upper case unites what has several lower-case forms (ß and ss, σ and ς). Lower case before it
    // handles what is upper case already but no upper case of anything (ẞ).
    let lower = text.chars().flat_map(char::to_lowercase);
    let upper = lower.flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).nfkc().collect()
}

/// The confusable skeleton (UTS 39). Of the ASCII characters in names, four look like others.
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
    let skeleton = unicode_security::confusable_detection::skeleton(text);
    without_hidden_marks(skeleton)
}

/// A skeleton without the marks that its letters hide: a dot above an `i` or a `j`, which have one
/// (Soft_Dotted in Unicode), and a repeated mark, which is drawn in the same place.
fn without_hidden_marks(skeleton: impl Iterator<Item = char>) -> String {
    let mut shown = String::new();
    // Where the marks of the last letter begin, and whether the letter has a dot of its own.
    let (mut marks, mut is_dotted) = (0, false);
    for c in skeleton {
        if !is_combining_mark(c) {
            is_dotted = matches!(c, 'i' | 'j');
            shown.push(c);
            marks = shown.len();
            continue;
        }
        let is_hidden = c == DOT_ABOVE && is_dotted;
        if !is_hidden && !shown[marks..].contains(c) {
            // Any other mark above the letter replaces its dot.
            is_dotted &= canonical_combining_class(c) != ABOVE;
            shown.push(c);
        }
    }
    shown
}

const DOT_ABOVE: char = '\u{307}';

/// The combining class of marks above their letter.
const ABOVE: u8 = 230;
