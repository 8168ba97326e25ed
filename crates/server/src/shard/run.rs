//! A shard on a thread: an epoll of its own, through mio, and a loop around it.
//!
//! There is no task and no timer for each connection, as an async runtime would have: an idle
//! connection costs only its [`Session`](crate::session::Session). Sockets are edge-triggered. The
//! loop takes in everything that is ready before it writes anything, because what goes out together
//! costs one system call.

use std::io;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::{Duration, Instant};

use chinwag_core::Monotonic;
use mio::event::Event;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::inbox::{Inbox, WAKE_TOKEN};
use super::{Shard, ToShard};
use crate::clock::Steady;
use crate::conn_limiter::Permit;
use crate::hub::thread::ToHub;
use crate::limits::{SHARD_QUEUE_MAX, STOP_TIME};
use crate::session::{Opening, Peer};
use crate::transport::{AnyStream, Ready, Tcp, Transport};

/// The most sockets to look at before looking at messages.
const EVENTS_MAX: usize = 1024;

/// A shard, and what ties it to the world.
#[derive(Debug)]
pub(crate) struct Loop {
    shard: Shard,
    poll: Poll,
    inbox: Inbox,
    /// Whether messages were left there at the last look.
    has_mail: bool,
    hub: SyncSender<ToHub>,
    clock: Steady,
    written: Written,
    /// When it ends, whatever sockets still hold.
    stop_at: Option<Monotonic>,
}

/// When a shard last wrote to its sessions, and how long that took.
#[derive(Clone, Copy, Debug)]
struct Written {
    at: Instant,
    took: Duration,
    /// Whether there was more to write than fits into a time slice.
    is_unfinished: bool,
}

/// How long a shard writes before it looks at its sockets and messages again.
const WRITE_SLICE: Duration = Duration::from_micros(500);

/// Nobody notices less than a millisecond.
const GATHER_TIME_MAX: Duration = Duration::from_micros(800);

// A line that comes while a crowd is written to waits for the end of a slice to be read, and for
// those of two more while the hub gathers: less than two milliseconds.
const _: () = assert!(
    GATHER_TIME_MAX.as_micros() < 2 * WRITE_SLICE.as_micros()
        && 3 * WRITE_SLICE.as_micros() < 2_000
);

impl Written {
    /// How long the next lines should wait for others, so that they are written together: each
    /// write costs as much as thirty lines copied. Nothing waits for a shard that spends less than
    /// half of its time writing; at one that spends more, lines wait anyway.
    fn gather_time(self, now: Instant) -> Duration {
        if now - self.at > self.took {
            return Duration::ZERO;
        }
        (self.took / 4).min(GATHER_TIME_MAX)
    }
}

impl Loop {
    /// `poll` has the waker of `inbox` already.
    pub(crate) fn new(
        shard: Shard,
        poll: Poll,
        inbox: Inbox,
        hub: SyncSender<ToHub>,
        clock: Steady,
    ) -> Self {
        Self {
            shard,
            poll,
            inbox,
            has_mail: false,
            hub,
            clock,
            written: Written {
                at: Instant::now(),
                took: Duration::ZERO,
                is_unfinished: false,
            },
            stop_at: None,
        }
    }

