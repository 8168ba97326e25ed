//! Writes to sessions that need a closer look: merges lines of several rooms and private lines into
//! the one order, without those that the reader does not see.
//!
//! It first puts lines together, which moves the cursors, then writes them, then moves the cursors
//! back to what the socket did not take. Only the rest of a cut line waits in `unsent`, so a
//! stalled reader costs a line and not a buffer of 64 KiB.

use alloc::vec::Vec;

use chinwag_core::{Event, RoomId, Seq};

use super::{Feed, Progress};
use crate::private::whole_lines;
use crate::scratch::{Coverage, Piece, PieceSource, Scratch};
use crate::{Gap, Reader, RoomLog, RoomLogs};

/// The most bytes put together for one write, unless a single line is longer.
pub const MERGE_BYTES_MAX: usize = 64 << 10;

/// Lines of one source, up to the point where another source has the next line.
#[derive(Clone, Copy, Debug)]
enum Run {
    /// Private lines at one place in the order.
    Private,
    /// Lines of one room.
    Room {
        /// The index of the membership.
        place: usize,
        /// The first event before which another source has a line.
        until: Seq,
    },
}

impl Feed {
    /// Writes what comes next from any source, with at most one call of `write`, which is that of
    /// [`poll_straight`](Self::poll_straight). Whatever this returns, the caller may poll again;
    /// after [`Progress::Full`] it should wait until the socket is writable.
    pub fn poll_write<R>(
        &mut self,
        logs: &mut RoomLogs<R>,
        reader: &impl Reader,
        scratch: &mut Scratch,
        write: impl FnOnce(&[u8]) -> usize,
    ) -> Progress {
        scratch.clear();
        if !self.unsent.is_empty() {
            return self.write_unsent(write);
        }
        self.skip_lost(logs);
        let cursors = self.memberships.iter().map(|own| own.cursor);
        scratch.cursors.extend(cursors);
        let seen = self.seen;
        let is_all = self.merge(logs, reader, scratch);
        let taken = match scratch.bytes.as_slice() {
            [] => 0,
            bytes => write(bytes).min(bytes.len()),
        };
        let is_full = taken < scratch.bytes.len();
        if is_full {
            self.give_back(logs, scratch, taken);
            // The last line that stays is the newest, since they are in order.
            let mut kept = scratch.pieces.iter().rev();
            let newest = kept.find_map(|piece| seen_by(piece.source, logs));
            self.seen = newest.map_or(seen, |newest| newest.max(seen));
        }
        self.settle(logs, scratch);
        match (is_full, is_all) {
            (true, _) => Progress::Full,
            (false, true) => Progress::Idle,
            (false, false) => Progress::More,
        }
    }

    fn write_unsent(&mut self, write: impl FnOnce(&[u8]) -> usize) -> Progress {
        let unsent = self.unsent.bytes();
        let taken = write(unsent).min(unsent.len());
        self.unsent.take(taken);
        if self.unsent.is_empty() {
            Progress::More
        } else {
            Progress::Full
        }
    }

    /// Puts together what fits into one write. Returns whether that is everything.
    fn merge<R>(
        &mut self,
        logs: &RoomLogs<R>,
        reader: &impl Reader,
        scratch: &mut Scratch,
    ) -> bool {
        if !self.gaps.is_empty() {
            self.tell_gaps(reader, scratch);
        }
        while let Some(run) = self.next_run(logs) {
            let fits = match run {
                Run::Private => self.merge_private(scratch),
                Run::Room { place, until } => self.merge_room(place, until, logs, reader, scratch),
            };
            if !fits {
                return false;
            }
        }
        true
    }

    /// Adds the notices of lost lines. They count as told once they are written whole.
    fn tell_gaps(&self, reader: &impl Reader, scratch: &mut Scratch) {
        let others = self.gaps.others();
        if others > 0 {
            reader.skipped(&mut scratch.bytes, others, None);
        }
        for gap in self.gaps.rooms() {
            reader.skipped(&mut scratch.bytes, gap.lines, Some(gap.room));
        }
        scratch.gaps.extend_from_slice(self.gaps.rooms());
        let lines = self.gaps.lines();
        scratch.note(PieceSource::Notice { lines }, 0);
    }

