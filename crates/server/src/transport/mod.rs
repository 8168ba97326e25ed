//! Bytes in and out of one connection: readiness, a peer that takes nothing, and the last wait for
//! a peer that was sent everything. It must not know what the bytes mean.
//!
//! Readiness comes from outside, through [`handle_ready`](Transport::handle_ready): from the
//! shard's epoll for a socket, from a message for a stream that another thread feeds. It is
//! edge-triggered: what is ready stays so until the stream says that it would block.

mod stream;
mod tls;

use std::io;

use chinwag_core::{Duration, Monotonic, QuitReason};

use crate::log_files::Filed;
use crate::tls::Tls;
pub(crate) use stream::{AnyStream, Stream, Tcp};
pub(crate) use tls::Secured;
use tls::TlsStream;
pub use tls::{MemoryServer, MemoryTls};

/// What a stream is ready for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ready {
    /// There is something to read, or the stream has ended.
    pub(crate) readable: bool,
    /// The peer sends nothing more: what is left is read up to the end.
    pub(crate) closed: bool,
    /// Nobody is at the other end any more: writing reaches nobody.
    pub(crate) dead: bool,
    /// It accepts bytes again.
    pub(crate) writable: bool,
}

/// What a [`read`](Transport::read) has found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// This many bytes.
    Bytes(usize),
    /// The peer sends nothing more.
    End,
    /// Nothing for now, or never again.
    Nothing,
}

/// What is left to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    /// Nothing for now.
    Empty,
    /// There may be something.
    Readable,
    /// The end was read.
    Ended,
    /// Nothing can be read any more.
    Lost,
}

/// When the peer has closed its side: it sends nothing more, so what is left is read up to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closing {
    /// Before the link failed.
    First,
    /// With the failure or after it.
    Failed,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Transport {
    stream: AnyStream,
    input: Input,
    closing: Option<Closing>,
    /// Nobody is at the other end any more.
    is_dead: bool,
    /// The stream was full at the last attempt.
    is_blocked: bool,
    /// Since when. An option of it would make every session longer.
    blocked_since: Monotonic,
    /// Why it cannot be used any more.
    failure: Option<Box<QuitReason>>,
}

impl Transport {
    pub(crate) fn new(stream: AnyStream) -> Self {
        Self {
            stream,
            input: Input::Empty,
            closing: None,
            is_dead: false,
            is_blocked: false,
            blocked_since: Monotonic::default(),
            failure: None,
        }
    }

    /// Speaks TLS from now on; `first` was read already.
    pub(crate) fn secure(&mut self, first: Vec<u8>, tls: &Tls) {
        let nowhere = AnyStream::Other(Box::new(Nowhere));
        let below = std::mem::replace(&mut self.stream, nowhere);
        self.stream = AnyStream::Other(Box::new(TlsStream::new(below, first, tls)));
        self.input = Input::Readable;
    }

    /// What is known of the peer, if it is encrypted and the handshake is done.
    pub(crate) fn secured(&self) -> Option<&Secured> {
        self.stream.secured()
    }

    /// Notes what the stream is ready for. Returns whether it accepts bytes again after it was
    /// full.
    pub(crate) fn handle_ready(&mut self, ready: Ready, now: Monotonic) -> bool {
        if ready.readable && self.input == Input::Empty {
            self.input = Input::Readable;
        }
        self.is_dead |= ready.dead;
        if ready.closed {
            let closing = match self.is_dead || self.failure.is_some() {
                true => Closing::Failed,
                false => Closing::First,
            };
            self.closing.get_or_insert(closing);
        }
        // A stream that was not full reports this once, when it is opened.
        if !self.is_blocked || !ready.writable {
            return false;
        }
        self.is_blocked = false;
        if let Err(error) = self.stream.flush() {
            self.note_write_error(&error, now);
        }
        !self.is_blocked
    }

    /// Reads once.
    pub(crate) fn read(&mut self, buffer: &mut [u8], now: Monotonic) -> Read {
        let read = self.read_once(buffer);
        // Reading may produce an answer of the protocol's own, which the stream did not take.
        self.note_unflushed(now);
        read
    }

