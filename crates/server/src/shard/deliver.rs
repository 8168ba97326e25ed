//! Turns: what the hub has decided becomes lines on tapes, and changes of the sessions concerned.

use std::sync::Arc;

use chinwag_core::{
    AuditEntry, ConnId, Event, Fact, LoggedIn, ModAction, PersonId, Returned, RoomId, Timestamp,
};

use super::session::{Member, Stage};
use super::tape::Room;
use super::{Shard, shard_of};
use crate::hub::{Delivery, Reply};
use chinwag_core::Monotonic;

impl Shard {
    /// Takes a turn in. Nothing is written before [`flush_all`](Self::flush_all).
    pub(crate) fn deliver(
        &mut self,
        deliveries: &[Delivery],
        replies: Vec<Reply>,
        (wall, now): (Timestamp, Monotonic),
    ) {
        (self.wall, self.now) = (wall, now);
        let mut replies = replies.into_iter().peekable();
        for delivery in deliveries {
            let seq = delivery.event.seq;
            while let Some(reply) = replies.next_if(|reply| reply.after < seq) {
                self.on_reply(reply);
            }
            self.on_happening(delivery);
        }
        replies.for_each(|reply| self.on_reply(reply));
        self.resume_relieved();
    }

    fn on_happening(&mut self, delivery: &Delivery) {
        let event = &delivery.event;
        self.newest = event.seq;
        self.before_telling(&event.fact);
        for &room in event.fact.rooms() {
            if !delivery.later.contains(&room) {
                self.append(room, event);
            }
        }
        if event.fact.is_for_all() {
            self.tell_all(event);
        } else {
            self.tell_people(event);
        }
        self.after_telling(event);
    }

    fn append(&mut self, id: RoomId, event: &Arc<Event>) {
        if let Some(room) = self.rooms.get_mut(&id) {
            room.append(event);
            if !room.rung {
                room.rung = true;
                self.rung.push(id);
            }
        }
    }

    fn tell_people(&mut self, event: &Event) {
        for person in event.fact.people() {
            if let Some(&slot) = self.people.get(&person) {
                let mut renderer = self.renderer(slot);
                let bell = self.sessions[slot].prefs.bell;
                self.tell(slot, |out| {
                    renderer.private_line(out, event, person);
                    if bell && matches!(&event.fact, Fact::PrivateMessage(message) if message.to == person) {
                        out.push(super::flush::BELL);
                    }
                });
            }
        }
    }

    fn tell_all(&mut self, event: &Event) {
        let everybody: Vec<(PersonId, usize)> = self
            .people
            .iter()
            .map(|(person, slot)| (*person, *slot))
            .collect();
        for (person, slot) in everybody {
            let mut renderer = self.renderer(slot);
            self.tell(slot, |out| renderer.private_line(out, event, person));
        }
    }

    /// What has to be so before the rooms are told: whoever leaves does not see itself leave.
    fn before_telling(&mut self, fact: &Fact) {
        match fact {
            Fact::RoomOpened { room, name } => {
                self.room_names.insert(*room, name.clone());
            }
            Fact::Tidied { closed } => closed.iter().for_each(|room| {
                self.room_names.remove(room);
            }),
            Fact::Left { person, room, .. } => {
                if let Some(&slot) = self.people.get(person) {
                    self.leave(slot, *room);
                }
            }
            Fact::Quit(departed) => {
                if let Some(&slot) = self.people.get(&departed.person) {
                    self.departed(slot, &departed.why);
                }
            }
            Fact::Returned(returned) => {
                if let Some(slot) = returned.replaces.and_then(|conn| self.slot_of(conn)) {
                    self.taken_up(slot);
                }
            }
            _ => {}
        }
    }

    /// What follows from the event for the sessions concerned.
    fn after_telling(&mut self, event: &Event) {
        match &event.fact {
            Fact::LoggedIn(arrived) => {
                self.seat(arrived);
            }
            Fact::Returned(returned) => self.seat_again(returned),
            Fact::Joined { person, room, .. } => {
                if let Some(&slot) = self.people.get(person) {
                    self.enter(slot, *room);
                    self.talk_in(slot, *room);
                }
            }
            Fact::Switched { person, room }
            | Fact::Left {
                person,
                current: room,
                ..
            } => {
                if let Some(&slot) = self.people.get(person) {
                    self.talk_in(slot, *room);
                }
            }
            Fact::Said { person, room, .. } => self.was_said(event, *person, *room),
            Fact::Renamed(renamed) => self.with(renamed.person, |session| {
                session.name = Some(renamed.new.clone());
                session.operator = renamed.operator;
            }),
            Fact::IgnoreSet { person, name, on } => self.with(*person, |session| {
                session.ignores.retain(|ignored| !ignored.same_as(name));
                session.ignores.extend(on.then(|| name.clone()));
            }),
            Fact::PrefsSet { person, prefs } => {
                self.with(*person, |session| session.prefs = prefs.clone());
                if let Some(&slot) = self.people.get(person) {
                    self.restyle(slot);
                }
            }
            Fact::Moderated(audit_entry) => self.after_deed(audit_entry),
            _ => {}
        }
    }

