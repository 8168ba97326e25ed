//! Private messages to people with an account who are gone. Both sides must be logged in: a name that
//! is not registered may be another person's tomorrow.

use alloc::boxed::Box;

use crate::account::Account;
use crate::chat::{Chat, Person};
use crate::event::{Fact, KeptMessage, KeptShown, Manner};
use crate::ids::PersonId;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::time::Timestamp;

impl Chat {
    /// A message to the owner of a registered name that nobody bears at the moment: to the person who
    /// is logged in to it and came last, else it is kept.
    pub(super) fn decide_message_to_account(
        &self,
        me: &Person,
        (account, to_name): (&Account, Name),
        text: Text,
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        if let Some(here) = self.people.logged_in_to(&account.name).last() {
            return self.message(me, here, text, now);
        }
        let Some(from_account) = self.account_kept_for(me) else {
            return Err(Rejection::Absent(to_name));
        };
        self.check_may_be_heard(me, now)?;
        if !self.registrations.mail.has_space(&account.name, text.len()) {
            return Err(Rejection::MailFull(to_name));
        }
        Ok(Fact::MessageKept(Box::new(KeptMessage {
            from: me.id,
            from_name: me.name.clone(),
            from_account,
            account: account.name.clone(),
            to_name,
            text,
            manner: Manner::Speech,
            irc: None,
        })))
    }

    /// The account in whose history a person's private messages stand, and which may leave some.
    pub(super) fn account_kept_for(&self, person: &Person) -> Option<Name> {
        let account = person.account.as_ref();
        account.filter(|_| self.settings.keeps_messages).cloned()
    }

    /// What was kept for the account of a person who has come; `None` if nothing was.
    pub(super) fn decide_show_kept(&self, person: PersonId) -> Option<Fact> {
        let person = self.people.get(person)?;
        let account = person.account.as_ref()?;
        let kept = self.registrations.mail.of(account);
        let is_heard = |event: &&crate::Event| match &event.fact {
            Fact::MessageKept(message) => person.ignored(&message.from_name, None).is_none(),
            _ => false,
        };
        (!kept.is_empty()).then(|| {
            Fact::KeptShown(Box::new(KeptShown {
                person: person.id,
                account: account.clone(),
                messages: kept.iter().filter(is_heard).cloned().collect(),
            }))
        })
    }
}
