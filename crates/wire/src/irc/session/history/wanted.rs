//! Which lines of a history a client wants, of those that the store finds.

use chinwag_core::{Event, Seq, Timestamp};

/// Lines within bounds, and at most so many of them.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// Only lines after this place.
    pub(super) after: Option<Seq>,
    /// Only lines before this place.
    pub(super) before: Option<Seq>,
    /// Only lines after this time.
    pub(super) later_than: Option<Timestamp>,
    /// The most lines of the whole, notices included.
    pub(super) limit: usize,
}

impl Wanted {
    /// Without bounds, at most `limit`.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            after: None,
            before: None,
            later_than: None,
            limit,
        }
    }

    /// Whether a line is within the bounds.
    pub(super) fn includes(&self, event: &Event) -> bool {
        self.after.is_none_or(|after| event.seq > after)
            && self.before.is_none_or(|before| event.seq < before)
            && self.later_than.is_none_or(|time| event.at > time)
    }
}

/// How many lines to show on either side of one, of `limit` in all.
pub(super) fn beside(limit: usize) -> usize {
    limit.saturating_sub(1) / 2
}
