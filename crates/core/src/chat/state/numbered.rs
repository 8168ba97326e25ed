//! People by number, in a table that holds no copies of the numbers: half the weight of a map.

use alloc::boxed::Box;
use core::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::Person;
use crate::ids::PersonId;

/// See the [module](self).
#[derive(Clone, Debug, Default)]
pub(super) struct Numbered {
    people: HashTable<Box<Person>>,
    hasher: DefaultHashBuilder,
}

impl Numbered {
    pub(super) fn get(&self, id: PersonId) -> Option<&Person> {
        let found = self.people.find(self.hash(id), |person| person.id == id);
        found.map(|person| &**person)
    }

    pub(super) fn get_mut(&mut self, id: PersonId) -> Option<&mut Person> {
        let hash = self.hash(id);
        let found = self.people.find_mut(hash, |person| person.id == id);
        found.map(|person| &mut **person)
    }

    /// Adds a person whose number is not in use.
    pub(super) fn insert(&mut self, person: Box<Person>) {
        debug_assert!(self.get(person.id).is_none());
        let (hash, hasher) = (self.hash(person.id), &self.hasher);
        self.people
            .insert_unique(hash, person, |person| hasher.hash_one(person.id));
    }

    pub(super) fn remove(&mut self, id: PersonId) -> Option<Box<Person>> {
        let found = self
            .people
            .find_entry(self.hash(id), |person| person.id == id);
        found.ok().map(|entry| entry.remove().0)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().map(|person| &**person)
    }

    pub(super) fn len(&self) -> usize {
        self.people.len()
    }

    fn hash(&self, id: PersonId) -> u64 {
        self.hasher.hash_one(id)
    }
}

impl PartialEq for Numbered {
    fn eq(&self, other: &Self) -> bool {
        let is_there = |person: &Person| other.get(person.id) == Some(person);
        self.len() == other.len() && self.iter().all(is_there)
    }
}
