//! The only place where the time is read.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use chinwag_core::{Monotonic, Timestamp};

/// The time of day, which dates events for people. Somebody may set it, forward or back, and a
/// laptop that wakes up finds it advanced.
pub(crate) fn wall() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp(since_epoch.map_or(0, |since| since.as_millis() as i64))
}

/// A time that only moves forward and that nobody can set: for deadlines and rates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steady {
    zero: Instant,
}

impl Steady {
    /// Starts at zero.
    pub(crate) fn start() -> Self {
        let zero = Instant::now();
        Self { zero }
    }

    /// The time since the start.
    pub(crate) fn now(&self) -> Monotonic {
        Monotonic(self.zero.elapsed().as_millis() as u64)
    }
}
