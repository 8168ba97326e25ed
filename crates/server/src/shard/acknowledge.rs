//! Looking at what peers have acknowledged, every few seconds while something is on the way: sessions
//! and rooms keep what they have written until then, and forget it here.
//!
//! A look goes through the sessions that were written to, some at a time, so that it holds up nobody;
//! then through the rooms, which forget their past when no member waits any more.

use std::collections::HashSet;

use chinwag_core::{Caller, Monotonic, RoomId};

use super::Shard;
use crate::hub::{Body, Request, Ticket};
use crate::limits::{ACKNOWLEDGE_BATCH, ACKNOWLEDGE_TIME};

/// The looks of one shard.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// When the next one is due.
    at: Option<Monotonic>,
    /// Sessions that it still has to go through.
    left: usize,
    /// Rooms that keep a past.
    rooms: HashSet<RoomId>,
}

impl Looks {
    /// When there is something to do.
    pub(super) fn deadline(&self) -> Option<Monotonic> {
        self.at
    }

    /// A room has had something written.
    pub(super) fn list_room(&mut self, room: RoomId, now: Monotonic) {
        self.rooms.insert(room);
        self.order(now);
    }

    /// Something was written.
    pub(super) fn order(&mut self, now: Monotonic) {
        self.at.get_or_insert(now + ACKNOWLEDGE_TIME);
    }
}

impl Shard {
    /// Takes note of a session that keeps what was written to it.
    pub(super) fn list_unacknowledged(&mut self, slot: usize) {
        self.schedule.list_unacknowledged(slot);
        self.looks.order(self.shared.now);
    }

    /// Goes on with a look that is due.
    pub(super) fn look_at_acknowledged(&mut self, now: Monotonic) {
        if self.looks.at.is_none_or(|at| now < at) {
            return;
        }
        if self.looks.left == 0 {
            self.looks.left = self.schedule.unacknowledged();
        }
        let batch = self.looks.left.min(ACKNOWLEDGE_BATCH);
        self.looks.left -= batch;
        for _ in 0..batch {
            self.look_at_next();
        }
        if self.looks.left == 0 {
            self.looks.at = None;
            self.forget_past();
            self.report_acknowledged();
            if self.schedule.unacknowledged() > 0 || !self.looks.rooms.is_empty() {
                self.looks.order(now);
            }
        }
    }

    fn look_at_next(&mut self) {
        let slot = self.schedule.next_unacknowledged();
        let Some((slot, session)) =
            slot.and_then(|slot| Some((slot, self.sessions.get_mut(slot)?)))
        else {
            return;
        };
        session.forget_acknowledged();
        if session.awaits_acknowledgement() {
            self.schedule.list_unacknowledged(slot);
        }
    }

    /// Tells the hub how far the peers of all sessions have come. Not while there is something to be
    /// written, which might not be counted yet.
    fn report_acknowledged(&mut self) {
        if self.wants_write() {
            return;
        }
        let (sessions, shared) = (&self.sessions, &self.shared);
        let listed = self.schedule.all_unacknowledged();
        let places = listed.filter_map(|slot| sessions.get(slot)?.acknowledged(shared));
        let up_to = places.min().unwrap_or(shared.newest).min(shared.newest);
        let shard = self.number;
        self.shared.outbox.push(Request {
            caller: Caller::Server,
            ticket: Ticket::default(),
            body: Body::Acknowledged { shard, up_to },
        });
    }

    /// Lets rooms forget what all members have got.
    fn forget_past(&mut self) {
        let (logs, sessions) = (&mut self.shared.rooms.logs, &self.sessions);
        self.looks.rooms.retain(|id| {
            let Some(room) = logs.get_mut(id) else {
                return false;
            };
            let awaits = |slot: usize| {
                let session = sessions.get(slot);
                session.is_some_and(|session| session.awaits_acknowledgement())
            };
            if !room.members().any(awaits) {
                room.forget_past();
            }
            room.has_past()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_due_two_seconds_behind_the_first_write_and_not_the_last() {
        let mut looks = Looks::default();
        assert_eq!(looks.deadline(), None, "nothing is on the way");
        looks.order(Monotonic(7));
        let due = Monotonic(7) + chinwag_core::Duration::from_secs(2);
        assert_eq!(looks.deadline(), Some(due));
        looks.order(Monotonic(8));
        looks.list_room(RoomId(1), Monotonic(9));
        assert_eq!(looks.deadline(), Some(due));
        looks.at = None;
        looks.list_room(RoomId(1), Monotonic(7));
        assert_eq!(looks.deadline(), Some(due), "rooms are looked at as well");
    }
}
