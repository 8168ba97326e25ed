//! What a transport reads from and writes to: a TCP connection now; later one inside TLS, or one
//! end of a pipe from another thread. The type is erased here, so that nothing behind it is made
//! twice, and is `Send`, so that another thread may make it.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::Shutdown;

use mio::net::TcpStream;

/// A byte stream that never blocks.
pub(crate) trait Stream: fmt::Debug + Send {
    /// Reads what is there, all of it if the buffer is longer; 0 at the end of the peer's bytes.
    ///
    /// # Errors
    /// `WouldBlock` if nothing is there; any other is the end of the connection.
    fn try_read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Writes what is taken.
    ///
    /// # Errors
    /// `WouldBlock` if nothing is taken; any other is the end of the connection.
    fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Tells the peer that nothing more comes.
    fn shut_down_write(&mut self);
}

impl Stream for TcpStream {
    fn try_read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read(buffer)
    }

    fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write(bytes)
    }

    fn shut_down_write(&mut self) {
        // It fails only where the peer is gone already.
        let _ = self.shutdown(Shutdown::Write);
    }
}
