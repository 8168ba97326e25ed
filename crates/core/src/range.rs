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

/// What is shown of a past beside messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Nothing.
    #[default]
    Messages,
    /// The topics that were set and the announcements. They count as no message anywhere.
    Notices,
    /// All that people and programs are shown: topics, announcements and movements
    /// ([`Fact::is_movement`](crate::Fact::is_movement)). From here on each line counts, in limits and totals.
    Lines,
    /// Topics and movements that clients of IRC can play back.
    Playback,
    /// The same and what they have sent to each other and wanted kept; see [`Signal`](crate::Signal).
    Signals,
}

impl Detail {
    /// What a history is for people and programs: every line, or messages alone.
    pub fn with_lines(lines: bool) -> Self {
        match lines {
            true => Self::Lines,
            false => Self::Messages,
        }
    }

    /// Whether what everybody was told is shown. In IRC it is no line of any room.
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
