//! How people arrive: on a first connection, on one that replaces another, or on an additional one.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::Standings;
use crate::chat::state::{Activity, Connection, IrcPerson, Rank, Session};
use crate::chat::{Chat, Person};
use crate::event::{Event, LoggedIn, Returned};
use crate::ids::PersonId;
use crate::source::Flags;
use crate::time::Timestamp;

impl Chat {
    pub(super) fn apply_logged_in(&mut self, login: &LoggedIn, event: &Event) {
        self.people.next = self.people.next.max(login.person.0 + 1);
        let session = session_of(login, false);
        let (name, account) = (login.name.clone(), login.account.clone());
        let activity = Activity::from(event.at, event.seq);
        let mut person = Person::new(login.person, name, account, session, activity);
        person.set_irc(irc_of(login));
        self.people.insert(Box::new(person));
    }

    /// Puts a person back as they were, on the new connection. Coming from another address does not
    /// lift a mute.
    pub(super) fn apply_returned(&mut self, returned: &Returned, event: &Event) {
        let login = &returned.login;
        let lost = self.take_lost(login.person);
        // If the name was not kept, others may have had it meanwhile.
        let was_kept = lost.as_ref().is_none_or(|lost| lost.keeps_name);
        let lost_at = lost.as_ref().map_or(event.seq, |lost| lost.seen);
        let lost = lost.map(|resumable| (resumable.person, resumable.standings));
        let Some((mut person, standings)) = self.take_out(login.person).or(lost) else {
            return;
        };
        person.set_mute(self.mute_of(&person, event.at));
        if !was_kept || !login.name.same_as(&person.name) {
            person.end_name(lost_at, event.seq);
        }
        if person.session.code != login.code {
            person.set_spent_code(person.session.code);
        }
        // Their own name may be taken.
        person.name = login.name.clone();
        let for_visit = person.session.rank.for_visit && !returned.ends_visit;
        person.session = session_of(login, for_visit);
        person.set_irc(irc_of(login));
        person.rooms = returned.rooms.iter().copied().collect();
        for room in &returned.rooms {
            self.rooms.enter(*room, person.id);
        }
        for (room, standing) in standings {
            if person.rooms.contains(&room) {
                self.rooms
                    .change_rules(room, |rules| rules.set_guest(person.id, Some(standing)));
            }
        }
        self.people.insert(person);
        if returned.ends_visit {
            self.end_standings(login.person);
        }
        if let Some(account) = &login.account {
            self.registrations.mail.forget_shown(account);
        }
        self.note_sender(login.person, returned.kept.last());
    }

    /// Takes a person off the server and out of their rooms, which the person keeps listed. Returns
    /// the standings that ended with the visit.
    pub(super) fn take_out(&mut self, id: PersonId) -> Option<(Box<Person>, Standings)> {
        let person = self.people.remove(id)?;
        let mut standings = Vec::new();
        for &room in &person.rooms {
            let standing = self.rooms.leave(room, id);
            standings.extend(standing.map(|standing| (room, standing)));
        }
        Some((person, standings))
    }

    pub(super) fn apply_attached(&mut self, login: &LoggedIn, since: Timestamp) {
        let connection = Connection {
            id: login.conn,
            address: login.address,
            link: login.link,
            since,
        };
        self.people.attach(login.person, connection);
        let rank = Rank {
            operator: login.operator,
            for_visit: false,
        };
        self.people.set_rank(login.person, rank);
        self.end_standings(login.person);
    }

    /// Ends what a person was given for the visit: they came with a proof of their account.
    fn end_standings(&mut self, id: PersonId) {
        let Some(person) = self.people.get(id) else {
            return;
        };
        let rooms = person.rooms.iter().chain(person.invited()).copied();
        for room in rooms.collect::<Vec<_>>() {
            let rules = self.rooms.rules(room);
            if rules.is_some_and(|rules| rules.of_guest(id).is_some()) {
                self.rooms.change_rules(room, |rules| rules.end_visit(id));
            }
        }
    }
}

/// The session of a connection; `for_visit` is part of its rank.
fn session_of(login: &LoggedIn, for_visit: bool) -> Session {
    Session {
        conn: login.conn,
        address: login.address,
        link: login.link,
        code: login.code,
        rank: Rank {
            operator: login.operator,
            for_visit,
        },
        is_script: login.is_script,
    }
}

fn irc_of(login: &LoggedIn) -> Option<IrcPerson> {
    let ident = login.ident.as_deref()?.clone();
    let flags = Flags::arriving();
    Some(IrcPerson { ident, flags })
}
