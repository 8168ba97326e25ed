//! What one session has yet to be sent.
//!
//! Thousands of sessions are idle at any time, so an idle feed owns no heap memory except for its
//! memberships.

mod merge;
mod sent;

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::limits::PRIVATE_LOG_BYTES_MAX;
use chinwag_core::{RoomId, Seq};

use crate::gaps::Gaps;
use crate::private::{Kind, PrivateLines};
use crate::scratch::{Coverage, Piece, PieceSource};
use crate::unsent::Unsent;
use crate::{FormatId, LostLines, PlacedLines, Render, RoomLog, RoomLogs, Run};
pub use merge::MERGE_BYTES_MAX;
use sent::Sent;
pub use sent::Unacknowledged;

/// One room that a session is in.
#[derive(Clone, Copy, Debug)]
struct Membership {
    room: RoomId,
    format: FormatId,
    /// The number of the first entry that the session may see.
    joined: u64,
    /// The number of the next entry to write.
    cursor: u64,
    /// The number after the newest entry that may be the session's own. Not a count, which would
    /// drift as soon as one entry is lost: a cursor at or above it has nothing to leave out.
    own_until: u64,
}

/// The result of one write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing is waiting.
    Idle,
    /// The socket took everything; there may be more for [`Feed::poll_write`].
    More,
    /// The socket is full: write again when it becomes writable.
    Full,
}

impl Membership {
    /// The source of a piece that has the entries `from..to` of this room.
    fn source(&self, from: u64, to: u64, coverage: Coverage) -> PieceSource {
        PieceSource::Room {
            room: self.room,
            format: self.format,
            from,
            to,
            coverage,
        }
    }

    fn is_within<R>(&self, room: &RoomLog<R>) -> bool {
        self.cursor <= room.head() && self.own_until <= room.head() && room.check()
    }
}

/// A session's cursors, its private lines, and the rest of what its socket did not take.
///
/// The `handle_*` methods take in what happened and write nothing. The `poll_*` methods write as
/// much as one call of their closure takes: [`poll_straight`](Self::poll_straight) writes the news
/// of one room to a session that waits for nothing else and leaves nothing out,
/// [`poll_write`](Self::poll_write) writes everything to any session. When the connection is lost,
/// [`poll_unacknowledged`](Self::poll_unacknowledged) finds what its peer does not have.
#[derive(Debug)]
pub struct Feed {
    memberships: Box<[Membership]>,
    private: PrivateLines,
    unsent: Unsent,
    /// What the peer may not have acknowledged.
    sent: Sent,
    /// The newest event that was written.
    seen: Seq,
    /// Lost lines that the reader does not know of yet.
    gaps: Gaps,
    /// Lines of rooms after this event are held back.
    held_after: Seq,
}

const _: () = assert!(size_of::<Feed>() <= 64 && size_of::<Membership>() <= 32);

/// Where no line is held back: behind all events.
const NOT_HELD: Seq = Seq(u64::MAX);

impl Default for Feed {
    fn default() -> Self {
        Self {
            memberships: Box::default(),
            private: PrivateLines::default(),
            unsent: Unsent::default(),
            sent: Sent::default(),
            seen: Seq::default(),
            gaps: Gaps::default(),
            held_after: NOT_HELD,
        }
    }
}

impl Feed {
    /// Enters a room at its head: nothing older is shown.
    ///
    /// [`RoomLog::poll_member`] returns `key` for this session; `renderer` is called if the room
    /// has no log in this format yet.
    pub fn handle_join<R: Render>(
        &mut self,
        key: usize,
        id: RoomId,
        room: &mut RoomLog<R>,
        format: FormatId,
        renderer: impl FnOnce() -> R,
    ) {
        debug_assert!(self.memberships.iter().all(|own| own.room != id));
        let cursor = room.join(key, format, renderer);
        self.change_memberships(|memberships| {
            memberships.push(Membership {
                room: id,
                format,
                joined: cursor,
                cursor,
                own_until: 0,
            });
        });
    }

    /// Leaves a room, and drops the room with its last member. What was not written yet counts as
    /// skipped, so the caller writes first.
    pub fn handle_leave<R>(&mut self, key: usize, id: RoomId, logs: &mut RoomLogs<R>) {
        let place = self.memberships.iter().position(|own| own.room == id);
        let Some(place) = place else { return };
        let own = self.memberships[place];
        self.change_memberships(|memberships| {
            memberships.remove(place);
        });
        if let Some(room) = logs.get_mut(&id) {
            self.gaps.add(room.head() - own.cursor);
            self.gaps.leave(id);
            if !room.leave(key, own.format, own.cursor) {
                logs.remove(&id);
            }
        }
    }

