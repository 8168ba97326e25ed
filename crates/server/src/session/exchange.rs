//! What a session has asked of the hub and the workers, and what it does with the answers.
//!
//! Messages go out one behind another without a wait: each is answered with its ticket, and at most
//! [`SESSION_REQUESTS_MAX`] are in flight. Anything else is a question, one at a time, and the next
//! input waits for its answer, so that what a person types is done in order. Some questions take
//! several steps (a password is checked between two requests to the hub), and some answers come in
//! pages, each fetched when the one before is written: a reader that stalls costs one page.

use std::sync::Arc;
use std::time::Duration;

use chinwag_core::{
    Answer, Command, Event, Name, Proof, Query, QuitReason, Rejection, ResumeCode, RoomId,
    RoomName, RoomRef,
};
use chinwag_store::{SearchQuery, Term};
use chinwag_wire::dialect::{
    Ask, Guesses, HistoryPage, Password, Range, Recent, Saved, Search, SearchPage, Tell,
};

use super::{Session, Stage};
use crate::hub::{Body, Reply, ReplyBody, Request, Resumed, Ticket};
use crate::limits::SESSION_REQUESTS_MAX;
use crate::password_gate::{Admission, Attempt, Door, Origin};
use crate::shard::Shared;
use crate::worker::{Job, JobResult, Place};

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Exchange {
    /// Bytes that were read and cannot be decoded before the answer is there.
    held: Vec<u8>,
    /// Messages in flight.
    talk: u32,
    next_ticket: u32,
    /// The question in flight.
    question: Option<Box<Question>>,
    /// Why the session ends as soon as the answer is there.
    ending: Option<QuitReason>,
    /// The hub was asked to let the person go.
    is_departing: bool,
    /// Lines of rooms were held back until now.
    was_released: bool,
    /// Private messages that the person is told behind what it has missed.
    kept: Vec<Event>,
    /// Wrong passwords for the name, which its owner is told of.
    guesses: Option<Guesses>,
}

/// A question, and the step that it is at.
#[derive(Debug)]
struct Question {
    /// Of the request to the hub that was sent last.
    ticket: Ticket,
    step: Step,
}

/// What the answer to a question is for.
#[derive(Debug)]
enum Step {
    /// The dialect.
    Tell,
    /// The hash to check the password against.
    PasswordHash {
        name: Name,
        password: Password,
        purpose: Purpose,
    },
    /// A password that was checked.
    Proof { name: Name, purpose: Purpose },
    /// A password that was hashed, and the proof of the one before.
    Registration(Option<Proof>),
    /// The room of a history.
    HistoryRoom { range: Range, notices: bool },
    /// The room of a search.
    SearchRoom(Search),
    /// That the audit log may be read, or the log.
    AuditLog(usize),
    /// The first page of a long answer, or the next.
    Page(Pages),
    /// Nothing yet: this is asked when everything so far is written.
    WhenWritten(Ask),
}

/// What a name is proven for.
#[derive(Debug)]
enum Purpose {
    LogIn {
        is_script: bool,
    },
    Rename,
    /// Another password.
    ChangePassword(Password),
}

/// A long answer, and how far it was told.
#[derive(Debug)]
struct Pages {
    kind: PageKind,
    /// The place of the next page; `None` before the first.
    next: Option<Place>,
    /// The page is asked for when everything so far is written.
    waits_for_write: bool,
}

#[derive(Debug)]
enum PageKind {
    History {
        room: RoomName,
    },
    Search,
    /// And the code that resumes the session from now on.
    Missed(Option<(ResumeCode, Duration)>),
}

