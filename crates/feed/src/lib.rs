//! What each session has yet to be sent: a room is a log, a member is a cursor.
//!
//! Each shard has [`RoomLogs`], which render a room's lines once for each format in which a member
//! sees the room. Each session has a [`Feed`]: a cursor for each of its rooms, its private lines,
//! and the rest of what its socket did not take. Nobody waits for a slow reader: beyond a bound in
//! bytes it loses the oldest lines, and learns how many.
//!
//! The crate must not know sockets, sessions or dialects. Bytes leave through a closure that
//! returns how many the socket took. [`Render`] says how a line looks, and [`Reader`] which lines a
//! reader leaves out.

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod feed;
mod gaps;
mod lengths;
mod log;
mod private;
mod queue;
mod room;
mod round;
mod scratch;
mod unproven;
mod unsent;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};

use chinwag_core::{Event, RoomId, RoomName, Seq};

pub use feed::{Feed, MERGE_BYTES_MAX, Progress, Unacknowledged};
pub use room::{RoomLog, RoomLogs};
pub use scratch::Scratch;
pub use unproven::LostLines;

/// A way to see rooms, interned by the shard. A room has one log for each format of its members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormatId(pub u16);

/// Turns the events of a room into bytes of one format. Each log has a renderer of its own, which
/// may remember what it has rendered, such as the day.
pub trait Render {
    /// Appends `event` as readers of `room` see it; may append nothing.
    ///
    /// Returns the length of `out` where the line proper begins. The bytes before it, such as the
    /// line of a new day, are for all readers, even those who do not see the line.
    fn render(&mut self, out: &mut Vec<u8>, event: &Event, room: &RoomName) -> usize;

    /// Whether this format shows each join and leave, even those that a summary counts.
    fn wants_each(&self) -> bool {
        false
    }

    /// Whether `other` renders this event to the same bytes, with none before the line proper. Where
    /// a room has many formats, they are then copied.
    fn renders_alike(&self, _other: &Self, _event: &Event) -> bool {
        false
    }
}

/// What one reader leaves out and adds.
pub trait Reader {
    /// Whether the reader sees every line as it is, except its own. If so, the feed does not call
    /// [`hides`](Self::hides), [`instead`](Self::instead) and [`trailer`](Self::trailer).
    fn sees_all(&self) -> bool;

    /// Whether this is the reader's own line, which its terminal shows already. Called only up to
    /// the newest line that [`Feed::handle_own`] noted.
    fn is_own(&self, event: &Event) -> bool;

    /// Whether the reader does not want this event, for example because it ignores the speaker.
    fn hides(&self, event: &Event) -> bool;

    /// Whether an event of several rooms is shown in each of them, since its line says something
    /// about the room. Others, such as a new name, are shown once.
    fn in_each_room(&self, _event: &Event) -> bool {
        false
    }

    /// Appends a line in place of the rendered one, such as a leave without the words of a person
    /// whom the reader ignores. Returns whether it appended one.
    fn instead(&self, _out: &mut Vec<u8>, _event: &Event, _room: RoomId) -> bool {
        false
    }

    /// Bytes after the line of an event, such as BEL.
    fn trailer(&self, event: &Event) -> &'static [u8];

    /// Appends the notice that `lines` lines were lost: in a room, where a [`Gap`] says more, or,
    /// without a room, lines that exist nowhere any more.
    fn skipped(&self, out: &mut Vec<u8>, lines: u64, room: Option<RoomId>);
}

/// A log of a room in one format. No two logs of a process have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LogId(usize);

impl LogId {
    fn take() -> Self {
        static TAKEN: AtomicUsize = AtomicUsize::new(0);
        Self(TAKEN.fetch_add(1, Ordering::Relaxed))
    }
}

/// Consecutive bytes of a log, up to its end. What was at a position once stays there.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The log.
    pub log: LogId,
    /// The position of the first byte, in bytes since the log began.
    pub start: u64,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// Lines for one session, and the event after which they are shown.
pub type PlacedLines = (Seq, Box<[u8]>);

/// Lines of a room that a reader was too slow for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The room.
    pub room: RoomId,
    /// The number of lines.
    pub lines: u64,
    /// The lines are after this event,
    pub after: Seq,
    /// and before this one.
    pub before: Seq,
}
