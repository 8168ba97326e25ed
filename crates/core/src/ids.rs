//! Ids. Each kind is a type of its own, so that one cannot be used for another.

use core::fmt;

/// A position in the one order of all events. Grows by one with every event, for as long as the
/// data folder lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

/// A person, from login to quit. Never reused while the server runs, so that a line in flight
/// cannot pass for another person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(pub u64);

/// The number of no person: the author of what is said from a shell of the machine.
pub const NOBODY: PersonId = PersonId(0);

/// A room. The store keeps it with the room's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(pub u32);

/// `#lobby`, the room that always exists.
pub const LOBBY: RoomId = RoomId(0);

/// The connection that a person is on. Core only hands it back; the server gives it meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

impl Seq {
    /// The next position.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
