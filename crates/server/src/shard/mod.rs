//! A shard owns a part of the connections and runs on one thread. It shares nothing with the other
//! shards: the hub's turns come in, the sessions' requests go out.
//!
//! It schedules its sessions and holds no rule of theirs: which have input, which have something to
//! write, which have a deadline. It waits for nothing: [`run`] gives it an epoll and real sockets;
//! tests give it streams in memory and choose the time. Requests and lines gather, and go out
//! together, many in one message and many in one system call, after everything that was ready has
//! been read: one small write costs as much CPU as copying thirty messages.

mod acknowledge;
mod deliver;
pub(crate) mod inbox;
mod past_names;
pub(crate) mod run;
mod schedule;
mod shared;
mod speakers;
mod watchers;
mod write;

use std::collections::VecDeque;
use std::sync::Arc;

use chinwag_core::{ConnId, Monotonic, RoomId, Timestamp};
use slab::Slab;

use crate::conn_limiter::Permit;
use crate::control::ShardConfig;
use crate::hub::{Delivery, Reply, Request};
use crate::limits::SNIFFING_MAX;
use crate::session::{Opening, Peer, Session};
use crate::transport::{Ready, Transport};
use crate::worker::JobReply;
use acknowledge::Looks;
use schedule::{List, Schedule};
use shared::Handshakes;
pub(crate) use shared::{Entrance, Shared};
use speakers::Speakers;

/// What a shard is sent.
#[derive(Debug)]
pub(crate) enum ToShard {
    /// A new connection.
    Accepted {
        /// Not registered with the shard's epoll yet.
        stream: mio::net::TcpStream,
        /// Its other end.
        peer: Peer,
        /// Its place among the connections of its address.
        permit: Option<Permit>,
        /// How it begins.
        opening: Opening,
    },
    /// What the hub has decided.
    Turn(ShardTurn),
    /// What a worker has found out.
    Job(JobReply),
    /// Work with this from now on.
    Configure(ShardConfig),
    /// Read nothing more; the hub still gets what was read.
    Drain,
    /// Tell everybody that the server stops, write what is pending, and end.
    Stop,
}

/// A turn of the hub, for one shard.
#[derive(Debug)]
pub(crate) struct ShardTurn {
    /// When it ended.
    pub(crate) at: Timestamp,
    /// For all shards.
    pub(crate) deliveries: Arc<[Delivery]>,
    /// For sessions of this shard.
    pub(crate) replies: Vec<Reply>,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Shard {
    number: usize,
    sessions: Slab<Box<Session>>,
    /// Counts connections, so that no two have the same id.
    connections: u64,
    speakers: Speakers,
    shared: Shared,
    schedule: Schedule,
    looks: Looks,
    /// Rooms whose news has not been offered to all members yet.
    rounds: VecDeque<RoomId>,
    /// The newest connections, some of which may not have spoken yet.
    newest: VecDeque<ConnId>,
    phase: Phase,
}

/// How far the shard has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Serving,
    /// Nothing more is read; the hub does not know yet.
    Draining,
    /// The hub knows.
    Drained,
    Stopping,
}

/// The bits of a [`ConnId`] that identify a slot in a shard, and the shard. The rest counts
/// connections.
const SLOT_BITS: u32 = 24;
const SHARD_BITS: u32 = 8;

/// The id of the connection that came as number `count`, in a slot of a shard.
fn conn_of(count: u64, shard: usize, slot: usize) -> ConnId {
    let place = ((shard as u64) << SLOT_BITS) | slot as u64;
    ConnId((count << (SLOT_BITS + SHARD_BITS)) | place)
}

/// The shard of a connection.
pub(crate) fn shard_of(conn: ConnId) -> usize {
    (conn.0 >> SLOT_BITS) as usize & ((1 << SHARD_BITS) - 1)
}

/// The place of a connection in its shard.
pub(crate) fn slot_of(conn: ConnId) -> usize {
    (conn.0 & ((1 << SLOT_BITS) - 1)) as usize
}

