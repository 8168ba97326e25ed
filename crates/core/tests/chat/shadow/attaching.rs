//! People who have several connections.

use std::net::IpAddr;

use chinwag_core::{Attached, Caller, Client, Detached, Link, PersonId, Timestamp};

use super::{ModelPerson, Shadow};

/// How a caller is connected.
fn link_of(caller: &Caller) -> Link {
    match caller {
        Caller::Anonymous { link, .. } | Caller::Person { link, .. } => *link,
        Caller::Server | Caller::Shell => Link::default(),
    }
}

impl ModelPerson {
    /// As whom the person asks, over each of its connections.
    pub(crate) fn callers(&self, person: PersonId) -> Vec<Caller> {
        let first = self.caller(person);
        std::iter::once(first).chain(self.others.clone()).collect()
    }

    /// The addresses of all its connections.
    pub(super) fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        let others = self.others.iter().map(|other| match other {
            Caller::Person { address, .. } => *address,
            _ => unreachable!("a connection of a person"),
        });
        std::iter::once(self.address).chain(others)
    }
}

impl Shadow {
    /// Whether a caller's person has several connections, which it does not leave for another session.
    pub(crate) fn has_several(&self, caller: Caller) -> bool {
        let Caller::Person { person, .. } = caller else {
            return false;
        };
        self.people
            .get(&person)
            .is_some_and(|person| !person.others.is_empty())
    }

    pub(super) fn fold_attached(&mut self, attached: &Attached, at: Timestamp) {
        let login = &attached.login;
        let own = (&login.name, login.account.as_ref());
        assert!(!self.is_banned(own, login.address, at));
        let person = &self.people[&login.person];
        assert_eq!(login.account, person.account);
        assert!(person.account.is_some(), "only an account has several");
        assert_eq!((login.operator, login.code), (person.operator, person.code));
        assert_eq!(*attached.rooms, *person.rooms);
        let callers = person.callers(login.person);
        for client in callers.iter().map(link_of).chain([login.link]) {
            assert_eq!(client.client, Client::Irc);
        }
        for room in &person.rooms {
            let is_encrypted = self.rooms[room].settings.encrypted;
            let heard = |caller: &Caller| link_of(caller).is_encrypted;
            let was_clear = !callers.iter().all(heard);
            assert!(!is_encrypted || login.link.is_encrypted || was_clear);
        }
        let caller = Caller::Person {
            person: login.person,
            conn: login.conn,
            address: login.address,
            link: login.link,
        };
        let account = login.account.as_ref().and_then(|name| self.owner(name));
        let is_lasting = account.is_some_and(|account| account.operator);
        let person = self.named(login.person, &login.name);
        assert!(!login.operator || is_lasting || !person.for_visit);
        person.for_visit = false;
        person.others.push(caller);
        self.end_visit(login.person);
    }

    pub(super) fn fold_detached(&mut self, detached: &Detached) {
        let id = detached.person;
        let person = self.named(id, &detached.name);
        let mut callers = person.callers(id);
        let is_it = |caller: &Caller| matches!(caller, Caller::Person { conn, .. } if *conn == detached.conn);
        let place = callers.iter().position(is_it);
        callers.remove(place.expect("one of its connections"));
        let Caller::Person {
            conn,
            address,
            link,
            ..
        } = callers.remove(0)
        else {
            unreachable!()
        };
        (person.conn, person.address, person.link) = (conn, address, link);
        person.others = callers;
    }
}
