//! The requests of a shell of the server's machine, one line each, and the lines of their answers.
//!
//! `kick`, `mute`, `unmute`, `ban` and `unban` take the arguments of the plain dialect's commands and are answered in
//! its words, so that an operator at a shell and one in the chat read the same. Passwords come
//! hashed: neither this line nor the hub ever has one.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use chinwag_core::{
    Command, Event, Name, NameError, Profile, Rejection, Restriction, RoomName, Text, Timestamp,
};

use crate::plain::{Context, ParseError, Renderer, Request, Style, parse};
use crate::prefs::Prefs;
use crate::zone::TimeZone;

/// Bytes of the longest line: a command with its hash.
pub const LINE_BYTES_MAX: usize = 8192;

/// A request of a shell.
#[derive(Clone, Debug, PartialEq)]
pub enum ShellAsk {
    /// Something for the chat to decide.
    Command(Command),
    /// Whether it would do that, but for the password, for which nobody is to be asked in vain.
    Try(Command),
    /// Everybody who is here.
    Who,
    /// The SHA-256 of the server's certificate.
    Fingerprint,
}

/// Why a line is no request of a shell. Shown as one sentence, without a sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShellAskError {
    /// There is no request that begins with this word, or it takes other words.
    Unknown(String),
    /// There is no message.
    Empty,
    /// Nobody can register this name.
    Reserved(String),
    /// A name, a room or a mask is none.
    Malformed(Malformed),
}

/// What the plain dialect says of a line that it cannot parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(ParseError);

impl fmt::Display for ShellAskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(word) => write!(f, "There is no such request: {}", word.escape_debug()),
            Self::Empty => f.write_str("There is nothing to say."),
            Self::Reserved(name) => write!(f, "\"{name}\" is reserved. Choose another name."),
            Self::Malformed(Malformed(error)) => {
                f.write_str(&written(|r, out| r.parse_error(out, error)))
            }
        }
    }
}

impl From<ParseError> for ShellAskError {
    fn from(error: ParseError) -> Self {
        Self::Malformed(Malformed(error))
    }
}

impl ShellAsk {
    /// Parses a line.
    ///
    /// # Errors
    /// [`ShellAskError`].
    pub fn read(line: &str) -> Result<Self, ShellAskError> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let command = match word {
            "who" if rest.is_empty() => return Ok(Self::Who),
            "fingerprint" if rest.is_empty() => return Ok(Self::Fingerprint),
            "say" => say(rest)?,
            "account" => match rest.strip_prefix("try ") {
                Some(rest) => return tried_account(rest).map(Self::Try),
                None => account(rest)?,
            },
            "room" => match rest.split_once(' ') {
                Some(("remove", room)) => Command::EndRoom(room_name(room)?),
                _ => return Err(unknown(word)),
            },
            "kick" | "mute" | "unmute" | "ban" | "unban" => match parse(&format!("/{line}")) {
                Ok(Request::Command(command)) => command,
                Ok(_) => return Err(unknown(word)),
                Err(error) => return Err(error.into()),
            },
            _ => return Err(unknown(word)),
        };
        Ok(Self::Command(command))
    }

    /// Whether it has no meaning where no server runs.
    pub fn needs_server(&self) -> bool {
        matches!(
            self,
            Self::Who
                | Self::Fingerprint
                | Self::Command(Command::Kick { .. } | Command::SayFromShell { .. })
        )
    }

    /// Whether it may come before the first start of a server, whose first account can be made
    /// then.
    pub fn may_be_first(&self) -> bool {
        matches!(
            self,
            Self::Command(Command::AddAccount { .. }) | Self::Try(Command::AddAccount { .. })
        )
    }
}

fn unknown(word: &str) -> ShellAskError {
    ShellAskError::Unknown(word.into())
}

fn say(rest: &str) -> Result<Command, ShellAskError> {
    let (room, text) = rest.split_once(' ').unwrap_or((rest, ""));
    let room = room_name(room)?;
    let text = Text::parse(text).ok_or(ShellAskError::Empty)?;
    Ok(Command::SayFromShell { room, text })
}

fn room_name(typed: &str) -> Result<RoomName, ShellAskError> {
    RoomName::parse(typed).map_err(|_| ParseError::BadRoomName.into())
}

fn account(rest: &str) -> Result<Command, ShellAskError> {
    let mut words = rest.split(' ');
    let mut word = || words.next().unwrap_or_default();
    let (what, typed, last) = (word(), word(), word());
    let password_hash: Arc<str> = last.into();
    Ok(match (what, last) {
        ("add", hash) if !hash.is_empty() => Command::AddAccount {
            name: new_name(typed)?,
            password_hash,
        },
        ("passwd", hash) if !hash.is_empty() => Command::SetPassword {
            name: name(typed)?,
            password_hash,
        },
        ("operator", "on") => Command::Op(typed.into()),
        ("operator", "off") => Command::Deop(typed.into()),
        ("remove", "") => Command::EndAccount(name(typed)?),
        _ => return Err(unknown("account")),
    })
}

