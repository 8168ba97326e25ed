//! Recognises the protocol of a client by its first bytes.
//!
//! It must not know how long to wait for them, nor parse the protocols. All share one port, and a
//! first line that belongs to none of them is what a person typed: their name. So a protocol is
//! recognised only by what no name can be, and as early as that is certain, since the server greets
//! nobody before. Nothing that is recognised becomes a name, whether the server speaks it or not.
//!
//! The first line after the greeting is examined in the same way: some IRC, HTTP and JSON clients
//! wait for the server, and a slow link makes any of them late. Telnet options, which some send
//! before their person has typed anything, are no line, and what follows them is examined as if
//! they were not there: it may be a paste. Empty lines before it change nothing: an HTTP request
//! may have some (RFC 9112, section 2.2), and what follows would be said to everybody.
//!
//! A few names cannot be had by a client that speaks first: `SSH-...`, an IRC command followed by a
//! blank or by a room, one alone in capital letters, and the words that scanners, health checks and
//! mail clients send (`HELP`, `stats`, `CAPA` and some more, see `probe`) in exactly that case and
//! with exactly those line ends, or with none.

mod http;
mod probe;
#[cfg(test)]
mod tests;

use crate::input::{BOM, after_options};

/// Bytes that are always enough to decide: a request line of ordinary length.
pub const SNIFF_BYTES_MAX: usize = 512;

/// A protocol that a client can speak on the one port.
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
    /// IRC (RFC 2812, IRCv3), or a gateway to it (WEBIRC).
    Irc,
    /// A PROXY header, version 1 or 2, followed by any of the others.
    Proxy,
    /// Lines of JSON, each an object.
    Json,
    /// Lines of text in UTF-16.
    Utf16,
    /// A scanner that probes the port, or a protocol that no chat speaks.
    Probe,
}

impl Protocol {
    /// The answer to a client of a protocol that the server does not serve, in that protocol if it
    /// has words for this.
    pub fn refusal(self) -> &'static [u8] {
        match self {
            Self::Plain | Self::Json | Self::Irc => b"",
            // A fatal alert, protocol_version (RFC 8446, section 6.2).
            Self::Tls => &[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46],
            Self::Http => {
                b"HTTP/1.1 501 Not Implemented\r\nContent-Type: text/plain\r\n\
                  Content-Length: 52\r\nConnection: close\r\n\r\n\
                  This is a chat for terminals. Try: nc <host> <port>\n"
            }
            // Lines before the version string are for people (RFC 4253, section 4.2).
            Self::Ssh => b"This is a chat for terminals. Try nc instead of ssh.\r\n",
            Self::Proxy => b"The PROXY protocol is not accepted here.\r\n",
            Self::Utf16 => b"! NOT joined: this is UTF-16. Send UTF-8.\n",
            Self::Probe => b"This is a chat for terminals. Try: nc <host> <port>\n",
        }
    }
}

impl Protocol {
    /// The same if the server only accepts encrypted connections.
    pub fn refusal_in_the_clear(self) -> &'static [u8] {
        match self {
            Self::Http => {
                b"HTTP/1.1 501 Not Implemented\r\nContent-Type: text/plain\r\n\
                  Content-Length: 72\r\nConnection: close\r\n\r\n\
                  This is a chat for terminals, inside TLS. Try: ncat --ssl <host> <port>\n"
            }
            Self::Ssh => {
                b"This is a chat for terminals, inside TLS. Try ncat --ssl instead of ssh.\r\n"
            }
            Self::Probe => {
                b"This is a chat for terminals, inside TLS. Try: ncat --ssl <host> <port>\n"
            }
            other => other.refusal(),
        }
    }
}

/// The verdict on the bytes so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sniffed {
    /// This protocol, whatever follows.
    Is(Protocol),
    /// They fit more than one. If the client says no more, see [`sniff_silent`].
    NeedMore,
}

/// How well bytes fit a pattern, the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    No,
    SoFar,
    Yes,
}

/// The type of a handshake record, and the major version that all versions of TLS share.
const TLS: &[u8] = &[0x16, 0x03];

const SSH: &[u8] = b"SSH-";

/// The first bytes of PROXY headers, version 1 and version 2 (haproxy's proxy-protocol.txt, section
/// 2).
const PROXY: [&[u8]; 2] = [b"PROXY ", b"\r\n\r\n\0\r\nQUIT\n"];

