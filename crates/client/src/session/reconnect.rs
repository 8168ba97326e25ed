//! What to do when the link is lost, when a try to come back has failed, and when the name is not free
//! yet. It must not know how a connection is made; when to try is [`Retry`](super::retry::Retry)'s.

use std::time::Instant;

use super::action::{Action, End};
use super::login::Attempt;
use super::phase::Phase;
use super::words::is_final;
use super::{Lines, Note, Session};

impl Session {
    pub(super) fn lost(&mut self, reason: &str, now: Instant) {
        self.try_again(reason, now);
        if matches!(self.phase, Phase::Waiting { .. }) {
            let reason = reason.to_owned();
            self.ask_for(Action::Tell(Note::Lost { reason }));
        }
    }

    /// A script whose name is kept tries again for as long as it would for a lost link.
    pub(super) fn wait_for_name(&mut self, reason: String, now: Instant) {
        self.lines = Lines::default();
        match self.retry.handle_lost(now) {
            Some(until) => {
                self.phase = Phase::Waiting { until };
                self.ask_for(Action::Tell(Note::NameKept { reason }));
            }
            None => self.end(End::Refused(reason)),
        }
    }

    /// A try to come back has failed.
    pub(super) fn not_back(
        &mut self,
        tried: Attempt,
        words: Option<String>,
        reason: &str,
        now: Instant,
    ) {
        // A code that was tried is worth no second try: it may be used up. What accepts and says
        // nothing is no server, but a relay in front of one that is away.
        if words.is_some() {
            self.identity.code = None;
        }
        let is_final = words.as_deref().is_some_and(is_final) && tried != Attempt::Resume;
        match words {
            Some(words) if is_final && !self.options.is_attended => self.end(End::Removed(words)),
            words => {
                // The person may know another name, or the password of this one.
                self.identity.asks_person = is_final;
                if let Some(reason) = words.clone().filter(|_| is_final) {
                    self.ask_for(Action::Tell(Note::Refused { reason }));
                }
                self.try_again(&words.unwrap_or_else(|| reason.to_owned()), now);
            }
        }
    }

    pub(super) fn try_again(&mut self, reason: &str, now: Instant) {
        self.talk.outgoing.handle_lost();
        self.lines = Lines::default();
        match self.retry.handle_lost(now) {
            _ if self.input_ended && self.talk.outgoing.unsent() == 0 => self.end(End::Left),
            Some(until) => self.phase = Phase::Waiting { until },
            None => self.end(End::Gone(reason.to_owned())),
        }
    }
}
