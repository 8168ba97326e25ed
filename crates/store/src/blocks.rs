//! All blocks of a table, in the order of writing, without those that cannot be read.
//!
//! Every statement that comes to a damaged page of the file ends there. But the index of rooms has
//! the keys of all blocks, in other pages: the blocks behind the damage are read one by one.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;

use chinwag_core::{RoomId, Seq};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::block::{Block, block_columns, unsigned};
use crate::error::Error;

/// What the blocks of a table contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entries {
    Messages,
    Movements,
}

impl Entries {
    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Messages => "block",
            Self::Movements => "movement",
        }
    }

    /// The primary key, which grows.
    fn key(self) -> &'static str {
        match self {
            Self::Messages => "first_seq",
            Self::Movements => "id",
        }
    }

    fn part(self) -> Part {
        match self {
            Self::Messages => Part::Messages,
            Self::Movements => Part::Movements,
        }
    }
}

/// A part of what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What was said in rooms.
    Messages,
    /// Who came, went and changed.
    Movements,
    /// Topics and announcements.
    Notices,
}

/// Something that cannot be read: the database is damaged there. Of several rooms some may be
/// readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread {
    /// What.
    pub part: Part,
    /// The number of the first event that may be lost,
    pub first: Seq,
    /// and of the last; `Seq(u64::MAX)` if nothing behind it can be read.
    pub last: Seq,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part {
            Part::Messages => "messages",
            Part::Movements => "movements",
            Part::Notices => "topics and announcements",
        };
        let first = self.first.0;
        match self.last {
            Seq(u64::MAX) => write!(f, "not all {part} from number {first} on can be read"),
            Seq(last) => write!(
                f,
                "not all {part} from number {first} to {last} can be read"
            ),
        }
    }
}

impl std::error::Error for Unread {}

/// See the [module](self).
pub(crate) struct Blocks<'c> {
    conn: &'c Connection,
    entries: Entries,
    /// Only of this room.
    room: Option<RoomId>,
    /// The keys of those that were not read yet.
    keys: Range<i64>,
    /// No block begins before this place.
    from: Seq,
    /// The blocks that are left, once the table was found to be damaged: keys and places.
    rest: Option<VecDeque<(i64, Seq)>>,
    next: Option<Block>,
    /// What cannot be read before the next block.
    gap: Option<Unread>,
}

impl<'c> Blocks<'c> {
    /// Those of these keys that begin at a place or behind it.
    pub(crate) fn new(
        conn: &'c Connection,
        entries: Entries,
        room: Option<RoomId>,
        keys: Range<i64>,
        from: Seq,
    ) -> Result<Self, Error> {
        let mut blocks = Self {
            conn,
            entries,
            room,
            keys,
            from,
            rest: None,
            next: None,
            gap: None,
        };
        blocks.next = blocks.read_next()?;
        Ok(blocks)
    }

    /// Where the next one begins; beyond all places if there is none.
    pub(crate) fn first(&self) -> Seq {
        self.next.as_ref().map_or(Seq(u64::MAX), |next| next.first)
    }

    /// The turn of the next one.
    pub(crate) fn turn(&self) -> Option<Seq> {
        self.next.as_ref().map(|next| next.turn)
    }

    /// What cannot be read before the next one and before a place.
    pub(crate) fn gap_before(&self, place: Seq) -> Option<Unread> {
        let gap = self.gap.filter(|gap| gap.first < place)?;
        let last = gap.last.min(Seq(place.0 - 1));
        Some(Unread { last, ..gap })
    }

    /// That a block of it cannot be read.
    pub(crate) fn lost(&self, block: &Block) -> Unread {
        Unread {
            part: self.entries.part(),
            first: block.first,
            last: block.last,
        }
    }

