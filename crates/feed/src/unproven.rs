//! Private events for a program that its system has acknowledged and the program may not have read: when a process
//! is killed, what waits in its socket is lost. Only the number that it resumes with proves what it has.
//!
//! Bounded in bytes; whole lines, the oldest dropped first. The places of dropped lines, and of those that could
//! never be written, are kept, so that the program is told how many it lacks.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use chinwag_core::Seq;
use chinwag_core::limits::{LOST_PLACES_MAX, UNPROVEN_BYTES_MAX};

use crate::private::Behind;

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Unproven {
    lines: VecDeque<Behind>,
    bytes: usize,
    pub(crate) lost: LostLines,
    /// The program has sent something when it had been told all up to here.
    pub(crate) heard: Seq,
}

impl Unproven {
    /// Lines were acknowledged.
    pub(crate) fn push(&mut self, after: Seq, lines: &[u8]) {
        if lines.is_empty() {
            return;
        }
        self.bytes += lines.len();
        self.lines.push_back((after, lines.into()));
        while self.bytes > UNPROVEN_BYTES_MAX
            && let Some((after, lines)) = self.lines.pop_front()
        {
            self.bytes -= lines.len();
            self.lost.add(after, count(&lines));
        }
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = Behind> + '_ {
        self.lines.iter().cloned()
    }
}

/// How many lines have gone, and where they stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LostLines {
    /// In the order of their places.
    places: VecDeque<(Seq, u64)>,
}

impl LostLines {
    /// Lines have gone that stood behind this event. Of too many the oldest are counted together.
    pub fn add(&mut self, after: Seq, lines: u64) {
        if lines == 0 {
            return;
        }
        let place = self.places.partition_point(|(known, _)| *known <= after);
        match place.checked_sub(1).map(|last| &mut self.places[last]) {
            Some((known, count)) if *known == after => *count += lines,
            _ => self.places.insert(place, (after, lines)),
        }
        if self.places.len() > LOST_PLACES_MAX
            && let Some((_, oldest)) = self.places.pop_front()
            && let Some((_, next)) = self.places.front_mut()
        {
            *next += oldest;
        }
    }

    /// The same for all lines of a list.
    pub(crate) fn add_all<'a>(&mut self, lines: impl IntoIterator<Item = &'a (Seq, Box<[u8]>)>) {
        for (after, lines) in lines {
            self.add(*after, count(lines));
        }
    }

    /// Adds those of another list.
    pub fn extend(&mut self, other: &Self) {
        other
            .places()
            .for_each(|(after, lines)| self.add(after, lines));
    }

    /// Leaves those alone that stood behind a later event than this.
    pub fn go_on_behind(&mut self, after: Seq) {
        self.places.retain(|(known, _)| *known > after);
    }

    /// All of them.
    pub fn lines(&self) -> u64 {
        self.places.iter().map(|(_, lines)| lines).sum()
    }

    /// Their places, and how many there are of each.
    pub fn places(&self) -> impl Iterator<Item = (Seq, u64)> + '_ {
        self.places.iter().copied()
    }
}

/// The number of lines.
pub(crate) fn count(lines: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', lines).count() as u64
}

/// Lines of a chunk that were acknowledged, if there are any.
pub(crate) fn acknowledged(after: Seq, lines: &[u8]) -> Option<Behind> {
    (!lines.is_empty()).then(|| (after, Vec::from(lines).into_boxed_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_and_are_counted_by_their_places() {
        let mut unproven = Unproven::default();
        let line = [&[b'x'; 1023][..], b"\n"].concat();
        for n in 1..=100 {
            unproven.push(Seq(n), &line);
        }
        let kept: Vec<u64> = unproven.lines().map(|(after, _)| after.0).collect();
        assert_eq!(kept, (37..=100).collect::<Vec<_>>());
        let mut lost = unproven.lost;
        assert_eq!(lost.lines(), 36);
        lost.go_on_behind(Seq(30));
        assert_eq!(lost.lines(), 6);
    }

    #[test]
    fn of_too_many_places_the_oldest_are_counted_together() {
        let mut lost = LostLines::default();
        let all = LOST_PLACES_MAX as u64 + 3;
        for n in 1..=all {
            lost.add(Seq(n), 1);
            lost.add(Seq(n), 1);
        }
        assert_eq!(
            (lost.lines(), lost.places().count()),
            (2 * all, LOST_PLACES_MAX)
        );
        assert_eq!(lost.places().next(), Some((Seq(4), 8)));
        lost.add(Seq(2), 1);
        assert_eq!(lost.places().next(), Some((Seq(4), 9)));
    }
}
