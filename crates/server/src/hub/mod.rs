//! The hub owns the chat. One plain thread takes requests in batches and turns each batch into a
//! *turn*: it decides every request, commits what must last in one transaction, and only then
//! gives the events to the shards to be shown. While a commit runs the next batch gathers, so the
//! busier the server, the cheaper a message.
//!
//! It does no socket I/O and knows no dialect. Everything here but [`thread`] is synchronous and
//! takes the time as an argument, so that whole conversations run in tests without a thread.
//!
//! What must last is not true before it is committed: the facts of a durable command are *staged*,
//! and applied after the commit. If the commit fails they are dropped, their senders are told, and
//! nothing has to be undone. Messages can be staged many at a time because no decision looks at
//! them; anything else settles what is staged first.

mod tail;
pub(crate) mod thread;
mod turn;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chinwag_core::{
    Caller, Chat, Command, ConnId, Env, Event, Fact, PersonId, PresenceBatcher, Query, Rejection,
    RoomId, RoomSummary, Seq, Settings, Timestamp, Welcome,
};
use chinwag_store::{Opened, Store};
use hashbrown::HashMap;

pub(crate) use tail::Excerpt;
use tail::Tail;
pub(crate) use turn::{Delivery, Reply, ReplyBody, Turn};

/// What a session asks of the hub.
#[derive(Debug)]
pub(crate) struct Request {
    /// Who asks.
    pub(crate) caller: Caller,
    /// What.
    pub(crate) body: Body,
}

/// The two kinds of [`Request`].
#[derive(Debug)]
pub(crate) enum Body {
    /// Something that changes the chat.
    Command(Command),
    /// Something that does not.
    Query(Query),
}

/// The chat, its store, and the turn in the making.
pub(crate) struct Hub {
    chat: Chat,
    store: Store,
    presence: PresenceBatcher,
    tails: HashMap<RoomId, Tail>,
    replay_max: usize,
    next_seq: Seq,
    deliveries: Vec<Arc<Event>>,
    replies: Vec<Draft>,
    staged: Vec<Staged>,
    /// Where random numbers come from.
    roll: fn() -> u64,
    /// Snapshot for its memory.
    facts: Vec<Fact>,
    save_fails: bool,
    /// Counts what was saved, for those who follow behind.
    saved: Arc<AtomicU64>,
}

/// A command whose events wait for the commit.
struct Staged {
    caller: Caller,
    /// Where they are among the turn's events.
    events: Range<usize>,
}

/// A reply that may still have to look at what the turn leaves behind.
struct Draft {
    conn: ConnId,
    /// The events that the session saw before it.
    after: Seq,
    body: DraftBody,
}

enum DraftBody {
    Ready(ReplyBody),
    Welcome(Box<Welcome>),
    Entered(Box<RoomSummary>),
    Back { person: PersonId, seen: Seq },
}

impl Hub {
    pub(crate) fn new(
        settings: Settings,
        replay_max: usize,
        opened: Opened,
        saved: Arc<AtomicU64>,
        (now, roll): (Timestamp, fn() -> u64),
    ) -> Self {
        Self {
            roll,
            chat: Chat::new(settings, opened.snapshot, now),
            store: opened.store,
            presence: PresenceBatcher::default(),
            tails: HashMap::new(),
            replay_max,
            next_seq: opened.next_seq,
            saved,
            deliveries: Vec::new(),
            replies: Vec::new(),
            staged: Vec::new(),
            facts: Vec::new(),
            save_fails: false,
        }
    }

    /// Takes one request into the turn.
    pub(crate) fn take(&mut self, request: Request, now: Timestamp) {
        let Request { caller, body } = request;
        match body {
            Body::Query(query) => self.take_query(caller, query, now),
            Body::Command(command) => self.take_command(caller, command, now),
        }
    }

    fn take_query(&mut self, caller: Caller, query: Query, now: Timestamp) {
        // Whoever asks about the chat asks after what it has just said.
        self.settle();
        let body = match self.chat.answer(caller, query, now) {
            Ok(answer) => ReplyBody::Answer(Box::new(answer)),
            Err(rejection) => ReplyBody::Rejected(Box::new(rejection)),
        };
        self.reply(caller, DraftBody::Ready(body));
    }

    fn take_command(&mut self, caller: Caller, command: Command, now: Timestamp) {
        let talks = command.only_talks();
        if matches!(command, Command::Resume(_)) {
            // It may be anybody's session.
            self.settle();
        }
        if !talks && self.has_staged(caller) {
            self.settle();
        }
        let asked = Asked::of(&command);
        let mut facts = std::mem::take(&mut self.facts);
        let mut env = Env {
            now,
            roll: &mut self.roll,
        };
        match self.chat.decide(caller, command, &mut env, &mut facts) {
            Ok(()) if facts.iter().any(Fact::is_durable) => {
                if !talks {
                    self.settle();
                }
                self.stage(caller, &mut facts, now);
                if !talks && self.settle() {
                    self.reply_done(caller, &asked);
                }
            }
            Ok(()) => {
                for fact in facts.drain(..) {
                    let event = self.number(fact, now);
                    self.chat.apply(&event);
                }
                self.reply_done(caller, &asked);
            }
            Err(rejection) => {
                let rejected = ReplyBody::Rejected(Box::new(rejection));
                self.reply(caller, DraftBody::Ready(rejected));
            }
        }
        self.facts = facts;
    }

