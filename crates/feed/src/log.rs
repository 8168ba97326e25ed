//! A room's lines in one format, rendered once for all its readers.
//!
//! The bytes are contiguous, so a reader with nothing else to see is written straight from its
//! cursor to the end without a copy: with a thousand readers, copies would cost as much as the
//! system calls. A log keeps only what some reader has not been written yet. It counts the readers
//! at each entry and is told of each step that they take, so it never has to ask anybody what it
//! may forget.
//!
//! It must not know who its readers are, nor what they leave out.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

use chinwag_core::{Event, RoomName};

use crate::lengths::Lengths;
use crate::{FormatId, LogId, Render, Run};

/// Where one entry's bytes are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// The position where the line begins: after the line of a new day, if there is one.
    pub(crate) begin: u64,
    /// The position after its last byte.
    pub(crate) end: u64,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct RenderedLog<R> {
    id: LogId,
    pub(crate) format: FormatId,
    renderer: R,
    bytes: Vec<u8>,
    /// The bytes and the entries that it last had when every reader had been written them: about
    /// what the next ones will need.
    usual: (usize, usize),
    /// The position of the first byte of `bytes`.
    base: u64,
    /// The number of the first entry.
    first: u64,
    entries: VecDeque<Entry>,
    /// The lengths of forgotten entries, for readers whose peers may not have received them.
    lengths: Lengths,
    readers: u32,
    /// How many readers are at each number, of those that are behind.
    behind: BTreeMap<u64, u32>,
    /// The sum of those counts.
    behind_count: u32,
}

/// A log longer than this drops what every reader has been written once that is half of it.
const TRIM_BYTES: usize = 64 << 10;
/// Above this a buffer grows by a quarter: doubling would keep twice the bound of a room.
const DOUBLING_BYTES_MAX: usize = 16 << 10;
/// Free space in a large buffer before a line is rendered into it, so that it does not double.
const LONG_LINE_BYTES: usize = 8 << 10;

impl<R: Render> RenderedLog<R> {
    /// An empty log whose first entry will have the number `first`.
    pub(crate) fn new(format: FormatId, first: u64, renderer: R) -> Self {
        Self {
            id: LogId::take(),
            format,
            renderer,
            bytes: Vec::new(),
            usual: (0, 0),
            base: 0,
            first,
            entries: VecDeque::new(),
            lengths: Lengths::new(first),
            readers: 0,
            behind: BTreeMap::new(),
            behind_count: 0,
        }
    }

    /// Adds an entry, which leaves all readers behind.
    pub(crate) fn append(&mut self, event: &Event, is_summed: bool, room: &RoomName) {
        self.leave_behind();
        self.render(event, is_summed, room);
    }

    /// Adds the newest entry of a log that [renders it alike](Self::renders_alike).
    pub(crate) fn append_copy(&mut self, other: &Self) {
        self.leave_behind();
        self.reserve();
        let begin = self.end();
        self.bytes.extend_from_slice(other.newest_line());
        self.entries.push_back(Entry {
            begin,
            end: self.end(),
        });
    }

    /// Whether another log shows an event in the same bytes.
    pub(crate) fn renders_alike(&self, other: &Self, event: &Event) -> bool {
        self.renderer.renders_alike(&other.renderer, event)
    }

    /// Counts every reader as behind: an entry follows.
    fn leave_behind(&mut self) {
        let up_to_date = self.readers - self.behind_count;
        if up_to_date > 0 {
            self.behind.insert(self.head(), up_to_date);
            self.behind_count = self.readers;
        }
    }

    /// Renders one more entry for readers that count as behind already.
    pub(crate) fn render(&mut self, event: &Event, is_summed: bool, room: &RoomName) {
        self.reserve();
        let start = self.bytes.len();
        let begin = match is_summed && !self.renderer.wants_each() {
            true => start,
            false => self.renderer.render(&mut self.bytes, event, room),
        };
        debug_assert!(start <= begin && begin <= self.bytes.len());
        let begin = begin.clamp(start, self.bytes.len().max(start));
        self.entries.push_back(Entry {
            begin: self.base + begin as u64,
            end: self.end(),
        });
    }

    /// Whether its readers see the single joins and leaves that a summary counts.
    pub(crate) fn wants_each(&self) -> bool {
        self.renderer.wants_each()
    }

