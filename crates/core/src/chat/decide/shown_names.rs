//! Names that clients show in place of a person's or a room's own (IRC's metadata, `display-name`):
//! nobody may show somebody else's.
//!
//! They are compared by their letters, as names are by their look. They reserve no name: when a
//! person takes or registers a name that others show, the others lose it within a second, so that
//! no arrival waits for a commit.

use alloc::vec::Vec;

use super::metadata::owner_of;
use crate::chat::state::TIDY_MAX;
use crate::chat::{Chat, Person};
use crate::event::Fact;
use crate::ids::{NOBODY, RoomId};
use crate::metadata::MetadataKey;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::room_name::RoomName;
use crate::time::Timestamp;

impl Chat {
    /// Checks that the display name of a person is nobody else's name or display name, and not the
    /// server's.
    pub(super) fn check_shown_name(
        &self,
        me: &Person,
        value: &str,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let Some(name) = Name::shown_in(value) else {
            return Ok(());
        };
        if name.is_reserved() {
            return Err(Rejection::NameReserved(name));
        }
        let owns = |name: &Name| {
            let account = self.account_of(me);
            me.name.same_as(name) || account.is_some_and(|account| account.owns(name))
        };
        if owns(&name) {
            return Ok(());
        }
        if self.registrations.get(&name).is_some() {
            return Err(Rejection::NameRegistered(name));
        }
        let is_kept = self.resumables.named(&name, now).is_some();
        if is_kept || self.people.named(&name).is_some() {
            let free = self.free_name_like(&name, now);
            return Err(Rejection::NameTaken { name, free });
        }
        let own = owner_of(me);
        let shown = self.metadata.shown_names();
        if let Some(other) = shown.of_other(&name, |owner| *owner == own) {
            let (other, free) = (other.clone(), self.free_name_like(&name, now));
            return Err(Rejection::NameLooksLike { name, other, free });
        }
        match self.check_look(name, Some(me.id), now) {
            Err(Rejection::NameLooksLike { other, .. }) if owns(&other) => Ok(()),
            checked => checked.map(|_| ()),
        }
    }

    /// Checks that the display name of a room is no other room's.
    pub(super) fn check_shown_name_of_room(
        &self,
        me: &Person,
        id: RoomId,
        value: &str,
    ) -> Result<(), Rejection> {
        let Some(room) = RoomName::shown_in(value) else {
            return Ok(());
        };
        self.check_look_of_room(me, &room, Some(id))?;
        let shown = self.metadata.shown_names().of_rooms_like(&room, id);
        match shown.first() {
            None => Ok(()),
            Some(other) => {
                let other = self.room_name(*other).filter(|_| self.knows(me, *other));
                let other = other.cloned();
                Err(Rejection::RoomLooksLike { room, other })
            }
        }
    }

    /// Removes display names that others have taken as names.
    pub(super) fn decide_end_shown_names(&self, facts: &mut Vec<Fact>) {
        for owner in self.metadata.shown_names().taken().iter().take(TIDY_MAX) {
            let gone = (MetadataKey::shown_name(), None);
            facts.extend(self.metadata_changed(owner, NOBODY, [gone].into()));
        }
    }
}
