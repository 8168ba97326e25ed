//! Reading back: the newest messages of a room, or those of some stretch of time.

use std::sync::Arc;

use chinwag_core::{Event, RoomId, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::block::{Block, Message, Names, block_columns, signed, unsigned};
use crate::commit::Store;
use crate::database::Database;
use crate::error::Error;
use crate::search::Index;

/// Reads what is kept, beside the writer and without ever holding it up. Each method is one short
/// look at the database: a long one would keep the write-ahead log from beginning anew.
#[derive(Debug)]
pub struct Reader {
    pub(crate) messages: Database,
    pub(crate) index: Index,
    pub(crate) names: Names,
}

/// The newest messages of a room.
#[derive(Clone, Debug, PartialEq)]
pub struct Recent {
    /// The messages, oldest first.
    pub events: Vec<Arc<Event>>,
    /// How many messages of the room are kept.
    pub total: u64,
}

/// Which messages of a room are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// The newest.
    Newest,
    /// Those from this time on.
    Since(Timestamp),
    /// Those from the first time on and before the second: a day, for example.
    Between(Timestamp, Timestamp),
    /// Those behind this place in the one order.
    After(Seq),
}

/// Some messages of a room.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The messages, oldest first. Whoever said them is no person any more
    /// ([`PersonId`](chinwag_core::PersonId) 0): a name is all that is kept.
    pub events: Vec<Event>,
    /// Whether older ones were asked for too, but are more than was allowed.
    pub more: bool,
    /// How many messages of the room are kept.
    pub total: u64,
}

impl Store {
    /// The newest messages of a room: at most so many, and of at most so many bytes of text.
    ///
    /// # Errors
    /// [`Error`] if they cannot be read.
    pub fn recent(
        &mut self,
        room: RoomId,
        messages_max: usize,
        bytes_max: usize,
    ) -> Result<Recent, Error> {
        let conn = self.database.conn_as_is()?;
        let (mut messages, mut bytes) = (0, 0);
        let newest = newest(conn, room, Back::Newest, &mut self.names, |message| {
            (messages, bytes) = (messages + 1, bytes + message.text.len());
            messages <= messages_max && bytes <= bytes_max
        })?;
        Ok(Recent {
            events: newest.events.into_iter().map(Arc::new).collect(),
            total: total(conn, room)?,
        })
    }
}

impl Reader {
    pub(crate) fn new(messages: Database) -> Self {
        Self {
            index: Index::beside(&messages),
            messages,
            names: Names::default(),
        }
    }

    /// The messages of a room that are asked for; of more than so many the newest.
    ///
    /// # Errors
    /// [`Error`] if they cannot be read.
    pub fn history(
        &mut self,
        room: RoomId,
        back: Back,
        messages_max: usize,
    ) -> Result<History, Error> {
        let conn = self.messages.conn()?;
        let mut messages = 0;
        let newest = newest(conn, room, back, &mut self.names, |_| {
            messages += 1;
            messages <= messages_max
        })?;
        Ok(History {
            events: newest.events,
            more: newest.more,
            total: total(conn, room)?,
        })
    }
}

struct Newest {
    events: Vec<Event>,
    more: bool,
}

/// What [`Back`] asks for, as bounds: `from <= at < until` and `after < seq`.
struct Bounds {
    from: Timestamp,
    until: Timestamp,
    after: Seq,
}

impl Bounds {
    fn of(back: Back) -> Self {
        let all = Self {
            from: Timestamp(i64::MIN),
            until: Timestamp(i64::MAX),
            after: Seq(0),
        };
        match back {
            Back::Newest => all,
            Back::Since(from) => Self { from, ..all },
            Back::Between(from, until) => Self { from, until, ..all },
            Back::After(after) => Self { after, ..all },
        }
    }

    fn hold(&self, message: &Message<'_>) -> bool {
        self.from <= message.at && message.at < self.until && self.after < message.seq
    }

    /// Whether nothing from this block on backwards can be within.
    fn are_behind(&self, block: &Block) -> bool {
        block.last_at < self.from || block.last <= self.after
    }
}

