//! Metadata: who may set whose, and who sees it.
//!
//! People set their own, and moderators a room's. Others see what is set, so a person who may not
//! be heard can only remove values.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::account::AccountChange;
use crate::chat::state::Holder;
use crate::chat::{Chat, Person};
use crate::command::{Outcome, RoomRef};
use crate::event::{Fact, MetadataSet, MetadataShown};
use crate::ids::{PersonId, RoomId};
use crate::limits::METADATA_KEYS_MAX;
use crate::metadata::{Metadata, MetadataChange, MetadataOwner, MetadataSubject, MetadataTarget};
use crate::name::Name;
use crate::rejection::{MetadataRejection, Rejection};
use crate::time::Timestamp;

impl Chat {
    /// Without changes, everything is removed.
    pub(super) fn decide_metadata(
        &self,
        me: &Person,
        target: MetadataTarget,
        changes: Option<Vec<MetadataChange>>,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let (owner, room) = self.owner_to_change(me, target)?;
        let before = self.metadata.of(&owner).cloned().unwrap_or_default();
        let changes = match changes {
            Some(changes) => changes,
            None => before.iter().map(|(key, _)| (key.clone(), None)).collect(),
        };
        let shown = changes.iter().filter(|(key, _)| key.is_shown_name());
        for value in shown.filter_map(|(_, value)| value.as_ref()) {
            match room {
                Some(room) => self.check_shown_name_of_room(me, room, value.as_str())?,
                None => self.check_shown_name(me, value.as_str(), now)?,
            }
        }
        self.check_metadata(me, &owner, &before, &changes)?;
        if changes.is_empty() {
            return Ok(Outcome::Done);
        }
        facts.extend(self.metadata_changed(&owner, me.id, changes.into()));
        Ok(Outcome::Done)
    }

    /// The facts that metadata changed and that it is shown to those who see its owner.
    pub(super) fn metadata_changed(
        &self,
        owner: &MetadataOwner,
        by: PersonId,
        changes: Arc<[MetadataChange]>,
    ) -> Vec<Fact> {
        // What lasts is saved before anybody sees it.
        let set = Fact::MetadataSet(Box::new(MetadataSet {
            owner: owner.clone(),
            by,
            changes: changes.clone(),
        }));
        let mut facts = Vec::from([set]);
        match owner {
            MetadataOwner::Room(room) => facts.push(self.shown_of_room(by, *room, changes)),
            MetadataOwner::Account(account) => {
                let bearers = self.people.logged_in_to(account.name());
                facts.extend(bearers.map(|bearer| shown_of(bearer, by, changes.clone())));
            }
            // What a guest sets before logging in is not shown.
            MetadataOwner::Guest(id) => {
                let guest = self.people.get(*id).filter(|guest| guest.account.is_none());
                facts.extend(guest.map(|guest| shown_of(guest, by, changes)));
            }
        }
        facts
    }

    /// The owner whose metadata a person wants to change, if they may, and the room if it is a
    /// room's.
    fn owner_to_change(
        &self,
        me: &Person,
        target: MetadataTarget,
    ) -> Result<(MetadataOwner, Option<RoomId>), Rejection> {
        match target {
            MetadataTarget::Oneself => Ok((owner_of(me), None)),
            MetadataTarget::Person(typed) if self.find(me, &typed)?.id == me.id => {
                Ok((owner_of(me), None))
            }
            MetadataTarget::Person(_) => Err(MetadataRejection::OfAnother.into()),
            MetadataTarget::Room(room) => {
                let id = self.room_of(me, RoomRef::Name(room))?;
                self.check_moderates(me, id)?;
                self.check_not_on_loan(me, id)?;
                Ok((MetadataOwner::Room(id), Some(id)))
            }
        }
    }

    fn check_metadata(
        &self,
        me: &Person,
        owner: &MetadataOwner,
        before: &Metadata,
        changes: &[MetadataChange],
    ) -> Result<(), Rejection> {
        let mut after = before.clone();
        for (key, value) in changes {
            if value.is_none() && before.get(key).is_none() {
                return Err(MetadataRejection::NotSet(key.clone()).into());
            }
            after.set((key.clone(), value.clone()));
        }
        if changes.iter().all(|(_, value)| value.is_none()) {
            return Ok(());
        }
        match self.metadata.has_space(owner, &after, &Holder::all_of(me)) {
            true => Ok(()),
            false => Err(MetadataRejection::Full {
                keys_max: METADATA_KEYS_MAX,
            }
            .into()),
        }
    }

    fn shown_of_room(&self, by: PersonId, room: RoomId, changes: Arc<[MetadataChange]>) -> Fact {
        Fact::MetadataShown(Box::new(MetadataShown {
            by,
            subject: MetadataSubject::Room(self.name_of(room)),
            rooms: [room].into(),
            changes,
        }))
    }

