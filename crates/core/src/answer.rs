//! What a query is answered with. Data only: the words are the dialect's.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::ban::Restriction;
use crate::ids::{PersonId, RoomId};
use crate::name::Name;
use crate::resume::ResumeCode;
use crate::room_name::RoomName;
use crate::text::Text;
use crate::time::{Duration, Timestamp};

/// A room's topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// What it is.
    pub text: Text,
    /// Who set it.
    pub by: Name,
    /// When.
    pub at: Timestamp,
}

/// The room that somebody has come into, and who else is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomSummary {
    /// The room.
    pub room: RoomName,
    /// Its number.
    pub id: RoomId,
    /// The first few of the others, in the order in which they came.
    pub others: Box<[Name]>,
    /// How many more there are.
    pub more: usize,
    /// The room's topic.
    pub topic: Option<Topic>,
}

/// What somebody is told on arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// Who it is now.
    pub person: PersonId,
    /// The name it got.
    pub name: Name,
    /// Where it is.
    pub room: RoomSummary,
    /// What takes the session up again, and how long it does.
    pub resume: (ResumeCode, Duration),
    /// Whether it became the operator by being the first.
    pub first_operator: bool,
    /// The message of the day.
    pub motd: Option<Text>,
}

/// One person in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhoLine {
    /// The name.
    pub name: Name,
    /// Whether it is an operator.
    pub operator: bool,
    /// Whether the name is registered.
    pub registered: bool,
    /// Whether it is away, and why.
    pub away: Option<Option<Text>>,
    /// How long it has said nothing.
    pub silent: Duration,
}

/// One room in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomLine {
    /// The room.
    pub room: RoomName,
    /// How many are in it.
    pub here: usize,
    /// Whether the asker is.
    pub joined: bool,
    /// Its topic.
    pub topic: Option<Text>,
}

/// What there is to know about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// As in a list.
    pub line: WhoLine,
    /// The rooms it is in.
    pub rooms: Box<[RoomName]>,
    /// When it came.
    pub since: Timestamp,
    /// Lines it has said.
    pub said: u64,
    /// Whether it is muted.
    pub muted: bool,
    /// Where it comes from; operators alone are told.
    pub address: Option<IpAddr>,
}

/// The answer to a [`Query`](crate::Query).
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To `Greeting`: how many people in how many rooms.
    Greeting {
        /// People.
        people: usize,
        /// Rooms that somebody is in.
        rooms: usize,
    },
    /// To `Credential`: the claim's hash.
    PasswordHash(Option<Arc<str>>),
    /// To `Who`.
    Who {
        /// Where.
        room: RoomName,
        /// The first of those who are there, in the order in which they came.
        people: Vec<WhoLine>,
        /// How many more there are.
        more: usize,
    },
    /// To `Whois`.
    Whois(Box<Profile>),
    /// To `Rooms`.
    Rooms {
        /// The first, by how many people are there.
        rooms: Vec<RoomLine>,
        /// How many more there are.
        more: usize,
    },
    /// To `Topic`.
    Topic {
        /// Where.
        room: RoomName,
        /// What.
        topic: Option<Topic>,
    },
    /// To `Room`: its number and name.
    RoomId(RoomId, RoomName),
    /// To `View`.
    Room(RoomSummary),
    /// To `Stats`.
    Stats {
        /// The asker.
        own: Box<Profile>,
        /// People.
        people: usize,
        /// Rooms that somebody is in.
        rooms: usize,
        /// Messages said since the server started.
        said: u64,
        /// When it started.
        started: Timestamp,
    },
    /// To `Ignores`.
    Ignores(Vec<Name>),
    /// To `Sanctions`.
    Restrictions {
        /// The bans.
        bans: Vec<Restriction>,
        /// The mutes.
        mutes: Vec<Restriction>,
    },
    /// To `Log`: yes.
    Log,
    /// To `Motd`.
    Motd(Option<Text>),
}
