//! One connection in JSON: its stage of logging in, and which of its commands wait for an answer.
//!
//! Flood control holds a program back rather than refusing its lines: it resends nothing, and each
//! line that it has sent is processed. While its bucket is empty its socket is not read, so that
//! TCP holds the sender back.

mod answers;
mod arrival;
mod asks;
mod bad_command;
mod governing;
mod reading;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use chinwag_core::{
    AccountChange, Bucket, Event, Fact, Ignored, ModAction, Monotonic, Name, PersonId, RoomId, Seq,
};
use chinwag_feed::Reader;

use super::refusal;
use super::render::{put, put_private, skipped};
use super::replies::{Notice, Refused, RemainingShape};
use super::value::{Displayed, Id};
use crate::dialect::{Ask, Env, Pace, Step};
use crate::ignores::Ignores;
use crate::input::Decoder;
use crate::sniff::Spoke;

/// How many times the bytes of a text a line may have: each character of it may be an escape, and
/// programs that escape everything beyond ASCII take three bytes for one.
const LINE_FACTOR: usize = 4;

/// One connection in line JSON: its requests, and its stage of logging in.
#[derive(Debug)]
pub struct Session {
    decoder: Decoder,
    /// It was greeted like a person, and the prompt has no line end.
    is_after_prompt: bool,
    stage: Stage,
    pace: Pace,
    /// The messages in flight, in order.
    talk: VecDeque<Asked>,
    /// The question in flight.
    question: Option<Asked>,
    rooms: Vec<RoomId>,
}

#[derive(Debug)]
enum Stage {
    Arriving(Arriving),
    Here(Here),
}

/// The state of a client that is logging in.
#[derive(Debug)]
struct Arriving {
    tries: u8,
    bytes: usize,
    until: Monotonic,
    /// What to ask once the server's password was right.
    next: Option<Box<Ask>>,
}

/// The client's person.
#[derive(Debug)]
struct Here {
    me: PersonId,
    name: Name,
    /// The account that the person is logged in to.
    account: Option<Name>,
    is_operator: bool,
    ignores: Ignores,
    /// The event with which the person came.
    since: Seq,
}

/// A command that waits for its answer.
#[derive(Clone, Debug)]
struct Asked {
    word: &'static str,
    id: Option<Id>,
    /// What is left of what it lifts, as its event says.
    remaining: Option<RemainingShape>,
}

impl Here {
    /// Notes changes of the person.
    fn note(&mut self, fact: &Fact) {
        self.ignores.note(fact);
        match fact {
            Fact::Renamed(renamed) if renamed.person == self.me => {
                self.name = renamed.new.clone();
                self.account = renamed.account.clone();
                self.is_operator = renamed.operator;
            }
            Fact::AccountSet(set) if set.person == self.me => {
                self.account = set.account.clone();
                self.is_operator = set.operator;
            }
            Fact::AccountChanged(changed) if changed.person == Some(self.me) => {
                if let AccountChange::Claimed { .. } = &changed.change {
                    self.account = Some(changed.account.clone());
                }
            }
            Fact::Moderated(entry) if entry.target == Some(self.me) => match entry.act {
                ModAction::Op { .. } => self.is_operator = true,
                ModAction::Deop { .. } => self.is_operator = false,
                _ => {}
            },
            _ => {}
        }
    }
}

impl Session {
    /// A client that has not said `hello` yet.
    pub(crate) fn new(spoke: Spoke, bucket: Bucket, env: &Env<'_>) -> Box<Self> {
        Box::new(Self {
            decoder: Decoder::for_program(),
            is_after_prompt: spoke == Spoke::Greeted,
            stage: Stage::Arriving(Arriving {
                tries: 0,
                bytes: 0,
                until: env.now + env.settings.login_time,
                next: None,
            }),
            pace: Pace::new(bucket),
            talk: VecDeque::new(),
            question: None,
            rooms: Vec::new(),
        })
    }

    /// See [`Dialect::handle_event`](crate::dialect::Dialect::handle_event).
    pub(crate) fn handle_event(&mut self, event: &Event, me: PersonId, out: &mut Vec<u8>) {
        self.note_event(event);
        put_private(out, event, me);
    }

