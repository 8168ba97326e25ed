//! A stretch of a room's past, as a client asks for it and the store reads it.

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
