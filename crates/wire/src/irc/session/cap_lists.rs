//! Lists of capabilities, in lines of 512 bytes (IRCv3, capability negotiation).
//!
//! A client of version 302 accepts a list in several lines. An older one reads the first line and
//! believes that it has everything, so its list is one line, without the capabilities that are of
//! least use to it. Some of version 302 only look at the last line (pydle), which therefore has
//! what is of most use, like that single line.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Session, metadata};
use crate::dialect::Env;
use crate::irc::caps::Cap;
use crate::irc::message::BODY_BYTES_MAX;

/// The first version whose lists have values and several lines.
const VERSION_302: u32 = 302;

/// How a list continues when a line is full.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goes {
    /// It does not: the rest is left out.
    Nowhere,
    /// With a star in all lines but the last.
    On,
    /// As another answer.
    Again,
}

impl Session {
    /// CAP LS: the offered capabilities, with values for clients that know values. Others would not
    /// learn what some capabilities allow, and are not offered those.
    pub(super) fn list_caps(&self, env: &Env<'_>, out: &mut Vec<u8>) {
        let shows_values = self.caps_version >= VERSION_302;
        let sts = self.sts(env).filter(|_| shows_values);
        let caps = Cap::ALL.iter().filter_map(|(cap, name)| match cap {
            Cap::Multiline | Cap::AccountRegistration if !shows_values => None,
            Cap::Metadata | Cap::MetadataTwo if !shows_values => None,
            Cap::Sasl if shows_values => Some(format!("{name}={}", self.mechanisms())),
            Cap::Multiline => Some(format!("{name}{}", super::multiline::limits())),
            Cap::Metadata | Cap::MetadataTwo => Some(format!("{name}{}", metadata::cap_value())),
            Cap::AccountRegistration if env.settings.irc.registers_early => {
                Some(format!("{name}=before-connect"))
            }
            _ => Some(String::from(*name)),
        });
        let caps: Vec<String> = caps.chain(sts).collect();
        self.put_caps("LS", caps.iter().map(String::as_str), env, out);
    }

    /// CAP LIST: what the client has.
    pub(super) fn list_own_caps(&self, env: &Env<'_>, out: &mut Vec<u8>) {
        let own = Cap::ALL.iter().filter(|(cap, _)| self.caps.has(*cap));
        self.put_caps("LIST", own.map(|(_, name)| *name), env, out);
    }

    /// The answer to CAP REQ.
    pub(super) fn answer_caps(&self, answer: &str, list: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        self.put_caps(answer, list.split_ascii_whitespace(), env, out);
    }

    fn put_caps<'a>(
        &self,
        subcommand: &str,
        caps: impl Iterator<Item = &'a str>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let goes = match subcommand {
            "LS" | "LIST" if self.caps_version >= VERSION_302 => Goes::On,
            "LS" | "LIST" => Goes::Nowhere,
            _ => Goes::Again,
        };
        let nick = self.nick();
        let head = format!(":{} CAP {nick} {subcommand} * :", env.settings.irc.server);
        let bytes_max = BODY_BYTES_MAX.saturating_sub(head.len());
        let mut lists = lines(caps, bytes_max);
        match goes {
            Goes::Nowhere => lists.truncate(1),
            Goes::On => lists.reverse(),
            Goes::Again => {}
        }
        let last = lists.len() - 1;
        for (number, list) in lists.iter().enumerate() {
            let goes_on = goes == Goes::On && number < last;
            let star = if goes_on { " *" } else { "" };
            let what = format_args!("CAP {nick} {subcommand}{star} :{list}");
            self.put_server(what, env, out);
        }
    }
}

/// Words in lines of at most `bytes_max` bytes; one line if there are no words.
fn lines<'a>(words: impl Iterator<Item = &'a str>, bytes_max: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in words {
        if !line.is_empty() && line.len() + 1 + word.len() > bytes_max {
            lines.push(core::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}
