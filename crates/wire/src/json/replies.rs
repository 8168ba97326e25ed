//! Replies to commands, and notices from the server.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;

use chinwag_core::{Aside, Remaining};
use serde::Serialize;

use super::events::{LogEntry, Reason, Shape};
use super::value::{Displayed, Id, Room, Time};

mod answers;
mod governed;
mod parts;

use governed::{AccountShape, MaskShape, SettingsShape, StandingShape};
use parts::{Person, ProfileShape, RestrictionShape, RoomShape, TopicShape};
pub(super) use parts::{Rank, people_in};

/// The version of the protocol that `hello` answers with. It grows when something is taken away or
/// changes its meaning; what is added does not change it.
pub(super) const PROTOCOL: u32 = 1;

/// How to resume a lost session.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Resumption {
    /// The code, good once: the reply to each `resume` has the next.
    pub(super) code: Displayed<chinwag_core::ResumeCode>,
    /// How long it is good after the link is lost.
    pub(super) seconds: u64,
}

/// The answer to a command that asks for something. Where `more` is true, further objects with the
/// same `id` follow.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "reply", rename_all = "snake_case")]
pub(super) enum Reply<'a> {
    /// The reader is in.
    Hello {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// The version of the protocol.
        protocol: u32,
        /// The commands that the server understands.
        understands: &'static [&'static str],
        /// The server's name.
        server: &'a str,
        /// The reader gets every event after this one.
        seq: u64,
        /// The reader's name.
        name: &'a str,
        /// Whether the reader is logged in to an account.
        registered: bool,
        /// The room that the reader is in.
        #[serde(skip_serializing_if = "Option::is_none")]
        room: Option<Room<'a>>,
        /// People there, including the reader.
        people: usize,
        /// The room's topic.
        #[serde(skip_serializing_if = "Option::is_none")]
        topic: Option<TopicShape<'a>>,
        /// How to resume the session.
        resume: Resumption,
        /// The message of the day.
        #[serde(skip_serializing_if = "Option::is_none")]
        motd: Option<&'a str>,
    },
    /// The reader has its session again. What it missed follows, as events.
    Resume {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// The version of the protocol.
        protocol: u32,
        /// The commands that the server understands.
        understands: &'static [&'static str],
        /// The reader's name.
        name: &'a str,
        /// The rooms that the reader is in.
        rooms: Vec<Room<'a>>,
        /// How many missed messages follow. Topics and announcements among them do not count.
        missed: u64,
        /// How many more were missed and cannot be sent: retention has removed them, or the reader was too slow.
        /// Includes private events that the server could not keep.
        gone: u64,
        /// The server was killed, and there was no `after`: how many of the first missed messages the reader may
        /// have read before.
        #[serde(skip_serializing_if = "Option::is_none")]
        doubted: Option<u64>,
        /// The reader is away, as it was before.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        away: bool,
        /// How to resume the session.
        #[serde(skip_serializing_if = "Option::is_none")]
        resume: Option<Resumption>,
    },
    /// The reader is in a room, perhaps already before.
    Join {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// The room.
        room: Room<'a>,
        /// People there, including the reader.
        people: usize,
        /// Its topic.
        #[serde(skip_serializing_if = "Option::is_none")]
        topic: Option<TopicShape<'a>>,
    },
    /// The people in a room.
    Who {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// The room.
        room: Room<'a>,
        /// Some of them, in the order in which they came to the server.
        people: Vec<Person<'a>>,
        /// Whether more follow.
        more: bool,
    },
    /// A person.
    Whois {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        #[serde(flatten)]
        profile: ProfileShape<'a>,
    },
    /// The rooms.
    Rooms {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// Some of them, the fullest first.
        rooms: Vec<RoomShape<'a>>,
        /// Whether more follow.
        more: bool,
    },
    /// A room's topic.
    Topic {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// The room.
        room: Room<'a>,
        /// Its topic.
        topic: Option<TopicShape<'a>>,
    },
    /// Earlier messages.
    History {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// The room.
        #[serde(skip_serializing_if = "Option::is_none")]
        room: Option<Room<'a>>,
        /// The other side of private messages: its account, or the name of a guest.
        #[serde(skip_serializing_if = "Option::is_none")]
        with: Option<&'a str>,
        /// Some of them, oldest first.
        events: Vec<Shape<'a>>,
        /// How many messages all objects of this reply have together; with `notices` each event counts as one.
        shown: u64,
        /// How many messages match, counted likewise; more than `shown` if `limit` is less. Absent if the reader
        /// ignores somebody and counting would take too long: then there may be more.
        #[serde(skip_serializing_if = "Option::is_none")]
        total: Option<u64>,
        /// Whether more follow.
        more: bool,
    },
    /// The messages found.
    Search {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// Some of them, oldest first.
        events: Vec<Shape<'a>>,
        /// There are, or may be, older matches: search again with this number as `below`.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<u64>,
        /// Whether more follow.
        more: bool,
    },
    /// The names that the reader ignores.
    Ignores {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// All of them.
        names: Vec<&'a str>,
    },
    /// The bans and the mutes.
    Bans {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// Some of the bans, oldest first.
        bans: Vec<RestrictionShape<'a>>,
        /// Some of the mutes, oldest first.
        mutes: Vec<RestrictionShape<'a>>,
        /// Whether more follow.
        more: bool,
    },
    /// The settings of a room, and who owns and moderates it.
    Room {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// The room.
        room: Room<'a>,
        /// People inside.
        people: usize,
        /// The settings.
        settings: SettingsShape<'a>,
        /// Whether only server operators moderate it.
        servers: bool,
        /// The reader's standing there, if any.
        #[serde(skip_serializing_if = "Option::is_none")]
        standing: Option<Rank>,
        /// People with a standing, the highest first. Only moderators see the invited.
        standings: Vec<StandingShape<'a>>,
        /// How many others have one.
        unlisted: usize,
        /// How many bars, mutes and masks the room has. Only for moderators.
        #[serde(skip_serializing_if = "Option::is_none")]
        barred: Option<usize>,
    },
    /// Whom a room keeps out or silences.
    Bars {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// The room.
        room: Room<'a>,
        /// Whom it keeps out, oldest first.
        bars: Vec<RestrictionShape<'a>>,
        /// Whom it silences, oldest first.
        mutes: Vec<RestrictionShape<'a>>,
        /// The masks of IRC's lists, oldest first.
        masks: Vec<MaskShape<'a>>,
        /// How many bars of addresses it has besides, which only operators see.
        #[serde(skip_serializing_if = "Option::is_none")]
        unseen: Option<usize>,
    },
    /// The reader's account.
    Account {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        #[serde(flatten)]
        account: AccountShape<'a>,
    },
    /// What operators did.
    Log {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// The entries, oldest first.
        entries: Vec<LogEntry<'a>>,
        /// There are older entries: ask again with this number as `before`.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<u64>,
    },
    /// The reader's numbers and the server's.
    Stats {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// The reader.
        #[serde(flatten)]
        profile: ProfileShape<'a>,
        /// People on the server.
        people: usize,
        /// Rooms with people in them.
        rooms_in_use: usize,
        /// Messages since the server started.
        messages: u64,
        /// When it started.
        started: Time,
    },
    /// The message of the day.
    Motd {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// The message.
        text: Option<&'a str>,
    },
}

