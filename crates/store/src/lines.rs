//! The extent of a history that shows more than messages: each line counts, whatever it is.
//!
//! A room's messages, movements, topics and signals, and the announcements, are separate logs. They
//! are merged from the requested end until there are enough lines, so no more is read than one
//! answer shows. Ranks say where a range begins and ends in each log, and how many lines it has.
//! Announcements before the first line of a room do not belong to its past.

use std::collections::VecDeque;

use chinwag_core::{Event, LOBBY, Range, RoomId, Seq, Timestamp};
use rusqlite::Connection;

use crate::block::{Block, NameCache};
use crate::error::Error;
use crate::extent::{COUNT_MAX, Extent, NOWHERE, SCAN_MAX};
use crate::filter::Filter;
use crate::notice::{self, Kind};
use crate::ranked_log::{RankedLog, next_place};
use crate::snapshot;
use crate::stretch::{Selection, Stretch};

/// Finds the extent of a range, up to `until`.
pub(crate) fn find(
    conn: &Connection,
    room: RoomId,
    range: Range,
    until: Seq,
    lines_max: usize,
    filter: Filter<'_>,
    names: &mut NameCache,
) -> Result<Extent, Error> {
    let Selection {
        stretch,
        wanted,
        newest,
    } = Selection::of(range);
    let filter = Filter {
        times: stretch.times(),
        ..filter
    };
    let mut past = RoomPast {
        conn,
        room,
        filter,
        names,
        last: snapshot::last_seq(conn)?.min(until),
    };
    let wanted = wanted.min(lines_max) as u64;
    let walk = match range {
        Range::Around(seq, lines) => {
            let before = lines.min(lines_max) as u64;
            let before = if seq > Seq(0) { before } else { 0 };
            around(&mut past, stretch, before, wanted, lines_max as u64)?
        }
        _ => {
            let mut walk = Walk::new(&past, stretch, newest)?;
            walk.extend(&mut past, wanted, SCAN_MAX)?;
            walk
        }
    };
    let (first, last) = walk.ends.unwrap_or(NOWHERE);
    let (shown, ignored) = (walk.shown, walk.ignored);
    let total = match range {
        Range::Around(..) => Some(shown),
        _ => walk.total(&mut past, stretch)?,
    };
    let has = |places| past.has_lines(places);
    Ok(Extent {
        first,
        last,
        shown,
        ignored,
        total,
        times: filter.times,
        older: last >= first && first > Seq(0) && has((Seq(0), Seq(first.0 - 1)))?,
        newer: last >= first && has((next_place(last), past.last))?,
    })
}

/// The lines before and after the beginning of a stretch, as many as wanted on each side.
fn around(
    past: &mut RoomPast<'_>,
    stretch: Stretch,
    before: u64,
    behind: u64,
    lines_max: u64,
) -> Result<Walk, Error> {
    let older = Stretch {
        places: (0, stretch.places.0.saturating_sub(1)),
        ..stretch
    };
    let mut back = Walk::new(past, older, true)?;
    if before > 0 {
        back.extend(past, before, SCAN_MAX)?;
    }
    let left = lines_max.saturating_sub(back.shown);
    let mut walk = Walk::new(past, stretch, false)?;
    walk.extend(past, behind.min(left), SCAN_MAX)?;
    Ok(walk.joined(back))
}

/// Where lines come from.
#[derive(Clone, Copy)]
enum LineSource {
    Messages,
    Movements,
    /// Of the room, or of everybody.
    Notices(Option<RoomId>, Kind),
}

/// What is looked at.
struct RoomPast<'a> {
    conn: &'a Connection,
    room: RoomId,
    filter: Filter<'a>,
    names: &'a mut NameCache,
    /// The last place that the reader is shown.
    last: Seq,
}

impl<'a> RoomPast<'a> {
    /// The sources of what is shown.
    fn sources(&self) -> Vec<LineSource> {
        let detail = self.filter.detail;
        let mut sources = vec![LineSource::Messages];
        sources.extend(detail.has_movements().then_some(LineSource::Movements));
        let kinds = Kind::shown(detail).iter();
        sources.extend(kinds.map(|kind| LineSource::Notices(Some(self.room), *kind)));
        let of_all = LineSource::Notices(None, Kind::Notice);
        sources.extend(detail.has_announcements().then_some(of_all));
        sources
    }