    /// The next one, and what cannot be read before it.
    pub(crate) fn advance(&mut self) -> Result<(Option<Unread>, Option<Block>), Error> {
        let (gap, next) = (self.gap.take(), self.next.take());
        if let Some(block) = &next {
            self.from = block.first;
            self.next = self.read_next()?;
        }
        Ok((gap, next))
    }

    fn read_next(&mut self) -> Result<Option<Block>, Error> {
        if self.rest.is_none() {
            match past_damage(self.read_first())? {
                Some(Some((key, block))) => {
                    self.keys.start = key + 1;
                    return Ok(Some(block));
                }
                Some(None) => return Ok(None),
                None => self.rest = Some(self.list()?),
            }
        }
        while let Some((key, first)) = self.rest.as_mut().and_then(VecDeque::pop_front) {
            if let Some(Some(block)) = past_damage(self.read(key))? {
                if let Some(gap) = &mut self.gap {
                    gap.last = Seq(block.first.0.saturating_sub(1)).max(gap.first);
                }
                return Ok(Some(block));
            }
            self.note(first);
        }
        Ok(None)
    }

    /// Notes that what begins at a place cannot be read.
    fn note(&mut self, first: Seq) {
        self.gap.get_or_insert(Unread {
            part: self.entries.part(),
            first,
            last: Seq(u64::MAX),
        });
    }

    /// The first of those that are left, with its key.
    fn read_first(&self) -> Result<Option<(i64, Block)>, Error> {
        let (columns, table, key) = (block_columns!(), self.entries.table(), self.entries.key());
        let sql = format!(
            "SELECT {columns}, {key} FROM {table} WHERE {key} >= ?1 AND {key} < ?2 AND first_seq >= ?3
             AND (?4 IS NULL OR room = ?4) ORDER BY {key} LIMIT 1"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let (start, end, from) = (self.keys.start, self.keys.end, self.from.0.cast_signed());
        let room = self.room.map(|room| room.0);
        let read = |row: &Row<'_>| Ok((row.get(8)?, Block::read(row)?));
        let found = statement.query_row(params![start, end, from, room], read);
        Ok(found.optional()?)
    }

    fn read(&self, key: i64) -> Result<Option<Block>, Error> {
        let (columns, table, name) = (block_columns!(), self.entries.table(), self.entries.key());
        let sql = format!("SELECT {columns} FROM {table} WHERE {name} = ?1");
        let mut statement = self.conn.prepare_cached(&sql)?;
        Ok(statement.query_row([key], Block::read).optional()?)
    }

    /// The keys and the places of all that are left, by the index of rooms, as far as that can be
    /// read.
    fn list(&mut self) -> Result<VecDeque<(i64, Seq)>, Error> {
        let (table, key) = (self.entries.table(), self.entries.key());
        let sql = format!(
            "SELECT {key}, first_seq FROM {table} INDEXED BY {table}_of_room
             WHERE {key} >= ?1 AND {key} < ?2 AND first_seq >= ?3 AND (?4 IS NULL OR room = ?4)"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let (start, end, from) = (self.keys.start, self.keys.end, self.from.0.cast_signed());
        let room = self.room.map(|room| room.0);
        let mut rows = statement.query(params![start, end, from, room])?;
        let mut listed = Vec::new();
        loop {
            let row = rows.next().map_err(Error::from);
            let row = row.and_then(|row| {
                row.map(|row| Ok((row.get(0)?, Seq(unsigned(row, 1)?))))
                    .transpose()
            });
            match past_damage(row)? {
                Some(Some(row)) => listed.push(row),
                Some(None) => break,
                // Of what the index does not tell nothing is found again.
                None => {
                    self.note(self.from);
                    break;
                }
            }
        }
        listed.sort_unstable();
        Ok(listed.into())
    }
}

/// What was read; `None` if the database is damaged there.
///
/// # Errors
/// All others.
pub(crate) fn past_damage<T>(read: Result<T, Error>) -> Result<Option<T>, Error> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(Error::Damaged(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
