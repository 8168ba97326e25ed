//! Everything that can happen to the client, from its threads into one queue.
//!
//! It must not decide anything: a thread here waits for one source, and says what came. The queue
//! is bounded, so that a server that talks faster than the terminal shows is slowed down by TCP and
//! not kept in memory.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGWINCH};
use signal_hook::iterator::{Handle, Signals};

use crate::JoinError;
use crate::connection::Connection;
use crate::input::{Budget, InputOptions, Piece, read_all};
use crate::route::Route;

/// How much is read at once, in bytes.
const CHUNK_BYTES: usize = 16 * 1024;
/// How many events wait: one mebibyte at most, all of which is shown in one go.
const EVENTS_MAX: usize = 64;

/// One thing that happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// A line of the input.
    Piece(Piece),
    /// Bytes of the keyboard.
    Typed(Vec<u8>),
    /// The input has ended, or failed.
    InputEnded(Option<io::Error>),
    /// Bytes of the connection of this number.
    Heard(u64, Vec<u8>),
    /// The server closed its half of it (`None`), or it broke.
    HungUp(u64, Option<io::Error>),
    /// Nobody reads standard output any more.
    OutputClosed,
    /// The connection that was asked for.
    Dialled(Result<Connection, JoinError>),
    Resized,
    /// The process was stopped, and goes on.
    Continued,
    /// Somebody wants the process to end, by this signal.
    Terminated(i32),
}

/// The queue, and what stops the thread that listens for signals.
#[derive(Debug)]
pub(crate) struct Events {
    sender: SyncSender<Event>,
    queue: Receiver<Event>,
    signals: Option<Handle>,
}

impl Events {
    pub(crate) fn new() -> Self {
        let (sender, queue) = sync_channel(EVENTS_MAX);
        Self {
            sender,
            queue,
            signals: None,
        }
    }

    /// Listens to a connection.
    pub(crate) fn listen(&self, number: u64, connection: Connection) {
        let events = self.sender.clone();
        thread::spawn(move || {
            let came = |bytes| Event::Heard(number, bytes);
            forward(connection, &events, came, |error| {
                Event::HungUp(number, error)
            });
        });
    }

    /// Connects, elsewhere: a dead address takes ten seconds.
    pub(crate) fn dial(&self, route: &Route) {
        let (events, route) = (self.sender.clone(), route.clone());
        thread::spawn(move || {
            // When nobody takes it any more, nobody needs it.
            let _ = events.send(Event::Dialled(route.dial()));
        });
    }

    /// Reads lines; the thread may outlive everything else, blocked in its read.
    pub(crate) fn read_lines(
        &self,
        input: impl Read + Send + 'static,
        options: InputOptions,
        budget: Budget,
    ) {
        let events = self.sender.clone();
        thread::spawn(move || {
            let hand_on = |piece| events.send(Event::Piece(piece)).is_ok();
            let end = read_all(input, &options, &budget, hand_on).err();
            let _ = events.send(Event::InputEnded(end));
        });
    }

    /// Tells when nobody reads standard output any more, as behind `head -1`: who only reads would find it out with
    /// the next line, which may never come. The thread may outlive everything else, as long as somebody reads.
    pub(crate) fn watch_output(&self) {
        let events = self.sender.clone();
        thread::spawn(move || {
            let output = io::stdout();
            // Nothing is waited for but what is always told: an error, which a pipe has without a reader.
            let mut output = [PollFd::new(&output, PollFlags::empty())];
            loop {
                match poll(&mut output, None) {
                    Ok(_) => break,
                    Err(Errno::INTR) => {}
                    Err(_) => return,
                }
            }
            let _ = events.send(Event::OutputClosed);
        });
    }

    /// Reads the keyboard and waits for the signals that concern a terminal.
    ///
    /// # Errors
    ///
    /// When the signals cannot be had.
    pub(crate) fn watch_terminal(&mut self) -> io::Result<()> {
        let signals = Signals::new([SIGWINCH, SIGCONT, SIGTERM, SIGHUP, SIGINT, SIGQUIT])?;
        self.signals = Some(signals.handle());
        let (keys, eyes) = (self.sender.clone(), self.sender.clone());
        thread::spawn(move || forward(io::stdin(), &keys, Event::Typed, Event::InputEnded));
        thread::spawn(move || forward_signals(signals, &eyes));
        Ok(())
    }

    /// Waits for the next event, at most until then, and takes with it those that have come
    /// meanwhile.
    pub(crate) fn next_batch(&self, until: Option<Instant>) -> Vec<Event> {
        let first = match until {
            None => self.queue.recv().ok(),
            Some(until) => {
                let wait = until.saturating_duration_since(Instant::now());
                self.queue.recv_timeout(wait).ok()
            }
        };
        let more = self.queue.try_iter().take(EVENTS_MAX);
        first.into_iter().chain(more).collect()
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        if let Some(signals) = &self.signals {
            signals.close();
        }
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
