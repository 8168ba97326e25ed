//! Private messages that are kept for accounts whose people are all gone, some of them with a session that
//! can be resumed.

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::event::{Event, Fact};
use crate::limits::{KEPT_BYTES_MAX, KEPT_BYTES_TOTAL_MAX, KEPT_MESSAGES_MAX};
use crate::name::{FoldedName, Name};

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct Mail {
    /// Oldest first; never an empty list.
    by_account: HashMap<FoldedName, Vec<Event>>,
    bytes: usize,
}

impl Mail {
    /// What is kept for an account, oldest first.
    pub(in crate::chat) fn of(&self, account: &Name) -> &[Event] {
        let kept = self.by_account.get(account.folded());
        kept.map_or(&[], Vec::as_slice)
    }

    /// Whether a message of so many bytes can be kept for an account.
    pub(in crate::chat) fn has_space(&self, account: &Name, bytes: usize) -> bool {
        let kept = self.of(account);
        kept.len() < KEPT_MESSAGES_MAX
            && kept.iter().map(weight).sum::<usize>() + bytes <= KEPT_BYTES_MAX
            && self.bytes + bytes <= KEPT_BYTES_TOTAL_MAX
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
        self.bytes += weight(&event);
        self.by_account.entry(account).or_default().push(event);
    }

    /// Forgets what is kept for an account.
    pub(in crate::chat) fn forget(&mut self, account: &Name) {
        let kept = self.by_account.remove(account.folded());
        self.bytes -= kept.iter().flatten().map(weight).sum::<usize>();
    }

    /// Checks that the sum agrees with the messages.
    pub(in crate::chat) fn check(&self) {
        let kept = || self.by_account.values();
        assert!(kept().all(|kept| !kept.is_empty() && kept.len() <= KEPT_MESSAGES_MAX));
        assert_eq!(self.bytes, kept().flatten().map(weight).sum::<usize>());
    }
}

/// Bytes that count of a message that is kept.
fn weight(event: &Event) -> usize {
    match &event.fact {
        Fact::MessageKept(message) => message.text.len(),
        _ => 0,
    }
}
