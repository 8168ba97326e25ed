//! What an operator sets for all sessions.

use alloc::sync::Arc;

use chinwag_core::{Duration, Rate};

use crate::irc;
use crate::look::Look;
use crate::zone::TimeZone;

/// Settings that all sessions of a server share and an operator can change.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's name in the greeting; without anything that a terminal would obey.
    pub server_name: Arc<str>,
    /// The port that the server listens on, for people who could use TLS there.
    pub port: u16,
    /// Whether the server has a password, which everybody has to give first.
    pub asks_password: bool,
    /// Settings for IRC clients.
    pub irc: irc::Settings,
    /// The zone of those who have chosen none.
    pub zone: TimeZone,
    /// How the chat looks to a new person at a terminal.
    pub look: Arc<Look>,
    /// Bytes of an input line without its end.
    pub line_bytes_max: usize,
    /// The rate of lines of one session.
    pub line_rate: Rate,
    /// An operator's rate is this many times as much.
    pub operator_rate_factor: u32,
    /// Names that a connection may try.
    pub login_tries_max: u8,
    /// Letters of the shortest new password; an older one may have fewer.
    pub password_letters_min: usize,
    /// How many bytes a connection may send before it has a name.
    pub login_bytes_max: usize,
    /// Time to choose a name.
    pub login_time: Duration,
}

impl Settings {
    /// The rate of lines of a person, or of an operator.
    pub(crate) fn line_rate_of(&self, is_operator: bool) -> Rate {
        match is_operator {
            true => self.line_rate.times(self.operator_rate_factor),
            false => self.line_rate,
        }
    }
}
