//! Private messages that are kept for accounts whose people are all gone, some of them with a session that
//! can be resumed. What does not fit stands in the histories of both sides: it is counted, for the receiver to know.

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::shares;
use crate::event::{Event, Fact, KeptMessage, Omitted};
use crate::ids::Seq;
use crate::limits::{KEPT_BYTES_TOTAL_MAX, KEPT_MESSAGES_MAX};
use crate::name::{FoldedName, Name};

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct Mail {
    /// Never an empty one.
    boxes: HashMap<FoldedName, Mailbox>,
    bytes: usize,
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

    /// Whether a message of so many bytes can be kept for anybody.
    pub(in crate::chat) fn has_space(&self, bytes: usize) -> bool {
        self.bytes + bytes <= KEPT_BYTES_TOTAL_MAX
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
        self.bytes += shares::bytes(&event);
        let mailbox = self.boxes.entry(account).or_default();
        mailbox.kept.push(event);
        for event in shares::make_space(&mut mailbox.kept) {
            self.bytes -= shares::bytes(&event);
            mailbox.omit(event);
        }
    }

    /// Forgets one message that is kept for an account.
    pub(in crate::chat) fn delete(&mut self, account: &Name, message: Seq) {
        let Some(mailbox) = self.boxes.get_mut(account.folded()) else {
            return;
        };
        self.bytes -= mailbox.bytes();
        mailbox.kept.retain(|event| event.seq != message);
        self.bytes += mailbox.bytes();
        if mailbox.kept.is_empty() && mailbox.omitted.is_empty() {
            self.boxes.remove(account.folded());
        }
    }

    /// Forgets what is kept for an account.
    pub(in crate::chat) fn forget(&mut self, account: &Name) {
        let mailbox = self.boxes.remove(account.folded());
        self.bytes -= mailbox.as_ref().map_or(0, Mailbox::bytes);
    }

    /// The messages that are kept for an account are shown; those that are not are still to be told of.
    pub(in crate::chat) fn forget_shown(&mut self, account: &Name) {
        let Some(mailbox) = self.boxes.get_mut(account.folded()) else {
            return;
        };
        self.bytes -= mailbox.bytes();
        mailbox.kept.clear();
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
            self.bytes,
            self.boxes.values().map(Mailbox::bytes).sum::<usize>()
        );
    }
}
