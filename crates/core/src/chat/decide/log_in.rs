//! Names: logging in and renaming; and the first operator.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::Origin;
use crate::account::Account;
use crate::chat::{Chat, FirstOperator, Inputs, Person};
use crate::command::{Outcome, Proof};
use crate::event::{Fact, LoggedIn, Renamed};
use crate::ids::{LOBBY, PersonId};
use crate::name::Name;
use crate::rejection::Rejection;
use crate::resume::ResumeCode;
use crate::time::{Duration, Timestamp};

/// How many random four-digit guest names are tried. With fifty thousand guests, one in seventy
/// finds none and gets a longer name.
const GUEST_TRIES: usize = 16;

/// How many random resume codes are tried. One in twenty million is in use already.
const CODE_TRIES: usize = 4;

/// The numbers appended to a name when looking for a free one to suggest: all of one digit, then
/// powers of two, so that a thousand people called `lee7` or the like do not make the search long.
fn suggested_numbers() -> impl Iterator<Item = u32> {
    (2..=9).chain((4..32).map(|power| 1 << power))
}

/// Who wants a name.
#[derive(Clone, Copy)]
pub(super) enum Taker<'a> {
    Person(&'a Person),
    /// A client at this address that has not logged in yet.
    Arriving(IpAddr),
    /// The owner of an account that somebody else registers.
    Absent,
}

impl<'a> Taker<'a> {
    fn person(self) -> Option<&'a Person> {
        match self {
            Self::Person(person) => Some(person),
            Self::Arriving(_) | Self::Absent => None,
        }
    }

    fn address(self) -> Option<IpAddr> {
        match self {
            Self::Person(person) => Some(person.session.address),
            Self::Arriving(address) => Some(address),
            Self::Absent => None,
        }
    }
}

impl Chat {
    pub(super) fn decide_log_in(
        &self,
        origin: Origin,
        name: Option<Name>,
        proof: Option<&Proof>,
        other: Option<Name>,
        inputs: &mut Inputs<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let proven = name.as_ref().zip(proof);
        let attachable = proven.and_then(|(name, proof)| self.attachable(&origin, name, proof));
        if let Some(person) = attachable {
            return self.decide_attach(person, origin, inputs.now, facts);
        }
        let own = proven.and_then(|(name, proof)| self.own_session(name, proof, inputs.now));
        if let Some(own) = own {
            return self.take_up(&own, origin, None, inputs, facts);
        }
        self.check_has_space()?;
        let account =
            self.account_for_login(&origin, name.as_ref(), proof, other.as_ref(), inputs.now)?;
        if self.restricted.locked && account.is_none() {
            // Whose name is kept comes in by the code.
            if let Some(name) = name {
                self.check_not_kept(&name, Taker::Arriving(origin.address), inputs.now)?;
            }
            return Err(Rejection::Locked);
        }
        let becomes_operator = self.wants_operator(&origin, inputs.now);
        let lasting = account.is_some_and(|account| account.operator);
        let account = account.map(|account| account.name.clone());
        let name = match name {
            Some(name) => {
                let taker = Taker::Arriving(origin.address);
                let proof = self.proof_of_name(&name, proof, other.as_ref());
                let name = self.check_name(name, taker, proof, inputs.now)?;
                if account.is_none() {
                    self.check_may_be_told(&name, origin.address, inputs.now)?;
                }
                name
            }
            None => self.guest_name(inputs)?,
        };
        let person = PersonId(self.people.next);
        let ident = self.ident_heard(&origin, [Some(&name), account.as_ref()], inputs.now);
        facts.push(Fact::LoggedIn(Box::new(LoggedIn {
            person,
            conn: origin.conn,
            address: origin.address,
            link: origin.link,
            is_script: origin.is_script,
            account,
            operator: lasting || becomes_operator,
            name: name.clone(),
            code: self.new_code(inputs),
            ident,
        })));
        if origin.link.needs_room {
            facts.push(self.joined(person, name, LOBBY));
        }
        Ok(Outcome::LoggedIn(person))
    }

