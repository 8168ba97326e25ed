//! The hub owns the chat. One plain thread takes requests in batches and processes each batch as a
//! *turn*: it decides every command, commits everything durable in one transaction, and only then
//! gives the events to the shards, which show them. While a commit runs the next batch gathers, so
//! the busier the server, the cheaper a message.
//!
//! It does no socket I/O and knows no dialect. Everything here except [`thread`] is synchronous and
//! takes the time as an argument, so that whole conversations run in tests without a thread.
//!
//! A durable fact is not true before it is committed: the facts of a durable command are *staged*,
//! and applied after the commit. If the commit fails they are dropped, their senders are told, and
//! nothing has to be undone. Many messages can be staged at a time because no decision looks at
//! them; other durable commands commit what is staged first. Queries are answered after the turn's
//! commit, so that a question between two messages costs no commit of its own.

mod deeds;
mod draft;
mod log;
mod lost;
mod mail;
mod movements;
mod notes;
mod numbers;
mod profile;
mod recent;
mod record;
mod request;
mod restore;
mod saving;
mod shell;
mod sources;
mod survive;
#[cfg(test)]
mod tests;
pub(crate) mod thread;
mod turn;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use chinwag_core::{
    Caller, Chat, Command, Event, Fact, Inputs, Outcome, Rejection, RoomId, RoomName, Seq,
    Timestamp,
};
use chinwag_store::{Age, Opened, Store};
use chinwag_wire::dialect::{Defaults, Saved};
use hashbrown::HashMap;

use crate::control::HubConfig;
use crate::password_gate::PasswordGate;
use draft::{DraftBody, Staged, TurnDraft};
use log::Refused;
use lost::LostSessions;
use movements::Movements;
use numbers::Numbers;
use recent::RecentLogs;
pub(crate) use recent::RecentMessages;
use request::Requester;
pub(crate) use request::{Body, Request, Ticket};
use saving::Saving;
use sources::Sources;
use survive::Survivors;
pub(crate) use turn::{Arrived, Delivery, Reply, ReplyBody, Resumed, Turn};

/// The chat, its store, and the turn in the making.
pub(crate) struct Hub {
    chat: Chat,
    store: Store,
    movements: Movements,
    lost: LostSessions,
    survivors: Survivors,
    recent: RecentLogs,
    numbers: Numbers,
    sources: Sources,
    turn: TurnDraft,
    /// How those see the chat who have chosen nothing.
    defaults: Defaults,
    /// The source of random numbers.
    rng: fn() -> u64,
    /// The password gate whose notes the hub stores, if there is one.
    gate: Option<PasswordGate>,
    saving: Saving,
    /// The time by which it forgets what has expired.
    age: Age,
}

impl Hub {
    pub(crate) fn new(
        config: HubConfig,
        opened: Opened,
        committed: Arc<AtomicU64>,
        now: Timestamp,
        rng: fn() -> u64,
    ) -> Self {
        let mut hub = Self {
            rng,
            chat: Chat::new(config.settings, opened.snapshot, now),
            store: opened.store,
            movements: Movements::default(),
            lost: LostSessions::default(),
            survivors: Survivors::default(),
            recent: RecentLogs::new(config.replay_max),
            numbers: Numbers::new(opened.next_seq),
            sources: Sources::default(),
            turn: TurnDraft::default(),
            defaults: config.defaults,
            saving: Saving::new(committed),
            age: Age::new(None, None),
            gate: None,
        };
        hub.restore_sessions(now);
        hub
    }

    /// The names of all rooms, those that restored sessions have opened again among them.
    pub(crate) fn room_names(&self) -> HashMap<RoomId, RoomName> {
        let names = self.chat.room_names();
        names.map(|(room, name)| (room, name.clone())).collect()
    }

    /// Works with another configuration from now on.
    pub(crate) fn configure(&mut self, config: HubConfig) {
        self.chat.configure(config.settings);
        self.sources.forget();
        self.store.set_retention(config.retention);
        self.recent.replay_max = config.replay_max;
        self.defaults = config.defaults;
    }

