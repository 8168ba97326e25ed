//! Who is told of a fact: the rooms in whose logs it belongs, and people wherever they are.
//!
//! No arm is for "all others": the compiler asks of each new fact who is told of it.

use super::{Aside, Fact, ModAction, RoomAct};
use crate::ids::{PersonId, RoomId};

/// Those who are told in private: the one who did it, another whom it is about, and any number.
type Audience<'a> = (Option<PersonId>, Option<PersonId>, &'a [PersonId]);

impl Fact {
    /// The rooms in whose logs it belongs.
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
            Self::RoomOpened { .. }
            | Self::LoggedIn(_)
            | Self::Returned(_)
            | Self::Attached(_)
            | Self::Detached(_)
            | Self::KeyUsed(_)
            | Self::PrivateMessage(_)
            | Self::RankMessage(_)
            | Self::MessageKept(_)
            | Self::KeptShown(_)
            | Self::IgnoreSet { .. }
            | Self::Moderated(_)
            | Self::RoomFounded { .. }
            | Self::RoomRetired { .. }
            | Self::RoomChanged(_)
            | Self::Knocked(_)
            | Self::PrivateDeleted(_)
            | Self::MarkerSet(_)
            | Self::MetadataSet(_)
            | Self::MetadataShown(_)
            | Self::Tidied { .. } => &[],
        }
    }

    /// The people who are told in private, wherever they are.
    pub fn people(&self) -> impl Iterator<Item = PersonId> + '_ {
        let (by, about, others) = self.audience();
        // What one does to oneself is heard once.
        let about = about.filter(|_| about != by);
        let pair = by.into_iter().chain(about);
        pair.chain(others.iter().copied())
    }

    fn audience(&self) -> Audience<'_> {
        match self {
            Self::PrivateMessage(message) => {
                let to = Some(message.to).filter(|_| !message.ignored);
                (Some(message.from), to, &[])
            }
            Self::Signal(signal) => {
                let from = Some(signal.from).filter(|_| signal.room.is_none());
                let to = signal.to.as_ref().filter(|_| !signal.ignored);
                let ranked = signal.ranked.as_ref();
                let hearers = ranked.map_or(&[][..], |ranked| &ranked.hearers);
                (from, to.map(|(to, _)| *to), hearers)
            }
            Self::Moderated(entry) => match (&entry.act, &entry.aside) {
                (ModAction::Announce(_), _) => (None, None, &[]),
                (_, Some(Aside::Operators(others))) => (entry.actor, entry.target, others),
                _ => (entry.actor, entry.target, &[]),
            },
            Self::RoomChanged(change) => {
                let others = match &change.act {
                    RoomAct::Removed { members } => members,
                    _ => &change.moderators,
                };
                (change.actor, change.told, others)
            }
            Self::RankMessage(message) => (Some(message.from), None, &message.to.hearers),
            Self::Knocked(knock) => (Some(knock.person), None, &knock.moderators),
            Self::AccountSet(set) => (Some(set.person), None, &[]),
            Self::MessageKept(message) => (Some(message.from), None, &[]),
            Self::KeptShown(shown) => (Some(shown.person), None, &[]),
            Self::AwaySet { person, .. } | Self::IgnoreSet { person, .. } => {
                (Some(*person), None, &[])
            }
            Self::IdentSet(set) => (Some(set.person), None, &[]),
            Self::MetadataShown(shown) => (Some(shown.by), None, &[]),
            Self::PrivateDeleted(deletion) => (None, None, &deletion.people),
            Self::MarkerSet(set) => (None, None, &set.others),
            Self::AccountChanged(changed) => (None, None, &changed.logins),
            Self::RoomRenamed(renamed) => (None, None, &renamed.members),
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
            | Self::Said { .. }
            | Self::KeyUsed(_)
            | Self::TopicSet { .. }
            | Self::RoomFounded { .. }
            | Self::RoomRetired { .. }
            | Self::StandingShown(_)
            | Self::Deleted(_)
            | Self::MetadataSet(_)
            | Self::Tidied { .. } => (None, None, &[]),
        }
    }

    /// Whether only programs are told of it in a room: people see no line.
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

    /// Whether everybody on the server is told.
    pub fn is_for_all(&self) -> bool {
        matches!(self, Self::Moderated(entry) if matches!(entry.act, ModAction::Announce(_)))
    }
}