    /// Skips what the rooms could not keep for this session, so that the notice comes before the
    /// next line.
    fn skip_lost<R>(&mut self, logs: &mut RoomLogs<R>) {
        if self.is_held() {
            return;
        }
        for own in &mut self.memberships {
            let Some(room) = logs.get_mut(&own.room) else {
                continue;
            };
            let first = room.log(own.format).map_or(room.head(), |log| log.first());
            if own.cursor < first {
                self.gaps.add_gap(Gap {
                    room: own.room,
                    lines: first - own.cursor,
                    after: room.seq_before(own.cursor),
                    before: room.seq_before(first).next(),
                });
                room.advance(own.format, own.cursor, first);
                own.cursor = first;
            }
        }
    }

    /// The source with the oldest next line.
    fn next_run<R>(&self, logs: &RoomLogs<R>) -> Option<Run> {
        let mut oldest: Option<(Seq, usize)> = None;
        let private = self.private.pending().map(|(after, _)| after);
        // A private line comes after the events up to its place.
        let until = private.unwrap_or(Seq(u64::MAX)).min(self.held_after);
        let mut until = Seq(until.0.saturating_add(1));
        for (place, own) in self.memberships.iter().enumerate() {
            let room = logs.get(&own.room);
            let event = room.and_then(|room| room.event(own.cursor));
            let Some(event) = event.filter(|event| event.seq <= self.held_after) else {
                continue;
            };
            match oldest {
                Some((seq, _)) if seq <= event.seq => until = until.min(event.seq),
                _ => {
                    until = oldest.map_or(until, |(seq, _)| until.min(seq));
                    oldest = Some((event.seq, place));
                }
            }
        }
        match oldest {
            Some((seq, place)) if private.is_none_or(|after| seq <= after) => {
                Some(Run::Room { place, until })
            }
            _ => private.map(|_| Run::Private),
        }
    }

    /// Adds the oldest private lines. Returns whether all of them fitted.
    fn merge_private(&mut self, scratch: &mut Scratch) -> bool {
        let Some((_, lines)) = self.private.pending() else {
            return true;
        };
        let used = scratch.bytes.len();
        let length = whole_lines(lines, MERGE_BYTES_MAX.saturating_sub(used));
        if used + length > MERGE_BYTES_MAX && used > 0 {
            return false;
        }
        let fits = length == lines.len();
        scratch.copy(PieceSource::Private, [&lines[..length], &[]]);
        self.private.take(length);
        fits
    }

    /// Adds the lines of a run of a room. Returns whether all of them fitted.
    fn merge_room<R>(
        &mut self,
        place: usize,
        until: Seq,
        logs: &RoomLogs<R>,
        reader: &impl Reader,
        scratch: &mut Scratch,
    ) -> bool {
        let Some(room) = logs.get(&self.memberships[place].room) else {
            return true;
        };
        let (next, fits) = self.copy_run(place, until, room, reader, scratch);
        self.advance_cursor(place, next, room);
        fits
    }

    /// Copies entries up to an event, but at least one. Returns the number of the next entry, and
    /// whether all fitted.
    fn copy_run<R>(
        &self,
        place: usize,
        until: Seq,
        room: &RoomLog<R>,
        reader: &impl Reader,
        scratch: &mut Scratch,
    ) -> (u64, bool) {
        let own = self.memberships[place];
        let Some(log) = room.log(own.format) else {
            debug_assert!(false, "a member's format has a log");
            return (room.head(), true);
        };
        let plain = |from, to| log.slice(log.start_of(from), log.start_of(to));
        let sees_all = reader.sees_all();
        let mut next = own.cursor;
        // Visible lines come in long stretches: nothing from here on has been copied yet.
        let mut from = next;
        let mut fits = true;
        let mut behind = Vec::new();
        while let (Some(event), Some(entry)) = (room.event(next), log.entry(next)) {
            if next > own.cursor && event.seq >= until {
                break;
            }
            let length = scratch.bytes.len() + (entry.end - log.start_of(from)) as usize;
            if length > MERGE_BYTES_MAX && !(scratch.bytes.is_empty() && from == next) {
                fits = false;
                break;
            }
            // An event of two rooms, such as a new name, is shown once.
            let is_shown_already = event.seq <= self.seen && !reader.in_each_room(event);
            let is_hidden = is_shown_already || (next < own.own_until && reader.is_own(event));
            behind.clear();
            let coverage = match (is_hidden, sees_all) {
                (true, _) => Coverage::Hidden,
                (false, true) => Coverage::Plain,
                (false, false) => coverage_for(reader, event, own.room, &mut behind),
            };
            if coverage != Coverage::Plain {
                scratch.copy(
                    own.source(from, next, Coverage::Plain),
                    [plain(from, next), &[]],
                );
                let end = match coverage {
                    Coverage::Hidden | Coverage::Reworded => entry.begin,
                    Coverage::Plain | Coverage::Trailed(_) => entry.end,
                };
                let line = log.slice(log.start_of(next), end);
                scratch.copy(own.source(next, next + 1, coverage), [line, &behind]);
                from = next + 1;
            }
            next += 1;
        }
        scratch.copy(
            own.source(from, next, Coverage::Plain),
            [plain(from, next), &[]],
        );
        (next, fits)
    }

