//! What a person finds again: rooms that have gone while its link was lost, and, at a new visit of a
//! registered name, the settings, rooms and ignores of the last. Only with the password: a name that is
//! registered lets nobody in without it.

use std::sync::Arc;

use chinwag_core::{
    Command, Env, Event, Fact, LOBBY, Name, PersonId, RoomName, RoomRef, Timestamp,
};
use chinwag_wire::dialect::Saved;

use super::record::Record;
use super::{Hub, name_of_new};

impl Hub {
    /// Lets a person who has its session back enter the rooms again that have gone meanwhile.
    pub(super) fn rejoin(&mut self, person: PersonId, now: Timestamp) {
        for room in self.survivors.rejoin.remove(&person).unwrap_or_default() {
            self.act_for(person, Command::Join(room), now);
        }
    }

    /// Gives an account, at a new visit, what it had set at the last.
    pub(super) fn restore_profile(&mut self, person: PersonId, now: Timestamp) {
        let Some(session) = self.chat.kept_session(person) else {
            return;
        };
        let Some(text) = session.account.and_then(|account| self.profile(&account)) else {
            return;
        };
        let record = Record::parse(&text, session.name, None);
        for name in record.session.ignores {
            self.act_for(person, Command::Ignore { name, on: true }, now);
        }
        let stays = record
            .rooms
            .iter()
            .any(|(room, _)| *room == RoomName::lobby());
        // Who is nowhere else is in the lobby only because its client shows some room.
        let is_nowhere = record.rooms.len() == usize::from(stays);
        if !is_nowhere || session.needs_room {
            for (room, _) in &record.rooms {
                self.act_for(person, Command::Join(room.clone()), now);
            }
        }
        if !stays && !record.rooms.is_empty() {
            let lobby = Command::Leave {
                room: RoomRef::Id(LOBBY),
                why: None,
            };
            self.act_for(person, lobby, now);
        }
        let current = record.current.as_ref();
        let current = current.and_then(|name| self.chat.room_called(name));
        if let Some(settings) = record.settings {
            let saved = Saved::from_text(&settings).with_current(current);
            self.lost.restore_saved(person, saved);
        }
    }

    /// What an account finds again at its next visit. A client that has no settings leaves those alone
    /// that another has made.
    pub(super) fn profile_of(
        &mut self,
        person: PersonId,
        record: &Record,
    ) -> Option<(Name, String)> {
        let account = record.session.account.clone()?;
        if !self.lost.is_owner(person) {
            return None;
        }
        if record.settings.is_some() {
            return Some((account, record.profile()));
        }
        let before = self.profile(&account).unwrap_or_default();
        let before = Record::parse(&before, account.clone(), None);
        let record = Record {
            settings: before.settings,
            ..record.clone()
        };
        Some((account, record.profile()))
    }

    /// What an account has set, written or not.
    fn profile(&mut self, name: &Name) -> Option<String> {
        let waiting = self.survivors.profiles.iter().rev();
        let mut waiting = waiting.filter(|(other, _)| other.same_as(name));
        if let Some((_, text)) = waiting.next() {
            return Some(text.clone());
        }
        self.store.profile(name).unwrap_or_else(|error| {
            tracing::warn!("cannot read what {name} has set: {error}");
            None
        })
    }

    /// Does something that a person did before. What cannot be is left.
    fn act_for(&mut self, person: PersonId, command: Command, now: Timestamp) {
        let Some(caller) = self.chat.caller(person) else {
            return;
        };
        let mut facts = Vec::new();
        let mut env = Env {
            now,
            roll: &mut self.rng,
        };
        let decided = self.chat.decide(caller, command, &mut env, &mut facts);
        if decided.is_err() {
            return;
        }
        let start = self.turn.events.len();
        for mut fact in facts {
            if let Fact::IgnoreSet { since_before, .. } = &mut fact {
                *since_before = true;
            }
            self.number(fact, now);
        }
        let events = self.turn.events[start..].to_vec();
        // A room that has gone is made again, and has an owner.
        if events.iter().any(|event| event.fact.is_durable()) && !self.save_now(&events) {
            self.turn.events.truncate(start);
            return;
        }
        events.iter().for_each(|event| self.apply(event));
    }

    /// Saves those of some events that must last.
    fn save_now(&mut self, events: &[Arc<Event>]) -> bool {
        let durable = events.iter().filter(|event| event.fact.is_durable());
        let durable: Vec<Arc<Event>> = durable.cloned().collect();
        let all: Vec<&Event> = events.iter().map(|event| &**event).collect();
        let saved = self.store.commit(&durable, &|room| {
            let known = self.chat.room_name(room).cloned();
            known.or_else(|| name_of_new(room, &all))
        });
        self.note_saving(saved.as_ref().err());
        saved.is_ok()
    }
}
