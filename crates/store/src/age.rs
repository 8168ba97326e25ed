//! The time by which something is forgotten. It may lag behind the time of day, so that a clock that
//! jumps ahead deletes no history, and ends no ban and no lost session for good.
//!
//! What retention deletes does not come back when the clock is corrected. A server that starts with
//! a clock forty days ahead cannot tell that from forty days in which it did not run. So the past
//! ages at most four times as fast as the server runs: somebody has days to notice a wrong clock,
//! and a laptop that runs for eight hours a day still keeps up. Looking for jumps instead would not
//! do, since a clock that runs fast makes none.

use chinwag_core::{Duration, Monotonic, Timestamp};

/// How much faster than the server's running time the past may age.
const CATCH_UP: u32 = 4;

/// How much may be lost when the server is killed; the past is younger by that.
const SAVE_TIME: Duration = Duration::from_mins(60);

/// The time by which something is forgotten. It lags behind a clock that jumps ahead, and advances at most four times as
/// fast as the server runs.
#[derive(Debug)]
pub struct Age {
    /// The time as far as it is trusted; `None` before anything was said.
    at: Option<Timestamp>,
    /// The steady time at the last look.
    looked: Monotonic,
    /// What the store has of it.
    saved: Option<Timestamp>,
}

impl Age {
    /// `saved` is what the store has of it, `newest` the time of the newest message.
    pub fn new(saved: Option<Timestamp>, newest: Option<Timestamp>) -> Self {
        Self {
            at: saved.or(newest),
            looked: Monotonic::default(),
            saved,
        }
    }

    /// The time to forget by when the clock shows `wall`.
    pub fn advance(&mut self, wall: Timestamp, now: Monotonic) -> Timestamp {
        let ran = now.since(self.looked);
        self.looked = now;
        let at = self
            .at
            .map_or(wall, |at| wall.min(at + ran.saturating_mul(CATCH_UP)));
        self.at = Some(at);
        at
    }

    /// The time to store, if it has moved far enough.
    pub(crate) fn poll_save(&mut self) -> Option<Timestamp> {
        let at = self.at?;
        let is_near = |saved: Timestamp| at >= saved && at.since(saved) < SAVE_TIME;
        if self.saved.is_some_and(is_near) {
            return None;
        }
        self.saved = Some(at);
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn the_past_ages_with_the_clock_and_not_by_leaps() {
        let (start, mut now) = (Timestamp(1_000_000_000), Monotonic::default());
        let mut age = Age::new(Some(start), None);
        now = now + DAY;
        assert_eq!(age.advance(start + DAY, now), start + DAY);
        // A leap of forty days, in which an hour goes by.
        now = now + Duration::from_hours(1);
        let leapt = start + 41 * DAY;
        assert_eq!(
            age.advance(leapt, now),
            start + DAY + Duration::from_hours(4)
        );
        // The clock is put right.
        now = now + Duration::from_hours(1);
        let right = start + DAY + Duration::from_hours(2);
        assert_eq!(age.advance(right, now), right);
        // One that stays where it leapt to is believed in the end.
        let leapt = right + 40 * DAY;
        for _ in 0..10 {
            now = now + DAY;
            age.advance(leapt, now);
        }
        assert_eq!(age.advance(leapt, now), leapt);
    }

    #[test]
    fn a_start_goes_on_from_what_was_saved_or_said_last() {
        let (start, day_one) = (Timestamp(1_000_000_000), Monotonic(1_000));
        let leapt = start + 40 * DAY;
        for mut age in [
            Age::new(Some(start), Some(leapt)),
            Age::new(None, Some(start)),
        ] {
            let at = age.advance(leapt, day_one);
            assert_eq!(at, start + Duration::from_secs(4));
        }
        assert_eq!(Age::new(None, None).advance(leapt, day_one), leapt);
    }

    #[test]
    fn it_is_saved_once_an_hour_and_when_the_clock_is_set_back() {
        let (start, mut now) = (Timestamp(1_000_000_000), Monotonic::default());
        let mut age = Age::new(None, Some(start));
        age.advance(start, now);
        assert_eq!(age.poll_save(), Some(start));
        now = now + Duration::from_mins(59);
        age.advance(start + Duration::from_mins(59), now);
        assert_eq!(age.poll_save(), None);
        now = now + Duration::from_mins(1);
        age.advance(start + Duration::from_mins(60), now);
        assert_eq!(age.poll_save(), Some(start + Duration::from_mins(60)));
        age.advance(start, now);
        assert_eq!(age.poll_save(), Some(start));
    }
}
