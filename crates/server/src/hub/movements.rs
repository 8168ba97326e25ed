//! Joins, leaves, changes of name and acts of moderators, for the past of rooms.
//!
//! Nobody waits for these to be stored: the store gathers what the rooms are shown, and writes it
//! with the next commit, or with the hub's once-a-second work. A server that is killed loses the
//! last second of it. What is told in a summary is stored as the summary, so that a crowd costs one
//! line in each room and not one for each person.

use std::collections::VecDeque;

use chinwag_core::{Event, Fact, PresenceBatcher, RoomId, Seq, Timestamp, Timing};
use chinwag_store::SessionChanges;

use super::Hub;

/// How movements are told.
#[derive(Debug, Default)]
pub(super) struct Movements {
    presence: PresenceBatcher,
    /// The rooms that get an event later, in a summary. In the order of the events.
    summed: VecDeque<(Seq, RoomId)>,
    /// Some were not gathered, since too many wait.
    fails: bool,
}

impl Movements {
    /// When rooms have to be told how many came and went.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        self.presence.deadline()
    }

    /// The rooms that get this event, which is about to be shown, later.
    pub(super) fn take_summed(&mut self, event: Seq) -> Box<[RoomId]> {
        let mut rooms = Vec::new();
        while let Some((_, room)) = self.summed.pop_front_if(|(seq, _)| *seq <= event) {
            rooms.push(room);
        }
        rooms.into()
    }
}

impl Hub {
    /// Notes an event that has become true.
    pub(super) fn note_movement(&mut self, event: &Event) {
        if let Fact::Tidied { closed } = &event.fact {
            return self.store.forget_movements(closed);
        }
        if !event.fact.is_movement() {
            return;
        }
        for &room in event.fact.rooms() {
            let timing = self.movements.presence.offer(room, &event.fact, event.at);
            match timing {
                Timing::Now => self.gather(room, event),
                Timing::Later => self.movements.summed.push_back((event.seq, room)),
            }
        }
    }

    fn gather(&mut self, room: RoomId, event: &Event) {
        let fails = !self.store.note_movement(room, event);
        if fails && !self.movements.fails {
            tracing::warn!("who comes and goes is not stored until the database can be written");
        }
        self.movements.fails = fails;
    }

    /// Tells rooms how many came and went, if it is time.
    pub(super) fn summarize_presence(&mut self, now: Timestamp) {
        if self.movements.deadline().is_none_or(|at| at > now) {
            return;
        }
        let mut facts = Vec::new();
        let chat = &self.chat;
        let presence = &mut self.movements.presence;
        presence.due(now, |room| chat.here(room), &mut facts);
        for fact in facts {
            let event = self.number(fact, now);
            self.note_movement(&event);
        }
    }

    /// Stores the movements that follow from stored events: a reader who continues after those must
    /// not miss them. Only operators and moderators cause such events; other movements go with the
    /// next commit.
    pub(super) fn write_own_movements(&mut self) {
        if !self.store.has_movements() {
            return;
        }
        let changes = SessionChanges {
            movements: true,
            ..SessionChanges::default()
        };
        if let Err(error) = self.store.change_sessions(&changes) {
            tracing::warn!("cannot store who comes and goes: {error}");
        }
    }
}
