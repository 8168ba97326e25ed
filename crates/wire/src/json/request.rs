//! The wire format of commands. One table names them, from which the parser, the refusals, the
//! answer to `hello`, the reference and the schema are generated.
//!
//! Parsing is strict: anything that the server does not know is refused with its name, so that a
//! mistake is found by the first run and not by the first incident.

use alloc::boxed::Box;
use core::fmt;
use core::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::value::Id;

mod arguments;
mod governing;

pub(super) use arguments::*;
pub(super) use governing::*;

/// The word of a command: its variant's name, unless Rust reserves that.
macro_rules! word {
    ($variant:ident) => {
        stringify!($variant)
    };
    ($variant:ident $word:literal) => {
        $word
    };
}

/// Makes the table of commands: the word, the arguments and the purpose of each.
macro_rules! commands {
    ($($(#[doc = $doc:literal])+ $word:ident $(= $text:literal)?: $arguments:ident,)+) => {
        /// A command with its arguments.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(non_camel_case_types, reason = "the words are those of the wire")]
        pub(super) enum Request {
            $($word($arguments),)+
        }

        /// The commands, in the order of the reference.
        pub(super) const WORDS: &[&str] = &[$(word!($word $($text)?),)+];

        impl Request {
            /// Its word.
            pub(super) fn word(&self) -> &'static str {
                match self {
                    $(Self::$word(_) => word!($word $($text)?),)+
                }
            }

            /// Parses the arguments of the command with this word.
            fn take<'de, M: MapAccess<'de>>(word: &str, map: &mut M) -> Result<Self, M::Error> {
                match word {
                    $(word!($word $($text)?) => {
                        let Object(arguments) = map.next_value()?;
                        Ok(Self::$word(arguments))
                    })+
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
                word!($word $($text)?),
                concat!($($doc),+),
                generator.subschema_for::<$arguments>(),
            ),)+]
        }
    };
}

