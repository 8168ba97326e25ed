//! The newest messages of a room, for those who arrive and those who come back.
//!
//! Read from the store when the room first needs them, and kept up from then on, so that an
//! arrival costs no look-up. Bounded by count and by bytes.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::limits::{RECENT_BYTES_MAX, RECENT_MAX};
use chinwag_core::{Deletion, Event, Fact, RoomId, Seq};
use chinwag_wire::dialect::Recent;
use hashbrown::HashMap;

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct RecentLog {
    /// Oldest first.
    messages: VecDeque<Arc<Event>>,
    bytes: usize,
    /// Messages of the room in all, as far as they are kept.
    total: u64,
}

/// The logs of the rooms that needed one.
#[derive(Debug)]
pub(super) struct RecentLogs {
    pub(super) logs: HashMap<RoomId, RecentLog>,
    /// Messages that are shown to those who enter.
    pub(super) replay_max: usize,
}

impl RecentLogs {
    pub(super) fn new(replay_max: usize) -> Self {
        Self {
            logs: HashMap::new(),
            replay_max,
        }
    }
}

/// Messages to be shown in one go.
#[derive(Debug, Default)]
pub(crate) struct RecentMessages {
    /// Oldest first.
    pub(crate) messages: Vec<Arc<Event>>,
    /// Messages of the room in all, as far as they are kept and the reader is shown them, if that is known.
    pub(crate) total: Option<u64>,
    /// Of those so many are shown.
    pub(crate) shown_max: usize,
}

impl RecentMessages {
    /// Those of them that are heard.
    pub(crate) fn retain(&mut self, is_heard: impl Fn(&Event) -> bool) {
        let all = self.messages.len() as u64;
        self.messages.retain(|message| is_heard(message));
        let heard = self.messages.len();
        // Of those that are not here nobody knows whose they are.
        self.total = match self.total {
            Some(total) if total > all => None,
            _ => Some(heard as u64),
        };
        self.messages.drain(..heard.saturating_sub(self.shown_max));
    }

    /// As dialects are shown them.
    pub(crate) fn lent(&self) -> Recent<'_> {
        Recent {
            messages: &self.messages,
            total: self.total,
        }
    }
}

impl RecentLog {
    /// What the store has, up to a place in the order.
    pub(crate) fn new(recent: chinwag_store::Recent, up_to: Seq) -> Self {
        let mut tail = Self::default();
        let read = recent.events.len() as u64;
        let known = recent
            .events
            .into_iter()
            .filter(|message| message.seq <= up_to);
        known.for_each(|message| tail.push(message));
        tail.total += recent.total - read;
        tail
    }

    /// Adds a message.
    pub(crate) fn push(&mut self, message: Arc<Event>) {
        self.bytes += weight(&message);
        self.messages.push_back(message);
        self.total += 1;
        while self.messages.len() > RECENT_MAX || self.bytes > RECENT_BYTES_MAX {
            let Some(oldest) = self.messages.pop_front() else {
                break;
            };
            self.bytes -= weight(&oldest);
        }
    }

    /// Puts a gap in the place of a message that was deleted, as the store does.
    pub(crate) fn delete(&mut self, deletion: &Deletion) {
        let place = self
            .messages
            .binary_search_by_key(&deletion.message, |message| message.seq);
        let Ok(place) = place else {
            return;
        };
        let deleted = &mut self.messages[place];
        self.bytes -= weight(deleted);
        *deleted = Arc::new(Event {
            seq: deleted.seq,
            at: deleted.at,
            fact: Fact::Deleted(Box::new(deletion.clone())),
            source: None,
        });
    }

    /// The newest messages, of which at most so many are shown; all that there are, for a reader who ignores
    /// somebody.
    pub(crate) fn newest(&self, shown_max: usize, ignores: bool) -> RecentMessages {
        let skip = match ignores {
            true => 0,
            false => self.messages.len().saturating_sub(shown_max),
        };
        RecentMessages {
            messages: self.messages.iter().skip(skip).cloned().collect(),
            total: Some(self.total),
            shown_max,
        }
    }
}

fn weight(message: &Event) -> usize {
    match &message.fact {
        Fact::Said { text, .. } => text.len(),
        _ => 0,
    }
}
