//! Who is kept out or silenced: on the server, a page at a time, and in a room.

use alloc::vec::Vec;

use crate::answer::Answer;
use crate::ban::{Mask, Restriction};
use crate::chat::state::{List, RestrictionId};
use crate::chat::{Chat, Person, RestrictionCursor};
use crate::ids::RoomId;
use crate::limits::RESTRICTION_LINES_MAX;
use crate::name::Name;
use crate::time::Timestamp;

impl Chat {
    /// The bars and mutes of a room. Only operators see addresses: a moderator is shown neither one
    /// that goes with a name nor one that an operator has barred, but is told how many these are.
    pub(super) fn bars_of(&self, me: &Person, id: RoomId, now: Timestamp) -> Answer {
        let rules = self.rooms.rules(id);
        let told = |restriction: &Restriction| {
            let mut restriction = restriction.clone();
            if restriction.mask.name.is_some() && !me.session.rank.operator {
                restriction.mask.net = None;
            }
            restriction
        };
        let is_told = |bar: &&Restriction| me.session.rank.operator || bar.mask.name.is_some();
        let bars = rules.into_iter().flat_map(|rules| rules.bars.active(now));
        let (bars, unseen): (Vec<_>, Vec<_>) = bars.partition(is_told);
        let mutes = rules.into_iter().flat_map(|rules| rules.mutes.active(now));
        // Without their addresses several of a name may be the same.
        let told = |all: Vec<&Restriction>| {
            let mut all: Vec<Restriction> = all.into_iter().map(told).collect();
            all.dedup();
            all
        };
        let (bars, mutes) = (told(bars), told(mutes.collect()));
        Answer::Bars {
            room: self.name_of(id),
            accounts: self.accounts_among(bars.iter().chain(&mutes)),
            bars,
            mutes,
            masks: rules.map_or_else(Vec::new, |rules| rules.masks.clone()),
            unseen: unseen.len(),
        }
    }

    /// A page of the bans and then the mutes. It looks at a fixed number of entries and skips those
    /// that have expired, so it may be short.
    pub(super) fn restrictions(&self, after: Option<RestrictionCursor>, now: Timestamp) -> Answer {
        let (bans, mutes) = match after.map(|cursor| (cursor.list, cursor.after)) {
            None => (Some(None), None),
            Some((List::Bans, after)) => (Some(Some(after)), None),
            Some((List::Mutes, after)) => (None, Some(after)),
        };
        let bans = bans
            .into_iter()
            .flat_map(|after| self.restricted.bans.after(after));
        let mutes = self.restricted.mutes.after(mutes);
        let bans = bans.map(|(id, ban)| (List::Bans, id, ban));
        let mut rest = bans.chain(mutes.map(|(id, mute)| (List::Mutes, id, mute)));
        let page: Vec<_> = rest.by_ref().take(RESTRICTION_LINES_MAX).collect();
        let last = page.last().filter(|_| rest.next().is_some());
        let active = |list: List| -> Vec<Restriction> {
            let page = page
                .iter()
                .filter(|(of, _, entry)| *of == list && entry.is_active(now));
            page.map(|(.., entry)| Restriction::clone(entry)).collect()
        };
        let renamed = page.iter().filter(|(of, ..)| *of == List::Mutes);
        let renamed = renamed.filter_map(|(_, id, mute)| self.renamed_from(*id, &mute.mask));
        Answer::Restrictions {
            renamed: renamed.collect(),
            accounts: self.accounts_among(page.iter().map(|(.., entry)| *entry)),
            counts: (
                self.restricted.bans.active(now),
                self.restricted.mutes.active(now),
            ),
            bans: active(List::Bans),
            mutes: active(List::Mutes),
            next: last.map(|&(list, after, _)| RestrictionCursor { list, after }),
        }
    }

    /// The names of restrictions that accounts are called by.
    fn accounts_among<'a>(&self, entries: impl Iterator<Item = &'a Restriction>) -> Vec<Name> {
        let names = entries.filter_map(|entry| entry.mask.name.as_ref());
        let called = |name: &&Name| {
            let account = self.registrations.get(name);
            account.is_some_and(|account| account.name.same_as(name))
        };
        names.filter(called).cloned().collect()
    }

    /// The name of a mute, and the current name of the person whom it has followed.
    fn renamed_from(&self, mute: RestrictionId, mask: &Mask) -> Option<(Name, Name)> {
        let name = mask.name.as_ref()?;
        let block = mask.net.map(Mask::of_net);
        let near = block.iter().flat_map(|block| self.people.matching(block));
        let mut known = near.chain(self.people.logged_in_to(name));
        let bearer = known.find(|p| p.mute() == Some(mute) && !p.name.same_as(name))?;
        Some((name.clone(), bearer.name.clone()))
    }
}
