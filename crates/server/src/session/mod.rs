//! The life of one connection: it is sniffed, logs in, joins rooms, loses its link or leaves,
//! lingers, and is over.
//!
//! A session is a [`Transport`], a [`Dialect`] and a [`Feed`]; this file ties them together, and
//! [`exchange`] holds the requests to the hub and the workers. It decides nothing about chat and
//! names no dialect. All sessions of a shard borrow what they share, so an idle one owns no buffer.
//!
//! The `handle_*` methods take input: from the peer [`handle_ready`](Session::handle_ready) and
//! [`handle_input`](Session::handle_input); from the hub and the workers
//! [`handle_event`](Session::handle_event) and its kin, [`handle_reply`](Session::handle_reply) and
//! [`handle_result`](Session::handle_result); from the clock
//! [`handle_timeout`](Session::handle_timeout). The `poll_*` methods give output: requests go to
//! the shard's outbox, bytes to the transport in [`poll_room`](Session::poll_room) and
//! [`poll_write`](Session::poll_write). After any of them the shard calls
//! [`is_over`](Session::is_over), [`wants_input`](Session::wants_input),
//! [`wants_write`](Session::wants_write) and [`deadline`](Session::deadline) to learn what to do
//! next.

mod bucket;
mod exchange;
mod formats;
mod membership;
mod opening;
mod sniffing;
mod stage;
mod unseen;
mod writing;

use chinwag_core::{Caller, ConnId, Monotonic, PersonId, QuitReason};
use chinwag_feed::Feed;
use chinwag_wire::dialect::{Dialect, Env, Step, Tell};
use chinwag_wire::sniff::Spoke;

use crate::conn_limiter::Permit;
use crate::shard::Shared;
use crate::transport::{Read, Ready, Transport};
pub(crate) use exchange::Door;
use exchange::Exchange;
pub(crate) use formats::Formats;
pub(crate) use opening::{Opening, Peer};
use stage::Stage;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Session {
    id: ConnId,
    peer: Peer,
    /// Dropped with the session, which frees its place among the connections of its address.
    permit: Option<Permit>,
    /// The server's password was given on this connection.
    has_entered: bool,
    /// It leaves out no line of its rooms and adds nothing to any, so they are written straight. As
    /// of the dialect's last step.
    sees_all: bool,
    person: Option<PersonId>,
    stage: Stage,
    transport: Transport,
    dialect: Dialect,
    feed: Feed,
    exchange: Exchange,
}

// A shard keeps one for each of ten thousand idle connections, so its size is one that allocators
// do not round up.
const _: () = assert!(size_of::<Session>() <= 256);

impl Session {
    /// A connection that was just accepted.
    pub(crate) fn new(
        id: ConnId,
        peer: Peer,
        transport: Transport,
        permit: Option<Permit>,
        shared: &Shared,
    ) -> Self {
        let (until, spoke) = (shared.sniff_until(peer.address), Spoke::First);
        let rate = shared.config.limits.line_rate();
        let left_behind = peer.address.into();
        let bucket = shared.entrance.spent.take(left_behind, rate, shared.now);
        Self {
            id,
            peer,
            permit,
            has_entered: false,
            sees_all: true,
            person: None,
            stage: Stage::Sniffing { until, spoke },
            transport,
            dialect: Dialect::unknown(spoke, bucket, &shared.env()),
            feed: Feed::default(),
            exchange: Exchange::default(),
        }
    }

    /// Notes what the transport is ready for.
    pub(crate) fn handle_ready(&mut self, ready: Ready, shared: &mut Shared) {
        if self.transport.handle_ready(ready, shared.now) {
            self.poll_write(shared);
        }
        self.handle_lost_ready(shared);
    }

