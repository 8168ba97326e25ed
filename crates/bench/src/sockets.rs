//! The connections of a run: one thread, one poll, one buffer that all of them are read into.
//!
//! It must not know what is said: listeners are given lines ([`Listens`]), and what is sent is
//! bytes. A connection is a number, from 0 upwards.
//!
//! Readiness is edge-triggered, so that a socket costs no system call while it is quiet, and every
//! read takes all that has gathered. The time is read once for each read: that is when its lines have
//! arrived.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use rustix::net::sockopt;
use rustix::process::{Resource, getrlimit, setrlimit};

use crate::BenchError;
use crate::clock::{Clock, Micros, micros};
use crate::lines;
use crate::plan::Plan;
use crate::stream::{Encryption, Stream};

/// What comes of the connections.
pub(crate) trait Listens {
    /// Something was read; its lines follow.
    fn read(&mut self, _from: usize, _now: Micros) {}

    /// A line, without its line feed.
    fn line(&mut self, from: usize, line: &[u8], now: Micros);

    /// The connection has ended: with an error, or because the server closed it.
    fn closed(&mut self, from: usize, why: Option<io::Error>, now: Micros);
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Sockets {
    pub(crate) clock: Clock,
    address: SocketAddr,
    encryption: Encryption,
    poll: Poll,
    events: Events,
    connections: Vec<Connection>,
    buffer: Vec<u8>,
    spins: bool,
    /// Reads that gave something.
    pub(crate) reads: u64,
}

#[derive(Debug, Default)]
struct Connection {
    /// `None` once it has ended.
    stream: Option<Stream>,
    /// What the socket has not taken yet.
    out: Vec<u8>,
    unfinished: Vec<u8>,
    is_stalled: bool,
}

/// One read at most. Larger than what gathers between two turns of a fast server.
const BUFFER_BYTES: usize = 256 * 1024;

const EVENTS_MAX: usize = 1024;

/// What a member that will stall takes in before its socket is full: little, or the kernel reads on
/// in its stead for seconds; but several of loopback's packets of 64 KiB, or its window would be too
/// small to be written to in time even while it reads.
const STALLED_RECEIVE_BYTES: usize = 192 * 1024;

/// Open files beside the connections: standard streams, the poll, `/proc`.
const OTHER_FILES: u64 = 16;

impl Sockets {
    /// Ready for so many connections at once. Whether it spins is the plan's: to wake a thread that
    /// sleeps is work for its writer, so a server is charged less by one that never does.
    pub(crate) fn new(plan: &Plan, connections: usize) -> Result<Self, BenchError> {
        raise_descriptor_limit(connections as u64)?;
        Ok(Self {
            clock: Clock::start(),
            address: plan.target.address,
            encryption: Encryption::new(plan.target.address, plan.client.tls)?,
            poll: Poll::new()?,
            events: Events::with_capacity(EVENTS_MAX),
            connections: Vec::with_capacity(connections),
            buffer: vec![0; BUFFER_BYTES],
            spins: plan.spins,
            reads: 0,
        })
    }

    /// Opens another connection and returns its number.
    pub(crate) fn connect(&mut self) -> io::Result<usize> {
        let number = self.connections.len();
        self.connections.push(Connection::default());
        self.reconnect(number)?;
        Ok(number)
    }

    /// Opens a connection in place of one that has ended. It waits for the handshake, which on
    /// loopback the kernel does at once.
    pub(crate) fn reconnect(&mut self, number: usize) -> io::Result<()> {
        let stream = std::net::TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        let (token, interest) = (Token(number), Interest::READABLE | Interest::WRITABLE);
        self.poll
            .registry()
            .register(&mut stream, token, interest)?;
        self.connections[number] = Connection {
            stream: Some(self.encryption.wrap(stream)?),
            ..Connection::default()
        };
        Ok(())
    }

    /// Has the connection keep next to nothing that is not read.
    pub(crate) fn keep_little(&self, number: usize) -> io::Result<()> {
        match &self.connections[number].stream {
            Some(stream) => Ok(sockopt::set_socket_recv_buffer_size(
                stream.socket(),
                STALLED_RECEIVE_BYTES,
            )?),
            None => Ok(()),
        }
    }

    /// Sends bytes, now or as soon as the socket takes them. A connection that has ended takes
    /// nothing; its end is told by [`poll`](Self::poll).
    pub(crate) fn send(&mut self, number: usize, bytes: &[u8]) {
        self.queue(number, bytes);
        self.flush(number);
    }

    /// Has these bytes go with the next [`flush`](Self::flush).
    pub(crate) fn queue(&mut self, number: usize, bytes: &[u8]) {
        let connection = &mut self.connections[number];
        if connection.stream.is_some() {
            connection.out.extend_from_slice(bytes);
        }
    }

