//! What stands on the terminal: the conversation, and below it one row with the prompt and the line
//! being edited.
//!
//! It must not know the terminal itself: it is told the width and gives the text to write. Two
//! decisions shaped it. The line has one row and scrolls sideways in it, because a row that wraps
//! is at the mercy of what each terminal does to wrapped rows when its window changes. And what the
//! server has not finished yet (`Enter your username: `) is the prompt, so that it is visible at
//! once and stands where nc would show it; it joins the conversation with the line that answers it,
//! or with its own rest.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::line::Line;
use crate::filter::{spelled_out, without_sequences};

/// Before the line when there is nothing to say there.
const PROMPT: &str = "> ";
/// The columns that a long prompt leaves for typing.
const TYPING_COLUMNS: usize = 16;
/// The longest unfinished line that is held as the prompt, in bytes; a longer one joins the
/// conversation in pieces.
const UNFINISHED_BYTES_MAX: usize = 16 * 1024;
/// Erases from the cursor to the end of the screen: below the row there is nothing of ours.
const ERASE_BELOW: &str = "\x1b[J";
const BELL: char = '\x07';
const COLOURS_OFF: &str = "\x1b[m";

/// The state of the screen, and the text that brings the terminal to it.
#[derive(Debug)]
pub(crate) struct Screen {
    columns: usize,
    /// Before the line when the server asks nothing.
    prompt: String,
    /// The beginning of a line of the server whose end has not come.
    unfinished: String,
    /// The first column of the line that is visible.
    scrolled: usize,
    /// The cursor's column when the row is on the terminal.
    row: Option<usize>,
    output: String,
}

impl Screen {
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            columns: columns.max(2),
            prompt: PROMPT.to_owned(),
            unfinished: String::new(),
            scrolled: 0,
            row: None,
            output: String::new(),
        }
    }

    /// The text to write to the terminal.
    pub(crate) fn take_output(&mut self) -> String {
        std::mem::take(&mut self.output)
    }

    /// The row is found again when the terminal has wrapped it to the new width; it is not drawn
    /// anew.
    pub(crate) fn resize(&mut self, columns: usize) {
        if columns > self.columns {
            // There is room for what was scrolled away.
            self.scrolled = 0;
        }
        self.columns = columns.max(2);
    }

    /// Puts a question or a state of the client's own before the line, or takes it away.
    pub(crate) fn set_prompt(&mut self, prompt: Option<String>) {
        self.prompt = prompt.unwrap_or_else(|| PROMPT.to_owned());
    }

    /// Whether the server waits for an answer in the middle of its line.
    pub(crate) fn is_asked(&self) -> bool {
        !self.unfinished.is_empty()
    }

    /// Adds text of the server, free of control sequences other than colours, above the row. The
    /// row is not drawn again: much text may come at once. A bell in it rings now and is no text: one
    /// behind a line would be taken for the beginning of the next.
    pub(crate) fn say(&mut self, text: &str) {
        self.erase();
        if text.contains(BELL) {
            self.ring();
            return self.say(&text.replace(BELL, ""));
        }
        let finished = text.rfind('\n').map_or(0, |at| at + 1);
        if finished > 0 {
            self.release(&text[..finished]);
        }
        self.unfinished.push_str(&text[finished..]);
        if self.unfinished.len() > UNFINISHED_BYTES_MAX {
            self.release("\n");
        }
    }

    /// Leaves what was typed behind in the conversation, as one line.
    pub(crate) fn keep(&mut self, typed: &str) {
        self.erase();
        if !self.is_asked() {
            self.unfinished.push_str(PROMPT);
        }
        self.release(&format!("{}\n", spelled_out(typed)));
        self.scrolled = 0;
    }

    /// Leaves an unanswered question of the server behind, if there is one.
    pub(crate) fn keep_unfinished(&mut self) {
        self.erase();
        if self.is_asked() {
            self.release("\n");
        }
    }

    /// Empties the whole screen.
    pub(crate) fn clear(&mut self) {
        self.row = None;
        self.output.push_str("\x1b[H\x1b[2J");
    }

    /// Rings the bell, once for all that went wrong at a time.
    pub(crate) fn ring(&mut self) {
        if !self.output.ends_with(BELL) {
            self.output.push(BELL);
        }
    }

    /// Takes the row away, so that the cursor stands where the conversation goes on.
    pub(crate) fn erase(&mut self) {
        if self.row.is_some() {
            self.return_to_row();
            self.output.push_str(ERASE_BELOW);
        }
    }

    /// Draws the row, over the one that is there.
    pub(crate) fn draw(&mut self, line: &Line) {
        let (prompt, taken) = self.fitting_prompt();
        // The last column stays free: a terminal that has just filled it is neither on this row nor
        // on the next.
        let room = (self.columns - 1).saturating_sub(taken).max(1);
        let cursor = width(line.before_cursor());
        self.scrolled = scroll(self.scrolled, cursor, width(line.text()), room);
        self.return_to_row();
        self.output.push_str(&prompt);
        push_window(line.text(), self.scrolled, room, &mut self.output);
        self.output.push_str(ERASE_BELOW);
        self.output.push('\r');
        let column = taken + cursor - self.scrolled;
        if column > 0 {
            // Writing into a String cannot fail.
            let _ = write!(self.output, "\x1b[{column}C");
        }
        self.row = Some(column);
    }

    fn return_to_row(&mut self) {
        let rows_down = self.row.take().map_or(0, |column| column / self.columns);
        if rows_down > 0 {
            // Writing into a String cannot fail.
            let _ = write!(self.output, "\x1b[{rows_down}A");
        }
        self.output.push('\r');
    }

    /// Writes the unfinished line and its rest; a colour left on must not reach the row.
    fn release(&mut self, rest: &str) {
        let start = self.output.len();
        self.output.push_str(&std::mem::take(&mut self.unfinished));
        self.output.push_str(rest);
        if self.output[start..].contains('\x1b') {
            self.output.push_str(COLOURS_OFF);
        }
    }

    /// The prompt and its width: the end of it, without colours, when all of it would leave no room
    /// to type.
    fn fitting_prompt(&self) -> (String, usize) {
        if !self.is_asked() {
            return (self.prompt.clone(), width(&self.prompt));
        }
        let plain = without_sequences(&self.unfinished);
        let columns = width(&plain);
        let columns_max = self
            .columns
            .saturating_sub(TYPING_COLUMNS)
            .max(self.columns / 2);
        if columns <= columns_max && !plain.contains('\t') {
            return (format!("{}{COLOURS_OFF}", self.unfinished), columns);
        }
        let mut end = String::new();
        let hidden = columns.saturating_sub(columns_max);
        push_window(&plain, hidden, columns_max, &mut end);
        let columns = width(&end);
        (end, columns)
    }
}

