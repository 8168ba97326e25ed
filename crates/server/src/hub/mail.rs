//! Private messages that were kept for an account. The next person who is logged in to it is shown
//! them, along with what they missed if they resume a session; then the store forgets them.

use chinwag_core::{Caller, Command, Name, Outcome, Seq, Timestamp};

use super::Hub;

impl Hub {
    /// Shows a person what was kept for their account, after the answer to their login.
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
        let show = Command::ShowKept(person);
        // It is refused to nobody.
        let _ = self.decide(Caller::Server, show, now, &mut facts);
        for fact in facts {
            let event = self.number(fact, now);
            self.apply(&event);
        }
    }

    /// Notes that somebody is shown what is kept for an account, on arriving or resuming.
    pub(super) fn note_mail_taken(&mut self, account: Option<&Name>, shown: Seq) {
        let account = account.filter(|account| self.chat.has_mail(account));
        let shown = account.map(|account| (account.clone(), shown));
        self.survivors.shown.extend(shown);
    }

    /// Makes the store forget what was shown. If the server is killed before that, it is shown once
    /// more, which is better than never.
    pub(crate) fn forget_shown(&mut self) {
        let shown = &mut self.survivors.shown;
        if shown.is_empty() {
            return;
        }
        match self.store.forget_kept(shown) {
            Ok(()) => shown.clear(),
            Err(error) => tracing::warn!("cannot forget messages that were shown: {error}"),
        }
    }
}
