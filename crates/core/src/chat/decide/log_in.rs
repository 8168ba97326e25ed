//! Names: logging in, renaming and registering; and the first operator.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::chat::{Chat, Env, Person};
use crate::command::{Outcome, Proof};
use crate::event::{Fact, LoggedIn, Renamed};
use crate::ids::{ConnId, LOBBY, PersonId};
use crate::limits::REGISTRATIONS_MAX;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::resume::ResumeCode;
use crate::time::Timestamp;

/// Random guest names of four digits that are tried. With fifty thousand guests, one of seventy
/// finds none and gets a longer name.
const GUEST_TRIES: usize = 16;

/// Random resume codes that are tried. One is in use already once in twenty million times.
const CODE_TRIES: usize = 4;

/// Numbers behind a name that are tried as the free name to suggest: all of one digit, then powers
/// of two, so that a thousand people called `lee7` or the like do not make this a long search.
fn suggested_numbers() -> impl Iterator<Item = u32> {
    (2..=9).chain((4..32).map(|power| 1 << power))
}

impl Chat {
    pub(super) fn decide_log_in(
        &self,
        (conn, address): (ConnId, IpAddr),
        name: Option<Name>,
        proof: Option<&Proof>,
        env: &mut Env<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        self.check_has_space()?;
        self.check_not_banned(name.as_ref(), address, env.now)?;
        let registration = name.as_ref().and_then(|name| self.registrations.get(name));
        // A lock that nobody is left to open would shut everybody out for good.
        if self.locked && registration.is_none() && !self.wants_operator() {
            return Err(Rejection::Locked);
        }
        let lasting = registration.is_some_and(|registration| registration.operator);
        let registered = registration.is_some();
        let name = match name {
            Some(name) => self.check_name(name, None, proof)?,
            None => self.guest_name(env)?,
        };
        let person = PersonId(self.next_person);
        facts.push(Fact::LoggedIn(Box::new(LoggedIn {
            person,
            conn,
            address,
            registered,
            operator: lasting || self.wants_operator(),
            name: name.clone(),
            code: self.new_code(env),
        })));
        facts.push(self.joined(person, name, LOBBY));
        Ok(Outcome::LoggedIn(person))
    }

    /// Whether the next to log in becomes the operator.
    fn wants_operator(&self) -> bool {
        let has_operator = self.people.has_operator() || self.registrations.has_operator();
        self.settings.first_operator && !has_operator
    }

    pub(in crate::chat) fn check_has_space(&self) -> Result<(), Rejection> {
        let people_max = self.settings.people_max;
        if self.people.len() >= people_max {
            return Err(Rejection::ServerFull { people_max });
        }
        Ok(())
    }

    pub(in crate::chat) fn check_not_banned(
        &self,
        name: Option<&Name>,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let ban = self.bans.longest(name, address, now);
        match ban.and_then(|id| self.bans.get(id)) {
            Some(ban) => Err(Rejection::Banned {
                until: ban.until,
                why: ban.why.clone(),
            }),
            None => Ok(()),
        }
    }

    /// Checks that a person who goes by another name, or by none yet, may take this one.
    pub(super) fn check_name(
        &self,
        name: Name,
        own: Option<PersonId>,
        proof: Option<&Proof>,
    ) -> Result<Name, Rejection> {
        let bearer = self.people.named(&name);
        if bearer.is_some_and(|bearer| Some(bearer.id) != own) {
            let free = self.free_name_like(&name);
            return Err(Rejection::NameTaken { name, free });
        }
        if let Some(registration) = self.registrations.get(&name)
            && proof.is_none_or(|proof| proof.0 != registration.password_hash)
        {
            return Err(Rejection::NameRegistered(name));
        }
        self.check_look(name, own)
    }

    /// Checks that the name looks like no other. One's own name in another case can: `iee` does
    /// not look like `lee`, but `Iee` does.
    pub(super) fn check_look(&self, name: Name, own: Option<PersonId>) -> Result<Name, Rejection> {
        match self.look_alike(&name, own) {
            Some(other) => {
                let other = other.clone();
                Err(Rejection::NameLooksLike { name, other })
            }
            None => Ok(name),
        }
    }

