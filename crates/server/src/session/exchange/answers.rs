//! Answers of the hub and the workers: each leads to the next step of a question, or ends it and
//! goes to the dialect.

use chinwag_core::{Answer, Rejection};
use chinwag_wire::dialect::{LogPage, Tell};

use super::pages::{KnownPast, SearchRooms, stands_in};
use super::{Continuation, Session};
use crate::hub::{Reply, ReplyBody, Ticket};
use crate::password_gate::Secret;
use crate::session::Stage;
use crate::shard::Shared;
use crate::transport::Read;
use crate::worker::{ArchiveJob, JobResult};

/// Enough bytes to see that a client has sent more before it is answered.
const MORE_BYTES: usize = 512;

impl Session {
    /// Takes the hub's answer.
    pub(crate) fn handle_reply(&mut self, reply: Reply, shared: &mut Shared) {
        self.look_for_more(shared);
        let question = &mut self.exchange.question;
        match question.take_if(|question| question.ticket == reply.ticket) {
            Some(question) => self.handle_answer(reply.body, question.then, shared),
            None => self.handle_talk_reply(&reply.body, shared),
        }
        self.finish_input(shared);
    }

    fn handle_talk_reply(&mut self, body: &ReplyBody, shared: &mut Shared) {
        self.exchange.talk = self.exchange.talk.saturating_sub(1);
        match body {
            ReplyBody::Rejected(rejection) => self.tell(Tell::NotSent(rejection), shared),
            ReplyBody::Done(Some(seq)) => self.tell(Tell::Sent(*seq), shared),
            ReplyBody::Repeated(seq) => self.tell(Tell::Repeated(*seq), shared),
            // The person is answered either way.
            _ => {}
        }
        self.handle_talk_answered(shared);
    }

    fn handle_answer(&mut self, body: ReplyBody, then: Continuation, shared: &mut Shared) {
        match (body, then) {
            (ReplyBody::Rejected(_), Continuation::Targets(targets)) => {
                self.look_for_targets(None, targets, shared);
            }
            (ReplyBody::Rejected(rejection), then) => {
                if matches!(
                    (&*rejection, then),
                    (Rejection::CodeNotValid, Continuation::Resume { .. })
                ) {
                    let gate = &shared.workers.gate;
                    gate.note_wrong(Secret::ResumeCode, self.origin(), shared.now);
                }
                self.answer(Tell::Rejected(&rejection), shared);
            }
            (ReplyBody::Answer(answer), then) => self.handle_found(*answer, then, shared),
            (ReplyBody::Done(_), Continuation::Registered { name, proof }) => {
                self.exchange.set_proven(Some(proof.clone()));
                self.answer(Tell::Proven(&name, &proof), shared);
            }
            (ReplyBody::Done(seq), Continuation::OwnPassword(proof)) => {
                self.exchange.set_proven(Some(proof));
                self.answer(Tell::Done(seq), shared);
            }
            (ReplyBody::Done(seq), _) => self.answer(Tell::Done(seq), shared),
            (ReplyBody::Welcome(welcome, recent, arrived), _) => {
                if let Some(saved) = arrived.saved {
                    self.take_saved(saved, shared);
                }
                let recent = self.heard(recent, shared);
                self.answer(Tell::Welcome(&welcome, recent.lent()), shared);
                self.tell_left_out(&arrived.left_out, shared);
            }
            (ReplyBody::Entered(summary, recent), _) => {
                let recent = self.heard(recent, shared);
                self.answer(Tell::Entered(&summary, recent.lent()), shared);
            }
            (ReplyBody::Repeated(seq), _) => self.answer(Tell::DoneBefore(seq), shared),
            (ReplyBody::Left(room), _) => self.answer(Tell::Left(room), shared),
            (ReplyBody::Resumed(resumed), Continuation::Resume { after }) => {
                self.handle_resumed(*resumed, after, shared);
            }
            (ReplyBody::Resumed(resumed), _) => self.handle_resumed(*resumed, None, shared),
        }
    }

