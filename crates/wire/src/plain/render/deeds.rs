//! What operators did in rooms that they do not moderate, as the audit log shows it.

use core::fmt::{self, Display, Formatter};

use chinwag_core::{RoomDeed, RoomName, Standing, StandingChange, Timestamp};

use super::governed::{Masked, SetTo};
use super::moderation::For;
use crate::plain::words::AfterColon;

/// `made bob a moderator of #dev`, after the operator's name.
pub(super) struct DidInRoom<'a>(
    pub(super) &'a RoomName,
    pub(super) &'a RoomDeed,
    pub(super) Timestamp,
);

impl Display for DidInRoom<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(room, deed, at) = *self;
        match deed {
            RoomDeed::Set(setting) => SetTo(setting, room).fmt(f),
            RoomDeed::Rename(new) => write!(f, "renamed {room} to {new}"),
            RoomDeed::Stand { name, change } => match change {
                StandingChange::Give(Standing::Invited) => write!(f, "invited {name} to {room}"),
                StandingChange::Give(Standing::Voice) => {
                    write!(f, "gave {name} a voice in {room}")
                }
                StandingChange::Give(_) => write!(f, "made {name} a moderator of {room}"),
                StandingChange::Take(Standing::Invited) => {
                    write!(f, "took {name}'s invitation to {room} back")
                }
                StandingChange::Take(Standing::Voice) => {
                    write!(f, "took {name}'s voice in {room}")
                }
                StandingChange::Take(_) => write!(f, "took {name}'s moderator rights in {room}"),
            },
            RoomDeed::Eject { name, why } => {
                write!(
                    f,
                    "ejected {name} from {room}{}",
                    AfterColon(why.as_deref())
                )
            }
            RoomDeed::Bar(bar) => {
                let (whom, time) = (&bar.mask, For(bar, at));
                let why = AfterColon(bar.why.as_deref());
                write!(f, "barred {whom} from {room}{time}{why}")
            }
            RoomDeed::Unbar(mask) => write!(f, "let {} into {room} again", mask),
            RoomDeed::Mute(mute) => {
                let (whom, time) = (&mute.mask, For(mute, at));
                let why = AfterColon(mute.why.as_deref());
                write!(f, "muted {whom} in {room}{time}{why}")
            }
            RoomDeed::Unmute(mask) => write!(f, "unmuted {} in {room}", mask),
            RoomDeed::Mask { kind, matched, on } => Masked(*kind, matched, *on, room).fmt(f),
        }
    }
}
