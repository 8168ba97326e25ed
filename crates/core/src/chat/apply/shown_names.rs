//! Display names that others show and that a person has now taken as a name.

use alloc::vec::Vec;

use crate::account::AccountChange;
use crate::chat::Chat;
use crate::event::Fact;
use crate::ids::{NOBODY, PersonId};
use crate::metadata::MetadataOwner;
use crate::name::Name;

impl Chat {
    /// Notes whose display name now belongs to somebody else because of a fact.
    pub(super) fn note_taken_names(&mut self, fact: &Fact) {
        if self.metadata.is_empty() {
            return;
        }
        match fact {
            Fact::LoggedIn(login) => self.note_taken(&login.name, login.person),
            Fact::Returned(returned) => {
                self.note_taken(&returned.login.name, returned.login.person)
            }
            Fact::Renamed(renamed) => self.note_taken(&renamed.new, renamed.person),
            Fact::AccountChanged(changed) => {
                let name = match &changed.change {
                    AccountChange::Claimed { .. } => &changed.account,
                    AccountChange::NameAdded(name) => name,
                    _ => return,
                };
                self.note_taken(name, changed.person.unwrap_or(NOBODY));
            }
            Fact::RoomOpened { room, name } => self.metadata.note_taken_by_room(name, *room),
            Fact::RoomRenamed(renamed) => {
                self.metadata.note_taken_by_room(&renamed.new, renamed.room);
            }
            _ => {}
        }
    }

    fn note_taken(&mut self, name: &Name, by: PersonId) {
        let registered = self.registrations.get(name).map(|account| &account.name);
        let account = self.people.get(by).and_then(|by| by.account.as_ref());
        let accounts = [registered, account].into_iter().flatten();
        let accounts = accounts.map(MetadataOwner::account);
        let own: Vec<_> = accounts.chain([MetadataOwner::Guest(by)]).collect();
        let is_registered = registered.is_some();
        self.metadata
            .note_taken(name, is_registered, |owner| own.contains(owner));
    }

    /// The same for all registered names, when a server starts.
    pub(in crate::chat) fn note_registered_names(&mut self) {
        for (owner, name) in self.metadata.shown_names().all() {
            let other = self.registrations.get(&name).or_else(|| {
                let alike = self.registrations.look_alike(&name)?;
                self.registrations.get(alike)
            });
            let other = other.map(|other| MetadataOwner::account(&other.name));
            if other.is_some_and(|other| other != owner) {
                self.metadata.note_one_taken(owner);
            }
        }
    }
}
