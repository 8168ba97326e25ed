//! What a client can be told when it takes a session up that had another connection.

use alloc::format;

use chinwag_core::Seq;

use super::Dialect;

/// Whether a line tells a program this private message. Lines of other dialects do not say which they tell.
pub fn is_private_message(line: &[u8], message: Seq) -> bool {
    let begin = format!("{{\"kind\":\"private\",\"seq\":{message},");
    line.starts_with(begin.as_bytes())
}

impl Dialect {
    /// Whether lines that were written to another connection of the person are of this dialect.
    pub fn reads(&self, lines: &[u8]) -> bool {
        // No line for people begins like an object, and no session in IRC is taken up by another.
        match self {
            Self::Plain(_) => !lines.starts_with(b"{"),
            Self::Json(_) => lines.starts_with(b"{"),
            Self::Irc(_) => false,
        }
    }

    /// Whether the client can say when it resumes up to which event it has read all.
    pub fn resumes_by_number(&self) -> bool {
        matches!(self, Self::Json(_))
    }

    /// Whether these lines are events to such a client.
    pub fn proves(&self, lines: &[u8]) -> bool {
        self.resumes_by_number() && lines.starts_with(b"{\"kind\":")
    }
}
