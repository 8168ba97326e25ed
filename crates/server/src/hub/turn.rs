//! The end of a turn: what happened, and which session is told what, in the order in which the
//! session sees it.

use std::sync::Arc;

use chinwag_core::{
    Answer, Caller, Command, ConnId, Event, Fact, LeftOut, Monotonic, PastName, Rejection, RoomId,
    RoomSummary, Seq, Timestamp, Welcome, WelcomeBack,
};
use chinwag_feed::Unacknowledged;
use chinwag_store::PastPerson;
use chinwag_wire::dialect::Saved;

use super::draft::{DraftBody, DraftReply};
use super::log::{self, Refused};
use super::recent::{RecentLog, RecentMessages};
use super::request::{Requester, Ticket};
use super::{Hub, rejected};
use crate::limits::{RECENT_BYTES_MAX, RECENT_MAX};

/// An event, and the rooms that get it later, in a summary.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// What happened.
    pub(crate) event: Arc<Event>,
    /// See [`chinwag_core::PresenceBatcher`].
    pub(crate) coalesced_in: Box<[RoomId]>,
}

/// The answer to one request.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The session's connection.
    pub(crate) conn: ConnId,
    /// The request's.
    pub(crate) ticket: Ticket,
    /// The session sees it after the events up to this one.
    pub(crate) after: Seq,
    /// The content.
    pub(crate) body: ReplyBody,
}

/// What a [`Reply`] says.
#[derive(Debug)]
pub(crate) enum ReplyBody {
    /// It was done; the events show what. The first of them, if there are any.
    Done(Option<Seq>),
    /// The message was sent before, and has this place.
    Repeated(Seq),
    /// It was refused.
    Rejected(Box<Rejection>),
    /// The answer to a query.
    Answer(Box<Answer>),
    /// The session has a person now, who has chosen this at an earlier visit.
    Welcome(Box<Welcome>, RecentMessages, Arrived),
    /// The person is in this room.
    Entered(Box<RoomSummary>, RecentMessages),
    /// The person is out of this room.
    Left(RoomId),
    /// The session has its person again.
    Resumed(Box<Resumed>),
}

/// What else awaits a person who has come.
#[derive(Debug)]
pub(crate) struct Arrived {
    /// What the dialect has wanted kept.
    pub(crate) saved: Option<Saved>,
    /// The rooms that they were in before and could not enter again.
    pub(crate) left_out: Vec<LeftOut>,
}

/// What a resumed session has missed, by place.
#[derive(Debug)]
pub(crate) struct Resumed {
    /// What the last connection's peer had not got.
    pub(crate) unseen: Unacknowledged,
    /// The newest event that the session does not see live.
    pub(crate) until: Seq,
    /// Private messages that came meanwhile, and what was done to the person and in their rooms, as
    /// far back as they may not have been told.
    pub(crate) kept: Vec<Event>,
    /// The names of the person, under which they have spoken.
    pub(crate) own: Arc<[PastName]>,
    /// The person whose private messages the store has to find, if any.
    pub(crate) stored: Option<PastPerson>,
    /// The welcome, if the person is still here.
    pub(crate) back: Option<WelcomeBack>,
    /// What else awaits it.
    pub(crate) arrived: Arrived,
}

/// Everything that follows from one batch of requests.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    /// When it ended.
    pub(crate) at: Timestamp,
    /// In order.
    pub(crate) deliveries: Vec<Delivery>,
    /// In order.
    pub(crate) replies: Vec<Reply>,
}

impl Hub {
    /// Ends the turn: commits what is staged, answers the queries, and returns what may be shown.
    pub(crate) fn finish(&mut self, now: Timestamp) -> Turn {
        self.commit_staged();
        self.write_kept();
        self.summarize_presence(now);
        self.answer_queries(now);
        if !self.turn.events.is_empty() {
            self.numbers.reserve(&mut self.store);
        }
        let events = std::mem::take(&mut self.turn.events);
        let drafts = std::mem::take(&mut self.turn.replies);
        let mut drafts = drafts.into_iter().peekable();
        let mut turn = Turn {
            at: now,
            ..Turn::default()
        };
        turn.deliveries.reserve_exact(events.len());
        for event in events {
            while let Some(draft) = drafts.next_if(|draft| draft.after < event.seq) {
                turn.replies.push(self.complete(draft));
            }
            turn.deliveries.push(self.show(event));
        }
        turn.replies
            .extend(drafts.map(|draft| self.complete(draft)));
        debug_assert!(turn.is_in_order());
        turn
    }

