//! Everything that can end a conversation badly, one sentence each.
//!
//! It must not know exit codes: the binary has them. The sentences are complete and name the
//! server, because the person reading one sees nothing else.

use std::io;
use std::path::{Path, PathBuf};

use crate::{Fingerprint, Target};

/// Why the conversation could not start, or ended other than by a wish of the person or the script.
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
    /// The file of known servers cannot be used, so that nobody knows whether this one must encrypt.
    #[error("could not read the known servers in {}: {source}.", path.display())]
    KnownHosts {
        /// The file.
        path: PathBuf,
        /// What reading reported.
        source: io::Error,
    },
    /// TLS could not begin, and nothing says that the server speaks none.
    #[error("could not begin TLS with {target}: {source}. Nothing was sent.{}", hint(*may_be_clear))]
    Handshake {
        /// The server that was asked for.
        target: Target,
        /// It might be a server without TLS, for all that is known.
        may_be_clear: bool,
        /// What happened.
        source: io::Error,
    },
    /// The server had no place for the connection, and said so in TLS.
    #[error(
        "{target} has turned this connection away, as it does when too many come from one address. Try again \
         later. Nothing was sent."
    )]
    TurnedAway {
        /// The server that was asked for.
        target: Target,
    },
    /// The server should have begun TLS, and has said something in the clear instead.
    #[error(
        "{target} did not begin TLS, but said in the clear, as anybody in between could: \"{words}\" Nothing \
         was sent."
    )]
    Unsealed {
        /// The server that was asked for.
        target: Target,
        /// Its words.
        words: String,
    },
    /// The server must speak TLS, and does not.
    #[error(
        "{target} does not speak TLS, and it must: it did before, or --tls or --insecure was given. Either it is \
         another server now, or somebody in between wants to listen, or the way to it is so slow that it \
         waited for TLS in vain, twice. Nothing was sent."
    )]
    NoTls {
        /// The server that was asked for.
        target: Target,
    },
    /// There is a password to give, and the server seems to speak no TLS.
    #[error(
        "{target} does not speak TLS, or somebody in between makes it seem so, and a password is not sent \
         where others can listen. Nothing was sent. --no-tls sends it all the same."
    )]
    Exposed {
        /// The server that was asked for.
        target: Target,
    },
    /// The server is known by its certificate, and was to be joined in the clear.
    #[error(
        "{target} is known by its certificate, and is not joined in the clear. Nothing was sent. To meet it \
         anew, delete its line in {}.", file.display()
    )]
    Known {
        /// The server that was asked for.
        target: Target,
        /// Where its line stands.
        file: PathBuf,
    },
    /// The server has another certificate than the one that is known.
    #[error(transparent)]
    Changed(Box<Changed>),
    /// An authority that the system trusts has issued the certificate, and it is wrong.
    #[error("the certificate of {target} is not taken: {fault}. Nothing was sent.")]
    Untrusted {
        /// The server that was asked for.
        target: Target,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// The server did not let this session in, or not into the room. It said why.
    #[error(
        "{target} refused to let you in: {} Nothing was sent.",
        Sentence(reason)
    )]
    Refused {
        /// The server that was asked for.
        target: Target,
        /// Its words.
        reason: String,
    },
    /// The server ended the session for good: kicked, banned, signed in elsewhere.
    #[error("{target} ended the session: {}{}", Sentence(reason), unsent)]
    Removed {
        /// The server that was talked to.
        target: Target,
        /// Its words.
        reason: String,
        /// Lines that had been read and that the server did not take.
        unsent: Unsent,
    },
    /// The session is not, or no longer, in the room that the lines were meant for, and says them in no
    /// other.
    #[error(
        "stopped, so that nothing is said in another room of {target}: {}{}",
        Sentence(reason),
        unsent
    )]
    Astray {
        /// The server that was talked to.
        target: Target,
        /// The server's words.
        reason: String,
        /// Lines that had been read and that the server did not take.
        unsent: Unsent,
    },
    /// The server closed the connection, or the connection broke, and it could not be had again in
    /// time.
    #[error("the connection to {target} is gone: {}{}", Sentence(reason), unsent)]
    Gone {
        /// The server that was talked to.
        target: Target,
        /// What happened at last, as a sentence.
        reason: String,
        /// Lines that had been read and that the server did not take.
        unsent: Unsent,
    },
    /// The link was lost, and the server that is there now is not the one that is known.
    #[error("{reason}{}", unsent)]
    Another {
        /// What is wrong with it, as sentences.
        reason: String,
        /// Lines that had been read and that the server did not take.
        unsent: Unsent,
    },
    /// The server could not save in time what it was sent.
    #[error("{target} did not save in time: {reason}{}", unsent)]
    Unsaved {
        /// The server that was talked to.
        target: Target,
        /// Its words.
        reason: String,
        /// Lines that had been read and that the server did not take.
        unsent: Unsent,
    },
    /// All is said, but for lines that the server or the client refused, and commands of which nobody knows what
    /// became of them; each was told. Lines behind a farewell are only counted.
    #[error("{target} {}.", NotTaken { lines: *lines, uncertain: *uncertain })]
    NotSent {
        /// The server that was talked to.
        target: Target,
        /// The number of those lines.
        lines: u64,
        /// The number of those commands.
        uncertain: u64,
    },
    /// Standard input failed; the server got what had been read before.
    #[error("could not read the input for {target}: {source}.")]
    Input {
        /// The server that was talked to.
        target: Target,
        /// What reading reported.
        source: io::Error,
    },
    /// Standard output failed, other than by being closed.
    #[error("could not write the output of {target}: {source}.{}", unsent)]
    Output {
        /// The server that was talked to.
        target: Target,
        /// What writing reported.
        source: io::Error,
        /// Lines that had been read and that the server did not take.
        unsent: Unsent,
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

/// What the errors of a first connection end with.
const NOTHING_SENT: &str = " Nothing was sent.";

impl JoinError {
    /// What keeps a lost link from coming back: over the one before, something may have been sent.
    pub(crate) fn on_return(&self) -> String {
        let of_this_one = match self {
            Self::Changed { .. } | Self::Untrusted { .. } => " Nothing was sent to it.",
            _ => "",
        };
        self.to_string().replacen(NOTHING_SENT, of_this_one, 1)
    }
}

/// A server has another certificate than the one that is known.
#[derive(Debug, thiserror::Error)]
#[error(
    "the certificate of {target} has changed. Either its operator has made a new one, or somebody \
     in between pretends to be it. Nothing was sent.\n  It was {}.\n  It is  SHA256 {seen}.\n\
     Ask its operator what \"chinwag fingerprint\" says. If that is the new one, delete the line of \
     {target} in {} and join again.",
    known.map_or("one that this system trusts".to_owned(), |known| format!("SHA256 {known}")),
    file.as_deref().unwrap_or(Path::new("the file of known servers")).display()
)]
pub struct Changed {
    /// The server that was asked for.
    pub target: Target,
    /// The certificate that is known; none if it was one that the system trusts.
    pub known: Option<Fingerprint>,
    /// The certificate that it has now.
    pub seen: Fingerprint,
    /// Where the one that is known stands.
    pub file: Option<PathBuf>,
}

