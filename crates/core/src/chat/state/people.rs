//! Everybody who is here, found by number, name, resume code or address.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::hash::BuildHasher;
use core::ops::Bound;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::addresses::Addresses;
use super::nearest::{nearest, neighbours};
use super::numbered::Numbered;
use super::registry::Registry;
use super::{Connection, Person, Rank, Session};
use crate::ban::{Mask, Reach};
use crate::ids::{ConnId, PersonId};
use crate::name::{FoldedName, Name};
use crate::resume::ResumeCode;

/// The people and their indexes. Only this table changes a person's name, session or rank.
#[derive(Clone, Debug, Default)]
pub(in crate::chat) struct People {
    by_id: Numbered,
    by_name: Registry<PersonId>,
    /// In the order of the alphabet, for [`nearest`].
    names: BTreeSet<FoldedName>,
    /// Holds only numbers and reads the codes from the people: half the weight of a map.
    by_code: HashTable<PersonId>,
    by_address: Addresses,
    /// Those who are logged in, by account.
    by_account: BTreeSet<(FoldedName, PersonId)>,
    hasher: DefaultHashBuilder,
    operators: BTreeSet<PersonId>,
    /// How many people speak IRC.
    irc: usize,
    /// Those of them who want to be invisible.
    invisible: usize,
    /// The most that there were at once.
    seen_max: usize,
    /// The number of the next person.
    pub(in crate::chat) next: u64,
}

impl People {
    /// Nobody yet. Numbers begin at 1.
    pub(in crate::chat) fn new() -> Self {
        Self {
            next: 1,
            ..Self::default()
        }
    }