/// Walks back from the newest message that is asked for, until there are no more or `take` has
/// had enough.
fn newest(
    conn: &Connection,
    room: RoomId,
    back: Back,
    names: &mut Names,
    mut take: impl FnMut(&Message<'_>) -> bool,
) -> Result<Newest, Error> {
    let bounds = Bounds::of(back);
    let below = first_block_since(conn, bounds.until)?;
    let sql = concat!(
        "SELECT ",
        block_columns!(),
        " FROM block WHERE room = ?1 AND first_seq < ?2 ORDER BY first_seq DESC"
    );
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![room.0, below])?;
    let mut events = Vec::new();
    let mut more = false;
    'blocks: while let Some(row) = rows.next()? {
        let block = Block::read(row)?;
        if bounds.are_behind(&block) {
            break;
        }
        for message in block.messages()?.iter().rev().filter(|m| bounds.hold(m)) {
            if !take(message) {
                more = true;
                break 'blocks;
            }
            events.push(block.event(message, names)?);
        }
    }
    events.reverse();
    Ok(Newest { events, more })
}

/// The first block, by the messages' order, that lies wholly at or behind a time; `i64::MAX` if
/// there is none.
///
/// Found by halving, since blocks stand in the order of time as well: an index by time would cost
/// every commit a page. Where the clock was set back the answer is one of several that are right.
pub(crate) fn first_block_since(conn: &Connection, time: Timestamp) -> rusqlite::Result<i64> {
    if time == Timestamp(i64::MAX) {
        return Ok(i64::MAX);
    }
    // Asked for in one SELECT, they would be looked for in all rows.
    let ends = "SELECT (SELECT min(first_seq) FROM block), (SELECT max(first_seq) FROM block)";
    let ends: (Option<i64>, Option<i64>) = conn
        .prepare_cached(ends)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(mut low), Some(mut high)) = ends else {
        return Ok(i64::MAX);
    };
    high += 1;
    // The answer is a block between `low` and `high`, or the end, which `high` stands for.
    let at_or_behind = "SELECT first_seq, first_at FROM block WHERE first_seq >= ?1
                        ORDER BY first_seq LIMIT 1";
    let mut statement = conn.prepare_cached(at_or_behind)?;
    while low < high {
        let middle = low + (high - low) / 2;
        let block: Option<(i64, i64)> = statement
            .query_row([middle], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match block {
            Some((first, at)) if at < time.0 => low = first + 1,
            _ => high = middle,
        }
    }
    let block: Option<i64> = statement.query_row([low], |row| row.get(0)).optional()?;
    Ok(block.unwrap_or(i64::MAX))
}

/// How many messages of a room are kept: what the newest block has counted, without what the
/// oldest counted before it.
fn total(conn: &Connection, room: RoomId) -> rusqlite::Result<u64> {
    let newest = "SELECT before + count FROM block WHERE room = ?1
                  ORDER BY first_seq DESC LIMIT 1";
    let oldest = "SELECT before FROM block WHERE room = ?1 ORDER BY first_seq LIMIT 1";
    let number = |sql| {
        let mut statement = conn.prepare_cached(sql)?;
        statement
            .query_row([room.0], |row| unsigned(row, 0))
            .optional()
    };
    let (newest, oldest) = (number(newest)?, number(oldest)?);
    Ok(newest.unwrap_or(0).saturating_sub(oldest.unwrap_or(0)))
}

/// The block that a message stands in, if it is kept; in this room, if one is named.
///
/// The blocks of one turn overlap, and the newest block that begins at or before the message is
/// of its turn. So the block is that one or one before it in the turn.
pub(crate) fn block_with(
    conn: &Connection,
    seq: Seq,
    room: Option<RoomId>,
) -> Result<Option<Block>, Error> {
    let turn = "SELECT turn FROM block WHERE first_seq <= ?1 ORDER BY first_seq DESC LIMIT 1";
    let turn: Option<i64> = conn
        .prepare_cached(turn)?
        .query_row([signed(seq.0)], |row| row.get(0))
        .optional()?;
    let Some(turn) = turn else {
        return Ok(None);
    };
    let sql = concat!(
        "SELECT ",
        block_columns!(),
        " FROM block WHERE first_seq BETWEEN ?1 AND ?2 AND last_seq >= ?2
          AND (?3 IS NULL OR room = ?3) ORDER BY first_seq DESC"
    );
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![turn, signed(seq.0), room.map(|room| room.0)])?;
    while let Some(row) = rows.next()? {
        let block = Block::read(row)?;
        if block.messages()?.iter().any(|message| message.seq == seq) {
            return Ok(Some(block));
        }
    }
    Ok(None)
}
