//! What holds in one room beyond the rules of all: its settings, and who may do more or less there
//! than others.
//!
//! A standing belongs to a registered name and outlives every visit, or to a person and ends with
//! the visit. Most rooms have neither, and none of what is here.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::Restrictions;
use crate::ban::{Mask, Restriction};
use crate::ids::PersonId;
use crate::limits::{GUESTS_INVITED_MAX, KNOCK_TIME, KNOCKS_MAX, ROOM_RESTRICTIONS_MAX};
use crate::mask::RoomMask;
use crate::name::{FoldedName, Name};
use crate::room::{RoomSettings, Standing};
use crate::time::Timestamp;

/// See the [module](self).
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct RoomRules {
    pub(in crate::chat) settings: RoomSettings,
    owner: Option<Name>,
    /// The guest who made the room: it owns the room with the name that it registers.
    founder: Option<PersonId>,
    /// Of registered names, without the owner's.
    standings: BTreeMap<FoldedName, Standing>,
    /// Of guests who are inside.
    guests: BTreeMap<PersonId, Standing>,
    /// Guests who have not come yet, oldest first.
    invited: VecDeque<PersonId>,
    pub(in crate::chat) bars: RoomRestrictions,
    pub(in crate::chat) mutes: RoomRestrictions,
    /// Oldest first.
    pub(in crate::chat) masks: Vec<RoomMask>,
    /// Those who have knocked lately, oldest first.
    knocks: VecDeque<(Timestamp, PersonId)>,
}

impl RoomRules {
    pub(in crate::chat) fn owner(&self) -> Option<&Name> {
        self.owner.as_ref()
    }

    pub(in crate::chat) fn founder(&self) -> Option<PersonId> {
        self.founder
    }

    /// A guest has made the room.
    pub(in crate::chat) fn found(&mut self, founder: PersonId) {
        self.founder = Some(founder);
        self.guests.insert(founder, Standing::Moderator);
    }

    /// The standing of a registered name.
    pub(in crate::chat) fn of_account(&self, account: &Name) -> Option<Standing> {
        match &self.owner {
            Some(owner) if owner.same_as(account) => Some(Standing::Owner),
            _ => self.standings.get::<str>(account.folded()).copied(),
        }
    }

    /// The standing that a person has for this visit.
    pub(in crate::chat) fn of_guest(&self, id: PersonId) -> Option<Standing> {
        let is_invited = || self.invited.contains(&id).then_some(Standing::Invited);
        self.guests.get(&id).copied().or_else(is_invited)
    }

    /// All registered names with a standing, in the order of the alphabet behind the owner's.
    pub(in crate::chat) fn accounts(&self) -> impl Iterator<Item = (&Name, Standing)> {
        let owner = self.owner.iter().map(|name| (name, Standing::Owner));
        owner.chain(self.standings.iter().map(|(name, s)| (&name.0, *s)))
    }

