//! Requests, in the words that all dialects share.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use chinwag_core::limits::PASSWORD_BYTES_MAX;
use chinwag_core::{
    CertificatePrefix, Command, Detail, Ident, Name, Proof, Query, Range, ResumeCode, RoomName,
    RoomRef, Seq, Text, Timestamp,
};
use zeroize::Zeroizing;

use super::Saved;

/// A request of a client.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Something for the chat to decide.
    Command(Command),
    /// Something for the chat to answer.
    Query(Query),
    /// Come in under a name, or as a guest.
    LogIn {
        /// The name; `None` for a guest.
        name: Option<Name>,
        /// The password, if the name is registered.
        password: Option<Password>,
        /// The client spoke before it was asked.
        is_script: bool,
        /// What a client of IRC says of itself beside.
        irc: Option<Box<IrcLogIn>>,
    },
    /// Be let in by the server's own password, which comes before anything else.
    Enter(Password),
    /// Check a password, for a login that comes later.
    Prove {
        /// One of the account's names.
        name: Name,
        /// The password.
        password: Password,
    },
    /// Find the account that the connection's certificate proves, for a login that comes later.
    ProveByCertificate {
        /// One of the account's names; without it any account will do.
        name: Option<Name>,
    },
    /// Register a name that nobody bears, for a login that comes later.
    RegisterName {
        /// The name.
        name: Name,
        /// The password of the account.
        password: Password,
    },
    /// Speak for a client that comes through a gateway.
    SpeakFor(Box<Gateway>),
    /// Take another name.
    Rename {
        /// Which.
        name: Name,
        /// The password, if the name is registered.
        password: Option<Password>,
    },
    /// Register one's name under this password.
    Register(Password),
    /// Register one's name by what the connection itself proves, or group it to the account that one
    /// is logged in to.
    Claim,
    /// Take a certificate from one's account.
    Forget(CertificatePrefix),
    /// Log in to an account under the name that one has, or take up the session that goes by the
    /// account's.
    LogInTo {
        /// One of the account's names.
        name: Name,
        /// Its password, unless the connection itself proves it.
        password: Option<Password>,
        /// Leave that session where it is.
        beside: bool,
    },
    /// Give up one's name, or the account if it is the account's own.
    Unclaim {
        /// The account.
        account: Name,
        /// Its password, unless the connection itself proves it.
        password: Option<Password>,
    },
    /// Give one's account another password.
    ChangePassword {
        /// The account.
        name: Name,
        /// The password before.
        old: Password,
        /// The password from now on.
        new: Password,
    },
    /// Take up a lost session.
    Resume {
        /// The code.
        code: ResumeCode,
        /// The last event that the client has. Without it the server goes by what it knows to have
        /// been received.
        after: Option<Seq>,
    },
    /// Earlier messages.
    History {
        /// Whose.
        of: Past,
        /// Which.
        range: Range,
        /// What is shown beside messages.
        detail: Detail,
        /// At most so many messages. The server has a limit of its own.
        lines_max: usize,
    },
    /// The rooms that one is in, and the private histories of one's account, whose newest message lies
    /// between two times.
    Targets(Targets),
    /// Messages with these words.
    Search(Search),
    /// Delete a message.
    Delete {
        /// Its place.
        message: Seq,
        /// Whose history it stands in, if the client has said so: it is to be there.
        of: Option<Past>,
        /// The reason given.
        why: Option<Text>,
    },
    /// Entries of the audit log.
    AuditLog(LogRange),
    /// Keep this for the session's next connection. Not answered.
    Save(Saved),
    /// Leave the server, with the reason given.
    Quit(Option<Text>),
    /// Ends the session of a client that never stops sending faster than it may.
    EndFlood,
}

/// The newest entries of the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRange {
    /// So many at most; more than [`LOG_LINES_MAX`](chinwag_core::limits::LOG_LINES_MAX) are never given.
    pub entries_max: usize,
    /// Only those before this one.
    pub before: Option<Seq>,
}

/// What a gateway says of itself and of its client (IRCv3, WebIRC).
#[derive(Clone, Debug, PartialEq)]
pub struct Gateway {
    /// The password of gateways.
    pub password: Password,
    /// The client's address.
    pub address: IpAddr,
    /// Whether the client's connection to the gateway is encrypted.
    pub is_encrypted: bool,
}

/// What a client of IRC says when it comes in.
#[derive(Clone, Debug, PartialEq)]
pub struct IrcLogIn {
    /// Its user and its real name.
    pub ident: Ident,
    /// An account, by one of its names, that it has proven to own.
    pub proven: Option<(Name, Proof)>,
}

impl Ask {
    /// True if more input may follow before the answer is there.
    pub fn only_talks(&self) -> bool {
        matches!(self, Self::Command(command) if command.only_talks())
    }
}

/// A history that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Past {
    /// Of a room.
    Room(RoomRef),
    /// Of one's account with the bearer of a name, which is as it was typed.
    With(String),
}

/// Messages of a room, of all or of a private history, by what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// All of these words: phrases stand in quotation marks, and what is left out has a `-` before
    /// it. `None` if the filters alone count.
    pub words: Option<Text>,
    /// Only what this person said.
    pub from: Option<Name>,
    /// Nothing that these people said.
    pub not_from: Vec<Name>,
    /// Only what was said in this room.
    pub room: Option<RoomName>,
    /// Only what one's account and the bearer of this name, which is as it was typed, have told each other.
    pub with: Option<String>,
    /// Nothing that was said in these rooms.
    pub not_in: Vec<RoomName>,
    /// Only what was said before this time.
    pub before: Option<Timestamp>,
    /// Only what was said at this time or after it.
    pub after: Option<Timestamp>,
    /// Only what was said before this place.
    pub below: Option<Seq>,
}

impl Search {
    /// Whether there is a letter, a digit or a pictograph in a text: something that can be found.
    pub(crate) fn has_words(text: &str) -> bool {
        let is_pictograph = |c| matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}');
        text.contains(|c: char| c.is_alphanumeric() || is_pictograph(c))
    }
}

/// A password, wiped from memory when it is dropped and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<Box<str>>);

/// The text cannot be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordError {
    /// It has more bytes than `PASSWORD_BYTES_MAX`.
    TooLong,
    /// It has control characters, which another terminal may not be able to type.
    NotText,
}

impl Password {
    /// Takes a password as it was typed. Blanks at its ends are no part of it: not all ways to type one
    /// have them.
    ///
    /// # Errors
    /// A [`PasswordError`] says why it cannot be one.
    pub fn parse(text: &str) -> Result<Self, PasswordError> {
        let text = text.trim();
        if text.len() > PASSWORD_BYTES_MAX {
            return Err(PasswordError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(PasswordError::NotText);
        }
        Ok(Self(Zeroizing::new(text.into())))
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of its letters.
    pub fn letters(&self) -> usize {
        self.0.chars().count()
    }

    /// The password itself, to be held against a hash.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Which rooms and private histories are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Targets {
    /// The times, both excluded. If there are too many, those nearer to the first count.
    pub between: (Timestamp, Timestamp),
    /// What counts as a message: whatever the reader is shown of the past.
    pub detail: Detail,
    /// At most so many. The server has a limit of its own.
    pub targets_max: usize,
}
