//! PRIVMSG, NOTICE and TAGMSG: what is said to rooms and to people.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::{Command, Event, Fact, IrcForm, Manner, Rejection, RoomName, RoomRef, Seq};
use chinwag_core::{SignalTarget, Text};

use super::{Question, Session};
use crate::dialect::{Ask, Env, Step};
use crate::irc::caps::Cap;
use crate::irc::line::{Tags, put_tagged};
use crate::irc::message::Message;
use crate::irc::render::Said;

/// Receivers of one command.
const TARGETS_MAX: usize = 4;

/// What was said in rooms and is not answered yet, in order.
#[derive(Debug, Default)]
pub(super) struct Talk {
    said: VecDeque<Spoken>,
    /// The places of messages that were echoed under their label.
    echoed: VecDeque<Seq>,
}

/// A message in flight.
#[derive(Debug)]
struct Spoken {
    room: RoomName,
    is_notice: bool,
    /// The message again, if its echo bears a label.
    labelled: Option<Box<Labelled>>,
    label: Option<Box<str>>,
}

#[derive(Debug)]
struct Labelled {
    text: Text,
    manner: Manner,
    form: IrcForm,
}

/// Messages whose labelled echo is remembered: more are not in flight.
const ECHOES_MAX: usize = 256;

/// What is to be said.
struct Saying {
    text: Text,
    manner: Manner,
    form: IrcForm,
}

impl Talk {
    /// Whether an event is a message whose echo was written with its label, or may be.
    pub(super) fn has_own_echo(&self, event: &Event) -> bool {
        match &event.fact {
            Fact::Said { .. } => {
                let is_awaited = self.said.iter().any(|spoken| spoken.labelled.is_some());
                is_awaited || self.echoed.contains(&event.seq)
            }
            Fact::Signal(_) => false,
            _ => true,
        }
    }
}

impl Session {
    /// PRIVMSG and NOTICE.
    pub(super) fn say(
        &mut self,
        message: &Message<'_>,
        is_notice: bool,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Some(targets) = message.param(0) else {
            if !is_notice {
                self.numeric("411", ":No recipient given", env, out);
            }
            return None;
        };
        let Some(typed) = message.param(1) else {
            if !is_notice {
                self.numeric("412", ":No text to send", env, out);
            }
            return None;
        };
        for target in self.targets(targets, is_notice, env, out) {
            if is_service(target) {
                self.speak_to_service(target, typed, env, out);
                continue;
            }
            match read(typed, is_notice, message.client_tags()) {
                Spoke::Said(saying) => self.say_to(target, saying, is_notice, env, out),
                Spoke::Signal(form) => self.signal(target, is_notice, form),
                Spoke::Nothing => {}
            }
        }
        None
    }

    /// TAGMSG.
    pub(super) fn tagmsg(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Some(targets) = message.param(0) else {
            self.numeric("461", "TAGMSG :Not enough parameters", env, out);
            return None;
        };
        let tags = message.client_tags();
        if tags.is_empty() {
            return None;
        }
        for target in self.targets(targets, false, env, out) {
            let form = IrcForm {
                text: None,
                tags: Some(tags.as_str().into()),
            };
            self.signal(target, false, form);
        }
        None
    }

