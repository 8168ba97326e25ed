//! The display names of people and rooms, found by their look.
//!
//! Like names they belong to one owner each, so that few have to give way to a new name.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use super::registry::Registry;
use crate::ids::RoomId;
use crate::metadata::{MetadataOwner, MetadataValue};
use crate::name::Name;
use crate::room_name::RoomName;

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct ShownNames {
    of_people: Registry<MetadataOwner>,
    /// By either look.
    of_rooms: BTreeSet<(String, RoomId)>,
    /// Owners whose display name somebody else has taken as a name.
    taken: BTreeSet<MetadataOwner>,
}

impl ShownNames {
    pub(super) fn insert(&mut self, owner: &MetadataOwner, shown: &MetadataValue) {
        match owner {
            MetadataOwner::Room(id) => self.of_rooms.extend(looks_of_room(*id, shown)),
            _ => {
                if let Some(name) = Name::shown_in(shown.as_str()) {
                    self.of_people.insert(name, owner.clone());
                }
            }
        }
    }

    pub(super) fn remove(&mut self, owner: &MetadataOwner, shown: &MetadataValue) {
        self.taken.remove(owner);
        if let MetadataOwner::Room(id) = owner {
            for place in looks_of_room(*id, shown) {
                self.of_rooms.remove(&place);
            }
            return;
        }
        // The name may belong to the guest's new account by now.
        if let Some(name) = Name::shown_in(shown.as_str())
            && self.of_people.get(&name) == Some(owner)
        {
            self.of_people.remove(&name);
        }
    }

    /// A display name of somebody else that is this name or looks like it.
    pub(in crate::chat) fn of_other(
        &self,
        name: &Name,
        is_own: impl Fn(&MetadataOwner) -> bool,
    ) -> Option<&Name> {
        match self.of_people.entry_of(name) {
            Some((same, owner)) if !is_own(owner) => Some(same),
            _ => self.of_people.look_alike(name, is_own),
        }
    }

    /// Notes owners whose display name is this name or looks like it. A registered name is compared
    /// more strictly.
    pub(super) fn note_taken(
        &mut self,
        name: &Name,
        is_registered: bool,
        is_own: impl Fn(&MetadataOwner) -> bool,
    ) {
        let is_alike = |other: &Name| is_registered || other.looks_like(name);
        let alike = self.of_people.owners_alike(name, is_alike);
        self.taken
            .extend(alike.filter(|owner| !is_own(owner)).cloned());
    }

    pub(super) fn note_taken_by_room(&mut self, name: &RoomName, room: RoomId) {
        let alike = self.of_rooms_like(name, room);
        self.taken
            .extend(alike.into_iter().map(MetadataOwner::Room));
    }

    pub(super) fn note_one_taken(&mut self, owner: MetadataOwner) {
        self.taken.insert(owner);
    }

    /// Owners whose display name somebody else has taken as a name.
    pub(in crate::chat) fn taken(&self) -> &BTreeSet<MetadataOwner> {
        &self.taken
    }

    /// What people show.
    pub(in crate::chat) fn all(&self) -> Vec<(MetadataOwner, Name)> {
        let all = self.of_people.iter();
        all.map(|(name, owner)| (owner.clone(), name.clone()))
            .collect()
    }

    /// The rooms whose display name looks like this one, except for one room.
    pub(in crate::chat) fn of_rooms_like(&self, name: &RoomName, but: RoomId) -> BTreeSet<RoomId> {
        let alike = name.looks().into_iter().flat_map(|look| {
            let alike = (look.clone(), RoomId(0))..=(look, RoomId(u32::MAX));
            self.of_rooms.range(alike).map(|(_, id)| *id)
        });
        alike.filter(|id| *id != but).collect()
    }
}

fn looks_of_room(id: RoomId, shown: &MetadataValue) -> impl Iterator<Item = (String, RoomId)> {
    let name = RoomName::shown_in(shown.as_str());
    let looks = name.into_iter().flat_map(|name| name.looks());
    looks.map(move |look| (look, id))
}
