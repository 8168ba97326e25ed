//! From the commands of moderators and operators to those of the chat.

use chinwag_core::{Command, Duration, RoomRef, Standing, StandingChange, Text};

use super::bad_command::BadCommand;
use crate::json::request::{self, Mute, Request};
use crate::json::value::{Lasting, Note, Nullable, Parsed, Short, Whole};

/// The command of a moderator or an operator.
pub(super) fn govern_of(request: Request) -> Result<Command, BadCommand> {
    use StandingChange::{Give, Take};
    Ok(match request {
        Request::set_room(set) => Command::SetRoom {
            room: RoomRef::Name(set.room.0),
            settings: [set.setting.into_setting()].into(),
        },
        Request::rename_room(rename) => Command::RenameRoom {
            room: RoomRef::Name(rename.room.0),
            new: rename.new.0,
            why: None,
        },
        Request::invite(stand) => stood(stand, Give(Standing::Invited)),
        Request::uninvite(stand) => stood(stand, Take(Standing::Invited)),
        Request::voice(stand) => stood(stand, Give(Standing::Voice)),
        Request::unvoice(stand) => stood(stand, Take(Standing::Voice)),
        Request::moderate(stand) => stood(stand, Give(Standing::Moderator)),
        Request::unmod(stand) => stood(stand, Take(Standing::Moderator)),
        Request::eject(eject) => Command::Eject {
            room: RoomRef::Name(eject.room.0),
            name: eject.name.into(),
            why: note(eject.text),
        },
        Request::bar(bar) => Command::Bar {
            room: RoomRef::Name(bar.room.0),
            cover_address: bar.address_too && bar.target.0.name.is_some(),
            mask: bar.target.0,
            time: bar.seconds.map(lasting),
            why: note(bar.text),
        },
        Request::unbar(unbar) => Command::Unbar {
            room: RoomRef::Name(unbar.room.0),
            listed: unbar.target.0,
        },
        Request::mute(mute) => muted(mute),
        Request::unmute(unmute) => match unmute.room {
            Some(room) => Command::UnmuteIn {
                room: RoomRef::Name(room.0),
                name: unmute.name.0.0,
            },
            None => Command::Unmute(unmute.name.0.0),
        },
        request => return operate_of(request),
    })
}

/// The command of an operator.
fn operate_of(request: Request) -> Result<Command, BadCommand> {
    Ok(match request {
        Request::kick(kick) => Command::Kick {
            name: kick.name.into(),
            why: note(kick.text),
        },
        Request::ban(ban) => Command::Ban {
            cover_address: ban.address_too && ban.target.0.name.is_some(),
            mask: ban.target.0,
            time: ban.seconds.map(lasting),
            why: note(ban.text),
        },
        Request::unban(unban) => Command::Unban(unban.target.0.0),
        Request::op(typed) => Command::Op(typed.name.into()),
        Request::deop(typed) => Command::Deop(typed.name.into()),
        Request::rename(rename) => Command::RenameOther {
            name: rename.name.into(),
            new: rename.new.0,
        },
        Request::remove_account(remove) => Command::EndAccount(remove.name.0.0),
        Request::remove_room(remove) => Command::EndRoom(remove.room.0),
        Request::announce(words) => Command::Announce(words.text.0),
        Request::set_motd(motd) => Command::SetMotd(inner(motd.text)),
        Request::lock(lock) => Command::Lock(lock.on),
        _ => return Err(BadCommand::NotOfChat),
    })
}

fn stood(stand: request::Stand, change: StandingChange) -> Command {
    Command::Stand {
        room: RoomRef::Name(stand.room.0),
        name: stand.name.into(),
        change,
    }
}

fn muted(mute: Mute) -> Command {
    let name = mute.name.into();
    let time = mute.seconds.map(lasting);
    let why = note(mute.text);
    match mute.room {
        Some(room) => Command::MuteIn {
            room: RoomRef::Name(room.0),
            name,
            time,
            why,
        },
        None => Command::Mute { name, time, why },
    }
}

pub(super) fn note(text: Option<Parsed<Note>>) -> Option<Text> {
    text.map(|text| text.0.0)
}

pub(super) fn inner<const BYTES_MAX: usize>(text: Nullable<Short<BYTES_MAX>>) -> Option<Text> {
    text.0.map(|text| text.0)
}

fn lasting(Whole(Lasting(time)): Whole<Lasting>) -> Duration {
    time
}
