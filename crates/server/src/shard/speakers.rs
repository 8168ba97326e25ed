//! The sessions of a shard by the person that each speaks for: usually one, and several if a person
//! has more than one connection.

use std::collections::BTreeSet;

use chinwag_core::PersonId;
use hashbrown::HashMap;

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Speakers {
    first: HashMap<PersonId, usize>,
    /// The sessions besides the first.
    others: BTreeSet<(PersonId, usize)>,
}

impl Speakers {
    /// A session speaks for a person from now on.
    pub(super) fn insert(&mut self, person: PersonId, slot: usize) {
        match self.first.get(&person) {
            Some(first) if *first != slot => drop(self.others.insert((person, slot))),
            _ => drop(self.first.insert(person, slot)),
        }
    }

    /// A session no longer speaks for a person.
    pub(super) fn remove(&mut self, person: PersonId, slot: usize) {
        if self.others.remove(&(person, slot)) || self.first.get(&person) != Some(&slot) {
            return;
        }
        let next = self.others_of(person).next();
        match next {
            Some(next) => {
                self.others.remove(&(person, next));
                self.first.insert(person, next);
            }
            None => drop(self.first.remove(&person)),
        }
    }

    /// The sessions of a person. They may change meanwhile.
    pub(super) fn of(&self, person: PersonId) -> impl Iterator<Item = usize> + use<> {
        let first = self.first.get(&person).copied();
        // Empty for nearly everybody, and then without memory.
        let others: Vec<usize> = match self.others.is_empty() {
            true => Vec::new(),
            false => self.others_of(person).collect(),
        };
        first.into_iter().chain(others)
    }

    /// Everybody who has a session here.
    pub(super) fn people(&self) -> impl Iterator<Item = PersonId> + '_ {
        self.first.keys().copied()
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
