//! One connection in IRC: what it has negotiated, how far it has registered, and which of its
//! commands wait for an answer.
//!
//! A line is one command, and a command may be several requests (`JOIN #a,#b`). They wait in a
//! queue and are asked one after another, while the next line waits; so answers come in the order
//! of the commands. Messages to rooms go out without a wait, as in the other dialects; an answer
//! that the session could give at once waits until the messages before it are answered (`order`).
//!
//! A client that sends too fast is read more slowly, not refused: IRC clients send forty lines when
//! they come in, and resend nothing.

mod accounts;
mod answers;
mod cap_lists;
mod commands;
mod flood;
mod history;
mod lifted;
mod list;
mod metadata;
mod modes;
mod monitor;
mod moved;
mod multiline;
mod names;
mod news;
mod nick;
mod online;
mod operators;
mod order;
mod people;
mod proving;
mod question;
mod queue;
mod read_marker;
mod reader;
mod redact;
mod refusal;
mod registering;
mod rooms;
mod scope;
mod search;
mod server;
mod services;
mod several;
mod silence;
mod taking_over;
mod talk;
#[cfg(test)]
mod tests;
mod told;
mod trouble;
mod unread;
mod words;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt::Display;

use chinwag_core::limits::TAG_BYTES_MAX;
use chinwag_core::{
    Bucket, ConnId, Event, Fact, Flags, MetadataKey, Monotonic, Name, PersonId, RoomId, Seq,
    StandingCause,
};

use super::caps::{Cap, Caps};
use super::line::{Tags, end, end_shown, put};
use super::message::{BODY_BYTES_MAX, LineError, Message};
use super::render::Format;
use crate::dialect::{Ask, Env, Pace, Security, Step};
use crate::ignores::Ignores;
use crate::input::{Decoder, Input};
use crate::sniff::Spoke;
pub(super) use commands::COMMANDS;
use question::Question;
use queue::Queue;
pub use reader::LineReader;
use registering::Registering;
use scope::Scope;
use talk::Talk;

/// Bytes of a line: its tags and the rest, each as long as allowed.
const LINE_BYTES_MAX: usize = TAG_BYTES_MAX + BODY_BYTES_MAX;

/// One connection in IRC.
#[derive(Debug)]
pub struct Session {
    decoder: Decoder,
    stage: Stage,
    security: Security,
    caps: Caps,
    /// The version of the negotiation that the client has named, 301 if none.
    caps_version: u32,
    pace: Pace,
    /// When its silence lasts too long.
    silent_until: Monotonic,
    /// Its unanswered messages to rooms, if any.
    talk: Option<Box<Talk>>,
    pending: Pending,
    rooms: Box<[RoomId]>,
    changed: Changed,
    /// In a box, since few have any.
    watched: Option<Box<Watching>>,
    /// The message of several lines that it is sending.
    batch: Option<Box<multiline::Batch>>,
}

/// What a client is told of even if it shares no room with it, and whom it ignores.
#[derive(Debug, Default)]
struct Watching {
    ignores: Ignores,
    /// People, by name.
    names: Vec<Name>,
    /// The keys of metadata, in the order in which the client named them.
    keys: Box<[MetadataKey]>,
}

/// What the server does not know yet.
#[derive(Debug, Default)]
struct Changed {
    /// The client sees its rooms in another form.
    format: bool,
    /// Whether what it is told of has changed.
    watched: bool,
}

// A server keeps them for each of ten thousand idle clients, in two of the sizes that allocators do
// not round up.
const _: () = assert!(size_of::<Session>() <= 160 && size_of::<Here>() <= 112);

#[derive(Debug)]
enum Stage {
    Registering(Box<Registering>),
    Here(Box<Here>),
}

/// The client's person.
#[derive(Debug)]
struct Here {
    me: PersonId,
    /// The connection, which may be one of several.
    conn: ConnId,
    name: Name,
    /// `user@host`, as others see it.
    userhost: Box<str>,
    account: Option<Name>,
    real: Box<str>,
    is_operator: bool,
    /// It was asked for a sign of life.
    was_pinged: bool,
    flags: Flags,
    sasl: Option<Box<accounts::Sasl>>,
}

