//! Requests, in words that all dialects share.

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
use crate::plain::is_quote;

/// A request of a client.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Something for the chat to decide.
    Command(Command),
    /// Something for the chat to answer.
    Query(Query),
    /// Log in under a name, or as a guest.
    LogIn {
        /// The name; `None` for a guest.
        name: Option<Name>,
        /// The password, if the name is registered.
        password: Option<Password>,
        /// Whether the client spoke before the server did.
        is_script: bool,
        /// What an IRC client says of itself besides.
        irc: Option<Box<IrcLogIn>>,
    },
    /// Give the server's own password, which comes before anything else.
    Enter(Password),
    /// Check a password, for a later login.
    Prove {
        /// One of the account's names.
        name: Name,
        /// The password.
        password: Password,
    },
    /// Find the account that the connection's certificate proves, for a later login.
    ProveByCertificate {
        /// One of the account's names; `None` accepts any account.
        name: Option<Name>,
    },
    /// Register a name that nobody bears, for a later login.
    RegisterName {
        /// The name.
        name: Name,
        /// The password of the account.
        password: Password,
    },
    /// Speak for a client that comes through a gateway. `None` if what the gateway says is malformed: nothing follows
    /// from it, but whoever set the gateway up should find it in the log.
    SpeakFor(Option<Box<Gateway>>),
    /// Take another name.
    Rename {
        /// Which.
        name: Name,
        /// The password, if the name is registered.
        password: Option<Password>,
    },
    /// Register one's name with this password.
    Register(Password),
    /// Register one's name with what the connection itself proves, or group it to the account that
    /// one is logged in to.
    Claim,
    /// Remove a certificate from one's account.
    Forget(CertificatePrefix),
    /// Log in to an account under the current name, or take over the account's session.
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
    /// Change the password of one's account.
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
        /// The last event that the client has. `None` relies on what the server knows to have been
        /// received.
        after: Option<Seq>,
    },
    /// Earlier messages.
    History {
        /// The history.
        of: Past,
        /// Which.
        range: Range,
        /// What is shown besides messages.
        detail: Detail,
        /// The most messages. The server has a limit of its own.
        lines_max: usize,
    },
    /// The rooms that one is in, and the private histories of one's account, whose newest message
    /// lies between two times.
    Targets(Targets),
    /// Messages with these words.
    Search(Search),
    /// Delete a message.
    Delete {
        /// Its place.
        message: Seq,
        /// The history that has it, if the client says so: the message must be there.
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
    /// End the session of a client that has sent too fast for long, unless it has stopped.
    EndFlood,
    /// End the session of a client that gives no sign of life, if it was sent everything: one that
    /// is behind may not have seen the question yet.
    EndSilence,
}

/// The newest entries of the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRange {
    /// The most entries; the server never gives more than
    /// [`LOG_LINES_MAX`](chinwag_core::limits::LOG_LINES_MAX).
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

/// What an IRC client says when it logs in.
#[derive(Clone, Debug, PartialEq)]
pub struct IrcLogIn {
    /// Its user and its real name.
    pub ident: Ident,
    /// The account that it has proven, by one of its names, and the proof.
    pub proven: Option<(Name, Proof)>,
}

impl Ask {
    /// Whether more input may follow before the answer is there.
    pub fn only_talks(&self) -> bool {
        matches!(self, Self::Command(command) if command.only_talks())
    }
}

/// A history that clients can ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Past {
    /// Of a room.
    Room(RoomRef),
    /// Of one's account with the bearer of a name, which is as typed.
    With(String),
}

/// A search for messages of a room, of all rooms or of a private history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// All of these words: phrases are in quotation marks, and excluded words have a `-` before
    /// them. `None` if only the filters count.
    pub words: Option<Text>,
    /// Only messages of this person.
    pub from: Option<Name>,
    /// No messages of these people.
    pub not_from: Vec<Name>,
    /// Only messages in this room.
    pub room: Option<RoomName>,
    /// Only messages between one's account and the bearer of this name, which is as typed.
    pub with: Option<String>,
    /// No messages in these rooms.
    pub not_in: Vec<RoomName>,
    /// Only messages before this time.
    pub before: Option<Timestamp>,
    /// Only messages from this time on.
    pub after: Option<Timestamp>,
    /// Only messages before this place.
    pub below: Option<Seq>,
}

impl Search {
    /// Whether a text has a letter, a digit or a pictograph: something that can be found.
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
    /// Takes a password as typed. Blanks at its ends are not part of it: some ways of typing one
    /// lose them.
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

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it begins and ends with quotation marks. Who types it so hardly means them as a part
    /// of it.
    pub fn is_quoted(&self) -> bool {
        let is_mark = |c| is_quote(c) || matches!(c, '\'' | '‘' | '’' | '‚');
        self.letters() > 1 && self.0.starts_with(is_mark) && self.0.ends_with(is_mark)
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
    /// The times, both exclusive. If there are too many targets, those nearer to the first time
    /// count.
    pub between: (Timestamp, Timestamp),
    /// What counts as a message: everything of the past that the reader is shown.
    pub detail: Detail,
    /// The most targets. The server has a limit of its own.
    pub targets_max: usize,
}
