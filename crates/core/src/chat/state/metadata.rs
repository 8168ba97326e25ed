//! The metadata of accounts, guests and rooms. Most have none, which costs nothing.

use alloc::sync::Arc;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::Holder;
use super::shown_names::ShownNames;
use crate::holdings::Holdings;
use crate::ids::RoomId;
use crate::limits::{METADATA_BYTES_TOTAL_MAX, METADATA_KEYS_MAX};
use crate::metadata::{Metadata, MetadataChange, MetadataOwner};
use crate::name::Name;
use crate::room_name::RoomName;

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct AllMetadata {
    /// Never an empty one.
    by_owner: HashMap<MetadataOwner, Arc<Metadata>>,
    held: Holdings<MetadataOwner, Holder>,
    shown: ShownNames,
}

impl AllMetadata {
    pub(in crate::chat) fn is_empty(&self) -> bool {
        self.by_owner.is_empty()
    }

    /// What is kept for an owner, if anything is.
    pub(in crate::chat) fn of(&self, owner: &MetadataOwner) -> Option<&Arc<Metadata>> {
        self.by_owner.get(owner)
    }

    /// Whether there is space for an owner's new metadata, set by these holders. There always is if
    /// it does not grow.
    pub(in crate::chat) fn has_space(
        &self,
        owner: &MetadataOwner,
        wanted: &Metadata,
        holders: &[Holder],
    ) -> bool {
        let more = wanted.bytes().saturating_sub(self.held.bytes_of(owner));
        let has_space = self
            .held
            .have_space(holders, more, METADATA_BYTES_TOTAL_MAX);
        wanted.len() <= METADATA_KEYS_MAX && has_space
    }

    /// Makes changes. Growth counts against these holders from now on.
    pub(in crate::chat) fn set(
        &mut self,
        owner: &MetadataOwner,
        changes: &[MetadataChange],
        holders: Vec<Holder>,
    ) {
        let bytes_before = self.held.bytes_of(owner);
        let was_taken = self.shown.taken().contains(owner);
        let before = self
            .of(owner)
            .and_then(|metadata| metadata.shown_name())
            .cloned();
        let (mut metadata, held_by) = self.take(owner);
        let changed = Arc::make_mut(&mut metadata);
        changes
            .iter()
            .for_each(|change| changed.set(change.clone()));
        if !metadata.is_empty() {
            let bytes = metadata.bytes();
            let holders = match bytes > bytes_before {
                true => holders,
                false => held_by,
            };
            self.held.put(owner.clone(), holders, bytes);
            if let Some(shown) = metadata.shown_name() {
                self.shown.insert(owner, shown);
                if was_taken && before.as_ref() == Some(shown) {
                    self.shown.note_one_taken(owner.clone());
                }
            }
            self.by_owner.insert(owner.clone(), metadata);
        }
    }

    /// Forgets what is kept for an owner.
    pub(in crate::chat) fn forget(&mut self, owner: &MetadataOwner) {
        self.take(owner);
    }

    /// Removes the metadata of an owner, and returns it with its holders.
    fn take(&mut self, owner: &MetadataOwner) -> (Arc<Metadata>, Vec<Holder>) {
        let metadata = self.by_owner.remove(owner).unwrap_or_default();
        if let Some(shown) = metadata.shown_name() {
            self.shown.remove(owner, shown);
        }
        (metadata, self.held.remove(owner))
    }

    /// The display names.
    pub(in crate::chat) fn shown_names(&self) -> &ShownNames {
        &self.shown
    }

    /// See [`ShownNames`].
    pub(in crate::chat) fn note_taken(
        &mut self,
        name: &Name,
        is_registered: bool,
        is_own: impl Fn(&MetadataOwner) -> bool,
    ) {
        self.shown.note_taken(name, is_registered, is_own);
    }

    /// See [`ShownNames`].
    pub(in crate::chat) fn note_taken_by_room(&mut self, name: &RoomName, room: RoomId) {
        self.shown.note_taken_by_room(name, room);
    }

    /// See [`ShownNames`].
    pub(in crate::chat) fn note_one_taken(&mut self, owner: MetadataOwner) {
        self.shown.note_one_taken(owner);
    }

    /// All owners.
    pub(in crate::chat) fn owners(&self) -> impl Iterator<Item = &MetadataOwner> {
        self.by_owner.keys()
    }

    /// Checks that the sum agrees with the entries.
    pub(in crate::chat) fn check(&self) {
        let all = || self.by_owner.values();
        assert!(all().all(|metadata| !metadata.is_empty()));
        self.held
            .check(all().map(|metadata| metadata.bytes()).sum());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ban::subnet_of;
    use crate::ids::PersonId;
    use crate::limits::METADATA_VALUE_BYTES_MAX;
    use crate::metadata::{MetadataKey, MetadataValue};
    use core::net::IpAddr;
    use std::format;

    /// As much as one may have.
    fn changes() -> Vec<MetadataChange> {
        let longest = "x".repeat(METADATA_VALUE_BYTES_MAX);
        let change = |n| {
            let key = MetadataKey::parse(&format!("k{n}")).expect("a key");
            (key, MetadataValue::parse(&longest))
        };
        (0..METADATA_KEYS_MAX).map(change).collect()
    }

    #[test]
    fn nobody_fills_the_metadata_for_others() {
        let mut all = AllMetadata::default();
        let mut wanted = Metadata::default();
        changes().into_iter().for_each(|change| wanted.set(change));
        let from = |address: &str| {
            let address: IpAddr = address.parse().expect("an address");
            [Holder::Address(subnet_of(address))]
        };
        let (here, elsewhere) = (from("192.0.2.1"), from("192.0.2.2"));
        let mut guests = (0..).map(|n| MetadataOwner::Guest(PersonId(n)));
        let refused = guests.find(|guest| {
            let has_space = all.has_space(guest, &wanted, &here);
            if has_space {
                all.set(guest, &changes(), here.to_vec());
            }
            !has_space
        });
        let refused = refused.expect("there is an end to it");
        all.check();
        assert!(all.has_space(&refused, &wanted, &elsewhere));
        // Who has as much already may set it anew.
        let first = MetadataOwner::Guest(PersonId(0));
        assert!(all.has_space(&first, &wanted, &here));
        // Who takes something away does not have to answer for the rest.
        let (key, value) = changes().remove(0);
        all.set(&first, &[(key.clone(), None)], elsewhere.to_vec());
        assert!(all.held.bytes_held_by(&elsewhere[0]) == 0);
        all.set(&first, &[(key, value)], elsewhere.to_vec());
        assert!(all.held.bytes_held_by(&elsewhere[0]) > 0);
        all.check();
        assert!(all.has_space(&refused, &wanted, &here));
    }
}