/// The commands in flight.
#[derive(Debug, Default)]
struct Pending {
    /// What the answer to the question in flight is for.
    question: Option<Box<Question>>,
    queue: Queue,
    /// The label of the command in flight, and the answers so far.
    scope: Option<Box<Scope>>,
    /// The batches that were begun.
    batches: u64,
}

impl Session {
    /// A client that has not registered yet.
    pub(crate) fn new(
        spoke: Spoke,
        bucket: Bucket,
        security: Security,
        env: &Env<'_>,
    ) -> Box<Self> {
        Box::new(Self {
            decoder: Decoder::for_program(),
            stage: Stage::Registering(Box::new(Registering::new(spoke, env))),
            security,
            caps: Caps::default(),
            caps_version: 301,
            pace: Pace::new(bucket),
            silent_until: env.now,
            talk: None,
            pending: Pending::default(),
            rooms: Box::default(),
            changed: Changed::default(),
            watched: None,
            batch: None,
        })
    }

    /// See [`Dialect::handle_bytes`](crate::dialect::Dialect::handle_bytes).
    pub(crate) fn handle_bytes(
        &mut self,
        bytes: &mut &[u8],
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        self.end_silence(env);
        if let Stage::Registering(registering) = &mut self.stage
            && registering.leaves_prompt()
        {
            out.extend_from_slice(b"\r\n");
        }
        let before = bytes.len();
        let mut step = self.next_ask();
        while step.is_none() && !bytes.is_empty() {
            if !self.may_read(env) {
                step = self.hold_back(env, out);
                break;
            }
            let mut decoder = core::mem::take(&mut self.decoder);
            let input = decoder.decode(bytes, LINE_BYTES_MAX);
            self.decoder = decoder;
            let Some(input) = input else { break };
            step = self.handle_input(input, env, out);
        }
        let Stage::Registering(registering) = &mut self.stage else {
            return step;
        };
        let is_over = registering.count_bytes(before - bytes.len(), env);
        match is_over && step.is_none() {
            true => Some(self.close("Too many bytes before registration", env, out)),
            false => step,
        }
    }

    /// See [`Dialect::handle_end`](crate::dialect::Dialect::handle_end).
    pub(crate) fn handle_end(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        if let Some(step) = self.next_ask() {
            return Some(step);
        }
        let input = self.decoder.finish()?;
        self.handle_input(input, env, out)
    }