    fn answer_queries(&mut self, now: Timestamp) {
        for (requester, query) in std::mem::take(&mut self.turn.queries) {
            let caller = requester.caller;
            let body = match self.chat.answer(caller, query, now) {
                Ok(Answer::Room(summary)) => DraftBody::Entered(summary.into()),
                Ok(answer) => DraftBody::Ready(ReplyBody::Answer(Box::new(answer))),
                Err(rejection) => {
                    log::note_refusal(caller, &Refused::Other, &rejection);
                    DraftBody::Ready(rejected(rejection))
                }
            };
            self.reply(requester, body);
        }
    }

    /// When the hub has something to do without a request.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.movements.deadline()
    }

    /// Forgets what has expired, and lets the store trim some old messages. Returns whether there
    /// is more to trim.
    pub(crate) fn tidy(&mut self, now: Timestamp, steady: Monotonic) -> bool {
        // Whether something is in force is looked at by the clock, and comes back when that is corrected.
        let age = self.age.advance(now, steady);
        for (command, at) in [(Command::Tidy, age), (Command::EndShownNames, now)] {
            let server = Requester::unanswered(Caller::Server);
            self.take_command(server, command, at);
        }
        self.tidy_lost(now, age);
        self.forget_shown();
        self.write_notes();
        self.sweep_sessions(age);
        // Along with the sessions, since whatever comes or goes has changed some.
        let has_sessions = self.write_sessions();
        let trims = self.store.trim(now, steady).unwrap_or_else(|error| {
            tracing::warn!("cannot trim the history: {error}");
            false
        });
        if trims {
            // The totals of rooms are counted anew.
            self.recent.logs.clear();
        }
        let chat = &self.chat;
        self.recent.logs.retain(|&room, _| chat.here(room) > 0);
        trims || has_sessions
    }

    fn show(&mut self, event: Arc<Event>) -> Delivery {
        match &event.fact {
            Fact::Said { room, .. } => {
                if let Some(recent) = self.recent.logs.get_mut(room) {
                    recent.push(event.clone());
                }
            }
            Fact::Deleted(deletion) => {
                if let Some(recent) = self.recent.logs.get_mut(&deletion.room) {
                    recent.delete(deletion);
                }
            }
            Fact::RoomRetired { room } => drop(self.recent.logs.remove(room)),
            _ => {}
        }
        Delivery {
            coalesced_in: self.movements.take_summed(event.seq),
            event,
        }
    }

    fn complete(&mut self, draft: DraftReply) -> Reply {
        let body = match draft.body {
            DraftBody::Ready(body) => body,
            DraftBody::Welcome(welcome, arrived) => {
                let room = welcome.room.as_ref();
                let recent = room.map(|room| self.newest(room, draft.after));
                ReplyBody::Welcome(welcome, recent.unwrap_or_default(), arrived)
            }
            DraftBody::Entered(summary) => {
                let recent = self.newest(&summary, draft.after);
                ReplyBody::Entered(summary, recent)
            }
        };
        Reply {
            conn: draft.conn,
            ticket: draft.ticket,
            after: draft.after,
            body,
        }
    }

    /// A room's newest messages, up to a place in the order. They are read from the store when the
    /// room first needs them, and then without the messages of this turn after that place: those
    /// are stored already, and are added when they are shown.
    fn newest(&mut self, entered: &RoomSummary, after: Seq) -> RecentMessages {
        let (store, room) = (&mut self.store, entered.id);
        let recent = self.recent.logs.entry(room).or_insert_with(|| {
            match store.recent(room, RECENT_MAX, RECENT_BYTES_MAX) {
                Ok(recent) => RecentLog::new(recent, after),
                Err(error) => {
                    tracing::warn!("cannot read a room's newest messages: {error}");
                    RecentLog::default()
                }
            }
        });
        recent.newest(self.recent.replay_max, entered.ignores)
    }
}

impl Turn {
    /// Whether events and replies are in the one order, which a shard relies on.
    fn is_in_order(&self) -> bool {
        let events = self.deliveries.windows(2);
        let replies = self.replies.windows(2);
        events
            .into_iter()
            .all(|pair| pair[0].event.seq < pair[1].event.seq)
            && replies
                .into_iter()
                .all(|pair| pair[0].after <= pair[1].after)
    }
}
