//! Facts about metadata. That it changed, and that others see it, are two facts: what an account
//! has is shown for each person who is logged in to it, and again when one of them enters a room.

use alloc::boxed::Box;
use alloc::sync::Arc;

use crate::ids::{PersonId, RoomId};
use crate::metadata::{MetadataChange, MetadataOwner, MetadataSubject};

/// Metadata is another.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataSet {
    /// Its owner.
    pub owner: MetadataOwner,
    /// The person who set it, whose quota it counts against.
    pub by: PersonId,
    /// The keys that changed.
    pub changes: Arc<[MetadataChange]>,
}

/// Metadata is shown to those who want to know.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataShown {
    /// The person who caused it.
    pub by: PersonId,
    /// The person or room it belongs to.
    pub subject: MetadataSubject,
    /// The rooms whose people may see it: those the person is in, or the room itself.
    pub rooms: Box<[RoomId]>,
    /// The keys, with their values from now on.
    pub changes: Arc<[MetadataChange]>,
}