/// The columns that a text takes in the row.
fn width(text: &str) -> usize {
    text.graphemes(true)
        .map(|grapheme| in_row(grapheme).width())
        .sum()
}

/// How a grapheme is shown in the row, where a tab has no stops, a pasted line feed no next line, and what would turn
/// the rest round is spelled out as it will be for others.
fn in_row(grapheme: &str) -> Cow<'_, str> {
    match grapheme {
        "\t" => " ".into(),
        "\n" => "↵".into(),
        _ if grapheme.is_ascii() => grapheme.into(),
        _ => spelled_out(grapheme).into(),
    }
}

/// The first visible column: as it was, unless the cursor would be out of sight.
fn scroll(before: usize, cursor: usize, total: usize, room: usize) -> usize {
    if total < room {
        0
    } else if cursor < before {
        // Half a row at once, so that one sees what one is about to erase.
        cursor.saturating_sub(room / 2)
    } else {
        before.max((cursor + 1).saturating_sub(room))
    }
}

/// Appends the part of a text that is visible in `room` columns from the column `from`. Of a wide
/// character cut by the left edge blanks are left, by the right edge nothing.
fn push_window(text: &str, from: usize, room: usize, output: &mut String) {
    let mut column = 0;
    for grapheme in text.graphemes(true).map(in_row) {
        let start = column;
        column += grapheme.width();
        if column > from + room {
            return;
        }
        if start >= from {
            output.push_str(&grapheme);
        } else {
            output.extend(std::iter::repeat_n(' ', column.saturating_sub(from)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: usize = 40;

    /// A screen on a terminal in memory.
    struct Bench {
        screen: Screen,
        line: Line,
        terminal: vt100::Parser,
    }

    impl Bench {
        fn new() -> Self {
            let terminal = vt100::Parser::new(8.try_into().unwrap(), 40.try_into().unwrap(), 100);
            Self {
                screen: Screen::new(COLUMNS),
                line: Line::default(),
                terminal,
            }
        }

        fn say(&mut self, text: &str) {
            self.screen.say(text);
            self.show();
        }

        fn type_text(&mut self, text: &str) {
            self.line.insert(text);
            self.show();
        }

        fn show(&mut self) {
            self.screen.draw(&self.line);
            // The terminal driver does this to what a program writes.
            let output = self.screen.take_output().replace('\n', "\r\n");
            self.terminal.process(output.as_bytes());
        }

        fn rows(&self) -> String {
            self.terminal.screen().contents()
        }

        fn cursor(&self) -> (u16, u16) {
            self.terminal.screen().cursor_position()
        }
    }

    #[test]
    fn a_wider_window_shows_what_was_scrolled_away() {
        let mut bench = Bench::new();
        bench.type_text(&"x".repeat(50));
        assert_eq!(bench.rows().trim_end(), format!("> {}", "x".repeat(36)));
        let (rows, columns) = (8.try_into().unwrap(), 80.try_into().unwrap());
        bench.terminal.screen_mut().set_size(rows, columns);
        bench.screen.resize(80);
        bench.show();
        assert_eq!(bench.rows().trim_end(), format!("> {}", "x".repeat(50)));
    }

    #[test]
    fn what_would_turn_the_line_round_is_spelled_out() {
        let mut bench = Bench::new();
        bench.type_text("a\u{202e}b");
        assert_eq!(bench.rows(), "> a\\u{202e}b");
        assert_eq!(bench.cursor(), (0, 12));
        bench.screen.keep("a\u{202e}b");
        bench.line.take();
        bench.show();
        assert_eq!(bench.rows().trim_end(), "> a\\u{202e}b\n>");
    }

    #[test]
    fn lines_arrive_above_what_is_typed() {
        let mut bench = Bench::new();
        bench.type_text("hel");
        bench.say("[14:03] gopher: 日本\n* ann joined\n");
        bench.type_text("lo");
        assert_eq!(bench.rows(), "[14:03] gopher: 日本\n* ann joined\n> hello");
        assert_eq!(bench.cursor(), (2, 7));
    }

    #[test]
    fn an_unfinished_line_is_the_prompt() {
        let mut bench = Bench::new();
        bench.say("Welcome.\nEnter your ");
        bench.type_text("lee");
        bench.say("username: ");
        assert_eq!(bench.rows(), "Welcome.\nEnter your username: lee");
        bench.line.take();
        bench.screen.keep("lee");
        bench.say("Hello, lee.\n");
        assert_eq!(
            bench.rows(),
            "Welcome.\nEnter your username: lee\nHello, lee.\n> "
        );
    }

    #[test]
    fn the_rest_of_an_unfinished_line_joins_it() {
        let mut bench = Bench::new();
        bench.say("[14:03] gopher: hel");
        bench.say("lo\n");
        assert_eq!(bench.rows(), "[14:03] gopher: hello\n> ");
    }

    #[test]
    fn a_long_prompt_shows_its_end() {
        let mut bench = Bench::new();
        bench.say("a question that is far too long to be a prompt: ");
        bench.type_text("x");
        assert_eq!(bench.rows(), "oo long to be a prompt: x");
        bench.say("\n");
        assert_eq!(
            bench.rows(),
            "a question that is far too long to be a prompt: \n> x"
        );
    }

    #[test]
    fn colours_end_before_the_row() {
        let mut bench = Bench::new();
        bench.say("\x1b[31mred\nand \x1b[1mname: ");
        bench.type_text("x");
        assert_eq!(bench.rows(), "red\nand name: x");
        let cell = bench.terminal.screen().cell(1, 10).unwrap();
        assert_eq!(
            (cell.fgcolor(), cell.bold()),
            (vt100::Color::Default, false)
        );
        assert_eq!(bench.cursor(), (1, 11));
    }

    #[test]
    fn a_long_line_scrolls_sideways() {
        let mut bench = Bench::new();
        bench.type_text(&"0123456789".repeat(6));
        assert_eq!(bench.rows(), "> 456789012345678901234567890123456789");
        assert_eq!(bench.cursor(), (0, 38));
        bench.line.move_to_start();
        bench.show();
        assert_eq!(bench.rows(), "> 0123456789012345678901234567890123456");
        assert_eq!(bench.cursor(), (0, 2));
    }

    #[test]
    fn erasing_at_the_left_edge_shows_what_comes_next() {
        assert_eq!(scroll(100, 99, 150, 40), 79);
        assert_eq!(scroll(100, 120, 150, 40), 100);
        assert_eq!(scroll(100, 10, 39, 40), 0);
    }

    #[test]
    fn wide_characters_are_never_halved() {
        let mut window = String::new();
        push_window("日本語", 1, 4, &mut window);
        assert_eq!(window, " 本");
    }

    #[test]
    fn pasted_tabs_and_line_feeds_stay_in_the_row() {
        let mut bench = Bench::new();
        bench.type_text("a\tb\nc");
        assert_eq!(bench.rows(), "> a b↵c");
        assert_eq!(bench.cursor(), (0, 7));
    }

    #[test]
    fn a_row_wrapped_by_a_narrower_window_is_found() {
        let mut bench = Bench::new();
        bench.type_text("0123456789012345678901234567890");
        bench.screen.resize(16);
        bench.screen.erase();
        // 33 columns are two full rows of 16 and one more.
        assert_eq!(bench.screen.take_output(), "\x1b[2A\r\x1b[J");
    }

    #[test]
    fn an_endless_line_is_shown_in_pieces() {
        let mut screen = Screen::new(COLUMNS);
        screen.say(&"x".repeat(UNFINISHED_BYTES_MAX + 1));
        assert!(!screen.is_asked());
        assert_eq!(screen.take_output().len(), UNFINISHED_BYTES_MAX + 2);
    }
}
