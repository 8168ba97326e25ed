//! What a client is told of its commands, and by the server itself.

use alloc::vec::Vec;
use core::fmt::Display;

use chinwag_core::{Client, Profile, Restriction, RoomLine, RoomSummary, Topic, WhoLine};
use serde::Serialize;

use super::events::{LogEntry, Reason, Shape};
use super::value::{Id, Room, Shown, Time};

/// The version of the protocol that `hello` answers with. It grows when something is taken away or
/// changes its meaning; what is added does not change it.
pub(super) const PROTOCOL: u32 = 1;

/// How a lost session is taken up again.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Resumption {
    /// The code, good once: each `resume` is answered with the next.
    pub(super) code: Shown<chinwag_core::ResumeCode>,
    /// It is good for so long after the link is lost.
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
        /// Everything that happens after this event is told.
        seq: u64,
        /// The reader's name.
        name: &'a str,
        /// Whether the reader is logged in to an account.
        registered: bool,
        /// The room that the reader is in.
        #[serde(skip_serializing_if = "Option::is_none")]
        room: Option<Room<'a>>,
        /// People there, the reader among them.
        people: usize,
        /// The room's topic.
        #[serde(skip_serializing_if = "Option::is_none")]
        topic: Option<TopicShape<'a>>,
        /// How the session is taken up again.
        resume: Resumption,
        /// The message of the day.
        #[serde(skip_serializing_if = "Option::is_none")]
        motd: Option<&'a str>,
    },
    /// The reader has its session again. What it has missed follows, as events.
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
        /// Messages that follow, of those that were missed. Topics and announcements among them are
        /// not counted.
        missed: u64,
        /// Older ones that are gone.
        gone: u64,
        /// How the session is taken up again.
        #[serde(skip_serializing_if = "Option::is_none")]
        resume: Option<Resumption>,
    },
    /// The reader is in a room, and may have been before.
    Join {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// The room.
        room: Room<'a>,
        /// People there, the reader among them.
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
        /// Whether others follow.
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
        /// Whether others follow.
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
    /// Messages of a room.
    History {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// The room.
        room: Room<'a>,
        /// Some of them, oldest first.
        events: Vec<Shape<'a>>,
        /// Messages that all objects of this answer have together.
        shown: u64,
        /// Messages that the question means. Fewer are shown than there are if `limit` is less.
        total: u64,
        /// Whether others follow.
        more: bool,
    },
    /// Messages with the words that were looked for.
    Search {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// Some of them, oldest first.
        events: Vec<Shape<'a>>,
        /// There are, or may be, older matches: `below` this number.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<u64>,
        /// Whether others follow.
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
        /// Whether others follow.
        more: bool,
    },
    /// What operators did.
    Log {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        /// The entries, oldest first.
        entries: Vec<LogEntry<'a>>,
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
    /// The place of the event that it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seq: Option<u64>,
    /// The message was sent before, under the same key, and has this place since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) repeated: Option<bool>,
}

/// A command is not done, or a line is none.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Refused<'a> {
    /// The command; none if the line has none.
    pub(super) refused: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a Id>,
    /// Why, for the program.
    pub(super) code: &'static str,
    /// Why, for a person.
    pub(super) text: Shown<&'a dyn Display>,
    /// The byte of the line at which the error was found, from 1 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) column: Option<usize>,
}

/// The server's word to the reader, which did not ask for it.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "notice", rename_all = "snake_case")]
pub(super) enum Notice<'a> {
    /// The reader was too slow for so many events. `history` may have the messages among them.
    Skipped {
        /// So many.
        count: u64,
    },
    /// Others tried wrong passwords for the reader's name.
    Guesses {
        /// So many.
        count: u64,
        /// The time of the first.
        since: Time,
        /// Where the last came from.
        address: Shown<core::net::IpAddr>,
    },
    /// The session is over, and the connection about to be closed.
    Closed {
        /// Why.
        reason: Reason,
        /// The reason given.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
        /// The operator, if one closed it.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<&'a str>,
    },
    /// Another connection has taken over the session.
    Superseded,
    /// The server stops. The session can be resumed.
    Stopping,
    /// No `hello` came in time, or too many in vain.
    NoHello,
}

