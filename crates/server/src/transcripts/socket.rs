//! A connection in memory: the peer's end and the server's.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};

use crate::transport::{Ready, Stream};

/// What is on its way, and the state of either end.
#[derive(Debug, Default)]
pub(super) struct Pipe {
    pub(super) to_server: VecDeque<u8>,
    pub(super) from_server: Vec<u8>,
    pub(super) fin: bool,
    pub(super) reset: bool,
    /// Bytes that it still takes, if they have an end.
    pub(super) room: Option<usize>,
    /// Whether it has refused some since the last look.
    pub(super) is_full: bool,
    /// Bytes that it has taken and not acknowledged, if it acknowledges nothing by itself.
    pub(super) unacknowledged: Option<usize>,
    /// Whether the server has closed its side, and that was not seen yet.
    pub(super) closed: bool,
    pub(super) was_closed: bool,
}

/// The peer's end.
#[derive(Debug, Default)]
pub(super) struct MemorySocket(pub(super) Arc<Mutex<Pipe>>);

/// The server's end.
#[derive(Debug)]
pub(super) struct ServerEnd(Arc<Mutex<Pipe>>);

impl Drop for ServerEnd {
    fn drop(&mut self) {
        let mut pipe = self.0.lock().expect("a pipe");
        // A client that reset the connection sees nothing of its end.
        pipe.closed |= !pipe.reset && !pipe.was_closed;
    }
}

impl MemorySocket {
    pub(super) fn server_end(&self) -> Box<ServerEnd> {
        Box::new(ServerEnd(self.0.clone()))
    }

    pub(super) fn readiness(&self) -> Ready {
        let pipe = self.0.lock().expect("a pipe");
        let closed = pipe.fin || pipe.reset;
        Ready {
            readable: closed || !pipe.to_server.is_empty(),
            closed,
            dead: pipe.reset,
            writable: pipe.room != Some(0),
        }
    }
}

impl Stream for ServerEnd {
    fn try_read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut pipe = self.0.lock().expect("a pipe");
        let n = pipe.to_server.len().min(buffer.len());
        // As Linux does, what has arrived is read first.
        if n == 0 && pipe.reset {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        if n == 0 && !pipe.fin {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        for (place, byte) in buffer.iter_mut().zip(pipe.to_server.drain(..n)) {
            *place = byte;
        }
        Ok(n)
    }

    fn unread(&self, buffer: &mut [u8]) -> usize {
        let pipe = self.0.lock().expect("a pipe");
        pipe.to_server.len().min(buffer.len())
    }

    fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut pipe = self.0.lock().expect("a pipe");
        let taken = pipe.room.unwrap_or(usize::MAX).min(bytes.len());
        if taken == 0 && !bytes.is_empty() {
            pipe.is_full = true;
            return Err(io::ErrorKind::WouldBlock.into());
        }
        pipe.room = pipe.room.map(|room| room - taken);
        pipe.unacknowledged = pipe.unacknowledged.map(|bytes| bytes + taken);
        pipe.from_server.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn shut_down_write(&mut self) {
        let mut pipe = self.0.lock().expect("a pipe");
        (pipe.closed, pipe.was_closed) = (true, true);
    }

    fn unacknowledged(&self) -> Option<u64> {
        let pipe = self.0.lock().expect("a pipe");
        Some(pipe.unacknowledged.unwrap_or(0) as u64)
    }
}