impl Exchange {
    /// Keeps input for later.
    pub(super) fn hold(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    pub(super) fn held(&self) -> &[u8] {
        &self.held
    }

    pub(super) fn take_held(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    pub(super) fn has_held(&self) -> bool {
        !self.held.is_empty()
    }

    /// Whether a question is in flight.
    pub(super) fn is_waiting(&self) -> bool {
        self.question.is_some()
    }

    /// Whether messages are in flight.
    pub(super) fn is_talking(&self) -> bool {
        self.talk > 0
    }

    /// Whether the next input has to wait for an answer.
    pub(super) fn must_wait(&self) -> bool {
        self.is_waiting() || self.talk >= SESSION_REQUESTS_MAX
    }

    pub(super) fn end_later(&mut self, why: QuitReason) {
        self.ending.get_or_insert(why);
    }

    /// Whether the hub was asked to let the person go and has not answered yet.
    pub(super) fn is_departing(&self) -> bool {
        self.is_departing
    }

    /// The hub has let the person go.
    pub(super) fn depart_done(&mut self) {
        self.is_departing = false;
    }

    /// The session has a person, who has not asked to leave.
    pub(super) fn arrive(&mut self) {
        self.is_departing = false;
    }

    /// Nothing that is in flight matters any more.
    pub(super) fn abandon(&mut self) {
        (self.question, self.is_departing) = (None, false);
    }

    /// Whether a page is to be fetched.
    pub(super) fn wants_page(&self) -> bool {
        match self.question.as_deref().map(|question| &question.step) {
            Some(Step::Page(pages)) => pages.waits_for_write,
            Some(Step::WhenWritten(_)) => true,
            _ => false,
        }
    }

    /// Puts off what the dialect asks until everything so far is written.
    pub(super) fn ask_when_written(&mut self, ask: Ask) {
        let ticket = self.ticket();
        let step = Step::WhenWritten(ask);
        self.question = Some(Box::new(Question { ticket, step }));
    }

    /// Whether lines of rooms were held back until now; they are to be written.
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
            Ask::Command(command) if command.only_talks() => {
                self.exchange.talk += 1;
                self.request(Body::Command(command), shared);
            }
            Ask::Command(command) => self.ask_hub(Body::Command(command), Step::Tell, shared),
            Ask::Query(query) => self.ask_hub(Body::Query(query), Step::Tell, shared),
            Ask::LogIn {
                name,
                password,
                is_script,
            } => {
                self.ask_name(name, password, Purpose::LogIn { is_script }, shared);
            }
            Ask::Rename { name, password } => {
                self.ask_name(Some(name), password, Purpose::Rename, shared);
            }
            Ask::Register(password) => {
                self.ask_hash(password, None, shared);
            }
            Ask::ChangePassword { name, old, new } => {
                let purpose = Purpose::ChangePassword(new);
                self.ask_name(Some(name), Some(old), purpose, shared);
            }
            Ask::Resume(code) => {
                let resume = Body::Command(Command::Resume(code));
                self.ask_hub(resume, Step::Tell, shared);
            }
            Ask::History {
                room,
                range,
                notices,
            } => {
                let query = Body::Query(Query::Room(room));
                let step = Step::HistoryRoom { range, notices };
                self.ask_hub(query, step, shared);
            }
            Ask::Search(search) => self.ask_search(search, shared),
            Ask::AuditLog(entries) => {
                let query = Body::Query(Query::Log);
                self.ask_hub(query, Step::AuditLog(entries), shared);
            }
            Ask::Save(saved) => self.save(saved, shared),
            Ask::Quit(why) => self.end(QuitReason::Quit(why), shared),
        }
    }

    /// Sends a request, and returns its ticket.
    fn request(&mut self, body: Body, shared: &mut Shared) -> Ticket {
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
        self.request(Body::Save(Arc::new(saved)), shared);
    }

    /// Asks the hub to let the person go.
    pub(super) fn depart(&mut self, why: QuitReason, shared: &mut Shared) {
        self.exchange.is_departing = true;
        self.request(Body::Command(Command::Quit(why)), shared);
    }

    fn ask_hub(&mut self, body: Body, step: Step, shared: &mut Shared) {
        let ticket = self.request(body, shared);
        self.exchange.question = Some(Box::new(Question { ticket, step }));
    }

    fn ask_worker(&mut self, job: Job, step: Step, shared: &mut Shared) {
        let ticket = self.exchange.ticket();
        if shared.workers.submit(self.id, ticket, job) {
            self.exchange.question = Some(Box::new(Question { ticket, step }));
        } else {
            self.answer(Tell::Busy, shared);
        }
    }

    fn ask_name(
        &mut self,
        name: Option<Name>,
        password: Option<Password>,
        purpose: Purpose,
        shared: &mut Shared,
    ) {
        match (name, password) {
            (Some(name), Some(password)) => {
                let query = Body::Query(Query::PasswordHash(name.clone()));
                let step = Step::PasswordHash {
                    name,
                    password,
                    purpose,
                };
                self.ask_hub(query, step, shared);
            }
            (name, _) => self.take_name(name, None, purpose, shared),
        }
    }

