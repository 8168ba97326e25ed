//! Deleting a message: one's own, or anybody's in a room that one moderates.
//!
//! The chat keeps no messages. Where one was said and under which name the store has found, and says
//! it with the command.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::operate::{Actor, audit_entry};
use crate::chat::{Chat, Person};
use crate::command::Outcome;
use crate::event::{Deletion, Fact, ModAction};
use crate::ids::{RoomId, Seq};
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::Text;

impl Chat {
    pub(super) fn decide_delete(
        &self,
        me: &Person,
        (room, message, name): (RoomId, Seq, Name),
        why: Option<Text>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let is_inside = me.rooms.contains(&room);
        let room_name = match self.room_name(room) {
            Some(name) if is_inside || self.moderates(me, room) => name.clone(),
            // Nobody learns of a message where they are not.
            _ => return Err(Rejection::NoSuchMessage),
        };
        if !self.is_ones_own(me, message, &name) && !self.moderates(me, room) {
            return Err(Rejection::NotOnesMessage(room_name));
        }
        facts.push(Fact::Deleted(Box::new(Deletion {
            room,
            message,
            by: me.name.clone(),
            why,
        })));
        let act = ModAction::Delete {
            name,
            room: room_name,
        };
        facts.push(audit_entry(Actor::Person(me), act, None));
        Ok(Outcome::Done)
    }

    /// Whether a message is a person's own. The owner of a registered name answers for all that was said
    /// under it; a guest for what was said since it took the name, since another may have had it before.
    fn is_ones_own(&self, me: &Person, message: Seq, name: &Name) -> bool {
        me.name.same_as(name) && (self.is_own_name(me) || message > me.activity.named)
    }
}