impl Shard {
    pub(crate) fn new(number: usize, shared: Shared) -> Self {
        Self {
            number,
            sessions: Slab::new(),
            connections: 0,
            speakers: Speakers::default(),
            shared,
            schedule: Schedule::default(),
            looks: Looks::default(),
            rounds: VecDeque::new(),
            newest: VecDeque::new(),
            phase: Phase::Serving,
        }
    }

    /// The place that the next connection will have.
    pub(crate) fn next_slot(&self) -> usize {
        self.sessions.vacant_key()
    }

    /// Takes in a connection.
    pub(crate) fn admit(
        &mut self,
        transport: Transport,
        peer: Peer,
        opening: Opening,
        permit: Option<Permit>,
        now: Monotonic,
    ) -> ConnId {
        self.shared.now = now;
        self.connections += 1;
        let entry = self.sessions.vacant_entry();
        let slot = entry.key();
        let conn = conn_of(self.connections, self.number, slot);
        let mut session = Session::new(conn, peer, transport, permit, &self.shared);
        match opening {
            Opening::Client => {}
            Opening::Proxy => session.expect_head(&self.shared),
            Opening::TurnedAway => session.turn_away(&self.shared),
        }
        entry.insert(Box::new(session));
        self.reschedule(slot);
        // A refused connection makes nobody else hurry.
        self.newest
            .extend((opening != Opening::TurnedAway).then_some(conn));
        if self.newest.len() > SNIFFING_MAX {
            self.greet_oldest();
        }
        conn
    }

    /// Ends the oldest new connection's time to speak first.
    fn greet_oldest(&mut self) {
        let oldest = self.newest.pop_front();
        if let Some(slot) = oldest.and_then(|conn| self.find(conn)) {
            self.with(slot, |session, shared| session.handle_pressure(shared));
        }
    }

    /// The slot of a connection, if it is still here.
    pub(crate) fn find(&self, conn: ConnId) -> Option<usize> {
        let session = self.sessions.get(slot_of(conn))?;
        (session.id() == conn && shard_of(conn) == self.number).then_some(slot_of(conn))
    }

    /// Lets a session act, and schedules what follows.
    fn with(&mut self, slot: usize, act: impl FnOnce(&mut Session, &mut Shared)) {
        if let Some(session) = self.sessions.get_mut(slot) {
            act(session, &mut self.shared);
            self.reschedule(slot);
        }
    }

    /// Schedules what a session wants next.
    fn reschedule(&mut self, slot: usize) {
        let session = &self.sessions[slot];
        if session.is_over() || (self.reads() && session.wants_input(self.shared.now)) {
            self.schedule.add(List::Input, slot);
        }
        if session.wants_write() {
            self.schedule.add(List::Write, slot);
        }
        if let Some(due) = session.deadline(&self.shared) {
            self.schedule.watch(slot, session.id(), due);
        }
        if session.awaits_acknowledgement() {
            self.list_unacknowledged(slot);
        }
    }

    /// Notes what a socket is ready for.
    pub(crate) fn handle_ready(&mut self, slot: usize, ready: Ready) {
        self.with(slot, |session, shared| session.handle_ready(ready, shared));
    }

    /// Whether sessions have input that was not read yet.
    pub(crate) fn has_input(&self) -> bool {
        !self.schedule.listed(List::Input).is_empty()
    }

    /// Takes one buffer of input from each session that has some, and drops those that are over.
    pub(crate) fn handle_input(&mut self, now: Monotonic) {
        self.shared.now = now;
        self.shared.entrance.handshakes = Handshakes::default();
        for slot in self.schedule.take(List::Input) {
            if self
                .sessions
                .get(slot)
                .is_some_and(|session| session.is_over())
            {
                self.remove(slot);
            } else if self.reads() {
                self.with(slot, |session, shared| session.handle_input(shared));
            }
        }
        // What a session can be answered at once does not wait for the hub.
        self.write_listed();
    }

    /// Whether sessions are read: while the server stops, only to the end that their peers send.
    fn reads(&self) -> bool {
        matches!(self.phase, Phase::Serving | Phase::Stopping)
    }

