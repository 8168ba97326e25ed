//! What clients say unprompted to the bots of other networks.

use alloc::vec::Vec;
use core::fmt::Display;

use chinwag_core::Name;

use super::accounts::AccountStep;
use super::{Question, Session};
use crate::dialect::{Ask, Env, Password, Step};
use crate::irc::line::{end_shown, put};
use crate::irc::message::Message;

/// A bot of other networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    NickServ,
    ChanServ,
}

impl Service {
    /// The service of this name, in any case; with or without the server after it, which other
    /// networks want so that nobody else gets a password.
    pub(super) fn called(typed: &str) -> Option<Self> {
        let name = typed.split('@').next().unwrap_or_default();
        let mut all = [Self::NickServ, Self::ChanServ].into_iter();
        all.find(|service| service.name().eq_ignore_ascii_case(name))
    }

    fn name(self) -> &'static str {
        match self {
            Self::NickServ => "NickServ",
            Self::ChanServ => "ChanServ",
        }
    }

    /// What replaces it here.
    fn help(self) -> &'static str {
        match self {
            Self::NickServ => {
                "Here is no bot. REGISTER PASSWORD registers your name, IDENTIFY PASSWORD \
                 logs you in, GHOST NAME PASSWORD takes a name of yours back; or use SASL."
            }
            Self::ChanServ => {
                "Here is no bot. A room needs no registration: it belongs to the registered name that makes it, \
                 by JOIN. MODE, KICK, INVITE, TOPIC and RENAME govern it; HELP MODE tells how."
            }
        }
    }
}

impl Session {
    /// NS and CS, which say the rest of the line to one of them.
    pub(super) fn service(
        &mut self,
        service: Service,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let text = message.rest(0).unwrap_or_default();
        self.speak_to_service(service, &text, env, out);
        None
    }

    /// Does what NickServ was told, or says what would be done.
    pub(super) fn speak_to_service(
        &mut self,
        service: Service,
        text: &str,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let text = text.trim();
        let (command, rest) = text.split_once(' ').unwrap_or((text, ""));
        let command = command.to_ascii_uppercase();
        let rest = Some(rest.trim_start()).filter(|rest| !rest.is_empty());
        let own = self.here().map(|here| here.name.clone());
        let own = own.filter(|_| service == Service::NickServ);
        match (command.as_str(), rest, own) {
            ("IDENTIFY" | "LOGIN" | "ID", Some(rest), Some(own)) => {
                if self.identify(own, rest).is_none() {
                    self.say_as(service, "That cannot be a password.", env, out);
                }
            }
            ("REGISTER", Some(rest), Some(_)) => match Password::parse(without_address(rest)) {
                Ok(password) => {
                    let step = AccountStep::Register { to_service: true };
                    self.later(Ask::Register(password), Question::Account(step));
                }
                Err(_) => self.say_as(service, "That cannot be a password.", env, out),
            },
            ("GHOST" | "REGAIN" | "RECOVER" | "RELEASE", Some(rest), Some(own)) => {
                self.take_back(own, rest, env, out);
            }
            _ => self.say_as(service, service.help(), env, out),
        }
    }

    /// Takes a name from whatever connection has it. Other networks end that and leave the client
    /// to send NICK; here it has the name at once.
    fn take_back(&mut self, own: Name, typed: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let (name, password) = match typed.split_once(' ') {
            Some((name, password)) => (name, Password::parse(password).ok()),
            None => (typed, None),
        };
        match Name::parse(name) {
            Ok(name) if name == own => self.say_as(Service::NickServ, "You have it.", env, out),
            Ok(name) => self.later(Ask::Rename { name, password }, Question::TakeBack),
            Err(_) => self.say_as(Service::NickServ, "That is nobody's name.", env, out),
        }
    }

    pub(super) fn say_as(
        &self,
        service: Service,
        words: impl Display,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let (service, nick) = (service.name(), self.nick());
        let server = &env.settings.irc.server;
        let body = out.len();
        put(
            out,
            format_args!(":{service}!{service}@{server} NOTICE {nick} :{words}"),
        );
        end_shown(out, body);
    }
}

/// A password without the e-mail address that other networks want after it.
fn without_address(typed: &str) -> &str {
    match typed.rsplit_once(' ') {
        Some((password, address)) if address.contains('@') => password,
        _ => typed,
    }
}
