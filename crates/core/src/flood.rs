//! Flood control: a token bucket of eight bytes, one for each thing that is limited.
//!
//! A bucket starts full, each line takes one token, and tokens come back at a steady rate. So a
//! paste within the burst passes at once; later lines are refused with the time after which they
//! would have passed. Input that is not a line is charged when it is read, and may leave a debt.

use crate::time::{Duration, Monotonic};

/// The rate that a bucket allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// How many tokens a full bucket has; 0 means no limit.
    pub burst: u32,
    /// How many tokens come back every second.
    pub per_second: f32,
}

impl Rate {
    /// No limit.
    pub const UNLIMITED: Self = Self {
        burst: 0,
        per_second: 0.0,
    };

    /// This rate `factor` times.
    pub fn times(self, factor: u32) -> Self {
        Self {
            burst: self.burst.saturating_mul(factor),
            per_second: self.per_second * factor as f32,
        }
    }

    /// The time between two tokens.
    pub fn interval(self) -> Duration {
        match self.per_second > 0.0 {
            true => Duration::from_millis((1_000.0 / self.per_second) as u64 + 1),
            false => Duration::MAX,
        }
    }

    /// The time in which an empty bucket fills.
    pub fn refill(self) -> Duration {
        if self.per_second > 0.0 {
            Duration::from_millis((self.burst as f32 / self.per_second * 1_000.0) as u64)
        } else {
            Duration::from_millis(0)
        }
    }
}

/// A token bucket: how much of a [`Rate`] is left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// How many tokens are missing, so that a new bucket is full at any rate.
    missing: f32,
    /// Milliseconds, wrapping after 49 days: only differences count.
    at_ms: u32,
}

impl Bucket {
    /// A full bucket.
    pub fn full(now: Monotonic) -> Self {
        Self {
            missing: 0.0,
            at_ms: now.0 as u32,
        }
    }

    /// Tokens that are missing from it.
    pub fn missing(&self, rate: Rate, now: Monotonic) -> f32 {
        let elapsed = (now.0 as u32).wrapping_sub(self.at_ms);
        (self.missing - elapsed as f32 / 1_000.0 * rate.per_second).max(0.0)
    }

    /// Whether nothing is missing from it.
    pub fn is_full(&self, rate: Rate, now: Monotonic) -> bool {
        rate.burst == 0 || self.missing(rate, now) <= 0.0
    }

    /// Takes `tokens` tokens. Missing ones become a debt: nothing is given until it is paid back.
    pub fn charge(&mut self, tokens: usize, rate: Rate, now: Monotonic) {
        if rate.burst > 0 {
            self.missing = self.missing(rate, now) + tokens as f32;
            self.at_ms = now.0 as u32;
        }
    }

    /// The emptier of two.
    pub fn emptier(self, other: Self, rate: Rate, now: Monotonic) -> Self {
        match self.missing(rate, now) < other.missing(rate, now) {
            true => other,
            false => self,
        }
    }

    /// Takes what was taken from a copy of this bucket between two states of the copy. What others
    /// took from this one meanwhile stays taken.
    pub fn take_as(&mut self, before: Self, after: Self, rate: Rate, now: Monotonic) {
        match *self == before {
            _ if before == after => return,
            true => return *self = after,
            false => {}
        }
        let taken = after.missing(rate, now) - before.missing(rate, now);
        // Whole tokens were taken, and time gave both states the same.
        self.charge((taken + 0.5) as usize, rate, now);
    }

    /// The time until it has a token, if it has none now.
    pub fn wait(&self, rate: Rate, now: Monotonic) -> Option<Duration> {
        let over = self.missing(rate, now) + 1.0 - rate.burst as f32;
        let has_none = rate.burst > 0 && over > 0.0;
        has_none.then(|| Duration::from_millis(ceil(over * 1_000.0 / rate.per_second.max(0.001))))
    }

    /// Takes one token.
    ///
    /// # Errors
    /// If none is left: the time until one will be, rounded up to whole seconds. The bucket is then
    /// unchanged.
    pub fn take(&mut self, rate: Rate, now: Monotonic) -> Result<(), Duration> {
        if rate.burst == 0 {
            return Ok(());
        }
        self.missing = self.missing(rate, now);
        self.at_ms = now.0 as u32;
        let over = self.missing + 1.0 - rate.burst as f32;
        if over <= 0.0 {
            self.missing += 1.0;
            return Ok(());
        }
        Err(Duration::from_secs(
            ceil(over / rate.per_second.max(0.001)).max(1),
        ))
    }
}

