//! Accounts: registering a name, grouping another to it, logging in and out, giving it up.
//!
//! Changing an account needs a proof: a session left open, or a resume code that somebody read,
//! must not be enough.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::Origin;
use super::log_in::Taker;
use super::operate::Actor;
use crate::account::{Account, AccountChange, AccountChanged, AccountSet, CredentialKind};
use crate::chat::state::RoomRules;
use crate::chat::{Chat, Inputs, Person};
use crate::command::{Command, Outcome, Proof};
use crate::event::{Fact, Renamed, RoomAct};
use crate::ids::PersonId;
use crate::limits::{ACCOUNT_NAMES_MAX, REGISTRATIONS_MAX};
use crate::name::Name;
use crate::rejection::Rejection;
use crate::room::Held;
use crate::time::Timestamp;

impl Chat {
    /// Decides a command about the asker's own account.
    pub(super) fn decide_account(
        &self,
        me: &Person,
        command: Command,
        inputs: &mut Inputs<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        match command {
            Command::Register {
                password_hash,
                proof,
            } => {
                return self.decide_register(me, password_hash, proof.as_ref(), inputs.now, facts);
            }
            Command::SetMarker { target, at } => {
                facts.extend(self.decide_marker(me, target, at, inputs.now));
            }
            Command::Group => facts.push(self.decide_group(me)?),
            Command::Certify { certificate, proof } => {
                return self.decide_certify(me, certificate, proof.as_ref(), inputs.now, facts);
            }
            Command::Forget { certificate, proof } => {
                facts.push(self.decide_forget(me, &certificate, proof.as_ref())?);
            }
            Command::LogInTo {
                name,
                proof,
                beside,
            } => return self.decide_log_in_to(me, name, proof, beside, inputs, facts),
            Command::StepDown => {
                self.check_operator(me)?;
                // A guest has no account that keeps the right: it is given up for good.
                if me.account.is_none() {
                    let own = Command::Deop(me.name.as_str().into());
                    return self.decide_operate(Actor::Person(me), own, inputs.now, facts);
                }
                facts.push(self.with_rights(me, false));
            }
            Command::LogOut => return self.decide_log_out(me, inputs, facts),
            Command::Unclaim { proof } => return self.decide_unclaim(me, proof.as_ref(), facts),
            // No other command gets here.
            _ => return Err(Rejection::NotHere),
        }
        Ok(Outcome::Done)
    }

    fn decide_register(
        &self,
        me: &Person,
        secret: Arc<str>,
        proof: Option<&Proof>,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let kind = CredentialKind::Password;
        let Some(own) = self.account_of(me) else {
            self.check_may_register(me)?;
            self.claim(me, kind, secret, now, facts)?;
            return Ok(Outcome::Done);
        };
        facts.push(match proof {
            // Only the current password, and no certificate, may replace a password.
            Some(proof)
                if own
                    .password_hash()
                    .map_or_else(|| own.is_proven_by(proof), |hash| *hash == proof.0) =>
            {
                let change = AccountChange::Credential { kind, secret };
                self.account_changed(own, change, Some(me.id))
            }
            None if !own.owns(&me.name) => self.decide_group(me)?,
            _ => return Err(Rejection::NeedsOldPassword(own.name.clone())),
        });
        Ok(Outcome::Done)
    }

    /// Creates an account under a person's name.
    pub(super) fn claim(
        &self,
        me: &Person,
        kind: CredentialKind,
        secret: Arc<str>,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let mutes = self.mutes_of_guest(me, now)?;
        let rank = me.session.rank;
        let change = AccountChange::Claimed {
            kind,
            secret,
            // Rights that were given for a visit end with it.
            operator: rank.operator && !rank.for_visit,
        };
        let mut fact = changed(&me.name, change, Some(me.id), [me.id].into());
        if let Fact::AccountChanged(changed) = &mut fact {
            changed.rooms = me.rooms.clone();
        }
        facts.push(fact);
        facts.extend(mutes);
        self.take_rooms(me, facts);
        Ok(())
    }

    /// The rooms that a person made as a guest belong to their registered name now.
    fn take_rooms(&self, me: &Person, facts: &mut Vec<Fact>) {
        for &id in &me.rooms {
            let rules = self.rooms.rules(id);
            let is_founder =
                |rules: &&RoomRules| rules.owner().is_none() && rules.founder() == Some(me.id);
            if rules.filter(is_founder).is_some() {
                let voiced = self.held(me, id).is_some_and(Held::has_voice);
                facts.push(self.changed(me, id, RoomAct::Own { voiced }, Some(me.id)));
            }
        }
    }

