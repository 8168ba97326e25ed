//! Listening and accepting.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::limits::{KEEPALIVE_PROBES, SEND_BUFFER_BYTES};
use chinwag_wire::dialect::too_many_connections;
use chinwag_wire::sniff::{self, SNIFF_BYTES_MAX};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token, Waker};
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

use crate::clock::Steady;
use crate::config::Limits;
use crate::conn_limiter::ConnLimiter;
use crate::session::{Opening, Peer};
use crate::shard::ToShard;
use crate::shard::inbox::Mailbox;

/// Connections that the kernel queues before they are accepted; it may lower this to `somaxconn`.
const BACKLOG: i32 = 4096;

/// How long the accept loop rests when the system has no descriptors or memory left: the connection
/// stays in the queue, and trying at once would only burn a core.
const REST: Duration = Duration::from_millis(50);

/// All interfaces, at one port, for both families; without IPv6 only IPv4.
///
/// # Errors
/// If the port cannot be bound.
pub(crate) fn bind_everywhere(port: u16) -> io::Result<Vec<std::net::TcpListener>> {
    let v6 = match bind((Ipv6Addr::UNSPECIFIED, port).into()) {
        Ok(listener) => Some(listener),
        Err(e) if has_no_family(&e) => None,
        Err(e) => return Err(e),
    };
    // The second must have the port that the first was given.
    let port = v6
        .as_ref()
        .map_or(Ok(port), |v6| v6.local_addr().map(|a| a.port()))?;
    match bind((Ipv4Addr::UNSPECIFIED, port).into()) {
        Ok(v4) => Ok([v4].into_iter().chain(v6).collect()),
        Err(e) if has_no_family(&e) && v6.is_some() => Ok(v6.into_iter().collect()),
        Err(e) => Err(e),
    }
}

pub(crate) fn has_no_family(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported
    ) || error.raw_os_error() == Some(rustix::io::Errno::AFNOSUPPORT.raw_os_error())
}

/// One address.
///
/// # Errors
/// If it cannot be bound.
pub(crate) fn bind(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // A server that restarts must not wait for the old one's last packets.
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

/// Accepts connections, on a thread of its own, and gives them to the shards in turn.
#[derive(Debug)]
pub(crate) struct Acceptor {
    poll: Poll,
    listeners: Vec<TcpListener>,
    stop: Arc<Waker>,
    shards: Vec<Mailbox>,
    limiter: ConnLimiter,
    clock: Steady,
    /// The shard that has the next connection.
    next: usize,
    /// Whether the last attempt found no descriptor or memory left.
    is_exhausted: bool,
}

/// Its stop signal, among its listeners.
const STOP: Token = Token(usize::MAX);

/// What to do after accepting from a listener.
enum After {
    /// Wait for the next connection.
    Wait,
    /// Let some connections end first.
    Rest,
}

impl Acceptor {
    /// Sets up the listeners.
    ///
    /// # Errors
    /// If the system refuses that.
    pub(crate) fn new(
        listeners: Vec<std::net::TcpListener>,
        limits: &Limits,
        shards: Vec<Mailbox>,
        limiter: ConnLimiter,
        clock: Steady,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let stop = Arc::new(Waker::new(poll.registry(), STOP)?);
        let mut own = Vec::new();
        for (listener, number) in listeners.into_iter().zip(0..) {
            set_up(&listener, limits)?;
            let mut listener = TcpListener::from_std(listener);
            let token = Token(number);
            poll.registry()
                .register(&mut listener, token, Interest::READABLE)?;
            own.push(listener);
        }
        Ok(Self {
            poll,
            listeners: own,
            stop,
            shards,
            limiter,
            clock,
            next: 0,
            is_exhausted: false,
        })
    }

    /// What ends it when it is woken.
    pub(crate) fn stop(&self) -> Arc<Waker> {
        self.stop.clone()
    }

    /// Accepts until it is stopped. No error of a connection ends it.
    ///
    /// # Errors
    /// If the system refuses to wait.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(16);
        let mut rest_until: Option<Instant> = None;
        loop {
            let rest = rest_until.map(|end| end.saturating_duration_since(Instant::now()));
            match self.poll.poll(&mut events, rest) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                waited => waited?,
            }
            if events.iter().any(|event| event.token() == STOP) {
                return Ok(());
            }
            if rest_until.is_some_and(|end| Instant::now() < end) {
                continue;
            }
            rest_until = None;
            for number in 0..self.listeners.len() {
                match self.accept_from(number) {
                    After::Wait => {}
                    After::Rest => rest_until = Some(Instant::now() + REST),
                }
            }
        }
    }

    /// Accepts everything that a listener has ready.
    fn accept_from(&mut self, number: usize) -> After {
        loop {
            match self.listeners[number].accept() {
                Ok((stream, address)) => {
                    if std::mem::take(&mut self.is_exhausted) {
                        tracing::info!("connections are accepted again");
                    }
                    self.admit(stream, address.ip().to_canonical());
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return After::Wait,
                Err(error) if is_exhaustion(&error) => {
                    // One warning for each shortage, not one for each attempt.
                    if !std::mem::replace(&mut self.is_exhausted, true) {
                        tracing::warn!("cannot accept connections: {error}");
                    }
                    return After::Rest;
                }
                Err(_) => {}
            }
        }
    }

    /// Gives a connection to a shard, or refuses it.
    fn admit(&mut self, stream: TcpStream, address: IpAddr) {
        let is_proxy = self.limiter.is_proxy(address);
        let entered = match is_proxy || self.limiter.is_gateway(address) {
            true => Ok(None),
            false => self.limiter.enter(address, self.clock.now()),
        };
        let (permit, opening) = match entered {
            Ok(permit) if is_proxy => (permit, Opening::Proxy),
            Ok(permit) => (permit, Opening::Client),
            Err(turned_away) if turned_away.is_answered => (None, Opening::TurnedAway),
            Err(_) => return turn_away(&stream),
        };
        let shard = &self.shards[self.next];
        self.next = (self.next + 1) % self.shards.len();
        // A shard that has ended ends the process: nobody waits for this connection then.
        let own = stream.local_addr().ok().map(|own| own.ip());
        shard.send(ToShard::Accepted {
            stream,
            peer: Peer::new(address, own),
            permit,
            opening,
        });
    }
}

