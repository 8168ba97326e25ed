//! What happens to sessions because nothing happens: the wait for a first word, the time to choose
//! a name, a socket that takes nothing.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use chinwag_core::{Departure, Link, Timestamp};
use chinwag_wire::plain::Notice;

use super::Shard;
use super::session::Stage;

/// The sessions that have a deadline, each once. A deadline that has moved is found when the old
/// one comes.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    heap: BinaryHeap<Reverse<(Timestamp, Link)>>,
}

impl Shard {
    /// When [`tick`](Self::tick) has something to do next.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.deadlines.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Has a session looked after when its time comes.
    pub(super) fn watch_deadline(&mut self, slot: usize) {
        let stall_time = self.setting.limits.stall_time;
        let session = &mut self.sessions[slot];
        if let Some(due) = session.due(stall_time).filter(|_| !session.is_watched) {
            session.is_watched = true;
            self.deadlines.heap.push(Reverse((due, session.link)));
        }
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self, now: Timestamp) {
        self.now = now;
        while let Some(Reverse((at, link))) = self.deadlines.heap.peek().copied() {
            if at > now {
                break;
            }
            self.deadlines.heap.pop();
            if let Some(slot) = self.slot_of(link) {
                self.sessions[slot].is_watched = false;
                let stall_time = self.setting.limits.stall_time;
                if self.sessions[slot]
                    .due(stall_time)
                    .is_some_and(|due| due <= now)
                {
                    self.on_deadline(slot, now);
                }
                if self.sessions.contains(slot) {
                    self.watch_deadline(slot);
                }
            }
        }
        self.flush_all();
    }

    fn on_deadline(&mut self, slot: usize, now: Timestamp) {
        match self.sessions[slot].stage {
            Stage::Sniffing { until } if until <= now => self.greet(slot),
            Stage::Entry { until, .. } if until <= now => {
                self.notice(slot, Notice::NoName);
                self.close_when_written(slot);
            }
            Stage::Lingering { until } if until <= now => {
                self.sessions[slot].stage = Stage::Over;
                self.sessions[slot].wake();
            }
            // The socket takes nothing.
            _ => {
                self.sessions[slot].is_dead = true;
                self.end(slot, Departure::TooSlow);
            }
        }
    }
}
