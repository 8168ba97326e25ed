//! The sessions whose places the mark of their shard does not tell: those that have just begun or
//! come back, until the mark has passed that, and the few that are far behind it. Otherwise one peer
//! that reads nothing would hold back the mark for all others.

use chinwag_core::{PersonId, Seq};
use hashbrown::HashMap;

/// How far a peer has come, in case the server is killed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::hub) struct Reached {
    /// The newest event up to which it has everything.
    pub(in crate::hub) seen: Seq,
    /// From this mark on the mark counts instead.
    pub(in crate::hub) until: Seq,
}

impl Reached {
    /// That of a session that begins with an event.
    pub(super) fn at(event: Seq) -> Self {
        Self {
            seen: event,
            until: event,
        }
    }
}

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Behind {
    /// With the shard of each.
    people: HashMap<PersonId, (usize, Reached)>,
}

/// A mark that never comes: the shard reports when it is over.
const UNTIL_TOLD: Seq = Seq(u64::MAX);

impl Behind {
    pub(super) fn of(&self, person: PersonId) -> Option<Reached> {
        self.people.get(&person).map(|(_, reached)| *reached)
    }

    pub(super) fn insert(&mut self, person: PersonId, shard: usize, reached: Reached) {
        self.people.insert(person, (shard, reached));
    }

    pub(super) fn remove(&mut self, person: PersonId) {
        self.people.remove(&person);
    }

    /// Takes the mark of a shard and the people behind it. Returns those whose rows must be written
    /// with the mark.
    pub(super) fn handle_acknowledged(
        &mut self,
        shard: usize,
        mark: Seq,
        behind: &[(PersonId, Seq)],
    ) -> Vec<PersonId> {
        let mut changed = Vec::new();
        let is_over = |person: &PersonId, (at, reached): &mut (usize, Reached)| {
            let is_listed = behind.iter().any(|(listed, _)| listed == person);
            let is_known = reached.until <= mark || reached.until == UNTIL_TOLD;
            *at == shard && is_known && !is_listed
        };
        for (person, (_, reached)) in self.people.extract_if(is_over) {
            // The other rows say from which mark on they are out of date.
            changed.extend((reached.until == UNTIL_TOLD).then_some(person));
        }
        for &(person, seen) in behind {
            let until = UNTIL_TOLD;
            let known = (shard, Reached { seen, until });
            if self.people.insert(person, known) != Some(known) {
                changed.push(person);
            }
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: PersonId = PersonId(1);
    const BOB: PersonId = PersonId(2);

    fn seen(behind: &Behind, person: PersonId) -> Option<u64> {
        behind.of(person).map(|reached| reached.seen.0)
    }

    #[test]
    fn a_session_is_behind_until_the_mark_has_passed_its_beginning() {
        let mut behind = Behind::default();
        behind.insert(ANN, 0, Reached::at(Seq(7)));
        for (shard, mark) in [(0, 6), (1, 9)] {
            assert_eq!(behind.handle_acknowledged(shard, Seq(mark), &[]), []);
            assert_eq!(seen(&behind, ANN), Some(7), "{shard}");
        }
        // Its row says so itself.
        assert_eq!(behind.handle_acknowledged(0, Seq(7), &[]), []);
        assert_eq!(seen(&behind, ANN), None);
    }

    #[test]
    fn who_is_behind_is_written_whenever_that_changes() {
        let mut behind = Behind::default();
        behind.insert(ANN, 0, Reached::at(Seq(7)));
        let mut reports = |shard, people: &[(PersonId, Seq)]| {
            let changed = behind.handle_acknowledged(shard, Seq(9), people);
            (changed, seen(&behind, ANN), seen(&behind, BOB))
        };
        assert_eq!(reports(0, &[(ANN, Seq(3))]), (vec![ANN], Some(3), None));
        assert_eq!(reports(0, &[(ANN, Seq(3))]), (vec![], Some(3), None));
        let both = [(ANN, Seq(4)), (BOB, Seq(5))];
        assert_eq!(reports(0, &both), (vec![ANN, BOB], Some(4), Some(5)));
        assert_eq!(reports(1, &[]), (vec![], Some(4), Some(5)));
        assert_eq!(reports(0, &both[1..]), (vec![ANN], None, Some(5)));
        assert_eq!(reports(0, &[]), (vec![BOB], None, None));
    }
}
