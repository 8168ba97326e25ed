//! Which names a person has borne, and when.
//!
//! Stored messages of a guest have only the name, and another guest may have had that name before or may take it
//! later. But one person has a name at a time, so a name and a range of events identify one person.

use crate::ids::Seq;
use crate::name::Name;

/// A name, and the range of events in which it meant one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastName {
    /// The name.
    pub name: Name,
    /// The event that gave the name to its bearer.
    pub since: Seq,
    /// The event that ended it; [`NOW`](Self::NOW) while it is still borne.
    pub until: Seq,
}

impl PastName {
    /// The end of a range that goes on.
    pub const NOW: Seq = Seq(u64::MAX);

    /// A name, of any person.
    pub fn always(name: Name) -> Self {
        Self {
            name,
            since: Seq(0),
            until: Self::NOW,
        }
    }

    /// Whether its bearer said what was said under a name at this place.
    pub fn covers(&self, name: &Name, place: Seq) -> bool {
        self.since <= place && place <= self.until && self.name.same_as(name)
    }

    /// Whether its bearer still goes by it.
    pub fn is_borne(&self) -> bool {
        self.until == Self::NOW
    }
}
