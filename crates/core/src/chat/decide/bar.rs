//! Keeping people out of a room (bars), and silencing them in it (mutes).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::cover::Meant;
use super::masks::MaskList;
use super::restrict::Given;
use crate::ban::{Mask, Reach, Restriction};
use crate::chat::state::RoomRules;
use crate::chat::{Chat, Person};
use crate::command::{RoomRef, StandingChange};
use crate::event::{Fact, RoomAct, RoomChange};
use crate::ids::{PersonId, RoomId};
use crate::mask::Listed;
use crate::name::Name;
use crate::rejection::{Rejection, RoomRejection};
use crate::room::Standing;
use crate::time::Timestamp;

/// Up to this many members of a room are compared with a bar one by one. In a larger room the
/// people from the block are looked up.
const MEMBERS_SCANNED_MAX: usize = 1_024;

/// Whether a mask matches a person by its name, its account or one of its addresses.
fn is_hit(mask: &Mask, person: &Person) -> bool {
    let names = [Some(&person.name), person.account.as_ref()];
    names.into_iter().any(|name| person.is_matched(mask, name))
}

impl Chat {
    pub(super) fn decide_bar(
        &self,
        me: &Person,
        given: &Given<'_>,
        id: RoomId,
        mask: Mask,
        cover_address: bool,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        // By barring half a block at a time and seeing who is put out, a moderator could find an
        // address.
        if mask.name.is_none() && !me.session.rank.operator {
            return Err(self.refusal(id, RoomRejection::AddressBar));
        }
        let cover_address = cover_address && mask.reach != Reach::Account;
        let mask = self.mask_meant(mask)?;
        let masks = self.masks_of_bar(given, mask, cover_address);
        let is_me = |mask: &Mask| is_hit(mask, me);
        if masks.iter().any(is_me) {
            return Err(Rejection::Oneself);
        }
        for name in masks.iter().filter_map(|mask| mask.name.as_ref()) {
            self.check_may_bar_name(me, id, name)?;
        }
        let hit = self.members_matching(id, &masks);
        for person in &hit {
            self.check_may_act_on(me, id, person)?;
        }
        let are_too_many = |rules: &RoomRules| !rules.bars.have_space(masks.len(), given.now);
        if self.rules_hold(id, are_too_many) {
            return Err(self.refusal(id, RoomRejection::BarsFull));
        }
        facts.extend(self.deposed(me, id, &masks[0], &hit, given.now));
        let named = masks[0].name.as_ref();
        let aside = named.and_then(|name| self.nobody_of(given.me, name, given.now));
        let listed = self.newly_listed(me, MaskList::bans_of(id), &masks, given.now);
        let mut bars = self.restricted_in(me, id, given, masks, RoomAct::Bar, None);
        bars[0].aside = aside;
        let bars = bars.into_iter().map(Box::new);
        facts.extend(bars.map(Fact::RoomChanged));
        facts.extend(listed);
        let why = given.why.clone().map(Arc::new);
        for person in hit {
            self.eject(me, id, person, why.clone(), facts);
        }
        Ok(())
    }

    /// Checks that a name belongs to nobody whom moderators cannot act on, present or not.
    fn check_may_bar_name(&self, me: &Person, id: RoomId, name: &Name) -> Result<(), Rejection> {
        let rules = self.rooms.rules(id);
        let account = self.registrations.get(name);
        let account = account.map_or(name, |account| &account.name);
        let held = rules.and_then(|rules| rules.of_account(account));
        let on_loan = self.acts_on_loan(me, id);
        let may_act_on_owner = me.session.rank.operator && !on_loan;
        let is_operator = || {
            let bearer = self.people.named(name);
            let operates = bearer.is_some_and(|bearer| bearer.session.rank.operator);
            operates || self.registrations.is_operator(account)
        };
        let refused = match held.map(|held| held.standing) {
            Some(Standing::Owner) if may_act_on_owner => return Ok(()),
            Some(owner @ Standing::Owner) => RoomRejection::TargetGoverns(name.clone(), owner),
            // They would lose their rank, and that lasts.
            Some(Standing::Moderator) if on_loan => return Err(Rejection::OutlastsVisit),
            _ if is_operator() => RoomRejection::TargetOperates(name.clone()),
            _ => return Ok(()),
        };
        Err(self.refusal(id, refused))
    }

    /// Ends the standing of a barred person who is not inside: a moderator's rank would let them
    /// in, and an invitation would outlast the bar.
    fn deposed(
        &self,
        me: &Person,
        id: RoomId,
        mask: &Mask,
        hit: &[&Person],
        now: Timestamp,
    ) -> Option<Fact> {
        let name = mask.name.as_ref()?;
        let mut bearer = self.bearer_of_standing(me, name.as_str(), now).ok()?;
        if bearer.account.is_none() {
            let account = self.registrations.get(name);
            bearer.account = account.map(|account| account.name.clone());
        }
        // Those inside lose it as they are put out.
        let is_hit = |person: &&Person| {
            let is_login = |account| person.is_logged_in_to(account);
            bearer.account.as_ref().is_some_and(is_login)
                || bearer.person.is_some_and(|bearer| bearer.id == person.id)
        };
        if hit.iter().any(is_hit) {
            return None;
        }
        // A right that ends with the visit cannot take a standing that lasts.
        bearer.account = bearer.account.filter(|_| !self.acts_on_loan(me, id));
        self.taken_wholly(me, id, bearer)
    }

