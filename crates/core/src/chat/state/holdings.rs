//! How the bytes of a table that all share are divided among those who fill it. Each account and each address has at
//! most a part of what is left free, so that there is always something left for others, however many have filled it
//! (Choudhury and Hahne, "Dynamic Queue Length Thresholds for Shared-Memory Packet Switches", 1998).

use alloc::vec::Vec;
use core::hash::Hash;

use hashbrown::HashMap;
use ipnet::IpNet;

use super::Person;
use crate::ban::subnet_of;
use crate::limits::SHARE_PART;
use crate::name::{FoldedName, Name};

/// Who takes up a part of a table: an account, or those who come from one address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::chat) enum Holder {
    Account(FoldedName),
    Address(IpNet),
}

impl Holder {
    pub(in crate::chat) fn account(name: &Name) -> Self {
        Self::Account(FoldedName(name.clone()))
    }

    /// What counts for a person: its account, lest many addresses make it more, and its address, lest many accounts
    /// do. Behind a tunnel or a proxy everybody comes from the machine itself: there the account alone counts.
    pub(in crate::chat) fn all_of(person: &Person) -> Vec<Self> {
        let account = person.account.as_ref().map(Self::account);
        let address = person.session.address;
        let counts = account.is_none() || !address.to_canonical().is_loopback();
        let address = counts.then(|| Self::Address(subnet_of(address)));
        account.into_iter().chain(address).collect()
    }
}

/// The bytes of each entry, and whose they are.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Holdings<K: Eq + Hash> {
    bytes: usize,
    by_holder: HashMap<Holder, usize>,
    entries: HashMap<K, Held>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Held {
    holders: Vec<Holder>,
    bytes: usize,
}

impl<K: Eq + Hash> Default for Holdings<K> {
    fn default() -> Self {
        Self {
            bytes: 0,
            by_holder: HashMap::new(),
            entries: HashMap::new(),
        }
    }
}

impl<K: Eq + Hash> Holdings<K> {
    /// Whether each holder may have so many bytes more, of as many as there may be in all.
    pub(super) fn have_space(&self, holders: &[Holder], more: usize, bytes_max: usize) -> bool {
        let part = bytes_max.saturating_sub(self.bytes) / SHARE_PART;
        let mut holders = holders.iter();
        holders.all(|holder| self.bytes_held_by(holder) + more <= part)
    }

    /// The bytes of all that one holds.
    pub(super) fn bytes_held_by(&self, holder: &Holder) -> usize {
        self.by_holder.get(holder).copied().unwrap_or_default()
    }

    /// The bytes of an entry.
    pub(super) fn bytes_of(&self, key: &K) -> usize {
        self.entries.get(key).map_or(0, |held| held.bytes)
    }

    /// Counts an entry for these.
    pub(super) fn put(&mut self, key: K, holders: Vec<Holder>, bytes: usize) {
        self.remove(&key);
        if bytes == 0 {
            return;
        }
        self.bytes += bytes;
        for holder in &holders {
            *self.by_holder.entry(holder.clone()).or_default() += bytes;
        }
        self.entries.insert(key, Held { holders, bytes });
    }

    /// Counts an entry no longer. Returns for whom it counted.
    pub(super) fn remove(&mut self, key: &K) -> Vec<Holder> {
        let Held { holders, bytes } = self.entries.remove(key).unwrap_or_default();
        self.bytes -= bytes;
        for holder in &holders {
            if let Some(own) = self.by_holder.get_mut(holder) {
                *own -= bytes;
                if *own == 0 {
                    self.by_holder.remove(holder);
                }
            }
        }
        holders
    }

    /// Checks that the sums agree with the entries, which have so many bytes.
    pub(super) fn check(&self, bytes: usize) {
        assert_eq!(self.bytes, bytes);
        let entries = || self.entries.values();
        assert_eq!(bytes, entries().map(|held| held.bytes).sum::<usize>());
        let held = entries().map(|held| held.holders.len() * held.bytes);
        assert_eq!(self.by_holder.values().sum::<usize>(), held.sum::<usize>());
        assert!(self.by_holder.values().all(|bytes| *bytes > 0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::IpAddr;
    use std::format;
    use std::vec;

    const BYTES_MAX: usize = 1 << 20;

    fn account(name: &str) -> Holder {
        Holder::account(&Name::parse(name).expect("a name"))
    }

    fn address(text: &str) -> Holder {
        let address: IpAddr = text.parse().expect("an address");
        Holder::Address(subnet_of(address))
    }

    /// Puts entries as long as there is space. Returns the bytes.
    fn fill(holdings: &mut Holdings<usize>, holders: impl Fn(usize) -> Vec<Holder>) -> usize {
        let from = holdings.entries.len();
        for at in 0.. {
            let holders = holders(at);
            if !holdings.have_space(&holders, 100, BYTES_MAX) {
                return 100 * at;
            }
            holdings.put(from + at, holders, 100);
        }
        0
    }

    #[test]
    fn neither_many_accounts_nor_many_addresses_make_it_more() {
        let mut holdings = Holdings::default();
        let accounts = |n| vec![account(&format!("mal{n}")), address("192.0.2.1")];
        let most = BYTES_MAX / SHARE_PART;
        assert!(fill(&mut holdings, accounts) <= most);
        assert!(!holdings.have_space(&[address("192.0.2.1")], 100, BYTES_MAX));
        let addresses = |n| vec![account("eve"), address(&format!("198.51.100.{}", n % 250))];
        assert!((100..=most).contains(&fill(&mut holdings, addresses)));
        assert!(holdings.have_space(&[account("ann"), address("203.0.113.1")], 100, BYTES_MAX));
        holdings.check(holdings.bytes);
    }

    #[test]
    fn what_is_taken_out_is_free_again() {
        let mut holdings = Holdings::default();
        let own = || vec![account("ann"), address("192.0.2.1")];
        fill(&mut holdings, |_| own());
        assert!(!holdings.have_space(&own(), 100, BYTES_MAX));
        assert_eq!(holdings.remove(&0), own());
        assert!(holdings.have_space(&own(), 100, BYTES_MAX));
        holdings.put(1, own(), 50);
        assert_eq!(holdings.bytes_of(&1), 50);
        holdings.put(1, own(), 0);
        for key in 2..holdings.entries.len() + 2 {
            holdings.remove(&key);
        }
        holdings.check(0);
        assert!(holdings.by_holder.is_empty());
    }
}
