//! What a transport reads from and writes to: a TCP connection, alone or inside TLS; later one end
//! of a pipe from another thread. The type is erased here, so that no code behind it is compiled
//! twice, and is `Send`, so that another thread may create it.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::ops::{Deref, DerefMut};
use std::os::fd::AsRawFd;

use mio::net::TcpStream;
use rustix::io::Errno;
use uapi::c;

use super::Secured;
use crate::log_files::Filed;

/// A byte stream that never blocks.
pub(crate) trait Stream: fmt::Debug + Send {
    /// Reads what is there, all of it if the buffer is longer; 0 at the end of the peer's bytes.
    ///
    /// # Errors
    /// `WouldBlock` if nothing is there; any other error ends the connection.
    fn try_read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Whether there may be more although the last read did not fill its buffer.
    fn has_more(&self) -> bool {
        false
    }

    /// How many bytes wait to be read, and at most as many as the buffer has. What is in the buffer
    /// afterwards means nothing. A stream that cannot tell answers with the most.
    fn unread(&self, buffer: &mut [u8]) -> usize {
        buffer.len()
    }

    /// Writes what the stream takes. That may wait in the stream: see
    /// [`is_flushed`](Self::is_flushed).
    ///
    /// # Errors
    /// `WouldBlock` if it takes nothing; any other error ends the connection.
    fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Passes on what waits in the stream.
    ///
    /// # Errors
    /// `WouldBlock` if something still waits; any other error ends the connection.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Whether nothing waits in the stream.
    fn is_flushed(&self) -> bool {
        true
    }

    /// Tells the peer that nothing more comes.
    fn shut_down_write(&mut self);

    /// What is known of the peer, if it is encrypted and the handshake is done.
    fn secured(&self) -> Option<&Secured> {
        None
    }

    /// How many of the last bytes that [`try_write`](Self::try_write) took the peer's system has
    /// not acknowledged, in bytes given to `try_write`: this decides which lines a resumed session
    /// is shown. It must still answer after the connection has failed, and its answer must not
    /// change then. A stream that transforms bytes (TLS records, frames) keeps where each unit
    /// ends, and counts all of one that was not acknowledged whole. Called now and then and when a
    /// link ends, never for each write.
    ///
    /// `None` if the stream cannot tell. Then nothing counts as acknowledged: a resumed session is
    /// shown some lines again, but loses none.
    fn unacknowledged(&self) -> Option<u64> {
        None
    }

    /// Drops what it keeps for counting, since nothing was unacknowledged just now.
    fn forget_acknowledged(&mut self) {}
}

/// A stream of any kind. TCP, which nearly every session has, needs no allocation of its own.
#[derive(Debug)]
pub(crate) enum AnyStream {
    Tcp(Tcp),
    Other(Box<dyn Stream>),
}

impl Deref for AnyStream {
    type Target = dyn Stream;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Tcp(tcp) => tcp,
            Self::Other(other) => &**other,
        }
    }
}

impl DerefMut for AnyStream {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Self::Tcp(tcp) => tcp,
            Self::Other(other) => &mut **other,
        }
    }
}

/// A TCP connection.
#[derive(Debug)]
pub(crate) struct Tcp {
    stream: TcpStream,
    /// Bytes that the kernel has taken, modulo 2^32; its queue never holds that many.
    written: u32,
}

impl Tcp {
    /// A connection that was just accepted: nothing was written to it yet.
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, written: 0 }
    }

    /// Writes bytes that are in a file as well.
    ///
    /// # Errors
    /// As [`try_write`](Stream::try_write).
    pub(crate) fn try_write_filed(&mut self, bytes: &[u8], filed: Filed<'_>) -> io::Result<usize> {
        let mut offset = filed.offset;
        match rustix::fs::sendfile(&self.stream, filed.file, Some(&mut offset), bytes.len()) {
            Ok(taken) if taken > 0 => {
                self.written = self.written.wrapping_add(taken as u32);
                Ok(taken)
            }
            Err(Errno::AGAIN) => Err(io::ErrorKind::WouldBlock.into()),
            // It is written as it is, which also says what is wrong with the connection.
            Ok(_) | Err(_) => self.try_write(bytes),
        }
    }
}

impl Stream for Tcp {
    fn try_read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer)
    }

    fn unread(&self, buffer: &mut [u8]) -> usize {
        self.stream.peek(buffer).unwrap_or(0)
    }

    fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.stream.write(bytes)?;
        self.written = self.written.wrapping_add(taken as u32);
        Ok(taken)
    }

    fn shut_down_write(&mut self) {
        // This fails only if the peer is gone already.
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    fn unacknowledged(&self) -> Option<u64> {
        let acked = bytes_acknowledged(&self.stream)?;
        // Our FIN counts as a byte, and is acknowledged after all others: then the difference is
        // -1.
        let left = self.written.wrapping_sub(acked as u32).cast_signed();
        Some(u64::try_from(left).unwrap_or(0))
    }
}

