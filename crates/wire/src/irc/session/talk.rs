//! PRIVMSG, NOTICE and TAGMSG: messages to rooms and to people.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::{Command, Event, Fact, IrcForm, Manner, Rejection, RoomName, RoomRef, Seq};
use chinwag_core::{RoomId, SignalTarget, Standing, Text};

use super::history::is_playback;
use super::rooms::room;
use super::services::Service;
use super::{Question, Session};
use crate::dialect::{Ask, Env, Step};
use crate::irc::caps::Cap;
use crate::irc::line::{Tags, said_with, tags_of_sender};
use crate::irc::message::{BODY_BYTES_MAX, Message};
use crate::irc::mode::read_ranked;
use crate::irc::render::{put_in_room, put_signal_from};
use crate::irc::said::Said;
use crate::irc::text::{Saying, Spoken, spoken};

/// The most receivers of one command.
pub(super) const TARGETS_MAX: usize = 4;

/// Unanswered messages to rooms, in order.
#[derive(Debug, Default)]
pub(super) struct Talk {
    said: VecDeque<InFlight>,
    /// The places of messages that were echoed under their label.
    echoed: VecDeque<Seq>,
}

/// A message in flight.
#[derive(Debug)]
struct InFlight {
    room: RoomName,
    is_notice: bool,
    /// The message again, if its echo bears a label.
    labelled: Option<Box<Labelled>>,
    bears: Bears,
}

/// The label of the result for a message.
#[derive(Debug, PartialEq, Eq)]
enum Bears {
    None,
    Its(Box<str>),
    /// That of the command in flight, which has other receivers as well.
    Shared,
}

#[derive(Debug)]
struct Labelled {
    text: Text,
    manner: Manner,
    form: IrcForm,
}

/// How many labelled echoes are remembered: no more messages are in flight.
const ECHOES_MAX: usize = 256;

/// What is sent and answered before anything else is.
#[derive(Clone, Debug)]
pub(super) struct Sending {
    /// The receiver, as written.
    pub(super) to: String,
    pub(super) is_notice: bool,
    /// What was sent to a room, if its echo has a label.
    pub(super) echo: Option<IrcForm>,
}

impl Talk {
    /// Whether a message is not answered yet.
    pub(super) fn is_in_flight(&self) -> bool {
        !self.said.is_empty()
    }

    /// Whether the echo of a message in flight has a label.
    fn awaits_echo(&self) -> bool {
        self.said.iter().any(|said| said.labelled.is_some())
    }

