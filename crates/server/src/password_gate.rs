//! The way to the password worker: who may try a password now, and what came of it.
//!
//! Guessing is slowed for an address and for a name from that address, and never for a name as
//! such: a stranger must not shut the owner out. A name with its password at the prompt and one
//! behind `/nick` are counted apart, so that guests who guess do not stand in the way of an arrival
//! from the same address. A password that was proven since the start is known by a keyed digest, so
//! that neither its owner nor a guess at it costs a hash.
//!
//! It must not know sockets or sessions. The time is an argument.

use std::fmt;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use blake2::Blake2bMac512;
use blake2::digest::{KeyInit, Mac};
use chinwag_core::{Monotonic, Name, Timestamp, subnet_of};
use chinwag_wire::dialect::{Guesses, Password};
use hashbrown::HashMap;

use crate::limits::WORKER_QUEUE_MAX;

/// Wrong passwords for one name that one address may try within [`GUESS_TIME`].
const GUESSES_MAX: u32 = 5;

/// Wrong passwords for all names together that one address may try within [`GUESS_TIME`]: a class of
/// pupils mistypes that often.
const ADDRESS_GUESSES_MAX: u32 = 60;

/// The time after which an address has all its tries again.
const GUESS_TIME: Duration = Duration::from_secs(60);

/// Passwords of one address at the prompt that may wait for the worker: less than a second's work.
const ARRIVING_MAX: usize = 16;

/// Passwords of one address in the chat that may wait for the worker.
const CHATTING_MAX: usize = 4;

/// Passwords of people in the chat that may wait altogether: the rest of the queue is for arrivals.
const CHATTING_TOTAL_MAX: usize = WORKER_QUEUE_MAX / 2;

/// Entries of each table. The one that is forgotten for another costs a guesser's count or a hash.
const ENTRIES_MAX: usize = 10_000;

/// Where a password was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Door {
    /// At the prompt.
    Arriving,
    /// Behind a command.
    Chatting,
}

/// The address that a password comes from, as far as it is one household's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    address: IpAddr,
    door: Door,
}

impl Origin {
    pub(crate) fn new(address: IpAddr, door: Door) -> Self {
        let address = address.to_canonical();
        Self { address, door }
    }

    fn household(self) -> Self {
        let address = subnet_of(self.address).addr();
        Self { address, ..self }
    }
}

/// A password that someone tries for a name.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) name: Name,
    pub(crate) password: Password,
    /// The registration's hash.
    pub(crate) hash: Arc<str>,
    pub(crate) origin: Origin,
}

/// What becomes of an [`Attempt`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// The worker has to hash it, and to [`finish`](PasswordGate::finish) it.
    Hash,
    /// It is right or wrong, as is known already.
    Known {
        /// Whether it is right.
        is_right: bool,
    },
    /// Too many wrong ones; the next is taken after this time.
    TooMany(Duration),
    /// Too many wait for the worker.
    Busy,
}

/// See the [module](self). Shared by the shards and the worker, each for microseconds.
#[derive(Clone)]
pub(crate) struct PasswordGate(Arc<Mutex<Gate>>);

type Digest = [u8; 64];

/// A household, and the folded name that it tries.
type Key = (Origin, Option<Box<str>>);

struct Gate {
    /// Of this process alone.
    key: [u8; 32],
    /// By the hash that it was proven against.
    proven: HashMap<Arc<str>, Digest>,
    /// By name, or of all names together.
    tries: HashMap<Key, Tries>,
    /// Passwords that wait for the worker.
    waiting: HashMap<Origin, usize>,
    chatting: usize,
    /// What owners are to be told, by folded name.
    guesses: HashMap<Box<str>, Guesses>,
}

#[derive(Clone, Copy)]
struct Tries {
    since: Monotonic,
    count: u32,
}

impl fmt::Debug for PasswordGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordGate(..)")
    }
}