    /// The masks of a bar that was given by this one.
    fn masks_of_bar(&self, given: &Given<'_>, mask: Mask, cover_address: bool) -> Vec<Mask> {
        let Some(name) = &mask.name else {
            return Vec::from([mask]);
        };
        let owner = self.registrations.get(name).map(|owner| &owner.name);
        let owner = owner.filter(|owner| owner.same_as(name));
        let covers = self.covers_of_name(given, name, owner, cover_address);
        covers.into_iter().map(|cover| cover.mask).collect()
    }

    /// The bars or mutes of these masks, of which the first tells the person concerned. A moderator
    /// is shown no addresses, and so each name once.
    fn restricted_in(
        &self,
        me: &Person,
        id: RoomId,
        given: &Given<'_>,
        masks: Vec<Mask>,
        act: fn(Restriction) -> RoomAct,
        mut target: Option<PersonId>,
    ) -> Vec<RoomChange> {
        let mut named = None;
        let change = |mask: Mask| {
            let is_shown = mask.name.is_none() || mask.name != named;
            named.clone_from(&mask.name);
            let act = act(given.restriction(mask));
            let mut change = self.change(me, id, act, target.take());
            change.actor = change.actor.filter(|_| is_shown);
            change
        };
        masks.into_iter().map(change).collect()
    }

    /// The people inside whom a mask matches.
    fn members_matching(&self, id: RoomId, masks: &[Mask]) -> Vec<&Person> {
        let Some(room) = self.rooms.get(id) else {
            return Vec::new();
        };
        if room.members.len() > MEMBERS_SCANNED_MAX {
            let matching = masks.iter().flat_map(|mask| self.people.matching(mask));
            let inside = matching.filter(|person| room.members.contains(&person.id));
            let mut inside: Vec<&Person> = inside.collect();
            inside.sort_by_key(|person| person.id);
            inside.dedup_by_key(|person| person.id);
            return inside;
        }
        let members = room.members.iter().filter_map(|id| self.people.get(*id));
        let is_hit = |person: &&Person| masks.iter().any(|mask| is_hit(mask, person));
        members.filter(is_hit).collect()
    }

    pub(super) fn decide_mute_in(
        &self,
        me: &Person,
        given: &Given<'_>,
        id: RoomId,
        typed: &str,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let now = given.now;
        let target = self.find_other(given.me, typed, now)?;
        self.check_may_act_on(me, id, target)?;
        let meant = Meant::person(target);
        let covers = self.covers_of_mute(given, &meant, typed);
        let masks: Vec<Mask> = covers.into_iter().map(|cover| cover.mask).collect();
        if self.rules_hold(id, |rules| !rules.mutes.have_space(masks.len(), now)) {
            return Err(self.refusal(id, RoomRejection::BarsFull));
        }
        facts.extend(self.demoted(me, id, target, now)?);
        let listed = self.newly_listed(me, MaskList::mutes_of(id), &masks, now);
        let mutes = self.restricted_in(me, id, given, masks, RoomAct::Mute, Some(target.id));
        facts.extend(
            mutes
                .into_iter()
                .map(|mute| Fact::RoomChanged(Box::new(mute))),
        );
        facts.extend(listed);
        Ok(())
    }

    /// Ends the rank of a moderator who is muted: a mute would not silence them, and they could
    /// undo it. An owner stays owner and cannot be muted.
    fn demoted(
        &self,
        me: &Person,
        id: RoomId,
        target: &Person,
        now: Timestamp,
    ) -> Result<Option<Fact>, Rejection> {
        match self.standing(target, id) {
            Some(Standing::Owner) => {
                let owns = RoomRejection::TargetGoverns(target.name.clone(), Standing::Owner);
                Err(self.refusal(id, owns))
            }
            Some(Standing::Moderator) => {
                let takes = StandingChange::Take(Standing::Moderator);
                let typed = target.name.as_str();
                let fact = self.decide_stand(me, RoomRef::Id(id), typed, takes, now)?;
                Ok(Some(fact))
            }
            _ => Ok(None),
        }
    }

    /// Lifts the mutes of people who become moderators: a mute does not silence them.
    pub(super) fn unmute_promoted(
        &self,
        me: &Person,
        promotion: &Fact,
        now: Timestamp,
    ) -> Vec<Fact> {
        let mut facts = Vec::new();
        let Fact::RoomChanged(change) = promotion else {
            return facts;
        };
        let RoomAct::Stand {
            name,
            account,
            standing: Some(held),
            ..
        } = &change.act
        else {
            return facts;
        };
        if held.standing == Standing::Moderator {
            let beside = account.as_ref().filter(|account| !account.same_as(name));
            for name in core::iter::once(name).chain(beside) {
                let listed = Listed::Mask(Mask::of_name(name.clone()));
                let mutes = MaskList::mutes_of(change.room);
                self.lift(me, mutes, &listed, now, &mut facts);
            }
        }
        facts
    }
}
