//! What the peer of a connection has not received when the session loses it: the next connection is
//! shown exactly that.
//!
//! The kernel knows how many of the written bytes were acknowledged, the feed which lines they are.
//! The hub is told when the link is found lost, with the request to let the person go; and again
//! when the connection is closed, since a peer that has only ended its input goes on reading and
//! acknowledging. The kernel is asked at those times, and by the shard's looks while lines are on
//! the way, so that little is kept; never for each write.

use chinwag_core::{Event, Fact, LeftOut, Monotonic, PersonId, QuitReason, RoomId, Seq};
use chinwag_feed::Unacknowledged;
use chinwag_wire::dialect::{Dialect, Tell};

use super::{Session, Stage};
use crate::hub::Body;
use crate::shard::{Shared, slot_of};

/// A session whose person has left with the link, on a connection that may still take something.
#[derive(Debug)]
pub(super) struct Lost {
    person: PersonId,
    /// When it is closed, whatever is acknowledged by then.
    pub(super) until: Monotonic,
    /// Whether everything was written, and the goodbye too.
    is_written: bool,
}

/// What a resumed session has yet to be shown of what it missed.
#[derive(Debug)]
pub(super) struct Resumption {
    /// What the last connection's peer had not got.
    pub(super) unseen: Unacknowledged,
    /// Private messages and acts of others while the link was lost.
    pub(super) kept: Vec<Event>,
    /// The store has not all of its private messages.
    pub(super) lacks_private: bool,
    /// The rooms that the person is not in again.
    pub(super) left_out: Vec<LeftOut>,
}

impl Resumption {
    /// How many of the private lines are messages.
    pub(super) fn messages(&self, dialect: &Dialect) -> u64 {
        let lines = self.unseen.private.iter();
        let lines: u64 = lines.map(|(_, lines)| dialect.messages_in(lines)).sum();
        let is_message = |event: &&Event| matches!(event.fact, Fact::PrivateMessage(_));
        lines + self.kept.iter().filter(is_message).count() as u64
    }

    /// Whether there is anything for the session alone.
    pub(super) fn has_news(&self) -> bool {
        !self.unseen.private.is_empty() || !self.kept.is_empty()
    }
}

impl Session {
    /// Tells the hub what the peer has not received; `is_final` if nothing more can be
    /// acknowledged.
    pub(super) fn report_unseen(&mut self, is_final: bool, shared: &mut Shared) {
        let mut unseen = self.poll_unseen(shared);
        // This is how the peer's system reports that a process has left something unread.
        if self.transport.failure() == Some(&QuitReason::Lost) {
            unseen.doubt_acknowledgements();
        }
        self.add_missed(&mut unseen, shared);
        if !self.dialect.is_shown_elsewhere() {
            unseen.look_up_messages(shared.newest, |_| true);
        }
        let unseen = Box::new(unseen);
        self.request(Body::Unseen { unseen, is_final }, shared);
    }

    /// What the peer has not acknowledged. The newest event of a quiet room may be old; a peer that
    /// has it lacks nothing so far.
    fn poll_unseen(&self, shared: &Shared) -> Unacknowledged {
        let logs = &shared.rooms.logs;
        let unacked = self.transport.unacknowledged();
        let mut unseen = self.feed.poll_unacknowledged(unacked, logs);
        for (room, seen) in &mut unseen.rooms {
            let is_behind = logs.get(room).is_some_and(|log| *seen < log.newest());
            *seen = if is_behind { *seen } else { shared.newest };
        }
        unseen
    }

    /// Adds what this connection has yet to be shown of the one before.
    fn add_missed(&mut self, unseen: &mut Unacknowledged, shared: &mut Shared) {
        unseen.private.extend_from_slice(self.exchange.deferred());
        let Some(missed) = self.exchange.missed() else {
            return;
        };
        for (room, after) in &mut unseen.rooms {
            let before = missed.unseen.rooms.iter().find(|(other, _)| other == room);
            *after = before.map_or(*after, |(_, seq)| *seq.min(after));
        }
        unseen.private.extend(missed.unseen.private.iter().cloned());
        unseen.stored = missed.unseen.stored;
        unseen.doubted = missed.unseen.doubted;
        unseen.skipped += missed.unseen.skipped;
        // What was done in its rooms is found again.
        let is_found = |room: &RoomId| unseen.rooms.iter().any(|(own, _)| own == room);
        let kept = missed.kept.iter();
        let kept: Vec<&Event> = kept
            .filter(|event| !event.fact.rooms().iter().any(is_found))
            .collect();
        let kept = kept.into_iter();
        let kept = kept.map(|event| (event.seq, Tell::Missed(std::slice::from_ref(event))));
        let left_out = (shared.newest, Tell::LeftOut(&missed.left_out));
        for (after, tell) in kept.chain([left_out]) {
            let mut lines = Vec::new();
            self.dialect.handle_tell(tell, &shared.env(), &mut lines);
            if !lines.is_empty() {
                unseen.private.push((after, lines.into()));
            }
        }
    }

