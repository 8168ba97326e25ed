//! What happens to sessions because nothing happens: the wait for a first word, the time to choose
//! a name, a socket that takes nothing.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use chinwag_core::{ConnId, Monotonic, QuitReason};
use chinwag_wire::plain::Notice;

use super::Shard;
use super::session::Stage;

/// The sessions that have a deadline. One that has moved to a later time is found when the old one
/// comes; one that has moved to an earlier time stands here twice.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    heap: BinaryHeap<Reverse<(Monotonic, ConnId)>>,
}

impl Shard {
    /// When [`tick`](Self::tick) has something to do next.
    pub(crate) fn deadline(&self) -> Option<Monotonic> {
        self.deadlines.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Has a session looked after when its time comes.
    pub(super) fn watch_deadline(&mut self, slot: usize) {
        let stall_time = self.setting.limits.stall_time;
        let session = &mut self.sessions[slot];
        let is_earlier = |due: &Monotonic| session.watched.is_none_or(|watched| *due < watched);
        if let Some(due) = session.due(stall_time).filter(is_earlier) {
            session.watched = Some(due);
            self.deadlines.heap.push(Reverse((due, session.conn)));
        }
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self, now: Monotonic) {
        self.now = now;
        while let Some((at, conn)) = self.pop_deadline(now) {
            // An entry that an earlier one has replaced says nothing any more.
            let slot = self.slot_of(conn);
            let Some(slot) = slot.filter(|&slot| self.sessions[slot].watched == Some(at)) else {
                continue;
            };
            self.sessions[slot].watched = None;
            let due = self.sessions[slot].due(self.setting.limits.stall_time);
            if due.is_some_and(|due| due <= now) {
                self.on_deadline(slot, now);
            }
            if self.sessions.contains(slot) {
                self.watch_deadline(slot);
            }
        }
        self.flush_all();
    }

    fn pop_deadline(&mut self, now: Monotonic) -> Option<(Monotonic, ConnId)> {
        let Reverse((at, _)) = *self.deadlines.heap.peek()?;
        if at > now {
            return None;
        }
        self.deadlines.heap.pop().map(|Reverse(deadline)| deadline)
    }

    fn on_deadline(&mut self, slot: usize, now: Monotonic) {
        match self.sessions[slot].stage {
            Stage::Sniffing { until } if until <= now => self.greet(slot),
            Stage::Entry { until, .. } if until <= now => {
                self.notice(slot, Notice::NoName);
                self.close_when_written(slot);
            }
            Stage::Lingering { until } if until <= now => {
                self.sessions[slot].stage = Stage::Over;
                self.list(slot);
            }
            // The socket takes nothing.
            _ => {
                self.sessions[slot].is_dead = true;
                self.end(slot, QuitReason::TooSlow);
            }
        }
    }
}
