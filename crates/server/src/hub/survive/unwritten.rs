//! The sessions whose rows in the store are out of date. Each is written in its turn, in the order
//! of the rows, so that sessions that change all the time do not keep others waiting.

use std::collections::BTreeMap;
use std::ops::Bound;

use chinwag_core::{PersonId, Seq};

/// In place of the event that a session began with: it has a row already. No event has this number.
pub(super) const WRITTEN: Seq = Seq(0);

/// See the [module](self). A crowd that comes in is here as a whole.
#[derive(Debug, Default)]
pub(super) struct Unwritten {
    /// The event with which each session began if it was never written, else [`WRITTEN`].
    since: BTreeMap<PersonId, Seq>,
    /// The last one that had its turn: all others come before it has another.
    last: Option<PersonId>,
}

impl Unwritten {
    /// A session has changed.
    pub(super) fn add(&mut self, person: PersonId) {
        self.since.entry(person).or_insert(WRITTEN);
    }

    /// A session begins with an event, and has no row yet.
    pub(super) fn begin(&mut self, person: PersonId, since: Seq) {
        self.since.insert(person, since);
    }

    /// The event with which a session to be written began.
    pub(super) fn since(&self, person: PersonId) -> Option<Seq> {
        self.since.get(&person).copied()
    }

    /// Removes a session that was written, or needs no row any more.
    pub(super) fn remove(&mut self, person: PersonId) -> Option<Seq> {
        self.since.remove(&person)
    }

    pub(super) fn len(&self) -> usize {
        self.since.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.since.is_empty()
    }

    /// The next sessions. They stay until they are [removed](Self::remove).
    pub(super) fn next(&mut self, count_max: usize) -> Vec<(PersonId, Seq)> {
        let start = self.last.map_or(Bound::Unbounded, Bound::Excluded);
        let behind = self.since.range((start, Bound::Unbounded));
        let others = self.last.map(|last| self.since.range(..=last));
        let all = behind.chain(others.into_iter().flatten());
        let next: Vec<_> = all
            .take(count_max)
            .map(|(person, since)| (*person, *since))
            .collect();
        self.last = next.last().map(|(person, _)| *person);
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(unwritten: &mut Unwritten, count_max: usize) -> Vec<u64> {
        let next = unwritten.next(count_max).into_iter();
        next.map(|(person, _)| person.0).collect()
    }

    #[test]
    fn each_has_its_turn_before_one_has_another() {
        let mut unwritten = Unwritten::default();
        [5, 1, 3]
            .into_iter()
            .for_each(|person| unwritten.add(PersonId(person)));
        assert_eq!(next(&mut unwritten, 2), [1, 3]);
        unwritten.add(PersonId(2));
        assert_eq!(next(&mut unwritten, 2), [5, 1], "they were not written");
        assert_eq!(next(&mut unwritten, 9), [2, 3, 5, 1]);
        assert_eq!(next(&mut unwritten, 0), [0; 0]);
        assert_eq!(next(&mut unwritten, 1), [1]);
    }

    #[test]
    fn a_session_without_a_row_is_known_until_it_is_written() {
        let mut unwritten = Unwritten::default();
        let (old, new) = (PersonId(1), PersonId(2));
        unwritten.begin(new, Seq(7));
        unwritten.add(new);
        unwritten.add(old);
        assert_eq!(unwritten.next(2), [(old, WRITTEN), (new, Seq(7))]);
        assert_eq!(unwritten.remove(new), Some(Seq(7)));
        unwritten.add(new);
        assert_eq!(unwritten.since(new), Some(WRITTEN));
        assert_eq!(unwritten.since(PersonId(3)), None);
        assert!(!unwritten.is_empty());
        for person in [old, new] {
            unwritten.remove(person);
        }
        assert!(unwritten.is_empty());
    }
}
