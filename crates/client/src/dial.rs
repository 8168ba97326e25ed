//! Opens the TCP connection, and has the kernel notice when it dies.
//!
//! It must not know what is said over it. The decision that shaped it: a client that takes up a lost
//! session by itself must first learn that the session is lost, and a silent link tells nothing.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use rustix::net::sockopt;

use crate::{JoinError, Target};

/// How long one address may take to answer: enough for two lost SYN packets, and less than the two
/// minutes after which the kernel gives up, so that a host with one dead address is still joined by
/// the next.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long bytes may go unacknowledged before the link counts as lost: a train passes a tunnel in
/// less.
const UNACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(30);
/// A silent link is asked after this time ...
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
/// ... and again after this, three times.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_PROBES: u32 = 3;
/// A server that takes not one line for so long is as good as gone. A line always fits into the
/// kernel's buffer, so this wait is met only by what does not read.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// Resolves the host and connects to the first of its addresses that answers.
///
/// # Errors
///
/// [`JoinError::Resolve`], or [`JoinError::Connect`] with what the last address answered.
pub(crate) fn dial(target: &Target) -> Result<TcpStream, JoinError> {
    connect(target, resolve(target)?)
}

/// The addresses of the host.
///
/// # Errors
///
/// [`JoinError::Resolve`].
pub(crate) fn resolve(target: &Target) -> Result<Vec<SocketAddr>, JoinError> {
    let addresses = (target.host(), target.port()).to_socket_addrs();
    addresses
        .map(Iterator::collect)
        .map_err(|source| JoinError::Resolve {
            target: target.clone(),
            source,
        })
}

/// Connects to the first of the host's addresses that answers.
///
/// # Errors
///
/// [`JoinError::Connect`] with what the last address answered.
pub(crate) fn connect(target: &Target, addresses: Vec<SocketAddr>) -> Result<TcpStream, JoinError> {
    connect_any(addresses.into_iter()).map_err(|source| JoinError::Connect {
        target: target.clone(),
        source,
    })
}

fn connect_any(addresses: impl Iterator<Item = SocketAddr>) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in addresses {
        match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
            Ok(stream) => return set_up(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn set_up(stream: TcpStream) -> io::Result<TcpStream> {
    // A line of chat is a small packet that somebody waits for: Nagle would hold it up to 40 ms.
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
    sockopt::set_socket_keepalive(&stream, true)?;
    sockopt::set_tcp_keepidle(&stream, KEEPALIVE_IDLE)?;
    sockopt::set_tcp_keepintvl(&stream, KEEPALIVE_INTERVAL)?;
    sockopt::set_tcp_keepcnt(&stream, KEEPALIVE_PROBES)?;
    let unacknowledged_ms = u32::try_from(UNACKNOWLEDGED_TIMEOUT.as_millis()).unwrap_or(u32::MAX);
    sockopt::set_tcp_user_timeout(&stream, unacknowledged_ms)?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_dead_address_is_passed_over() {
        // A port that was let go could be another test's.
        let nobody = "127.0.0.1:1".parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addresses = [nobody, listener.local_addr().unwrap()];
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
