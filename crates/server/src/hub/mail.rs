//! Private messages that were kept for an account: they are shown to the next person who is logged in to
//! it, and the store forgets them then.

use chinwag_core::{Caller, Command, Env, Fact, Outcome, Timestamp};

use super::Hub;

impl Hub {
    /// Shows a person what was kept for its account, behind the answer to what has logged it in.
    pub(super) fn show_kept(&mut self, caller: Caller, outcome: Outcome, now: Timestamp) {
        let person = match (outcome, caller) {
            (Outcome::LoggedIn(person) | Outcome::Resumed { person, .. }, _) => person,
            (_, Caller::Person { person, .. }) => person,
            _ => return,
        };
        if !self.chat.has_kept(person) {
            return;
        }
        let mut facts = Vec::new();
        let mut env = Env {
            now,
            roll: &mut self.rng,
        };
        let show = Command::ShowKept(person);
        if self
            .chat
            .decide(Caller::Server, show, &mut env, &mut facts)
            .is_ok()
        {
            for fact in facts {
                let event = self.number(fact, now);
                if let Fact::KeptShown(shown) = &event.fact {
                    self.shown.push((shown.account.clone(), event.seq));
                }
                self.apply(&event);
            }
        }
    }

    /// Has the store forget what was shown. Until then a server that is killed shows it once more,
    /// which is better than never.
    pub(crate) fn forget_shown(&mut self) {
        if self.shown.is_empty() {
            return;
        }
        match self.store.forget_kept(&self.shown) {
            Ok(()) => self.shown.clear(),
            Err(error) => tracing::warn!("cannot forget messages that were shown: {error}"),
        }
    }
}
