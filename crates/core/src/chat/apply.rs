//! Making facts true. Nothing here can fail: a fact about somebody who is gone says nothing more.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Chat, Person, Registration, Resumable};
use crate::answer::Topic;
use crate::ban::{Mask, Restriction};
use crate::event::{
    AuditEntry, Event, Fact, LoggedIn, ModAction, PrivateMessage, Quit, Renamed, Returned,
};
use crate::ids::{PersonId, RoomId, Seq};
use crate::name::Name;
use crate::time::Timestamp;

impl Chat {
    /// Makes an event's fact true.
    pub fn apply(&mut self, event: &Event) {
        let at = event.at;
        match &event.fact {
            Fact::RoomOpened { room, name } => self.open_room(*room, name.clone()),
            Fact::LoggedIn(login) => self.apply_logged_in(login, at),
            Fact::Returned(returned) => self.apply_returned(returned, at),
            Fact::Joined { person, room, .. } => self.apply_joined(*person, *room),
            Fact::Left { person, room, .. } => self.apply_left(*person, *room),
            Fact::Quit(departed) => self.apply_departed(departed, event.seq, at),
            Fact::Renamed(renamed) => self.apply_renamed(renamed),
            Fact::Said { person, room, .. } => self.apply_said(*person, *room, at),
            Fact::PrivateMessage(message) => self.apply_told(message, at),
            Fact::TopicSet { room, by, text } => {
                let by = by.clone();
                let topic = text.clone().map(|text| Topic { text, by, at });
                if let Some(room) = self.rooms.get_mut(room) {
                    room.topic = topic;
                }
            }
            Fact::AwaySet { person, away, why } => {
                let away = away.then(|| why.clone());
                self.with(*person, |p| p.away = away);
            }
            Fact::IgnoreSet { person, name, on } => self.with(*person, |p| {
                p.ignores.retain(|ignored| !ignored.same_as(name));
                p.ignores.extend(on.then(|| name.clone()));
            }),
            Fact::Registered {
                person,
                name,
                password_hash,
                operator,
            } => {
                let claim = Registration {
                    name: name.clone(),
                    password_hash: password_hash.clone(),
                    operator: *operator,
                };
                self.registrations.insert(name.clone(), Arc::new(claim));
                self.with(*person, |p| p.registered = true);
            }
            Fact::Moderated(audit_entry) => self.apply_deed(audit_entry, at),
            Fact::Tidied { closed } => self.apply_tidied(closed, at),
            Fact::PresenceSummary { .. } => {}
        }
    }

    fn with(&mut self, person: PersonId, change: impl FnOnce(&mut Person)) {
        if let Some(person) = self.people.get_mut(&person) {
            change(person);
        }
    }

    fn apply_logged_in(&mut self, login: &LoggedIn, at: Timestamp) {
        let mut person = Person {
            id: login.person,
            conn: login.conn,
            name: login.name.clone(),
            address: login.address,
            registered: login.registered,
            operator: login.operator,
            rooms: Vec::new(),
            arrived: at,
            spoke: at,
            said: 0,
            away: None,
            muted: None,
            last_teller: None,
            ignores: Vec::new(),
            code: login.code,
        };
        person.muted = self.mute_of(&person, at);
        self.next_person = self.next_person.max(login.person.0 + 1);
        self.seat(Box::new(person));
    }

    /// Of all mutes that meet somebody the one that holds longest, lest a short one that comes
    /// later lifts it. The one in force counts, though they may have another name by now.
    fn mute_of(&self, person: &Person, at: Timestamp) -> Option<Box<Restriction>> {
        let matches = |mute: &&Restriction| mute.mask.matches(Some(&person.name), person.address);
        let in_force = person.muted.as_deref();
        let in_force = in_force.filter(|mute| self.mutes.contains(mute));
        let mutes = self.mutes.iter().filter(matches).chain(in_force);
        let holding = mutes.filter(|mute| mute.is_active(at));
        let longest = holding.max_by_key(|mute| (mute.until.is_none(), mute.until));
        longest.cloned().map(Box::new)
    }

    fn seat(&mut self, person: Box<Person>) {
        self.operators_here += usize::from(person.operator);
        self.names.insert(person.name.clone(), person.id);
        self.people.insert(person.id, person);
    }

    fn unseat(&mut self, person: PersonId) -> Option<Box<Person>> {
        let person = self.people.remove(&person)?;
        self.operators_here -= usize::from(person.operator);
        self.names.remove(&person.name);
        for &room in &person.rooms {
            self.take_out(person.id, room);
        }
        Some(person)
    }

    fn take_out(&mut self, person: PersonId, room: RoomId) {
        if let Some(room) = self.rooms.get_mut(&room)
            && let Some(place) = room.members.iter().position(|&member| member == person)
        {
            room.members.swap_remove(place);
            self.busy_rooms -= usize::from(room.members.is_empty());
        }
    }

    fn apply_returned(&mut self, returned: &Returned, at: Timestamp) {
        let login = &returned.login;
        let parted = self.resumables.iter();
        let place = parted
            .enumerate()
            .find(|(_, p)| p.person.id == login.person);
        let lost = place
            .map(|(place, _)| place)
            .and_then(|place| self.resumables.remove(place));
        let Some(mut person) = self
            .unseat(login.person)
            .or(lost.map(|parted| parted.person))
        else {
            return;
        };
        person.conn = login.conn;
        person.address = login.address;
        person.rooms = returned.rooms.to_vec();
        person.muted = self.mute_of(&person, at);
        for room in &returned.rooms {
            self.put_in(person.id, *room);
        }
        self.seat(person);
    }

