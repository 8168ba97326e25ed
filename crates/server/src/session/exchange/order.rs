//! Order: what a client asks is answered after what it has said before.
//!
//! A message is answered with the commit of its turn; an answer that the hub or a worker could give
//! at once might overtake that. So such a request waits until all earlier messages are answered.
//! Queries need no wait: the hub answers them at the end of a turn.

use chinwag_wire::dialect::Ask;

use super::{Continuation, Exchange, Question, Session};
use crate::shard::Shared;

/// Whether the answer to a request could overtake those to earlier messages.
pub(super) fn may_overtake(ask: &Ask) -> bool {
    match ask {
        Ask::Command(command) => !command.only_talks(),
        // These begin with a query, are not answered, or wait in the hub.
        Ask::Query(_)
        | Ask::History { .. }
        | Ask::Targets(_)
        | Ask::AuditLog(_)
        | Ask::Save(_)
        | Ask::Quit(_)
        | Ask::EndFlood
        | Ask::EndSilence => false,
        _ => true,
    }
}

impl Exchange {
    /// Postpones a request of the dialect until all earlier messages are answered.
    pub(super) fn ask_when_answered(&mut self, ask: Ask) {
        self.put_off(Continuation::WhenAnswered(ask));
    }

    /// Takes out the postponed request, once all earlier messages are answered.
    fn take_answered(&mut self) -> Option<Ask> {
        let is_due =
            |question: &mut Box<Question>| matches!(question.then, Continuation::WhenAnswered(_));
        let question = self
            .question
            .take_if(|question| self.talk == 0 && is_due(question));
        match question?.then {
            Continuation::WhenAnswered(ask) => Some(ask),
            _ => None,
        }
    }
}

impl Session {
    /// Sends the postponed request, if that was the last answer that it waited for.
    pub(super) fn handle_talk_answered(&mut self, shared: &mut Shared) {
        if let Some(ask) = self.exchange.take_answered() {
            self.ask(ask, shared);
        }
    }
}
