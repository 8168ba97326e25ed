//! One line to send, and what becomes of it.
//!
//! It must not know when it is sent, nor what the server said about it.

use super::words::{is_entry, is_farewell, is_move, is_speech};
use crate::note::Note;

/// One line to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutLine {
    /// As the person or the program wrote it.
    pub(crate) text: String,
    /// Where the message begins in it: behind the first `/` of `//x`, where that is no command.
    message_at: usize,
    pub(crate) is_command: bool,
}

impl OutLine {
    /// A line that is text, or may be a command.
    pub(crate) fn new(text: String, commands: bool) -> Self {
        let is_doubled = commands && text.starts_with("//");
        Self {
            message_at: usize::from(is_doubled),
            is_command: commands && text.starts_with('/') && !is_doubled,
            text,
        }
    }

    /// As it goes over the wire, without its end. A message is text whatever it begins with: `/x`
    /// travels as `//x`, or behind the room that it is meant for.
    pub(super) fn wire(&self, room: Option<&str>) -> String {
        let message = self.message();
        match room {
            _ if self.is_command => self.text.clone(),
            Some(room) => format!("/msg #{room} {message}"),
            None if message.starts_with('/') => format!("/{message}"),
            None => message.to_owned(),
        }
    }

    /// The message that the server makes of it.
    pub(crate) fn message(&self) -> &str {
        &self.text[self.message_at..]
    }

    /// Whether it is a command that leads to another room.
    pub(super) fn is_move(&self) -> bool {
        self.is_command && is_move(&self.text)
    }

    /// Whether the server counts it as a line that was said.
    pub(super) fn is_said(&self) -> bool {
        !self.is_command || is_speech(&self.text)
    }

    /// Whether the server says goodbye behind it.
    pub(super) fn is_farewell(&self) -> bool {
        self.is_command && is_farewell(&self.text)
    }

    /// Whether what comes behind it is meant for that room.
    pub(super) fn is_entry(&self) -> bool {
        self.is_command && is_entry(&self.text)
    }
}

/// What became of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Delivered,
    /// It will not be sent again.
    NotSent {
        line: OutLine,
        reason: String,
    },
    /// A command that the server has refused.
    NotDone {
        line: OutLine,
        reason: String,
    },
    /// A command was under way when the link broke.
    Uncertain {
        line: OutLine,
    },
}

impl Verdict {
    /// What to tell of a line that was not delivered.
    pub(crate) fn into_note(self) -> Option<Note> {
        match self {
            Self::Delivered => None,
            Self::NotSent { line, reason } => Some(Note::NotSent {
                line: line.text,
                reason,
            }),
            Self::NotDone { line, reason } => Some(Note::NotDone {
                line: line.text,
                reason,
            }),
            Self::Uncertain { line } => Some(Note::Uncertain { line: line.text }),
        }
    }

    /// Why the session is not, or may not be, in the room that it was to go to.
    pub(crate) fn failed_entry(&self) -> Option<&str> {
        match self {
            Self::NotDone { line, reason } | Self::NotSent { line, reason } if line.is_entry() => {
                Some(reason)
            }
            Self::Uncertain { line } if line.is_entry() => Some("the link broke behind it."),
            _ => None,
        }
    }
}