    fn take_name(
        &mut self,
        name: Option<Name>,
        proof: Option<Proof>,
        purpose: Purpose,
        shared: &mut Shared,
    ) {
        let command = match (purpose, name) {
            (Purpose::LogIn { is_script }, name) => Command::LogIn {
                name,
                proof,
                is_script,
            },
            (Purpose::Rename, Some(name)) => Command::Rename { name, proof },
            (Purpose::ChangePassword(new), Some(name)) => {
                return match proof {
                    Some(_) => self.ask_hash(new, proof, shared),
                    None => {
                        let rejection = Rejection::NeedsOldPassword(name);
                        self.answer(Tell::Rejected(&rejection), shared);
                    }
                };
            }
            (_, None) => return,
        };
        self.ask_hub(Body::Command(command), Step::Tell, shared);
    }

    fn origin(&self) -> Origin {
        let door = match self.person {
            Some(_) => Door::Chatting,
            None => Door::Arriving,
        };
        Origin::new(self.address, door)
    }

    fn ask_hash(&mut self, password: Password, proof: Option<Proof>, shared: &mut Shared) {
        let origin = self.origin();
        let ticket = self.exchange.ticket();
        if !shared.workers.gate.enter(origin) {
            return self.answer(Tell::Busy, shared);
        }
        let job = Job::Hash(password, origin);
        if shared.workers.submit(self.id, ticket, job) {
            let step = Step::Registration(proof);
            self.exchange.question = Some(Box::new(Question { ticket, step }));
        } else {
            shared.workers.gate.leave(origin);
            self.answer(Tell::Busy, shared);
        }
    }

    fn ask_proof(&mut self, attempt: Attempt, purpose: Purpose, shared: &mut Shared) {
        let gate = shared.workers.gate.clone();
        match gate.admit(&attempt, shared.now, shared.wall) {
            Admission::TooMany(wait) => self.answer(Tell::TooManyGuesses(wait), shared),
            Admission::Busy => self.answer(Tell::Busy, shared),
            Admission::Known { is_right } => {
                let proof = is_right.then_some(Proof(attempt.hash));
                self.take_proven(attempt.name, proof, purpose, shared);
            }
            Admission::Hash => {
                let ticket = self.exchange.ticket();
                let job = Job::Verify(Box::new(attempt.clone()));
                if shared.workers.submit(self.id, ticket, job) {
                    let name = attempt.name;
                    let step = Step::Proof { name, purpose };
                    self.exchange.question = Some(Box::new(Question { ticket, step }));
                } else {
                    gate.withdraw(&attempt);
                    self.answer(Tell::Busy, shared);
                }
            }
        }
    }

    fn take_proven(
        &mut self,
        name: Name,
        proof: Option<Proof>,
        purpose: Purpose,
        shared: &mut Shared,
    ) {
        if proof.is_some() {
            self.exchange.guesses = shared.workers.gate.take_guesses(&name);
        }
        self.take_name(Some(name), proof, purpose, shared);
    }

    fn ask_search(&mut self, search: Search, shared: &mut Shared) {
        match search.room.clone() {
            Some(room) => {
                let query = Body::Query(Query::Room(RoomRef::Name(room)));
                self.ask_hub(query, Step::SearchRoom(search), shared);
            }
            None => self.look_for(search, None, shared),
        }
    }

    fn look_for(&mut self, search: Search, room: Option<RoomId>, shared: &mut Shared) {
        let query = SearchQuery {
            terms: search.words.as_deref().map_or(Vec::new(), Term::parse),
            from: search.from,
            not_from: self.dialect.ignores().to_vec(),
            room,
            before: search.before,
            after: search.after,
            below: search.below,
            matches_max: shared.limits.search_lines_max,
        };
        self.ask_pages(Job::Search(query), PageKind::Search, shared);
    }

    fn look_up(
        &mut self,
        (range, notices): (Range, bool),
        (room, name): (RoomId, RoomName),
        shared: &mut Shared,
    ) {
        let job = Job::History {
            room,
            range: stored(range),
            lines_max: shared.limits.history_lines_max,
            notices,
            not_from: self.dialect.ignores().into(),
        };
        self.ask_pages(job, PageKind::History { room: name }, shared);
    }

    fn ask_pages(&mut self, job: Job, kind: PageKind, shared: &mut Shared) {
        let pages = Pages {
            kind,
            next: None,
            waits_for_write: false,
        };
        self.ask_worker(job, Step::Page(pages), shared);
    }

    /// Fetches the next page of a long answer, if everything before it is written.
    pub(super) fn fetch_page(&mut self, shared: &mut Shared) {
        self.exchange.was_released = false;
        if !self.exchange.wants_page() {
            return;
        }
        match self.exchange.question.take().map(|question| question.step) {
            Some(Step::WhenWritten(ask)) => self.ask(ask, shared),
            Some(Step::Page(mut pages)) => {
                pages.waits_for_write = false;
                if let Some(next) = pages.next.clone() {
                    self.ask_worker(Job::Page(next), Step::Page(pages), shared);
                }
            }
            _ => {}
        }
    }

