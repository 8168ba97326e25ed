//! The conversation as a state machine: what was typed and what was heard come in, what to show and
//! to do comes out.
//!
//! It must not do input or output, nor know threads or the time: everything that a person can do at
//! the keyboard is tested here, on a terminal in memory. The decision that shaped it: all of it
//! happens on one thread, one event after the other, so that what arrives can never meet what is
//! typed half way.

#[cfg(test)]
mod tests;

use super::editor::{Editor, Request};
use super::keys::{Key, Keys};
use super::line::Line;
use super::screen::Screen;
use crate::filter::{Filter, is_blank};
use crate::note::Note;
use crate::secret::holds_secret;
use crate::session::is_farewell;

/// So many lines at once are typed ahead or meant; more are a paste that may be a mistake.
const LINES_UNASKED_MAX: usize = 5;

/// Something to do for the conversation; the caller does it in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Send this line, which has no end yet.
    Send(String),
    /// Answer the question for a password with this line, which nobody has seen.
    SendSecret(String),
    /// A line that cannot be sent.
    Refuse(Note),
    /// Drop what has not been sent yet.
    DropUnsent,
    /// Send nothing more, and give the terminal back: what still arrives is only printed.
    Leave,
    /// Stop the process until the shell continues it.
    Suspend,
}

/// One person talking to one server.
#[derive(Debug)]
pub(crate) struct Conversation {
    keys: Keys,
    editor: Editor,
    filter: Filter,
    screen: Screen,
    /// Many lines at once, which wait for a yes.
    paste: Option<String>,
    /// The question whose answer nobody is to see, until the server has decided about the answer.
    secret: Option<String>,
    /// How far many lines are on their way.
    status: Option<String>,
    /// The person has gone, the server is still talking.
    leaving: bool,
}

