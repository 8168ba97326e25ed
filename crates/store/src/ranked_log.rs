//! A room's messages as a counted log: which message has which rank, by number and by time. Its
//! movements are a log of the same kind.
//!
//! The *rank* of a message is how many messages its room had before it, including trimmed ones.
//! Every block's header has the rank of its first message, so counting any range is a difference of
//! two ranks, and reads texts only in the blocks at its two ends. An index by time or by rank would
//! cost every commit a page; blocks ascend in both, so a binary search finds either.

use std::ops::Range;

use chinwag_core::{RoomId, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::block::{Block, block_columns, signed, unsigned};
use crate::blocks::{Entries, past_damage};
use crate::error::Error;

/// The next place. Saturates, since callers use the last place for "all".
pub(crate) fn next_place(seq: Seq) -> Seq {
    Seq(seq.0.saturating_add(1))
}

impl Entries {
    /// The places and times of a block's.
    fn of(self, block: &Block) -> Result<Vec<(Seq, Timestamp)>, Error> {
        Ok(match self {
            Self::Messages => {
                let messages = block.messages()?;
                messages.iter().map(|said| (said.seq, said.at)).collect()
            }
            Self::Movements => block.movement_places()?,
        })
    }
}

/// The messages or the movements of one room, on one connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RankedLog<'a> {
    conn: &'a Connection,
    room: RoomId,
    entries: Entries,
}

/// A block without its body.
#[derive(Clone, Copy, Debug)]
struct Header {
    first: i64,
    last_at: Timestamp,
    before: u64,
    count: u64,
}

const HEADER: &str = "first_seq, last_at, before, count";

impl Header {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            first: row.get(0)?,
            last_at: Timestamp(row.get(1)?),
            before: unsigned(row, 2)?,
            count: unsigned(row, 3)?,
        })
    }

    /// The rank after its last message.
    fn end(&self) -> u64 {
        self.before.saturating_add(self.count)
    }
}

impl<'a> RankedLog<'a> {
    pub(crate) fn new(conn: &'a Connection, room: RoomId) -> Self {
        let entries = Entries::Messages;
        Self {
            conn,
            room,
            entries,
        }
    }

    /// That of the room's movements.
    pub(crate) fn of_movements(conn: &'a Connection, room: RoomId) -> Self {
        let entries = Entries::Movements;
        Self {
            conn,
            room,
            entries,
        }
    }

    /// The ranks of all messages that are stored.
    pub(crate) fn ranks(&self) -> Result<Range<u64>, Error> {
        let Some((oldest, newest)) = self.ends()? else {
            return Ok(0..0);
        };
        Ok(oldest.before..newest.end())
    }

    /// The rank of the first message at or after a time. If the clock was set back, several answers
    /// are right.
    pub(crate) fn rank_at(&self, time: Timestamp) -> Result<u64, Error> {
        let Some(header) = self.halve(|header| header.last_at < time)? else {
            return Ok(self.ranks()?.end);
        };
        let Some(block) = self.block(header.first)? else {
            return Ok(self.ranks()?.end);
        };
        let entries = self.entries.of(&block)?;
        let index = entries.partition_point(|(_, at)| *at < time);
        Ok(block.before + index as u64)
    }

    /// The rank of the first message with this number or a later one.
    pub(crate) fn rank_of(&self, seq: Seq) -> Result<u64, Error> {
        let Some(block) = self.block_at(seq)? else {
            return Ok(self.ranks()?.start);
        };
        let entries = self.entries.of(&block)?;
        let index = entries.partition_point(|(place, _)| *place < seq);
        Ok(block.before + index as u64)
    }

    /// The number of the message with this rank, if it is stored.
    pub(crate) fn seq_of(&self, rank: u64) -> Result<Option<Seq>, Error> {
        let Some(block) = self.block_of(rank)? else {
            return Ok(None);
        };
        let index = usize::try_from(rank.saturating_sub(block.before)).unwrap_or(usize::MAX);
        Ok(self.entries.of(&block)?.get(index).map(|(seq, _)| *seq))
    }

