//! What happens between two moments of a run: messages, reads and processor time.
//!
//! It must not know what is measured: whoever takes a reading says how far the counters are.

use std::time::Duration;

use crate::BenchError;
use crate::clock::{Micros, seconds};
use crate::process::Process;

/// Whose processor time is read beside the counters.
#[derive(Debug)]
pub(crate) struct Meter {
    server: Option<(u32, Process)>,
    own: Option<Process>,
}

/// How far the counters are at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counters {
    pub(crate) heard: u64,
    pub(crate) sent: u64,
    pub(crate) reads: u64,
}

/// Everything at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    at: Micros,
    counters: Counters,
    server_cpu: Option<Duration>,
    own_cpu: Option<Duration>,
}

/// What happened between two readings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) took: Micros,
    pub(crate) counters: Counters,
    pub(crate) server_cpu: Option<Duration>,
    own_cpu: Option<Duration>,
}

impl Meter {
    /// # Errors
    /// If there is no such process.
    pub(crate) fn new(server_pid: Option<u32>) -> Result<Self, BenchError> {
        let server = server_pid.map(|pid| Ok::<_, BenchError>((pid, Process::open(pid)?)));
        Ok(Self {
            server: server.transpose()?,
            own: Process::own(),
        })
    }

    /// # Errors
    /// If the server's process is gone.
    pub(crate) fn read(&self, at: Micros, counters: Counters) -> Result<Reading, BenchError> {
        let cpu = |(pid, process): (u32, Process)| {
            let cpu = process.cpu();
            cpu.map_err(|source| BenchError::Process { pid, source })
        };
        Ok(Reading {
            at,
            counters,
            server_cpu: self.server.map(cpu).transpose()?,
            own_cpu: self.own.and_then(|process| process.cpu().ok()),
        })
    }

    /// The memory that the server has in use.
    ///
    /// # Errors
    /// If the server's process is gone.
    pub(crate) fn server_bytes(&self) -> Result<Option<u64>, BenchError> {
        let bytes = |(pid, process): (u32, Process)| {
            let bytes = process.resident_bytes();
            bytes.map_err(|source| BenchError::Process { pid, source })
        };
        self.server.map(bytes).transpose()
    }
}

impl Reading {
    /// What happened since an earlier reading.
    pub(crate) fn since(&self, before: &Self) -> Span {
        let cpu = |now: Option<Duration>, before: Option<Duration>| {
            now.zip(before)
                .map(|(now, before)| now.saturating_sub(before))
        };
        Span {
            took: self.at - before.at,
            counters: Counters {
                heard: self.counters.heard - before.counters.heard,
                sent: self.counters.sent - before.counters.sent,
                reads: self.counters.reads - before.counters.reads,
            },
            server_cpu: cpu(self.server_cpu, before.server_cpu),
            own_cpu: cpu(self.own_cpu, before.own_cpu),
        }
    }
}

impl Span {
    /// Both spans together.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let cpu = |one: Option<Duration>, other| one.zip(other).map(|(one, other)| one + other);
        Self {
            took: self.took + other.took,
            counters: Counters {
                heard: self.counters.heard + other.counters.heard,
                sent: self.counters.sent + other.counters.sent,
                reads: self.counters.reads + other.counters.reads,
            },
            server_cpu: cpu(self.server_cpu, other.server_cpu),
            own_cpu: cpu(self.own_cpu, other.own_cpu),
        }
    }

    /// So many, as a rate.
    pub(crate) fn per_second(&self, count: u64) -> f64 {
        count as f64 / seconds(self.took.max(1))
    }

    /// The part of one core that the server has used.
    pub(crate) fn server_share(&self) -> Option<f64> {
        self.server_cpu.map(|cpu| self.share(cpu))
    }

    /// The part of its core that the generator has used.
    pub(crate) fn own_share(&self) -> Option<f64> {
        self.own_cpu.map(|cpu| self.share(cpu))
    }

    fn share(&self, cpu: Duration) -> f64 {
        cpu.as_secs_f64() / seconds(self.took.max(1))
    }

    /// The server's processor time for each of so many, in microseconds.
    pub(crate) fn server_cpu_us_each(&self, count: u64) -> Option<f64> {
        let cpu = self.server_cpu?;
        (count > 0).then(|| cpu.as_secs_f64() * 1e6 / count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(at: Micros, heard: u64, cpu_ms: u64) -> Reading {
        Reading {
            at,
            counters: Counters {
                heard,
                sent: heard / 10,
                reads: heard / 5,
            },
            server_cpu: Some(Duration::from_millis(cpu_ms)),
            own_cpu: None,
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