    fn handle_input(&mut self, input: Input<'_>, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        match input {
            // No line may have a NUL (RFC 2812, section 2.3), and none is worth refusing for it.
            Input::Line(line) if line.contains('\0') => {
                self.handle_line(&line.replace('\0', ""), env, out)
            }
            Input::Line(line) => self.handle_line(&line, env, out),
            Input::Blank | Input::Window { .. } | Input::Interrupt => None,
            Input::TooLong { .. } => self.too_long(None, env, out),
            Input::NotUtf8 { begins, .. } => self.not_utf8(Message::begin(&begins), env, out),
            Input::Utf16 | Input::Mangled => self.not_utf8(None, env, out),
        }
    }

    fn handle_line(&mut self, line: &str, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let message = match Message::parse(line) {
            Ok(message) => message,
            Err(LineError::Empty) => return None,
            Err(LineError::TooLong) => return self.too_long(Message::begin(line), env, out),
        };
        let start = out.len();
        let step = self.in_order(out, |session, out| {
            session.begin_scope(&message, env, out);
            session.dispatch(&message, env, out)
        });
        let step = step.or_else(|| self.next_ask());
        self.end_scope(start, env, out);
        step
    }

    fn change_rooms(&mut self, change: impl FnOnce(&mut Vec<RoomId>)) {
        let mut rooms = core::mem::take(&mut self.rooms).into_vec();
        change(&mut rooms);
        self.rooms = rooms.into_boxed_slice();
    }

    /// The people that it monitors.
    fn monitored(&self) -> &[Name] {
        self.watched
            .as_deref()
            .map_or(&[], |watched| &watched.names)
    }

    /// The keys of metadata that it has subscribed to.
    fn subscribed(&self) -> &[MetadataKey] {
        self.watched.as_deref().map_or(&[], |watched| &watched.keys)
    }

    fn change_watched(&mut self, change: impl FnOnce(&mut Watching)) {
        change(self.watched.get_or_insert_default());
        self.changed.watched = true;
    }

    /// Queues a request; `what` is its answer for.
    fn later(&mut self, ask: Ask, what: Question) {
        self.pending.queue.push_back(ask, what);
    }

    /// The next request, if no answer is awaited.
    fn next_ask(&mut self) -> Option<Step> {
        if self.pending.question.is_some() {
            return None;
        }
        let (ask, question) = self.pending.queue.pop_front()?;
        self.pending.question = (!ask.only_talks()).then(|| Box::new(question));
        Some(Step::Ask(ask))
    }

    /// What the answer that has come is for.
    fn take_question(&mut self) -> Option<Question> {
        self.pending.question.take().map(|question| *question)
    }

    /// See [`Dialect::poll_step`](crate::dialect::Dialect::poll_step).
    pub(crate) fn poll_step(&mut self) -> Option<Step> {
        self.next_ask()
    }

    /// Asks at once, for the next step of the command in flight.
    fn ask_now(&mut self, ask: Ask, what: Question) -> Option<Step> {
        self.pending.question = Some(Box::new(what));
        Some(Step::Ask(ask))
    }

    /// The name that numerics are addressed to.
    fn nick(&self) -> &str {
        match &self.stage {
            Stage::Here(here) => here.name.as_str(),
            Stage::Registering(registering) => registering.nick(),
        }
    }

    fn here(&self) -> Option<&Here> {
        match &self.stage {
            Stage::Here(here) => Some(here),
            Stage::Registering(_) => None,
        }
    }

    /// Appends a numeric, with its parameters after the client's name. As in every line of the
    /// server's, what a client has typed becomes harmless here.
    fn numeric(&self, code: &str, params: impl Display, env: &Env<'_>, out: &mut Vec<u8>) {
        let server = &env.settings.irc.server;
        let body = out.len();
        put(
            out,
            format_args!(":{server} {code} {} {params}", self.nick()),
        );
        end_shown(out, body);
    }

    /// Appends a line of the server's.
    fn put_server(&self, what: impl Display, env: &Env<'_>, out: &mut Vec<u8>) {
        let body = out.len();
        put(out, format_args!(":{} {what}", env.settings.irc.server));
        end_shown(out, body);
    }

    /// Appends a line from the client itself.
    fn put_own(&self, tags: &Tags<'_>, what: impl Display, out: &mut Vec<u8>) {
        if let Some(here) = self.here() {
            tags.put(out, self.caps);
            let body = out.len();
            put(out, format_args!(":{}!{} {what}", here.name, here.userhost));
            end(out, body);
        }
    }

    /// Reports that a command has failed, in the way that the client accepts (IRCv3, standard
    /// replies).
    fn fail(&self, command: &str, why: impl Display, env: &Env<'_>, out: &mut Vec<u8>) {
        self.put_server(format_args!("FAIL {command} {why}"), env, out);
    }

    /// Says something that IRC has no word for.
    fn notice(&self, what: impl Display, env: &Env<'_>, out: &mut Vec<u8>) {
        self.put_server(format_args!("NOTICE {} :{what}", self.nick()), env, out);
    }

    /// Closes the connection with a reason.
    fn close(&mut self, why: &str, _: &Env<'_>, out: &mut Vec<u8>) -> Step {
        self.give_up();
        put(out, format_args!("ERROR :{why}\r\n"));
        Step::Close
    }

    /// See [`Dialect::handle_joined`](crate::dialect::Dialect::handle_joined).
    pub(crate) fn handle_joined(&mut self, room: RoomId) {
        self.change_rooms(|rooms| rooms.push(room));
    }

    /// See [`Dialect::handle_left`](crate::dialect::Dialect::handle_left).
    pub(crate) fn handle_left(&mut self, room: RoomId) {
        self.change_rooms(|rooms| rooms.retain(|other| *other != room));
    }

    /// See [`Dialect::deadline`](crate::dialect::Dialect::deadline).
    pub(crate) fn deadline(&self) -> Option<Monotonic> {
        match &self.stage {
            Stage::Registering(registering) => Some(registering.until()),
            Stage::Here(_) => Some(self.silent_until),
        }
    }

    /// See [`Dialect::handle_timeout`](crate::dialect::Dialect::handle_timeout).
    pub(crate) fn handle_timeout(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let is_due = self.deadline().is_some_and(|until| until <= env.now);
        match &self.stage {
            _ if !is_due => None,
            Stage::Registering(_) => Some(self.close("Registration timed out", env, out)),
            Stage::Here(_) => self.handle_silence(env, out),
        }
    }

    /// See [`Dialect::handle_gateway`](crate::dialect::Dialect::handle_gateway).
    pub(crate) fn handle_gateway(&mut self, bucket: Bucket, security: Security) {
        (self.pace, self.security) = (Pace::new(bucket), security);
    }

    /// See [`Dialect::format`](crate::dialect::Dialect::format).
    pub(crate) fn format(&self) -> Format {
        Format::of(self.caps)
    }

    /// See [`Dialect::poll_format`](crate::dialect::Dialect::poll_format).
    pub(crate) fn poll_format(&mut self) -> bool {
        core::mem::take(&mut self.changed.format)
    }

    /// See [`Dialect::is_own`](crate::dialect::Dialect::is_own): what the answer to its command
    /// told a client about itself, it is not told again.
    pub(crate) fn is_own(&self, event: &Event) -> bool {
        let Some(here) = self.here() else {
            return false;
        };
        let author = event.fact.author();
        if author != Some(here.me) {
            return author.is_none() && self.is_answered_with(event);
        }
        // Its standing comes with the list of the people in the room, but a standing that a login
        // brings does not.
        if let Fact::StandingShown(shown) = &event.fact {
            return shown.with != StandingCause::Account;
        }
        // Anything else that the person does on another connection is shown like what they do on
        // this one.
        let says = matches!(event.fact, Fact::Said { .. } | Fact::Signal(_));
        let is_said_elsewhere = says && self.is_from_elsewhere(event);
        !is_said_elsewhere && (!self.caps.has(Cap::EchoMessage) || self.has_own_echo(event))
    }

    /// Whether an event is what this client has done.
    fn is_own_doing(&self, event: &Event) -> bool {
        let Some(here) = self.here() else {
            return false;
        };
        match event.fact.author() {
            Some(author) => author == here.me && !self.is_from_elsewhere(event),
            None => {
                let source = event.source.as_ref();
                source.is_some_and(|source| source.conn == Some(here.conn))
            }
        }
    }

    /// Whether somebody has acted on another connection than this one.
    fn is_from_elsewhere(&self, event: &Event) -> bool {
        let conn = event.source.as_ref().and_then(|source| source.conn);
        conn.is_some() && conn != self.here().map(|here| here.conn)
    }
}

/// Refuses a client that does not encrypt, if the server requires it. With strict transport security the client learns
/// where TLS is, as from any list of capabilities (IRCv3, sts), and comes back by itself.
pub(crate) fn refuse_unencrypted(env: &Env<'_>, out: &mut Vec<u8>) {
    let irc = &env.settings.irc;
    if irc.sts_seconds.is_some_and(|seconds| seconds > 0) {
        let (server, port) = (&irc.server, env.settings.port);
        put(out, format_args!(":{server} CAP * LS :sts=port={port}\r\n"));
    }
    out.extend_from_slice(b"ERROR :This server takes encrypted connections only: use TLS.\r\n");
}

/// The place of a message, from its id.
fn place(msgid: &str) -> Option<Seq> {
    msgid.parse().ok().map(Seq)
}