    /// Continues with what was read before, then reads once: one buffer, so that a peer that never
    /// stops sending holds up nobody.
    pub(crate) fn handle_input(&mut self, shared: &mut Shared) {
        if self.is_held_back_and_dead(shared.now) {
            self.transport.fail(QuitReason::Lost);
        }
        if let Some(why) = self.transport.failure().cloned()
            && !self.has_rest(shared.now)
        {
            return self.end(why, shared);
        }
        self.handle_held(shared);
        let reads = self.wants_input(shared.now) && self.transport.is_readable();
        if !reads || !self.may_shake_hands(shared) {
            return;
        }
        let mut buffer = std::mem::take(&mut shared.buffers.input);
        let read = self.transport.read(&mut buffer, shared.now);
        self.handle_secured(shared);
        match read {
            Read::Bytes(n) => {
                self.feed.handle_heard(shared.newest);
                self.handle_bytes(&buffer[..n], shared);
            }
            Read::End => self.handle_end(shared),
            Read::Nothing => {}
        }
        shared.buffers.input = buffer;
    }

    /// Whether [`handle_input`](Self::handle_input) has something to do.
    pub(crate) fn wants_input(&self, now: Monotonic) -> bool {
        let has_failed = self.transport.failure().is_some();
        let is_readable = self.transport.is_readable();
        match self.stage {
            Stage::Proxied { .. }
            | Stage::Sniffing { .. }
            | Stage::TurnedAway { .. }
            | Stage::Handshake { .. } => is_readable || has_failed,
            Stage::Lingering { left, .. } => (is_readable && left > 0) || has_failed,
            Stage::Open | Stage::Greeted if self.has_rest(now) && has_failed => {
                (is_readable || self.exchange.has_held()) && !self.must_wait()
            }
            // Somebody may be about to come in: the answer is waited for.
            Stage::Open | Stage::Greeted if has_failed => {
                self.person.is_some() || !self.exchange.is_waiting()
            }
            Stage::Open | Stage::Greeted if self.is_held_back_and_dead(now) => true,
            Stage::Open | Stage::Greeted if self.must_wait() || self.is_paused(now) => false,
            Stage::Open | Stage::Greeted => is_readable || self.exchange.has_held(),
            // Without a link it is closed as if everything were written.
            Stage::Leaving => false,
            Stage::Lost(_) => has_failed,
            Stage::Over => true,
        }
    }

    /// Whether the next input has to wait for an answer.
    fn must_wait(&self) -> bool {
        !self.is_open() || self.exchange.must_wait()
    }