    fn log(&self, source: LineSource) -> Option<RankedLog<'a>> {
        match source {
            LineSource::Messages => Some(RankedLog::new(self.conn, self.room)),
            LineSource::Movements => Some(RankedLog::of_movements(self.conn, self.room)),
            LineSource::Notices(..) => None,
        }
    }

    /// The places of a stretch in a source, both inclusive.
    fn bounds(&self, source: LineSource, stretch: Stretch) -> Result<(Seq, Seq), Error> {
        let (mut from, to) = stretch.places();
        let mut to = to.min(self.last);
        if let Some((since, until)) = stretch.times() {
            if since > Timestamp(i64::MIN) {
                let first = self.first_at(source, since)?;
                from = from.max(first.unwrap_or(Seq(u64::MAX)));
            }
            if until < Timestamp(i64::MAX)
                && let Some(seq) = self.first_at(source, until)?
            {
                to = to.min(Seq(seq.0.saturating_sub(1)));
            }
        }
        if let LineSource::Notices(None, _) = source {
            from = from.max(self.first()?);
        }
        Ok((from, to))
    }

    /// The place from which a source has lines of a time or later. If the clock was set back,
    /// several answers are right.
    fn first_at(&self, source: LineSource, time: Timestamp) -> Result<Option<Seq>, Error> {
        match self.log(source) {
            Some(log) => log.seq_of(log.rank_at(time)?),
            None => Ok(notice::first_at(self.conn, time)?),
        }
    }

    /// The place of the room's own first line. The lobby was always there.
    fn first(&self) -> Result<Seq, Error> {
        if self.room == LOBBY {
            return Ok(Seq(0));
        }
        let mut first = Seq(u64::MAX);
        for source in self.sources() {
            let found = match (source, self.log(source)) {
                (_, Some(log)) => log.seq_of(log.ranks()?.start)?,
                (LineSource::Notices(Some(_), kind), _) => {
                    let (room, all) = (Some(self.room), Seq(0)..=self.last);
                    let notices = notice::read_some(self.conn, room, kind, all, false)?;
                    notices.first().map(|event| event.seq)
                }
                _ => None,
            };
            first = first.min(found.unwrap_or(first));
        }
        Ok(first)
    }

    /// How many lines a source has between two places.
    fn count(&self, source: LineSource, from: Seq, to: Seq) -> Result<u64, Error> {
        if from > to {
            return Ok(0);
        }
        match (source, self.log(source)) {
            (_, Some(log)) => {
                let end = log.rank_of(next_place(to))?;
                Ok(end.saturating_sub(log.rank_of(from)?))
            }
            (LineSource::Notices(room, kind), _) => {
                Ok(notice::count(self.conn, room, kind, from, to)?)
            }
            _ => Ok(0),
        }
    }

    /// Whether there is any line between two places, even from somebody whom the reader ignores.
    fn has_lines(&self, places: (Seq, Seq)) -> Result<bool, Error> {
        let all = Stretch::ALL;
        for source in self.sources() {
            let (from, to) = self.bounds(source, all)?;
            if self.count(source, from.max(places.0), to.min(places.1))? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A line, as far as it is counted.
struct Line {
    seq: Seq,
    at: Timestamp,
    is_heard: bool,
}

/// A source that is read from one end.
struct Cursor {
    source: LineSource,
    /// What has not been read yet.
    rest: (Seq, Seq),
    /// What has, and is not counted.
    lines: VecDeque<Line>,
}

impl Cursor {
    /// Reads on until there is a line, if there is one.
    fn fill(&mut self, past: &mut RoomPast<'_>, newest: bool) -> Result<(), Error> {
        while self.lines.is_empty() && self.rest.0 <= self.rest.1 {
            match (self.source, past.log(self.source)) {
                (source, Some(log)) => self.read_block(past, source, log, newest)?,
                (LineSource::Notices(room, kind), _) => {
                    self.read_notices(past, room, kind, newest)?
                }
                _ => break,
            }
        }
        Ok(())
    }

    fn read_block(
        &mut self,
        past: &mut RoomPast<'_>,
        source: LineSource,
        log: RankedLog<'_>,
        newest: bool,
    ) -> Result<(), Error> {
        let (from, to) = self.rest;
        let block = match newest {
            true => log.block_at(to)?,
            false => match log.block_at(from)? {
                Some(block) if block.last >= from => Some(block),
                _ => log.block_from(from)?,
            },
        };
        let Some(block) = block.filter(|block| block.last >= from && block.first <= to) else {
            self.end();
            return Ok(());
        };
        let lines = match source {
            LineSource::Messages => messages(&block, past, from, to)?,
            _ => {
                let movements = block.movements(from, to, past.names)?;
                of_events(movements, past)
            }
        };
        self.take(lines, newest);
        match newest {
            true if block.first == Seq(0) => self.end(),
            true => self.rest.1 = Seq(block.first.0 - 1),
            false => self.rest.0 = next_place(block.last),
        }
        Ok(())
    }

    fn read_notices(
        &mut self,
        past: &mut RoomPast<'_>,
        room: Option<RoomId>,
        kind: Kind,
        newest: bool,
    ) -> Result<(), Error> {
        let (from, to) = self.rest;
        let mut notices = notice::read_some(past.conn, room, kind, from..=to, newest)?;
        match notices.last().map(|event| event.seq) {
            None | Some(Seq(0)) => self.end(),
            Some(last) if newest => self.rest.1 = Seq(last.0 - 1),
            Some(last) => self.rest.0 = next_place(last),
        }
        if newest {
            notices.reverse();
        }
        let lines = of_events(notices, past);
        self.take(lines, newest);
        Ok(())
    }

    /// Takes in ascending lines.
    fn take(&mut self, lines: Vec<Line>, newest: bool) {
        match newest {
            true => self.lines.extend(lines.into_iter().rev()),
            false => self.lines.extend(lines),
        }
    }

    fn end(&mut self) {
        self.rest = NOWHERE;
    }
}

fn messages(
    block: &Block,
    past: &mut RoomPast<'_>,
    from: Seq,
    to: Seq,
) -> Result<Vec<Line>, Error> {
    let messages = block.messages()?;
    let wanted = messages
        .iter()
        .filter(|said| from <= said.seq && said.seq <= to);
    let line = |said: &crate::block::Message<'_>| Line {
        seq: said.seq,
        at: said.at,
        is_heard: past.filter.is_heard(said, past.names),
    };
    Ok(wanted.map(line).collect())
}

/// The lines of events that are no messages. Leaves out those that have no line in the reader's
/// dialect.
fn of_events(events: Vec<Event>, past: &RoomPast<'_>) -> Vec<Line> {
    let filter = past.filter;
    let everybody = Filter {
        not_from: &[],
        ..filter
    };
    let lines = events.iter().filter(|event| everybody.shows(event));
    let line = |event: &Event| Line {
        seq: event.seq,
        at: event.at,
        is_heard: filter.shows(event),
    };
    lines.map(line).collect()
}

/// A walk through all lines of a stretch, from one end.
struct Walk {
    cursors: Vec<Cursor>,
    newest: bool,
    shown: u64,
    ignored: u64,
    /// The first and the last place that belongs to the answer.
    ends: Option<(Seq, Seq)>,
    looks: u64,
    is_at_end: bool,
}

impl Walk {
    fn new(past: &RoomPast<'_>, stretch: Stretch, newest: bool) -> Result<Self, Error> {
        let mut cursors = Vec::new();
        for source in past.sources() {
            cursors.push(Cursor {
                source,
                rest: past.bounds(source, stretch)?,
                lines: VecDeque::new(),
            });
        }
        Ok(Self {
            cursors,
            newest,
            shown: 0,
            ignored: 0,
            ends: None,
            looks: 0,
            is_at_end: false,
        })
    }

    /// Reads lines until `wanted` have passed the filter, looking at `looks_max` at most.
    fn extend(
        &mut self,
        past: &mut RoomPast<'_>,
        wanted: u64,
        looks_max: u64,
    ) -> Result<(), Error> {
        let looks_max = self.looks.saturating_add(looks_max);
        while self.shown < wanted && self.looks < looks_max {
            let Some(line) = self.next(past)? else {
                self.is_at_end = true;
                break;
            };
            self.looks += 1;
            if !past.filter.is_in_time(line.at) {
                continue;
            }
            match line.is_heard {
                true => self.shown += 1,
                false => self.ignored += 1,
            }
            let (first, last) = self.ends.unwrap_or((line.seq, line.seq));
            self.ends = Some((first.min(line.seq), last.max(line.seq)));
        }
        Ok(())
    }

    /// The next line of all sources.
    fn next(&mut self, past: &mut RoomPast<'_>) -> Result<Option<Line>, Error> {
        let mut nearest: Option<&mut Cursor> = None;
        for cursor in &mut self.cursors {
            cursor.fill(past, self.newest)?;
            let place = |cursor: &Cursor| cursor.lines.front().map(|line| line.seq);
            let is_nearer = match (place(cursor), nearest.as_deref().and_then(place)) {
                (Some(this), Some(other)) if self.newest => this > other,
                (Some(this), Some(other)) => this < other,
                (this, _) => this.is_some(),
            };
            if is_nearer {
                nearest = Some(cursor);
            }
        }
        Ok(nearest.and_then(|cursor| cursor.lines.pop_front()))
    }

    /// With what another has found.
    fn joined(mut self, other: Self) -> Self {
        self.shown += other.shown;
        self.ignored += other.ignored;
        let ends = [self.ends, other.ends].into_iter().flatten();
        self.ends = ends.reduce(|one, two| (one.0.min(two.0), one.1.max(two.1)));
        self
    }

    /// How many lines the whole stretch has. `None` if counting takes too long.
    fn total(mut self, past: &mut RoomPast<'_>, stretch: Stretch) -> Result<Option<u64>, Error> {
        // IRC clients are not told, and blocks have movements that are no lines to them.
        let is_untold = past.filter.detail.is_playback();
        // If nothing was left out so far, ranks tell the rest.
        let is_plain = past.filter.is_open() && self.shown == self.looks;
        if is_untold || !is_plain {
            let looks_max = if is_untold { 0 } else { COUNT_MAX };
            self.extend(past, u64::MAX, looks_max)?;
            return Ok(self.is_at_end.then_some(self.shown));
        }
        let mut total = 0;
        for source in past.sources() {
            let (from, to) = past.bounds(source, stretch)?;
            total += past.count(source, from, to)?;
        }
        Ok(Some(total))
    }
}
