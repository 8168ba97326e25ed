//! Flood control for a person at a terminal: a line that comes too fast is refused, and the person
//! is told. The first is reported at once, the others as a number when they stop: an answer to each
//! would only help a flood. Meanwhile the socket is read no faster than lines may come; the same
//! goes for input that is no line, of which nothing is reported.

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::{Bucket, Duration, Monotonic};

use super::{Session, Stage};
use crate::dialect::Env;
use crate::plain::parse::command_in;
use crate::plain::render::Notice;

/// Time from the last refused line until their number is told: in a pause, and soon.
const TELL_TIME: Duration = Duration::from_secs(1);

/// The longest pause for input that is no line: however slow the rate is, the end of the connection
/// must be noticed.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// The first commands of a connection cost nothing: a script enters its room, and a paste of as
/// many lines as are allowed goes through after that. Connecting has a bound of its own.
pub(super) const FREE_COMMANDS: u8 = 10;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Flood {
    bucket: Bucket,
    /// In a box, since few flood.
    refused: Option<Box<RefusedLines>>,
}

/// Lines refused since one was last accepted; zero if it was other input that was too much.
#[derive(Clone, Copy, Debug)]
struct RefusedLines {
    lines: u32,
    /// When the last of them was.
    at: Monotonic,
    /// When the next token comes.
    next_token: Monotonic,
}

impl Flood {
    pub(super) fn new(bucket: Bucket) -> Self {
        Self {
            bucket,
            refused: None,
        }
    }

    pub(super) fn handle_bucket(&mut self, bucket: Bucket) {
        self.bucket = bucket;
    }

    pub(super) fn bucket(&self) -> Bucket {
        self.bucket
    }

    /// When the number of refused lines is due, if there is one to tell.
    pub(super) fn deadline(&self) -> Option<Monotonic> {
        let refused = self
            .refused
            .as_deref()
            .filter(|refused| refused.lines > 0)?;
        Some(refused.at + TELL_TIME)
    }

    /// Until when the socket is not to be read.
    pub(super) fn paused_until(&self) -> Option<Monotonic> {
        let refused = self.refused.as_deref()?;
        Some(refused.next_token)
    }
}

impl Session {
    /// Whether a line is one of the first commands.
    pub(super) fn is_free(&mut self, line: &str) -> bool {
        let is_free = self.free_commands > 0 && command_in(line).is_some();
        self.free_commands -= u8::from(is_free);
        is_free
    }

    /// Whether one more line may count.
    pub(super) fn take_token(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> bool {
        let rate = env.settings.line_rate_of(self.is_operator);
        match self.flood.bucket.take(rate, env.now) {
            Ok(()) => {
                self.tell_refused(env, out);
                true
            }
            Err(wait) => {
                let before = self.flood.refused.as_ref().map_or(0, |before| before.lines);
                let owed = self.flood.bucket.wait(rate, env.now).unwrap_or_default();
                self.flood.refused = Some(Box::new(RefusedLines {
                    lines: before.saturating_add(1),
                    at: env.now,
                    next_token: env.now + rate.interval().max(owed),
                }));
                if before == 0 {
                    self.renderer(env).notice(out, Notice::SlowDown(wait));
                }
                false
            }
        }
    }

    /// See [`Dialect::handle_bytes`](crate::dialect::Dialect::handle_bytes). Bytes before the login
    /// have a limit of their own.
    pub(crate) fn charge(&mut self, bytes: usize, env: &Env<'_>) {
        let lines = self.decoder.owe(bytes, env.settings.line_bytes_max);
        if lines == 0 || matches!(self.stage, Stage::Login(_)) {
            return;
        }
        let rate = env.settings.line_rate_of(self.is_operator);
        self.flood.bucket.charge(lines, rate, env.now);
        if let Some(wait) = self.flood.bucket.wait(rate, env.now) {
            let refused = self.flood.refused.get_or_insert_with(|| {
                let (lines, at, next_token) = (0, env.now, env.now);
                Box::new(RefusedLines {
                    lines,
                    at,
                    next_token,
                })
            });
            refused.next_token = env.now + wait.min(PAUSE_MAX);
        }
    }

    /// Tells how many lines were refused after the one that was reported at once.
    pub(super) fn tell_refused(&mut self, env: &Env<'_>, out: &mut Vec<u8>) {
        let refused = self.flood.refused.take();
        let lines = refused.map_or(0, |refused| u64::from(refused.lines));
        if lines > 1 {
            let notice = Notice::NotSent { lines: lines - 1 };
            self.renderer(env).notice(out, notice);
        }
    }
}
