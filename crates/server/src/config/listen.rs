//! Where a server listens, as an operator writes it.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use super::form::{Form, Given, List};

/// The port to listen on unless another is given.
pub const DEFAULT_PORT: u16 = 8989;

/// One address to listen on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Listen {
    /// A port of all interfaces, IPv4 and IPv6.
    Everywhere(u16),
    /// An address of this machine.
    At(SocketAddr),
    /// A name of this machine, which may have several addresses.
    Named {
        /// The name, as the resolver gets it.
        host: String,
        /// The port.
        port: u16,
    },
}

/// The text is none of the forms of [`Listen`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{WANTED}")]
pub struct ListenError;

const WANTED: &str = "a port such as 8989, an address such as 127.0.0.1 or [::1], \
                      a host name, or one of these two with a port: localhost:8989, [::1]:8989";

/// The longest possible host name (RFC 1035).
const HOST_BYTES_MAX: usize = 253;

impl FromStr for Listen {
    type Err = ListenError;

    /// Parses `8989`, `:8989`, `127.0.0.1`, `127.0.0.1:8989`, `::1`, `[::1]`, `[::1]:8989`,
    /// `localhost` or `localhost:8989`.
    fn from_str(text: &str) -> Result<Self, ListenError> {
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self::At(address));
        }
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self::At((ip, DEFAULT_PORT).into()));
        }
        if let Some(port) = parse_port(text) {
            return Ok(Self::Everywhere(port));
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !text.ends_with(']') => {
                (host, parse_port(port).ok_or(ListenError)?)
            }
            None if text.is_empty() => return Err(ListenError),
            _ => (text, DEFAULT_PORT),
        };
        let bracketed = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        if let Some(ip) = bracketed.and_then(|ip| ip.parse::<Ipv6Addr>().ok()) {
            return Ok(Self::At((ip, port).into()));
        }
        match host {
            "" | "*" => Ok(Self::Everywhere(port)),
            host if is_host(host) => Ok(Self::Named {
                host: host.to_owned(),
                port,
            }),
            _ => Err(ListenError),
        }
    }
}

fn parse_port(text: &str) -> Option<u16> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

/// Text that looks like an address but is none, such as 300.1.2.3, is no host name either.
fn is_host(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let is_label = |label: &str| !label.is_empty() && !label.starts_with('-');
    text.len() <= HOST_BYTES_MAX
        && text.chars().all(is_allowed)
        && text.split('.').all(is_label)
        && text.contains(|c: char| c.is_ascii_alphabetic())
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everywhere(port) => write!(f, "port {port}"),
            Self::At(address) => address.fmt(f),
            Self::Named { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

/// The form of [`Listen`].
struct Address;

impl Form for Address {
    type Value = Listen;

    fn parse(&self, text: &str) -> Option<Listen> {
        text.parse().ok()
    }

    fn wanted(&self) -> String {
        WANTED.into()
    }

    fn show(&self, value: &Listen) -> String {
        match value {
            Listen::Everywhere(port) => format!("\"{port}\""),
            listen => format!("\"{listen}\""),
        }
    }
}

/// The addresses to listen on. An empty list would mean everywhere instead of nowhere, so it is
/// refused.
pub(super) struct Addresses;

impl Addresses {
    const LIST: List<Address> = List(Address);
}

impl Form for Addresses {
    type Value = Vec<Listen>;

    fn parse(&self, text: &str) -> Option<Vec<Listen>> {
        Self::LIST.parse(text).filter(|listens| !listens.is_empty())
    }

    fn read(&self, given: &Given) -> Option<Vec<Listen>> {
        Self::LIST.read(given).filter(|listens| !listens.is_empty())
    }

    fn wanted(&self) -> String {
        Self::LIST.wanted()
    }

    fn show(&self, value: &Vec<Listen>) -> String {
        Self::LIST.show(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let at = |text: &str| Listen::At(text.parse().expect("an address"));
        let named = |host: &str, port| Listen::Named {
            host: host.into(),
            port,
        };
        for (text, listen) in [
            ("8989", Listen::Everywhere(8989)),
            ("0", Listen::Everywhere(0)),
            (":2323", Listen::Everywhere(2323)),
            ("*:2323", Listen::Everywhere(2323)),
            ("127.0.0.1", at("127.0.0.1:8989")),
            ("127.0.0.1:0", at("127.0.0.1:0")),
            ("::1", at("[::1]:8989")),
            ("[::1]", at("[::1]:8989")),
            ("[::1]:2323", at("[::1]:2323")),
            ("localhost", named("localhost", 8989)),
            ("localhost:2323", named("localhost", 2323)),
            ("chat.example.org", named("chat.example.org", 8989)),
        ] {
            assert_eq!(text.parse(), Ok(listen.clone()), "{text}");
            let shown = Address.show(&listen);
            assert_eq!(shown.trim_matches('"').parse(), Ok(listen), "{shown}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "99999",
            "127.0.0.1:99999",
            "300.1.2.3",
            "localhost:",
            "localhost:http",
            "http://localhost",
            "a b",
            "[::1",
            "[localhost]:80",
            "+80",
            "::1:x",
        ] {
            assert_eq!(text.parse::<Listen>(), Err(ListenError), "{text}");
        }
    }
}
