//! Turns: the hub's events become entries of the rooms' logs, and changes of the sessions that they
//! concern.
//!
//! Order is everything here. A session that leaves does not see its own leave, so that is done before
//! the entry is appended; one that joins does not see its own join, so that is done after. What a
//! leaving session has still to be shown is written at once, since its cursor goes with it; all other
//! lines are written later, together.

use std::sync::Arc;

use chinwag_core::{ConnId, Event, Fact, Monotonic, PersonId, RoomAct, RoomId};

use super::{Shard, Turn};
use crate::hub::{Delivery, Reply};

impl Shard {
    /// Takes a turn in.
    pub(crate) fn deliver(&mut self, turn: Turn, now: Monotonic) {
        (self.shared.wall, self.shared.now) = (turn.at, now);
        let mut replies = turn.replies.into_iter().peekable();
        for delivery in &*turn.deliveries {
            let seq = delivery.event.seq;
            while let Some(reply) = replies.next_if(|reply| reply.after < seq) {
                self.reply(reply);
            }
            self.deliver_one(delivery);
        }
        for reply in replies {
            self.reply(reply);
        }
    }

    fn reply(&mut self, reply: Reply) {
        if let Some(slot) = self.find(reply.conn) {
            self.with(slot, |session, shared| session.handle_reply(reply, shared));
        }
    }

    fn deliver_one(&mut self, delivery: &Delivery) {
        let event = &delivery.event;
        self.shared.newest = event.seq;
        self.before_append(&event.fact);
        let is_silent = event.fact.is_silent();
        for &room in event.fact.rooms() {
            let is_summed = is_silent || delivery.coalesced_in.contains(&room);
            self.append(room, event, is_summed);
        }
        self.after_append(event);
        for slot in self.shared.watchers.of(event) {
            self.with(slot, |session, shared| {
                session.handle_watched(event, shared)
            });
        }
    }

    fn append(&mut self, id: RoomId, event: &Arc<Event>, is_summed: bool) {
        let Some(log) = self.shared.logs.get_mut(&id) else {
            return;
        };
        let begins_round = match is_summed {
            true => log.append_summed(event),
            false => log.append(event),
        };
        if begins_round {
            self.rounds.push_back(id);
        }
        if let Some(author) = event.fact.author()
            && let Some(session) = self
                .people
                .get(&author)
                .map(|&slot| &mut self.sessions[slot])
        {
            session.handle_own(event, id, &self.shared);
        }
    }

    fn before_append(&mut self, fact: &Fact) {
        match fact {
            Fact::RoomOpened { room, name } => {
                self.shared.room_names.insert(*room, name.clone());
            }
            Fact::RoomRenamed(renamed) => {
                let (room, name) = (renamed.room, &renamed.new);
                self.shared.room_names.insert(room, name.clone());
                if let Some(log) = self.shared.logs.get_mut(&room) {
                    log.set_name(name.clone());
                }
            }
            Fact::Tidied { closed } => closed.iter().for_each(|room| {
                self.shared.room_names.remove(room);
            }),
            Fact::Left { person, room, .. } => {
                if let Some(slot) = self.slot_of_person(*person) {
                    self.with(slot, |session, shared| session.handle_left(*room, shared));
                }
            }
            Fact::RoomRetired { room } => drop(self.shared.room_names.remove(room)),
            Fact::RoomChanged(change) => {
                if let (RoomAct::Eject { .. }, Some(person)) = (&change.act, change.target)
                    && let Some(slot) = self.slot_of_person(person)
                {
                    let room = change.room;
                    self.with(slot, |session, shared| session.handle_left(room, shared));
                }
            }
            Fact::Quit(quit) => {
                if let Some(slot) = self.people.remove(&quit.person) {
                    self.with(slot, |session, shared| session.handle_quit(quit, shared));
                }
            }
            Fact::Returned(returned) => {
                if let Some(slot) = self.find(returned.last_conn) {
                    self.people.remove(&returned.login.person);
                    self.with(slot, |session, shared| session.handle_replaced(shared));
                }
            }
            _ => {}
        }
    }

    fn after_append(&mut self, event: &Event) {
        match &event.fact {
            Fact::LoggedIn(person) => {
                self.attach(person.conn, person.person, event);
            }
            Fact::Returned(returned) => {
                let person = &returned.login;
                if let Some(slot) = self.attach(person.conn, person.person, event) {
                    for &room in &returned.rooms {
                        self.with(slot, |session, shared| session.handle_joined(room, shared));
                    }
                }
            }
            Fact::Joined { person, room, .. } => {
                if let Some(slot) = self.slot_of_person(*person) {
                    self.with(slot, |session, shared| session.handle_joined(*room, shared));
                }
            }
            Fact::Renamed(renamed) => self.tell(renamed.person, event),
            fact if fact.is_for_all() => {
                let everybody: Vec<PersonId> = self.people.keys().copied().collect();
                for person in everybody {
                    self.tell(person, event);
                }
            }
            fact => {
                for person in fact.people() {
                    self.tell(person, event);
                }
            }
        }
    }

    fn slot_of_person(&self, person: PersonId) -> Option<usize> {
        self.people.get(&person).copied()
    }

    fn tell(&mut self, person: PersonId, event: &Event) {
        if let Some(slot) = self.slot_of_person(person) {
            self.with(slot, |session, shared| session.handle_event(event, shared));
        }
    }

    /// A session of this shard has a person now.
    fn attach(&mut self, conn: ConnId, person: PersonId, event: &Event) -> Option<usize> {
        let slot = self.find(conn)?;
        self.people.insert(person, slot);
        self.with(slot, |session, shared| {
            session.handle_person(person, event, shared);
        });
        Some(slot)
    }
}
