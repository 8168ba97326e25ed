//! Bans, or mutes, found by the name and the block of addresses that they match.
//!
//! Every arrival is compared with ten thousand of them, and while there are mutes so is every
//! message. So a check looks up the name and, for each prefix length in use, the block that would
//! contain the address, alone and together with the name; each key leads to its longest restriction
//! first.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::net::IpAddr;
use core::num::NonZeroU64;
use core::ops::Bound;

use hashbrown::HashMap;
use ipnet::IpNet;

use crate::ban::{Mask, Reach, Restriction, canonical};
use crate::limits::RESTRICTIONS_MAX;
use crate::name::{FoldedName, Name};
use crate::time::Timestamp;

/// Numbers the restrictions of one list in the order in which they were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::chat) struct RestrictionId(NonZeroU64);

impl RestrictionId {
    /// No number is less.
    pub(super) const MIN: Self = Self(NonZeroU64::MIN);
}

/// The end of a page of restrictions, where the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestrictionCursor {
    pub(in crate::chat) list: List,
    pub(in crate::chat) after: RestrictionId,
}

/// The two lists, in the order in which answers show them.
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
    Both(FoldedName, IpNet),
}

/// A whole mask: of two restrictions with the same one, the newer replaces the older.
type MaskKey = (Option<FoldedName>, Option<IpNet>);

/// When a restriction ends: the greatest time if never.
type End = Timestamp;

