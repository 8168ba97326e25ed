//! Private messages that are kept for accounts whose people are all gone, some of them with a session that
//! can be resumed. What does not fit stands in the histories of both sides: it is counted, for the receiver to know.

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::shares;
use crate::event::{Event, Fact, KeptMessage, Omitted};
use crate::ids::Seq;
use crate::limits::{KEPT_BYTES_TOTAL_MAX, KEPT_MESSAGES_MAX, KEPT_SENDER_PART};
use crate::name::{FoldedName, Name};

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct Mail {
    /// Never an empty one.
    boxes: HashMap<FoldedName, Mailbox>,
    taken: Taken,
}

/// The bytes of messages that are kept.
#[derive(Clone, Debug, Default, PartialEq)]
struct Taken {
    bytes: usize,
    /// Those of each account that has sent some.
    by_sender: HashMap<FoldedName, usize>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Mailbox {
    /// Oldest first.
    kept: Vec<Event>,
    omitted: Vec<Omitted>,
}

impl Mailbox {
    fn bytes(&self) -> usize {
        self.kept.iter().map(shares::bytes).sum()
    }

    /// Counts a message that has been taken out.
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

impl Taken {
    fn add(&mut self, event: &Event) {
        if let Fact::MessageKept(message) = &event.fact {
            let bytes = shares::bytes(event);
            self.bytes += bytes;
            let from = FoldedName(message.from_account.clone());
            *self.by_sender.entry(from).or_default() += bytes;
        }
    }

    fn remove(&mut self, event: &Event) {
        if let Fact::MessageKept(message) = &event.fact {
            let bytes = shares::bytes(event);
            self.bytes -= bytes;
            let from = message.from_account.folded();
            if let Some(own) = self.by_sender.get_mut(from) {
                *own -= bytes;
                if *own == 0 {
                    self.by_sender.remove(from);
                }
            }
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

    /// What came for an account and is not kept.
    pub(in crate::chat) fn omitted(&self, account: &Name) -> &[Omitted] {
        let kept = self.boxes.get(account.folded());
        kept.map_or(&[], |mailbox| &mailbox.omitted)
    }

    /// Whether anything came for an account.
    pub(in crate::chat) fn has(&self, account: &Name) -> bool {
        self.boxes.contains_key(account.folded())
    }

    /// Whether a message of so many bytes can be kept for anybody. One account has at most a part of what is left free,
    /// so that there is always something left for others, however many have filled it (Choudhury and Hahne, "Dynamic
    /// Queue Length Thresholds for Shared-Memory Packet Switches", 1998).
    pub(in crate::chat) fn has_space(&self, from: &Name, bytes: usize) -> bool {
        let own = self.taken.by_sender.get(from.folded()).copied();
        let free = KEPT_BYTES_TOTAL_MAX.saturating_sub(self.taken.bytes);
        own.unwrap_or_default() + bytes <= free / KEPT_SENDER_PART
    }

    /// Keeps a message, be it to an account or to a lost session of one.
    pub(in crate::chat) fn keep(&mut self, event: &Event) {
        let kept = match &event.fact {
            Fact::MessageKept(message) => Some((**message).clone()),
            Fact::PrivateMessage(message) => message.as_kept(),
            _ => None,
        };
        let Some(kept) = kept else {
            return;
        };
        let account = FoldedName(kept.account.clone());
        let event = Event {
            fact: Fact::MessageKept(Box::new(kept)),
            source: event.source.clone(),
            ..*event
        };
        self.taken.add(&event);
        let mailbox = self.boxes.entry(account).or_default();
        mailbox.kept.push(event);
        for event in shares::make_space(&mut mailbox.kept) {
            self.taken.remove(&event);
            mailbox.omit(event);
        }
    }

    /// Forgets one message that is kept for an account.
    pub(in crate::chat) fn delete(&mut self, account: &Name, message: Seq) {
        let Some(mailbox) = self.boxes.get_mut(account.folded()) else {
            return;
        };
        let deleted = mailbox.kept.extract_if(.., |event| event.seq == message);
        deleted.for_each(|event| self.taken.remove(&event));
        if mailbox.kept.is_empty() && mailbox.omitted.is_empty() {
            self.boxes.remove(account.folded());
        }
    }

    /// Forgets what is kept for an account.
    pub(in crate::chat) fn forget(&mut self, account: &Name) {
        let mailbox = self.boxes.remove(account.folded()).unwrap_or_default();
        mailbox
            .kept
            .iter()
            .for_each(|event| self.taken.remove(event));
    }

    /// The messages that are kept for an account are shown; those that are not are still to be told of.
    pub(in crate::chat) fn forget_shown(&mut self, account: &Name) {
        let Some(mailbox) = self.boxes.get_mut(account.folded()) else {
            return;
        };
        let shown = mailbox.kept.drain(..);
        shown.for_each(|event| self.taken.remove(&event));
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
        assert_eq!(
            self.taken.bytes,
            self.boxes.values().map(Mailbox::bytes).sum::<usize>()
        );
        assert_eq!(
            self.taken.bytes,
            self.taken.by_sender.values().sum::<usize>()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Manner;
    use crate::ids::PersonId;
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
        let mut sent = 0;
        while mail.has_space(&name(from), 4_000) {
            mail.keep(&kept(from, &format!("{from}-{}", sent / 10), sent as u64));
            sent += 1;
        }
        mail.check();
        sent
    }

    #[test]
    fn nobody_fills_the_mail_for_others() {
        let mut mail = Mail::default();
        let first = fill(&mut mail, "first");
        assert!(first * 4_000 <= KEPT_BYTES_TOTAL_MAX / KEPT_SENDER_PART);
        for n in 0..10 {
            assert!(fill(&mut mail, &format!("more{n}")) > 0);
        }
        assert!(mail.has_space(&name("other"), 4_000));
        // What is shown leaves its part to its sender again.
        assert!(!mail.has_space(&name("first"), 4_000));
        for n in 0..=first / 10 {
            mail.forget(&name(&format!("first-{n}")));
        }
        mail.check();
        assert!(mail.has_space(&name("first"), 4_000));
    }
}