    /// Takes the hub's answer.
    pub(crate) fn handle_reply(&mut self, reply: Reply, shared: &mut Shared) {
        let question = &mut self.exchange.question;
        match question.take_if(|question| question.ticket == reply.ticket) {
            Some(question) => self.handle_answer(reply.body, question.step, shared),
            None => self.handle_talk_reply(&reply.body, shared),
        }
        self.finish_input(shared);
    }

    fn handle_talk_reply(&mut self, body: &ReplyBody, shared: &mut Shared) {
        self.exchange.talk = self.exchange.talk.saturating_sub(1);
        match body {
            ReplyBody::Rejected(rejection) => self.tell(Tell::NotSent(rejection), shared),
            _ => self.tell(Tell::Sent, shared),
        }
    }

    fn handle_answer(&mut self, body: ReplyBody, step: Step, shared: &mut Shared) {
        match (body, step) {
            (ReplyBody::Rejected(rejection), _) => {
                self.answer(Tell::Rejected(&rejection), shared);
            }
            (ReplyBody::Answer(answer), step) => self.handle_found(*answer, step, shared),
            (ReplyBody::Done, _) => self.answer(Tell::Done, shared),
            (ReplyBody::Welcome(welcome, recent), _) => {
                let recent = Recent {
                    messages: &recent.messages,
                    total: recent.total,
                };
                self.answer(Tell::Welcome(&welcome, recent), shared);
            }
            (ReplyBody::Entered(summary, recent), _) => {
                let recent = Recent {
                    messages: &recent.messages,
                    total: recent.total,
                };
                self.answer(Tell::Entered(&summary, recent), shared);
            }
            (ReplyBody::Left(room), _) => self.answer(Tell::Left(room), shared),
            (ReplyBody::Resumed(resumed), _) => self.handle_resumed(*resumed, shared),
        }
    }

    fn handle_found(&mut self, answer: Answer, step: Step, shared: &mut Shared) {
        match (answer, step) {
            (
                Answer::PasswordHash(hash),
                Step::PasswordHash {
                    name,
                    password,
                    purpose,
                },
            ) => match hash {
                None => self.take_name(Some(name), None, purpose, shared),
                Some(hash) => {
                    let origin = self.origin();
                    let attempt = Attempt {
                        name,
                        password,
                        hash,
                        origin,
                    };
                    self.ask_proof(attempt, purpose, shared);
                }
            },
            (Answer::RoomId(id, name), Step::HistoryRoom { range, notices }) => {
                self.look_up((range, notices), (id, name), shared);
            }
            (Answer::RoomId(id, _), Step::SearchRoom(search)) => {
                self.look_for(search, Some(id), shared);
            }
            (Answer::Log, Step::AuditLog(entries)) => {
                self.ask_worker(Job::AuditLog(entries), Step::AuditLog(entries), shared);
            }
            (answer, _) => self.answer(Tell::Answer(&answer), shared),
        }
    }

    /// The session has its person again. What it has missed comes first, then what its rooms had
    /// meanwhile.
    fn handle_resumed(&mut self, resumed: Resumed, shared: &mut Shared) {
        if let Some(saved) = &resumed.saved {
            self.dialect.handle_saved(saved, &shared.env());
            self.apply_changes(shared);
        }
        self.feed.hold();
        self.exchange.kept = resumed.kept;
        let job = Job::Missed {
            rooms: resumed.rooms.into(),
            until: resumed.until,
            not_from: self.dialect.ignores().into(),
        };
        self.ask_pages(job, PageKind::Missed(resumed.resume), shared);
        if !self.exchange.is_waiting() {
            // The history is busy, as the person was told.
            self.tell_resumed((0, 0), resumed.resume, shared);
            self.tell_kept(shared);
        }
    }

    /// Welcomes the person back, with so many missed messages of rooms that follow and that do not.
    fn tell_resumed(
        &mut self,
        (shown, skipped): (u64, u64),
        resume: Option<(ResumeCode, Duration)>,
        shared: &mut Shared,
    ) {
        let resumed = Tell::Resumed {
            missed: shown + self.exchange.kept.len() as u64,
            skipped,
            resume,
        };
        self.tell(resumed, shared);
    }

    /// Tells what came in private while the link was lost.
    fn tell_kept(&mut self, shared: &mut Shared) {
        let kept = std::mem::take(&mut self.exchange.kept);
        if !kept.is_empty() {
            self.tell(Tell::Missed(&kept), shared);
        }
    }

