//! The buckets of sessions that have ended or moved, and those of accounts: connecting again
//! refills none.
//!
//! A new session continues with the emptiest bucket that a session from its subnet has left behind,
//! which then is its own. So one flooder cannot spend what thirty others behind the same address
//! have. A session that takes over another continues with that one's bucket, wherever it comes
//! from. All connections of an account share one bucket. A bucket that has refilled is forgotten.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chinwag_core::{Bucket, Monotonic, Name, PersonId, Rate, subnet_of};

/// The most buckets kept for one subnet; the fullest are forgotten first.
const BUCKETS_MAX: usize = 32;
/// How many subnets and people, and likewise accounts, are remembered before full buckets are
/// swept.
const KEPT_MIN: usize = 10_000;

/// Whom a bucket was left to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Whose {
    /// Connections from a subnet, each of which takes one.
    Subnet(IpAddr),
    /// A person who may come back.
    Person(PersonId),
}

impl From<IpAddr> for Whose {
    fn from(address: IpAddr) -> Self {
        Self::Subnet(subnet_of(address).network())
    }
}

/// See the [module](self). Shared by all shards.
#[derive(Clone, Debug, Default)]
pub(crate) struct SpentBuckets {
    left: Arc<Mutex<Sweeping<Whose, Vec<Bucket>>>>,
    accounts: Arc<Mutex<Sweeping<Name, AccountBucket>>>,
}

/// The bucket of an account, which its connections share.
#[derive(Clone, Debug)]
pub(crate) struct AccountBucket(Arc<Mutex<Bucket>>);

/// A table that sweeps what it needs no longer before it grows beyond a size. That size is twice
/// what it needed at the last sweep, so sweeping costs each entry little.
#[derive(Debug)]
struct Sweeping<K, V> {
    entries: HashMap<K, V>,
    size_max: usize,
}

impl SpentBuckets {
    /// Takes the emptiest bucket that was left to somebody.
    pub(crate) fn take(&self, whose: Whose, rate: Rate, now: Monotonic) -> Bucket {
        let mut left = lock(&self.left);
        let Some(buckets) = left.entries.get_mut(&whose) else {
            return Bucket::full(now);
        };
        buckets.retain(|bucket| !bucket.is_full(rate, now));
        let emptiest = emptiest_first(buckets, rate, now).first().copied();
        if let Some(emptiest) = emptiest {
            let place = buckets.iter().position(|bucket| *bucket == emptiest);
            place.map(|place| buckets.swap_remove(place));
        }
        if buckets.is_empty() {
            left.entries.remove(&whose);
        }
        emptiest.unwrap_or_else(|| Bucket::full(now))
    }

    /// Keeps the bucket that a session has left behind.
    pub(crate) fn put(&self, whose: Whose, bucket: Bucket, rate: Rate, now: Monotonic) {
        if bucket.is_full(rate, now) {
            return;
        }
        let mut left = lock(&self.left);
        left.sweep(|buckets| {
            buckets.retain(|bucket| !bucket.is_full(rate, now));
            !buckets.is_empty()
        });
        let buckets = left.entries.entry(whose).or_default();
        buckets.push(bucket);
        *buckets = emptiest_first(buckets, rate, now);
        buckets.truncate(BUCKETS_MAX);
    }

    /// The bucket of an account, one of whose connections has spent this by itself.
    pub(crate) fn of_account(
        &self,
        account: &Name,
        spent: Bucket,
        rate: Rate,
        now: Monotonic,
    ) -> AccountBucket {
        let mut accounts = lock(&self.accounts);
        accounts.sweep(|bucket| bucket.is_shared() || !bucket.get().is_full(rate, now));
        let bucket = accounts.entries.entry(account.clone());
        let bucket = bucket.or_insert_with(|| AccountBucket(Arc::new(Mutex::new(spent))));
        bucket.share(spent, rate, now);
        bucket.clone()
    }
}

impl AccountBucket {
    /// What it is now.
    pub(crate) fn get(&self) -> Bucket {
        *lock(&self.0)
    }

