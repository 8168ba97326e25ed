//! The name prompt.
//!
//! A person who gets a name wrong is asked again. A script that spoke before the prompt is not, nor
//! one that has sent more after the name: its next line would be taken for a name, and shown to
//! everybody what was meant for a room.
//!
//! On a server with a password that comes first, at a prompt of its own; a script sends it as its
//! first line.

use alloc::format;
use alloc::vec::Vec;

use chinwag_core::limits::SNIFF_TIME;
use chinwag_core::{Monotonic, Name, Query, Rejection};

use super::{Question, Session, Stage};
use crate::dialect::{Ask, Env, Password, Step};
use crate::input::Input;
use crate::plain::parse::{parse_login, parse_prompted_word};
use crate::plain::render::{Notice, Renderer};
use crate::plain::request::{Context, LoginLine};
use crate::sniff::{Protocol, Spoke, is_telnet_alone, is_tls, sniff_silent};

/// For a program whose first bytes come after an empty line, and too late to be recognised.
pub(super) const TAKEN_FOR_A_PERSON: &[u8] =
    b"! NOT sent: that is no line of chat. An empty line before it has made you a guest here.\n";

/// The protocol whose clients begin with this line.
pub(super) fn protocol_of(line: &str) -> Protocol {
    let line = format!("{line}\r\n");
    sniff_silent(line.as_bytes(), Spoke::First)
}

/// Whether a line is the beginning of a TLS handshake, which comes too late: nobody says that.
pub(super) fn begins_tls(input: &Input<'_>) -> bool {
    let begin = match input {
        Input::Line(line) => line.as_bytes(),
        Input::NotUtf8 { begins, .. } => begins.as_bytes(),
        _ => return false,
    };
    // The third byte is part of the version as well, and no key of a terminal sends it.
    is_tls(begin) && begin.get(2).is_some_and(|byte| *byte <= 4)
}

pub(super) fn log_in(name: Option<Name>, password: Option<Password>, is_script: bool) -> Ask {
    Ask::LogIn {
        name,
        password,
        is_script,
        irc: None,
    }
}

/// The state of choosing a name.
#[derive(Debug)]
pub(super) struct Login {
    /// Names or passwords tried in vain.
    tries: u8,
    /// Bytes used up for that.
    bytes: usize,
    until: Monotonic,
    /// The client did not wait for the prompt.
    is_script: bool,
    /// More has come after this line, so nobody waits for the answer to it.
    has_more: bool,
    /// Others can listen.
    is_exposed: bool,
    /// The next line has to be the server's password.
    asks_password: bool,
}

impl Login {
    pub(super) fn new(is_script: bool, env: &Env<'_>) -> Self {
        Self {
            tries: 0,
            bytes: 0,
            until: env.now + env.settings.login_time,
            is_script,
            has_more: false,
            is_exposed: false,
            asks_password: env.settings.asks_password,
        }
    }

    pub(super) fn until(&self) -> Monotonic {
        self.until
    }
}

impl Session {
    /// See [`Dialect::handle_greet`](crate::dialect::Dialect::handle_greet).
    pub(crate) fn handle_greet(
        &mut self,
        is_exposed: bool,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if !self.asks_password() {
            if let Stage::Login(login) = &mut self.stage {
                login.is_exposed = is_exposed;
            }
            return Some(Step::Ask(Ask::Query(Query::Greeting)));
        }
        // The person must know that others can listen before typing the password.
        let offer = is_exposed.then_some(env.settings.port);
        let server = &env.settings.server_name;
        self.renderer(env).password_greeting(out, server, offer);
        None
    }

    /// Whether the client pressed Enter for a name a moment ago. It may be a program then, which
    /// sent an empty line first.
    pub(super) fn has_just_come(&self, now: Monotonic) -> bool {
        matches!(self.question, Some(Question::Guest(at)) if now.since(at) < SNIFF_TIME)
    }

    fn asks_password(&self) -> bool {
        matches!(&self.stage, Stage::Login(login) if login.asks_password)
    }

    /// A line in the place of the server's password.
    fn handle_password_line(
        &mut self,
        line: &str,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        match Password::parse(line) {
            Ok(_) if line == "/quit" => Some(Step::Close),
            Ok(password) if !line.is_empty() => Some(Step::Ask(Ask::Enter(password))),
            _ => self.handle_login_rejection(&Rejection::WrongServerPassword, env, out),
        }
    }

    /// The server's password was right: the name is next.
    pub(super) fn handle_admitted(&mut self) -> Option<Step> {
        let Stage::Login(login) = &mut self.stage else {
            return None;
        };
        (login.asks_password, login.tries) = (false, 0);
        let greets = !login.is_script;
        greets.then_some(Step::Ask(Ask::Query(Query::Greeting)))
    }

