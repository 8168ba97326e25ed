//! Bans, or mutes: each found by the name and the block of addresses that it matches.
//!
//! Every arrival is held against ten thousand of them, and while there are mutes so is every
//! message. So a check looks up the name and, for each prefix length in use, the block that the
//! address would lie in; each key leads to its longest restriction first.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::net::IpAddr;
use core::num::NonZeroU64;
use core::ops::Bound;

use hashbrown::HashMap;
use ipnet::IpNet;

use crate::ban::{Mask, Restriction, canonical};
use crate::limits::RESTRICTIONS_MAX;
use crate::name::{FoldedName, Name};
use crate::time::Timestamp;

/// Numbers the restrictions of one list in the order in which they were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::chat) struct RestrictionId(NonZeroU64);

/// The end of a page of restrictions, where the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestrictionCursor {
    pub(in crate::chat) list: List,
    pub(in crate::chat) after: RestrictionId,
}

/// The two lists, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::chat) enum List {
    Bans,
    Mutes,
}

/// Something that a restriction matches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Name(FoldedName),
    Net(IpNet),
}

/// A whole mask: what two restrictions have in common of which the newer replaces the older.
type MaskKey = (Option<FoldedName>, Option<IpNet>);

/// The end of a restriction: the last moment of all if it has none.
type End = Timestamp;

/// The longest first; of two as long the newer.
type ByLength = BTreeSet<(Reverse<End>, Reverse<RestrictionId>)>;

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct Restrictions {
    by_id: BTreeMap<RestrictionId, Restriction>,
    by_mask: HashMap<MaskKey, RestrictionId>,
    by_key: HashMap<Key, ByLength>,
    /// The number of blocks of each address family and prefix length.
    prefixes: BTreeMap<(Family, u8), usize>,
    /// The next to end first.
    by_end: BTreeSet<(End, RestrictionId)>,
    given: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    V4,
    V6,
}

impl Restrictions {
    pub(in crate::chat) fn new(restrictions: Vec<Restriction>) -> Self {
        let mut list = Self::default();
        for restriction in &restrictions {
            list.put(restriction);
        }
        list
    }

    pub(in crate::chat) fn is_full(&self) -> bool {
        self.by_id.len() >= RESTRICTIONS_MAX
    }

    /// Adds a restriction; of two with the same mask the newer holds.
    pub(in crate::chat) fn put(&mut self, restriction: &Restriction) {
        self.given += 1;
        let id = RestrictionId(NonZeroU64::MIN.saturating_add(self.given));
        if let Some(older) = self.by_mask.insert(mask_key(&restriction.mask), id) {
            self.remove(older);
        }
        let end = end(restriction);
        for key in keys(&restriction.mask) {
            self.count_prefix(&key, |count| count + 1);
            let by_length = self.by_key.entry(key).or_default();
            by_length.insert((Reverse(end), Reverse(id)));
        }
        self.by_end.insert((end, id));
        self.by_id.insert(id, restriction.clone());
    }

    /// Removes all restrictions that `mask`, as written to undo one, speaks of.
    pub(in crate::chat) fn lift(&mut self, mask: &Mask) {
        let by_length = keys(mask).filter_map(|key| self.by_key.get(&key));
        let ids: Vec<_> = by_length.flatten().map(|(_, id)| id.0).collect();
        for id in ids {
            self.remove(id);
        }
    }

    /// Whether `mask`, as written to undo a restriction, speaks of one that there is.
    pub(in crate::chat) fn is_named_by(&self, mask: &Mask) -> bool {
        keys(mask).any(|key| self.by_key.contains_key(&key))
    }

    pub(in crate::chat) fn get(&self, id: RestrictionId) -> Option<&Restriction> {
        self.by_id.get(&id)
    }

    /// The restriction that holds longest of those that match a name or an address now. A shorter
    /// one that comes later does not lift it.
    pub(in crate::chat) fn longest(
        &self,
        name: Option<&Name>,
        address: IpAddr,
        now: Timestamp,
    ) -> Option<RestrictionId> {
        if self.by_id.is_empty() {
            return None;
        }
        let name = name.map(|name| Key::Name(FoldedName(name.clone())));
        let keys = name.into_iter().chain(self.blocks_of(address));
        let firsts = keys.filter_map(|key| self.by_key.get(&key)?.first());
        let (Reverse(end), Reverse(id)) = firsts.min()?;
        (now < *end).then_some(*id)
    }

