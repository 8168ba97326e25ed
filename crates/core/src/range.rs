//! A stretch of a room's past, as a client asks for it and the store reads it; and in which detail.

use crate::ids::Seq;
use crate::time::Timestamp;

/// A stretch of a room's past, and the end from which it is shown if it is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// The newest messages, so many.
    Last(usize),
    /// Those since this time, the newest of them.
    Since(Timestamp),
    /// Those since this time, the oldest of them.
    From(Timestamp),
    /// Those before this time, the newest of them.
    Until(Timestamp),
    /// Those since the first time and before the second, the oldest of them.
    Between(Timestamp, Timestamp),
    /// The newest before this place, so many: what comes before an extent that begins there.
    Before(Seq, usize),
    /// The newest behind the first place and before the second, so many.
    Within(Seq, Seq, usize),
    /// The oldest behind this place, so many: what follows an extent that ends there.
    After(Seq, usize),
    /// Those behind this place and before this time, the oldest of them: what is left of
    /// [`Between`](Self::Between) behind an extent that ends there.
    Rest(Seq, Timestamp),
    /// The message at this place, and so many before it and behind it.
    Around(Seq, usize),
}

/// What is shown of a past, each with what the one before it shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Messages alone.
    #[default]
    Messages,
    /// The topics that were set and the announcements. They count as no message anywhere.
    Notices,
    /// What clients of IRC have sent to each other and wanted kept; see [`Signal`](crate::Signal). In a limit
    /// each of these lines counts, as in IRC's own words for it.
    Signals,
}

impl Detail {
    /// For people and programs, who are shown notices or are not.
    pub fn with_notices(notices: bool) -> Self {
        match notices {
            true => Self::Notices,
            false => Self::Messages,
        }
    }
}
