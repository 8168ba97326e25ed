//! Several connections of one person, all of them IRC clients.
//!
//! A client that logs in by IRC under a name that its account already uses over IRC becomes an
//! additional connection of the same person. So nobody's link is cut, and two clients that
//! reconnect by themselves do not take the name from each other for ever. A dead link does no harm,
//! since it is detected in time and ends alone. The other dialects take the session over instead:
//! there, one screen follows another. Either way the proof gives the rights of the name, and ends
//! those of the visit.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::Origin;
use crate::account::Account;
use crate::chat::{Chat, Person};
use crate::command::{Outcome, Proof};
use crate::event::{Attached, Detached, Fact, LoggedIn, QuitReason};
use crate::ids::ConnId;
use crate::limits::ACCOUNT_LOGINS_MAX;
use crate::link::Client;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::time::Timestamp;

impl Chat {
    /// The person whom an arriving client joins as another connection: they bear the name, and the
    /// proof is of the account that they are logged in to.
    pub(super) fn attachable(
        &self,
        origin: &Origin,
        name: &Name,
        proof: &Proof,
    ) -> Option<&Person> {
        let bearer = self.people.named(name)?;
        let is_own = self.account_of(bearer)?.is_proven_by(proof);
        (is_own && shares_connections(origin, bearer)).then_some(bearer)
    }

    /// Adds a connection to a person.
    pub(super) fn decide_attach(
        &self,
        person: &Person,
        origin: Origin,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        self.check_owner_not_banned(person, &origin, now)?;
        if let Some(account) = self.account_of(person) {
            self.check_has_login(account)?;
        }
        for &room in &person.rooms {
            self.check_may_stay(person, room, origin.address, origin.link, now)?;
        }
        // A right given for the visit would otherwise last for as long as any connection does.
        let is_on_loan = self.is_operator_on_loan(person);
        if is_on_loan {
            facts.push(self.with_rights(person, false));
        }
        facts.extend(self.ended_with_visit(person));
        facts.push(Fact::Attached(Box::new(Attached {
            login: LoggedIn {
                ident: origin.ident,
                person: person.id,
                conn: origin.conn,
                name: person.name.clone(),
                address: origin.address,
                link: origin.link,
                account: person.account.clone(),
                operator: person.session.rank.operator && !is_on_loan,
                code: person.session.code,
                is_script: origin.is_script,
            },
            rooms: person.rooms.clone(),
            ignores: person.ignores().into(),
        })));
        Ok(Outcome::Attached(person.id))
    }

    /// Checks that the account has room for another login.
    pub(super) fn check_has_login(&self, account: &Account) -> Result<(), Rejection> {
        let logins = self.people.logged_in_to(&account.name);
        let connections: usize = logins.map(|person| 1 + person.others().len()).sum();
        match connections >= ACCOUNT_LOGINS_MAX {
            true => Err(Rejection::TooManyLogins {
                logins_max: ACCOUNT_LOGINS_MAX,
            }),
            false => Ok(()),
        }
    }
}

/// Whether a person can get another connection: both clients must speak IRC.
pub(super) fn shares_connections(origin: &Origin, person: &Person) -> bool {
    [origin.link.client, person.session.link.client] == [Client::Irc; 2]
}

/// One of a person's several connections ends.
pub(super) fn detached(person: &Person, conn: ConnId, why: Option<QuitReason>) -> Fact {
    Fact::Detached(Box::new(Detached {
        person: person.id,
        name: person.name.clone(),
        conn,
        why,
    }))
}

/// Ends all but the first connection of a person, whose session goes on elsewhere.
pub(super) fn without_others(person: &Person) -> impl Iterator<Item = Fact> + '_ {
    let others = person.others().iter();
    others.map(|other| detached(person, other.id, None))
}
