//! The text that people write, made harmless once, where it comes in: a [`Text`] may go to any
//! terminal, into any log and any file. Nothing later has to remember to escape.
//!
//! Five things could pass for something else on a screen. Characters that a terminal obeys become
//! visible escapes. A text with nothing visible is no text. A wide gap could wrap and put the rest
//! at the left margin like a line of its own, so it is narrowed. A stack of combining marks spills
//! over the lines above, so it is cut. What nobody sees and nobody needs is left out.

mod passage;
mod unseen;

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt::{self, Write};
use core::ops::Deref;

use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

/// Columns of a run of blanks: four levels of indented code, and far from the width of a terminal.
const GAP_COLUMNS_MAX: usize = 16;

/// Combining marks on one character. Vietnamese needs two, pointed Hebrew four, a Tibetan mantra six.
const MARKS_MAX: usize = 6;

/// One line of text: not blank, and without anything that a terminal would obey. It may stand for
/// several lines; see [`Text::passage`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text(Box<str>);

impl Text {
    /// Parses a line. Control characters and bidirectional overrides and isolates become visible
    /// escapes (`\x1b`, `\u{202e}`); blanks at the end and what nobody sees go, and wide gaps and
    /// stacks of marks shrink. `None` if nothing visible is left.
    pub fn parse(line: &str) -> Option<Self> {
        let line = line.trim_end_matches(is_blank);
        if is_simple(line) {
            return (!line.is_empty()).then(|| Self(line.into()));
        }
        let mut cleaner = Cleaner::default();
        line.chars().for_each(|c| cleaner.push(c));
        // Behind that, since removing a mark may bring two selectors together.
        let seen = Self::without_unseen(&cleaner.out);
        // Either may have left a blank at the end.
        let text = seen.trim_end_matches(is_blank);
        cleaner.is_visible.then(|| Self(text.into()))
    }

    /// Whether a terminal might obey `c` instead of showing it: C0 except for tab, DEL, C1, the
    /// separators that some terminals take for line ends, and the embeddings, overrides and
    /// isolates of UAX 9. The directional marks (U+200E, U+200F, U+061C) reorder no more than a
    /// letter does.
    pub fn is_active(c: char) -> bool {
        matches!(c,
            '\0'..='\x08' | '\x0a'..='\x1f' | '\x7f'..='\u{9f}'
            | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    }

    /// Whether all bytes are blanks or visible ASCII.
    pub fn is_printable(bytes: &[u8]) -> bool {
        // Without an early exit, so that the compiler can check many bytes in one instruction.
        let is_shown = |byte: u8| matches!(byte, b' '..=b'~');
        bytes.iter().fold(true, |all, byte| all & is_shown(*byte))
    }

    /// The line without invisible characters at either end.
    pub(crate) fn trim_unseen(line: &str) -> &str {
        line.trim_matches(|c: char| !c.is_ascii_graphic() && (is_blank(c) || is_ignorable(c)))
    }

    /// Appends `c`, or its escape if it is active: `\x1b`, `\u{202e}`.
    pub fn push_shown(out: &mut String, c: char) {
        match Self::is_active(c) {
            true => push_escape(out, c),
            false => out.push(c),
        }
    }
}

fn push_escape(out: &mut String, c: char) {
    // Writing to a string cannot fail.
    let _ = match u32::from(c) {
        code @ 0..0x100 => write!(out, "\\x{code:02x}"),
        code => write!(out, "\\u{{{code:x}}}"),
    };
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

/// Replaces every active character of `text` by its escape.
pub(crate) fn escape(text: &str) -> Box<str> {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push_escaped(&mut out, c);
    }
    out.into()
}

/// Whether a line needs no change: visible ASCII without a gap. Most lines are that.
fn is_simple(line: &str) -> bool {
    Text::is_printable(line.as_bytes()) && !line.contains("  ")
}

/// Processes a line character by character.
#[derive(Default)]
struct Cleaner {
    out: String,
    /// Columns of the run of blanks up to here.
    gap_columns: usize,
    /// Marks on the last character.
    marks: usize,
    is_visible: bool,
}

impl Cleaner {
    fn push(&mut self, c: char) {
        if is_blank(c) {
            self.gap_columns += columns(c);
            if self.gap_columns <= GAP_COLUMNS_MAX {
                self.out.push(c);
            }
        } else if is_ignorable(c) {
            // Between two blanks or two marks it must not start a new run.
            self.out.push(c);
        } else if is_combining_mark(c) || is_number_sign(c) {
            // On a blank it takes no space of its own, so the gap goes on.
            self.marks += 1;
            if self.marks <= MARKS_MAX {
                self.show(c);
            }
        } else {
            self.marks = 0;
            if self.gap_columns > 0 && has_width(c) {
                self.gap_columns = 0;
            }
            self.show(c);
        }
    }

