//! Requests about a room, which is the current one unless they name another.

use chinwag_core::{Command, Query, RoomId, RoomName, RoomRef};

use crate::dialect::Ask;
use crate::plain::request::RoomRequest;

/// A request about a room, with the room that it is about.
pub(super) fn in_room(request: RoomRequest, here: RoomId) -> Ask {
    let room = RoomRef::Id(here);
    Ask::Command(match request {
        RoomRequest::Info(name) => return Ask::Query(Query::RoomInfo(room_or(name, here))),
        RoomRequest::Bars => return Ask::Query(Query::Bars(room)),
        RoomRequest::Set(setting) => Command::SetRoom {
            room,
            settings: [setting].into(),
        },
        RoomRequest::Rename(new) => Command::RenameRoom {
            room,
            new,
            why: None,
        },
        RoomRequest::Stand { name, change } => Command::Stand { room, name, change },
        RoomRequest::Eject { name, why } => Command::Eject { room, name, why },
        RoomRequest::Bar {
            mask,
            cover_address,
            time,
            why,
        } => Command::Bar {
            room,
            mask,
            cover_address,
            time,
            why,
        },
        RoomRequest::Unbar(listed) => Command::Unbar { room, listed },
        RoomRequest::Mute { name, time, why } => Command::MuteIn {
            room,
            name,
            time,
            why,
        },
        RoomRequest::Unmute(name) => Command::UnmuteIn { room, name },
    })
}

/// The room of this name, or else the current one.
pub(super) fn room_or(room: Option<RoomName>, here: RoomId) -> RoomRef {
    room.map_or(RoomRef::Id(here), RoomRef::Name)
}
