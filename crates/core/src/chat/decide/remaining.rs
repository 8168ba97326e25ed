//! What still keeps a person out, or silent, once a ban, a bar or a mute is lifted: another of the
//! same list by the name of the account, by the address or by a block, or one of the whole server
//! beside one of a room. The server tells the person who lifts one about the other; the person held is told nothing,
//! since nothing has changed for them.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv6Addr};

use super::masks::MaskList;
use crate::ban::{Mask, Reach, canonical};
use crate::chat::state::{Restrictions, RoomRules};
use crate::chat::{Chat, Person};
use crate::event::{Aside, Fact, ModAction, Remaining, RoomAct};
use crate::ids::RoomId;
use crate::mask::MaskKind;
use crate::name::Name;
use crate::room_name::RoomName;
use crate::time::Timestamp;

impl Chat {
    /// Notes beside each ban or mute that these facts lift what holds its person still.
    pub(super) fn note_remaining(&self, facts: &mut [Fact], now: Timestamp) {
        let lifted = |fact: &Fact| match fact {
            Fact::Moderated(entry) => match &entry.act {
                ModAction::Unban(mask) | ModAction::Unmute(mask) => Some(mask.clone()),
                _ => None,
            },
            _ => None,
        };
        let all: Vec<Mask> = facts.iter().filter_map(lifted).collect();
        for fact in facts {
            let Fact::Moderated(entry) = fact else {
                continue;
            };
            let remaining = match &entry.act {
                ModAction::Unban(mask) => {
                    let remaining = self.remaining_of(&self.restricted.bans, mask, &all, now);
                    remaining.map(Remaining::Mask)
                }
                ModAction::Unmute(mask) => {
                    let remaining = self.remaining_of(&self.restricted.mutes, mask, &all, now);
                    let remaining = remaining.map(Remaining::Mask);
                    remaining.or_else(|| self.muted_in_a_room(mask, now).map(Remaining::InRoom))
                }
                _ => None,
            };
            if let Some(remaining) = remaining {
                entry.target = None;
                entry.aside = Some(Aside::Remaining(Box::new(remaining)));
            }
        }
    }

    /// The longest restriction of the server that holds whom a lifted mask held.
    fn remaining_of(
        &self,
        list: &Restrictions,
        mask: &Mask,
        lifted: &[Mask],
        now: Timestamp,
    ) -> Option<Mask> {
        let bearer = self.bearer_meant(mask, now);
        let addresses: Vec<IpAddr> = match (bearer, mask.net) {
            (Some(bearer), _) => bearer.addresses().collect(),
            (None, Some(net)) => [net.addr()].into(),
            (None, None) => [IpAddr::V6(Ipv6Addr::UNSPECIFIED)].into(),
        };
        let block = mask.net.map(canonical);
        let mut names = self.names_meant(mask, bearer);
        names.push(None);
        let mut known = names
            .iter()
            .flat_map(|name| addresses.iter().map(|address| (*name, *address)));
        known.find_map(|(name, address)| {
            let remaining = list.longest_where(name, address, now, |other| {
                let own = &other.mask;
                let is_by_name = name.is_some_and(|name| own.is_about(name));
                // Of a block that is free now, a ban of a part holds only that.
                let holds_all = own.net.map(canonical).zip(block);
                let holds_all = holds_all.is_some_and(|(own, block)| own.contains(&block));
                let is_lifted = lifted.iter().any(|mask| own.is_named_by(mask));
                !is_lifted
                    && (is_by_name && own.reach != Reach::Both || bearer.is_some() || holds_all)
            });
            Some(list.get(remaining?)?.mask.clone())
        })
    }

    /// The first room in which a person is muted who may speak on the server again.
    pub(super) fn muted_in_a_room(&self, mask: &Mask, now: Timestamp) -> Option<RoomName> {
        let bearer = self.bearer_meant(mask, now)?;
        let is_muted = |room: &RoomId| {
            let of_room = |rules: &RoomRules| rules.mutes.longest_on(bearer, now).is_some();
            !self.moderates(bearer, *room) && self.rules_hold(*room, of_room)
        };
        let room = bearer.rooms.iter().copied().find(is_muted)?;
        Some(self.name_of(room))
    }