    fn note_echo(&mut self, seq: Seq) {
        if self.echoed.len() == ECHOES_MAX {
            self.echoed.pop_front();
        }
        self.echoed.push_back(seq);
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
        let Some(targets) = message.list(0) else {
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
        let (targets, rest) = Self::targets(targets);
        if targets.len() > 1 {
            self.share_scope();
        }
        for target in targets {
            if self.is_too_long(target, typed) {
                self.answer_behind(out, |session, out| {
                    session.numeric("417", ":Input line was too long", env, out);
                });
                continue;
            }
            // Any result of a NOTICE to such a service would be an answer.
            if is_playback(target) {
                if !is_notice {
                    self.playback(typed, env, out);
                }
                continue;
            }
            if let Some(service) = Service::called(target) {
                if !is_notice {
                    self.speak_to_service(service, typed, env, out);
                }
                continue;
            }
            match spoken(typed, is_notice, self.tags_of(message)) {
                Spoken::Said(saying) => self.say_to(target, saying, is_notice, env, out),
                Spoken::Signal(form) => self.signal(target, is_notice, form, env, out),
                Spoken::Nothing if is_notice => {}
                Spoken::Nothing => {
                    self.numeric("412", ":No text to send", env, out);
                    break;
                }
            }
        }
        if !is_notice {
            self.refuse_targets(&rest, env, out);
        }
        if self.is_scope_shared() {
            // Messages to rooms are not waited for otherwise.
            self.ask_fence();
        }
        None
    }

    /// Whether a message does not fit into one line for others, with its source before it: the
    /// client should cut it where it likes.
    fn is_too_long(&self, target: &str, typed: &str) -> bool {
        let head = ":! PRIVMSG  :".len();
        let source = self
            .here()
            .map_or(0, |here| here.name.as_str().len() + here.userhost.len());
        head + source + target.len() + typed.len() > BODY_BYTES_MAX
    }

    /// TAGMSG.
    pub(super) fn tagmsg(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Some(targets) = message.list(0) else {
            return self.lacks_parameters("TAGMSG", env, out);
        };
        if message.client_tags().is_empty() {
            return None;
        }
        let (targets, rest) = Self::targets(targets);
        for target in targets {
            let form = IrcForm {
                text: None,
                tags: self.tags_of(message),
            };
            self.signal(target, false, form, env, out);
        }
        self.refuse_targets(&rest, env, out);
        None
    }

    /// The tags of the client's message.
    pub(super) fn tags_of(&self, message: &Message<'_>) -> Option<Box<str>> {
        let is_bot = self.here().is_some_and(|here| here.flags.bot);
        tags_of_sender(message.client_tags(), is_bot)
    }

    /// The receivers of a message, each once, and those that are too many.
    fn targets(typed: &str) -> (Vec<&str>, Vec<&str>) {
        let mut targets: Vec<&str> = Vec::new();
        for target in typed.split(',').filter(|target| !target.is_empty()) {
            if !targets
                .iter()
                .any(|other| other.eq_ignore_ascii_case(target))
            {
                targets.push(target);
            }
        }
        let rest = targets.split_off(TARGETS_MAX.min(targets.len()));
        (targets, rest)
    }

    pub(super) fn say_to(
        &mut self,
        target: &str,
        saying: Saying,
        is_notice: bool,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        if let Some(room) = self.room(target, env) {
            self.say_in_room(room, saying, is_notice);
        } else if self.check_receiver(target, is_notice, env, out) {
            self.say_in_private(target, saying, is_notice);
        }
    }

    /// Says something to a person, or to people in a room who have a standing.
    fn say_in_private(&mut self, target: &str, saying: Saying, is_notice: bool) {
        let Saying { text, manner, form } = saying;
        let irc = form.kept();
        let ask = Ask::Command(match ranked(target) {
            Some((least, room)) => Command::SayToRank {
                room,
                least,
                text,
                manner,
                irc,
            },
            None => Command::PrivateMessage {
                to: target.into(),
                text,
                manner,
                irc,
            },
        });
        let sending = Sending {
            to: target.into(),
            is_notice,
            echo: None,
        };
        self.later(ask, Question::Private(Box::new(sending)));
    }

    fn say_in_room(&mut self, room: RoomName, saying: Saying, is_notice: bool) {
        let Saying { text, manner, form } = saying;
        let bears = match self.is_scope_shared() {
            true => Bears::Shared,
            false => self.take_label().map_or(Bears::None, Bears::Its),
        };
        let echoes = bears != Bears::None && self.caps.has(Cap::EchoMessage);
        let labelled = echoes.then(|| {
            let (text, form) = (text.clone(), form.clone());
            Box::new(Labelled { text, manner, form })
        });
        self.talk.get_or_insert_default().said.push_back(InFlight {
            room: room.clone(),
            is_notice,
            labelled,
            bears,
        });
        let say = Command::Say {
            room: RoomRef::Name(room),
            text,
            manner,
            irc: form.kept(),
        };
        self.later(Ask::Command(say), Question::Quiet);
    }

    /// Refuses a room that cannot exist, or people in it who have a standing.
    fn check_receiver(
        &mut self,
        target: &str,
        is_notice: bool,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> bool {
        let named = read_ranked(target).map_or(target, |(_, room)| room);
        let is_one = !named.starts_with('#') || room(named).is_some();
        if !is_one && !is_notice {
            self.answer_behind(out, |session, out| {
                session.no_such_channel(target, env, out)
            });
        }
        is_one
    }

    fn signal(
        &mut self,
        target: &str,
        is_notice: bool,
        form: IrcForm,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        if !self.check_receiver(target, is_notice, env, out) {
            return;
        }
        let room = room(target);
        let echoes = self.pending.scope.is_some() && self.caps.has(Cap::EchoMessage);
        let sending = Sending {
            to: target.into(),
            is_notice,
            echo: (room.is_some() && echoes).then(|| form.clone()),
        };
        let to = match room {
            Some(room) => SignalTarget::Room(room),
            None => match ranked(target) {
                Some((least, room)) => SignalTarget::Rank(room, least),
                None => SignalTarget::Person(target.into()),
            },
        };
        let signal = Command::Signal {
            to,
            is_notice,
            form,
        };
        self.later(Ask::Command(signal), Question::Private(Box::new(sending)));
    }

    /// A message is on its way. To a room, its echo is the answer if that has a label.
    pub(super) fn handle_delivered(
        &mut self,
        sending: &Sending,
        seq: Option<Seq>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let (Some(form), Some(seq)) = (&sending.echo, seq) else {
            return;
        };
        self.talk.get_or_insert_default().note_echo(seq);
        let Some(here) = self.here() else { return };
        let tags = self.own_tags(form, seq, env);
        let from = format_args!("{}!{}", here.name, here.userhost);
        let what = (sending.to.as_str(), sending.is_notice, form);
        put_signal_from(out, from, &tags, what, self.caps);
    }

    /// Whether an event is a message whose echo was written with its label, or may be.
    pub(super) fn has_own_echo(&self, event: &Event) -> bool {
        let talk = self.talk.as_deref();
        let is_awaited = match &event.fact {
            Fact::Said { .. } => talk.is_some_and(Talk::awaits_echo),
            Fact::Signal(_) => match self.pending.question.as_deref() {
                Some(Question::Private(sending)) => sending.echo.is_some(),
                _ => false,
            },
            _ => return true,
        };
        is_awaited || self.is_answered_with(event)
    }

    /// The tags of the client's own message.
    fn own_tags<'a>(&'a self, form: &'a IrcForm, seq: Seq, env: &Env<'_>) -> Tags<'a> {
        let here = self.here();
        let (bot, client) = said_with(form);
        Tags {
            at: Some(env.wall),
            msgid: Some(seq.0),
            account: here.and_then(|here| here.account.as_ref()),
            bot,
            client,
            batch: None,
        }
    }

