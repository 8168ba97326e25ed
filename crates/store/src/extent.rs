//! The extent of a history of messages: where it begins and ends, with exact counts, before any
//! page of it is read. Counts come from the headers of blocks. Texts are read only at the edges,
//! unless the reader ignores somebody or asks for times: then the messages to show are read. For a
//! reader who ignores somebody some more messages are read as well, since headers do not have
//! authors. A count that would take too long is left out.

use std::ops::Range as Ranks;

use chinwag_core::{Range, RoomId, Seq, Timestamp};
use rusqlite::Connection;

use crate::block::{Block, NameCache};
use crate::error::Error;
use crate::filter::Filter;
use crate::ranked_log::{RankedLog, next_place};
use crate::snapshot;
use crate::stretch::Selection;

/// How many messages one extent looks at to find those that pass the filter: some hundredths of a
/// second. Beyond that it shows fewer than there are.
pub(crate) const SCAN_MAX: u64 = 200_000;

/// How many messages outside an extent are counted for a reader who ignores somebody: some
/// milliseconds.
pub(crate) const COUNT_MAX: u64 = 10_000;

/// A history that was requested but not read yet. If it shows more than messages, each line counts
/// as a message: see the lines of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The place of its first message; after `last` if there is none.
    pub first: Seq,
    /// The place of its last message.
    pub last: Seq,
    /// Messages in it, those of ignored people left out.
    pub shown: u64,
    /// How many messages in it are left out because the reader ignores their authors.
    pub ignored: u64,
    /// How many messages the whole range has, except from people whom the reader ignores. `None` if
    /// counting takes too long: there may then be more than are shown.
    pub total: Option<u64>,
    /// The requested times, for the [`Filter`] of its pages.
    pub times: Option<(Timestamp, Timestamp)>,
    /// Whether the room has messages before it.
    pub older: bool,
    /// Whether the room has messages after it.
    pub newer: bool,
}

/// The end of a range that is shown if the range is too long.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Oldest,
    Newest,
}

/// A range in ranks, how much of it is wanted, and from which end.
struct Span {
    ranks: Ranks<u64>,
    wanted: u64,
    end: End,
}

impl Span {
    fn of(
        log: RankedLog<'_>,
        all: Ranks<u64>,
        range: Range,
        messages_max: usize,
    ) -> Result<Self, Error> {
        let end_of_all = all.end;
        let (mut ranks, wanted, end) = match range {
            Range::Last(messages) => (all, messages, End::Newest),
            Range::Since(time) => (log.rank_at(time)?..all.end, usize::MAX, End::Newest),
            Range::From(time) => (log.rank_at(time)?..all.end, usize::MAX, End::Oldest),
            Range::Until(time) => (all.start..log.rank_at(time)?, usize::MAX, End::Newest),
            Range::Between(from, until) => {
                let ranks = log.rank_at(from)?..log.rank_at(until)?;
                (ranks, usize::MAX, End::Oldest)
            }
            Range::Before(seq, messages) => (all.start..log.rank_of(seq)?, messages, End::Newest),
            Range::Within(after, before, messages) => {
                let ranks = log.rank_of(next_place(after))?..log.rank_of(before)?;
                (ranks, messages, End::Newest)
            }
            Range::After(seq, messages) => (
                log.rank_of(next_place(seq))?..all.end,
                messages,
                End::Oldest,
            ),
            Range::Rest(seq, until) => {
                let ranks = log.rank_of(next_place(seq))?..log.rank_at(until)?;
                (ranks, usize::MAX, End::Oldest)
            }
            Range::Around(seq, messages) => {
                let (rank, messages) = (log.rank_of(seq)?, messages as u64);
                let from = rank.saturating_sub(messages).max(all.start);
                let until = rank.saturating_add(messages).saturating_add(1).min(all.end);
                (from..until, usize::MAX, End::Oldest)
            }
        };
        ranks.end = ranks.end.min(end_of_all);
        Ok(Self {
            ranks,
            wanted: wanted.min(messages_max) as u64,
            end,
        })
    }

    fn len(&self) -> u64 {
        self.ranks.end.saturating_sub(self.ranks.start)
    }

    /// The empty window at the end from which it grows.
    fn nothing(&self) -> Ranks<u64> {
        match self.end {
            End::Oldest => self.ranks.start..self.ranks.start,
            End::Newest => self.ranks.end..self.ranks.end,
        }
    }

    /// The next rank for the window.
    fn next_rank(&self, window: &Ranks<u64>) -> Option<u64> {
        match self.end {
            End::Oldest => (window.end < self.ranks.end).then_some(window.end),
            End::Newest => (window.start > self.ranks.start).then(|| window.start - 1),
        }
    }

