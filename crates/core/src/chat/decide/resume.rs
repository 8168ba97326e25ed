//! Taking up a session: a lost one, or one whose loss has not been noticed.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::quit;
use crate::chat::{Chat, Env, Person};
use crate::command::{Outcome, Proof};
use crate::event::{Fact, LoggedIn, QuitReason, Returned};
use crate::ids::{ConnId, LOBBY, PersonId, RoomId, Seq};
use crate::name::Name;
use crate::rejection::Rejection;
use crate::resume::ResumeCode;
use crate::time::Timestamp;

/// The session of a code.
struct Found<'a> {
    person: &'a Person,
    /// Everything up to this was shown; `None` while the session still has a connection.
    seen: Option<Seq>,
}

impl Chat {
    pub(super) fn decide_resume(
        &self,
        (conn, address): (ConnId, IpAddr),
        me: Option<&Person>,
        code: ResumeCode,
        env: &Env<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let Found { person, seen } = self.session_of(code, env.now)?;
        if me.is_some_and(|me| me.id == person.id) {
            return Err(Rejection::Oneself);
        }
        self.check_not_banned(Some(&person.name), address, env.now)?;
        if seen.is_some() {
            if me.is_none() {
                self.check_has_space()?;
            }
            self.check_name_is_free(person, me.map(|me| me.id))?;
        }
        // A person who came in under a passing name to resume leaves it behind.
        facts.extend(me.map(|me| quit(me, QuitReason::Quit(None))));
        facts.push(Fact::Returned(Box::new(Returned {
            login: LoggedIn {
                person: person.id,
                conn,
                address,
                name: person.name.clone(),
                registered: person.session.rank.registered,
                operator: person.session.rank.operator,
                code,
            },
            rooms: self.rooms_still_open(person),
            ignores: self.names_ignored(person),
            seen: seen.unwrap_or_default(),
            replaces: seen.is_none().then_some(person.session.conn),
        })));
        Ok(Outcome::Resumed {
            person: person.id,
            seen,
        })
    }

    fn session_of(&self, code: ResumeCode, now: Timestamp) -> Result<Found<'_>, Rejection> {
        if let Some(person) = self.people.with_code(code) {
            return Ok(Found { person, seen: None });
        }
        let lost = self.resumables.with_code(code);
        let lost = lost.filter(|lost| now < lost.until);
        let lost = lost.ok_or(Rejection::CodeNotValid)?;
        Ok(Found {
            person: &lost.person,
            seen: Some(lost.seen),
        })
    }

    /// Checks that nobody has taken or registered the name since. A person who proved a
    /// registration on arrival need not do so again, even if the password has changed.
    fn check_name_is_free(&self, person: &Person, own: Option<PersonId>) -> Result<(), Rejection> {
        let registration = self.registrations.get(&person.name);
        let proven = registration.filter(|_| person.session.rank.registered);
        let proof = proven.map(|registration| Proof(registration.password_hash.clone()));
        self.check_name(person.name.clone(), own, proof.as_ref())?;
        Ok(())
    }

    /// The names on a person's ignore list, and those that the people on it go by now.
    fn names_ignored(&self, person: &Person) -> Box<[Name]> {
        let mut names: Vec<Name> = Vec::new();
        for ignored in &person.ignores {
            let bearer = ignored.person.and_then(|id| self.people.get(id));
            names.push(ignored.name.clone());
            let current = bearer.map(|bearer| bearer.name.clone());
            names.extend(current.filter(|current| !current.same_as(&ignored.name)));
        }
        names.into()
    }

    fn rooms_still_open(&self, person: &Person) -> Box<[RoomId]> {
        let rooms = person.rooms.iter().copied();
        let open: Box<[_]> = rooms.filter(|room| self.rooms.contains(*room)).collect();
        if open.is_empty() {
            [LOBBY].into()
        } else {
            open
        }
    }
}
