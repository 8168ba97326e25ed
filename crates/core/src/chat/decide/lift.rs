//! How operators end bans and mutes. Each that ends is told in full: who names an address frees the name that it stands
//! for, and the other way round.

use alloc::vec::Vec;

use ipnet::IpNet;

use super::operate::{Actor, audit_entry};
use crate::ban::{Mask, canonical};
use crate::chat::Chat;
use crate::event::{Fact, ModAction};
use crate::name::Name;
use crate::rejection::Rejection;
use crate::time::Timestamp;

impl Chat {
    /// Ends the mute in force, and all others of the name.
    pub(super) fn decide_unmute(
        &self,
        me: Actor<'_>,
        name: Name,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let mutes = &self.restricted.mutes;
        let target = self.bearer_of(&name, now);
        // The mute in force may have the person's earlier name.
        let mute = target.and_then(|person| mutes.get(self.mute_of(person, now)?));
        let mut masks: Vec<Mask> = mute.into_iter().map(|mute| mute.mask.clone()).collect();
        let named = Mask::of_name(name.clone());
        for mask in mutes.named_by(&named) {
            if !masks.contains(mask) {
                masks.push(mask.clone());
            }
        }
        if masks.is_empty() {
            return Err(match self.muted_in_a_room(&named, now) {
                Some(room) => Rejection::MutedInRoom { name, room },
                None => Rejection::NotMuted(name),
            });
        }
        // The person is told once.
        let told = core::iter::once(target.map(|person| person.id));
        let told = told.chain(core::iter::repeat(None));
        let acts = masks.into_iter().map(ModAction::Unmute).zip(told);
        let from = facts.len();
        facts.extend(acts.map(|(act, told)| audit_entry(me, act, told)));
        self.note_remaining(&mut facts[from..], now);
        Ok(())
    }

    /// Ends the bans that a mask names. With any name of an account, the account is meant.
    pub(super) fn decide_unban(
        &self,
        me: Actor<'_>,
        mask: Mask,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let bans = &self.restricted.bans;
        let named = mask.name.as_ref();
        let owner = named.and_then(|name| self.registrations.get(name));
        let of_owner = owner.map(|owner| Mask::of_name(owner.name.clone()));
        let of_owner = of_owner.filter(|of_owner| !mask.is_named_by(of_owner));
        let words = core::iter::once(&mask).chain(&of_owner);
        let masks: Vec<&Mask> = words.flat_map(|word| bans.named_by(word)).collect();
        if !masks.is_empty() {
            let acts = masks.into_iter().cloned().map(ModAction::Unban);
            let from = facts.len();
            facts.extend(acts.map(|act| audit_entry(me, act, None)));
            self.note_remaining(&mut facts[from..], now);
            return Ok(());
        }
        // A ban of a block cuts off whoever is in it, so the name may have nobody any more.
        let came_from = named.and_then(|name| match self.bearer_of(name, now) {
            Some(bearer) => Some(bearer.session.address),
            None => self.departed_from(name),
        });
        let net = mask.net.map(canonical).or(came_from.map(IpNet::from));
        let holding = net.and_then(|net| bans.get(bans.longest(None, net.addr(), now)?));
        let block = holding.and_then(|ban| ban.mask.net);
        match block.filter(|block| net.is_some_and(|net| block.contains(&net))) {
            Some(block) => Err(Rejection::BannedInBlock {
                asked: mask,
                block: Mask::of_net(block),
            }),
            None => Err(Rejection::NotBanned(mask)),
        }
    }
}