    /// Appends what a decision means for metadata: people who enter a room are shown there with
    /// theirs, logging in or out changes it, and a guest's moves into the guest's new account.
    pub(super) fn follow_with_metadata(&self, facts: &mut Vec<Fact>, from: usize) {
        if self.metadata.is_empty() {
            return;
        }
        let mut more = Vec::new();
        for (at, fact) in facts.iter().enumerate().skip(from) {
            match fact {
                Fact::Joined {
                    person, name, room, ..
                } => {
                    let account = self.account_after(*person, &facts[from..at]);
                    more.extend(self.all_shown_of(*person, name, account, &[*room]));
                }
                // For those who watch the name.
                Fact::LoggedIn(login) => {
                    let account = login.account.as_ref();
                    more.extend(self.all_shown_of(login.person, &login.name, account, &[]));
                }
                Fact::Returned(returned) if returned.was_lost => {
                    let (login, rooms) = (&returned.login, &returned.rooms);
                    let account = login.account.as_ref();
                    more.extend(self.all_shown_of(login.person, &login.name, account, rooms));
                }
                Fact::AccountSet(set) => {
                    let (before, after) = (set.before.as_ref(), set.account.as_ref());
                    let (id, rooms) = (set.person, &set.rooms);
                    more.extend(self.change_of_account(id, &set.name, before, after, rooms));
                }
                Fact::Renamed(renamed) => {
                    let before = self.account_after(renamed.person, &facts[from..at]);
                    let (id, new, rooms) = (renamed.person, &renamed.new, &renamed.rooms);
                    let after = renamed.account.as_ref();
                    more.extend(self.change_of_account(id, new, before, after, rooms));
                    if !renamed.new.same_as(&renamed.old) {
                        more.extend(self.all_shown_of(id, new, after, &[]));
                    }
                }
                Fact::AccountChanged(changed) => {
                    if let (AccountChange::Claimed { .. }, Some(person)) =
                        (&changed.change, changed.person)
                    {
                        more.extend(self.handed_over(person, &changed.account));
                    }
                }
                _ => {}
            }
        }
        facts.extend(more);
    }

    /// The account that a person will be logged in to once these facts are true.
    pub(super) fn account_after<'a>(&'a self, id: PersonId, facts: &'a [Fact]) -> Option<&'a Name> {
        let set = facts.iter().rev().find_map(|fact| match fact {
            Fact::LoggedIn(login) if login.person == id => Some(login.account.as_ref()),
            Fact::AccountSet(set) if set.person == id => Some(set.account.as_ref()),
            _ => None,
        });
        set.unwrap_or_else(|| self.people.get(id)?.account.as_ref())
    }

    /// All of a person's metadata, shown in the rooms that they enter.
    fn all_shown_of(
        &self,
        id: PersonId,
        name: &Name,
        account: Option<&Name>,
        rooms: &[RoomId],
    ) -> Option<Fact> {
        let metadata = self.metadata.of(&owner(id, account))?;
        let all = metadata.iter();
        let all = all.map(|(key, value)| (key.clone(), Some(value.clone())));
        Some(shown(id, name, id, rooms, all.collect()))
    }

    /// How a person's metadata differs under two accounts.
    fn change_of_account(
        &self,
        id: PersonId,
        name: &Name,
        before: Option<&Name>,
        after: Option<&Name>,
        rooms: &[RoomId],
    ) -> Option<Fact> {
        let of = |account| self.metadata.of(&owner(id, account)).cloned();
        let (before, after) = (
            of(before).unwrap_or_default(),
            of(after).unwrap_or_default(),
        );
        let gone = before.iter().filter(|(key, _)| after.get(key).is_none());
        let gone = gone.map(|(key, _)| (key.clone(), None));
        let new = after
            .iter()
            .filter(|(key, value)| before.get(key) != Some(*value));
        let new = new.map(|(key, value)| (key.clone(), Some(value.clone())));
        let changes: Arc<[MetadataChange]> = gone.chain(new).collect();
        (!changes.is_empty()).then(|| shown(id, name, id, rooms, changes))
    }

    /// The metadata of a guest, handed over to the guest's new account.
    fn handed_over(&self, guest: PersonId, account: &Name) -> Option<Fact> {
        let metadata = self.metadata.of(&MetadataOwner::Guest(guest))?;
        let all = metadata.iter();
        let all = all.map(|(key, value)| (key.clone(), Some(value.clone())));
        Some(Fact::MetadataSet(Box::new(MetadataSet {
            owner: MetadataOwner::account(account),
            by: guest,
            changes: all.collect(),
        })))
    }
}

/// The owner of a person's metadata.
pub(in crate::chat) fn owner_of(person: &Person) -> MetadataOwner {
    owner(person.id, person.account.as_ref())
}

fn owner(id: PersonId, account: Option<&Name>) -> MetadataOwner {
    account.map_or(MetadataOwner::Guest(id), MetadataOwner::account)
}

fn shown_of(person: &Person, by: PersonId, changes: Arc<[MetadataChange]>) -> Fact {
    shown(person.id, &person.name, by, &person.rooms, changes)
}

fn shown(
    id: PersonId,
    name: &Name,
    by: PersonId,
    rooms: &[RoomId],
    changes: Arc<[MetadataChange]>,
) -> Fact {
    Fact::MetadataShown(Box::new(MetadataShown {
        by,
        subject: MetadataSubject::Person(id, name.clone()),
        rooms: rooms.into(),
        changes,
    }))
}
