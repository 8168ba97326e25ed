//! Facts, and events, which are facts with a place in the one order and a time.

mod audience;
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

pub use audit::{Aside, AuditEntry, ModAction, Remaining, RoomDeed, Spared, Tenure};
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
    /// The author as IRC shows them. Only known while some reader uses IRC.
    pub source: Option<Arc<Source>>,
}

impl Event {
    /// Whether it tells anything to one who has seen its room up to `seen` and is shown what
    /// follows. A deletion of a later message does not: the history has it in the message's place.
    #[must_use]
    pub fn is_news_after(&self, seen: Seq) -> bool {
        self.seq > seen
            && match &self.fact {
                Fact::Deleted(deletion) => deletion.message <= seen,
                _ => true,
            }
    }
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
        /// When it ends; `None` for never.
        until: Option<Timestamp>,
        /// The reason given.
        why: Option<Arc<Text>>,
    },
    /// The socket took nothing for too long.
    TooSlow,
    /// The client sent too fast, and never stopped.
    TooFast,
    /// The server stops or is replaced.
    Restart,
}

impl QuitReason {
    /// Whether it has words of the leaving person.
    fn is_speech(&self) -> bool {
        matches!(self, Self::Quit(Some(_)))
    }

    /// Whether the session may be resumed: it was lost, not ended.
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
    /// A room was created.
    RoomOpened {
        /// Its number.
        room: RoomId,
        /// Its name.
        name: RoomName,
    },
    /// A person logged in. No room shows this, but the [`Fact::Joined`] that follows.
    LoggedIn(Box<LoggedIn>),
    /// A person resumed a session.
    Returned(Box<Returned>),
    /// A person got another connection. Nobody else is told.
    Attached(Box<Attached>),
    /// One of a person's several connections has ended. Nobody else is told.
    Detached(Box<Detached>),
    /// A person entered a room.
    Joined {
        /// The person.
        person: PersonId,
        /// Their name.
        name: Name,
        /// The room.
        room: RoomId,
        /// The number of people there now.
        here: u32,
    },
    /// A person left a room by command, or because the room was closed.
    Left {
        /// The person.
        person: PersonId,
        /// Their name.
        name: Name,
        /// The room.
        room: RoomId,
        /// The reason given, which programs and IRC show.
        why: Option<Text>,
        /// The operator who closed the room, if one did; the [`RoomAct::Removed`] that follows
        /// tells the others.
        closed_by: Option<Name>,
        /// The account that the person was logged in to, if known.
        account: Option<Name>,
    },
    /// Several people came and went; one line stands for all of them.
    PresenceSummary {
        /// The room.
        room: RoomId,
        /// How many came.
        joined: u32,
        /// The number that left.
        left: u32,
        /// The person's name, if it was only one.
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
        /// Their name.
        name: Name,
        /// The room.
        room: RoomId,
        /// The message.
        text: Text,
        /// Speech or action.
        manner: Manner,
        /// Its IRC form.
        irc: Option<Arc<IrcForm>>,
        /// The account that the person is logged in to.
        account: Option<Name>,
    },
    /// The message right before was sent under a key. Durable if the message is.
    KeyUsed(Box<KeyUsed>),
    /// A person sent a private message. Durable if it goes into the history of an account.
    PrivateMessage(Box<PrivateMessage>),
    /// A person sent a message to the people in a room who have a standing. Not stored.
    RankMessage(Box<RankMessage>),
    /// A person sent a private message to an account that nobody is logged in to. Durable until it
    /// is shown.
    MessageKept(Box<KeptMessage>),
    /// What was kept for an account is shown.
    KeptShown(Box<KeptShown>),
    /// A room has another topic, or none. Durable.
    TopicSet {
        /// The room.
        room: RoomId,
        /// The person who set it, if known.
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
        /// Their name.
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
        /// The name, and whom it means.
        who: Ignored,
        /// Whether it ignores it.
        on: bool,
        /// They did so at an earlier visit, and need no telling.
        since_before: bool,
    },
    /// An account was created, changed or ended. Durable.
    AccountChanged(Box<AccountChanged>),
    /// A person logged in to an account or out of one, or their rights changed with the account.
    AccountSet(Box<AccountSet>),
    /// An operator acted. Durable.
    Moderated(Box<AuditEntry>),
    /// A person created a room, or founded an empty one without an owner anew: its settings are
    /// gone, and this person is its moderator. Durable if it has an owner, or had rules.
    RoomFounded {
        /// The room.
        room: RoomId,
        /// The person.
        person: PersonId,
        /// The registered name that owns it.
        owner: Option<Name>,
        /// Whether it had rules, which are now gone.
        resets: bool,
    },
    /// Everybody has left a private room without an owner: its name is free, and nobody can reach
    /// what was said in it. Durable.
    RoomRetired {
        /// The room.
        room: RoomId,
    },
    /// A room has another name. Durable.
    RoomRenamed(Box<RoomRenamed>),
    /// A moderator acted in a room. Durable if it outlives the visit of the person concerned.
    RoomChanged(Box<RoomChange>),
    /// A standing came or went with a person or an account. IRC clients keep lists of ranks and
    /// learn of it in no other way; nobody else is shown it.
    StandingShown(Box<StandingShown>),
    /// A person asks to be let into a room.
    Knocked(Box<Knock>),
    /// A message was deleted. Durable.
    Deleted(Box<Deletion>),
    /// A private message was deleted. Durable.
    PrivateDeleted(Box<PrivateDeletion>),
    /// Somebody has read on. Durable for an account.
    MarkerSet(Box<MarkerSet>),
    /// A client sent something that only clients of its kind understand. Durable if it goes into a
    /// history.
    Signal(Box<Signal>),
    /// A client of IRC says something else of itself.
    IdentSet(Box<IdentSet>),
    /// Metadata changed. Durable, unless it is a guest's. Nobody sees this, but the
    /// [`Fact::MetadataShown`] that follows.
    MetadataSet(Box<MetadataSet>),
    /// Metadata is shown to those who subscribe to it.
    MetadataShown(Box<MetadataShown>),
    /// Empty rooms without a history were closed, and expired entries forgotten.
    Tidied {
        /// The rooms.
        closed: Box<[RoomId]>,
    },
}

