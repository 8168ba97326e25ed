//! Who may connect: a number of connections from one address at once, and a rate.
//!
//! Addresses count by subnet (a /64 of IPv6). The machine itself is exempt: behind a local proxy or
//! tunnel everybody comes from there.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use chinwag_core::{Bucket, Monotonic, Rate, household_of};
use ipnet::IpNet;

/// A subnet as a number, without what all subnets of its kind share. In bytes, since every session
/// holds one, and an integer of sixteen bytes would need alignment.
type Subnet = [u8; 16];

/// The limiter of one server.
#[derive(Clone, Debug)]
pub(crate) struct ConnLimiter {
    subnets: Arc<Mutex<HashMap<Subnet, Entry>>>,
    limits: Arc<Mutex<SubnetLimits>>,
    trusted: Arc<Mutex<Trusted>>,
    refusals: Arc<Mutex<Refusals>>,
}

/// Networks of proxies and gateways, which speak for others.
#[derive(Clone, Debug, Default)]
struct Trusted {
    proxies: Arc<[IpNet]>,
    gateways: Arc<[IpNet]>,
}

/// The limits of one subnet; `None` is no limit.
#[derive(Clone, Copy, Debug)]
struct SubnetLimits {
    connections_max: Option<usize>,
    rate: Rate,
}

#[derive(Debug)]
struct Entry {
    open: usize,
    bucket: Bucket,
    last: Monotonic,
}

/// A connection's place among those of its address; released on drop.
#[derive(Debug)]
pub(crate) struct Permit {
    subnets: Arc<Mutex<HashMap<Subnet, Entry>>>,
    subnet: Subnet,
}

/// A connection is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TurnedAway {
    why: Excess,
    /// Whether there is time to find out what it speaks and to answer in that.
    pub(crate) is_answered: bool,
}

/// Why a connection is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Excess {
    /// Its address has as many connections as allowed.
    TooMany,
    /// There were too many from there lately.
    TooOften,
}

/// Connections that are refused in their own language, from all addresses together: each costs a
/// descriptor for some seconds, and a flood must not cost more.
const ANSWER_RATE: Rate = Rate {
    burst: 8,
    per_second: 8.0,
};
/// Lines in the log about them.
const LOG_RATE: Rate = Rate {
    burst: 5,
    per_second: 0.1,
};

/// Answers and log lines for refused connections, as far as a flood of them leaves time.
#[derive(Debug)]
struct Refusals {
    answers: Bucket,
    lines: Bucket,
    /// How many were refused without a log line since the last one.
    untold: u64,
}

/// How many addresses are remembered before quiet ones are forgotten.
const SUBNETS_MAX: usize = 10_000;

impl ConnLimiter {
    pub(crate) fn new(connections_max: Option<usize>, rate: Rate) -> Self {
        let limits = SubnetLimits {
            connections_max,
            rate,
        };
        Self {
            subnets: Arc::default(),
            limits: Arc::new(Mutex::new(limits)),
            trusted: Arc::default(),
            refusals: Arc::new(Mutex::new(Refusals {
                answers: Bucket::full(Monotonic::default()),
                lines: Bucket::full(Monotonic::default()),
                untold: 0,
            })),
        }
    }

    /// Changes the trusted proxies and IRC gateways.
    pub(crate) fn trust(&self, proxies: &[IpNet], gateways: &[IpNet]) {
        let mut trusted = self.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        *trusted = Trusted {
            proxies: proxies.into(),
            gateways: gateways.into(),
        };
    }

    /// Whether the address is a trusted proxy's. Then it is not counted, but the clients that it
    /// speaks for are.
    pub(crate) fn is_proxy(&self, address: IpAddr) -> bool {
        let trusted = self.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        contains(&trusted.proxies, address)
    }

    /// Whether the address is a gateway's, which is not counted either, but its clients are.
    pub(crate) fn is_gateway(&self, address: IpAddr) -> bool {
        let trusted = self.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        contains(&trusted.gateways, address)
    }

    /// Changes the limits for new connections.
    pub(crate) fn configure(&self, connections_max: Option<usize>, rate: Rate) {
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        *limits = SubnetLimits {
            connections_max,
            rate,
        };
    }

    /// Lets a connection in; `None` if it is not counted. Logs a refusal.
    ///
    /// # Errors
    /// [`TurnedAway`].
    pub(crate) fn enter(
        &self,
        address: IpAddr,
        now: Monotonic,
    ) -> Result<Option<Permit>, TurnedAway> {
        let counted = self.count(address, now);
        counted.map_err(|why| {
            let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
            refusals.log(address, why, now);
            let is_answered = refusals.answers.take(ANSWER_RATE, now).is_ok();
            TurnedAway { why, is_answered }
        })
    }

    fn count(&self, address: IpAddr, now: Monotonic) -> Result<Option<Permit>, Excess> {
        let Some(household) = household_of(address) else {
            return Ok(None);
        };
        let subnet = match household.network() {
            IpAddr::V4(v4) => u128::from(v4.to_bits()).to_ne_bytes(),
            IpAddr::V6(v6) => v6.octets(),
        };
        let limits = *self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let mut subnets = self.subnets.lock().unwrap_or_else(PoisonError::into_inner);
        if subnets.len() >= SUBNETS_MAX {
            let refill = limits.rate.refill();
            subnets.retain(|_, entry| entry.open > 0 || now.since(entry.last) < refill);
        }
        let entry = subnets.entry(subnet).or_insert_with(|| Entry {
            open: 0,
            bucket: Bucket::full(now),
            last: now,
        });
        if limits.connections_max.is_some_and(|max| entry.open >= max) {
            return Err(Excess::TooMany);
        }
        entry.last = now;
        let taken = entry.bucket.take(limits.rate, now);
        taken.map_err(|_| Excess::TooOften)?;
        entry.open += 1;
        let subnets = self.subnets.clone();
        Ok(Some(Permit { subnets, subnet }))
    }
}

