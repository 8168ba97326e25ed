//! Which sessions have something to do, and when. A session is in each list at most once.
//!
//! Deadlines are a heap from which nothing is removed early: a session whose deadline has moved to
//! a later time is looked at when the old one comes, and one whose deadline has moved to an earlier
//! time is in the heap twice.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use chinwag_core::{ConnId, Monotonic};

use super::slot_of;

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Schedule {
    lists: [VecDeque<usize>; 3],
    deadlines: BinaryHeap<Reverse<(Monotonic, ConnId)>>,
    slots: Vec<SlotState>,
}

/// What a session is listed for.
#[derive(Clone, Copy, Debug)]
pub(super) enum List {
    /// It has input.
    Input,
    /// It has something to write.
    Write,
    /// It keeps lines until its peer has acknowledged them.
    Unacknowledged,
}

/// What is known of the session in one slot: the lists that it is in, and its deadline.
#[derive(Clone, Copy, Debug)]
struct SlotState {
    /// The earliest of its deadlines in the heap, [`NEVER`] if there is none.
    due: Monotonic,
    /// The part of the connection's id that counts connections: another one may have had the slot,
    /// and a deadline at the same time.
    count: u32,
    is_listed: [bool; 3],
}

// A shard keeps one for every slot.
const _: () = assert!(size_of::<SlotState>() <= 16);

/// No deadline.
const NEVER: Monotonic = Monotonic(u64::MAX);

impl Default for SlotState {
    fn default() -> Self {
        Self {
            due: NEVER,
            count: 0,
            is_listed: [false; 3],
        }
    }
}

fn count_of(conn: ConnId) -> u32 {
    (conn.0 >> 32) as u32
}

impl Schedule {
    fn state(&mut self, slot: usize) -> &mut SlotState {
        if self.slots.len() <= slot {
            self.slots.resize(slot + 1, SlotState::default());
        }
        &mut self.slots[slot]
    }

    pub(super) fn add(&mut self, list: List, slot: usize) {
        if !std::mem::replace(&mut self.state(slot).is_listed[list as usize], true) {
            self.lists[list as usize].push_back(slot);
        }
    }

    /// The listed sessions, in the order of listing.
    pub(super) fn listed(&self, list: List) -> &VecDeque<usize> {
        &self.lists[list as usize]
    }

    /// The same, removed: from now on they may be listed again.
    pub(super) fn take(&mut self, list: List) -> VecDeque<usize> {
        let slots = std::mem::take(&mut self.lists[list as usize]);
        for &slot in &slots {
            self.slots[slot].is_listed[list as usize] = false;
        }
        slots
    }

    /// The session that was listed first, removed: from now on it may be listed again.
    pub(super) fn pop(&mut self, list: List) -> Option<usize> {
        let slot = self.lists[list as usize].pop_front()?;
        self.slots[slot].is_listed[list as usize] = false;
        Some(slot)
    }

    /// Notes that something is due for a session at this time, or earlier.
    pub(super) fn watch(&mut self, slot: usize, conn: ConnId, due: Monotonic) {
        let state = self.state(slot);
        if due < state.due {
            (state.due, state.count) = (due, count_of(conn));
            self.deadlines.push(Reverse((due, conn)));
        }
    }

    /// When something is due next.
    pub(super) fn deadline(&self) -> Option<Monotonic> {
        self.deadlines.peek().map(|Reverse((at, _))| *at)
    }

    /// A connection that may have something due. It is not watched from now on.
    pub(super) fn pop_due(&mut self, now: Monotonic) -> Option<ConnId> {
        while self.deadline().is_some_and(|at| at <= now) {
            let Reverse((at, conn)) = self.deadlines.pop()?;
            let state = self.state(slot_of(conn));
            // Skips entries that an earlier one has replaced, and those of sessions that are gone.
            if (state.due, state.count) == (at, count_of(conn)) {
                state.due = NEVER;
                return Some(conn);
            }
        }
        None
    }

    /// Forgets a session that is gone.
    pub(super) fn forget(&mut self, slot: usize) {
        self.state(slot).due = NEVER;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_stands_in_each_list_once() {
        let mut schedule = Schedule::default();
        for slot in [3, 3, 1] {
            schedule.add(List::Input, slot);
        }
        schedule.add(List::Write, 3);
        assert_eq!(schedule.take(List::Input), [3, 1]);
        assert!(schedule.listed(List::Input).is_empty());
        assert_eq!(schedule.listed(List::Write), &[3]);
        schedule.add(List::Input, 3);
        schedule.add(List::Input, 1);
        assert_eq!(schedule.pop(List::Input), Some(3));
        schedule.add(List::Input, 3);
        assert_eq!(schedule.take(List::Input), [1, 3]);
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