    pub(super) fn decide_group(&self, me: &Person) -> Result<Fact, Rejection> {
        // Only a name whose credentials are known can become an account.
        let own = self.account_of(me).ok_or(Rejection::NeedsProof)?;
        if own.owns(&me.name) {
            return Err(Rejection::LoggedInAlready(own.name.clone()));
        }
        self.check_may_register(me)?;
        if own.names.len() >= ACCOUNT_NAMES_MAX {
            return Err(Rejection::TooManyNames {
                names_max: ACCOUNT_NAMES_MAX,
            });
        }
        let change = AccountChange::NameAdded(me.name.clone());
        Ok(self.account_changed(own, change, Some(me.id)))
    }

    pub(super) fn check_may_register(&self, me: &Person) -> Result<(), Rejection> {
        // The lock is for names that were registered before it.
        if self.restricted.locked && !me.session.rank.operator {
            return Err(Rejection::LockedRegistration);
        }
        match self.registrations.len() >= REGISTRATIONS_MAX {
            true => Err(Rejection::RegistrationsFull),
            false => Ok(()),
        }
    }

    /// Creates an account under a name that nobody bears.
    pub(super) fn added(
        &self,
        name: Name,
        taker: Taker<'_>,
        secret: Arc<str>,
        now: Timestamp,
    ) -> Result<AccountChanged, Rejection> {
        if self.registrations.len() >= REGISTRATIONS_MAX {
            return Err(Rejection::RegistrationsFull);
        }
        // The person with the name now is not its owner.
        let name = self.check_name(name, taker, None, now)?;
        Ok(AccountChanged {
            account: name,
            change: AccountChange::Claimed {
                kind: CredentialKind::Password,
                secret,
                operator: false,
            },
            person: None,
            logins: Box::default(),
            rooms: Box::default(),
        })
    }

    /// Registers the name of a client that has not logged in yet.
    pub(super) fn decide_register_early(
        &self,
        address: IpAddr,
        name: Name,
        secret: Arc<str>,
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        self.check_not_banned(Some(&name), None, address, now)?;
        self.check_may_be_told(&name, address, now)?;
        if self.restricted.locked {
            return Err(Rejection::LockedRegistration);
        }
        let added = self.added(name, Taker::Arriving(address), secret, now)?;
        Ok(Fact::AccountChanged(Box::new(added)))
    }

    fn decide_log_in_to(
        &self,
        me: &Person,
        name: Name,
        proof: Option<Proof>,
        beside: bool,
        inputs: &mut Inputs<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let (proof, now) = (proof.as_ref(), inputs.now);
        let Some(account) = self.registrations.get(&name) else {
            return Err(Rejection::NotRegistered(name));
        };
        if !proof.is_some_and(|proof| account.is_proven_by(proof)) {
            return Err(Proof::refusal(proof, name));
        }
        let other = self.other_session(me, &name, proof, now);
        if let Some(own) = other.filter(|_| !beside) {
            return self.take_up(&own, Origin::of(me), Some(me), inputs, facts);
        }
        // Rights that were given up come back with the proof.
        if me.account.as_ref() == Some(&account.name)
            && account.operator
            && !me.session.rank.operator
        {
            facts.push(self.with_rights(me, true));
            return Ok(Outcome::Done);
        }
        if let Some(before) = me.account.as_ref() {
            return Err(Rejection::LoggedInAlready(before.clone()));
        }
        let proven = Some(&account.name);
        self.check_not_banned(proven, proven, me.session.address, now)?;
        self.check_has_login(account)?;
        facts.push(Fact::AccountSet(Box::new(AccountSet {
            person: me.id,
            before: None,
            account: Some(account.name.clone()),
            operator: account.operator || me.session.rank.operator,
            name: me.name.clone(),
            rooms: me.rooms.clone(),
        })));
        Ok(Outcome::Done)
    }

