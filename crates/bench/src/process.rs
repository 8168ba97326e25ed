//! What a process costs: its processor time and its memory, from `/proc`.
//!
//! It must not know whose process it is: the server's and our own are asked alike.
//!
//! The processor time is summed over the threads' `schedstat`, in nanoseconds: `/proc/PID/stat`
//! counts in hundredths of a second, too coarse for a thousand joins.

use std::fs;
use std::io;

use crate::BenchError;

/// A running process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process(u32);

impl Process {
    pub(crate) fn open(pid: u32) -> Result<Self, BenchError> {
        let process = Self(pid);
        process.cpu_ns()?;
        process.resident_bytes()?;
        Ok(process)
    }

    /// The processor time that its threads have used so far.
    pub(crate) fn cpu_ns(self) -> Result<u64, BenchError> {
        let threads = fs::read_dir(format!("/proc/{}/task", self.0));
        let threads = threads.map_err(|source| self.error(source))?.flatten();
        // A thread may end between being listed and being asked.
        let texts = threads.filter_map(|it| fs::read_to_string(it.path().join("schedstat")).ok());
        let times = texts.map(|text| running_time(&text).ok_or_else(|| self.error(unreadable())));
        times.sum()
    }

    /// The memory that it has in use: the exact figure, which only the same user may see, or else
    /// the one that is a little behind.
    pub(crate) fn resident_bytes(self) -> Result<u64, BenchError> {
        let read = |file, key| {
            let text = fs::read_to_string(format!("/proc/{}/{file}", self.0))?;
            kilobytes(&text, key).ok_or_else(unreadable)
        };
        let bytes = read("smaps_rollup", "Rss:").or_else(|_| read("status", "VmRSS:"));
        bytes.map_err(|source| self.error(source))
    }

    fn error(self, source: io::Error) -> BenchError {
        BenchError::Process {
            pid: self.0,
            source,
        }
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
        let own = Process::open(std::process::id()).unwrap();
        assert!(own.resident_bytes().unwrap() > 0);
        own.cpu_ns().unwrap();
    }

    #[test]
    fn no_process_is_an_error() {
        // Above the largest number that Linux gives.
        let error = Process::open(u32::MAX).unwrap_err();
        assert!(error.to_string().contains("4294967295"), "{error}");
    }
}