    fn after_deed(&mut self, audit_entry: &AuditEntry) {
        let operator = match audit_entry.act {
            ModAction::Op { .. } => true,
            ModAction::Deop { .. } => false,
            _ => return,
        };
        if let Some(target) = audit_entry.target {
            self.with(target, |session| session.operator = operator);
        }
    }

    fn with(&mut self, person: PersonId, change: impl FnOnce(&mut super::Session)) {
        if let Some(&slot) = self.people.get(&person) {
            change(&mut self.sessions[slot]);
        }
    }

    fn own_slot(&self, conn: ConnId) -> Option<usize> {
        (shard_of(conn) == self.number)
            .then(|| self.slot_of(conn))
            .flatten()
    }

    fn seat(&mut self, arrived: &LoggedIn) -> Option<usize> {
        let slot = self.own_slot(arrived.conn)?;
        self.people.insert(arrived.person, slot);
        let session = &mut self.sessions[slot];
        session.person = Some(arrived.person);
        session.name = Some(arrived.name.clone());
        session.operator = arrived.operator;
        session.seen = self.newest;
        session.departing = false;
        if !matches!(session.stage, Stage::Over) {
            session.stage = Stage::Here;
        }
        Some(slot)
    }

    fn seat_again(&mut self, returned: &Returned) {
        let Some(slot) = self.seat(&returned.arrived) else {
            return;
        };
        let session = &mut self.sessions[slot];
        session.prefs = returned.prefs.clone();
        session.ignores = returned.ignores.to_vec();
        for &room in &returned.rooms {
            self.enter(slot, room);
        }
        self.talk_in(slot, returned.current);
        self.restyle(slot);
    }

    fn enter(&mut self, slot: usize, id: RoomId) {
        let Some(name) = self.room_names.get(&id) else {
            return;
        };
        let bytes_max = self.setting.limits.room_log_bytes_max;
        let room = self.rooms.entry(id);
        let room = room.or_insert_with(|| Room::new(name.clone(), bytes_max));
        room.members.push(slot);
        let members = &mut self.sessions[slot].members;
        // Nearly everybody is in one room, or two.
        members.reserve_exact(1);
        members.push(Member {
            room: id,
            current: false,
            cursor: room.head,
            own: 0,
        });
        self.open_tape(slot, id);
    }

    fn talk_in(&mut self, slot: usize, room: RoomId) {
        for member in &mut self.sessions[slot].members {
            member.current = member.room == room;
        }
        let rooms: Vec<RoomId> = self.sessions[slot].members.iter().map(|m| m.room).collect();
        rooms
            .into_iter()
            .for_each(|room| self.open_tape(slot, room));
    }

    fn leave(&mut self, slot: usize, id: RoomId) {
        // What was said before is still for it to see.
        self.flush(slot);
        let head = self.rooms.get(&id).map_or(0, |room| room.head);
        let session = &mut self.sessions[slot];
        let left = session.members.iter().position(|member| member.room == id);
        if let Some(member) = left.map(|place| session.members.remove(place)) {
            session.skipped += head.saturating_sub(member.cursor);
        }
        if let Some(room) = self.rooms.get_mut(&id) {
            if let Some(place) = room.members.iter().position(|&member| member == slot) {
                room.members.swap_remove(place);
            }
            if room.members.is_empty() {
                self.rooms.remove(&id);
            }
        }
    }

    /// Takes a session out of all rooms, and its person from it.
    pub(super) fn leave_all(&mut self, slot: usize) {
        let rooms: Vec<RoomId> = self.sessions[slot].members.iter().map(|m| m.room).collect();
        rooms.into_iter().for_each(|room| self.leave(slot, room));
        if let Some(person) = self.sessions[slot].person.take()
            && self.people.get(&person) == Some(&slot)
        {
            self.people.remove(&person);
        }
    }

    /// Drops a session.
    pub(super) fn drop_session(&mut self, slot: usize) {
        self.leave_all(slot);
        self.sessions.remove(slot);
    }

    fn was_said(&mut self, event: &Event, person: PersonId, room: RoomId) {
        let Some(&slot) = self.people.get(&person) else {
            return;
        };
        self.arrived(slot);
        let session = &mut self.sessions[slot];
        session.lines_sent += 1;
        let typed = event.fact.typed_by().is_some();
        if let Some(member) = session
            .members
            .iter_mut()
            .find(|member| member.room == room)
        {
            member.own += u32::from(typed && !session.prefs.echo);
        }
    }
}
