//! Events as the past of a room has them.

use chinwag_core::{Event, Fact, Name, RoomName};

use super::{Head, Shape, parts_of};

impl<'a> Shape<'a> {
    /// An event in the past of a room.
    pub(in crate::json) fn in_past(event: &'a Event, room: &'a RoomName) -> Option<Self> {
        match &event.fact {
            Fact::PresenceSummary {
                joined,
                left,
                who,
                why,
                here,
                ..
            } => Some(Self::Crowd {
                head: Head::new(event, Some(room), who.as_ref().map(Name::as_str)),
                joined: *joined,
                left: *left,
                reason: why.as_ref().map(|why| parts_of(why).0),
                here: *here,
            }),
            _ => Self::in_room(event, room),
        }
    }
}
