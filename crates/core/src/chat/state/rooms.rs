//! The rooms and who is in them, found by number or name, and listed by size.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use core::cmp::Reverse;
use core::ops::Bound;

use hashbrown::HashMap;

use super::nearest::nearest;
use crate::answer::Topic;
use crate::ids::{LOBBY, PersonId, RoomId};
use crate::limits::ROOM_LINES_MAX;
use crate::name::fold;
use crate::room_name::RoomName;

/// Neighbours in the alphabet that are looked at on each side for a mistyped name.
const NEIGHBOURS_MAX: usize = 32;

#[derive(Clone, Debug, PartialEq)]
pub(in crate::chat) struct Room {
    pub(in crate::chat) name: RoomName,
    /// In the order in which they came to the server. A tree, so that a page of it can be found
    /// and a member of fifteen thousand taken out without a scan.
    pub(in crate::chat) members: BTreeSet<PersonId>,
    pub(in crate::chat) topic: Option<Topic>,
    /// Whether only operators may speak.
    pub(in crate::chat) read_only: bool,
    /// Whether something was said in it: then it stays when everybody leaves.
    has_history: bool,
}

impl Room {
    /// A place in the list of rooms: the fullest first, then the oldest.
    fn place(&self, id: RoomId) -> Place {
        (Reverse(self.members.len() as u32), id)
    }

    fn may_close(&self, id: RoomId) -> bool {
        id != LOBBY && self.members.is_empty() && self.topic.is_none() && !self.has_history
    }
}

type Place = (Reverse<u32>, RoomId);

/// The end of a page of rooms, where the next begins. A room whose size changes between two pages
/// may be in both or in neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomCursor {
    after: Place,
    /// Rooms on the pages so far.
    listed: usize,
}

