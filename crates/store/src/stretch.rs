//! Stretches: a range as places and times, for logs that are not counted by rank.

use chinwag_core::{Range, Seq, Timestamp};

use crate::block::signed;
use crate::ranked_log::next_place;

/// A stretch of a log: places, both inclusive, and times, the second exclusive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub(crate) places: (i64, i64),
    pub(crate) times: (i64, i64),
}

impl Stretch {
    /// All of a log.
    pub(crate) const ALL: Self = Self {
        places: (0, i64::MAX),
        times: (i64::MIN, i64::MAX),
    };

    /// The times, if not all.
    pub(crate) fn times(&self) -> Option<(Timestamp, Timestamp)> {
        let (from, until) = self.times;
        (self.times != Self::ALL.times).then_some((Timestamp(from), Timestamp(until)))
    }

    /// The places, both inclusive.
    pub(crate) fn places(&self) -> (Seq, Seq) {
        let (from, to) = self.places;
        (
            Seq(from.max(0).unsigned_abs()),
            Seq(to.max(0).unsigned_abs()),
        )
    }
}

/// What a range selects of a log.
pub(crate) struct Selection {
    pub(crate) stretch: Stretch,
    /// How many of its lines are wanted.
    pub(crate) wanted: usize,
    /// Whether they are counted from its newest end.
    pub(crate) newest: bool,
}

impl Selection {
    pub(crate) fn at_most(self, lines_max: usize) -> Self {
        Self {
            wanted: self.wanted.min(lines_max),
            ..self
        }
    }

    fn new(stretch: Stretch, wanted: usize, newest: bool) -> Self {
        Self {
            stretch,
            wanted,
            newest,
        }
    }

    pub(crate) fn of(range: Range) -> Self {
        const ALL: usize = usize::MAX;
        let all = Stretch::ALL.places;
        let places = |places| Stretch {
            places,
            ..Stretch::ALL
        };
        let times = |places, from: Timestamp, until: Timestamp| Stretch {
            places,
            times: (from.0, until.0),
        };
        let (ever, never) = (Timestamp(i64::MIN), Timestamp(i64::MAX));
        let from = |seq: Seq| signed(next_place(seq).0);
        let before = |seq: Seq| signed(seq.0).saturating_sub(1);
        match range {
            Range::Last(messages) => Self::new(places(all), messages, true),
            Range::Since(time) => Self::new(times(all, time, never), ALL, true),
            Range::From(time) => Self::new(times(all, time, never), ALL, false),
            Range::Until(time) => Self::new(times(all, ever, time), ALL, true),
            Range::Between(from, until) => Self::new(times(all, from, until), ALL, false),
            Range::Before(seq, messages) => Self::new(places((0, before(seq))), messages, true),
            Range::Within(after, end, messages) => {
                Self::new(places((from(after), before(end))), messages, true)
            }
            Range::After(seq, messages) => {
                Self::new(places((from(seq), i64::MAX)), messages, false)
            }
            Range::Rest(seq, until) => {
                Self::new(times((from(seq), i64::MAX), ever, until), ALL, false)
            }
            // The message itself and those after it; those before it are found first.
            Range::Around(seq, messages) => Self::new(
                places((signed(seq.0), i64::MAX)),
                messages.saturating_add(1),
                false,
            ),
        }
    }
}