    /// Serves until the shard is stopped and all its sessions are over, or [`STOP_TIME`] has
    /// passed.
    ///
    /// # Errors
    /// If the system refuses to wait for sockets.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS_MAX);
        while !self.is_over() {
            self.wait(&mut events)?;
            let now = self.clock.now();
            for event in &events {
                match event.token() {
                    WAKE_TOKEN => {}
                    Token(slot) => self.shard.handle_ready(slot, readiness(event)),
                }
            }
            self.shard.handle_input(now);
            self.send_requests();
            self.take_messages(now);
            self.write();
            self.shard.handle_timeouts(now);
            self.send_requests();
        }
        self.shard.give_up();
        if let Some(requests) = self.shard.poll_requests() {
            let gather = Duration::ZERO;
            // The hub takes everything until all shards have ended.
            let _ = self.hub.send(ToHub::Batch { requests, gather });
        }
        Ok(())
    }

    /// Waits until a socket is ready, a message comes, or something is due.
    fn wait(&mut self, events: &mut Events) -> io::Result<()> {
        let has_work = self.has_mail || self.shard.has_input() || self.shard.wants_write();
        let due = match has_work {
            true => Some(Monotonic::default()),
            false => self.shard.deadline(),
        };
        let due = [due, self.stop_at].into_iter().flatten().min();
        let wait = due.map(|due| due.since(self.clock.now()));
        match self.poll.poll(events, wait) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            waited => waited,
        }
    }

    /// Takes the waiting messages.
    fn take_messages(&mut self, now: Monotonic) {
        self.inbox.clear();
        self.has_mail = false;
        // No more than fit into the queue at once, so that writing gets its turn.
        for _ in 0..SHARD_QUEUE_MAX {
            let Some(message) = self.inbox.next() else {
                return;
            };
            self.take(message, now);
        }
        self.has_mail = true;
    }

    fn take(&mut self, message: ToShard, now: Monotonic) {
        match message {
            ToShard::Accepted {
                stream,
                peer,
                permit,
                opening,
            } => self.admit(stream, peer, opening, permit, now),
            ToShard::Turn(turn) => self.shard.deliver(turn, now),
            ToShard::Job(reply) => self.shard.handle_job(reply),
            ToShard::Configure(config) => self.shard.configure(config),
            // The hub is told after the last request; see send_requests.
            ToShard::Drain => self.shard.drain(),
            ToShard::Stop => {
                self.shard.stop();
                self.stop_at = Some(now + STOP_TIME);
            }
        }
    }

    /// Writes for a slice of time at most.
    fn write(&mut self) {
        if !self.shard.wants_write() {
            return;
        }
        let start = Instant::now();
        self.shard.write(|| start.elapsed() >= WRITE_SLICE);
        let at = Instant::now();
        let slice = at - start;
        // Slices of one burst count as one.
        let took = match self.written.is_unfinished {
            true => self.written.took + slice,
            false => slice,
        };
        let is_unfinished = self.shard.wants_write();
        self.written = Written {
            at,
            took,
            is_unfinished,
        };
    }

    fn admit(
        &mut self,
        mut stream: TcpStream,
        peer: Peer,
        opening: Opening,
        permit: Option<Permit>,
        now: Monotonic,
    ) {
        let token = Token(self.shard.next_slot());
        let both = Interest::READABLE | Interest::WRITABLE;
        match self.poll.registry().register(&mut stream, token, both) {
            Ok(()) => {
                let transport = Transport::new(AnyStream::Tcp(Tcp::new(stream)));
                self.shard.admit(transport, peer, opening, permit, now);
            }
            Err(error) => {
                let address = peer.address();
                tracing::warn!("cannot serve a connection from {address}: {error}");
            }
        }
    }

    /// Gives the hub the sessions' requests and, when nothing more will come, says so. Requests for
    /// which the hub has no space are tried again when its next turn comes, as it must. Never
    /// waits: the hub may be waiting for this shard.
    fn send_requests(&mut self) {
        if let Some(requests) = self.shard.poll_requests() {
            let gather = self.written.gather_time(Instant::now());
            let batch = ToHub::Batch { requests, gather };
            if let Err(TrySendError::Full(ToHub::Batch { requests, .. })) = self.hub.try_send(batch)
            {
                self.shard.put_back(requests);
                return;
            }
        }
        if self.shard.poll_drained() && self.hub.try_send(ToHub::Drained).is_err() {
            // Tried again at the next turn.
            self.shard.drain();
        }
    }

    fn is_over(&self) -> bool {
        self.stop_at.is_some_and(|at| at <= self.clock.now()) || self.shard.is_over()
    }
}

/// What an event says of its socket. Any error of a socket shows when it is read.
fn readiness(event: &Event) -> Ready {
    let is_closed = event.is_read_closed() || event.is_error();
    Ready {
        readable: event.is_readable() || is_closed,
        closed: is_closed,
        dead: event.is_error() || event.is_write_closed(),
        writable: event.is_writable() || event.is_error(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_gather_only_where_a_shard_writes_most_of_its_time() {
        let at = Instant::now();
        let took = Duration::from_micros(600);
        let written = Written {
            at,
            took,
            is_unfinished: false,
        };
        let after = |micros| written.gather_time(at + Duration::from_micros(micros));
        assert_eq!(after(0), took / 4);
        assert_eq!(after(600), took / 4);
        assert_eq!(after(601), Duration::ZERO);
    }

    #[test]
    fn nothing_gathers_longer_than_its_limit() {
        let at = Instant::now();
        let written = Written {
            at,
            took: Duration::from_secs(1),
            is_unfinished: false,
        };
        assert_eq!(written.gather_time(at), GATHER_TIME_MAX);
    }
}
