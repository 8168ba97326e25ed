//! The bars, or the mutes, of one room, and the people whom each follows.
//!
//! A restriction names people as they were called then. A guest could take another name, leave the
//! account or come from elsewhere, and be free; so the list remembers the people too. It does so
//! only for its own room, since a person may be on the lists of any number of rooms.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv6Addr};

use super::{Person, RestrictionId, Restrictions};
use crate::ban::{Mask, Restriction};
use crate::ids::PersonId;
use crate::limits::ROOM_RESTRICTIONS_MAX;
use crate::name::Name;
use crate::time::Timestamp;

/// See the [module](self). Created on first use, since most rooms have none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct RoomRestrictions(Option<Box<Following>>);

#[derive(Clone, Debug, Default, PartialEq)]
struct Following {
    list: Restrictions,
    /// Whom the restrictions of the list follow. Every entry belongs to an existing restriction.
    followed: BTreeSet<(PersonId, RestrictionId)>,
}

impl Following {
    fn of(&self, id: PersonId) -> impl Iterator<Item = RestrictionId> {
        let first = (id, RestrictionId::MIN);
        let all = self.followed.range(first..);
        all.take_while(move |(other, _)| *other == id)
            .map(|(_, restriction)| *restriction)
    }

    fn forget_ended(&mut self) {
        let list = &self.list;
        self.followed.retain(|(_, id)| list.get(*id).is_some());
    }
}

impl RoomRestrictions {
    pub(in crate::chat) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|own| own.list.is_empty())
    }

    /// Whether so many more fit.
    pub(in crate::chat) fn have_space(&self, more: usize, now: Timestamp) -> bool {
        let active = self.0.as_ref().map_or(0, |own| own.list.active(now));
        active + more <= ROOM_RESTRICTIONS_MAX
    }

    /// The longest restriction that matches one of two names, or an address, now.
    pub(in crate::chat) fn longest(
        &self,
        names: [Option<&Name>; 2],
        address: IpAddr,
        now: Timestamp,
    ) -> Option<&Restriction> {
        let list = &self.0.as_deref()?.list;
        let [first, second] = names.map(|name| list.longest(name, address, now));
        list.get(list.longer(first, second, now)?)
    }

    /// Whether a restriction matches a name now, whatever its bearer's address.
    pub(in crate::chat) fn names(&self, name: &Name, now: Timestamp) -> bool {
        let nowhere = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
        self.longest([Some(name), None], nowhere, now).is_some()
    }

    /// The longest restriction that matches a person at any of their addresses, or follows them, now.
    pub(in crate::chat) fn longest_on(
        &self,
        person: &Person,
        now: Timestamp,
    ) -> Option<&Restriction> {
        self.longest_at(person, person.addresses(), now)
    }

    /// The same of a person who is, or comes to be, at these addresses.
    pub(in crate::chat) fn longest_at(
        &self,
        person: &Person,
        addresses: impl IntoIterator<Item = IpAddr>,
        now: Timestamp,
    ) -> Option<&Restriction> {
        let own = self.0.as_deref()?;
        let names = [Some(&person.name), person.account.as_ref()];
        let matching = addresses.into_iter().flat_map(|address| {
            let matching = names.map(|name| own.list.longest(name, address, now));
            matching.into_iter().flatten()
        });
        let all = matching.chain(own.of(person.id));
        let longest = all.fold(None, |longest, id| own.list.longer(longest, Some(id), now));
        own.list.get(longest?)
    }

    /// Those in force that follow a person.
    pub(in crate::chat) fn following(
        &self,
        id: PersonId,
        now: Timestamp,
    ) -> impl Iterator<Item = &Restriction> {
        let all = self.all_following(id);
        all.filter(move |restriction| restriction.is_active(now))
    }

    /// All that follow a person, in force or not.
    pub(in crate::chat) fn all_following(
        &self,
        id: PersonId,
    ) -> impl Iterator<Item = &Restriction> {
        let own = self.0.as_deref().into_iter();
        own.flat_map(move |own| own.of(id).filter_map(|id| own.list.get(id)))
    }

    /// The people whom those follow that a mask means.
    pub(in crate::chat) fn followers(&self, mask: &Mask) -> Vec<PersonId> {
        let Some(own) = self.0.as_deref() else {
            return Vec::new();
        };
        let meant = own.list.named_by(mask);
        let meant: Vec<RestrictionId> = meant.filter_map(|mask| own.list.with_mask(mask)).collect();
        let followed = own.followed.iter();
        let followed = followed.filter(|(_, restriction)| meant.contains(restriction));
        followed.map(|(person, _)| *person).collect()
    }

    /// Lets the restriction with a mask, if it is still there, follow a person of an earlier run.
    pub(in crate::chat) fn follow(&mut self, id: PersonId, mask: &Mask) {
        if let Some(own) = &mut self.0
            && let Some(restriction) = own.list.with_mask(mask)
        {
            own.followed.insert((id, restriction));
        }
    }

    /// Adds a restriction and drops expired ones. It follows these people and those whom one with
    /// the same mask followed.
    pub(in crate::chat) fn put(
        &mut self,
        restriction: &Restriction,
        at: Timestamp,
        people: &[PersonId],
    ) {
        let own = self.0.get_or_insert_default();
        own.list.expire(at, ROOM_RESTRICTIONS_MAX);
        let before = own.list.with_mask(&restriction.mask);
        let followed = own.followed.iter();
        let followed = followed.filter(|(_, id)| Some(*id) == before);
        let followed: Vec<PersonId> = followed.map(|(person, _)| *person).collect();
        own.list.put(restriction);
        let people = people.iter().copied().chain(followed);
        if let Some(id) = own.list.with_mask(&restriction.mask) {
            own.followed.extend(people.map(|person| (person, id)));
        }
        own.forget_ended();
    }

    pub(in crate::chat) fn lift(&mut self, mask: &Mask) {
        if let Some(own) = &mut self.0 {
            own.list.lift(mask);
            own.forget_ended();
        }
    }

    /// Those that are in force, oldest first.
    pub(in crate::chat) fn active(&self, now: Timestamp) -> impl Iterator<Item = &Restriction> {
        let all = self.0.iter().flat_map(|own| own.list.after(None));
        all.map(|(_, restriction)| restriction)
            .filter(move |restriction| restriction.is_active(now))
    }

    pub(in crate::chat) fn check(&self) {
        if let Some(own) = &self.0 {
            assert!(own.list.len() <= ROOM_RESTRICTIONS_MAX);
            let mut followed = own.followed.iter();
            assert!(followed.all(|(_, id)| own.list.get(*id).is_some()));
            own.list.check();
        }
    }
}
