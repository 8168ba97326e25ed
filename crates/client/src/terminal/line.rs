//! The line being edited: a text and a cursor in it.
//!
//! It must not know keys or screens. The cursor moves over grapheme clusters (UAX 29), what a
//! person takes for one character, since half of an emoji or a letter without its accent is nothing
//! that anybody wants to stand in front of.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// The longest line, in bytes: well above what a server takes as one, so that it can be pasted,
/// seen and shortened.
pub(crate) const LINE_BYTES_MAX: usize = 64 * 1024;

/// A text and a cursor, which always stands on a character boundary of it.
#[derive(Debug, Default)]
pub(crate) struct Line {
    text: String,
    cursor: usize,
}

impl Line {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn before_cursor(&self) -> &str {
        &self.text[..self.cursor]
    }

    /// Inserts at the cursor, or returns false and changes nothing when the line would become too
    /// long.
    pub(crate) fn insert(&mut self, text: &str) -> bool {
        if self.text.len() + text.len() > LINE_BYTES_MAX {
            return false;
        }
        self.text.insert_str(self.cursor, text);
        self.cursor += text.len();
        true
    }

    /// Replaces everything, with the cursor at the end.
    pub(crate) fn set(&mut self, text: String) {
        self.cursor = text.len();
        self.text = text;
    }

    /// Takes the text away and leaves an empty line.
    pub(crate) fn take(&mut self) -> String {
        self.cursor = 0;
        std::mem::take(&mut self.text)
    }

    pub(crate) fn move_to_start(&mut self) {
        self.cursor = 0;
    }

    pub(crate) fn move_to_end(&mut self) {
        self.cursor = self.text.len();
    }

    pub(crate) fn move_left(&mut self) {
        self.cursor = self.left();
    }

    pub(crate) fn move_right(&mut self) {
        self.cursor = self.right();
    }

    pub(crate) fn move_word_left(&mut self) {
        self.cursor = self.word_left();
    }

    pub(crate) fn move_word_right(&mut self) {
        self.cursor = self.word_right();
    }

    pub(crate) fn erase_left(&mut self) {
        self.cut(self.left()..self.cursor);
    }

    pub(crate) fn erase_right(&mut self) {
        self.cut(self.cursor..self.right());
    }

    pub(crate) fn cut_word_left(&mut self) -> String {
        self.cut(self.word_left()..self.cursor)
    }

    pub(crate) fn cut_word_right(&mut self) -> String {
        self.cut(self.cursor..self.word_right())
    }

    pub(crate) fn cut_to_start(&mut self) -> String {
        self.cut(0..self.cursor)
    }

    pub(crate) fn cut_to_end(&mut self) -> String {
        self.cut(self.cursor..self.text.len())
    }

    fn cut(&mut self, range: Range<usize>) -> String {
        self.cursor = range.start;
        self.text.drain(range).collect()
    }

    fn left(&self) -> usize {
        self.before_cursor()
            .grapheme_indices(true)
            .next_back()
            .map_or(0, |(at, _)| at)
    }

    fn right(&self) -> usize {
        self.cursor
            + self.text[self.cursor..]
                .graphemes(true)
                .next()
                .map_or(0, str::len)
    }

    /// Words are what white space divides: names, links and paths stay whole.
    fn word_left(&self) -> usize {
        let text = self.before_cursor().trim_end();
        text.rfind(char::is_whitespace).map_or(0, |at| {
            at + text[at..].chars().next().map_or(0, char::len_utf8)
        })
    }

    fn word_right(&self) -> usize {
        let rest = &self.text[self.cursor..];
        let word = rest.trim_start();
        let blanks = rest.len() - word.len();
        self.cursor + blanks + word.find(char::is_whitespace).unwrap_or(word.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line written with `|` where the cursor stands.
    fn line(marked: &str) -> Line {
        let cursor = marked.find('|').unwrap();
        Line {
            text: marked.replacen('|', "", 1),
            cursor,
        }
    }

    fn check(before: &str, edit: impl FnOnce(&mut Line), after: &str) {
        let mut edited = line(before);
        edit(&mut edited);
        let mut marked = edited.text.clone();
        marked.insert(edited.cursor, '|');
        assert_eq!(marked, after, "from {before}");
    }

    #[test]
    fn moves_over_whole_characters() {
        check("ae\u{301}|b", Line::move_left, "a|e\u{301}b");
        check("a|👨‍👩‍👧b", Line::move_right, "a👨‍👩‍👧|b");
        check("|a", Line::move_left, "|a");
        check("a|", Line::move_right, "a|");
    }

    #[test]
    fn erases_whole_characters() {
        check("a👨‍👩‍👧|b", Line::erase_left, "a|b");
        check("a|e\u{301}b", Line::erase_right, "a|b");
        check("|a", Line::erase_left, "|a");
        check("a|", Line::erase_right, "a|");
    }

    #[test]
    fn moves_over_words() {
        check(
            "see http://a.b/c  |now",
            Line::move_word_left,
            "see |http://a.b/c  now",
        );
        check(
            "see| http://a.b/c now",
            Line::move_word_right,
            "see http://a.b/c| now",
        );
        check("  a|", Line::move_word_left, "  |a");
        check("a|  ", Line::move_word_right, "a  |");
        check("a\u{3000}b|", Line::move_word_left, "a\u{3000}|b");
    }

    #[test]
    fn cuts() {
        let mut edited = line("one two| three");
        assert_eq!(edited.cut_word_left(), "two");
        assert_eq!(edited.cut_word_right(), " three");
        assert_eq!(edited.cut_to_start(), "one ");
        assert_eq!(edited.text(), "");
    }

    #[test]
    fn refuses_to_grow_for_ever() {
        let mut full = Line::default();
        assert!(full.insert(&"x".repeat(LINE_BYTES_MAX)));
        assert!(!full.insert("y"));
        assert_eq!(full.text().len(), LINE_BYTES_MAX);
    }
}
