//! A password typed alone, in answer to a refusal that asks for one.
//!
//! Who is told that a name is registered, or that a password was wrong, often types nothing but the
//! password. As a name or a message everybody would read it. So the one line after such a refusal
//! is checked first, as that account's password, in the way of `NAME#PASSWORD` and within the same
//! limits. A right one does what was refused; any other line is what it always was. Input waits
//! for the check, so the order of the lines stays.

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::{Manner, Name, Rejection, RoomId, Text};

use super::login::log_in;
use super::requests::say;
use super::{Question, Session, Stage};
use crate::dialect::{Ask, Env, Password, Step};
use crate::plain::request::{Context, LoginLine, Request};

/// What needs the password of a name.
#[derive(Debug)]
pub(super) struct Wanted {
    name: Name,
    way: Way,
}

/// Where it was asked for.
#[derive(Clone, Copy, Debug)]
enum Way {
    Prompt,
    Nick,
    Login { beside: bool },
    Unclaim,
    ChangePassword,
}

/// A line that may be the password.
#[derive(Debug)]
pub(super) struct Guess {
    wanted: Wanted,
    password: Password,
    /// What the line says otherwise, and where; at the prompt it is a name.
    said: Option<(RoomId, Text)>,
}

impl Wanted {
    pub(super) fn context(&self) -> Context {
        match self.way {
            Way::Prompt => Context::Prompt,
            Way::Nick => Context::Command("nick"),
            Way::Login { .. } => Context::Command("login"),
            Way::Unclaim => Context::Command("unclaim"),
            Way::ChangePassword => Context::Command("passwd"),
        }
    }

    /// Whether the password brings the person another name or account.
    pub(super) fn leads_on(&self) -> bool {
        matches!(self.way, Way::Nick | Way::Login { .. })
    }
}

impl Guess {
    pub(super) fn context(&self) -> Context {
        match self.said {
            Some(_) => Context::Speech,
            None => Context::Prompt,
        }
    }
}

/// Whether a refusal asks for a password.
fn asks_password(rejection: &Rejection) -> bool {
    matches!(
        rejection,
        Rejection::NameRegistered(_)
            | Rejection::WrongPassword(_)
            | Rejection::NeedsProof
            | Rejection::CertificateUnchecked
    )
}

impl Session {
    /// What a request needs a password for, if it does.
    pub(super) fn wanted_by(&self, request: &Request) -> Option<Box<Wanted>> {
        let own = || self.account().cloned();
        let (name, way) = match request {
            Request::Rename { name, .. } => (name.clone(), Way::Nick),
            Request::LogInTo { name, beside, .. } => (name.clone(), Way::Login { beside: *beside }),
            Request::Unclaim(_) => (own()?, Way::Unclaim),
            Request::ChangePassword { .. } => (own()?, Way::ChangePassword),
            _ => return None,
        };
        Some(Box::new(Wanted { name, way }))
    }

    /// Notes that a command was refused, for which a password may be next.
    pub(super) fn note_refused(&mut self, wanted: Box<Wanted>, rejection: &Rejection) {
        self.question = asks_password(rejection).then_some(Question::Wanted(wanted));
    }

    /// Notes that a name was refused at the prompt, after which its password may be next.
    pub(super) fn note_refused_name(&mut self, rejection: &Rejection) {
        if let Rejection::NameRegistered(name) | Rejection::WrongPassword(name) = rejection {
            let (name, way) = (name.clone(), Way::Prompt);
            self.question = Some(Question::Wanted(Box::new(Wanted { name, way })));
        }
    }

    /// Takes out what the line that has come may be the password for.
    pub(super) fn take_wanted(&mut self) -> Option<Box<Wanted>> {
        let is_wanted = |question: &mut Question| matches!(question, Question::Wanted(_));
        match self.question.take_if(is_wanted)? {
            Question::Wanted(wanted) => Some(wanted),
            _ => None,
        }
    }

    /// Has a line at the prompt checked first, if it may be a password and was read as `parsed`.
    pub(super) fn guess_at_prompt<E>(
        &mut self,
        line: &str,
        parsed: &Result<LoginLine, E>,
        wanted: Option<Box<Wanted>>,
        env: &Env<'_>,
    ) -> Option<Step> {
        let wanted = wanted?;
        let may_be = match parsed {
            Ok(LoginLine::Name {
                name: Some(name),
                password,
            }) => password.is_none() || !name.same_as(&wanted.name),
            Ok(_) => false,
            Err(_) => true,
        };
        match may_be && !line.trim_start().starts_with('/') {
            true => self.guess(line, None, *wanted, env),
            false => None,
        }
    }

    /// Has a message checked first, if it may be a password.
    pub(super) fn guess_in_chat(
        &mut self,
        line: &str,
        request: &Request,
        wanted: Option<Box<Wanted>>,
        env: &Env<'_>,
    ) -> Option<Step> {
        match request {
            Request::Say(text) => {
                let said = (self.current()?, text.clone());
                self.guess(line, Some(said), *wanted?, env)
            }
            _ => None,
        }
    }

    fn guess(
        &mut self,
        line: &str,
        said: Option<(RoomId, Text)>,
        wanted: Wanted,
        env: &Env<'_>,
    ) -> Option<Step> {
        let password = Password::parse(line).ok()?;
        // What is no password must not be counted as a wrong one, of which the owner is told.
        if password.letters() < env.settings.password_letters_min {
            return None;
        }
        let prove = Ask::Prove {
            name: wanted.name.clone(),
            password: password.clone(),
        };
        let guess = Guess {
            wanted,
            password,
            said,
        };
        self.question = Some(Question::Guess(Box::new(guess)));
        Some(Step::Ask(prove))
    }

    /// The line was the password.
    pub(super) fn handle_proven(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let Some(Question::Guess(guess)) = self.question.take() else {
            return None;
        };
        let Guess {
            wanted, password, ..
        } = *guess;
        let name = wanted.name.clone();
        let ask = match wanted.way {
            Way::Prompt => log_in(Some(name), Some(password), self.is_script()),
            Way::Nick => Ask::Rename {
                name,
                password: Some(password),
            },
            Way::Login { beside } => Ask::LogInTo {
                name,
                password: Some(password),
                beside,
            },
            // What these end or change should be asked for again.
            Way::Unclaim | Way::ChangePassword => {
                self.refuse(&Rejection::ShowsSecret, Context::Speech, env, out);
                return None;
            }
        };
        if let Stage::Chat(_) = self.stage {
            self.question = Some(Question::Account(Box::new(wanted)));
        }
        Some(Step::Ask(ask))
    }

    /// The line was not the password, so it is what it always was.
    pub(super) fn handle_no_password(
        &mut self,
        guess: Guess,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        match guess.said {
            Some((room, text)) => Some(say(room, text, Manner::Speech)),
            None => self.handle_login_line(guess.password.reveal(), env, out),
        }
    }
}
