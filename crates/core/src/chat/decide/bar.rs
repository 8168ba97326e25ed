//! Keeping people out of a room (bars), and silencing them in it (mutes).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::cover::{Home, account_beside_name};
use super::masks::MaskList;
use super::operate::{Actor, Given};
use crate::ban::{Mask, Reach, strip_account_key, strip_name_key};
use crate::chat::{Chat, Person};
use crate::command::{RoomRef, StandingChange};
use crate::event::{Fact, RoomAct};
use crate::ids::RoomId;
use crate::mask::Listed;
use crate::name::Name;
use crate::rejection::{Rejection, RoomRejection};
use crate::room::Standing;
use crate::time::Timestamp;

/// Up to this many members of a room are compared with a bar one by one. In a larger room the
/// people from the block are looked up.
const MEMBERS_SCANNED_MAX: usize = 1_024;

/// Whether a mask matches a person by its name, its account or its address.
fn is_hit(mask: &Mask, person: &Person) -> bool {
    let names = [Some(&person.name), person.account.as_ref()];
    let address = person.session.address;
    names.into_iter().any(|name| mask.matches(name, address))
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
        let named = mask.name.as_ref();
        let bearer = named.and_then(|name| self.bearer_of(name, given.now));
        let mask = match bearer.filter(|_| cover_address) {
            Some(bearer) => self.cover_home(me, bearer, given.now),
            None => mask,
        };
        let account = bearer.and_then(account_beside_name).map(Mask::of_name);
        let masks: Vec<Mask> = core::iter::once(mask).chain(account).collect();
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
        if self.rules_hold(id, |rules| rules.bars.is_full(given.now)) {
            return Err(self.refusal(id, RoomRejection::BarsFull));
        }
        facts.extend(self.deposed(me, id, &masks[0], &hit, given.now));
        let named = masks[0].name.as_ref();
        let aside = named.and_then(|name| self.nobody_of(given.me, name, given.now));
        let listed = self.newly_listed(me, MaskList::bans_of(id), &masks, given.now);
        let mut aside = aside;
        for mask in masks {
            let bar = RoomAct::Bar(given.restriction(mask));
            let mut change = self.change(me, id, bar, None);
            change.aside = aside.take();
            facts.push(Fact::RoomChanged(Box::new(change)));
        }
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

    /// A person's name, and their block if nobody else comes from there.
    fn cover_home(&self, me: &Person, target: &Person, now: Timestamp) -> Mask {
        let of_name = Mask::of_name(target.name.clone());
        match self.home_of(Actor::Person(me), target, now) {
            Home::Alone(net) => of_name.with_block(net, Reach::Either),
            Home::Shared(_) => of_name,
        }
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
        if self.rules_hold(id, |rules| rules.mutes.is_full(now)) {
            return Err(self.refusal(id, RoomRejection::BarsFull));
        }
        let (mask, account) = match (&target.account, strip_account_key(typed)) {
            (Some(account), Some(_)) => (Mask::of_name(account.clone()), None),
            _ => {
                let mask = match strip_name_key(typed) {
                    Some(_) => Mask::of_name(target.name.clone()),
                    None => self.cover_speech(given.me, target, now).0,
                };
                (mask, account_beside_name(target).map(Mask::of_name))
            }
        };
        facts.extend(self.demoted(me, id, target, now)?);
        let masks: Vec<Mask> = core::iter::once(mask).chain(account).collect();
        let listed = self.newly_listed(me, MaskList::mutes_of(id), &masks, now);
        let told = core::iter::once(Some(target.id)).chain(core::iter::repeat(None));
        for (mask, told) in masks.into_iter().zip(told) {
            let mute = RoomAct::Mute(given.restriction(mask));
            facts.push(self.changed(me, id, mute, told));
        }
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
