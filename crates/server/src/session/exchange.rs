//! The requests of a session to the hub and the workers. [`answers`] handles their answers.
//!
//! Messages go out one after another without a wait: each is answered with its ticket, and at most
//! [`SESSION_REQUESTS_MAX`] are in flight. Anything else is a question, one at a time, and the next
//! input waits for its answer, so that what a person types is done in order. Some questions take
//! several steps (a password is checked between two requests to the hub), and some answers come in
//! pages, each fetched when the one before is written: a stalled reader costs one page.

mod accounts;
mod answers;
mod door;
mod missed;
mod names;
mod order;
mod pages;
mod rare;

use std::sync::Arc;

use chinwag_core::{Command, Monotonic, Name, Proof, QuitReason, Rejection, ResumeCode, Seq, Text};
use chinwag_wire::dialect::{Ask, LogRange, Password, Past, Saved, Search, Targets, Tell};

pub(crate) use self::door::Door;
use self::door::DoorKey;
use self::names::{Delayed, Hashed, Purpose};
use self::pages::{Pages, SearchRooms, Wanted};
use self::rare::Rare;
use super::Session;
use crate::hub::{Body, Request, Ticket};
use crate::limits::{FLOOD_UNREAD_BYTES, SESSION_REQUESTS_MAX};
use crate::shard::Shared;
use crate::worker::{ArchiveJob, Job};

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Exchange {
    /// Bytes that were read and cannot be decoded before the answer is there.
    #[expect(
        clippy::box_collection,
        reason = "eight bytes of each of ten thousand idle sessions"
    )]
    held: Option<Box<Vec<u8>>>,
    /// Messages in flight.
    talk: u16,
    next_ticket: u32,
    /// The question in flight.
    question: Option<Box<Question>>,
    /// Whether the hub was asked to let the person go.
    is_departing: bool,
    /// Lines of rooms were held back until now.
    was_released: bool,
    /// Boxed, since few sessions have any of it at a time.
    rare: Option<Box<Rare>>,
}

/// A question, and what its answer is for.
#[derive(Debug)]
struct Question {
    /// The ticket of the last request to the hub.
    ticket: Ticket,
    then: Continuation,
}

// Everybody who comes in asks something. Allocators put blocks of one size on the same pages, and a
// question as large as a session would leave holes between those that stay.
const _: () = assert!(size_of::<Question>() <= 224);

/// What the answer to a question is for.
#[derive(Debug)]
enum Continuation {
    /// The dialect.
    Tell,
    /// The hash to check the password against.
    PasswordHash {
        name: Name,
        password: Password,
        purpose: Purpose,
    },
    /// A password to check when its time has come.
    Delayed(Box<Delayed>),
    /// A resume code, likewise.
    DelayedCode {
        code: ResumeCode,
        after: Option<Seq>,
        until: Monotonic,
    },
    /// The server's password or a gateway's, likewise.
    DelayedKey { key: DoorKey, until: Monotonic },
    /// A password that was checked.
    Proof { name: Name, purpose: Purpose },
    /// A password that was hashed, and what for.
    Hashed(Hashed),
    /// The new password of the person's own account.
    OwnPassword(Proof),
    /// An account that was registered before its owner has logged in.
    Registered { name: Name, proof: Proof },
    /// The person of a lost session. The client has everything up to `after`, if it says so.
    Resume { after: Option<Seq> },
    /// Whose history it is.
    History(Wanted),
    /// The account whose private histories count as targets, then the targets.
    Targets(Targets),
    /// A room of a search, or its private history.
    SearchRoom(Search, SearchRooms),
    /// Where a message to delete is, and under which name it was said; whether that is where the
    /// client says.
    Deletion(Seq, Option<Past>, Option<Text>),
    /// Whether the audit log may be read, then the log.
    AuditLog(LogRange),
    /// The first page of a long answer, or the next.
    Page(Box<Pages>),
    /// Whether the room may still be read, then the next page.
    PageIfAllowed(Box<Pages>),
    /// Nothing yet: to be asked when everything so far is written.
    WhenWritten(Ask),
    /// Nothing yet: to be asked when all earlier messages are answered.
    WhenAnswered(Ask),
}

impl Exchange {
    /// Keeps input for later.
    pub(super) fn hold(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            let held = self.held.get_or_insert_default();
            held.reserve_exact(bytes.len());
            held.extend_from_slice(bytes);
        }
    }

    pub(super) fn held(&self) -> &[u8] {
        self.held.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Keeps only the last `bytes` of it.
    pub(super) fn hold_last(&mut self, bytes: usize) {
        if let Some(held) = &mut self.held {
            held.drain(..held.len().saturating_sub(bytes));
        }
    }

    pub(super) fn take_held(&mut self) -> Vec<u8> {
        self.held.take().map_or_else(Vec::new, |held| *held)
    }

    pub(super) fn has_held(&self) -> bool {
        self.held.is_some()
    }

    /// Whether a question is in flight.
    pub(super) fn is_waiting(&self) -> bool {
        self.question.is_some()
    }

    /// When a waiting password is to be checked.
    pub(super) fn deadline(&self) -> Option<Monotonic> {
        self.question.as_deref()?.then.waits_until()
    }

    /// Whether messages are in flight.
    pub(super) fn is_talking(&self) -> bool {
        self.talk > 0
    }

    /// Whether the next input has to wait for an answer.
    pub(super) fn must_wait(&self) -> bool {
        self.is_waiting() || self.talk >= SESSION_REQUESTS_MAX
    }

    /// Whether the hub was asked to let the person go and has not answered yet.
    pub(super) fn is_departing(&self) -> bool {
        self.is_departing
    }

    /// The hub has let the person go, or the session has another person.
    pub(super) fn end_departing(&mut self) {
        self.is_departing = false;
    }

    /// Gives up everything in flight.
    pub(super) fn abandon(&mut self) {
        (self.question, self.is_departing) = (None, false);
    }

    /// Whether to fetch a page.
    pub(super) fn wants_page(&self) -> bool {
        match self.question.as_deref().map(|question| &question.then) {
            Some(Continuation::Page(pages)) => pages.waits_for_write,
            Some(Continuation::WhenWritten(_)) => true,
            _ => false,
        }
    }

    /// Postpones a request of the dialect until everything so far is written.
    pub(super) fn ask_when_written(&mut self, ask: Ask) {
        self.put_off(Continuation::WhenWritten(ask));
    }

    /// What the answer to a request is for.
    fn wait(&mut self, ticket: Ticket, then: Continuation) {
        self.question = Some(Box::new(Question { ticket, then }));
    }

    /// Postpones `then`, without waiting for an answer.
    fn put_off(&mut self, then: Continuation) {
        let ticket = self.ticket();
        self.wait(ticket, then);
    }

    /// Whether lines of rooms were held back until now and have to be written.
    pub(super) fn was_released(&self) -> bool {
        self.was_released
    }

    fn ticket(&mut self) -> Ticket {
        self.next_ticket = self.next_ticket.wrapping_add(1);
        Ticket(self.next_ticket)
    }
}

