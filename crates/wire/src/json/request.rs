//! Commands, as they stand on the wire. One table names them; the reader, the refusals, the answer to
//! `hello`, the reference and the schema are made of it.
//!
//! Reading is strict: what a client writes and the server does not know is refused with its name, so
//! that a slip is found by the first run and not by the first incident.

use alloc::boxed::Box;
use core::fmt;

use chinwag_core::{Mask, MessageKey, Name, ResumeCode, RoomName, Seq, Text, Timestamp};
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::value::{Id, Motd, NewPassword, Note, Nullable, Parsed, Place};
use crate::dialect::Password;

/// Makes the table of commands: for each its word, its arguments and what it does.
macro_rules! commands {
    ($($(#[doc = $doc:literal])+ $word:ident: $arguments:ident,)+) => {
        /// A command with its arguments.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(non_camel_case_types, reason = "the words are those of the wire")]
        pub(super) enum Request {
            $($word($arguments),)+
        }

        /// The commands, in the order of the reference.
        pub(super) const WORDS: &[&str] = &[$(stringify!($word),)+];

        impl Request {
            /// Its word.
            pub(super) fn word(&self) -> &'static str {
                match self {
                    $(Self::$word(_) => stringify!($word),)+
                }
            }

            /// Reads the arguments of the command with this word.
            fn take<'de, M: MapAccess<'de>>(word: &str, map: &mut M) -> Result<Self, M::Error> {
                match word {
                    $(stringify!($word) => map.next_value().map(Self::$word),)+
                    word => Err(M::Error::custom(format_args!("unknown command `{word}`"))),
                }
            }
        }

        /// The commands: word, explanation, schema of the arguments.
        #[cfg(feature = "schema")]
        pub(super) fn specs(
            generator: &mut schemars::SchemaGenerator,
        ) -> alloc::vec::Vec<(&'static str, &'static str, schemars::Schema)> {
            alloc::vec![$((
                stringify!($word),
                concat!($($doc),+),
                generator.subschema_for::<$arguments>(),
            ),)+]
        }
    };
}

commands! {
    /// Comes in, under a name or as a guest. The first command, unless it is `resume`.
    hello: Hello,
    /// Takes up a lost session. With `after`, all that was missed since that event follows.
    resume: Resume,
    /// Says something in a room that one is in.
    say: Say,
    /// Does something in a room that one is in, as `/me` does.
    act: Say,
    /// Sends a private message. It is not kept.
    tell: Tell,
    /// Enters a room. One that does not exist comes into being.
    join: InRoom,
    /// Leaves a room.
    leave: InRoom,
    /// Lists the people in a room.
    who: InRoom,
    /// Shows a person.
    whois: Typed,
    /// Lists the rooms.
    rooms: Nothing,
    /// Shows the topic of a room.
    topic: InRoom,
    /// Gives a room a topic, or none.
    set_topic: SetTopic,
    /// Shows messages of a room, by number or time, in either direction.
    history: History,
    /// Finds messages that have all the words.
    search: Search,
    /// Takes another name.
    nick: Nick,
    /// Tells those who ask that one is away.
    away: Away,
    /// Ends `away`.
    back: Nothing,
    /// Hears no more of a person.
    ignore: Named,
    /// Hears a person again.
    unignore: Named,
    /// Lists whom one ignores.
    ignores: Nothing,
    /// Registers one's name.
    claim: Claim,
    /// Changes the password of one's name.
    passwd: Passwd,
    /// Shows one's numbers and the server's.
    stats: Nothing,
    /// Shows the message of the day.
    motd: Nothing,
    /// Leaves the server.
    quit: Away,
    /// Closes a person's connection. For operators, like all that follow.
    kick: Kick,
    /// Silences a person.
    mute: Mute,
    /// Lets a person speak again.
    unmute: Named,
    /// Keeps people out.
    ban: Ban,
    /// Lets people in again.
    unban: Unban,
    /// Lists the bans and the mutes.
    bans: Nothing,
    /// Makes a person an operator.
    op: Typed,
    /// Takes that back.
    deop: Typed,
    /// Gives a person another name.
    rename: Rename,
    /// Speaks to everybody.
    announce: Words,
    /// Sets the message of the day, or none.
    set_motd: SetMotd,
    /// Lets only registered names in, or everybody again.
    lock: Lock,
    /// Shows what operators did.
    log: Log,
}

/// Makes the types of arguments. None takes a key that it does not name.
macro_rules! arguments {
    ($($(#[doc = $doc:literal])+ $name:ident {
        $($(#[doc = $field_doc:literal])+ $(#[serde($serde:ident)])? $field:ident: $type:ty,)*
    })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Debug, PartialEq, Deserialize)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            #[serde(deny_unknown_fields)]
            pub(super) struct $name {
                $($(#[doc = $field_doc])+ $(#[serde($serde)])? pub(super) $field: $type,)*
            }
        )+
    };
}

arguments! {
    /// No arguments.
    Nothing {}

    /// A name, or none.
    Hello {
        /// The name; without one, the server makes up a guest's.
        name: Option<Parsed<Name>>,
        /// The password, if the name is registered. Then a session that the name still has is taken
        /// up.
        password: Option<Parsed<Password>>,
    }

    /// A lost session.
    Resume {
        /// The code.
        code: Parsed<ResumeCode>,
        /// The last event that the client has.
        after: Option<u64>,
    }

    /// Something said.
    Say {
        /// The room.
        room: Parsed<RoomName>,
        /// What to say: one line.
        text: Parsed<Text>,
        /// A text that is the client's own for this message, such as a UUID. To send the message again
        /// under the same name with the same key does no harm: it is acknowledged with the number that
        /// it has got, and not said twice. The newest 65536 are remembered, also over a restart.
        key: Option<Parsed<MessageKey>>,
    }

    /// A private message.
    Tell {
        /// To whom.
        to: Box<str>,
        /// What to say: one line.
        text: Parsed<Text>,
    }

    /// A room.
    InRoom {
        /// The room.
        room: Parsed<RoomName>,
    }

    /// A person who is here.
    Typed {
        /// The name.
        name: Box<str>,
    }

    /// A name, whether its bearer is here or not.
    Named {
        /// The name.
        name: Parsed<Name>,
    }

    /// A topic.
    SetTopic {
        /// The room.
        room: Parsed<RoomName>,
        /// The topic; null for none.
        text: Nullable<Note>,
    }

    /// A stretch of a room's past: the newest messages if nothing else is said.
    History {
        /// The room.
        room: Parsed<RoomName>,
        /// Only what was said before this event, or this time. The newest of it, unless there is an
        /// `after`.
        before: Option<Place>,
        /// Only what was said behind this event, or from this time on. The oldest of it.
        after: Option<Place>,
        /// The message with this number, and so many as `limit` says before it and behind it.
        around: Option<u64>,
        /// At most so many messages; 50 if nothing is said.
        limit: Option<usize>,
        /// Topics and announcements too.
        #[serde(default)]
        notices: bool,
    }

    /// What to look for. Words or one of the others must be there.
    Search {
        /// All of these words, in any case: phrases stand in quotation marks, and what is left out has
        /// a `-` before it.
        words: Option<Parsed<Text>>,
        /// Only what this person said.
        from: Option<Parsed<Name>>,
        /// Only what was said in this room.
        room: Option<Parsed<RoomName>>,
        /// Only what was said before this time.
        before: Option<Parsed<Timestamp>>,
        /// Only what was said from this time on.
        after: Option<Parsed<Timestamp>>,
        /// Only what has a smaller number: the `next` of the search before.
        below: Option<u64>,
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

    /// A new password.
    Claim {
        /// The password.
        password: Parsed<NewPassword>,
    }

    /// Two passwords.
    Passwd {
        /// The password until now.
        old: Parsed<Password>,
        /// The password from now on.
        new: Parsed<NewPassword>,
    }

    /// Somebody to be removed.
    Kick {
        /// The person's name.
        name: Box<str>,
        /// The reason.
        text: Option<Parsed<Note>>,
    }

    /// Somebody to be silenced.
    Mute {
        /// The person's name.
        name: Box<str>,
        /// For so long; until `unmute` if nothing is said.
        seconds: Option<u32>,
        /// The reason.
        text: Option<Parsed<Note>>,
    }

    /// People to be kept out.
    Ban {
        /// A name, an address or a block of addresses.
        target: Parsed<Mask>,
        /// With a name, also the address that its bearer comes from, if nobody else does.
        #[serde(default)]
        address_too: bool,
        /// For so long; until `unban` if nothing is said.
        seconds: Option<u32>,
        /// The reason.
        text: Option<Parsed<Note>>,
    }

    /// People to be let in.
    Unban {
        /// A name, an address or a block of addresses.
        target: Parsed<Mask>,
    }

    /// Somebody to be renamed.
    Rename {
        /// The person's name.
        name: Box<str>,
        /// The name from now on.
        new: Parsed<Name>,
    }

    /// Something said to everybody.
    Words {
        /// What to say: one line.
        text: Parsed<Text>,
    }

    /// A message of the day.
    SetMotd {
        /// The message; null for none.
        text: Nullable<Motd>,
    }

    /// A lock.
    Lock {
        /// Whether it is on.
        on: bool,
    }

    /// The audit log.
    Log {
        /// The newest so many entries; 20 if nothing is said.
        entries: Option<usize>,
    }
}

impl super::value::FromText for MessageKey {
    const IS: &'static str = "a text of 1 to 64 bytes";

    fn from_text(text: &str) -> Result<Self, &'static str> {
        Self::parse(text).ok_or("a key has 1 to 64 bytes")
    }
}

impl Resume {
    pub(super) fn after(&self) -> Option<Seq> {
        self.after.map(Seq)
    }
}

/// A line: a command, and what the client calls it.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: Option<Id>,
    pub(super) request: Request,
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Line;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with one command in it")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Line, M::Error> {
                let (mut id, mut request) = (None, None);
                while let Some(key) = map.next_key::<Box<str>>()? {
                    match &*key {
                        "id" if id.is_some() => return Err(M::Error::duplicate_field("id")),
                        "id" => id = Some(map.next_value()?),
                        _ if request.is_some() => {
                            return Err(M::Error::custom("one command a line, and no more"));
                        }
                        word => request = Some(Request::take(word, &mut map)?),
                    }
                }
                let request = request.ok_or_else(|| M::Error::custom("there is no command"))?;
                Ok(Line { id, request })
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

/// What is known of a line that cannot be read.
#[derive(Debug, Default)]
pub(super) struct Gist {
    pub(super) id: Option<Id>,
    pub(super) word: Option<&'static str>,
}

impl<'de> Deserialize<'de> for Gist {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Gist;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Gist, M::Error> {
                let mut gist = Gist::default();
                while let Some(key) = map.next_key::<Box<str>>()? {
                    match WORDS.iter().find(|word| ***word == *key) {
                        None if &*key == "id" => gist.id = Some(map.next_value()?),
                        word => {
                            gist.word = gist.word.or(word.copied());
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(gist)
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

/// The error in a line.
#[derive(Debug)]
pub(super) struct LineError {
    pub(super) gist: Gist,
    pub(super) error: serde_json::Error,
}

/// Reads a line.
///
/// # Errors
/// A [`LineError`] that knows its place.
pub(super) fn read(line: &str) -> Result<Line, LineError> {
    serde_json::from_str(line).map_err(|error| LineError {
        gist: serde_json::from_str(line).unwrap_or_default(),
        error,
    })
}
