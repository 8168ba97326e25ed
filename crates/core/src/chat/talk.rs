//! Speaking: to a room, to one person, through a topic; and who may.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Chat, Person};
use crate::event::{Fact, Manner, PrivateMessage};
use crate::ids::RoomId;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::time::Timestamp;

impl Chat {
    pub(super) fn decide_say(
        &self,
        me: &Person,
        (room, text, manner): (RoomId, Text, Manner),
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        self.check_is_in(me, room)?;
        self.check_may_speak(me, room, now)?;
        facts.push(Fact::Said {
            person: me.id,
            name: me.name.clone(),
            room,
            text,
            manner,
        });
        Ok(())
    }

    /// A room is spoken to from inside alone.
    fn check_is_in(&self, me: &Person, room: RoomId) -> Result<(), Rejection> {
        match (me.rooms.contains(&room), self.room_name(room)) {
            (true, _) => Ok(()),
            (false, Some(name)) => Err(Rejection::NotInRoom(name.clone())),
            (false, None) => Err(Rejection::RoomGone),
        }
    }

    fn check_may_speak(&self, me: &Person, room: RoomId, now: Timestamp) -> Result<(), Rejection> {
        check_not_muted(me, now)?;
        if me.operator {
            return Ok(());
        }
        if self.locked && !me.registered {
            return Err(Rejection::LockedSpeech);
        }
        let name = self
            .room_name(room)
            .filter(|_| !self.settings.read_only.is_empty());
        let closed = |name: &&crate::RoomName| {
            let mut read_only = self.settings.read_only.iter();
            read_only.any(|closed| closed.key() == name.key())
        };
        match name.filter(closed) {
            Some(name) => Err(Rejection::ReadOnly(name.clone())),
            None => Ok(()),
        }
    }

    pub(super) fn decide_tell(
        &self,
        me: &Person,
        to: &str,
        text: Text,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let to = self.find(to)?;
        self.tell(me, to, text, now, facts)
    }

    pub(super) fn decide_reply(
        &self,
        me: &Person,
        text: Text,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let to = me.last_teller.and_then(|teller| self.people.get(&teller));
        let to = to.ok_or(Rejection::NobodyToReply)?;
        self.tell(me, to, text, now, facts)
    }

    fn tell(
        &self,
        me: &Person,
        to: &Person,
        text: Text,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        // Who is muted may still appeal to an operator.
        if !to.operator {
            check_not_muted(me, now)?;
            if self.locked && !me.registered && !me.operator {
                return Err(Rejection::LockedSpeech);
            }
        }
        facts.push(Fact::PrivateMessage(Box::new(PrivateMessage {
            from: me.id,
            from_name: me.name.clone(),
            to: to.id,
            to_name: to.name.clone(),
            text,
            ignored: to.ignores.iter().any(|name| name.same_as(&me.name)),
        })));
        Ok(())
    }

    pub(super) fn decide_topic(
        &self,
        me: &Person,
        (room, text): (RoomId, Option<Text>),
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        self.check_is_in(me, room)?;
        self.check_may_speak(me, room, now)?;
        facts.push(Fact::TopicSet {
            room,
            by: me.name.clone(),
            text,
        });
        Ok(())
    }
}

fn check_not_muted(me: &Person, now: Timestamp) -> Result<(), Rejection> {
    match me.muted.as_ref().filter(|mute| mute.is_active(now)) {
        Some(mute) => Err(Rejection::Muted {
            remaining: mute.until.map(|until| until.since(now)),
        }),
        None => Ok(()),
    }
}