impl PasswordGate {
    /// `key` must be random.
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(Arc::new(Mutex::new(Gate {
            key,
            proven: HashMap::new(),
            tries: HashMap::new(),
            waiting: HashMap::new(),
            chatting: 0,
            guesses: HashMap::new(),
        })))
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        // Every change is made by one assignment, so that a panic leaves none half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides what becomes of an attempt. One that is admitted counts as wrong until it is finished,
    /// so that many at once are no more than many in a row.
    pub(crate) fn admit(&self, attempt: &Attempt, now: Monotonic, wall: Timestamp) -> Admission {
        let mut gate = self.gate();
        if let Some(wait) = gate.wait(attempt, now) {
            return Admission::TooMany(wait);
        }
        if let Some(is_right) = gate.recall(attempt) {
            if !is_right {
                gate.count(attempt, now);
                gate.note_wrong(attempt, wall);
            }
            return Admission::Known { is_right };
        }
        if !gate.enter(attempt.origin) {
            return Admission::Busy;
        }
        gate.count(attempt, now);
        Admission::Hash
    }

    /// Takes note of what the worker found.
    pub(crate) fn finish(&self, attempt: &Attempt, is_right: bool, wall: Timestamp) {
        let mut gate = self.gate();
        gate.leave(attempt.origin);
        if is_right {
            gate.uncount(attempt);
            gate.prove(&attempt.password, attempt.hash.clone());
        } else {
            gate.note_wrong(attempt, wall);
        }
    }

    /// Whether a new password from there may be hashed now. It ends with [`leave`](Self::leave).
    pub(crate) fn enter(&self, origin: Origin) -> bool {
        self.gate().enter(origin)
    }

    /// What was admitted is done, or found no room in the queue.
    pub(crate) fn leave(&self, origin: Origin) {
        self.gate().leave(origin);
    }

    /// An attempt that was admitted found no room in the queue.
    pub(crate) fn withdraw(&self, attempt: &Attempt) {
        let mut gate = self.gate();
        gate.leave(attempt.origin);
        gate.uncount(attempt);
    }

    /// A new password has this hash.
    pub(crate) fn prove(&self, password: &Password, hash: Arc<str>) {
        self.gate().prove(password, hash);
    }

    /// What the owner of a name is to be told, once.
    pub(crate) fn take_guesses(&self, name: &Name) -> Option<Guesses> {
        self.gate().guesses.remove(name.folded())
    }
}

impl Gate {
    fn keys(attempt: &Attempt) -> [(Key, u32); 2] {
        let household = attempt.origin.household();
        let name = Some(attempt.name.folded().into());
        [
            ((household, name), GUESSES_MAX),
            ((household, None), ADDRESS_GUESSES_MAX),
        ]
    }

    fn wait(&self, attempt: &Attempt, now: Monotonic) -> Option<Duration> {
        let waits = Self::keys(attempt).map(|(key, max)| {
            let tries = self.tries.get(&key).filter(|tries| tries.count >= max)?;
            let left = (tries.since + GUESS_TIME).since(now);
            (!left.is_zero()).then_some(left)
        });
        waits.into_iter().flatten().max()
    }

    fn count(&mut self, attempt: &Attempt, now: Monotonic) {
        for (key, _) in Self::keys(attempt) {
            make_space(&mut self.tries, |tries| now < tries.since + GUESS_TIME);
            let tries = self.tries.entry(key).or_insert(Tries {
                since: now,
                count: 0,
            });
            if now >= tries.since + GUESS_TIME {
                (tries.since, tries.count) = (now, 0);
            }
            tries.count += 1;
        }
    }

    fn uncount(&mut self, attempt: &Attempt) {
        for (key, _) in Self::keys(attempt) {
            if let Some(tries) = self.tries.get_mut(&key) {
                tries.count = tries.count.saturating_sub(1);
            }
        }
    }

    /// Whether the password is the one that was proven; `None` if none was.
    fn recall(&self, attempt: &Attempt) -> Option<bool> {
        let proven = self.proven.get(&attempt.hash)?;
        let mac = self.mac(&attempt.password)?;
        // In constant time.
        Some(mac.verify_slice(proven).is_ok())
    }

    fn mac(&self, password: &Password) -> Option<Blake2bMac512> {
        let mac = Blake2bMac512::new_from_slice(&self.key).ok()?;
        Some(mac.chain_update(password.reveal()))
    }

    fn prove(&mut self, password: &Password, hash: Arc<str>) {
        if let Some(mac) = self.mac(password) {
            make_space(&mut self.proven, |_| true);
            self.proven.insert(hash, mac.finalize().into_bytes().into());
        }
    }

