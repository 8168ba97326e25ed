//! Reading the commands that move between rooms.

use chinwag_core::Command;

use super::Read;
use super::arguments::{Arguments, room};
use crate::plain::request::Request;

pub(in crate::plain) fn join(arguments: Arguments<'_>) -> Read {
    match arguments.rest() {
        "" => Err(arguments.usage()),
        name => Ok(Request::Command(Command::Join(room(name)?))),
    }
}

pub(in crate::plain) fn leave(arguments: Arguments<'_>) -> Read {
    let room = match arguments.rest() {
        "" => None,
        name => Some(room(name)?),
    };
    Ok(Request::Leave(room))
}