    /// Moves the cursors back to what the socket did not take, except for the line that it cut.
    fn give_back<R>(&mut self, logs: &RoomLogs<R>, scratch: &mut Scratch, taken: usize) {
        let mut end = scratch.bytes.len();
        while end > taken
            && let Some(piece) = scratch.pieces.pop()
        {
            let start = end - piece.bytes as usize;
            if start < taken {
                let rest = &scratch.bytes[taken..end];
                let kept = self.cut(piece, taken - start, rest, logs);
                scratch.pieces.push(kept);
                return;
            }
            match piece.source {
                PieceSource::Room { from, .. } => self.move_back(piece.source, from),
                PieceSource::Private => self.private.give_back(piece.bytes as usize),
                PieceSource::Notice { .. } => scratch.gaps.clear(),
            }
            end = start;
        }
    }

    /// Keeps the rest of the cut line and gives back what follows it. Returns the piece that ends
    /// with that line.
    fn cut<R>(&mut self, piece: Piece, taken: usize, rest: &[u8], logs: &RoomLogs<R>) -> Piece {
        let mut rest = rest;
        let mut source = piece.source;
        match &mut source {
            PieceSource::Private => {
                let line = whole_lines(rest, 0);
                self.private.give_back(rest.len() - line);
                rest = &rest[..line];
            }
            PieceSource::Room {
                room,
                format,
                from,
                to,
                coverage: Coverage::Plain,
            } => {
                let log = logs.get(room).and_then(|room| room.log(*format));
                if let Some((next, line)) = log.map(|log| log.split(*from, taken)) {
                    // The cut may be between two lines.
                    rest = &rest[..line.len()];
                    *to = next;
                    self.move_back(piece.source, next);
                }
            }
            PieceSource::Room { .. } | PieceSource::Notice { .. } => {}
        }
        self.unsent.set(rest);
        let bytes = (taken + rest.len()) as u64;
        Piece { bytes, source }
    }

    /// Moves the cursor of a room back to an entry.
    fn move_back(&mut self, source: PieceSource, number: u64) {
        let PieceSource::Room { room: id, .. } = source else {
            return;
        };
        let own = self.memberships.iter_mut().find(|own| own.room == id);
        if let Some(own) = own.filter(|own| number < own.cursor) {
            own.cursor = number;
        }
    }

    /// Tells the logs how far the session has come, so that they can forget.
    fn settle<R>(&mut self, logs: &mut RoomLogs<R>, scratch: &mut Scratch) {
        for (own, &before) in self.memberships.iter().zip(&scratch.cursors) {
            if own.cursor > before
                && let Some(room) = logs.get_mut(&own.room)
            {
                room.advance(own.format, before, own.cursor);
                debug_assert!(own.is_within(room));
            }
        }
        for piece in scratch.pieces.drain(..) {
            if let PieceSource::Notice { .. } = piece.source {
                self.gaps.clear();
            }
            self.sent.push(piece);
        }
        self.private.forget_answers();
    }
}

/// Decides how a reader who does not see every line as it is sees this one: which bytes of the log,
/// and which bytes instead of or after them (`behind`).
fn coverage_for(
    reader: &impl Reader,
    event: &Event,
    room: RoomId,
    behind: &mut Vec<u8>,
) -> Coverage {
    if reader.hides(event) {
        return Coverage::Hidden;
    }
    if reader.instead(behind, event, room) {
        return Coverage::Reworded;
    }
    match reader.trailer(event) {
        [] => Coverage::Plain,
        trailer => {
            behind.extend_from_slice(trailer);
            Coverage::Trailed(trailer.len() as u8)
        }
    }
}

/// The newest event seen with a piece, if the piece comes from a room.
fn seen_by<R>(source: PieceSource, logs: &RoomLogs<R>) -> Option<Seq> {
    match source {
        PieceSource::Room {
            room, format, to, ..
        } => logs.get(&room)?.seen_before(format, to),
        PieceSource::Private | PieceSource::Notice { .. } => None,
    }
}
