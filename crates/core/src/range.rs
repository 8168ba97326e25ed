//! A range of a room's past, as a client asks for it and the store reads it, and its level of
//! detail.

use crate::ids::Seq;
use crate::time::Timestamp;

/// A range of a room's past, and the end from which it is shown if it is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// The newest messages, this many.
    Last(usize),
    /// Those since this time, the newest of them.
    Since(Timestamp),
    /// Those since this time, the oldest of them.
    From(Timestamp),
    /// Those before this time, the newest of them.
    Until(Timestamp),
    /// Those from the first time on and before the second, the oldest of them.
    Between(Timestamp, Timestamp),
    /// The newest before this place, this many: what precedes an extent that begins there.
    Before(Seq, usize),
    /// The newest after the first place and before the second, this many.
    Within(Seq, Seq, usize),
    /// The oldest after this place, this many: what follows an extent that ends there.
    After(Seq, usize),
    /// Those after this place and before this time, the oldest of them: what is left of
    /// [`Between`](Self::Between) after an extent that ends there.
    Rest(Seq, Timestamp),
    /// The message at this place, with this many before it and after it.
    Around(Seq, usize),
}

/// What a past shows besides messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Nothing.
    #[default]
    Messages,
    /// Topics and announcements as well. They never count as messages.
    Notices,
    /// Everything that people and programs are shown: topics, announcements and movements
    /// ([`Fact::is_movement`](crate::Fact::is_movement)). From here on each line counts, in limits
    /// and totals.
    Lines,
    /// Topics and movements that IRC clients can play back.
    Playback,
    /// The same, and what IRC clients sent to each other and wanted kept; see
    /// [`Signal`](crate::Signal).
    Signals,
}

impl Detail {
    /// The detail of a history for people and programs: every line, or only messages.
    pub fn with_lines(lines: bool) -> Self {
        match lines {
            true => Self::Lines,
            false => Self::Messages,
        }
    }

    /// Whether announcements are shown. In IRC they are no line of any room.
    pub fn has_announcements(self) -> bool {
        matches!(self, Self::Notices | Self::Lines)
    }

    /// Whether movements are shown.
    pub fn has_movements(self) -> bool {
        matches!(self, Self::Lines | Self::Playback | Self::Signals)
    }

    /// Whether IRC has a line for what is shown.
    pub fn is_playback(self) -> bool {
        matches!(self, Self::Playback | Self::Signals)
    }
}