/// The longest first; of two as long the newer.
type ByLength = BTreeSet<(Reverse<End>, Reverse<RestrictionId>)>;

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct Restrictions {
    by_id: BTreeMap<RestrictionId, Restriction>,
    by_mask: HashMap<MaskKey, RestrictionId>,
    by_key: HashMap<Key, ByLength>,
    /// By the text that undoes a restriction: its name, or its block.
    by_word: HashMap<Key, BTreeSet<RestrictionId>>,
    /// How many blocks there are of each address family and prefix length.
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

    pub(in crate::chat) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The number of restrictions, including expired ones that were not dropped yet.
    pub(in crate::chat) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// The number of those that are in force. Takes time that grows with those that are not.
    pub(in crate::chat) fn active(&self, now: Timestamp) -> usize {
        let expired = self.by_end.iter().take_while(|(end, _)| *end <= now);
        self.len() - expired.count()
    }

    /// Whether so many more fit.
    pub(in crate::chat) fn have_space(&self, more: usize) -> bool {
        self.by_id.len() + more <= RESTRICTIONS_MAX
    }

    /// Adds a restriction, which replaces one with the same mask.
    pub(in crate::chat) fn put(&mut self, restriction: &Restriction) {
        self.given += 1;
        let id = RestrictionId(NonZeroU64::MIN.saturating_add(self.given));
        if let Some(older) = self.by_mask.insert(mask_key(&restriction.mask), id) {
            self.remove(older);
        }
        let end = end(restriction);
        for word in words(&restriction.mask) {
            self.by_word.entry(word).or_default().insert(id);
        }
        for key in keys(&restriction.mask) {
            self.count_prefix(&key, |count| count + 1);
            let by_length = self.by_key.entry(key).or_default();
            by_length.insert((Reverse(end), Reverse(id)));
        }
        self.by_end.insert((end, id));
        self.by_id.insert(id, restriction.clone());
    }

    /// The restriction with this very mask.
    pub(in crate::chat) fn with_mask(&self, mask: &Mask) -> Option<RestrictionId> {
        self.by_mask.get(&mask_key(mask)).copied()
    }

    /// Removes all restrictions that `mask` means; see [`Mask::is_named_by`].
    pub(in crate::chat) fn lift(&mut self, mask: &Mask) {
        let ids: Vec<_> = self.ids_named_by(mask).collect();
        for id in ids {
            self.remove(id);
        }
    }

    /// The masks of the restrictions that `mask` means, oldest first; see [`Mask::is_named_by`].
    pub(in crate::chat) fn named_by(&self, mask: &Mask) -> impl Iterator<Item = &Mask> {
        let named = self.ids_named_by(mask);
        named.filter_map(|id| Some(&self.by_id.get(&id)?.mask))
    }

    fn ids_named_by(&self, mask: &Mask) -> impl Iterator<Item = RestrictionId> {
        let is_whole = mask.name.is_some() && mask.net.is_some();
        let whole = self.with_mask(mask).filter(|_| is_whole);
        // Of a name or a block alone there is one word.
        let word = words(mask).next().filter(|_| !is_whole);
        let named = word.and_then(|word| self.by_word.get(&word));
        whole
            .into_iter()
            .chain(named.into_iter().flatten().copied())
    }

    pub(in crate::chat) fn get(&self, id: RestrictionId) -> Option<&Restriction> {
        self.by_id.get(&id)
    }

    /// The restriction that lasts longest of those that match a name or an address now. A shorter
    /// one given later does not lift it.
    pub(in crate::chat) fn longest(
        &self,
        name: Option<&Name>,
        address: IpAddr,
        now: Timestamp,
    ) -> Option<RestrictionId> {
        if self.by_id.is_empty() {
            return None;
        }
        let firsts = self
            .keys_of(name, address)
            .filter_map(|key| self.by_key.get(&key)?.first());
        let (Reverse(end), Reverse(id)) = firsts.min()?;
        (now < *end).then_some(*id)
    }

    /// The same among those for which `holds`. Takes time that grows with those that match.
    pub(in crate::chat) fn longest_where(
        &self,
        name: Option<&Name>,
        address: IpAddr,
        now: Timestamp,
        holds: impl Fn(&Restriction) -> bool,
    ) -> Option<RestrictionId> {
        let firsts = self.keys_of(name, address).filter_map(|key| {
            let mut places = self.by_key.get(&key)?.iter();
            places.find(|(_, Reverse(id))| self.by_id.get(id).is_some_and(&holds))
        });
        let (Reverse(end), Reverse(id)) = firsts.min()?;
        (now < *end).then_some(*id)
    }

    /// The keys of everything that matches a name or an address.
    fn keys_of(&self, name: Option<&Name>, address: IpAddr) -> impl Iterator<Item = Key> {
        let name = name.map(|name| FoldedName(name.clone()));
        let of_name = name.clone().map(Key::Name);
        let blocks = self.blocks_of(address).flat_map(move |net| {
            let both = name.clone().map(|name| Key::Both(name, net));
            both.into_iter().chain([Key::Net(net)])
        });
        of_name.into_iter().chain(blocks)
    }

    /// Of two restrictions the one that lasts longer, if it is still in force.
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

    /// The restrictions after `after`, oldest first, including expired ones.
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

    /// The blocks that contain an address, for all prefix lengths in use.
    fn blocks_of(&self, address: IpAddr) -> impl Iterator<Item = IpNet> {
        let address = address.to_canonical();
        let family = match address {
            IpAddr::V4(_) => Family::V4,
            IpAddr::V6(_) => Family::V6,
        };
        let prefixes = self.prefixes.range((family, 0)..=(family, u8::MAX));
        let nets = prefixes.filter_map(move |((_, prefix), _)| IpNet::new(address, *prefix).ok());
        nets.map(|net| net.trunc())
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
        for word in words(&restriction.mask) {
            if let Some(named) = self.by_word.get_mut(&word) {
                named.remove(&id);
                if named.is_empty() {
                    self.by_word.remove(&word);
                }
            }
        }
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
        let (Key::Net(net) | Key::Both(_, net)) = key else {
            return;
        };
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
        let (mut places, mut blocks, mut named) = (0, 0, 0);
        for (id, restriction) in &self.by_id {
            let end = end(restriction);
            assert!(self.by_end.contains(&(end, *id)));
            assert_eq!(self.by_mask.get(&mask_key(&restriction.mask)), Some(id));
            for key in keys(&restriction.mask) {
                assert!(self.by_key[&key].contains(&(Reverse(end), Reverse(*id))));
                places += 1;
                blocks += usize::from(!matches!(key, Key::Name(_)));
            }
            for word in words(&restriction.mask) {
                assert!(self.by_word[&word].contains(id));
                named += 1;
            }
        }
        let all = self.by_id.len();
        assert_eq!((self.by_end.len(), self.by_mask.len()), (all, all));
        assert_eq!(
            self.by_key.values().map(BTreeSet::len).sum::<usize>(),
            places
        );
        assert_eq!(self.prefixes.values().sum::<usize>(), blocks);
        assert_eq!(
            self.by_word.values().map(BTreeSet::len).sum::<usize>(),
            named
        );
    }
}

fn end(restriction: &Restriction) -> End {
    restriction.until.unwrap_or(Timestamp(i64::MAX))
}

fn mask_key(mask: &Mask) -> MaskKey {
    (mask.name.clone().map(FoldedName), mask.net.map(canonical))
}

/// The keys under which a mask is found for the people it matches.
fn keys(mask: &Mask) -> impl Iterator<Item = Key> {
    let (name, net) = mask_key(mask);
    let (first, second) = match (mask.reach, name, net) {
        (Reach::Both, Some(name), Some(net)) => (Some(Key::Both(name, net)), None),
        (Reach::Block, _, Some(net)) => (None, Some(Key::Net(net))),
        (_, name, net) => (name.map(Key::Name), net.map(Key::Net)),
    };
    first.into_iter().chain(second)
}

