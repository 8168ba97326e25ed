//! Answers to queries. Data only: dialects word them.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::account::Account;
use crate::ban::Restriction;
use crate::chat::{RestrictionCursor, RoomCursor};
use crate::event::Aside;
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
    /// The name of the person who set it.
    pub by: Name,
    /// The account they were logged in to, if known.
    pub account: Option<Name>,
    /// When it was set.
    pub at: Timestamp,
}

/// A room as a person sees it on entering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomSummary {
    /// The room.
    pub room: RoomName,
    /// Its number.
    pub id: RoomId,
    /// The first few other people, in the order in which they came to the server.
    pub others: Box<[Name]>,
    /// How many others there are beyond those.
    pub more: usize,
    /// The room's topic.
    pub topic: Option<Topic>,
    /// Whether it has a password.
    pub has_password: bool,
    /// Whether the reader ignores somebody: then filling a screen takes more of the past.
    pub ignores: bool,
}

/// The welcome to a person who has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// The person's number.
    pub person: PersonId,
    /// The name they got.
    pub name: Name,
    /// The room they talk in; `None` if they are in no room.
    pub room: Option<RoomSummary>,
    /// The other rooms they are in.
    pub also: Vec<RoomName>,
    /// The code that resumes the session, and how long it works after the link is lost.
    pub resume: (ResumeCode, Duration),
    /// Whether the person became the operator by being the first.
    pub first_operator: bool,
    /// How long the role of the operator, which would have been theirs, waits for one whose link is lost.
    pub operator_waits: Option<Duration>,
    /// Whether they are logged in to an account.
    pub registered: bool,
    /// The message of the day.
    pub motd: Option<Text>,
    /// How many are here.
    pub counts: Counts,
}

/// The welcome to a person who has resumed a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WelcomeBack {
    /// How many lines they have said during this visit.
    pub said: u64,
    /// Whether they are away, and why.
    pub away: Option<Option<Text>>,
    /// The code that resumes the session from now on, and how long it works after the link is lost.
    pub resume: (ResumeCode, Duration),
    /// The message of the day.
    pub motd: Option<Text>,
    /// How many are here.
    pub counts: Counts,
    /// The name that they had, if it was not kept for them and they have another since: somebody has
    /// that one, or one that looks like it.
    pub name_before: Option<Name>,
}

/// A room that a person was in before and could not enter again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name.
    pub room: RoomName,
    /// What keeps them out.
    pub why: Rejection,
}

/// One person in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhoLine {
    /// The name.
    pub name: Name,
    /// How they are connected.
    pub link: Link,
    /// Whether they are an operator.
    pub operator: bool,
    /// The account they are logged in to.
    pub account: Option<Name>,
    /// Whether they are away, and why.
    pub away: Option<Option<Text>>,
    /// How long ago they last spoke.
    pub silent: Duration,
    /// Their standing in the listed room, if they have one.
    pub held: Option<Held>,
    /// The person as IRC shows them, for readers who use IRC.
    pub source: Option<Arc<Source>>,
}

/// One room in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomLine {
    /// The room.
    pub room: RoomName,
    /// The number of people in it.
    pub here: usize,
    /// Whether the asker is in it.
    pub joined: bool,
    /// Its topic.
    pub topic: Option<Text>,
    /// When the topic was set.
    pub topic_at: Option<Timestamp>,
    /// When the room was created, as far as the server remembers.
    pub created: Timestamp,
}

/// The end of a page of people, where the next begins. A person who stays in the room is on exactly
/// one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberCursor {
    pub(crate) after: PersonId,
    /// How many people were on the pages so far.
    pub(crate) listed: usize,
}

/// A room's settings, and who governs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomInfo {
    /// The room.
    pub room: RoomName,
    /// Its settings. Only moderators see the password.
    pub settings: RoomSettings,
    /// Whether there is a password.
    pub has_password: bool,
    /// Whether only server operators moderate it.
    pub is_servers: bool,
    /// The asker's own standing.
    pub standing: Option<Standing>,
    /// People with a standing, the highest first; only moderators see who is invited.
    pub standings: Box<[(Name, Standing)]>,
    /// How many others there are beyond those.
    pub more: usize,
    /// How many bars, mutes and masks it has; only moderators see this.
    pub listed: usize,
    /// How many people are inside.
    pub here: usize,
    /// When it was created, as far as the server remembers.
    pub created: Timestamp,
}

