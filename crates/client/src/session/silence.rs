//! The silence of a server while the session waits for an answer.
//!
//! A process that hangs keeps its connections: its system acknowledges whatever comes. Who waits for no answer
//! has no reason to doubt the server, however long nobody talks.

use std::time::{Duration, Instant};

use super::login::LOGIN_TIMEOUT;
use crate::note::Note;

/// How long a server may say nothing at all before the client says that it waits for it.
const SILENCE_TOLD_AFTER: Duration = Duration::from_secs(5);

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Silence {
    since: Option<Instant>,
    is_told: bool,
}

impl Silence {
    /// The session waits since this time.
    pub(super) fn since(now: Instant) -> Self {
        Self {
            since: Some(now),
            is_told: false,
        }
    }

    /// The server has said something.
    pub(super) fn handle_heard(&mut self) {
        *self = Self::default();
    }

    /// Whether the session waits for an answer at this time.
    pub(super) fn handle_waiting(&mut self, waits: bool, now: Instant) {
        match waits {
            true => drop(self.since.get_or_insert(now)),
            false => *self = Self::default(),
        }
    }

    /// When there is something to say of it, or the link counts as lost.
    pub(super) fn deadline(&self) -> Option<Instant> {
        Some(self.since? + self.patience())
    }

    /// Whether the link counts as lost.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.is_told && self.deadline().is_some_and(|at| at <= now)
    }

    /// What to say of it: once.
    pub(super) fn tell(&mut self, now: Instant) -> Option<Note> {
        let is_due = !self.is_told && self.deadline().is_some_and(|at| at <= now);
        self.is_told |= is_due;
        is_due.then_some(Note::Silent)
    }

    fn patience(&self) -> Duration {
        match self.is_told {
            true => LOGIN_TIMEOUT,
            false => SILENCE_TOLD_AFTER,
        }
    }
}
