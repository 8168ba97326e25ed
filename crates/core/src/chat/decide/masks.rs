//! The lists that IRC clients keep for a room: masks of people who are banned or muted, and
//! exceptions from what the room demands. They exist beside bars and mutes, and lift none of those.
//! But bars and mutes also appear in these lists as entries ([`Matched::of`]), so that they can be
//! seen and removed either way.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::operate::Actor;
use super::restrict::Given;
use crate::account::Account;
use crate::ban::{Mask, Reach, Restriction};
use crate::chat::state::{RoomRestrictions, RoomRules};
use crate::chat::{Chat, Person};
use crate::event::{Fact, RoomAct};
use crate::ids::{PersonId, RoomId};
use crate::limits::ROOM_MASKS_MAX;
use crate::mask::{Listed, MaskKind, Matched, RoomMask};
use crate::name::{Name, fold};
use crate::rejection::{Rejection, RoomRejection};
use crate::time::Timestamp;

/// The lists of a room.
const KINDS: [MaskKind; 5] = [
    MaskKind::Ban,
    MaskKind::Mute,
    MaskKind::Exception,
    MaskKind::MuteException,
    MaskKind::Invitation,
];

/// One of a room's mask lists.
#[derive(Clone, Copy)]
pub(super) struct MaskList {
    pub(super) room: RoomId,
    pub(super) kind: MaskKind,
}

impl MaskList {
    pub(super) fn bans_of(room: RoomId) -> Self {
        let kind = MaskKind::Ban;
        Self { room, kind }
    }

    pub(super) fn mutes_of(room: RoomId) -> Self {
        let kind = MaskKind::Mute;
        Self { room, kind }
    }
}

impl Chat {
    /// A mask that is set already, or is not there to remove, changes nothing; neither does one
    /// that equals the entry of a bar or mute without an end.
    pub(super) fn decide_mask(
        &self,
        me: &Person,
        list: MaskList,
        matched: Matched,
        on: bool,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        if !on {
            let from = facts.len();
            self.lift(me, list, &Listed::Matched(matched), now, facts);
            self.note_remaining_in(me, list, &mut facts[from..], now);
            return Ok(());
        }
        if self.has_mask(list, &matched) || self.lasts(list, &matched, now) {
            return Ok(());
        }
        if self.masks_in(list.room).len() >= ROOM_MASKS_MAX {
            return Err(self.refusal(list.room, RoomRejection::BarsFull));
        }
        facts.push(self.mask_set(me, list, matched, true, now));
        Ok(())
    }

    /// A mask with an address or a name as its host would match nobody, since people are shown by
    /// cloaks. From an operator it is a bar of the address.
    pub(super) fn decide_set_mask(
        &self,
        me: &Person,
        list: MaskList,
        matched: Matched,
        on: bool,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let Some((net, is_whole)) = matched.block() else {
            if on && !matched.can_be_host() {
                return Err(self.refusal(list.room, RoomRejection::AddressMask));
            }
            return self.decide_mask(me, list, matched, on, now, facts);
        };
        let mask = Mask::of_net(net);
        if !on {
            let is_of_bar = is_whole && !self.has_mask(list, &matched);
            let matched = if is_of_bar {
                Matched::of(&mask)
            } else {
                matched
            };
            return self.decide_mask(me, list, matched, on, now, facts);
        }
        if list.kind != MaskKind::Ban || !is_whole {
            return Err(self.refusal(list.room, RoomRejection::AddressMask));
        }
        let given = Given {
            me: Actor::Person(me),
            time: None,
            why: None,
            now,
        };
        self.decide_bar(me, &given, list.room, mask, false, facts)
    }

    /// Removes the entries that a moderator names: for a name or an address from the bans, for a
    /// mask from all lists.
    pub(super) fn decide_unbar(
        &self,
        me: &Person,
        id: RoomId,
        listed: Listed,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        // Whether there is such a bar is not told either, nor whether a name's is of this address.
        if matches!(&listed, Listed::Mask(mask) if mask.net.is_some()) && !me.session.rank.operator
        {
            return Err(self.refusal(id, RoomRejection::AddressBar));
        }
        let kinds: &[MaskKind] = match &listed {
            Listed::Mask(_) => &[MaskKind::Ban],
            Listed::Matched(_) if self.acts_on_loan(me, id) => &[MaskKind::Ban, MaskKind::Mute],
            Listed::Matched(_) => &KINDS,
        };
        let before = facts.len();
        for &kind in kinds {
            let (list, from) = (MaskList { room: id, kind }, facts.len());
            self.lift(me, list, &listed, now, facts);
            self.note_remaining_in(me, list, &mut facts[from..], now);
        }
        if facts.len() > before {
            return Ok(());
        }
        let bars = MaskList {
            room: id,
            kind: MaskKind::Ban,
        };
        let of_mask = |mask: &Mask| self.remaining_in(me, bars, mask, &[], now);
        Err(self.refusal(
            id,
            match listed {
                Listed::Mask(mask) => match of_mask(&mask) {
                    Some(remaining) => RoomRejection::BarredOtherwise(mask, remaining.into()),
                    None => RoomRejection::NotBarred(Listed::Mask(mask)),
                },
                listed => RoomRejection::NotBarred(listed),
            },
        ))
    }

