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
    Arrival, Chat, Command, Company, Crowds, Event, Fact, Link, Moment, PersonId, Query, Rejection,
    RoomId, Seq, Settings, Subject, Timestamp,
};
use chinwag_store::{Opened, Store};
use hashbrown::HashMap;

pub(crate) use tail::Excerpt;
use tail::Tail;
pub(crate) use turn::{Happening, Reply, ReplyBody, Turn};

/// What a session asks of the hub.
#[derive(Debug)]
pub(crate) struct Request {
    /// Who asks.
    pub(crate) subject: Subject,
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
    crowds: Crowds,
    tails: HashMap<RoomId, Tail>,
    replay_max: usize,
    next_seq: Seq,
    happenings: Vec<Arc<Event>>,
    replies: Vec<Draft>,
    staged: Vec<Staged>,
    /// Where random numbers come from.
    roll: fn() -> u64,
    /// Kept for its memory.
    facts: Vec<Fact>,
    save_fails: bool,
    /// Counts what was saved, for those who follow behind.
    saved: Arc<AtomicU64>,
}

/// A command whose events wait for the commit.
struct Staged {
    subject: Subject,
    /// Where they are among the turn's events.
    events: Range<usize>,
}

/// A reply that may still have to look at what the turn leaves behind.
struct Draft {
    link: Link,
    /// The events that the session saw before it.
    after: Seq,
    body: DraftBody,
}

enum DraftBody {
    Ready(ReplyBody),
    Welcome(Box<Arrival>),
    Entered(Box<Company>),
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
            chat: Chat::new(settings, opened.kept, now),
            store: opened.store,
            crowds: Crowds::default(),
            tails: HashMap::new(),
            replay_max,
            next_seq: opened.next_seq,
            saved,
            happenings: Vec::new(),
            replies: Vec::new(),
            staged: Vec::new(),
            facts: Vec::new(),
            save_fails: false,
        }
    }

    /// Takes one request into the turn.
    pub(crate) fn take(&mut self, request: Request, now: Timestamp) {
        let Request { subject, body } = request;
        match body {
            Body::Query(query) => self.take_query(subject, query, now),
            Body::Command(command) => self.take_command(subject, command, now),
        }
    }

    fn take_query(&mut self, subject: Subject, query: Query, now: Timestamp) {
        // Whoever asks about the chat asks after what it has just said.
        self.settle();
        let body = match self.chat.answer(subject, query, now) {
            Ok(answer) => ReplyBody::Answer(Box::new(answer)),
            Err(rejection) => ReplyBody::Rejected(Box::new(rejection)),
        };
        self.reply(subject, DraftBody::Ready(body));
    }

    fn take_command(&mut self, subject: Subject, command: Command, now: Timestamp) {
        let talks = command.only_talks();
        if matches!(command, Command::Resume(_)) {
            // It may be anybody's session.
            self.settle();
        }
        if !talks && self.has_staged(subject) {
            self.settle();
        }
        let asked = Asked::of(&command);
        let mut facts = std::mem::take(&mut self.facts);
        let mut moment = Moment {
            now,
            roll: &mut self.roll,
        };
        match self.chat.decide(subject, command, &mut moment, &mut facts) {
            Ok(()) if facts.iter().any(Fact::is_durable) => {
                if !talks {
                    self.settle();
                }
                self.stage(subject, &mut facts, now);
                if !talks && self.settle() {
                    self.reply_done(subject, &asked);
                }
            }
            Ok(()) => {
                for fact in facts.drain(..) {
                    let event = self.number(fact, now);
                    self.chat.apply(&event);
                }
                self.reply_done(subject, &asked);
            }
            Err(rejection) => {
                let rejected = ReplyBody::Rejected(Box::new(rejection));
                self.reply(subject, DraftBody::Ready(rejected));
            }
        }
        self.facts = facts;
    }

    /// Whether a message of this person waits for the commit. The server's own commands look at
    /// everything.
    fn has_staged(&self, subject: Subject) -> bool {
        match subject {
            Subject::Visitor { .. } => false,
            Subject::Server => !self.staged.is_empty(),
            // Whoever has taken a session up speaks for the same person over another link.
            Subject::Person { person, .. } => {
                let is_theirs = |staged: &Staged| matches!(staged.subject, Subject::Person { person: other, .. } if other == person);
                self.staged.iter().any(is_theirs)
            }
        }
    }

    fn number(&mut self, fact: Fact, at: Timestamp) -> Arc<Event> {
        let seq = self.next_seq;
        self.next_seq = seq.next();
        let event = Arc::new(Event { seq, at, fact });
        self.happenings.push(event.clone());
        event
    }

    fn stage(&mut self, subject: Subject, facts: &mut Vec<Fact>, now: Timestamp) {
        let start = self.happenings.len();
        for fact in facts.drain(..) {
            self.number(fact, now);
        }
        let events = start..self.happenings.len();
        self.staged.push(Staged { subject, events });
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
                .flat_map(|staged| &self.happenings[staged.events.clone()])
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
            self.happenings.drain(staged.events);
            let body = ReplyBody::Rejected(Box::new(Rejection::CannotSave));
            self.reply(staged.subject, DraftBody::Ready(body));
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

    fn reply(&mut self, subject: Subject, body: DraftBody) {
        let (Subject::Visitor { link, .. } | Subject::Person { link, .. }) = subject else {
            return;
        };
        let after = Seq(self.next_seq.0 - 1);
        self.replies.push(Draft { link, after, body });
    }

    /// Answers a command that was done, where the events alone do not.
    fn reply_done(&mut self, subject: Subject, asked: &Asked) {
        let body = match (asked, self.newest_person(subject)) {
            (Asked::Talk, _) => return,
            (Asked::Arrival, Some(person)) => {
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
        self.reply(subject, body.unwrap_or(DraftBody::Ready(ReplyBody::Done)));
    }

    fn newest_person(&self, subject: Subject) -> Option<PersonId> {
        match subject {
            Subject::Person { person, .. } => Some(person),
            _ => self
                .happenings
                .iter()
                .rev()
                .find_map(|event| match &event.fact {
                    Fact::Arrived(arrived) => Some(arrived.person),
                    _ => None,
                }),
        }
    }

    fn returned(&self) -> Option<(PersonId, Seq)> {
        match &self.happenings.last()?.fact {
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
    Arrival,
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
            Command::Arrive { .. } => Self::Arrival,
            Command::Join(_) | Command::Leave(_) => Self::Room,
            Command::Resume(_) => Self::Session,
            _ => Self::Other,
        }
    }
}
