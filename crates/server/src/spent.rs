//! The buckets of sessions that have ended, by address: to connect again refills none.
//!
//! A new session goes on with the emptiest bucket that a session from its subnet has left behind,
//! which then is its own. So one flooder cannot spend what thirty others behind the same address
//! have. A bucket that time has filled is forgotten.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use chinwag_core::{Bucket, Monotonic, Rate, subnet_of};

/// Buckets that are kept for one subnet; of more the fullest are forgotten.
const BUCKETS_MAX: usize = 32;
/// Subnets that are remembered before those with full buckets are looked for.
const SUBNETS_MAX: usize = 10_000;

/// See the [module](self). Shared by all shards.
#[derive(Clone, Debug, Default)]
pub(crate) struct SpentBuckets {
    subnets: Arc<Mutex<HashMap<IpAddr, Vec<Bucket>>>>,
}

impl SpentBuckets {
    /// The bucket of a new session from an address.
    pub(crate) fn take(&self, address: IpAddr, rate: Rate, now: Monotonic) -> Bucket {
        let mut subnets = self.subnets.lock().unwrap_or_else(PoisonError::into_inner);
        let subnet = subnet_of(address).network();
        let Some(buckets) = subnets.get_mut(&subnet) else {
            return Bucket::full(now);
        };
        buckets.retain(|bucket| !bucket.is_full(rate, now));
        let emptiest = emptiest_first(buckets, rate, now).first().copied();
        if let Some(emptiest) = emptiest {
            buckets.retain(|bucket| *bucket != emptiest);
        }
        if buckets.is_empty() {
            subnets.remove(&subnet);
        }
        emptiest.unwrap_or_else(|| Bucket::full(now))
    }

    /// A session from an address has ended with this bucket.
    pub(crate) fn put(&self, address: IpAddr, bucket: Bucket, rate: Rate, now: Monotonic) {
        if bucket.is_full(rate, now) {
            return;
        }
        let mut subnets = self.subnets.lock().unwrap_or_else(PoisonError::into_inner);
        if subnets.len() >= SUBNETS_MAX {
            subnets.retain(|_, buckets| {
                buckets.retain(|bucket| !bucket.is_full(rate, now));
                !buckets.is_empty()
            });
        }
        let buckets = subnets.entry(subnet_of(address).network()).or_default();
        buckets.push(bucket);
        *buckets = emptiest_first(buckets, rate, now);
        buckets.truncate(BUCKETS_MAX);
    }
}

fn emptiest_first(buckets: &[Bucket], rate: Rate, now: Monotonic) -> Vec<Bucket> {
    let mut sorted = buckets.to_vec();
    sorted.sort_by(|one, other| {
        let (one, other) = (one.missing(rate, now), other.missing(rate, now));
        other.total_cmp(&one)
    });
    sorted
}

#[cfg(test)]
mod tests {
    use chinwag_core::Duration;

    use super::*;

    const RATE: Rate = Rate {
        burst: 10,
        per_second: 1.0,
    };

    fn spent(lines: u32, now: Monotonic) -> Bucket {
        let mut bucket = Bucket::full(now);
        for _ in 0..lines {
            bucket.take(RATE, now).expect("a token");
        }
        bucket
    }

    #[test]
    fn connecting_again_refills_no_bucket_but_time_does() {
        let (spent_buckets, now) = (SpentBuckets::default(), Monotonic(5_000));
        let address = "192.0.2.1".parse().expect("an address");
        spent_buckets.put(address, spent(10, now), RATE, now);
        let mut bucket = spent_buckets.take(address, RATE, now);
        assert!(bucket.take(RATE, now).is_err());
        // Another from there is not held to it as well.
        let mut other = spent_buckets.take(address, RATE, now);
        assert!(other.take(RATE, now).is_ok());
        spent_buckets.put(address, bucket, RATE, now);
        let later = now + Duration::from_secs(10);
        let mut bucket = spent_buckets.take(address, RATE, later);
        assert!((0..10).all(|_| bucket.take(RATE, later).is_ok()));
    }

    #[test]
    fn the_emptiest_is_the_first_to_be_used_again() {
        let (spent_buckets, now) = (SpentBuckets::default(), Monotonic(5_000));
        let address = "2001:db8::1".parse().expect("an address");
        for lines in [3, 9, 6] {
            spent_buckets.put(address, spent(lines, now), RATE, now);
        }
        let neighbour = "2001:db8::2".parse().expect("an address");
        for missing in [9.0, 6.0, 3.0] {
            let bucket = spent_buckets.take(neighbour, RATE, now);
            assert_eq!(bucket.missing(RATE, now), missing);
        }
    }
}
