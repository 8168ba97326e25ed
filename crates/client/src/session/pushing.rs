//! What comes from this side: lines to say, answers at a prompt, and passwords.
//!
//! It must not know how it was typed, only whether it was hidden. The decision that shaped it: while the
//! server looks at a password, what is typed is very likely that password again, so until it has decided
//! nothing goes out, and what was typed hidden never goes out as anything but a password.

use std::time::Instant;

use super::action::Action;
use super::login::Asked;
use super::out_line::OutLine;
use super::phase::Phase;
use super::{End, Note, Session};
use crate::filter::is_blank;
use crate::heard::NAME_PROMPT;
use crate::secret::holds_secret;

/// Why a script gives up that a server takes no message from.
const CANNOT_SAVE: &str = "it cannot save messages.";

impl Session {
    /// A line to send. At a prompt it answers the prompt; what is typed before the server has decided about
    /// the answer waits until the session is in, and is dropped if the server asks again.
    pub(crate) fn push(&mut self, text: String, now: Instant) {
        if let Phase::LoggingIn(login) = &mut self.phase
            && login.is_by_person()
        {
            return match login.take_asked() {
                Some(asked) => self.answer_prompt(asked, text),
                None if login.secret().is_some() => self.drop_early(&text),
                None => login.hold(text),
            };
        }
        if is_blank(&text) {
            return self.talk.outgoing.release(&text);
        }
        self.talk.outgoing.begin_burst();
        if self.options.commands && self.withholds(&text) {
            self.talk.outgoing.release(&text);
            return self.refuse(Note::Withheld);
        }
        if self.options.commands {
            self.identity.learn_typed(&text);
        }
        let line = OutLine::new(text, self.options.commands);
        if line.is_command
            && let Some(answer) = self.talk.answer_echo(&line.text)
        {
            self.talk.outgoing.release(&line.text);
            return self.ask_for(Action::Show(answer.into()));
        }
        self.talk.outgoing.push(line);
        self.pump(now);
    }

    /// A line that was typed where [`secret`](Self::secret) was asked: a password or nothing.
    pub(crate) fn push_secret(&mut self, text: String) {
        let asked = match &mut self.phase {
            Phase::LoggingIn(login) => login.take_asked_secret(),
            _ => None,
        };
        match asked {
            Some(asked) => self.answer_prompt(asked, text),
            None => self.drop_early(&text),
        }
    }

    /// The question whose answer nobody is to see, from when it is asked until the server has decided
    /// about the answer.
    pub(crate) fn secret(&self) -> Option<&str> {
        match &self.phase {
            Phase::LoggingIn(login) => login.secret(),
            _ => None,
        }
    }

    /// A line that cannot be sent.
    pub(crate) fn refuse(&mut self, note: Note) {
        self.not_sent += 1;
        self.ask_for(Action::Tell(note));
    }

    /// Drops what the server has not got yet, as a person wishes, and tells how much that was.
    pub(crate) fn drop_unsent(&mut self) {
        let lines = self.talk.outgoing.drop_unsent();
        self.ask_for(Action::Tell(Note::Dropped { lines }));
    }

    /// Tells of a server that cannot save, and ends if that has lasted too long.
    pub(super) fn stop_if_unsaved(&mut self) {
        if let Some(reason) = self.talk.outgoing.poll_unsaved() {
            self.ask_for(Action::Tell(Note::Unsaved { reason }));
        }
        if self.talk.outgoing.is_unsaved_for_good()
            && let Phase::Live = self.phase
        {
            self.ask_for(Action::Send("/quit".to_owned()));
            self.ask_for(Action::HangUp);
            self.end(End::Unsaved(CANNOT_SAVE.to_owned()));
        }
    }

    /// Drops what was typed ahead of a question that the server asks now.
    pub(super) fn drop_held(&mut self) {
        let Phase::LoggingIn(login) = &mut self.phase else {
            return;
        };
        for text in login.take_held() {
            self.drop_early(&text);
        }
    }

    /// Says what was typed ahead, now that the session is in.
    pub(super) fn push_held(&mut self, held: Vec<String>, now: Instant) {
        for text in held {
            self.push(text, now);
        }
    }

    fn drop_early(&mut self, text: &str) {
        self.talk.outgoing.release(text);
        let is_told = match &mut self.phase {
            Phase::LoggingIn(login) => login.tell_early(),
            _ => true,
        };
        self.actions
            .extend(is_told.then_some(Action::Tell(Note::Early)));
    }

    /// Whether a line has a password that is not to go over this connection.
    fn withholds(&self, text: &str) -> bool {
        self.options.withholds_passwords && holds_secret(text)
    }

    /// What a person has typed at a prompt.
    fn answer_prompt(&mut self, asked: Asked, text: String) {
        self.talk.outgoing.release(&text);
        let answer = match asked {
            Asked::ServerPassword => {
                self.identity.server_password = Some(text.clone());
                text
            }
            Asked::Name if self.withholds(&text) => {
                self.ask_for(Action::Tell(Note::Withheld));
                return self.ask_for_name(NAME_PROMPT.into());
            }
            Asked::Name => {
                self.identity.learn_answer(&text);
                text
            }
            Asked::Password { prompt, .. } if text.is_empty() => return self.ask_for_name(prompt),
            Asked::Password { name, .. } => {
                let login = format!("{name}#{text}");
                self.identity.learn_answer(&login);
                login
            }
        };
        self.ask_for(Action::Send(answer));
    }
}