/// A command is done.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Ack<'a> {
    /// The command.
    pub(super) ack: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a Id>,
    /// The `seq` of the event that it caused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seq: Option<u64>,
    /// The message was sent before under the same key; `seq` is the one it got then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) repeated: Option<bool>,
    /// What still holds the person whose ban, bar or mute is lifted: `by` says what it is (`target`, another of the
    /// same list; `mask`, one of IRC's; `address`, one that only operators see; `room`; `server`), `target` which, to be
    /// lifted too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remaining: Option<&'a RemainingShape>,
}

/// What still keeps a person out, or silent.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct RemainingShape {
    /// `target`, another ban, bar or mute of the same list; `mask`, a mask of one of IRC's lists; `address`, a bar of
    /// an address, which operators see; `room`, a mute in one room; `server`, a mute on the whole server.
    by: &'static str,
    /// What lifts it: a name, an address, a block of addresses, a mask, or the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
}

impl RemainingShape {
    /// What an event that lifts a ban, a bar or a mute leaves.
    pub(super) fn of(aside: Option<&Aside>) -> Option<Self> {
        let Some(Aside::Remaining(remaining)) = aside else {
            return None;
        };
        let (by, target) = match &**remaining {
            Remaining::Mask(mask) => {
                let whom = match &mask.name {
                    Some(name) => name.to_string(),
                    None => mask.to_string(),
                };
                ("target", Some(whom))
            }
            Remaining::Matched(mask) => ("mask", Some(mask.to_string())),
            Remaining::Address => ("address", None),
            Remaining::InRoom(room) => ("room", Some(room.to_string())),
            Remaining::OnServer => ("server", None),
        };
        Some(Self { by, target })
    }
}

/// A command is not done, or a line is none.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Refused<'a> {
    /// The command; null if the line has none, or cannot be read so far.
    pub(super) refused: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a Id>,
    /// Why, for the program.
    pub(super) code: &'static str,
    /// Why, for a person.
    pub(super) text: Displayed<&'a dyn Display>,
    /// The byte of the line at which the error was found, from 1 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) column: Option<usize>,
}

/// The server's word to the reader, which did not ask for it.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "notice", rename_all = "snake_case")]
pub(super) enum Notice<'a> {
    /// The reader was too slow, and missed events. `history` may have the messages among them.
    Skipped {
        /// How many.
        count: u64,
    },
    /// While nobody was logged in to the account, more private messages came than the server keeps for it: it does
    /// not send these. `history` has them.
    Omitted {
        /// How many.
        count: u64,
        /// The account that sent them; absent for those of all others.
        #[serde(skip_serializing_if = "Option::is_none")]
        with: Option<&'a str>,
    },
    /// Others tried wrong passwords for the reader's name.
    Guesses {
        /// How many.
        count: u64,
        /// The time of the first.
        since: Time,
        /// The address of the last.
        address: Displayed<core::net::IpAddr>,
    },
    /// The name in the `hello` is not registered, so the password proved nothing.
    PasswordNotNeeded,
    /// The reader could not return to a room it was in before.
    LeftOut {
        /// The room.
        room: Room<'a>,
        /// Why, for the program: a code as in a refusal.
        code: &'static str,
        /// Why, for a person.
        text: Displayed<&'a dyn Display>,
    },
    /// The session is over, and the server closes the connection.
    Closed {
        /// Why.
        reason: Reason,
        /// The reason given.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
        /// The operator, if one closed it.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<&'a str>,
        /// When the ban ends, if it does.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Time>,
    },
    /// Another connection has taken over the session.
    Superseded,
    /// The server stops. The session can be resumed.
    Stopping,
    /// No `hello` came in time, or too many were refused.
    NoHello,
}
