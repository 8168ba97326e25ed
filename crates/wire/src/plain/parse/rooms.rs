//! Parsing the commands that moderators give in their room. The chat decides who is one.

use alloc::string::String;

use chinwag_core::{Listed, MaskError, RoomPassword, RoomSetting, Standing, StandingChange};

use super::arguments::{Arguments, room};
use super::operate::{covers_address, mask, time};
use super::{Read, nearest};
use crate::plain::message_ref::MessageRef;
use crate::plain::request::{EchoedInput, ParseError, Request, RoomRequest};

pub(in crate::plain) fn room_settings(mut arguments: Arguments<'_>) -> Read {
    let Some(word) = arguments.next() else {
        return request(RoomRequest::Info(None));
    };
    let value = arguments.rest();
    if word.eq_ignore_ascii_case("name") {
        return match value {
            "" => Err(takes("name", "the room's new name")),
            new => request(RoomRequest::Rename(room(new)?)),
        };
    }
    match setting(word, value)? {
        Some(setting) => request(RoomRequest::Set(setting)),
        None if value.is_empty() => request(RoomRequest::Info(Some(room(word)?))),
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
    let word = word.to_ascii_lowercase();
    if let Some((name, set)) = SWITCHES.iter().find(|(name, _)| *name == word) {
        let on = switch(value).ok_or_else(|| takes(name, "on or off"))?;
        return Ok(Some(set(on)));
    }
    let setting = match word.as_str() {
        "open" => value.is_empty().then_some(RoomSetting::Closed(false)),
        "topic" => topic(value).map(RoomSetting::GuardsTopic),
        "password" if is_off(value) => Some(RoomSetting::Password(None)),
        "password" => {
            let password = RoomPassword::parse(value).ok();
            password.map(|password| RoomSetting::Password(Some(password)))
        }
        "limit" if is_off(value) => Some(RoomSetting::Limit(None)),
        "limit" => {
            let people = value.parse().ok().filter(|people: &u32| *people > 0);
            people.map(|people| RoomSetting::Limit(Some(people)))
        }
        _ => return Ok(None),
    };
    setting.map(Some).ok_or_else(|| match word.as_str() {
        "open" => takes("open", "nothing; /room closed undoes it"),
        "topic" => takes("topic", "moderators or everybody"),
        "password" => takes("password", "one word, not too long, or off"),
        _ => takes("limit", "a number of people, at least 1, or off"),
    })
}

fn takes(setting: &'static str, takes: &'static str) -> ParseError {
    ParseError::BadSetting { setting, takes }
}

/// The constructor of an on-off setting.
type Switch = fn(bool) -> RoomSetting;

/// The settings that are on or off.
const SWITCHES: [(&str, Switch); 7] = [
    ("closed", RoomSetting::Closed),
    ("moderated", RoomSetting::Moderated),
    ("hidden", RoomSetting::Hidden),
    ("outsiders", RoomSetting::Outsiders),
    ("registered", RoomSetting::Registered),
    ("encrypted", RoomSetting::Encrypted),
    ("ctcp", |on| RoomSetting::NoCtcp(!on)),
];

/// The setting that was probably meant.
pub(in crate::plain) fn setting_like(typed: &str) -> Option<&'static str> {
    let others = ["name", "open", "topic", "password", "limit"];
    nearest(typed, SWITCHES.iter().map(|(name, _)| *name).chain(others))
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

fn stand(arguments: Arguments<'_>, change: StandingChange) -> Read {
    let name = String::from(arguments.only_word()?);
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
    let name = arguments.typed_name()?;
    let why = arguments.note()?;
    request(RoomRequest::Eject { name, why })
}

pub(in crate::plain) fn bar(mut arguments: Arguments<'_>) -> Read {
    let who = arguments.word()?;
    let mask = mask(who)?;
    let time = time(&mut arguments)?;
    let why = arguments.note()?;
    request(RoomRequest::Bar {
        cover_address: covers_address(who, &mask),
        mask,
        time,
        why,
    })
}

pub(in crate::plain) fn unbar(arguments: Arguments<'_>) -> Read {
    let typed = arguments.only_word()?;
    let listed = Listed::parse(typed)
        .ok_or_else(|| ParseError::BadMask(EchoedInput::new(typed), MaskError::Nobody))?;
    request(RoomRequest::Unbar(listed))
}

pub(in crate::plain) fn bars(arguments: Arguments<'_>) -> Read {
    arguments.end().and_then(|()| request(RoomRequest::Bars))
}

pub(in crate::plain) fn delete(arguments: Arguments<'_>) -> Read {
    let typed = arguments.only_word()?;
    match MessageRef::parse(typed) {
        Some(MessageRef(message)) => Ok(Request::Delete(message)),
        None => Err(ParseError::BadMessage(EchoedInput::new(typed))),
    }
}