    fn read_once(&mut self, buffer: &mut [u8]) -> Read {
        match self.stream.try_read(buffer) {
            Ok(0) => self.end(),
            Ok(n) => {
                // The stream had no more than this, or else the buffer would be full.
                let has_more = n == buffer.len() || self.stream.has_more();
                if !has_more && self.closing.is_none() {
                    self.input = Input::Empty;
                }
                Read::Bytes(n)
            }
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                self.input = Input::Empty;
                Read::Nothing
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => Read::Nothing,
            Err(_) if self.closing == Some(Closing::First) => self.end(),
            Err(e) => {
                self.fail(reason_of(&e));
                Read::Nothing
            }
        }
    }

    /// Notes that nothing more can be read. Behind a failed write that is the end of the input only if the peer is
    /// known to have sent one before; in TLS there is no other (close_notify).
    fn end(&mut self) -> Read {
        let has_closed = self.closing == Some(Closing::First) || self.secured().is_some();
        if self.failure.is_some() && !has_closed {
            self.input = Input::Lost;
            return Read::Nothing;
        }
        self.input = Input::Ended;
        Read::End
    }

    /// Writes as much as the stream takes; less than everything means that it is full or unusable.
    pub(crate) fn write(&mut self, bytes: &[u8], now: Monotonic) -> usize {
        self.write_filed(bytes, None, now)
    }

    /// Whether bytes in a file cost less than others.
    pub(crate) fn sends_files(&self) -> bool {
        matches!(self.stream, AnyStream::Tcp(_))
    }

    /// Writes bytes that may be in a file as well.
    pub(crate) fn write_filed(
        &mut self,
        bytes: &[u8],
        filed: Option<Filed<'_>>,
        now: Monotonic,
    ) -> usize {
        let mut done = 0;
        while done < bytes.len() && self.takes_bytes() {
            let (rest, filed) = (&bytes[done..], filed.map(|filed| filed.behind(done)));
            let taken = match (&mut self.stream, filed) {
                (AnyStream::Tcp(tcp), Some(filed)) => tcp.try_write_filed(rest, filed),
                (stream, _) => stream.try_write(rest),
            };
            match taken {
                Ok(n) => {
                    done += n;
                    self.note_unflushed(now);
                }
                Err(e) => self.note_write_error(&e, now),
            }
        }
        debug_assert!(
            self.is_flushed() || !self.takes_bytes(),
            "what waits in the stream counts as blocked, or nobody would write it"
        );
        done
    }

    fn note_write_error(&mut self, error: &io::Error, now: Monotonic) {
        match error.kind() {
            io::ErrorKind::WouldBlock => self.note_blocked(now),
            io::ErrorKind::Interrupted => {}
            // What has come before may still be read.
            _ => self.note_failure(reason_of(error)),
        }
    }

    fn note_unflushed(&mut self, now: Monotonic) {
        if !self.stream.is_flushed() {
            self.note_blocked(now);
        }
    }

    fn note_blocked(&mut self, now: Monotonic) {
        if !std::mem::replace(&mut self.is_blocked, true) {
            self.blocked_since = now;
        }
    }

    /// Whether the system has everything that was written.
    pub(crate) fn is_flushed(&self) -> bool {
        self.stream.is_flushed()
    }

    /// Tells the peer that nothing more comes.
    pub(crate) fn shut_down_write(&mut self) {
        self.stream.shut_down_write();
    }

    /// Whether the peer has sent at least so many bytes more; see [`Stream::unread`].
    pub(crate) fn has_unread(&self, bytes: usize) -> bool {
        self.stream.unread(&mut vec![0; bytes]) == bytes
    }

    /// How many of the last bytes that it took the peer has not acknowledged; see
    /// [`Stream::unacknowledged`].
    pub(crate) fn unacknowledged(&self) -> u64 {
        self.stream.unacknowledged().unwrap_or(u64::MAX)
    }

    /// The same, for calling now and then on a lasting connection. If the result is 0, it drops
    /// what it kept for counting.
    pub(crate) fn forget_acknowledged(&mut self) -> u64 {
        let left = self.unacknowledged();
        if left == 0 {
            self.stream.forget_acknowledged();
        }
        left
    }

    /// Treats the connection as lost.
    pub(crate) fn fail(&mut self, why: QuitReason) {
        if self.input != Input::Ended {
            self.input = Input::Lost;
        }
        self.note_failure(why);
    }

    fn note_failure(&mut self, why: QuitReason) {
        self.failure.get_or_insert_with(|| Box::new(why));
    }

    /// Why it cannot be used any more, if that is so.
    pub(crate) fn failure(&self) -> Option<&QuitReason> {
        self.failure.as_deref()
    }

