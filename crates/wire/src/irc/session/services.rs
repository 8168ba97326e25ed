//! What clients say unasked to the bots that other networks have.

use alloc::vec::Vec;
use core::fmt::Display;

use chinwag_core::Name;

use super::accounts::AccountStep;
use super::{Question, Session};
use crate::dialect::{Ask, Env, Password};
use crate::irc::line::put;

/// A bot of other networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    NickServ,
    ChanServ,
}

impl Service {
    /// The one that is called so, in whatever case.
    pub(super) fn called(typed: &str) -> Option<Self> {
        let mut all = [Self::NickServ, Self::ChanServ].into_iter();
        all.find(|service| service.name().eq_ignore_ascii_case(typed))
    }

    fn name(self) -> &'static str {
        match self {
            Self::NickServ => "NickServ",
            Self::ChanServ => "ChanServ",
        }
    }
}

impl Session {
    /// Does what was said to NickServ, or tells what would be done.
    pub(super) fn speak_to_service(
        &mut self,
        service: Service,
        text: &str,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let mut words = text.split_ascii_whitespace();
        let command = words.next().unwrap_or_default().to_ascii_uppercase();
        let (first, second) = (words.next(), words.next());
        let own = self.here().map(|here| here.name.clone());
        let own = own.filter(|_| service == Service::NickServ);
        match (command.as_str(), first, own) {
            ("IDENTIFY" | "LOGIN" | "ID", Some(first), Some(own)) => {
                let (name, password) = match second {
                    Some(password) => (Name::known(first).unwrap_or(own), password),
                    None => (own, first),
                };
                if let Ok(password) = Password::parse(password) {
                    let step = AccountStep::LogIn { is_sasl: false };
                    self.log_in(name, Some(password), Question::Account(step));
                }
            }
            ("REGISTER", Some(password), Some(_)) => match Password::parse(password) {
                Ok(password) => {
                    let step = AccountStep::Register { to_service: true };
                    self.later(Ask::Register(password), Question::Account(step));
                }
                Err(_) => self.say_as(service, "That cannot be a password.", env, out),
            },
            _ => {
                let help = "Here is no bot. REGISTER PASSWORD registers your name, IDENTIFY PASSWORD \
                            logs you in; or use SASL.";
                self.say_as(service, help, env, out);
            }
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
        put(
            out,
            format_args!(":{service}!service@{server} NOTICE {nick} :{words}\r\n"),
        );
    }
}
