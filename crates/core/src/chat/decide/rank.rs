//! Who outranks whom: of registered operators, the one who was appointed first. An operator for the
//! visit is below them all, and nobody is above an administrator at the shell.
//!
//! What an operator does by name is [checked](Chat::check_rank) when it is done. A block of
//! addresses names nobody, so whether it keeps out a person who outranks its author is decided when
//! that person arrives, by the author's name, which is all that the restriction records.

use core::net::IpAddr;

use super::operate::Actor;
use crate::ban::Restriction;
use crate::chat::state::{RestrictionId, Restrictions};
use crate::chat::{Chat, Person};
use crate::ids::Seq;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::time::Timestamp;

impl Chat {
    /// Checks that a person has not been a lasting operator for longer than `me`, by their name or
    /// by their account.
    pub(super) fn check_rank(&self, me: Actor<'_>, person: &Person) -> Result<(), Rejection> {
        let account = person.account.as_ref();
        let mut names = core::iter::once(&person.name).chain(account);
        names.try_for_each(|name| self.check_rank_of_name(me, name))
    }

    /// Checks that the owner of a name has not been a lasting operator for longer than `me`.
    pub(super) fn check_rank_of_name(&self, me: Actor<'_>, name: &Name) -> Result<(), Rejection> {
        let Some(theirs) = self.registrations.appointed(name) else {
            return Ok(());
        };
        let Actor::Person(me) = me else {
            return Ok(());
        };
        let account = me.account.as_ref();
        let mine = account.and_then(|account| self.registrations.appointed(account));
        match mine.is_some_and(|mine| mine <= theirs) {
            true => Ok(()),
            false => Err(Rejection::Outranked(name.clone())),
        }
    }

    /// The restriction of a list that lasts longest for a person: by this name wherever they are,
    /// and by this address unless they outrank its author.
    pub(in crate::chat) fn restriction_on(
        &self,
        list: &Restrictions,
        name: Option<&Name>,
        address: IpAddr,
        rank: impl FnOnce() -> Option<Seq>,
        now: Timestamp,
    ) -> Option<RestrictionId> {
        let longest = list.longest(name, address, now)?;
        let Some(rank) = rank() else {
            return Some(longest);
        };
        list.longest_where(name, address, now, |restriction| {
            let is_meant = name.is_some_and(|name| restriction.mask.is_about(name));
            is_meant || !self.is_by_lesser(restriction, rank)
        })
    }

    fn is_by_lesser(&self, restriction: &Restriction, rank: Seq) -> bool {
        let author = self.registrations.appointed(&restriction.by);
        restriction.by != Name::shell() && author.is_none_or(|author| rank < author)
    }

    /// Checks that no ban keeps out a person with this name who has proven this account.
    pub(super) fn check_not_banned(
        &self,
        name: Option<&Name>,
        proven: Option<&Name>,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let rank = || self.registrations.appointed(proven?);
        self.check_no_ban(name, address, rank, now)
    }

    /// Checks that anybody from this address may be let in, under any name.
    pub(in crate::chat) fn check_may_prove(
        &self,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        self.check_no_ban(None, address, || self.registrations.first_appointed(), now)
    }

    fn check_no_ban(
        &self,
        name: Option<&Name>,
        address: IpAddr,
        rank: impl FnOnce() -> Option<Seq>,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let bans = &self.restricted.bans;
        let ban = self.restriction_on(bans, name, address, rank, now);
        match ban.and_then(|id| bans.get(id)) {
            Some(ban) => Err(Rejection::Banned {
                until: ban.until,
                why: ban.why.clone(),
            }),
            None => Ok(()),
        }
    }
}