impl Conversation {
    /// A conversation on a terminal of so many columns.
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            keys: Keys::default(),
            editor: Editor::default(),
            filter: Filter::default(),
            screen: Screen::new(columns),
            paste: None,
            secret: None,
            status: None,
            leaving: false,
        }
    }

    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving
    }

    /// Takes bytes of the keyboard.
    pub(crate) fn typed(&mut self, bytes: &[u8]) -> Vec<Effect> {
        let mut effects = Vec::new();
        let keys = self.keys.read(bytes);
        let is_paste = keys.iter().filter(|&&key| key == Key::Enter).count() > LINES_UNASKED_MAX;
        match &self.paste {
            // What comes in one piece with more was not typed as an answer: it is the paste's rest.
            Some(_) if keys.len() > 1 => self.add_to_paste(&keys),
            Some(_) => self.answer(&keys, &mut effects),
            // A terminal without bracketed paste types it, Enter keys and all.
            None if is_paste && !self.leaving && self.secret.is_none() => self.add_to_paste(&keys),
            None => self.press(keys, &mut effects),
        }
        effects
    }

    /// The keyboard is gone: as if the person had left.
    pub(crate) fn input_ended(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if !self.leaving {
            self.drop_paste();
            self.leave(&mut effects);
        }
        effects
    }

    /// Takes bytes of the server.
    pub(crate) fn heard(&mut self, bytes: &[u8]) {
        let text = self.filter.pass(bytes);
        self.screen.say(&text);
    }

    /// Says something in the client's own name.
    pub(crate) fn remark(&mut self, note: &Note) {
        // It must not land in the middle of a question of the server.
        self.screen.keep_unfinished();
        let words = Filter::default().pass(note.to_string().as_bytes());
        self.screen.say(&format!("chinwag: {words}\n"));
    }

    /// Takes the question whose answer nobody is to see, for as long as what is typed is hidden.
    pub(crate) fn hide_typed(&mut self, question: Option<&str>) {
        if self.secret.is_some() && question.is_none() {
            // The beginning of a password must not come into view.
            self.editor.take_text();
        }
        self.secret = question.map(str::to_owned);
    }

    /// Takes how many of so many lines are through, and shows it where they are many.
    pub(crate) fn progress(&mut self, through: usize, total: usize, is_done: bool) {
        let is_many = total > LINES_UNASKED_MAX;
        if is_many && !is_done {
            self.status = Some(format!("{through}/{total} sent> "));
        } else if self.status.take().is_some() && is_many {
            self.screen
                .say(&format!("chinwag: {through}/{total} sent.\n"));
        }
    }

    /// The session is over; nothing comes after this.
    pub(crate) fn hung_up(&mut self) {
        let rest = self.filter.finish();
        self.screen.say(&rest);
        self.drop_paste();
        if self.leaving {
            self.screen.keep_unfinished();
        } else {
            self.keep_row();
        }
        self.leaving = true;
    }

    pub(crate) fn resized(&mut self, columns: usize) {
        self.screen.resize(columns);
    }

    /// What to write to the terminal so that it shows all that has happened.
    pub(crate) fn take_output(&mut self) -> String {
        if !self.leaving {
            let question = self.paste.as_deref().map(question_of);
            let is_typed_shown = question.is_none() && self.secret.is_none();
            let prompt = question.or_else(|| self.secret.clone());
            self.screen
                .set_prompt(prompt.or_else(|| self.status.clone()));
            match is_typed_shown {
                true => self.screen.draw(self.editor.line()),
                false => self.screen.draw(&Line::default()),
            }
        }
        self.screen.take_output()
    }

    /// What to write to the terminal so that it shows the conversation alone, without the row.
    pub(crate) fn take_output_without_row(&mut self) -> String {
        self.screen.erase();
        self.screen.take_output()
    }

    fn press(&mut self, keys: Vec<Key>, effects: &mut Vec<Effect>) {
        let mut is_full = false;
        for key in keys {
            // What is typed after the farewell is for the shell.
            if self.leaving {
                break;
            }
            let is_line_empty = self.editor.line().text().is_empty();
            if key == Key::Interrupt && is_line_empty && self.status.is_some() {
                effects.push(Effect::DropUnsent);
                continue;
            }
            match self.editor.press(key) {
                None => {}
                Some(Request::Submit(text)) => self.submit(text, effects),
                Some(Request::Leave) => self.leave(effects),
                Some(Request::Suspend) => effects.push(Effect::Suspend),
                Some(Request::ClearScreen) => self.screen.clear(),
                Some(Request::Bell) => is_full = true,
            }
        }
        if is_full {
            self.tell_full();
        }
    }

    fn submit(&mut self, text: String, effects: &mut Vec<Effect>) {
        if self.secret.is_some() {
            self.send_secret(&text, effects);
        } else if lines_of(&text).count() > LINES_UNASKED_MAX {
            self.paste = Some(text);
        } else {
            self.send(&text, effects);
        }
    }

    /// A password has one line: what else was pasted with it is no message.
    fn send_secret(&mut self, text: &str, effects: &mut Vec<Effect>) {
        self.screen.keep_unfinished();
        let line = lines_of(text).next().unwrap_or_default();
        if is_farewell(line) {
            return self.leave(effects);
        }
        effects.push(match is_text(line) {
            true => Effect::SendSecret(line.to_owned()),
            false => Effect::Refuse(Note::NoTextTyped),
        });
    }

    fn send(&mut self, text: &str, effects: &mut Vec<Effect>) {
        // The answer to a question of the server may be a name with its password.
        if !self.screen.is_asked() && !lines_of(text).any(holds_secret) {
            self.editor.remember(text);
        }
        let mut lines = lines_of(text);
        for line in lines.by_ref() {
            self.screen.keep(line);
            effects.push(match is_text(line) {
                true => Effect::Send(line.to_owned()),
                false => Effect::Refuse(Note::NoTextTyped),
            });
            if is_farewell(line) {
                // The session counts what stands behind it, and does not send that.
                effects.extend(lines.map(|line| Effect::Send(line.to_owned())));
                return self.leave(effects);
            }
        }
    }

    /// Joins keys to the paste that waits, or to what was typed before it.
    fn add_to_paste(&mut self, keys: &[Key]) {
        let mut text = match self.paste.take() {
            Some(paste) => paste,
            None => self.editor.take_text(),
        };
        for key in keys {
            match key {
                Key::Char(c) => text.push(*c),
                Key::Enter => text.push('\n'),
                Key::Tab => text.push('\t'),
                _ => {}
            }
        }
        self.paste = Some(text);
    }

    fn answer(&mut self, keys: &[Key], effects: &mut Vec<Effect>) {
        let Some(text) = self.paste.take() else {
            return;
        };
        match keys.first() {
            Some(Key::Char('y' | 'Y')) if self.secret.is_some() => self.send_secret(&text, effects),
            Some(Key::Char('y' | 'Y')) => self.send(&text, effects),
            Some(Key::Char('n' | 'N') | Key::Interrupt | Key::EndOfInput) => {
                self.paste = Some(text);
                self.drop_paste();
            }
            first => {
                if first.is_some() {
                    self.screen.ring();
                }
                self.paste = Some(text);
            }
        }
    }

    /// Forgets a paste that nobody has said yes to.
    fn drop_paste(&mut self) {
        if self.paste.take().is_some() {
            self.screen.keep_unfinished();
            self.screen.say("chinwag: the paste was not sent.\n");
        }
    }

    fn tell_full(&mut self) {
        self.screen.ring();
        self.screen.say(
            "chinwag: the line is full, and what came after it is left out. A pipe takes more: \
             chinwag join HOST < FILE\n",
        );
    }

    fn leave(&mut self, effects: &mut Vec<Effect>) {
        self.keep_row();
        self.leaving = true;
        effects.push(Effect::Leave);
    }

    /// Takes the row away, but nothing that somebody wrote in it.
    fn keep_row(&mut self) {
        match self.editor.line().text() {
            _ if self.secret.is_some() => self.screen.keep_unfinished(),
            "" => self.screen.keep_unfinished(),
            typed => self.screen.keep(typed),
        }
    }
}

/// Whether it is what was typed: U+FFFD stands for bytes that are not UTF-8.
fn is_text(line: &str) -> bool {
    !line.contains(char::REPLACEMENT_CHARACTER)
}

/// What is asked before a paste is sent. Code may have lines that the server would take for commands.
fn question_of(paste: &str) -> String {
    let lines = || lines_of(paste).filter(|line| !is_blank(line));
    let slashed = lines().filter(|line| line.starts_with('/')).count();
    let slashed = match slashed {
        0 => String::new(),
        1 => String::from(" (1 begins with /)"),
        n => format!(" ({n} begin with /)"),
    };
    format!("Send {} lines{slashed}? y/n ", lines().count())
}

/// The lines of a text that was typed or pasted; an empty one is a line too, the bare Enter that
/// asks for a guest name.
fn lines_of(text: &str) -> impl Iterator<Item = &str> {
    text.strip_suffix('\n').unwrap_or(text).split('\n')
}