    pub(in crate::chat) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(in crate::chat) fn ids(&self) -> impl Iterator<Item = PersonId> + '_ {
        self.by_id.iter().map(|person| person.id)
    }

    pub(in crate::chat) fn has_operator(&self) -> bool {
        !self.operators.is_empty()
    }

    pub(in crate::chat) fn operators(&self) -> &BTreeSet<PersonId> {
        &self.operators
    }

    pub(in crate::chat) fn invisible(&self) -> usize {
        self.invisible
    }

    pub(in crate::chat) fn seen_max(&self) -> usize {
        self.seen_max
    }

    pub(in crate::chat) fn has_irc(&self) -> bool {
        self.irc > 0
    }

    pub(in crate::chat) fn get(&self, id: PersonId) -> Option<&Person> {
        self.by_id.get(id)
    }

    pub(in crate::chat) fn named(&self, name: &Name) -> Option<&Person> {
        self.get(*self.by_name.get(name)?)
    }

    pub(in crate::chat) fn with_code(&self, code: ResumeCode) -> Option<&Person> {
        let has_code = |id: &PersonId| self.by_id.get(*id).is_some_and(|p| p.session.code == code);
        let found = self.by_code.find(self.hasher.hash_one(code), has_code);
        self.get(*found?)
    }

    /// The people whom a mask matches, themselves or their account, by number.
    pub(in crate::chat) fn matching(&self, mask: &Mask) -> Vec<&Person> {
        let named = mask.name.as_ref().and_then(|name| self.named(name));
        let near = mask
            .net
            .into_iter()
            .flat_map(|net| self.by_address.near(net));
        let near = near.filter_map(|id| self.get(id));
        let account = mask.name.as_ref().filter(|_| mask.reach == Reach::Either);
        let logins = account.into_iter().flat_map(|name| self.logged_in_to(name));
        let matches = |person: &&Person| person.is_matched(mask, Some(&person.name));
        let matching = named.into_iter().chain(near).filter(matches);
        let mut matching: Vec<&Person> = matching.chain(logins).collect();
        matching.sort_unstable_by_key(|person| person.id);
        matching.dedup_by_key(|person| person.id);
        matching
    }

    /// The people after a name, in alphabetical order.
    pub(in crate::chat) fn after(&self, name: Option<&Name>) -> impl Iterator<Item = &Person> {
        let start = name.map_or(Bound::Unbounded, |name| Bound::Excluded(name.folded()));
        let names = self.names.range::<str, _>((start, Bound::Unbounded));
        names.filter_map(|name| self.named(&name.0))
    }

    /// The people who are logged in to an account, in the order in which they came.
    pub(in crate::chat) fn logged_in_to(&self, account: &Name) -> impl Iterator<Item = &Person> {
        let key = |id| (FoldedName(account.clone()), PersonId(id));
        let logins = self.by_account.range(key(0)..=key(u64::MAX));
        logins.filter_map(|(_, id)| self.get(*id))
    }

    /// The name of another person that looks like this one.
    pub(in crate::chat) fn look_alike(&self, name: &Name, own: Option<PersonId>) -> Option<&Name> {
        self.by_name.look_alike(name, |id| Some(*id) == own)
    }

    /// The name that a folded text probably means: a neighbour in the alphabet, or one of `others`.
    pub(in crate::chat) fn nearest<'a>(
        &'a self,
        typed: &str,
        others: impl Iterator<Item = PersonId>,
    ) -> Option<&'a Name> {
        let others = others.filter_map(|id| Some(&self.get(id)?.name));
        let near = neighbours(&self.names, typed).map(|name| &name.0);
        nearest(typed, near.chain(others).map(|name| (name.folded(), name)))
    }

    pub(in crate::chat) fn insert(&mut self, person: Box<Person>) {
        let operator = Some(person.id).filter(|_| person.session.rank.operator);
        self.operators.extend(operator);
        self.irc += usize::from(person.irc().is_some());
        self.invisible += usize::from(person.is_invisible());
        self.index_name(&person.name, person.id);
        self.index_session(&person.session, person.id);
        self.by_account.extend(account_key(&person));
        self.by_id.insert(person);
        self.seen_max = self.seen_max.max(self.by_id.len());
    }

    pub(in crate::chat) fn remove(&mut self, id: PersonId) -> Option<Box<Person>> {
        let code = self.get(id)?.session.code;
        self.forget_code(code, id);
        let person = self.by_id.remove(id)?;
        self.operators.remove(&id);
        self.irc -= usize::from(person.irc().is_some());
        self.invisible -= usize::from(person.is_invisible());
        person
            .addresses()
            .for_each(|address| self.by_address.remove(address, id));
        if let Some(key) = account_key(&person) {
            self.by_account.remove(&key);
        }
        self.forget_name(&person.name);
        Some(person)
    }

    /// Changes anything that is no key of an index.
    pub(in crate::chat) fn with(&mut self, id: PersonId, change: impl FnOnce(&mut Person)) {
        if let Some(person) = self.by_id.get_mut(id) {
            let (code, address) = (person.session.code, person.session.address);
            self.invisible -= usize::from(person.is_invisible());
            self.irc -= usize::from(person.irc().is_some());
            change(person);
            self.invisible += usize::from(person.is_invisible());
            self.irc += usize::from(person.irc().is_some());
            debug_assert!(person.session.code == code && person.session.address == address);
        }
    }

    pub(in crate::chat) fn rename(&mut self, id: PersonId, name: &Name) {
        let Some(person) = self.by_id.get_mut(id) else {
            return;
        };
        let old = core::mem::replace(&mut person.name, name.clone());
        self.forget_name(&old);
        self.index_name(name, id);
    }

    /// Adds a connection to a person.
    pub(in crate::chat) fn attach(&mut self, id: PersonId, connection: Connection) {
        if let Some(person) = self.by_id.get_mut(id) {
            person.attach(connection);
            self.by_address.insert(connection.address, id);
        }
    }

    /// Removes one of a person's several connections.
    pub(in crate::chat) fn detach(&mut self, id: PersonId, conn: ConnId) {
        if let Some(person) = self.by_id.get_mut(id) {
            // Two connections may come from one address.
            for address in person.addresses() {
                self.by_address.remove(address, id);
            }
            person.detach(conn);
            for address in person.addresses() {
                self.by_address.insert(address, id);
            }
        }
    }

    /// Logs a person in to an account, or out of it.
    pub(in crate::chat) fn set_account(&mut self, id: PersonId, account: Option<&Name>) {
        if let Some(person) = self.by_id.get_mut(id) {
            if let Some(key) = account_key(person) {
                self.by_account.remove(&key);
            }
            person.account = account.cloned();
            self.by_account.extend(account_key(person));
        }
    }

    pub(in crate::chat) fn set_rank(&mut self, id: PersonId, rank: Rank) {
        if let Some(person) = self.by_id.get_mut(id) {
            person.session.rank = rank;
            match rank.operator {
                true => self.operators.insert(id),
                false => self.operators.remove(&id),
            };
        }
    }

    fn index_name(&mut self, name: &Name, id: PersonId) {
        self.by_name.insert(name.clone(), id);
        self.names.insert(FoldedName(name.clone()));
    }

    fn forget_name(&mut self, name: &Name) {
        self.by_name.remove(name);
        self.names.remove::<str>(name.folded());
    }

    fn index_session(&mut self, session: &Session, id: PersonId) {
        self.by_address.insert(session.address, id);
        let (hasher, by_id) = (&self.hasher, &self.by_id);
        // When the table grows it asks for the codes of its entries, who are all among the people.
        let code_of = |id: &PersonId| by_id.get(*id).map_or(session.code, |p| p.session.code);
        let hash = hasher.hash_one(session.code);
        self.by_code
            .insert_unique(hash, id, |id| hasher.hash_one(code_of(id)));
    }

    fn forget_code(&mut self, code: ResumeCode, id: PersonId) {
        let hash = self.hasher.hash_one(code);
        if let Ok(entry) = self.by_code.find_entry(hash, |other| *other == id) {
            entry.remove();
        }
    }

    /// Checks that all indexes agree in size with the people. Costs next to nothing.
    #[cfg(debug_assertions)]
    pub(in crate::chat) fn are_counts_consistent(&self) -> bool {
        let people = self.by_id.len();
        [self.by_name.len(), self.names.len(), self.by_code.len()]
            .iter()
            .all(|len| *len == people)
            && self.by_address.len() >= people
            && self.operators.len() <= people
            && self.by_account.len() <= people
    }

    /// Checks that all indexes agree with the people.
    pub(in crate::chat) fn check(&self) {
        let mut logins = 0;
        for person in self.by_id.iter() {
            let id = person.id;
            assert_eq!(self.by_name.get(&person.name), Some(&id));
            assert!(self.names.contains::<str>(person.name.folded()));
            let found = self.with_code(person.session.code);
            assert!(found.is_some_and(|found| found.session.code == person.session.code));
            for address in person.addresses() {
                let net = address.to_canonical().into();
                assert!(self.by_address.near(net).any(|near| near == id));
            }
            let is_operator = person.session.rank.operator;
            assert_eq!(self.operators.contains(&id), is_operator);
            logins += usize::from(person.account.is_some());
            assert!(account_key(person).is_none_or(|key| self.by_account.contains(&key)));
        }
        assert!(self.operators.iter().all(|id| self.get(*id).is_some()));
        assert_eq!(self.by_account.len(), logins);
    }
}

/// The key of a person in the index of accounts, if they are logged in.
fn account_key(person: &Person) -> Option<(FoldedName, PersonId)> {
    let account = person.account.as_ref()?;
    Some((FoldedName(account.clone()), person.id))
}

impl PartialEq for People {
    fn eq(&self, other: &Self) -> bool {
        self.by_id == other.by_id
            && self.by_name == other.by_name
            && self.names == other.names
            && self.by_address == other.by_address
            && self.by_account == other.by_account
            && self.operators == other.operators
            && (self.irc, self.next) == (other.irc, other.next)
    }
}
