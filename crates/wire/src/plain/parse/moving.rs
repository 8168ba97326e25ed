//! Reading the commands that move between rooms.

use chinwag_core::{Command, RoomPassword};

use super::Read;
use super::arguments::{Arguments, room};
use crate::plain::request::{ParseError, Request};

pub(in crate::plain) fn join(mut arguments: Arguments<'_>) -> Read {
    let room = room(arguments.word()?)?;
    Ok(Request::Command(match arguments.rest() {
        "" => Command::Join(room),
        word => {
            let password = RoomPassword::parse(word).map_err(|_| ParseError::BadRoomPassword)?;
            Command::JoinWith { room, password }
        }
    }))
}

pub(in crate::plain) fn knock(arguments: Arguments<'_>) -> Read {
    let room = room(arguments.only_word()?)?;
    Ok(Request::Command(Command::Knock(room)))
}

pub(in crate::plain) fn leave(arguments: Arguments<'_>) -> Read {
    let room = match arguments.rest() {
        "" => None,
        name => Some(room(name)?),
    };
    Ok(Request::Leave(room))
}
