//! What others did to people whose link was lost, to their accounts, and in their rooms: a resumed session sees it, in
//! its place among what it missed, as it would have been live.
//!
//! The acts in a room are kept for as long as a session can be resumed, even if no link is known to
//! be lost: an act that was in flight when a link broke must be shown too. The store has topics and
//! announcements.

use std::sync::Arc;

use chinwag_core::{
    AccountChange, Client, Event, Fact, ModAction, PersonId, RoomAct, RoomId, Seq, Timestamp,
};
use chinwag_feed::PlacedLines;
use hashbrown::HashMap;

use super::Hub;

/// The most acts kept for one person, or of one room; the oldest are forgotten.
const DEEDS_MAX: usize = 64;

/// The most rooms, and likewise people, with acts. It stops people who create rooms to fill the
/// memory.
const LISTS_MAX: usize = 4_096;

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Deeds {
    of_people: HashMap<PersonId, Vec<Arc<Event>>>,
    in_rooms: HashMap<RoomId, Vec<Arc<Event>>>,
}

impl Deeds {
    /// Whether it is an act that they keep.
    pub(super) fn keeps(fact: &Fact) -> bool {
        match fact {
            Fact::Moderated(entry) => !matches!(entry.act, ModAction::Announce(_)),
            Fact::RoomChanged(change) => !matches!(change.act, RoomAct::Listed { .. }),
            Fact::RoomRenamed(_) => true,
            Fact::Deleted(deletion) => !deletion.is_signal,
            // Another connection of the account, or somebody else, has changed it.
            Fact::AccountChanged(changed) => {
                !matches!(changed.change, AccountChange::Claimed { .. })
            }
            Fact::AccountSet(_) => true,
            _ => false,
        }
    }

    /// The rooms whose people are shown it.
    fn rooms_of(fact: &Fact) -> &[RoomId] {
        match fact.is_silent() {
            true => &[],
            false => fact.rooms(),
        }
    }

    /// Notes an event. It is kept for the people that `is_lost` picks.
    pub(super) fn note(&mut self, event: &Arc<Event>, is_lost: impl Fn(PersonId) -> bool) {
        if !Self::keeps(&event.fact) {
            return;
        }
        for person in event.fact.people().filter(|person| is_lost(*person)) {
            put(&mut self.of_people, person, event);
        }
        for &room in Self::rooms_of(&event.fact) {
            put(&mut self.in_rooms, room, event);
        }
    }

    /// Takes out what a person with these rooms missed, in no particular order.
    pub(super) fn take(
        &mut self,
        person: PersonId,
        rooms: &[RoomId],
    ) -> impl Iterator<Item = Arc<Event>> {
        let own = self.of_people.remove(&person).unwrap_or_default();
        let is_own = |event: &&Arc<Event>| own.iter().any(|other| other.seq == event.seq);
        let in_rooms = rooms.iter().filter_map(|room| self.in_rooms.get(room));
        let in_rooms = in_rooms.flatten().filter(|event| !is_own(event));
        let in_rooms: Vec<Arc<Event>> = in_rooms.cloned().collect();
        own.into_iter().chain(in_rooms)
    }

    /// The same, in order, left in place for another time.
    fn of(&self, person: PersonId, rooms: &[(RoomId, Seq)]) -> Vec<Arc<Event>> {
        let own = self.of_people.get(&person).into_iter().flatten();
        let in_rooms = rooms.iter().flat_map(|(room, seen)| {
            let deeds = self.in_rooms.get(room).into_iter().flatten();
            deeds.filter(|event| event.is_news_after(*seen))
        });
        let mut all: Vec<Arc<Event>> = own.chain(in_rooms).cloned().collect();
        all.sort_by_key(|event| event.seq);
        all.dedup_by_key(|event| event.seq);
        all
    }

    /// Forgets the acts kept for a session that can no longer be resumed.
    pub(super) fn forget(&mut self, person: PersonId) {
        self.of_people.remove(&person);
    }

    /// Forgets acts that nobody who may come back can have missed.
    pub(super) fn expire(&mut self, before: Timestamp) {
        self.in_rooms.retain(|_, deeds| {
            deeds.retain(|event| event.at >= before);
            !deeds.is_empty()
        });
    }
}

impl Hub {
    /// What was done in a room is told to people whose link was lost there, after a restart too. That a message was
    /// deleted may be forgotten: it is gone, and everybody may delete what they said.
    pub(super) fn note_deeds(&mut self, fact: &Fact) {
        if !Deeds::keeps(fact) || matches!(fact, Fact::Deleted(_)) {
            return;
        }
        for &room in Deeds::rooms_of(fact) {
            for person in self.chat.absent_from(room) {
                self.survivors.handle_change(person);
            }
        }
    }

