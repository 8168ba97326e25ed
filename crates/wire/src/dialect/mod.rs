//! The border between the server and the languages that clients speak.
//!
//! A session of the server has one [`Dialect`]. Bytes go in and [`Step`]s come out, which say what
//! the client asks for ([`Ask`]) in words that every dialect shares; news and answers ([`Tell`]) go
//! in and bytes come out. The server names no type of any one dialect, and a dialect knows no
//! socket, no hub and no clock.
//!
//! `Dialect` is a closed enum rather than a trait: the set is known, the compiler lists what a new
//! one must implement, and no call goes through a table. Each variant is boxed, so that an idle
//! session is not as large as the largest of them.

mod ask;
mod format;
mod pace;
mod reader;
mod refuse;
mod resuming;
mod saved;
mod security;
mod settings;
mod tell;

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::{
    Bucket, Client, Event, Ignored, MetadataKey, Monotonic, Name, PersonId, RoomId, RoomName,
    Timestamp,
};
use chinwag_feed::{Gap, Reader};
use hashbrown::HashMap;

use self::reader::RoomReader;
use crate::irc;
use crate::json;
use crate::plain;
pub use crate::plain::{Moved, Reason};
use crate::sniff::{Protocol, Spoke};
pub use ask::{Ask, Gateway, IrcLogIn, LogRange, Password, PasswordError, Past, Search, Targets};
pub use format::{Format, RoomRenderer};
pub(crate) use pace::{HoldBack, Pace};
pub use refuse::{refuse_unencrypted, too_many_connections};
pub use resuming::{Defaults, is_message, is_private_message};
pub use saved::Saved;
pub use security::Security;
pub use settings::Settings;
pub use tell::{Doubt, Guesses, HistoryPage, LogPage, PastOf, Recent, SearchPage, Tell};

/// What a dialect may read besides its own state.
#[derive(Clone, Copy, Debug)]
pub struct Env<'a> {
    /// See [`Settings`].
    pub settings: &'a Settings,
    /// The names of all rooms.
    pub rooms: &'a HashMap<RoomId, RoomName>,
    /// The time of day.
    pub wall: Timestamp,
    /// The time for rates and deadlines.
    pub now: Monotonic,
}

/// What the server should do next for a session.
#[derive(Debug)]
pub enum Step {
    /// Ask the hub or a worker. The next input waits for the answer, unless the ask [only
    /// talks](Ask::only_talks).
    Ask(Ask),
    /// Ask as soon as everything so far is written: for the next page of a long answer.
    AskWhenWritten(Ask),
    /// Close the connection when everything is written.
    Close,
}

/// What a session is told of even if it shares no room with it.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    /// The names whose coming and going it is told of.
    pub names: &'a [Name],
    /// The keys of metadata.
    pub keys: &'a [MetadataKey],
}

/// The language of one connection, and the state of the conversation in it.
///
/// The `handle_*` methods take input: [`handle_bytes`](Self::handle_bytes) and
/// [`handle_end`](Self::handle_end) from the client, [`handle_tell`](Self::handle_tell),
/// [`handle_event`](Self::handle_event), [`handle_joined`](Self::handle_joined) and
/// [`handle_left`](Self::handle_left) from the hub, [`handle_timeout`](Self::handle_timeout) when
/// the [`deadline`](Self::deadline) has come. They append to `out` what this client alone should be
/// sent.
///
/// The `poll_*` methods return what has changed ([`poll_format`](Self::poll_format),
/// [`poll_saved`](Self::poll_saved)) and what to do next ([`poll_step`](Self::poll_step)).
#[derive(Debug)]
pub enum Dialect {
    /// For people at nc and telnet.
    Plain(Box<plain::Session>),
    /// For programs.
    Json(Box<json::Session>),
    /// For clients of IRC.
    Irc(Box<irc::Session>),
}

