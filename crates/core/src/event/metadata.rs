//! Facts about metadata. That it is another, and that others are told of it, are two facts: what an
//! account has is shown for each person who is logged in to it, and again when one enters a room.

use alloc::boxed::Box;
use alloc::sync::Arc;

use crate::ids::{PersonId, RoomId};
use crate::metadata::{MetadataChange, MetadataOwner, MetadataSubject};

/// Metadata is another.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataSet {
    /// Whose.
    pub owner: MetadataOwner,
    /// Who has set it, for whom it counts.
    pub by: PersonId,
    /// The keys that changed.
    pub changes: Arc<[MetadataChange]>,
}

/// Metadata is shown to those who want to know.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataShown {
    /// The person whose doing it is.
    pub by: PersonId,
    /// Whose it is.
    pub subject: MetadataSubject,
    /// The rooms whose people may be told: those the person is in, or the room itself.
    pub rooms: Box<[RoomId]>,
    /// The keys, with their values from now on.
    pub changes: Arc<[MetadataChange]>,
}