    /// The receivers of a message, each once.
    fn targets<'a>(
        &self,
        typed: &'a str,
        is_notice: bool,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Vec<&'a str> {
        let mut targets: Vec<&str> = Vec::new();
        for target in typed.split(',').filter(|target| !target.is_empty()) {
            if targets
                .iter()
                .any(|other| other.eq_ignore_ascii_case(target))
            {
                continue;
            }
            if targets.len() == TARGETS_MAX {
                if !is_notice {
                    self.numeric(
                        "407",
                        format_args!("{target} :Too many recipients"),
                        env,
                        out,
                    );
                }
                break;
            }
            targets.push(target);
        }
        targets
    }

    fn say_to(
        &mut self,
        target: &str,
        saying: Saying,
        is_notice: bool,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let Saying { text, manner, form } = saying;
        if !target.starts_with('#') {
            let ask = Ask::Command(Command::PrivateMessage {
                to: target.into(),
                text,
                manner,
                irc: form.kept(),
            });
            let to = target.into();
            return self.later(ask, Question::Private { to, is_notice });
        }
        let Ok(room) = RoomName::parse(target) else {
            if !is_notice {
                self.numeric("403", format_args!("{target} :No such channel"), env, out);
            }
            return;
        };
        let label = self.take_label();
        let echoes = label.is_some() && self.caps.has(Cap::EchoMessage);
        let labelled = echoes.then(|| {
            let (text, form) = (text.clone(), form.clone());
            Box::new(Labelled { text, manner, form })
        });
        self.talk.said.push_back(Spoken {
            room: room.clone(),
            is_notice,
            labelled,
            label,
        });
        let say = Command::Say {
            room: RoomRef::Name(room),
            text,
            manner,
            key: None,
            irc: form.kept(),
        };
        self.later(Ask::Command(say), Question::Quiet);
    }

    fn signal(&mut self, target: &str, is_notice: bool, form: IrcForm) {
        let to = match RoomName::parse(target) {
            Ok(room) if target.starts_with('#') => SignalTarget::Room(room),
            _ => SignalTarget::Person(target.into()),
        };
        let ask = Ask::Command(Command::Signal {
            to,
            is_notice,
            form,
        });
        let to = target.into();
        self.later(ask, Question::Private { to, is_notice });
    }

    /// The oldest message in flight is on its way, and has this place.
    pub(super) fn handle_sent(&mut self, seq: Seq, env: &Env<'_>, out: &mut Vec<u8>) {
        let Some(spoken) = self.talk.said.pop_front() else {
            return;
        };
        let Some(label) = spoken.label else { return };
        let Some(labelled) = spoken.labelled else {
            let ack = alloc::format!(":{} ACK\r\n", env.settings.irc.server);
            return put_tagged(out, ack.as_bytes(), "label", &label);
        };
        if self.talk.echoed.len() == ECHOES_MAX {
            self.talk.echoed.pop_front();
        }
        self.talk.echoed.push_back(seq);
        let mut lines = Vec::new();
        self.put_echo(&labelled, (&spoken.room, seq), env, &mut lines);
        for (number, line) in lines.split_inclusive(|byte| *byte == b'\n').enumerate() {
            match number {
                0 => put_tagged(out, line, "label", &label),
                _ => out.extend_from_slice(line),
            }
        }
    }

    fn put_echo(
        &self,
        labelled: &Labelled,
        (room, seq): (&RoomName, Seq),
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let Some(here) = self.here() else { return };
        let form = &labelled.form;
        let mut tags = Tags {
            at: Some(env.wall),
            msgid: Some(seq.0),
            account: here.account.as_ref(),
            bot: here.flags.bot,
            client: form.tags.as_deref(),
            batch: None,
        };
        let said = Said {
            name: &here.name,
            to: &alloc::format!("{room}"),
            text: form.text.as_deref().unwrap_or(&labelled.text),
            manner: labelled.manner,
            form: Some(form),
        };
        let from = format_args!("{}!{}", here.name, here.userhost);
        said.put_from(from, &mut tags, self.caps, out);
    }

    /// The oldest message in flight was refused.
    pub(super) fn handle_not_sent(
        &mut self,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let Some(spoken) = self.talk.said.pop_front() else {
            return;
        };
        let mut lines = Vec::new();
        if !spoken.is_notice {
            let room = alloc::format!("{}", spoken.room);
            self.cannot_send(&room, rejection, env, &mut lines);
        }
        match spoken.label {
            Some(label) if lines.is_empty() => {
                let ack = alloc::format!(":{} ACK\r\n", env.settings.irc.server);
                put_tagged(out, ack.as_bytes(), "label", &label);
            }
            Some(label) => put_tagged(out, &lines, "label", &label),
            None => out.extend_from_slice(&lines),
        }
    }
}

enum Spoke {
    Said(Saying),
    Signal(IrcForm),
    Nothing,
}

/// What a text is: CTCP's ACTION is an action of the chat, other CTCP a signal between clients.
fn read(typed: &str, is_notice: bool, tags: String) -> Spoke {
    let tags = (!tags.is_empty()).then(|| tags.into_boxed_str());
    let raw: String = typed.chars().filter(|c| *c != '\0').collect();
    let ctcp = raw.strip_prefix('\x01');
    let action = ctcp.and_then(|ctcp| ctcp.strip_prefix("ACTION "));
    let (spoken, manner) = match (ctcp, action) {
        (Some(_), None) => {
            let text = Some(raw.into_boxed_str());
            return Spoke::Signal(IrcForm { text, tags });
        }
        (_, Some(action)) => (action.trim_end_matches('\x01'), Manner::Action),
        (None, None) if is_notice => (&*raw, Manner::Notice),
        (None, None) => (&*raw, Manner::Speech),
    };
    let Some(text) = Text::parse(&without_format(spoken)) else {
        return Spoke::Nothing;
    };
    let differs = *text != *spoken;
    let form = IrcForm {
        text: differs.then(|| spoken.into()),
        tags,
    };
    Spoke::Said(Saying { text, manner, form })
}

/// A text without IRC's colours and styles (modern.ircdocs.horse, formatting), which are for its own
/// clients alone.
fn without_format(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\x02' | '\x0f' | '\x11' | '\x16' | '\x1d' | '\x1e' | '\x1f' => {}
            // A colour, or two: one or two digits each.
            '\x03' => {
                for _ in 0..2 {
                    if chars.next_if(char::is_ascii_digit).is_none() {
                        break;
                    }
                    chars.next_if(char::is_ascii_digit);
                    let mut ahead = chars.clone();
                    let has_second = ahead.next() == Some(',')
                        && ahead.next().is_some_and(|c| c.is_ascii_digit());
                    if !has_second {
                        break;
                    }
                    chars.next();
                }
            }
            // A colour of six hexadecimal digits.
            '\x04' => {
                for _ in 0..6 {
                    chars.next_if(char::is_ascii_hexdigit);
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// The services of other networks that clients speak to unasked.
fn is_service(target: &str) -> bool {
    target.eq_ignore_ascii_case("NickServ") || target.eq_ignore_ascii_case("ChanServ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: &str) {
        assert_eq!(without_format(typed), expected, "{typed:?}");
    }

    #[test]
    fn colours_and_styles_go() {
        check("\x02bold\x02 \x1ditalic\x0f", "bold italic");
        check("\x0304,12red\x03 on", "red on");
        check("\x033,a \x03,5 \x0312,", ",a ,5 ,");
        check("\x04ff0000red", "red");
        check("plain", "plain");
    }
}
