//! chinwag as its users meet it: the real binary on a free port, with a data folder of its own, and
//! raw sockets, the real nc and the real telnet (under a terminal) on the other side.
//!
//! A file per theme. Nothing here looks inside, sleeps, or asserts on a clock: a test waits for the
//! text that must come, and shows that something did *not* come by a later line that did (see
//! [`harness`]). All tests run side by side, each with its own server.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a failing test leaves behind, and why one skips itself, is for people"
)]

mod harness;

mod absent;
mod arriving;
mod bench;
mod certificates;
mod conversation;
mod crash;
mod descriptors;
mod disk;
mod export;
mod fairness;
mod flood;
mod hostile;
mod irc;
mod join;
mod json;
mod kept_rooms;
mod links;
mod load;
mod movements;
mod panics;
mod proxy;
mod refill;
mod reload;
mod restart;
mod rooms;
mod scripts;
mod session;
mod shell;
mod slow;
mod start;
mod stop;
mod stuck_log;
mod survivors;
mod telnet;
mod tls;
