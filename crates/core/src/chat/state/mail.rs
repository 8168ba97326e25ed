//! Private messages kept for accounts that nobody is logged in to, some of them with a session that
//! can be resumed. What does not fit is still in the histories of both sides, and is counted so
//! that the receiver knows.

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::{Holder, shares};
use crate::event::{Event, Fact, KeptMessage, Omitted};
use crate::holdings::Holdings;
use crate::ids::Seq;
use crate::limits::{KEPT_BYTES_TOTAL_MAX, KEPT_MESSAGES_MAX};
use crate::name::{FoldedName, Name};

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct Mail {
    /// Never an empty one.
    boxes: HashMap<FoldedName, AccountMail>,
    held: Holdings<Seq, Holder>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct AccountMail {
    /// Oldest first.
    kept: Vec<Event>,
    omitted: Vec<Omitted>,
}

impl AccountMail {
    fn bytes(&self) -> usize {
        self.kept.iter().map(shares::bytes).sum()
    }

    /// Counts a message that was dropped.
    fn omit(&mut self, event: Event) {
        let Fact::MessageKept(message) = event.fact else {
            return;
        };
        let is_listed = |omitted: &Omitted| omitted.from.as_ref() == Some(&message.from_account);
        let is_full = self.omitted.len() >= KEPT_MESSAGES_MAX;
        let from = match is_full && !self.omitted.iter().any(is_listed) {
            true => None,
            false => Some(message.from_account),
        };
        match self.omitted.iter_mut().find(|omitted| omitted.from == from) {
            Some(omitted) => omitted.messages += 1,
            None => self.omitted.push(Omitted { from, messages: 1 }),
        }
    }
}

impl Mail {
    /// What is kept for an account, oldest first.
    pub(in crate::chat) fn of(
        &self,
        account: &Name,
    ) -> impl Iterator<Item = (&Event, &KeptMessage)> {
        let kept = self.boxes.get(account.folded());
        let kept = kept.into_iter().flat_map(|mailbox| &mailbox.kept);
        kept.filter_map(|event| match &event.fact {
            Fact::MessageKept(message) => Some((event, &**message)),
            _ => None,
        })
    }

    /// The messages for an account that were not kept.
    pub(in crate::chat) fn omitted(&self, account: &Name) -> &[Omitted] {
        let kept = self.boxes.get(account.folded());
        kept.map_or(&[], |mailbox| &mailbox.omitted)
    }

    /// Whether there are messages for an account, kept or not.
    pub(in crate::chat) fn has(&self, account: &Name) -> bool {
        self.boxes.contains_key(account.folded())
    }

    /// Whether `bytes` more may be kept at the expense of these holders.
    pub(in crate::chat) fn has_space(&self, from: &[Holder], bytes: usize) -> bool {
        self.held.have_space(from, bytes, KEPT_BYTES_TOTAL_MAX)
    }

    /// Keeps a message for an account, or for a lost session of one. If the sender is unknown, as
    /// after a restart, it counts only against the account.
    pub(in crate::chat) fn keep(&mut self, event: &Event, mut from: Vec<Holder>) {
        let kept = match &event.fact {
            Fact::MessageKept(message) => Some((**message).clone()),
            Fact::PrivateMessage(message) => message.as_kept(),
            _ => None,
        };
        let Some(kept) = kept else {
            return;
        };
        if from.is_empty() {
            from.push(Holder::account(&kept.from_account));
        }
        let account = FoldedName(kept.account.clone());
        let event = Event {
            fact: Fact::MessageKept(Box::new(kept)),
            source: event.source.clone(),
            ..*event
        };
        self.held.put(event.seq, from, shares::bytes(&event));
        let mailbox = self.boxes.entry(account).or_default();
        mailbox.kept.push(event);
        for event in shares::make_space(&mut mailbox.kept) {
            self.held.remove(&event.seq);
            mailbox.omit(event);
        }
    }

    /// Deletes one message that is kept for an account.
    pub(in crate::chat) fn delete(&mut self, account: &Name, message: Seq) {
        let Some(mailbox) = self.boxes.get_mut(account.folded()) else {
            return;
        };
        let deleted = mailbox.kept.extract_if(.., |event| event.seq == message);
        deleted.for_each(|event| drop(self.held.remove(&event.seq)));
        if mailbox.kept.is_empty() && mailbox.omitted.is_empty() {
            self.boxes.remove(account.folded());
        }
    }

    /// Forgets what is kept for an account.
    pub(in crate::chat) fn forget(&mut self, account: &Name) {
        let mailbox = self.boxes.remove(account.folded()).unwrap_or_default();
        let kept = mailbox.kept.iter();
        kept.for_each(|event| drop(self.held.remove(&event.seq)));
    }

    /// Forgets the messages for an account that have been shown; the count of dropped ones stays
    /// until it has been told.
    pub(in crate::chat) fn forget_shown(&mut self, account: &Name) {
        let Some(mailbox) = self.boxes.get_mut(account.folded()) else {
            return;
        };
        let shown = mailbox.kept.drain(..);
        shown.for_each(|event| drop(self.held.remove(&event.seq)));
        if mailbox.omitted.is_empty() {
            self.boxes.remove(account.folded());
        }
    }

    /// Checks that the sum agrees with the messages.
    pub(in crate::chat) fn check(&self) {
        let mut boxes = self.boxes.values();
        assert!(boxes.all(|mailbox| {
            shares::fits(&mailbox.kept) && !(mailbox.kept.is_empty() && mailbox.omitted.is_empty())
        }));
        self.held
            .check(self.boxes.values().map(AccountMail::bytes).sum());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Manner;
    use crate::ids::PersonId;
    use crate::limits::SHARE_PART;
    use crate::text::Text;
    use crate::time::Timestamp;
    use std::format;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    fn kept(from: &str, to: &str, seq: u64) -> Event {
        let (from, to) = (name(from), name(to));
        Event {
            seq: Seq(seq),
            at: Timestamp(0),
            fact: Fact::MessageKept(Box::new(KeptMessage {
                from: PersonId(1),
                from_name: from.clone(),
                from_account: from,
                account: to.clone(),
                to_name: to,
                text: Text::parse(&"x".repeat(4_000)).expect("a text"),
                manner: Manner::Speech,
                irc: None,
            })),
            source: None,
        }
    }

    /// Sends messages to one after the other, as long as there is space.
    fn fill(mail: &mut Mail, from: &str) -> usize {
        let (first, mut sent) = (10_000 * mail.boxes.len(), 0);
        let own = [Holder::account(&name(from))];
        while mail.has_space(&own, 4_000) {
            let seq = first + sent;
            let to = format!("{from}-{}", sent / 10);
            mail.keep(&kept(from, &to, seq as u64), own.to_vec());
            sent += 1;
        }
        mail.check();
        sent
    }

    #[test]
    fn nobody_fills_the_mail_for_others() {
        let mut mail = Mail::default();
        let first = fill(&mut mail, "first");
        assert!(first * 4_000 <= KEPT_BYTES_TOTAL_MAX / SHARE_PART);
        for n in 0..10 {
            assert!(fill(&mut mail, &format!("more{n}")) > 0);
        }
        let of = |account: &str| [Holder::account(&name(account))];
        assert!(mail.has_space(&of("other"), 4_000));
        // What is shown leaves its part to its sender again.
        assert!(!mail.has_space(&of("first"), 4_000));
        for n in 0..=first / 10 {
            mail.forget(&name(&format!("first-{n}")));
        }
        mail.check();
        assert!(mail.has_space(&of("first"), 4_000));
    }
}
