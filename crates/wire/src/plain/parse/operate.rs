//! Parsing the commands of operators. The chat decides who is one.

use alloc::string::String;

use chinwag_core::limits::{LOG_LINES, LOG_LINES_MAX, MOTD_BYTES_MAX};
use chinwag_core::{
    Command, Duration, DurationError, Mask, Query, RoomName, parse_duration, strip_name_key,
};

use super::arguments::{Arguments, known_name, name};
use super::{Read, clear_or_set};
use crate::plain::request::{EchoedInput, ParseError, Request, RoomRequest};

pub(in crate::plain) fn kick(mut arguments: Arguments<'_>) -> Read {
    let name = arguments.typed_name()?;
    let why = arguments.note()?;
    Ok(Request::Command(Command::Kick { name, why }))
}

pub(in crate::plain) fn mute(mut arguments: Arguments<'_>) -> Read {
    arguments.here()?;
    let name = arguments.typed_name()?;
    let is_here = take_here(&mut arguments);
    let time = time(&mut arguments)?;
    // After the time as well: as a reason it would mute in every room.
    let is_here = take_here(&mut arguments) || is_here;
    let undone_by = match is_here {
        true => "unmute NAME here",
        false => "unmute NAME",
    };
    not_off(&arguments, undone_by)?;
    let why = arguments.note_here()?;
    Ok(match is_here {
        true => Request::Room(RoomRequest::Mute { name, time, why }),
        false => Request::Command(Command::Mute { name, time, why }),
    })
}

/// Takes the word that restricts a mute to this room.
fn take_here(arguments: &mut Arguments<'_>) -> bool {
    let is_here = |word: &str| word.eq_ignore_ascii_case("here");
    let is_next = arguments.peek().is_some_and(is_here);
    if is_next {
        arguments.next();
    }
    is_next
}

/// Takes a time, if one follows, also after `for`; `forever` is as good as none. A word that starts with a digit, or
/// a sign and a digit, is meant as one: taking `10` or `-5m` as a reason would mute for good where minutes were meant.
pub(super) fn time(arguments: &mut Arguments<'_>) -> Result<Option<Duration>, ParseError> {
    let is_time = |word: &&str| {
        let unsigned = word.trim_start_matches(['-', '+', '.']);
        unsigned.starts_with(|c: char| c.is_ascii_digit())
    };
    let mut words = arguments.rest().split_whitespace().peekable();
    let has_for = words
        .next_if(|word| word.eq_ignore_ascii_case("for"))
        .is_some();
    let word = words.next();
    if word.is_some_and(|word| word.eq_ignore_ascii_case("forever")) {
        take(arguments, has_for);
        return Ok(None);
    }
    let Some(word) = word.filter(is_time) else {
        return Ok(None);
    };
    let time = parse_duration(word).map_err(|error| {
        let word = EchoedInput::new(word);
        match error {
            DurationError::Malformed => ParseError::BadTime(word),
            DurationError::TooLong => ParseError::TimeTooLong(word),
        }
    })?;
    if time.is_zero() {
        return Err(ParseError::NoTime(EchoedInput::new(word)));
    }
    take(arguments, has_for);
    Ok(Some(time))
}

/// Takes a time that was read, and the `for` before it.
fn take(arguments: &mut Arguments<'_>, has_for: bool) {
    if has_for {
        arguments.next();
    }
    arguments.next();
}

/// Refuses `list` and `off` alone where a name stands: they are meant to show bans or bars, or to end one, and would
/// make one of a name that nobody has. `name:list` is a name for certain.
pub(super) fn not_list(arguments: &Arguments<'_>, command: &'static str) -> Result<(), ParseError> {
    let is = |word: &str| arguments.rest().eq_ignore_ascii_case(word);
    match is("list") || is("off") {
        true => Err(ParseError::NoName {
            typed: EchoedInput::new(arguments.rest()),
            command,
        }),
        false => Ok(()),
    }
}

/// Refuses `off` where the reason of a ban, bar or mute stands: it is meant to end one, and would make one that
/// lasts.
pub(super) fn not_off(
    arguments: &Arguments<'_>,
    undone_by: &'static str,
) -> Result<(), ParseError> {
    match arguments.rest().eq_ignore_ascii_case("off") {
        true => Err(ParseError::UndoneBy(undone_by)),
        false => Ok(()),
    }
}

