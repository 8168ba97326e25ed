//! Time within a run: microseconds since it began, from the steady clock.
//!
//! Everything that measures takes a time as an argument; this is the only place where one is read.

use std::time::{Duration, Instant};

/// Microseconds since the run began.
pub(crate) type Micros = u64;

/// See the [module](self).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(&self) -> Micros {
        micros(self.0.elapsed())
    }
}

pub(crate) fn micros(duration: Duration) -> Micros {
    duration.as_micros() as Micros
}

/// So many microseconds in seconds, for a rate.
pub(crate) fn seconds(micros: Micros) -> f64 {
    micros as f64 / 1e6
}