    /// Reserves space for one more entry in large buffers, and in an empty one for as many as last
    /// time.
    fn reserve(&mut self) {
        if self.entries.capacity() == 0 {
            self.bytes.reserve_exact(self.usual.0);
            self.entries.reserve_exact(self.usual.1);
        }
        let is_large = self.bytes.len() > DOUBLING_BYTES_MAX;
        if is_large && self.bytes.capacity() - self.bytes.len() < LONG_LINE_BYTES {
            let quarter = self.bytes.len() / 4;
            self.bytes.reserve_exact(quarter.max(LONG_LINE_BYTES));
        }
        if self.entries.len() == self.entries.capacity() {
            let is_large = self.entries.len() * size_of::<Entry>() > DOUBLING_BYTES_MAX;
            let part = if is_large { self.entries.len() / 4 } else { 0 };
            self.entries.reserve_exact(part);
        }
    }

    /// Puts the entries of an older log, which ends where this one begins, before its own.
    pub(crate) fn prepend(&mut self, older: Self) {
        debug_assert_eq!(older.head(), self.first);
        let newer = core::mem::replace(&mut self.bytes, older.bytes);
        self.bytes.extend_from_slice(&newer);
        let shift = older.base + (self.bytes.len() - newer.len()) as u64;
        let moved = self.entries.iter().map(|entry| Entry {
            begin: entry.begin - self.base + shift,
            end: entry.end - self.base + shift,
        });
        self.entries = older.entries.into_iter().chain(moved).collect();
        (self.id, self.base, self.first) = (older.id, older.base, older.first);
    }
}

impl<R> RenderedLog<R> {
    fn end(&self) -> u64 {
        self.base + self.bytes.len() as u64
    }

    /// The number of the oldest entry.
    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    /// The number of the next entry.
    pub(crate) fn head(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The bytes of its lines and of what it keeps about each.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len() + self.entries.len() * size_of::<Entry>()
    }

    #[cfg(test)]
    pub(crate) fn allocated(&self) -> usize {
        self.bytes.capacity() + self.entries.capacity() * size_of::<Entry>()
    }

    /// The entry with a number of at least [`first`](Self::first).
    pub(crate) fn entry(&self, number: u64) -> Option<Entry> {
        let place = number.checked_sub(self.first)?;
        self.entries.get(place as usize).copied()
    }

    /// The position where an entry begins, including the line of a new day.
    pub(crate) fn start_of(&self, number: u64) -> u64 {
        let before = number.checked_sub(self.first + 1);
        let entry = before.and_then(|before| self.entries.get(before as usize));
        entry.map_or(self.base, |entry| entry.end)
    }

    fn newest_line(&self) -> &[u8] {
        let begin = self.entries.back().map_or(self.end(), |entry| entry.begin);
        self.slice(begin, self.end())
    }

