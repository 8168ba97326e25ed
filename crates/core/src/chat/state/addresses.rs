//! People by address, in an order in which every block of addresses is one range.
//!
//! A key is 64 bits, half of an IPv6 address: hosts change the other half at will (RFC 8981), and
//! fifty thousand keys weigh half as much. So a range may include a few people too many, all of one
//! /64, and the caller compares each with its mask.

use core::net::IpAddr;
use core::ops::{Bound, RangeInclusive};

use ipnet::IpNet;

use super::SortedSet;
use crate::ids::PersonId;

/// The key of 0.0.0.0. IPv6 assigns no address to its block, 00ff:ffff::/32.
const IPV4: u64 = 0x00ff_ffff_0000_0000;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Addresses(SortedSet<(u64, PersonId)>);

impl Addresses {
    pub(super) fn insert(&mut self, address: IpAddr, person: PersonId) {
        self.0.insert((key(address), person));
    }

    pub(super) fn remove(&mut self, address: IpAddr, person: PersonId) {
        self.0.remove(&(key(address), person));
    }

    /// Everybody in a block, and perhaps others of the same /64.
    pub(super) fn near(&self, net: IpNet) -> impl Iterator<Item = PersonId> + '_ {
        let keys = keys(net);
        let start = (*keys.start(), PersonId(0));
        let near = self.0.starting(Bound::Included(&start));
        let near = near.take_while(move |(key, _)| keys.contains(key));
        near.map(|(_, person)| *person)
    }

    #[cfg(any(test, debug_assertions))]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// The key of an address: that of its household.
pub(super) fn key(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(v4) => IPV4 | u64::from(v4.to_bits()),
        IpAddr::V6(v6) => (v6.to_bits() >> 64) as u64,
    }
}

/// The keys of a block.
pub(super) fn keys(net: IpNet) -> RangeInclusive<u64> {
    key(net.network())..=key(net.broadcast())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn a_block_is_a_range() {
        let mut addresses = Addresses::default();
        let all = [
            "192.0.2.1",
            "192.0.2.255",
            "192.0.3.1",
            "::ffff:192.0.2.7",
            "2001:db8::1",
            "2001:db8:0:1::1",
            "2001:db9::1",
            "::1",
        ];
        for (address, id) in all.iter().zip(0..) {
            addresses.insert(address.parse().expect("an address"), PersonId(id));
        }
        let near = |net: &str| -> Vec<u64> {
            let net = net.parse().expect("a block");
            let mut near: Vec<u64> = addresses.near(net).map(|person| person.0).collect();
            near.sort_unstable();
            near
        };
        assert_eq!(near("192.0.2.0/24"), [0, 1, 3]);
        assert_eq!(near("192.0.2.1/32"), [0]);
        assert_eq!(near("0.0.0.0/0"), [0, 1, 2, 3]);
        assert_eq!(near("2001:db8::/64"), [4]);
        assert_eq!(near("2001:db8::/32"), [4, 5]);
        assert_eq!(near("2001:db8::9/128"), [4], "the whole /64");
        assert_eq!(near("::/0").len(), 8);
    }
}
