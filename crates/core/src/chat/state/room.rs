//! One room: who is in it, what is known of it, and whether anybody would miss it.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::{Holder, RoomRules, SortedSet};
use crate::answer::Topic;
use crate::ids::{LOBBY, PersonId, RoomId};
use crate::name::Name;
use crate::room_name::RoomName;
use crate::time::Timestamp;

/// A place in the list of rooms.
pub(super) type RoomOrder = (Reverse<u32>, RoomId);

#[derive(Clone, Debug, PartialEq)]
pub(in crate::chat) struct Room {
    pub(in crate::chat) name: RoomName,
    /// In the order in which they came to the server, so that a page of it can be found, and one of
    /// fifteen thousand members removed, without a scan.
    pub(in crate::chat) members: SortedSet<PersonId>,
    /// People who were inside when their link was lost: they may come back for a while.
    pub(super) absent: SortedSet<PersonId>,
    pub(in crate::chat) topic: Option<Topic>,
    /// The person who set it, if known: somebody else may have the name by now.
    pub(in crate::chat) topic_author: Option<PersonId>,
    /// When it was created; if unknown, when the server started with it.
    pub(in crate::chat) created: Timestamp,
    /// Boxed, since most rooms have none.
    pub(super) rules: Option<Box<RoomRules>>,
    /// Whether only server operators moderate it: the configuration names it.
    pub(in crate::chat) is_servers: bool,
    /// The holders that count it among the rooms that they made.
    pub(super) makers: Vec<Holder>,
    /// Whether the store has something of it: then it stays when everybody leaves.
    pub(super) has_history: bool,
    /// Whether the table of rooms counts it as one that takes a place.
    pub(super) is_placed: bool,
}

impl Room {
    pub(super) fn new(name: RoomName, is_servers: bool, created: Timestamp) -> Self {
        Self {
            name,
            members: SortedSet::default(),
            absent: SortedSet::default(),
            topic: None,
            topic_author: None,
            created,
            rules: None,
            is_servers,
            makers: Vec::new(),
            has_history: false,
            is_placed: false,
        }
    }

    /// Its own rules, if any.
    pub(in crate::chat) fn rules(&self) -> Option<&RoomRules> {
        self.rules.as_deref()
    }

    /// Whose quota of rooms it counts against: the account that made it, and the address.
    pub(in crate::chat) fn makers(&self) -> &[Holder] {
        &self.makers
    }

    pub(in crate::chat) fn is_made_by(&self, maker: &Holder) -> bool {
        self.makers.contains(maker)
    }

    /// Whether an account has made it, or has a standing or a mask's right in it.
    pub(super) fn concerns(&self, account: &Name) -> bool {
        let has_right = |rules: &RoomRules| {
            let mut masks = rules.masks.iter();
            rules.of_account(account).is_some() || masks.any(|mask| mask.is_right_of(account))
        };
        self.rules().is_some_and(has_right) || self.is_made_by(&Holder::account(account))
    }

    pub(in crate::chat) fn is_hidden(&self) -> bool {
        self.rules().is_some_and(|rules| rules.settings.hidden)
    }

    /// Whether somebody owns it, be it the server.
    pub(in crate::chat) fn is_owned(&self, id: RoomId) -> bool {
        let has_owner = |rules: &RoomRules| rules.owner().is_some();
        id == LOBBY || self.is_servers || self.rules().is_some_and(has_owner)
    }

    /// Whether anybody may found it anew: everybody has left, and nobody owns it.
    pub(in crate::chat) fn is_abandoned(&self, id: RoomId) -> bool {
        id != LOBBY && self.is_deserted() && !self.is_owned(id)
    }

    /// Whether everybody has left, including people whose link is lost.
    pub(in crate::chat) fn is_deserted(&self) -> bool {
        self.members.is_empty() && self.absent.is_empty()
    }

    /// Its place in the list of rooms: the fullest first, then the oldest.
    pub(super) fn place(&self, id: RoomId) -> RoomOrder {
        (Reverse(self.members.len() as u32), id)
    }

    pub(super) fn may_close(&self, id: RoomId) -> bool {
        id != LOBBY
            && self.is_deserted()
            && self.topic.is_none()
            && !self.has_history
            && !self.rules().is_some_and(RoomRules::is_kept)
    }

    /// Whether it counts towards the limit of rooms. An abandoned room does not, though its past is
    /// kept: a guest could leave any number of those behind.
    pub(super) fn takes_place(&self, id: RoomId) -> bool {
        !self.is_abandoned(id) && !self.may_close(id)
    }

    /// Whether somebody is in it, and everybody may know.
    pub(super) fn is_busy(&self) -> bool {
        !self.members.is_empty() && !self.is_hidden()
    }
}
