//! Flood control: a client that sends too fast is told so, read more slowly, and closed if it never
//! stops.

use alloc::vec::Vec;

use chinwag_core::{Bucket, Monotonic, Rate};

use super::Session;
use crate::dialect::{Ask, Env, HoldBack, Step};

impl Session {
    /// Its rate of lines, once it is in.
    fn rate(&self, env: &Env<'_>) -> Option<Rate> {
        let here = self.here()?;
        Some(env.settings.line_rate_of(here.is_operator))
    }

    /// Whether one more line may be read now; if not, notes when.
    pub(super) fn may_read(&mut self, env: &Env<'_>) -> bool {
        let rate = self.rate(env);
        self.pace.may_read(rate, env.now)
    }

    /// Takes the tokens for a command.
    pub(super) fn pay(&mut self, tokens: u8, env: &Env<'_>) {
        let rate = self.rate(env);
        (0..tokens).for_each(|_| self.pace.pay(rate, env.now));
    }

    /// See [`Dialect::handle_bytes`](crate::dialect::Dialect::handle_bytes).
    pub(crate) fn charge(&mut self, bytes: usize, env: &Env<'_>) {
        let (rate, lines) = (
            self.rate(env),
            self.decoder.owe(bytes, env.settings.line_bytes_max),
        );
        self.pace.charge(lines, rate, env.now);
    }

    /// See [`Dialect::paused_until`](crate::dialect::Dialect::paused_until).
    pub(crate) fn paused_until(&self) -> Option<Monotonic> {
        self.pace.waits_until()
    }

    /// See [`Dialect::handle_bucket`](crate::dialect::Dialect::handle_bucket).
    pub(crate) fn handle_bucket(&mut self, bucket: Bucket) {
        self.pace.handle_bucket(bucket);
    }

    /// See [`Dialect::bucket`](crate::dialect::Dialect::bucket).
    pub(crate) fn bucket(&self) -> Bucket {
        self.pace.bucket()
    }

    /// Holds back what the client has sent beyond its rate.
    pub(super) fn hold_back(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        match self.pace.hold(env.now) {
            HoldBack::First => {
                let words = "You send faster than you may: what follows is read more slowly.";
                self.notice(words, env, out);
                None
            }
            HoldBack::Again => None,
            HoldBack::TooLong => Some(Step::Ask(Ask::EndFlood)),
        }
    }
}
