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
    registrations: HashMap<Origin, Bucket>,
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
        (now, wall): (Monotonic, Timestamp),
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

    /// The time that a resume code has to wait before it is looked at, if any: a code is as good as a
    /// password, and much shorter.
    pub(crate) fn delay_of_code(&self, origin: Origin, now: Monotonic) -> Option<Duration> {
        let is_late = self.gate().tries.are_many_codes(origin, now);
        is_late.then_some(GUESS_DELAY)
    }

    /// A resume code was wrong.
    pub(crate) fn note_wrong_code(&self, origin: Origin, now: Monotonic) {
        self.gate().tries.count_code(origin, now);
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
        origin: Origin,
        now: Monotonic,
    ) -> Result<(), Duration> {
        let registrations = &mut self.gate().registrations;
        make_space(registrations, |bucket| !bucket.is_full(REGISTER_RATE, now));
        let household = Origin {
            door: Door::Chatting,
            ..origin.household()
        };
        let bucket = registrations.entry(household);
        bucket
            .or_insert_with(|| Bucket::full(now))
            .take(REGISTER_RATE, now)
    }

    /// Whether a new password from there may be hashed now. It ends with [`leave`](Self::leave).
    pub(crate) fn enter(&self, origin: Origin) -> bool {
        self.gate().places.enter(origin)
    }

    /// What was admitted is done, or found no room in the queue.
    pub(crate) fn leave(&self, origin: Origin) {
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

#[cfg(test)]
mod tests {
    use super::places::{CHATTING_MAX, CHATTING_TOTAL_MAX};
    use super::tries::{ADDRESS_GUESSES_MAX, GUESSES_MAX};
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
        let admission = gate.admit(attempt, false, (now, WALL));
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
        let wait = Admission::Delayed(GUESS_DELAY);
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
        let admitted =
            (0..400).filter(|_| gate.admit(&chatting, false, (NOW, WALL)) == Admission::Hash);
        assert_eq!(admitted.count(), CHATTING_MAX);
        let owner = attempt("lee", "s3cret", "192.0.2.7", Door::Arriving);
        assert_eq!(gate.admit(&owner, false, (NOW, WALL)), Admission::Hash);
    }

    #[test]
    fn guests_leave_a_part_of_the_queue_to_arrivals() {
        let gate = gate();
        let from = |n: usize| format!("192.0.{}.{}", n / 256, n % 256);
        let admitted = (0..1_000).filter(|&n| {
            let chatting = attempt("lee", "guess", &from(n), Door::Chatting);
            gate.admit(&chatting, false, (NOW, WALL)) == Admission::Hash
        });
        assert_eq!(admitted.count(), CHATTING_TOTAL_MAX);
        let owner = attempt("lee", "s3cret", "198.51.100.7", Door::Arriving);
        assert_eq!(gate.admit(&owner, false, (NOW, WALL)), Admission::Hash);
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
        let mut log_in = |attempt: &Attempt| match gate.admit(attempt, false, (NOW, WALL)) {
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
        let wait = Admission::Delayed(GUESS_DELAY);
        assert_eq!(guess(&gate, &neighbour, NOW), wait, "of the same /64");
    }

    #[test]
    fn what_was_proven_is_not_hashed_again() {
        let gate = gate();
        let right = attempt("lee", "s3cret", "192.0.2.7", Door::Arriving);
        assert_eq!(gate.admit(&right, false, (NOW, WALL)), Admission::Hash);
        gate.finish(&right, true, WALL);
        for _ in 0..100 {
            let known = Admission::Known { is_right: true };
            assert_eq!(gate.admit(&right, false, (NOW, WALL)), known);
        }
        let wrong = attempt("lee", "guess", "192.0.2.7", Door::Arriving);
        for _ in 0..GUESSES_MAX {
            let known = Admission::Known { is_right: false };
            assert_eq!(gate.admit(&wrong, false, (NOW, WALL)), known);
        }
        // Nobody learns by this way which password is the right one.
        let wait = Admission::Delayed(GUESS_DELAY);
        assert_eq!(gate.admit(&right, false, (NOW, WALL)), wait);
    }

    /// An attacker behind the owner's own address goes on guessing, on as many connections as it has.
    #[test]
    fn the_right_password_gets_in_beside_a_guesser_at_the_same_address() {
        let gate = gate();
        let wrong = attempt("lee", "guess", "192.0.2.7", Door::Arriving);
        let right = attempt("lee", "s3cret", "192.0.2.7", Door::Arriving);
        let mut now = NOW;
        for _ in 0..10 {
            while guess(&gate, &wrong, now) == Admission::Hash {}
            let delayed = gate.admit(&right, false, (now, WALL));
            assert_eq!(delayed, Admission::Delayed(GUESS_DELAY));
            now = now + GUESS_DELAY;
            assert_eq!(gate.admit(&right, true, (now, WALL)), Admission::Hash);
            gate.leave(right.origin);
        }
        // Once it is known, too.
        gate.admit(&right, true, (now, WALL));
        gate.finish(&right, true, WALL);
        let known = Admission::Known { is_right: true };
        assert_eq!(gate.admit(&right, true, (now, WALL)), known);
    }

    #[test]
    fn an_address_registers_so_many_names_and_no_other_is_held_up() {
        let gate = gate();
        let origin = |text: &str| Origin::new(text.parse().expect("an address"), Door::Chatting);
        let (one, other) = (origin("192.0.2.7"), origin("192.0.2.8"));
        let admitted = (0..100).filter(|_| gate.admit_registration(one, NOW).is_ok());
        assert_eq!(admitted.count(), 40);
        assert_eq!(gate.admit_registration(other, NOW), Ok(()));
        let later = NOW + Duration::from_secs(61);
        assert_eq!(gate.admit_registration(one, later), Ok(()));
        assert!(gate.admit_registration(one, later).is_err());
    }

    #[test]
    fn codes_are_slowed_for_an_address() {
        let gate = gate();
        let origin = |text: &str| Origin::new(text.parse().expect("an address"), Door::Arriving);
        let (one, other) = (origin("192.0.2.7"), origin("192.0.2.8"));
        for _ in 0..40 {
            assert_eq!(gate.delay_of_code(one, NOW), None);
            gate.note_wrong_code(one, NOW);
        }
        assert_eq!(gate.delay_of_code(one, NOW), Some(GUESS_DELAY));
        assert_eq!(gate.delay_of_code(other, NOW), None);
        let over = NOW + Duration::from_secs(60);
        assert_eq!(gate.delay_of_code(one, over), None);
    }

    #[test]
    fn a_note_outlives_the_server() {
        let (before, lee) = (gate(), Name::parse("LEE").expect("a name"));
        let wrong = attempt("lee", "guess", "2001:db8::7", Door::Arriving);
        assert_eq!(guess(&before, &wrong, NOW), Admission::Hash);
        let stored = before.poll_notes();
        assert_eq!(before.poll_notes(), []);
        let after = gate();
        for (name, text) in &stored {
            after.restore_note(name, text.as_deref().expect("a note"));
        }
        after.restore_note("ann", "what is this");
        let told = after.take_guesses(&lee);
        assert_eq!(told, before.take_guesses(&lee));
        assert_eq!(told.map(|guesses| guesses.count), Some(1));
        assert_eq!(after.poll_notes(), [("lee".into(), None)]);
    }

    #[test]
    fn the_owner_is_told_once() {
        let gate = gate();
        for (n, address) in (0..).zip(["192.0.2.7", "192.0.2.8"]) {
            let wrong = attempt("lee", "guess", address, Door::Arriving);
            assert_eq!(gate.admit(&wrong, false, (NOW, WALL)), Admission::Hash);
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
