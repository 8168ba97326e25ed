//! What happened: facts, and events, which are facts with a place in the one order and a time.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::net::IpAddr;

use crate::ban::{Mask, Restriction};
use crate::ids::{ConnId, PersonId, RoomId, Seq};
use crate::name::Name;
use crate::resume::ResumeCode;
use crate::room_name::RoomName;
use crate::text::Text;
use crate::time::Timestamp;

/// A fact, numbered and dated.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its place in the one order.
    pub seq: Seq,
    /// When it was decided.
    pub at: Timestamp,
    /// What happened.
    pub fact: Fact,
}

/// Whether something was said or done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Manner {
    /// A line of talk.
    Speech,
    /// `/me`.
    Action,
}

/// Why somebody left the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuitReason {
    /// By `/quit`, with the reason given.
    Quit(Option<Text>),
    /// The peer closed its side (FIN): ^C in nc, or the end of a script.
    Closed,
    /// The connection was reset.
    Lost,
    /// The peer gave no sign of life.
    TimedOut,
    /// An operator closed the connection.
    Kicked {
        /// Which one.
        by: Name,
        /// The reason given.
        why: Option<Arc<Text>>,
    },
    /// An operator closed the door for good.
    Banned {
        /// Which one.
        by: Name,
        /// Until then, or for good.
        until: Option<Timestamp>,
        /// The reason given.
        why: Option<Arc<Text>>,
    },
    /// The socket took nothing for too long.
    TooSlow,
    /// The server stops or is replaced.
    Restart,
}

impl QuitReason {
    /// Whether the session may be taken up again: it was lost, not ended.
    pub fn is_resumable(&self) -> bool {
        matches!(
            self,
            Self::Closed | Self::Lost | Self::TimedOut | Self::TooSlow
        )
    }
}

/// Somebody came in by name.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedIn {
    /// The new person.
    pub person: PersonId,
    /// The connection that it came on.
    pub conn: ConnId,
    /// The name it goes by.
    pub name: Name,
    /// The address it came from.
    pub address: IpAddr,
    /// Whether the name is registered and was proven.
    pub registered: bool,
    /// Whether it is an operator.
    pub operator: bool,
    /// What takes the session up again.
    pub code: ResumeCode,
}

/// Somebody took up a lost session.
#[derive(Clone, Debug, PartialEq)]
pub struct Returned {
    /// The person as it was before, with the new connection and address.
    pub login: LoggedIn,
    /// The rooms it was in.
    pub rooms: Box<[RoomId]>,
    /// Whom it does not want to hear.
    pub ignores: Box<[Name]>,
    /// Everything up to this was shown to it.
    pub seen: Seq,
    /// The connection it was still on, if that had not been found dead yet: the others then never
    /// saw it leave.
    pub replaces: Option<ConnId>,
}

/// Somebody left the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Quit {
    /// Who.
    pub person: PersonId,
    /// The name it went by.
    pub name: Name,
    /// The rooms it was in.
    pub rooms: Box<[RoomId]>,
    /// Why.
    pub why: QuitReason,
}

/// Somebody took another name.
#[derive(Clone, Debug, PartialEq)]
pub struct Renamed {
    /// Who.
    pub person: PersonId,
    /// The name before.
    pub old: Name,
    /// The name from now on.
    pub new: Name,
    /// The rooms that are told.
    pub rooms: Box<[RoomId]>,
    /// Whether the new name is registered and was proven.
    pub registered: bool,
    /// Whether it is an operator under the new name.
    pub operator: bool,
}

/// A private message.
#[derive(Clone, Debug, PartialEq)]
pub struct PrivateMessage {
    /// The sender.
    pub from: PersonId,
    /// The sender's name.
    pub from_name: Name,
    /// The receiver.
    pub to: PersonId,
    /// The receiver's name.
    pub to_name: Name,
    /// What was told.
    pub text: Text,
    /// Whether the receiver does not want to hear the sender. The sender is not told.
    pub ignored: bool,
}

/// What an operator did.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Which operator; `server` stands for the program itself.
    pub by: Name,
    /// The person, if it is still here to be told.
    pub actor: Option<PersonId>,
    /// What was done.
    pub act: ModAction,
    /// The person it was done to, if it is here to be told.
    pub target: Option<PersonId>,
}

/// The kinds of [`AuditEntry`].
#[derive(Clone, Debug, PartialEq)]
pub enum ModAction {
    /// `/kick`
    Kick {
        /// Whom.
        name: Name,
        /// The reason given.
        why: Option<Arc<Text>>,
    },
    /// `/mute`
    Mute(Restriction),
    /// `/unmute`
    Unmute(Mask),
    /// `/ban`
    Ban(Restriction),
    /// `/unban`
    Unban(Mask),
    /// `/op`: lasting for a registered name, else until the person leaves.
    Op {
        /// Whom.
        name: Name,
        /// Whether it outlives the visit.
        lasting: bool,
    },
    /// `/deop`
    Deop {
        /// Whom.
        name: Name,
    },
    /// `/announce`
    Announce(Text),
    /// `/motd`: a new message of the day, or none.
    Motd(Option<Text>),
    /// `/lock`: on or off.
    Lock(bool),
}