fn hint(may_be_clear: bool) -> &'static str {
    match may_be_clear {
        true => " If it speaks no TLS, --no-tls joins it, where others can listen.",
        false => "",
    }
}

/// The server's words with a stop behind them: a command at their end has none (`... /join #ops WORD`), nor has what
/// another program says.
struct Sentence<'a>(&'a str);

impl std::fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)?;
        match self.0.ends_with(['.', '!', '?']) {
            true => Ok(()),
            false => f.write_str("."),
        }
    }
}

/// Lines that were read, and that the server did not take when the session ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsent {
    /// How many it certainly did not take.
    pub lines: u64,
    /// Whether there is one before them that it may have taken: it was in flight when the link broke.
    pub is_one_in_doubt: bool,
}

/// ` 3 lines NOT sent.`, or nothing.
impl std::fmt::Display for Unsent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.lines, self.is_one_in_doubt) {
            (0, false) => Ok(()),
            (0, true) => f.write_str(" 1 line may not have been sent."),
            (lines, false) => write!(f, " {} NOT sent.", Lines(lines)),
            (lines, true) => write!(
                f,
                " {} NOT sent, and the one before may not have been.",
                Lines(lines)
            ),
        }
    }
}

/// `did not take 3 lines, and may not have carried out 1 command`
struct NotTaken {
    lines: u64,
    uncertain: u64,
}