    pub(super) fn decide_unmute_in(
        &self,
        me: &Person,
        id: RoomId,
        name: Name,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let mask = Mask::of_name(name.clone());
        let (before, listed) = (facts.len(), Listed::Mask(mask.clone()));
        let list = MaskList::mutes_of(id);
        self.lift(me, list, &listed, now, facts);
        self.note_remaining_in(me, list, &mut facts[before..], now);
        if facts.len() > before {
            return Ok(());
        }
        let why = match self.remaining_in(me, list, &mask, &[], now) {
            Some(remaining) => RoomRejection::MutedOtherwise(name, remaining.into()),
            None => RoomRejection::NotMuted(name),
        };
        Err(self.refusal(id, why))
    }

    /// Removes a mask from one list, and the bars or mutes that the list shows under it.
    pub(super) fn lift(
        &self,
        me: &Person,
        list: MaskList,
        listed: &Listed,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) {
        let matched = listed.matched();
        let is_mask = self.has_mask(list, &matched);
        if is_mask {
            facts.push(self.mask_set(me, list, matched.clone(), false, now));
        }
        let Some(restrictions) = self.restrictions_of(list) else {
            return;
        };
        // Only operators bar addresses, and they alone see and lift such bars.
        let all = restrictions.active(now);
        let all = all.map(|restriction| &restriction.mask);
        let all: Vec<&Mask> = all
            .filter(|mask| me.session.rank.operator || mask.name.is_some())
            .collect();
        let mut words = match listed {
            Listed::Mask(mask) => self.words_for(restrictions, mask, now),
            Listed::Matched(_) => {
                let found = all.iter().find(|mask| Matched::of(mask) == matched);
                let word = found.and_then(|mask| word_of(mask));
                word.into_iter().chain(named_by(&matched)).collect()
            }
        };
        words.retain(|word| all.iter().any(|mask| mask.is_named_by(word)));
        // Of an address it is told whom it stands for, who is let in with it.
        let words = words.into_iter().flat_map(|word| match word.name {
            Some(_) => Vec::from([word]),
            None => {
                let lifted = all.iter().filter(|mask| mask.is_named_by(&word));
                lifted.map(|mask| (*mask).clone()).collect()
            }
        });
        for word in words {
            let lifted = all.iter().filter(|mask| mask.is_named_by(&word));
            // What stands for a name as well has a word of its own.
            let lifted = lifted.filter(|mask| mask.name.is_some() && word.name.is_some());
            let mut entries: Vec<Matched> = lifted.map(|mask| Matched::of(mask)).collect();
            entries.retain(|entry| !is_mask || *entry != matched);
            facts.push(self.lifted(me, list, word, now));
            facts.extend(self.listed(me, list, entries, false));
        }
    }

    /// What undoes the restrictions that a moderator names, including by the current name of a
    /// person whom one follows.
    fn words_for(&self, list: &RoomRestrictions, mask: &Mask, now: Timestamp) -> Vec<Mask> {
        let bearer = mask.name.as_ref();
        let bearer = bearer.and_then(|name| self.bearer_of(name, now));
        let following = bearer.into_iter();
        let following = following.flat_map(|bearer| list.following(bearer.id, now));
        let mut words = Vec::from([mask.clone()]);
        for word in following.filter_map(|restriction| word_of(&restriction.mask)) {
            if !words.iter().any(|other| word.is_named_by(other)) {
                words.push(word);
            }
        }
        words
    }

    fn lifted(&self, me: &Person, list: MaskList, word: Mask, now: Timestamp) -> Fact {
        if list.kind != MaskKind::Mute {
            return self.changed(me, list.room, RoomAct::Unbar(word), None);
        }
        let bearer = word.name.as_ref();
        let bearer = bearer.and_then(|name| self.bearer_of(name, now));
        let bearer = bearer.map(|bearer| bearer.id);
        self.changed(me, list.room, RoomAct::Unmute(word), bearer)
    }

    /// The bars or mutes that IRC clients are told of: those that were not in their list before.
    pub(super) fn newly_listed(
        &self,
        me: &Person,
        list: MaskList,
        masks: &[Mask],
        now: Timestamp,
    ) -> Option<Fact> {
        // Only operators see an address without a name, which an operator has barred.
        let named = masks.iter().filter(|mask| mask.name.is_some());
        let mut entries: Vec<Matched> = named.map(Matched::of).collect();
        entries.retain(|entry| {
            let mut standing = self.restrictions_listed(list, entry, now);
            !self.has_mask(list, entry) && standing.next().is_none()
        });
        self.listed(me, list, entries, true)
    }