    fn decide_log_out(
        &self,
        me: &Person,
        inputs: &mut Inputs<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        if me.account.is_none() {
            return Err(Rejection::NotLoggedIn);
        }
        let operator = self.is_operator_for_visit(me);
        // A registered name needs its account.
        let guest = match self.is_own_name(me) {
            true => Some(self.guest_name(inputs)?),
            false => None,
        };
        facts.push(self.logged_out(me));
        facts.extend(guest.map(|new| {
            Fact::Renamed(Box::new(Renamed {
                person: me.id,
                old: me.name.clone(),
                since: me.activity.named,
                new,
                rooms: me.rooms.clone(),
                account: None,
                operator,
            }))
        }));
        Ok(Outcome::Done)
    }

    fn decide_unclaim(
        &self,
        me: &Person,
        proof: Option<&Proof>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let own = self.account_of(me).ok_or(Rejection::NotLoggedIn)?;
        if proof.is_none_or(|proof| !own.is_proven_by(proof)) {
            return Err(Proof::refusal(proof, own.name.clone()));
        }
        if own.name.same_as(&me.name) {
            self.end_account(own, Some(me.id), facts);
        } else if own.owns(&me.name) {
            let change = AccountChange::NameRemoved(me.name.clone());
            facts.push(self.account_changed(own, change, Some(me.id)));
        } else {
            return Err(Rejection::NotRegistered(me.name.clone()));
        }
        Ok(Outcome::Done)
    }

    /// Ends an account. Everybody is logged out and keeps the name for the visit.
    pub(super) fn end_account(
        &self,
        account: &Account,
        by: Option<PersonId>,
        facts: &mut Vec<Fact>,
    ) {
        facts.extend(self.rights_ended(account, by));
        facts.push(self.account_changed(account, AccountChange::Removed, by));
        let logins = self.people.logged_in_to(&account.name);
        facts.extend(logins.map(|person| self.logged_out(person)));
    }

    /// The fact that a person has other rights with the same account, or without one.
    pub(super) fn with_rights(&self, person: &Person, operator: bool) -> Fact {
        // Nobody sees in a room who is only expected back.
        let rooms = match self.is_lost(person.id) {
            true => Box::default(),
            false => person.rooms.clone(),
        };
        Fact::AccountSet(Box::new(AccountSet {
            person: person.id,
            before: person.account.clone(),
            account: person.account.clone(),
            operator,
            name: person.name.clone(),
            rooms,
        }))
    }

    fn logged_out(&self, person: &Person) -> Fact {
        Fact::AccountSet(Box::new(AccountSet {
            person: person.id,
            before: person.account.clone(),
            account: None,
            operator: self.is_operator_for_visit(person),
            name: person.name.clone(),
            rooms: person.rooms.clone(),
        }))
    }

    /// A change of an account, addressed to everybody who is logged in to it: to those whose link
    /// is lost when they come back.
    pub(super) fn account_changed(
        &self,
        account: &Account,
        change: AccountChange,
        by: Option<PersonId>,
    ) -> Fact {
        let here = self.people.logged_in_to(&account.name);
        let lost = self.resumables.logged_in_to(&account.name);
        let logins = here.map(|person| person.id).chain(lost).collect();
        changed(&account.name, change, by, logins)
    }

    /// The account that a person is logged in to.
    pub(in crate::chat) fn account_of(&self, person: &Person) -> Option<&Account> {
        self.registrations.get(person.account.as_ref()?)
    }

    /// Whether a person's name belongs to the account that they are logged in to.
    pub(super) fn is_own_name(&self, person: &Person) -> bool {
        let own = self.account_of(person);
        own.is_some_and(|own| own.owns(&person.name))
    }

    /// Whether a person is an operator only for the visit, because another operator made them one.
    /// The first operator of the server does not count, though their name may not be registered
    /// yet.
    pub(super) fn is_operator_on_loan(&self, person: &Person) -> bool {
        person.session.rank.for_visit && self.is_operator_for_visit(person)
    }

    /// Whether a person would be an operator without their account.
    pub(in crate::chat) fn is_operator_for_visit(&self, person: &Person) -> bool {
        let account = self.account_of(person);
        person.session.rank.operator && !account.is_some_and(|account| account.operator)
    }
}

pub(super) fn changed(
    account: &Name,
    change: AccountChange,
    person: Option<PersonId>,
    logins: Box<[PersonId]>,
) -> Fact {
    Fact::AccountChanged(Box::new(AccountChanged {
        account: account.clone(),
        change,
        person,
        logins,
        rooms: Box::default(),
    }))
}