    fn remove(&mut self, slot: usize) {
        let mut session = self.sessions.remove(slot);
        if let Some(person) = session.person() {
            self.speakers.remove(person, slot);
        }
        session.handle_drop(&mut self.shared);
        self.schedule.forget(slot);
    }

    /// When [`handle_timeouts`](Self::handle_timeouts) has something to do next.
    pub(crate) fn deadline(&self) -> Option<Monotonic> {
        let looks = self.looks.deadline();
        [self.schedule.deadline(), looks]
            .into_iter()
            .flatten()
            .min()
    }

    /// Does what is due.
    pub(crate) fn handle_timeouts(&mut self, now: Monotonic) {
        self.shared.now = now;
        while let Some(conn) = self.schedule.pop_due(now) {
            let Some(slot) = self.find(conn) else {
                continue;
            };
            let due = self.sessions[slot].deadline(&self.shared);
            if due.is_some_and(|due| due <= now) {
                self.with(slot, |session, shared| session.handle_timeout(shared));
            } else {
                self.reschedule(slot);
            }
        }
        self.look_at_acknowledged(now);
        self.write_listed();
    }

    /// Takes a worker's result.
    pub(crate) fn handle_job(&mut self, reply: JobReply) {
        if let Some(slot) = self.find(reply.conn) {
            self.with(slot, |session, shared| {
                session.handle_result(reply.ticket, reply.result, shared);
            });
        }
    }

    /// The requests for the hub, if there are any.
    pub(crate) fn poll_requests(&mut self) -> Option<Vec<Request>> {
        let outbox = &mut self.shared.outbox;
        // The next batch is about as large as this one.
        let next = Vec::with_capacity(outbox.len());
        (!outbox.is_empty()).then(|| std::mem::replace(outbox, next))
    }

    /// Puts back requests for which the hub had no space.
    pub(crate) fn put_back(&mut self, requests: Vec<Request>) {
        let later = std::mem::replace(&mut self.shared.outbox, requests);
        self.shared.outbox.extend(later);
    }

    /// Works with another configuration from now on.
    pub(crate) fn configure(&mut self, config: ShardConfig) {
        self.shared.config = config;
    }

    /// Reads nothing more from now on.
    pub(crate) fn drain(&mut self) {
        self.phase = Phase::Draining;
    }

    /// Whether to tell the hub that nothing more will come. True only once.
    pub(crate) fn poll_drained(&mut self) -> bool {
        let is_drained = self.phase == Phase::Draining && self.shared.outbox.is_empty();
        if is_drained {
            self.phase = Phase::Drained;
        }
        is_drained
    }

    /// Tells everybody that the server stops.
    pub(crate) fn stop(&mut self) {
        self.phase = Phase::Stopping;
        let slots: Vec<usize> = self.sessions.iter().map(|(slot, _)| slot).collect();
        for slot in slots {
            self.with(slot, |session, shared| session.handle_stop(shared));
        }
    }

    /// Stops waiting for peers.
    pub(crate) fn give_up(&mut self) {
        for (_, session) in &mut self.sessions {
            session.end_lost(&mut self.shared);
        }
    }

    /// Whether everything is done that there was to do.
    pub(crate) fn is_over(&self) -> bool {
        self.phase == Phase::Stopping && self.sessions.is_empty()
    }

    /// How many rooms it knows, and how many of their logs keep a past.
    #[cfg(test)]
    pub(crate) fn kept(&self) -> (usize, usize) {
        let rooms = &self.shared.rooms;
        let pasts = rooms.logs.values().filter(|log| log.has_past());
        (rooms.names.len(), pasts.count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_tells_its_shard_and_its_place() {
        for (shard, slot) in [(0, 0), (3, 70_000), (255, (1 << SLOT_BITS) - 1)] {
            let conn = conn_of(9, shard, slot);
            assert_eq!((shard_of(conn), slot_of(conn)), (shard, slot));
            assert_ne!(conn, conn_of(10, shard, slot), "of another time");
        }
    }
}
