//! What the client says in its own name while the conversation goes on.
//!
//! It must not know where the words go: a pipe has them on standard error, a terminal among the
//! lines of the conversation.

use std::fmt;

use crate::session::LOGIN_TIMEOUT;

/// One remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Note {
    /// The link is lost, and the client tries to get it back.
    Lost {
        /// What happened, as a sentence.
        reason: String,
    },
    /// The server does not take the name again; the person is asked.
    Refused {
        /// The server's words.
        reason: String,
    },
    /// The name is kept for a link that was lost, and the client waits for it.
    NameKept {
        /// The server's words.
        reason: String,
    },
    /// The server has accepted the connection, and says nothing.
    Silent,
    /// The lost session goes on.
    Back {
        /// The name in it, if it is another.
        name: Option<String>,
    },
    /// A new session goes on in its place.
    Anew {
        /// The name in it.
        name: String,
        /// Messages may be missing.
        has_gap: bool,
    },
    /// A line that the server refused.
    NotSent {
        /// The line.
        line: String,
        /// The server's words.
        reason: String,
    },
    /// A command that the server refused.
    NotDone {
        /// The line.
        line: String,
        /// The server's words.
        reason: String,
    },
    /// What the server has said about the name and its password.
    Login {
        /// The server's words.
        words: String,
    },
    /// A script has entered a room in which nobody is, and nothing was.
    MaybeNew {
        /// The room, without its `#`.
        room: String,
    },
    /// A command that was under way when the link broke, and is not sent again.
    Uncertain {
        /// The line.
        line: String,
    },
    /// A line of the input that is no text.
    NoText {
        /// Its number, from 1.
        number: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The server cannot save, and the client tries again until it can.
    Unsaved {
        /// The server's words.
        reason: String,
    },
    /// What was typed has a password in it, which does not go over this connection.
    Withheld,
    /// A line that was typed before the server had decided about the last answer.
    Early,
    /// What had not been sent yet is dropped, as the person wished.
    Dropped {
        /// How many lines.
        lines: usize,
    },
    /// A line of the keyboard that is no text.
    NoTextTyped,
    /// More lines than a terminal client holds.
    Full {
        /// The line.
        line: String,
    },
}

/// Why a password is not sent, and what to do.
pub(crate) const WITHHELD: &str = "this connection is not encrypted, and a password or code is not sent where \
                                   others can listen. To send it all the same, join with --no-tls.";

/// What stands for a line that is not to be read in a log of errors.
const HIDDEN: &str = "(a line with a password)";

/// Whether the server has refused a line for the password in it.
fn names_secret(reason: &str) -> bool {
    reason.contains("looks like a password") || reason.contains("is the password of this server")
}

/// Enough of a line to know which one it is.
const EXCERPT_CHARS: usize = 60;

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost { reason } => write!(f, "the link is lost: {reason} Trying again ..."),
            Self::Refused { reason } => write!(f, "the server does not let you in again: {reason}"),
            Self::NameKept { reason } => write!(f, "{reason} Trying again ..."),
            Self::Silent => {
                let seconds = LOGIN_TIMEOUT.as_secs();
                write!(f, "the server has not answered yet. Waiting up to {seconds} s ...")
            }
            Self::Back { name: None } => f.write_str("the link is back."),
            Self::Back { name: Some(name) } => write!(f, "the link is back; your name is {name} now."),
            Self::Anew { name, has_gap } => {
                write!(f, "the link is back; a new session as {name}.")?;
                match has_gap {
                    true => f.write_str(" Messages may be missing: /history shows them."),
                    false => Ok(()),
                }
            }
            Self::NotSent { line, reason } => {
                write!(f, "NOT sent: {reason} {}", Excerpt::of_refused(line, reason))
            }
            Self::NotDone { line, reason } => {
                write!(f, "NOT done: {reason} {}", Excerpt::of_refused(line, reason))
            }
            Self::Login { words } => f.write_str(words),
            Self::MaybeNew { room } => write!(f, "#{room} may be a new room: nobody else is in it."),
            Self::Uncertain { line } => write!(
                f,
                "the link broke behind a command; it may not have been carried out: {}",
                Excerpt::of(line)
            ),
            Self::Unsaved { reason } => write!(f, "{reason} Trying again ..."),
            Self::Withheld => write!(f, "NOT sent: {WITHHELD}"),
            Self::Early => f.write_str(
                "the server has not answered yet: what you type before it does is dropped.",
            ),
            Self::Dropped { lines: 0 } => {
                f.write_str("nothing is dropped: the last line is on its way.")
            }
            Self::Dropped { lines: 1 } => f.write_str("1 line was not sent, and is dropped."),
            Self::Dropped { lines } => write!(f, "{lines} lines were not sent, and are dropped."),
            Self::NoTextTyped => f.write_str(
                "NOT sent: it is not UTF-8 where \u{fffd} stands. The terminal may have another encoding: set \
                 it to UTF-8.",
            ),
            Self::NoText { number, reason } => write!(f, "line {number} NOT sent: {reason}"),
            Self::Full { line } => {
                write!(f, "NOT sent: too many lines are waiting. {}", Excerpt::of(line))
            }
        }
    }
}

/// What is told of a line; nothing of one with a password, which has no place in a log of errors.
struct Excerpt<'a>(Option<&'a str>);

impl<'a> Excerpt<'a> {
    fn of(line: &'a str) -> Self {
        Self((!crate::secret::holds_secret(line)).then_some(line))
    }

    /// The server knows more signs of a password than the client does.
    fn of_refused(line: &'a str, reason: &str) -> Self {
        Self(Self::of(line).0.filter(|_| !names_secret(reason)))
    }
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(line) = self.0 else {
            return f.write_str(HIDDEN);
        };
        let mut chars = line.chars();
        let shown: String = chars.by_ref().take(EXCERPT_CHARS).collect();
        let rest = if chars.next().is_some() { " ..." } else { "" };
        write!(f, "\"{shown}{rest}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_password_is_not_repeated() {
        for (line, reason) in [
            (
                "claim s3cret",
                "that looks like a password. To say it, put another word first.",
            ),
            (
                "/topic claim s3cret",
                "that looks like a password. To say it, put another word first.",
            ),
            ("s3cret", "that is the password of this server."),
        ] {
            let (line, reason) = (line.to_owned(), reason.to_owned());
            let sent = Note::NotSent {
                line: line.clone(),
                reason: reason.clone(),
            };
            for note in [sent, Note::NotDone { line, reason }] {
                assert!(!note.to_string().contains("s3cret"), "{note}");
            }
        }
        let note = Note::NotSent {
            line: "hello".to_owned(),
            reason: "you are muted.".to_owned(),
        };
        assert_eq!(note.to_string(), "NOT sent: you are muted. \"hello\"");
    }
}
