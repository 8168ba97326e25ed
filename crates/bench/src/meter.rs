//! What happens between two moments of a run: messages, reads and processor time.
//!
//! It must not know what is measured: its caller says how far the counters are.

use crate::BenchError;
use crate::clock::{Micros, seconds};
use crate::process::Process;

/// Whose processor time is read beside the counters.
#[derive(Debug)]
pub(crate) struct Meter {
    server: Option<Process>,
    own: Option<Process>,
}

/// How far the counters are at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counters {
    pub(crate) heard: u64,
    pub(crate) sent: u64,
    pub(crate) reads: u64,
}

/// What happened in a time. A reading is what happened since the beginning.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) took: Micros,
    pub(crate) counters: Counters,
    server_cpu_ns: Option<u64>,
    own_cpu_ns: Option<u64>,
}

impl Meter {
    pub(crate) fn new(server_pid: Option<u32>) -> Result<Self, BenchError> {
        Ok(Self {
            server: server_pid.map(Process::open).transpose()?,
            own: Process::open(std::process::id()).ok(),
        })
    }

    pub(crate) fn read(&self, now: Micros, counters: Counters) -> Result<Span, BenchError> {
        Ok(Span {
            took: now,
            counters,
            server_cpu_ns: self.server.map(Process::cpu_ns).transpose()?,
            own_cpu_ns: self.own.and_then(|process| process.cpu_ns().ok()),
        })
    }

    /// The memory that the server has in use.
    pub(crate) fn server_bytes(&self) -> Result<Option<u64>, BenchError> {
        self.server.map(Process::resident_bytes).transpose()
    }
}

impl Span {
    /// What happened since an earlier reading.
    pub(crate) fn since(&self, before: &Self) -> Self {
        self.with(before, u64::saturating_sub)
    }

    /// Both spans together.
    pub(crate) fn and(&self, other: &Self) -> Self {
        self.with(other, u64::saturating_add)
    }

    fn with(&self, other: &Self, with: fn(u64, u64) -> u64) -> Self {
        let cpu = |one: Option<u64>, other| one.zip(other).map(|(one, other)| with(one, other));
        Self {
            took: with(self.took, other.took),
            counters: Counters {
                heard: with(self.counters.heard, other.counters.heard),
                sent: with(self.counters.sent, other.counters.sent),
                reads: with(self.counters.reads, other.counters.reads),
            },
            server_cpu_ns: cpu(self.server_cpu_ns, other.server_cpu_ns),
            own_cpu_ns: cpu(self.own_cpu_ns, other.own_cpu_ns),
        }
    }

    /// So many, as a rate.
    pub(crate) fn per_second(&self, count: u64) -> f64 {
        count as f64 / seconds(self.took.max(1))
    }

    /// The part of one core that the server has used.
    pub(crate) fn server_share(&self) -> Option<f64> {
        self.share(self.server_cpu_ns)
    }

    /// The part of its core that the generator has used.
    pub(crate) fn own_share(&self) -> Option<f64> {
        self.share(self.own_cpu_ns)
    }

    fn share(&self, cpu_ns: Option<u64>) -> Option<f64> {
        cpu_ns.map(|cpu_ns| cpu_ns as f64 / 1e9 / seconds(self.took.max(1)))
    }

    /// The server's processor time for each of so many, in microseconds.
    pub(crate) fn server_cpu_us_each(&self, count: u64) -> Option<f64> {
        let cpu_ns = self.server_cpu_ns.filter(|_| count > 0)?;
        Some(cpu_ns as f64 / 1e3 / count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(at: Micros, heard: u64, cpu_ms: u64) -> Span {
        Span {
            took: at,
            counters: Counters {
                heard,
                sent: heard / 10,
                reads: heard / 5,
            },
            server_cpu_ns: Some(cpu_ms * 1_000_000),
            own_cpu_ns: None,
        }
    }

    #[test]
    fn a_span_is_the_difference_of_two_readings() {
        let span = reading(3_000_000, 5_000, 700).since(&reading(1_000_000, 1_000, 300));
        assert_eq!(span.per_second(span.counters.heard), 2_000.0);
        assert_eq!(span.server_share(), Some(0.2));
        assert_eq!(span.server_cpu_us_each(span.counters.heard), Some(100.0));
        assert_eq!(span.own_share(), None);
        assert_eq!(span.server_cpu_us_each(0), None);
    }

    #[test]
    fn spans_add_up() {
        let span = reading(1_000_000, 1_000, 100).since(&reading(0, 0, 0));
        let both = span.and(&span);
        assert_eq!(both.per_second(both.counters.heard), 1_000.0);
        assert_eq!(both.server_share(), Some(0.1));
    }
}