/// Bytes of `struct tcp_info` up to the end of `tcpi_bytes_acked`, and where that begins: a part of
/// the kernel's interface since Linux 4.1, in `linux/tcp.h`.
const TCP_INFO_BYTES: usize = 128;
const BYTES_ACKED: usize = 120;

/// Bytes that the peer's system has acknowledged (RFC 4898, tcpEStatsAppHCThruOctetsAcked). A reset
/// or a time-out leaves the count unchanged.
fn bytes_acknowledged(stream: &TcpStream) -> Option<u64> {
    let mut info = [0; TCP_INFO_BYTES];
    let fd = stream.as_raw_fd();
    let length = uapi::getsockopt(fd, c::IPPROTO_TCP, c::TCP_INFO, &mut info[..]).ok()?;
    let acked = info[..length].get(BYTES_ACKED..)?.first_chunk()?;
    Some(u64::from_ne_bytes(*acked))
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream as Peer};
    use std::os::unix::fs::FileExt;

    use super::*;

    fn pair() -> (Tcp, Peer) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let peer =
            Peer::connect(listener.local_addr().expect("it is bound")).expect("a connection");
        let (stream, _) = listener.accept().expect("a connection");
        stream.set_nonblocking(true).expect("a socket");
        (Tcp::new(TcpStream::from_std(stream)), peer)
    }

    /// Fills the queues of both ends.
    fn fill(tcp: &mut Tcp) {
        while tcp.try_write(&[b'x'; 16 << 10]).is_ok() {}
    }

    fn wait_until(mut is_so: impl FnMut() -> bool) {
        while !is_so() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn what_a_peer_takes_is_acknowledged() {
        let (mut tcp, mut peer) = pair();
        assert_eq!(tcp.unacknowledged(), Some(0));
        tcp.try_write(b"hello").expect("it takes that");
        let mut word = [0; 5];
        peer.read_exact(&mut word).expect("it comes");
        wait_until(|| tcp.unacknowledged() == Some(0));
        fill(&mut tcp);
        let left = tcp.unacknowledged().expect("a number");
        assert!(left > 0 && left < u64::from(tcp.written));
        drop(peer.shutdown(Shutdown::Write));
        std::thread::spawn(move || io::copy(&mut peer, &mut io::sink()));
        tcp.shut_down_write();
        wait_until(|| tcp.unacknowledged() == Some(0));
    }

    #[test]
    fn bytes_in_a_file_are_sent_from_there_until_the_socket_is_full() {
        let (mut tcp, mut peer) = pair();
        let memory = rustix::fs::memfd_create(c"test", rustix::fs::MemfdFlags::CLOEXEC);
        let file = std::fs::File::from(memory.expect("a file"));
        let bytes: Vec<u8> = (0..1 << 20).map(|place| (place % 251) as u8).collect();
        file.write_all_at(&bytes, 3).expect("it is in memory");
        // The bytes beside the file are wrong, so they show where what comes is from.
        let beside = vec![b'x'; bytes.len()];
        let mut sent = 0;
        let reader = std::thread::spawn(move || {
            let mut received = Vec::new();
            peer.read_to_end(&mut received).expect("it comes");
            received
        });
        while sent < bytes.len() {
            let filed = Filed {
                file: &file,
                offset: 3,
            };
            match tcp.try_write_filed(&beside[sent..], filed.behind(sent)) {
                Ok(taken) => sent += taken,
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            }
        }
        assert_eq!(tcp.written as usize, bytes.len());
        tcp.shut_down_write();
        assert!(reader.join().expect("it reads") == bytes);
    }

    #[test]
    fn what_is_in_no_file_that_can_be_sent_is_written() {
        let (mut tcp, mut peer) = pair();
        let file = std::fs::File::open("/").expect("a folder");
        let filed = Filed {
            file: &file,
            offset: 0,
        };
        assert_eq!(tcp.try_write_filed(b"hello", filed).ok(), Some(5));
        let mut word = [0; 5];
        peer.read_exact(&mut word).expect("it comes");
        assert_eq!(&word, b"hello");
        fill(&mut tcp);
        let full = tcp.try_write_filed(b"more", filed);
        let full = full.map_err(|error| error.kind());
        assert_eq!(full, Err(io::ErrorKind::WouldBlock));
    }

    #[test]
    fn a_reset_leaves_the_count_as_it_was() {
        let (mut tcp, peer) = pair();
        fill(&mut tcp);
        // With bytes that were not read, the end of the peer is a reset.
        drop(peer);
        let mut byte = [0];
        let mut error = None;
        wait_until(|| {
            error = tcp.try_read(&mut byte).err().map(|error| error.kind());
            error != Some(io::ErrorKind::WouldBlock)
        });
        assert_eq!(error, Some(io::ErrorKind::ConnectionReset));
        let left = tcp.unacknowledged().expect("a number");
        assert!(left > 0 && left < u64::from(tcp.written));
        assert_eq!(tcp.unacknowledged(), Some(left));
    }
}