impl Refusals {
    fn log(&mut self, address: IpAddr, why: Excess, now: Monotonic) {
        if self.lines.take(LOG_RATE, now).is_err() {
            self.untold += 1;
            return;
        }
        let why = match why {
            Excess::TooMany => "it has as many as one may have",
            Excess::TooOften => "it connects too often",
        };
        match std::mem::take(&mut self.untold) {
            0 => tracing::info!("turned a connection from {address} away: {why}"),
            more => {
                tracing::info!("turned a connection from {address} away: {why}; and {more} before");
            }
        }
    }
}

/// Whether an address is in one of the networks. `::/0` and the like include IPv4, as the addresses
/// that stand for it.
fn contains(networks: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    let mapped = match address {
        IpAddr::V4(v4) => Some(IpAddr::V6(v4.to_ipv6_mapped())),
        IpAddr::V6(_) => None,
    };
    let mut forms = core::iter::once(address).chain(mapped);
    forms.any(|form| networks.iter().any(|network| network.contains(&form)))
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut subnets = self.subnets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = subnets.get_mut(&self.subnet) {
            entry.open -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chinwag_core::Duration;

    const RATE: Rate = Rate {
        burst: 5,
        per_second: 1.0,
    };

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn networks_of_ipv6_that_hold_mapped_addresses_hold_ipv4() {
        let is_in = |network: &str, address: &str| {
            let network = network.parse().expect("a network");
            contains(&[network], ip(address))
        };
        assert!(is_in("::/0", "192.0.2.7") && is_in("::/0", "2001:db8::1"));
        assert!(is_in("192.0.2.0/24", "::ffff:192.0.2.7"));
        assert!(!is_in("2000::/3", "192.0.2.7") && !is_in("0.0.0.0/0", "2001:db8::1"));
    }

    #[test]
    fn connections_are_counted_and_given_back() {
        let limiter = ConnLimiter::new(Some(2), Rate::UNLIMITED);
        let enter = |address| limiter.count(ip(address), Monotonic(0));
        let first = enter("192.0.2.1");
        let _second = enter("::ffff:192.0.2.1");
        assert_eq!(enter("192.0.2.1").map(drop), Err(Excess::TooMany));
        assert!(enter("192.0.2.2").is_ok());
        drop(first);
        assert!(enter("192.0.2.1").is_ok());
    }

    #[test]
    fn a_household_counts_as_one() {
        let limiter = ConnLimiter::new(Some(1), Rate::UNLIMITED);
        let _first = limiter.count(ip("2001:db8:1:2::1"), Monotonic(0));
        let second = limiter.count(ip("2001:db8:1:2::2"), Monotonic(0));
        assert_eq!(second.map(drop), Err(Excess::TooMany));
    }

    #[test]
    fn a_row_of_connections_is_slowed_down() {
        let limiter = ConnLimiter::new(None, RATE);
        let enter = |at| limiter.count(ip("192.0.2.1"), at).map(drop);
        assert!((0..5).all(|_| enter(Monotonic(0)).is_ok()));
        assert_eq!(enter(Monotonic(0)), Err(Excess::TooOften));
        assert!(enter(Monotonic(0) + Duration::from_secs(1)).is_ok());
    }

    #[test]
    fn new_limits_hold_for_those_who_come_next() {
        let limiter = ConnLimiter::new(Some(1), Rate::UNLIMITED);
        let enter = || limiter.count(ip("192.0.2.1"), Monotonic(0));
        let _first = enter();
        assert_eq!(enter().map(drop), Err(Excess::TooMany));
        limiter.configure(Some(2), Rate::UNLIMITED);
        let _second = enter().expect("there is room for two");
        limiter.configure(None, RATE);
        assert!(enter().is_ok());
    }

    #[test]
    fn proxies_are_those_of_the_networks() {
        let limiter = ConnLimiter::new(Some(1), RATE);
        assert!(!limiter.is_proxy(ip("10.1.2.3")));
        let network = "10.0.0.0/8".parse().expect("a network");
        limiter.trust(&[network], &[]);
        assert!(limiter.is_proxy(ip("10.1.2.3")) && !limiter.is_proxy(ip("11.1.2.3")));
        assert!(!limiter.is_gateway(ip("10.1.2.3")));
        limiter.trust(&[], &[network]);
        assert!(!limiter.is_proxy(ip("10.1.2.3")) && limiter.is_gateway(ip("::ffff:10.1.2.3")));
    }

    #[test]
    fn loopback_is_exempt() {
        let limiter = ConnLimiter::new(Some(1), RATE);
        assert!((0..100).all(|_| limiter.count(ip("127.0.0.1"), Monotonic(0)).is_ok()));
        assert!(limiter.count(ip("::1"), Monotonic(0)).is_ok());
    }

    #[test]
    fn a_flood_is_not_listened_to() {
        let limiter = ConnLimiter::new(Some(0), Rate::UNLIMITED);
        let turned_away = |at| limiter.enter(ip("192.0.2.1"), at).map(drop).unwrap_err();
        let answered = (0..100).filter(|_| turned_away(Monotonic(0)).is_answered);
        assert_eq!(answered.count(), ANSWER_RATE.burst as usize);
        let later = Monotonic(0) + Duration::from_secs(1);
        assert!(turned_away(later).is_answered);
        let refusals = limiter.refusals.lock().expect("nobody panics");
        assert_eq!(refusals.untold, 101 - u64::from(LOG_RATE.burst));
    }
}
