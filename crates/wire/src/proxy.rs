//! The header that a proxy sends before a connection, to say whose it is: the PROXY protocol,
//! versions 1 and 2 (haproxy's proxy-protocol.txt).
//!
//! It must not know which proxies are trusted. It reads what a chat needs and skips the rest. `ppp`
//! on crates.io reads all of it, allocates, and distinguishes a truncated header from a wrong one
//! by eleven kinds of errors; this is no longer than handling those would be.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Bytes of a header at most. Version 1 has 107; version 2 may have a certificate in it.
pub const HEAD_BYTES_MAX: usize = 4096;

/// The connection before the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// The proxy's own connection, such as a health check, or one of which it knows nothing.
    Local,
    /// Another's.
    Proxied {
        /// The address it comes from.
        address: IpAddr,
        /// Whether the proxy has removed TLS.
        was_encrypted: bool,
    },
}

/// Why the bytes are no head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// None begins so.
    Missing,
    /// A header begins, and is wrong.
    Malformed,
    /// A version 2 header has more than [`HEAD_BYTES_MAX`].
    TooLong,
}

impl Unread {
    /// What the client is told, who can ask the proxy's administrators.
    pub fn words(self) -> &'static [u8] {
        match self {
            Self::Missing => {
                b"! NOT joined: this comes through a proxy, which has to send a PROXY header first.\n"
            }
            Self::Malformed => {
                b"! NOT joined: this comes through a proxy, and its PROXY header is malformed.\n"
            }
            Self::TooLong => {
                b"! NOT joined: this comes through a proxy, and its PROXY header has more than 4096 bytes.\n"
            }
        }
    }
}

const _: () = assert!(HEAD_BYTES_MAX == 4096);

const V1: &[u8] = b"PROXY ";
const V1_BYTES_MAX: usize = 107;
const V2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// The signature, version and command, family, and length.
const V2_FIXED_BYTES: usize = 16;
/// Bytes of two IPv4 addresses and their ports, and likewise of IPv6.
const V4_ADDRESSES: usize = 12;
const V6_ADDRESSES: usize = 36;
/// The type of the value about TLS, and the bit in it that says yes.
const PP2_TYPE_SSL: u8 = 0x20;
const PP2_CLIENT_SSL: u8 = 0x01;
/// The fewest bytes of that value: those bits, and how the client's certificate was verified.
const PP2_SSL_BYTES_MIN: usize = 5;

/// Parses a header and returns its length; `None` if more bytes are needed.
///
/// # Errors
/// [`Unread`], as early as that is certain.
pub fn read(bytes: &[u8]) -> Result<Option<(Head, usize)>, Unread> {
    let starts = |signature: &[u8]| {
        let seen = bytes.len().min(signature.len());
        bytes[..seen] == signature[..seen]
    };
    match (starts(V1), starts(V2)) {
        _ if bytes.is_empty() => Ok(None),
        (true, _) => read_v1(bytes),
        (_, true) => read_v2(bytes),
        _ => Err(Unread::Missing),
    }
}

fn read_v1(bytes: &[u8]) -> Result<Option<(Head, usize)>, Unread> {
    let seen = &bytes[..bytes.len().min(V1_BYTES_MAX)];
    let Some(end) = seen.windows(2).position(|two| two == b"\r\n") else {
        return match seen.len() {
            V1_BYTES_MAX => Err(Unread::Malformed),
            _ => Ok(None),
        };
    };
    let line = core::str::from_utf8(&seen[V1.len()..end]).map_err(|_| Unread::Malformed)?;
    let head = head_of_line(line).ok_or(Unread::Malformed)?;
    Ok(Some((head, end + 2)))
}

/// `TCP4 192.0.2.7 10.0.0.1 40000 8989`
fn head_of_line(line: &str) -> Option<Head> {
    let mut words = line.split(' ');
    let family = words.next()?;
    if family == "UNKNOWN" {
        return Some(Head::Local);
    }
    let mut address = || -> Option<IpAddr> {
        let word = words.next()?;
        match family {
            "TCP4" => word.parse().map(IpAddr::V4).ok(),
            "TCP6" => word.parse().map(IpAddr::V6).ok(),
            _ => None,
        }
    };
    let (from, _to) = (address()?, address()?);
    let mut port = || words.next()?.parse::<u16>().ok();
    let (_from, _to) = (port()?, port()?);
    words.next().is_none().then_some(Head::Proxied {
        address: from.to_canonical(),
        was_encrypted: false,
    })
}

