//! Coming in: names, registrations, lost sessions, and the first operator.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{Chat, Env, Person};
use crate::command::{Outcome, Proof};
use crate::event::{Fact, LoggedIn, QuitReason, Renamed, Returned};
use crate::ids::{ConnId, LOBBY, PersonId, Seq};
use crate::limits::REGISTRATIONS_MAX;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::resume::ResumeCode;
use crate::time::Timestamp;

/// Guest names that are tried at random before they are tried in turn.
const GUEST_TRIES: u32 = 64;

impl Chat {
    pub(super) fn decide_arrive(
        &self,
        (conn, address): (ConnId, IpAddr),
        name: Option<Name>,
        proof: Option<&Proof>,
        env: &mut Env<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        self.check_room_for_one_more()?;
        self.check_not_banned(name.as_ref(), address, env.now)?;
        let claim = name.as_ref().and_then(|name| self.registrations.get(name));
        // A lock that nobody is left to open would shut everybody out for good.
        if self.locked && claim.is_none() && !self.wants_operator() {
            return Err(Rejection::Locked);
        }
        let name = match name {
            Some(name) => self.check_name(name, None, proof)?,
            None => self.guest_name(env)?,
        };
        let login = LoggedIn {
            person: PersonId(self.next_person),
            conn,
            address,
            registered: claim.is_some(),
            operator: claim.is_some_and(|claim| claim.operator) || self.wants_operator(),
            name: name.clone(),
            code: ResumeCode::from_random((env.roll)()),
        };
        let person = login.person;
        facts.push(Fact::LoggedIn(Box::new(login)));
        facts.push(self.joined(person, name, LOBBY));
        Ok(Outcome::LoggedIn(person))
    }

    /// Whether the next to arrive becomes the operator.
    fn wants_operator(&self) -> bool {
        self.settings.first_operator
            && self.operators_here == 0
            && !self.registrations.owners().any(|claim| claim.operator)
    }

    pub(super) fn check_room_for_one_more(&self) -> Result<(), Rejection> {
        let people_max = self.settings.people_max;
        if self.people.len() >= people_max {
            return Err(Rejection::ServerFull { people_max });
        }
        Ok(())
    }

    pub(super) fn check_not_banned(
        &self,
        name: Option<&Name>,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let met = self
            .bans
            .iter()
            .find(|ban| ban.is_active(now) && ban.mask.matches(name, address));
        met.map_or(Ok(()), |ban| {
            Err(Rejection::Banned {
                until: ban.until,
                why: ban.why.clone(),
            })
        })
    }

    /// Whether somebody (nobody yet, or a person who has another name) may take this name.
    fn check_name(
        &self,
        name: Name,
        own: Option<PersonId>,
        proof: Option<&Proof>,
    ) -> Result<Name, Rejection> {
        let others = |id: &PersonId| Some(*id) != own;
        if self.names.get(&name).is_some_and(others) {
            let free = self.free_name_like(&name);
            return Err(Rejection::NameTaken { name, free });
        }
        if let Some(claim) = self.registrations.get(&name)
            && proof.is_none_or(|proof| proof.0 != claim.password_hash)
        {
            return Err(Rejection::NameRegistered(name));
        }
        self.check_look(name, own)
    }

    /// Whether the name looks like nobody else's. One's own name has to be asked too: in another
    /// case it can look like another name, as `iee` does not look like `lee`, but `Iee` does.
    fn check_look(&self, name: Name, own: Option<PersonId>) -> Result<Name, Rejection> {
        match self.look_alike(&name, own) {
            Some(other) => {
                let other = other.clone();
                Err(Rejection::NameLooksLike { name, other })
            }
            None => Ok(name),
        }
    }

    fn look_alike(&self, name: &Name, own: Option<PersonId>) -> Option<&Name> {
        let here = self.names.look_alikes(name);
        let mut others = here.filter(|(_, id)| Some(**id) != own);
        let other = others.next().map(|(name, _)| name);
        other.or_else(|| {
            self.registrations
                .look_alikes(name)
                .next()
                .map(|(name, _)| name)
        })
    }

    fn is_free(&self, name: &Name) -> bool {
        self.names.get(name).is_none()
            && self.registrations.get(name).is_none()
            && self.look_alike(name, None).is_none()
    }

    fn free_name_like(&self, name: &Name) -> Name {
        let mut numbered = (2..).map(|number| name.numbered(number));
        // There are more numbers than people.
        numbered
            .find(|name| self.is_free(name))
            .unwrap_or_else(|| name.clone())
    }

