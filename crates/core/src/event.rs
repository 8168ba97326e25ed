//! Facts, and events, which are facts with a place in the one order and a time.

mod audit;
mod author;
mod metadata;
mod people;
mod private;
mod rooms;

use alloc::boxed::Box;
use alloc::sync::Arc;

use crate::account::{AccountChanged, AccountSet};
use crate::ids::{PersonId, RoomId, Seq};
use crate::ignore::Ignored;
use crate::name::Name;
use crate::read_marker::MarkerSet;
use crate::room_name::RoomName;
use crate::sent_key::KeyUsed;
use crate::source::{IrcForm, Source};
use crate::text::Text;
use crate::time::Timestamp;

pub use audit::{AuditEntry, ModAction, RoomDeed, Spared, Tenure};
pub use metadata::{MetadataSet, MetadataShown};
pub use people::{Attached, Detached, LoggedIn, Quit, Renamed, Returned};
pub use private::{
    Correspondents, IdentSet, KeptMessage, KeptShown, Omitted, PrivateDeletion, PrivateMessage,
    RankMessage, Ranked, Signal,
};
pub use rooms::{Deletion, Knock, RoomAct, RoomChange, RoomRenamed, StandingCause, StandingShown};

/// A fact, numbered and dated.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its place in the one order.
    pub seq: Seq,
    /// The time of the decision.
    pub at: Timestamp,
    /// The fact.
    pub fact: Fact,
    /// The author as IRC shows it. Known only while there are readers who speak IRC.
    pub source: Option<Arc<Source>>,
}

/// Speech or action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Manner {
    /// A line of talk.
    Speech,
    /// `/me`.
    Action,
    /// A line that no program answers: IRC's NOTICE.
    Notice,
}

/// The reason why a person left the server.
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
        /// The operator.
        by: Name,
        /// The reason given.
        why: Option<Arc<Text>>,
    },
    /// An operator banned the person.
    Banned {
        /// The operator.
        by: Name,
        /// Until then, or for good.
        until: Option<Timestamp>,
        /// The reason given.
        why: Option<Arc<Text>>,
    },
    /// The socket took nothing for too long.
    TooSlow,
    /// The client sent more than it may, and never stopped.
    TooFast,
    /// The server stops or is replaced.
    Restart,
}

impl QuitReason {
    /// Whether it has words of the person that leaves.
    fn is_speech(&self) -> bool {
        matches!(self, Self::Quit(Some(_)))
    }

    /// Whether the session may be taken up again: it was lost, not ended.
    pub fn is_resumable(&self) -> bool {
        matches!(
            self,
            Self::Closed | Self::Lost | Self::TimedOut | Self::TooSlow
        )
    }
}