    /// Takes one request into the turn.
    pub(crate) fn take(&mut self, request: Request, now: Timestamp) {
        let Request {
            caller,
            ticket,
            body,
        } = request;
        match body {
            Body::Query(query) => {
                let requester = Requester { caller, ticket };
                self.turn.queries.push((requester, query));
            }
            Body::Command(command) => {
                self.take_command(Requester { caller, ticket }, command, now);
            }
            Body::Save(saved, is_default) => self.save(caller, saved, is_default),
            Body::Acknowledged {
                shard,
                up_to,
                behind,
            } => self.survivors.handle_acknowledged(shard, up_to, &behind),
            Body::Unseen { unseen, is_final } => self.note_unseen(caller, *unseen, is_final),
        }
    }

    fn take_command(&mut self, requester: Requester, command: Command, now: Timestamp) {
        self.summarize_presence(now);
        let command = self.code_inside(command);
        let (talks, refused) = (command.only_talks(), Refused::of(&command));
        if self.turn.concerns(requester.caller, &command) {
            self.commit_staged();
        }
        self.turn.conn = requester.conn();
        let mut facts = std::mem::take(&mut self.turn.facts);
        match self.decide(requester.caller, command, now, &mut facts) {
            Ok(outcome) if facts.iter().all(Fact::is_talk) && is_durable(&facts) => {
                self.stage(requester, Ok(outcome), &mut facts, now);
            }
            // Later decisions may look at what this changes. It has a commit of its own, so that the
            // messages before it are saved even if that one fails.
            Ok(outcome) if is_durable(&facts) => {
                self.commit_staged();
                self.stage(requester, Ok(outcome), &mut facts, now);
                self.commit_staged();
            }
            // An answer without a commit would overtake those of earlier messages.
            decided if talks && !self.turn.staged.is_empty() => {
                self.stage(requester, decided, &mut facts, now);
            }
            Ok(outcome) => self.carry_out(requester, outcome, &mut facts, now),
            Err(rejection) => {
                log::note_refusal(requester.caller, &refused, &rejection);
                self.note_refusal(&rejection, now);
                self.reply_ready(requester, rejected(rejection));
            }
        }
        self.turn.facts = facts;
        self.turn.conn = None;
    }

    /// Decides a command, and adds the facts that follow from it to `facts`.
    fn decide(
        &mut self,
        caller: Caller,
        command: Command,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let mut inputs = Inputs {
            now,
            roll: &mut self.rng,
        };
        self.chat.decide(caller, command, &mut inputs, facts)
    }

    /// Does at once what waits for no commit.
    fn carry_out(
        &mut self,
        requester: Requester,
        outcome: Outcome,
        facts: &mut Vec<Fact>,
        now: Timestamp,
    ) {
        let first = (!facts.is_empty()).then_some(self.numbers.next());
        let logged_in = facts.iter().find_map(profile::logs_in);
        for fact in facts.drain(..) {
            let event = self.number(fact, now);
            self.apply(&event);
        }
        self.turn.conn = None;
        if let Some(person) = logged_in {
            self.restore_ignores(person, now);
        }
        self.turn.left_out = match outcome {
            Outcome::LoggedIn(person) => self.restore_profile(person, now),
            Outcome::Resumed { person, .. } => self.take_ended(person),
            _ => Vec::new(),
        };
        self.reply_done(requester, outcome, first);
        self.show_kept(requester.caller, outcome, now);
    }

    /// Gives a fact its number and its time.
    fn number(&mut self, fact: Fact, at: Timestamp) -> Arc<Event> {
        let event = Arc::new(Event {
            seq: self.numbers.take(),
            at,
            source: self.sources.of(&self.chat, &fact, self.turn.conn),
            fact,
        });
        self.turn.events.push(event.clone());
        event
    }

    fn apply(&mut self, event: &Arc<Event>) {
        self.note_change(event);
        let chat = &self.chat;
        self.lost.deeds.note(event, |person| chat.is_lost(person));
        self.note_followed(event);
        self.chat.apply(event);
        self.sources.note(event);
        self.note_followed(event);
        log::note(event);
        self.note_movement(event);
        if let Fact::Quit(quit) = &event.fact {
            let until = event.at + self.chat.resume_time();
            let until = quit.is_resumable.then_some(until);
            self.lost.handle_quit(quit.person, until);
        }
    }

