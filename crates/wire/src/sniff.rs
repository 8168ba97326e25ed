//! Tells from a client's first bytes which protocol it speaks.
//!
//! It must not know how long to wait for them, nor read the protocols. All share one port, and a
//! first line that belongs to none of them is what a person typed: their name. So a protocol is
//! recognised only by what no name can be, for a name that happens to be `Get` or `USER` must
//! reach the prompt; and as early as that is certain, since nobody is greeted before.

/// Bytes that are always enough to decide.
pub const SNIFF_BYTES_MAX: usize = 16;

/// What a client can speak on the one port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Lines of text, from a person at nc or telnet, or from a script.
    Plain,
    /// TLS (RFC 8446), with any of the others inside.
    Tls,
    /// HTTP/1.1 (RFC 9112), or HTTP/2 without an upgrade (RFC 9113).
    Http,
    /// SSH (RFC 4253).
    Ssh,
    /// IRC (RFC 2812, IRCv3).
    Irc,
}

impl Protocol {
    /// What a client of a protocol that the server does not serve is told, in its own language as
    /// far as it has one for that.
    pub fn refusal(self) -> &'static [u8] {
        match self {
            Self::Plain => b"",
            // A fatal alert, protocol_version (RFC 8446, section 6.2).
            Self::Tls => &[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46],
            Self::Http => {
                b"HTTP/1.1 501 Not Implemented\r\nContent-Type: text/plain\r\n\
                  Content-Length: 52\r\nConnection: close\r\n\r\n\
                  This is a chat for terminals. Try: nc <host> <port>\n"
            }
            // Lines before the version string are for people (RFC 4253, section 4.2).
            Self::Ssh => b"This is a chat for terminals. Try nc instead of ssh.\r\n",
            Self::Irc => b"ERROR :This is a chat for terminals. Try nc instead.\r\n",
        }
    }
}

/// What the bytes so far say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sniffed {
    /// This protocol, whatever follows.
    Is(Protocol),
    /// They fit more than one; a client that says no more is [`Protocol::Plain`].
    NeedMore,
}

/// How well bytes fit a pattern, the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    No,
    SoFar,
    Yes,
}