const JSON: &[u8] = b"{";

/// The commands that a client may send before it is registered, each with its space.
const IRC: [&[u8]; 5] = [b"NICK ", b"USER ", b"CAP ", b"PASS ", b"WEBIRC "];

/// Bytes of the longest of [`IRC`].
const IRC_BYTES_MAX: usize = 7;

/// What a client says that believes it is registered, or somebody who types IRC by hand: in the
/// usual spelling, and with what no name has. `JOIN #lobby` would be a name and its password.
const IRC_TALK: [&[u8]; 10] = [
    b"JOIN #",
    b"PART #",
    b"MODE #",
    b"TOPIC #",
    b"NAMES #",
    b"WHO #",
    b"PRIVMSG ",
    b"NOTICE ",
    b"PING ",
    b"AUTHENTICATE ",
];

/// The commands that can be a client's first, each alone on a line, where a person's name would be:
/// only as programs write them. A scanner sends `PING` with CR LF.
const IRC_ALONE: [&[u8]; 15] = [
    b"PASS\n",
    b"PASS\r\n",
    b"NICK\n",
    b"NICK\r\n",
    b"USER\n",
    b"USER\r\n",
    b"CAP\n",
    b"CAP\r\n",
    b"STARTTLS\n",
    b"STARTTLS\r\n",
    b"AUTHENTICATE\n",
    b"AUTHENTICATE\r\n",
    b"VERSION\n",
    b"VERSION\r\n",
    b"PING\n",
];

/// How a client came to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoke {
    /// Unasked, as programs do.
    First,
    /// After the greeting, as people do, and some programs.
    Greeted,
}

/// Decides from the first bytes of a client, as early as they allow. Looks at [`SNIFF_BYTES_MAX`]
/// of them at most.
pub fn sniff(bytes: &[u8], spoke: Spoke) -> Sniffed {
    let seen = &bytes[..bytes.len().min(SNIFF_BYTES_MAX)];
    let line = after_telnet(seen);
    match sniff_line(line) {
        Sniffed::Is(Protocol::Ssh) if spoke == Spoke::Greeted => sniff_ssh(line),
        // After an empty line it would be no name, but said to everybody.
        Sniffed::Is(protocol)
            if spoke == Spoke::Greeted && !begins_empty(line) && may_be_typed(protocol, line) =>
        {
            Sniffed::Is(Protocol::Plain)
        }
        Sniffed::NeedMore if seen.len() == SNIFF_BYTES_MAX => Sniffed::Is(Protocol::Plain),
        sniffed => sniffed,
    }
}

/// Decides for a client that has sent no more than `bytes`, for a while or for good.
pub fn sniff_silent(bytes: &[u8], spoke: Spoke) -> Protocol {
    match sniff(bytes, spoke) {
        Sniffed::Is(protocol) => protocol,
        _ if spoke == Spoke::First && probe::is_alone(bytes) => Protocol::Probe,
        Sniffed::NeedMore => Protocol::Plain,
    }
}

/// Whether these bytes are only telnet options: the person has typed nothing yet.
pub fn is_telnet_alone(bytes: &[u8]) -> bool {
    !bytes.is_empty() && after_telnet(bytes).is_empty()
}

/// What follows the telnet options with which a client begins, if any: nothing while the last of
/// them is incomplete.
pub fn after_telnet(bytes: &[u8]) -> &[u8] {
    after_options(bytes).unwrap_or_default()
}

/// Decides at once for a client that was greeted and has sent this in one packet, if it is a
/// person's Enter, which makes a guest without waiting; or the two Enters that scanners send after
/// the greeting: nobody presses Enter twice in one packet.
pub fn sniff_packet(bytes: &[u8]) -> Option<Protocol> {
    match bytes {
        b"\n" => Some(Protocol::Plain),
        b"\r\n\r\n" => Some(Protocol::Probe),
        _ => None,
    }
}

fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Whether a TLS handshake begins with the very first byte.
pub fn is_tls(bytes: &[u8]) -> bool {
    fit(bytes, TLS) == Fit::Yes
}

fn begins_empty(bytes: &[u8]) -> bool {
    let line = bytes.strip_prefix(BOM).unwrap_or(bytes);
    after_empty_lines(line).len() < line.len()
}