    /// Of two restrictions the one that holds longer, if it still does.
    pub(in crate::chat) fn longer(
        &self,
        a: Option<RestrictionId>,
        b: Option<RestrictionId>,
        now: Timestamp,
    ) -> Option<RestrictionId> {
        let known = a.into_iter().chain(b);
        let known = known.filter_map(|id| Some((end(self.by_id.get(&id)?), id)));
        let (end, id) = known.max()?;
        (now < end).then_some(id)
    }

    /// The restrictions behind `after`, oldest first, those that have run out among them.
    pub(in crate::chat) fn after(
        &self,
        after: Option<RestrictionId>,
    ) -> impl Iterator<Item = (RestrictionId, &Restriction)> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rest = self.by_id.range((start, Bound::Unbounded));
        rest.map(|(id, restriction)| (*id, restriction))
    }

    pub(in crate::chat) fn has_expired(&self, now: Timestamp) -> bool {
        self.by_end.first().is_some_and(|(end, _)| *end <= now)
    }

    /// Forgets up to `max` restrictions that have run out.
    pub(in crate::chat) fn expire(&mut self, now: Timestamp, max: usize) {
        for _ in 0..max {
            match self.by_end.first() {
                Some(&(end, id)) if end <= now => self.remove(id),
                _ => return,
            }
        }
    }

    /// The blocks that an address lies in, of all prefix lengths in use.
    fn blocks_of(&self, address: IpAddr) -> impl Iterator<Item = Key> {
        let address = address.to_canonical();
        let family = match address {
            IpAddr::V4(_) => Family::V4,
            IpAddr::V6(_) => Family::V6,
        };
        let prefixes = self.prefixes.range((family, 0)..=(family, u8::MAX));
        let nets = prefixes.filter_map(move |((_, prefix), _)| IpNet::new(address, *prefix).ok());
        nets.map(|net| Key::Net(net.trunc()))
    }

    fn remove(&mut self, id: RestrictionId) {
        let Some(restriction) = self.by_id.remove(&id) else {
            return;
        };
        let (end, mask) = (end(&restriction), mask_key(&restriction.mask));
        if self.by_mask.get(&mask) == Some(&id) {
            self.by_mask.remove(&mask);
        }
        self.by_end.remove(&(end, id));
        for key in keys(&restriction.mask) {
            self.count_prefix(&key, |count| count - 1);
            if let Some(by_length) = self.by_key.get_mut(&key) {
                by_length.remove(&(Reverse(end), Reverse(id)));
                if by_length.is_empty() {
                    self.by_key.remove(&key);
                }
            }
        }
    }

    fn count_prefix(&mut self, key: &Key, change: impl FnOnce(usize) -> usize) {
        let Key::Net(net) = key else { return };
        let family = match net {
            IpNet::V4(_) => Family::V4,
            IpNet::V6(_) => Family::V6,
        };
        let prefix = (family, net.prefix_len());
        match change(self.prefixes.get(&prefix).copied().unwrap_or(0)) {
            0 => self.prefixes.remove(&prefix),
            count => self.prefixes.insert(prefix, count),
        };
    }

    #[cfg(debug_assertions)]
    pub(in crate::chat) fn are_counts_consistent(&self) -> bool {
        let all = self.by_id.len();
        self.by_end.len() == all && self.by_mask.len() == all && self.by_key.len() <= 2 * all
    }

    /// Checks that all indexes agree with the restrictions.
    pub(in crate::chat) fn check(&self) {
        let (mut places, mut blocks) = (0, 0);
        for (id, restriction) in &self.by_id {
            let end = end(restriction);
            assert!(self.by_end.contains(&(end, *id)));
            assert_eq!(self.by_mask.get(&mask_key(&restriction.mask)), Some(id));
            for key in keys(&restriction.mask) {
                assert!(self.by_key[&key].contains(&(Reverse(end), Reverse(*id))));
                places += 1;
                blocks += usize::from(matches!(key, Key::Net(_)));
            }
        }
        let all = self.by_id.len();
        assert_eq!((self.by_end.len(), self.by_mask.len()), (all, all));
        assert_eq!(
            self.by_key.values().map(BTreeSet::len).sum::<usize>(),
            places
        );
        assert_eq!(self.prefixes.values().sum::<usize>(), blocks);
    }
}

fn end(restriction: &Restriction) -> End {
    restriction.until.unwrap_or(Timestamp(i64::MAX))
}

fn mask_key(mask: &Mask) -> MaskKey {
    (mask.name.clone().map(FoldedName), mask.net.map(canonical))
}

fn keys(mask: &Mask) -> impl Iterator<Item = Key> {
    let (name, net) = mask_key(mask);
    name.map(Key::Name).into_iter().chain(net.map(Key::Net))
}
