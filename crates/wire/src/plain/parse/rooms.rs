//! Parsing the commands that moderators give in their room. The chat decides who is one.

use chinwag_core::limits::ROOM_PASSWORD_BYTES_MAX;
use chinwag_core::{Listed, MaskError, RoomPassword, RoomSetting, Standing, StandingChange};

use super::arguments::{Arguments, room};
use super::operate::{covers_address, mask, not_list, not_off, time};
use super::{Read, nearest};
use crate::plain::message_ref::MessageRef;
use crate::plain::request::{EchoedInput, ParseError, Request, RoomRequest};

pub(in crate::plain) fn room_settings(mut arguments: Arguments<'_>) -> Read {
    let Some(word) = arguments.next() else {
        return request(RoomRequest::Info(None));
    };
    let value = arguments.rest();
    if word.eq_ignore_ascii_case(NAME) {
        return match value {
            "" => Err(takes(NAME, "the room's new name")),
            new => request(RoomRequest::Rename(room(new)?)),
        };
    }
    match setting(word, value)? {
        Some(setting) => request(RoomRequest::Set(setting)),
        // Nobody asks for a room of that name, without its sign.
        None if value.is_empty() && switch(word).is_none() => {
            request(RoomRequest::Info(Some(room(word)?)))
        }
        None if word.starts_with('#') => Err(arguments.elsewhere(room(word)?)),
        None => Err(ParseError::UnknownSetting {
            typed: EchoedInput::new(word),
            meant: setting_like(word),
        }),
    }
}

fn request(asked: RoomRequest) -> Read {
    Ok(Request::Room(asked))
}

/// Parses a setting and its value: `None` if there is no such setting.
///
/// # Errors
/// [`ParseError::BadSetting`] if it does not accept the value.
fn setting(word: &str, value: &str) -> Result<Option<RoomSetting>, ParseError> {
    let is_meant = |setting: &&Setting| setting.name.eq_ignore_ascii_case(word);
    let Some(setting) = SETTINGS.iter().find(is_meant) else {
        return Ok(None);
    };
    let read = (setting.read)(value);
    read.map(Some)
        .ok_or_else(|| takes(setting.name, setting.takes))
}

fn takes(setting: &'static str, takes: &'static str) -> ParseError {
    ParseError::BadSetting { setting, takes }
}

/// A setting that `/room` changes.
struct Setting {
    name: &'static str,
    /// The values that it accepts, in words.
    takes: &'static str,
    read: fn(&str) -> Option<RoomSetting>,
}

/// The name of the room, which `/room` changes like a setting.
const NAME: &str = "name";

// What `password` takes says this number, and what `limit` takes the largest `u32`.
const _: () = assert!(ROOM_PASSWORD_BYTES_MAX == 64);

const SETTINGS: [Setting; 11] = [
    on_off("closed", |value| switch(value).map(RoomSetting::Closed)),
    on_off("moderated", |value| {
        switch(value).map(RoomSetting::Moderated)
    }),
    on_off("hidden", |value| switch(value).map(RoomSetting::Hidden)),
    on_off("outsiders", |value| {
        switch(value).map(RoomSetting::Outsiders)
    }),
    on_off("registered", |value| {
        switch(value).map(RoomSetting::Registered)
    }),
    on_off("encrypted", |value| {
        switch(value).map(RoomSetting::Encrypted)
    }),
    on_off("ctcp", |value| {
        switch(value).map(|on| RoomSetting::NoCtcp(!on))
    }),
    Setting {
        name: "open",
        takes: "nothing; /room closed undoes it",
        read: |value| value.is_empty().then_some(RoomSetting::Closed(false)),
    },
    Setting {
        name: "topic",
        takes: "moderators or everybody",
        read: |value| topic(value).map(RoomSetting::GuardsTopic),
    },
    Setting {
        name: "password",
        takes: "one word of up to 64 bytes, or off",
        read: password,
    },
    Setting {
        name: "limit",
        takes: "a number of people from 1 to 4294967295, or off",
        read: limit,
    },
];