    /// Adds a connection that has spent this by itself and shares the bucket from now on.
    fn share(&self, spent: Bucket, rate: Rate, now: Monotonic) {
        let mut bucket = lock(&self.0);
        *bucket = bucket.emptier(spent, rate, now);
    }

    /// See [`Bucket::take_as`].
    pub(crate) fn take_as(&self, before: Bucket, after: Bucket, rate: Rate, now: Monotonic) {
        lock(&self.0).take_as(before, after, rate, now);
    }

    /// Whether a connection has it.
    fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }
}

impl<K, V> Default for Sweeping<K, V> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            size_max: KEPT_MIN,
        }
    }
}

impl<K, V> Sweeping<K, V> {
    fn sweep(&mut self, mut is_needed: impl FnMut(&mut V) -> bool) {
        if self.entries.len() >= self.size_max {
            self.entries.retain(|_, value| is_needed(value));
            self.size_max = KEPT_MIN.max(2 * self.entries.len());
        }
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn whose(address: &str) -> Whose {
        let address: IpAddr = address.parse().expect("an address");
        address.into()
    }

    #[test]
    fn connecting_again_refills_no_bucket_but_time_does() {
        let (spent_buckets, now) = (SpentBuckets::default(), Monotonic(5_000));
        let address = whose("192.0.2.1");
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
        let address = whose("2001:db8::1");
        for lines in [3, 9, 6] {
            spent_buckets.put(address, spent(lines, now), RATE, now);
        }
        let neighbour = whose("2001:db8::2");
        for missing in [9.0, 6.0, 3.0] {
            let bucket = spent_buckets.take(neighbour, RATE, now);
            assert_eq!(bucket.missing(RATE, now), missing);
        }
    }

    #[test]
    fn two_who_have_spent_the_same_leave_two_buckets() {
        let (spent_buckets, now) = (SpentBuckets::default(), Monotonic(5_000));
        let address = whose("192.0.2.1");
        (0..2).for_each(|_| spent_buckets.put(address, spent(7, now), RATE, now));
        for missing in [7.0, 7.0, 0.0] {
            let bucket = spent_buckets.take(address, RATE, now);
            assert_eq!(bucket.missing(RATE, now), missing);
        }
    }

    #[test]
    fn the_connections_of_an_account_have_one_bucket_and_the_next_has_it_too() {
        let (spent_buckets, now) = (SpentBuckets::default(), Monotonic(5_000));
        let name = |name: &str| Name::parse(name).expect("a name");
        let of = |account: &str, lines| {
            spent_buckets.of_account(&name(account), spent(lines, now), RATE, now)
        };
        let (one, other) = (of("ann", 2), of("ann", 0));
        assert_eq!(other.get().missing(RATE, now), 2.0);
        let before = one.get();
        for connection in [&one, &other] {
            let mut copy = before;
            (0..4).for_each(|_| copy.take(RATE, now).expect("a token"));
            connection.take_as(before, copy, RATE, now);
        }
        drop((one, other));
        assert_eq!(of("ann", 0).get().missing(RATE, now), 10.0);
        assert_eq!(of("bob", 0).get().missing(RATE, now), 0.0);
    }

    #[test]
    fn what_is_full_is_forgotten_and_what_is_not_stays() {
        let (spent_buckets, now) = (SpentBuckets::default(), Monotonic(5_000));
        let put = |people: std::ops::Range<u64>, now| {
            for person in people {
                let whose = Whose::Person(PersonId(person));
                spent_buckets.put(whose, spent(3, now), RATE, now);
                let account = Name::parse(&format!("a{person}")).expect("a name");
                drop(spent_buckets.of_account(&account, spent(3, now), RATE, now));
            }
        };
        let sizes = || {
            let left = lock(&spent_buckets.left).entries.len();
            (left, lock(&spent_buckets.accounts).entries.len())
        };
        put(0..15_000, now);
        assert_eq!(sizes(), (15_000, 15_000));
        let later = now + Duration::from_secs(3);
        put(15_000..20_001, later);
        assert_eq!(sizes(), (5_001, 5_001));
    }
}