    /// Notes the same beside the bars or mutes of a room that these facts lift.
    pub(super) fn note_remaining_in(
        &self,
        me: &Person,
        list: MaskList,
        facts: &mut [Fact],
        now: Timestamp,
    ) {
        let lifted = |fact: &Fact| match fact {
            Fact::RoomChanged(change) => match &change.act {
                RoomAct::Unbar(mask) if list.kind == MaskKind::Ban => Some(mask.clone()),
                RoomAct::Unmute(mask) if list.kind == MaskKind::Mute => Some(mask.clone()),
                _ => None,
            },
            _ => None,
        };
        let all: Vec<Mask> = facts.iter().filter_map(lifted).collect();
        for fact in facts {
            let Some(mask) = lifted(fact) else {
                continue;
            };
            let remaining = self.remaining_in(me, list, &mask, &all, now);
            if let (Some(remaining), Fact::RoomChanged(change)) = (remaining, fact) {
                (change.told, change.target) = (None, None);
                change.aside = Some(Aside::Remaining(Box::new(remaining)));
            }
        }
    }

    /// What holds, by the bars or mutes of a room, whom the mask names, once those in `lifted` are
    /// gone.
    pub(super) fn remaining_in(
        &self,
        me: &Person,
        list: MaskList,
        mask: &Mask,
        lifted: &[Mask],
        now: Timestamp,
    ) -> Option<Remaining> {
        let rules = self.rooms.rules(list.room)?;
        let restrictions = rules.restrictions(list.kind)?;
        let bearer = self.bearer_meant(mask, now);
        if bearer.is_some_and(|bearer| self.moderates(bearer, list.room)) {
            return None;
        }
        let names = self.names_meant(mask, bearer);
        let block = mask.net.map(canonical);
        let holds = |own: &Mask| match bearer {
            Some(bearer) => names.iter().any(|name| bearer.is_matched(own, *name)),
            None => {
                let both = own.net.map(canonical).zip(block);
                let is_by_name = |name: &Option<&Name>| name.is_some_and(|name| own.is_about(name));
                own.reach != Reach::Both && names.iter().any(is_by_name)
                    || both.is_some_and(|(own, block)| own.contains(&block))
            }
        };
        let followed = bearer.into_iter();
        let followed = followed.flat_map(|bearer| restrictions.following(bearer.id, now));
        let all = restrictions.active(now).filter(|other| holds(&other.mask));
        let is_lifted = |own: &Mask| lifted.iter().any(|mask| own.is_named_by(mask));
        let mut remaining = all.chain(followed).filter(|other| !is_lifted(&other.mask));
        if let Some(remaining) = remaining.next() {
            // Only operators see addresses.
            let sees = me.session.rank.operator;
            return Some(match &remaining.mask.name {
                None if !sees => Remaining::Address,
                Some(name) if !sees => Remaining::Mask(Mask::of_name(name.clone())),
                _ => Remaining::Mask(remaining.mask.clone()),
            });
        }
        let bearer = bearer?;
        if let Some(mask) = self.mask_on(bearer, rules, list.kind) {
            return Some(Remaining::Matched(mask.matched.clone()));
        }
        let is_muted = list.kind == MaskKind::Mute && self.mute_of(bearer, now).is_some();
        is_muted.then_some(Remaining::OnServer)
    }

    fn bearer_meant(&self, mask: &Mask, now: Timestamp) -> Option<&Person> {
        self.bearer_of(mask.name.as_ref()?, now)
    }

    /// The names by which the person whom a mask is about may be restricted.
    fn names_meant<'a>(
        &'a self,
        mask: &'a Mask,
        bearer: Option<&'a Person>,
    ) -> Vec<Option<&'a Name>> {
        let named = mask.name.as_ref();
        let owner = named.and_then(|name| self.registrations.get(name));
        let owner = owner.map(|owner| &owner.name);
        let account = bearer.and_then(|bearer| bearer.account.as_ref());
        let all = [named, owner, account].into_iter();
        all.filter(Option::is_some).collect()
    }
}