    fn guest_name(&self, env: &mut Env<'_>) -> Result<Name, Rejection> {
        let random = (0..GUEST_TRIES).map(|_| (env.roll)() as u16);
        let mut all = random.chain(0..=u16::MAX).map(Name::guest);
        all.find(|name| self.is_free(name))
            .ok_or(Rejection::ServerFull {
                people_max: usize::from(u16::MAX) + 1,
            })
    }

    pub(super) fn decide_resume(
        &self,
        (conn, address): (ConnId, IpAddr),
        me: Option<&Person>,
        code: ResumeCode,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let (person, seen, is_here) = self.lost_session(code, now)?;
        if me.is_some_and(|me| me.id == person.id) {
            return Err(Rejection::Oneself);
        }
        self.check_not_banned(Some(&person.name), address, now)?;
        if !is_here {
            let own = me.map(|me| me.id);
            if me.is_none() {
                self.check_room_for_one_more()?;
            }
            self.check_name_is_still_theirs(person, own)?;
        }
        // Whoever came in under a passing name to resume leaves it behind.
        facts.extend(me.map(|me| super::decide::depart(me, QuitReason::Quit(None))));
        let login = LoggedIn {
            person: person.id,
            conn,
            address,
            name: person.name.clone(),
            registered: person.registered,
            operator: person.operator,
            code,
        };
        facts.push(Fact::Returned(Box::new(Returned {
            login,
            rooms: self.rooms_still_open(person),
            ignores: person.ignores.as_slice().into(),
            seen,
            replaces: is_here.then_some(person.conn),
        })));
        Ok(Outcome::Resumed {
            person: person.id,
            seen: (!is_here).then_some(seen),
        })
    }

    /// The session of this code: lost, or lost and not found so yet.
    fn lost_session(
        &self,
        code: ResumeCode,
        now: Timestamp,
    ) -> Result<(&Person, Seq, bool), Rejection> {
        if let Some(person) = self.people.values().find(|person| person.code == code) {
            return Ok((person, Seq::default(), true));
        }
        let parted = self.resumables.iter();
        let mut lost = parted.filter(|parted| parted.person.code == code && now < parted.until);
        let lost = lost.next().ok_or(Rejection::CodeNotValid)?;
        Ok((&lost.person, lost.seen, false))
    }

    fn check_name_is_still_theirs(
        &self,
        person: &Person,
        own: Option<PersonId>,
    ) -> Result<(), Rejection> {
        // The claim was proven when they came; another password since then makes no difference,
        // but a claim by somebody else does.
        let claim = self
            .registrations
            .get(&person.name)
            .filter(|_| person.registered);
        let proof = claim.map(|claim| Proof(claim.password_hash.clone()));
        self.check_name(person.name.clone(), own, proof.as_ref())?;
        Ok(())
    }

    fn rooms_still_open(&self, person: &Person) -> Box<[crate::RoomId]> {
        let open = |room: &crate::RoomId| self.rooms.contains_key(room);
        let rooms: Box<[_]> = person.rooms.iter().copied().filter(open).collect();
        if rooms.is_empty() {
            [LOBBY].into()
        } else {
            rooms
        }
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
        self.check_not_banned(Some(&name), me.address, now)?;
        // Another case of one's own registered name needs no password.
        let new = match name.same_as(&me.name) {
            true => self.check_look(name, Some(me.id))?,
            false => self.check_name(name, Some(me.id), proof)?,
        };
        let claim = self.registrations.get(&new);
        // An operator by claim is one under that name alone; one appointed for the visit stays.
        let own_claim = self.registrations.get(&me.name);
        let by_claim = own_claim.is_some_and(|claim| claim.operator);
        Ok(Fact::Renamed(Box::new(Renamed {
            person: me.id,
            old: me.name.clone(),
            registered: claim.is_some(),
            operator: claim.is_some_and(|claim| claim.operator) || (me.operator && !by_claim),
            new,
            rooms: me.rooms.as_slice().into(),
        })))
    }

    pub(super) fn decide_claim(
        &self,
        me: &Person,
        password_hash: Arc<str>,
    ) -> Result<Fact, Rejection> {
        if self.registrations.get(&me.name).is_none()
            && self.registrations.len() >= REGISTRATIONS_MAX
        {
            return Err(Rejection::RegistrationsFull);
        }
        Ok(Fact::Registered {
            person: me.id,
            name: me.name.clone(),
            password_hash,
            operator: me.operator,
        })
    }
}