/// What follows lines that are empty, or of white space.
fn after_empty_lines(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some(end) = line_end(rest) {
        if !rest[..end].iter().all(is_blank) {
            break;
        }
        rest = match &rest[end..] {
            [b'\r', b'\0', behind @ ..] => behind,
            [_, behind @ ..] => behind,
            [] => &[],
        };
    }
    rest
}

/// Distinguishes an ssh client that has waited, or whose link is slow, from a name such as `SSH-7`:
/// by the version of the protocol and the hyphen after it (RFC 4253, section 4.2).
fn sniff_ssh(bytes: &[u8]) -> Sniffed {
    let line = after_empty_lines(bytes.strip_prefix(BOM).unwrap_or(bytes));
    let version = line.strip_prefix(SSH).unwrap_or_default();
    let end = version.iter().position(|byte| !is_of_version(*byte));
    match end.map(|end| version.split_at(end)) {
        None => Sniffed::NeedMore,
        Some(([_, ..], [b'-', ..])) => Sniffed::Is(Protocol::Ssh),
        Some(_) => Sniffed::Is(Protocol::Plain),
    }
}

fn is_of_version(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'.'
}

/// Whether a person who was greeted may have typed what no program would send by then. The dialect
/// reports UTF-16, and asks again.
fn may_be_typed(protocol: Protocol, bytes: &[u8]) -> bool {
    match protocol {
        Protocol::Utf16 => true,
        Protocol::Probe => probe::WORDS.iter().any(|word| bytes.starts_with(word)),
        _ => false,
    }
}

fn sniff_line(bytes: &[u8]) -> Sniffed {
    let bytes = match fit(bytes, BOM) {
        Fit::Yes => &bytes[BOM.len()..],
        Fit::SoFar if !bytes.is_empty() => return Sniffed::NeedMore,
        _ => bytes,
    };
    // A proxy's header begins with empty lines, and two more bytes that could belong to anything.
    let head = fit_any(PROXY.iter().map(|head| fit(bytes, head)));
    let rest = after_empty_lines(bytes);
    if rest.len() < bytes.len() && head == Fit::SoFar {
        return Sniffed::NeedMore;
    }
    if !bytes.is_empty() && rest.iter().all(is_blank) {
        return Sniffed::NeedMore;
    }
    let bytes = rest;
    // What is certain after fewer bytes comes first, so that a decision stands.
    let fits = [
        (fit(bytes, TLS), Protocol::Tls),
        (fit(bytes, SSH), Protocol::Ssh),
        (head.max(fit(bytes, PROXY[0])), Protocol::Proxy),
        (fit(bytes, JSON), Protocol::Json),
        (http::fit_known_method(bytes), Protocol::Http),
        (fit_irc(bytes), Protocol::Irc),
        (probe::fit_utf16(bytes), Protocol::Utf16),
        (http::fit_request_line(bytes, &[b"HTTP/"]), Protocol::Http),
        (probe::fit_probe(bytes), Protocol::Probe),
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

/// A command, which may have tags before it (IRCv3, message tags): `@time=... NICK megumin`.
fn fit_irc(bytes: &[u8]) -> Fit {
    if bytes.first() != Some(&b'@') {
        return fit_irc_command(bytes);
    }
    match bytes.iter().position(|b| matches!(b, b' ' | b'\r' | b'\n')) {
        Some(end) if bytes[end] == b' ' => fit_irc_command(bytes[end..].trim_ascii_start()),
        Some(_) => Fit::No,
        None => Fit::SoFar,
    }
}

/// IRC's commands may be in either case.
fn fit_irc_command(bytes: &[u8]) -> Fit {
    let mut upper = [0; IRC_BYTES_MAX];
    let upper = &mut upper[..bytes.len().min(IRC_BYTES_MAX)];
    upper.copy_from_slice(&bytes[..upper.len()]);
    upper.make_ascii_uppercase();
    let early = IRC.iter().map(|command| fit(upper, command));
    let late = IRC_TALK.iter().map(|command| fit(bytes, command));
    let alone = IRC_ALONE.iter().map(|line| fit(bytes, line));
    fit_any(early.chain(late).chain(alone))
}

/// The end of the first line of `bytes`, if it is complete.
fn line_end(bytes: &[u8]) -> Option<usize> {
    memchr::memchr2(b'\r', b'\n', bytes)
}
