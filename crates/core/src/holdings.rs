//! How the bytes of a shared table are divided among those who fill it. Each account and each
//! address gets at most a part of what is free, so that something is always left for others,
//! however many have filled it (Choudhury and Hahne, "Dynamic Queue Length Thresholds for
//! Shared-Memory Packet Switches", 1998).

use alloc::vec::Vec;
use core::hash::Hash;

use hashbrown::HashMap;

use crate::limits::SHARE_PART;

/// The bytes of each entry, by its key, and the holders it counts against.
#[derive(Clone, Debug, PartialEq)]
pub struct Holdings<K: Eq + Hash, H: Eq + Hash> {
    bytes: usize,
    by_holder: HashMap<H, usize>,
    entries: HashMap<K, HeldBytes<H>>,
}

#[derive(Clone, Debug, PartialEq)]
struct HeldBytes<H> {
    holders: Vec<H>,
    bytes: usize,
}

impl<K: Eq + Hash, H: Eq + Hash> Default for Holdings<K, H> {
    fn default() -> Self {
        Self {
            bytes: 0,
            by_holder: HashMap::new(),
            entries: HashMap::new(),
        }
    }
}

impl<K: Eq + Hash, H: Eq + Hash + Clone> Holdings<K, H> {
    /// Whether each holder may have `more` bytes, if there may be `bytes_max` in all. What counts
    /// against nobody may take everything that is free.
    pub fn have_space(&self, holders: &[H], more: usize, bytes_max: usize) -> bool {
        let free = bytes_max.saturating_sub(self.bytes);
        let has_space = |holder| self.bytes_held_by(holder) + more <= free / SHARE_PART;
        more == 0 || (more <= free && holders.iter().all(has_space))
    }

    /// The bytes of all entries of one holder.
    pub fn bytes_held_by(&self, holder: &H) -> usize {
        self.by_holder.get(holder).copied().unwrap_or_default()
    }

    /// The bytes of an entry.
    pub fn bytes_of(&self, key: &K) -> usize {
        self.entries.get(key).map_or(0, |held| held.bytes)
    }

    /// Counts an entry for these.
    pub fn put(&mut self, key: K, holders: Vec<H>, bytes: usize) {
        self.remove(&key);
        if bytes == 0 {
            return;
        }
        self.bytes += bytes;
        for holder in &holders {
            *self.by_holder.entry(holder.clone()).or_default() += bytes;
        }
        self.entries.insert(key, HeldBytes { holders, bytes });
    }

    /// Removes an entry. Returns the holders it counted against.
    pub fn remove(&mut self, key: &K) -> Vec<H> {
        let Some(HeldBytes { holders, bytes }) = self.entries.remove(key) else {
            return Vec::new();
        };
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

    /// Checks that the sums agree with the entries, which have `bytes` bytes in all.
    pub(crate) fn check(&self, bytes: usize) {
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
    use alloc::string::String;
    use std::format;
    use std::vec;

    const BYTES_MAX: usize = 1 << 20;

    type Table = Holdings<usize, String>;

    /// Puts entries as long as there is space. Returns the bytes.
    fn fill(holdings: &mut Table, holders: impl Fn(usize) -> Vec<String>) -> usize {
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
        let one_address = |n| vec![format!("mal{n}"), "192.0.2.1".into()];
        let most = BYTES_MAX / SHARE_PART;
        assert!(fill(&mut holdings, one_address) <= most);
        assert!(!holdings.have_space(&["192.0.2.1".into()], 100, BYTES_MAX));
        let one_account = |n| vec!["eve".into(), format!("198.51.100.{}", n % 250)];
        assert!((100..=most).contains(&fill(&mut holdings, one_account)));
        assert!(holdings.have_space(&["ann".into(), "203.0.113.1".into()], 100, BYTES_MAX));
        holdings.check(holdings.bytes);
    }

    #[test]
    fn what_counts_for_nobody_fills_the_table_and_nothing_always_fits() {
        let mut holdings = Table::default();
        assert!(fill(&mut holdings, |_| Vec::new()) > BYTES_MAX - 100);
        assert!(!holdings.have_space(&[], 100, BYTES_MAX));
        assert!(holdings.have_space(&["ann".into()], 0, BYTES_MAX));
        holdings.check(holdings.bytes);
    }

    #[test]
    fn what_is_taken_out_is_free_again() {
        let mut holdings = Holdings::default();
        let own = || vec!["ann".into(), "192.0.2.1".into()];
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