    fn enter(&mut self, origin: Origin) -> bool {
        let waiting = self.waiting.entry(origin.household()).or_default();
        let may = match origin.door {
            Door::Arriving => *waiting < ARRIVING_MAX,
            Door::Chatting => *waiting < CHATTING_MAX && self.chatting < CHATTING_TOTAL_MAX,
        };
        if may {
            *waiting += 1;
            self.chatting += usize::from(origin.door == Door::Chatting);
        } else if *waiting == 0 {
            self.waiting.remove(&origin.household());
        }
        may
    }

    fn leave(&mut self, origin: Origin) {
        let key = origin.household();
        let Some(waiting) = self.waiting.get_mut(&key) else {
            return;
        };
        *waiting -= 1;
        if *waiting == 0 {
            self.waiting.remove(&key);
        }
        self.chatting -= usize::from(origin.door == Door::Chatting);
    }

    fn note_wrong(&mut self, attempt: &Attempt, wall: Timestamp) {
        let (name, address) = (&attempt.name, attempt.origin.address);
        // docs/operations.md has a filter for this line.
        tracing::info!("wrong password for \"{name}\" from {address}");
        make_space(&mut self.guesses, |_| true);
        let guesses = self.guesses.entry(name.folded().into());
        let guesses = guesses.or_insert(Guesses {
            count: 0,
            since: wall,
            address,
        });
        guesses.count += 1;
        guesses.address = address;
    }
}

