//! The arguments of commands that moderators and operators give.

use alloc::boxed::Box;
use core::fmt;
use core::num::NonZeroU32;

use chinwag_core::{Listed, Mask, MessageKey, Name, RoomName, RoomPassword, RoomSetting, Text};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::arguments::arguments;
use crate::json::value::{KnownMask, KnownName, Lasting, Motd, Note, Nullable, Parsed, Whole};

/// A setting of a room, as it is to be.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::json) enum Setting {
    /// Only the invited may enter.
    Closed(bool),
    /// People who know this word may enter; null for none.
    Password(Nullable<RoomPassword>),
    /// The most people who may be inside; null for no limit.
    Limit(Option<Whole<NonZeroU32>>),
    /// Only voices and moderators speak.
    Moderated(bool),
    /// People outside cannot see it.
    Hidden(bool),
    /// Only moderators set the topic.
    TopicGuarded(bool),
    /// People outside may speak to it.
    Outsiders(bool),
    /// Only registered names may enter.
    Registered(bool),
    /// Only encrypted connections may enter.
    Encrypted(bool),
    /// It refuses CTCP, which only IRC clients understand, except actions.
    NoCtcp(bool),
}

/// A [`Setting`] that is the only one of its object.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transparent))]
pub(in crate::json) struct OneSetting(Setting);

impl<'de> Deserialize<'de> for OneSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = OneSetting;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with one setting")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<OneSetting, M::Error> {
                let key = Setting::deserialize(MapAccessDeserializer::new(&mut map))?;
                match map.next_key::<IgnoredAny>()? {
                    None => Ok(OneSetting(key)),
                    Some(_) => Err(M::Error::custom("one setting a command, and no more")),
                }
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

impl OneSetting {
    /// The same setting in the chat's type.
    pub(in crate::json) fn into_setting(self) -> RoomSetting {
        match self.0 {
            Setting::Closed(on) => RoomSetting::Closed(on),
            Setting::Password(password) => RoomSetting::Password(password.0),
            Setting::Limit(limit) => RoomSetting::Limit(limit.map(|Whole(limit)| limit.get())),
            Setting::Moderated(on) => RoomSetting::Moderated(on),
            Setting::Hidden(on) => RoomSetting::Hidden(on),
            Setting::TopicGuarded(on) => RoomSetting::GuardsTopic(on),
            Setting::Outsiders(on) => RoomSetting::Outsiders(on),
            Setting::Registered(on) => RoomSetting::Registered(on),
            Setting::Encrypted(on) => RoomSetting::Encrypted(on),
            Setting::NoCtcp(on) => RoomSetting::NoCtcp(on),
        }
    }
}

arguments! {
    /// A setting of a room.
    SetRoom {
        /// The room.
        room: Parsed<RoomName>,
        /// The setting, as it is to be: an object with one of the keys below.
        setting: OneSetting,
    }

    /// A room that gets another name.
    RenameRoom {
        /// The room.
        room: Parsed<RoomName>,
        /// The name from now on.
        new: Parsed<RoomName>,
    }

    /// A person and a room.
    Stand {
        /// The room.
        room: Parsed<RoomName>,
        /// The person's name.
        name: Box<str>,
    }

    /// Somebody to be put out of a room.
    Eject {
        /// The room.
        room: Parsed<RoomName>,
        /// The person's name.
        name: Box<str>,
        /// The reason.
        text: Option<Parsed<Note>>,
    }

    /// People to be kept out of a room.
    Bar {
        /// The room.
        room: Parsed<RoomName>,
        /// A name; for operators also an address or a block of addresses.
        target: Parsed<Mask>,
        /// With a name, whether to cover the person's addresses too from which nobody else connects.
        #[serde(default)]
        address_too: bool,
        /// For how long, a century (3153600000) at most; until `unbar` by default.
        seconds: Option<Whole<Lasting>>,
        /// The reason.
        text: Option<Parsed<Note>>,
    }

    /// People to be let into a room again.
    Unbar {
        /// The room.
        room: Parsed<RoomName>,
        /// A name, an address or a block of addresses, or a mask of one of IRC's lists: `nick!user@host` or
        /// `account:NAME`, which is taken off all of them.
        target: Parsed<Listed>,
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
        /// In this room only, which its moderators may do too; in all rooms by default.
        room: Option<Parsed<RoomName>>,
        /// For how long, a century (3153600000) at most; until `unmute` by default.
        seconds: Option<Whole<Lasting>>,
        /// The reason.
        text: Option<Parsed<Note>>,
    }

    /// Somebody who may speak again.
    Unmute {
        /// The person's name.
        name: Parsed<KnownName>,
        /// In this room, if its moderators have muted the person.
        room: Option<Parsed<RoomName>>,
    }

    /// People to be kept out.
    Ban {
        /// A name, an address or a block of addresses.
        target: Parsed<Mask>,
        /// With a name, whether to cover the person's addresses too from which nobody else connects.
        #[serde(default)]
        address_too: bool,
        /// For how long, a century (3153600000) at most; until `unban` by default.
        seconds: Option<Whole<Lasting>>,
        /// The reason.
        text: Option<Parsed<Note>>,
    }

    /// People to be let in.
    Unban {
        /// A name, an address or a block of addresses.
        target: Parsed<KnownMask>,
    }

    /// Somebody to be renamed.
    Rename {
        /// The person's name.
        name: Box<str>,
        /// The name from now on.
        new: Parsed<Name>,
    }

    /// An account to be ended.
    RemoveAccount {
        /// One of its names.
        name: Parsed<KnownName>,
    }

    /// Something said to everybody.
    Words {
        /// What to say: one line.
        text: Parsed<Text>,
        /// Makes it harmless to send the message again, as the `key` of `say` does.
        key: Option<Parsed<MessageKey>>,
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
        /// How many of the newest entries, 200 at most; 20 by default.
        entries: Option<Whole<usize>>,
        /// Only entries before this one: the `next` of the previous reply.
        before: Option<Whole<u64>>,
    }
}
