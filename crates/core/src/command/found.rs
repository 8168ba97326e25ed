//! Messages as the store has found them, for commands about them.

use crate::event::Correspondents;
use crate::ids::RoomId;
use crate::name::Name;
use crate::time::Timestamp;

/// Where the store has found a message, and who sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundMessage {
    /// In a room.
    InRoom {
        /// The room.
        room: RoomId,
        /// The name it was said under.
        name: Name,
        /// The account that its author was logged in to.
        account: Option<Name>,
        /// When it was said.
        at: Timestamp,
        /// Whether it is a signal.
        is_signal: bool,
    },
    /// In the private history of an account or two.
    Private {
        /// The name it was sent under.
        from_name: Name,
        /// The name it was sent to.
        to_name: Name,
        /// The accounts.
        accounts: Correspondents,
        /// When it was sent.
        at: Timestamp,
        /// Whether it is a signal.
        is_signal: bool,
    },
}