impl Dialect {
    /// The dialect of a client whose protocol was just recognised; `None` if that is not served.
    /// `bucket` is what the client may send at once.
    pub fn new(
        protocol: Protocol,
        spoke: Spoke,
        bucket: Bucket,
        security: Security,
        env: &Env<'_>,
    ) -> Option<Self> {
        match protocol {
            Protocol::Plain => Some(Self::unknown(spoke, bucket, env)),
            Protocol::Json => Some(Self::Json(json::Session::new(spoke, bucket, env))),
            Protocol::Irc => {
                let session = irc::Session::new(spoke, bucket, security, env);
                Some(Self::Irc(session))
            }
            Protocol::Tls
            | Protocol::Http
            | Protocol::Ssh
            | Protocol::Proxy
            | Protocol::Utf16
            | Protocol::Probe => None,
        }
    }

    /// The dialect of a client that is not known yet: if it says nothing, it is a person.
    pub fn unknown(spoke: Spoke, bucket: Bucket, env: &Env<'_>) -> Self {
        Self::Plain(plain::Session::new(spoke, bucket, env))
    }

    /// Greets a client that waits for it. `is_exposed` says that others can listen: the connection
    /// is neither encrypted nor from this machine.
    pub fn handle_greet(
        &mut self,
        is_exposed: bool,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        match self {
            Self::Plain(session) => session.handle_greet(is_exposed, env, out),
            // It has spoken first.
            Self::Json(_) | Self::Irc(_) => None,
        }
    }

    /// Takes bytes from the client, up to the first request. `bytes` then starts after it; if there
    /// is no step, all bytes were taken. Each line pays by the rules of the dialect; other input,
    /// and lines that cost nothing, pay by their bytes, since they have to be read as well.
    pub fn handle_bytes(
        &mut self,
        bytes: &mut &[u8],
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let (bucket, bytes_before) = (self.bucket(), bytes.len());
        let step = match self {
            Self::Plain(session) => session.handle_bytes(bytes, env, out),
            Self::Json(session) => session.handle_bytes(bytes, env, out),
            Self::Irc(session) => session.handle_bytes(bytes, env, out),
        };
        if self.bucket() == bucket {
            let unpaid = bytes_before - bytes.len();
            match self {
                Self::Plain(session) => session.charge(unpaid, env),
                Self::Json(session) => session.charge(unpaid, env),
                Self::Irc(session) => session.charge(unpaid, env),
            }
        }
        step
    }

    /// Takes bytes of a client whose input is ignored, for what the protocol itself has to answer.
    pub fn handle_ignored(&mut self, bytes: &[u8], env: &Env<'_>) {
        match self {
            Self::Plain(session) => session.handle_ignored(bytes, env),
            // The others have nothing to answer.
            Self::Json(_) | Self::Irc(_) => {}
        }
    }

