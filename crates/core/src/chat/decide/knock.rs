//! Knocking on a room that does not let one in. Its moderators inside are told, so many at most, and
//! a person knocks once in a while: a knock is heard by people who did not ask for it.

use alloc::boxed::Box;

use crate::chat::state::RoomRules;
use crate::chat::{Chat, Person};
use crate::command::RoomRef;
use crate::event::{Fact, Knock};
use crate::ids::{PersonId, RoomId};
use crate::limits::KNOCK_HEARERS_MAX;
use crate::rejection::{Rejection, RoomRejection};
use crate::room::Standing;
use crate::room_name::RoomName;
use crate::time::Timestamp;

impl Chat {
    pub(super) fn decide_knock(
        &self,
        me: &Person,
        name: RoomName,
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        let id = match self.rooms.named(&name) {
            Some(id) => id,
            None => self.room_of(me, RoomRef::Name(name.clone()))?,
        };
        self.check_may_be_heard(me, now)?;
        match self.check_may_enter(me, id, None, now) {
            Ok(()) => return Err(self.refusal(id, RoomRejection::NoNeedToKnock)),
            Err(Rejection::Of(_, RoomRejection::Closed | RoomRejection::NeedsPassword)) => {}
            Err(other) => return Err(other),
        }
        if self.rules_hold(id, |rules| rules.has_knocked(me.id, now)) {
            return Err(self.refusal(id, RoomRejection::KnockedAlready));
        }
        let moderators = self.moderators_inside(id);
        match moderators.is_empty() {
            true => Err(self.refusal(id, RoomRejection::NobodyHears)),
            false => Ok(Fact::Knocked(Box::new(Knock {
                room: id,
                room_name: name,
                person: me.id,
                name: me.name.clone(),
                moderators,
            }))),
        }
    }

    /// The moderators of a room who are inside, up to so many as hear a knock.
    fn moderators_inside(&self, id: RoomId) -> Box<[PersonId]> {
        let Some(room) = self.rooms.get(id) else {
            return Box::default();
        };
        let rules = room.rules().into_iter();
        let governs = |standing: Standing| standing >= Standing::Moderator;
        let accounts = rules.clone().flat_map(RoomRules::accounts);
        let accounts = accounts.filter(|(_, standing)| governs(*standing));
        let accounts = accounts.filter_map(|(name, _)| Some(self.people.named(name)?.id));
        let guests = rules.flat_map(RoomRules::guests);
        let guests = guests.filter(|(_, standing)| governs(*standing));
        let all = accounts.chain(guests.map(|(id, _)| id));
        let inside = all.filter(|id| room.members.contains(id));
        inside.take(KNOCK_HEARERS_MAX).collect()
    }
}