const fn on_off(name: &'static str, read: fn(&str) -> Option<RoomSetting>) -> Setting {
    Setting {
        name,
        takes: "on or off",
        read,
    }
}

/// The setting that was probably meant.
pub(in crate::plain) fn setting_like(typed: &str) -> Option<&'static str> {
    let settings = SETTINGS.iter().map(|setting| setting.name);
    nearest(typed, settings.chain([NAME]))
}

fn password(value: &str) -> Option<RoomSetting> {
    let password = match is_off(value) {
        true => None,
        false => Some(RoomPassword::parse(value).ok()?),
    };
    Some(RoomSetting::Password(password))
}

fn limit(value: &str) -> Option<RoomSetting> {
    let people_max = match is_off(value) {
        true => None,
        false => Some(value.parse().ok().filter(|people: &u32| *people > 0)?),
    };
    Some(RoomSetting::Limit(people_max))
}

/// Whether the topic is the moderators' to set.
fn topic(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "moderators" | "moderators on" => Some(true),
        "everybody" | "moderators off" | "off" => Some(false),
        _ => None,
    }
}

fn switch(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "" | "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

fn is_off(value: &str) -> bool {
    value.eq_ignore_ascii_case("off")
}

fn stand(mut arguments: Arguments<'_>, change: StandingChange) -> Read {
    arguments.here()?;
    let name = arguments.typed_name()?;
    arguments.here()?;
    arguments.end()?;
    request(RoomRequest::Stand { name, change })
}

pub(in crate::plain) fn moderator(arguments: Arguments<'_>) -> Read {
    stand(arguments, StandingChange::Give(Standing::Moderator))
}

pub(in crate::plain) fn no_moderator(arguments: Arguments<'_>) -> Read {
    stand(arguments, StandingChange::Take(Standing::Moderator))
}

pub(in crate::plain) fn voice(arguments: Arguments<'_>) -> Read {
    stand(arguments, StandingChange::Give(Standing::Voice))
}

pub(in crate::plain) fn no_voice(arguments: Arguments<'_>) -> Read {
    stand(arguments, StandingChange::Take(Standing::Voice))
}

pub(in crate::plain) fn invite(arguments: Arguments<'_>) -> Read {
    stand(arguments, StandingChange::Give(Standing::Invited))
}

pub(in crate::plain) fn uninvite(arguments: Arguments<'_>) -> Read {
    stand(arguments, StandingChange::Take(Standing::Invited))
}

pub(in crate::plain) fn eject(mut arguments: Arguments<'_>) -> Read {
    arguments.here()?;
    let name = arguments.typed_name()?;
    let why = arguments.note_here()?;
    request(RoomRequest::Eject { name, why })
}

pub(in crate::plain) fn bar(mut arguments: Arguments<'_>) -> Read {
    arguments.here()?;
    not_list(&arguments, "bar")?;
    let who = arguments.word()?;
    let mask = mask(who)?;
    let time = time(&mut arguments)?;
    not_off(&arguments, "unbar WHO")?;
    let why = arguments.note_here()?;
    request(RoomRequest::Bar {
        cover_address: covers_address(who, &mask),
        mask,
        time,
        why,
    })
}

pub(in crate::plain) fn unbar(arguments: Arguments<'_>) -> Read {
    arguments.here()?;
    if let Some(listed) = Listed::parse(arguments.rest()) {
        return request(RoomRequest::Unbar(listed));
    }
    let typed = EchoedInput::new(arguments.only_word()?);
    Err(ParseError::BadMask(typed, MaskError::Nobody))
}

pub(in crate::plain) fn bars(arguments: Arguments<'_>) -> Read {
    arguments.here()?;
    arguments.end().and_then(|()| request(RoomRequest::Bars))
}

pub(in crate::plain) fn delete(arguments: Arguments<'_>) -> Read {
    let typed = arguments.only_word()?;
    match MessageRef::parse(typed) {
        Some(MessageRef(message)) => Ok(Request::Delete(message)),
        None => Err(ParseError::BadMessage(EchoedInput::new(typed))),
    }
}
