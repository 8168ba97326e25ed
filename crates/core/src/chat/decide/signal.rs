//! What clients of IRC send to one another, and say of themselves.

use alloc::boxed::Box;

use crate::chat::{Chat, Person};
use crate::command::{RoomRef, SignalTarget};
use crate::event::{Fact, IdentSet, Signal};
use crate::rejection::Rejection;
use crate::source::{Flags, Ident, IrcForm};
use crate::text::Text;
use crate::time::Timestamp;

impl Chat {
    /// Who may not speak sends no signal either: it could carry words.
    pub(super) fn decide_signal(
        &self,
        me: &Person,
        to: SignalTarget,
        (is_notice, form): (bool, IrcForm),
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        let mut signal = Signal {
            from: me.id,
            from_name: me.name.clone(),
            room: None,
            to: None,
            is_notice,
            form,
        };
        match to {
            SignalTarget::Room(name) => {
                let room = self.room_of(me, RoomRef::Name(name))?;
                self.check_may_say(me, room, now)?;
                signal.room = Some(room);
            }
            SignalTarget::Person(name) => {
                let to = self.find(me, &name)?;
                self.check_may_message(me, to, now)?;
                let is_heard = to.ignored(&me.name, Some(me.id)).is_none();
                let to = if is_heard { to } else { me };
                signal.to = Some((to.id, to.name.clone()));
            }
        }
        Ok(Fact::Signal(Box::new(signal)))
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
