//! Lost sessions that can be resumed, found by number, name or code and forgotten in time, with the
//! private messages that are kept for them.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::HashMap;

use super::homes::{Expiry, Homes};
use super::registry::Registry;
use super::{Holder, Person, shares};
use crate::ban::{Mask, Reach, subnet_of};
use crate::event::{Event, Fact};
use crate::holdings::Holdings;
use crate::ids::{PersonId, RoomId, Seq};
use crate::limits::{KEPT_BYTES_TOTAL_MAX, LOST_NAMES_MAX};
use crate::name::{FoldedName, Name};
use crate::resume::ResumeCode;
use crate::room::Held;
use crate::time::Timestamp;

/// A person whose connection was lost and who may come back.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::chat) struct Resumable {
    pub(in crate::chat) person: Box<Person>,
    pub(in crate::chat) until: Timestamp,
    /// Everything up to this was shown.
    pub(in crate::chat) seen: Seq,
    /// Nobody else may have the name meanwhile.
    pub(in crate::chat) keeps_name: bool,
    /// The name belongs to the person's account: nobody else may have it in any case.
    pub(in crate::chat) owns_name: bool,
    /// It is of an earlier run of the server.
    pub(in crate::chat) is_restored: bool,
    /// The name is kept from other households: an earlier run kept it.
    pub(in crate::chat) keeps_name_at_home: bool,
    /// Private messages that came since, oldest first.
    pub(in crate::chat) kept: Vec<Event>,
    /// How many others came and were dropped to make space.
    pub(in crate::chat) omitted: u64,
    /// The standings that the person had in their rooms for the visit.
    pub(in crate::chat) standings: Vec<(RoomId, Held)>,
}

impl Resumable {
    /// The standing that the person had in a room for the visit.
    pub(in crate::chat) fn standing_in(&self, room: RoomId) -> Option<Held> {
        let mut standings = self.standings.iter();
        standings
            .find(|(other, _)| *other == room)
            .map(|(_, held)| *held)
    }

    fn kept_bytes(&self) -> usize {
        self.kept.iter().map(shares::bytes).sum()
    }
}

/// The key of a person in the index of accounts, if they are logged in.
fn account_key(person: &Person) -> Option<(FoldedName, PersonId)> {
    let account = person.account.as_ref()?;
    Some((FoldedName(account.clone()), person.id))
}

