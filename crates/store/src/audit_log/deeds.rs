//! What operators did in rooms that they do not moderate. The target column begins with the room,
//! which no person's name does.

use std::borrow::Cow;

use chinwag_core::{
    Matched, ModAction, Name, RoomDeed, RoomName, RoomSetting, Standing, StandingChange, Text,
    Timestamp,
};

use super::{Columns, read_mask};
use crate::restrictions;
use crate::rules::KINDS;

impl<'a> Columns<'a> {
    pub(super) fn in_room(room: &RoomName, deed: &'a RoomDeed) -> Self {
        let of = |act, whom: &dyn std::fmt::Display| Self::about(act, format!("{room} {whom}"));
        let here = |act| Self::about(act, room.to_string());
        match deed {
            RoomDeed::Set(setting) => Self {
                text: Some(Cow::Owned(setting.to_string())),
                ..here("room set")
            },
            RoomDeed::Rename(new) => here("room rename").with_text(Some(new.bare())),
            RoomDeed::Stand { name, change } => {
                let (act, standing) = match change {
                    StandingChange::Give(standing) => ("room give", standing),
                    StandingChange::Take(standing) => ("room take", standing),
                };
                of(act, name).with_text(Some(standing.as_str()))
            }
            RoomDeed::Eject { name, why } => {
                of("room eject", name).with_text(why.as_deref().map(|why| &**why))
            }
            RoomDeed::Bar(bar) => Self {
                target: of("room bar", &bar.mask).target,
                ..Self::restriction("room bar", bar)
            },
            RoomDeed::Mute(mute) => Self {
                target: of("room mute", &mute.mask).target,
                ..Self::restriction("room mute", mute)
            },
            RoomDeed::Unbar(mask) => of("room unbar", mask),
            RoomDeed::Unmute(mask) => of("room unmute", mask),
            RoomDeed::Mask { kind, matched, on } => {
                let act = if *on { "room mask" } else { "room unmask" };
                let kind = KINDS.iter().find(|(known, _)| known == kind);
                of(act, matched).with_text(kind.map(|(_, word)| *word))
            }
        }
    }
}

/// The act of a row; `None` if it is none.
pub(super) fn read(
    act: &str,
    target: &str,
    at: Timestamp,
    until: Option<i64>,
    by: &str,
    words: Option<&str>,
) -> Option<ModAction> {
    let (room, whom) = target.split_once(' ').unwrap_or((target, ""));
    let room = RoomName::parse(room).ok()?;
    let restriction = || restrictions::restriction(read_mask(whom)?, at, until, by, words);
    let standing = || Standing::named(words?);
    let stand = |change| {
        let name = Name::known(whom)?;
        Some(RoomDeed::Stand { name, change })
    };
    let deed = match act {
        "room set" => RoomDeed::Set(RoomSetting::parse_logged(words?)?),
        "room rename" => RoomDeed::Rename(RoomName::parse(words?).ok()?),
        "room give" => stand(StandingChange::Give(standing()?))?,
        "room take" => stand(StandingChange::Take(standing()?))?,
        "room eject" => RoomDeed::Eject {
            name: Name::known(whom)?,
            why: match words {
                Some(words) => Some(Text::parse(words)?.into()),
                None => None,
            },
        },
        "room bar" => RoomDeed::Bar(restriction()?),
        "room mute" => RoomDeed::Mute(restriction()?),
        "room unbar" => RoomDeed::Unbar(read_mask(whom)?),
        "room unmute" => RoomDeed::Unmute(read_mask(whom)?),
        "room mask" | "room unmask" => RoomDeed::Mask {
            kind: KINDS.iter().find(|(_, word)| Some(*word) == words)?.0,
            matched: Matched::parse(whom),
            on: act == "room mask",
        },
        _ => return None,
    };
    Some(ModAction::InRoom { room, deed })
}