/// A person's profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The same as in a list.
    pub line: WhoLine,
    /// The rooms they are in.
    pub rooms: Box<[RoomName]>,
    /// Their standing in each of those rooms, if they have one.
    pub held: Box<[Option<Held>]>,
    /// When they came.
    pub since: Timestamp,
    /// How many lines they have said.
    pub said: u64,
    /// Whether they are muted.
    pub muted: bool,
    /// Their metadata, if they have any.
    pub metadata: Option<Arc<Metadata>>,
    /// How they are connected, by each kind once.
    pub links: Box<[Link]>,
    /// The addresses they come from, each once; only operators see them.
    pub addresses: Box<[IpAddr]>,
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
    /// The address they come from.
    pub address: IpAddr,
    /// When they came.
    pub since: Timestamp,
    /// Whether this is the asker.
    pub own: bool,
}

/// A person who has left, or gave up a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departed {
    /// The name.
    pub name: Name,
    /// The person as IRC showed them.
    pub source: Arc<Source>,
    /// Where they came from, which nobody is shown.
    pub address: IpAddr,
    /// When they left or gave it up.
    pub at: Timestamp,
}

/// The private history of an account with another, or with a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// The asker's account.
    pub account: Name,
    /// The other side: an account, or the name of a guest.
    pub with: Name,
    /// Nobody goes by that name, and no account has it.
    pub nobody: Option<Aside>,
}

/// A room, or the other side of a private history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryTarget {
    /// A room.
    Room(RoomId),
    /// The other side, by the last name that it had.
    Person(Name),
}

/// How many people and rooms there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// People on the server.
    pub people: usize,
    /// The most people at once since the server started.
    pub people_seen_max: usize,
    /// People who only want to be shown to those who share a room with them.
    pub invisible: usize,
    /// Operators.
    pub operators: usize,
    /// Rooms with people in them.
    pub rooms: usize,
}

/// The answer to a [`Query`](crate::Query). If it comes in pages, `next` has the cursor of the next
/// page.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To `Greeting`.
    Greeting {
        /// People on the server.
        people: usize,
        /// Rooms with people in them.
        rooms: usize,
    },
    /// To `PasswordHash`: the account's own name, if the name is registered, and its password hash.
    PasswordHash(Option<(Name, Option<Arc<str>>)>),
    /// To `Certified`: the account's own name.
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
        /// Whether only people inside know of it.
        hidden: bool,
        /// A page of the people inside, in the order in which they came to the server.
        people: Vec<WhoLine>,
        /// How many people come on later pages.
        more: usize,
        /// The next page.
        next: Option<MemberCursor>,
    },
    /// To `Names`.
    Names {
        /// The room.
        room: RoomName,
        /// Whether only people inside know of it.
        hidden: bool,
        /// A page of the people inside, in the order in which they came to the server.
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
        /// How many rooms come on later pages.
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
    /// To `Room`: its number and its name.
    RoomId(RoomId, RoomName),
    /// To `Conversation`.
    Conversation(Conversation),
    /// To `Marker`: the target, as the server writes it, and the marker's time if there is one.
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
        /// The mutes on this page, which follow the last ban, oldest first.
        mutes: Vec<Restriction>,
        /// For mutes whose target goes by another name now: the name of the mute and the current
        /// one.
        renamed: Vec<(Name, Name)>,
        /// The names of these bans and mutes that accounts are called by.
        accounts: Vec<Name>,
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
        /// The masks, and the bars or mutes that the list shows as masks.
        masks: Vec<RoomMask>,
    },
    /// To `Departed`, newest first.
    Departed(Vec<Departed>),
    /// To `Counts`.
    Counts(Counts),
    /// To `Fence`.
    Fence,
    /// To `People`.
    People {
        /// The people on this page who match, in alphabetical order.
        people: Vec<WhoLine>,
        /// The last name on this page, if there are more.
        next: Option<Name>,
    },
    /// To `Online`, one for each name.
    Online(Vec<Option<WhoLine>>),
    /// To `Metadata`: the owner and all of its metadata.
    Metadata(MetadataSubject, Arc<Metadata>),
    /// To `MetadataIn`.
    MetadataIn {
        /// The room.
        room: RoomName,
        /// A page of owners that have metadata, the room before its people.
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
        /// Its bars, oldest first. If a name covers an address as well, only server operators see
        /// the address.
        bars: Vec<Restriction>,
        /// Its mutes, likewise.
        mutes: Vec<Restriction>,
        /// The names of these that accounts are called by.
        accounts: Vec<Name>,
        /// Masks set by IRC clients, oldest first.
        masks: Vec<RoomMask>,
        /// How many bars of addresses there are besides, which only server operators see.
        unseen: usize,
    },
}
