//! Reading the commands that find something out.

use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::limits::HISTORY_LINES;
use chinwag_core::{Query, RoomName, RoomRef};

use super::arguments::{Arguments, room};
use super::{Read, clear_or_set, meant};
use crate::dialect::Past;
use crate::plain::request::{Back, EchoedInput, HelpTopic, ParseError, Request};
use crate::plain::table::{CommandSpec, Group};
use crate::zone::Moment;

pub(in crate::plain) fn who(arguments: Arguments<'_>) -> Read {
    let room = match arguments.rest() {
        "" => None,
        name => Some(room(name)?),
    };
    Ok(Request::Who(room))
}

pub(in crate::plain) fn whois(arguments: Arguments<'_>) -> Read {
    let name = String::from(arguments.only_word()?);
    Ok(Request::Query(Query::Whois(name)))
}

pub(in crate::plain) fn rooms(arguments: Arguments<'_>) -> Read {
    arguments
        .end()
        .map(|()| Request::Query(Query::Rooms { after: None }))
}

pub(in crate::plain) fn topic(arguments: Arguments<'_>) -> Read {
    Ok(match arguments.note()? {
        None => Request::Topic,
        Some(text) => Request::SetTopic(clear_or_set(text)),
    })
}

/// The words that say what `/history` shows stand before the times or behind them.
pub(in crate::plain) fn history(mut arguments: Arguments<'_>) -> Read {
    let (mut notices, mut ids, mut of, mut times) = (false, false, None, Vec::new());
    while let Some(word) = arguments.next() {
        match &*word.to_ascii_lowercase() {
            "all" => notices = true,
            "ids" => ids = true,
            "with" if of.is_none() => {
                let name = arguments.next().ok_or(ParseError::WithWhom)?;
                of = Some(Past::With(name.into()));
            }
            _ if word.starts_with('#') && of.is_none() => {
                of = Some(Past::Room(RoomRef::Name(room(word)?)));
            }
            _ => times.push(word),
        }
    }
    let back = match (back(&times), &of) {
        (Err(ParseError::BadBack(typed)), None) => {
            let (room, back) = without_room(&times).ok_or(ParseError::BadBack(typed))?;
            of = Some(Past::Room(RoomRef::Name(room)));
            back
        }
        (back, _) => back?,
    };
    Ok(Request::History {
        of,
        back,
        notices,
        ids,
    })
}

/// The room that the first or the last word names without its sign, and the times that are left.
fn without_room(words: &[&str]) -> Option<(RoomName, Back)> {
    let (first, behind) = words.split_first()?;
    let (last, before) = words.split_last()?;
    [(first, behind), (last, before)]
        .into_iter()
        .find_map(|(word, times)| {
            let is_room = word.starts_with(char::is_alphabetic)
                && matches!(back(&[*word]), Err(ParseError::BadBack(_)));
            let room = room(word).ok().filter(|_| is_room)?;
            Some((room, back(times).ok()?))
        })
}

fn back(words: &[&str]) -> Result<Back, ParseError> {
    let typed = &*words.join(" ");
    if typed.is_empty() {
        return Ok(Back::Last(HISTORY_LINES));
    }
    if typed.bytes().all(|b| b.is_ascii_digit()) {
        // A number too large to parse is more than is shown anyway.
        let lines: usize = typed.parse().unwrap_or(usize::MAX);
        return match lines {
            0 => Err(ParseError::EmptyBack(EchoedInput::new(typed))),
            lines => Ok(Back::Last(lines)),
        };
    }
    if typed.eq_ignore_ascii_case("more") {
        return Ok(Back::More);
    }
    let back = match Moment::parse_range(typed) {
        Some(range) => back_over(range),
        None => match Moment::parse(typed) {
            Some(Moment::NOW) => None,
            Some(Moment::Ago(time)) => Some(Back::For(time)),
            Some(moment) => Some(Back::From(moment)),
            None => return Err(ParseError::BadBack(EchoedInput::new(typed))),
        },
    };
    back.ok_or_else(|| ParseError::EmptyBack(EchoedInput::new(typed)))
}

/// What a range asks for; `None` if that is no time at all. Of two days that are the same, the whole day is asked for.
fn back_over(range: (Option<Moment>, Option<Moment>)) -> Option<Back> {
    match range {
        (Some(Moment::NOW), None) => None,
        (Some(from), Some(until)) if from == until && !matches!(from, Moment::Day(_)) => None,
        (Some(from), None | Some(Moment::NOW)) => Some(Back::From(from)),
        (Some(from), Some(until)) => Some(Back::Between(from, until)),
        (None, until) => until.map(Back::Until),
    }
}

pub(in crate::plain) fn around(arguments: Arguments<'_>) -> Read {
    let typed = arguments.only_word()?;
    let number = typed.strip_prefix('#').unwrap_or(typed).parse().ok();
    match number.filter(|&number| number > 0) {
        Some(number) => Ok(Request::Around(number)),
        None => Err(ParseError::BadMatch(EchoedInput::new(typed))),
    }
}

pub(in crate::plain) fn help(arguments: Arguments<'_>) -> Read {
    Ok(Request::Help(help_topic(arguments.rest())?))
}

fn help_topic(typed: &str) -> Result<HelpTopic, ParseError> {
    if typed.is_empty() {
        return Ok(HelpTopic::Overview);
    }
    if let Some(group) = Group::named(typed) {
        return Ok(HelpTopic::Group(group));
    }
    let command = typed.strip_prefix('/').unwrap_or(typed);
    match CommandSpec::find(command) {
        Some(spec) => Ok(HelpTopic::Command(spec)),
        None => Err(ParseError::UnknownTopic {
            typed: EchoedInput::new(command),
            meant: meant(command),
        }),
    }
}
