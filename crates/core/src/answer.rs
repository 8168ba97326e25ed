//! Answers to queries. Data only: the words are the dialect's.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::account::Account;
use crate::ban::Restriction;
use crate::chat::{RestrictionCursor, RoomCursor};
use crate::ids::{PersonId, RoomId};
use crate::link::Link;
use crate::mask::RoomMask;
use crate::metadata::{Metadata, MetadataLine, MetadataSubject};
use crate::name::Name;
use crate::read_marker::MarkerTarget;
use crate::rejection::Rejection;
use crate::resume::ResumeCode;
use crate::room::{Held, RoomSettings, Standing};
use crate::room_name::RoomName;
use crate::source::Source;
use crate::text::Text;
use crate::time::{Duration, Timestamp};

/// A room's topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// The topic itself.
    pub text: Text,
    /// The person who set it.
    pub by: Name,
    /// The account that it was logged in to, where that is known.
    pub account: Option<Name>,
    /// The time at which it was set.
    pub at: Timestamp,
}

/// A room as it is shown to a person who enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomSummary {
    /// The room.
    pub room: RoomName,
    /// Its number.
    pub id: RoomId,
    /// The first few of the others, in the order in which they came to the server.
    pub others: Box<[Name]>,
    /// The number of others beyond those.
    pub more: usize,
    /// The room's topic.
    pub topic: Option<Topic>,
    /// Whether its reader ignores somebody: more of its past is to be looked at to fill a screen.
    pub ignores: bool,
}

/// The welcome to a person who has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// The person's number.
    pub person: PersonId,
    /// The name it got.
    pub name: Name,
    /// The room it talks in; none if it is in none.
    pub room: Option<RoomSummary>,
    /// The other rooms it is in.
    pub also: Vec<RoomName>,
    /// The code that resumes the session, and the time that it can be resumed.
    pub resume: (ResumeCode, Duration),
    /// Whether it became the operator by being the first.
    pub first_operator: bool,
    /// Whether it is logged in to an account.
    pub registered: bool,
    /// The message of the day.
    pub motd: Option<Text>,
    /// How many are here.
    pub counts: Counts,
}

/// What a person is told that has taken its session up again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WelcomeBack {
    /// Lines that it has said in this visit.
    pub said: u64,
    /// The code that resumes the session from now on, and the time that it can be resumed.
    pub resume: (ResumeCode, Duration),
    /// The message of the day.
    pub motd: Option<Text>,
    /// How many are here.
    pub counts: Counts,
}

/// A room that a person was in before, and is not in again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name.
    pub room: RoomName,
    /// What keeps the person out.
    pub why: Rejection,
}

/// One person in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhoLine {
    /// The name.
    pub name: Name,
    /// How it is connected.
    pub link: Link,
    /// Whether it is an operator.
    pub operator: bool,
    /// The account that it is logged in to.
    pub account: Option<Name>,
    /// Whether it is away, and why.
    pub away: Option<Option<Text>>,
    /// The time since it last spoke.
    pub silent: Duration,
    /// What it is in the room that the list is of, if that is more than a guest.
    pub held: Option<Held>,
    /// The person as IRC shows it, for readers in IRC.
    pub source: Option<Arc<Source>>,
}

/// One room in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomLine {
    /// The room.
    pub room: RoomName,
    /// The number of people in it.
    pub here: usize,
    /// Whether the asker is.
    pub joined: bool,
    /// Its topic.
    pub topic: Option<Text>,
    /// The time at which that was set.
    pub topic_at: Option<Timestamp>,
    /// The time at which the room was made, as far as the server remembers.
    pub created: Timestamp,
}

/// The end of a page of people, where the next begins. A person who stays in the room is on exactly
/// one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberCursor {
    pub(crate) after: PersonId,
    /// People on the pages so far.
    pub(crate) listed: usize,
}

/// A room's settings, and who governs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomInfo {
    /// The room.
    pub room: RoomName,
    /// Its settings. The password is there for moderators alone.
    pub settings: RoomSettings,
    /// Whether there is a password.
    pub has_password: bool,
    /// Whether server operators alone moderate it.
    pub is_servers: bool,
    /// The asker's own standing.
    pub standing: Option<Standing>,
    /// Those with a standing, the highest first; of the invited only moderators are told.
    pub standings: Box<[(Name, Standing)]>,
    /// The number of others beyond those.
    pub more: usize,
    /// The bars, mutes and masks of it; told to moderators.
    pub listed: usize,
    /// People inside.
    pub here: usize,
    /// The time at which it was made, as far as the server remembers.
    pub created: Timestamp,
}

/// A person's profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The person as in a list.
    pub line: WhoLine,
    /// The rooms it is in.
    pub rooms: Box<[RoomName]>,
    /// What it is in each of them, if that is more than a guest.
    pub held: Box<[Option<Held>]>,
    /// The time at which it came.
    pub since: Timestamp,
    /// Lines it has said.
    pub said: u64,
    /// Whether it is muted.
    pub muted: bool,
    /// Its metadata, if it has any.
    pub metadata: Option<Arc<Metadata>>,
    /// The address it comes from; only operators are told.
    pub address: Option<IpAddr>,
}

/// An account, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountProfile {
    /// The account.
    pub account: Account,
    /// The people who are logged in to it, in the order in which they came.
    pub logins: Vec<Login>,
}

/// A person who is logged in to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The person's name.
    pub name: Name,
    /// The address it comes from.
    pub address: IpAddr,
    /// The time at which it came.
    pub since: Timestamp,
    /// Whether it is the asker.
    pub own: bool,
}

