//! One connection: how far it has come, what it waits for, and what it has still to be written.
//!
//! While it is idle it owns no buffer: what is here, and the room for its memberships, is all that
//! one of ten thousand people costs this crate.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;

use chinwag_core::limits::{PRIVATE_LOG_BYTES_MAX, SESSION_REQUESTS_MAX};
use chinwag_core::{
    Bucket, Caller, ConnId, Duration, Monotonic, Name, PersonId, Prefs, QuitReason, RoomId, Seq,
};
use chinwag_wire::input::Decoder;

use super::ask::Pending;
use crate::conn_limiter::Permit;
use crate::socket::Socket;

/// How far a connection has come.
#[derive(Debug)]
pub(super) enum Stage {
    /// It may speak another protocol: until then it is listened to without a word.
    Sniffing {
        /// The end of the wait.
        until: Monotonic,
    },
    /// It is to choose a name.
    Entry {
        /// Names that it has tried in vain.
        tries: u8,
        /// Bytes that it has used up for that.
        bytes: usize,
        /// When it must have one.
        until: Monotonic,
    },
    /// It is a person's.
    Here,
    /// It is closed as soon as everything is written.
    Leaving,
    /// It has been sent everything, the end included; what the peer still sends is thrown away,
    /// since closing at once would reset the connection and lose what is on the way to it.
    Lingering {
        /// How long the peer is given to close its side.
        until: Monotonic,
    },
    /// It is to be dropped.
    Over,
}

/// A room that a session is in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) room: RoomId,
    /// Whether it talks there.
    pub(super) current: bool,
    /// The first entry of the room's log that it was not written.
    pub(super) cursor: u64,
    /// How many of the entries from there on it has typed itself.
    pub(super) own: u32,
}

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Session {
    pub(super) conn: ConnId,
    pub(super) address: IpAddr,
    pub(super) socket: Box<dyn Socket>,
    /// Dropped with the session: then its address has one connection less.
    _admission: Option<Permit>,
    pub(super) stage: Stage,
    pub(super) decoder: Decoder,
    /// What was read and cannot be looked at before the answer is there.
    pub(super) held: Vec<u8>,
    pub(super) input_ended: bool,
    /// Whether a request is under way whose answer has to be seen before the next line counts.
    pub(super) waits: bool,
    /// What is to be done with that answer.
    pub(super) pending: Option<Box<Pending>>,
    /// Lines of talk that are under way to the hub.
    pub(super) under_way: u32,
    /// Why it ends, if it is to end as soon as the answer is there.
    pub(super) ending: Option<QuitReason>,
    pub(super) bucket: Bucket,
    /// Lines that were refused for being too fast since one was last taken. The first is told at
    /// once, the others as a number.
    pub(super) refused: u64,
    pub(super) person: Option<PersonId>,
    pub(super) name: Option<Name>,
    pub(super) operator: bool,
    pub(super) lines_sent: u64,
    pub(super) prefs: Prefs,
    pub(super) ignores: Vec<Name>,
    /// Whether the peer's screen needs CR LF.
    pub(super) crlf: bool,
    pub(super) style: u16,
    pub(super) members: Vec<Member>,
    /// Lines for it alone, each behind the events up to a place in the order.
    pub(super) private: VecDeque<(Seq, Box<[u8]>)>,
    private_bytes: usize,
    /// Lines that it was too slow for.
    pub(super) skipped: u64,
    /// The rest of what a system call did not take.
    pub(super) tail: Vec<u8>,
    /// The newest event that it was written.
    pub(super) seen: Seq,
    /// Whether its socket may have something to read.
    pub(super) is_readable: bool,
    /// Whether the peer sends nothing more, so that there is something to read up to the end.
    pub(super) is_closed: bool,
    /// Whether its socket was full when it was last tried.
    pub(super) is_blocked: bool,
    /// Since when the socket takes nothing.
    pub(super) stalled_since: Option<Monotonic>,
    /// Whether the hub was asked to let its person go, and has not answered yet.
    pub(super) departing: bool,
    /// Whether its socket is of no use any more.
    pub(super) is_dead: bool,
    /// The time under which it stands in the shard's list of deadlines.
    pub(super) watched: Option<Monotonic>,
    /// Whether it stands in the shard's list of those to be written to.
    pub(super) is_awake: bool,
    /// Whether it stands in the shard's list of those to be looked after.
    pub(super) is_listed: bool,
}

