//! Facts about who governs a room, and how.

use alloc::boxed::Box;
use alloc::sync::Arc;

use super::audit::Aside;
use crate::ban::{Mask, Restriction};
use crate::ids::{PersonId, RoomId};
use crate::mask::{MaskKind, Matched, RoomMask};
use crate::name::Name;
use crate::room::{Held, RoomSetting, Standing};
use crate::room_name::RoomName;
use crate::text::Text;

/// Something that a moderator did in a room.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomChange {
    /// The room.
    pub room: RoomId,
    /// Its name, for people who are told of it elsewhere.
    pub room_name: RoomName,
    /// The moderator's name.
    pub by: Name,
    /// The moderator, if they do not see the change in the room.
    pub actor: Option<PersonId>,
    /// The action.
    pub act: RoomAct,
    /// The person concerned, if they are here or their session is kept.
    pub target: Option<PersonId>,
    /// The same, if they are to be told in private.
    pub told: Option<PersonId>,
    /// A standing that would last if the moderator's own right did.
    pub is_lent: bool,
    /// What the moderator should know about a bar. Not stored.
    pub aside: Option<Aside>,
    /// For an invitation, the moderators inside who speak IRC: their clients may want to know.
    pub moderators: Box<[PersonId]>,
}

impl RoomChange {
    /// A change that nobody is told in private.
    pub fn new(by: Name, room: RoomId, room_name: RoomName, act: RoomAct) -> Self {
        Self {
            room,
            room_name,
            by,
            actor: None,
            act,
            target: None,
            told: None,
            is_lent: false,
            aside: None,
            moderators: Box::default(),
        }
    }
}

/// The kinds of [`RoomChange`].
#[derive(Clone, Debug, PartialEq)]
pub enum RoomAct {
    /// `/room`: settings that were changed at once.
    Set(Box<[RoomSetting]>),
    /// `/mod`, `/voice`, `/invite` and what undoes them.
    Stand {
        /// The person's name.
        name: Name,
        /// The registered name that has the standing; `None` if it ends with the visit.
        account: Option<Name>,
        /// The standing before.
        before: Option<Held>,
        /// The standing from now on.
        standing: Option<Held>,
    },
    /// `/claim`: the room's founder owns it under the registered name.
    Own {
        /// See [`Held::voiced`].
        voiced: bool,
    },
    /// The room's settings end when everybody has left, since nobody owns it. Told to the person
    /// who set the first.
    Passing,
    /// `/eject`
    Eject {
        /// The person's name.
        name: Name,
        /// The registered name that loses its standing.
        account: Option<Name>,
        /// The reason given.
        why: Option<Arc<Text>>,
    },
    /// After an `/eject`: others who are logged in to the account of who was put out are still
    /// inside. Told to the moderator.
    StillInside {
        /// The person who was put out.
        name: Name,
        /// One of the others.
        other: Name,
        /// How many more there are.
        more: usize,
    },
    /// `/remove #ROOM`: the room was closed. These people were inside.
    Removed {
        /// The people.
        members: Box<[PersonId]>,
    },
    /// `/bar`
    Bar(Restriction),
    /// `/unbar`
    Unbar(Mask),
    /// `/mute NAME here`
    Mute(Restriction),
    /// `/unmute NAME here`
    Unmute(Mask),
    /// A mask of an IRC list was set or removed.
    Mask {
        /// The mask.
        mask: RoomMask,
        /// Whether it is set.
        on: bool,
    },
    /// A bar or a mute became an entry of an IRC list, or is one no longer. Only IRC clients are
    /// shown it.
    Listed {
        /// The list.
        kind: MaskKind,
        /// The entries.
        entries: Box<[Matched]>,
        /// Whether they are added.
        on: bool,
    },
}

impl RoomChange {
    /// Whether it outlives the people that it is about.
    pub(super) fn is_durable(&self) -> bool {
        match &self.act {
            RoomAct::Stand { account, .. } | RoomAct::Eject { account, .. } => account.is_some(),
            RoomAct::Removed { .. }
            | RoomAct::Passing
            | RoomAct::StillInside { .. }
            | RoomAct::Listed { .. } => false,
            RoomAct::Set(_)
            | RoomAct::Own { .. }
            | RoomAct::Bar(_)
            | RoomAct::Unbar(_)
            | RoomAct::Mute(_)
            | RoomAct::Unmute(_)
            | RoomAct::Mask { .. } => true,
        }
    }

    /// `Some(true)` if it gives a standing, `Some(false)` if it takes one, else `None`.
    pub(crate) fn gives(&self) -> Option<bool> {
        match &self.act {
            RoomAct::Stand {
                before, standing, ..
            } => Some(standing > before),
            _ => None,
        }
    }

    /// Whether everybody in the room sees it.
    pub fn is_public(&self) -> bool {
        match &self.act {
            RoomAct::Set(_)
            | RoomAct::Eject { .. }
            | RoomAct::Mask { .. }
            | RoomAct::Listed { .. } => true,
            RoomAct::Stand {
                before, standing, ..
            } => before.max(standing) >= &Some(Held::from(Standing::Voice)),
            RoomAct::Own { .. }
            | RoomAct::Passing
            | RoomAct::StillInside { .. }
            | RoomAct::Removed { .. }
            | RoomAct::Bar(_)
            | RoomAct::Unbar(_)
            | RoomAct::Mute(_)
            | RoomAct::Unmute(_) => false,
        }
    }
}

/// A person's standing in a room changed because of something else: the person came or left, or
/// their account changed.
#[derive(Clone, Debug, PartialEq)]
pub struct StandingShown {
    /// The room.
    pub room: RoomId,
    /// The person.
    pub person: PersonId,
    /// Their name.
    pub name: Name,
    /// What others saw before.
    pub before: Option<Held>,
    /// What it is from now on.
    pub held: Option<Held>,
    /// What brought or took it.
    pub with: StandingCause,
}

/// What changed a standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandingCause {
    /// The person entered the room.
    Entry,
    /// The person is back in the room, with a standing or without. A
    /// [`Fact::Returned`](super::Fact::Returned) is in all of its rooms at once, and each reader
    /// sees it once.
    Return,
    /// The person logged in or out.
    Account,
}

/// A room was renamed; nothing else changed.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomRenamed {
    /// The room.
    pub room: RoomId,
    /// The name of the person who renamed it.
    pub by: Name,
    /// The name before.
    pub old: RoomName,
    /// The name from now on.
    pub new: RoomName,
    /// The reason, which only IRC shows. Not stored.
    pub why: Option<Text>,
    /// Those inside.
    pub members: Box<[PersonId]>,
}

/// A person asks to be let into a room.
#[derive(Clone, Debug, PartialEq)]
pub struct Knock {
    /// The room.
    pub room: RoomId,
    /// Its name.
    pub room_name: RoomName,
    /// The person.
    pub person: PersonId,
    /// Their name.
    pub name: Name,
    /// The moderators who are here and are told.
    pub moderators: Box<[PersonId]>,
}

/// A message was deleted.
#[derive(Clone, Debug, PartialEq)]
pub struct Deletion {
    /// The room.
    pub room: RoomId,
    /// The message.
    pub message: crate::ids::Seq,
    /// The name of the person who deleted it.
    pub by: Name,
    /// The reason given. Not kept.
    pub why: Option<Text>,
    /// Whether it was a signal, which only IRC clients were shown.
    pub is_signal: bool,
}
