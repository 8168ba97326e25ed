//! The way to the password worker: who may try a password now, and what came of it.
//!
//! Guessing is slowed for an address and for a name from that address, and nobody is shut out by it. A
//! stranger behind the owner's own address may guess as much as it likes: beyond a few wrong passwords
//! each one waits before it is looked at, on the connection that it came on, and the right one is then
//! taken. An address has but so many connections, so it guesses as often as it has in [`GUESS_DELAY`].
//!
//! A name with its password at the prompt and one behind a command are counted apart, so that guests who
//! guess do not delay an arrival from the same address. It must not know sockets or sessions. The time
//! is an argument.

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

/// The time that a password waits behind too many wrong ones: the other connections of an address
/// together guess about once a second meanwhile, and an owner's patience ends later.
const GUESS_DELAY: Duration = Duration::from_secs(20);

/// The time after which a password is tried again that found no place before the worker.
const BUSY_DELAY: Duration = Duration::from_secs(1);

/// Names that one address may register: a class in its first lesson, and then one a minute. Nobody
/// fills the table of accounts for others.
const REGISTER_RATE: Rate = Rate {
    burst: 40,
    per_second: 1.0 / 60.0,
};

/// Entries of each table. The one that is forgotten for another costs a guesser's count or a hash.
const ENTRIES_MAX: usize = 10_000;

/// Where a password was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TypedAt {
    /// The prompt, by one who arrives.
    Prompt,
    /// A command, by one who is in.
    Command,
}

/// The address that a password comes from, as far as it is one household's.
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
    /// The worker has to hash it, and to [`finish`](PasswordGate::finish) it.
    Hash,
    /// It is right or wrong, as is known already.
    Known {
        /// Whether it is right.
        is_right: bool,
    },
    /// Too many were wrong: it is to be admitted after this time, as one that has waited.
    Delayed(Duration),
    /// There is no place before the worker: it is to be tried again after this time, unheard.
    Busy(Duration),
}

/// See the [module](self). Shared by the shards and the worker, each for microseconds.
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
        // Every change is made by one assignment, so that a panic leaves none half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides what becomes of an attempt, which may have waited already. One that is admitted counts as
    /// wrong until it is finished, so that many at once are no more than many in a row.
    pub(crate) fn admit(
        &self,
        attempt: &Attempt,
        has_waited: bool,
        now: Monotonic,
        wall: Timestamp,
    ) -> Admission {
        let mut gate = self.gate();
        // Before it is looked at: nobody learns by the way which password is the right one.
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

    /// The time that a secret has to wait before it is looked at, if any: a code is as good as a
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

    /// Takes note of what the worker found.
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

    /// Whether a new password from there may be hashed now. It ends with [`leave`](Self::leave).
    pub(crate) fn enter(&self, origin: AttemptOrigin) -> bool {
        self.gate().places.enter(origin)
    }

    /// What was admitted is done, or found no room in the queue.
    pub(crate) fn leave(&self, origin: AttemptOrigin) {
        self.gate().places.leave(origin);
    }

    /// An attempt that was admitted found no room in the queue, and is to be tried again.
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

    /// What the owner of a name is to be told, once.
    pub(crate) fn take_guesses(&self, name: &Name) -> Option<Guesses> {
        self.gate().notes.take(name)
    }

    /// What has changed of what owners are to be told, to be stored.
    pub(crate) fn poll_notes(&self) -> ChangedNotes {
        self.gate().notes.poll_changed()
    }

    /// Puts back what an owner is to be told since an earlier run, by folded name.
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
