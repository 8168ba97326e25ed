//! The way of log lines to standard error: a bounded buffer, and a thread that writes.
//!
//! Standard error may be a pipe that nobody reads, such as that of a hanging journal. A line for
//! which the buffer has no space is dropped and counted, and the count is logged as soon as lines
//! are written again; nobody who logs ever waits. `tracing-appender` does nearly that, but neither
//! reports the count nor ends well: with a full queue it prints to standard output, and panics if
//! that is closed.
//!
//! Waking a thread costs more than a line does. So the thread writes a single line at once, then
//! rests for a moment, and then writes everything that has come meanwhile together.

use std::io::{self, Write};
use std::mem;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// The name of the thread that writes.
pub(crate) const THREAD: &str = "log";

/// Bytes that may wait: some 4,000 lines, and the whole start of a busy server.
const BYTES_MAX: usize = 1 << 20;

/// How long the thread rests after a write. A process that is killed may lose what it has logged
/// within this time.
const REST_TIME: Duration = Duration::from_millis(10);

/// How long somebody waits, at the end or in a panic, until what was logged is written.
const FLUSH_TIME: Duration = Duration::from_secs(1);

/// What the thread has still to do.
#[derive(Default)]
struct Pending {
    lines: Vec<u8>,
    /// Lines that had no room, since the start.
    dropped: u64,
    /// Notified when everything before is written.
    flushes: Vec<SyncSender<()>>,
    /// The thread waits for the next line, not for the end of its rest.
    is_idle: bool,
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.flushes.is_empty()
    }
}

#[derive(Default)]
struct Queue {
    pending: Mutex<Pending>,
    wake: Condvar,
}

impl Queue {
    /// Held only while a line is copied, never during a write.
    fn pending(&self) -> MutexGuard<'_, Pending> {
        // No code that holds it can panic halfway through a change.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for something to do, and takes it.
    fn take(&self) -> Pending {
        let mut pending = self.pending();
        pending.is_idle = true;
        let waited = self.wake.wait_while(pending, |pending| pending.is_empty());
        let mut pending = waited.unwrap_or_else(PoisonError::into_inner);
        let taken = mem::take(&mut *pending);
        pending.dropped = taken.dropped;
        taken
    }

    /// Lets lines gather, unless somebody waits for them.
    fn rest(&self) {
        let no_flush = |pending: &mut Pending| pending.flushes.is_empty();
        drop(
            self.wake
                .wait_timeout_while(self.pending(), REST_TIME, no_flush),
        );
    }
}

/// The sending end. One write is one line.
#[derive(Clone)]
pub(crate) struct LogQueue(Arc<Queue>);

impl LogQueue {
    /// Starts the thread that writes to `out`. `tell` logs how many lines were dropped so far.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub(crate) fn start(out: impl Write + Send + 'static, tell: fn(u64)) -> io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let thread = thread::Builder::new().name(THREAD.into());
        let taken = queue.clone();
        thread.spawn(move || {
            let _end = EndOnPanic;
            chinwag_server::panic_if_asked(THREAD);
            write_all(out, &taken, tell);
        })?;
        Ok(Self(queue))
    }

    /// Waits until everything logged so far is written, but not longer than a second.
    pub(crate) fn flush(&self) {
        let (done, flushed) = sync_channel(1);
        self.0.pending().flushes.push(done);
        self.0.wake.notify_one();
        let _ = flushed.recv_timeout(FLUSH_TIME);
    }
}

/// Ends the process when a panic of the log's thread drops it. The server's own threads are
/// supervised by the server.
struct EndOnPanic;

#[expect(
    clippy::disallowed_methods,
    reason = "the main thread waits for the server, which does not know this thread"
)]
impl Drop for EndOnPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            let words = format!("chinwag: the thread {THREAD} panicked: the server cannot go on\n");
            let _ = io::stderr().write_all(words.as_bytes());
            std::process::exit(1);
        }
    }
}

fn write_all(mut out: impl Write, queue: &Queue, tell: fn(u64)) {
    let mut told = 0;
    loop {
        let taken = queue.take();
        // If standard error is closed, there is nobody to tell.
        let _ = out.write_all(&taken.lines);
        for done in taken.flushes {
            let _ = done.try_send(());
        }
        if taken.dropped > told {
            told = taken.dropped;
            // It goes through the buffer, and so follows the lines that came before the gap. If it
            // finds no space it is itself dropped and counted, and the next look reports it.
            tell(told);
        }
        queue.rest();
    }
}

impl Write for LogQueue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut pending = self.0.pending();
        if pending.lines.len() + line.len() > BYTES_MAX {
            pending.dropped += 1;
        } else {
            pending.lines.extend_from_slice(line);
        }
        if mem::take(&mut pending.is_idle) {
            drop(pending);
            self.0.wake.notify_one();
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
    use std::sync::OnceLock;
    use std::sync::mpsc::Receiver;

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

    /// Waits until the thread has taken what was logged, and hangs in a write of it.
    fn wait_until_taken(queue: &LogQueue) {
        while !queue.0.pending().is_empty() {
            thread::yield_now();
        }
    }

    #[test]
    fn what_has_no_room_is_dropped_counted_and_told() {
        const LINE: [u8; 1024] = [b'x'; 1024];
        const TOO_MANY: u64 = 10;
        let (permit, permits) = sync_channel(0);
        let (written, lines) = sync_channel(16);
        let queue = LogQueue::start(Gate { permits, written }, tell).unwrap();
        let mut queue = QUEUE.get_or_init(|| queue).clone();
        queue.write_all(b"first").unwrap();
        permit.send(()).unwrap();
        assert_eq!(lines.recv().unwrap(), b"first");
        queue.write_all(b"second").unwrap();
        wait_until_taken(&queue);
        for _ in 0..BYTES_MAX / LINE.len() {
            queue.write_all(&LINE).unwrap();
        }
        assert_eq!(queue.0.pending().dropped, 0);
        for _ in 0..TOO_MANY {
            queue.write_all(&LINE).unwrap();
        }
        assert_eq!(queue.0.pending().dropped, TOO_MANY);
        drop(permit);
        assert_eq!(lines.recv().unwrap(), b"second");
        assert_eq!(lines.recv().unwrap().len(), BYTES_MAX);
        assert_eq!(lines.recv().unwrap(), b"told");
        assert_eq!(*TOLD.lock().unwrap(), TOO_MANY);
    }

    #[test]
    fn lines_that_come_during_a_write_are_written_together() {
        let (permit, permits) = sync_channel(0);
        let (written, lines) = sync_channel(16);
        let mut queue = LogQueue::start(Gate { permits, written }, |_| {}).unwrap();
        queue.write_all(b"first").unwrap();
        wait_until_taken(&queue);
        queue.write_all(b"second").unwrap();
        queue.write_all(b"third").unwrap();
        drop(permit);
        assert_eq!(lines.recv().unwrap(), b"first");
        assert_eq!(lines.recv().unwrap(), b"secondthird");
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
