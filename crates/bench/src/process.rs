//! What a process costs: its processor time and its memory, from `/proc`.
//!
//! It must not know whose process it is: the server's and our own are asked alike.
//!
//! The processor time is summed over the threads' `schedstat`, in nanoseconds: `/proc/PID/stat`
//! counts in hundredths of a second, too coarse for a thousand joins.

use std::fs;
use std::io;
use std::time::Duration;

use crate::BenchError;

/// A running process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process(u32);

impl Process {
    /// # Errors
    /// If the system tells nothing of such a process.
    pub(crate) fn open(pid: u32) -> Result<Self, BenchError> {
        let process = Self(pid);
        let known = process.cpu().and_then(|_| process.resident_bytes());
        known
            .map(|_| process)
            .map_err(|source| BenchError::Process { pid, source })
    }

    /// This one, where the system tells of processes.
    pub(crate) fn own() -> Option<Self> {
        Self::open(std::process::id()).ok()
    }

    /// The processor time that its threads have used so far.
    pub(crate) fn cpu(self) -> io::Result<Duration> {
        let threads = fs::read_dir(format!("/proc/{}/task", self.0))?;
        let mut sum = 0;
        for thread in threads {
            // A thread may end between being listed and being asked.
            if let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) {
                sum += running_time(&text).ok_or_else(unreadable)?;
            }
        }
        Ok(Duration::from_nanos(sum))
    }

    /// The memory that it has in use.
    pub(crate) fn resident_bytes(self) -> io::Result<u64> {
        // The exact figure, which only the same user may see; else the one that is a little behind.
        let exact = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.0));
        if let Some(bytes) = exact.ok().and_then(|text| kilobytes(&text, "Rss:")) {
            return Ok(bytes);
        }
        let status = fs::read_to_string(format!("/proc/{}/status", self.0))?;
        kilobytes(&status, "VmRSS:").ok_or_else(unreadable)
    }
}

fn unreadable() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "/proc is not as expected")
}

/// The first of the numbers is the time on a processor.
fn running_time(schedstat: &str) -> Option<u64> {
    schedstat.split(' ').next()?.parse().ok()
}

fn kilobytes(text: &str, key: &str) -> Option<u64> {
    let figure = text.lines().find_map(|line| line.strip_prefix(key))?;
    let number: u64 = figure.split_whitespace().next()?.parse().ok()?;
    Some(number * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_as_the_kernel_writes_them() {
        assert_eq!(running_time("1234567 89 10\n"), Some(1_234_567));
        assert_eq!(running_time("\n"), None);
        let status = "Name:\tchinwag\nVmHWM:\t   99 kB\nVmRSS:\t   12 kB\n";
        assert_eq!(kilobytes(status, "VmRSS:"), Some(12 * 1024));
        assert_eq!(kilobytes(status, "VmSwap:"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_uses_memory() {
        let own = Process::own().unwrap();
        assert!(own.resident_bytes().unwrap() > 0);
        own.cpu().unwrap();
    }

    #[test]
    fn no_process_is_an_error() {
        // Above the largest number that Linux gives.
        let error = Process::open(u32::MAX).unwrap_err();
        assert!(error.to_string().contains("4294967295"), "{error}");
    }
}
