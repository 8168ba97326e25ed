//! ISON and USERHOST: which of some names are here.
//!
//! A line can have more names than the hub looks up at once. The rest is asked for when the answer
//! is there; the client gets one reply, since it takes everybody for gone who is not in it.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Display;

use chinwag_core::limits::ONLINE_NAMES_MAX;
use chinwag_core::{Query, WhoLine};

use super::words::ListLine;
use super::{Question, Session};
use crate::dialect::{Ask, Env, Step};
use crate::irc::message::Message;

/// See the [module](self).
#[derive(Clone, Debug)]
pub(super) struct OnlineQuestion {
    command: OnlineCommand,
    /// The names that the hub has yet to be asked about.
    rest: Vec<String>,
    /// Who was found so far.
    people: Vec<WhoLine>,
}

#[derive(Clone, Copy, Debug)]
enum OnlineCommand {
    Ison,
    Userhost,
}

impl OnlineQuestion {
    /// Asks about the next names.
    fn next(&mut self) -> Ask {
        let count = self.rest.len().min(ONLINE_NAMES_MAX);
        Ask::Query(Query::Online(self.rest.drain(..count).collect()))
    }
}

impl Session {
    /// USERHOST.
    pub(super) fn userhost(
        &mut self,
        message: &Message<'_>,
        _: &Env<'_>,
        _: &mut Vec<u8>,
    ) -> Option<Step> {
        self.ask_online(message, OnlineCommand::Userhost);
        None
    }

    /// ISON.
    pub(super) fn ison(
        &mut self,
        message: &Message<'_>,
        _: &Env<'_>,
        _: &mut Vec<u8>,
    ) -> Option<Step> {
        self.ask_online(message, OnlineCommand::Ison);
        None
    }

    fn ask_online(&mut self, message: &Message<'_>, command: OnlineCommand) {
        let words = message.params.iter().flat_map(|param| param.split(' '));
        let names = words.filter(|name| !name.is_empty());
        let mut question = OnlineQuestion {
            command,
            rest: names.map(String::from).collect(),
            people: Vec::new(),
        };
        let ask = question.next();
        self.later(ask, Question::Online(Box::new(question)));
    }

    /// Takes the answer about some of the names.
    pub(super) fn take_online(
        &mut self,
        mut question: Box<OnlineQuestion>,
        people: &[Option<WhoLine>],
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        question.people.extend(people.iter().flatten().cloned());
        if !question.rest.is_empty() {
            let ask = question.next();
            self.pending.question = Some(Box::new(Question::Online(question)));
            return Some(Step::Ask(ask));
        }
        match question.command {
            OnlineCommand::Ison => {
                let names = question.people.iter().map(|line| line.name.as_str());
                self.put_online("303", names, env, out);
            }
            OnlineCommand::Userhost => {
                let hosts = question.people.iter().filter_map(userhost_of);
                self.put_online("302", hosts, env, out);
            }
        }
        None
    }

    /// The requested people who are here; an empty list if nobody is.
    fn put_online(
        &self,
        code: &str,
        people: impl Iterator<Item = impl Display>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let start = out.len();
        self.put_words(&ListLine::last(code, ":"), people, env, out);
        if out.len() == start {
            self.numeric(code, ":", env, out);
        }
    }
}

/// `ann*=-~ann@host`: an operator who is away.
fn userhost_of(line: &WhoLine) -> Option<String> {
    let source = line.source.as_ref()?;
    let operator = if line.operator { "*" } else { "" };
    let sign = if source.away.is_some() { "-" } else { "+" };
    let (name, user, host) = (&line.name, &source.user, &source.host);
    Some(alloc::format!("{name}{operator}={sign}{user}@{host}"))
}