    /// What the protocol itself has to answer to the bytes so far: to be sent before every line
    /// that waits, since the client may show none until then.
    pub fn poll_urgent(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Plain(session) => session.poll_urgent(),
            Self::Json(_) | Self::Irc(_) => None,
        }
    }

    /// The client sends nothing more. A last message without its end counts.
    pub fn handle_end(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        match self {
            Self::Plain(session) => session.handle_end(env, out),
            Self::Json(session) => session.handle_end(env, out),
            Self::Irc(session) => session.handle_end(env, out),
        }
    }

    /// Takes the answer to a request, or news from the server.
    pub fn handle_tell(
        &mut self,
        tell: Tell<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        match self {
            Self::Plain(session) => session.handle_tell(tell, env, out),
            Self::Json(session) => session.handle_tell(tell, env, out),
            Self::Irc(session) => session.handle_tell(tell, env, out),
        }
    }

    /// Takes an event that concerns the session's person (see
    /// [`Fact::people`](chinwag_core::Fact::people)).
    pub fn handle_event(&mut self, event: &Event, me: PersonId, env: &Env<'_>, out: &mut Vec<u8>) {
        match self {
            Self::Plain(session) => session.handle_event(event, me, env, out),
            Self::Json(session) => session.handle_event(event, me, out),
            Self::Irc(session) => session.handle_event(event, me, env, out),
        }
    }

    /// The session's person has entered a room.
    pub fn handle_joined(&mut self, room: RoomId) {
        match self {
            Self::Plain(session) => session.handle_joined(room),
            Self::Json(session) => session.handle_joined(room),
            Self::Irc(session) => session.handle_joined(room),
        }
    }

    /// The session's person has left a room; `last` is the one they entered last of those they are
    /// still in.
    pub fn handle_left(&mut self, room: RoomId, last: Option<RoomId>) {
        match self {
            Self::Plain(session) => session.handle_left(room, last),
            Self::Json(session) => session.handle_left(room),
            Self::Irc(session) => session.handle_left(room),
        }
    }

    /// By this event the session's person has entered a room, after
    /// [`handle_joined`](Self::handle_joined), or leaves it, before
    /// [`handle_left`](Self::handle_left). Who is put out is told by
    /// [`handle_event`](Self::handle_event) alone.
    pub fn handle_moved(&mut self, event: &Event, room: RoomId, env: &Env<'_>, out: &mut Vec<u8>) {
        match self {
            // The answer says all of it, and these have one connection.
            Self::Plain(_) | Self::Json(_) => {}
            Self::Irc(session) => session.handle_moved(event, room, env, out),
        }
    }

    /// The log of a room shows what a person has done there on this connection. Facts with an
    /// author reach all of the person's sessions in another way.
    pub fn handle_own_doing(
        &mut self,
        event: &Event,
        room: RoomId,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        match self {
            Self::Plain(_) | Self::Json(_) => {}
            Self::Irc(session) => session.handle_own_doing(event, room, env, out),
        }
    }

    /// Adopts what [`poll_saved`](Self::poll_saved) returned on another connection.
    pub fn handle_saved(&mut self, saved: &Saved, env: &Env<'_>) {
        match self {
            Self::Plain(session) => session.handle_saved(saved, env),
            // What is saved is how a screen looks.
            Self::Json(_) | Self::Irc(_) => {}
        }
    }

    /// Does what is due at the [`deadline`](Self::deadline).
    pub fn handle_timeout(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        match self {
            Self::Plain(session) => session.handle_timeout(env, out),
            Self::Json(session) => session.handle_timeout(env, out),
            Self::Irc(session) => session.handle_timeout(env, out),
        }
    }

    /// What the client wants to be told of, wherever it happens, if that has changed since the last
    /// call.
    pub fn poll_watched(&mut self) -> Option<Watched<'_>> {
        match self {
            Self::Plain(_) | Self::Json(_) => None,
            Self::Irc(session) => session.poll_watched(),
        }
    }

    /// Takes an event that concerns something [watched](Self::poll_watched).
    pub fn handle_watched(&mut self, event: &Event, env: &Env<'_>, out: &mut Vec<u8>) {
        match self {
            Self::Plain(_) | Self::Json(_) => {}
            Self::Irc(session) => session.handle_watched(event, env, out),
        }
    }

    /// What to do without further input: the next request of a command that makes several.
    pub fn poll_step(&mut self) -> Option<Step> {
        match self {
            Self::Plain(_) | Self::Json(_) => None,
            Self::Irc(session) => session.poll_step(),
        }
    }

    /// When something is due though nothing happens.
    pub fn deadline(&self) -> Option<Monotonic> {
        match self {
            Self::Plain(session) => session.deadline(),
            Self::Json(session) => session.deadline(),
            Self::Irc(session) => session.deadline(),
        }
    }

    /// The time before which the client's socket should not be read: it has sent too fast.
    pub fn paused_until(&self) -> Option<Monotonic> {
        match self {
            Self::Plain(session) => session.paused_until(),
            Self::Json(session) => session.paused_until(),
            Self::Irc(session) => session.paused_until(),
        }
    }

    /// A gateway speaks for the client, which may send this much at once.
    pub fn handle_gateway(&mut self, bucket: Bucket, security: Security) {
        match self {
            // No gateway speaks these.
            Self::Plain(_) | Self::Json(_) => {}
            Self::Irc(session) => session.handle_gateway(bucket, security),
        }
    }

    /// The client has already sent this, before the answer that it is told next.
    pub fn handle_unread(&mut self, bytes: &[u8]) {
        match self {
            Self::Plain(session) => session.handle_unread(bytes),
            Self::Json(_) | Self::Irc(_) => {}
        }
    }

    /// Sets what the client may send at once from now on.
    pub fn handle_bucket(&mut self, bucket: Bucket) {
        match self {
            Self::Plain(session) => session.handle_bucket(bucket),
            Self::Json(session) => session.handle_bucket(bucket),
            Self::Irc(session) => session.handle_bucket(bucket),
        }
    }

    /// What its client may still send at once.
    pub fn bucket(&self) -> Bucket {
        match self {
            Self::Plain(session) => session.bucket(),
            Self::Json(session) => session.bucket(),
            Self::Irc(session) => session.bucket(),
        }
    }

    /// The kind of client, as others see it.
    pub fn client(&self) -> Client {
        match self {
            Self::Plain(session) => session.client(),
            Self::Json(_) => Client::Json,
            Self::Irc(_) => Client::Irc,
        }
    }

    /// The format in which the client sees a room.
    pub fn format(&self, room: RoomId) -> Format {
        match self {
            Self::Plain(session) => Format::Plain(session.format(room)),
            Self::Json(_) => Format::Json,
            Self::Irc(session) => Format::Irc(session.format()),
        }
    }

    /// Whether the formats of its rooms have changed since the last call.
    pub fn poll_format(&mut self) -> bool {
        match self {
            Self::Plain(session) => session.poll_format(),
            Self::Irc(session) => session.poll_format(),
            Self::Json(_) => false,
        }
    }

    /// The state to keep for another connection, if it has changed since the last call. It is to be saved
    /// before what the dialect asks in the same step, whose answer may tell the client so.
    pub fn poll_saved(&mut self) -> Option<Saved> {
        match self {
            Self::Plain(session) => session.poll_saved(),
            Self::Json(_) | Self::Irc(_) => None,
        }
    }

    /// The client was told that it has lost these lines, with the command that shows them.
    pub fn handle_gaps(&mut self, gaps: &[Gap]) {
        match self {
            Self::Plain(session) => session.handle_gaps(gaps),
            // They ask for missed lines by place.
            Self::Json(_) | Self::Irc(_) => {}
        }
    }

    /// The reader of its rooms: which lines it leaves out, and what it adds to others.
    pub fn reader<'a>(&'a self, env: &'a Env<'a>) -> impl Reader + 'a {
        RoomReader { dialect: self, env }
    }

    /// Whether the client always shows a room: its person is in `#lobby` while they are in no
    /// other.
    pub fn needs_room(&self) -> bool {
        match self {
            Self::Plain(_) | Self::Json(_) => true,
            Self::Irc(_) => false,
        }
    }

    /// Whom the client does not want to hear.
    pub fn ignores(&self) -> &[Ignored] {
        match self {
            Self::Plain(session) => session.ignores(),
            Self::Json(session) => session.ignores(),
            Self::Irc(session) => session.ignores(),
        }
    }

    /// Whether the client's terminal already shows what it types.
    pub fn shows_typed(&self) -> bool {
        match self {
            Self::Plain(session) => session.shows_typed(),
            Self::Json(_) | Self::Irc(_) => false,
        }
    }

    /// Whether an event is the client's own line, which its terminal shows already.
    pub fn is_own(&self, event: &Event) -> bool {
        match self {
            Self::Plain(session) => session.is_own(event),
            Self::Irc(session) => session.is_own(event),
            Self::Json(_) => false,
        }
    }
}
