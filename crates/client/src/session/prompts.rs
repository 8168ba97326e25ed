//! The questions of a server that lets nobody in yet: for its own password, for a name, and for the
//! password of a name that is registered.
//!
//! The last one is the client's own question. The server would have `NAME#PASSWORD` typed at its prompt,
//! where everybody beside the person could read it; so the client asks for the password alone, as it
//! does for the server's, and puts the two together.

use std::time::Instant;

use super::action::Action;
use super::login::AtPrompt;
use super::phase::Phase;
use super::words::is_wait_for_password;
use super::{End, Note, ServerLine, Session};
use crate::heard::{Heard, SERVER_PASSWORD};
use crate::note::WITHHELD;

impl Session {
    /// Asks a person who has no password for another name.
    pub(super) fn ask_for_name(&mut self, prompt: Vec<u8>) {
        if let Phase::LoggingIn(login) = &mut self.phase {
            login.ask_for_name();
        }
        self.ask_for(Action::Show(prompt));
    }

    pub(super) fn handle_prompt(&mut self, prompt: Vec<u8>, now: Instant) {
        let Phase::LoggingIn(login) = &mut self.phase else {
            return;
        };
        if prompt.ends_with(SERVER_PASSWORD) {
            self.handle_password_prompt(prompt, now);
            return self.drop_held();
        }
        match login.handle_prompt() {
            AtPrompt::Wait => {}
            AtPrompt::Ask => {
                let shown = login.ask(prompt);
                self.drop_held();
                self.ask_for(Action::Show(shown));
            }
            AtPrompt::AnswerAloud => {
                self.ask_for(Action::Show(self.identity.aloud(prompt)));
                self.ask_for(Action::Send(self.identity.login.clone()));
            }
            AtPrompt::Answer => {
                let answer = self.identity.answer(login.attempt());
                self.ask_for(Action::Send(answer));
            }
            AtPrompt::Refused => {
                self.ask_for(Action::HangUp);
                self.handle_closed("the server asks for another name.", now);
            }
        }
    }

    fn handle_password_prompt(&mut self, mut prompt: Vec<u8>, now: Instant) {
        let Phase::LoggingIn(login) = &mut self.phase else {
            return;
        };
        if self.options.withholds_passwords {
            self.ask_for(Action::HangUp);
            return self.end(End::Refused(format!("it asks for a password: {WITHHELD}")));
        }
        let known = self.identity.server_password.clone();
        match (login.handle_password_prompt(known.is_some()), known) {
            (AtPrompt::Answer, Some(password)) => {
                if login.is_by_person() {
                    prompt.push(b'\n');
                    self.ask_for(Action::Show(prompt));
                }
                self.ask_for(Action::Send(password));
            }
            (AtPrompt::Ask, _) => self.ask_for(Action::Show(prompt)),
            _ => {
                self.ask_for(Action::HangUp);
                self.handle_closed("the server asks for a password.", now);
            }
        }
    }

    /// What the server has said about the name and its password, for a script: its output may be read
    /// by a program.
    pub(super) fn login_remark<'a>(&self, heard: &Heard<'a>) -> Option<&'a str> {
        match heard {
            Heard::Alone(words)
                if !self.options.is_attended && words.contains("the password was not needed") =>
            {
                Some(words)
            }
            _ => None,
        }
    }

    pub(super) fn login_line(&mut self, line: ServerLine, heard: &Heard<'_>, now: Instant) {
        let Phase::LoggingIn(login) = &mut self.phase else {
            return;
        };
        match heard {
            Heard::Arrived { .. } | Heard::Returned { .. } => {
                let held = login.take_held();
                self.settle(line, matches!(heard, Heard::Returned { .. }), now);
                self.push_held(held, now);
            }
            _ => {
                login.handle_line(heard, &line.plain);
                if !login.is_by_person() {
                    if is_wait_for_password(&line.plain) {
                        let words = line.plain;
                        self.ask_for(Action::Tell(Note::Login { words }));
                    }
                    return;
                }
                match login.known_name(&self.identity.login, &line.plain) {
                    Some(_) if self.options.withholds_passwords => {
                        login.need_no_password();
                        self.show(line);
                        self.ask_for(Action::Tell(Note::Withheld));
                    }
                    Some(words) => self.ask_for(Action::Show(words.into_bytes())),
                    None => self.show(line),
                }
            }
        }
    }
}