    /// Takes a worker's result.
    pub(crate) fn handle_result(&mut self, ticket: Ticket, result: JobResult, shared: &mut Shared) {
        let question = &mut self.exchange.question;
        let Some(question) = question.take_if(|question| question.ticket == ticket) else {
            return;
        };
        match (result, question.step) {
            (JobResult::Hash(Some(hash)), Step::Registration(proof)) => {
                let command = Command::Register {
                    password_hash: hash,
                    proof,
                };
                self.ask_hub(Body::Command(command), Step::Tell, shared);
            }
            (JobResult::Proof(proof), Step::Proof { name, purpose }) => {
                self.take_proven(name, proof, purpose, shared);
            }
            (JobResult::AuditLog(entries), _) => self.answer(Tell::AuditLog(&entries), shared),
            (JobResult::Page(page), Step::Page(pages)) => self.handle_page(page, pages, shared),
            (JobResult::Hash(None), _) => self.answer(Tell::Busy, shared),
            (JobResult::SearchTooLong, _) => self.answer(Tell::SearchTooLong, shared),
            (
                _,
                Step::Page(Pages {
                    kind: PageKind::Missed(resume),
                    next: None,
                    ..
                }),
            ) => {
                self.tell_resumed((0, 0), resume, shared);
                self.tell_kept(shared);
                self.answer(Tell::NoHistory, shared);
            }
            _ => self.answer(Tell::NoHistory, shared),
        }
        self.finish_input(shared);
    }

    fn handle_page(&mut self, page: crate::worker::Page, mut pages: Pages, shared: &mut Shared) {
        let (is_first, is_last) = (pages.next.is_none(), page.next.is_none());
        let (events, shown) = (&page.events[..], page.shown);
        match &pages.kind {
            PageKind::History { room } => {
                let history = HistoryPage {
                    room,
                    events,
                    shown,
                    total: page.total,
                    ends: page.ends.places,
                    newer: page.ends.newer,
                    is_first,
                    is_last,
                };
                self.tell(Tell::History(history), shared);
            }
            PageKind::Search => {
                let found = SearchPage {
                    events,
                    shown,
                    more: page.total > shown,
                    next: page.ends.next,
                    searched_since: page.ends.searched_since,
                    is_first,
                    is_last,
                };
                self.tell(Tell::Search(found), shared);
            }
            PageKind::Missed(resume) => {
                let resume = *resume;
                if is_first {
                    self.tell_resumed((shown, page.total - shown), resume, shared);
                }
                self.tell(Tell::Missed(events), shared);
                if is_last {
                    self.tell_kept(shared);
                }
            }
        }
        match page.next {
            Some(next) => {
                (pages.next, pages.waits_for_write) = (Some(next), true);
                let ticket = self.exchange.ticket();
                let step = Step::Page(pages);
                self.exchange.question = Some(Box::new(Question { ticket, step }));
            }
            None => self.answered(shared),
        }
    }

    /// Tells the dialect the answer to the question, which is at its end.
    fn answer(&mut self, tell: Tell<'_>, shared: &mut Shared) {
        self.exchange.question = None;
        self.tell(tell, shared);
        self.answered(shared);
    }

    /// The session may go on, unless the dialect has asked something else.
    fn answered(&mut self, shared: &mut Shared) {
        if !self.exchange.is_waiting()
            && let Some(guesses) = self.exchange.guesses.take()
        {
            self.tell(Tell::Guesses(guesses), shared);
        }
        if self.feed.is_held() && !self.exchange.is_waiting() {
            self.feed.release();
            self.exchange.was_released = true;
        }
        if !self.exchange.is_waiting()
            && let Some(why) = self.exchange.ending.take()
            && self.stage != Stage::Over
        {
            self.end(why, shared);
        }
    }
}

/// The same range for the store, which takes no more than its own limit.
fn stored(range: Range) -> chinwag_store::Range {
    use chinwag_store::Range as Stored;
    match range {
        Range::Last(messages) => Stored::Last(messages),
        Range::Since(at) => Stored::Since(at),
        Range::From(at) => Stored::From(at),
        Range::Between(from, until) => Stored::Between(from, until),
        Range::Before(seq, messages) => Stored::Before(seq, messages),
        Range::After(seq, messages) => Stored::After(seq, messages),
        Range::Rest(seq, until) => Stored::Rest(seq, until),
        Range::Around(seq, messages) => Stored::Around(seq, messages),
    }
}