commands! {
    /// Logs in, under a name or as a guest. The first command, unless that is `resume`.
    hello: Hello,
    /// Resumes a lost session. With `after`, everything missed since that event follows.
    resume: Resume,
    /// Sends a message to a room that you are in.
    say: Say,
    /// Sends an action to a room that you are in, as `/me` does.
    act: Say,
    /// Sends a message to a room that you need not be in, if the room accepts that.
    say_to: SayTo,
    /// Sends a private message. It stays in the history of each side that has an account; if both have one, it is
    /// kept until the receiver comes.
    tell: Tell,
    /// Removes a message from the history and from search for good: your own, or any in a room that you moderate.
    delete: Message,
    /// Enters a room. If it does not exist, makes it, with you as its moderator.
    join: Join,
    /// Leaves a room.
    leave: InRoom,
    /// Asks the moderators of a closed room to let you in. Not for hidden rooms.
    knock: InRoom,
    /// Lists the people in a room.
    who: InRoom,
    /// Shows a person.
    whois: Typed,
    /// Lists the rooms.
    rooms: Nothing,
    /// Shows the topic of a room.
    topic: InRoom,
    /// Sets or clears the topic of a room.
    set_topic: SetTopic,
    /// Shows messages of a room, by number or time, in either direction.
    history: History,
    /// Finds messages that have all the words.
    search: Search,
    /// Changes your name.
    nick: Nick,
    /// Marks you as away.
    away: Away,
    /// Marks you as back.
    back: Nothing,
    /// Ignores a person, and the account that they are logged in to or that the name belongs to. You are not told what
    /// they say, their topics, and the reasons they give. You are told that they come, go and change name, since you must
    /// know who is there. Your account has one list, on all its connections.
    ignore: Named,
    /// Stops ignoring a person.
    unignore: Named,
    /// Lists the people you ignore.
    ignores: Nothing,
    /// Registers your name, which is an account from then on.
    claim: Claim,
    /// Removes a certificate from your account.
    forget_certificate: ForgetCertificate,
    /// Logs in to an account. Takes over a session that uses the name, unless `beside` is true.
    login: Login,
    /// Logs out of the account. If your name belongs to it, you get a guest name.
    logout: Nothing,
    /// Shows your account.
    account: Nothing,
    /// Changes the password of your account.
    passwd: Passwd,
    /// Frees your name. Under the account's own name it ends the account.
    unclaim: Unclaim,
    /// Shows your numbers and the server's.
    stats: Nothing,
    /// Shows the message of the day.
    motd: Nothing,
    /// Leaves the server.
    quit: Away,
    /// Shows the settings of a room, and who owns and moderates it.
    room: InRoom,
    /// Changes a setting of a room. For its moderators, like all up to `bars`.
    set_room: SetRoom,
    /// Renames a room, which keeps everything else.
    rename_room: RenameRoom,
    /// Lets a person in though the room is closed or has a password.
    invite: Stand,
    /// Withdraws an invitation.
    uninvite: Stand,
    /// Lets a person speak while the room is moderated.
    voice: Stand,
    /// Takes a voice back.
    unvoice: Stand,
    /// Makes a person a moderator of the room.
    moderate = "mod": Stand,
    /// Takes a moderator's rights.
    unmod: Stand,
    /// Puts a person out of the room.
    eject: Eject,
    /// Keeps people out of the room.
    bar: Bar,
    /// Lets people into the room again.
    unbar: Unbar,
    /// Lists whom the room keeps out, and whom it has muted.
    bars: InRoom,
    /// Silences a person: in one room, for its moderators, or in all.
    mute: Mute,
    /// Lets a person speak again.
    unmute: Unmute,
    /// Closes a person's connection. For operators, like all that follow.
    kick: Kick,
    /// Keeps people out of the server.
    ban: Ban,
    /// Lets people in again.
    unban: Unban,
    /// Lists the bans and the mutes.
    bans: Nothing,
    /// Makes a person an operator.
    op: Typed,
    /// Removes a person's operator rights.
    deop: Typed,
    /// Renames a person.
    rename: Rename,
    /// Ends an account, with all its names.
    remove_account: RemoveAccount,
    /// Removes a room, with its messages.
    remove_room: InRoom,
    /// Speaks to everybody.
    announce: Words,
    /// Sets the message of the day, or none.
    set_motd: SetMotd,
    /// Locks the server to registered names, or unlocks it.
    lock: Lock,
    /// Shows what operators did.
    log: Log,
}

/// Arguments by name: otherwise a list of values would be accepted as well.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Visit<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Object<T>, M::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }
        deserializer.deserialize_map(Visit(PhantomData))
    }
}

/// A line: a command, and the client's id for it.
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
                        word if request.is_some() && WORDS.contains(&word) => {
                            return Err(M::Error::custom("one command a line, and no more"));
                        }
                        key if request.is_some() => {
                            return Err(M::Error::custom(format_args!(
                                "unknown key `{key}`; beside the command there is `id`"
                            )));
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

/// The `id` of a line that cannot be parsed, unless that is the reason.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum AnyId {
    Id(Id),
    None(IgnoredAny),
}

impl From<AnyId> for Option<Id> {
    fn from(id: AnyId) -> Self {
        match id {
            AnyId::Id(id) => Some(id),
            AnyId::None(_) => None,
        }
    }
}

/// What is known of a line that cannot be parsed.
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
                        None if &*key == "id" => gist.id = map.next_value::<AnyId>()?.into(),
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

/// Parses a line.
///
/// # Errors
/// A [`LineError`] that knows its place.
pub(super) fn read(line: &str) -> Result<Line, LineError> {
    serde_json::from_str(line).map_err(|error| LineError {
        gist: serde_json::from_str(line).unwrap_or_default(),
        // What is no JSON is no command either, but that is the first thing wrong.
        error: serde_json::from_str::<IgnoredAny>(line)
            .err()
            .unwrap_or(error),
    })
}
