//! Wrong passwords, counted by household: for one name, and for all names together.

use std::time::Duration;

use chinwag_core::Monotonic;
use hashbrown::HashMap;

use super::{Attempt, AttemptOrigin, make_space};

/// Wrong passwords for one name that one address may try within [`GUESS_TIME`] without a delay.
pub(super) const GUESSES_MAX: u32 = 5;

/// Wrong passwords for all names that one address may try within [`GUESS_TIME`] without a delay: a
/// class of pupils mistypes that often.
pub(super) const ADDRESS_GUESSES_MAX: u32 = 60;

/// Wrong secrets of one kind that one address may try within [`GUESS_TIME`] without a delay: a
/// class that comes back from a break with expired codes.
pub(super) const SECRETS_MAX: u32 = 40;

/// A secret that belongs to no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secret {
    /// The code of a lost session.
    ResumeCode,
    /// The server's own password, or that of its gateways.
    Server,
}

impl Secret {
    /// Its key among the names, none of which has this sign.
    fn word(self) -> &'static str {
        match self {
            Self::ResumeCode => "/resume",
            Self::Server => "/server",
        }
    }
}

/// The time after which an address has all its tries again.
pub(super) const GUESS_TIME: Duration = Duration::from_secs(60);

/// A household, and the folded name that it tries; `None` counts all names.
type TriesKey = (AttemptOrigin, Option<Box<str>>);

/// See the [module](self).
#[derive(Default)]
pub(super) struct Tries(HashMap<TriesKey, WrongOnes>);

#[derive(Clone, Copy)]
struct WrongOnes {
    since: Monotonic,
    tries: u32,
}

impl Tries {
    fn keys(attempt: &Attempt) -> [(TriesKey, u32); 2] {
        let household = attempt.origin.household();
        let name = Some(attempt.name.folded().into());
        [
            ((household, name), GUESSES_MAX),
            ((household, None), ADDRESS_GUESSES_MAX),
        ]
    }

    fn key_of(secret: Secret, origin: AttemptOrigin) -> TriesKey {
        (origin.household(), Some(secret.word().into()))
    }

    /// Whether too many were wrong lately.
    pub(super) fn are_many(&self, attempt: &Attempt, now: Monotonic) -> bool {
        let keys = Self::keys(attempt);
        keys.iter().any(|(key, max)| self.has(key, *max, now))
    }

    /// The same of secrets that belong to no name.
    pub(super) fn are_many_of(
        &self,
        secret: Secret,
        origin: AttemptOrigin,
        now: Monotonic,
    ) -> bool {
        self.has(&Self::key_of(secret, origin), SECRETS_MAX, now)
    }

    fn has(&self, key: &TriesKey, max: u32, now: Monotonic) -> bool {
        let count = self.0.get(key).filter(|count| count.tries >= max);
        count.is_some_and(|count| now < count.since + GUESS_TIME)
    }

    pub(super) fn count(&mut self, attempt: &Attempt, now: Monotonic) {
        for (key, _) in Self::keys(attempt) {
            self.add(key, now);
        }
    }

    pub(super) fn count_of(&mut self, secret: Secret, origin: AttemptOrigin, now: Monotonic) {
        self.add(Self::key_of(secret, origin), now);
    }

    fn add(&mut self, key: TriesKey, now: Monotonic) {
        make_space(&mut self.0, |count| now < count.since + GUESS_TIME);
        let count = self.0.entry(key).or_insert(WrongOnes {
            since: now,
            tries: 0,
        });
        if now >= count.since + GUESS_TIME {
            (count.since, count.tries) = (now, 0);
        }
        count.tries += 1;
    }

    pub(super) fn uncount(&mut self, attempt: &Attempt) {
        for (key, _) in Self::keys(attempt) {
            if let Some(count) = self.0.get_mut(&key) {
                count.tries = count.tries.saturating_sub(1);
            }
        }
    }
}
