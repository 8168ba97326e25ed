//! The way to the password worker: who may try a password now, and what the result means.
//!
//! Guessing is slowed by address, and by name from that address, and nobody is shut out by it. A
//! stranger behind the owner's own address may guess as often as they like: after a few wrong
//! passwords each further one waits before it is checked, on its own connection, and a right one is
//! then accepted. An address can only have so many connections, so that is also the number of
//! guesses in [`GUESS_DELAY`].
//!
//! A name with its password at the prompt and a password in a command are counted separately, so
//! that guests who guess do not delay an arrival from the same address. It must not know sockets or
//! sessions. The time is an argument.

mod notes;
mod places;
mod proven;
#[cfg(test)]
mod tests;
mod tries;

use std::fmt;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chinwag_core::{Bucket, Monotonic, Name, Rate, Timestamp, subnet_of};
use chinwag_wire::dialect::{Guesses, Password};
use hashbrown::HashMap;

pub(crate) use notes::ChangedNotes;
use notes::Notes;
use places::Places;
use proven::Proven;
pub(crate) use tries::Secret;
use tries::Tries;

/// How long a password waits after too many wrong ones: meanwhile all connections of an address
/// together guess about once a second, and an owner's patience lasts longer.
const GUESS_DELAY: Duration = Duration::from_secs(20);

/// How soon a password is tried again if the worker's queue was full.
const BUSY_DELAY: Duration = Duration::from_secs(1);

/// Names that one address may register: a class in its first lesson, and then one a minute. So
/// nobody fills the table of accounts.
const REGISTER_RATE: Rate = Rate {
    burst: 40,
    per_second: 1.0 / 60.0,
};

/// The size of each table. Removing an entry for another costs a guesser's count or a hash.
const ENTRIES_MAX: usize = 10_000;

/// Where a password was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TypedAt {
    /// At the prompt, on arriving.
    Prompt,
    /// In a command, by a person who has logged in.
    Command,
}

/// The address that a password comes from, reduced to one household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct AttemptOrigin {
    address: IpAddr,
    typed_at: TypedAt,
}

impl AttemptOrigin {
    pub(crate) fn new(address: IpAddr, typed_at: TypedAt) -> Self {
        let address = address.to_canonical();
        Self { address, typed_at }
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
    pub(crate) origin: AttemptOrigin,
}

/// What becomes of an [`Attempt`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// The worker has to hash it, and to [`finish`](PasswordGate::finish) the attempt.
    Hash,
    /// It is right or wrong, as is known already.
    Known {
        /// Whether it is right.
        is_right: bool,
    },
    /// Too many were wrong: try again after this time, as one that has waited.
    Delayed(Duration),
    /// The worker's queue is full: try again after this time, as if for the first time.
    Busy(Duration),
}

/// See the [module](self). The shards and the worker share it, each for microseconds.
#[derive(Clone)]
pub(crate) struct PasswordGate(Arc<Mutex<Gate>>);

