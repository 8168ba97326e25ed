//! PresenceBatcher: when many come or go at once, the room is told in one line instead of many.
//!
//! Without it a netsplit, a class that starts or a flood of strangers costs every member a line
//! for every other: a join would cost the more the fuller the room is. The first few within the
//! window are told as they are; the rest are counted, and told when the window ends.

use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::event::{Fact, QuitReason};
use crate::ids::RoomId;
use crate::limits::{PRESENCE_MAX, PRESENCE_TIME};
use crate::name::Name;
use crate::time::Timestamp;

/// Whether a room is told of a fact now.
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
    /// The first who was not told of.
    who: Option<Name>,
    /// The reason that all who left had so far.
    why: Option<QuitReason>,
    same_reason: bool,
}

/// The windows of all rooms where somebody came or went lately.
#[derive(Clone, Debug, Default)]
pub struct PresenceBatcher {
    rooms: HashMap<RoomId, Window>,
}

impl PresenceBatcher {
    /// Takes note of a fact that a room is to be told. Only comings and goings are ever put off.
    pub fn offer(&mut self, room: RoomId, fact: &Fact, now: Timestamp) -> Timing {
        let (name, is_leave, why) = match fact {
            Fact::Joined { name, .. } => (name, false, None),
            Fact::Left { name, .. } => (name, true, None),
            Fact::Quit(departed) => (&departed.name, true, Some(&departed.why)),
            _ => return Timing::Now,
        };
        let crowd = self.rooms.entry(room).or_insert_with(|| Window::open(now));
        let told = match is_leave {
            true => &mut crowd.leaves_told,
            false => &mut crowd.joins_told,
        };
        if *told < PRESENCE_MAX {
            *told += 1;
            return Timing::Now;
        }
        crowd.who.get_or_insert_with(|| name.clone());
        match is_leave {
            true => crowd.count_leave(why),
            false => crowd.joined += 1,
        }
        Timing::Later
    }

    /// When [`due`](Self::due) has something to do next.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.rooms.values().map(|crowd| crowd.until).min()
    }

    /// The lines that are due: one for each room whose window has ended with somebody untold.
    pub fn due(&mut self, now: Timestamp, here: impl Fn(RoomId) -> usize, facts: &mut Vec<Fact>) {
        let ended = self.rooms.extract_if(|_, crowd| crowd.until <= now);
        let mut ended: Vec<_> = ended.filter(|(_, crowd)| crowd.is_pending()).collect();
        ended.sort_unstable_by_key(|(room, _)| *room);
        for (room, crowd) in ended {
            let here = here(room) as u32;
            facts.push(crowd.tell(room, here));
            // A crowd that goes on is told once in each window, and nobody in between.
            let next = Window {
                joins_told: PRESENCE_MAX,
                leaves_told: PRESENCE_MAX,
                ..Window::open(now)
            };
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

    fn tell(self, room: RoomId, here: u32) -> Fact {
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
    fn a_crowd_that_goes_on_is_one_line_a_window() {
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
