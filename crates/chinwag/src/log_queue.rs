//! The way of log lines to standard error: a bounded queue, and a thread that writes.
//!
//! Standard error may be a pipe that nobody reads, such as that of a journal that hangs. A line that
//! has no room in the queue is dropped and counted, and the count is told as soon as lines are
//! written again; nobody who logs ever waits. `tracing-appender` does nearly that, but neither tells
//! the count nor ends well: with a full queue it prints to standard output, and panics where that is
//! closed.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// Lines that may wait: at 200 bytes each less than a megabyte, and the whole start of a busy server.
const LINES_MAX: usize = 4_096;

/// How long somebody waits, at the end or in a panic, for what was logged to be written.
const FLUSH_TIME: Duration = Duration::from_secs(1);

/// What is on the way to the thread.
enum Entry {
    Line(Vec<u8>),
    /// Everything before it is written when this is dropped or sent to.
    Flush(SyncSender<()>),
}

/// The end that takes lines. One write is one line.
#[derive(Clone)]
pub(crate) struct LogQueue {
    entries: SyncSender<Entry>,
    dropped: Arc<AtomicU64>,
}

impl LogQueue {
    /// Starts the thread that writes to `out`. `tell` logs how many lines were dropped so far.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(crate) fn start(out: impl Write + Send + 'static, tell: fn(u64)) -> io::Result<Self> {
        let (entries, queue) = sync_channel(LINES_MAX);
        let dropped = Arc::new(AtomicU64::new(0));
        let count = dropped.clone();
        let thread = thread::Builder::new().name("log".into());
        thread.spawn(move || write_all(out, &queue, &count, tell))?;
        Ok(Self { entries, dropped })
    }

    /// Waits until what was logged so far is written, but not longer than a second.
    pub(crate) fn flush(&self) {
        let (done, flushed) = sync_channel(1);
        let entries = self.entries.clone();
        // A full queue takes nothing at once, and a thread that hangs in a write never will.
        let wait = thread::Builder::new().spawn(move || entries.send(Entry::Flush(done)));
        if wait.is_ok() {
            let _ = flushed.recv_timeout(FLUSH_TIME);
        }
    }
}

fn write_all(mut out: impl Write, queue: &Receiver<Entry>, dropped: &AtomicU64, tell: fn(u64)) {
    let mut told = 0;
    for entry in queue {
        match entry {
            // If standard error is closed, there is nobody to tell.
            Entry::Line(line) => drop(out.write_all(&line)),
            Entry::Flush(done) => drop(done.try_send(())),
        }
        let lines = dropped.load(Ordering::Relaxed);
        if lines > told {
            told = lines;
            // It goes through the queue, and so stands behind the lines that came before the gap. If
            // it finds no room there it is itself dropped and counted, and the next look tells.
            tell(lines);
        }
    }
}

impl Write for LogQueue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.entries.try_send(Entry::Line(line.to_vec())).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogQueue {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Mutex, OnceLock};

    /// A writer that takes a line whenever it is let.
    struct Gate {
        permits: Receiver<()>,
        written: SyncSender<Vec<u8>>,
    }

    impl Write for Gate {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            let _ = self.permits.recv();
            let _ = self.written.send(line.to_vec());
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    static TOLD: Mutex<u64> = Mutex::new(0);
    static QUEUE: OnceLock<LogQueue> = OnceLock::new();

    fn tell(lines: u64) {
        *TOLD.lock().unwrap() = lines;
        let told = QUEUE.get().unwrap().clone().write_all(b"told");
        told.unwrap();
    }

    #[test]
    fn what_has_no_room_is_dropped_counted_and_told() {
        const TOO_MANY: usize = 10;
        let (permit, permits) = sync_channel(0);
        let (written, lines) = sync_channel(2 * LINES_MAX);
        let queue = LogQueue::start(Gate { permits, written }, tell).unwrap();
        let mut queue = QUEUE.get_or_init(|| queue).clone();
        // One line is in the writer's hands, and as many as there is room for wait.
        queue.write_all(b"first").unwrap();
        permit.send(()).unwrap();
        assert_eq!(lines.recv().unwrap(), b"first");
        queue.write_all(b"second").unwrap();
        for _ in 0..LINES_MAX + TOO_MANY {
            queue.write_all(b"more").unwrap();
        }
        // It may not have taken the second one yet.
        let dropped = queue.dropped.load(Ordering::Relaxed);
        assert!(
            (TOO_MANY as u64..=TOO_MANY as u64 + 1).contains(&dropped),
            "{dropped}"
        );
        drop(permit);
        let all_told = || *TOLD.lock().unwrap() == queue.dropped.load(Ordering::Relaxed);
        while lines.recv().unwrap() != b"told" || !all_told() {}
    }

    #[test]
    fn nobody_waits_for_long_for_what_hangs() {
        let (_permit, permits) = sync_channel(0);
        let (written, _lines) = sync_channel(1);
        let mut queue = LogQueue::start(Gate { permits, written }, |_| {}).unwrap();
        queue.write_all(b"never written").unwrap();
        queue.flush();
    }

    #[test]
    fn what_was_logged_is_written_when_it_is_flushed() {
        let (reader, writer) = io::pipe().unwrap();
        let mut queue = LogQueue::start(writer, |_| {}).unwrap();
        queue.write_all(b"first\n").unwrap();
        queue.write_all(b"second\n").unwrap();
        LogQueue::flush(&queue);
        let mut lines = io::BufRead::lines(io::BufReader::new(reader));
        assert_eq!(lines.next().unwrap().unwrap(), "first");
        assert_eq!(lines.next().unwrap().unwrap(), "second");
    }
}
