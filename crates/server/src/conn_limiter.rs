//! Who may connect: so many connections from one address at once, and so many in a row.
//!
//! Addresses count by household (a /64 of IPv6). This very machine is exempt: behind a proxy or a
//! tunnel everybody comes from there.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use chinwag_core::{Bucket, Monotonic, Rate, subnet_of};

/// A household: its block of addresses as numbers, without what all blocks of its kind share.
type Home = u128;

/// The limiter of one server.
#[derive(Clone, Debug)]
pub(crate) struct ConnLimiter {
    homes: Arc<Mutex<HashMap<Home, Door>>>,
    limits: Arc<Mutex<DoorLimits>>,
}

/// What one household may have. No limit is none.
#[derive(Clone, Copy, Debug)]
struct DoorLimits {
    connections_max: Option<usize>,
    rate: Rate,
}

#[derive(Debug)]
struct Door {
    open: usize,
    bucket: Bucket,
    last: Monotonic,
}

/// A connection's place among those of its address; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    homes: Arc<Mutex<HashMap<Home, Door>>>,
    home: Home,
}

/// Why a connection is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TurnedAway {
    /// There are as many from there as may be.
    TooMany,
    /// There were too many from there lately.
    TooOften,
}

/// Addresses that are remembered before those that have been quiet are forgotten.
const HOMES_MAX: usize = 10_000;

impl ConnLimiter {
    pub(crate) fn new(connections_max: Option<usize>, rate: Rate) -> Self {
        let limits = DoorLimits {
            connections_max,
            rate,
        };
        Self {
            homes: Arc::default(),
            limits: Arc::new(Mutex::new(limits)),
        }
    }

    /// Holds those who come from now on against other limits.
    pub(crate) fn configure(&self, connections_max: Option<usize>, rate: Rate) {
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        *limits = DoorLimits {
            connections_max,
            rate,
        };
    }

    /// Lets a connection in; `None` where it is not counted.
    ///
    /// # Errors
    /// [`TurnedAway`].
    pub(crate) fn enter(
        &self,
        address: IpAddr,
        now: Monotonic,
    ) -> Result<Option<Permit>, TurnedAway> {
        if address.to_canonical().is_loopback() {
            return Ok(None);
        }
        let home = match subnet_of(address).network() {
            IpAddr::V4(v4) => u128::from(v4.to_bits()),
            IpAddr::V6(v6) => v6.to_bits(),
        };
        let limits = *self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let mut homes = self.homes.lock().unwrap_or_else(PoisonError::into_inner);
        if homes.len() >= HOMES_MAX {
            let refill = limits.rate.refill();
            homes.retain(|_, door| door.open > 0 || now.since(door.last) < refill);
        }
        let door = homes.entry(home).or_insert_with(|| Door {
            open: 0,
            bucket: Bucket::full(now),
            last: now,
        });
        if limits.connections_max.is_some_and(|max| door.open >= max) {
            return Err(TurnedAway::TooMany);
        }
        door.last = now;
        let taken = door.bucket.take(limits.rate, now);
        taken.map_err(|_| TurnedAway::TooOften)?;
        door.open += 1;
        let homes = self.homes.clone();
        Ok(Some(Permit { homes, home }))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut homes = self.homes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(door) = homes.get_mut(&self.home) {
            door.open -= 1;
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
    fn connections_are_counted_and_given_back() {
        let limiter = ConnLimiter::new(Some(2), Rate::UNLIMITED);
        let enter = |address| limiter.enter(ip(address), Monotonic(0));
        let first = enter("192.0.2.1");
        let _second = enter("::ffff:192.0.2.1");
        assert_eq!(enter("192.0.2.1").map(drop), Err(TurnedAway::TooMany));
        assert!(enter("192.0.2.2").is_ok());
        drop(first);
        assert!(enter("192.0.2.1").is_ok());
    }

    #[test]
    fn a_household_counts_as_one() {
        let limiter = ConnLimiter::new(Some(1), Rate::UNLIMITED);
        let _first = limiter.enter(ip("2001:db8:1:2::1"), Monotonic(0));
        let second = limiter.enter(ip("2001:db8:1:2::2"), Monotonic(0));
        assert_eq!(second.map(drop), Err(TurnedAway::TooMany));
    }

    #[test]
    fn a_row_of_connections_is_slowed_down() {
        let limiter = ConnLimiter::new(None, RATE);
        let enter = |at| limiter.enter(ip("192.0.2.1"), at).map(drop);
        assert!((0..5).all(|_| enter(Monotonic(0)).is_ok()));
        assert_eq!(enter(Monotonic(0)), Err(TurnedAway::TooOften));
        assert!(enter(Monotonic(0) + Duration::from_secs(1)).is_ok());
    }

    #[test]
    fn new_limits_hold_for_those_who_come_next() {
        let limiter = ConnLimiter::new(Some(1), Rate::UNLIMITED);
        let enter = || limiter.enter(ip("192.0.2.1"), Monotonic(0));
        let _first = enter();
        assert_eq!(enter().map(drop), Err(TurnedAway::TooMany));
        limiter.configure(Some(2), Rate::UNLIMITED);
        let _second = enter().expect("there is room for two");
        limiter.configure(None, RATE);
        assert!(enter().is_ok());
    }

    #[test]
    fn loopback_is_exempt() {
        let limiter = ConnLimiter::new(Some(1), RATE);
        assert!((0..100).all(|_| limiter.enter(ip("127.0.0.1"), Monotonic(0)).is_ok()));
        assert!(limiter.enter(ip("::1"), Monotonic(0)).is_ok());
    }
}
