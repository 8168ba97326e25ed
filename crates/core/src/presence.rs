//! Batching of joins and leaves: when many people come or go at once, the room gets one line.
//!
//! Otherwise a netsplit, a class that starts or a flood of strangers costs every member a line for
//! every other, and a join costs more the fuller the room is. The first few within a window are
//! told one by one; the rest are counted, and told when the window ends.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::event::{Fact, QuitReason};
use crate::ids::RoomId;
use crate::limits::{PRESENCE_MAX, PRESENCE_TIME};
use crate::name::Name;
use crate::time::Timestamp;

/// When a room is told of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Now, as it is.
    Now,
    /// Later, within the number that [`PresenceBatcher::due`] gives.
    Later,
}

/// One room's window.
#[derive(Clone, Debug)]
struct Window {
    until: Timestamp,
    joins_told: u32,
    leaves_told: u32,
    joined: u32,
    left: u32,
    /// The first person whose coming or going was held back.
    who: Option<Name>,
    /// The first reason for leaving; all were the same if `same_reason`.
    why: Option<QuitReason>,
    same_reason: bool,
}

/// The windows of all rooms that had a join or a leave lately.
#[derive(Clone, Debug, Default)]
pub struct PresenceBatcher {
    rooms: HashMap<RoomId, Window>,
    /// The windows by the time at which they end. If the clock is set back, later windows end
    /// before earlier ones, so a queue would not do.
    ends: BTreeSet<(Timestamp, RoomId)>,
}

impl PresenceBatcher {
    /// Takes in a fact about a room. Only joins and leaves are ever held back.
    pub fn offer(&mut self, room: RoomId, fact: &Fact, now: Timestamp) -> Timing {
        let (name, is_leave, why) = match fact {
            Fact::Joined { name, .. } => (name, false, None),
            Fact::Left { name, .. } => (name, true, None),
            Fact::Quit(quit) => (&quit.name, true, Some(&quit.why)),
            _ => return Timing::Now,
        };
        let window = self.rooms.entry(room).or_insert_with(|| {
            let window = Window::open(now);
            self.ends.insert((window.until, room));
            window
        });
        let told = match is_leave {
            true => &mut window.leaves_told,
            false => &mut window.joins_told,
        };
        if *told < PRESENCE_MAX {
            *told += 1;
            return Timing::Now;
        }
        window.who.get_or_insert_with(|| name.clone());
        match is_leave {
            true => window.count_leave(why),
            false => window.joined += 1,
        }
        Timing::Later
    }

    /// When [`due`](Self::due) has something to do next.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.ends.first().map(|(until, _)| *until)
    }

    /// The lines that are due: one for each room whose window has ended and held joins or leaves
    /// back.
    pub fn due(&mut self, now: Timestamp, here: impl Fn(RoomId) -> usize, facts: &mut Vec<Fact>) {
        while let Some(&(until, room)) = self.ends.first()
            && until <= now
        {
            self.ends.remove(&(until, room));
            let window = self.rooms.remove(&room);
            let Some(window) = window.filter(Window::is_pending) else {
                continue;
            };
            facts.push(window.summary(room, here(room) as u32));
            // While this goes on, the room gets one line for each window and none in between.
            let next = Window {
                joins_told: PRESENCE_MAX,
                leaves_told: PRESENCE_MAX,
                ..Window::open(now)
            };
            self.ends.insert((next.until, room));
            self.rooms.insert(room, next);
        }
    }
}

impl Window {
    fn open(now: Timestamp) -> Self {
        Self {
            until: now + PRESENCE_TIME,
            joins_told: 0,
            leaves_told: 0,
            joined: 0,
            left: 0,
            who: None,
            why: None,
            same_reason: true,
        }
    }

    fn is_pending(&self) -> bool {
        self.joined + self.left > 0
    }

    fn count_leave(&mut self, why: Option<&QuitReason>) {
        if self.left == 0 {
            self.why = why.cloned();
        }
        self.same_reason &= self.why.as_ref() == why;
        self.left += 1;
    }

    fn summary(self, room: RoomId, here: u32) -> Fact {
        Fact::PresenceSummary {
            room,
            joined: self.joined,
            left: self.left,
            who: self.who.filter(|_| self.joined + self.left == 1),
            why: self.why.filter(|_| self.same_reason),
            here,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PersonId;
    use std::vec;

    const ROOM: RoomId = RoomId(1);

    fn joined() -> Fact {
        Fact::Joined {
            person: PersonId(1),
            name: Name::parse("ann").expect("a name"),
            room: ROOM,
            here: 1,
        }
    }

    #[test]
    fn the_first_are_told_and_the_rest_counted() {
        let mut presence = PresenceBatcher::default();
        let start = Timestamp(0);
        let told = (0..10).map(|_| presence.offer(ROOM, &joined(), start));
        assert_eq!(told.filter(|t| *t == Timing::Now).count(), 8);
        let mut facts = vec![];
        presence.due(start + PRESENCE_TIME, |_| 10, &mut facts);
        let Some(Fact::PresenceSummary {
            joined, left, here, ..
        }) = facts.first()
        else {
            panic!("{facts:?}");
        };
        assert_eq!((*joined, *left, *here), (2, 0, 10));
    }

    #[test]
    fn a_quiet_room_is_forgotten_and_then_told_again() {
        let mut presence = PresenceBatcher::default();
        let mut now = Timestamp(0);
        for _ in 0..20 {
            assert_eq!(presence.offer(ROOM, &joined(), now), Timing::Now);
            now = now + PRESENCE_TIME;
            let mut facts = vec![];
            presence.due(now, |_| 1, &mut facts);
            assert!(facts.is_empty() && presence.deadline().is_none());
        }
    }

    #[test]
    fn a_clock_set_back_leaves_no_window_open() {
        let mut presence = PresenceBatcher::default();
        let late = Timestamp(100_000);
        presence.offer(ROOM, &joined(), late);
        presence.offer(RoomId(2), &joined(), Timestamp(0));
        assert_eq!(presence.deadline(), Some(Timestamp(0) + PRESENCE_TIME));
        presence.due(Timestamp(0) + PRESENCE_TIME, |_| 1, &mut vec![]);
        assert_eq!(presence.deadline(), Some(late + PRESENCE_TIME));
        presence.due(late + PRESENCE_TIME, |_| 1, &mut vec![]);
        assert!(presence.deadline().is_none() && presence.rooms.is_empty());
    }

    #[test]
    fn a_flood_that_goes_on_is_one_line_a_window() {
        let mut presence = PresenceBatcher::default();
        let mut now = Timestamp(0);
        let mut lines = 0;
        for _ in 0..100 {
            let told = (0..10).map(|_| presence.offer(ROOM, &joined(), now));
            lines += told.filter(|told| *told == Timing::Now).count() as u32;
            now = now + crate::Duration::from_secs(1);
            let mut facts = vec![];
            presence.due(now, |_| 1, &mut facts);
            lines += facts.len() as u32;
        }
        assert!(lines <= PRESENCE_MAX + 100 / 5, "{lines}");
    }
}