/// A change of the chat: true from now on.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// A room came into being.
    RoomOpened {
        /// Its number.
        room: RoomId,
        /// Its name.
        name: RoomName,
    },
    /// A person logged in. Nobody sees it; the [`Fact::Joined`] behind it is seen.
    LoggedIn(Box<LoggedIn>),
    /// A person resumed a session.
    Returned(Box<Returned>),
    /// A person is on one more connection. Nobody else is told.
    Attached(Box<Attached>),
    /// One of several connections of a person has ended. Nobody else is told.
    Detached(Box<Detached>),
    /// A person entered a room.
    Joined {
        /// The person.
        person: PersonId,
        /// Its name.
        name: Name,
        /// The room.
        room: RoomId,
        /// The number of people there now.
        here: u32,
    },
    /// A person left a room by command, or since the room is closed.
    Left {
        /// The person.
        person: PersonId,
        /// Its name.
        name: Name,
        /// The room.
        room: RoomId,
        /// The reason given, which programs and IRC show.
        why: Option<Text>,
        /// The operator who has closed the room, if that is why; the [`RoomAct::Removed`] behind it tells
        /// the others.
        closed_by: Option<Name>,
        /// The account that the person was logged in to, as far as it is known.
        account: Option<Name>,
    },
    /// Several people came and went: one line for all of them.
    PresenceSummary {
        /// The room.
        room: RoomId,
        /// The number that came.
        joined: u32,
        /// The number that left.
        left: u32,
        /// The person's name, if it was one.
        who: Option<Name>,
        /// The reason for leaving, if all had the same.
        why: Option<QuitReason>,
        /// The number of people there now.
        here: u32,
    },
    /// A person left the server.
    Quit(Box<Quit>),
    /// A person took another name.
    Renamed(Box<Renamed>),
    /// A person spoke in a room. Durable.
    Said {
        /// The person.
        person: PersonId,
        /// Its name.
        name: Name,
        /// The room.
        room: RoomId,
        /// The message.
        text: Text,
        /// Speech or action.
        manner: Manner,
        /// The form that IRC has of it.
        irc: Option<Arc<IrcForm>>,
        /// The account that the person is logged in to.
        account: Option<Name>,
    },
    /// The message right before was sent under a key. Durable if that is.
    KeyUsed(Box<KeyUsed>),
    /// A person sent a private message. Durable if it stands in the history of an account.
    PrivateMessage(Box<PrivateMessage>),
    /// A person sent a message to those in a room who have a standing. Not stored.
    RankMessage(Box<RankMessage>),
    /// A person sent a private message to an account that nobody is logged in to. Durable, until it is
    /// shown.
    MessageKept(Box<KeptMessage>),
    /// What was kept for an account is shown.
    KeptShown(Box<KeptShown>),
    /// A room has another topic, or none. Durable.
    TopicSet {
        /// The room.
        room: RoomId,
        /// The person who set it, if that is known.
        person: Option<PersonId>,
        /// The name of that person.
        by: Name,
        /// The topic.
        text: Option<Text>,
        /// The account that the person is logged in to.
        account: Option<Name>,
    },
    /// A person is away, or back.
    AwaySet {
        /// The person.
        person: PersonId,
        /// Its name.
        name: Name,
        /// Whether it is away.
        away: bool,
        /// The reason given.
        why: Option<Text>,
        /// The rooms it is in.
        rooms: Box<[RoomId]>,
    },
    /// A person ignores a name, or hears it again.
    IgnoreSet {
        /// The person.
        person: PersonId,
        /// The name, and who is behind it.
        who: Ignored,
        /// Whether it ignores it.
        on: bool,
        /// It did so at an earlier visit, and is not told again.
        since_before: bool,
    },
    /// An account came into being, changed or ended. Durable.
    AccountChanged(Box<AccountChanged>),
    /// A person logged in to an account, or out of one, or has other rights under the same.
    AccountSet(Box<AccountSet>),
    /// An operator acted. Durable.
    Moderated(Box<AuditEntry>),
    /// A person made a room, or found one that nobody owned and nobody was in: it has no settings
    /// any more, and this person is its moderator. Durable if it has an owner, or had rules.
    RoomFounded {
        /// The room.
        room: RoomId,
        /// The person.
        person: PersonId,
        /// The registered name that owns it.
        owner: Option<Name>,
        /// Whether it had rules, which are gone now.
        resets: bool,
    },
    /// A private room that nobody owned was left by everybody: its name is free, and nobody can get
    /// to what was said in it. Durable.
    RoomRetired {
        /// The room.
        room: RoomId,
    },
    /// A room has another name. Durable.
    RoomRenamed(Box<RoomRenamed>),
    /// A moderator acted in a room. Durable where it outlives the visit of the person concerned.
    RoomChanged(Box<RoomChange>),
    /// A standing came or went with a person or an account. Clients of IRC keep lists of ranks and are told
    /// in no other way; nobody else is shown it.
    StandingShown(Box<StandingShown>),
    /// A person asks to be let into a room.
    Knocked(Box<Knock>),
    /// A message was deleted. Durable.
    Deleted(Box<Deletion>),
    /// A private message was deleted. Durable.
    PrivateDeleted(Box<PrivateDeletion>),
    /// Somebody has read on. Durable for an account.
    MarkerSet(Box<MarkerSet>),
    /// A client has sent something to others that only clients of its kind understand. Durable if it
    /// stands in a history.
    Signal(Box<Signal>),
    /// A client of IRC says something else of itself.
    IdentSet(Box<IdentSet>),
    /// Metadata is another. Durable, unless it is a guest's. Nobody sees it; the
    /// [`Fact::MetadataShown`] behind it is seen.
    MetadataSet(Box<MetadataSet>),
    /// Metadata is shown to those who want to know of it.
    MetadataShown(Box<MetadataShown>),
    /// Empty rooms without a history are gone; what has run out is forgotten.
    Tidied {
        /// The rooms.
        closed: Box<[RoomId]>,
    },
}

impl Fact {
    /// Whether it must be in the store before it is applied and before anybody sees it.
    pub fn is_durable(&self) -> bool {
        match self {
            Self::RoomFounded { owner, resets, .. } => owner.is_some() || *resets,
            Self::RoomChanged(change) => change.is_durable(),
            Self::PrivateMessage(message) => message.is_stored(),
            Self::KeyUsed(used) => used.is_stored,
            Self::Signal(signal) => signal.is_stored(),
            Self::MarkerSet(set) => set.account.is_some(),
            Self::MetadataSet(set) => set.owner.is_lasting(),
            _ => matches!(
                self,
                Self::Said { .. }
                    | Self::TopicSet { .. }
                    | Self::AccountChanged(_)
                    | Self::MessageKept(_)
                    | Self::Moderated(_)
                    | Self::RoomRetired { .. }
                    | Self::RoomRenamed(_)
                    | Self::Deleted(_)
                    | Self::PrivateDeleted(_)
            ),
        }
    }

