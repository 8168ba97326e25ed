//! Order: a client gets answers in the order of its commands.
//!
//! Messages to rooms are not waited for, so their answers may come later than the answer to a later
//! line that the session can give at once. Such an answer waits behind a fence, as PONG does.

use alloc::vec::Vec;

use chinwag_core::Query;

use super::talk::Talk;
use super::{Pending, Question, Session};
use crate::dialect::{Ask, Step};

impl Session {
    /// Runs something that may answer a line at once. If an earlier message is not answered yet,
    /// the answer waits, and so does any later request.
    pub(super) fn in_order(
        &mut self,
        out: &mut Vec<u8>,
        run: impl FnOnce(&mut Self, &mut Vec<u8>) -> Option<Step>,
    ) -> Option<Step> {
        let (start, is_talking) = (
            out.len(),
            self.talk.as_deref().is_some_and(Talk::is_in_flight),
        );
        let step = run(self, out);
        // A command with a label that has no answer is acknowledged.
        let is_quiet = self.pending.question.is_none() && self.pending.queue.is_empty();
        let acks = self.pending.scope.is_some() && step.is_none() && is_quiet;
        if !is_talking || (out.len() == start && !acks) {
            return step;
        }
        match step {
            None => {}
            Some(Step::Ask(ask)) if self.pending.question.is_some() => {
                let question = self.take_question().unwrap_or(Question::Quiet);
                self.pending.queue.push_front(ask, question);
            }
            // It closes the connection, or has no answer.
            step => return step,
        }
        let answer = Question::Answered(out.split_off(start).into());
        self.pending.queue.push_front(fence(), answer);
        self.next_ask()
    }

    /// Answers at once, or after the answers to what the command has asked already.
    pub(super) fn answer_behind(
        &mut self,
        out: &mut Vec<u8>,
        answer: impl FnOnce(&mut Self, &mut Vec<u8>),
    ) {
        if self.pending.queue.is_empty() {
            return answer(self, out);
        }
        let mut lines = Vec::new();
        answer(self, &mut lines);
        let what = Question::Answered(lines.into());
        self.later(fence(), what);
    }

    /// Says something after the answer to the question in flight.
    pub(super) fn say_behind(&mut self, lines: Vec<u8>) {
        self.later(fence(), Question::Answered(lines.into()));
    }

    /// Stops waiting for an answer. What is said from here on ends the answer to the command in
    /// flight.
    pub(super) fn give_up(&mut self) {
        self.pending = Pending {
            scope: self.pending.scope.take(),
            batches: self.pending.batches,
            ..Pending::default()
        };
    }

    /// Answers the command when everything that it has asked is answered.
    pub(super) fn ask_fence(&mut self) {
        self.later(fence(), Question::Answered([].into()));
    }
}

fn fence() -> Ask {
    Ask::Query(Query::Fence)
}
