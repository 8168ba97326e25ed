//! The arguments of commands: what a client writes about itself, rooms, messages and the past.

use alloc::boxed::Box;
use core::num::NonZeroUsize;

use chinwag_core::{
    CertificatePrefix, MessageKey, Name, ResumeCode, RoomName, RoomPassword, Seq, Text, Timestamp,
};

use crate::dialect::Password;
use crate::json::value::{
    FromText, KnownName, Mannered, Note, Nullable, Parsed, Point, ValueError, Whole, Words,
};

/// Makes the types of arguments, which refuse unknown keys.
macro_rules! arguments {
    ($($(#[doc = $doc:literal])+ $name:ident {
        $(
            $(#[doc = $field_doc:literal])+
            $(#[serde($serde:ident)])?
            $field:ident: $type:ty,
        )*
    })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Debug, PartialEq, serde::Deserialize)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            #[serde(deny_unknown_fields)]
            pub(in crate::json) struct $name {
                $(
                    $(#[doc = $field_doc])+
                    $(#[serde($serde)])?
                    pub(in crate::json) $field: $type,
                )*
            }
        )+
    };
}

pub(super) use arguments;

arguments! {
    /// No arguments.
    Nothing {}

    /// A name, or none.
    Hello {
        /// The name; without one, the server makes up a guest's.
        name: Option<Parsed<Name>>,
        /// The password, if the name is registered and no certificate of the connection proves it. Takes over a
        /// session that the name still has.
        password: Option<Parsed<Password>>,
        /// The password of the server itself, if it has one.
        server_password: Option<Parsed<Password>>,
    }

    /// A lost session.
    Resume {
        /// The code.
        code: Parsed<ResumeCode>,
        /// The password of the server itself, if it has one.
        server_password: Option<Parsed<Password>>,
        /// The last event that the client has.
        after: Option<Whole<u64>>,
    }

    /// Something said.
    Say {
        /// The room.
        room: Parsed<RoomName>,
        /// What to say: one line, or up to 32 with `\n` between them, which are one message.
        text: Parsed<Words>,
        /// A text that identifies this message, such as a UUID. Sending the message again with the same key is
        /// harmless: the server acknowledges it with the number it already has, and does not post it twice. The
        /// server remembers the newest 65536, over a restart too. A key belongs to the account; a guest's, to the
        /// name from the same address, or the same /64 of IPv6.
        key: Option<Parsed<MessageKey>>,
    }

    /// A private message.
    Tell {
        /// To whom.
        to: Box<str>,
        /// What to say: one line, or up to 32 with `\n` between them, which are one message.
        text: Parsed<Words>,
        /// How, if not plain speech.
        manner: Option<Mannered>,
        /// Makes it harmless to send the message again, as the `key` of `say` does. If neither side has an account
        /// the message is not stored, and the server forgets its key when it stops.
        key: Option<Parsed<MessageKey>>,
    }

    /// A room.
    InRoom {
        /// The room.
        room: Parsed<RoomName>,
    }

    /// A room, and what opens it.
    Join {
        /// The room.
        room: Parsed<RoomName>,
        /// Its password, if it has one.
        password: Option<Parsed<RoomPassword>>,
    }

    /// Something said to a room from outside.
    SayTo {
        /// The room.
        room: Parsed<RoomName>,
        /// What to say: one line, or up to 32 with `\n` between them, which are one message.
        text: Parsed<Words>,
        /// How, if not plain speech.
        manner: Option<Mannered>,
        /// Makes it harmless to send the message again, as the `key` of `say` does.
        key: Option<Parsed<MessageKey>>,
    }

    /// A message.
    Message {
        /// The number of the event with which it was said.
        message: Whole<u64>,
    }

    /// A person who is here.
    Typed {
        /// The name.
        name: Box<str>,
    }

    /// A name, whether its bearer is here or not.
    Named {
        /// The name.
        name: Parsed<KnownName>,
    }

    /// A topic.
    SetTopic {
        /// The room.
        room: Parsed<RoomName>,
        /// The topic; null for none.
        text: Nullable<Note>,
    }

    /// A stretch of the past, of a room or of one's account with another person: the newest messages if
    /// nothing else is said.
    History {
        /// The room.
        room: Option<Parsed<RoomName>>,
        /// The other person, in place of a room.
        with: Option<Box<str>>,
        /// Only what was said before this event or time. Shows the newest of it, unless there is an `after`; then
        /// `before` must be a time.
        before: Option<Point>,
        /// Only what was said after this event, or from this time on. Shows the oldest of it.
        after: Option<Point>,
        /// The message with this number, and up to `limit` messages before it and after it.
        around: Option<Whole<u64>>,
        /// The most messages to show; 50 by default. With `notices` each event counts as one.
        limit: Option<Whole<NonZeroUsize>>,
        /// Whether to include topics, announcements, and who came, went or changed.
        #[serde(default)]
        notices: bool,
    }

    /// What to look for. Words or one of the others must be there.
    Search {
        /// All of these words, in any case. Phrases are in quotation marks; a `-` excludes a word or phrase.
        words: Option<Parsed<Text>>,
        /// Only what this person said.
        from: Option<Parsed<Name>>,
        /// Only what was said in this room.
        room: Option<Parsed<RoomName>>,
        /// Only what was said before this time.
        before: Option<Parsed<Timestamp>>,
        /// Only what was said from this time on.
        after: Option<Parsed<Timestamp>>,
        /// Only messages with a smaller number: the `next` of the previous search.
        below: Option<Whole<u64>>,
    }

    /// Another name.
    Nick {
        /// The name.
        name: Parsed<Name>,
        /// The password, if the name is registered.
        password: Option<Parsed<Password>>,
    }

    /// A reason, or none.
    Away {
        /// The reason.
        text: Option<Parsed<Note>>,
    }

    /// A new password, or none.
    Claim {
        /// The password. Without one, the certificate of the connection proves the name from then on,
        /// and a name that is not the account's is grouped to it.
        password: Option<Parsed<Password>>,
    }

    /// A certificate.
    ForgetCertificate {
        /// Its SHA-256, or the first digits of it.
        sha256: Parsed<CertificatePrefix>,
    }

    /// An account.
    Login {
        /// One of its names.
        name: Parsed<Name>,
        /// Its password, unless the certificate of the connection is the account's.
        password: Option<Parsed<Password>>,
        /// Whether to leave a session that uses that name alone, and keep your own name.
        #[serde(default)]
        beside: bool,
    }

    /// What proves that a name is one's own.
    Unclaim {
        /// The password of the account, unless the certificate of the connection is the account's.
        password: Option<Parsed<Password>>,
    }

    /// Two passwords.
    Passwd {
        /// The current password.
        old: Parsed<Password>,
        /// The new password.
        new: Parsed<Password>,
    }
}

impl FromText for MessageKey {
    const IS: &'static str = "a text of 1 to 64 bytes";
    const BYTES: (usize, usize) = (1, 64);

    fn from_text(text: &str) -> Result<Self, ValueError> {
        match text.is_empty() {
            true => Err(ValueError::KeyEmpty),
            false => Self::parse(text).ok_or(ValueError::KeyTooLong),
        }
    }
}

impl Resume {
    pub(in crate::json) fn after(&self) -> Option<Seq> {
        self.after.map(|Whole(seq)| Seq(seq))
    }
}
