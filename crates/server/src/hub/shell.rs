//! What the shell asks of the hub.

use std::sync::Arc;

use chinwag_core::{Answer, Caller, Command, Event, Name, Query, Rejection, Timestamp};
use chinwag_wire::shell;

use super::Hub;
use super::request::Requester;
use crate::shell::{ShellAnswer, ShellPage};

impl Hub {
    /// Runs a command of a shell at once, including the commit, and returns what happened.
    pub(crate) fn act_for_shell(
        &mut self,
        command: Command,
        now: Timestamp,
    ) -> Result<Vec<Arc<Event>>, Rejection> {
        self.commit_staged();
        let mut facts = Vec::new();
        let caller = Caller::Shell;
        let outcome = self.decide(caller, command, now, &mut facts)?;
        let start = self.turn.events.len();
        self.stage(Requester::unanswered(caller), Ok(outcome), &mut facts, now);
        self.commit_staged();
        // The shell is answered before the turn ends.
        self.write_kept();
        match self.turn.events.get(start..) {
            Some(events) if !events.is_empty() => Ok(events.to_vec()),
            _ => Err(Rejection::CannotSave),
        }
    }

    /// Whether a command of a shell would be done. Nothing comes of it.
    pub(crate) fn try_for_shell(
        &mut self,
        command: Command,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        self.commit_staged();
        self.decide(Caller::Shell, command, now, &mut Vec::new())
            .map(|_| ())
    }

    /// A page of the people who are here, for a shell.
    pub(crate) fn page_for_shell(&self, after: Option<Name>, now: Timestamp) -> ShellPage {
        let query = Query::Everybody { after };
        let Ok(Answer::Everybody { people, next }) = self.chat.answer(Caller::Shell, query, now)
        else {
            return ShellPage::default();
        };
        let lines = people.iter().map(shell::person).collect();
        let is_done = true;
        let answer = ShellAnswer { lines, is_done };
        ShellPage { answer, next }
    }
}