    /// Whether a message of this person waits for the commit. The server's own commands look at
    /// everything.
    fn has_staged(&self, caller: Caller) -> bool {
        match caller {
            Caller::Anonymous { .. } => false,
            Caller::Server => !self.staged.is_empty(),
            // Whoever has taken a session up speaks for the same person over another connection.
            Caller::Person { person, .. } => {
                let is_theirs = |staged: &Staged| matches!(staged.caller, Caller::Person { person: other, .. } if other == person);
                self.staged.iter().any(is_theirs)
            }
        }
    }

    fn number(&mut self, fact: Fact, at: Timestamp) -> Arc<Event> {
        let seq = self.next_seq;
        self.next_seq = seq.next();
        let event = Arc::new(Event { seq, at, fact });
        self.deliveries.push(event.clone());
        event
    }

    fn stage(&mut self, caller: Caller, facts: &mut Vec<Fact>, now: Timestamp) {
        let start = self.deliveries.len();
        for fact in facts.drain(..) {
            self.number(fact, now);
        }
        let events = start..self.deliveries.len();
        self.staged.push(Staged { caller, events });
    }

    /// Commits what is staged and makes it true, or drops it and tells the senders. Returns
    /// whether it was saved.
    fn settle(&mut self) -> bool {
        if self.staged.is_empty() {
            return true;
        }
        let staged = std::mem::take(&mut self.staged);
        let events = || {
            staged
                .iter()
                .flat_map(|staged| &self.deliveries[staged.events.clone()])
        };
        let durable: Vec<Arc<Event>> = events().filter(|e| e.fact.is_durable()).cloned().collect();
        let saved = self
            .store
            .commit(&durable, &|room| self.chat.room_name(room).cloned());
        match saved {
            Ok(()) => {
                self.saved
                    .fetch_add(durable.len() as u64, Ordering::Relaxed);
                for event in events() {
                    self.chat.apply(event);
                }
                self.note_saving(None);
                true
            }
            Err(error) => {
                self.note_saving(Some(&error));
                self.refuse(staged);
                false
            }
        }
    }

    fn refuse(&mut self, staged: Vec<Staged>) {
        for staged in staged.into_iter().rev() {
            self.deliveries.drain(staged.events);
            let body = ReplyBody::Rejected(Box::new(Rejection::CannotSave));
            self.reply(staged.caller, DraftBody::Ready(body));
        }
    }

    /// Logs the first failure of a row and the end of it, not every message between.
    fn note_saving(&mut self, error: Option<&chinwag_store::CommitError>) {
        match (error, self.save_fails) {
            (Some(error), false) => tracing::error!("cannot save messages: {error}"),
            (None, true) => tracing::info!("messages can be saved again"),
            _ => {}
        }
        self.save_fails = error.is_some();
    }

    fn reply(&mut self, caller: Caller, body: DraftBody) {
        let (Caller::Anonymous { conn, .. } | Caller::Person { conn, .. }) = caller else {
            return;
        };
        let after = Seq(self.next_seq.0 - 1);
        self.replies.push(Draft { conn, after, body });
    }

    /// Answers a command that was done, where the events alone do not.
    fn reply_done(&mut self, caller: Caller, asked: &Asked) {
        let body = match (asked, self.newest_person(caller)) {
            (Asked::Talk, _) => return,
            (Asked::Welcome, Some(person)) => {
                let arrival = self.chat.arrival(person).map(Box::new);
                arrival.map(DraftBody::Welcome)
            }
            (Asked::Room, Some(person)) => {
                let company = self.chat.company(person).map(Box::new);
                company.map(DraftBody::Entered)
            }
            (Asked::Session, _) => self
                .returned()
                .map(|(person, seen)| DraftBody::Back { person, seen }),
            _ => None,
        };
        self.reply(caller, body.unwrap_or(DraftBody::Ready(ReplyBody::Done)));
    }

    fn newest_person(&self, caller: Caller) -> Option<PersonId> {
        match caller {
            Caller::Person { person, .. } => Some(person),
            _ => self
                .deliveries
                .iter()
                .rev()
                .find_map(|event| match &event.fact {
                    Fact::LoggedIn(arrived) => Some(arrived.person),
                    _ => None,
                }),
        }
    }

    fn returned(&self) -> Option<(PersonId, Seq)> {
        match &self.deliveries.last()?.fact {
            Fact::Returned(returned) => Some((returned.arrived.person, returned.seen)),
            _ => None,
        }
    }
}

/// What a person who asked for something waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// Nothing: the line comes, or a refusal.
    Talk,
    /// To be welcomed.
    Welcome,
    /// To see the room.
    Room,
    /// To see what was missed.
    Session,
    /// That it was done.
    Other,
}

impl Asked {
    fn of(command: &Command) -> Self {
        match command {
            command if command.only_talks() => Self::Talk,
            Command::LogIn { .. } => Self::Welcome,
            Command::Join(_) | Command::Leave(_) => Self::Room,
            Command::Resume(_) => Self::Session,
            _ => Self::Other,
        }
    }
}