    fn look_alike(&self, name: &Name, own: Option<PersonId>) -> Option<&Name> {
        let here = self.people.look_alike(name, own);
        here.or_else(|| self.registrations.look_alike(name))
    }

    fn is_free(&self, name: &Name) -> bool {
        self.people.named(name).is_none()
            && self.registrations.get(name).is_none()
            && self.look_alike(name, None).is_none()
    }

    fn free_name_like(&self, name: &Name) -> Name {
        let mut numbered = suggested_numbers().map(|number| name.numbered(number));
        // Somebody who takes all of them deserves a suggestion that is taken.
        numbered
            .find(|name| self.is_free(name))
            .unwrap_or_else(|| name.clone())
    }

    fn guest_name(&self, env: &mut Env<'_>) -> Result<Name, Rejection> {
        let people_max = self.settings.people_max;
        let mut roll = || (env.roll)();
        let short = core::iter::repeat_with(&mut roll).take(GUEST_TRIES);
        let found = short
            .map(|bits| Name::guest(bits as u16))
            .find(|name| self.is_free(name));
        let long = || {
            let bits = core::iter::repeat_with(roll).take(GUEST_TRIES);
            let mut names = bits.map(|bits| Name::long_guest(bits as u32));
            names.find(|name| self.is_free(name))
        };
        found
            .or_else(long)
            .ok_or(Rejection::ServerFull { people_max })
    }

    /// A resume code that no session has.
    fn new_code(&self, env: &mut Env<'_>) -> ResumeCode {
        let mut code = ResumeCode::from_random((env.roll)());
        for _ in 1..CODE_TRIES {
            let is_lost = || self.resumables.with_code(code).is_some();
            if self.people.with_code(code).is_none() && !is_lost() {
                break;
            }
            code = ResumeCode::from_random((env.roll)());
        }
        code
    }

    pub(super) fn decide_rename(
        &self,
        me: &Person,
        name: Name,
        proof: Option<&Proof>,
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        if name == me.name {
            return Err(Rejection::SameName(name));
        }
        self.check_may_be_heard(me, now)?;
        self.check_may_be_called(me, &name, now)?;
        // Another case of one's own registered name needs no password.
        let new = match name.same_as(&me.name) {
            true => self.check_look(name, Some(me.id))?,
            false => self.check_name(name, Some(me.id), proof)?,
        };
        Ok(self.renamed(me, new))
    }

    /// Checks that no ban or lock keeps a name from where a person is.
    pub(super) fn check_may_be_called(
        &self,
        person: &Person,
        name: &Name,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        self.check_not_banned(Some(name), person.session.address, now)?;
        let is_registered = self.registrations.get(name).is_some();
        match self.locked && !is_registered && !person.session.rank.operator {
            true => Err(Rejection::LockedSpeech),
            false => Ok(()),
        }
    }

    /// A person under another name. Lasting operators are operators under their registered name
    /// alone; one appointed for the visit stays one.
    pub(super) fn renamed(&self, person: &Person, new: Name) -> Fact {
        let is_operator = person.session.rank.operator;
        let for_visit = is_operator && !self.registrations.is_operator(&person.name);
        Fact::Renamed(Box::new(Renamed {
            person: person.id,
            old: person.name.clone(),
            registered: self.registrations.get(&new).is_some(),
            operator: self.registrations.is_operator(&new) || for_visit,
            new,
            rooms: person.rooms.as_slice().into(),
        }))
    }

    pub(super) fn decide_register(
        &self,
        me: &Person,
        password_hash: Arc<str>,
    ) -> Result<Fact, Rejection> {
        let is_new = self.registrations.get(&me.name).is_none();
        // The lock is for names that were registered before it.
        if is_new && self.locked && !me.session.rank.operator {
            return Err(Rejection::LockedRegistration);
        }
        if is_new && self.registrations.len() >= REGISTRATIONS_MAX {
            return Err(Rejection::RegistrationsFull);
        }
        Ok(Fact::Registered {
            person: me.id,
            name: me.name.clone(),
            password_hash,
            operator: me.session.rank.operator,
        })
    }
}