    fn handle_found(&mut self, answer: Answer, then: Continuation, shared: &mut Shared) {
        match (answer, then) {
            (
                Answer::PasswordHash(found),
                Continuation::PasswordHash {
                    name,
                    password,
                    purpose,
                },
            ) => self.take_found(found, name, password, purpose, shared),
            (Answer::RoomId(id, name), Continuation::History(wanted)) => {
                self.look_up(wanted, KnownPast::Room { room: name, id }, shared);
            }
            (Answer::Conversation(of), Continuation::History(wanted)) => {
                self.look_up(wanted, KnownPast::With(of.into()), shared);
            }
            (Answer::Account(profile), Continuation::Targets(targets)) => {
                let account = Some(profile.account.name);
                self.look_for_targets(account, targets, shared);
            }
            (Answer::RoomId(id, _), Continuation::SearchRoom(search, rooms)) => {
                self.ask_search(search, rooms.with(id), shared);
            }
            (Answer::Conversation(of), Continuation::SearchRoom(search, _)) => {
                self.ask_search(search, SearchRooms::of(of), shared);
            }
            (Answer::RoomId(..), Continuation::PageIfAllowed(pages)) => {
                self.ask_next_page(pages, shared)
            }
            (Answer::Log, Continuation::AuditLog(range)) => {
                self.ask_archive(
                    ArchiveJob::AuditLog(range),
                    Continuation::AuditLog(range),
                    shared,
                );
            }
            (Answer::Certified(name), _) => self.take_certified(name, shared),
            (answer, _) => self.answer(Tell::Answer(&answer), shared),
        }
    }

    /// Takes a worker's result.
    pub(crate) fn handle_result(&mut self, ticket: Ticket, result: JobResult, shared: &mut Shared) {
        self.look_for_more(shared);
        let question = &mut self.exchange.question;
        let Some(question) = question.take_if(|question| question.ticket == ticket) else {
            return;
        };
        match (result, question.then) {
            (JobResult::Hash(Some(hash)), Continuation::Hashed(hashed)) => {
                self.take_hash(hash, hashed, shared);
            }
            (JobResult::Proof(proof), Continuation::Proof { name, purpose }) => {
                self.take_proven(name, proof, purpose, shared);
            }
            (JobResult::Found(found), Continuation::Deletion(message, of, why)) => {
                let found = found.filter(|found| stands_in(found, of.as_ref(), shared));
                self.delete(found, message, why, shared);
            }
            (JobResult::Targets(targets), _) => self.answer(Tell::Targets(&targets), shared),
            (JobResult::AuditLog(entries, next), _) => {
                let entries = &entries;
                self.answer(Tell::AuditLog(LogPage { entries, next }), shared);
            }
            (JobResult::Page(page), Continuation::Page(pages)) => {
                self.handle_page(*page, pages, shared)
            }
            (JobResult::Hash(None), _) => self.answer(Tell::Busy, shared),
            (JobResult::SearchTooLong, _) => self.answer(Tell::SearchTooLong, shared),
            (_, Continuation::Page(pages)) => {
                self.tell_without_history(&pages, shared);
                self.answered(shared);
            }
            _ => self.answer(Tell::NoHistory, shared),
        }
        self.finish_input(shared);
    }

    /// Tells the dialect the final answer to the question.
    pub(super) fn answer(&mut self, tell: Tell<'_>, shared: &mut Shared) {
        self.exchange.question = None;
        let tell = match tell {
            // Who shows one takes it for a proof.
            Tell::Rejected(Rejection::NeedsProof) if self.shows_unknown_certificate() => {
                Tell::Rejected(&Rejection::CertificateUnchecked)
            }
            tell => tell,
        };
        self.tell(tell, shared);
        self.answered(shared);
    }

    /// Lets the session continue, unless the dialect has asked something else.
    pub(super) fn answered(&mut self, shared: &mut Shared) {
        if !self.exchange.is_waiting()
            && let Some(guesses) = self.exchange.take_guesses()
        {
            self.tell(Tell::Guesses(guesses), shared);
        }
        if !self.exchange.is_waiting()
            && self.exchange.take_needless_password()
            && self.person.is_some()
        {
            self.tell(Tell::PasswordNotNeeded, shared);
        }
        if !self.exchange.is_waiting() && self.feed.release() {
            self.tell_deferred();
            self.exchange.was_released = true;
        }
    }

    /// Shows the dialect what a client at its prompt has sent without waiting for this answer.
    fn look_for_more(&mut self, shared: &Shared) {
        // Its protocol has yet to be told from its first bytes, or it sends nothing more.
        if self.person.is_some() || !matches!(self.stage, Stage::Open) {
            return;
        }
        if !self.exchange.has_held() && self.transport.is_readable() {
            let mut buffer = [0; MORE_BYTES];
            if let Read::Bytes(n) = self.transport.read(&mut buffer, shared.now) {
                self.exchange.hold(&buffer[..n]);
            }
        }
        self.dialect.handle_unread(self.exchange.held());
    }
}