    fn stage(
        &mut self,
        requester: Requester,
        outcome: Result<Outcome, Rejection>,
        facts: &mut Vec<Fact>,
        now: Timestamp,
    ) {
        let start = self.turn.events.len();
        for fact in facts.drain(..) {
            if let Fact::KeyUsed(used) = &fact {
                self.turn.staged_keys.insert(used.key.clone());
            }
            self.number(fact, now);
        }
        let events = start..self.turn.events.len();
        self.turn.staged.push(Staged {
            requester,
            outcome,
            events,
        });
    }

    /// Commits what is staged and makes it true, or drops it and tells the senders.
    fn commit_staged(&mut self) {
        if self.turn.staged.is_empty() {
            return;
        }
        let staged = std::mem::take(&mut self.turn.staged);
        self.turn.staged_keys.clear();
        let places = staged.iter().flat_map(|staged| staged.events.clone());
        let events: Vec<_> = places.map(|at| self.turn.events[at].clone()).collect();
        let Some(saved) = self.save_events(&events) else {
            return self.refuse(staged);
        };
        self.saving.count(saved);
        for event in &events {
            self.apply(event);
        }
        self.write_own_movements();
        for Staged {
            requester,
            outcome,
            events,
        } in staged
        {
            let first = self.turn.events.get(events.start).map(|event| event.seq);
            match outcome {
                Ok(outcome) => self.reply_done(requester, outcome, first),
                Err(rejection) => self.reply_ready(requester, rejected(rejection)),
            }
        }
    }

    fn refuse(&mut self, staged: Vec<Staged>) {
        // From the back, so that the indexes of the others stay valid.
        for staged in staged.iter().rev() {
            self.turn.events.drain(staged.events.clone());
        }
        for staged in staged {
            match staged.outcome {
                Ok(outcome @ Outcome::Repeated(_)) => {
                    self.reply_done(staged.requester, outcome, None)
                }
                Ok(_) => self.reply_ready(staged.requester, rejected(Rejection::CannotSave)),
                Err(rejection) => self.reply_ready(staged.requester, rejected(rejection)),
            }
        }
    }

    fn reply(&mut self, requester: Requester, body: DraftBody) {
        self.turn.reply(requester, self.numbers.last(), body);
    }

    fn reply_ready(&mut self, requester: Requester, body: ReplyBody) {
        self.reply(requester, DraftBody::Ready(body));
    }

    /// Answers a command that was done. `first` is its first event.
    fn reply_done(&mut self, requester: Requester, outcome: Outcome, first: Option<Seq>) {
        let body = match (outcome, requester.caller) {
            (Outcome::LoggedIn(person) | Outcome::Attached(person), _) => {
                let saved = self.saved_now(person);
                let current = saved.as_ref().and_then(Saved::current);
                let welcome = self.chat.welcome(person, current);
                let left_out = std::mem::take(&mut self.turn.left_out);
                let arrived = Arrived { saved, left_out };
                welcome.map(|welcome| DraftBody::Welcome(welcome.into(), arrived))
            }
            (Outcome::Joined(room), Caller::Person { person, .. }) => {
                let summary = self.chat.room_summary(person, room);
                summary.map(|summary| DraftBody::Entered(summary.into()))
            }
            (Outcome::Repeated(seq), _) => Some(DraftBody::Ready(ReplyBody::Repeated(seq))),
            (Outcome::Left(room), _) => Some(DraftBody::Ready(ReplyBody::Left(room))),
            (Outcome::Resumed { person, seen }, _) => return self.resume(requester, person, seen),
            _ => None,
        };
        self.reply(
            requester,
            body.unwrap_or(DraftBody::Ready(ReplyBody::Done(first))),
        );
    }
}

fn is_durable(facts: &[Fact]) -> bool {
    facts.iter().any(Fact::is_durable)
}

fn rejected(rejection: Rejection) -> ReplyBody {
    ReplyBody::Rejected(Box::new(rejection))
}