    /// Writes what the socket takes.
    pub(crate) fn flush(&mut self, number: usize) {
        self.connections[number].write();
    }

    /// Bytes that the socket has not taken yet.
    pub(crate) fn backlog(&self, number: usize) -> usize {
        self.connections[number].out.len()
    }

    /// Stops reading a connection.
    pub(crate) fn stall(&mut self, number: usize) {
        self.connections[number].is_stalled = true;
    }

    /// Reads it again, from now on, and what has come meanwhile.
    pub(crate) fn resume(&mut self, number: usize, listener: &mut impl Listens) {
        self.connections[number].is_stalled = false;
        self.read(number, true, listener);
    }

    /// Waits until something has come, at most for this long, and deals with it.
    pub(crate) fn poll(&mut self, limit: Duration, listener: &mut impl Listens) -> io::Result<()> {
        let mut events = std::mem::replace(&mut self.events, Events::with_capacity(0));
        self.wait(&mut events, limit)?;
        for event in &events {
            let number = event.token().0;
            if event.is_writable() {
                self.connections[number].write();
            }
            if event.is_readable() || event.is_read_closed() || event.is_error() {
                let to_the_end = event.is_read_closed() || event.is_error();
                self.read(number, to_the_end, listener);
            }
        }
        self.events = events;
        Ok(())
    }

    fn wait(&mut self, events: &mut Events, limit: Duration) -> io::Result<()> {
        let end = self.clock.now() + micros(limit);
        let at_once = if self.spins { Duration::ZERO } else { limit };
        loop {
            match self.poll.poll(events, Some(at_once)) {
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
            if !self.spins || !events.is_empty() || self.clock.now() >= end {
                return Ok(());
            }
        }
    }

    /// Reads what has come, and answers a server of IRC that asks for a sign of life.
    fn read(&mut self, number: usize, to_the_end: bool, listener: &mut impl Listens) {
        let backlog = self.backlog(number);
        self.read_lines(number, to_the_end, listener);
        if self.backlog(number) > backlog {
            self.flush(number);
        }
    }

    /// Reads what has come; with `to_the_end` until the socket says that there is no more, since
    /// nothing announces the end again.
    fn read_lines(&mut self, number: usize, to_the_end: bool, listener: &mut impl Listens) {
        let connection = &mut self.connections[number];
        let Some(stream) = connection
            .stream
            .as_mut()
            .filter(|_| !connection.is_stalled)
        else {
            return;
        };
        loop {
            let count = match stream.read(&mut self.buffer) {
                Ok(0) => return self.end(number, None, listener),
                Ok(count) => count,
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return,
                    ErrorKind::Interrupted => continue,
                    _ => return self.end(number, Some(error), listener),
                },
            };
            let now = self.clock.now();
            self.reads += 1;
            listener.read(number, now);
            let bytes = &self.buffer[..count];
            lines::cut(&mut connection.unfinished, bytes, |line| {
                match line.strip_prefix(b"PING ") {
                    Some(token) => connection.out.extend([b"PONG ", token, b"\n"].concat()),
                    None => listener.line(number, line, now),
                }
            });
            // A short read has emptied the socket, and what comes later is told anew.
            if count < BUFFER_BYTES && !to_the_end && !stream.leaves_more() {
                return;
            }
        }
    }

    /// A line that the end has cut off is none.
    fn end(&mut self, number: usize, why: Option<io::Error>, listener: &mut impl Listens) {
        if self.connections[number].stream.take().is_some() {
            listener.closed(number, why, self.clock.now());
        }
    }

    /// Closes all connections from this one on, and forgets them.
    pub(crate) fn forget_from(&mut self, first: usize) {
        self.connections.truncate(first);
    }

    /// How many are open or being opened.
    pub(crate) fn open(&self) -> usize {
        let is_there = |connection: &&Connection| connection.stream.is_some();
        self.connections.iter().filter(is_there).count()
    }
}

impl Connection {
    /// Writes what the socket takes. A broken connection is told by reading it.
    fn write(&mut self) {
        let Some(stream) = &mut self.stream else {
            return;
        };
        // A broken connection is told by reading it.
        let _ = stream.flush();
        let mut written = 0;
        while written < self.out.len() {
            match stream.write(&self.out[written..]) {
                Ok(count) => written += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        self.out.drain(..written);
    }
}

fn raise_descriptor_limit(connections: u64) -> Result<(), BenchError> {
    let needed = connections + OTHER_FILES;
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < needed) {
        limit.current = limit.maximum;
        // If it cannot be raised, it stays as it is, and that is told below.
        let _ = setrlimit(Resource::Nofile, limit);
    }
    match getrlimit(Resource::Nofile).current {
        Some(limit) if limit < needed => Err(BenchError::Descriptors {
            needed: connections,
            limit,
        }),
        _ => Ok(()),
    }
}
