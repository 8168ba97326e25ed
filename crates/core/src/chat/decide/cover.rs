//! How far a ban or a mute of a name reaches: its account always, its address only if nobody else comes from there.
//! One pupil's ban must not shut out a class behind the same address.
//!
//! A guest is muted by address. When the guest registers the name, the mute follows the account, on the server and
//! in the rooms that the guest is in: otherwise it would end with the next login from elsewhere.

use alloc::boxed::Box;
use alloc::vec::Vec;

use ipnet::IpNet;

use super::operate::{Actor, check_list_has_space};
use crate::ban::{Mask, Reach, Restriction, household_of, subnet_of};
use crate::chat::{Chat, Person};
use crate::event::{AuditEntry, Fact, ModAction, RoomAct, Spared};
use crate::name::Name;
use crate::rejection::{Rejection, RoomRejection};
use crate::time::Timestamp;

/// Where the target of a restriction connects from.
pub(super) enum Home {
    /// Nobody else comes from this block.
    Alone(IpNet),
    /// Others do as well, or may.
    Shared(Spared),
}

/// The account of a person who goes by a name that does not belong to it.
pub(super) fn account_beside_name(person: &Person) -> Option<Name> {
    let account = person.account.as_ref()?;
    (!account.same_as(&person.name)).then(|| account.clone())
}

impl Chat {
    /// The mask of a ban: the name, and its block if nobody else connects from there.
    pub(super) fn cover(
        &self,
        me: Actor<'_>,
        target: &Person,
        now: Timestamp,
    ) -> (Mask, Option<Spared>) {
        let of_name = Mask::of_name(target.name.clone());
        match self.home_of(me, target, now) {
            Home::Alone(net) => (of_name.with_block(net, Reach::Either), None),
            Home::Shared(spared) => (of_name, Some(spared)),
        }
    }

    /// The mask of a mute: for a registered name the same as for a ban. A guest's name matches only
    /// at the guest's address, so that the next guest of that name elsewhere is not muted.
    pub(super) fn cover_speech(
        &self,
        me: Actor<'_>,
        target: &Person,
        now: Timestamp,
    ) -> (Mask, Option<Spared>) {
        if self.is_own_name(target) {
            return self.cover(me, target, now);
        }
        let of_name = Mask::of_name(target.name.clone());
        match self.home_of(me, target, now) {
            Home::Alone(net) => (of_name.with_block(net, Reach::Block), None),
            Home::Shared(spared) => (of_name.with_block(spared.net, Reach::Both), Some(spared)),
        }
    }

    /// The mutes of a guest, converted into mutes of the name that the guest registers.
    pub(super) fn mutes_of_guest(
        &self,
        me: &Person,
        now: Timestamp,
    ) -> Result<Vec<Fact>, Rejection> {
        let mut facts = Vec::new();
        let of_name = |mute: &Restriction| {
            let mask = Mask::of_name(me.name.clone());
            let is_so_already = mute.mask.reach == Reach::Either && mute.mask.is_about(&me.name);
            (!is_so_already).then(|| Restriction {
                mask,
                ..mute.clone()
            })
        };
        let mute = self.mute_of(me, now);
        let mute = mute.and_then(|id| self.restricted.mutes.get(id));
        if let Some(mute) = mute.and_then(of_name) {
            check_list_has_space(&self.restricted.mutes)?;
            facts.push(Fact::Moderated(Box::new(AuditEntry {
                by: mute.by.clone(),
                actor: None,
                act: ModAction::Mute(mute),
                target: None,
                aside: None,
            })));
        }
        let rooms = me.rooms.iter();
        for (&id, rules) in rooms.filter_map(|id| Some((id, self.rooms.rules(*id)?))) {
            let mute = rules.mutes.longest_on(me, now);
            let mute = mute.filter(|_| !self.moderates(me, id));
            let Some(mute) = mute.and_then(of_name) else {
                continue;
            };
            if rules.mutes.is_full(now) {
                return Err(self.refusal(id, RoomRejection::BarsFull));
            }
            let change = self.change_by(mute.by.clone(), id, RoomAct::Mute(mute));
            facts.push(Fact::RoomChanged(Box::new(change)));
        }
        Ok(facts)
    }

    /// Where a person connects from, and who else does.
    pub(super) fn home_of(&self, me: Actor<'_>, target: &Person, now: Timestamp) -> Home {
        let net = subnet_of(target.session.address);
        let here = self.people.matching(&Mask::of_net(net));
        let is_me = |person: &&Person| Some(person.id) == me.id();
        let own = !is_me(&target) && here.iter().any(is_me);
        // What is done to an account is done to everybody logged in to it.
        let is_of_account = |person: &Person| {
            let account = target.account.as_ref();
            account.is_some_and(|account| person.is_logged_in_to(account))
        };
        let is_meant = |person: &&&Person| person.id == target.id || is_of_account(person);
        let others = here
            .iter()
            .filter(|person| !is_meant(person) && !is_me(person));
        // Of those who may come back, only people whom the operator cannot act on count. Anybody
        // could leave a lost session behind to be spared.
        let lost = self.resumables.matching(&Mask::of_net(net), now);
        let above = lost
            .iter()
            .filter(|person| self.check_rank(me, person).is_err());
        let others = (others.count() + above.count()) as u32;
        let spared = Spared { net, others, own };
        match household_of(target.session.address) {
            Some(net) if !own && others == 0 => Home::Alone(net),
            _ => Home::Shared(spared),
        }
    }
}
