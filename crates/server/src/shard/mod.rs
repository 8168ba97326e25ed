//! A shard owns a part of the connections: their sessions, and the lines that are to be written to
//! them. It runs on one thread and shares nothing with the others: the hub's turns come in, the
//! sessions' requests go out.
//!
//! It waits for nothing: [`run`] gives it an epoll and real sockets, the tests give it sockets of
//! memory and name the time. A request that a session makes, and a line that it is to
//! be written, are only taken note of; they go out together, many in one message and many in one
//! system call, when everything that was ready has been looked at. That is where the speed of
//! chinwag comes from: one small write costs as much CPU as thirty messages copied.

mod ask;
mod deadlines;
mod deliver;
mod entry;
mod flush;
pub(crate) mod inbox;
mod input;
mod replies;
pub(crate) mod run;
mod session;
pub(crate) mod tape;

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;

use chinwag_core::limits::SNIFFING_MAX;
use chinwag_core::{ConnId, Monotonic, PersonId, RoomId, RoomName, Seq, Timestamp};
use chinwag_wire::plain::{Notice, Renderer, Style, TimeZone};
use hashbrown::HashMap;
use slab::Slab;

use crate::config::Limits;
use crate::conn_limiter::Permit;
use crate::desk::{Desk, DeskReply};
use crate::hub::{Delivery, Reply, Request};
use crate::socket::Socket;
use deadlines::Deadlines;
use session::{Session, Stage};
use tape::Room;

/// What a shard is sent.
#[derive(Debug)]
pub(crate) enum ToShard {
    /// A new connection.
    Accepted {
        /// Not yet known to the shard's epoll.
        stream: mio::net::TcpStream,
        /// Its peer.
        address: IpAddr,
        /// Its place among the connections of its address.
        permit: Option<Permit>,
    },
    /// What the hub has decided.
    Turn {
        /// When it ended, by the wall clock.
        at: Timestamp,
        /// For all shards.
        deliveries: Arc<[Delivery]>,
        /// For this one.
        replies: Vec<Reply>,
    },
    /// What a desk has found out.
    Desk(DeskReply),
    /// Read nothing more; the hub is to have what was read.
    Quiesce,
    /// Tell everybody that the server stops, write what there is to write, and end.
    Stop,
}

/// What all shards have in common.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// The server's name in the greeting.
    pub(crate) name: Arc<str>,
    /// The zone for those who have chosen none.
    pub(crate) zone: TimeZone,
    pub(crate) limits: Arc<Limits>,
}

/// What a socket is ready for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ready {
    /// There is something to read, or it is at its end.
    pub(crate) readable: bool,
    /// The peer sends nothing more: what is read is read up to the end.
    pub(crate) closed: bool,
    /// It takes something again.
    pub(crate) writable: bool,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Shard {
    number: usize,
    setting: Setting,
    sessions: Slab<Box<Session>>,
    /// Counts connections, so that no two have the same id.
    connections: u64,
    people: HashMap<PersonId, usize>,
    /// The rooms that sessions of this shard are in.
    rooms: HashMap<RoomId, Room>,
    /// The names of all rooms.
    room_names: HashMap<RoomId, RoomName>,
    styles: Vec<Style>,
    /// Rooms with entries that their members were not offered yet.
    rung: Vec<RoomId>,
    /// Sessions with something else to be written.
    awake: Vec<usize>,
    /// Empty between two flushes; kept for its memory.
    others: Vec<usize>,
    /// Sessions that are to be looked after: their sockets are ready, or they wait for nothing.
    ready: Vec<usize>,
    outbox: Vec<Request>,
    /// The newest connections, some of which may not have spoken yet.
    newest_links: VecDeque<ConnId>,
    desk: Desk,
    deadlines: Deadlines,
    /// The time of day at the last turn, for the lines that tell how long ago something was.
    wall: Timestamp,
    /// The newest event that was delivered.
    newest: Seq,
    /// Sessions of which lines have arrived at the hub, while they had more to send.
    relieved: Vec<usize>,
    /// The steady time at the last look.
    now: Monotonic,
    /// Where sockets are read into, and where lines are put together.
    input: Box<[u8]>,
    scratch: Vec<u8>,
    is_quiet: bool,
    owes_quiet: bool,
    is_stopping: bool,
}

/// Bits of a [`ConnId`] that tell the place in a shard, and the shard. The rest counts connections.
const SLOT_BITS: u32 = 24;
const SHARD_BITS: u32 = 8;

/// The shard of a connection.
pub(crate) fn shard_of(conn: ConnId) -> usize {
    (conn.0 >> SLOT_BITS) as usize & ((1 << SHARD_BITS) - 1)
}