    /// What was given to prove this name. What proves only the account that was named besides was
    /// not.
    fn proof_of_name<'a>(
        &self,
        name: &Name,
        proof: Option<&'a Proof>,
        other: Option<&Name>,
    ) -> Option<&'a Proof> {
        let proves = |name: &Name, proof: &Proof| {
            let account = self.registrations.get(name);
            account.is_some_and(|account| account.is_proven_by(proof))
        };
        proof.filter(|proof| {
            let is_of_other = other.is_some_and(|other| proves(other, proof));
            !is_of_other || proves(name, proof)
        })
    }

    /// The account that an arriving person logs in to: the one that owns the name, or else the one
    /// named besides.
    fn account_for_login(
        &self,
        origin: &Origin,
        name: Option<&Name>,
        proof: Option<&Proof>,
        other: Option<&Name>,
        now: Timestamp,
    ) -> Result<Option<&Account>, Rejection> {
        let of_name = name.and_then(|name| self.registrations.get(name));
        let other = other.filter(|_| of_name.is_none());
        let whose = of_name.or_else(|| self.registrations.get(other?));
        let is_proven = |account: &&Account| proof.is_some_and(|p| account.is_proven_by(p));
        let proven = whose.filter(is_proven).map(|account| &account.name);
        self.check_not_banned(name, proven, origin.address, now)?;
        let account = match other {
            Some(other) => Some(self.proven_account(other, proof)?),
            None => of_name,
        };
        if let Some(account) = account {
            self.check_not_banned(Some(&account.name), proven, origin.address, now)?;
        }
        Ok(account)
    }

    /// The account that a proof belongs to, if it has room for another login.
    fn proven_account(&self, name: &Name, proof: Option<&Proof>) -> Result<&Account, Rejection> {
        let account = self.registrations.get(name);
        let account = account.filter(|account| proof.is_some_and(|p| account.is_proven_by(p)));
        let account = account.ok_or_else(|| Rejection::WrongPassword(name.clone()))?;
        self.check_has_login(account).map(|()| account)
    }

    /// Whether a person who logs in now becomes the operator. While the server is locked nobody does: the lock is
    /// against strangers, and only a person with that right may end it.
    fn wants_operator(&self, origin: &Origin, now: Timestamp) -> bool {
        self.may_become_operator(origin) && !self.has_operator(now)
    }

    fn may_become_operator(&self, origin: &Origin) -> bool {
        let may = match self.settings.first_operator {
            FirstOperator::Local => origin.link.is_local,
            FirstOperator::Anyone => true,
            FirstOperator::Nobody => false,
        };
        may && !origin.is_script && !self.restricted.locked
    }

    /// How long the role of the operator waits for a person whose link is lost, if it would be another's by now, who
    /// has just arrived.
    pub(in crate::chat) fn operator_waits(&self, me: &Person) -> Option<Duration> {
        let now = me.activity.visit.since;
        let is_another_here = self.people.has_operator() || self.registrations.has_operator();
        let may = !is_another_here && self.may_become_operator(&Origin::of(me));
        may.then(|| self.resumables.operator_until(now))?
            .map(|until| until.since(now))
    }

    /// Whether there is an operator: here, on a lost link, or registered.
    fn has_operator(&self, now: Timestamp) -> bool {
        self.people.has_operator()
            || self.registrations.has_operator()
            || self.resumables.has_operator(now)
    }

    /// Whether there is an operator beside a person and all who are logged in to the same account.
    pub(super) fn has_other_operator(&self, me: &Person, now: Timestamp) -> bool {
        let account = me.account.as_ref();
        let logins = account.map_or(1, |account| {
            let logins = self.people.logged_in_to(account);
            logins.filter(|login| login.session.rank.operator).count()
        });
        self.people.operators().len() > logins
            || self.registrations.has_other_operator(account)
            || self.resumables.has_other_operator(account, now)
    }

    /// Whether a text is the code that makes its sender the operator.
    pub(super) fn is_operator_code(&self, typed: &str, now: Timestamp) -> bool {
        (typed.parse()).is_ok_and(|code| self.makes_operator(code, now))
    }

    pub(super) fn makes_operator(&self, code: ResumeCode, now: Timestamp) -> bool {
        let may = self.settings.first_operator == FirstOperator::Local;
        may && self.settings.operator_code == Some(code) && !self.has_operator(now)
    }

    pub(in crate::chat) fn check_has_space(&self) -> Result<(), Rejection> {
        let people_max = self.settings.people_max;
        if self.people.len() >= people_max {
            return Err(Rejection::ServerFull { people_max });
        }
        Ok(())
    }

    /// Checks that a person who has another name, or none yet, may take this one.
    pub(super) fn check_name(
        &self,
        name: Name,
        taker: Taker<'_>,
        proof: Option<&Proof>,
        now: Timestamp,
    ) -> Result<Name, Rejection> {
        let own_account = taker.person().and_then(|own| own.account.as_ref());
        let own = taker.person().map(|own| own.id);
        let account = self.registrations.get(&name);
        if let Some(account) = account.filter(|account| own_account != Some(&account.name)) {
            match proof {
                Some(proof) if account.is_proven_by(proof) => {}
                Some(proof) if !proof.is_certificate() => {
                    return Err(Rejection::WrongPassword(name));
                }
                _ => return Err(Rejection::NameRegistered(name)),
            }
        }
        let bearer = self.people.named(&name);
        if bearer.is_some_and(|bearer| Some(bearer.id) != own) {
            let free = self.free_name_like(&name, now);
            return Err(Rejection::NameTaken { name, free });
        }
        // The owner of a registered name needs no code.
        if account.is_none() {
            self.check_not_kept(&name, taker, now)?;
        }
        let elsewhere = taker.address().filter(|_| account.is_none());
        let alike =
            elsewhere.and_then(|address| self.resumables.look_alike_elsewhere(&name, address, now));
        match alike {
            Some(other) => Err(self.looks_like(name, other, now)),
            None => self.check_look(name, own, now),
        }
    }

    /// Checks that a name is not kept for somebody else, whose link is lost.
    fn check_not_kept(
        &self,
        name: &Name,
        taker: Taker<'_>,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let own = taker.person().map(|own| own.id);
        let lost = self.resumables.named(name, now);
        let lost = lost.filter(|lost| Some(lost.person.id) != own);
        match lost.or_else(|| self.resumables.kept_from(name, taker.address()?, now)) {
            Some(lost) => Err(Rejection::NameKept {
                name: name.clone(),
                remaining: lost.until.since(now),
            }),
            None => Ok(()),
        }
    }

    fn looks_like(&self, name: Name, other: &Name, now: Timestamp) -> Rejection {
        let (other, free) = (other.clone(), self.free_name_like(other, now));
        Rejection::NameLooksLike { name, other, free }
    }

    /// Checks that the name looks like nobody else's. One's own name in another case can look like
    /// another's: `lee` does not look like `iee`, but `Iee` does.
    pub(super) fn check_look(
        &self,
        name: Name,
        own: Option<PersonId>,
        now: Timestamp,
    ) -> Result<Name, Rejection> {
        if self.is_servers_own(&name) {
            return Err(Rejection::NameReserved(name));
        }
        match self.look_alike(&name, own, now) {
            Some(other) => Err(self.looks_like(name, other, now)),
            None => Ok(name),
        }
    }

    /// Whether a name passes for the server's. Its registered owner keeps it: the server's own name
    /// may have been set later.
    fn is_servers_own(&self, name: &Name) -> bool {
        let mut own = self.settings.own_names.iter();
        own.any(|own| name.passes_for(own)) && self.registrations.get(name).is_none()
    }

    fn look_alike(&self, name: &Name, own: Option<PersonId>, now: Timestamp) -> Option<&Name> {
        let here = self.people.look_alike(name, own);
        here.or_else(|| self.registrations.look_alike(name))
            .or_else(|| self.resumables.look_alike(name, own, now))
    }

    pub(super) fn is_free(&self, name: &Name, now: Timestamp) -> bool {
        self.people.named(name).is_none()
            && self.registrations.get(name).is_none()
            && self.resumables.reachable(name, now).is_none()
            && self.look_alike(name, None, now).is_none()
            && !self.is_servers_own(name)
    }

    pub(super) fn free_name_like(&self, name: &Name, now: Timestamp) -> Name {
        let mut numbered = suggested_numbers().map(|number| name.numbered(number));
        // Somebody who takes all of them gets a suggestion that is taken.
        numbered
            .find(|name| self.is_free(name, now))
            .unwrap_or_else(|| name.clone())
    }

    pub(super) fn guest_name(&self, inputs: &mut Inputs<'_>) -> Result<Name, Rejection> {
        let (people_max, now) = (self.settings.people_max, inputs.now);
        let mut roll = || (inputs.roll)();
        let short = core::iter::repeat_with(&mut roll).take(GUEST_TRIES);
        let found = short
            .map(|bits| Name::guest(bits as u16))
            .find(|name| self.is_free(name, now));
        let long = || {
            let bits = core::iter::repeat_with(roll).take(GUEST_TRIES);
            let mut names = bits.map(|bits| Name::long_guest(bits as u32));
            names.find(|name| self.is_free(name, now))
        };
        found
            .or_else(long)
            .ok_or(Rejection::ServerFull { people_max })
    }

    /// A resume code that no session has.
    pub(super) fn new_code(&self, inputs: &mut Inputs<'_>) -> ResumeCode {
        let mut code = ResumeCode::from_random((inputs.roll)());
        for _ in 1..CODE_TRIES {
            let is_lost = || self.resumables.with_code(code).is_some();
            if self.people.with_code(code).is_none() && !is_lost() {
                break;
            }
            code = ResumeCode::from_random((inputs.roll)());
        }
        code
    }

    /// A person takes another name, or the session that has it, if the name is theirs and in use.
    pub(super) fn decide_rename(
        &self,
        me: &Person,
        name: Name,
        proof: Option<&Proof>,
        inputs: &mut Inputs<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let now = inputs.now;
        if name == me.name {
            return Err(Rejection::SameName(name));
        }
        if let Some(own) = self.other_session(me, &name, proof, now) {
            return self.take_up(&own, Origin::of(me), Some(me), inputs, facts);
        }
        self.check_may_be_heard(me, now)?;
        self.check_may_be_heard_in_rooms(me, now)?;
        self.check_may_be_called(me, &name, now)?;
        self.check_no_room_bars(me, &name, now)?;
        // Changing the case of one's registered name needs no password.
        let new = match name.same_as(&me.name) {
            true => self.check_look(name, Some(me.id), now)?,
            false => self.check_name(name, Taker::Person(me), proof, now)?,
        };
        facts.push(self.renamed(me, new));
        Ok(Outcome::Done)
    }

    /// Checks that no ban or lock forbids this name to a person at this address.
    pub(super) fn check_may_be_called(
        &self,
        person: &Person,
        name: &Name,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let (own, address) = (person.account.as_ref(), person.session.address);
        self.check_not_banned(Some(name), own, address, now)?;
        let account = self.registrations.get(name);
        if let Some(account) = account {
            self.check_not_banned(Some(&account.name), own, address, now)?;
        }
        let is_registered = person.account.is_some() || account.is_some();
        match self.restricted.locked && !is_registered && !person.session.rank.operator {
            true => Err(Rejection::LockedSpeech),
            false => Ok(()),
        }
    }

    /// The fact that a person has another name, and is logged in to the account that owns it, if
    /// one does. Who was made an operator for the visit stays one.
    pub(super) fn renamed(&self, person: &Person, new: Name) -> Fact {
        let owner = self.registrations.get(&new);
        let account = owner.or_else(|| self.account_of(person));
        let is_same = account.map(|account| &account.name) == person.account.as_ref();
        Fact::Renamed(Box::new(Renamed {
            person: person.id,
            old: person.name.clone(),
            since: person.activity.named,
            // Rights that were given up do not come back with a name.
            operator: match is_same {
                true => person.session.rank.operator,
                false => {
                    account.is_some_and(|account| account.operator)
                        || self.is_operator_for_visit(person)
                }
            },
            account: account.map(|account| account.name.clone()),
            new,
            // Where its link was lost nobody sees it now.
            rooms: self.rooms_of(person.id).into(),
        }))
    }
}
