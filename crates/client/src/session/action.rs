//! What a session is told once, and what it asks its caller to do.

use std::time::Duration;

use crate::error::Unsent;
use crate::note::Note;

/// How a session behaves.
#[derive(Debug, Clone)]
pub(crate) struct SessionOptions {
    /// The line for the prompt: a name, perhaps with its password; empty for a guest, or where a
    /// person is to be asked.
    pub(crate) login: String,
    /// The password of the server itself.
    pub(crate) server_password: Option<String>,
    /// A person is there to answer the server's questions.
    pub(crate) is_attended: bool,
    /// The connection is in the clear though nobody has asked for that: no password goes over it.
    pub(crate) withholds_passwords: bool,
    /// The room to be in, without its `#`.
    pub(crate) room: Option<String>,
    /// Lines that begin with a `/` are commands.
    pub(crate) commands: bool,
    /// Nothing will be sent.
    pub(crate) reads_only: bool,
    /// Show the arrival and what was said before it.
    pub(crate) history: bool,
    /// How long to try after a lost link.
    pub(crate) retry_for: Duration,
    /// Sets this client's waits apart from those of others.
    pub(crate) spread: u8,
}

/// Something for the caller to do, in the order given.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Connect, and tell how it went.
    Dial,
    /// Send this line; its end is not in it.
    Send(String),
    /// Show these bytes of the server.
    Show(Vec<u8>),
    /// Tell this in the client's own name.
    Tell(Note),
    /// Close the sending half of the connection.
    CloseInput,
    /// Close the connection, and say nothing more of it.
    HangUp,
    /// It is over.
    End(End),
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// As it was wished.
    Left,
    /// The server did not let it in.
    Refused(String),
    /// The server threw it out.
    Removed(String),
    /// It is not in the room that the lines were meant for, and says nothing in another.
    Astray(String),
    /// The server could not save for too long.
    Unsaved(String),
    /// The link was lost and could not be had again.
    Gone(String),
    /// The link was lost, and where the server was there is another.
    Another(String),
}

/// What has become of the lines that were pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Of the current burst: those that are through, and all.
    pub(crate) through: usize,
    pub(crate) total: usize,
    /// Those that the server has not taken yet.
    pub(crate) waiting: usize,
    /// Those that will never be sent: the server or the client refused them.
    pub(crate) refused: u64,
    /// One of those that wait was in flight when the link broke: the server may have taken it.
    pub(crate) is_one_in_doubt: bool,
    /// Commands of which nobody knows whether the server has carried them out.
    pub(crate) uncertain: u64,
}

impl Tally {
    /// Lines that the server did not take, if this is the end.
    pub(crate) fn unsent(&self) -> Unsent {
        let waiting = self.waiting - usize::from(self.is_one_in_doubt);
        Unsent {
            lines: waiting as u64 + self.refused,
            is_one_in_doubt: self.is_one_in_doubt,
        }
    }
}
