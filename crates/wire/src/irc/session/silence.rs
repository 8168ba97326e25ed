//! Silence: a client that sends nothing is asked for a sign of life, and closed if it gives none.
//!
//! The kernel finds peers that are gone, but a program that hangs still has a kernel that answers for
//! it. Any line is a sign of life, not only PONG.

use alloc::vec::Vec;

use chinwag_core::limits::SILENCE_TIME_MAX;

use super::{Session, Stage};
use crate::dialect::{Ask, Env, Step};
use crate::irc::line::put;

impl Session {
    /// The client has sent something.
    pub(super) fn end_silence(&mut self, env: &Env<'_>) {
        self.silent_until = env.now + SILENCE_TIME_MAX;
        if let Stage::Here(here) = &mut self.stage {
            here.was_pinged = false;
        }
    }

    /// The client has been silent for too long.
    pub(super) fn handle_silence(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        self.silent_until = env.now + SILENCE_TIME_MAX;
        let Stage::Here(here) = &mut self.stage else {
            return None;
        };
        if core::mem::replace(&mut here.was_pinged, true) {
            return Some(Step::Ask(Ask::EndSilence));
        }
        put(out, format_args!("PING :{}\r\n", env.settings.irc.server));
        None
    }
}
