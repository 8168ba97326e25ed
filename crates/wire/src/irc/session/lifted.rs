//! What still holds a person whose bar or mute in a room is lifted: only who lifted it is told, by a NOTICE, since
//! MODE has no words for it.

use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

use chinwag_core::{
    Aside, Mask, MaskKind, Matched, PersonId, Remaining, RoomAct, RoomChange, RoomName,
};

use super::Session;
use crate::dialect::Env;
use crate::irc::mode::{MaskText, list_of};

impl Session {
    /// What the client's own lifting of a bar or a mute has left.
    pub(super) fn put_remaining(
        &self,
        change: &RoomChange,
        me: PersonId,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let (kind, lifted) = match &change.act {
            RoomAct::Unbar(mask) => (MaskKind::Ban, mask),
            RoomAct::Unmute(mask) => (MaskKind::Mute, mask),
            _ => return,
        };
        if let Some(Aside::Remaining(remaining)) = &change.aside
            && change.actor == Some(me)
        {
            let room = &change.room_name;
            let still = StillHeld {
                room,
                kind,
                lifted,
                remaining,
            };
            self.notice(still, env, out);
        }
    }
}

/// `m:bob!*@* still silences bob in #dev: MODE #dev -b m:bob!*@*`
struct StillHeld<'a> {
    room: &'a RoomName,
    kind: MaskKind,
    lifted: &'a Mask,
    remaining: &'a Remaining,
}

impl StillHeld<'_> {
    fn entry(&self, f: &mut Formatter<'_>, matched: &Matched) -> fmt::Result {
        let (room, (letter, prefix)) = (self.room, list_of(self.kind));
        let (entry, whom) = (MaskText(matched), MaskText(&Matched::of(self.lifted)));
        match self.kind {
            MaskKind::Mute => write!(f, "{prefix}{entry} still silences {whom} in {room}")?,
            _ => write!(f, "{entry} still keeps {whom} out of {room}")?,
        }
        write!(f, ": MODE {room} -{letter} {prefix}{entry}")
    }
}

impl Display for StillHeld<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (room, lifted) = (self.room, Matched::of(self.lifted));
        let whom = MaskText(&lifted);
        match self.remaining {
            Remaining::Mask(mask) => self.entry(f, &Matched::of(mask)),
            Remaining::Matched(matched) => self.entry(f, matched),
            Remaining::OnServer => write!(
                f,
                "{whom} is still muted on the whole server, by a server operator"
            ),
            Remaining::Address | Remaining::InRoom(_) => write!(
                f,
                "An address that a server operator has barred still keeps {whom} out of {room}"
            ),
        }
    }
}