    /// What was done to a person and in their rooms, each with its place, as lines that outlive the
    /// process.
    pub(super) fn deeds_told(
        &self,
        person: PersonId,
        client: Client,
        rooms: &[(RoomId, Seq)],
    ) -> Vec<PlacedLines> {
        let deeds = self.lost.deeds.of(person, rooms);
        let told = deeds.iter().map(|event| {
            let is_own = |room: &&RoomId| rooms.iter().any(|(own, _)| own == *room);
            let room = event.fact.rooms().iter().find(is_own);
            let room = room.and_then(|room| self.chat.room_name(*room));
            let reader = (client, self.lost.saved(person));
            let lines = self.defaults.deed(reader, (event, person), room, event.at);
            (event.seq, lines.into_boxed_slice())
        });
        told.filter(|(_, lines)| !lines.is_empty()).collect()
    }
}

/// Adds an event to a list, if there is space.
fn put<K: Copy + Eq + std::hash::Hash>(
    lists: &mut HashMap<K, Vec<Arc<Event>>>,
    key: K,
    event: &Arc<Event>,
) {
    if lists.len() >= LISTS_MAX && !lists.contains_key(&key) {
        return;
    }
    let list = lists.entry(key).or_default();
    if list.len() == DEEDS_MAX {
        list.remove(0);
    }
    list.push(event.clone());
}

#[cfg(test)]
mod tests {
    use chinwag_core::{Deletion, Name, RoomChange, RoomName, Seq};

    use super::*;

    fn deletion(seq: u64, room: u32) -> Arc<Event> {
        Arc::new(Event {
            seq: Seq(seq),
            at: Timestamp(seq as i64),
            fact: Fact::Deleted(Box::new(Deletion {
                room: RoomId(room),
                message: Seq(1),
                by: Name::parse("ann").expect("a name"),
                why: None,
                is_signal: false,
            })),
            source: None,
        })
    }

    #[test]
    fn the_oldest_are_forgotten_by_number_and_by_time() {
        let mut deeds = Deeds::default();
        let all = 100 + DEEDS_MAX as u64;
        for seq in 1..=all {
            deeds.note(&deletion(seq, (seq % 2) as u32), |_| false);
        }
        let mut kept = |rooms: &[RoomId]| {
            let kept = deeds.take(PersonId(1), rooms);
            let mut kept: Vec<u64> = kept.map(|event| event.seq.0).collect();
            kept.sort_unstable();
            (kept.len(), kept.first().copied())
        };
        assert_eq!(
            kept(&[RoomId(1)]),
            (DEEDS_MAX, Some(all + 1 - 2 * DEEDS_MAX as u64))
        );
        assert_eq!(kept(&[RoomId(0), RoomId(1)]).0, 2 * DEEDS_MAX);
        deeds.expire(Timestamp(all as i64));
        let rooms = [RoomId(0), RoomId(1)];
        assert_eq!(deeds.take(PersonId(1), &rooms).count(), 1);
        deeds.expire(Timestamp(all as i64 + 1));
        assert!(deeds.in_rooms.is_empty());
    }

    /// An act of a room that one person is told of in private besides.
    fn settled(seq: u64, room: u32, told: u64) -> Arc<Event> {
        let by = Name::parse("ann").expect("a name");
        let name = RoomName::parse("dev").expect("a name");
        let act = RoomAct::Set(Box::new([]));
        let change = RoomChange {
            told: Some(PersonId(told)),
            ..RoomChange::new(by, RoomId(room), name, act)
        };
        Arc::new(Event {
            fact: Fact::RoomChanged(Box::new(change)),
            ..(*deletion(seq, room)).clone()
        })
    }

    #[test]
    fn what_is_told_another_time_is_in_order_and_once_and_was_not_seen() {
        let mut deeds = Deeds::default();
        for seq in 1..=3 {
            deeds.note(&deletion(seq, 1), |_| true);
        }
        deeds.note(&settled(4, 2, 1), |_| true);
        deeds.note(&deletion(5, 1), |_| true);
        deeds.note(&settled(6, 3, 1), |person| person == PersonId(9));
        let told = |deeds: &Deeds, person, rooms: &[(RoomId, Seq)]| {
            let of = deeds.of(PersonId(person), rooms);
            of.iter().map(|event| event.seq.0).collect::<Vec<_>>()
        };
        let rooms = [(RoomId(1), Seq(2)), (RoomId(2), Seq(0))];
        assert_eq!(told(&deeds, 1, &rooms), [3, 4, 5]);
        assert_eq!(told(&deeds, 1, &[]), [4]);
        assert_eq!(told(&deeds, 2, &rooms[..1]), [3, 5]);
        deeds.forget(PersonId(1));
        assert_eq!(told(&deeds, 1, &[]), [0; 0]);
    }
}
