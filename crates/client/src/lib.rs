//! The client behind `chinwag join HOST[:PORT] [--name NAME]`.
//!
//! It joins a chat in one of two ways. From a keyboard it is a line editor with the conversation
//! scrolling above it (`terminal`); from a pipe or a file it is `nc -N` ([`pipe()`]). It must know
//! nothing of the server's crates: what it speaks is lines of text over TCP, so it joins any server
//! that nc could, and a server of any version.
//!
//! The decision that shaped it: plain threads and blocking calls, no async runtime. A client waits
//! for three things, the keyboard, the socket and signals. A blocking read of standard input cannot
//! be cancelled by a runtime either, so a runtime would start the same threads underneath and be one
//! more thing to know.

mod connect;
mod error;
mod filter;
mod name;
mod pipe;
mod target;
mod terminal;
mod utf8;

use std::io::{self, IsTerminal};

pub use connect::Connection;
pub use error::JoinError;
pub use filter::{Filter, FilteredWriter};
pub use name::{Name, NameError};
pub use pipe::pipe;
pub use target::{DEFAULT_PORT, Target, TargetError};

/// What `chinwag join` was asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinOptions {
    /// The server.
    pub target: Target,
    /// The name to give before anything else; without one, the server asks.
    pub name: Option<Name>,
}

/// Joins the chat and returns when the conversation is over.
///
/// It reads standard input and writes standard output; a word about the end of the conversation
/// goes to standard error. The thread that reads standard input may outlive the call, blocked in
/// its read, because nothing in std can wake it: end the process soon after.
///
/// # Errors
///
/// See [`JoinError`]. That the server closes the connection in an orderly way is no error, nor is a
/// standard output that nobody reads any more.
pub fn join(options: &JoinOptions) -> Result<(), JoinError> {
    let connection = Connection::open(&options.target)?;
    if let Some(name) = &options.name {
        connection.send_line(name.as_str())?;
    }
    if terminal::is_usable() {
        return terminal::run(&connection);
    }
    // Somebody's screen gets no control sequences; a file or a program gets the bytes as they came.
    if io::stdout().is_terminal() {
        pipe(&connection, io::stdin(), FilteredWriter::new(io::stdout()))
    } else {
        pipe(&connection, io::stdin(), io::stdout())
    }
}
