//! The room that somebody's lines go to, and whether they may.

use chinwag_core::RoomId;

/// See the [module](self). Each idle person has one.
#[derive(Debug)]
pub(super) struct Place {
    room: RoomId,
    is_in: bool,
    aim: Aim,
}

// No larger than the room alone.
const _: () = assert!(size_of::<Place>() <= size_of::<Option<RoomId>>());

/// Whether the room is the one that the lines were written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    /// A person sees where they talk.
    Seen,
    /// A script is where it meant to be.
    Met,
    /// A script was refused the room that it asked for.
    Missed,
}

impl Place {
    /// In no room yet.
    pub(super) fn nowhere(is_script: bool) -> Self {
        Self {
            room: RoomId(0),
            is_in: false,
            aim: if is_script { Aim::Met } else { Aim::Seen },
        }
    }

    pub(super) fn room(&self) -> Option<RoomId> {
        self.is_in.then_some(self.room)
    }

    pub(super) fn set_room(&mut self, room: Option<RoomId>) {
        self.is_in = room.is_some();
        self.room = room.unwrap_or(RoomId(0));
    }

    /// A `/join` has led to a room, or was refused, or was none.
    pub(super) fn note_join(&mut self, has_led: bool) {
        if self.aim != Aim::Seen {
            self.aim = if has_led { Aim::Met } else { Aim::Missed };
        }
    }

    /// Whether what follows was written for another room.
    pub(super) fn is_missed(&self) -> bool {
        self.aim == Aim::Missed
    }
}
