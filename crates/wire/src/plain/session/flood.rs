//! Flood control as a person at a terminal meets it: a line that comes too fast is refused and
//! told. The first is told at once, the others as a number when they stop: an answer to each would
//! only help a flood. While it goes on, the socket is read no faster than lines may come.

use alloc::vec::Vec;

use chinwag_core::{Bucket, Duration, Monotonic};

use super::{Session, Stage};
use crate::dialect::Env;
use crate::plain::render::Notice;

/// Time from the last refused line until their number is told: in a pause, and soon.
const TELL_TIME: Duration = Duration::from_secs(1);

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Flood {
    bucket: Bucket,
    /// Lines refused since one was last taken.
    refused: u32,
    /// When the last of them was.
    refused_at: Monotonic,
    /// When the next token comes.
    next_token: Monotonic,
}

impl Flood {
    pub(super) fn new(bucket: Bucket, now: Monotonic) -> Self {
        Self {
            bucket,
            refused: 0,
            refused_at: now,
            next_token: now,
        }
    }

    pub(super) fn bucket(&self) -> Bucket {
        self.bucket
    }

    /// When the number of refused lines is to be told, if there is something to tell.
    pub(super) fn deadline(&self) -> Option<Monotonic> {
        (self.refused > 0).then(|| self.refused_at + TELL_TIME)
    }

    /// Until when the socket is not to be read.
    pub(super) fn paused_until(&self) -> Option<Monotonic> {
        (self.refused > 0).then_some(self.next_token)
    }
}

impl Session {
    /// True if one more line may count.
    pub(super) fn take_token(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> bool {
        let is_operator = matches!(&self.stage, Stage::Chat(chat) if chat.is_operator);
        let rate = env.settings.line_rate_of(is_operator);
        match self.flood.bucket.take(rate, env.now) {
            Ok(()) => {
                self.tell_refused(env, out);
                true
            }
            Err(wait) => {
                self.flood.refused = self.flood.refused.saturating_add(1);
                self.flood.refused_at = env.now;
                self.flood.next_token = env.now + rate.interval();
                if self.flood.refused == 1 {
                    self.renderer(env).notice(out, Notice::SlowDown(wait));
                }
                false
            }
        }
    }

    /// Tells how many lines were refused after the one that was told at once.
    pub(super) fn tell_refused(&mut self, env: &Env<'_>, out: &mut Vec<u8>) {
        let lines = u64::from(core::mem::take(&mut self.flood.refused));
        if lines > 1 {
            let notice = Notice::NotSent { lines: lines - 1 };
            self.renderer(env).notice(out, notice);
        }
    }
}
