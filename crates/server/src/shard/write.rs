//! Writing, in slices: a room of ten thousand takes fifty milliseconds, and nobody in another room
//! should wait for that.
//!
//! Each room with news has a round, in which it is offered to every member once. A slice continues
//! the rounds in turn until its time is up; then the shard looks at its sockets and messages, and
//! comes back. Appends, joins and leaves may come between two slices (see
//! [`RoomLog::poll_member`](chinwag_feed::RoomLog::poll_member)).

use chinwag_core::RoomId;

use super::Shard;
use super::schedule::List;

/// Members to write to before checking the time: some 100 us.
const MEMBERS_PER_LOOK: usize = 16;

impl Shard {
    /// Whether there is something to write.
    pub(crate) fn wants_write(&self) -> bool {
        !self.rounds.is_empty() || !self.schedule.listed(List::Write).is_empty()
    }

    /// Writes until everything is written or `is_up` says that the time is up.
    pub(crate) fn write(&mut self, mut is_up: impl FnMut() -> bool) {
        self.write_listed();
        while let Some(room) = self.rounds.pop_front() {
            if !self.write_members(room) {
                self.rounds.push_back(room);
            }
            if is_up() {
                return;
            }
        }
        self.write_listed();
        self.shared.rooms.files.clear();
    }

    /// Offers a room's news to some members. Returns whether the round is over.
    fn write_members(&mut self, room: RoomId) -> bool {
        for _ in 0..MEMBERS_PER_LOOK {
            let Some(log) = self.shared.rooms.logs.get_mut(&room) else {
                return true;
            };
            match log.poll_member() {
                Some(slot) => self.write_room(slot, room),
                None => {
                    self.looks.list_room(room, self.shared.now);
                    return true;
                }
            }
        }
        false
    }

    fn write_room(&mut self, slot: usize, room: RoomId) {
        let Some(session) = self.sessions.get_mut(slot) else {
            return;
        };
        session.poll_room(room, &mut self.shared);
        let awaits = session.awaits_acknowledgement();
        // A session that took everything wants nothing more.
        if !session.is_idle() {
            self.reschedule(slot);
        } else if awaits {
            self.list_unacknowledged(slot);
        }
    }

    /// Writes to the sessions that have lines of their own.
    pub(super) fn write_listed(&mut self) {
        for slot in self.schedule.take(List::Write) {
            self.with(slot, |session, shared| session.poll_write(shared));
        }
    }
}
