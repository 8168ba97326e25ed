//! The room log for the benchmarks in `benches/`, and for nobody else: what a turn does to one room,
//! without sockets. Built with the feature `pieces` alone, so that it is no part of a release.

use std::fmt;
use std::sync::Arc;

use chinwag_core::limits::ROOM_LOG_BYTES_MAX;
use chinwag_core::{Event, PersonId, Prefs, RoomName, Timestamp};
use chinwag_wire::plain::{Style, TimeZone};

use crate::shard::tape::{Room, View};

/// A room with one way of seeing it.
pub struct RoomLog {
    room: Room,
    style: Style,
    now: Timestamp,
    others: Vec<u8>,
}

/// How everybody sees it.
const VIEW: View = View {
    style: 0,
    current: true,
    quiet: false,
};

impl RoomLog {
    /// The lobby, with nothing said. `now` is the day that needs no line of its own.
    pub fn new(now: Timestamp) -> Self {
        Self {
            room: Room::new(RoomName::lobby(), ROOM_LOG_BYTES_MAX),
            style: Style::of(&Prefs::default(), &TimeZone::UTC, false),
            now,
            others: Vec::new(),
        }
    }

    /// Appends an event, which is rendered once.
    pub fn append(&mut self, event: &Arc<Event>) {
        let (head, style) = (self.room.head, &self.style);
        self.room.tape(VIEW, head, self.now, || style.clone());
        self.room.append(event);
    }

    /// The bytes that a member is written who has seen the entries before `cursor`; 0 is the first
    /// that was ever appended.
    pub fn read(&self, cursor: u64) -> &[u8] {
        let tape = self.room.opened(VIEW, cursor);
        tape.map_or(&[], |tape| tape.bytes_from(cursor))
    }

    /// The same without what this person has typed.
    pub fn read_others(&mut self, cursor: u64, typist: PersonId) -> &[u8] {
        self.others.clear();
        if let Some(tape) = self.room.opened(VIEW, cursor) {
            tape.copy_others(cursor, Some(typist), &mut self.others);
        }
        &self.others
    }

    /// Drops what everybody has read, and returns the number of the next entry.
    pub fn forget(&mut self) -> u64 {
        self.room.forget(self.room.head, |_| true);
        self.room.head
    }
}

impl fmt::Debug for RoomLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoomLog({} entries)", self.room.head)
    }
}
