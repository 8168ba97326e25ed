//! What can go wrong, one sentence each: the arguments cannot be met ([`Refusal`]), or the world did not
//! play along ([`BenchError`]).
//!
//! It must not know exit codes: the binary has them. That a server loses messages is neither: it is
//! a finding, and stands in the report.
#![allow(missing_docs, reason = "each variant has its sentence")]

use std::io;
use std::net::SocketAddr;

use crate::marker::{MARKER_BYTES, PAYLOAD_BYTES_MAX};
use crate::plan::{CONNECTIONS_MAX, IRC_PAYLOAD_BYTES_MAX};

/// Why a benchmark is not begun. Nothing was connected.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refusal {
    #[error(
        "{0} is not this machine: a benchmark takes all that a server can give, so add \
         --i-run-that-server if it is yours to load."
    )]
    NotOurs(SocketAddr),
    /// A room where all members send has none to tell when a message has arrived.
    #[error(
        "--members {members} is too few: beside --senders {senders} a room needs a member who only \
         listens."
    )]
    NobodyListens { members: usize, senders: usize },
    #[error(
        "--stalled {stalled} is too many: of {members} members {senders} send and one listens."
    )]
    TooManyStalled {
        stalled: usize,
        members: usize,
        senders: usize,
    },
    #[error("--alone needs --rooms 2 or more: in the lobby nobody is alone.")]
    NotAlone,
    #[error("{0} connections are more than the {CONNECTIONS_MAX} that one address can make.")]
    TooManyConnections(usize),
    #[error("--payload {0} must be from {MARKER_BYTES} to {PAYLOAD_BYTES_MAX} bytes.")]
    BadPayload(usize),
    #[error("--payload {0} does not fit into a line of IRC: {IRC_PAYLOAD_BYTES_MAX} bytes do.")]
    LongForIrc(usize),
    #[error("--caps needs --dialect irc: the others have no capabilities.")]
    CapsWithoutIrc,
    #[error("--server-pid needs Linux: the server's figures are read from /proc.")]
    NoProc,
}

/// Why a benchmark could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error("could not find the address of {host}: {source}.")]
    Resolve { host: String, source: io::Error },
    #[error("could not connect to {address}: {source}.")]
    Connect {
        address: SocketAddr,
        source: io::Error,
    },
    /// It is not a chat server, or a silent one.
    #[error("{0} does not greet as a chat server does.")]
    NoGreeting(SocketAddr),
    #[error(
        "there are people on {address} (it says \"{greeting}\"), whom a benchmark would drown out: \
         run bare `chinwag bench` for a server of its own, or add --i-run-that-server."
    )]
    PeoplePresent {
        address: SocketAddr,
        greeting: String,
    },
    #[error("could not start a server: {0}")]
    Start(String),
    #[error("only {joined} of {wanted} members came in; one of the others was told: {told}")]
    Arrive {
        joined: usize,
        wanted: usize,
        told: String,
    },
    /// Members who are in but hear nobody.
    #[error(
        "{deaf} of {members} members heard nothing of what was said in their room; the server's last \
         refusal: {told}"
    )]
    Deaf {
        deaf: usize,
        members: usize,
        told: String,
    },
    #[error(
        "{needed} connections need as many open files, but the limit is {limit}: see `ulimit -Hn`."
    )]
    Descriptors { needed: u64, limit: u64 },
    #[error("could not read the figures of process {pid}: {source}.")]
    Process { pid: u32, source: io::Error },
    #[error("the system fails: {0}.")]
    System(#[from] io::Error),
}