/// The least whole number not below `x`, for which `core` has no function.
fn ceil(x: f32) -> u64 {
    let whole = x as u64;
    if (whole as f32) < x { whole + 1 } else { whole }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    const RATE: Rate = Rate {
        burst: 20,
        per_second: 2.0,
    };

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let start = Monotonic(1_700_000_000_000);
        let mut bucket = Bucket::full(start);
        assert!((0..20).all(|_| bucket.take(RATE, start).is_ok()));
        assert_eq!(bucket.take(RATE, start), Err(Duration::from_secs(1)));
        assert_eq!(
            bucket.take(RATE, start + Duration::from_millis(400)),
            Err(Duration::from_secs(1))
        );
        assert_eq!(
            bucket.take(RATE, start + Duration::from_millis(500)),
            Ok(())
        );
        assert!(
            bucket
                .take(RATE, start + Duration::from_millis(500))
                .is_err()
        );
    }

    #[test]
    fn rest_fills_it_again_but_not_beyond() {
        let start = Monotonic(0);
        let mut bucket = Bucket::full(start);
        assert!((0..20).all(|_| bucket.take(RATE, start).is_ok()));
        let later = start + Duration::from_mins(5);
        assert!((0..20).all(|_| bucket.take(RATE, later).is_ok()));
        assert!(bucket.take(RATE, later).is_err());
    }

    #[test]
    fn what_is_owed_is_paid_first() {
        let start = Monotonic(0);
        let mut bucket = Bucket::full(start);
        bucket.charge(19, RATE, start);
        assert_eq!(bucket.wait(RATE, start), None);
        bucket.charge(4, RATE, start);
        assert_eq!(bucket.wait(RATE, start), Some(Duration::from_millis(2_000)));
        let paid = start + Duration::from_millis(2_000);
        assert!(
            bucket
                .take(RATE, start + Duration::from_millis(1_999))
                .is_err()
        );
        assert_eq!(bucket.wait(RATE, paid), None);
        assert_eq!(bucket.take(RATE, paid), Ok(()));
    }

    #[test]
    fn what_two_take_from_copies_at_one_time_is_taken_twice() {
        let start = Monotonic(0);
        let mut bucket = Bucket::full(start);
        bucket.charge(5, RATE, start);
        let now = start + Duration::from_millis(1_250);
        let before = bucket;
        let copies = [12, 3].map(|tokens| {
            let mut copy = before;
            assert!((0..tokens).all(|_| copy.take(RATE, now).is_ok()));
            copy
        });
        for copy in copies {
            bucket.take_as(before, copy, RATE, now);
        }
        assert_eq!(bucket.missing(RATE, now), 5.0 - 2.5 + 15.0);
        bucket.take_as(before, before, RATE, now);
        assert_eq!(bucket.missing(RATE, now), 17.5, "nothing more");
    }

    #[test]
    fn the_emptier_of_two_is_the_one_with_more_missing_now() {
        let start = Monotonic(0);
        let (mut early, mut late) = (Bucket::full(start), Bucket::full(start));
        early.charge(10, RATE, start);
        let now = start + Duration::from_secs(4);
        late.charge(3, RATE, now);
        for (one, other) in [(early, late), (late, early)] {
            assert_eq!(one.emptier(other, RATE, now), late);
            assert_eq!(one.emptier(other, RATE, start), early);
        }
    }

    #[test]
    fn no_limit_is_no_limit() {
        let mut bucket = Bucket::full(Monotonic(0));
        assert!((0..10_000).all(|_| bucket.take(Rate::UNLIMITED, Monotonic(0)).is_ok()));
        bucket.charge(10_000, Rate::UNLIMITED, Monotonic(0));
        assert_eq!(bucket.wait(Rate::UNLIMITED, Monotonic(0)), None);
        assert_eq!(
            bucket.take(RATE, Monotonic(0)),
            Ok(()),
            "nor is it owed later"
        );
    }

    #[test]
    fn a_rate_says_how_long_its_tokens_take() {
        assert_eq!(RATE.refill(), Duration::from_secs(10));
        let mut bucket = Bucket::full(Monotonic(0));
        bucket.charge(20, RATE, Monotonic(0));
        assert!(!bucket.is_full(RATE, Monotonic(9_999)));
        assert!(bucket.is_full(RATE, Monotonic(10_000)));
        // Who keeps to the interval is always within the rate.
        let waits = RATE.interval();
        assert!(waits > Duration::from_millis(500) && waits < Duration::from_millis(510));
        let none = Rate {
            per_second: 0.0,
            ..RATE
        };
        assert_eq!(none.interval(), Duration::MAX);
        assert_eq!(none.refill(), Duration::ZERO);
        assert!(bucket.is_full(Rate::UNLIMITED, Monotonic(0)));
        let four = Rate {
            burst: 80,
            per_second: 8.0,
        };
        assert_eq!(RATE.times(4), four);
    }

    proptest! {
        /// At any time, whatever was taken and charged before.
        #[test]
        fn no_more_passes_than_the_rate_and_what_is_refused_passes_when_it_is_said_to(
            burst in 1u32..20,
            per_second in prop::sample::select(&[0.25f32, 0.5, 1.0, 2.0, 4.0][..]),
            steps in prop::collection::vec((0u64..4_000, prop_oneof![4 => Just(0usize), 1 => 1usize..6]), 1..80),
        ) {
            let rate = Rate { burst, per_second };
            // The clock of the bucket goes round once.
            let start = Monotonic(u64::from(u32::MAX) - 50_000);
            let mut bucket = Bucket::full(start);
            let mut now = start;
            let mut passed = Vec::new();
            for (pause, charged) in steps {
                now = now + Duration::from_millis(pause);
                bucket.charge(charged, rate, now);
                passed.extend((0..charged).map(|_| now));
                let wait = bucket.wait(rate, now);
                let passes = |ms| bucket.clone().take(rate, now + Duration::from_millis(ms)).is_ok();
                if let Some(wait) = wait {
                    // Rounding takes a millisecond or two.
                    let ms = wait.as_millis() as u64;
                    prop_assert!(passes(ms + 2) && !passes(ms.saturating_sub(2)), "{wait:?}");
                }
                match bucket.take(rate, now) {
                    Ok(()) => {
                        prop_assert_eq!(wait, None);
                        passed.push(now);
                    }
                    Err(said) => {
                        let exact = wait.expect("a time");
                        prop_assert!(said >= exact && said < exact + Duration::from_secs(1));
                    }
                }
            }
            // What was charged has no bound, but delays what follows it.
            for (place, since) in passed.iter().enumerate() {
                let until = now.since(*since).as_secs_f32();
                let all = passed.len() - place;
                let owed = bucket.missing(rate, now) - burst as f32;
                prop_assert!(all as f32 <= burst as f32 + until * per_second + owed.max(0.0) + 0.01);
            }
        }
    }
}
