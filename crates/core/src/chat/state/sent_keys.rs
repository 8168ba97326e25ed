//! The keys of the newest messages that had one.

use alloc::collections::VecDeque;

use hashbrown::HashMap;

use crate::ids::Seq;
use crate::limits::SENT_KEYS_MAX;
use crate::sent_key::{Digest, KeyOwner, MessageKey, SentKey};

/// The owner of a key, and the key.
type Under = (KeyOwner, MessageKey);

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct SentKeys {
    messages: HashMap<Under, (Digest, Seq)>,
    /// The oldest first.
    by_age: VecDeque<Under>,
}

impl SentKeys {
    /// The message that was sent under a key.
    pub(in crate::chat) fn get(&self, owner: KeyOwner, key: &MessageKey) -> Option<(Digest, Seq)> {
        let under = (owner, key.clone());
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
        let under = (sent.owner.clone(), sent.key.clone());
        let message = (sent.digest, sent.seq);
        if self.messages.insert(under.clone(), message).is_none() {
            self.by_age.insert(self.place_of(sent.seq), under);
        }
        if self.by_age.len() > SENT_KEYS_MAX
            && let Some(oldest) = self.by_age.pop_front()
        {
            self.messages.remove(&oldest);
        }
    }

    /// Where a message belongs among the older and the newer. Almost always it is the newest, but one that waits for
    /// its commit becomes true after one that came later and needs none.
    fn place_of(&self, seq: Seq) -> usize {
        let is_older = |under| {
            self.messages
                .get(under)
                .is_some_and(|(_, other)| *other < seq)
        };
        let older = self.by_age.iter().rposition(is_older);
        older.map_or(0, |older| older + 1)
    }
}