/// A person who has gone, or gave up a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departed {
    /// The name.
    pub name: Name,
    /// The person as IRC showed it.
    pub source: Arc<Source>,
    /// When.
    pub at: Timestamp,
}

/// The private history of an account with another, or with a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// The asker's account.
    pub account: Name,
    /// The other side: its account, or the name of a guest.
    pub with: Name,
}

/// A room, or the other side of a private history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryTarget {
    /// A room.
    Room(RoomId),
    /// The other side, by the name that it went by last.
    Person(Name),
}

/// How many people and rooms there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// People on the server.
    pub people: usize,
    /// The most that there were at once since it started.
    pub people_seen_max: usize,
    /// People who want to be shown to those alone who share a room with them.
    pub invisible: usize,
    /// Operators.
    pub operators: usize,
    /// Rooms with people in them.
    pub rooms: usize,
}

/// The answer to a [`Query`](crate::Query). One that comes in pages carries in `next` the cursor of
/// the next page, if there is one.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To `Greeting`.
    Greeting {
        /// People on the server.
        people: usize,
        /// Rooms with people in them.
        rooms: usize,
    },
    /// To `PasswordHash`: the account, by its own name, if the name is registered, and the hash of its password.
    PasswordHash(Option<(Name, Option<Arc<str>>)>),
    /// To `Certified`: the account, by its own name.
    Certified(Option<Name>),
    /// To `Everybody`.
    Everybody {
        /// A page of the people.
        people: Vec<Profile>,
        /// The last name on this page, if there are more.
        next: Option<Name>,
    },
    /// To `Account`.
    Account(Box<AccountProfile>),
    /// To `Who`.
    Who {
        /// The room.
        room: RoomName,
        /// Whether those inside alone know of it.
        hidden: bool,
        /// A page of the people there, in the order in which they came to the server.
        people: Vec<WhoLine>,
        /// The number of people on the pages after this.
        more: usize,
        /// The next page.
        next: Option<MemberCursor>,
    },
    /// To `Names`.
    Names {
        /// The room.
        room: RoomName,
        /// Whether those inside alone know of it.
        hidden: bool,
        /// A page of the people there, in the order in which they came to the server.
        members: Vec<(Name, Option<Held>)>,
        /// The next page.
        next: Option<MemberCursor>,
    },
    /// To `Whois`.
    Whois(Box<Profile>),
    /// To `Rooms`.
    Rooms {
        /// A page of the rooms, the fullest first.
        rooms: Vec<RoomLine>,
        /// The number of rooms on the pages after this.
        more: usize,
        /// The next page.
        next: Option<RoomCursor>,
    },
    /// To `Topic`.
    Topic {
        /// The room.
        room: RoomName,
        /// Its topic.
        topic: Option<Topic>,
    },
    /// To `Room`: its number and name.
    RoomId(RoomId, RoomName),
    /// To `Conversation`.
    Conversation(Conversation),
    /// To `Marker`: its target as the server knows it, and the time, if one was said.
    Marker(MarkerTarget, Option<Timestamp>),
    /// To `View`.
    Room(RoomSummary),
    /// To `Stats`.
    Stats {
        /// The asker.
        own: Box<Profile>,
        /// People on the server.
        people: usize,
        /// Rooms with people in them.
        rooms: usize,
        /// Messages since the server started.
        said: u64,
        /// The time at which it started.
        started: Timestamp,
    },
    /// To `Ignores`.
    Ignores(Vec<Name>),
    /// To `Restrictions`.
    Restrictions {
        /// The number of bans and of mutes on all pages.
        counts: (usize, usize),
        /// A page of the bans, oldest first.
        bans: Vec<Restriction>,
        /// The mutes that have place behind the last of the bans, oldest first.
        mutes: Vec<Restriction>,
        /// The names of these mutes whose bearer goes by another now, which stands behind it.
        renamed: Vec<(Name, Name)>,
        /// The next page.
        next: Option<RestrictionCursor>,
    },
    /// To `Log`: yes.
    Log,
    /// To `Invitations`.
    Invitations(Vec<RoomName>),
    /// To `Masks`.
    Masks {
        /// The room.
        room: RoomName,
        /// The masks, and the bars or mutes that stand on the list as masks.
        masks: Vec<RoomMask>,
    },
    /// To `Departed`: the newest first.
    Departed(Vec<Departed>),
    /// To `Counts`.
    Counts(Counts),
    /// To `Fence`.
    Fence,
    /// To `People`.
    People {
        /// Those of the page who match, in the order of the alphabet.
        people: Vec<WhoLine>,
        /// The last name on this page, if there are more.
        next: Option<Name>,
    },
    /// To `Online`: one for each name.
    Online(Vec<Option<WhoLine>>),
    /// To `Metadata`: whose it is, and all of it.
    Metadata(MetadataSubject, Arc<Metadata>),
    /// To `MetadataIn`.
    MetadataIn {
        /// The room.
        room: RoomName,
        /// A page of those who have something, the room before its people.
        lines: Vec<MetadataLine>,
        /// The next page.
        next: Option<MemberCursor>,
    },
    /// To `Motd`.
    Motd(Option<Text>),
    /// To `RoomInfo`.
    RoomInfo(Box<RoomInfo>),
    /// To `Bars`.
    Bars {
        /// The room.
        room: RoomName,
        /// Whom it keeps out, oldest first. Of a name that stands for an address too, only server
        /// operators are told the address.
        bars: Vec<Restriction>,
        /// Whom it silences, likewise.
        mutes: Vec<Restriction>,
        /// What clients of IRC have set by mask, oldest first.
        masks: Vec<RoomMask>,
    },
}
