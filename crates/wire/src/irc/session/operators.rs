//! OPER, KILL and WALLOPS: what operators do.

use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::{Command, Name};

use super::proving::Way;
use super::{Question, Session};
use crate::dialect::{Ask, Env, Password, Step};
use crate::irc::message::Message;
use crate::irc::text::note;

impl Session {
    /// OPER: logs in to the account of an operator.
    pub(super) fn oper(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let (name, password) = (message.param(0)?, message.rest(1)?);
        match (Name::known(name), Password::parse(&password)) {
            (Some(name), Ok(password)) => {
                let (ask, question) = self.prove(Way::Oper, name, password, None);
                self.later(ask, question);
            }
            _ => self.numeric("464", ":Password incorrect", env, out),
        }
        None
    }

    /// KILL.
    pub(super) fn kill(
        &mut self,
        message: &Message<'_>,
        _: &Env<'_>,
        _: &mut Vec<u8>,
    ) -> Option<Step> {
        let name = message.param(0)?;
        let kick = Command::Kick {
            name: name.into(),
            why: message.param(1).and_then(note),
        };
        self.later(Ask::Command(kick), Question::Operate(name.into()));
        None
    }

    /// WALLOPS.
    pub(super) fn wallops(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Some(text) = message.param(0).and_then(note) else {
            self.numeric("461", "WALLOPS :Not enough parameters", env, out);
            return None;
        };
        let ask = Ask::Command(Command::Announce(text));
        self.later(ask, Question::Operate(String::new()));
        None
    }
}