    /// The bars or mutes that the list shows as this entry.
    fn restrictions_listed<'a>(
        &'a self,
        list: MaskList,
        entry: &'a Matched,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Restriction> {
        let restrictions = self.restrictions_of(list).into_iter();
        let active = restrictions.flat_map(move |restrictions| restrictions.active(now));
        active.filter(move |restriction| Matched::of(&restriction.mask) == *entry)
    }

    /// Whether a bar or mute of a name does for good what a mask would do.
    fn lasts(&self, list: MaskList, entry: &Matched, now: Timestamp) -> bool {
        let mut standing = self.restrictions_listed(list, entry, now);
        standing.any(|restriction| {
            let mask = &restriction.mask;
            let is_whole = mask.name.is_some() && mask.reach == Reach::Either;
            is_whole && restriction.until.is_none()
        })
    }

    fn has_mask(&self, list: MaskList, matched: &Matched) -> bool {
        let mut masks = self.masks_in(list.room).iter();
        masks.any(|mask| mask.is_same(list.kind, matched))
    }

    /// The bars or mutes that a list includes.
    fn restrictions_of(&self, list: MaskList) -> Option<&RoomRestrictions> {
        self.rooms.rules(list.room)?.restrictions(list.kind)
    }

    /// Tells IRC clients, which keep these lists, of bars and mutes.
    fn listed(&self, me: &Person, list: MaskList, entries: Vec<Matched>, on: bool) -> Option<Fact> {
        let mut told: Vec<Matched> = Vec::new();
        for entry in entries {
            if !told.contains(&entry) {
                told.push(entry);
            }
        }
        let entries: Box<[Matched]> = told.into();
        let is_told = !entries.is_empty();
        let kind = list.kind;
        let act = RoomAct::Listed { kind, entries, on };
        is_told.then(|| self.changed(me, list.room, act, None))
    }

    /// Removes the entries that let an ending account in, since the next to register its name is
    /// somebody else. Entries that keep it out stay: otherwise the owner would come back by giving
    /// the name up.
    pub(super) fn rights_ended(&self, account: &Account, by: Option<PersonId>) -> Vec<Fact> {
        let by = by.and_then(|by| self.people.get(by));
        let by = by.map_or_else(Name::shell, |by| by.name.clone());
        let mut facts = Vec::new();
        for room in self.rooms.of_account(&account.name) {
            let masks = self.masks_in(room).iter();
            for mask in masks.filter(|mask| mask.is_right_of(&account.name)) {
                let (mask, on) = (mask.clone(), false);
                let change = self.change_by(by.clone(), room, RoomAct::Mask { mask, on });
                facts.push(Fact::RoomChanged(Box::new(change)));
            }
        }
        facts
    }

    fn masks_in(&self, id: RoomId) -> &[RoomMask] {
        let rules = self.rooms.rules(id);
        rules.map_or(&[], |rules| &rules.masks)
    }

    fn mask_set(
        &self,
        me: &Person,
        list: MaskList,
        matched: Matched,
        on: bool,
        at: Timestamp,
    ) -> Fact {
        let mask = RoomMask {
            kind: list.kind,
            matched,
            by: me.name.clone(),
            at,
        };
        self.changed(me, list.room, RoomAct::Mask { mask, on }, None)
    }

    /// Whether a mask of a kind applies to a person. Bans and mutes do not if an exception does.
    pub(in crate::chat) fn is_masked_as(
        &self,
        person: &Person,
        rules: &RoomRules,
        kind: MaskKind,
    ) -> bool {
        self.mask_on(person, rules, kind).is_some()
    }

    /// The first of these.
    pub(super) fn mask_on<'a>(
        &self,
        person: &Person,
        rules: &'a RoomRules,
        kind: MaskKind,
    ) -> Option<&'a RoomMask> {
        if rules.masks.is_empty() {
            return None;
        }
        let source = fold(&self.masked(person));
        let concerns = |kind: MaskKind| {
            let mut masks = rules.masks.iter().filter(|mask| mask.kind == kind);
            masks.find(|mask| match &mask.matched {
                Matched::Source(glob) => glob.matches_folded(&source),
                Matched::Account(glob) => {
                    let account = person.account.as_ref();
                    account.is_some_and(|account| glob.matches_folded(account.folded()))
                }
            })
        };
        let mut exceptions = kind.exceptions().iter();
        concerns(kind).filter(|_| !exceptions.any(|kind| concerns(*kind).is_some()))
    }
}

/// What undoes a bar of an account's name.
fn named_by(matched: &Matched) -> Option<Mask> {
    match matched {
        Matched::Account(glob) => Name::known(glob.literal()?).map(Mask::of_name),
        Matched::Source(_) => None,
    }
}

/// What undoes a bar that a list shows by its name, or else by its block.
fn word_of(mask: &Mask) -> Option<Mask> {
    let by_name = mask.name.clone().map(Mask::of_name);
    by_name.or_else(|| mask.net.map(Mask::of_net))
}
