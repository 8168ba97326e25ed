//! The lists that IRC clients keep for a room: bans and mutes by mask, and exceptions from what the room asks for.
//! They exist beside its bars and mutes, and lift none of those; but each bar and each mute also appears in these
//! lists as an entry ([`Matched::of`]), so that it can be seen and removed in either way.

use alloc::boxed::Box;
use alloc::vec::Vec;

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
const KINDS: [MaskKind; 4] = [
    MaskKind::Ban,
    MaskKind::Mute,
    MaskKind::Exception,
    MaskKind::Invitation,
];

/// One of a room's lists of masks.
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
    /// Nothing follows from a mask that is there already, or is not there; nor from one that is the entry of a bar
    /// or a mute without an end, which does all that the mask would.
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
            self.lift(me, list, &Listed::Matched(matched), now, facts);
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

    /// Takes those off the room's lists whom a moderator names: a name or an address off the bans, a mask off
    /// all of them.
    pub(super) fn decide_unbar(
        &self,
        me: &Person,
        id: RoomId,
        listed: Listed,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let kinds: &[MaskKind] = match &listed {
            Listed::Mask(_) => &[MaskKind::Ban],
            Listed::Matched(_) if self.acts_on_loan(me, id) => &[MaskKind::Ban, MaskKind::Mute],
            Listed::Matched(_) => &KINDS,
        };
        let before = facts.len();
        for &kind in kinds {
            self.lift(me, MaskList { room: id, kind }, &listed, now, facts);
        }
        match facts.len() > before {
            true => Ok(()),
            false => Err(self.refusal(id, RoomRejection::NotBarred(listed))),
        }
    }

    pub(super) fn decide_unmute_in(
        &self,
        me: &Person,
        id: RoomId,
        name: Name,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let (before, listed) = (facts.len(), Listed::Mask(Mask::of_name(name.clone())));
        self.lift(me, MaskList::mutes_of(id), &listed, now, facts);
        match facts.len() > before {
            true => Ok(()),
            false => Err(self.refusal(id, RoomRejection::NotMuted(name))),
        }
    }

    /// Takes off one list the mask and the bars, or mutes, that stand on it as what was named.
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
        // An address that stands for a name is not told, nor that it was guessed.
        let is_of_address = matches!(listed, Listed::Mask(mask) if mask.name.is_none());
        let is_secret = |mask: &&Mask| is_of_address && mask.name.is_some();
        let all = restrictions.active(now);
        let all = all.map(|restriction| &restriction.mask);
        let all: Vec<&Mask> = all
            .filter(|mask| me.session.rank.operator || !is_secret(mask))
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
        for word in words {
            let lifted = all.iter().filter(|mask| mask.is_named_by(&word));
            let lifted = lifted.filter(|mask| mask.name.is_some());
            let mut entries: Vec<Matched> = lifted.map(|mask| Matched::of(mask)).collect();
            entries.retain(|entry| !is_mask || *entry != matched);
            facts.push(self.lifted(me, list, word, now));
            facts.extend(self.listed(me, list, entries, false));
        }
    }

    /// What undoes the restrictions that a moderator names, also by the name that one whom they follow has by
    /// now.
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

    /// What clients of IRC are told of bars or mutes that are set: not of an entry that their list has already.
    pub(super) fn newly_listed(
        &self,
        me: &Person,
        list: MaskList,
        masks: &[Mask],
        now: Timestamp,
    ) -> Option<Fact> {
        // An address alone, which an operator has barred, is shown to operators.
        let named = masks.iter().filter(|mask| mask.name.is_some());
        let mut entries: Vec<Matched> = named.map(Matched::of).collect();
        entries.retain(|entry| {
            let mut standing = self.restrictions_listed(list, entry, now);
            !self.has_mask(list, entry) && standing.next().is_none()
        });
        self.listed(me, list, entries, true)
    }

    /// The bars, or the mutes, that stand on a list as this entry.
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

    /// Whether a bar, or a mute, of a name does for good what a mask would.
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

    /// The bars, or the mutes, that stand on a list.
    fn restrictions_of(&self, list: MaskList) -> Option<&RoomRestrictions> {
        self.rooms.rules(list.room)?.restrictions(list.kind)
    }

    /// What clients of IRC are told of bars and mutes, whose lists they keep.
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

    /// Takes what names an account that ends off the lists that let it in: the next to register the name is
    /// another. What keeps it out stays, or its owner would come back by giving the name up.
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

    /// Whether a mask of a kind concerns a person. Bans and mutes do not where an exception does.
    pub(in crate::chat) fn is_masked_as(
        &self,
        person: &Person,
        rules: &RoomRules,
        kind: MaskKind,
    ) -> bool {
        if rules.masks.is_empty() {
            return false;
        }
        let source = fold(&self.masked(person));
        let concerns = |kind: MaskKind| {
            let mut masks = rules.masks.iter().filter(|mask| mask.kind == kind);
            masks.any(|mask| match &mask.matched {
                Matched::Source(glob) => glob.matches_folded(&source),
                Matched::Account(glob) => {
                    let account = person.account.as_ref();
                    account.is_some_and(|account| glob.matches_folded(account.folded()))
                }
            })
        };
        let is_exempt = || matches!(kind, MaskKind::Ban | MaskKind::Mute);
        concerns(kind) && !(is_exempt() && concerns(MaskKind::Exception))
    }
}

/// What undoes a bar of the name of an account.
fn named_by(matched: &Matched) -> Option<Mask> {
    match matched {
        Matched::Account(glob) => Name::known(glob.literal()?).map(Mask::of_name),
        Matched::Source(_) => None,
    }
}

/// What undoes a bar that stands on a list by its name, or else by its block.
fn word_of(mask: &Mask) -> Option<Mask> {
    let by_name = mask.name.clone().map(Mask::of_name);
    by_name.or_else(|| mask.net.map(Mask::of_net))
}