fn read_v2(bytes: &[u8]) -> Result<Option<(Head, usize)>, Unread> {
    let Some(&[.., command, family, high, low]) = bytes.first_chunk::<V2_FIXED_BYTES>() else {
        return Ok(None);
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    let end = V2_FIXED_BYTES + length;
    if !matches!(command, 0x20 | 0x21) {
        return Err(Unread::Malformed);
    }
    if end > HEAD_BYTES_MAX {
        return Err(Unread::TooLong);
    }
    let Some(rest) = bytes.get(V2_FIXED_BYTES..end) else {
        return Ok(None);
    };
    let head = match (command, family) {
        (0x21, 0x11) => proxied(rest, V4_ADDRESSES)?,
        (0x21, 0x21) => proxied(rest, V6_ADDRESSES)?,
        _ => Head::Local,
    };
    Ok(Some((head, end)))
}

fn proxied(rest: &[u8], addresses: usize) -> Result<Head, Unread> {
    let (first, values) = rest.split_at_checked(addresses).ok_or(Unread::Malformed)?;
    let address = match addresses {
        V4_ADDRESSES => first
            .first_chunk()
            .map(|&four| Ipv4Addr::from_octets(four).into()),
        _ => first
            .first_chunk()
            .map(|&all| Ipv6Addr::from_octets(all).into()),
    };
    let address: IpAddr = address.ok_or(Unread::Malformed)?;
    Ok(Head::Proxied {
        address: address.to_canonical(),
        was_encrypted: is_encrypted(values),
    })
}

/// Looks through the values after the addresses; ignores malformed ones.
fn is_encrypted(mut values: &[u8]) -> bool {
    while let Some((&[kind, high, low], rest)) = values.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some((value, after)) = rest.split_at_checked(length) else {
            return false;
        };
        if kind == PP2_TYPE_SSL {
            let bits = value.first().filter(|_| value.len() >= PP2_SSL_BYTES_MIN);
            return bits.is_some_and(|bits| bits & PP2_CLIENT_SSL != 0);
        }
        values = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// Checks the verdict on the whole with something behind it, and that a part is no verdict.
    #[track_caller]
    fn check(bytes: &[u8], head: Head) {
        for n in 0..bytes.len() {
            assert_eq!(read(&bytes[..n]), Ok(None), "{}", bytes[..n].escape_ascii());
        }
        let more = [bytes, b"PROXY x\r\n"].concat();
        assert_eq!(read(&more), Ok(Some((head, bytes.len()))));
    }

    fn from(address: &str, was_encrypted: bool) -> Head {
        let address = address.parse().expect("an address");
        Head::Proxied {
            address,
            was_encrypted,
        }
    }

    fn v2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = (rest.len() as u16).to_be_bytes();
        [V2, &[command, family], &length, rest].concat()
    }

    #[test]
    fn lines_of_version_1() {
        let v4 = b"PROXY TCP4 192.0.2.7 10.0.0.1 40000 8989\r\n";
        check(v4, from("192.0.2.7", false));
        let v6 = b"PROXY TCP6 2001:db8::7 ::1 40000 8989\r\n";
        check(v6, from("2001:db8::7", false));
        check(
            b"PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n",
            from("192.0.2.7", false),
        );
        check(b"PROXY UNKNOWN\r\n", Head::Local);
        check(b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", Head::Local);
    }

    #[test]
    fn heads_of_version_2() {
        let v4 = [192, 0, 2, 7, 10, 0, 0, 1, 0x9c, 0x40, 0x23, 0x1d];
        check(&v2(0x21, 0x11, &v4), from("192.0.2.7", false));
        let mut v6 = [0; V6_ADDRESSES];
        v6[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
        v6[15] = 7;
        check(&v2(0x21, 0x21, &v6), from("2001:db8::7", false));
        check(&v2(0x20, 0x11, &v4), Head::Local);
        check(&v2(0x20, 0x00, &[]), Head::Local);
        check(&v2(0x21, 0x31, &[0; 216]), Head::Local);
    }

    #[test]
    fn a_proxy_that_takes_tls_off_says_so() {
        let v4 = [192, 0, 2, 7, 10, 0, 0, 1, 0, 1, 0, 2];
        let with = |values: &[u8]| v2(0x21, 0x11, &[&v4[..], values].concat());
        let ssl = |bits| [PP2_TYPE_SSL, 0, 5, bits, 0, 0, 0, 0];
        check(&with(&ssl(1)), from("192.0.2.7", true));
        check(&with(&ssl(0)), from("192.0.2.7", false));
        let behind = [&[0x02, 0, 1, b'x'][..], &ssl(5)].concat();
        check(&with(&behind), from("192.0.2.7", true));
        check(&with(&[PP2_TYPE_SSL, 0, 9, 1]), from("192.0.2.7", false));
        check(&with(&[PP2_TYPE_SSL, 0, 0]), from("192.0.2.7", false));
        check(&with(&[PP2_TYPE_SSL, 0, 2, 1, 0]), from("192.0.2.7", false));
    }

    #[test]
    fn what_is_no_head_is_refused_at_once() {
        let long = [V1, &[b'x'; V1_BYTES_MAX]].concat();
        for bytes in [&b"b"[..], b"PROXX", b"\r\n\r\n\0\r\nQUIX"] {
            let missing = Err(Unread::Missing);
            assert_eq!(read(bytes), missing, "{}", bytes.escape_ascii());
        }
        let too_long = v2(0x21, 0x11, &[0; HEAD_BYTES_MAX]);
        assert_eq!(read(&too_long), Err(Unread::TooLong));
        for bytes in [
            &b"PROXY TCP4 192.0.2.7 10.0.0.1 40000\r\n"[..],
            b"PROXY TCP4 192.0.2.7 10.0.0.1 40000 8989 1\r\n",
            b"PROXY TCP4 2001:db8::7 ::1 40000 8989\r\n",
            b"PROXY TCP4 192.0.2.7 10.0.0.1 40000 70000\r\n",
            b"PROXY TCP5 192.0.2.7 10.0.0.1 40000 8989\r\n",
            b"PROXY \xff\r\n",
            &long,
            &v2(0x11, 0x11, &[0; 12]),
            &v2(0x22, 0x11, &[0; 12]),
            &v2(0x21, 0x11, &[0; 11]),
            &v2(0x21, 0x21, &[0; 35]),
        ] {
            assert_eq!(
                read(bytes),
                Err(Unread::Malformed),
                "{}",
                bytes.escape_ascii()
            );
        }
    }
}
