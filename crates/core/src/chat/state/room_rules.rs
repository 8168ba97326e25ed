//! What holds in one room besides the rules for all: its settings, and who may do more or less
//! there than others.
//!
//! A standing belongs to a registered name and outlives every visit, or belongs to a person and
//! ends with the visit. Most rooms have neither, and nothing of what is here.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

use super::RoomRestrictions;
use crate::event::RoomAct;
use crate::ids::PersonId;
use crate::limits::{GUESTS_INVITED_MAX, KNOCK_TIME, KNOCKS_MAX};
use crate::mask::{MaskKind, Matched, RoomMask};
use crate::name::{FoldedName, Name};
use crate::room::{Held, RoomSettings, Standing};
use crate::time::Timestamp;

/// See the [module](self).
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct RoomRules {
    pub(in crate::chat) settings: RoomSettings,
    owner: Option<Owner>,
    /// The guest who created the room: they will own it under the name that they register.
    founder: Option<PersonId>,
    /// Of registered names, without the owner's.
    standings: BTreeMap<FoldedName, Held>,
    /// Of guests who are inside.
    guests: BTreeMap<PersonId, Held>,
    /// Invited guests who have not come yet, oldest first.
    invited: VecDeque<PersonId>,
    pub(in crate::chat) bars: RoomRestrictions,
    pub(in crate::chat) mutes: RoomRestrictions,
    /// Oldest first.
    pub(in crate::chat) masks: Vec<RoomMask>,
    /// Those who have knocked lately, oldest first.
    knocks: Lately<PersonId>,
    /// People outside who were told lately that they gained or lost a standing here, oldest first.
    told: Lately<(PersonId, bool)>,
}

/// What was done lately, oldest first. It reaches people who did not ask for it, so nobody may
/// repeat it at once.
#[derive(Clone, Debug, PartialEq)]
struct Lately<T>(VecDeque<(Timestamp, T)>);

impl<T> Default for Lately<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T: PartialEq> Lately<T> {
    fn has(&self, what: &T, now: Timestamp) -> bool {
        let mut all = self.0.iter();
        all.any(|(at, other)| other == what && now.since(*at) < KNOCK_TIME)
    }

    fn note(&mut self, what: T, at: Timestamp) {
        self.0.retain(|(_, other)| *other != what);
        if self.0.len() == KNOCKS_MAX {
            self.0.pop_front();
        }
        self.0.push_back((at, what));
    }
}

/// The registered name that a room belongs to.
#[derive(Clone, Debug, PartialEq)]
struct Owner {
    name: Name,
    /// See [`Held::voiced`].
    voiced: bool,
}

impl Owner {
    fn held(&self) -> Held {
        Held::owner(self.voiced)
    }
}

impl RoomRules {
    pub(in crate::chat) fn owner(&self) -> Option<&Name> {
        self.owner.as_ref().map(|owner| &owner.name)
    }

    pub(in crate::chat) fn founder(&self) -> Option<PersonId> {
        self.founder
    }

    /// A guest has made the room.
    pub(in crate::chat) fn found(&mut self, founder: PersonId) {
        self.founder = Some(founder);
        self.guests.insert(founder, Standing::Moderator.into());
    }

    /// A guest of an earlier run has made the room.
    pub(in crate::chat) fn restore_founder(&mut self, founder: PersonId) {
        self.founder.get_or_insert(founder);
    }

    /// The standing of a registered name.
    pub(in crate::chat) fn of_account(&self, account: &Name) -> Option<Held> {
        match &self.owner {
            Some(owner) if owner.name.same_as(account) => Some(owner.held()),
            _ => self.standings.get::<str>(account.folded()).copied(),
        }
    }

    /// The standing that a person has for this visit.
    pub(in crate::chat) fn of_guest(&self, id: PersonId) -> Option<Held> {
        let is_invited = || self.invited.contains(&id).then(|| Standing::Invited.into());
        self.guests.get(&id).copied().or_else(is_invited)
    }

    /// All registered names with a standing; after the owner in alphabetical order.
    pub(in crate::chat) fn accounts(&self) -> impl Iterator<Item = (&Name, Held)> {
        let owner = self.owner.iter().map(|owner| (&owner.name, owner.held()));
        owner.chain(self.standings.iter().map(|(name, held)| (&name.0, *held)))
    }

