//! Speaking to one person: finding them by name, and who may speak to them.

use alloc::boxed::Box;

use crate::chat::{Chat, Person};
use crate::event::{Correspondents, Fact, Manner, PrivateMessage};
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::time::Timestamp;

impl Chat {
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

    /// Answers the sender of the last message: the person, under any name, or another login
    /// of their account. A guest of an earlier run is known only by name.
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
            away: to.away_told(me),
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
