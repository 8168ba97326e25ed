//! The end of a turn: what happened, and who is told what, in the order in which it is to be seen.

use std::sync::Arc;

use chinwag_core::limits::{RECENT_BYTES_MAX, RECENT_MAX};
use chinwag_core::{
    Answer, Caller, ConnId, Event, Fact, PersonId, Rejection, RoomId, RoomSummary, Seq, Timestamp,
    Timing, Welcome,
};

use super::tail::{Excerpt, Tail};
use super::{Body, Draft, DraftBody, Hub, Request};

/// Messages that are counted for somebody who comes back: beyond it the number says nothing more.
const MISSED_MAX: usize = 10_000;
/// See [`MISSED_MAX`].
const MISSED_BYTES_MAX: usize = 4 << 20;

/// An event, and the rooms that are to be told of it later, in a number.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// What happened.
    pub(crate) event: Arc<Event>,
    /// See [`chinwag_core::PresenceBatcher`].
    pub(crate) later: Box<[RoomId]>,
}

/// An answer to one session's request.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The session's connection.
    pub(crate) conn: ConnId,
    /// The session sees it behind the events up to this one.
    pub(crate) after: Seq,
    /// What it is told.
    pub(crate) body: ReplyBody,
}

/// What a [`Reply`] says.
#[derive(Debug)]
pub(crate) enum ReplyBody {
    /// It was done; the events show what.
    Done,
    /// It was refused.
    Rejected(Box<Rejection>),
    /// The answer to a query.
    Answer(Box<Answer>),
    /// The session has a person now.
    Welcome(Box<Welcome>, Excerpt),
    /// The person talks in another room now.
    Entered(Box<RoomSummary>, Excerpt),
    /// The session has its person again. The messages of all its rooms, in order.
    Back(Excerpt),
}

/// All that comes of one batch of requests.
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
    /// Ends the turn: saves what is not saved yet, and gives away what may be shown.
    pub(crate) fn finish(&mut self, now: Timestamp) -> Turn {
        self.settle();
        self.tell_crowds(now);
        let events = std::mem::take(&mut self.deliveries);
        let mut drafts = std::mem::take(&mut self.replies).into_iter().peekable();
        let mut turn = Turn {
            at: now,
            ..Turn::default()
        };
        turn.deliveries.reserve_exact(events.len());
        for event in events {
            while let Some(draft) = drafts.next_if(|draft| draft.after < event.seq) {
                turn.replies.push(self.complete(draft));
            }
            turn.deliveries.push(self.show(event, now));
        }
        turn.replies
            .extend(drafts.map(|draft| self.complete(draft)));
        turn
    }

    /// When the hub has something to do though nobody asks.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.presence.deadline()
    }

    /// Forgets what has run out, and lets the store trim some of what is too old. Returns whether
    /// there is more of that.
    pub(crate) fn tidy(&mut self, now: Timestamp) -> bool {
        self.take(
            Request {
                caller: Caller::Server,
                body: Body::Command(chinwag_core::Command::Tidy),
            },
            now,
        );
        let trims = self.store.trim(now).unwrap_or_else(|error| {
            tracing::warn!("cannot trim the history: {error}");
            false
        });
        if trims {
            // What a room has in all is counted anew.
            self.tails.clear();
        }
        let chat = &self.chat;
        self.tails.retain(|&room, _| chat.here(room) > 0);
        trims
    }

    fn tell_crowds(&mut self, now: Timestamp) {
        let chat = &self.chat;
        let mut facts = std::mem::take(&mut self.facts);
        self.presence.due(now, |room| chat.here(room), &mut facts);
        for fact in facts.drain(..) {
            self.number(fact, now);
        }
        self.facts = facts;
    }

    fn show(&mut self, event: Arc<Event>, now: Timestamp) -> Delivery {
        if let Fact::Said { room, .. } = &event.fact
            && let Some(tail) = self.tails.get_mut(room)
        {
            tail.push(event.clone());
        }
        let rooms = event.fact.rooms().iter().copied();
        let later =
            rooms.filter(|&room| self.presence.offer(room, &event.fact, now) == Timing::Later);
        Delivery {
            later: later.collect(),
            event,
        }
    }

    fn complete(&mut self, draft: Draft) -> Reply {
        let body = match draft.body {
            DraftBody::Ready(body) => body,
            DraftBody::Welcome(arrival) => {
                let excerpt = self.newest(arrival.company.id, draft.after);
                ReplyBody::Welcome(arrival, excerpt)
            }
            DraftBody::Entered(company) => {
                let excerpt = self.newest(company.id, draft.after);
                ReplyBody::Entered(company, excerpt)
            }
            DraftBody::Back { person, seen } => {
                ReplyBody::Back(self.missed(person, seen, draft.after))
            }
        };
        Reply {
            conn: draft.conn,
            after: draft.after,
            body,
        }
    }

    fn newest(&mut self, room: RoomId, after: Seq) -> Excerpt {
        let replay_max = self.replay_max;
        self.tail(room, after).newest(replay_max)
    }

    fn missed(&mut self, person: PersonId, seen: Seq, after: Seq) -> Excerpt {
        let mut missed = Excerpt::default();
        for room in self.chat.rooms_of(person).to_vec() {
            let tail = self.tail(room, after);
            let messages = tail.after(seen);
            if tail.begins_after(seen) {
                missed.skipped += self.count(room, seen).saturating_sub(messages.len() as u64);
            }
            missed.messages.extend(messages);
        }
        missed.messages.sort_unstable_by_key(|message| message.seq);
        if seen == Seq::default() {
            // The old connection had not been found dead, so that nobody knows what was seen on it:
            // as much as somebody new is shown is a fair guess.
            let surplus = missed.messages.len().saturating_sub(self.replay_max);
            missed.messages.drain(..surplus);
            missed.skipped = 0;
        }
        missed
    }

    /// How many messages a room has had since, as far as it is worth counting.
    fn count(&mut self, room: RoomId, since: Seq) -> u64 {
        let recent = self.store.recent(room, MISSED_MAX, MISSED_BYTES_MAX);
        let events = recent.map_or_else(|_| Vec::new(), |recent| recent.events);
        events.iter().filter(|event| event.seq > since).count() as u64
    }

    /// A room's newest messages, up to a place in the order. Read from the store when they are
    /// needed first, and then without the messages of this turn that come after that place: they
    /// are saved already, and will be added when they are shown.
    fn tail(&mut self, room: RoomId, after: Seq) -> &Tail {
        let store = &mut self.store;
        self.tails.entry(room).or_insert_with(|| {
            match store.recent(room, RECENT_MAX, RECENT_BYTES_MAX) {
                Ok(recent) => Tail::new(recent, after),
                Err(error) => {
                    tracing::warn!("cannot read a room's newest messages: {error}");
                    Tail::default()
                }
            }
        })
    }
}
