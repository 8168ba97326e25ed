//! Looks at what peers have acknowledged, when the shard has become quiet, and four times a second
//! while it has not: sessions and rooms keep what they have written until then, and forget it here.
//!
//! A look goes through the sessions that were written to, some at a time, so that it holds up
//! nobody; then through the rooms, which forget their past when no member waits any more.

use std::collections::HashSet;

use chinwag_core::{Caller, Monotonic, PersonId, RoomId, Seq};

use super::Shard;
use super::schedule::List;
use crate::hub::{Body, Request, Ticket};
use crate::limits::{
    ACKNOWLEDGE_BATCH, ACKNOWLEDGE_QUIET, ACKNOWLEDGE_STALLED, ACKNOWLEDGE_TIME, BEHIND_MAX,
};

/// The looks of one shard.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// The latest time of the next one.
    at: Option<Monotonic>,
    /// When it is due if nothing more is written.
    quiet_at: Option<Monotonic>,
    /// How many sessions are left in this one.
    left: usize,
    /// Rooms that keep a past.
    rooms: HashSet<RoomId>,
    /// The newest event at some time in the last seconds, and the time.
    recent: Option<(Monotonic, Seq)>,
    /// The newest event of at least two seconds ago.
    old: Seq,
}

impl Looks {
    /// When there is something to do.
    pub(super) fn deadline(&self) -> Option<Monotonic> {
        [self.at, self.quiet_at].into_iter().flatten().min()
    }

    /// A room has had something written.
    pub(super) fn list_room(&mut self, room: RoomId, now: Monotonic) {
        self.rooms.insert(room);
        self.order(now);
    }

    /// Something was written.
    pub(super) fn order(&mut self, now: Monotonic) {
        let latest = now + ACKNOWLEDGE_TIME;
        self.at = Some(self.at.map_or(latest, |at| at.min(latest)));
        self.quiet_at = Some(now + ACKNOWLEDGE_QUIET);
    }

    /// Begins a look, or continues one, which goes on whatever is written meanwhile.
    fn begin(&mut self, now: Monotonic, sessions: usize) {
        if self.left == 0 {
            (self.at, self.quiet_at) = (Some(now), None);
            self.left = sessions;
        }
    }

    /// The newest event of some time ago, given the newest of now. A peer that does not have it is
    /// far behind.
    fn old(&mut self, now: Monotonic, newest: Seq) -> Seq {
        if let Some((at, recent)) = self.recent
            && now >= at + ACKNOWLEDGE_STALLED
        {
            (self.recent, self.old) = (None, recent);
        }
        self.recent.get_or_insert((now, newest));
        self.old
    }

    /// Ends a look. Peers that have not acknowledged everything have no reason to hurry.
    fn end(&mut self, now: Monotonic, is_all: bool) {
        self.at = if self.quiet_at.is_some() {
            Some(now + ACKNOWLEDGE_TIME)
        } else {
            (!is_all).then(|| now + ACKNOWLEDGE_STALLED)
        };
    }
}

impl Shard {
    /// Notes a session that keeps what was written to it.
    pub(super) fn list_unacknowledged(&mut self, slot: usize) {
        self.schedule.add(List::Unacknowledged, slot);
        self.looks.order(self.shared.now);
    }

    /// Continues a look that is due.
    pub(super) fn look_at_acknowledged(&mut self, now: Monotonic) {
        if self.looks.deadline().is_none_or(|due| now < due) {
            return;
        }
        let listed = self.schedule.listed(List::Unacknowledged);
        self.looks.begin(now, listed.len());
        let batch = self.looks.left.min(ACKNOWLEDGE_BATCH);
        self.looks.left -= batch;
        for _ in 0..batch {
            self.look_at_next();
        }
        if self.looks.left == 0 {
            self.forget_past();
            self.report_acknowledged(now);
            let listed = self.schedule.listed(List::Unacknowledged);
            let is_all = listed.is_empty() && self.looks.rooms.is_empty();
            self.looks.end(now, is_all);
        }
    }

    fn look_at_next(&mut self) {
        let slot = self.schedule.pop(List::Unacknowledged);
        let Some((slot, session)) =
            slot.and_then(|slot| Some((slot, self.sessions.get_mut(slot)?)))
        else {
            return;
        };
        session.forget_acknowledged();
        if session.awaits_acknowledgement() {
            self.schedule.add(List::Unacknowledged, slot);
        }
    }

