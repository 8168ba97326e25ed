//! Dialects: from the bytes of a connection to requests, and from events to the bytes that a client
//! reads.
//!
//! [`sniff`] recognises a client's dialect by its first bytes, and [`input`] splits bytes into
//! lines. [`plain`] is for people at nc and telnet, [`json`] for programs, [`irc`] for IRC clients
//! and [`shell`] for administrators.
//!
//! The crate must not know sockets, the store, the hub, clocks or async: every dialect is a pure
//! state machine that tests feed with bytes. It is `no_std`, which keeps most of these from
//! compiling; times and time zones are arguments.

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
