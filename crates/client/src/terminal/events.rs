//! Everything that can happen to the terminal client, from its threads into one queue.
//!
//! It must not decide anything: a thread here waits for one source, and says what came. The queue
//! is bounded, so that a server that talks faster than the terminal shows is slowed down by TCP and
//! not kept in memory.

use std::io::{self, Read};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGTERM, SIGWINCH};
use signal_hook::iterator::{Handle, Signals};

/// How much is read at once, in bytes.
const CHUNK_BYTES: usize = 16 * 1024;
/// How many events wait: one mebibyte at most, all of which is shown in one go.
pub(crate) const EVENTS_MAX: usize = 64;

/// One thing that happened.
#[derive(Debug)]
pub(crate) enum Event {
    EchoedInput(Vec<u8>),
    /// The keyboard is gone.
    InputEnded,
    Heard(Vec<u8>),
    /// The server closed its half (`None`), or the connection broke.
    HungUp(Option<io::Error>),
    Resized,
    /// The process was stopped, and goes on.
    Continued,
    /// Somebody wants the process to end, by this signal.
    Terminated(i32),
}

/// The queue, and what stops the thread that listens for signals.
#[derive(Debug)]
pub(crate) struct Events {
    queue: Receiver<Event>,
    signals: Handle,
}

impl Events {
    /// Starts the threads that listen to standard input, the socket and the signals.
    ///
    /// The first of them cannot be ended: it blocks in its read as long as the process lives.
    ///
    /// # Errors
    ///
    /// When the signals cannot be had.
    pub(crate) fn listen(socket: TcpStream) -> io::Result<Self> {
        let signals = Signals::new([SIGWINCH, SIGCONT, SIGTERM, SIGHUP])?;
        let handle = signals.handle();
        let (sender, queue) = sync_channel(EVENTS_MAX);
        let (ears, eyes) = (sender.clone(), sender.clone());
        thread::spawn(move || {
            forward(io::stdin(), &sender, Event::EchoedInput, |_| {
                Event::InputEnded
            })
        });
        thread::spawn(move || forward(socket, &ears, Event::Heard, Event::HungUp));
        thread::spawn(move || forward_signals(signals, &eyes));
        Ok(Self {
            queue,
            signals: handle,
        })
    }

    /// Waits for the next event, and takes with it those that have come meanwhile.
    pub(crate) fn next_batch(&self) -> impl Iterator<Item = Event> {
        self.queue
            .recv()
            .into_iter()
            .chain(self.queue.try_iter())
            .take(EVENTS_MAX)
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.signals.close();
    }
}

/// Ends with the source, or when nobody takes the events any more.
fn forward(
    mut source: impl Read,
    events: &SyncSender<Event>,
    came: impl Fn(Vec<u8>) -> Event,
    ended: impl FnOnce(Option<io::Error>) -> Event,
) {
    let mut chunk = vec![0; CHUNK_BYTES];
    let end = loop {
        match source.read(&mut chunk) {
            Ok(0) => break None,
            Ok(read) => {
                if events.send(came(chunk[..read].to_vec())).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Some(error),
        }
    };
    // When nobody takes it any more, nobody needs it.
    let _ = events.send(ended(end));
}

fn forward_signals(mut signals: Signals, events: &SyncSender<Event>) {
    for signal in signals.forever() {
        let event = match signal {
            SIGWINCH => Event::Resized,
            SIGCONT => Event::Continued,
            _ => Event::Terminated(signal),
        };
        if events.send(event).is_err() {
            return;
        }
    }
}
