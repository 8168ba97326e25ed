//! The sessions of a shard by the person that each speaks for: usually one, and several if a person
//! has more than one connection.

use std::collections::BTreeSet;
use std::hash::BuildHasher;

use chinwag_core::{NOBODY, PersonId};
use hashbrown::{DefaultHashBuilder, HashTable};

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Speakers {
    /// The first session of each person. It reads the people from `speaks_for`, which with this is
    /// half the weight of a map.
    first: HashTable<u32>,
    /// By slot: the person whose first session it is, or nobody.
    speaks_for: Vec<PersonId>,
    /// The sessions besides the first.
    others: BTreeSet<(PersonId, usize)>,
    hasher: DefaultHashBuilder,
}

impl Speakers {
    /// A session speaks for a person from now on.
    pub(super) fn insert(&mut self, person: PersonId, slot: usize) {
        match self.first_of(person) {
            Some(first) if first != slot => drop(self.others.insert((person, slot))),
            Some(_) => {}
            None => self.set_first(person, slot),
        }
    }

    /// A session no longer speaks for a person.
    pub(super) fn remove(&mut self, person: PersonId, slot: usize) {
        if self.others.remove(&(person, slot)) || self.first_of(person) != Some(slot) {
            return;
        }
        let found = self
            .first
            .find_entry(self.hasher.hash_one(person), |first| {
                *first as usize == slot
            });
        drop(found.map(|entry| entry.remove()));
        self.speaks_for[slot] = NOBODY;
        let next = self.others_of(person).next();
        if let Some(next) = next {
            self.others.remove(&(person, next));
            self.set_first(person, next);
        }
    }

    /// The sessions of a person. They may change meanwhile.
    pub(super) fn of(&self, person: PersonId) -> impl Iterator<Item = usize> + use<> {
        let first = self.first_of(person);
        // Empty for nearly everybody, and then without memory.
        let others: Vec<usize> = match self.others.is_empty() {
            true => Vec::new(),
            false => self.others_of(person).collect(),
        };
        first.into_iter().chain(others)
    }

    /// Everybody who has a session here.
    pub(super) fn people(&self) -> impl Iterator<Item = PersonId> + '_ {
        self.first
            .iter()
            .map(|&slot| self.speaks_for[slot as usize])
    }

    fn first_of(&self, person: PersonId) -> Option<usize> {
        let is_theirs = |slot: &u32| self.speaks_for[*slot as usize] == person;
        let found = self.first.find(self.hasher.hash_one(person), is_theirs);
        found.map(|slot| *slot as usize)
    }

    fn set_first(&mut self, person: PersonId, slot: usize) {
        let narrow = u32::try_from(slot).expect("a slot is a place among a shard's sessions");
        if self.speaks_for.len() <= slot {
            self.speaks_for.resize(slot + 1, NOBODY);
        }
        debug_assert_eq!(self.speaks_for[slot], NOBODY, "one at a time");
        self.speaks_for[slot] = person;
        let (hasher, speaks_for) = (&self.hasher, &self.speaks_for);
        let hash = |slot: &u32| hasher.hash_one(speaks_for[*slot as usize]);
        self.first.insert_unique(hash(&narrow), narrow, hash);
    }

    fn others_of(&self, person: PersonId) -> impl Iterator<Item = usize> + '_ {
        let range = (person, 0)..=(person, usize::MAX);
        self.others.range(range).map(|(_, slot)| *slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_found_by_each_of_its_sessions_until_the_last_ends() {
        let (ann, bob) = (PersonId(1), PersonId(2));
        let mut speakers = Speakers::default();
        for (person, slot) in [(ann, 4), (bob, 5), (ann, 6), (ann, 4), (ann, 7)] {
            speakers.insert(person, slot);
        }
        let of = |speakers: &Speakers, person| speakers.of(person).collect::<Vec<_>>();
        assert_eq!(of(&speakers, ann), [4, 6, 7]);
        assert_eq!(of(&speakers, bob), [5]);
        speakers.remove(bob, 4);
        speakers.remove(ann, 4);
        assert_eq!(of(&speakers, ann), [6, 7], "the next is the first now");
        speakers.remove(ann, 7);
        assert_eq!(of(&speakers, ann), [6]);
        assert_eq!(speakers.people().count(), 2);
        speakers.remove(ann, 6);
        assert!(of(&speakers, ann).is_empty());
        assert_eq!(speakers.people().collect::<Vec<_>>(), [bob]);
    }
}
