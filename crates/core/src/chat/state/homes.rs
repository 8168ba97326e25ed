//! Sessions by household: how many a household has, which is its oldest, and which household has
//! most.

use alloc::collections::{BTreeMap, BTreeSet};
use core::net::IpAddr;

use ipnet::IpNet;

use super::addresses::{key, keys};
use crate::ids::{PersonId, Seq};
use crate::time::Timestamp;

/// When a session ends, when in the order of events it was lost, and whose it is.
pub(super) type Expiry = (Timestamp, Seq, PersonId);

/// See the [module](self).
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Homes {
    /// By the key of [`Addresses`](super::addresses::Addresses).
    by_home: BTreeMap<u64, BTreeSet<Expiry>>,
    by_size: BTreeSet<(usize, u64)>,
    len: usize,
}

impl Homes {
    pub(super) fn insert(&mut self, address: IpAddr, place: Expiry) {
        self.change(key(address), |home| home.insert(place));
        self.len += 1;
    }

    pub(super) fn remove(&mut self, address: IpAddr, place: Expiry) {
        let was_there = self.change(key(address), |home| home.remove(&place));
        self.len -= usize::from(was_there);
    }

    fn change(&mut self, home: u64, change: impl FnOnce(&mut BTreeSet<Expiry>) -> bool) -> bool {
        let places = self.by_home.entry(home).or_default();
        self.by_size.remove(&(places.len(), home));
        let is_changed = change(places);
        match places.len() {
            0 => drop(self.by_home.remove(&home)),
            len => drop(self.by_size.insert((len, home))),
        }
        is_changed
    }

    /// How many sessions one household has.
    pub(super) fn len_of(&self, address: IpAddr) -> usize {
        self.by_home.get(&key(address)).map_or(0, BTreeSet::len)
    }

    /// The oldest session of one household.
    pub(super) fn oldest_of(&self, address: IpAddr) -> Option<Expiry> {
        self.by_home.get(&key(address))?.first().copied()
    }

    /// The oldest session of the household that has most; `None` if no household has two.
    pub(super) fn oldest_of_fullest(&self) -> Option<Expiry> {
        let (len, home) = self.by_size.last()?;
        let fullest = self.by_home.get(home).filter(|_| *len > 1);
        fullest?.first().copied()
    }

    /// Everybody in a block, and perhaps others of the same /64.
    pub(super) fn near(&self, net: IpNet) -> impl Iterator<Item = PersonId> + '_ {
        let homes = self.by_home.range(keys(net));
        homes.flat_map(|(_, places)| places.iter().map(|(.., id)| *id))
    }

    #[cfg(debug_assertions)]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Checks that the indexes agree.
    pub(super) fn check(&self) {
        let sizes = self
            .by_home
            .iter()
            .map(|(home, places)| (places.len(), *home));
        assert!(sizes.collect::<BTreeSet<_>>() == self.by_size);
        let len: usize = self.by_home.values().map(BTreeSet::len).sum();
        assert_eq!(self.len, len);
    }
}