impl Session {
    /// Does what the dialect's client asks for.
    pub(super) fn ask(&mut self, ask: Ask, shared: &mut Shared) {
        match ask {
            Ask::Enter(password) => self.enter(password, shared),
            Ask::SpeakFor(gateway) => self.speak_for(gateway, shared),
            _ if self.is_locked_out(shared) => {
                self.answer(Tell::Rejected(&Rejection::NeedsServerPassword), shared);
            }
            ask if self.exchange.is_talking() && order::may_overtake(&ask) => {
                self.exchange.ask_when_answered(ask);
            }
            Ask::Command(command) if command.only_talks() => {
                self.exchange.talk += 1;
                self.request(Body::Command(command), shared);
            }
            Ask::Command(command) => {
                self.ask_hub(Body::Command(command), Continuation::Tell, shared)
            }
            Ask::Query(query) => self.ask_hub(Body::Query(query), Continuation::Tell, shared),
            Ask::LogIn { .. }
            | Ask::Prove { .. }
            | Ask::ProveByCertificate { .. }
            | Ask::RegisterName { .. }
            | Ask::Rename { .. }
            | Ask::LogInTo { .. }
            | Ask::Unclaim { .. }
            | Ask::Register(_)
            | Ask::Claim
            | Ask::Forget(_)
            | Ask::ChangePassword { .. } => self.ask_about_name(ask, shared),
            Ask::Resume { code, after } => self.ask_resume(code, after, shared),
            Ask::History { .. }
            | Ask::Targets(_)
            | Ask::Search(_)
            | Ask::Delete { .. }
            | Ask::AuditLog(_) => self.ask_about_past(ask, shared),
            Ask::Save(saved) => self.save(saved, shared),
            Ask::Quit(why) => self.end(QuitReason::Quit(why), shared),
            Ask::EndFlood if self.transport.has_unread(FLOOD_UNREAD_BYTES) => {
                self.end(QuitReason::TooFast, shared);
            }
            // It has stopped, and the rest is read however long that takes.
            Ask::EndFlood => {}
            Ask::EndSilence if self.is_written() => self.end(QuitReason::TimedOut, shared),
            // It may not have seen the question yet, and has the same time again.
            Ask::EndSilence => {}
        }
    }

    /// Sends a request, and returns its ticket.
    pub(super) fn request(&mut self, body: Body, shared: &mut Shared) -> Ticket {
        let ticket = self.exchange.ticket();
        let caller = self.caller();
        shared.outbox.push(Request {
            caller,
            ticket,
            body,
        });
        ticket
    }

    /// Has the hub keep the dialect's choices with the person.
    pub(super) fn save(&mut self, saved: Saved, shared: &mut Shared) {
        let is_default = saved.is_default(shared.env().settings);
        self.request(Body::Save(Arc::new(saved), is_default), shared);
    }

    /// Adopts what the person has chosen on another connection, and has the hub keep it again:
    /// entering the rooms made it keep this connection's choices.
    pub(super) fn take_saved(&mut self, saved: Saved, shared: &mut Shared) {
        self.dialect.handle_saved(&saved, &shared.env());
        self.apply_changes(shared);
        self.save(saved, shared);
    }

    /// Asks the hub to let the person go.
    pub(super) fn depart(&mut self, why: QuitReason, shared: &mut Shared) {
        if why.is_resumable() {
            self.report_unseen(false, shared);
        }
        self.exchange.is_departing = true;
        self.request(Body::Command(Command::Quit(why)), shared);
    }

    fn ask_hub(&mut self, body: Body, then: Continuation, shared: &mut Shared) {
        let ticket = self.request(body, shared);
        self.exchange.wait(ticket, then);
    }

    fn ask_archive(&mut self, job: ArchiveJob, then: Continuation, shared: &mut Shared) {
        match self.submit(Job::Archive(job), shared) {
            Some(ticket) => self.exchange.wait(ticket, then),
            None => self.answer(Tell::Busy, shared),
        }
    }

    /// Gives a job to a worker, and returns its ticket; `None` if the worker has too many.
    fn submit(&mut self, job: Job, shared: &Shared) -> Option<Ticket> {
        let ticket = self.exchange.ticket();
        let is_taken = shared.workers.submit(self.id, ticket, job);
        is_taken.then_some(ticket)
    }
}