    fn show(&mut self, c: char) {
        self.is_visible = true;
        push_escaped(&mut self.out, c);
    }
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        // Nobody can type what separates the lines of a passage.
        Text::BREAK => push_escape(out, c),
        c => Text::push_shown(out, c),
    }
}

/// Whether every terminal gives `c` a width. Some unassigned characters get none.
fn has_width(c: char) -> bool {
    c.is_ascii() || c.script() != Script::Unknown
}

/// Whether `c` takes space and shows nothing: white space, Braille without a dot, Hangul fillers, a
/// note without a head.
fn is_blank(c: char) -> bool {
    let is_filler = matches!(
        c,
        '\u{2800}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{1d159}'
    );
    is_filler || (c.is_whitespace() && !Text::is_active(c))
}

/// The most columns that a blank takes.
fn columns(blank: char) -> usize {
    match blank {
        ' ' => 1,
        '\t' => 8,
        _ => 2,
    }
}

/// Whether `c` is written before digits and extends over them, without a width of its own
/// (`Prepended_Concatenation_Mark`, UAX 44).
fn is_number_sign(c: char) -> bool {
    matches!(
        c,
        '\u{600}'
            ..='\u{605}'
                | '\u{6dd}'
                | '\u{70f}'
                | '\u{890}'
                | '\u{891}'
                | '\u{8e2}'
                | '\u{110bd}'
                | '\u{110cd}'
    )
}

