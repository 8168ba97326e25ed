//! Reading the commands that say something.

use chinwag_core::{Command, Manner};

use super::Read;
use super::arguments::{Arguments, room};
use crate::plain::request::Request;

pub(in crate::plain) fn me(arguments: Arguments<'_>) -> Read {
    Ok(Request::Act(arguments.text()?))
}

pub(in crate::plain) fn msg(mut arguments: Arguments<'_>) -> Read {
    let to = arguments.typed_name()?;
    let text = arguments.text()?;
    if to.starts_with('#') {
        let (room, manner) = (room(&to)?, Manner::Speech);
        return Ok(Request::Command(Command::SayTo { room, text, manner }));
    }
    Ok(Request::Command(Command::PrivateMessage {
        to,
        text,
        manner: Manner::Speech,
        irc: None,
    }))
}

pub(in crate::plain) fn reply(arguments: Arguments<'_>) -> Read {
    Ok(Request::Command(Command::Reply(arguments.text()?)))
}
