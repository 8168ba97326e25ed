//! Read markers (IRCv3, `draft/read-marker`): the time up to which somebody has read a room, or a
//! private conversation. They belong to an account, for all who are logged in to it; a guest's last
//! as long as the visit.

use alloc::boxed::Box;
use core::fmt;

use crate::ids::{PersonId, RoomId};
use crate::name::Name;
use crate::room_name::RoomName;
use crate::time::Timestamp;

/// What is read: a room, or the private messages with a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkerTarget {
    /// A room.
    Room(RoomName),
    /// A person.
    Person(Name),
}

impl MarkerTarget {
    /// One text for all spellings, where no room of the name is known. Stores up to version 5 use
    /// it for every room.
    pub fn key(&self) -> Box<str> {
        match self {
            Self::Room(room) => alloc::format!("#{}", room.key()).into(),
            Self::Person(name) => name.folded().into(),
        }
    }

    /// The key of a room, whatever its name. No person's name has a blank.
    pub(crate) fn key_of_room(room: RoomId) -> Box<str> {
        alloc::format!("room {}", room.0).into()
    }
}

impl fmt::Display for MarkerTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room(room) => room.fmt(f),
            Self::Person(name) => name.fmt(f),
        }
    }
}

/// Somebody has read on.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkerSet {
    /// The person.
    pub person: PersonId,
    /// The account that it is logged in to.
    pub account: Option<Name>,
    /// What it has read.
    pub target: MarkerTarget,
    /// The target under its key.
    pub key: Box<str>,
    /// The room that the key has the number of.
    pub room: Option<RoomId>,
    /// The time up to which it has.
    pub at: Timestamp,
    /// The key of a marker that is removed because there are too many.
    pub forgets: Option<Box<str>>,
    /// The other people who are logged in to the account.
    pub others: Box<[PersonId]>,
}

/// A read marker as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMarker {
    /// The account.
    pub account: Name,
    /// The key of what is read.
    pub key: Box<str>,
    /// The time up to which it is.
    pub at: Timestamp,
}