/// The account of a message's sender, if they have one.
fn sender_of(event: &Event) -> Option<Holder> {
    match &event.fact {
        Fact::PrivateMessage(message) => message.accounts.from.as_ref().map(Holder::account),
        _ => None,
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct Resumables {
    by_id: HashMap<PersonId, Resumable>,
    by_code: HashMap<ResumeCode, PersonId>,
    /// Several people may have had one name, one after the other.
    by_name: BTreeSet<(FoldedName, PersonId)>,
    /// Those who are logged in, by account.
    by_account: BTreeSet<(FoldedName, PersonId)>,
    /// The names that are kept, each for the last person who had it.
    names: Registry<PersonId>,
    /// Those that are kept from other households.
    names_at_home: Registry<PersonId>,
    /// The private messages that are kept, by receiver and number.
    held: Holdings<(PersonId, Seq), Holder>,
    /// By end, the next first.
    by_end: BTreeSet<Expiry>,
    by_home: Homes,
    /// The people who hold a name only by their lost link: guests, and people who are logged in to
    /// an account under a name that is not the account's.
    holding: Homes,
    /// Those who are operators.
    operators: BTreeSet<Expiry>,
}

impl Resumables {
    pub(in crate::chat) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(in crate::chat) fn with_code(&self, code: ResumeCode) -> Option<&Resumable> {
        self.by_id.get(self.by_code.get(&code)?)
    }

    pub(in crate::chat) fn get(&self, id: PersonId) -> Option<&Resumable> {
        self.by_id.get(&id)
    }

    /// The session that keeps this name.
    pub(in crate::chat) fn named(&self, name: &Name, now: Timestamp) -> Option<&Resumable> {
        let lost = self.by_id.get(self.names.get(name)?);
        lost.filter(|lost| now < lost.until)
    }

    /// The session of an earlier run that keeps this name from people at an address. A restart cuts
    /// everybody off at once, so people of its own household need no code: one of them is most
    /// likely its person.
    pub(in crate::chat) fn kept_from(
        &self,
        name: &Name,
        address: IpAddr,
        now: Timestamp,
    ) -> Option<&Resumable> {
        let is_elsewhere =
            |lost: &Resumable| subnet_of(lost.person.session.address) != subnet_of(address);
        let mut lost = self.all_named(name);
        lost.find(|lost| lost.keeps_name_at_home && now < lost.until && is_elsewhere(lost))
    }

    /// The session that the owner of this name resumes with the password: the one that keeps the
    /// name, or kept it until a restart.
    pub(in crate::chat) fn owned(&self, name: &Name, now: Timestamp) -> Option<&Resumable> {
        self.named_or_newest(name, now, |lost| lost.keeps_name_at_home)
    }

    /// The session that private messages and operators reach by this name: the one that keeps the
    /// name, or the newest of an earlier run.
    pub(in crate::chat) fn reachable(&self, name: &Name, now: Timestamp) -> Option<&Resumable> {
        self.named_or_newest(name, now, |lost| lost.is_restored)
    }

    /// The session that keeps this name, or the newest one that had it and for which `holds`.
    fn named_or_newest(
        &self,
        name: &Name,
        now: Timestamp,
        holds: impl Fn(&Resumable) -> bool,
    ) -> Option<&Resumable> {
        let newest = || {
            let mut lost = self.all_named(name).rev();
            lost.find(|lost| holds(lost) && now < lost.until)
        };
        self.named(name, now).or_else(newest)
    }

    /// The newest session of an account that private messages reach.
    pub(in crate::chat) fn newest_of(&self, account: &Name, now: Timestamp) -> Option<&Resumable> {
        let logins = self.logged_in_to(account);
        let mut lost = logins.iter().rev().filter_map(|id| self.by_id.get(id));
        lost.find(|lost| (lost.keeps_name || lost.is_restored) && now < lost.until)
    }

    /// Everybody who had this name, in the order in which they came.
    pub(in crate::chat) fn all_named(
        &self,
        name: &Name,
    ) -> impl DoubleEndedIterator<Item = &Resumable> {
        let key = |id| (FoldedName(name.clone()), PersonId(id));
        let all = self.by_name.range(key(0)..=key(u64::MAX));
        all.filter_map(|(_, id)| self.by_id.get(id))
    }

    /// A name that is kept for another person and looks like this one.
    pub(in crate::chat) fn look_alike(
        &self,
        name: &Name,
        own: Option<PersonId>,
        now: Timestamp,
    ) -> Option<&Name> {
        let has_expired = |id: &PersonId| self.by_id.get(id).is_none_or(|lost| lost.until <= now);
        self.names
            .look_alike(name, |id| Some(*id) == own || has_expired(id))
    }

    /// A name that looks like this one and is [kept from](Self::kept_from) people at an address.
    pub(in crate::chat) fn look_alike_elsewhere(
        &self,
        name: &Name,
        address: IpAddr,
        now: Timestamp,
    ) -> Option<&Name> {
        let home = subnet_of(address);
        let is_no_matter =
            |lost: &Resumable| lost.until <= now || subnet_of(lost.person.session.address) == home;
        self.names_at_home
            .look_alike(name, |id| self.by_id.get(id).is_none_or(is_no_matter))
    }

    /// Whether `bytes` more may be kept at the expense of these holders.
    pub(in crate::chat) fn has_space(&self, from: &[Holder], bytes: usize) -> bool {
        self.held.have_space(from, bytes, KEPT_BYTES_TOTAL_MAX)
    }

    /// Keeps a private message from these.
    pub(in crate::chat) fn keep(&mut self, id: PersonId, event: &Event, from: Vec<Holder>) {
        let Some(lost) = self.by_id.get_mut(&id) else {
            return;
        };
        lost.kept.push(event.clone());
        let omitted = shares::make_space(&mut lost.kept);
        lost.omitted += omitted.len() as u64;
        self.held.put((id, event.seq), from, shares::bytes(event));
        for event in omitted {
            self.held.remove(&(id, event.seq));
        }
    }

    /// Deletes one private message that is kept for people with a name or account.
    pub(in crate::chat) fn delete_kept(&mut self, name: &Name, message: Seq) {
        let named: Vec<PersonId> = self.all_named(name).map(|lost| lost.person.id).collect();
        for id in named {
            if let Some(lost) = self.by_id.get_mut(&id) {
                lost.kept.retain(|event| event.seq != message);
                self.held.remove(&(id, message));
            }
        }
    }

    /// The people whom a mask matches, themselves or their account.
    pub(in crate::chat) fn matching(&self, mask: &Mask, now: Timestamp) -> Vec<&Person> {
        let lost = |id: PersonId| self.by_id.get(&id).filter(|lost| now < lost.until);
        let named = mask.name.iter().flat_map(|name| self.all_named(name));
        let near = mask.net.into_iter().flat_map(|net| self.by_home.near(net));
        let near = near.filter_map(lost);
        let account = mask.name.as_ref().filter(|_| mask.reach == Reach::Either);
        let logins = account.map_or_else(Vec::new, |name| self.logged_in_to(name));
        let matching = named.chain(near).filter(|lost| {
            let person = &lost.person;
            now < lost.until && mask.matches(Some(&person.name), person.session.address)
        });
        let matching = matching.chain(logins.into_iter().filter_map(lost));
        matching.map(|lost| &*lost.person).collect()
    }

    /// Whether an operator may come back.
    pub(in crate::chat) fn has_operator(&self, now: Timestamp) -> bool {
        self.operator_until(now).is_some()
    }

    /// Until when an operator may come back: the last of them.
    pub(in crate::chat) fn operator_until(&self, now: Timestamp) -> Option<Timestamp> {
        let (until, ..) = self.operators.last()?;
        (now < *until).then_some(*until)
    }

    /// The same without those who are logged in to an account.
    pub(in crate::chat) fn has_other_operator(
        &self,
        account: Option<&Name>,
        now: Timestamp,
    ) -> bool {
        let last_first = self.operators.iter().rev();
        let mut coming = last_first.take_while(|(until, ..)| now < *until);
        let is_own = |id: &PersonId| {
            let lost = self.by_id.get(id).zip(account);
            lost.is_some_and(|(lost, account)| lost.person.is_logged_in_to(account))
        };
        coming.any(|(.., id)| !is_own(id))
    }

    /// Changes anything that is no key of an index.
    pub(in crate::chat) fn with(&mut self, id: PersonId, change: impl FnOnce(&mut Person)) {
        if let Some(lost) = self.by_id.get_mut(&id) {
            change(&mut lost.person);
        }
    }

    /// Gives a lost person another standing in a room for the visit, or removes it.
    pub(in crate::chat) fn set_standing(&mut self, id: PersonId, room: RoomId, held: Option<Held>) {
        if let Some(lost) = self.by_id.get_mut(&id) {
            lost.standings.retain(|(other, _)| *other != room);
            lost.standings.extend(held.map(|held| (room, held)));
        }
    }

    /// Adds a lost session. The senders of its messages have an account, or are unknown by now.
    pub(in crate::chat) fn insert(&mut self, resumable: Resumable) {
        for event in &resumable.kept {
            let key = (resumable.person.id, event.seq);
            let from = sender_of(event).into_iter().collect();
            self.held.put(key, from, shares::bytes(event));
        }
        self.index(resumable);
    }

    fn index(&mut self, resumable: Resumable) {
        let Resumable {
            person,
            until,
            seen,
            ..
        } = &resumable;
        if resumable.keeps_name {
            self.names.insert(person.name.clone(), person.id);
        }
        if resumable.keeps_name_at_home {
            self.names_at_home.insert(person.name.clone(), person.id);
        }
        self.by_code.insert(person.session.code, person.id);
        if let Some(code) = person.spent_code() {
            self.by_code.entry(code).or_insert(person.id);
        }
        self.by_name
            .insert((FoldedName(person.name.clone()), person.id));
        self.by_account.extend(account_key(person));
        let place = (*until, *seen, person.id);
        let address = person.session.address;
        self.by_end.insert(place);
        self.by_home.insert(address, place);
        if person.session.rank.operator {
            self.operators.insert(place);
        }
        let is_held = resumable.keeps_name && !resumable.owns_name;
        self.by_id.insert(person.id, resumable);
        if is_held {
            self.hold_name(address, place);
        }
    }

    /// Keeps a name that nobody owns. A person who cuts links on purpose can hold only a few: if
    /// one address has more, its oldest gives up the name, and no other address does.
    fn hold_name(&mut self, address: IpAddr, place: Expiry) {
        self.holding.insert(address, place);
        if self.holding.len_of(address) <= LOST_NAMES_MAX {
            return;
        }
        let Some(oldest) = self.holding.oldest_of(address) else {
            return;
        };
        self.holding.remove(address, oldest);
        if let Some(lost) = self.by_id.get_mut(&oldest.2) {
            lost.keeps_name = false;
            if self.names.get(&lost.person.name) == Some(&oldest.2) {
                self.names.remove(&lost.person.name);
            }
        }
    }

    /// Changes a session, the keys of the indexes included.
    pub(in crate::chat) fn change(&mut self, id: PersonId, change: impl FnOnce(&mut Resumable)) {
        if let Some(mut lost) = self.unindex(id) {
            change(&mut lost);
            self.index(lost);
        }
    }

    pub(in crate::chat) fn remove(&mut self, id: PersonId) -> Option<Resumable> {
        let lost = self.unindex(id)?;
        for event in &lost.kept {
            self.held.remove(&(id, event.seq));
        }
        Some(lost)
    }

    fn unindex(&mut self, id: PersonId) -> Option<Resumable> {
        let resumable = self.by_id.remove(&id)?;
        let Resumable {
            person,
            until,
            seen,
            ..
        } = &resumable;
        for names in [&mut self.names, &mut self.names_at_home] {
            if names.get(&person.name) == Some(&id) {
                names.remove(&person.name);
            }
        }
        let spent = person.spent_code();
        for code in [Some(person.session.code), spent].into_iter().flatten() {
            if self.by_code.get(&code) == Some(&id) {
                self.by_code.remove(&code);
            }
        }
        self.by_name.remove(&(FoldedName(person.name.clone()), id));
        if let Some(key) = account_key(person) {
            self.by_account.remove(&key);
        }
        let place = (*until, *seen, id);
        let address = person.session.address;
        self.by_end.remove(&place);
        self.by_home.remove(address, place);
        self.holding.remove(address, place);
        self.operators.remove(&place);
        Some(resumable)
    }

    /// The session to forget if there are too many: one of the address that has most, so that
    /// nobody pushes out the sessions of others. If each address has one, it is the oldest.
    pub(in crate::chat) fn to_forget(&self) -> Option<PersonId> {
        let of_many = self.by_home.oldest_of_fullest();
        let place = of_many.or_else(|| self.by_end.first().copied());
        place.map(|(.., id)| id)
    }

    /// A session whose time is up.
    pub(in crate::chat) fn expired(&self, now: Timestamp) -> Option<PersonId> {
        let first = self.by_end.first().filter(|(until, ..)| *until <= now);
        first.map(|(.., id)| *id)
    }

    /// Gives or takes the operator rights of everybody who was logged in to this account.
    pub(in crate::chat) fn set_operator(&mut self, account: &Name, operator: bool) {
        for id in self.logged_in_to(account) {
            self.set_rank(id, operator);
        }
    }

    /// Gives or takes operator rights.
    pub(in crate::chat) fn set_rank(&mut self, id: PersonId, operator: bool) {
        if let Some(lost) = self.by_id.get_mut(&id) {
            lost.person.session.rank.operator = operator;
            let place = (lost.until, lost.seen, id);
            match operator {
                true => self.operators.insert(place),
                false => self.operators.remove(&place),
            };
        }
    }

    /// Logs everybody out of an account, and takes the rights that it gave.
    pub(in crate::chat) fn end_account(&mut self, account: &Name, was_operator: bool) {
        for id in self.logged_in_to(account) {
            self.change(id, |lost| {
                lost.person.account = None;
                lost.owns_name = false;
            });
            if was_operator {
                self.set_rank(id, false);
            }
        }
    }

    pub(in crate::chat) fn logged_in_to(&self, account: &Name) -> Vec<PersonId> {
        let key = |id| (FoldedName(account.clone()), PersonId(id));
        let logins = self.by_account.range(key(0)..=key(u64::MAX));
        logins.map(|(_, id)| *id).collect()
    }

    #[cfg(debug_assertions)]
    pub(in crate::chat) fn are_counts_consistent(&self) -> bool {
        let lost = self.by_id.len();
        self.names.len() <= lost
            && self.names_at_home.len() <= lost
            && self.by_code.len() <= 2 * lost
            && self.by_name.len() == lost
            && self.by_account.len() <= lost
            && self.by_end.len() == lost
            && self.by_home.len() == lost
            && self.holding.len() <= lost
            && self.operators.len() <= lost
    }

    /// Checks that all indexes agree with the sessions.
    pub(in crate::chat) fn check(&self) {
        for (id, lost) in &self.by_id {
            assert_eq!(*id, lost.person.id);
            assert!(self.by_code.contains_key(&lost.person.session.code));
            let name = FoldedName(lost.person.name.clone());
            assert!(self.by_name.contains(&(name, *id)));
            let account = account_key(&lost.person);
            assert!(account.is_none_or(|key| self.by_account.contains(&key)));
            let place = (lost.until, lost.seen, *id);
            assert!(self.by_end.contains(&place));
            let is_operator = lost.person.session.rank.operator;
            assert_eq!(self.operators.contains(&place), is_operator);
            let keeper = self.names.get(&lost.person.name);
            let is_kept = keeper.is_some_and(|id| self.by_id.contains_key(id));
            assert!(is_kept || !lost.keeps_name);
            assert!(shares::fits(&lost.kept));
        }
        self.by_home.check();
        self.holding.check();
        self.held
            .check(self.by_id.values().map(Resumable::kept_bytes).sum());
        for (code, id) in &self.by_code {
            let person = &self.by_id[id].person;
            let is_spent = person.spent_code().as_ref() == Some(code);
            assert!(is_spent || person.session.code == *code);
        }
    }
}
