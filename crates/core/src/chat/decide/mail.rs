//! Private messages to people who are not here.
//!
//! While a session can be resumed, messages wait for it. Messages for an account outlive the
//! session: the first person to log in to the account sees them, with the session or without. Both
//! sides must be logged in for that, since an unregistered name may be another person's tomorrow.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::account::Account;
use crate::chat::state::{Holder, Resumable};
use crate::chat::{Chat, Person};
use crate::event::{Event, Fact, KeptMessage, KeptShown, Manner, Omitted};
use crate::ids::PersonId;
use crate::ignore::Voice;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::time::Timestamp;

impl Chat {
    /// A message to a name that nobody bears at the moment. It goes to the person who logged in to
    /// the name's account last, else to a session that may be resumed, else it is kept for the
    /// account. `None` if the name is nobody's.
    pub(super) fn decide_message_to_absent(
        &self,
        me: &Person,
        name: Name,
        text: Text,
        now: Timestamp,
    ) -> Option<Result<Fact, Rejection>> {
        let owner = self.registrations.get(&name);
        let lost = self.lost_called(&name, owner, now);
        let of_lost = || self.account_of(&lost?.person);
        let account = owner.or_else(of_lost);
        let here = account.and_then(|account| self.people.logged_in_to(&account.name).last());
        Some(match (here, lost, account) {
            (Some(here), ..) => self.message(me, here, text, now),
            (None, Some(lost), _) => self.keep_message(me, lost, text, now),
            (None, None, Some(account)) => {
                self.decide_message_to_account(me, account, name, text, now)
            }
            (None, None, None) => return None,
        })
    }

    /// The lost session that a name means: the one that has the name, unless the name belongs to
    /// another account by now, or the newest of the name's account.
    fn lost_called(
        &self,
        name: &Name,
        owner: Option<&Account>,
        now: Timestamp,
    ) -> Option<&Resumable> {
        let is_owners =
            |lost: &&Resumable| owner.is_none_or(|owner| lost.person.is_logged_in_to(&owner.name));
        let bearer = self.resumables.reachable(name, now).filter(is_owners);
        bearer.or_else(|| self.resumables.newest_of(&owner?.name, now))
    }

    /// A message to a person whose link is lost, who gets it on resuming.
    pub(super) fn keep_message(
        &self,
        me: &Person,
        lost: &Resumable,
        text: Text,
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        let bytes = text.len();
        let mut fact = self.message(me, &lost.person, text, now)?;
        if let Fact::PrivateMessage(message) = &mut fact {
            message.kept = Some(lost.until.since(now));
            let from = Holder::all_of(me);
            let has_space = match message.is_mail() {
                true => self.registrations.mail.has_space(&from, bytes),
                false => self.resumables.has_space(&from, bytes),
            };
            if !has_space {
                return Err(Rejection::NothingKept(lost.person.name.clone()));
            }
        }
        Ok(fact)
    }

    /// A message to the owner of a registered name who is not here at all.
    fn decide_message_to_account(
        &self,
        me: &Person,
        account: &Account,
        to_name: Name,
        text: Text,
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        let Some(from_account) = self.account_kept_for(me) else {
            return Err(Rejection::Absent(to_name));
        };
        self.check_may_be_heard(me, now)?;
        let mail = &self.registrations.mail;
        if !mail.has_space(&Holder::all_of(me), text.len()) {
            return Err(Rejection::MailFull(to_name));
        }
        let registered = account.all_names().find(|own| own.same_as(&to_name));
        Ok(Fact::MessageKept(Box::new(KeptMessage {
            from: me.id,
            from_name: me.name.clone(),
            from_account,
            account: account.name.clone(),
            to_name: registered.cloned().unwrap_or(to_name),
            text,
            manner: Manner::Speech,
            irc: None,
        })))
    }

    /// The account whose history has a person's private messages, and which may leave messages for
    /// others.
    pub(super) fn account_kept_for(&self, person: &Person) -> Option<Name> {
        let account = person.account.as_ref();
        account.filter(|_| self.settings.keeps_messages).cloned()
    }

    /// What is kept for the account of a person who has arrived; `None` if nothing is.
    pub(super) fn decide_show_kept(&self, person: PersonId) -> Option<Fact> {
        let person = self.people.get(person)?;
        let account = person.account.as_ref()?;
        let mail = &self.registrations.mail;
        let is_heard = |omitted: &&Omitted| {
            let from = omitted.from.as_ref();
            from.is_none_or(|from| hears_by_mail(person, from, from))
        };
        mail.has(account).then(|| {
            Fact::KeptShown(Box::new(KeptShown {
                person: person.id,
                account: account.clone(),
                messages: self
                    .mail_for(person)
                    .map(|(event, _)| event.clone())
                    .collect(),
                omitted: mail
                    .omitted(account)
                    .iter()
                    .filter(is_heard)
                    .cloned()
                    .collect(),
            }))
        })
    }

    /// What is kept for a person's account, except from people whom the person ignores.
    fn mail_for(&self, person: &Person) -> impl Iterator<Item = (&Event, &KeptMessage)> {
        let account = person.account.as_ref().into_iter();
        let kept = account.flat_map(|account| self.registrations.mail.of(account));
        kept.filter(|(_, message)| hears_by_mail(person, &message.from_name, &message.from_account))
    }

    /// What a returning person is shown of what was kept for the session and for the account, in
    /// order.
    pub(super) fn kept_for(&self, person: &Person, lost: Option<&Resumable>) -> Box<[Event]> {
        let mail = self.mail_for(person).map(|(event, message)| Event {
            fact: Fact::PrivateMessage(Box::new(message.told_to(person.id))),
            source: event.source.clone(),
            ..*event
        });
        let kept = lost.map_or(&[][..], |lost| &lost.kept);
        let mut kept: Vec<Event> = kept.iter().map(as_told).chain(mail).collect();
        kept.sort_by_key(|event| event.seq);
        kept.into()
    }
}

/// Whether a person does not ignore the sender of a message, by name and account.
fn hears_by_mail(person: &Person, name: &Name, account: &Name) -> bool {
    let voice = Voice {
        name,
        person: None,
        account: Some(account),
    };
    person.ignored(&voice).is_none()
}

/// A kept message as its receiver sees it: only the sender knows how long it would be kept.
fn as_told(event: &Event) -> Event {
    let mut event = event.clone();
    if let Fact::PrivateMessage(message) = &mut event.fact {
        message.kept = None;
    }
    event
}
