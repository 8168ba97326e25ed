//! The TCP connection and the server it leads to.
//!
//! It must not know what is said over it. The socket and the name of the server stay together from
//! here on, because every error has to say which server it is about.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::{JoinError, Target};

/// How long one address may take to answer: enough for two lost SYN packets, and less than the two
/// minutes after which the kernel gives up, so that a host with one dead address is still joined by
/// the next.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// An open connection to a server.
#[derive(Debug)]
pub struct Connection {
    target: Target,
    stream: TcpStream,
}

impl Connection {
    /// Resolves the host and connects to the first of its addresses that answers.
    ///
    /// # Errors
    ///
    /// [`JoinError::Resolve`], or [`JoinError::Connect`] with what the last address answered.
    pub fn open(target: &Target) -> Result<Self, JoinError> {
        let unresolved = |source| JoinError::Resolve {
            target: target.clone(),
            source,
        };
        let addresses = (target.host(), target.port())
            .to_socket_addrs()
            .map_err(unresolved)?;
        let stream = connect_any(addresses).map_err(|source| JoinError::Connect {
            target: target.clone(),
            source,
        })?;
        Ok(Self {
            target: target.clone(),
            stream,
        })
    }

    /// Sends one line.
    ///
    /// # Errors
    ///
    /// [`JoinError::Lost`].
    pub fn send_line(&self, line: &str) -> Result<(), JoinError> {
        // One write, so that a server that takes its first packet for its first line is not misled.
        (&self.stream)
            .write_all(format!("{line}\n").as_bytes())
            .map_err(|source| self.lost(source))
    }

    /// A second handle on the same socket, for another thread.
    pub(crate) fn handle(&self) -> Result<TcpStream, JoinError> {
        self.stream.try_clone().map_err(|source| self.lost(source))
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    pub(crate) fn lost(&self, source: io::Error) -> JoinError {
        JoinError::Lost {
            target: self.target.clone(),
            source,
        }
    }

    pub(crate) fn bad_input(&self, source: io::Error) -> JoinError {
        JoinError::Input {
            target: self.target.clone(),
            source,
        }
    }

    /// What a failed write to standard output means: that nobody reads it any more is a quiet end.
    pub(crate) fn output_ended(&self, source: io::Error) -> Result<(), JoinError> {
        match source.kind() {
            io::ErrorKind::BrokenPipe => Ok(()),
            _ => Err(JoinError::Output {
                target: self.target.clone(),
                source,
            }),
        }
    }

    pub(crate) fn bad_terminal(&self, source: io::Error) -> JoinError {
        JoinError::Terminal {
            target: self.target.clone(),
            source,
        }
    }
}

fn connect_any(addresses: impl Iterator<Item = SocketAddr>) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in addresses {
        match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
            Ok(stream) => {
                // A line of chat is a small packet that somebody waits for: Nagle would hold it up
                // to 40 ms.
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_dead_address_is_passed_over() {
        let gone = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addresses = [gone, listener.local_addr().unwrap()];
        let stream = connect_any(addresses.into_iter()).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), addresses[1]);
    }

    #[test]
    fn no_address_at_all_is_an_error() {
        assert_eq!(
            connect_any(std::iter::empty()).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }
}
