//! What a session writes to and reads from, whatever it is: a TCP connection now; later one inside
//! TLS, or a channel inside ssh. The type is erased here, so that nothing behind it is made twice.

use std::fmt;
use std::io;
use std::net::Shutdown;
use std::task::{Context, Poll};

use tokio::net::TcpStream;

/// A byte stream that never blocks.
pub(crate) trait Socket: fmt::Debug {
    /// Reads what is there; 0 at the end of the peer's bytes.
    ///
    /// # Errors
    /// `WouldBlock` if nothing is there; any other is the end of the connection.
    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Writes what is taken.
    ///
    /// # Errors
    /// `WouldBlock` if nothing is taken; any other is the end of the connection.
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize>;

    /// Whether reading is worth a try; wakes the task when it becomes so.
    fn poll_readable(&self, task: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Whether writing is worth a try; wakes the task when it becomes so.
    fn poll_writable(&self, task: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Tells the peer that nothing more comes.
    fn shut_down_write(&self);
}

impl Socket for TcpStream {
    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Self::try_read(self, buffer)
    }

    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        Self::try_write(self, bytes)
    }

    fn poll_readable(&self, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_read_ready(task)
    }

    fn poll_writable(&self, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_write_ready(task)
    }

    fn shut_down_write(&self) {
        // It fails only where the peer is gone already.
        let _ = socket2::SockRef::from(self).shutdown(Shutdown::Write);
    }
}