    /// The oldest message in flight is on its way, and has this place.
    pub(super) fn handle_sent(&mut self, seq: Seq, env: &Env<'_>, out: &mut Vec<u8>) {
        let Some(spoken) = self.talk.as_mut().and_then(|talk| talk.said.pop_front()) else {
            return;
        };
        let mut lines = Vec::new();
        if let Some(labelled) = spoken.labelled {
            self.talk.get_or_insert_default().note_echo(seq);
            self.put_echo(&labelled, &spoken.room, seq, env, &mut lines);
        }
        self.put_bearing(spoken.bears, lines, env, out);
    }

    /// Writes the result for a message.
    fn put_bearing(&mut self, bears: Bears, lines: Vec<u8>, env: &Env<'_>, out: &mut Vec<u8>) {
        match bears {
            Bears::None => out.extend(lines),
            Bears::Its(label) => self.put_labelled(&label, &lines, env, out),
            Bears::Shared => {
                let start = out.len();
                out.extend(lines);
                self.gather(start, env, out);
            }
        }
    }

    fn put_echo(
        &self,
        labelled: &Labelled,
        room: &RoomName,
        seq: Seq,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let Some(here) = self.here() else { return };
        let form = &labelled.form;
        let mut tags = self.own_tags(form, seq, env);
        let said = Said {
            name: &here.name,
            to: room,
            text: &labelled.text,
            manner: labelled.manner,
            form: Some(form),
        };
        let from = [here.name.as_str(), "!", &here.userhost];
        said.put_from(&from, &mut tags, self.caps, out);
    }

    /// The oldest message in flight was refused.
    pub(super) fn handle_not_sent(
        &mut self,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let Some(spoken) = self.talk.as_mut().and_then(|talk| talk.said.pop_front()) else {
            return;
        };
        let mut lines = Vec::new();
        if !spoken.is_notice {
            let room = alloc::format!("{}", spoken.room);
            self.cannot_send(&room, rejection, env, &mut lines);
        }
        self.put_bearing(spoken.bears, lines, env, out);
    }

    /// Writes what the client's command has done in a room, as the room shows it, if that has a
    /// label.
    pub(crate) fn handle_own_doing(
        &mut self,
        event: &Event,
        room: RoomId,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let is_answer = self.pending.scope.is_some() && self.pending.question.is_some();
        let Some(room) = env.rooms.get(&room).filter(|_| is_answer) else {
            return;
        };
        let start = out.len();
        put_in_room(out, event, room, (self.caps, None));
        if out.len() > start {
            self.talk.get_or_insert_default().note_echo(event.seq);
            self.gather(start, env, out);
        }
    }

    /// Whether an event was written as the answer to a command.
    pub(super) fn is_answered_with(&self, event: &Event) -> bool {
        let talk = self.talk.as_deref();
        talk.is_some_and(|talk| talk.echoed.contains(&event.seq))
    }
}

/// Those in a room who have a standing: `@#dev`.
fn ranked(target: &str) -> Option<(Standing, RoomName)> {
    let (least, room) = read_ranked(target)?;
    Some((least, RoomName::parse(room).ok()?))
}
