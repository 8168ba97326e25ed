//! The extent of a history: where it begins and ends, and exact counts, before any page of it is
//! read. Counts come from the headers of blocks; texts are read only at the edges, unless somebody is
//! ignored: then the messages that are shown have to be looked at, and no others.

use std::ops::Range as Ranks;

use chinwag_core::{Range, RoomId, Seq, Timestamp};
use rusqlite::Connection;

use crate::block::{Block, Names};
use crate::error::Error;
use crate::filter::Filter;
use crate::notice;
use crate::room_log::{RoomLog, behind};
use crate::snapshot;

/// Messages that one extent looks at for those of people who are not ignored: some hundredths of a
/// second. Beyond it fewer are shown than there are.
const SCAN_MAX: u64 = 200_000;

/// A history that was asked for, not read yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The place from which it goes: that of its first message, or of a notice before that which
    /// belongs to it. It is behind `last` if there is no message.
    pub first: Seq,
    /// The place up to which it goes: that of its last message, or a later one up to which the room
    /// has no other.
    pub last: Seq,
    /// Messages in it, those of ignored people left out.
    pub shown: u64,
    /// Messages in it that are left out.
    pub ignored: u64,
    /// Messages of the whole range, of which `shown + ignored` are in the extent.
    pub total: u64,
    /// Whether the room has messages before it.
    pub older: bool,
    /// Whether the room has messages behind it.
    pub newer: bool,
}

/// The end of a range that is shown when all of it is too much.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Oldest,
    Newest,
}

/// A range in ranks, what of it is wanted, and from which end.
struct Span {
    ranks: Ranks<u64>,
    wanted: u64,
    end: End,
}

impl Span {
    fn of(
        log: RoomLog<'_>,
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
                let ranks = log.rank_of(behind(after))?..log.rank_of(before)?;
                (ranks, messages, End::Newest)
            }
            Range::After(seq, messages) => {
                (log.rank_of(behind(seq))?..all.end, messages, End::Oldest)
            }
            Range::Rest(seq, until) => {
                let ranks = log.rank_of(behind(seq))?..log.rank_at(until)?;
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

    /// The empty window at the end from which one grows.
    fn nothing(&self) -> Ranks<u64> {
        match self.end {
            End::Oldest => self.ranks.start..self.ranks.start,
            End::Newest => self.ranks.end..self.ranks.end,
        }
    }

    /// The next rank that a window takes in.
    fn next_rank(&self, window: &Ranks<u64>) -> Option<u64> {
        match self.end {
            End::Oldest => (window.end < self.ranks.end).then_some(window.end),
            End::Newest => (window.start > self.ranks.start).then(|| window.start - 1),
        }
    }

    fn next_block(&self, log: RoomLog<'_>, window: &Ranks<u64>) -> Result<Option<Block>, Error> {
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

/// Finds the extent of a range, of what lies up to `until`.
pub(crate) fn find(
    conn: &Connection,
    (room, range, until): (RoomId, Range, Seq),
    messages_max: usize,
    filter: Filter<'_>,
    names: &mut Names,
) -> Result<Extent, Error> {
    let log = RoomLog::new(conn, room);
    // In memory there is no snapshot to read: what is committed meanwhile is newer than this.
    let newest = snapshot::last_seq(conn)?.min(until);
    let all = log.ranks()?.start..log.rank_of(newest.next())?;
    let span = Span::of(log, all.clone(), range, messages_max)?;
    let (window, shown) = match filter.is_open() {
        true => {
            let window = span.window();
            let shown = window.end.saturating_sub(window.start);
            (window, shown)
        }
        false => filtered_window(log, &span, filter, names)?,
    };
    let (first, last) = places(conn, log, (range, &span, &all), &window, filter.notices)?;
    let last = match range {
        _ if window.is_empty() => last,
        Range::Before(..) | Range::Within(..) => last.min(newest),
        Range::Until(_) | Range::Between(..) | Range::Rest(..) => last,
        // What is behind the last message is nothing but notices.
        _ if window.end == all.end => newest,
        _ => last,
    };
    Ok(Extent {
        first,
        last,
        shown,
        ignored: window.end - window.start - shown,
        total: span.len(),
        older: window.start > all.start,
        newer: window.end < all.end,
    })
}

/// The places of a window of ranks. Notices that lie between two extents belong to one of them;
/// those at its edges are looked up if `notices` are wanted.
fn places(
    conn: &Connection,
    log: RoomLog<'_>,
    (range, span, all): (Range, &Span, &Ranks<u64>),
    window: &Ranks<u64>,
    notices: bool,
) -> Result<(Seq, Seq), Error> {
    if window.is_empty() {
        return Ok((Seq(1), Seq(0)));
    }
    let room = log.room();
    let place = |rank| log.seq_of(rank).map(Option::unwrap_or_default);
    let (first, last) = (place(window.start)?, place(window.end - 1)?);
    let first = match range {
        _ if window.start != span.ranks.start => first,
        Range::After(seq, _) | Range::Rest(seq, _) | Range::Within(seq, ..) => behind(seq),
        Range::Since(time) | Range::From(time) | Range::Between(time, _) if notices => {
            let after = match window.start > all.start {
                true => behind(place(window.start - 1)?),
                false => Seq(0),
            };
            let of_room = notice::first(conn, Some(room), (after, first), time)?;
            let of_all = notice::first(conn, None, (after, first), time)?;
            [of_room, of_all]
                .into_iter()
                .flatten()
                .fold(first, Seq::min)
        }
        // What everybody was told before a room was made is no part of its past.
        _ if notices && window.start == all.start => {
            let stretch = (Seq(0), first);
            notice::first(conn, Some(room), stretch, Timestamp(i64::MIN))?.unwrap_or(first)
        }
        _ => first,
    };
    let last = match range {
        _ if window.end != span.ranks.end => last,
        Range::Before(seq, _) | Range::Within(_, seq, _) => Seq(seq.0.saturating_sub(1)),
        Range::Until(time) | Range::Between(_, time) | Range::Rest(_, time) if notices => {
            let before = match window.end < all.end {
                true => place(window.end)?,
                false => Seq(i64::MAX as u64),
            };
            let stretch = (behind(last), before);
            let of_room = notice::last(conn, Some(room), stretch, time)?;
            let of_all = notice::last(conn, None, stretch, time)?;
            [of_room, of_all].into_iter().flatten().fold(last, Seq::max)
        }
        _ => last,
    };
    Ok((first, last))
}

/// The ranks that are shown, and how many of them pass the filter.
fn filtered_window(
    log: RoomLog<'_>,
    span: &Span,
    filter: Filter<'_>,
    names: &mut Names,
) -> Result<(Ranks<u64>, u64), Error> {
    let (mut shown, mut scanned) = (0, 0);
    let mut window = span.nothing();
    while let Some(block) = span.next_block(log, &window)? {
        let messages = block.messages()?;
        while let Some(rank) = span.next_rank(&window) {
            let index = rank.checked_sub(block.before).map(usize::try_from);
            let Some(message) = index.and_then(|index| messages.get(index.ok()?)) else {
                break;
            };
            if shown >= span.wanted || scanned >= SCAN_MAX {
                return Ok((window, shown));
            }
            scanned += 1;
            shown += u64::from(filter.passes(message, names));
            window.start = window.start.min(rank);
            window.end = window.end.max(rank + 1);
        }
    }
    Ok((window, shown))
}