impl std::fmt::Display for NotTaken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { lines, uncertain } = *self;
        if lines > 0 {
            write!(f, "did not take {}", Lines(lines))?;
        }
        match (lines, uncertain) {
            (_, 0) => Ok(()),
            (0, _) => write!(f, "may not have carried out {}", Commands(uncertain)),
            _ => write!(f, ", and may not have carried out {}", Commands(uncertain)),
        }
    }
}

struct Commands(u64);

impl std::fmt::Display for Commands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let commands = if self.0 == 1 { "command" } else { "commands" };
        write!(f, "{} {commands}", self.0)
    }
}

struct Lines(u64);

impl std::fmt::Display for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines = if self.0 == 1 { "line" } else { "lines" };
        write!(f, "{} {lines}", self.0)
    }
}

/// A sentence that quotes the system, without what only programmers know: the number of an error,
/// the call that failed.
pub fn plainly(sentence: &str) -> String {
    let mut rest = &*sentence.replace("failed to lookup address information: ", "");
    let mut plain = String::new();
    while let Some((words, behind)) = rest.split_once(" (os error ") {
        let quoted = words.rfind(": ").map_or(0, |colon| colon + 2);
        plain.push_str(&words[..quoted]);
        plain.push_str(&words[quoted..].to_lowercase());
        rest = behind.split_once(')').map_or("", |(_, rest)| rest);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_is_quoted_without_its_numbers() {
        let refused = "could not connect to a:1: Connection refused (os error 111).";
        assert_eq!(
            plainly(refused),
            "could not connect to a:1: connection refused."
        );
        assert_eq!(plainly("A (os error 1), b (os error 22)"), "a, b");
        assert_eq!(plainly("as it is (1)"), "as it is (1)");
    }

    #[test]
    fn what_the_server_says_ends_before_the_next_sentence() {
        for reason in [
            "You are banned: spam.",
            "#ops needs a password: /join #ops WORD",
        ] {
            let reason = reason.to_owned();
            let target = "host".parse().unwrap();
            let said = JoinError::Refused { target, reason }.to_string();
            let (words, rest) = said.split_once(" Nothing was sent.").unwrap();
            assert!(words.ends_with('.') && rest.is_empty(), "{said}");
        }
    }

    #[test]
    fn who_has_sent_something_before_is_not_told_that_nothing_was_sent() {
        let target = || "host".parse().unwrap();
        let handshake = JoinError::Handshake {
            target: target(),
            may_be_clear: false,
            source: io::Error::other("it does not answer"),
        };
        let words = "could not begin TLS with host:8989: it does not answer.";
        assert_eq!(handshake.to_string(), format!("{words} Nothing was sent."));
        assert_eq!(handshake.on_return(), words);
        let untrusted = JoinError::Untrusted {
            target: target(),
            fault: "it has expired",
        };
        let words = untrusted.on_return();
        assert!(words.ends_with("Nothing was sent to it."), "{words}");
    }

    #[test]
    fn what_was_not_taken_is_told_from_what_may_have_been() {
        let said = |lines, uncertain| {
            let target = "host".parse().unwrap();
            let error = JoinError::NotSent {
                target,
                lines,
                uncertain,
            };
            error.to_string()
        };
        assert_eq!(said(2, 0), "host:8989 did not take 2 lines.");
        assert_eq!(said(0, 1), "host:8989 may not have carried out 1 command.");
        assert_eq!(
            said(1, 2),
            "host:8989 did not take 1 line, and may not have carried out 2 commands."
        );
    }

    #[test]
    fn the_rest_is_counted() {
        let error = JoinError::Removed {
            target: "host".parse().unwrap(),
            reason: "You were kicked by lee.".into(),
            unsent: Unsent {
                lines: 1,
                is_one_in_doubt: false,
            },
        };
        assert_eq!(
            error.to_string(),
            "host:8989 ended the session: You were kicked by lee. 1 line NOT sent."
        );
    }

    #[test]
    fn a_line_that_was_in_flight_is_not_said_to_be_lost() {
        let told = |lines| {
            let is_one_in_doubt = true;
            let unsent = Unsent {
                lines,
                is_one_in_doubt,
            };
            unsent.to_string()
        };
        assert_eq!(told(0), " 1 line may not have been sent.");
        assert_eq!(
            told(2),
            " 2 lines NOT sent, and the one before may not have been."
        );
    }
}
