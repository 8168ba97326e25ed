//! Blocks that are being written: what one turn has for each room, encoded straight into the bytes
//! of a row.
//!
//! An entry is its distance from the previous entry, and its fields. Those of a message are
//! [`block`](crate::block)'s; those of a [movement](crate::movement) follow their length.

use std::collections::{HashMap, HashSet};

use chinwag_core::{RoomId, Seq, Timestamp};

use crate::block::{Message, VERSION};
use crate::encoding::{put_varint, take_varint, unzigzag, zigzag};

/// The size at which a block is full. Reading the last twenty messages takes at least one block,
/// and trimming takes whole blocks, so a turn of thousands is cut into several.
pub(crate) const BODY_BYTES_MAX: usize = 16 << 10;

/// How much memory of a draft is kept for the next turn.
const BODY_BYTES_KEPT: usize = 2 * BODY_BYTES_MAX;

/// Drafts that stay allocated for the next turn.
const DRAFTS_KEPT: usize = 256;

/// A block that is being written.
#[derive(Debug)]
pub(crate) struct BlockDraft {
    pub(crate) room: RoomId,
    pub(crate) first: Seq,
    pub(crate) last: Seq,
    pub(crate) first_at: Timestamp,
    pub(crate) last_at: Timestamp,
    pub(crate) count: u32,
    pub(crate) body: Vec<u8>,
}

/// The blocks of one turn, in the order of their first entries, which are messages or
/// [movements](crate::movement).
#[derive(Debug)]
pub(crate) struct Drafts {
    /// What the bodies begin with.
    version: u8,
    drafts: Vec<BlockDraft>,
    /// How many of the drafts are in use; the others are memory for later turns.
    used: usize,
    /// The open draft of each room.
    open: HashMap<RoomId, usize>,
    /// The draft that was written last: mostly the next message goes there too.
    latest: usize,
}

impl BlockDraft {
    pub(crate) fn new() -> Self {
        Self {
            room: RoomId(0),
            first: Seq(0),
            last: Seq(0),
            first_at: Timestamp(0),
            last_at: Timestamp(0),
            count: 0,
            body: Vec::new(),
        }
    }

    pub(crate) fn begin(&mut self, version: u8, room: RoomId, seq: Seq, at: Timestamp) {
        self.room = room;
        (self.first, self.last) = (seq, seq);
        (self.first_at, self.last_at) = (at, at);
        self.count = 0;
        self.body.clear();
        self.body.shrink_to(BODY_BYTES_KEPT);
        self.body.push(version);
    }

    /// Adds a message.
    #[inline]
    pub(crate) fn push(&mut self, message: &Message<'_>) {
        self.put_place(message.seq, message.at);
        message.put(&mut self.body);
    }

    /// Begins an entry.
    #[inline]
    fn put_place(&mut self, seq: Seq, at: Timestamp) {
        put_varint(&mut self.body, seq.0 - self.last.0);
        put_varint(&mut self.body, zigzag(at.0.wrapping_sub(self.last_at.0)));
        (self.last, self.last_at) = (seq, at);
        self.count += 1;
    }
}

/// Reads the distance of an entry from the one before, in the order and in time.
pub(crate) fn take_place(rest: &mut &[u8], seq: Seq, at: Timestamp) -> Option<(Seq, Timestamp)> {
    let seq = seq.0.checked_add(take_varint(rest)?)?;
    let at = at.0.wrapping_add(unzigzag(take_varint(rest)?));
    Some((Seq(seq), Timestamp(at)))
}

impl Drafts {
    /// Of messages.
    pub(crate) fn of_messages() -> Self {
        Self::of_version(VERSION)
    }

    /// Drafts whose bodies begin with this version.
    pub(crate) fn of_version(version: u8) -> Self {
        Self {
            version,
            drafts: Vec::new(),
            used: 0,
            open: HashMap::new(),
            latest: 0,
        }
    }

    /// Forgets the last turn.
    pub(crate) fn clear(&mut self) {
        self.used = 0;
        self.latest = 0;
        self.open.clear();
        self.drafts.truncate(DRAFTS_KEPT);
    }

    /// Adds a message, which must be the newest so far.
    pub(crate) fn push(&mut self, room: RoomId, message: &Message<'_>) {
        let draft = self.draft_for(room, message.seq, message.at);
        draft.push(message);
    }

    /// Adds an entry, which must be the newest so far: its length and its fields.
    pub(crate) fn put(&mut self, room: RoomId, seq: Seq, at: Timestamp, fields: &[u8]) {
        let draft = self.draft_for(room, seq, at);
        draft.put_place(seq, at);
        put_varint(&mut draft.body, fields.len() as u64);
        draft.body.extend_from_slice(fields);
    }

    /// Forgets what some rooms have.
    pub(crate) fn forget(&mut self, rooms: &[RoomId]) {
        let known = rooms.iter().filter(|room| self.open.contains_key(room));
        let known: HashSet<RoomId> = known.copied().collect();
        if known.is_empty() {
            return;
        }
        self.drafts.truncate(self.used);
        self.drafts.retain(|draft| !known.contains(&draft.room));
        (self.used, self.latest) = (self.drafts.len(), 0);
        let places = self.drafts.iter().enumerate();
        self.open = places.map(|(place, draft)| (draft.room, place)).collect();
    }

    fn draft_for(&mut self, room: RoomId, seq: Seq, at: Timestamp) -> &mut BlockDraft {
        let used = &self.drafts[..self.used];
        let known = match used.get(self.latest) {
            Some(draft) if draft.room == room => Some(self.latest),
            _ => self.open.get(&room).copied(),
        };
        let place = match known.filter(|&place| used[place].body.len() < BODY_BYTES_MAX) {
            Some(place) => place,
            None => self.begin(room, seq, at),
        };
        self.latest = place;
        &mut self.drafts[place]
    }

    fn begin(&mut self, room: RoomId, seq: Seq, at: Timestamp) -> usize {
        let place = self.used;
        if place == self.drafts.len() {
            self.drafts.push(BlockDraft::new());
        }
        self.drafts[place].begin(self.version, room, seq, at);
        self.used += 1;
        self.open.insert(room, place);
        place
    }

    /// The blocks, in the order of their first messages.
    pub(crate) fn blocks(&self) -> &[BlockDraft] {
        &self.drafts[..self.used]
    }
}