struct Gate {
    proven: Proven,
    tries: Tries,
    places: Places,
    notes: Notes,
    /// Registrations, by household.
    registrations: HashMap<AttemptOrigin, Bucket>,
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
            proven: Proven::new(key),
            tries: Tries::default(),
            places: Places::default(),
            notes: Notes::default(),
            registrations: HashMap::new(),
        })))
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        // Every change is a single assignment, so a panic leaves none half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides about an attempt, which may have waited already. An admitted one counts as wrong
    /// until it is finished, so that many at once are no better than many in a row.
    pub(crate) fn admit(
        &self,
        attempt: &Attempt,
        has_waited: bool,
        now: Monotonic,
        wall: Timestamp,
    ) -> Admission {
        let mut gate = self.gate();
        // Before the password is checked, so that the delay does not tell which one is right.
        if !has_waited && gate.tries.are_many(attempt, now) {
            return Admission::Delayed(GUESS_DELAY);
        }
        if let Some(is_right) = gate.proven.recall(attempt) {
            if !is_right {
                gate.tries.count(attempt, now);
                gate.note_wrong(attempt, wall);
            }
            return Admission::Known { is_right };
        }
        if !gate.places.enter(attempt.origin) {
            return Admission::Busy(BUSY_DELAY);
        }
        gate.tries.count(attempt, now);
        Admission::Hash
    }

    /// How long a secret has to wait before it is checked, if at all: a code is as good as a
    /// password, and much shorter.
    pub(crate) fn delay_of(
        &self,
        secret: Secret,
        origin: AttemptOrigin,
        now: Monotonic,
    ) -> Option<Duration> {
        let is_late = self.gate().tries.are_many_of(secret, origin, now);
        is_late.then_some(GUESS_DELAY)
    }

    /// A secret was wrong.
    pub(crate) fn note_wrong(&self, secret: Secret, origin: AttemptOrigin, now: Monotonic) {
        self.gate().tries.count_of(secret, origin, now);
    }

    /// Notes what the worker found.
    pub(crate) fn finish(&self, attempt: &Attempt, is_right: bool, wall: Timestamp) {
        let mut gate = self.gate();
        gate.places.leave(attempt.origin);
        if is_right {
            gate.tries.uncount(attempt);
            gate.proven.prove(&attempt.password, attempt.hash.clone());
        } else {
            gate.note_wrong(attempt, wall);
        }
    }

    /// Whether a name may be registered from there now; else the time until one may.
    pub(crate) fn admit_registration(
        &self,
        origin: AttemptOrigin,
        now: Monotonic,
    ) -> Result<(), Duration> {
        let registrations = &mut self.gate().registrations;
        make_space(registrations, |bucket| !bucket.is_full(REGISTER_RATE, now));
        let household = AttemptOrigin {
            typed_at: TypedAt::Command,
            ..origin.household()
        };
        let bucket = registrations.entry(household);
        bucket
            .or_insert_with(|| Bucket::full(now))
            .take(REGISTER_RATE, now)
    }

    /// Whether a new password from there may be hashed now. Ends with [`leave`](Self::leave).
    pub(crate) fn enter(&self, origin: AttemptOrigin) -> bool {
        self.gate().places.enter(origin)
    }

    /// Ends what was admitted: it is done, or found no space in the queue.
    pub(crate) fn leave(&self, origin: AttemptOrigin) {
        self.gate().places.leave(origin);
    }

    /// Takes back an admitted attempt that found no space in the queue. Returns when to try again.
    pub(crate) fn withdraw(&self, attempt: &Attempt) -> Duration {
        let mut gate = self.gate();
        gate.places.leave(attempt.origin);
        gate.tries.uncount(attempt);
        BUSY_DELAY
    }

    /// A new password has this hash.
    pub(crate) fn prove(&self, password: &Password, hash: Arc<str>) {
        self.gate().proven.prove(password, hash);
    }

    /// What to tell the owner of a name, once.
    pub(crate) fn take_guesses(&self, name: &Name) -> Option<Guesses> {
        self.gate().notes.take(name)
    }

    /// The changes of what owners will be told, for the store.
    pub(crate) fn poll_notes(&self) -> ChangedNotes {
        self.gate().notes.poll_changed()
    }

    /// Restores what an owner of an account, by folded name, will be told since an earlier run.
    pub(crate) fn restore_note(&self, name: &str, text: &str) {
        self.gate().notes.restore(name, text);
    }
}

impl Gate {
    fn note_wrong(&mut self, attempt: &Attempt, wall: Timestamp) {
        let (name, address) = (&attempt.name, attempt.origin.address);
        // docs/operations.md has a filter for this line.
        tracing::info!("wrong password for \"{name}\" from {address}");
        self.notes.note_wrong(attempt, wall);
    }
}

/// Makes space for one more entry by removing those that are not needed, or else any one.
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
