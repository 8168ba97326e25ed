//! What a session asks of the hub.

use std::sync::Arc;

use chinwag_core::{Caller, Command, ConnId, PersonId, Query, Seq};
use chinwag_feed::Unacknowledged;
use chinwag_wire::dialect::Saved;

/// Identifies one of a session's requests, for its reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ticket(pub(crate) u32);

/// What a session asks of the hub.
#[derive(Debug)]
pub(crate) struct Request {
    /// The caller.
    pub(crate) caller: Caller,
    /// Given back with the reply.
    pub(crate) ticket: Ticket,
    /// What.
    pub(crate) body: Body,
}

/// The kinds of [`Request`].
#[derive(Debug)]
pub(crate) enum Body {
    /// Something that changes the chat.
    Command(Command),
    /// Something that does not.
    Query(Query),
    /// Keep this for the person's next connection; the flag says that the display settings may be
    /// those of a new person. Not answered.
    Save(Arc<Saved>, bool),
    /// The peer of the person's connection, which is lost or replaced, has not received this. Not
    /// answered.
    Unseen {
        /// What.
        unseen: Box<Unacknowledged>,
        /// Nothing more can be acknowledged.
        is_final: bool,
    },
    /// The peers of a shard have acknowledged everything up to an event, but for a few. Not
    /// answered.
    Acknowledged {
        /// The shard.
        shard: usize,
        /// The event.
        up_to: Seq,
        /// People whose peers are far behind it, and the event up to which each has everything.
        behind: Box<[(PersonId, Seq)]>,
    },
}

/// Who made a request, and which one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Requester {
    pub(super) caller: Caller,
    pub(super) ticket: Ticket,
}

impl Requester {
    /// One that waits for no reply.
    pub(super) fn unanswered(caller: Caller) -> Self {
        let ticket = Ticket::default();
        Self { caller, ticket }
    }

    /// The connection that the request came on; none for the server itself and a shell.
    pub(super) fn conn(&self) -> Option<ConnId> {
        match self.caller {
            Caller::Anonymous { conn, .. } | Caller::Person { conn, .. } => Some(conn),
            Caller::Server | Caller::Shell => None,
        }
    }

    /// The person who made the request.
    pub(super) fn person(&self) -> Option<PersonId> {
        match self.caller {
            Caller::Person { person, .. } => Some(person),
            Caller::Anonymous { .. } | Caller::Server | Caller::Shell => None,
        }
    }
}
