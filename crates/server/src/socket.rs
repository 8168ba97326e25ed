//! What a session writes to and reads from, whatever it is: a TCP connection now; later one inside
//! TLS, or a channel inside ssh. The type is erased here, so that nothing behind it is made twice.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::Shutdown;

use mio::net::TcpStream;

/// A byte stream that never blocks.
pub(crate) trait Socket: fmt::Debug {
    /// Reads what is there, all of it if the buffer is longer; 0 at the end of the peer's bytes.
    ///
    /// # Errors
    /// `WouldBlock` if nothing is there; any other is the end of the connection.
    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Writes what is taken.
    ///
    /// # Errors
    /// `WouldBlock` if nothing is taken; any other is the end of the connection.
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize>;

    /// Tells the peer that nothing more comes.
    fn shut_down_write(&self);
}

impl Socket for TcpStream {
    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buffer)
    }

    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        (&*self).write(bytes)
    }

    fn shut_down_write(&self) {
        // It fails only where the peer is gone already.
        let _ = self.shutdown(Shutdown::Write);
    }
}