    fn change_memberships(&mut self, change: impl FnOnce(&mut Vec<Membership>)) {
        let mut memberships = core::mem::take(&mut self.memberships).into_vec();
        // Nearly everybody is in one room or two.
        memberships.reserve_exact(1);
        change(&mut memberships);
        self.memberships = memberships.into_boxed_slice();
    }

    /// Leaves all rooms and drops what was not written, except the rest of a line that was cut:
    /// another connection of the person takes over and is shown it.
    pub fn handle_superseded<R>(&mut self, key: usize, logs: &mut RoomLogs<R>) {
        while let Some(id) = self.memberships.last().map(|own| own.room) {
            self.handle_leave(key, id, logs);
        }
        self.private = PrivateLines::default();
        self.gaps.clear();
    }

    /// Changes the format of a room, from its cursor on.
    pub fn handle_format<R: Render>(
        &mut self,
        id: RoomId,
        format: FormatId,
        logs: &mut RoomLogs<R>,
        renderer: impl FnOnce() -> R,
    ) {
        let own = self.memberships.iter_mut().find(|own| own.room == id);
        if let (Some(own), Some(room)) = (own, logs.get_mut(&id))
            && own.format != format
        {
            // In this order: the new log may need events that only the old one still has.
            room.open(format, own.cursor, renderer);
            room.close(own.format, own.cursor);
            own.format = format;
        }
    }

    /// Notes that the newest entry of a room is the session's own, which its terminal may show
    /// already.
    pub fn handle_own<R>(&mut self, id: RoomId, logs: &RoomLogs<R>) {
        let own = self.memberships.iter_mut().find(|own| own.room == id);
        if let (Some(own), Some(room)) = (own, logs.get(&id)) {
            own.own_until = room.head();
        }
    }

    /// Adds lines for this session alone, shown after the events up to `after`. Beyond
    /// [`PRIVATE_LOG_BYTES_MAX`] it drops the oldest.
    pub fn handle_private(&mut self, after: Seq, lines: &[u8]) {
        self.gaps.add(self.private.push(after, lines, Kind::Word));
    }

    /// Adds the lines of an answer, before what is [held](Self::hold) back. A resumed session is not
    /// shown them again, since the client can repeat the question.
    pub fn handle_answer(&mut self, after: Seq, lines: &[u8]) {
        let after = after.min(self.held_after.max(self.seen));
        self.gaps.add(self.private.push(after, lines, Kind::Answer));
    }

    /// Adds bytes that are no lines and go before every line that waits, behind the rest of one that
    /// was cut. Beyond [`PRIVATE_LOG_BYTES_MAX`] it drops them.
    pub fn handle_urgent(&mut self, bytes: &[u8]) {
        if self.unsent.bytes().len() + bytes.len() > PRIVATE_LOG_BYTES_MAX {
            return;
        }
        self.unsent.push(bytes);
        self.sent.push(Piece {
            bytes: bytes.len() as u64,
            source: PieceSource::Notice { lines: 0 },
        });
    }

    /// Adds news that only a program receives. They are kept, within bounds, until the program
    /// proves that it has read them: an acknowledgement by its system proves nothing.
    pub fn handle_news(&mut self, after: Seq, lines: &[u8]) {
        self.gaps.add(self.private.push(after, lines, Kind::News));
    }

    /// Adds lines that a program missed in a room and that the store has. If the program does not
    /// get them, they are read from the store again.
    pub fn handle_copy(&mut self, after: Seq, lines: &[u8]) {
        self.gaps.add(self.private.push(after, lines, Kind::Copy));
    }

    /// Takes over what the previous connection left in doubt: news that need no repeating now, and
    /// news that are gone.
    pub fn handle_unproven(&mut self, news: &[PlacedLines], lost: &LostLines) {
        if news.is_empty() && lost.lines() == 0 {
            return;
        }
        let unproven = self.private.unproven_mut();
        unproven.lost.extend(lost);
        for (after, lines) in news {
            unproven.push(*after, lines);
        }
    }

    /// Notes that the program has sent something. Unless it says otherwise, it is up to date with
    /// the news so far.
    pub fn handle_heard(&mut self, newest: Seq) {
        if self.private.unproven().is_some() {
            self.private.unproven_mut().heard = newest;
        }
    }

