//! What the sessions of a shard share, lent to whichever of them has its turn.

use std::sync::Arc;

use chinwag_core::{Monotonic, RoomId, RoomName, Seq, Timestamp};
use chinwag_feed::{RoomLogs, Scratch};
use chinwag_wire::dialect::{Env, RoomRenderer, Settings};
use hashbrown::HashMap;

use super::watchers::Watchers;
use crate::config::Limits;
use crate::conn_limiter::ConnLimiter;
use crate::control::ShardConfig;
use crate::hub::Request;
use crate::limits::{HANDSHAKES_MAX, READ_BYTES_MAX};
use crate::session::{Door, Formats};
use crate::spent::SpentBuckets;
use crate::tls::Tls;
use crate::worker::Workers;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) settings: Arc<Settings>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) tls: Tls,
    /// For those who come through a proxy; the others were let in before.
    pub(crate) limiter: ConnLimiter,
    pub(crate) workers: Workers,
    pub(crate) spent: SpentBuckets,
    /// Requests for the hub.
    pub(crate) outbox: Vec<Request>,
    /// The rooms that sessions of this shard are in.
    pub(crate) logs: RoomLogs<RoomRenderer>,
    /// The names of all rooms.
    pub(crate) room_names: HashMap<RoomId, RoomName>,
    pub(crate) formats: Formats,
    pub(crate) watchers: Watchers,
    /// The newest event that was delivered.
    pub(crate) newest: Seq,
    /// The time of day at the last turn.
    pub(crate) wall: Timestamp,
    /// The steady time at the last look.
    pub(crate) now: Monotonic,
    /// Whether peers that do not encrypt are turned away.
    pub(crate) requires_tls: bool,
    /// What lets a connection in.
    pub(crate) door: Door,
    /// Handshakes that may go on in this round.
    handshakes: usize,
    /// Memory that sockets are read into.
    pub(crate) input: Box<[u8]>,
    /// Memory in which lines of several rooms are put together.
    pub(crate) scratch: Scratch,
    /// Memory in which a session's own lines are put together.
    pub(crate) lines: Vec<u8>,
}

impl Shared {
    pub(crate) fn new(
        config: ShardConfig,
        (workers, spent): (Workers, SpentBuckets),
        (tls, limiter): (Tls, ConnLimiter),
        room_names: HashMap<RoomId, RoomName>,
        (wall, now): (Timestamp, Monotonic),
    ) -> Self {
        Self {
            settings: config.settings,
            limits: config.limits,
            requires_tls: config.requires_tls,
            door: config.door,
            tls,
            limiter,
            workers,
            spent,
            outbox: Vec::new(),
            logs: RoomLogs::default(),
            room_names,
            formats: Formats::default(),
            watchers: Watchers::default(),
            newest: Seq::default(),
            wall,
            now,
            handshakes: HANDSHAKES_MAX,
            input: vec![0; READ_BYTES_MAX].into(),
            scratch: Scratch::default(),
            lines: Vec::new(),
        }
    }

    /// Another round begins.
    pub(crate) fn renew_handshakes(&mut self) {
        self.handshakes = HANDSHAKES_MAX;
    }

    /// Whether this round has time for another step of a handshake.
    pub(crate) fn take_handshake(&mut self) -> bool {
        let left = self.handshakes.checked_sub(1);
        self.handshakes = left.unwrap_or_default();
        left.is_some()
    }

    /// The parts that a session writes from, and what its dialect may look at meanwhile.
    pub(crate) fn for_writing(&mut self) -> (&mut RoomLogs<RoomRenderer>, &mut Scratch, Env<'_>) {
        let env = Env {
            settings: &self.settings,
            rooms: &self.room_names,
            wall: self.wall,
            now: self.now,
        };
        (&mut self.logs, &mut self.scratch, env)
    }

    /// What a dialect may look at.
    pub(crate) fn env(&self) -> Env<'_> {
        Env {
            settings: &self.settings,
            rooms: &self.room_names,
            wall: self.wall,
            now: self.now,
        }
    }
}