/// An account by one of its names, or a room by its `#`.
pub(in crate::plain) fn remove(arguments: Arguments<'_>) -> Read {
    let word = arguments.only_word()?;
    Ok(Request::Command(match word.starts_with('#') {
        true => Command::EndRoom(RoomName::parse(word).map_err(|_| ParseError::BadRoomName)?),
        false => Command::EndAccount(known_name(word)?),
    }))
}

pub(in crate::plain) fn rename(mut arguments: Arguments<'_>) -> Read {
    let typed = arguments.typed_name()?;
    let new = name(arguments.only_word()?)?;
    Ok(Request::Command(Command::RenameOther { name: typed, new }))
}

pub(in crate::plain) fn unmute(arguments: Arguments<'_>) -> Read {
    arguments.here()?;
    let typed = arguments.rest();
    let here = typed.rsplit_once(char::is_whitespace);
    let here = here.filter(|(_, last)| last.eq_ignore_ascii_case("here"));
    let who = here.map_or(typed, |(who, _)| who.trim_end());
    let name = match Mask::listed(who).and_then(|mask| mask.name) {
        Some(name) => name,
        None if who.is_empty() || who.contains(char::is_whitespace) => {
            return Err(arguments.usage());
        }
        None => return Err(ParseError::BadName),
    };
    Ok(match here.is_some() {
        true => Request::Room(RoomRequest::Unmute(name)),
        false => Request::Command(Command::Unmute(name)),
    })
}

pub(in crate::plain) fn ban(mut arguments: Arguments<'_>) -> Read {
    not_list(&arguments, "ban")?;
    let who = arguments.word()?;
    let mask = mask(who)?;
    let time = time(&mut arguments)?;
    not_off(&arguments, "unban WHO")?;
    let why = arguments.note()?;
    Ok(Request::Command(Command::Ban {
        cover_address: covers_address(who, &mask),
        mask,
        time,
        why,
    }))
}

/// Whether the named person's address is meant as well.
pub(super) fn covers_address(typed: &str, mask: &Mask) -> bool {
    mask.name.is_some() && strip_name_key(typed).is_none()
}

pub(super) fn mask(typed: &str) -> Result<Mask, ParseError> {
    Mask::parse(typed).map_err(|why| ParseError::BadMask(EchoedInput::new(typed), why))
}

pub(in crate::plain) fn unban(arguments: Arguments<'_>) -> Read {
    let typed = arguments.rest();
    match Mask::listed(typed) {
        Some(mask) => Ok(Request::Command(Command::Unban(mask))),
        None => mask(arguments.only_word()?).map(|mask| Request::Command(Command::Unban(mask))),
    }
}

pub(in crate::plain) fn bans(arguments: Arguments<'_>) -> Read {
    arguments
        .end()
        .map(|()| Request::Query(Query::Restrictions { after: None }))
}

pub(in crate::plain) fn op(arguments: Arguments<'_>) -> Read {
    let name = String::from(arguments.only_word()?);
    Ok(Request::Command(Command::Op(name)))
}

pub(in crate::plain) fn deop(arguments: Arguments<'_>) -> Read {
    let name = String::from(arguments.only_word()?);
    Ok(Request::Command(Command::Deop(name)))
}

pub(in crate::plain) fn announce(arguments: Arguments<'_>) -> Read {
    Ok(Request::Command(Command::Announce(arguments.text()?)))
}

pub(in crate::plain) fn motd(arguments: Arguments<'_>) -> Read {
    Ok(match arguments.text_up_to(MOTD_BYTES_MAX)? {
        None => Request::Query(Query::Motd),
        Some(text) => Request::Command(Command::SetMotd(clear_or_set(text))),
    })
}

pub(in crate::plain) fn lock(arguments: Arguments<'_>) -> Read {
    let on = match arguments.keyword().as_str() {
        "" | "on" => true,
        "off" => false,
        _ => return Err(arguments.usage()),
    };
    Ok(Request::Command(Command::Lock(on)))
}

pub(in crate::plain) fn log(arguments: Arguments<'_>) -> Read {
    let typed = arguments.rest();
    let lines = match typed {
        "" => LOG_LINES,
        more if more.eq_ignore_ascii_case("more") => return Ok(Request::AuditLog(None)),
        typed if typed.bytes().all(|b| b.is_ascii_digit()) => typed.parse().unwrap_or(usize::MAX),
        _ => return Err(arguments.usage()),
    };
    match lines {
        0 => Err(ParseError::EmptyLog(EchoedInput::new(typed))),
        lines => Ok(Request::AuditLog(Some(lines.min(LOG_LINES_MAX)))),
    }
}