    /// All bytes from an entry on.
    pub(crate) fn run_from(&self, number: u64) -> Run<'_> {
        let start = self.start_of(number);
        Run {
            log: self.id,
            start,
            bytes: self.slice(start, self.end()),
        }
    }

    /// The bytes between two positions.
    pub(crate) fn slice(&self, start: u64, end: u64) -> &[u8] {
        &self.bytes[(start - self.base) as usize..(end - self.base) as usize]
    }

    /// The place of a socket that took `taken` bytes from entry `number` on: the number of the next
    /// entry, and the rest of the entry that was cut.
    pub(crate) fn split(&self, number: u64, taken: usize) -> (u64, &[u8]) {
        let position = self.start_of(number) + taken as u64;
        if position == self.end() {
            // Nearly every socket takes everything.
            return (self.head(), &[]);
        }
        let done = self.entries.partition_point(|entry| entry.end <= position);
        let next = self.first + done as u64;
        // An entry begins where the previous one ends, so only a cut one begins before the
        // position.
        if self.start_of(next) == position {
            return (next, &[]);
        }
        let end = self.entries.get(done).map_or(position, |entry| entry.end);
        (next + 1, self.slice(position, end))
    }

    /// Adds a reader whose next entry is `cursor`.
    pub(crate) fn add_reader(&mut self, cursor: u64) {
        self.readers += 1;
        self.add_cursor(cursor);
    }

    /// Removes a reader. Returns whether any is left.
    pub(crate) fn remove_reader(&mut self, cursor: u64) -> bool {
        self.readers = self.readers.saturating_sub(1);
        self.remove_cursor(cursor);
        self.forget();
        self.readers > 0
    }

    /// Moves a reader. Returns whether the log forgot something.
    pub(crate) fn advance(&mut self, from: u64, to: u64) -> bool {
        debug_assert!(from <= to && to <= self.head());
        self.remove_cursor(from);
        self.add_cursor(to);
        self.forget()
    }

    fn add_cursor(&mut self, cursor: u64) {
        if cursor < self.head() {
            *self.behind.entry(cursor).or_default() += 1;
            self.behind_count += 1;
        }
    }

    fn remove_cursor(&mut self, cursor: u64) {
        if let Some(count) = self.behind.get_mut(&cursor) {
            *count -= 1;
            self.behind_count -= 1;
            if *count == 0 {
                self.behind.remove(&cursor);
            }
        }
    }

    /// Drops what every reader has been written, if that is worth the move. Returns whether it did.
    fn forget(&mut self) -> bool {
        let Some((&least, _)) = self.behind.first_key_value() else {
            self.clear();
            return true;
        };
        // Moving the rest is worth it only if it is the smaller part.
        let read = (self.start_of(least) - self.base) as usize;
        let is_worth_it = self.bytes.len() > TRIM_BYTES && read > self.bytes.len() / 2;
        if is_worth_it {
            self.drop_before(least);
        }
        is_worth_it
    }

    fn clear(&mut self) {
        self.keep_lengths(self.head());
        self.first = self.head();
        self.base = self.end();
        self.usual = (
            self.bytes.len().min(DOUBLING_BYTES_MAX),
            self.entries
                .len()
                .min(DOUBLING_BYTES_MAX / size_of::<Entry>()),
        );
        // A quiet room keeps no buffer: most rooms are quiet most of the time, and allocating one
        // costs less than a single write.
        self.bytes = Vec::new();
        self.entries = VecDeque::new();
    }

    /// Makes space: drops what every reader has been written, or else the older half, so that each
    /// byte is moved at most once.
    pub(crate) fn shed(&mut self) {
        let least = self.behind.first_key_value().map(|(&least, _)| least);
        if let Some(least) = least.filter(|&least| least > self.first) {
            return self.drop_before(least);
        }
        let half = self.size() / 2;
        let mut dropped = 0;
        let mut number = self.first;
        while dropped <= half && number < self.head() {
            number += 1;
            dropped = (self.start_of(number) - self.base) as usize;
            dropped += (number - self.first) as usize * size_of::<Entry>();
        }
        self.drop_before(number);
    }

    fn drop_before(&mut self, number: u64) {
        self.keep_lengths(number);
        let base = self.start_of(number);
        self.bytes.drain(..(base - self.base) as usize);
        self.bytes
            .shrink_to(self.bytes.len() + self.bytes.len() / 4);
        self.entries.drain(..(number - self.first) as usize);
        self.entries
            .shrink_to(self.entries.len() + self.entries.len() / 4);
        (self.base, self.first) = (base, number);
    }

    /// Keeps the lengths of entries that the log is about to forget.
    fn keep_lengths(&mut self, until: u64) {
        // Entries that were rendered again for a reader who was behind are known already.
        for number in self.lengths.end()..until {
            let length = self.length_kept(number).unwrap_or(0);
            self.lengths.push(length);
        }
    }

    /// Forgets the lengths of forgotten entries.
    pub(crate) fn forget_lengths(&mut self) {
        self.lengths.clear();
    }

    /// The lengths of all entries that readers may have been written, for when the log is given up.
    pub(crate) fn into_lengths(mut self) -> Lengths {
        self.keep_lengths(self.head());
        self.lengths
    }

    fn length_kept(&self, number: u64) -> Option<u64> {
        let entry = self.entry(number)?;
        Some(entry.end - self.start_of(number))
    }

    /// The length of an entry, if it is still known.
    pub(crate) fn length(&self, number: u64) -> Option<u64> {
        self.lengths
            .get(number)
            .or_else(|| self.length_kept(number))
    }

    /// Panics if the fields contradict each other. For debug assertions.
    pub(crate) fn check(&self, head: u64) -> bool {
        let ends = self.entries.back().map_or(self.base, |entry| entry.end);
        let behind: u32 = self.behind.values().sum();
        assert_eq!(
            self.head(),
            head,
            "all logs of a room count the same entries"
        );
        assert_eq!(ends, self.end(), "entries cover the bytes");
        assert_eq!(behind, self.behind_count);
        assert!(behind <= self.readers, "no reader stands in two places");
        assert!(
            behind > 0 || self.entries.is_empty(),
            "nothing is kept for nobody"
        );
        assert!(self.behind.keys().all(|&cursor| cursor < head));
        true
    }
}