/// The texts that undo a restriction with this mask.
fn words(mask: &Mask) -> impl Iterator<Item = Key> {
    let (name, net) = mask_key(mask);
    name.map(Key::Name).into_iter().chain(net.map(Key::Net))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::select;
    use std::vec;

    const MASKS: [&str; 12] = [
        "ann",
        "Ann",
        "bob",
        "192.0.2.1",
        "192.0.2.0/24",
        "192.0.0.0/16",
        "0.0.0.0/0",
        "::ffff:192.0.2.0/120",
        "2001:db8::/32",
        "2001:db8::/64",
        "2001:db8::1",
        "::/0",
    ];

    const ADDRESSES: [&str; 5] = [
        "192.0.2.1",
        "::ffff:192.0.2.9",
        "198.51.100.7",
        "2001:db8::1",
        "2001:db8:1::1",
    ];

    #[derive(Clone, Debug)]
    enum Step {
        Put(Mask, Option<Timestamp>),
        Lift(Mask),
        Expire(Timestamp, usize),
    }

    fn mask() -> impl Strategy<Value = Mask> {
        let one = || select(&MASKS[..]).prop_map(|text| Mask::known(text).expect("a mask"));
        let reach = select(vec![Reach::Either, Reach::Block, Reach::Both]);
        (one(), one(), reach).prop_map(|(a, b, reach)| {
            let name = a.name.clone().or_else(|| b.name.clone());
            match (name, a.net.or(b.net)) {
                (Some(name), Some(net)) => Mask::of_name(name).with_block(net, reach),
                _ => a,
            }
        })
    }

    fn step() -> impl Strategy<Value = Step> {
        let until = prop::option::of((0_i64..10).prop_map(Timestamp));
        prop_oneof![
            4 => (mask(), until).prop_map(|(mask, until)| Step::Put(mask, until)),
            2 => mask().prop_map(Step::Lift),
            1 => (0_i64..10, 0_usize..4).prop_map(|(at, max)| Step::Expire(Timestamp(at), max)),
        ]
    }

    /// The same as a list that is searched from end to end.
    #[derive(Default)]
    struct Model(Vec<Restriction>);

    impl Model {
        fn step(&mut self, step: &Step) {
            match step {
                Step::Put(mask, until) => {
                    self.0
                        .retain(|other| mask_key(&other.mask) != mask_key(mask));
                    self.0.push(restriction(mask, *until));
                }
                Step::Lift(mask) => self.0.retain(|other| !other.mask.is_named_by(mask)),
                Step::Expire(at, max) => {
                    for _ in 0..*max {
                        let ends = self.0.iter().enumerate();
                        let first = ends.min_by_key(|(place, other)| (end(other), *place));
                        match first {
                            Some((place, other)) if end(other) <= *at => {
                                self.0.remove(place);
                            }
                            _ => break,
                        }
                    }
                }
            }
        }

        fn longest(
            &self,
            name: &Name,
            address: IpAddr,
            now: Timestamp,
            holds: impl Fn(&Restriction) -> bool,
        ) -> Option<&Restriction> {
            let active = self.0.iter().filter(|other| other.is_active(now));
            let matching = active.filter(|other| other.mask.matches(Some(name), address));
            let holding = matching.filter(|other| holds(other));
            holding.max_by_key(|other| end(other))
        }
    }

    fn restriction(mask: &Mask, until: Option<Timestamp>) -> Restriction {
        Restriction {
            at: Timestamp(0),
            mask: mask.clone(),
            until,
            by: Name::parse("lee").expect("a name"),
            why: None,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn an_index_finds_what_a_search_does(steps in prop::collection::vec(step(), 1..40)) {
            let (mut list, mut model) = (Restrictions::default(), Model::default());
            for step in steps {
                model.step(&step);
                match &step {
                    Step::Put(mask, until) => list.put(&restriction(mask, *until)),
                    Step::Lift(mask) => list.lift(mask),
                    Step::Expire(at, max) => list.expire(*at, *max),
                }
                list.check();
                let entries: Vec<&Restriction> = list.after(None).map(|(_, entry)| entry).collect();
                prop_assert_eq!(entries, model.0.iter().collect::<Vec<_>>());
                for text in MASKS {
                    let mask = Mask::known(text).expect("a mask");
                    let named = model.0.iter().map(|other| &other.mask);
                    let named = named.filter(|other| other.is_named_by(&mask));
                    prop_assert!(list.named_by(&mask).eq(named));
                }
                for (address, now) in ADDRESSES.iter().flat_map(|a| vec![(a, 0), (a, 5)]) {
                    let address = address.parse().expect("an address");
                    let (name, now) = (Name::parse("aNN").expect("a name"), Timestamp(now));
                    let found = list.longest(Some(&name), address, now);
                    let found = found.and_then(|id| list.get(id));
                    prop_assert_eq!(found, model.longest(&name, address, now, |_| true));
                    let is_meant = |entry: &Restriction| entry.mask.is_about(&name);
                    let found = list.longest_where(Some(&name), address, now, is_meant);
                    let found = found.and_then(|id| list.get(id));
                    prop_assert_eq!(found, model.longest(&name, address, now, is_meant));
                }
            }
        }
    }
}
