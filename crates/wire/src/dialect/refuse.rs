//! Refuses a client that gets no session, in its own protocol.

use alloc::format;
use alloc::vec::Vec;

use super::Env;
use crate::sniff::Protocol;
use crate::{irc, json, plain};

/// Refuses a client that does not encrypt, if the server requires it.
pub fn refuse_unencrypted(protocol: Protocol, env: &Env<'_>, out: &mut Vec<u8>) {
    match protocol {
        Protocol::Plain => plain::refuse_unencrypted(env, out),
        Protocol::Json => json::refuse_unencrypted(out),
        Protocol::Irc => irc::refuse_unencrypted(env, out),
        // The client learns that its protocol is not served.
        other => out.extend_from_slice(other.refusal_in_the_clear()),
    }
}

/// Refuses one connection too many. If its protocol is unknown, that is [`Protocol::Plain`], which
/// most clients show.
pub fn too_many_connections(protocol: Protocol, out: &mut Vec<u8>) {
    let line = "Too many connections from your address. Try again later.";
    match protocol {
        Protocol::Plain => out.extend_from_slice(format!("{line}\n").as_bytes()),
        Protocol::Json => json::refuse_one_too_many(line, out),
        Protocol::Irc => out.extend_from_slice(format!("ERROR :{line}\r\n").as_bytes()),
        // A fatal alert, access_denied (RFC 8446, section 6.2): TLS has no better word for it.
        Protocol::Tls => out.extend_from_slice(&[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x31]),
        other => out.extend_from_slice(other.refusal()),
    }
}
