//! First bytes that are no UTF-8 text: UTF-16, and what scanners and lost programs send.
//!
//! Scanners such as nmap try a port with the first bytes of many protocols. Most of these are no
//! name and would be refused like one; those that could become a guest or a name are recognised
//! here, so that no probe is announced to a room.

use super::http::{fit_request_line, is_token};
use super::{Fit, fit, fit_any, line_end};
use crate::input::is_dont;

/// Lines that scanners and health checks send, each of which could begin with a name. Lines that
/// could be a script's (`login`, `Query`, or ZooKeeper's `stat`, with LF) are not among them.
pub(super) const WORDS: [&[u8]; 28] = [
    b"HELP\r\n",
    b"QUIT\r\n",
    b"EHLO\r\n",
    b"HELO\r\n",
    b"PING\r\n",
    b"INFO\r\n",
    b"stats\r\n",
    b"serverstatus\r\n",
    b"ver\r\n",
    b"version\r\n",
    // Of ZooKeeper, as `echo` and collectors of metrics send them.
    b"ruok\n",
    b"ruok\r\n",
    b"mntr\n",
    b"mntr\r\n",
    b"srvr\n",
    b"srvr\r\n",
    // Of clamd.
    b"nPING\n",
    b"nVERSION\n",
    b"nSTATS\n",
    b"nINSTREAM\n",
    b"nIDSESSION\n",
    // Of a Zabbix agent.
    b"agent.ping\n",
    b"HELP\n\n\0",
    b"get_info\n",
    b"NXSH-5.6.7\n",
    b"init\noff all\n",
    b"LO_SERVER_CLIENT_PAIR\n",
    b"TVNM1   \r",
];

/// What clients of mail, news, files and queues say, most of them after a greeting; a scanner
/// of the whole internet, which names what it probes (`MGLNDD_192.0.2.7_8989`); Flash, whose NUL
/// would make it UTF-16; and the first bytes of Bitcoin, of its main and its test network. No
/// person is called so.
pub(super) const FOREIGN: [&[u8]; 15] = [
    b"EHLO ",
    b"HELO ",
    b"LHLO ",
    b"CAPA\r\n",
    b"STLS\r\n",
    b"CAPABILITIES\r\n",
    b"AUTH TLS\r\n",
    b"AUTH SSL\r\n",
    b"CONNECT\naccept-version:",
    b"CONNECT\nlogin:",
    b"STOMP\naccept-version:",
    b"MGLNDD_",
    b"<policy-file-request/>",
    b"\xf9\xbe\xb4\xd9",
    b"\xfa\xbf\xb5\xda",
];

/// Words that are sent without a line end, and then nothing: those of ZooKeeper, what Nagios asks
/// of clamd, and a few of scanners. With a line end most of them could be a script's name.
pub(super) const UNENDED: [&[u8]; 18] = [
    b"JDWP-Handshake",
    b"VERSION",
    b"vp3",
    b"PING",
    b"conf",
    b"cons",
    b"crst",
    b"dump",
    b"envi",
    b"isro",
    b"mntr",
    b"ruok",
    b"srst",
    b"srvr",
    b"stat",
    b"wchc",
    b"wchp",
    b"wchs",
];

/// The first commands of IMAP, each after a tag (RFC 9051).
const IMAP: [&[u8]; 3] = [b"CAPABILITY\r\n", b"STARTTLS\r\n", b"LOGOUT\r\n"];

/// What a scanner sends before it listens: two empty lines, which a person does only once, or knows
/// what to expect; a word without an end; or a single NUL, which alone is no UTF-16. A terminal's
/// Enter is LF.
pub(super) fn is_alone(bytes: &[u8]) -> bool {
    let ends: [&[u8]; 2] = [b"\r\n\r\n", b"\r\r"];
    ends.iter().any(|end| bytes.starts_with(end)) || UNENDED.contains(&bytes) || bytes == b"\0"
}

pub(super) fn fit_utf16(bytes: &[u8]) -> Fit {
    match bytes {
        [0xfe, 0xff, ..] => Fit::Yes,
        [0xfe] | [0xff] | [0xff, 0xfe] | [0xff, 0xfe, _] => Fit::SoFar,
        // Little-endian, or telnet's DONT and what the person typed after it.
        [0xff, 0xfe, option, next, ..] if is_dont(*option, *next) => Fit::No,
        [0xff, 0xfe, ..] => Fit::Yes,
        // Without a mark, ASCII letters tell. Any other sign makes the line a person's.
        [0, a, 0, b, ..] | [a, 0, b, 0, ..] if is_token(a) && is_text(*b) => Fit::Yes,
        [0] => Fit::SoFar,
        [0, a] | [a, 0] | [0, a, 0] if is_token(a) => Fit::SoFar,
        [a, 0, b] if is_token(a) && is_text(*b) => Fit::SoFar,
        _ => Fit::No,
    }
}

fn is_text(byte: u8) -> bool {
    byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

pub(super) fn fit_probe(bytes: &[u8]) -> Fit {
    let words = WORDS.iter().chain(&FOREIGN);
    let words = fit_any(words.map(|word| fit(bytes, word)));
    let requests = fit_request_line(bytes, &[b"RTSP/", b"SIP/"]);
    let binary = match fit_utf16(bytes) {
        Fit::No => fit_binary(bytes),
        _ => Fit::No,
    };
    words.max(requests).max(binary).max(fit_imap(bytes))
}

fn fit_imap(bytes: &[u8]) -> Fit {
    let end = bytes.iter().position(|byte| !is_token(byte));
    match end.map(|end| bytes.split_at(end)) {
        None => Fit::SoFar,
        Some(([_, ..], [b' ', command @ ..])) => {
            fit_any(IMAP.iter().map(|known| fit(command, known)))
        }
        Some(_) => Fit::No,
    }
}

/// Bytes that nobody types, before anything has made the line a person's.
fn fit_binary(bytes: &[u8]) -> Fit {
    let line = &bytes[..line_end(bytes).unwrap_or(bytes.len())];
    let is_open = |before: &[u8]| match before {
        [byte] if may_start_binary(*byte) => true,
        before => fit_request_line(before, &[b"HTTP/"]) == Fit::SoFar,
    };
    match line.iter().position(|byte| is_binary(*byte)) {
        Some(at) if is_open(&line[..at]) => Fit::Yes,
        None if matches!(bytes, [byte] if may_start_binary(*byte)) => Fit::SoFar,
        _ => Fit::No,
    }
}

/// A control character that is no key of a terminal: not a tab, and none that edits or interrupts a
/// line.
fn is_binary(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n' | 0x1b) && !is_key(byte)
}

/// ^C, ^D, Backspace, ^U, ^V, ^W and DEL.
fn is_key(byte: u8) -> bool {
    matches!(byte, 0x03 | 0x04 | 0x08 | 0x15 | 0x16 | 0x17 | 0x7f)
}

/// A byte that starts neither a UTF-8 character nor a word, but may be a key.
fn may_start_binary(byte: u8) -> bool {
    matches!(byte, 0x80..=0xbf | 0x1b) || is_key(byte)
}
