//! How far peers have come, in case the server is killed: a mark for each shard, up to which all of
//! its peers have everything, and the sessions that it does not tell. Those are the ones that have
//! just begun or come back, until the mark has passed that, and the few that are far behind it.
//! Otherwise one peer that reads nothing would hold back the mark for all others.

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
pub(super) struct Marks {
    by_shard: Vec<Seq>,
    /// One of them is not written yet.
    is_new: bool,
    /// Those that the marks do not tell, with the shard of each.
    behind: HashMap<PersonId, (usize, Reached)>,
}

/// A mark that never comes: the shard reports when it is over.
const UNTIL_TOLD: Seq = Seq(u64::MAX);

impl Marks {
    /// Where a person is that the marks do not tell.
    pub(super) fn of(&self, person: PersonId) -> Option<Reached> {
        self.behind.get(&person).map(|(_, reached)| *reached)
    }

    /// How far the peer of a person on this shard has come, as far as is known.
    pub(super) fn reached(&self, person: PersonId, shard: usize) -> Seq {
        let reached = self.of(person).map(|reached| reached.seen);
        let mark = || self.by_shard.get(shard).copied().unwrap_or_default();
        reached.unwrap_or_else(mark)
    }

    /// The marks to be written, as text, if there is a new one.
    pub(super) fn take_new(&mut self) -> Option<String> {
        let marks = self.by_shard.iter().map(ToString::to_string);
        let is_new = std::mem::take(&mut self.is_new);
        is_new.then(|| marks.collect::<Vec<_>>().join(" "))
    }

    /// The marks that were taken could not be written.
    pub(super) fn give_back(&mut self) {
        self.is_new = true;
    }

    pub(super) fn insert(&mut self, person: PersonId, shard: usize, reached: Reached) {
        self.behind.insert(person, (shard, reached));
    }

    pub(super) fn remove(&mut self, person: PersonId) {
        self.behind.remove(&person);
    }

    /// Takes the mark of a shard and the people behind it. Returns those whose rows must be written
    /// with the mark.
    pub(super) fn handle_acknowledged(
        &mut self,
        shard: usize,
        mark: Seq,
        behind: &[(PersonId, Seq)],
    ) -> Vec<PersonId> {
        if self.by_shard.len() <= shard {
            self.by_shard.resize(shard + 1, Seq::default());
        }
        self.is_new |= self.by_shard[shard] != mark;
        self.by_shard[shard] = mark;
        let mut changed = Vec::new();
        let is_over = |person: &PersonId, (at, reached): &mut (usize, Reached)| {
            let is_listed = behind.iter().any(|(listed, _)| listed == person);
            let is_known = reached.until <= mark || reached.until == UNTIL_TOLD;
            *at == shard && is_known && !is_listed
        };
        for (person, (_, reached)) in self.behind.extract_if(is_over) {
            // The other rows say from which mark on they are out of date.
            changed.extend((reached.until == UNTIL_TOLD).then_some(person));
        }
        // A crowd that comes in is here as a whole.
        self.behind.shrink_to(2 * self.behind.len());
        for &(person, seen) in behind {
            let until = UNTIL_TOLD;
            let known = (shard, Reached { seen, until });
            if self.behind.insert(person, known) != Some(known) {
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

    fn seen(marks: &Marks, person: PersonId) -> Option<u64> {
        marks.of(person).map(|reached| reached.seen.0)
    }

    #[test]
    fn a_mark_is_written_when_a_shard_has_another() {
        let mut marks = Marks::default();
        let mut is_new = |shard, up_to| {
            marks.handle_acknowledged(shard, Seq(up_to), &[]);
            marks.take_new()
        };
        assert_eq!(is_new(1, 5).as_deref(), Some("0 5"));
        assert_eq!(is_new(1, 5), None);
        assert_eq!(is_new(0, 7).as_deref(), Some("7 5"));
        marks.handle_acknowledged(1, Seq(8), &[]);
        marks.handle_acknowledged(1, Seq(8), &[]);
        assert!(marks.take_new().is_some(), "it was not written yet");
        assert_eq!(marks.take_new(), None);
        marks.give_back();
        assert_eq!(marks.take_new().as_deref(), Some("7 8"));
    }

    #[test]
    fn a_session_is_behind_until_the_mark_has_passed_its_beginning() {
        let mut marks = Marks::default();
        marks.insert(ANN, 0, Reached::at(Seq(7)));
        for (shard, mark) in [(0, 6), (1, 9)] {
            assert_eq!(marks.handle_acknowledged(shard, Seq(mark), &[]), []);
            assert_eq!(seen(&marks, ANN), Some(7), "{shard}");
        }
        // Its row says so itself.
        assert_eq!(marks.handle_acknowledged(0, Seq(7), &[]), []);
        assert_eq!(seen(&marks, ANN), None);
        assert_eq!(marks.behind.capacity(), 0, "nothing is kept for a crowd");
    }

    #[test]
    fn a_peer_has_what_its_shard_has_unless_it_is_known_itself() {
        let mut marks = Marks::default();
        marks.insert(ANN, 0, Reached::at(Seq(7)));
        assert_eq!(marks.reached(ANN, 0), Seq(7));
        assert_eq!(marks.reached(BOB, 0), Seq(0), "nothing is known yet");
        marks.handle_acknowledged(0, Seq(5), &[]);
        assert_eq!([ANN, BOB].map(|person| marks.reached(person, 0).0), [7, 5]);
        marks.remove(ANN);
        assert_eq!(marks.reached(ANN, 0), Seq(5));
    }

    #[test]
    fn who_is_behind_is_written_whenever_that_changes() {
        let mut marks = Marks::default();
        marks.insert(ANN, 0, Reached::at(Seq(7)));
        let mut reports = |shard, people: &[(PersonId, Seq)]| {
            let changed = marks.handle_acknowledged(shard, Seq(9), people);
            (changed, seen(&marks, ANN), seen(&marks, BOB))
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