/// One page of rooms: those on it, how many come after, and where.
pub(in crate::chat) struct RoomPage<'a> {
    pub(in crate::chat) rooms: Box<[(RoomId, &'a Room)]>,
    pub(in crate::chat) more: usize,
    pub(in crate::chat) next: Option<RoomCursor>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct Rooms {
    by_id: HashMap<RoomId, Room>,
    /// Ordered, for the names near to a mistyped one.
    by_key: BTreeMap<String, RoomId>,
    by_size: BTreeSet<Place>,
    /// Rooms that nobody would miss.
    closable: BTreeSet<RoomId>,
    /// Rooms that somebody is in.
    busy: usize,
    next: u32,
}

impl Rooms {
    pub(in crate::chat) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(in crate::chat) fn busy(&self) -> usize {
        self.busy
    }

    pub(in crate::chat) fn get(&self, id: RoomId) -> Option<&Room> {
        self.by_id.get(&id)
    }

    pub(in crate::chat) fn contains(&self, id: RoomId) -> bool {
        self.by_id.contains_key(&id)
    }

    pub(in crate::chat) fn named(&self, name: &RoomName) -> Option<RoomId> {
        self.by_key.get(&name.key()).copied()
    }

    /// The number of the next room to be opened.
    pub(in crate::chat) fn next(&self) -> RoomId {
        RoomId(self.next)
    }

    /// The room probably meant by this name.
    pub(in crate::chat) fn nearest(&self, name: &RoomName) -> Option<&RoomName> {
        let key = name.key();
        let after = self.by_key.range(key.clone()..).take(NEIGHBOURS_MAX);
        let before = self.by_key.range(..key).rev().take(NEIGHBOURS_MAX);
        let near = after.chain(before);
        let names = near.filter_map(|(_, id)| Some(&self.by_id.get(id)?.name));
        nearest(
            &fold(name.bare()),
            names.map(|name| (fold(name.bare()), name)),
        )
    }

    /// Rooms that nobody would miss, oldest first.
    pub(in crate::chat) fn closable(&self) -> impl ExactSizeIterator<Item = RoomId> + '_ {
        self.closable.iter().copied()
    }

    /// One page of the rooms, the fullest first.
    pub(in crate::chat) fn page(&self, after: Option<RoomCursor>) -> RoomPage<'_> {
        let start = after.map_or(Bound::Unbounded, |cursor| Bound::Excluded(cursor.after));
        let mut places = self.by_size.range((start, Bound::Unbounded));
        let page = places.by_ref().take(ROOM_LINES_MAX);
        let rooms: Box<[_]> = page
            .filter_map(|(_, id)| Some((*id, self.by_id.get(id)?)))
            .collect();
        let listed = after.map_or(0, |cursor| cursor.listed) + rooms.len();
        let last = rooms.last().filter(|_| places.next().is_some());
        let next = last.map(|(id, room)| RoomCursor {
            after: room.place(*id),
            listed,
        });
        let more = self.len().saturating_sub(listed);
        RoomPage {
            rooms,
            more: if next.is_some() { more.max(1) } else { 0 },
            next,
        }
    }

    pub(in crate::chat) fn open(&mut self, id: RoomId, name: RoomName, read_only: bool) {
        self.by_key.insert(name.key(), id);
        self.next = self.next.max(id.0 + 1);
        let room = Room {
            name,
            members: BTreeSet::new(),
            topic: None,
            read_only,
            has_history: false,
        };
        self.by_size.insert(room.place(id));
        if room.may_close(id) {
            self.closable.insert(id);
        }
        self.by_id.insert(id, room);
    }

    pub(in crate::chat) fn close(&mut self, id: RoomId) {
        if let Some(room) = self.by_id.remove(&id) {
            self.by_key.remove(&room.name.key());
            self.by_size.remove(&room.place(id));
            self.closable.remove(&id);
            self.busy -= usize::from(!room.members.is_empty());
        }
    }

    pub(in crate::chat) fn enter(&mut self, id: RoomId, person: PersonId) {
        self.change_members(id, |members| members.insert(person));
    }

    pub(in crate::chat) fn leave(&mut self, id: RoomId, person: PersonId) {
        self.change_members(id, |members| members.remove(&person));
    }

    fn change_members(&mut self, id: RoomId, change: impl FnOnce(&mut BTreeSet<PersonId>) -> bool) {
        let Some(room) = self.by_id.get_mut(&id) else {
            return;
        };
        let place = room.place(id);
        let was_busy = !room.members.is_empty();
        if !change(&mut room.members) {
            return;
        }
        self.by_size.remove(&place);
        self.by_size.insert(room.place(id));
        let is_busy = !room.members.is_empty();
        if was_busy != is_busy {
            self.busy = if is_busy {
                self.busy + 1
            } else {
                self.busy - 1
            };
            self.note_closable(id);
        }
    }

    pub(in crate::chat) fn set_topic(&mut self, id: RoomId, topic: Option<Topic>) {
        if let Some(room) = self.by_id.get_mut(&id) {
            room.topic = topic;
            self.note_closable(id);
        }
    }

    /// Lets only operators speak in the room of this name, or everybody again.
    pub(in crate::chat) fn set_read_only(&mut self, name: &RoomName, read_only: bool) {
        if let Some(room) = self.named(name).and_then(|id| self.by_id.get_mut(&id)) {
            room.read_only = read_only;
        }
    }

    /// Makes the room stay when everybody leaves.
    pub(in crate::chat) fn note_history(&mut self, id: RoomId) {
        if let Some(room) = self.by_id.get_mut(&id)
            && !room.has_history
        {
            room.has_history = true;
            self.note_closable(id);
        }
    }

    fn note_closable(&mut self, id: RoomId) {
        match self.by_id.get(&id).is_some_and(|room| room.may_close(id)) {
            true => self.closable.insert(id),
            false => self.closable.remove(&id),
        };
    }

    /// The members of all rooms, counted one by one.
    pub(in crate::chat) fn memberships(&self) -> usize {
        self.by_id.values().map(|room| room.members.len()).sum()
    }

    #[cfg(debug_assertions)]
    pub(in crate::chat) fn are_counts_consistent(&self) -> bool {
        let rooms = self.by_id.len();
        self.by_key.len() == rooms && self.by_size.len() == rooms && self.busy <= rooms
    }

    /// Checks that all indexes agree with the rooms.
    pub(in crate::chat) fn check(&self) {
        let mut busy = 0;
        for (id, room) in &self.by_id {
            assert_eq!(self.by_key.get(&room.name.key()), Some(id));
            assert!(self.by_size.contains(&room.place(*id)));
            assert_eq!(self.closable.contains(id), room.may_close(*id));
            assert!(id.0 < self.next);
            busy += usize::from(!room.members.is_empty());
        }
        assert_eq!((self.busy, self.by_size.len()), (busy, self.len()));
        assert_eq!(self.by_key.len(), self.len());
    }
}