impl Session {
    pub(super) fn new(
        conn: ConnId,
        address: IpAddr,
        socket: Box<dyn Socket>,
        permit: Option<Permit>,
        now: Monotonic,
    ) -> Self {
        Self {
            conn,
            address,
            socket,
            _admission: permit,
            stage: Stage::Over,
            decoder: Decoder::default(),
            held: Vec::new(),
            input_ended: false,
            waits: false,
            pending: None,
            under_way: 0,
            ending: None,
            bucket: Bucket::full(now),
            refused: 0,
            person: None,
            name: None,
            operator: false,
            lines_sent: 0,
            prefs: Prefs::default(),
            ignores: Vec::new(),
            crlf: false,
            style: 0,
            members: Vec::new(),
            private: VecDeque::new(),
            private_bytes: 0,
            skipped: 0,
            tail: Vec::new(),
            seen: Seq::default(),
            is_readable: false,
            is_closed: false,
            is_blocked: false,
            stalled_since: None,
            departing: false,
            is_dead: false,
            watched: None,
            is_awake: false,
            is_listed: false,
        }
    }

    /// As whom it asks the hub.
    pub(super) fn caller(&self) -> Caller {
        let (conn, address) = (self.conn, self.address);
        match self.person {
            None => Caller::Anonymous { conn, address },
            Some(person) => Caller::Person {
                person,
                conn,
                address,
            },
        }
    }

    /// Whether the next line has to wait.
    pub(super) fn must_wait(&self) -> bool {
        let listens = matches!(self.stage, Stage::Entry { .. } | Stage::Here);
        self.waits || self.under_way >= SESSION_REQUESTS_MAX || !listens
    }

    /// Whether it is worth reading its socket.
    pub(super) fn wants_input(&self) -> bool {
        match self.stage {
            Stage::Sniffing { .. } | Stage::Lingering { .. } => !self.input_ended,
            Stage::Entry { .. } | Stage::Here => {
                !self.input_ended && self.held.is_empty() && !self.must_wait()
            }
            Stage::Leaving | Stage::Over => false,
        }
    }

    /// Adds a line, or several, for it alone.
    pub(super) fn push(&mut self, after: Seq, lines: &[u8]) {
        if lines.is_empty() || self.is_dead {
            return;
        }
        while self.private_bytes + lines.len() > PRIVATE_LOG_BYTES_MAX
            && let Some((_, oldest)) = self.private.pop_front()
        {
            self.private_bytes -= oldest.len();
            self.skipped += memchr::memchr_iter(b'\n', &oldest).count() as u64;
        }
        self.private_bytes += lines.len();
        self.private.push_back((after, lines.into()));
    }

    /// The oldest line for it alone.
    pub(super) fn pop_private(&mut self) -> Option<(Seq, Box<[u8]>)> {
        let line = self.private.pop_front()?;
        self.private_bytes -= line.1.len();
        if self.private.is_empty() {
            // An idle session keeps no buffer.
            self.private = VecDeque::new();
        }
        Some(line)
    }

    /// Whether it sees all lines of its rooms as they are, but for its own.
    pub(super) fn sees_all(&self) -> bool {
        self.ignores.is_empty() && !self.prefs.bell
    }

    /// When something has to be done about it though nothing happens.
    pub(super) fn due(&self, stall_time: Duration) -> Option<Monotonic> {
        if self.is_dead {
            return None;
        }
        let stage = match self.stage {
            Stage::Sniffing { until } | Stage::Entry { until, .. } | Stage::Lingering { until } => {
                Some(until)
            }
            _ => None,
        };
        let stall = self.stalled_since.map(|since| since + stall_time);
        [stage, stall].into_iter().flatten().min()
    }

    /// Writes as much as the socket takes. Takes note of a socket that is full, or of no use.
    pub(super) fn write(&mut self, bytes: &[u8], now: Monotonic) -> usize {
        let mut done = 0;
        while done < bytes.len() && !self.is_dead {
            match self.socket.try_write(&bytes[done..]) {
                Ok(n) => {
                    done += n;
                    self.stalled_since = None;
                }
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                    self.is_blocked = true;
                    self.stalled_since = self.stalled_since.or(Some(now));
                    break;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.is_dead = true;
                    self.ending = Some(departure_of(&e));
                }
            }
        }
        done
    }

    /// Whether there is nothing left to be written to it alone.
    pub(super) fn is_written(&self) -> bool {
        self.is_dead || (self.tail.is_empty() && self.private.is_empty())
    }
}

/// What others are told of a connection that failed in this way.
pub(super) fn departure_of(error: &io::Error) -> QuitReason {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::HostUnreachable => QuitReason::TimedOut,
        _ => QuitReason::Lost,
    }
}
