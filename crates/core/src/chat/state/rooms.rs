//! The rooms, found by number or name, and listed by size.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Bound;

use hashbrown::HashMap;

use super::nearest::nearest;
use super::room::{Room, RoomOrder};
use super::{Holder, RoomRules};
use crate::answer::Topic;
use crate::ids::{PersonId, RoomId};
use crate::limits::ROOM_LINES_MAX;
use crate::name::{FoldedName, Name, fold};
use crate::room::Held;
use crate::room_name::RoomName;
use crate::time::Timestamp;

/// How many neighbours in the alphabet are compared, on each side, with a mistyped name.
const NEIGHBOURS_MAX: usize = 32;

/// The end of a page of rooms, where the next begins. A room whose size changes between two pages
/// may be in both or in neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomCursor {
    after: RoomOrder,
    /// Rooms on the pages so far.
    listed: usize,
}

/// One page of rooms, how many rooms follow, and where.
pub(in crate::chat) struct RoomPage<'a> {
    pub(in crate::chat) rooms: Box<[(RoomId, &'a Room)]>,
    pub(in crate::chat) more: usize,
    pub(in crate::chat) next: Option<RoomCursor>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct Rooms {
    by_id: HashMap<RoomId, Room>,
    /// Ordered, to find the names next to a mistyped one.
    by_key: BTreeMap<String, RoomId>,
    /// By either look of their names.
    by_look: BTreeSet<(String, RoomId)>,
    /// Those that are not hidden.
    by_size: BTreeSet<RoomOrder>,
    /// Rooms that nobody would miss.
    closable: BTreeSet<RoomId>,
    /// How many rooms are not hidden and have somebody inside.
    busy: usize,
    /// Rooms that take a place.
    placed: usize,
    /// The number of rooms that each has made.
    made: HashMap<Holder, Made>,
    /// The rooms that an account has made, or in which it has a standing or a mask's right.
    by_account: BTreeSet<(FoldedName, RoomId)>,
    next: u32,
    /// Messages in all of them since the server started.
    pub(in crate::chat) said: u64,
}

/// How many rooms one holder has made.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::chat) struct Made {
    pub(in crate::chat) all: usize,
    /// Those that take a place.
    pub(in crate::chat) placed: usize,
}

impl Rooms {
    pub(in crate::chat) fn iter(&self) -> impl Iterator<Item = (RoomId, &Room)> {
        self.by_id.iter().map(|(id, room)| (*id, room))
    }

    pub(in crate::chat) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// The rooms that [take a place](Room::takes_place).
    pub(in crate::chat) fn placed(&self) -> usize {
        self.placed
    }

    pub(in crate::chat) fn made_by(&self, maker: &Holder) -> Made {
        self.made.get(maker).copied().unwrap_or_default()
    }

    pub(in crate::chat) fn busy(&self) -> usize {
        self.busy
    }

    pub(in crate::chat) fn get(&self, id: RoomId) -> Option<&Room> {
        self.by_id.get(&id)
    }

    /// What is set in a room, if anything is.
    pub(in crate::chat) fn rules(&self, id: RoomId) -> Option<&RoomRules> {
        self.by_id.get(&id)?.rules()
    }

    pub(in crate::chat) fn contains(&self, id: RoomId) -> bool {
        self.by_id.contains_key(&id)
    }

    pub(in crate::chat) fn named(&self, name: &RoomName) -> Option<RoomId> {
        self.by_key.get(&name.key()).copied()
    }

    /// A room whose name looks like this one, except for one room.
    pub(in crate::chat) fn look_alike(
        &self,
        name: &RoomName,
        but: Option<RoomId>,
    ) -> Option<RoomId> {
        let mut alike = name.looks().into_iter().flat_map(|look| {
            let alike = (look.clone(), RoomId(0))..=(look, RoomId(u32::MAX));
            self.by_look.range(alike).map(|(_, id)| *id)
        });
        alike.find(|id| Some(*id) != but)
    }

    /// Gives a room another name.
    pub(in crate::chat) fn rename(&mut self, id: RoomId, new: &RoomName) {
        let Some(room) = self.by_id.get_mut(&id) else {
            return;
        };
        let old = core::mem::replace(&mut room.name, new.clone());
        self.by_key.remove(&old.key());
        for look in old.looks() {
            self.by_look.remove(&(look, id));
        }
        self.by_key.insert(new.key(), id);
        self.by_look.extend(new.looks().map(|look| (look, id)));
    }

    /// The number of the next room to be opened.
    pub(in crate::chat) fn next(&self) -> RoomId {
        RoomId(self.next)
    }

    /// No room has this number or a greater one yet.
    pub(in crate::chat) fn set_next(&mut self, next: RoomId) {
        self.next = self.next.max(next.0);
    }

    /// The room that this name probably means, among those that its author may know of.
    pub(in crate::chat) fn nearest(
        &self,
        name: &RoomName,
        is_known: impl Fn(RoomId) -> bool,
    ) -> Option<&RoomName> {
        let key = name.key();
        let after = self.by_key.range(key.clone()..).take(NEIGHBOURS_MAX);
        let before = self.by_key.range(..key).rev().take(NEIGHBOURS_MAX);
        let near = after.chain(before).filter(|(_, id)| is_known(**id));
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
        let more = self.by_size.len().saturating_sub(listed);
        RoomPage {
            rooms,
            more: if next.is_some() { more.max(1) } else { 0 },
            next,
        }
    }

    pub(in crate::chat) fn open(
        &mut self,
        id: RoomId,
        name: RoomName,
        is_servers: bool,
        created: Timestamp,
    ) {
        self.by_key.insert(name.key(), id);
        self.by_look.extend(name.looks().map(|look| (look, id)));
        self.next = self.next.max(id.0 + 1);
        let room = Room::new(name, is_servers, created);
        self.by_size.insert(room.place(id));
        self.by_id.insert(id, room);
        self.note_worth(id);
    }

    pub(in crate::chat) fn close(&mut self, id: RoomId) {
        self.set_makers(id, Vec::new());
        self.reset(id);
        if let Some(room) = self.by_id.remove(&id) {
            self.by_key.remove(&room.name.key());
            for look in room.name.looks() {
                self.by_look.remove(&(look, id));
            }
            self.by_size.remove(&room.place(id));
            self.closable.remove(&id);
            self.placed -= usize::from(room.is_placed);
            self.busy -= usize::from(room.is_busy());
        }
    }

    /// Counts a room against other holders than before.
    pub(in crate::chat) fn set_makers(&mut self, id: RoomId, makers: Vec<Holder>) {
        let Some(room) = self.by_id.get_mut(&id) else {
            return;
        };
        let placed = usize::from(room.is_placed);
        for maker in &makers {
            let made = self.made.entry(maker.clone()).or_default();
            made.all += 1;
            made.placed += placed;
        }
        let before = core::mem::replace(&mut room.makers, makers.clone());
        for maker in &before {
            if let Some(made) = self.made.get_mut(maker) {
                made.all -= 1;
                made.placed -= placed;
                if made.all == 0 {
                    self.made.remove(maker);
                }
            }
        }
        for maker in before.into_iter().chain(makers) {
            if let Holder::Account(account) = maker {
                self.note_account(id, &account.0);
            }
        }
    }

    /// Counts a room against another account, and against the same address as before.
    pub(in crate::chat) fn set_made_by(&mut self, id: RoomId, account: &Name) {
        let made = self.by_id.get(&id).map_or(&[][..], Room::makers).iter();
        let address = made.filter(|maker| matches!(maker, Holder::Address(_)));
        let makers = core::iter::once(Holder::account(account)).chain(address.cloned());
        self.set_makers(id, makers.collect());
    }

    pub(in crate::chat) fn enter(&mut self, id: RoomId, person: PersonId) {
        self.change(id, |room| {
            room.members.insert(person);
            if let Some(rules) = &mut room.rules {
                rules.enter(person);
            }
        });
    }

    /// Removes a person. Returns the standing that they had for this visit.
    pub(in crate::chat) fn leave(&mut self, id: RoomId, person: PersonId) -> Option<Held> {
        let mut standing = None;
        self.change(id, |room| {
            room.members.remove(&person);
            standing = room.rules.as_mut().and_then(|rules| rules.leave(person));
        });
        standing
    }

    /// Notes whether a person whose link is lost may come back to a room.
    pub(in crate::chat) fn set_absent(&mut self, id: RoomId, person: PersonId, is_absent: bool) {
        self.change(id, |room| match is_absent {
            true => room.absent.insert(person),
            false => room.absent.remove(&person),
        });
    }

    /// The people who were in a room when their link was lost.
    pub(in crate::chat) fn absent_from(&self, id: RoomId) -> impl Iterator<Item = PersonId> {
        let room = self.by_id.get(&id).into_iter();
        room.flat_map(|room| room.absent.iter().copied())
    }

    /// Changes the rules of a room, creating them if it has none.
    pub(in crate::chat) fn change_rules(
        &mut self,
        id: RoomId,
        change: impl FnOnce(&mut RoomRules),
    ) {
        let owner_of = |room: &Room| room.rules().and_then(RoomRules::owner).cloned();
        let before = self.by_id.get(&id).and_then(owner_of);
        self.change(id, |room| change(room.rules.get_or_insert_default()));
        let after = self.by_id.get(&id).and_then(owner_of);
        if before != after {
            let owners = before.into_iter().chain(after);
            owners.for_each(|owner| self.note_account(id, &owner));
        }
    }

    /// Removes all rules of a room.
    pub(in crate::chat) fn reset(&mut self, id: RoomId) {
        let accounts = self
            .rules(id)
            .into_iter()
            .flat_map(RoomRules::accounts_named);
        let accounts: Vec<Name> = accounts.collect();
        self.change(id, |room| room.rules = None);
        let accounts = accounts.iter();
        accounts.for_each(|account| self.note_account(id, account));
    }

    /// Notes that an account's standing in a room may have changed.
    pub(in crate::chat) fn note_account(&mut self, id: RoomId, account: &Name) {
        let is_known = self
            .by_id
            .get(&id)
            .is_some_and(|room| room.concerns(account));
        let key = (FoldedName(account.clone()), id);
        match is_known {
            true => self.by_account.insert(key),
            false => self.by_account.remove(&key),
        };
    }

    /// The rooms in which an account has a standing or a mask's right.
    pub(in crate::chat) fn of_account(&self, account: &Name) -> impl Iterator<Item = RoomId> {
        let key = |id| (FoldedName(account.clone()), RoomId(id));
        let rooms = self.by_account.range(key(0)..=key(u32::MAX));
        rooms.map(|(_, id)| *id)
    }

    /// Removes the standings of an account that has ended from every room: the next to register its
    /// name gets none of them.
    pub(in crate::chat) fn end_account(&mut self, account: &Name) {
        let maker = Holder::account(account);
        let rooms: Vec<RoomId> = self.of_account(account).collect();
        for id in rooms {
            let makers = self.by_id[&id].makers().iter();
            let others = makers.filter(|other| **other != maker).cloned().collect();
            self.set_makers(id, others);
            self.change_rules(id, |rules| rules.set_account(account, None));
            self.note_account(id, account);
        }
    }

    /// Changes a room and updates the indexes.
    fn change(&mut self, id: RoomId, change: impl FnOnce(&mut Room)) {
        let Some(room) = self.by_id.get_mut(&id) else {
            return;
        };
        let (place, was_busy) = (room.place(id), room.is_busy());
        change(room);
        let (now_at, is_hidden) = (room.place(id), room.is_hidden());
        if now_at != place || is_hidden {
            self.by_size.remove(&place);
        }
        if !is_hidden {
            self.by_size.insert(now_at);
        }
        self.busy += usize::from(room.is_busy());
        self.busy -= usize::from(was_busy);
        self.note_worth(id);
    }

    pub(in crate::chat) fn set_topic(
        &mut self,
        id: RoomId,
        topic: Option<Topic>,
        author: Option<PersonId>,
    ) {
        if let Some(room) = self.by_id.get_mut(&id) {
            (room.topic, room.topic_author) = (topic, author);
            self.note_worth(id);
        }
    }

    /// Makes a room one of the server's own, because the configuration names it, or no longer one.
    pub(in crate::chat) fn set_servers(&mut self, name: &RoomName, is_servers: bool) {
        let Some(id) = self.named(name) else {
            return;
        };
        self.change_rules(id, |rules| rules.settings.moderated = is_servers);
        if let Some(room) = self.by_id.get_mut(&id) {
            room.is_servers = is_servers;
        }
        self.note_worth(id);
    }

    /// Keeps the room when everybody leaves.
    pub(in crate::chat) fn note_history(&mut self, id: RoomId) {
        if let Some(room) = self.by_id.get_mut(&id)
            && !room.has_history
        {
            room.has_history = true;
            self.note_worth(id);
        }
    }

    /// Notes whether anybody would miss a room, and whether it takes a place.
    fn note_worth(&mut self, id: RoomId) {
        let Some(room) = self.by_id.get_mut(&id) else {
            return;
        };
        match room.may_close(id) {
            true => self.closable.insert(id),
            false => self.closable.remove(&id),
        };
        let is_placed = room.takes_place(id);
        let was_placed = core::mem::replace(&mut room.is_placed, is_placed);
        self.placed += usize::from(is_placed);
        self.placed -= usize::from(was_placed);
        for maker in &room.makers {
            if let Some(made) = self.made.get_mut(maker) {
                made.placed += usize::from(is_placed);
                made.placed -= usize::from(was_placed);
            }
        }
    }

    /// The members of all rooms, counted one by one.
    pub(in crate::chat) fn memberships(&self) -> usize {
        self.by_id.values().map(|room| room.members.len()).sum()
    }

    #[cfg(debug_assertions)]
    pub(in crate::chat) fn are_counts_consistent(&self) -> bool {
        let rooms = self.by_id.len();
        self.by_key.len() == rooms
            && (rooms..=2 * rooms).contains(&self.by_look.len())
            && self.by_size.len() <= rooms
            && self.busy <= rooms
            && self.made.len() <= 2 * rooms
    }

    /// Checks that people who are absent from a room were in it, given the rooms of people whose
    /// link is lost.
    pub(in crate::chat) fn check_absent<'a>(
        &self,
        rooms_of: impl Fn(PersonId) -> Option<&'a Box<[RoomId]>>,
    ) {
        for (id, room) in &self.by_id {
            for person in room.absent.iter() {
                assert!(rooms_of(*person).is_some_and(|rooms| rooms.contains(id)));
            }
        }
    }

    /// Checks that all indexes agree with the rooms.
    pub(in crate::chat) fn check(&self) {
        let (mut busy, mut listed, mut made) = (0, 0, 0);
        let (mut placed, mut made_placed) = (0, 0);
        for (id, room) in &self.by_id {
            assert_eq!(self.by_key.get(&room.name.key()), Some(id));
            for look in room.name.looks() {
                assert!(self.by_look.contains(&(look, *id)));
            }
            let is_listed = self.by_size.contains(&room.place(*id));
            assert_eq!(is_listed, !room.is_hidden());
            listed += usize::from(is_listed);
            made += room.makers().len();
            if let Some(rules) = room.rules() {
                rules.check(|id| room.members.contains(&id));
            }
            assert_eq!(self.closable.contains(id), room.may_close(*id));
            assert_eq!(room.is_placed, room.takes_place(*id));
            placed += usize::from(room.is_placed);
            made_placed += usize::from(room.is_placed) * room.makers().len();
            assert!(id.0 < self.next);
            let accounts = room.rules().into_iter().flat_map(RoomRules::accounts_named);
            for account in accounts.filter(|account| room.concerns(account)) {
                let key = (FoldedName(account.clone()), *id);
                assert!(self.by_account.contains(&key), "{account}");
            }
            busy += usize::from(room.is_busy());
        }
        assert_eq!((self.busy, self.by_size.len()), (busy, listed));
        let all = self.made.values().fold((0, 0), |(all, placed), made| {
            (all + made.all, placed + made.placed)
        });
        assert_eq!((all, self.placed), ((made, made_placed), placed));
        assert_eq!(self.by_key.len(), self.by_id.len());
        for (account, id) in &self.by_account {
            assert!(self.by_id[id].concerns(&account.0));
        }
    }
}
