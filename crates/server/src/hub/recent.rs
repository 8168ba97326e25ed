//! The newest messages of a room, for people who arrive or come back.
//!
//! Read from the store when the room first needs them, and updated from then on, so that an arrival
//! costs no look-up. Bounded by count and by bytes.

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
    /// How many messages the room has in all, as far as they are stored.
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

/// Messages to show at once.
#[derive(Debug, Default)]
pub(crate) struct RecentMessages {
    /// Oldest first.
    pub(crate) messages: Vec<Arc<Event>>,
    /// How many messages of the room the reader would be shown in all, if known.
    pub(crate) total: Option<u64>,
    /// How many of these are shown at most.
    pub(crate) shown_max: usize,
}

impl RecentMessages {
    /// Those of them that are heard.
    pub(crate) fn retain(&mut self, is_heard: impl Fn(&Event) -> bool) {
        let all = self.messages.len() as u64;
        self.messages.retain(|message| is_heard(message));
        let heard = self.messages.len();
        // Nobody knows the authors of messages that are not here.
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
    pub(crate) fn new(recent: chinwag_store::NewestMessages, up_to: Seq) -> Self {
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

    /// Replaces a deleted message by a gap, as the store does.
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

    /// The newest messages, of which at most `shown_max` are shown; all that are here, for a reader
    /// who ignores somebody.
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

#[cfg(test)]
mod tests {
    use chinwag_core::{Manner, Name, PersonId, Text, Timestamp};

    use super::*;

    fn said(seq: u64, bytes: usize) -> Arc<Event> {
        Arc::new(Event {
            seq: Seq(seq),
            at: Timestamp(0),
            fact: Fact::Said {
                person: PersonId(0),
                name: Name::parse("ann").expect("a name"),
                room: RoomId(0),
                text: Text::parse(&"x".repeat(bytes)).expect("a text"),
                manner: Manner::Speech,
                irc: None,
                account: None,
            },
            source: None,
        })
    }

    fn log(count: u64, bytes: usize) -> RecentLog {
        let mut log = RecentLog::default();
        (1..=count).for_each(|seq| log.push(said(seq, bytes)));
        log
    }

    fn seqs(messages: &RecentMessages) -> Vec<u64> {
        let messages = messages.messages.iter();
        messages.map(|message| message.seq.0).collect()
    }

    #[test]
    fn it_is_bounded_by_count_and_by_bytes() {
        let max = RECENT_MAX as u64;
        for (bytes, all, kept) in [
            (1, max, max),
            (1, max + 3, max),
            (1024, 32, 32),
            (1024, 40, 32),
        ] {
            let newest = log(all, bytes).newest(2, true);
            assert_eq!(seqs(&newest), (all - kept + 1..=all).collect::<Vec<_>>());
            assert_eq!(newest.total, Some(all));
        }
        assert_eq!(seqs(&log(9, 1).newest(2, false)), [8, 9]);
    }

    #[test]
    fn a_deleted_message_keeps_its_place_and_frees_its_bytes() {
        let mut log = log(8, RECENT_BYTES_MAX / 8);
        log.delete(&Deletion {
            room: RoomId(0),
            message: Seq(1),
            by: Name::parse("ann").expect("a name"),
            why: None,
            is_signal: false,
        });
        log.push(said(9, RECENT_BYTES_MAX / 8));
        assert_eq!(seqs(&log.newest(99, false)), (1..=9).collect::<Vec<_>>());
        log.push(said(10, RECENT_BYTES_MAX / 8));
        assert_eq!(seqs(&log.newest(99, false)), (3..=10).collect::<Vec<_>>());
    }

    #[test]
    fn who_ignores_somebody_is_told_a_number_only_if_all_are_here() {
        let heard = |count| {
            let mut newest = log(count, 1).newest(2, true);
            newest.retain(|message| message.seq.0 % 2 == 1);
            (seqs(&newest), newest.total)
        };
        assert_eq!(heard(9), (vec![7, 9], Some(5)));
        let max = RECENT_MAX as u64;
        assert_eq!(heard(max).1, Some(max / 2));
        assert_eq!(
            heard(max + 1).1,
            None,
            "of the first nobody knows whose it was"
        );
    }
}
