//! What can go wrong, one sentence each: what was asked cannot be ([`Refusal`]), or the world did not
//! play along ([`BenchError`]).
//!
//! It must not know exit codes: the binary has them. That a server loses messages is neither: it is
//! a finding, and stands in the report.

use std::io;
use std::net::SocketAddr;

/// Why a benchmark is not begun. Nothing was connected.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refusal {
    /// The target is another machine, and nobody said that it may be loaded.
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
    NobodyListens {
        /// What was asked for.
        members: usize,
        /// What was asked for.
        senders: usize,
    },
    /// Those who send must read, and somebody must listen.
    #[error(
        "--stalled {stalled} is too many: of {members} members {senders} send and one listens."
    )]
    TooManyStalled {
        /// What was asked for.
        stalled: usize,
        /// What was asked for.
        members: usize,
        /// What was asked for.
        senders: usize,
    },
    /// Everybody is in the lobby, whatever other room they go to.
    #[error("--alone needs --rooms 2 or more: in the lobby nobody is alone.")]
    NotAlone,
    /// More than there are ports for.
    #[error("{0} connections are more than the {max} that one address can make.", max = crate::plan::CONNECTIONS_MAX)]
    TooManyConnections(usize),
    /// A payload that has no room for the marker, or more than a line.
    #[error("--payload {0} must be from {min} to {max} bytes.", min = crate::marker::MARKER_BYTES, max = crate::marker::PAYLOAD_BYTES_MAX)]
    BadPayload(usize),
    /// A number that must be at least one.
    #[error("--{0} must be at least 1.")]
    Nothing(&'static str),
    /// A time in which nothing can be measured.
    #[error("--duration must be longer than nothing.")]
    NoTime,
    /// The figures of another process come from `/proc`.
    #[error("--server-pid needs Linux: the server's figures are read from /proc.")]
    NoProc,
}

/// Why a benchmark could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The host has no address.
    #[error("could not find the address of {host}: {source}.")]
    Resolve {
        /// The host as it was given.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// Nobody listens there.
    #[error("could not connect to {address}: {source}.")]
    Connect {
        /// The target.
        address: SocketAddr,
        /// What the system said of the first connection.
        source: io::Error,
    },
    /// Too few came in.
    #[error("only {joined} of {wanted} members came in; one of the others was told: {told}")]
    Arrive {
        /// How many are in.
        joined: usize,
        /// How many were to come in.
        wanted: usize,
        /// The server's last line to one that is not, or what became of its connection.
        told: String,
    },
    /// Members who are in but hear nobody.
    #[error(
        "{deaf} of {members} members heard nothing of what was said in their room; the server's last \
         refusal: {told}"
    )]
    Deaf {
        /// How many.
        deaf: usize,
        /// Of how many.
        members: usize,
        /// What the server refused last, if anything.
        told: String,
    },
    /// The limit of open files is too low.
    #[error(
        "{needed} connections need as many open files, but the limit is {limit}: see `ulimit -Hn`."
    )]
    Descriptors {
        /// Connections wanted.
        needed: u64,
        /// Open files allowed.
        limit: u64,
    },
    /// There is no such process, or it may not be looked at.
    #[error("could not read the figures of process {pid}: {source}.")]
    Process {
        /// The process.
        pid: u32,
        /// What the system said.
        source: io::Error,
    },
    /// The system gives no more sockets, or cannot wait for them.
    #[error("the system fails: {0}.")]
    System(#[from] io::Error),
}
