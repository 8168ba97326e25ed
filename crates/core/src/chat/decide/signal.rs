//! What IRC clients send to one another, and say of themselves.

use alloc::boxed::Box;

use crate::chat::{Chat, Person};
use crate::command::{RoomRef, SignalTarget};
use crate::event::{Correspondents, Fact, IdentSet, Manner, RankMessage, Ranked, Signal};
use crate::ids::{PersonId, RoomId};
use crate::rejection::{Rejection, RoomRejection};
use crate::room::Standing;
use crate::room_name::RoomName;
use crate::source::{Flags, Ident, IrcForm};
use crate::text::Text;
use crate::time::Timestamp;

impl Chat {
    /// People who may not speak may not send signals either: a signal could carry words.
    pub(super) fn decide_signal(
        &self,
        me: &Person,
        to: SignalTarget,
        is_notice: bool,
        form: IrcForm,
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        let mut signal = Signal {
            from: me.id,
            from_name: me.name.clone(),
            room: None,
            to: None,
            ranked: None,
            is_notice,
            form,
            ignored: false,
            accounts: Correspondents::default(),
        };
        match to {
            SignalTarget::Room(name) => {
                let room = self.room_of(me, RoomRef::Name(name))?;
                self.check_takes_signal(me, room, &signal.form, now)?;
                signal.room = Some(room);
                signal.accounts.from = me.account.clone();
            }
            SignalTarget::Rank(name, least) => {
                let room = self.room_of(me, RoomRef::Name(name))?;
                self.check_takes_signal(me, room, &signal.form, now)?;
                if signal.form.text.is_some() {
                    self.check_is_heard(me, room, least)?;
                }
                signal.ranked = Some(self.ranked(me, room, least));
            }
            SignalTarget::Person(name) => {
                let to = self.find(me, &name)?;
                self.check_may_message(me, to, now)?;
                signal.ignored = to.ignores_person(me);
                signal.to = Some((to.id, to.name.clone()));
                signal.accounts = Correspondents {
                    from: self.account_kept_for(me),
                    to: self.account_kept_for(to),
                };
            }
        }
        Ok(Fact::Signal(Box::new(signal)))
    }

    fn check_takes_signal(
        &self,
        me: &Person,
        room: RoomId,
        form: &IrcForm,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        self.check_may_say(me, room, now)?;
        let is_closed = self.rules_hold(room, |rules| rules.settings.no_ctcp);
        match is_closed && form.text.is_some() {
            true => Err(self.refusal(room, RoomRejection::NoCtcp)),
            false => Ok(()),
        }
    }

    /// A message to people in a room with a standing, from anybody who may speak to the whole room.
    pub(super) fn decide_say_to_rank(
        &self,
        me: &Person,
        name: RoomName,
        least: Standing,
        text: Text,
        manner: Manner,
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        let room = self.room_of(me, RoomRef::Name(name))?;
        self.check_may_say(me, room, now)?;
        self.check_is_heard(me, room, least)?;
        Ok(Fact::RankMessage(Box::new(RankMessage {
            from: me.id,
            from_name: me.name.clone(),
            to: self.ranked(me, room, least),
            text,
            manner,
            irc: None,
        })))
    }

    /// Checks that somebody else in a room has a standing. People who ignore the sender count, so
    /// that the sender does not find out.
    fn check_is_heard(&self, me: &Person, room: RoomId, least: Standing) -> Result<(), Rejection> {
        match self.holders_inside(room, least).any(|id| id != me.id) {
            true => Ok(()),
            false => Err(self.refusal(room, RoomRejection::NobodyRanked)),
        }
    }

    /// The people in a room with a standing, except for those who ignore the sender, and the
    /// sender, who is told first.
    fn ranked(&self, me: &Person, room: RoomId, least: Standing) -> Ranked {
        let hears = |id: &PersonId| {
            let person = self.people.get(*id).filter(|person| person.id != me.id);
            person.is_some_and(|person| !person.ignores_person(me))
        };
        Ranked {
            room,
            room_name: self.name_of(room),
            least,
            hearers: self.holders_inside(room, least).filter(hears).collect(),
        }
    }

    pub(super) fn decide_ident(
        &self,
        me: &Person,
        real: Option<Text>,
        flags: Flags,
    ) -> Result<Fact, Rejection> {
        let irc = me.irc().ok_or(Rejection::NotHere)?;
        let is_told = real.is_some();
        let real = real.or_else(|| irc.ident.real.clone());
        Ok(Fact::IdentSet(Box::new(IdentSet {
            person: me.id,
            name: me.name.clone(),
            ident: Ident::new(irc.ident.user(), real),
            flags,
            rooms: if is_told { &*me.rooms } else { &[] }.into(),
        })))
    }
}