impl Shard {
    pub(crate) fn new(
        number: usize,
        setting: Setting,
        room_names: HashMap<RoomId, RoomName>,
        desk: Desk,
        (wall, now): (Timestamp, Monotonic),
    ) -> Self {
        Self {
            number,
            setting,
            sessions: Slab::new(),
            connections: 0,
            people: HashMap::new(),
            rooms: HashMap::new(),
            room_names,
            styles: Vec::new(),
            rung: Vec::new(),
            awake: Vec::new(),
            others: Vec::new(),
            ready: Vec::new(),
            outbox: Vec::new(),
            newest_links: VecDeque::new(),
            desk,
            deadlines: Deadlines::default(),
            wall,
            newest: Seq::default(),
            relieved: Vec::new(),
            now,
            input: vec![0; chinwag_core::limits::READ_BYTES_MAX].into(),
            scratch: Vec::new(),
            is_quiet: false,
            owes_quiet: false,
            is_stopping: false,
        }
    }

    /// The place that the next connection will have.
    pub(crate) fn next_slot(&self) -> usize {
        self.sessions.vacant_key()
    }

    /// Takes a connection in.
    pub(crate) fn admit(
        &mut self,
        socket: Box<dyn Socket>,
        address: IpAddr,
        permit: Option<Permit>,
        now: Monotonic,
    ) -> ConnId {
        self.now = now;
        self.connections += 1;
        let entry = self.sessions.vacant_entry();
        let slot = entry.key();
        let place = ((self.number as u64) << SLOT_BITS) | slot as u64;
        let conn = ConnId((self.connections << (SLOT_BITS + SHARD_BITS)) | place);
        let mut session = Session::new(conn, address, socket, permit, now);
        session.stage = Stage::Sniffing {
            until: now + self.setting.limits.sniff_time,
        };
        entry.insert(Box::new(session));
        self.watch_deadline(slot);
        self.newest_links.push_back(conn);
        if self.newest_links.len() > SNIFFING_MAX {
            self.hurry_oldest();
        }
        conn
    }

    /// The place of a connection that is still here.
    pub(crate) fn slot_of(&self, conn: ConnId) -> Option<usize> {
        let slot = (conn.0 & ((1 << SLOT_BITS) - 1)) as usize;
        let session = self.sessions.get(slot)?;
        (session.conn == conn && shard_of(conn) == self.number).then_some(slot)
    }

    /// Requests for the hub, if there are any.
    pub(crate) fn take_outbox(&mut self) -> Option<Vec<Request>> {
        (!self.outbox.is_empty()).then(|| std::mem::take(&mut self.outbox))
    }

    /// Gives back requests that the hub had no room for.
    pub(crate) fn put_back(&mut self, requests: Vec<Request>) {
        let later = std::mem::replace(&mut self.outbox, requests);
        self.outbox.extend(later);
    }

    /// Reads nothing more from now on.
    pub(crate) fn quiesce(&mut self) {
        self.is_quiet = true;
        self.owes_quiet = true;
    }

    /// Whether the hub is to be told that nothing more will come.
    pub(crate) fn may_say_quiet(&self) -> bool {
        self.owes_quiet && self.outbox.is_empty()
    }

    /// It was told.
    pub(crate) fn said_quiet(&mut self) {
        self.owes_quiet = false;
    }

    /// Tells everybody that the server stops.
    pub(crate) fn stop(&mut self) {
        self.is_stopping = true;
        let slots: Vec<usize> = self.sessions.iter().map(|(slot, _)| slot).collect();
        for slot in slots {
            if self.sessions[slot].person.is_some() {
                self.notice(slot, Notice::Stopping);
            }
            self.close_when_written(slot);
        }
        self.flush_all();
    }

    /// Whether all that the shard had to do is done.
    pub(crate) fn is_over(&self) -> bool {
        self.is_stopping && self.sessions.is_empty()
    }

    /// A renderer for a session's own lines.
    fn renderer(&self, slot: usize) -> Renderer {
        let style = self.styles.get(usize::from(self.sessions[slot].style));
        let style = style.cloned().unwrap_or_else(|| self.default_style(false));
        Renderer::new(style, self.wall)
    }

    fn default_style(&self, crlf: bool) -> Style {
        Style::of(&chinwag_core::Prefs::default(), &self.setting.zone, crlf)
    }

    /// The number of the style that a session sees lines in now.
    fn restyle(&mut self, slot: usize) {
        let session = &self.sessions[slot];
        let style = Style::of(&session.prefs, &self.setting.zone, session.crlf);
        let known = self.styles.iter().position(|other| *other == style);
        let number = known.unwrap_or_else(|| {
            self.styles.push(style);
            self.styles.len() - 1
        });
        self.sessions[slot].style = number as u16;
        let rooms: Vec<RoomId> = self.sessions[slot].members.iter().map(|m| m.room).collect();
        rooms
            .into_iter()
            .for_each(|room| self.open_tape(slot, room));
    }
}