    /// Notes an event's changes to this person.
    fn note_event(&mut self, event: &Event) {
        let fact = &event.fact;
        let arrived = match fact {
            Fact::LoggedIn(login) => Some(&**login),
            Fact::Returned(returned) => Some(&returned.login),
            _ => None,
        };
        if let Some(login) = arrived {
            self.rooms.clear();
            self.stage = Stage::Here(Here {
                me: login.person,
                name: login.name.clone(),
                account: login.account.clone(),
                is_operator: login.operator,
                ignores: Ignores::by_login(fact),
                since: event.seq,
            });
        }
        if let Stage::Here(here) = &mut self.stage {
            here.note(fact);
            let (actor, aside) = match fact {
                Fact::Moderated(entry) => (entry.actor, entry.aside.as_ref()),
                Fact::RoomChanged(change) => (change.actor, change.aside.as_ref()),
                _ => return,
            };
            if let Some(asked) = self.question.as_mut().filter(|_| actor == Some(here.me)) {
                asked.remaining = RemainingShape::of(aside);
            }
        }
    }

    /// See [`Dialect::handle_joined`](crate::dialect::Dialect::handle_joined).
    pub(crate) fn handle_joined(&mut self, room: RoomId) {
        self.rooms.push(room);
    }

    /// See [`Dialect::handle_left`](crate::dialect::Dialect::handle_left).
    pub(crate) fn handle_left(&mut self, room: RoomId) {
        self.rooms.retain(|other| *other != room);
    }

    /// See [`Dialect::deadline`](crate::dialect::Dialect::deadline).
    pub(crate) fn deadline(&self) -> Option<Monotonic> {
        match &self.stage {
            Stage::Arriving(arriving) => Some(arriving.until),
            Stage::Here(_) => None,
        }
    }

    /// See [`Dialect::handle_timeout`](crate::dialect::Dialect::handle_timeout).
    pub(crate) fn handle_timeout(&self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let is_due = self.deadline().is_some_and(|until| until <= env.now);
        is_due.then(|| give_up(out))
    }

    /// See [`Dialect::paused_until`](crate::dialect::Dialect::paused_until).
    pub(crate) fn paused_until(&self) -> Option<Monotonic> {
        self.pace.waits_until()
    }

    /// See [`Dialect::handle_bucket`](crate::dialect::Dialect::handle_bucket).
    pub(crate) fn handle_bucket(&mut self, bucket: Bucket) {
        self.pace.handle_bucket(bucket);
    }

    /// See [`Dialect::bucket`](crate::dialect::Dialect::bucket).
    pub(crate) fn bucket(&self) -> Bucket {
        self.pace.bucket()
    }

    /// See [`Dialect::ignores`](crate::dialect::Dialect::ignores).
    pub(crate) fn ignores(&self) -> &[Ignored] {
        match &self.stage {
            Stage::Here(here) => here.ignores.entries(),
            Stage::Arriving(_) => &[],
        }
    }
}

fn give_up(out: &mut Vec<u8>) -> Step {
    put(out, &Notice::NoHello);
    Step::Close
}

/// Refuses a client that does not encrypt, if the server requires it.
pub(crate) fn refuse_unencrypted(out: &mut Vec<u8>) {
    put(
        out,
        &Refused {
            refused: None,
            id: None,
            code: "not_encrypted",
            text: Displayed(&"The server takes only encrypted connections: connect with TLS."),
            column: None,
        },
    );
}

pub(crate) fn refuse_one_too_many(words: &str, out: &mut Vec<u8>) {
    let refused = Refused {
        refused: None,
        id: None,
        code: "too_many_connections",
        text: Displayed(&words),
        column: None,
    };
    put(out, &refused);
}

fn refuse(asked: &Asked, code: &'static str, text: &dyn core::fmt::Display, out: &mut Vec<u8>) {
    debug_assert!(refusal::CODES.iter().any(|(known, _)| *known == code));
    put(
        out,
        &Refused {
            refused: Some(asked.word),
            id: asked.id.as_ref(),
            code,
            text: Displayed(text),
            column: None,
        },
    );
}

/// How a program reads the events of rooms: without ignored people, and with its own events.
pub struct LineReader<'a>(pub(crate) &'a Session);

impl Reader for LineReader<'_> {
    fn sees_all(&self) -> bool {
        self.0.ignores().is_empty()
    }

    fn is_own(&self, _: &Event) -> bool {
        false
    }

    fn hides(&self, event: &Event) -> bool {
        match &self.0.stage {
            Stage::Here(here) => here.ignores.hides(event),
            Stage::Arriving(_) => false,
        }
    }

    fn in_each_room(&self, _: &Event) -> bool {
        true
    }

    fn trailer(&self, _: &Event) -> &'static [u8] {
        &[]
    }

    fn skipped(&self, out: &mut Vec<u8>, lines: u64, _: Option<RoomId>) {
        skipped(out, lines);
    }
}
