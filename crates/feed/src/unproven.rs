//! Private events for a program that its system has acknowledged and that it may not have read:
//! when a process is killed, what waits in its socket is lost. Only the number with which the
//! program resumes proves what it has.
//!
//! Bounded in bytes, in whole lines; the oldest go first. The places of dropped lines, and of lines
//! that could never be written, are kept, so that the program learns how many it lacks.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use chinwag_core::Seq;
use chinwag_core::limits::{LOST_PLACES_MAX, UNPROVEN_BYTES_MAX};

use crate::PlacedLines;

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Unproven {
    lines: VecDeque<PlacedLines>,
    bytes: usize,
    pub(crate) lost: LostLines,
    /// The newest event that the program had been sent when it last sent something.
    pub(crate) heard: Seq,
}

impl Unproven {
    /// Adds lines that were acknowledged.
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

    pub(crate) fn lines(&self) -> impl Iterator<Item = PlacedLines> + '_ {
        self.lines.iter().cloned()
    }
}

/// How many lines are gone, and where in the order they were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LostLines {
    /// In order.
    places: VecDeque<(Seq, u64)>,
}

impl LostLines {
    /// Counts lines that were shown after this event. If there are too many places, the oldest are
    /// merged.
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

    /// Counts all lines of a list.
    pub(crate) fn add_all<'a>(&mut self, lines: impl IntoIterator<Item = &'a PlacedLines>) {
        for (after, lines) in lines {
            self.add(*after, count(lines));
        }
    }

    /// Adds the lines of another list.
    pub fn extend(&mut self, other: &Self) {
        other
            .places()
            .for_each(|(after, lines)| self.add(after, lines));
    }

    /// Keeps only lines that were shown after a later event than this.
    pub fn resume_after(&mut self, after: Seq) {
        self.places.retain(|(known, _)| *known > after);
    }

    /// The number of all lines.
    pub fn lines(&self) -> u64 {
        self.places.iter().map(|(_, lines)| lines).sum()
    }

    /// The places, and the number of lines at each.
    pub fn places(&self) -> impl Iterator<Item = (Seq, u64)> + '_ {
        self.places.iter().copied()
    }
}

/// The number of lines.
pub(crate) fn count(lines: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', lines).count() as u64
}

/// The lines of a chunk that were acknowledged, if there are any.
pub(crate) fn acknowledged(after: Seq, lines: &[u8]) -> Option<PlacedLines> {
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
        lost.resume_after(Seq(30));
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