/// A topic.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct TopicShape<'a> {
    /// The topic itself.
    text: &'a str,
    /// Who set it.
    by: &'a str,
    /// When.
    time: Time,
}

/// A person in a list.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Person<'a> {
    /// The name.
    name: &'a str,
    /// Whether it is logged in to an account.
    registered: bool,
    /// The account that it is logged in to.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    /// Whether the person is an operator.
    operator: bool,
    /// What it is connected with: `nc`, `telnet` or `json`.
    client: &'static str,
    /// Whether its connection is encrypted.
    encrypted: bool,
    /// Whether the person is away.
    away: bool,
    /// The reason given for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    away_text: Option<&'a str>,
    /// Seconds since it last spoke, or came.
    silent_seconds: u64,
}

/// All about a person.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ProfileShape<'a> {
    #[serde(flatten)]
    person: Person<'a>,
    /// The rooms it is in.
    rooms: Vec<Room<'a>>,
    /// When it came.
    since: Time,
    /// Messages it has sent to rooms.
    said: u64,
    /// Whether it is muted.
    muted: bool,
    /// Where it comes from; told to operators, and of oneself.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Shown<core::net::IpAddr>>,
}

/// A room in a list.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct RoomShape<'a> {
    /// The room.
    room: Room<'a>,
    /// People there.
    people: usize,
    /// Whether the reader is.
    joined: bool,
    /// Its topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<&'a str>,
}

/// A ban or a mute.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct RestrictionShape<'a> {
    /// Whom it concerns: a name, an address or a block, or a name and a block.
    target: Shown<&'a chinwag_core::Mask>,
    /// When it ends, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Time>,
    /// The operator.
    by: &'a str,
    /// The reason given.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

impl<'a> From<&'a Topic> for TopicShape<'a> {
    fn from(topic: &'a Topic) -> Self {
        Self {
            text: &topic.text,
            by: topic.by.as_str(),
            time: Time(topic.at),
        }
    }
}

impl<'a> From<&'a WhoLine> for Person<'a> {
    fn from(line: &'a WhoLine) -> Self {
        Self {
            name: line.name.as_str(),
            registered: line.account.is_some(),
            account: line.account.as_ref().map(chinwag_core::Name::as_str),
            operator: line.operator,
            client: match line.link.client {
                Client::Nc => "nc",
                Client::Telnet => "telnet",
                Client::Json => "json",
                Client::Irc => "irc",
            },
            encrypted: line.link.is_encrypted,
            away: line.away.is_some(),
            away_text: line.away.as_ref().and_then(|why| why.as_deref()),
            silent_seconds: line.silent.as_secs(),
        }
    }
}

impl<'a> From<&'a Profile> for ProfileShape<'a> {
    fn from(profile: &'a Profile) -> Self {
        Self {
            person: (&profile.line).into(),
            rooms: profile.rooms.iter().map(Room).collect(),
            since: Time(profile.since),
            said: profile.said,
            muted: profile.muted,
            address: profile.address.map(Shown),
        }
    }
}

impl<'a> From<&'a RoomLine> for RoomShape<'a> {
    fn from(line: &'a RoomLine) -> Self {
        Self {
            room: Room(&line.room),
            people: line.here,
            joined: line.joined,
            topic: line.topic.as_deref(),
        }
    }
}

impl<'a> From<&'a Restriction> for RestrictionShape<'a> {
    fn from(restriction: &'a Restriction) -> Self {
        Self {
            target: Shown(&restriction.mask),
            until: restriction.until.map(Time),
            by: restriction.by.as_str(),
            text: restriction.why.as_deref().map(|why| &**why),
        }
    }
}

/// People in a room that the reader has just entered.
pub(super) fn people_in(summary: &RoomSummary) -> usize {
    1 + summary.others.len() + summary.more
}