    /// Tells the hub how far the peers of all sessions have come. Not while there is something to
    /// write, which might not be counted yet. Reports a few that are far behind by themselves, so
    /// that they do not hold back the others.
    fn report_acknowledged(&mut self, now: Monotonic) {
        if self.wants_write() {
            return;
        }
        let (sessions, shared) = (&self.sessions, &self.shared);
        let listed = self.schedule.listed(List::Unacknowledged).iter().copied();
        let places = listed.filter_map(|slot| sessions.get(slot)?.acknowledged(shared));
        let old = self.looks.old(now, shared.newest);
        let (behind, up_to) = far_behind(places.collect(), old);
        let body = Body::Acknowledged {
            shard: self.number,
            up_to: up_to.map_or(shared.newest, |up_to| up_to.min(shared.newest)),
            behind: behind.into(),
        };
        self.shared.outbox.push(Request {
            caller: Caller::Server,
            ticket: Ticket::default(),
            body,
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

/// The people with the oldest places, of those before `old`, and the oldest place of all others.
fn far_behind(mut places: Vec<(PersonId, Seq)>, old: Seq) -> (Vec<(PersonId, Seq)>, Option<Seq>) {
    let place = |(_, place): &(PersonId, Seq)| *place;
    // Many sessions are listed, and few are far behind: only these need an order.
    if places.len() > BEHIND_MAX {
        places.select_nth_unstable_by_key(BEHIND_MAX, place);
    }
    let oldest = places.len().min(BEHIND_MAX);
    places[..oldest].sort_unstable_by_key(place);
    let behind = places[..oldest].partition_point(|(_, place)| *place < old);
    let rest = places.split_off(behind);
    (places, rest.iter().map(place).min())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_new_two_seconds_ago_is_old() {
        let at = |ms| Monotonic(0) + chinwag_core::Duration::from_millis(ms);
        let mut looks = Looks::default();
        let mut old = |ms, newest| looks.old(at(ms), Seq(newest)).0;
        assert_eq!((old(0, 5), old(250, 6), old(1999, 7)), (0, 0, 0));
        assert_eq!((old(2000, 8), old(3999, 9), old(4000, 10)), (5, 5, 8));
    }

    #[test]
    fn the_oldest_places_are_reported_by_themselves() {
        let places = |all: &[u64]| all.iter().map(|&at| (PersonId(at), Seq(at))).collect();
        let far = |all: &[u64], old| {
            let (behind, rest) = far_behind(places(all), Seq(old));
            let behind: Vec<u64> = behind.iter().map(|(_, place)| place.0).collect();
            (behind, rest.map(|place| place.0))
        };
        assert_eq!(far(&[], 9), (vec![], None));
        assert_eq!(far(&[7, 3, 9, 5], 6), (vec![3, 5], Some(7)));
        assert_eq!(far(&[7, 3], 3), (vec![], Some(3)));
        let most = BEHIND_MAX as u64;
        let all: Vec<u64> = (0..most + 3).rev().collect();
        let oldest: Vec<u64> = (0..most).collect();
        assert_eq!(far(&oldest, most), (oldest.clone(), None));
        assert_eq!(
            far(&all, most + 2),
            (oldest, Some(most)),
            "no more than that"
        );
    }

    #[test]
    fn a_look_is_due_when_it_is_quiet_and_a_quarter_of_a_second_behind_the_first_write() {
        let at = |ms| Monotonic(0) + chinwag_core::Duration::from_millis(ms);
        let mut looks = Looks::default();
        assert_eq!(looks.deadline(), None, "nothing is on the way");
        looks.order(at(0));
        assert_eq!(looks.deadline(), Some(at(100)));
        looks.list_room(RoomId(1), at(90));
        assert_eq!(looks.deadline(), Some(at(190)), "a room was written to");
        looks.order(at(180));
        assert_eq!(looks.deadline(), Some(at(250)), "it is never quiet");
        looks.begin(at(251), 70);
        looks.order(at(252));
        assert_eq!(looks.deadline(), Some(at(251)), "it goes on");
        looks.end(at(253), true);
        assert_eq!(looks.deadline(), Some(at(352)), "for what came meanwhile");
        looks.left = 0;
        looks.begin(at(352), 1);
        looks.end(at(353), false);
        assert_eq!(
            looks.deadline(),
            Some(at(2353)),
            "a peer acknowledges nothing"
        );
        looks.order(at(400));
        assert_eq!(looks.deadline(), Some(at(500)));
        looks.order(at(490));
        looks.order(at(580));
        assert_eq!(looks.deadline(), Some(at(650)), "others are written to");
        looks.left = 0;
        looks.begin(at(650), 1);
        looks.end(at(651), true);
        assert_eq!(looks.deadline(), None);
    }
}
