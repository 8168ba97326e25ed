//! Reading the commands that say something.

use chinwag_core::Command;

use super::Read;
use super::arguments::Arguments;
use crate::plain::request::Request;

pub(in crate::plain) fn me(arguments: Arguments<'_>) -> Read {
    Ok(Request::Act(arguments.text()?))
}

pub(in crate::plain) fn msg(mut arguments: Arguments<'_>) -> Read {
    let to = arguments.typed_name()?;
    let text = arguments.text()?;
    Ok(Request::Command(Command::PrivateMessage { to, text }))
}

pub(in crate::plain) fn reply(arguments: Arguments<'_>) -> Read {
    Ok(Request::Command(Command::Reply(arguments.text()?)))
}