    /// Whether a read is worth a try.
    pub(crate) fn is_readable(&self) -> bool {
        self.input == Input::Readable
    }

    /// Whether nobody is at the other end any more, though there may be unread input.
    pub(crate) fn is_dead(&self) -> bool {
        self.is_dead
    }

    /// Whether the peer has sent everything.
    pub(crate) fn has_ended(&self) -> bool {
        self.input == Input::Ended
    }

    /// Whether a write is worth a try.
    pub(crate) fn takes_bytes(&self) -> bool {
        !self.is_blocked && self.failure.is_none()
    }

    /// The time at which a stream that takes nothing has done so for `stall_time`.
    pub(crate) fn stall_deadline(&self, stall_time: Duration) -> Option<Monotonic> {
        let is_stalled = self.is_blocked && self.failure.is_none();
        is_stalled.then(|| self.blocked_since + stall_time)
    }
}

/// Stands in for a stream that is being wrapped in another.
#[derive(Debug)]
struct Nowhere;

impl Stream for Nowhere {
    fn try_read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }

    fn try_write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::NotConnected.into())
    }

    fn shut_down_write(&mut self) {}
}

/// What others are told of a connection that failed in this way.
fn reason_of(error: &io::Error) -> QuitReason {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::HostUnreachable => QuitReason::TimedOut,
        _ => QuitReason::Lost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that does what it is told.
    #[derive(Debug, Default)]
    struct Script {
        reads: Vec<io::Result<usize>>,
        writes: Vec<io::Result<usize>>,
    }

    fn next(results: &mut Vec<io::Result<usize>>) -> io::Result<usize> {
        match results.is_empty() {
            true => Err(io::ErrorKind::WouldBlock.into()),
            false => results.remove(0),
        }
    }

    impl Stream for Script {
        fn try_read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            next(&mut self.reads).map(|n| n.min(buffer.len()))
        }

        fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            next(&mut self.writes).map(|n| n.min(bytes.len()))
        }

        fn shut_down_write(&mut self) {}
    }

    const READY: Ready = Ready {
        readable: true,
        closed: false,
        dead: false,
        writable: true,
    };

    fn transport(reads: Vec<io::Result<usize>>, writes: Vec<io::Result<usize>>) -> Transport {
        let mut transport = Transport::new(AnyStream::Other(Box::new(Script { reads, writes })));
        transport.handle_ready(READY, Monotonic(0));
        transport
    }

    #[test]
    fn a_short_read_empties_the_stream_unless_the_peer_has_closed() {
        let mut open = transport(vec![Ok(3), Ok(3)], vec![]);
        assert_eq!(open.read(&mut [0; 8], Monotonic(0)), Read::Bytes(3));
        assert!(!open.is_readable());
        let closed = Ready {
            closed: true,
            ..READY
        };
        let mut closing = transport(vec![Ok(3), Ok(0)], vec![]);
        closing.handle_ready(closed, Monotonic(0));
        assert_eq!(closing.read(&mut [0; 8], Monotonic(0)), Read::Bytes(3));
        assert!(closing.is_readable());
        assert_eq!(closing.read(&mut [0; 8], Monotonic(0)), Read::End);
        assert!(!closing.is_readable() && closing.has_ended());
    }

    #[test]
    fn a_full_stream_is_not_tried_until_it_is_ready() {
        let full = || Err(io::ErrorKind::WouldBlock.into());
        let mut transport = transport(vec![], vec![Ok(2), full(), Ok(9)]);
        let start = Monotonic(5);
        assert_eq!(transport.write(b"hello", start), 2);
        assert!(!transport.takes_bytes());
        assert_eq!(transport.write(b"llo", start), 0);
        let stall_time = Duration::from_secs(30);
        assert_eq!(
            transport.stall_deadline(stall_time),
            Some(start + stall_time)
        );
        assert!(transport.handle_ready(READY, Monotonic(0)));
        assert_eq!(transport.write(b"llo", start), 3);
        assert_eq!(transport.stall_deadline(stall_time), None);
    }

    #[test]
    fn an_error_is_the_end_and_says_which() {
        let lost = io::ErrorKind::ConnectionReset;
        let mut transport = transport(vec![Err(lost.into())], vec![]);
        assert_eq!(transport.read(&mut [0; 8], Monotonic(0)), Read::Nothing);
        assert_eq!(transport.failure(), Some(&QuitReason::Lost));
        assert!(!transport.is_readable() && !transport.takes_bytes());
    }
}