impl Fact {
    /// Whether the store must have it before it is applied and before anybody sees it.
    pub fn is_durable(&self) -> bool {
        match self {
            Self::RoomFounded { owner, resets, .. } => owner.is_some() || *resets,
            Self::RoomChanged(change) => change.is_durable(),
            Self::PrivateMessage(message) => message.is_stored(),
            Self::KeyUsed(used) => used.is_stored,
            Self::Signal(signal) => signal.is_stored(),
            Self::MarkerSet(set) => set.account.is_some(),
            Self::MetadataSet(set) => set.owner.is_lasting(),
            Self::Said { .. }
            | Self::TopicSet { .. }
            | Self::AccountChanged(_)
            | Self::MessageKept(_)
            | Self::Moderated(_)
            | Self::RoomRetired { .. }
            | Self::RoomRenamed(_)
            | Self::Deleted(_)
            | Self::PrivateDeleted(_) => true,
            Self::RoomOpened { .. }
            | Self::LoggedIn(_)
            | Self::Returned(_)
            | Self::Attached(_)
            | Self::Detached(_)
            | Self::Joined { .. }
            | Self::Left { .. }
            | Self::PresenceSummary { .. }
            | Self::Quit(_)
            | Self::Renamed(_)
            | Self::RankMessage(_)
            | Self::KeptShown(_)
            | Self::AwaySet { .. }
            | Self::IgnoreSet { .. }
            | Self::AccountSet(_)
            | Self::StandingShown(_)
            | Self::Knocked(_)
            | Self::IdentSet(_)
            | Self::MetadataShown(_)
            | Self::Tidied { .. } => false,
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

    /// Whether it tells a room who came, left or changed, or what its moderators did, so that a
    /// history can show it. It is stored a moment after it was shown, since a commit for each would
    /// cost too much.
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
}
