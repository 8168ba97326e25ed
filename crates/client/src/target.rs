//! `HOST[:PORT]`, as it is typed on a command line.
//!
//! It must not resolve anything: a text is judged by its form alone, so that the judgement is the
//! same on every machine. The form that shaped it is the bare IPv6 address: `::1` has colons and no
//! port, therefore a text with more than one colon is an address or a mistake, never a host with a
//! port. That form, and the zone of a link-local address (`fe80::1%eth0`), are also why it is read
//! here: neither `http::uri::Authority` nor `url::Host` takes them.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

/// The port of a server that names none.
pub const DEFAULT_PORT: u16 = 8989;

/// A server to join: a host name or an address, and a port.
///
/// Its `Display` form parses back into it: `chat.example.org:8989`, `[::1]:8989`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    host: String,
    port: u16,
}

/// Why a text is no `HOST[:PORT]`; each carries the text or the part at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Nothing stands where the host should.
    #[error("\"{0}\" names no host.")]
    NoHost(String),
    /// It is a URL.
    #[error("\"{0}\" is a URL; a server is HOST or HOST:PORT.")]
    Url(String),
    /// A character that no host name has.
    #[error("\"{0}\" is no host name: it has white space, a slash, an @ or a control character.")]
    BadHost(String),
    /// The port is not a number from 1 to 65535.
    #[error("\"{0}\" is no port: a port is a number from 1 to 65535.")]
    BadPort(String),
    /// `[` without `]`.
    #[error("\"{0}\" has a [ without its ].")]
    OpenBracket(String),
    /// Between the brackets, or around several colons, stands no IPv6 address.
    #[error("\"{0}\" is no IPv6 address; with a port it is [ADDRESS]:PORT.")]
    BadAddress(String),
    /// A port stands in the text and beside it.
    #[error("\"{0}\" names a port already.")]
    TwoPorts(String),
    /// Something other than a port follows the brackets.
    #[error("\"{0}\" follows the address where only :PORT can.")]
    AfterBracket(String),
}