/// Something that is so from now on.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// A room came into being.
    RoomOpened {
        /// Its number.
        room: RoomId,
        /// Its name.
        name: RoomName,
    },
    /// Somebody came in by name. Nobody sees it; the [`Fact::Joined`] behind it is seen.
    LoggedIn(Box<LoggedIn>),
    /// Somebody took up a lost session.
    Returned(Box<Returned>),
    /// Somebody entered a room.
    Joined {
        /// Who.
        person: PersonId,
        /// Its name.
        name: Name,
        /// Where.
        room: RoomId,
        /// How many are there now.
        here: u32,
    },
    /// Somebody left a room by command.
    Left {
        /// Who.
        person: PersonId,
        /// Its name.
        name: Name,
        /// Which.
        room: RoomId,
    },
    /// Several people came and went; told in one line.
    PresenceSummary {
        /// Where.
        room: RoomId,
        /// So many came.
        joined: u32,
        /// So many left.
        left: u32,
        /// Who it was, if it was one.
        who: Option<Name>,
        /// Why they left, if all did for the same reason.
        why: Option<QuitReason>,
        /// How many are there now.
        here: u32,
    },
    /// Somebody left the server.
    Quit(Box<Quit>),
    /// Somebody took another name.
    Renamed(Box<Renamed>),
    /// Somebody spoke in a room. Durable.
    Said {
        /// Who.
        person: PersonId,
        /// Its name.
        name: Name,
        /// Where.
        room: RoomId,
        /// What.
        text: Text,
        /// How.
        manner: Manner,
    },
    /// Somebody spoke to one person. Never stored: a name is no proof of who will bear it next.
    PrivateMessage(Box<PrivateMessage>),
    /// A room has another topic, or none. Durable.
    TopicSet {
        /// Where.
        room: RoomId,
        /// By whom.
        by: Name,
        /// The topic.
        text: Option<Text>,
    },
    /// Somebody is away, or back.
    AwaySet {
        /// Who.
        person: PersonId,
        /// Whether it is away.
        away: bool,
        /// The reason given.
        why: Option<Text>,
    },
    /// Somebody does not want to hear a name any more, or wants to again.
    IgnoreSet {
        /// Who.
        person: PersonId,
        /// Whom.
        name: Name,
        /// Which of the two.
        on: bool,
    },
    /// A name belongs to whoever knows its password. Durable.
    Registered {
        /// Who registered it.
        person: PersonId,
        /// The name.
        name: Name,
        /// The password's hash, in the PHC string format.
        password_hash: Arc<str>,
        /// Whether its bearer is a lasting operator.
        operator: bool,
    },
    /// An operator did something. Durable.
    Moderated(Box<AuditEntry>),
    /// Empty rooms without a history are gone; what has run out is forgotten.
    Tidied {
        /// The rooms.
        closed: Box<[RoomId]>,
    },
}

impl Fact {
    /// Whether it must be in the store before anybody sees it, and before it holds.
    pub fn is_durable(&self) -> bool {
        matches!(
            self,
            Self::Said { .. }
                | Self::TopicSet { .. }
                | Self::Registered { .. }
                | Self::Moderated(_)
        )
    }

    /// The rooms in whose logs it stands.
    pub fn rooms(&self) -> &[RoomId] {
        match self {
            Self::Joined { room, .. }
            | Self::Left { room, .. }
            | Self::PresenceSummary { room, .. }
            | Self::Said { room, .. }
            | Self::TopicSet { room, .. } => core::slice::from_ref(room),
            Self::Quit(departed) => &departed.rooms,
            Self::Renamed(renamed) => &renamed.rooms,
            Self::Returned(returned) if returned.replaces.is_none() => &returned.rooms,
            _ => &[],
        }
    }

    /// The people to whom it is told in private, wherever they are.
    pub fn people(&self) -> impl Iterator<Item = PersonId> + '_ {
        let (first, second) = match self {
            Self::PrivateMessage(message) if message.ignored => (Some(message.from), None),
            // Whoever talks to itself hears it once.
            Self::PrivateMessage(message) => (
                Some(message.from),
                (message.to != message.from).then_some(message.to),
            ),
            Self::Moderated(audit_entry) if !matches!(audit_entry.act, ModAction::Announce(_)) => (
                audit_entry.actor,
                audit_entry
                    .target
                    .filter(|&target| Some(target) != audit_entry.actor),
            ),
            Self::Registered { person, .. }
            | Self::AwaySet { person, .. }
            | Self::IgnoreSet { person, .. } => (Some(*person), None),
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// Whether it is told to everybody on the server.
    pub fn is_for_all(&self) -> bool {
        matches!(self, Self::Moderated(audit_entry) if matches!(audit_entry.act, ModAction::Announce(_)))
    }

    /// Who is heard in it: what `/ignore` goes by.
    pub fn voice(&self) -> Option<&Name> {
        match self {
            Self::Said { name, .. } => Some(name),
            Self::PrivateMessage(message) => Some(&message.from_name),
            _ => None,
        }
    }
}