/// A command that has no password yet.
fn tried_account(rest: &str) -> Result<Command, ShellAskError> {
    match rest.split_once(' ') {
        Some(("add" | "passwd", name)) if !name.contains(' ') => account(&format!("{rest} -")),
        _ => Err(unknown("account")),
    }
}

/// A name to be registered.
fn new_name(typed: &str) -> Result<Name, ShellAskError> {
    Name::parse(typed).map_err(|error| match error {
        NameError::Reserved => ShellAskError::Reserved(typed.into()),
        NameError::Malformed => ParseError::BadName.into(),
    })
}

/// A name that may have been registered before it was reserved.
fn name(typed: &str) -> Result<Name, ShellAskError> {
    Name::known(typed).ok_or_else(|| ParseError::BadName.into())
}

/// The lines about the result of a request; none for an event that concerns others.
pub fn event(event: &Event) -> String {
    written(|r, out| r.shell_event(out, event))
}

/// The line that says why a request was refused.
pub fn refusal(rejection: &Rejection) -> String {
    let context = Context::Command(crate::plain::SHELL);
    written(|r, out| r.refusal(out, rejection, context, None))
}

/// The line about a person.
pub fn person(profile: &Profile) -> String {
    written(|r, out| r.shell_person(out, profile))
}

/// The line about a ban or a mute, as `/bans` has it. `what` says which it is: `banned`, `muted`.
/// `accounts` are the names that accounts are called by.
pub fn restriction(what: &str, restriction: &Restriction, accounts: &[Name]) -> String {
    written(|r, out| r.shell_restriction(out, what, restriction, accounts))
}

/// What a renderer writes, without the sign that tells the server's lines from those of people: at
/// a shell there are no others.
fn written(write: impl FnOnce(&Renderer, &mut Vec<u8>)) -> String {
    let style = Style::of(&Prefs::default(), &TimeZone::UTC, false);
    let mut out = Vec::new();
    write(&Renderer::new(style, Timestamp(0)), &mut out);
    let written = String::from_utf8_lossy(&out);
    let lines = written
        .lines()
        .map(|line| line.strip_prefix("! ").unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[track_caller]
    fn refused(line: &str, expected: &str) {
        let error = ShellAsk::read(line).expect_err(line);
        assert_eq!(error.to_string(), expected, "{line}");
    }

    #[test]
    fn lines_are_read_as_requests() {
        let lee = || Name::parse("lee").expect("a name");
        let read = |line| ShellAsk::read(line).expect(line);
        assert_eq!(read("who"), ShellAsk::Who);
        let kick = Command::Kick {
            name: "bob".into(),
            why: Text::parse("too loud"),
        };
        assert_eq!(read("kick bob too loud"), ShellAsk::Command(kick));
        let password_hash: Arc<str> = "$argon2id$x".into();
        let add = Command::AddAccount {
            name: lee(),
            password_hash,
        };
        assert_eq!(read("account add lee $argon2id$x"), ShellAsk::Command(add));
        let tried = read("account try passwd lee");
        assert!(matches!(tried, ShellAsk::Try(Command::SetPassword { .. })));
        let op = Command::Op("lee".into());
        assert_eq!(read("account operator lee on"), ShellAsk::Command(op));
        let end = Command::EndAccount(lee());
        assert_eq!(read("account remove lee"), ShellAsk::Command(end));
        let spam = Command::EndRoom(RoomName::parse("spam").expect("a room"));
        assert_eq!(read("room remove #spam"), ShellAsk::Command(spam));
    }

    #[test]
    fn no_refusal_names_a_command_that_a_shell_has_not() {
        let room = RoomName::parse("nix").expect("a room");
        let meant = None;
        let refused = refusal(&Rejection::NoSuchRoom { room, meant });
        assert_eq!(refused, "No room #nix.");
        let mask = chinwag_core::Mask::parse("nix").expect("a mask");
        let refused = refusal(&Rejection::NotBanned(mask));
        assert_eq!(refused, "nix is not banned. \"chinwag bans\" lists all.");
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        refused("dance", "There is no such request: dance");
        refused("quit", "There is no such request: quit");
        refused("account add lee", "There is no such request: account");
        refused(
            "account try remove lee",
            "There is no such request: account",
        );
        refused("account try add lee x", "There is no such request: account");
        refused(
            "account try add admin",
            "\"admin\" is reserved. Choose another name.",
        );
        refused(
            "account add admin x",
            "\"admin\" is reserved. Choose another name.",
        );
        refused("say #dev", "There is nothing to say.");
        for line in [
            "ban",
            "ban 10.0.0.0/99",
            "account remove #x",
            "say ! x",
            "kick",
            "",
        ] {
            assert!(ShellAsk::read(line).is_err(), "{line}");
        }
    }
}
