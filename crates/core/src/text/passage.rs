//! A passage: several lines that are one message, in one [`Text`].
//!
//! [`Text::BREAK`] separates the lines. Every terminal shows this character, so code that does not
//! know of passages shows one line, and nothing in it can pass for a line of its own. Code that
//! knows of them shows the lines, and marks all but the first. A break that a person types becomes
//! an escape, so that each break in a text ends a line.

use alloc::borrow::Cow;
use alloc::string::String;

use super::{Text, is_blank};
use crate::limits::PASSAGE_LINES_MAX;

const BREAK: char = Text::BREAK;

impl Text {
    /// The separator between the lines of a passage: SYMBOL FOR NEWLINE.
    pub const BREAK: char = '\u{2424}';

    /// Makes a passage of lines, each parsed like [`Text::parse`]. Blank lines at the beginning and
    /// the end go, and of several in a row one stays. `None` if nothing visible is left.
    pub fn passage<'a>(lines: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut out = String::new();
        let mut ends = 0;
        for line in lines {
            match Self::parse(line) {
                Some(line) => {
                    let breaks = if out.is_empty() { 0 } else { ends };
                    out.extend(core::iter::repeat_n(BREAK, breaks));
                    out.push_str(&line);
                    ends = 1;
                }
                None => ends = 2,
            }
        }
        (!out.is_empty()).then(|| Self(out.into()))
    }

    /// A text or passage from the store, which may be older than the rule that leaves out what nobody sees; `None` if
    /// it is neither.
    pub fn stored(text: &str) -> Option<Self> {
        // To a terminal the break is a character like any other.
        let shown = match text.is_ascii() {
            true => Cow::Borrowed(text),
            false => Cow::Owned(text.replace(BREAK, ".")),
        };
        let seen = Self::without_unseen(&shown);
        let seen = seen.trim_end_matches(is_blank);
        let is_text = Self::parse(&shown).is_some_and(|text| *text == *seen);
        (is_text && !shown.ends_with(is_blank)).then(|| Self(text.into()))
    }

    /// Whether it has several lines.
    pub fn is_passage(&self) -> bool {
        // Most texts have no character of several bytes.
        !self.0.is_ascii() && self.0.contains(BREAK)
    }

    /// Its lines, `PASSAGE_LINES_MAX` at most: the last has the rest.
    pub fn passage_lines(&self) -> impl Iterator<Item = &str> {
        self.0.splitn(PASSAGE_LINES_MAX, BREAK)
    }

    /// Its lines separated by line feeds, for formats in which a text may contain those.
    pub fn with_line_feeds(&self) -> Cow<'_, str> {
        match self.is_passage() {
            true => Cow::Owned(self.0.replace(BREAK, "\n")),
            false => Cow::Borrowed(&self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    #[track_caller]
    fn check(lines: &[&str], expected: Option<&str>) {
        let text = Text::passage(lines.iter().copied());
        assert_eq!(text.as_deref(), expected, "{lines:?}");
    }

    #[test]
    fn lines_become_one_text() {
        check(&["one"], Some("one"));
        check(&["one", "two  "], Some("one␤two"));
        check(&["\x1b[2J", "* ann left"], Some("\\x1b[2J␤* ann left"));
    }

    #[test]
    fn blank_lines_stand_between_others_alone() {
        check(
            &["", " ", "one", "", "\u{3000}", "two", ""],
            Some("one␤␤two"),
        );
        check(&["", " "], None);
    }

    #[test]
    fn nobody_types_the_end_of_a_line() {
        let text = Text::parse("one␤two").expect("a text");
        assert_eq!(&*text, "one\\u{2424}two");
        assert!(!text.is_passage());
        check(&["one␤two", "three"], Some("one\\u{2424}two␤three"));
    }

    #[test]
    fn what_was_no_text_is_none_from_the_store_either() {
        for text in ["", "\x1b", "one␤\x1b[2J", "one␤two ", "one\ntwo"] {
            assert_eq!(Text::stored(text), None, "{text:?}");
        }
        for older in ["hi\u{e0068}", "one \u{fff9}", "a\u{180e}␤b\u{206a}c"] {
            assert!(Text::stored(older).is_some(), "{older:?}");
        }
    }

    #[test]
    fn more_lines_than_a_passage_has_are_not_told_apart() {
        let text = Text::stored(&["a"; PASSAGE_LINES_MAX + 2].join("␤")).expect("a text");
        assert_eq!(text.passage_lines().count(), PASSAGE_LINES_MAX);
        assert_eq!(text.passage_lines().last(), Some("a␤a␤a"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_passage_is_harmless_and_comes_back(lines in prop::collection::vec("[a␤ \t\u{1b}\n\u{3000}ß]{0,4}", 0..9)) {
            let text = Text::passage(lines.iter().map(|line| &**line));
            prop_assert_eq!(text.is_some(), lines.iter().any(|line| Text::parse(line).is_some()));
            let Some(text) = text else { return Ok(()) };
            prop_assert!(!text.chars().any(Text::is_active));
            prop_assert_eq!(Text::stored(&text), Some(text.clone()));
            let shown: Vec<&str> = text.passage_lines().filter(|line| !line.is_empty()).collect();
            let typed: Vec<Text> = lines.iter().filter_map(|line| Text::parse(line)).collect();
            let typed: Vec<&str> = typed.iter().map(|line| &**line).collect();
            prop_assert_eq!(shown, typed);
        }
    }
}
