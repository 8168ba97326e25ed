//! Knocking on a room that does not let the person in. At most a fixed number of moderators inside
//! are told, and a person can knock on a room only once in a while, since a knock reaches people
//! who did not ask for it. A person who may not know of a hidden room cannot knock on it: the
//! answer would give it away.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::chat::state::{Room, RoomRules};
use crate::chat::{Chat, Person};
use crate::command::RoomRef;
use crate::event::{Fact, Knock};
use crate::ids::{PersonId, RoomId};
use crate::limits::KNOCK_HEARERS_MAX;
use crate::link::Client;
use crate::rejection::{Rejection, RoomRejection};
use crate::room::{Held, Standing};
use crate::room_name::RoomName;
use crate::time::Timestamp;

impl Chat {
    pub(super) fn decide_knock(
        &self,
        me: &Person,
        name: RoomName,
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        let id = self.room_of(me, RoomRef::Name(name.clone()))?;
        if me.rooms.contains(&id) {
            return Err(self.refusal(id, RoomRejection::InsideAlready));
        }
        self.check_may_be_heard(me, now)?;
        match self.check_may_enter(me, id, None, now) {
            Ok(()) => return Err(self.refusal(id, RoomRejection::NoNeedToKnock)),
            Err(Rejection::Of(_, RoomRejection::Closed | RoomRejection::NeedsPassword)) => {}
            Err(other) => return Err(other),
        }
        if self.rules_hold(id, |rules| rules.has_knocked(me.id, now)) {
            return Err(self.refusal(id, RoomRejection::KnockedAlready));
        }
        let moderators = self.holders_inside(id, Standing::Moderator);
        // Moderators who ignore the person count as well, so that nobody finds out who does.
        let moderators: Vec<PersonId> = moderators.take(KNOCK_HEARERS_MAX).collect();
        if moderators.is_empty() {
            return Err(self.refusal(id, RoomRejection::NobodyHears));
        }
        let hears = |id: &PersonId| {
            let person = self.people.get(*id);
            person.is_some_and(|person| !person.ignores_person(me))
        };
        Ok(Fact::Knocked(Box::new(Knock {
            room: id,
            room_name: name,
            person: me.id,
            name: me.name.clone(),
            moderators: moderators.into_iter().filter(hears).collect(),
        })))
    }

    /// The moderators inside who speak IRC and are not concerned, as many at most as hear a knock.
    pub(super) fn told_of_invitations(
        &self,
        id: RoomId,
        me: &Person,
        target: Option<PersonId>,
    ) -> Box<[PersonId]> {
        let without = [Some(me.id), target];
        let speaks_irc = |id: &PersonId| {
            let person = self.people.get(*id);
            person.is_some_and(|person| {
                person.session.link.client == Client::Irc && !person.ignores_person(me)
            })
        };
        let others = self.holders_inside(id, Standing::Moderator);
        let others = others.filter(|id| !without.contains(&Some(*id)) && speaks_irc(id));
        others.take(KNOCK_HEARERS_MAX).collect()
    }

    /// The people inside a room with at least this standing.
    pub(super) fn holders_inside(
        &self,
        id: RoomId,
        least: Standing,
    ) -> impl Iterator<Item = PersonId> + '_ {
        let room = self.rooms.get(id);
        let rules = room.and_then(Room::rules).into_iter();
        let governs = move |held: Held| held.standing >= least;
        let accounts = rules.clone().flat_map(RoomRules::accounts);
        let accounts = accounts.filter(move |(_, held)| governs(*held));
        let accounts = accounts.flat_map(|(name, _)| self.people.logged_in_to(name));
        let accounts = accounts.map(|person| person.id);
        let guests = rules.flat_map(RoomRules::guests);
        let guests = guests.filter(move |(_, held)| governs(*held));
        let all = accounts.chain(guests.map(|(id, _)| id));
        all.filter(move |id| room.is_some_and(|room| room.members.contains(id)))
    }
}
