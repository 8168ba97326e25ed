//! Making facts true. Nothing here can fail: a fact about a person who is gone has no effect.
//!
//! Each takes time that grows with its own change alone, never with the people or rooms there are.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::state::{Activity, Ignored, Rank, Resumable, Session, TIDY_MAX};
use super::{Chat, Person, Registration};
use crate::answer::Topic;
use crate::event::{
    AuditEntry, Event, Fact, LoggedIn, ModAction, PrivateMessage, Quit, QuitReason, Renamed,
    Returned,
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
            Fact::Quit(quit) => self.apply_quit(quit, event.seq, at),
            Fact::Renamed(renamed) => self.apply_renamed(renamed, at),
            Fact::Said { person, room, .. } => self.apply_said(*person, *room, at),
            Fact::KeyUsed(used) => self.sent_keys.insert(&used.sent(event.seq)),
            Fact::PrivateMessage(message) => self.apply_private_message(message, event),
            Fact::TopicSet { room, by, text } => {
                let by = by.clone();
                let topic = text.clone().map(|text| Topic { text, by, at });
                self.rooms.set_topic(*room, topic);
            }
            Fact::AwaySet { person, away, why } => {
                let away = away.then(|| Box::new(why.clone()));
                self.people.with(*person, |p| p.away = away);
            }
            Fact::IgnoreSet {
                person,
                name,
                target,
                on,
                ..
            } => self.people.with(*person, |p| {
                p.ignores.retain(|ignored| !ignored.name.same_as(name));
                let (name, person) = (name.clone(), *target);
                p.ignores.extend(on.then_some(Ignored { name, person }));
            }),
            Fact::Registered {
                person,
                name,
                password_hash,
                operator,
            } => {
                self.registrations.insert(Registration {
                    name: name.clone(),
                    password_hash: password_hash.clone(),
                    operator: *operator,
                    appointed: self.registrations.appointed(name).unwrap_or(event.seq),
                });
                self.people.with(*person, |p| {
                    p.session.rank.registered = true;
                    p.account = Some(Box::new(name.clone()));
                });
            }
            Fact::Moderated(entry) => self.apply_moderated(entry, event.seq),
            Fact::Tidied { closed } => self.apply_tidied(closed, at),
            Fact::PresenceSummary { .. } => {}
        }
        #[cfg(debug_assertions)]
        assert!(self.are_counts_consistent(), "{event:?}");
    }

    fn apply_logged_in(&mut self, login: &LoggedIn, at: Timestamp) {
        self.next_person = self.next_person.max(login.person.0 + 1);
        self.people.insert(Box::new(Person {
            id: login.person,
            name: login.name.clone(),
            account: login.registered.then(|| Box::new(login.name.clone())),
            session: Session {
                conn: login.conn,
                address: login.address,
                link: login.link,
                code: login.code,
                rank: Rank {
                    registered: login.registered,
                    operator: login.operator,
                    for_visit: false,
                },
                is_script: login.is_script,
            },
            activity: Activity::from(at),
            rooms: Vec::new(),
            away: None,
            mute: None,
            last_sender: None,
            ignores: Vec::new(),
            spent_code: None,
        }));
    }

    /// Puts a person back as it was before, on its new connection. That it came from another
    /// address does not lift a mute.
    fn apply_returned(&mut self, returned: &Returned, at: Timestamp) {
        let login = &returned.login;
        let lost = self.resumables.remove(login.person);
        let lost = lost.map(|resumable| resumable.person);
        let Some(mut person) = self.take_out(login.person).or(lost) else {
            return;
        };
        person.mute = self.mute_of(&person, at);
        if person.session.code != login.code {
            person.spent_code = Some(Box::new(person.session.code));
        }
        person.session = Session {
            conn: login.conn,
            address: login.address,
            link: login.link,
            code: login.code,
            rank: Rank {
                registered: login.registered,
                operator: login.operator,
                ..person.session.rank
            },
            is_script: login.is_script,
        };
        person.rooms = returned.rooms.to_vec();
        for room in &returned.rooms {
            self.rooms.enter(*room, person.id);
        }
        self.people.insert(person);
    }

    /// Takes a person off the server and out of its rooms, which it remembers.
    fn take_out(&mut self, id: PersonId) -> Option<Box<Person>> {
        let person = self.people.remove(id)?;
        for &room in &person.rooms {
            self.rooms.leave(room, id);
        }
        Some(person)
    }

    fn apply_joined(&mut self, person: PersonId, room: RoomId) {
        if self.people.get(person).is_some() {
            self.rooms.enter(room, person);
            self.people.with(person, |p| p.rooms.push(room));
        }
    }

    fn apply_left(&mut self, person: PersonId, room: RoomId) {
        self.rooms.leave(room, person);
        self.people
            .with(person, |p| p.rooms.retain(|&other| other != room));
    }

    fn apply_quit(&mut self, quit: &Quit, seen: Seq, at: Timestamp) {
        let Some(person) = self.take_out(quit.person) else {
            return;
        };
        // A script that closes its side may have said all it had to: its next run takes the name
        // again. Its link may also be lost, so that the code is good.
        let keeps_name = !(person.session.is_script && quit.why == QuitReason::Closed);
        if !quit.why.is_resumable() {
            return;
        }
        if self.resumables.len() >= self.settings.people_max {
            self.resumables.forget_first();
        }
        self.resumables.insert(Resumable {
            person,
            until: at + self.settings.resume_time,
            seen,
            keeps_name,
            kept: Vec::new(),
        });
    }

    fn apply_renamed(&mut self, renamed: &Renamed, at: Timestamp) {
        let Some(person) = self.people.get(renamed.person) else {
            return;
        };
        let (mute, for_visit) = (self.mute_of(person, at), person.session.rank.for_visit);
        self.people.with(renamed.person, |p| {
            p.mute = mute;
            if renamed.registered {
                p.account = Some(Box::new(renamed.new.clone()));
            }
        });
        let rank = Rank {
            registered: renamed.registered,
            operator: renamed.operator,
            for_visit,
        };
        self.people.set_rank(renamed.person, rank);
        self.people.rename(renamed.person, &renamed.new);
    }

    fn apply_said(&mut self, person: PersonId, room: RoomId, at: Timestamp) {
        self.said += 1;
        self.rooms.note_history(room);
        self.people.with(person, |p| {
            p.activity.said += 1;
            p.activity.spoke = at;
        });
    }

    fn apply_private_message(&mut self, message: &PrivateMessage, event: &Event) {
        self.people.with(message.from, |p| {
            p.activity.spoke = event.at;
        });
        if message.ignored {
            return;
        }
        let from = Some(message.from);
        match message.kept {
            None => self.people.with(message.to, |p| p.last_sender = from),
            Some(_) => {
                self.resumables.with(message.to, |p| p.last_sender = from);
                self.resumables.keep(message.to, event);
            }
        }
    }

    fn apply_moderated(&mut self, entry: &AuditEntry, seq: Seq) {
        match &entry.act {
            // The facts behind it make these true.
            ModAction::Kick { .. } | ModAction::Rename { .. } | ModAction::Announce(_) => {}
            ModAction::Ban(ban) => self.bans.put(ban),
            ModAction::Unban(mask) => self.bans.lift(mask),
            ModAction::Mute(mute) => self.mutes.put(mute),
            ModAction::Unmute(mask) => self.mutes.lift(mask),
            ModAction::Op { name, .. } => self.set_operator(name, true, entry, seq),
            ModAction::Deop { name } => self.set_operator(name, false, entry, seq),
            ModAction::Motd(text) => self.motd = text.clone(),
            ModAction::Lock(on) => self.locked = *on,
        }
    }

    fn set_operator(&mut self, name: &Name, operator: bool, entry: &AuditEntry, seq: Seq) {
        self.registrations.set_operator(name, operator, seq);
        // A person whose connection is lost comes back with the rank that the name has by then.
        self.resumables.set_operator(name, operator);
        if let Some(person) = self.people.named(name) {
            let Rank { registered, .. } = person.session.rank;
            let rank = Rank {
                registered,
                operator,
                // Those who have the server's code have it from nobody here.
                for_visit: operator && !registered && entry.by != *name,
            };
            self.people.set_rank(person.id, rank);
        }
    }

    fn apply_tidied(&mut self, closed: &[RoomId], at: Timestamp) {
        for room in closed {
            self.rooms.close(*room);
        }
        self.resumables.expire(at, TIDY_MAX);
        self.bans.expire(at, TIDY_MAX);
        self.mutes.expire(at, TIDY_MAX);
    }
}