impl Target {
    /// The host as the resolver wants it: an IPv6 address has no brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, never 0.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `HOST PORT`, as nc and telnet take it.
    ///
    /// # Errors
    ///
    /// As for `HOST:PORT`, and when the host names a port too.
    pub fn with_port(host: &str, port: u16) -> Result<Self, TargetError> {
        match split(host)? {
            (_, Some(_)) => Err(TargetError::TwoPorts(host.to_owned())),
            _ if port == 0 => Err(TargetError::BadPort("0".to_owned())),
            (host, None) => Ok(Self {
                host: host.to_owned(),
                port,
            }),
        }
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (host, port) = split(text)?;
        Ok(Self {
            host: host.to_owned(),
            port: port.unwrap_or(DEFAULT_PORT),
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

fn split(text: &str) -> Result<(&str, Option<u16>), TargetError> {
    if text.contains("://") {
        Err(TargetError::Url(text.to_owned()))
    } else if let Some(rest) = text.strip_prefix('[') {
        split_bracketed(text, rest)
    } else if text.matches(':').count() > 1 {
        Ok((checked_ipv6(text)?, None))
    } else {
        split_named(text)
    }
}

fn split_bracketed<'a>(text: &str, rest: &'a str) -> Result<(&'a str, Option<u16>), TargetError> {
    let (address, after) = rest
        .split_once(']')
        .ok_or_else(|| TargetError::OpenBracket(text.to_owned()))?;
    let port = match after.strip_prefix(':') {
        Some(port) => Some(checked_port(port)?),
        None if after.is_empty() => None,
        None => return Err(TargetError::AfterBracket(after.to_owned())),
    };
    Ok((checked_ipv6(address)?, port))
}

fn split_named(text: &str) -> Result<(&str, Option<u16>), TargetError> {
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(checked_port(port)?)),
        None => (text, None),
    };
    if host.is_empty() {
        return Err(TargetError::NoHost(text.to_owned()));
    }
    if host.contains(|c: char| c.is_whitespace() || c.is_control() || "/\\@[]".contains(c)) {
        return Err(TargetError::BadHost(host.to_owned()));
    }
    Ok((host, port))
}

fn checked_ipv6(text: &str) -> Result<&str, TargetError> {
    // RFC 4007: a link-local address needs its zone, `fe80::1%eth0`; the resolver understands it,
    // Ipv6Addr does not.
    let address = text
        .split_once('%')
        .map_or(text, |(address, _zone)| address);
    match address.parse::<Ipv6Addr>() {
        Ok(_) => Ok(text),
        Err(_) => Err(TargetError::BadAddress(text.to_owned())),
    }
}

fn checked_port(text: &str) -> Result<u16, TargetError> {
    // `u16::from_str` takes "+80".
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(port) if digits && port != 0 => Ok(port),
        _ => Err(TargetError::BadPort(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, host: &str, port: u16) {
        let target: Target = text.parse().unwrap();
        assert_eq!((target.host(), target.port()), (host, port), "{text}");
        assert_eq!(target.to_string().parse(), Ok(target), "{text}");
    }

    fn refuse(text: &str, error: impl Fn(String) -> TargetError, at_fault: &str) {
        assert_eq!(text.parse::<Target>(), Err(error(at_fault.to_owned())));
    }

    #[test]
    fn a_host_with_and_without_a_port() {
        check("chat.example.org", "chat.example.org", DEFAULT_PORT);
        check("chat.example.org:23", "chat.example.org", 23);
        check("10.0.0.7:65535", "10.0.0.7", 65535);
        check("bücher.example", "bücher.example", DEFAULT_PORT);
    }

    #[test]
    fn a_port_beside_the_host() {
        let target = |host, port| Target::with_port(host, port).map(|target| target.to_string());
        assert_eq!(target("host", 23), Ok("host:23".to_owned()));
        assert_eq!(target("::1", 23), Ok("[::1]:23".to_owned()));
        assert_eq!(target("[::1]", 23), Ok("[::1]:23".to_owned()));
        assert_eq!(
            target("host:1", 23),
            Err(TargetError::TwoPorts("host:1".into()))
        );
        assert_eq!(target("host", 0), Err(TargetError::BadPort("0".into())));
    }

    #[test]
    fn an_ipv6_address_with_and_without_brackets() {
        check("::1", "::1", DEFAULT_PORT);
        check("[::1]", "::1", DEFAULT_PORT);
        check("[2001:db8::7]:9000", "2001:db8::7", 9000);
        check("[fe80::1%eth0]:9000", "fe80::1%eth0", 9000);
        check("fe80::1%eth0", "fe80::1%eth0", DEFAULT_PORT);
    }

    #[test]
    fn no_host_and_bad_hosts() {
        refuse("", TargetError::NoHost, "");
        refuse(":8989", TargetError::NoHost, ":8989");
        refuse("my host", TargetError::BadHost, "my host");
        refuse("lee@host:22", TargetError::BadHost, "lee@host");
        refuse("host/room", TargetError::BadHost, "host/room");
        refuse("host]:1", TargetError::BadHost, "host]");
        refuse("http://host", TargetError::Url, "http://host");
        refuse("irc://[::1]:1", TargetError::Url, "irc://[::1]:1");
    }

    #[test]
    fn bad_ports() {
        refuse("host:", TargetError::BadPort, "");
        refuse("host:0", TargetError::BadPort, "0");
        refuse("host:65536", TargetError::BadPort, "65536");
        refuse("host:+80", TargetError::BadPort, "+80");
        refuse("[::1]:x", TargetError::BadPort, "x");
    }

    #[test]
    fn bad_addresses() {
        refuse("[::1", TargetError::OpenBracket, "[::1");
        refuse("[]", TargetError::BadAddress, "");
        refuse("[host]:1", TargetError::BadAddress, "host");
        refuse("host:80:90", TargetError::BadAddress, "host:80:90");
        refuse("[::1]8989", TargetError::AfterBracket, "8989");
    }

    #[test]
    fn an_error_is_one_sentence() {
        let error = "host:0".parse::<Target>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"0\" is no port: a port is a number from 1 to 65535."
        );
    }
}
