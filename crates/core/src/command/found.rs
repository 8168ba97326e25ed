//! Messages as the store has found them, for commands about them.

use crate::event::Correspondents;
use crate::ids::RoomId;
use crate::name::Name;

/// Where the store has found a message, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundMessage {
    /// In a room.
    InRoom {
        /// The room.
        room: RoomId,
        /// The name that it was said under.
        name: Name,
        /// Whether it is a signal.
        is_signal: bool,
    },
    /// In the private history of an account or two.
    Private {
        /// The name that it was sent to.
        to_name: Name,
        /// The accounts.
        accounts: Correspondents,
        /// Whether it is a signal.
        is_signal: bool,
    },
}