    /// Marks events up to this one as seen: the session was shown them in another way.
    pub fn handle_seen(&mut self, seen: Seq) {
        self.seen = self.seen.max(seen);
    }

    /// Holds lines of rooms after an event back until [`release`](Self::release), and writes private
    /// lines all the same: a resumed session is first shown what it missed, and what is said during
    /// a long answer comes after it. Meanwhile the rooms keep new lines, within their bounds.
    pub fn hold(&mut self, after: Seq) {
        self.held_after = after;
    }

    /// Ends [`hold`](Self::hold). Returns whether lines were held back.
    pub fn release(&mut self) -> bool {
        core::mem::replace(&mut self.held_after, NOT_HELD) != NOT_HELD
    }

    /// Whether lines of rooms are held back.
    pub fn is_held(&self) -> bool {
        self.held_after != NOT_HELD
    }

    /// The newest event that was written.
    pub fn seen(&self) -> Seq {
        self.seen
    }

    /// Whether no private line and no rest of a line is waiting.
    pub fn is_written(&self) -> bool {
        self.unsent.is_empty() && self.private.is_written() && self.gaps.is_empty()
    }

    /// The session's rooms and their formats, in the order in which it entered them.
    pub fn rooms(&self) -> impl Iterator<Item = (RoomId, FormatId)> + '_ {
        self.memberships.iter().map(|own| (own.room, own.format))
    }

    /// Writes the news of one room from its log without a copy, if nothing else is waiting.
    /// Otherwise returns [`Progress::More`]: [`poll_write`](Self::poll_write) looks closer.
    ///
    /// Only for a reader who [sees all](crate::Reader::sees_all). The caller keeps in mind who does:
    /// to ask each of a thousand readers would be a thousand cache misses.
    ///
    /// `write` offers bytes to the socket and returns how many it took; fewer than offered means
    /// that the socket is full. It is called at most once.
    pub fn poll_straight<R>(
        &mut self,
        id: RoomId,
        logs: &mut RoomLogs<R>,
        write: impl FnOnce(&Run<'_>) -> usize,
    ) -> Progress {
        if self.is_held() || !self.is_written() {
            return Progress::More;
        }
        let place = self.memberships.iter().position(|own| own.room == id);
        let Some(place) = place.filter(|&place| self.has_read_others(place, logs)) else {
            return Progress::More;
        };
        match logs.get_mut(&id) {
            Some(room) => self.write_room(place, room, write),
            None => Progress::Idle,
        }
    }

    fn has_read_others<R>(&self, place: usize, logs: &RoomLogs<R>) -> bool {
        let mut others = self.memberships.iter().enumerate();
        others.all(|(other, own)| {
            let head = || logs.get(&own.room).map_or(0, RoomLog::head);
            other == place || own.cursor >= head()
        })
    }

    fn write_room<R>(
        &mut self,
        place: usize,
        room: &mut RoomLog<R>,
        write: impl FnOnce(&Run<'_>) -> usize,
    ) -> Progress {
        let own = self.memberships[place];
        let Some(event) = room.event(own.cursor) else {
            return if own.cursor < room.head() {
                Progress::More
            } else {
                Progress::Idle
            };
        };
        let log = room.log(own.format).filter(|log| log.first() <= own.cursor);
        // An event of two rooms, such as a new name, may have been shown in the other one.
        let (Some(log), true) = (log, event.seq > self.seen && own.cursor >= own.own_until) else {
            return Progress::More;
        };
        let run = log.run_from(own.cursor);
        let taken = if run.bytes.is_empty() {
            0
        } else {
            write(&run).min(run.bytes.len())
        };
        let is_full = taken < run.bytes.len();
        let (next, rest) = log.split(own.cursor, taken);
        self.unsent.set(rest);
        let bytes = (taken + rest.len()) as u64;
        if bytes > 0 {
            let source = own.source(own.cursor, next, Coverage::Plain);
            self.sent.push(Piece { bytes, source });
        }
        self.advance_cursor(place, next, room);
        room.advance(own.format, own.cursor, next);
        debug_assert!(self.memberships[place].is_within(room));
        if is_full {
            Progress::Full
        } else {
            Progress::Idle
        }
    }

    /// Moves a cursor and tells the log, which may then forget what is before it.
    fn advance_cursor<R>(&mut self, place: usize, next: u64, room: &RoomLog<R>) {
        let own = &mut self.memberships[place];
        if next > own.cursor
            && let Some(seq) = room.seen_before(own.format, next)
        {
            self.seen = self.seen.max(seq);
        }
        own.cursor = next;
    }
}