    /// The person has left with the link. The connection goes on until its peer has acknowledged
    /// everything, or can acknowledge nothing more.
    pub(super) fn lose(&mut self, person: PersonId, shared: &mut Shared) {
        self.exchange.take_held();
        let until = shared.now + shared.config.limits.linger_time;
        self.stage = Stage::Lost(Box::new(Lost {
            person,
            until,
            is_written: false,
        }));
        if self.transport.failure().is_some() {
            return self.end_lost(shared);
        }
        // What its rooms had so far is written; later lines are not for this connection any more.
        self.poll_write(shared);
        self.feed.hold(Seq::default());
    }

    /// Everything was written: ends the stream, and ends the session once the peer has all of it.
    pub(super) fn settle(&mut self, shared: &mut Shared) {
        let Stage::Lost(lost) = &mut self.stage else {
            return;
        };
        if !std::mem::replace(&mut lost.is_written, true) {
            self.transport.shut_down_write();
        }
        if self.transport.unacknowledged() == 0 {
            self.end_lost(shared);
        }
    }

    /// Handles readiness of a connection that has nothing more to send.
    pub(super) fn handle_lost_ready(&mut self, shared: &mut Shared) {
        let is_written = matches!(&self.stage, Stage::Lost(lost) if lost.is_written);
        if is_written {
            self.settle(shared);
        }
    }

    /// Tells the hub the final state.
    pub(crate) fn end_lost(&mut self, shared: &mut Shared) {
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        let Stage::Lost(lost) = stage else {
            self.stage = stage;
            return;
        };
        self.person = Some(lost.person);
        // A resume is answered after the report.
        self.leave_bucket_to(lost.person, shared);
        self.report_unseen(true, shared);
        self.person = None;
        let is_over = self.transport.failure().is_some() || self.transport.has_ended();
        if !is_over && lost.is_written {
            self.stage = Stage::lingering(lost.until);
            self.leave_bucket_to_address(shared);
        }
    }

    /// The person continues on another connection, which is shown what this one has not received.
    pub(crate) fn handle_replaced(&mut self, shared: &mut Shared) {
        match (&self.stage, self.person) {
            (Stage::Lost(_), _) => self.end_lost(shared),
            (_, Some(person)) => self.handle_superseded(person, shared),
            _ => {}
        }
    }

    fn handle_superseded(&mut self, person: PersonId, shared: &mut Shared) {
        self.leave_bucket_to(person, shared);
        self.report_unseen(true, shared);
        let slot = slot_of(self.id);
        self.feed.handle_superseded(slot, &mut shared.rooms.logs);
        self.exchange.abandon();
        self.tell(Tell::Superseded, shared);
        self.person = None;
        self.close_when_written();
    }

    /// Whether lines are kept in case the peer has not received them.
    pub(crate) fn awaits_acknowledgement(&self) -> bool {
        self.feed.awaits_acknowledgement() || self.exchange.missed().is_some()
    }

    /// The person, and the event up to which their peer has acknowledged everything.
    pub(crate) fn acknowledged(&self, shared: &Shared) -> Option<(PersonId, Seq)> {
        let person = self.person?;
        let mut unseen = self.poll_unseen(shared);
        unseen.private.extend_from_slice(self.exchange.deferred());
        let missed = self.exchange.missed().map(|missed| missed.unseen.first());
        Some((
            person,
            missed.map_or(unseen.first(), |first| first.min(unseen.first())),
        ))
    }

    /// Forgets the lines that the peer has acknowledged.
    pub(crate) fn forget_acknowledged(&mut self) {
        let unacked = match self.person {
            // Nobody can resume it, so a crowd that comes in keeps nothing of its greetings.
            None if !matches!(self.stage, Stage::Lost(_)) => 0,
            _ => self.transport.forget_acknowledged(),
        };
        self.feed.handle_acknowledged(unacked);
    }
}
