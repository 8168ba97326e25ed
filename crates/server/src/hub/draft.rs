//! A turn in the making: what has happened in it, what waits for the commit, and who has to be
//! answered.

use std::ops::Range;
use std::sync::Arc;

use chinwag_core::{
    Caller, Command, ConnId, Event, Fact, LeftOut, MessageKey, Outcome, Query, Rejection,
    RoomSummary, Seq, Welcome,
};
use hashbrown::HashSet;

use super::request::{Requester, Ticket};
use super::turn::{Arrived, ReplyBody};

/// A turn in the making.
#[derive(Default)]
pub(super) struct TurnDraft {
    pub(super) events: Vec<Arc<Event>>,
    pub(super) replies: Vec<DraftReply>,
    pub(super) staged: Vec<Staged>,
    /// The keys of messages that are staged.
    pub(super) staged_keys: HashSet<MessageKey>,
    pub(super) queries: Vec<(Requester, Query)>,
    /// Kept for its memory.
    pub(super) facts: Vec<Fact>,
    /// The connection whose request is being processed.
    pub(super) conn: Option<ConnId>,
    /// The rooms that an arriving person could not enter again.
    pub(super) left_out: Vec<LeftOut>,
}

/// A command that is answered after the commit.
pub(super) struct Staged {
    pub(super) requester: Requester,
    /// The decision. A refused message waits behind earlier ones too, so that a session is answered
    /// in the order of its messages.
    pub(super) outcome: Result<Outcome, Rejection>,
    /// Where its events are among the turn's.
    pub(super) events: Range<usize>,
}

/// A reply that may still depend on the state after the turn.
pub(super) struct DraftReply {
    pub(super) conn: ConnId,
    pub(super) ticket: Ticket,
    /// The events that the session saw before it.
    pub(super) after: Seq,
    pub(super) body: DraftBody,
}

pub(super) enum DraftBody {
    Ready(ReplyBody),
    Welcome(Box<Welcome>, Arrived),
    Entered(Box<RoomSummary>),
}

impl TurnDraft {
    /// Whether a command may depend on what is staged. The key of a message may be staged; the
    /// server's own commands look at everything; any session may be taken over; and a person who
    /// leaves first learns what became of their last lines.
    pub(super) fn concerns(&self, caller: Caller, command: &Command) -> bool {
        match (caller, command) {
            (Caller::Server, _)
            | (_, Command::Resume(_))
            | (_, Command::LogIn { proof: Some(_), .. })
            | (_, Command::Rename { .. } | Command::LogInTo { .. }) => !self.staged.is_empty(),
            (Caller::Person { person, .. }, Command::Quit(_)) => {
                let mut requesters = self.staged.iter().map(|staged| staged.requester);
                requesters.any(|requester| requester.person() == Some(person))
            }
            (_, Command::Once { key, .. }) => self.staged_keys.contains(key),
            _ => false,
        }
    }

    /// Adds the answer to a request. Its session sees it after the events up to `after`; the shell
    /// and the server itself are answered differently.
    pub(super) fn reply(&mut self, requester: Requester, after: Seq, body: DraftBody) {
        let Some(conn) = requester.conn() else {
            return;
        };
        self.replies.push(DraftReply {
            conn,
            ticket: requester.ticket,
            after,
            body,
        });
    }
}
