//! The pace of a program: one that sends too fast is read more slowly, and nothing is refused.

use alloc::boxed::Box;
use core::num::NonZeroU64;

use chinwag_core::limits::FLOOD_TIME_MAX;
use chinwag_core::{Bucket, Duration, Monotonic, Rate};

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Pace {
    bucket: Bucket,
    /// The bucket is empty until then, and a line waits. Never the epoch, so that every session is
    /// eight bytes shorter.
    waits_until: Option<NonZeroU64>,
    /// Since when lines were held back again and again, and when one was last. Boxed, since few
    /// flood.
    held: Option<Box<(Monotonic, Monotonic)>>,
}

/// After this time, and with tokens to spare, a client that was held back counts as one that has
/// paused.
const PAUSE: Duration = Duration::from_secs(5);

/// The state of a line that may not be read yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HoldBack {
    /// It is the first since the client last kept within its rate.
    First,
    Again,
    /// It has been so for [`FLOOD_TIME_MAX`]. Said once for each line.
    TooLong,
}

impl Pace {
    pub(crate) fn new(bucket: Bucket) -> Self {
        Self {
            bucket,
            waits_until: None,
            held: None,
        }
    }

    /// Whether one more line may be read now; if not, notes when. A client has no rate before it
    /// has logged in: other limits apply there.
    pub(crate) fn may_read(&mut self, rate: Option<Rate>, now: Monotonic) -> bool {
        let mut bucket = self.bucket;
        let wait = rate.and_then(|rate| bucket.take(rate, now).err());
        self.waits_until = wait.and_then(|wait| NonZeroU64::new((now + wait).0));
        // A client that never stops has one token at a time, or is held back again at once.
        let has_more = rate.is_none_or(|rate| bucket.take(rate, now).is_ok());
        self.held
            .take_if(|held| has_more && now.since(held.1) >= PAUSE);
        self.waits_until.is_none()
    }

    /// Notes that a line is there and may not be read yet.
    pub(crate) fn hold(&mut self, now: Monotonic) -> HoldBack {
        let Some(held) = &mut self.held else {
            self.held = Some(Box::new((now, now)));
            return HoldBack::First;
        };
        let before = core::mem::replace(&mut held.1, now);
        match before < now && now.since(held.0) >= FLOOD_TIME_MAX {
            true => HoldBack::TooLong,
            false => HoldBack::Again,
        }
    }

    /// Takes a token. There was one, or the connection has ended and this is its last line.
    pub(crate) fn pay(&mut self, rate: Option<Rate>, now: Monotonic) {
        if let Some(rate) = rate {
            let _ = self.bucket.take(rate, now);
        }
    }

    /// Charges for what was read and no line has paid for.
    pub(crate) fn charge(&mut self, lines: usize, rate: Option<Rate>, now: Monotonic) {
        if let Some(rate) = rate {
            self.bucket.charge(lines, rate, now);
        }
    }

    pub(crate) fn waits_until(&self) -> Option<Monotonic> {
        self.waits_until.map(|until| Monotonic(until.get()))
    }

    pub(crate) fn handle_bucket(&mut self, bucket: Bucket) {
        self.bucket = bucket;
    }

    pub(crate) fn bucket(&self) -> Bucket {
        self.bucket
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three lines at once, then one every two seconds.
    const RATE: Rate = Rate {
        burst: 3,
        per_second: 0.5,
    };

    fn at(ms: u64) -> Monotonic {
        Monotonic(ms)
    }

    /// Reads as many lines as may be read.
    fn read(pace: &mut Pace, now: Monotonic) -> usize {
        let lines = (0..10).take_while(|_| {
            let may_read = pace.may_read(Some(RATE), now);
            if may_read {
                pace.pay(Some(RATE), now);
            }
            may_read
        });
        lines.count()
    }

    /// One that has sent four lines, of which the last is held back.
    fn flooding() -> Pace {
        let mut pace = Pace::new(Bucket::full(at(0)));
        assert_eq!(read(&mut pace, at(0)), 3);
        assert_eq!(pace.hold(at(0)), HoldBack::First);
        pace
    }

    #[test]
    fn lines_are_read_at_the_rate() {
        let mut pace = flooding();
        assert_eq!(pace.waits_until(), Some(at(2_000)));
        assert_eq!(read(&mut pace, at(1_999)), 0);
        assert_eq!(read(&mut pace, at(2_000)), 1);
        assert_eq!(pace.waits_until(), Some(at(4_000)));
        pace.charge(2, Some(RATE), at(4_000));
        assert_eq!(read(&mut pace, at(6_000)), 0);
        assert_eq!(read(&mut pace, at(8_000)), 1);
        assert!(pace.bucket().wait(RATE, at(8_000)).is_some());
        assert!(pace.may_read(None, at(8_000)), "before it is in");
        assert_eq!(pace.waits_until(), None);
    }

    #[test]
    fn who_never_stops_is_held_back_for_so_long() {
        let mut pace = flooding();
        let end = FLOOD_TIME_MAX.as_millis() as u64;
        for now in (1..).map(|lines| at(2_000 * lines)) {
            assert_eq!(read(&mut pace, now), 1);
            let held = pace.hold(now);
            if now >= at(end) {
                assert_eq!(held, HoldBack::TooLong);
                assert_eq!(pace.hold(now), HoldBack::Again, "said once");
                break;
            }
            assert_eq!(held, HoldBack::Again);
        }
    }

    #[test]
    fn who_pauses_begins_anew() {
        let held_at = |pace: &mut Pace, ms| {
            pace.may_read(Some(RATE), at(ms));
            pace.hold(at(ms))
        };
        assert_eq!(held_at(&mut flooding(), 4_999), HoldBack::Again);
        assert_eq!(held_at(&mut flooding(), 5_000), HoldBack::First);
        let mut pace = flooding();
        assert_eq!(held_at(&mut pace, 3_000), HoldBack::Again);
        assert_eq!(
            held_at(&mut pace, 5_000),
            HoldBack::Again,
            "no pause of five seconds"
        );
        // It sends whatever it may.
        for (charged, expected) in [(0, HoldBack::First), (1, HoldBack::Again)] {
            let mut pace = flooding();
            pace.charge(charged, Some(RATE), at(0));
            assert_eq!(held_at(&mut pace, 5_000), expected);
        }
        assert_eq!(
            flooding().hold(at(60_000)),
            HoldBack::Again,
            "nothing was read"
        );
    }
}
