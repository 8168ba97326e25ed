//! Listening and accepting.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use chinwag_core::limits::KEEPALIVE_PROBES;
use chinwag_core::{Prefs, Span, Timestamp};
use chinwag_wire::plain::{Notice, Renderer, Style, TimeZone};
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::sync::mpsc::Sender;

use crate::clock::Steady;
use crate::config::Limits;
use crate::doors::Doors;
use crate::shard::ToShard;

/// Connections that the kernel has ready before they are accepted; it may cut this down to its
/// `somaxconn`.
const BACKLOG: i32 = 4096;

/// How long the accept loop rests when the system has no descriptors or no memory left: the
/// connection stays in the queue, and trying at once would only burn a core.
const REST: Duration = Duration::from_millis(50);

/// All interfaces, at one port, for both families. Where there is no IPv6, IPv4 alone.
///
/// # Errors
/// If the port cannot be had.
pub fn bind_everywhere(port: u16) -> io::Result<Vec<TcpListener>> {
    let v6 = match bind((Ipv6Addr::UNSPECIFIED, port).into()) {
        Ok(listener) => Some(listener),
        Err(e) if has_no_family(&e) => None,
        Err(e) => return Err(e),
    };
    // The second has to be at the port that the first was given.
    let port = v6
        .as_ref()
        .map_or(Ok(port), |v6| v6.local_addr().map(|a| a.port()))?;
    match bind((Ipv4Addr::UNSPECIFIED, port).into()) {
        Ok(v4) => Ok([v4].into_iter().chain(v6).collect()),
        Err(e) if has_no_family(&e) && v6.is_some() => Ok(v6.into_iter().collect()),
        Err(e) => Err(e),
    }
}

fn has_no_family(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported
    ) || error.raw_os_error() == Some(rustix::io::Errno::AFNOSUPPORT.raw_os_error())
}

/// One address.
///
/// # Errors
/// If it cannot be had.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // A server that starts again must not wait for the old one's last packets.
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // Each family has a socket of its own, so that a listener means what it says.
        socket.set_only_v6(true)?;
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// Accepts connections and deals them out to the shards in turn, until it is dropped. No error
/// ends it.
pub(crate) async fn accept(
    listener: tokio::net::TcpListener,
    shards: Vec<Sender<ToShard>>,
    doors: Doors,
    limits: std::sync::Arc<Limits>,
    clock: Steady,
) {
    let mut next = 0;
    loop {
        let (stream, address) = match listener.accept().await {
            Ok((stream, address)) => (stream, address.ip().to_canonical()),
            Err(error) => {
                if is_exhaustion(&error) {
                    tracing::warn!("cannot accept a connection: {error}");
                    tokio::time::sleep(REST).await;
                }
                continue;
            }
        };
        let admission = match doors.enter(address, clock.now()) {
            Ok(admission) => admission,
            Err(why) => {
                tracing::debug!("turned a connection from {address} away: {why:?}");
                turn_away(&stream);
                continue;
            }
        };
        let Ok(stream) = stream.into_std() else {
            continue;
        };
        if let Err(error) = set_up(&stream, &limits) {
            // The peer may be gone by now; then its session finds out.
            tracing::debug!("cannot set up a connection from {address}: {error}");
        }
        let accepted = ToShard::Accepted {
            stream,
            address,
            admission,
        };
        if shards[next].send(accepted).await.is_err() {
            return;
        }
        next = (next + 1) % shards.len();
    }
}

/// Whether an error is the server's own lack, and not one connection's end (`ECONNABORTED`).
fn is_exhaustion(error: &io::Error) -> bool {
    !matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

fn turn_away(stream: &tokio::net::TcpStream) {
    let style = Style::of(&Prefs::default(), &TimeZone::UTC, false);
    let mut words = Vec::new();
    Renderer::new(style, Timestamp::default()).notice(&mut words, Notice::TooManyConnections);
    // The socket is new and takes this much; if it does not, there is nobody to tell.
    let _ = stream.try_write(&words);
}

/// Nobody's lines wait for more of them (Nagle), and a peer that is gone is found within about a
/// minute: by questions where there is nothing to write, by the user timeout where there is
/// (RFC 5482).
fn set_up(stream: &TcpStream, limits: &Limits) -> io::Result<()> {
    let duration = |span: Span| Duration::from_millis(span.0);
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new()
        .with_time(duration(limits.keepalive_idle))
        .with_interval(duration(limits.keepalive_interval))
        .with_retries(KEEPALIVE_PROBES);
    socket.set_tcp_keepalive(&keepalive)?;
    socket.set_tcp_user_timeout(Some(duration(limits.user_timeout)))
}

/// Lets the process have as many descriptors as it may: each connection takes one.
pub fn raise_descriptor_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!("the limit of open files stays as it is: {error}");
    }
}