/// A request method and its space, and how its targets begin (RFC 9112, section 3.2).
type Method = (&'static [u8], &'static [&'static [u8]]);

const TARGETS: &[&[u8]] = &[b"/", b"http:", b"https:"];

const METHODS: &[Method] = &[
    (b"GET ", TARGETS),
    (b"HEAD ", TARGETS),
    (b"POST ", TARGETS),
    (b"PUT ", TARGETS),
    (b"PATCH ", TARGETS),
    (b"DELETE ", TARGETS),
    (b"OPTIONS ", &[b"*", b"/", b"http:", b"https:"]),
    (b"PRI ", &[b"* HTTP/2"]),
];

/// The one method whose target is a host and a port.
const CONNECT: &[u8] = b"CONNECT ";

/// The type of a handshake record, and the major version that all versions of TLS share.
const TLS: &[u8] = &[0x16, 0x03];

const SSH: &[u8] = b"SSH-";

/// The commands that a client may send before it is registered, each with its space.
const IRC: &[&[u8]] = &[b"NICK ", b"USER ", b"CAP ", b"PASS "];

/// Decides from the first bytes of a connection, as early as they allow. Never more than
/// [`SNIFF_BYTES_MAX`] are looked at.
pub fn sniff(bytes: &[u8]) -> Sniffed {
    let fits = [
        (fit(bytes, TLS), Protocol::Tls),
        (fit(bytes, SSH), Protocol::Ssh),
        (fit_http(bytes), Protocol::Http),
        (fit_irc(bytes), Protocol::Irc),
    ];
    if let Some((_, protocol)) = fits.iter().find(|(fit, _)| *fit == Fit::Yes) {
        return Sniffed::Is(*protocol);
    }
    if fits.iter().any(|(fit, _)| *fit == Fit::SoFar) {
        return Sniffed::NeedMore;
    }
    Sniffed::Is(Protocol::Plain)
}

fn fit(bytes: &[u8], pattern: &[u8]) -> Fit {
    match bytes.len().min(pattern.len()) {
        n if bytes[..n] != pattern[..n] => Fit::No,
        n if n < pattern.len() => Fit::SoFar,
        _ => Fit::Yes,
    }
}

fn fit_any(fits: impl Iterator<Item = Fit>) -> Fit {
    fits.max().unwrap_or(Fit::No)
}

fn fit_http(bytes: &[u8]) -> Fit {
    let requests = METHODS.iter().map(|method| fit_request(bytes, *method));
    fit_any(requests).max(fit_connect(bytes))
}

fn fit_request(bytes: &[u8], (method, targets): Method) -> Fit {
    match bytes.strip_prefix(method) {
        Some(target) => fit_any(targets.iter().map(|pattern| fit(target, pattern))),
        None => fit(bytes, method),
    }
}

fn fit_connect(bytes: &[u8]) -> Fit {
    match bytes.strip_prefix(CONNECT) {
        Some([]) => Fit::SoFar,
        Some([first, ..]) if first.is_ascii_alphanumeric() || *first == b'[' => Fit::Yes,
        Some(_) => Fit::No,
        None => fit(bytes, CONNECT),
    }
}

/// IRC's commands may be in either case.
fn fit_irc(bytes: &[u8]) -> Fit {
    let mut upper = [0; SNIFF_BYTES_MAX];
    let upper = &mut upper[..bytes.len().min(SNIFF_BYTES_MAX)];
    upper.copy_from_slice(&bytes[..upper.len()]);
    upper.make_ascii_uppercase();
    fit_any(IRC.iter().map(|command| fit(upper, command)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Checks the whole of `bytes`, and that nothing is decided before byte `after`.
    fn check(bytes: &[u8], after: usize, expected: Protocol) {
        for n in 0..=bytes.len() {
            let expected = if n < after {
                Sniffed::NeedMore
            } else {
                Sniffed::Is(expected)
            };
            assert_eq!(
                sniff(&bytes[..n]),
                expected,
                "{}",
                bytes[..n].escape_ascii()
            );
        }
    }

    #[test]
    fn protocols_are_known_by_their_first_words() {
        check(b"\x16\x03\x01\x02\x00\x01", 2, Protocol::Tls);
        check(b"SSH-2.0-OpenSSH_9.2\r\n", 4, Protocol::Ssh);
        check(b"GET / HTTP/1.1\r\n", 5, Protocol::Http);
        check(b"GET http://h/ HTTP/1.1\r\n", 9, Protocol::Http);
        check(b"HEAD /x HTTP/1.1\r\n", 6, Protocol::Http);
        check(b"POST /say HTTP/1.1\r\n", 6, Protocol::Http);
        check(b"PUT /x HTTP/1.1\r\n", 5, Protocol::Http);
        check(b"PATCH /x HTTP/1.1\r\n", 7, Protocol::Http);
        check(b"DELETE /x HTTP/1.1\r\n", 8, Protocol::Http);
        check(b"OPTIONS * HTTP/1.1\r\n", 9, Protocol::Http);
        check(b"OPTIONS https://h/ HTTP/1.1\r\n", 14, Protocol::Http);
        check(b"CONNECT h:443 HTTP/1.1\r\n", 9, Protocol::Http);
        check(b"CONNECT [::1]:443 HTTP/1.1\r\n", 9, Protocol::Http);
        check(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 12, Protocol::Http);
        check(b"NICK megumin\r\n", 5, Protocol::Irc);
        check(b"user m 0 * :M\r\n", 5, Protocol::Irc);
        check(b"CAP LS 302\r\n", 4, Protocol::Irc);
        check(b"Pass secret\r\n", 5, Protocol::Irc);
    }

    #[test]
    fn a_name_is_plain_from_the_byte_that_makes_it_one() {
        check(b"megumin\n", 1, Protocol::Plain);
        check(b"\n", 1, Protocol::Plain);
        check(b"\xff\xfd\x01", 1, Protocol::Plain);
        check("ルーム\n".as_bytes(), 1, Protocol::Plain);
        check(b"Get\n", 2, Protocol::Plain);
        check(b"GET\n", 4, Protocol::Plain);
        check(b"GETTY\n", 4, Protocol::Plain);
        check(b"GET help\n", 6, Protocol::Plain);
        check(b"OPTIONS\r\n", 8, Protocol::Plain);
        check(b"CONNECT \n", 9, Protocol::Plain);
        check(b"PRI * HTTP/1", 12, Protocol::Plain);
        check(b"POSTMAN\n", 5, Protocol::Plain);
        check(b"nick\n", 5, Protocol::Plain);
        check(b"Nicky\n", 5, Protocol::Plain);
        check(b"passer\n", 5, Protocol::Plain);
        check(b"SSHD\n", 4, Protocol::Plain);
        check(b"\x16\x04", 2, Protocol::Plain);
        check(b"/resume K7Q2-9MXP\n", 1, Protocol::Plain);
    }

    #[test]
    fn no_client_is_kept_waiting_for_more_than_the_maximum() {
        let first_bytes = METHODS
            .iter()
            .flat_map(|(method, targets)| targets.iter().map(|target| [*method, *target].concat()));
        assert!(first_bytes.map(|bytes| bytes.len()).max() <= Some(SNIFF_BYTES_MAX));
    }

    proptest! {
        #[test]
        fn a_decision_stands(bytes in "(GET|get|OPTIONS|NICK|PRI|SSH-|.)?[ /*a-z:]{0,20}") {
            let bytes = bytes.as_bytes();
            let decided = (0..=bytes.len()).map(|n| sniff(&bytes[..n]));
            let mut decided = decided.skip_while(|sniffed| *sniffed == Sniffed::NeedMore);
            if let Some(first) = decided.next() {
                prop_assert!(decided.all(|later| later == first));
            } else {
                prop_assert!(bytes.len() < SNIFF_BYTES_MAX);
            }
        }
    }
}
