//! Turns: the hub's events become entries of the rooms' logs, and changes of the sessions that they
//! concern.
//!
//! Everything depends on the order. A session that leaves does not see its own leave, so it is
//! removed before the entry is appended; one that joins does not see its own join, so it is added
//! after. What a leaving session has yet to see is written at once, since its cursor goes with it;
//! all other lines are written later, together.

use std::sync::Arc;

use chinwag_core::{ConnId, Event, Fact, LoggedIn, Monotonic, PersonId, RoomAct, RoomId};

use super::{Shard, ShardTurn, Shared};
use crate::hub::{Delivery, Reply};
use crate::session::Session;

impl Shard {
    /// Takes in a turn.
    pub(crate) fn deliver(&mut self, turn: ShardTurn, now: Monotonic) {
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
        self.shared.past_names.note(event);
        self.before_append(event);
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
        let Some(log) = self.shared.rooms.logs.get_mut(&id) else {
            return;
        };
        let begins_round = match is_summed {
            true => log.append_summed(event),
            false => log.append(event),
        };
        if begins_round {
            self.rounds.push_back(id);
        }
        if let Some(author) = event.fact.author() {
            for slot in self.speakers.of(author) {
                self.sessions[slot].handle_own(event, id, &self.shared);
            }
        } else if let Some(conn) = event.source.as_ref().and_then(|source| source.conn)
            && let Some(slot) = self.find(conn)
        {
            self.with(slot, |session, shared| {
                session.handle_own_doing(event, id, shared);
            });
        }
    }

    fn before_append(&mut self, event: &Event) {
        match &event.fact {
            Fact::RoomOpened { room, name } => {
                self.shared.rooms.names.insert(*room, name.clone());
            }
            Fact::RoomRenamed(renamed) => {
                let (room, name) = (renamed.room, &renamed.new);
                self.shared.rooms.names.insert(room, name.clone());
                if let Some(log) = self.shared.rooms.logs.get_mut(&room) {
                    log.set_name(name.clone());
                }
            }
            Fact::Tidied { closed } => {
                for room in closed {
                    self.shared.rooms.names.remove(room);
                }
            }
            Fact::Left { person, room, .. } => {
                self.for_sessions_of(*person, |session, shared| {
                    session.handle_left(*room, Some(event), shared);
                });
            }
            Fact::RoomRetired { room } => {
                self.shared.rooms.names.remove(room);
            }
            Fact::RoomChanged(change) => {
                if let (RoomAct::Eject { .. }, Some(person)) = (&change.act, change.target) {
                    let room = change.room;
                    self.for_sessions_of(person, |session, shared| {
                        session.handle_left(room, None, shared);
                    });
                }
            }
            Fact::Quit(quit) => {
                for slot in self.speakers.of(quit.person) {
                    self.speakers.remove(quit.person, slot);
                    self.with(slot, |session, shared| session.handle_quit(quit, shared));
                }
            }
            Fact::Detached(detached) => {
                if let Some(slot) = self.find(detached.conn) {
                    self.speakers.remove(detached.person, slot);
                    let why = detached.why.as_ref();
                    self.with(slot, |session, shared| session.handle_detached(why, shared));
                }
            }
            Fact::Returned(returned) => {
                if let Some(slot) = self.find(returned.last_conn) {
                    self.speakers.remove(returned.login.person, slot);
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
            Fact::Returned(returned) => self.attach_in(&returned.login, &returned.rooms, event),
            Fact::Attached(attached) => self.attach_in(&attached.login, &attached.rooms, event),
            Fact::Joined { person, room, .. } => {
                self.for_sessions_of(*person, |session, shared| {
                    session.handle_joined(*room, event, shared);
                });
            }
            Fact::Renamed(renamed) => self.tell(renamed.person, event),
            fact if fact.is_for_all() => {
                let everybody: Vec<PersonId> = self.speakers.people().collect();
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

    /// Lets each of a person's sessions do something.
    fn for_sessions_of(&mut self, person: PersonId, act: impl Fn(&mut Session, &mut Shared)) {
        for slot in self.speakers.of(person) {
            self.with(slot, &act);
        }
    }

    fn tell(&mut self, person: PersonId, event: &Event) {
        self.for_sessions_of(person, |session, shared| {
            session.handle_event(event, shared)
        });
    }

    /// A session of this shard gets a person who is in rooms already.
    fn attach_in(&mut self, login: &LoggedIn, rooms: &[RoomId], event: &Event) {
        if let Some(slot) = self.attach(login.conn, login.person, event) {
            for &room in rooms {
                self.with(slot, |session, shared| {
                    session.handle_joined(room, event, shared);
                });
            }
        }
    }

    /// A session of this shard has a person now.
    fn attach(&mut self, conn: ConnId, person: PersonId, event: &Event) -> Option<usize> {
        let slot = self.find(conn)?;
        self.speakers.insert(person, slot);
        self.with(slot, |session, shared| {
            session.handle_person(person, event, shared);
        });
        Some(slot)
    }
}
