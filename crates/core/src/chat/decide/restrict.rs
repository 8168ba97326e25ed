//! Bans and mutes of the whole server, as operators give them.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::cover::{Cover, Meant};
use super::operate::{Actor, audit_entry_with};
use super::quit;
use super::target::Target;
use crate::ban::{Mask, Reach, Restriction};
use crate::chat::state::Restrictions;
use crate::chat::{Chat, Person};
use crate::command::Outcome;
use crate::event::{Aside, Fact, ModAction, QuitReason};
use crate::ids::PersonId;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::time::{Duration, Timestamp};

/// What an operator gave with a restriction.
pub(super) struct Given<'a> {
    pub(super) me: Actor<'a>,
    pub(super) time: Option<Duration>,
    pub(super) why: Option<Text>,
    pub(super) now: Timestamp,
}

impl Given<'_> {
    pub(super) fn restriction(&self, mask: Mask) -> Restriction {
        Restriction {
            mask,
            until: self.until(),
            at: self.now,
            by: self.me.name(),
            why: self.why.clone().map(Arc::new),
        }
    }

    fn until(&self) -> Option<Timestamp> {
        self.time.map(|time| self.now + time)
    }

    /// The audit entries of a restriction, one for each mask. The first tells the person concerned,
    /// and the operator what is `beside` it unless addresses were spared.
    fn entries(
        &self,
        act: fn(Restriction) -> ModAction,
        covers: Vec<Cover>,
        mut target: Option<PersonId>,
        mut beside: Option<Aside>,
    ) -> Vec<Fact> {
        let entry = |cover: Cover| {
            let spares = !cover.spared.is_empty();
            let spared = spares.then_some(Aside::Spared(cover.spared));
            let aside = spared.or(beside.take());
            audit_entry_with(
                self.me,
                act(self.restriction(cover.mask)),
                target.take(),
                aside,
            )
        };
        covers.into_iter().map(entry).collect()
    }
}

impl Chat {
    pub(super) fn decide_ban(
        &self,
        given: &Given<'_>,
        mask: Mask,
        cover_address: bool,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let cover_address = cover_address && mask.reach != Reach::Account;
        let mask = self.mask_meant(mask)?;
        let is_of_addresses = mask.name.is_none();
        let named = mask.name.as_ref();
        let nobody = named.and_then(|name| self.nobody_of(given.me, name, given.now));
        let covers = self.covers_of_ban(given, mask, cover_address);
        let masks = || covers.iter().map(|cover| &cover.mask);
        let matching: BTreeMap<PersonId, &Person> = masks()
            .flat_map(|mask| self.people.matching(mask))
            .map(|person| (person.id, person))
            .collect();
        for mask in masks() {
            let lost = self.resumables.matching(mask, given.now);
            self.check_may_ban(given.me, mask, matching.values().copied().chain(lost))?;
        }
        check_list_has_space(&self.restricted.bans, covers.len())?;
        let put_out = (is_of_addresses && !matching.is_empty()).then_some(matching.len());
        let beside = nobody.or(put_out.map(Aside::PutOut));
        let why = QuitReason::Banned {
            by: given.me.name(),
            until: given.until(),
            why: given.why.clone().map(Arc::new),
        };
        facts.extend(given.entries(ModAction::Ban, covers, None, beside));
        facts.extend(
            matching
                .into_values()
                .map(|person| quit(person, why.clone())),
        );
        Ok(Outcome::Done)
    }

    /// The masks of a ban that was given by this one.
    fn covers_of_ban(&self, given: &Given<'_>, mask: Mask, cover_address: bool) -> Vec<Cover> {
        let Some(name) = &mask.name else {
            return Vec::from([Cover::of(mask)]);
        };
        let owner = self.registrations.get(name).map(|owner| &owner.name);
        self.covers_of_name(given, name, owner, cover_address)
    }

    /// Checks that a ban hits neither the operator nor somebody who has been an operator for
    /// longer, whether they are here, may come back, or are only named.
    fn check_may_ban<'a>(
        &self,
        me: Actor<'_>,
        mask: &Mask,
        matching: impl Iterator<Item = &'a Person>,
    ) -> Result<(), Rejection> {
        if let Actor::Person(me) = me {
            let own = |name: &Name| self.account_of(me).is_some_and(|own| own.owns(name));
            let is_own = mask.name.as_ref().is_some_and(own);
            if is_own || me.is_matched(mask, Some(&me.name)) {
                return Err(Rejection::Oneself);
            }
        }
        for person in matching {
            check_not_own_login(me, person)?;
            self.check_rank(me, person)?;
        }
        let named = mask.name.as_ref();
        named.map_or(Ok(()), |name| self.check_rank_of_name(me, name))
    }

    pub(super) fn decide_mute(
        &self,
        given: &Given<'_>,
        name: &str,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let target = self.target(given.me, name, given.now)?;
        let meant = match target {
            Target::Here(person) | Target::Lost(person) => {
                check_not_own_login(given.me, person)?;
                self.check_rank(given.me, person)?;
                let of_name = Mask::of_name(person.name.clone());
                for lost in self.resumables.matching(&of_name, given.now) {
                    self.check_rank(given.me, lost)?;
                }
                Meant::person(person)
            }
            Target::Account(account) => {
                self.check_rank_of_name(given.me, &account.name)?;
                Meant {
                    name: &account.name,
                    bearer: None,
                    account: Some(&account.name),
                }
            }
        };
        let covers = self.covers_of_mute(given, &meant, name);
        check_list_has_space(&self.restricted.mutes, covers.len())?;
        let told = target.person().map(|person| person.id);
        facts.extend(given.entries(ModAction::Mute, covers, told, None));
        Ok(Outcome::Done)
    }
}

/// Checks that a person is not logged in to the operator's own account: what hits it hits both.
fn check_not_own_login(me: Actor<'_>, person: &Person) -> Result<(), Rejection> {
    match me {
        Actor::Person(me) if me.account.is_some() && me.account == person.account => {
            Err(Rejection::Oneself)
        }
        _ => Ok(()),
    }
}

/// Checks that so many more fit into a list.
pub(super) fn check_list_has_space(list: &Restrictions, more: usize) -> Result<(), Rejection> {
    match list.have_space(more) {
        true => Ok(()),
        false => Err(Rejection::RestrictionsFull),
    }
}
