//! Speaking: to a room, to one person, through a topic; and who may.

use alloc::boxed::Box;

use crate::chat::state::Room;
use crate::chat::{Chat, Person};
use crate::command::RoomRef;
use crate::event::{Correspondents, Fact, Manner, PrivateMessage};
use crate::ids::RoomId;
use crate::name::Name;
use crate::rejection::{Rejection, RoomRejection};
use crate::room::Standing;
use crate::text::Text;
use crate::time::Timestamp;

impl Chat {
    pub(super) fn decide_say(
        &self,
        me: &Person,
        (room, text, manner): (RoomRef, Text, Manner),
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
        (room, text): (RoomRef, Option<Text>),
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

    /// Checks that a room takes what a person says who is not inside.
    fn check_takes_from_outside(
        &self,
        me: &Person,
        room: RoomId,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let rules = self.rooms.get(room).and_then(Room::rules);
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

    /// Checks that a person may speak in a room that it is in, or that takes what is said from
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

    pub(super) fn decide_message(
        &self,
        me: &Person,
        to: &str,
        text: Text,
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        match self.find(me, to) {
            Ok(to) => self.message(me, to, text, now),
            Err(nobody) => {
                let name = Name::known(to).ok_or_else(|| nobody.clone())?;
                let message = self.decide_message_to_absent(me, name, text, now);
                message.ok_or(nobody)?
            }
        }
    }

    /// Answers the sender of the last message: the person, whatever its name by now, or who is logged in to its
    /// account. A guest of an earlier run is known by its name alone.
    pub(super) fn decide_reply(
        &self,
        me: &Person,
        text: Text,
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        let sender = me.last_sender().ok_or(Rejection::NobodyToReply)?;
        let here = sender.person.and_then(|sender| self.people.get(sender));
        if let Some(to) = here {
            return self.message(me, to, text, now);
        }
        let is_of_this_run = !sender.is_of_earlier_run;
        let lost = sender.person.filter(|_| is_of_this_run);
        let lost = lost.and_then(|sender| self.resumables.get(sender));
        if let Some(lost) = lost.filter(|lost| now < lost.until) {
            return self.keep_message(me, lost, text, now);
        }
        let account = sender.account.as_ref();
        let account = account.filter(|account| self.registrations.get(account).is_some());
        let is_known_by_name = sender.is_of_earlier_run && sender.account.is_none();
        let name = account.or(is_known_by_name.then_some(&sender.name));
        let name = name.ok_or(Rejection::NobodyToReply)?;
        if let Some(to) = self.people.named(name) {
            return self.message(me, to, text, now);
        }
        let message = self.decide_message_to_absent(me, name.clone(), text, now);
        message.ok_or(Rejection::NobodyToReply)?
    }

    pub(super) fn message(
        &self,
        me: &Person,
        to: &Person,
        text: Text,
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        self.check_may_message(me, to, now)?;
        Ok(Fact::PrivateMessage(Box::new(PrivateMessage {
            from: me.id,
            from_name: me.name.clone(),
            to: to.id,
            to_name: to.name.clone(),
            text,
            manner: Manner::Speech,
            irc: None,
            ignored: to.ignores_person(me),
            kept: None,
            away: to.away().cloned(),
            accounts: Correspondents {
                from: self.account_kept_for(me),
                to: self.account_kept_for(to),
            },
        })))
    }

    /// Checks that a person may write to another.
    pub(super) fn check_may_message(
        &self,
        me: &Person,
        to: &Person,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let flags = to.irc().map(|irc| irc.flags);
        let is_closed = flags.is_some_and(|flags| flags.registered_only);
        if is_closed && me.account.is_none() && !me.session.rank.operator && to.id != me.id {
            return Err(Rejection::HearsRegisteredOnly(to.name.clone()));
        }
        // A person who is muted may still appeal to an operator.
        match to.session.rank.operator {
            true => Ok(()),
            false => self.check_may_be_heard(me, now),
        }
    }
}
