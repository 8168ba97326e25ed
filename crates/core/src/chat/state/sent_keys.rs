//! The keys of the newest messages that had one.

use alloc::collections::VecDeque;
use alloc::string::String;

use hashbrown::HashMap;

use crate::ids::Seq;
use crate::limits::SENT_KEYS_MAX;
use crate::name::Name;
use crate::sent_key::{Digest, MessageKey, SentKey};

/// A sender's name, folded, and the key.
type Under = (String, MessageKey);

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct SentKeys {
    messages: HashMap<Under, (Digest, Seq)>,
    /// The oldest first.
    by_age: VecDeque<Under>,
}

impl SentKeys {
    /// The message that was sent under a key.
    pub(in crate::chat) fn get(&self, name: &Name, key: &MessageKey) -> Option<(Digest, Seq)> {
        let under = (name.folded().into(), key.clone());
        self.messages.get(&under).copied()
    }

    /// The place of the oldest message, if its key has to go for another.
    pub(in crate::chat) fn oldest_if_full(&self) -> Option<Seq> {
        let oldest = self
            .by_age
            .front()
            .filter(|_| self.by_age.len() >= SENT_KEYS_MAX);
        oldest
            .and_then(|under| self.messages.get(under))
            .map(|(_, seq)| *seq)
    }

    /// Remembers a key, and forgets the oldest if there are too many.
    pub(in crate::chat) fn insert(&mut self, sent: &SentKey) {
        let under = (String::from(sent.name.folded()), sent.key.clone());
        let message = (sent.digest, sent.seq);
        if self.messages.insert(under.clone(), message).is_none() {
            self.by_age.push_back(under);
        }
        if self.by_age.len() > SENT_KEYS_MAX
            && let Some(oldest) = self.by_age.pop_front()
        {
            self.messages.remove(&oldest);
        }
    }
}