    /// Whether the dialect handles the connection.
    fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Open | Stage::Greeted)
    }

    /// Whether there is input to carry out even if the link has failed: a script that closes it without reading the
    /// answers resets it (RFC 1122, 4.2.2.13), and has said all the same what was read before.
    fn has_rest(&self, now: Monotonic) -> bool {
        let is_finishing = self.must_wait() || self.exchange.is_talking();
        let has_more = self.exchange.has_held() || self.transport.is_readable();
        let has_rest = has_more || (self.transport.has_ended() && is_finishing);
        // Pages that nobody reads are not fetched: those of what a session has missed are the next connection's.
        has_rest && self.is_open() && !self.is_paused(now) && !self.exchange.wants_page()
    }

    /// Whether the client is gone and has left more than it may send at once. That is dropped:
    /// otherwise somebody whom nobody can answer would go on talking for minutes.
    fn is_held_back_and_dead(&self, now: Monotonic) -> bool {
        self.is_open() && self.transport.is_dead() && self.is_paused(now)
    }

    fn is_paused(&self, now: Monotonic) -> bool {
        self.dialect.paused_until().is_some_and(|until| now < until)
    }

    fn handle_bytes(&mut self, bytes: &[u8], shared: &mut Shared) {
        match self.stage {
            Stage::Proxied { .. } => self.handle_head(bytes, shared),
            Stage::TurnedAway { .. } => self.handle_turned_away(bytes, shared),
            Stage::Sniffing { spoke, .. } => self.sniff(bytes, spoke, shared),
            Stage::Greeted => {
                let (until, spoke) = (shared.now + shared.config.limits.sniff_time, Spoke::Greeted);
                self.stage = Stage::Sniffing { until, spoke };
                self.handle_bytes(bytes, shared);
            }
            Stage::Open => self.decode(bytes, shared),
            Stage::Lingering { ref mut left, .. } => {
                *left = left.saturating_sub(bytes.len() as u32)
            }
            Stage::Handshake { .. } | Stage::Leaving | Stage::Lost(_) | Stage::Over => {}
        }
    }

    /// Others have connected since: it gets no more time to speak first.
    pub(crate) fn handle_pressure(&mut self, shared: &mut Shared) {
        self.end_sniffing(shared);
    }

    fn handle_held(&mut self, shared: &mut Shared) {
        if !self.must_wait() {
            let held = self.exchange.take_held();
            self.decode(&held, shared);
        }
    }

    fn decode(&mut self, mut bytes: &[u8], shared: &mut Shared) {
        self.spend(shared, |session, shared| {
            while !session.must_wait() {
                let asked = session.drive(shared, |dialect, env, out| {
                    dialect.handle_bytes(&mut bytes, env, out)
                });
                if !asked {
                    break;
                }
            }
        });
        if matches!(self.stage, Stage::Leaving) {
            let ignored = std::mem::take(&mut bytes);
            self.drive(shared, |dialect, env, _| {
                dialect.handle_ignored(ignored, env);
                None
            });
        }
        self.exchange.hold(bytes);
        self.finish_input(shared);
    }

    /// The peer sends nothing more. What it has sent is still processed.
    fn handle_end(&mut self, shared: &mut Shared) {
        match self.stage {
            Stage::Sniffing { .. } | Stage::TurnedAway { .. } => self.handle_sniff_timeout(shared),
            Stage::Proxied { .. } | Stage::Handshake { .. } => self.close_when_written(),
            Stage::Lingering { .. } => self.stage = Stage::Over,
            _ => self.finish_input(shared),
        }
    }

    /// After the last input: processes a last line without an end, and then ends.
    fn finish_input(&mut self, shared: &mut Shared) {
        if !self.transport.has_ended() || self.must_wait() || self.exchange.has_held() {
            return;
        }
        self.spend(shared, |session, shared| {
            session.drive(shared, |dialect, env, out| dialect.handle_end(env, out));
        });
        if !self.must_wait() && !self.exchange.is_talking() {
            self.end(QuitReason::Closed, shared);
        }
    }

    /// Lets the dialect act, and does what follows. Returns whether it asked for something.
    fn drive(
        &mut self,
        shared: &mut Shared,
        act: impl FnOnce(&mut Dialect, &Env<'_>, &mut Vec<u8>) -> Option<Step>,
    ) -> bool {
        let is_arriving = self.person.is_none();
        self.drive_to(is_arriving, shared, act)
    }

    /// The same, with the lines as an answer: they are shown on this connection or not at all.
    fn drive_to(
        &mut self,
        is_answer: bool,
        shared: &mut Shared,
        act: impl FnOnce(&mut Dialect, &Env<'_>, &mut Vec<u8>) -> Option<Step>,
    ) -> bool {
        let mut lines = std::mem::take(&mut shared.buffers.lines);
        lines.clear();
        let step = act(&mut self.dialect, &shared.env(), &mut lines);
        if let Some(urgent) = self.dialect.poll_urgent() {
            self.feed.handle_urgent(&urgent);
        }
        if !lines.is_empty() {
            match is_answer {
                true => self.feed.handle_answer(shared.newest, &lines),
                false => self.add_private(shared.newest, &lines),
            }
        }
        shared.buffers.lines = lines;
        self.apply_changes(shared);
        match step {
            Some(Step::Ask(ask)) => self.ask(ask, shared),
            Some(Step::AskWhenWritten(ask)) => self.exchange.ask_when_written(ask),
            Some(Step::Close) => self.close_when_written(),
            None => return false,
        }
        true
    }

    fn tell(&mut self, tell: Tell<'_>, shared: &mut Shared) {
        let is_answer = tell.is_answer() || self.person.is_none();
        self.drive_to(is_answer, shared, |dialect, env, out| {
            dialect.handle_tell(tell, env, out)
        });
        self.poll_steps(shared);
    }

    /// Sends the dialect's requests. Does not wait for messages, so that more may follow.
    fn poll_steps(&mut self, shared: &mut Shared) {
        while !self.must_wait() && self.drive(shared, |dialect, _, _| dialect.poll_step()) {}
    }

    /// Does what is due at the [`deadline`](Self::deadline).
    pub(crate) fn handle_timeout(&mut self, shared: &mut Shared) {
        let now = shared.now;
        let stall = self
            .transport
            .stall_deadline(shared.config.limits.stall_time);
        match self.stage {
            Stage::Sniffing { .. } | Stage::TurnedAway { .. } => self.end_sniffing(shared),
            Stage::Lingering { .. } => self.stage = Stage::Over,
            Stage::Lost(_) => self.end_lost(shared),
            Stage::Proxied { .. } | Stage::Handshake { .. } => {
                self.transport.fail(QuitReason::TimedOut);
                self.end(QuitReason::TimedOut, shared);
            }
            _ if stall.is_some_and(|at| at <= now) => {
                self.transport.fail(QuitReason::TooSlow);
                self.end(QuitReason::TooSlow, shared);
            }
            Stage::Open | Stage::Greeted
                if self.exchange.deadline().is_some_and(|at| at <= now) =>
            {
                self.handle_delay_over(shared);
            }
            Stage::Open | Stage::Greeted => {
                self.drive(shared, |dialect, env, out| dialect.handle_timeout(env, out));
                if self.person.is_none() && !self.is_open() {
                    self.log_refusal("no name in time");
                }
            }
            _ => {}
        }
    }

    /// When something is due though nothing happens.
    pub(crate) fn deadline(&self, shared: &Shared) -> Option<Monotonic> {
        let stage = match &self.stage {
            Stage::Proxied { until }
            | Stage::Sniffing { until, .. }
            | Stage::TurnedAway { until }
            | Stage::Handshake { until, .. }
            | Stage::Lingering { until, .. } => Some(*until),
            Stage::Lost(lost) => Some(lost.until),
            // A client that waits for the server's answer is not timed.
            Stage::Open | Stage::Greeted if !self.exchange.is_waiting() => self.dialect.deadline(),
            Stage::Open | Stage::Greeted => self.exchange.deadline(),
            _ => None,
        };
        let has_input = self.transport.is_readable() || self.exchange.has_held();
        let is_open = self.is_open() && has_input;
        let pause = self.dialect.paused_until();
        // When the pause is over there is input instead of a deadline.
        let pause = pause.filter(|until| is_open && shared.now < *until);
        let stall = self
            .transport
            .stall_deadline(shared.config.limits.stall_time);
        [stage, pause, stall].into_iter().flatten().min()
    }

    /// Ends the session. Without a person, one that waits for an answer goes on until that is there:
    /// its link has failed, so it comes here again.
    fn end(&mut self, why: QuitReason, shared: &mut Shared) {
        if matches!(self.stage, Stage::Lost(_)) {
            self.end_lost(shared);
        } else if self.exchange.is_departing() {
            // The hub knows already.
        } else if self.person.is_some() {
            self.stage = Stage::Leaving;
            self.depart(why, shared);
        } else if !self.exchange.is_waiting() {
            self.close_when_written();
        }
    }

    /// Closes a connection without a person once everything is written. It may get a person before
    /// that: a connection that takes over a session first gives up its own person. So input is
    /// kept.
    fn close_when_written(&mut self) {
        self.stage = match self.transport.failure() {
            Some(_) => Stage::Over,
            None => Stage::Leaving,
        };
    }

    /// The server stops: tells the person, and closes.
    pub(crate) fn handle_stop(&mut self, shared: &mut Shared) {
        if self.person.is_some() {
            self.tell(Tell::Stopping, shared);
        }
        self.exchange.abandon();
        match (self.person.take(), &self.stage) {
            (Some(person), _) => self.lose(person, shared),
            (None, Stage::Lost(_) | Stage::Lingering { .. } | Stage::Over) => {}
            (None, _) => self.close_when_written(),
        }
    }

    /// Whether the shard should drop it.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// Its connection.
    pub(crate) fn id(&self) -> ConnId {
        self.id
    }

    /// Its person, from login to the end.
    pub(crate) fn person(&self) -> Option<PersonId> {
        self.person
    }

    /// The caller of its requests to the hub.
    fn caller(&self) -> Caller {
        let (conn, address, link) = (self.id, self.peer.address, self.link());
        match self.person {
            None => Caller::Anonymous {
                conn,
                address,
                link,
            },
            Some(person) => Caller::Person {
                person,
                conn,
                address,
                link,
            },
        }
    }
}
