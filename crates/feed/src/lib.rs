//! Who is still to be written what: a room is a log, a member is a cursor.
//!
//! Each shard has [`RoomLogs`]; a room's lines are rendered once for each format in which somebody
//! sees it. Each session has a [`Feed`]: a cursor for each of its rooms, lines for it alone, and
//! the rest of what its socket did not take. Nobody waits for a reader that is slow: beyond a bound
//! in bytes it loses the oldest lines, and is told how many.
//!
//! The crate must not know sockets, sessions or dialects. Bytes leave through a closure that says
//! how many the socket took; how a line looks, and which lines a reader does not want, is asked of
//! [`Render`] and [`Reader`].

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod feed;
mod gaps;
mod lengths;
mod log;
mod merge;
mod private;
mod queue;
mod room;
mod round;
mod scratch;
mod sent;
mod unproven;
mod unsent;

use alloc::vec::Vec;

use chinwag_core::{Event, RoomId, RoomName, Seq};

pub use feed::{Feed, Progress};
pub use merge::MERGE_BYTES_MAX;
pub use room::{RoomLog, RoomLogs};
pub use scratch::Scratch;
pub use sent::Unacknowledged;
pub use unproven::LostLines;

/// A way to see rooms, interned by the shard. Each room has one log for each format of its members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormatId(pub u16);

/// Turns the events of a room into bytes in one format. Each log has one of its own, which may
/// remember what it has rendered, such as the day.
pub trait Render {
    /// Appends `event` as it is seen in `room`; may append nothing.
    ///
    /// Returns the length of `out` where the line proper begins. The bytes before it, such as the
    /// line of a new day, are for all readers, also for those that are not shown the line.
    fn render(&mut self, out: &mut Vec<u8>, event: &Event, room: &RoomName) -> usize;

    /// Whether each coming and going is to be seen, also where a summary tells of many.
    fn wants_each(&self) -> bool {
        false
    }
}

/// What one reader leaves out and adds.
pub trait Reader {
    /// Whether it is shown all lines as they are, but for its own: then [`hides`](Self::hides),
    /// [`instead`](Self::instead) and [`trailer`](Self::trailer) are not asked.
    fn sees_all(&self) -> bool;

    /// Whether this is its own line, which its terminal shows already. Asked only up to the newest
    /// line that [`Feed::handle_own`] was told of.
    fn is_own(&self, event: &Event) -> bool;

    /// Whether it does not want to see this event, such as one with a voice that it ignores.
    fn hides(&self, event: &Event) -> bool;

    /// Whether an event that stands in several rooms is shown from each of them, since its line says something of the
    /// room. Others, such as a new name, are shown once.
    fn in_each_room(&self, _event: &Event) -> bool {
        false
    }

    /// Appends what it is shown in place of the line of an event, if that is another: a leave without the words of a
    /// person that it ignores. Returns whether it is.
    fn instead(&self, _out: &mut Vec<u8>, _event: &Event, _room: RoomId) -> bool {
        false
    }

    /// Bytes behind the line of an event that it is shown, such as BEL.
    fn trailer(&self, event: &Event) -> &'static [u8];

    /// Appends the notice that so many lines were lost: of a room, which a
    /// [`Gap`] tells more of, or of others that nobody has any more.
    fn skipped(&self, out: &mut Vec<u8>, lines: u64, room: Option<RoomId>);
}

/// Lines of a room that a reader was too slow for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The room.
    pub room: RoomId,
    /// The number of lines.
    pub lines: u64,
    /// They stand behind this place,
    pub after: Seq,
    /// and before this one.
    pub before: Seq,
}
