//! Reading on: moving a read marker.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::chat::state::ReadMarkers;
use crate::chat::{Chat, Person};
use crate::event::Fact;
use crate::ids::{PersonId, RoomId};
use crate::read_marker::{MarkerSet, MarkerTarget};
use crate::time::Timestamp;

impl Chat {
    /// Moves a marker forward; `None` if it is there already, or beyond.
    pub(super) fn decide_marker(
        &self,
        me: &Person,
        target: MarkerTarget,
        at: Timestamp,
        now: Timestamp,
    ) -> Option<Fact> {
        // In the future it would cover what nobody has said yet.
        let at = at.max(Timestamp(0)).min(now);
        let room = self.room_of_marker(me, &target);
        let key = self.marker_key(&target, room, now);
        let markers = self.markers_of(me);
        let known = markers.and_then(|markers| markers.get(&key));
        if known >= Some(at) {
            return None;
        }
        let forgets = match known {
            None => markers.and_then(ReadMarkers::oldest_if_full),
            Some(_) => None,
        };
        let account = me.account.as_ref();
        let logins = account
            .into_iter()
            .flat_map(|account| self.people.logged_in_to(account));
        let others: Vec<PersonId> = logins
            .map(|login| login.id)
            .filter(|id| *id != me.id || !me.others().is_empty())
            .collect();
        Some(Fact::MarkerSet(Box::new(MarkerSet {
            person: me.id,
            account: account.cloned(),
            target: self.as_known(me, target, now),
            key,
            room,
            at,
            forgets,
            others: others.into(),
        })))
    }

    /// The time up to which a person has read, if known.
    pub(in crate::chat) fn marker(
        &self,
        me: &Person,
        target: &MarkerTarget,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let room = self.room_of_marker(me, target);
        self.markers_of(me)?
            .get(&self.marker_key(target, room, now))
    }

    /// The target with the name as the server writes it, however it was typed.
    pub(in crate::chat) fn as_known(
        &self,
        me: &Person,
        target: MarkerTarget,
        now: Timestamp,
    ) -> MarkerTarget {
        match &target {
            MarkerTarget::Room(_) => {
                let room = self.room_of_marker(me, &target);
                let known = room.and_then(|room| self.room_name(room));
                known.map_or(target.clone(), |known| MarkerTarget::Room(known.clone()))
            }
            MarkerTarget::Person(typed) => {
                let here = self.people.named(typed).map(|person| &person.name);
                let registered = || {
                    let mut names = self.registrations.get(typed)?.all_names();
                    names.find(|name| name.same_as(typed))
                };
                let kept = || Some(&self.resumables.named(typed, now)?.person.name);
                let known = here.or_else(kept).or_else(registered);
                MarkerTarget::Person(known.unwrap_or(typed).clone())
            }
        }
    }

    fn markers_of<'a>(&'a self, me: &'a Person) -> Option<&'a ReadMarkers> {
        match &me.account {
            Some(account) => self.registrations.markers.of(account),
            None => me.read_markers(),
        }
    }

    /// The room of a marker. A room that the reader may not know of does not exist.
    fn room_of_marker(&self, me: &Person, target: &MarkerTarget) -> Option<RoomId> {
        match target {
            MarkerTarget::Room(name) => self.rooms.named(name).filter(|room| self.knows(me, *room)),
            MarkerTarget::Person(_) => None,
        }
    }

    /// All names of one account share one marker. A room's marker belongs to the room, not to its
    /// name: the room may be renamed, and another may get the name.
    fn marker_key(&self, target: &MarkerTarget, room: Option<RoomId>, now: Timestamp) -> Box<str> {
        if let Some(room) = room {
            return MarkerTarget::key_of_room(room);
        }
        let account = match target {
            MarkerTarget::Person(name) => self.account_meant(name, now),
            MarkerTarget::Room(_) => None,
        };
        account.map_or_else(|| target.key(), |account| account.folded().into())
    }
}
