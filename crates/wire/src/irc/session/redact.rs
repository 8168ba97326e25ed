//! REDACT (IRCv3 draft, message redaction): deleted messages.

use alloc::vec::Vec;

use chinwag_core::{Rejection, RoomRef};

use super::rooms::room;
use super::{Question, Session, place};
use crate::dialect::{Ask, Env, Past, Step};
use crate::irc::message::{Message, shown};
use crate::irc::text::note;
use crate::json::Sentence;

impl Session {
    /// REDACT.
    pub(super) fn redact(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let (target, msgid) = (message.param(0)?, message.param(1)?);
        let why = message.param(2);
        let of = match room(target) {
            Some(room) => Past::Room(RoomRef::Name(room)),
            None => Past::With(target.into()),
        };
        let is_seen = self.is_readable(target, env);
        match place(msgid) {
            Some(message) if is_seen => {
                let what = Question::Redact {
                    target: target.into(),
                    message: msgid.into(),
                };
                let delete = Ask::Delete {
                    message,
                    of: Some(of),
                    why: why.and_then(note),
                };
                self.later(delete, what);
            }
            None if is_seen => {
                let (target, msgid) = (shown(target), shown(msgid));
                let why = format_args!("UNKNOWN_MSGID {target} {msgid} :No such message");
                self.fail("REDACT", why, env, out);
            }
            _ => {
                let target = shown(target);
                let why = format_args!(
                    "INVALID_TARGET {target} :You cannot delete messages from {target}"
                );
                self.fail("REDACT", why, env, out);
            }
        }
        None
    }

    /// A message is not deleted.
    pub(super) fn refuse_redaction(
        &self,
        target: &str,
        message: &str,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let code = match rejection {
            Rejection::NoSuchMessage => "UNKNOWN_MSGID",
            _ => "REDACT_FORBIDDEN",
        };
        let words = Sentence(rejection);
        let (target, message) = (shown(target), shown(message));
        let why = format_args!("{code} {target} {message} :{words}");
        self.fail("REDACT", why, env, out);
    }
}