/// Whether an error is a shortage of the server's, and not one connection's end (`ECONNABORTED`).
fn is_exhaustion(error: &io::Error) -> bool {
    !matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

/// Refuses one connection of a flood, in the language of most clients: listening first would cost
/// too much.
fn turn_away(mut stream: &TcpStream) {
    let mut words = Vec::new();
    too_many_connections(sniff::Protocol::Plain, &mut words);
    // The socket is new and takes this much; if it does not, there is nobody to tell.
    let _ = stream.write(&words);
    // Unread input would reset the connection on closing, and lose the words.
    let _ = stream.read(&mut [0; SNIFF_BYTES_MAX]);
}

/// Sets the options that each connection of a listener inherits, which saves each of them six
/// system calls.
///
/// No line waits for more of them (Nagle). A peer that is gone is found within about a minute: by
/// keepalive if there is nothing to write, by the user timeout if there is (RFC 5482).
pub(crate) fn set_up(listener: &std::net::TcpListener, limits: &Limits) -> io::Result<()> {
    let socket = SockRef::from(listener);
    socket.set_tcp_nodelay(true)?;
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    let keepalive = TcpKeepalive::new()
        .with_time(limits.keepalive_idle)
        .with_interval(limits.keepalive_interval)
        .with_retries(KEEPALIVE_PROBES);
    socket.set_tcp_keepalive(&keepalive)?;
    socket.set_tcp_user_timeout(Some(limits.user_timeout))
}

/// Raises the limit of open descriptors as far as allowed: each connection takes one.
pub fn raise_descriptor_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!("the limit of open files stays as it is: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_inherit_what_their_listener_has() {
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a listener");
        let limits = Limits::default();
        set_up(&listener, &limits).expect("a listener that can be set up");
        let address = listener.local_addr().expect("an address");
        let _client = std::net::TcpStream::connect(address).expect("a connection");
        listener
            .set_nonblocking(false)
            .expect("a listener that waits");
        let (connection, _) = listener.accept().expect("a connection");
        let socket = SockRef::from(&connection);
        assert!(socket.tcp_nodelay().expect("an option"));
        assert!(socket.keepalive().expect("an option"));
        assert_eq!(
            socket.tcp_keepalive_time().expect("an option"),
            limits.keepalive_idle
        );
        assert_eq!(
            socket.tcp_user_timeout().expect("an option"),
            Some(limits.user_timeout)
        );
    }
}
