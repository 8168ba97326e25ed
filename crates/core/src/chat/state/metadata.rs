//! The metadata of accounts, guests and rooms. Most have none, and cost nothing here.

use alloc::sync::Arc;

use hashbrown::HashMap;

use super::shown_names::ShownNames;
use crate::ids::RoomId;
use crate::limits::{METADATA_BYTES_TOTAL_MAX, METADATA_KEYS_MAX};
use crate::metadata::{Metadata, MetadataChange, MetadataOwner};
use crate::name::Name;
use crate::room_name::RoomName;

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct AllMetadata {
    /// Never an empty one.
    by_owner: HashMap<MetadataOwner, Arc<Metadata>>,
    bytes: usize,
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

    /// Whether there is a place for what an owner would have.
    pub(in crate::chat) fn has_space(&self, owner: &MetadataOwner, wanted: &Metadata) -> bool {
        let before = self.of(owner).map_or(0, |metadata| metadata.bytes());
        wanted.len() <= METADATA_KEYS_MAX
            && self.bytes - before + wanted.bytes() <= METADATA_BYTES_TOTAL_MAX
    }

    /// Takes changes over.
    pub(in crate::chat) fn set(&mut self, owner: &MetadataOwner, changes: &[MetadataChange]) {
        let was_taken = self.shown.taken().contains(owner);
        let before = self
            .of(owner)
            .and_then(|metadata| metadata.shown_name())
            .cloned();
        let mut metadata = self.forget(owner);
        let changed = Arc::make_mut(&mut metadata);
        changes
            .iter()
            .for_each(|change| changed.set(change.clone()));
        if !metadata.is_empty() {
            self.bytes += metadata.bytes();
            if let Some(shown) = metadata.shown_name() {
                self.shown.insert(owner, shown);
                if was_taken && before.as_ref() == Some(shown) {
                    self.shown.note_one_taken(owner.clone());
                }
            }
            self.by_owner.insert(owner.clone(), metadata);
        }
    }

    /// Forgets what is kept for an owner. Returns it.
    pub(in crate::chat) fn forget(&mut self, owner: &MetadataOwner) -> Arc<Metadata> {
        let metadata = self.by_owner.remove(owner).unwrap_or_default();
        self.bytes -= metadata.bytes();
        if let Some(shown) = metadata.shown_name() {
            self.shown.remove(owner, shown);
        }
        metadata
    }

    /// The names that are shown in place of others.
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
        assert_eq!(
            self.bytes,
            all().map(|metadata| metadata.bytes()).sum::<usize>()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::PersonId;
    use crate::limits::METADATA_VALUE_BYTES_MAX;
    use crate::metadata::{MetadataKey, MetadataValue};
    use std::format;
    use std::vec::Vec;

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
    fn all_together_have_no_more_than_is_kept() {
        let mut all = AllMetadata::default();
        let mut wanted = Metadata::default();
        changes().into_iter().for_each(|change| wanted.set(change));
        let mut guests = (0..).map(|n| MetadataOwner::Guest(PersonId(n)));
        let refused = guests.find(|guest| {
            let has_space = all.has_space(guest, &wanted);
            if has_space {
                all.set(guest, &changes());
            }
            !has_space
        });
        let refused = refused.expect("there is an end to it");
        assert!(all.bytes <= METADATA_BYTES_TOTAL_MAX);
        assert!(all.bytes + wanted.bytes() > METADATA_BYTES_TOTAL_MAX);
        // Who has as much already may set it anew.
        let first = MetadataOwner::Guest(PersonId(0));
        assert!(all.has_space(&first, &wanted));
        all.check();
        all.forget(&first);
        assert!(all.has_space(&refused, &wanted));
        all.check();
    }
}
