//! What a client is told whose question the server cannot answer now, though it would.

use alloc::vec::Vec;

use super::proving::BUSY;
use super::services::Service;
use super::{Question, Session};
use crate::dialect::{Env, Step};

/// What a client is told that asks for more than the server can do now.
const NOT_NOW: &str = "The server is busy. Try again in a moment.";

impl Session {
    /// The question in flight cannot be answered now.
    pub(super) fn handle_trouble(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        // Nobody knows what was missed. The rest follows.
        if let Some(Question::TakenOver(..) | Question::CatchingUp(_)) =
            self.pending.question.as_deref()
        {
            self.notice(NOT_NOW, env, out);
            return None;
        }
        let question = self.take_question()?;
        match &question {
            Question::Prove(proving) => self.handle_busy_proof(proving.way, env, out),
            Question::LogIn(_) => {
                self.notice(BUSY, env, out);
                self.forget_nick();
            }
            Question::TakeBack => self.say_as(Service::NickServ, BUSY, env, out),
            Question::History(question) => self.refuse_history(question, env, out),
            Question::Search(_) => self.refuse_search(false, env, out),
            _ => self.notice(NOT_NOW, env, out),
        }
        self.count_try(env, out)
    }
}