    fn next_block(&self, log: RankedLog<'_>, window: &Ranks<u64>) -> Result<Option<Block>, Error> {
        match self.next_rank(window) {
            Some(rank) => log.block_of(rank),
            None => Ok(None),
        }
    }

    /// The ranks that are shown if nobody is ignored.
    fn window(&self) -> Ranks<u64> {
        let length = self.len().min(self.wanted);
        match self.end {
            End::Oldest => self.ranks.start..self.ranks.start + length,
            End::Newest => self.ranks.end - length..self.ranks.end,
        }
    }
}

/// Finds the extent of a range, up to `until`.
pub(crate) fn find(
    conn: &Connection,
    room: RoomId,
    range: Range,
    until: Seq,
    messages_max: usize,
    filter: Filter<'_>,
    names: &mut NameCache,
) -> Result<Extent, Error> {
    let times = Selection::of(range).stretch.times();
    let filter = Filter { times, ..filter };
    let log = RankedLog::new(conn, room);
    // In memory there is no snapshot: what is committed meanwhile is newer than this.
    let newest = snapshot::last_seq(conn)?.min(until);
    let all = log.ranks()?.start..log.rank_of(newest.next())?;
    let span = Span::of(log, all.clone(), range, messages_max)?;
    let (window, counts) = match filter.is_open() && filter.times.is_none() {
        true => {
            let window = span.window();
            let counts = RangeCounts {
                shown: window.end.saturating_sub(window.start),
                ignored: 0,
                total: Some(span.len()),
            };
            (window, counts)
        }
        false => Counter::of(log, &span, filter, names)?,
    };
    let (first, last) = match window.is_empty() {
        true => NOWHERE,
        false => (place(log, window.start)?, place(log, window.end - 1)?),
    };
    Ok(Extent {
        first,
        last,
        shown: counts.shown,
        ignored: counts.ignored,
        total: counts.total,
        times,
        older: window.start > all.start,
        newer: window.end < all.end,
    })
}

/// The ends of an empty extent.
pub(crate) const NOWHERE: (Seq, Seq) = (Seq(1), Seq(0));

/// The place of a message.
fn place(log: RankedLog<'_>, rank: u64) -> Result<Seq, Error> {
    log.seq_of(rank).map(Option::unwrap_or_default)
}

/// What the messages of a range add up to.
struct RangeCounts {
    shown: u64,
    ignored: u64,
    total: Option<u64>,
}

/// A count of the messages that pass a filter.
struct Counter<'a> {
    log: RankedLog<'a>,
    span: &'a Span,
    filter: Filter<'a>,
    names: &'a mut NameCache,
    /// The ranks that were looked at.
    window: Ranks<u64>,
    passed: u64,
    ignored: u64,
}

impl<'a> Counter<'a> {
    /// The ranks that are shown, and the counts.
    fn of(
        log: RankedLog<'a>,
        span: &'a Span,
        filter: Filter<'a>,
        names: &'a mut NameCache,
    ) -> Result<(Ranks<u64>, RangeCounts), Error> {
        let mut count = Self {
            log,
            span,
            filter,
            names,
            window: span.nothing(),
            passed: 0,
            ignored: 0,
        };
        count.extend(span.wanted, SCAN_MAX)?;
        let (window, shown, ignored) = (count.window.clone(), count.passed, count.ignored);
        let looked_at = window.end - window.start;
        // If nothing was left out so far, headers tell the rest.
        let is_plain = filter.is_open() && shown == looked_at;
        if !is_plain {
            count.extend(u64::MAX, COUNT_MAX)?;
        }
        let total = match count.is_at_end() {
            true => Some(count.passed),
            false if is_plain => Some(span.len()),
            false => None,
        };
        let counts = RangeCounts {
            shown,
            ignored,
            total,
        };
        Ok((window, counts))
    }

    fn is_at_end(&self) -> bool {
        self.span.next_rank(&self.window).is_none()
    }

    /// Extends the window until `wanted` messages have passed the filter, looking at `looks_max` at
    /// most.
    fn extend(&mut self, wanted: u64, looks_max: u64) -> Result<(), Error> {
        let mut looks = 0;
        while let Some(block) = self.span.next_block(self.log, &self.window)? {
            let messages = block.messages()?;
            while let Some(rank) = self.span.next_rank(&self.window) {
                let index = rank.checked_sub(block.before).map(usize::try_from);
                let Some(message) = index.and_then(|index| messages.get(index.ok()?)) else {
                    break;
                };
                if self.passed >= wanted || looks >= looks_max {
                    return Ok(());
                }
                looks += 1;
                if self.filter.is_in_time(message.at) {
                    match self.filter.is_heard(message, self.names) {
                        true => self.passed += 1,
                        false => self.ignored += 1,
                    }
                }
                self.window.start = self.window.start.min(rank);
                self.window.end = self.window.end.max(rank + 1);
            }
        }
        Ok(())
    }
}
