//! Lines that cannot be parsed as a whole. They are answered like commands: in order, and under
//! their label.

use alloc::vec::Vec;

use super::Session;
use crate::dialect::{Env, Step};
use crate::irc::message::Message;

impl Session {
    /// Answers a line that is no command, with its beginning if that is one. It may have belonged
    /// to a batch.
    fn answer_line(
        &mut self,
        begin: Option<Message<'_>>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
        answer: impl FnOnce(&mut Self, &mut Vec<u8>),
    ) -> Option<Step> {
        let start = out.len();
        let step = self.in_order(out, |session, out| {
            if let Some(message) = &begin {
                session.begin_scope(message, env, out);
            }
            answer(session, out);
            session.lose_line(begin.as_ref(), env, out);
            None
        });
        self.end_scope(start, env, out);
        step
    }

    pub(super) fn too_long(
        &mut self,
        begin: Option<Message<'_>>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        self.answer_line(begin, env, out, |session, out| {
            session.numeric("417", ":Input line was too long", env, out);
        })
    }

    pub(super) fn not_utf8(
        &mut self,
        begin: Option<Message<'_>>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        // Anything may be there.
        let is_word = |word: &&str| word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let command = begin.as_ref().map(|message| message.command);
        let command = command.filter(is_word).unwrap_or("*").to_ascii_uppercase();
        self.answer_line(begin, env, out, |session, out| {
            session.fail(&command, "INVALID_UTF8 :Messages must be UTF-8", env, out);
        })
    }
}
