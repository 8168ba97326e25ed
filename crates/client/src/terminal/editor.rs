//! Keys to a line: what each key does to the text, and what it asks of the rest.
//!
//! It must not know the screen or the connection. The keys are those of Emacs and readline, which
//! every shell has taught. Completion has its place here: [`Key::Tab`] arrives with the line and
//! its cursor at hand, and for now asks nothing.
//!
//! Why an editor of our own: rustyline, the best of the crates tried, cannot change its prompt while
//! it waits for a key, and that is when the server's `Enter your username: ` comes; it cannot be
//! ended from outside, which is what a server that closes does; and a line handed to its printer as
//! it returns is lost (19.0.0: in one of five floods that Ctrl-D ended). Keys in and text out, it
//! also works on a stream that is no terminal of this process.

use super::history::History;
use super::keys::Key;
use super::line::Line;

/// A line, the lines before it, and what was last cut out of it.
#[derive(Debug, Default)]
pub(crate) struct Editor {
    line: Line,
    history: History,
    cut: String,
}

/// What a key asks for beyond the line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// The line is finished; it may have line feeds in it, from a paste.
    Submit(String),
    Leave,
    Suspend,
    ClearScreen,
    /// The line is too long for what the key would add.
    Bell,
}

impl Editor {
    pub(crate) fn line(&self) -> &Line {
        &self.line
    }

    /// Takes the text away and leaves an empty line.
    pub(crate) fn take_text(&mut self) -> String {
        self.history.forget_position();
        self.line.take()
    }

    /// Keeps a line for [`Key::Up`].
    pub(crate) fn remember(&mut self, text: &str) {
        self.history.remember(text);
    }

    /// Carries the key out, and says what else it asks for.
    pub(crate) fn press(&mut self, key: Key) -> Option<Request> {
        match key {
            Key::Char(c) => return self.insert(c.encode_utf8(&mut [0; 4])),
            Key::Yank => return self.yank(),
            Key::Enter => return Some(self.submit()),
            Key::Interrupt if self.line.text().is_empty() => return Some(Request::Leave),
            Key::Interrupt => drop(self.take_text()),
            Key::EndOfInput if self.line.text().is_empty() => return Some(Request::Leave),
            Key::Suspend => return Some(Request::Suspend),
            Key::Redraw => return Some(Request::ClearScreen),
            Key::Tab => {}
            Key::Up => self.recall(|history, current| history.older(current)),
            Key::Down => self.recall(|history, _| history.newer()),
            Key::CutWordLeft => self.cut(Line::cut_word_left),
            Key::CutWordRight => self.cut(Line::cut_word_right),
            Key::CutToStart => self.cut(Line::cut_to_start),
            Key::CutToEnd => self.cut(Line::cut_to_end),
            Key::Left => self.line.move_left(),
            Key::Right => self.line.move_right(),
            Key::WordLeft => self.line.move_word_left(),
            Key::WordRight => self.line.move_word_right(),
            Key::Home => self.line.move_to_start(),
            Key::End => self.line.move_to_end(),
            Key::EraseLeft => self.line.erase_left(),
            Key::EraseRight | Key::EndOfInput => self.line.erase_right(),
        }
        None
    }

    fn insert(&mut self, text: &str) -> Option<Request> {
        if self.line.insert(text) {
            None
        } else {
            Some(Request::Bell)
        }
    }

    fn yank(&mut self) -> Option<Request> {
        if self.line.insert(&self.cut) {
            None
        } else {
            Some(Request::Bell)
        }
    }

    fn submit(&mut self) -> Request {
        Request::Submit(self.take_text())
    }

    fn recall(&mut self, step: impl FnOnce(&mut History, &str) -> Option<String>) {
        if let Some(text) = step(&mut self.history, self.line.text()) {
            self.line.set(text);
        }
    }

    fn cut(&mut self, cut: impl FnOnce(&mut Line) -> String) {
        let text = cut(&mut self.line);
        // A key that found nothing to cut leaves the last catch alone.
        if !text.is_empty() {
            self.cut = text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_text(editor: &mut Editor, text: &str) {
        text.chars()
            .for_each(|c| assert_eq!(editor.press(Key::Char(c)), None));
    }

    #[test]
    fn enter_gives_the_line_and_starts_a_new_one() {
        let mut editor = Editor::default();
        type_text(&mut editor, "hello");
        assert_eq!(
            editor.press(Key::Enter),
            Some(Request::Submit("hello".into()))
        );
        assert_eq!(editor.line().text(), "");
    }

    #[test]
    fn control_d_leaves_only_from_an_empty_line() {
        let mut editor = Editor::default();
        type_text(&mut editor, "ab");
        editor.press(Key::Home);
        assert_eq!(editor.press(Key::EndOfInput), None);
        assert_eq!(editor.line().text(), "b");
        editor.press(Key::EraseRight);
        assert_eq!(editor.press(Key::EndOfInput), Some(Request::Leave));
    }

    #[test]
    fn control_c_clears_first_and_leaves_then() {
        let mut editor = Editor::default();
        type_text(&mut editor, "half");
        assert_eq!(editor.press(Key::Interrupt), None);
        assert_eq!(editor.line().text(), "");
        assert_eq!(editor.press(Key::Interrupt), Some(Request::Leave));
    }

    #[test]
    fn what_is_cut_can_be_put_back_elsewhere() {
        let mut editor = Editor::default();
        type_text(&mut editor, "world hello ");
        editor.press(Key::Home);
        editor.press(Key::CutWordRight);
        editor.press(Key::CutToStart);
        editor.press(Key::End);
        editor.press(Key::Yank);
        assert_eq!(editor.line().text(), " hello world");
    }

    #[test]
    fn the_arrows_call_earlier_lines_back() {
        let mut editor = Editor::default();
        editor.remember("one");
        type_text(&mut editor, "draft");
        editor.press(Key::Up);
        assert_eq!(editor.line().text(), "one");
        editor.press(Key::Down);
        assert_eq!(editor.line().text(), "draft");
    }

    #[test]
    fn a_line_that_is_full_rings() {
        let mut editor = Editor::default();
        editor
            .line
            .set("x".repeat(super::super::line::LINE_BYTES_MAX));
        assert_eq!(editor.press(Key::Char('y')), Some(Request::Bell));
    }
}
