//! The lists that clients of IRC keep for a room: bans and mutes by mask, and exceptions from what the
//! room asks for. They stand beside its bars and mutes, and free nobody of those.

use crate::chat::state::{Room, RoomRules};
use crate::chat::{Chat, Person};
use crate::event::{Fact, RoomAct};
use crate::ids::RoomId;
use crate::limits::ROOM_MASKS_MAX;
use crate::mask::{MaskKind, Matched, RoomMask};
use crate::rejection::{Rejection, RoomRejection};
use crate::time::Timestamp;

impl Chat {
    /// Nothing follows from a mask that is there already, or is not there.
    pub(super) fn decide_mask(
        &self,
        me: &Person,
        id: RoomId,
        (kind, matched, on): (MaskKind, Matched, bool),
        now: Timestamp,
    ) -> Result<Option<Fact>, Rejection> {
        let rules = self.rooms.get(id).and_then(Room::rules);
        let masks = rules.map_or(&[][..], |rules| &rules.masks);
        if masks.iter().any(|mask| mask.is_same(kind, &matched)) == on {
            return Ok(None);
        }
        if on && masks.len() >= ROOM_MASKS_MAX {
            return Err(self.refusal(id, RoomRejection::BarsFull));
        }
        let mask = RoomMask {
            kind,
            matched,
            by: me.name.clone(),
            at: now,
        };
        Ok(Some(self.changed(me, id, RoomAct::Mask { mask, on }, None)))
    }

    /// Whether a mask of a kind concerns a person. Bans and mutes do not where an exception does.
    pub(in crate::chat) fn is_masked_as(
        &self,
        person: &Person,
        rules: &RoomRules,
        kind: MaskKind,
    ) -> bool {
        if rules.masks.is_empty() {
            return false;
        }
        let source = self.masked(person);
        let concerns = |kind: MaskKind| {
            let mut masks = rules.masks.iter().filter(|mask| mask.kind == kind);
            masks.any(|mask| match &mask.matched {
                Matched::Source(glob) => glob.matches(&source),
                Matched::Account(glob) => {
                    let account = person.account.as_ref();
                    account.is_some_and(|account| glob.matches(account.as_str()))
                }
            })
        };
        let is_exempt = || matches!(kind, MaskKind::Ban | MaskKind::Mute);
        concerns(kind) && !(is_exempt() && concerns(MaskKind::Exception))
    }
}
