//! Everything that can end a conversation badly, one sentence each.
//!
//! It must not know exit codes: the binary has them. The sentences are complete and name the
//! server, because the person reading one sees nothing else.

use std::io;

use crate::Target;

/// Why the conversation could not start, or ended other than by somebody's wish.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The host has no address.
    #[error("could not find the address of {target}: {source}.")]
    Resolve {
        /// The server that was asked for.
        target: Target,
        /// What the resolver said.
        source: io::Error,
    },
    /// None of the host's addresses took the connection.
    #[error("could not connect to {target}: {source}.")]
    Connect {
        /// The server that was asked for.
        target: Target,
        /// What the last address tried answered.
        source: io::Error,
    },
    /// The connection broke; the last lines may be lost in either direction.
    #[error("the connection to {target} was lost: {source}.")]
    Lost {
        /// The server that was talked to.
        target: Target,
        /// What the socket reported.
        source: io::Error,
    },
    /// Standard input failed; what had been read before was sent to the server.
    #[error("could not read the input for {target}: {source}.")]
    Input {
        /// The server that was talked to.
        target: Target,
        /// What reading reported.
        source: io::Error,
    },
    /// Standard output failed, other than by being closed.
    #[error("could not write the output of {target}: {source}.")]
    Output {
        /// The server that was talked to.
        target: Target,
        /// What writing reported.
        source: io::Error,
    },
    /// The terminal or its signals could not be set up for editing.
    #[error("could not set up the terminal for {target}: {source}.")]
    Terminal {
        /// The server that was talked to.
        target: Target,
        /// What the system reported.
        source: io::Error,
    },
}
