//! A set in order, for indexes to which everybody adds an entry and in which the newest is the last.
//!
//! A tree of the standard library leaves nearly half of each node unused when entries come in
//! order. Here they are in chunks, and one is full before the next begins. What a change moves is
//! bounded by a chunk, and by the list of chunks: fifty thousand entries have a thousand and a half
//! at most.

use alloc::vec;
use alloc::vec::Vec;
use core::ops::Bound;

/// The most entries of one chunk.
const CHUNK_MAX: usize = 128;

/// See the [module](self).
#[derive(Clone, Debug)]
pub(in crate::chat) struct SortedSet<T> {
    /// None is empty. Two that follow each other have more entries together than half a chunk.
    chunks: Vec<Vec<T>>,
    len: usize,
}

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            len: 0,
        }
    }
}

impl<T: Ord> SortedSet<T> {
    pub(in crate::chat) fn len(&self) -> usize {
        self.len
    }

    pub(in crate::chat) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All entries, in order.
    pub(in crate::chat) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }

    pub(in crate::chat) fn contains(&self, entry: &T) -> bool {
        self.starting(Bound::Included(entry)).next() == Some(entry)
    }

    /// The entries from a place on, in order.
    pub(in crate::chat) fn starting<'a>(
        &'a self,
        start: Bound<&T>,
    ) -> impl Iterator<Item = &'a T> + use<'a, T> {
        let (number, place) = self.place(|entry| match start {
            Bound::Included(start) => entry < start,
            Bound::Excluded(start) => entry <= start,
            Bound::Unbounded => false,
        });
        self.chunks[number..].iter().flatten().skip(place)
    }

    /// Adds an entry, unless it is there already.
    pub(super) fn insert(&mut self, entry: T) {
        let (number, place) = self.place(|other| *other < entry);
        let Some(chunk) = self.chunks.get_mut(number) else {
            return self.push(entry);
        };
        if chunk[place] == entry {
            return;
        }
        self.len += 1;
        chunk.insert(place, entry);
        if chunk.len() > CHUNK_MAX {
            let behind = chunk.split_off(CHUNK_MAX / 2);
            chunk.shrink_to(CHUNK_MAX);
            self.chunks.insert(number + 1, behind);
        }
    }

    /// Adds an entry that comes after all others.
    fn push(&mut self, entry: T) {
        self.len += 1;
        match self.chunks.last_mut() {
            Some(last) if last.len() < CHUNK_MAX => last.push(entry),
            _ => self.chunks.push(vec![entry]),
        }
    }

    /// Removes an entry, if it is there.
    pub(super) fn remove(&mut self, entry: &T) {
        let (number, place) = self.place(|other| other < entry);
        let Some(chunk) = self.chunks.get_mut(number) else {
            return;
        };
        if chunk[place] != *entry {
            return;
        }
        self.len -= 1;
        chunk.remove(place);
        if chunk.is_empty() {
            self.chunks.remove(number);
        }
        self.join(number);
        self.join(number.saturating_sub(1));
    }

    /// Joins a chunk with the next, if both have few entries.
    fn join(&mut self, number: usize) {
        let pair = self.chunks.get_mut(number..).unwrap_or_default();
        if let Some([chunk, next]) = pair.first_chunk_mut()
            && chunk.len() + next.len() <= CHUNK_MAX / 2
        {
            chunk.append(next);
            self.chunks.remove(number + 1);
        }
    }

    /// The number of the chunk that has the first entry for which `is_before` does not hold, and its
    /// place there. If there is none, the number is that of the next chunk.
    fn place(&self, is_before: impl Fn(&T) -> bool) -> (usize, usize) {
        let is_whole = |chunk: &Vec<T>| chunk.last().is_some_and(&is_before);
        let number = self.chunks.partition_point(is_whole);
        let chunk = self.chunks.get(number);
        let place = chunk.map_or(0, |chunk| chunk.partition_point(is_before));
        (number, place)
    }
}

impl<T: Ord> PartialEq for SortedSet<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    /// The bytes that its entries take, for each of them.
    fn weight(set: &SortedSet<u64>) -> usize {
        let slots: usize = set.chunks.iter().map(Vec::capacity).sum();
        slots * size_of::<u64>() / set.len
    }

    fn check(set: &SortedSet<u64>) {
        assert!(set.chunks.iter().all(|chunk| !chunk.is_empty()));
        assert!(set.chunks.iter().all(|chunk| chunk.len() <= CHUNK_MAX));
        let pairs = set.chunks.windows(2);
        let sums = pairs.map(|pair| pair[0].len() + pair[1].len());
        assert!(sums.min().is_none_or(|least| least > CHUNK_MAX / 2));
    }

    #[test]
    fn entries_that_come_in_order_take_no_more_than_they_need() {
        let mut set = SortedSet::default();
        (0..100 * CHUNK_MAX as u64).for_each(|entry| set.insert(entry));
        assert_eq!((weight(&set), set.chunks.len()), (8, 100));
    }

    #[test]
    fn few_that_are_left_of_many_take_little() {
        let mut set = SortedSet::default();
        (0..10_000).for_each(|entry| set.insert(entry));
        (0..10_000)
            .filter(|entry| entry % 100 > 0)
            .for_each(|entry| set.remove(&entry));
        check(&set);
        assert!(set.iter().copied().eq((0..10_000).step_by(100)));
        assert!(weight(&set) <= 64, "{}", weight(&set));
    }

    /// From one place on, every so many, as often.
    type Run = (bool, u64, usize, usize);

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// It is the set of the standard library, in another shape.
        #[test]
        fn it_is_a_set_in_order(
            runs in prop::collection::vec((any::<bool>(), 0..900u64, 1..9usize, 1..300usize), 0..12),
            places in prop::collection::vec(0..3000u64, 20),
        ) {
            let (mut set, mut model) = (SortedSet::default(), BTreeSet::new());
            for (is_added, start, step, times) in runs as Vec<Run> {
                for entry in (start..).step_by(step).take(times) {
                    match is_added {
                        true => { set.insert(entry); model.insert(entry); }
                        false => { set.remove(&entry); model.remove(&entry); }
                    }
                }
                check(&set);
                prop_assert_eq!(set.len(), model.len());
            }
            prop_assert!(set.iter().eq(&model));
            for place in places {
                prop_assert_eq!(set.contains(&place), model.contains(&place));
                for start in [Bound::Included(&place), Bound::Excluded(&place), Bound::Unbounded] {
                    prop_assert!(set.starting(start).eq(model.range((start, Bound::Unbounded))));
                }
            }
        }
    }
}