    /// The block that has the message with this rank, if it is stored.
    pub(crate) fn block_of(&self, rank: u64) -> Result<Option<Block>, Error> {
        match self.halve(|header| header.end() <= rank)? {
            Some(header) => self.block(header.first),
            None => Ok(None),
        }
    }

    /// The block in which a message with this number would be: the last that begins at or before
    /// it.
    pub(crate) fn block_at(&self, seq: Seq) -> Result<Option<Block>, Error> {
        self.one(
            "first_seq <= ?2 ORDER BY first_seq DESC LIMIT 1",
            signed(seq.0),
        )
    }

    /// The first block that begins at this number or after it.
    pub(crate) fn block_from(&self, seq: Seq) -> Result<Option<Block>, Error> {
        self.one("first_seq >= ?2 ORDER BY first_seq LIMIT 1", signed(seq.0))
    }

    fn block(&self, first: i64) -> Result<Option<Block>, Error> {
        self.one("first_seq = ?2", first)
    }

    fn one(&self, condition: &str, seq: i64) -> Result<Option<Block>, Error> {
        let (columns, table) = (block_columns!(), self.entries.table());
        let sql = format!("SELECT {columns} FROM {table} WHERE room = ?1 AND {condition}");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let block = statement
            .query_row(params![self.room.0, seq], Block::read)
            .optional()?;
        Ok(block)
    }

    /// The first block for which `is_before` is false, given that it is true for all blocks before.
    fn halve(&self, is_before: impl Fn(&Header) -> bool) -> Result<Option<Header>, Error> {
        let Some((oldest, newest)) = self.ends()? else {
            return Ok(None);
        };
        // The answer begins between `low` and `high`, or there is none, for which `high` stands.
        let (mut low, mut high) = (oldest.first, newest.first + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.readable_from(middle)? {
                Some(header) if is_before(&header) => low = header.first + 1,
                _ => high = middle,
            }
        }
        Ok(self.header_from(low)?)
    }

    /// The first block from a place on that can be read: a search that only passes by damage need
    /// not fail. The index has the places of all.
    fn readable_from(&self, mut first: i64) -> Result<Option<Header>, Error> {
        let table = self.entries.table();
        let sql = format!(
            "SELECT min(first_seq) FROM {table} INDEXED BY {table}_of_room
             WHERE room = ?1 AND first_seq > ?2"
        );
        loop {
            if let Some(header) = past_damage(self.header_from(first).map_err(Error::from))? {
                return Ok(header);
            }
            let mut statement = self.conn.prepare_cached(&sql)?;
            let next = statement.query_row(params![self.room.0, first], |row| row.get(0))?;
            match next {
                Some(next) => first = next,
                None => return Ok(None),
            }
        }
    }

    fn header_from(&self, first: i64) -> rusqlite::Result<Option<Header>> {
        let table = self.entries.table();
        let sql = format!(
            "SELECT {HEADER} FROM {table} WHERE room = ?1 AND first_seq >= ?2
             ORDER BY first_seq LIMIT 1"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        statement
            .query_row(params![self.room.0, first], Header::read)
            .optional()
    }

    /// The newest message, deleted or not, if any is stored: its number and its time.
    pub(crate) fn newest(&self) -> Result<Option<(Seq, Timestamp)>, Error> {
        let Some((_, newest)) = self.ends()? else {
            return Ok(None);
        };
        let block = self.block(newest.first)?;
        Ok(block.map(|block| (block.last, newest.last_at)))
    }

    /// The oldest block and the newest.
    fn ends(&self) -> rusqlite::Result<Option<(Header, Header)>> {
        let table = self.entries.table();
        let end = |order| {
            let sql = format!(
                "SELECT {HEADER} FROM {table} WHERE room = ?1 ORDER BY first_seq {order} LIMIT 1"
            );
            let mut statement = self.conn.prepare_cached(&sql)?;
            statement.query_row([self.room.0], Header::read).optional()
        };
        Ok(end("ASC")?.zip(end("DESC")?))
    }
}