    /// The guests inside who have a standing.
    pub(in crate::chat) fn guests(&self) -> impl Iterator<Item = (PersonId, Standing)> + '_ {
        self.guests.iter().map(|(id, standing)| (*id, *standing))
    }

    pub(in crate::chat) fn accounts_len(&self) -> usize {
        self.standings.len() + usize::from(self.owner.is_some())
    }

    pub(in crate::chat) fn set_owner(&mut self, owner: Option<Name>) {
        if let Some(owner) = &owner {
            self.standings.remove::<str>(owner.folded());
        }
        self.owner = owner;
    }

    pub(in crate::chat) fn set_account(&mut self, account: &Name, standing: Option<Standing>) {
        if self
            .owner
            .as_ref()
            .is_some_and(|owner| owner.same_as(account))
        {
            self.owner = None;
        }
        match standing {
            Some(Standing::Owner) => self.set_owner(Some(account.clone())),
            Some(standing) => {
                let key = FoldedName(account.clone());
                self.standings.insert(key, standing);
            }
            None => {
                self.standings.remove::<str>(account.folded());
            }
        }
    }

    /// Gives a guest a standing or takes it. An invitation is for one who is not inside.
    pub(in crate::chat) fn set_guest(&mut self, id: PersonId, standing: Option<Standing>) {
        self.invited.retain(|other| *other != id);
        self.guests.remove(&id);
        match standing {
            Some(Standing::Invited) => {
                if self.invited.len() == GUESTS_INVITED_MAX {
                    self.invited.pop_front();
                }
                self.invited.push_back(id);
            }
            Some(standing) => {
                self.guests.insert(id, standing);
            }
            None => {}
        }
    }

    /// A person has come in: its invitation is used.
    pub(in crate::chat) fn enter(&mut self, id: PersonId) {
        self.invited.retain(|other| *other != id);
    }

    /// A person has gone. Returns the standing that it had for the visit.
    pub(in crate::chat) fn leave(&mut self, id: PersonId) -> Option<Standing> {
        self.guests.remove(&id)
    }

    pub(in crate::chat) fn has_knocked(&self, id: PersonId, now: Timestamp) -> bool {
        let mut knocks = self.knocks.iter();
        knocks.any(|(at, other)| *other == id && now.since(*at) < KNOCK_TIME)
    }

    pub(in crate::chat) fn note_knock(&mut self, id: PersonId, at: Timestamp) {
        self.knocks.retain(|(_, other)| *other != id);
        if self.knocks.len() == KNOCKS_MAX {
            self.knocks.pop_front();
        }
        self.knocks.push_back((at, id));
    }

    /// Sets a mask, or takes it away.
    pub(in crate::chat) fn set_mask(&mut self, mask: &RoomMask, on: bool) {
        self.masks
            .retain(|other| !other.is_same(mask.kind, &mask.matched));
        self.masks.extend(on.then(|| mask.clone()));
    }

    /// Whether somebody has to remember it though nobody is inside.
    pub(in crate::chat) fn is_kept(&self) -> bool {
        let is_set = self.settings != RoomSettings::default();
        let has_others = !self.standings.is_empty();
        let has_lists = !self.bars.is_empty() || !self.mutes.is_empty() || !self.masks.is_empty();
        self.owner.is_some() && (is_set || has_others || has_lists)
    }

    /// Checks that standings are where they belong, given who is inside.
    pub(in crate::chat) fn check(&self, is_inside: impl Fn(PersonId) -> bool) {
        assert!(self.guests.keys().all(|id| is_inside(*id)));
        assert!(self.guests.values().all(|s| *s > Standing::Invited));
        assert!(self.invited.iter().all(|id| !is_inside(*id)));
        assert!(self.standings.values().all(|s| *s < Standing::Owner));
        self.bars.check();
        self.mutes.check();
    }
}

/// Bars or mutes of one room. Most rooms have none, so that the list is made with the first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct RoomRestrictions(Option<Box<Restrictions>>);

impl RoomRestrictions {
    pub(in crate::chat) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|list| list.is_empty())
    }

    pub(in crate::chat) fn is_full(&self, now: Timestamp) -> bool {
        self.0
            .as_ref()
            .is_some_and(|list| list.len() >= ROOM_RESTRICTIONS_MAX && !list.has_expired(now))
    }

    /// The longest that matches one of two names, or an address, now.
    pub(in crate::chat) fn longest(
        &self,
        names: [Option<&Name>; 2],
        address: IpAddr,
        now: Timestamp,
    ) -> Option<&Restriction> {
        let list = self.0.as_deref()?;
        let [first, second] = names.map(|name| list.longest(name, address, now));
        list.get(list.longer(first, second, now)?)
    }

    /// Adds one, in the place of those that have run out.
    pub(in crate::chat) fn put(&mut self, restriction: &Restriction, at: Timestamp) {
        let list = self.0.get_or_insert_default();
        list.expire(at, ROOM_RESTRICTIONS_MAX);
        list.put(restriction);
    }

    pub(in crate::chat) fn lift(&mut self, mask: &Mask) {
        if let Some(list) = &mut self.0 {
            list.lift(mask);
        }
    }

    pub(in crate::chat) fn is_named_by(&self, mask: &Mask) -> bool {
        self.0.as_ref().is_some_and(|list| list.is_named_by(mask))
    }

    /// Those that are in force, oldest first.
    pub(in crate::chat) fn active(&self, now: Timestamp) -> impl Iterator<Item = &Restriction> {
        let all = self.0.iter().flat_map(|list| list.after(None));
        all.map(|(_, restriction)| restriction)
            .filter(move |restriction| restriction.is_active(now))
    }

    fn check(&self) {
        if let Some(list) = &self.0 {
            assert!(list.len() <= ROOM_RESTRICTIONS_MAX);
            list.check();
        }
    }
}