    /// Whether no other decision looks at it, so that many can be committed at once.
    pub fn is_talk(&self) -> bool {
        match self {
            Self::Said { .. } | Self::KeyUsed(_) | Self::MarkerSet(_) | Self::Signal(_) => true,
            Self::PrivateMessage(message) => message.kept.is_none(),
            _ => false,
        }
    }

    /// The rooms whose logs it belongs to.
    pub fn rooms(&self) -> &[RoomId] {
        match self {
            Self::Joined { room, .. }
            | Self::Left { room, .. }
            | Self::PresenceSummary { room, .. }
            | Self::Said { room, .. }
            | Self::TopicSet { room, .. } => core::slice::from_ref(room),
            Self::Quit(quit) => &quit.rooms,
            Self::Renamed(renamed) => &renamed.rooms,
            Self::Returned(returned) if returned.was_lost => &returned.rooms,
            Self::RoomChanged(change) if change.is_public() => core::slice::from_ref(&change.room),
            Self::Deleted(deletion) => core::slice::from_ref(&deletion.room),
            Self::RoomRenamed(renamed) => core::slice::from_ref(&renamed.room),
            Self::StandingShown(shown) => core::slice::from_ref(&shown.room),
            Self::AwaySet { rooms, .. } => rooms,
            Self::AccountSet(set) => &set.rooms,
            Self::AccountChanged(changed) => &changed.rooms,
            Self::IdentSet(set) => &set.rooms,
            Self::Signal(signal) => signal.room.as_slice(),
            _ => &[],
        }
    }

    /// The people who are told in private, wherever they are.
    pub fn people(&self) -> impl Iterator<Item = PersonId> + '_ {
        let (first, second) = match self {
            Self::PrivateMessage(message) if message.ignored => (Some(message.from), None),
            // A message to oneself is heard once.
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
            Self::AccountSet(set) => (Some(set.person), None),
            Self::MessageKept(message) => (Some(message.from), None),
            Self::KeptShown(shown) => (Some(shown.person), None),
            Self::AwaySet { person, .. } | Self::IgnoreSet { person, .. } => (Some(*person), None),
            Self::RoomChanged(change) => {
                let told = change.told.filter(|told| Some(*told) != change.actor);
                (change.actor, told)
            }
            Self::Knocked(knock) => (Some(knock.person), None),
            Self::IdentSet(set) => (Some(set.person), None),
            Self::RankMessage(message) => (Some(message.from), None),
            Self::MetadataShown(shown) => (Some(shown.by), None),
            Self::Signal(signal) => {
                let to = signal.to.as_ref().filter(|_| !signal.ignored);
                let to = to.map(|(to, _)| *to);
                let from = Some(signal.from).filter(|_| signal.room.is_none());
                (from, to.filter(|to| Some(*to) != from))
            }
            _ => (None, None),
        };
        let others: &[PersonId] = match self {
            Self::Knocked(knock) => &knock.moderators,
            Self::PrivateDeleted(deletion) => &deletion.people,
            Self::MarkerSet(set) => &set.others,
            Self::AccountChanged(changed) => &changed.logins,
            Self::RoomChanged(change) => match &change.act {
                RoomAct::Removed { members } => members,
                _ => &change.moderators,
            },
            Self::RoomRenamed(renamed) => &renamed.members,
            Self::RankMessage(message) => &message.to.hearers,
            Self::Signal(signal) => match &signal.ranked {
                Some(ranked) => &ranked.hearers,
                None => &[],
            },
            _ => &[],
        };
        let pair = first.into_iter().chain(second);
        pair.chain(others.iter().copied())
    }

    /// Whether programs alone are told of it in a room: no line of people's shows it.
    pub fn is_silent(&self) -> bool {
        match self {
            Self::Deleted(deletion) => deletion.is_signal,
            _ => matches!(
                self,
                Self::AwaySet { .. }
                    | Self::AccountSet(_)
                    | Self::AccountChanged(_)
                    | Self::IdentSet(_)
                    | Self::Signal(_)
                    | Self::StandingShown(_)
            ),
        }
    }

    /// Whether it tells a room who came, went or changed, or what its moderators did, so that a history has it on
    /// wish. It is stored a moment after it was shown, since a commit for each would be too dear.
    pub fn is_movement(&self) -> bool {
        match self {
            // It is for clients of IRC.
            Self::RoomChanged(change) => !matches!(change.act, RoomAct::Listed { .. }),
            _ => matches!(
                self,
                Self::Joined { .. }
                    | Self::Left { .. }
                    | Self::PresenceSummary { .. }
                    | Self::Quit(_)
                    | Self::Returned(_)
                    | Self::Renamed(_)
                    | Self::RoomRenamed(_)
            ),
        }
    }

    /// Whether it is told to everybody on the server.
    pub fn is_for_all(&self) -> bool {
        matches!(self, Self::Moderated(audit_entry) if matches!(audit_entry.act, ModAction::Announce(_)))
    }
}
