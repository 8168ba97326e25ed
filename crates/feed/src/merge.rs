//! Writing to a session that needs a closer look: lines of several rooms and private lines, in the
//! one order, without those that it does not see.
//!
//! Cursors move when lines are put together, not when the socket has taken them: what it did not
//! take waits in `unsent` and goes before everything else, so that a line is never cut in two.

use alloc::vec::Vec;

use chinwag_core::Seq;

use crate::private::whole_lines;
use crate::{Feed, Progress, Reader, RoomLog, RoomLogs};

/// Bytes that are put together for one write. More only if one line is longer.
pub const MERGE_BYTES_MAX: usize = 64 << 10;

/// Lines of one source that go on before any other source has something to say.
#[derive(Clone, Copy, Debug)]
enum Run {
    /// Private lines of one place in the order.
    Private,
    /// Lines of one room.
    Room {
        /// The membership's place.
        place: usize,
        /// The first event that another source goes before.
        until: Seq,
    },
}

impl Feed {
    /// Writes what comes next, of whatever source, in one call of `write` at most; see
    /// [`poll_straight`](Self::poll_straight) for that. `scratch` is memory lent by the caller,
    /// whatever is in it.
    pub fn poll_write<R>(
        &mut self,
        logs: &mut RoomLogs<R>,
        reader: &impl Reader,
        scratch: &mut Vec<u8>,
        write: impl FnOnce(&[u8]) -> usize,
    ) -> Progress {
        if !self.unsent.is_empty() {
            return self.write_unsent(write);
        }
        scratch.clear();
        let more = self.merge(logs, reader, scratch);
        if scratch.is_empty() {
            return Progress::Idle;
        }
        let taken = write(scratch).min(scratch.len());
        if taken < scratch.len() {
            self.unsent = scratch[taken..].to_vec();
            return Progress::Full;
        }
        if more { Progress::More } else { Progress::Idle }
    }

    fn write_unsent(&mut self, write: impl FnOnce(&[u8]) -> usize) -> Progress {
        let taken = write(&self.unsent).min(self.unsent.len());
        if taken < self.unsent.len() {
            self.unsent.drain(..taken);
            return Progress::Full;
        }
        self.unsent = Vec::new();
        Progress::More
    }

    /// Puts together what fits into one write. Returns whether there is more.
    fn merge<R>(
        &mut self,
        logs: &mut RoomLogs<R>,
        reader: &impl Reader,
        out: &mut Vec<u8>,
    ) -> bool {
        self.skip_lost(logs);
        if self.skipped > 0 {
            reader.skipped(out, core::mem::take(&mut self.skipped));
        }
        while let Some(run) = self.next_run(logs) {
            let fits = match run {
                Run::Private => self.merge_private(out),
                Run::Room { place, until } => self.merge_room((place, until), logs, reader, out),
            };
            if !fits {
                return true;
            }
        }
        false
    }

    /// Passes over what rooms could not keep for it: that is told before what follows.
    fn skip_lost<R>(&mut self, logs: &mut RoomLogs<R>) {
        for place in self.news() {
            let own = self.memberships[place];
            let Some(room) = logs.get_mut(&own.room) else {
                continue;
            };
            let first = room.log(own.format).map_or(room.head(), |log| log.first());
            if own.cursor < first {
                self.skipped += first - own.cursor;
                room.advance(own.format, own.cursor, first);
                self.memberships[place].cursor = first;
            }
        }
    }

    /// The places of the memberships that may have news.
    fn news(&self) -> core::ops::Range<usize> {
        if self.is_held {
            0..0
        } else {
            0..self.memberships.len()
        }
    }

    /// The source whose next line is the oldest.
    fn next_run<R>(&self, logs: &RoomLogs<R>) -> Option<Run> {
        let mut oldest: Option<(Seq, usize)> = None;
        let private = self.private.front().map(|(after, _)| after);
        // A private line stands behind the events up to its place.
        let mut until = private.map_or(Seq(u64::MAX), Seq::next);
        for place in self.news() {
            let own = &self.memberships[place];
            let room = logs.get(&own.room);
            let Some(event) = room.and_then(|room| room.event(own.cursor)) else {
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

    /// Returns whether all of the oldest private lines fitted.
    fn merge_private(&mut self, out: &mut Vec<u8>) -> bool {
        let Some((_, lines)) = self.private.front() else {
            return true;
        };
        let length = whole_lines(lines, MERGE_BYTES_MAX.saturating_sub(out.len()));
        if out.len() + length > MERGE_BYTES_MAX && !out.is_empty() {
            return false;
        }
        out.extend_from_slice(&lines[..length]);
        let fits = length == lines.len();
        self.private.pop(length);
        fits
    }

    /// Returns whether all lines of the run fitted.
    fn merge_room<R>(
        &mut self,
        (place, until): (usize, Seq),
        logs: &mut RoomLogs<R>,
        reader: &impl Reader,
        out: &mut Vec<u8>,
    ) -> bool {
        let id = self.memberships[place].room;
        let Some(room) = logs.get_mut(&id) else {
            return true;
        };
        let (next, fits) = self.copy_run((place, until), room, reader, out);
        self.go_on(place, next, room);
        fits
    }

    /// Copies entries up to an event, the first of them in any case. Returns the number of the one
    /// that goes on next, and whether all fitted.
    fn copy_run<R>(
        &self,
        (place, until): (usize, Seq),
        room: &RoomLog<R>,
        reader: &impl Reader,
        out: &mut Vec<u8>,
    ) -> (u64, bool) {
        let own = &self.memberships[place];
        let Some(log) = room.log(own.format) else {
            return (room.head(), true);
        };
        let sees_all = reader.sees_all();
        let mut next = own.cursor;
        // What is to be copied lies in long pieces: from here on nothing was copied yet.
        let mut rest = log.start_of(next);
        let mut end = rest;
        let mut fits = true;
        while let (Some(event), Some(entry)) = (room.event(next), log.entry(next)) {
            if next > own.cursor && event.seq >= until {
                break;
            }
            let length = out.len() + (entry.end - rest) as usize;
            if length > MERGE_BYTES_MAX && !(out.is_empty() && rest == end) {
                fits = false;
                break;
            }
            // What stands in two rooms, such as a new name, is shown once.
            let is_hidden = event.seq <= self.seen
                || (next < own.own_until && reader.is_own(event))
                || (!sees_all && reader.hides(event));
            let trailer = match sees_all || is_hidden {
                true => &[][..],
                false => reader.trailer(event),
            };
            end = entry.end;
            if is_hidden || !trailer.is_empty() {
                let shown = if is_hidden { entry.begin } else { end };
                out.extend_from_slice(log.slice(rest, shown));
                out.extend_from_slice(trailer);
                rest = end;
            }
            next += 1;
        }
        out.extend_from_slice(log.slice(rest, end));
        (next, fits)
    }
}