/// Whether `c` has no width and shows nothing by itself (`Default_Ignorable_Code_Point`, UAX 44,
/// interlinear annotation marks, hieroglyph joiners, and noncharacters).
pub(crate) fn is_ignorable(c: char) -> bool {
    let is_noncharacter = u32::from(c) & 0xfffe == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}');
    is_noncharacter
        || matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::select;
    use std::format;
    use std::vec;
    use std::vec::Vec;

    #[track_caller]
    fn check(input: &str, expected: &str) {
        assert_eq!(Text::parse(input).as_deref(), Some(expected), "{input:?}");
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in [
            "hello\tworld",
            "  indented",
            "two  spaces",
            "größe 漢字 👩‍👩‍👧 مرحبا",
            "1\u{fe0f}\u{20e3}",
            // Hebrew with a mark that keeps the full stop on the left, and all directional marks.
            "שלום\u{200f}!",
            "a\u{200e}b\u{61c}c\u{200f}",
            "e\u{301}\u{323}",
        ] {
            check(text, text);
        }
        check("trailing  ", "trailing");
        check("trailing\u{2800}\u{3164} ", "trailing");
    }

    #[test]
    fn active_characters_are_shown() {
        check("\x1b[31mred", "\\x1b[31mred");
        check("bell\x07!", "bell\\x07!");
        check("a\u{9b}31m", "a\\x9b31m");
        check("del\x7f.", "del\\x7f.");
        check("evil\u{202e}txt", "evil\\u{202e}txt");
        check("two\u{2028}lines", "two\\u{2028}lines");
        check("a\u{2066}b\u{2069}c", "a\\u{2066}b\\u{2069}c");
    }

    #[test]
    fn blank_is_no_text() {
        for line in [
            "",
            " ",
            "\t \t",
            "\u{3000}",
            "\u{200b}",
            "\u{2060}\u{feff}",
            "\u{1d159}",
            "\u{13430}",
            "\u{fffe}\u{fdd0}\u{10ffff}",
        ] {
            assert_eq!(Text::parse(line), None, "{line:?}");
        }
    }

    #[test]
    fn a_gap_is_narrowed() {
        let gap = " ".repeat(GAP_COLUMNS_MAX);
        let forged = |blanks: &str| format!("hi{blanks}[22:59] ann: I resign");
        check(&forged(&" ".repeat(64)), &forged(&gap));
        check(&forged(&gap), &forged(&gap));
        check(&forged(&"\t".repeat(8)), &forged("\t\t"));
        for nothing in ["\u{2061}", "\u{200b}"] {
            let gap = format!(" {nothing}").repeat(16) + &nothing.repeat(48);
            check(&forged(&format!(" {nothing}").repeat(64)), &forged(&gap));
        }
        for mark in ["\u{e3a}", "\u{605}", "\u{378}", "\u{16ff9}"] {
            let text = Text::parse(&forged(&format!(" {mark}").repeat(64))).expect("a text");
            let blanks = text.split('[').next().map(|gap| gap.matches(' ').count());
            assert_eq!(blanks, Some(GAP_COLUMNS_MAX));
        }
        check(
            &forged(&"\u{3000}".repeat(32)),
            &forged(&"\u{3000}".repeat(8)),
        );
    }

    #[test]
    fn a_stack_of_marks_is_cut() {
        let stack = |marks| format!("a{}b", "\u{301}".repeat(marks));
        check(&stack(6), &stack(6));
        check(&stack(50), &stack(6));
        let mantra = "\u{f40}\u{fb5}\u{fa8}\u{fb3}\u{fba}\u{f83}";
        check(mantra, mantra);
    }

    /// Characters of every kind that the rules tell apart.
    fn lines() -> impl Strategy<Value = String> {
        let kinds = vec![
            'a',
            '[',
            ' ',
            ' ',
            '\t',
            '\u{a0}',
            '\u{3000}',
            '\u{2800}',
            '\u{3164}',
            '\u{115f}',
            '\u{200b}',
            '\u{200f}',
            '\u{ad}',
            '\u{feff}',
            '\u{fff9}',
            '\u{605}',
            '\u{301}',
            '\u{488}',
            '\u{378}',
            '\u{fdd0}',
            '\u{13430}',
            '\u{1d159}',
            '\u{fe0f}',
            '\x1b',
            '\u{202e}',
            '\u{2028}',
            '\u{85}',
            'ß',
            '漢',
        ];
        let runs = (select(kinds), 1_usize..30);
        let runs = prop::collection::vec(runs, 0..12);
        runs.prop_map(|runs| {
            let runs = runs.into_iter();
            runs.flat_map(|(c, times)| core::iter::repeat_n(c, times))
                .collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_text_is_harmless(line in lines()) {
            let Some(text) = Text::parse(&line) else { return Ok(()) };
            prop_assert!(!text.chars().any(Text::is_active));
            prop_assert!(!text.ends_with(is_blank));
            let shown: Vec<char> = text.chars().filter(|c| !is_ignorable(*c)).collect();
            let takes_room =
                |c: &char| !is_combining_mark(*c) && !is_number_sign(*c) && has_width(*c);
            let places: Vec<char> = shown.iter().copied().filter(takes_room).collect();
            for gap in places.split(|c| !is_blank(*c)) {
                prop_assert!(gap.iter().copied().map(columns).sum::<usize>() <= GAP_COLUMNS_MAX);
            }
            for stack in shown.split(|c| !is_combining_mark(*c)) {
                prop_assert!(stack.len() <= MARKS_MAX);
            }
        }

        #[test]
        fn only_a_line_with_something_visible_is_a_text(line in lines()) {
            let is_visible = line.chars().any(|c| !is_blank(c) && !is_ignorable(c));
            prop_assert_eq!(Text::parse(&line).is_some(), is_visible);
        }

        #[test]
        fn a_text_read_again_is_the_same(line in lines()) {
            if let Some(text) = Text::parse(&line) {
                prop_assert_eq!(Text::parse(&text), Some(text));
            }
        }

        #[test]
        fn the_short_way_leads_to_the_same(line in "[ -~]{0,20}") {
            let line = line.trim_end_matches(is_blank);
            let mut cleaner = Cleaner::default();
            line.chars().for_each(|c| cleaner.push(c));
            let long = cleaner.is_visible.then_some(cleaner.out);
            let text = Text::parse(line);
            prop_assert_eq!(text.as_deref(), long.as_deref());
        }

        #[test]
        fn other_text_is_left_alone(line in "[a-zß漢ا]([a-zß漢ا ]{0,9}[a-zß漢ا])?") {
            let text = Text::parse(&line);
            prop_assert_eq!(text.as_deref(), Some(&*line));
        }
    }
}
