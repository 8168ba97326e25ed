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
    /// Which are wanted if there are more: the newest, or else the oldest.
    pub(super) newest: bool,
    /// The place around which they are wanted.
    pub(super) around: Option<Seq>,
}

impl Wanted {
    /// Without bounds, the oldest `limit`.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            after: None,
            before: None,
            later_than: None,
            limit,
            newest: false,
            around: None,
        }
    }

    /// Whether a line is within the bounds.
    pub(super) fn includes(&self, event: &Event) -> bool {
        self.after.is_none_or(|after| event.seq > after)
            && self.before.is_none_or(|before| event.seq < before)
            && self.later_than.is_none_or(|time| event.at > time)
    }

    /// Those to show of the lines within the bounds, oldest first.
    pub(super) fn of<'a>(&self, found: &'a [Event]) -> &'a [Event] {
        let more = found.len().saturating_sub(self.limit);
        let skipped = match self.around {
            Some(place) => {
                let middle = found.partition_point(|event| event.seq < place);
                middle.saturating_sub(beside(self.limit)).min(more)
            }
            None if self.newest => more,
            None => 0,
        };
        &found[skipped..found.len() - more + skipped]
    }
}

/// How many lines to show on either side of one, of `limit` in all.
pub(super) fn beside(limit: usize) -> usize {
    limit.saturating_sub(1) / 2
}
