//! Whom an operator or a moderator means by a name: a person who is here, one whose link is lost
//! and who may come back, or the owner of a registered name who is neither.
//!
//! An act against a person whose link is lost takes effect when they come back: cutting the link at
//! the right moment is no escape.

use alloc::vec::Vec;

use super::operate::Actor;
use super::shown;
use crate::account::Account;
use crate::ban::{Mask, Reach, strip_account_key, strip_name_key};
use crate::chat::{Chat, Person};
use crate::event::Aside;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::time::Timestamp;

/// See the [module](self).
#[derive(Clone, Copy)]
pub(super) enum Target<'a> {
    /// Connected.
    Here(&'a Person),
    /// The link is lost, and the session can be resumed.
    Lost(&'a Person),
    /// Nobody goes by this name.
    Account(&'a Account),
}

impl<'a> Target<'a> {
    /// The person, connected or not.
    pub(super) fn person(self) -> Option<&'a Person> {
        match self {
            Self::Here(person) | Self::Lost(person) => Some(person),
            Self::Account(_) => None,
        }
    }
}

impl Chat {
    /// The target with this name, who must not be `me`.
    ///
    /// # Errors
    /// [`Rejection::Oneself`]; [`Rejection::NobodyCalled`] with the most similar name, or for
    /// `account:NAME` [`Rejection::NoAccount`].
    pub(super) fn target(
        &self,
        me: Actor<'_>,
        typed: &str,
        now: Timestamp,
    ) -> Result<Target<'_>, Rejection> {
        let of_account = strip_account_key(typed);
        let target = match of_account {
            Some(typed) => self.target_of_account(typed, now)?,
            None => {
                // No name has a colon, and the commands beside take both.
                let typed = strip_name_key(typed).unwrap_or(typed);
                match self.find_for(me, typed) {
                    Ok(person) => Target::Here(person),
                    Err(nobody) => self.target_away(typed, now).ok_or(nobody)?,
                }
            }
        };
        let is_me = match (me, target) {
            (Actor::Person(me), Target::Here(person) | Target::Lost(person)) => {
                let is_login = of_account.is_some() && me.account == person.account;
                me.id == person.id || is_login
            }
            (Actor::Person(me), Target::Account(account)) => {
                me.account.as_ref() == Some(&account.name)
            }
            _ => false,
        };
        match is_me {
            true => Err(Rejection::Oneself),
            false => Ok(target),
        }
    }

    /// Who is logged in to an account: who has its name, or else anybody.
    fn target_of_account(&self, typed: &str, now: Timestamp) -> Result<Target<'_>, Rejection> {
        let account = self.account_called(typed)?;
        Ok(match self.login_of(account) {
            Some(person) => Target::Here(person),
            None => {
                let lost = self.lost_logins(&account.name, now).next();
                lost.map_or(Target::Account(account), Target::Lost)
            }
        })
    }

    /// The account that has this name, and no guest.
    ///
    /// # Errors
    /// [`Rejection::NoAccount`].
    pub(super) fn account_called(&self, typed: &str) -> Result<&Account, Rejection> {
        let name = Name::known(typed);
        let account = name.and_then(|name| self.registrations.get(&name));
        account.ok_or_else(|| Rejection::NoAccount {
            typed: shown(typed),
        })
    }

    /// Somebody who is logged in to an account: who has its name, or else anybody.
    pub(super) fn login_of(&self, account: &Account) -> Option<&Person> {
        let named = self.people.named(&account.name);
        let named = named.filter(|person| person.is_logged_in_to(&account.name));
        named.or_else(|| self.people.logged_in_to(&account.name).next())
    }

    /// The mask that is in force when this one was typed.
    ///
    /// # Errors
    /// [`Rejection::NoAccount`].
    pub(super) fn mask_meant(&self, mask: Mask) -> Result<Mask, Rejection> {
        match &mask.name {
            Some(name) if mask.reach == Reach::Account => {
                let account = self.account_called(name.as_str())?;
                Ok(Mask::of_name(account.name.clone()))
            }
            _ => Ok(mask),
        }
    }

    fn target_away(&self, typed: &str, now: Timestamp) -> Option<Target<'_>> {
        let name = Name::known(typed)?;
        match self.resumables.reachable(&name, now) {
            Some(lost) => Some(Target::Lost(&lost.person)),
            None => self.registrations.get(&name).map(Target::Account),
        }
    }

    /// The people who are logged in to an account, under whatever names: those who may come back, then those who are
    /// here, each in the order in which they came.
    pub(super) fn logins(&self, account: &Account, now: Timestamp) -> Vec<Target<'_>> {
        let lost = self.lost_logins(&account.name, now).map(Target::Lost);
        let here = self.people.logged_in_to(&account.name);
        lost.chain(here.map(Target::Here)).collect()
    }

    pub(super) fn lost_logins(
        &self,
        account: &Name,
        now: Timestamp,
    ) -> impl Iterator<Item = &Person> {
        let lost = self.resumables.logged_in_to(account).into_iter();
        let lost = lost.filter_map(|id| self.resumables.get(id));
        let lost = lost.filter(move |lost| now < lost.until);
        lost.map(|lost| &*lost.person)
    }

    /// Everybody whom a name means: the person who has it, who must not be `me`; if nobody has it, or it stands behind
    /// `account:`, all who are logged in to its account.
    ///
    /// # Errors
    /// As [`target`](Self::target), or [`Rejection::NotConnected`].
    pub(super) fn targets(
        &self,
        me: Actor<'_>,
        typed: &str,
        now: Timestamp,
    ) -> Result<Vec<Target<'_>>, Rejection> {
        let target = self.target(me, typed, now)?;
        let account = match (target, strip_account_key(typed)) {
            (Target::Account(account), _) => account,
            (_, Some(account)) => self.account_called(account)?,
            (_, None) => return Ok(Vec::from([target])),
        };
        let logins = self.logins(account, now);
        match logins.is_empty() {
            true => Err(Rejection::NotConnected(account.name.clone())),
            false => Ok(logins),
        }
    }

    /// The person with this name, who must not be `me`, and is connected or may come back. If nobody has the name, it
    /// means the last to log in to its account.
    ///
    /// # Errors
    /// As [`target`](Self::target), or [`Rejection::NotConnected`].
    pub(super) fn find_other(
        &self,
        me: Actor<'_>,
        typed: &str,
        now: Timestamp,
    ) -> Result<&Person, Rejection> {
        let target = match self.target(me, typed, now)? {
            Target::Account(account) => {
                let newest = self.logins(account, now).pop();
                newest.unwrap_or(Target::Account(account))
            }
            target => target,
        };
        match target {
            Target::Here(person) | Target::Lost(person) => Ok(person),
            Target::Account(account) => Err(Rejection::NotConnected(account.name.clone())),
        }
    }

    /// That nobody goes by a name that is to be kept out, and no account has it: perhaps another is meant.
    pub(super) fn nobody_of(&self, me: Actor<'_>, name: &Name, now: Timestamp) -> Option<Aside> {
        match self.target(me, name.as_str(), now) {
            Err(Rejection::NobodyCalled { meant, .. }) => Some(Aside::Nobody { meant }),
            _ => None,
        }
    }

    /// The same of a name that a person asks about.
    pub(in crate::chat) fn nobody_for(
        &self,
        me: &Person,
        name: &Name,
        now: Timestamp,
    ) -> Option<Aside> {
        self.nobody_of(Actor::Person(me), name, now)
    }

    /// The person of this name, connected or not.
    pub(in crate::chat) fn bearer_of(&self, name: &Name, now: Timestamp) -> Option<&Person> {
        let lost = || Some(&*self.resumables.reachable(name, now)?.person);
        self.people.named(name).or_else(lost)
    }
}
