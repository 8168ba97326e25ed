//! Dialects: from the bytes of a connection to requests, and from events to the bytes that a
//! client reads.
//!
//! [`sniff`] tells by a client's first bytes which dialect it speaks, [`input`] makes lines of
//! bytes, [`plain`] reads and writes them for people at nc and telnet, [`json`] for programs, [`irc`] for
//! clients of IRC and [`shell`] for those who run the server.
//!
//! The crate must not know sockets, the store, the hub, clocks or async: every dialect is a pure
//! state machine that is tested by handing it bytes. It is `no_std`, which makes most of these
//! fail to compile; times and time zones are arguments.

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod dialect;
mod ignores;
pub mod input;
pub mod irc;
pub mod json;
mod look;
pub mod plain;
mod prefs;
pub mod proxy;
pub mod shell;
pub mod sniff;
pub mod zone;

pub use look::Look;
pub use plain::reference;
pub use prefs::{Prefs, TimeStyle};
