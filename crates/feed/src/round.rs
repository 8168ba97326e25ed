//! The members of a room, and which of them have yet to be offered its news.
//!
//! In the middle of a large room a shard returns to its sockets. Appends, joins and leaves may come
//! before it goes on, and still it must offer each member the room at least once after each append.
//! The waiting members are before those who are done; an append in the middle of a round orders
//! another round, so that a busy room cannot starve the members at one end.

use alloc::vec::Vec;

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Round {
    /// The keys, waiting members first. Half as wide as the caller's, since everybody is a member
    /// of the lobby.
    members: Vec<u32>,
    waiting: usize,
    /// Whether a round has begun whose end was not reported yet.
    is_open: bool,
    /// Whether another round follows.
    again: bool,
}

impl Round {
    pub(crate) fn join(&mut self, key: usize) {
        let key = narrow(key);
        debug_assert!(!self.members.contains(&key));
        // Among those who are done: a new member is up to date.
        self.members.push(key);
    }

    pub(crate) fn leave(&mut self, key: usize) {
        let key = narrow(key);
        let Some(mut place) = self.members.iter().position(|&member| member == key) else {
            return;
        };
        // The last of the waiting fills the gap, and the last of all takes its place: nobody
        // crosses the border between the two.
        if place < self.waiting {
            self.waiting -= 1;
            self.members.swap(place, self.waiting);
            place = self.waiting;
        }
        self.members.swap_remove(place);
    }

    /// Notes that there is news for everybody. Returns whether a round begins.
    pub(crate) fn begin(&mut self) -> bool {
        if self.is_open {
            self.again |= self.waiting < self.members.len();
            return false;
        }
        self.is_open = true;
        self.waiting = self.members.len();
        true
    }

    /// The next member to offer the news to; `None` at the end of the round.
    pub(crate) fn next(&mut self) -> Option<usize> {
        if self.waiting == 0 && core::mem::take(&mut self.again) {
            self.waiting = self.members.len();
        }
        let next = self.waiting.checked_sub(1);
        self.is_open = next.is_some();
        self.waiting = next.unwrap_or(0);
        self.members.get(next?).map(|&key| key as usize)
    }

    pub(crate) fn members(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.members.iter().map(|&key| key as usize)
    }
}

fn narrow(key: usize) -> u32 {
    u32::try_from(key).expect("a key is a place among a shard's sessions")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Appends, joins and leaves come between any two members of a round.
        #[test]
        fn each_member_is_offered_the_room_after_each_append(
            steps in prop::collection::vec((0u8..8, 0usize..12), 1..200),
        ) {
            let mut round = Round::default();
            let mut owed = BTreeSet::new();
            let mut is_queued = false;
            for (step, key) in steps {
                let is_member = round.members().any(|member| member == key);
                match step {
                    0 | 1 if !is_member => round.join(key),
                    2 if is_member => {
                        round.leave(key);
                        owed.remove(&key);
                    }
                    3 => {
                        is_queued |= round.begin();
                        owed.extend(round.members());
                    }
                    _ if is_queued => match round.next() {
                        Some(key) => {
                            owed.remove(&key);
                        }
                        None => {
                            prop_assert!(owed.is_empty(), "missed: {owed:?}");
                            is_queued = false;
                        }
                    },
                    _ => {}
                }
                prop_assert!(is_queued || owed.is_empty());
            }
        }

        /// However often something is said meanwhile.
        #[test]
        fn nobody_is_starved_by_a_busy_room(count in 1usize..20) {
            let mut round = Round::default();
            (0..count).for_each(|key| round.join(key));
            round.begin();
            let mut offered = BTreeSet::new();
            for _ in 0..2 * count {
                offered.extend(round.next());
                round.begin();
            }
            prop_assert_eq!(offered.len(), count);
        }
    }

    #[test]
    fn news_that_come_before_the_first_member_has_its_turn_need_no_other_round() {
        let mut round = Round::default();
        round.join(1);
        round.begin();
        round.begin();
        assert_eq!((round.next(), round.next()), (Some(1), None));
    }

    #[test]
    fn a_round_is_queued_once() {
        let mut round = Round::default();
        round.join(1);
        assert!(round.begin());
        assert!(!round.begin());
        assert_eq!(round.next(), Some(1));
        assert!(!round.begin(), "its end was not told yet");
        assert_eq!(round.next(), Some(1));
        assert_eq!(round.next(), None);
        assert!(round.begin());
    }
}
