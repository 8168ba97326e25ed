//! What a word is, and whether a message has the words of a query.
//!
//! Both ways of searching follow one rule: the index gets texts in the form that [`write_words`]
//! makes, which its own tokenizer accepts as it is, and a message that is not in the index yet is
//! compared in the same form. So both find the same.
//!
//! A word is a run of letters, digits and marks, compared without regard to case, accents and
//! compatibility forms. Scripts without spaces between words, and emoji, have words of one
//! character; words of a phrase must be consecutive, so any part of such a text can be found.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::escapes;

/// Appends the words of a text, with a space before each and one after the last.
pub(crate) fn write_words(text: &str, out: &mut String) {
    let text = escapes::without(text);
    match text.is_ascii() {
        true => split(text.chars().map(|c| c.to_ascii_lowercase()), out),
        false => split(fold(&text), out),
    }
    out.push(' ');
}

/// Upper case first unites what has several lower-case forms (ß and ss, σ and ς). The accents of
/// Latin, Greek and Cyrillic go, and the vowels of Arabic and Hebrew, which most people leave out;
/// marks that make another letter stay (が, ि).
fn fold(text: &str) -> impl Iterator<Item = char> {
    text.nfkd()
        .filter(|c| !is_left_out(*c))
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .flat_map(without_stroke)
        .nfc()
}

/// What people type who do not have a small letter on their keyboard. To Unicode a stroke is no
/// accent: none of these decomposes.
fn without_stroke(c: char) -> impl Iterator<Item = char> {
    let (letter, second) = match c {
        'ø' => ('o', None),
        'ł' => ('l', None),
        'đ' | 'ð' => ('d', None),
        'ħ' => ('h', None),
        'ŧ' => ('t', None),
        'ƀ' => ('b', None),
        'ǥ' => ('g', None),
        'ɨ' => ('i', None),
        'ƶ' => ('z', None),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'þ' => ('t', Some('h')),
        c => (c, None),
    };
    std::iter::once(letter).chain(second)
}

fn split(chars: impl Iterator<Item = char>, out: &mut String) {
    let mut is_within = false;
    for c in chars {
        let part = Part::of(c);
        match part {
            Part::Word if is_within => out.push(c),
            Part::Word | Part::WholeWord => out.extend([' ', c]),
            Part::Gap => {}
        }
        is_within = part == Part::Word;
    }
}

/// The role of a character in a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Word,
    WholeWord,
    Gap,
}

impl Part {
    fn of(c: char) -> Self {
        match c {
            c if c.is_ascii_alphanumeric() => Self::Word,
            c if c.is_ascii() => Self::Gap,
            c if stands_alone(c) => Self::WholeWord,
            c if c.is_alphanumeric() || is_combining_mark(c) => Self::Word,
            _ => Self::Gap,
        }
    }
}

/// Combining Diacritical Marks; the points of Hebrew except for its punctuation; the vowels and
/// signs of Arabic, and the stroke that stretches its words; invisible characters that join or
/// separate letters; variation selectors of pictographs.
fn is_left_out(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}'
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}')
}

/// Thai, Lao, Myanmar, Khmer, kana and the ideographs; pictographs.
fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2600}'..='\u{27bf}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{1f000}'..='\u{1faff}'
        | '\u{20000}'..='\u{323af}')
}

/// Consecutive words of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phrase {
    /// In the form of [`write_words`], but without the space at the end if the last word may
    /// continue.
    words: String,
    is_prefix: bool,
}

impl Phrase {
    /// Parses what somebody typed between two spaces: `word`, `two-words`, `begin*`. `None` if it
    /// has no letter or digit.
    pub(crate) fn parse(typed: &str) -> Option<Self> {
        let mut words = String::new();
        write_words(typed, &mut words);
        if words.len() < 2 {
            return None;
        }
        let is_prefix = typed.ends_with('*');
        if is_prefix {
            words.pop();
        }
        Some(Self { words, is_prefix })
    }

    /// Whether a text, in the form of [`write_words`], has the phrase.
    pub(crate) fn is_in(&self, words: &str) -> bool {
        words.contains(&self.words)
    }

    /// The words in order.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.split_ascii_whitespace()
    }

    /// Whether the last word may continue.
    pub(crate) fn is_prefix(&self) -> bool {
        self.is_prefix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut out = String::new();
        write_words(text, &mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        check("", " ");
        check("  -- !?", " ");
        check("Hello, World 42!", " hello world 42 ");
        check("foo_bar\\x1b[31mred", " foo bar red ");
        check("don't", " don t ");
    }

    #[test]
    fn case_accents_and_compatibility_forms_do_not_count() {
        check("GRÖSSE größe", " grosse grosse ");
        check("Σίσυφος ΣΊΣΥΦΟΣ", " σισυφοσ σισυφοσ ");
        check("ﬁne ①", " fine 1 ");
        check("İstanbul", " istanbul ");
        check("Ёлка", " елка ");
        check(
            "Økland Paweł ÆTHER Þór ĐURO",
            " okland pawel aether thor duro ",
        );
    }

    #[test]
    fn vowels_that_most_people_leave_out_do_not_count() {
        check("שָׁלוֹם", " שלום ");
        check("מֵעַל־פִּי", " מעל פי ");
        check("مُحَمَّد", " محمد ");
        check("أحمد احمد", " احمد احمد ");
        check("سـلام", " سلام ");
        check("می\u{200c}خواهم", " میخواهم ");
        check("co\u{ad}op", " coop ");
    }

    #[test]
    fn marks_that_make_another_letter_stay() {
        check("が か", " が か ");
        check("हिन्दी", " हिन्दी ");
        check("한국어", " 한국어 ");
    }

    #[test]
    fn scripts_without_spaces_can_be_found_in_part() {
        check("漢字です", " 漢 字 で す ");
        check("ok🎉☀\u{fe0f}", " ok 🎉 ☀ ");
        let mut words = String::new();
        write_words("今日は漢字です", &mut words);
        assert!(Phrase::parse("漢字").expect("a phrase").is_in(&words));
        assert!(!Phrase::parse("字漢").expect("a phrase").is_in(&words));
    }

    #[test]
    fn a_phrase_is_whole_words_but_for_a_star() {
        let phrase = |typed| Phrase::parse(typed).expect("a phrase");
        let words = " the green build ";
        for typed in [
            "green",
            "the-green",
            "GREEN.build",
            "gr*",
            "green bu*",
            "green*",
        ] {
            assert!(phrase(typed).is_in(words), "{typed}");
        }
        for typed in ["gre", "reen", "the-build", "een*", "green buil"] {
            assert!(!phrase(typed).is_in(words), "{typed}");
        }
        for typed in ["", "*", "\"", "--"] {
            assert_eq!(Phrase::parse(typed), None);
        }
    }
}