    pub(super) fn handle_login_line(
        &mut self,
        line: &str,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if self.asks_password() {
            return self.handle_password_line(line, env, out);
        }
        let prompted = parse_prompted_word(line).filter(|_| !self.is_script());
        let parsed = prompted.map_or_else(|| parse_login(line), Ok);
        let wanted = self.take_wanted();
        if let Some(step) = self.guess_at_prompt(line, &parsed, wanted, env) {
            return Some(step);
        }
        match parsed {
            Ok(LoginLine::Name { name, password }) => {
                Some(Step::Ask(log_in(name, password, self.is_script())))
            }
            Ok(LoginLine::Resume(code)) => {
                let resume = Question::Command(Context::Command("resume"));
                self.question = Some(resume);
                Some(Step::Ask(Ask::Resume { code, after: None }))
            }
            Ok(LoginLine::Help) => {
                let renderer = self.renderer(env);
                renderer.login_help(out);
                // The next line of a script would be taken for a name.
                if !self.waits_at_prompt() {
                    return Some(Step::Close);
                }
                renderer.prompt(out);
                None
            }
            Ok(LoginLine::Quit) => Some(Step::Close),
            Err(error) => self.refuse_login(env, out, |r, out| r.login_parse_error(out, &error)),
        }
    }

    pub(super) fn handle_bad_login_line(
        &mut self,
        notice: Notice,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if !self.waits_at_prompt() {
            self.renderer(env).not_joined_unread(out, notice);
            return Some(Step::Close);
        }
        self.refuse_login(env, out, |r, out| r.notice(out, notice))
    }

    /// Says why the server has no time for a password now, and asks again.
    pub(super) fn handle_busy_login(
        &mut self,
        notice: Notice,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        self.refuse_login(env, out, |r, out| r.notice(out, notice))
    }

    pub(super) fn is_script(&self) -> bool {
        matches!(&self.stage, Stage::Login(login) if login.is_script)
    }

    /// Whether the client reads the answer to a name before it sends another.
    fn waits_at_prompt(&self) -> bool {
        matches!(&self.stage, Stage::Login(login) if !login.is_script && !login.has_more)
    }

    /// See [`Dialect::handle_unread`](crate::dialect::Dialect::handle_unread). The second byte of a
    /// line's end is nothing, and telnet may have something to say of its own.
    pub(crate) fn handle_unread(&mut self, rest: &[u8]) {
        if let Stage::Login(login) = &mut self.stage {
            let rest = match rest {
                [b'\n' | b'\0', rest @ ..] => rest,
                rest => rest,
            };
            login.has_more = !rest.is_empty() && !is_telnet_alone(rest);
        }
    }

    /// Says why the login was refused.
    pub(super) fn handle_login_rejection(
        &mut self,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let is_final = matches!(
            rejection,
            Rejection::ServerFull { .. } | Rejection::Banned { .. }
        );
        if is_final {
            self.renderer(env).login_refusal(out, rejection);
            return Some(Step::Close);
        }
        if let Rejection::NeedsServerPassword | Rejection::WrongServerPassword = rejection {
            if let Stage::Login(login) = &mut self.stage {
                login.asks_password = true;
            }
            if self.is_script() {
                return self.refuse_login(env, out, |r, out| r.needs_password_line(out));
            }
        }
        self.refuse_login(env, out, |r, out| r.login_refusal(out, rejection))
    }

    /// Says why a login was refused and asks again, unless it was the last try or a script would
    /// read the question.
    fn refuse_login(
        &mut self,
        env: &Env<'_>,
        out: &mut Vec<u8>,
        write: impl FnOnce(&Renderer, &mut Vec<u8>),
    ) -> Option<Step> {
        let Stage::Login(login) = &mut self.stage else {
            return None;
        };
        login.tries += 1;
        let tries = login.tries;
        let renderer = self.renderer(env);
        if !self.waits_at_prompt() {
            renderer.not_joined(out, |words| write(&renderer, words));
            return Some(Step::Close);
        }
        write(&renderer, out);
        if tries >= env.settings.login_tries_max {
            return Some(self.give_up_login(env, out));
        }
        match self.asks_password() {
            true => renderer.password_prompt(out),
            false => renderer.prompt(out),
        }
        None
    }

    /// The answer to the question of [`handle_greet`](Self::handle_greet).
    pub(super) fn greet(&self, people: usize, rooms: usize, env: &Env<'_>, out: &mut Vec<u8>) {
        let is_exposed = matches!(&self.stage, Stage::Login(login) if login.is_exposed);
        let offer = is_exposed.then_some(env.settings.port);
        let server = &env.settings.server_name;
        self.renderer(env)
            .greeting(out, server, offer, people, rooms);
    }

    pub(super) fn give_up_login(&self, env: &Env<'_>, out: &mut Vec<u8>) -> Step {
        let notice = match self.asks_password() {
            true => Notice::NoPassword,
            false => Notice::NoName,
        };
        self.renderer(env).notice(out, notice);
        Step::Close
    }

    /// Counts bytes that a connection without a name has sent, and returns whether they are too
    /// many.
    pub(super) fn count_login_bytes(&mut self, taken: usize, env: &Env<'_>) -> bool {
        let Stage::Login(login) = &mut self.stage else {
            return false;
        };
        login.bytes += taken;
        login.bytes > env.settings.login_bytes_max
    }
}