/// Makes space for one more entry: without those that are not needed, else without any one.
fn make_space<K: Clone + Eq + Hash, V>(table: &mut HashMap<K, V>, needed: impl Fn(&V) -> bool) {
    if table.len() < ENTRIES_MAX {
        return;
    }
    table.retain(|_, value| needed(value));
    if table.len() >= ENTRIES_MAX
        && let Some(key) = table.keys().next().cloned()
    {
        table.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Monotonic = Monotonic(1_000);
    const WALL: Timestamp = Timestamp(1_795_269_720_000);

    fn attempt(name: &str, password: &str, address: &str, door: Door) -> Attempt {
        Attempt {
            name: Name::parse(name).expect("a name"),
            password: Password::parse(password).expect("a password"),
            hash: format!("hash of {name}").into(),
            origin: Origin::new(address.parse().expect("an address"), door),
        }
    }

    fn gate() -> PasswordGate {
        PasswordGate::new([7; 32])
    }

    /// A wrong password, to the end.
    fn guess(gate: &PasswordGate, attempt: &Attempt, now: Monotonic) -> Admission {
        let admission = gate.admit(attempt, now, WALL);
        if admission == Admission::Hash {
            gate.finish(attempt, false, WALL);
        }
        admission
    }

    #[test]
    fn guesses_are_slowed_for_a_name_from_an_address() {
        let gate = gate();
        let chatting = attempt("lee", "guess", "192.0.2.7", Door::Chatting);
        for _ in 0..5 {
            assert_eq!(guess(&gate, &chatting, NOW), Admission::Hash);
        }
        let later = NOW + Duration::from_secs(20);
        let wait = Admission::TooMany(Duration::from_secs(40));
        assert_eq!(guess(&gate, &chatting, later), wait);
        let over = NOW + Duration::from_secs(60);
        assert_eq!(guess(&gate, &chatting, over), Admission::Hash);
        let elsewhere = [
            attempt("lee", "x", "192.0.2.7", Door::Arriving),
            attempt("lee", "x", "192.0.2.8", Door::Chatting),
            attempt("ann", "x", "192.0.2.7", Door::Chatting),
        ];
        for attempt in elsewhere {
            assert_eq!(
                guess(&gate, &attempt, later),
                Admission::Hash,
                "{attempt:?}"
            );
        }
    }

    #[test]
    fn many_at_once_are_no_more_than_many_in_a_row() {
        let gate = gate();
        let chatting = attempt("lee", "guess", "192.0.2.7", Door::Chatting);
        let admitted = (0..400).filter(|_| gate.admit(&chatting, NOW, WALL) == Admission::Hash);
        assert_eq!(admitted.count(), CHATTING_MAX);
        let owner = attempt("lee", "s3cret", "192.0.2.7", Door::Arriving);
        assert_eq!(gate.admit(&owner, NOW, WALL), Admission::Hash);
    }

    #[test]
    fn guests_leave_a_part_of_the_queue_to_arrivals() {
        let gate = gate();
        let from = |n: usize| format!("192.0.{}.{}", n / 256, n % 256);
        let admitted = (0..1_000).filter(|&n| {
            let chatting = attempt("lee", "guess", &from(n), Door::Chatting);
            gate.admit(&chatting, NOW, WALL) == Admission::Hash
        });
        assert_eq!(admitted.count(), CHATTING_TOTAL_MAX);
        let owner = attempt("lee", "s3cret", "198.51.100.7", Door::Arriving);
        assert_eq!(gate.admit(&owner, NOW, WALL), Admission::Hash);
    }

    #[test]
    fn what_was_proven_once_costs_no_hash_again() {
        let gate = gate();
        let login = |n: usize, hash: &str| {
            let address = format!("192.0.{}.{}", n / 256, n % 256);
            let hash = format!("{hash} {n}").into();
            let password = format!("secret of {n}");
            let attempt = attempt(&format!("a{n}"), &password, &address, Door::Arriving);
            Attempt { hash, ..attempt }
        };
        let mut hashes = 0;
        let mut log_in = |attempt: &Attempt| match gate.admit(attempt, NOW, WALL) {
            Admission::Hash => {
                hashes += 1;
                gate.finish(attempt, true, WALL);
                hashes
            }
            Admission::Known { is_right: true } => hashes,
            admission => panic!("{admission:?}"),
        };
        for round in 0..3 {
            for n in 0..1_000 {
                let expected = if round == 0 { n + 1 } else { 1_000 };
                assert_eq!(log_in(&login(n, "hash")), expected);
            }
        }
        // Another password is another hash, which was not proven.
        assert_eq!(log_in(&login(7, "new hash")), 1_001);
    }

    #[test]
    fn an_address_is_slowed_for_all_names_together() {
        let gate = gate();
        let guesses = (0..1_000).filter(|n| {
            let attempt = attempt(&format!("a{n}"), "guess", "2001:db8::1", Door::Arriving);
            guess(&gate, &attempt, NOW) == Admission::Hash
        });
        assert_eq!(guesses.count(), ADDRESS_GUESSES_MAX as usize);
        let neighbour = attempt("lee", "guess", "2001:db8::2", Door::Arriving);
        let wait = Admission::TooMany(GUESS_TIME);
        assert_eq!(guess(&gate, &neighbour, NOW), wait, "of the same /64");
    }

    #[test]
    fn what_was_proven_is_not_hashed_again() {
        let gate = gate();
        let right = attempt("lee", "s3cret", "192.0.2.7", Door::Arriving);
        assert_eq!(gate.admit(&right, NOW, WALL), Admission::Hash);
        gate.finish(&right, true, WALL);
        for _ in 0..100 {
            let known = Admission::Known { is_right: true };
            assert_eq!(gate.admit(&right, NOW, WALL), known);
        }
        let wrong = attempt("lee", "guess", "192.0.2.7", Door::Arriving);
        for _ in 0..GUESSES_MAX {
            let known = Admission::Known { is_right: false };
            assert_eq!(gate.admit(&wrong, NOW, WALL), known);
        }
        // Nobody learns by this way which password is the right one.
        let wait = Admission::TooMany(GUESS_TIME);
        assert_eq!(gate.admit(&right, NOW, WALL), wait);
    }

    #[test]
    fn the_owner_is_told_once() {
        let gate = gate();
        for (n, address) in (0..).zip(["192.0.2.7", "192.0.2.8"]) {
            let wrong = attempt("lee", "guess", address, Door::Arriving);
            assert_eq!(gate.admit(&wrong, NOW, WALL), Admission::Hash);
            gate.finish(&wrong, false, WALL + Duration::from_secs(n));
        }
        let lee = Name::parse("LEE").expect("a name");
        let told = Guesses {
            count: 2,
            since: WALL,
            address: [192, 0, 2, 8].into(),
        };
        assert_eq!(gate.take_guesses(&lee), Some(told));
        assert_eq!(gate.take_guesses(&lee), None);
    }

    #[test]
    fn tables_are_bounded() {
        let mut table: HashMap<u32, u32> = (0..ENTRIES_MAX as u32).map(|n| (n, n)).collect();
        make_space(&mut table, |_| true);
        assert_eq!(table.len(), ENTRIES_MAX - 1);
        table.insert(u32::MAX, 0);
        make_space(&mut table, |n| *n < 10);
        assert_eq!(table.len(), 11);
    }
}