    /// The guests inside who have a standing.
    pub(in crate::chat) fn guests(&self) -> impl Iterator<Item = (PersonId, Held)> + '_ {
        self.guests.iter().map(|(id, held)| (*id, *held))
    }

    /// All registered names that may have a standing, or a right by a mask.
    pub(in crate::chat) fn accounts_named(&self) -> impl Iterator<Item = Name> {
        let accounts = self.accounts().map(|(name, _)| name.clone());
        accounts.chain(self.masks.iter().filter_map(named_by))
    }

    pub(in crate::chat) fn accounts_len(&self) -> usize {
        self.standings.len() + usize::from(self.owner.is_some())
    }

    pub(in crate::chat) fn set_account(&mut self, account: &Name, held: Option<Held>) {
        if self.owner().is_some_and(|owner| owner.same_as(account)) {
            self.owner = None;
        }
        match held {
            Some(held) if held.standing == Standing::Owner => {
                self.standings.remove::<str>(account.folded());
                self.owner = Some(Owner {
                    name: account.clone(),
                    voiced: held.voiced,
                });
            }
            Some(held) => {
                self.standings.insert(FoldedName(account.clone()), held);
            }
            None => {
                self.standings.remove::<str>(account.folded());
            }
        }
    }

    /// Gives or takes a guest's standing. An invitation is for somebody who is not inside.
    pub(in crate::chat) fn set_guest(&mut self, id: PersonId, held: Option<Held>) {
        self.invited.retain(|other| *other != id);
        self.guests.remove(&id);
        match held {
            Some(held) if held.standing == Standing::Invited => {
                if self.invited.len() == GUESTS_INVITED_MAX {
                    self.invited.pop_front();
                }
                self.invited.push_back(id);
            }
            Some(held) => {
                self.guests.insert(id, held);
            }
            None => {}
        }
    }

    /// Makes a change true that is no change of a standing. A bar or a mute follows the people it
    /// names.
    pub(in crate::chat) fn change(&mut self, act: &RoomAct, at: Timestamp, named: &[PersonId]) {
        match act {
            RoomAct::Set(settings) => settings.iter().for_each(|set| self.settings.set(set)),
            RoomAct::Bar(bar) => self.bars.put(bar, at, named),
            RoomAct::Unbar(mask) => self.bars.lift(mask),
            RoomAct::Mute(mute) => self.mutes.put(mute, at, named),
            RoomAct::Unmute(mask) => self.mutes.lift(mask),
            RoomAct::Mask { mask, on } => self.set_mask(mask, *on),
            // The chat changes standings, since people know of them. Other facts make the rest
            // true.
            RoomAct::Stand { .. }
            | RoomAct::Own { .. }
            | RoomAct::Eject { .. }
            | RoomAct::Removed { .. }
            | RoomAct::Passing
            | RoomAct::StillInside { .. }
            | RoomAct::Listed { .. } => {}
        }
    }

    /// A person has come in and used their invitation.
    pub(in crate::chat) fn enter(&mut self, id: PersonId) {
        self.invited.retain(|other| *other != id);
        self.told.0.retain(|(_, (other, _))| *other != id);
    }

    /// A person has left. Returns the standing that they had for the visit.
    pub(in crate::chat) fn leave(&mut self, id: PersonId) -> Option<Held> {
        self.guests.remove(&id)
    }

    /// Ends what a person was given for the visit.
    pub(in crate::chat) fn end_visit(&mut self, id: PersonId) {
        self.invited.retain(|other| *other != id);
        if self.of_founder(id).is_none() {
            self.guests.remove(&id);
        }
    }

    /// The standing of the guest who created the room, which nobody gave.
    pub(in crate::chat) fn of_founder(&self, id: PersonId) -> Option<Held> {
        self.guests
            .get(&id)
            .copied()
            .filter(|_| self.founder == Some(id))
    }

    pub(in crate::chat) fn has_knocked(&self, id: PersonId, now: Timestamp) -> bool {
        self.knocks.has(&id, now)
    }

    pub(in crate::chat) fn note_knock(&mut self, id: PersonId, at: Timestamp) {
        self.knocks.note(id, at);
    }

    /// Whether a person was told lately that they gained or lost a standing.
    pub(in crate::chat) fn was_told(&self, told: (PersonId, bool), now: Timestamp) -> bool {
        self.told.has(&told, now)
    }

    pub(in crate::chat) fn note_told(&mut self, told: (PersonId, bool), at: Timestamp) {
        self.told.note(told, at);
    }

    /// The bars or mutes that an IRC list shows beside its masks.
    pub(in crate::chat) fn restrictions(&self, kind: MaskKind) -> Option<&RoomRestrictions> {
        match kind {
            MaskKind::Ban => Some(&self.bars),
            MaskKind::Mute => Some(&self.mutes),
            MaskKind::Exception | MaskKind::MuteException | MaskKind::Invitation => None,
        }
    }

    /// The number of bars, mutes and masks in force.
    pub(in crate::chat) fn listed(&self, now: Timestamp) -> usize {
        let restrictions = self.bars.active(now).chain(self.mutes.active(now));
        restrictions.count() + self.masks.len()
    }

    /// Sets or removes a mask.
    pub(in crate::chat) fn set_mask(&mut self, mask: &RoomMask, on: bool) {
        self.masks
            .retain(|other| !other.is_same(mask.kind, &mask.matched));
        self.masks.extend(on.then(|| mask.clone()));
    }

    /// Whether the rules have to be remembered while nobody is inside.
    pub(in crate::chat) fn is_kept(&self) -> bool {
        let is_set = self.settings != RoomSettings::default();
        let has_others = !self.standings.is_empty();
        let has_lists = !self.bars.is_empty() || !self.mutes.is_empty() || !self.masks.is_empty();
        self.owner.is_some() && (is_set || has_others || has_lists)
    }

    /// Checks that standings are in the right table, given who is inside.
    pub(in crate::chat) fn check(&self, is_inside: impl Fn(PersonId) -> bool) {
        assert!(self.guests.keys().all(|id| is_inside(*id)));
        let is_voiced = |held: &Held| held.standing > Standing::Voice || !held.voiced;
        assert!(self.guests.values().all(is_voiced));
        assert!(self.standings.values().all(is_voiced));
        let mut guests = self.guests.values();
        assert!(guests.all(|held| held.standing > Standing::Invited));
        assert!(self.invited.iter().all(|id| !is_inside(*id)));
        let mut standings = self.standings.values();
        assert!(standings.all(|held| held.standing < Standing::Owner));
        self.bars.check();
        self.mutes.check();
    }
}

/// The account that a mask names.
pub(in crate::chat) fn named_by(mask: &RoomMask) -> Option<Name> {
    match &mask.matched {
        Matched::Account(glob) => Name::known(glob.literal()?),
        Matched::Source(_) => None,
    }
}
