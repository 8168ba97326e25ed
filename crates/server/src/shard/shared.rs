//! What the sessions of a shard share, lent to the session whose turn it is.

use std::net::IpAddr;

use chinwag_core::{Monotonic, RoomId, RoomName, Seq, Timestamp};
use chinwag_feed::{RoomLogs, Scratch};
use chinwag_wire::dialect::{Env, RoomRenderer};
use hashbrown::HashMap;

use super::past_names::PastNames;
use super::watchers::Watchers;
use crate::conn_limiter::ConnLimiter;
use crate::control::ShardConfig;
use crate::hub::Request;
use crate::late_tls::LateTls;
use crate::limits::{HANDSHAKES_MAX, READ_BYTES_MAX};
use crate::log_files::LogFiles;
use crate::session::Formats;
use crate::spent::SpentBuckets;
use crate::tls::Tls;
use crate::worker::Workers;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: ShardConfig,
    pub(crate) entrance: Entrance,
    pub(crate) workers: Workers,
    /// Requests for the hub.
    pub(crate) outbox: Vec<Request>,
    pub(crate) rooms: ShardRooms,
    pub(crate) watchers: Watchers,
    pub(crate) past_names: PastNames,
    /// The newest event that was delivered.
    pub(crate) newest: Seq,
    /// The time of day at the last turn.
    pub(crate) wall: Timestamp,
    /// The steady time at the last look.
    pub(crate) now: Monotonic,
    pub(crate) buffers: Buffers,
}

/// The rooms as the sessions of this shard see them.
#[derive(Debug, Default)]
pub(crate) struct ShardRooms {
    /// The rooms that some session is in.
    pub(crate) logs: RoomLogs<RoomRenderer>,
    /// What of those is written to many.
    pub(crate) files: LogFiles,
    /// The names of all.
    pub(crate) names: HashMap<RoomId, RoomName>,
    pub(crate) formats: Formats,
}

/// What a connection goes through before it has a person. The shards share it, except for the
/// handshakes.
#[derive(Clone, Debug)]
pub(crate) struct Entrance {
    pub(crate) tls: Tls,
    pub(crate) late_tls: LateTls,
    /// For connections through a proxy; others have passed it before.
    pub(crate) limiter: ConnLimiter,
    pub(crate) spent: SpentBuckets,
    pub(crate) handshakes: Handshakes,
}

impl Entrance {
    pub(crate) fn new(tls: Tls, limiter: ConnLimiter) -> Self {
        Self {
            tls,
            late_tls: LateTls::default(),
            limiter,
            spent: SpentBuckets::default(),
            handshakes: Handshakes::default(),
        }
    }
}

/// How many handshake steps a round still has time for.
#[derive(Clone, Debug)]
pub(crate) struct Handshakes {
    /// Of those that begin.
    first: usize,
    /// Of those, steps that continue a handshake. They have a separate half: otherwise most of
    /// thousands who come at once would be in the middle of one, where each takes kilobytes.
    further: usize,
}

impl Default for Handshakes {
    fn default() -> Self {
        let half = HANDSHAKES_MAX / 2;
        let (first, further) = (half, half);
        Self { first, further }
    }
}

impl Handshakes {
    /// Whether this round has time for another handshake step.
    pub(crate) fn take(&mut self, has_begun: bool) -> bool {
        let steps = match has_begun {
            true => &mut self.further,
            false => &mut self.first,
        };
        let left = steps.checked_sub(1);
        *steps = left.unwrap_or_default();
        left.is_some()
    }
}

/// Memory that no idle session needs to own.
#[derive(Debug)]
pub(crate) struct Buffers {
    /// Sockets are read into it.
    pub(crate) input: Box<[u8]>,
    /// Lines of several rooms are put together in it.
    pub(crate) scratch: Scratch,
    /// For putting together a session's own lines.
    pub(crate) lines: Vec<u8>,
}

impl Shared {
    pub(crate) fn new(
        config: ShardConfig,
        entrance: Entrance,
        workers: Workers,
        room_names: HashMap<RoomId, RoomName>,
        wall: Timestamp,
        now: Monotonic,
    ) -> Self {
        Self {
            config,
            entrance,
            workers,
            outbox: Vec::new(),
            rooms: ShardRooms {
                names: room_names,
                ..ShardRooms::default()
            },
            watchers: Watchers::default(),
            past_names: PastNames::default(),
            newest: Seq::default(),
            wall,
            now,
            buffers: Buffers {
                input: vec![0; READ_BYTES_MAX].into(),
                scratch: Scratch::default(),
                lines: Vec::new(),
            },
        }
    }

    /// Until when a connection from an address may be silent before it is greeted.
    pub(crate) fn sniff_until(&self, address: IpAddr) -> Monotonic {
        let usual = self.config.limits.sniff_time;
        self.now + self.entrance.late_tls.sniff_time(address, usual, self.now)
    }

    /// The parts that a session writes from, and what its dialect may look at meanwhile.
    pub(crate) fn for_writing(&mut self) -> (&mut RoomLogs<RoomRenderer>, &mut Scratch, Env<'_>) {
        let env = Env {
            settings: &self.config.settings,
            rooms: &self.rooms.names,
            wall: self.wall,
            now: self.now,
        };
        (&mut self.rooms.logs, &mut self.buffers.scratch, env)
    }

    /// What a dialect may look at.
    pub(crate) fn env(&self) -> Env<'_> {
        Env {
            settings: &self.config.settings,
            rooms: &self.rooms.names,
            wall: self.wall,
            now: self.now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handshakes_that_begin_leave_time_for_those_that_have_begun() {
        let mut handshakes = Handshakes::default();
        let begun = (0..1_000).filter(|_| handshakes.take(false)).count();
        let gone_on = (0..1_000).filter(|_| handshakes.take(true)).count();
        assert_eq!((begun, gone_on), (HANDSHAKES_MAX / 2, HANDSHAKES_MAX / 2));
    }
}
