//! Which sessions have something to do, and when. A session stands in each list at most once.
//!
//! Deadlines are a heap that nothing is ever taken out of early: a session whose deadline has moved
//! to a later time is found when the old one comes, one whose deadline has moved to an earlier time
//! stands in it twice.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use chinwag_core::{ConnId, Monotonic};

use super::slot_of;

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Schedule {
    input: Vec<usize>,
    write: Vec<usize>,
    /// Those that keep lines until their peers have acknowledged them.
    unacknowledged: VecDeque<usize>,
    deadlines: BinaryHeap<Reverse<(Monotonic, ConnId)>>,
    marks: Vec<Marks>,
}

/// Where one session stands.
#[derive(Clone, Copy, Debug)]
struct Marks {
    /// The earliest of its deadlines in the heap, [`NEVER`] if there is none.
    due: Monotonic,
    /// Of which connection, by the part of its number that the place does not tell: another may have had
    /// the place and a deadline at the same time.
    count: u32,
    in_input: bool,
    in_write: bool,
    in_unacknowledged: bool,
}

// A shard keeps one for every place.
const _: () = assert!(size_of::<Marks>() <= 16);

/// No deadline.
const NEVER: Monotonic = Monotonic(u64::MAX);

impl Default for Marks {
    fn default() -> Self {
        Self {
            due: NEVER,
            count: 0,
            in_input: false,
            in_write: false,
            in_unacknowledged: false,
        }
    }
}

fn count_of(conn: ConnId) -> u32 {
    (conn.0 >> 32) as u32
}

impl Schedule {
    fn marks(&mut self, slot: usize) -> &mut Marks {
        if self.marks.len() <= slot {
            self.marks.resize(slot + 1, Marks::default());
        }
        &mut self.marks[slot]
    }

    /// A session has input.
    pub(super) fn list_input(&mut self, slot: usize) {
        if !std::mem::replace(&mut self.marks(slot).in_input, true) {
            self.input.push(slot);
        }
    }

    pub(super) fn has_input(&self) -> bool {
        !self.input.is_empty()
    }

    /// The sessions with input; from now on they may be listed again.
    pub(super) fn take_input(&mut self) -> Vec<usize> {
        let slots = std::mem::take(&mut self.input);
        for &slot in &slots {
            self.marks[slot].in_input = false;
        }
        slots
    }

    /// A session has something to write.
    pub(super) fn list_write(&mut self, slot: usize) {
        if !std::mem::replace(&mut self.marks(slot).in_write, true) {
            self.write.push(slot);
        }
    }

    pub(super) fn has_write(&self) -> bool {
        !self.write.is_empty()
    }

    /// The sessions with something to write; from now on they may be listed again.
    pub(super) fn take_write(&mut self) -> Vec<usize> {
        let slots = std::mem::take(&mut self.write);
        for &slot in &slots {
            self.marks[slot].in_write = false;
        }
        slots
    }

    /// A session keeps lines until its peer has acknowledged them.
    pub(super) fn list_unacknowledged(&mut self, slot: usize) {
        if !std::mem::replace(&mut self.marks(slot).in_unacknowledged, true) {
            self.unacknowledged.push_back(slot);
        }
    }

    /// All of those.
    pub(super) fn all_unacknowledged(&self) -> impl Iterator<Item = usize> + '_ {
        self.unacknowledged.iter().copied()
    }

    /// How many sessions are listed so.
    pub(super) fn unacknowledged(&self) -> usize {
        self.unacknowledged.len()
    }

    /// The one of those that was listed first; from now on it may be listed again.
    pub(super) fn next_unacknowledged(&mut self) -> Option<usize> {
        let slot = self.unacknowledged.pop_front()?;
        self.marks[slot].in_unacknowledged = false;
        Some(slot)
    }

    /// Something is due for a session at this time, or earlier.
    pub(super) fn watch(&mut self, slot: usize, conn: ConnId, due: Monotonic) {
        let marks = self.marks(slot);
        if due < marks.due {
            (marks.due, marks.count) = (due, count_of(conn));
            self.deadlines.push(Reverse((due, conn)));
        }
    }

    /// When something is due next.
    pub(super) fn deadline(&self) -> Option<Monotonic> {
        self.deadlines.peek().map(|Reverse((at, _))| *at)
    }

    /// A connection that may have something due; it is not watched from now on.
    pub(super) fn pop_due(&mut self, now: Monotonic) -> Option<ConnId> {
        while self.deadline().is_some_and(|at| at <= now) {
            let Reverse((at, conn)) = self.deadlines.pop()?;
            let marks = self.marks(slot_of(conn));
            // An entry that an earlier one has replaced says nothing any more, nor does one of a
            // session that is gone.
            if (marks.due, marks.count) == (at, count_of(conn)) {
                marks.due = NEVER;
                return Some(conn);
            }
        }
        None
    }

    /// A session is gone.
    pub(super) fn forget(&mut self, slot: usize) {
        self.marks(slot).due = NEVER;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_stands_in_each_list_once() {
        let mut schedule = Schedule::default();
        schedule.list_input(3);
        schedule.list_input(3);
        schedule.list_input(1);
        assert_eq!(schedule.take_input(), [3, 1]);
        assert!(!schedule.has_input());
        schedule.list_input(3);
        assert_eq!(schedule.take_input(), [3]);
    }

    #[test]
    fn the_earliest_deadline_counts_and_a_later_one_is_found_by_it() {
        let mut schedule = Schedule::default();
        let conn = ConnId(2);
        schedule.watch(2, conn, Monotonic(50));
        schedule.watch(2, conn, Monotonic(90));
        schedule.watch(2, conn, Monotonic(20));
        assert_eq!(schedule.deadline(), Some(Monotonic(20)));
        assert_eq!(schedule.pop_due(Monotonic(19)), None);
        assert_eq!(schedule.pop_due(Monotonic(30)), Some(conn));
        // The session says again when it is due next.
        schedule.watch(2, conn, Monotonic(90));
        assert_eq!(schedule.pop_due(Monotonic(60)), None);
        assert_eq!(schedule.pop_due(Monotonic(90)), Some(conn));
        assert_eq!(schedule.deadline(), None);
    }

    /// A new session was never greeted when its predecessor had a deadline at the same time.
    #[test]
    fn a_place_that_is_used_again_has_the_deadline_of_its_new_session() {
        let mut schedule = Schedule::default();
        let (old, new) = (ConnId(1 << 32), ConnId(2 << 32));
        schedule.watch(0, old, Monotonic(10));
        schedule.forget(0);
        schedule.watch(0, new, Monotonic(10));
        assert_eq!(schedule.pop_due(Monotonic(10)), Some(new));
    }
}
