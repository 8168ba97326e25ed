//! Turns a [`Listen`], as an operator writes it, into listening sockets.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use crate::config::Listen;
use crate::net;

/// Why a server cannot listen where it should.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program has the port.
    #[error("cannot listen on {listen}: another program listens there already; take another port")]
    InUse {
        /// Where.
        listen: Listen,
    },
    /// The port is a privileged one.
    #[error("cannot listen on {listen}: ports below 1024 need more rights; take a higher one")]
    Privileged {
        /// Where.
        listen: Listen,
    },
    /// The address is another machine's.
    #[error(
        "cannot listen on {listen}: this machine does not have that address{}",
        hint(listen)
    )]
    NotHere {
        /// Where.
        listen: Listen,
    },
    /// Nobody knows the host name.
    #[error("cannot listen on {listen}: there is no host of that name")]
    NoHost {
        /// Where.
        listen: Listen,
    },
    /// The system refuses it for another reason.
    #[error("cannot listen on {listen}: {source}")]
    System {
        /// Where.
        listen: Listen,
        /// What the system says.
        source: io::Error,
    },
}

/// `::1:8989` is an address as a whole.
fn hint(listen: &Listen) -> &'static str {
    match listen {
        Listen::At(SocketAddr::V6(_)) => "; IPv6 with a port is [ADDRESS]:PORT",
        _ => "",
    }
}

impl BindError {
    fn of(listen: &Listen, source: io::Error) -> Self {
        let listen = listen.clone();
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::InUse { listen },
            io::ErrorKind::PermissionDenied => Self::Privileged { listen },
            io::ErrorKind::AddrNotAvailable => Self::NotHere { listen },
            _ => Self::System { listen, source },
        }
    }
}

/// Listens on all the addresses.
///
/// # Errors
/// [`BindError`] at the first address that fails.
pub fn bind(listen: &[Listen]) -> Result<Vec<TcpListener>, BindError> {
    let mut listeners = Vec::new();
    for (at, one) in listen.iter().enumerate() {
        // The same address given twice is meant once.
        if !listen[..at].contains(one) || is_any_port(one) {
            listeners.extend(bind_one(one)?);
        }
    }
    Ok(listeners)
}

/// Port 0 is another one each time.
fn is_any_port(listen: &Listen) -> bool {
    let port = match listen {
        Listen::Everywhere(port) | Listen::Named { port, .. } => *port,
        Listen::At(address) => address.port(),
    };
    port == 0
}

fn bind_one(listen: &Listen) -> Result<Vec<TcpListener>, BindError> {
    let bound = match listen {
        Listen::Everywhere(port) => net::bind_everywhere(*port),
        Listen::At(address) => net::bind(*address).map(|listener| vec![listener]),
        Listen::Named { host, port } => {
            let addresses = (host.as_str(), *port).to_socket_addrs();
            let addresses = addresses.map_err(|_| BindError::NoHost {
                listen: listen.clone(),
            })?;
            bind_all(addresses)
        }
    };
    bound.map_err(|error| BindError::of(listen, error))
}

/// Every address of a name, at one port. A name may have an address of a family that the machine
/// does not speak; one working address is enough.
fn bind_all(addresses: impl Iterator<Item = SocketAddr>) -> io::Result<Vec<TcpListener>> {
    let mut listeners: Vec<TcpListener> = Vec::new();
    let mut missing = io::Error::from(io::ErrorKind::AddrNotAvailable);
    let mut seen = Vec::new();
    for mut address in addresses {
        if seen.contains(&address) {
            continue;
        }
        seen.push(address);
        if let Some(first) = listeners.first() {
            address.set_port(first.local_addr()?.port());
        }
        match net::bind(address) {
            Ok(listener) => listeners.push(listener),
            Err(error) if net::has_no_family(&error) => missing = error,
            Err(error) => return Err(error),
        }
    }
    match listeners.is_empty() {
        true => Err(missing),
        false => Ok(listeners),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_all_its_addresses_at_one_port() {
        let here: SocketAddr = ([127, 0, 0, 1], 0).into();
        let too: SocketAddr = ([127, 0, 0, 2], 0).into();
        let listeners = bind_all([here, here, too].into_iter()).expect("loopback");
        let addresses: Vec<SocketAddr> = listeners
            .iter()
            .map(|listener| listener.local_addr().expect("it is bound"))
            .collect();
        assert_eq!(addresses.len(), 2);
        assert_eq!(addresses[0].port(), addresses[1].port());
    }

    #[test]
    fn what_cannot_be_had_is_said_in_words() {
        let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = taken.local_addr().expect("it is bound");
        for (listen, words) in [
            (Listen::At(address), "another program listens there"),
            (
                Listen::At(([192, 0, 2, 1], 0).into()),
                "this machine does not have that address",
            ),
            (
                Listen::Named {
                    host: "nowhere.invalid".into(),
                    port: 0,
                },
                "there is no host of that name",
            ),
        ] {
            let error = bind(&[listen]).expect_err(words).to_string();
            assert!(
                error.contains(words) && !error.contains("os error"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_same_twice_is_once() {
        let port = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = port.local_addr().expect("it is bound");
        drop(port);
        let listeners = bind(&[Listen::At(address), Listen::At(address)]);
        assert_eq!(listeners.expect("it is free again").len(), 1);
    }
}