    fn put_in(&mut self, person: PersonId, room: RoomId) {
        if let Some(room) = self.rooms.get_mut(&room) {
            self.busy_rooms += usize::from(room.members.is_empty());
            room.members.push(person);
        }
    }

    fn apply_joined(&mut self, person: PersonId, room: RoomId) {
        if !self.people.contains_key(&person) {
            return;
        }
        self.put_in(person, room);
        self.with(person, |p| p.rooms.push(room));
    }

    fn apply_left(&mut self, person: PersonId, room: RoomId) {
        self.take_out(person, room);
        self.with(person, |p| p.rooms.retain(|&other| other != room));
    }

    fn apply_departed(&mut self, departed: &Quit, seen: Seq, at: Timestamp) {
        let Some(person) = self.unseat(departed.person) else {
            return;
        };
        if !departed.why.is_resumable() {
            return;
        }
        while self.resumables.len() >= self.settings.people_max {
            self.resumables.pop_front();
        }
        let until = at + self.settings.resume_time;
        self.resumables.push_back(Resumable {
            person,
            until,
            seen,
        });
    }

    fn apply_renamed(&mut self, renamed: &Renamed) {
        let Some(person) = self.people.get_mut(&renamed.person) else {
            return;
        };
        self.operators_here -= usize::from(person.operator);
        self.operators_here += usize::from(renamed.operator);
        self.names.remove(&person.name);
        person.name = renamed.new.clone();
        person.registered = renamed.registered;
        person.operator = renamed.operator;
        self.names.insert(person.name.clone(), person.id);
    }

    fn apply_said(&mut self, person: PersonId, room: RoomId, at: Timestamp) {
        self.said += 1;
        if let Some(room) = self.rooms.get_mut(&room) {
            room.has_history = true;
        }
        self.with(person, |p| {
            p.said += 1;
            p.spoke = at;
        });
    }

    fn apply_told(&mut self, message: &PrivateMessage, at: Timestamp) {
        self.with(message.from, |p| p.spoke = at);
        if !message.ignored {
            self.with(message.to, |p| p.last_teller = Some(message.from));
        }
    }

    fn apply_deed(&mut self, audit_entry: &AuditEntry, at: Timestamp) {
        match &audit_entry.act {
            ModAction::Kick { .. } | ModAction::Announce(_) => {}
            ModAction::Ban(ban) => put(&mut self.bans, ban),
            ModAction::Unban(mask) => self.bans.retain(|ban| !ban.mask.is_named_by(mask)),
            ModAction::Mute(mute) => self.apply_mute(mute, at),
            ModAction::Unmute(mask) => self.apply_unmute(mask),
            ModAction::Op { name, .. } => self.set_operator(name, true),
            ModAction::Deop { name } => self.set_operator(name, false),
            ModAction::Motd(text) => self.motd = text.clone(),
            ModAction::Lock(on) => self.locked = *on,
        }
    }

    fn apply_mute(&mut self, mute: &Restriction, at: Timestamp) {
        put(&mut self.mutes, mute);
        let met = self.met_by(&mute.mask);
        let met: Vec<_> = met.map(|met| (met.id, self.mute_of(met, at))).collect();
        for (person, muted) in met {
            self.with(person, |p| p.muted = muted);
        }
    }

    fn apply_unmute(&mut self, mask: &Mask) {
        self.mutes.retain(|mute| !mute.mask.is_named_by(mask));
        for person in self.people.values_mut() {
            person.muted.take_if(|mute| mute.mask.is_named_by(mask));
        }
    }

    fn set_operator(&mut self, name: &Name, operator: bool) {
        if let Some(claim) = self.registrations.get(name) {
            let claim = Registration {
                operator,
                ..Registration::clone(claim)
            };
            self.registrations
                .insert(claim.name.clone(), Arc::new(claim));
        }
        // Who is away from a lost connection comes back with the rank that the claim has by then.
        let parted = self.resumables.iter_mut().map(|parted| &mut parted.person);
        for person in parted.filter(|person| person.registered && person.name.same_as(name)) {
            person.operator = operator;
        }
        let Some(person) = self.names.get(name).and_then(|id| self.people.get_mut(id)) else {
            return;
        };
        self.operators_here -= usize::from(person.operator);
        self.operators_here += usize::from(operator);
        person.operator = operator;
    }

    fn apply_tidied(&mut self, closed: &[RoomId], at: Timestamp) {
        for room in closed {
            if let Some(room) = self.rooms.remove(room) {
                self.room_keys.remove(&room.name.key());
            }
        }
        self.resumables.retain(|parted| at < parted.until);
        self.bans.retain(|ban| ban.is_active(at));
        self.mutes.retain(|mute| mute.is_active(at));
    }
}

/// Adds a restriction; of two on the same mask the newer holds.
fn put(list: &mut Vec<Restriction>, restriction: &Restriction) {
    list.retain(|other| other.mask != restriction.mask);
    list.push(restriction.clone());
}
