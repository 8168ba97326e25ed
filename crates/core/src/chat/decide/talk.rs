//! Speaking to a room, including by its topic, and who may. For speaking to one person see
//! `private`.

use crate::chat::state::Room;
use crate::chat::{Chat, Person};
use crate::command::RoomRef;
use crate::event::{Fact, Manner};
use crate::ids::RoomId;
use crate::rejection::{Rejection, RoomRejection};
use crate::room::Standing;
use crate::text::Text;
use crate::time::Timestamp;

impl Chat {
    pub(super) fn decide_say(
        &self,
        me: &Person,
        room: RoomRef,
        text: Text,
        manner: Manner,
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        let room = self.room_of(me, room)?;
        self.check_may_say(me, room, now)?;
        Ok(Fact::Said {
            person: me.id,
            name: me.name.clone(),
            room,
            text,
            manner,
            irc: None,
            account: me.account.clone(),
        })
    }

    /// Checks that a person may speak to a room, from inside or from outside.
    pub(super) fn check_may_say(
        &self,
        me: &Person,
        room: RoomId,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        if !me.rooms.contains(&room) {
            self.check_takes_from_outside(me, room, now)?;
        }
        self.check_may_speak(me, room, now)
    }

    pub(super) fn decide_topic(
        &self,
        me: &Person,
        room: RoomRef,
        text: Option<Text>,
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        let room = self.room_of(me, room)?;
        self.check_is_in(me, room)?;
        self.check_may_speak(me, room, now)?;
        let here = self.rooms.get(room);
        let rules = here.and_then(Room::rules);
        let is_guarded = rules.is_some_and(|rules| rules.settings.guards_topic);
        if is_guarded && !self.moderates(me, room) {
            return Err(self.refusal(room, RoomRejection::TopicGuarded));
        }
        if text.is_none() && here.is_some_and(|room| room.topic.is_none()) {
            return Err(self.refusal(room, RoomRejection::NoTopic));
        }
        Ok(Fact::TopicSet {
            room,
            person: Some(me.id),
            by: me.name.clone(),
            text,
            account: me.account.clone(),
        })
    }

    /// Checks that a room accepts messages from people who are not inside.
    fn check_takes_from_outside(
        &self,
        me: &Person,
        room: RoomId,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let rules = self.rooms.rules(room);
        if !rules.is_some_and(|rules| rules.settings.outsiders) {
            return Err(self.refusal(room, RoomRejection::NoOutsiders));
        }
        match self.check_may_read(me, room, now) {
            Err(Rejection::Of(name, barred @ RoomRejection::Barred { .. })) => {
                Err(Rejection::Of(name, barred))
            }
            _ => Ok(()),
        }
    }

    /// Checks that a person may speak in a room that they are in, or that accepts messages from
    /// outside.
    fn check_may_speak(&self, me: &Person, id: RoomId, now: Timestamp) -> Result<(), Rejection> {
        self.check_may_be_heard(me, now)?;
        let Some(room) = self.rooms.get(id) else {
            return Err(Rejection::RoomGone);
        };
        let Some(rules) = room.rules() else {
            return Ok(());
        };
        if me.session.rank.operator {
            return Ok(());
        }
        self.check_not_muted_in(me, id, now)?;
        match rules.settings.moderated && self.standing(me, id) < Some(Standing::Voice) {
            true => Err(Rejection::ReadOnly(room.name.clone())),
            false => Ok(()),
        }
    }
}
