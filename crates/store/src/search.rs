//! Search: what the index has, and what it does not have yet.
//!
//! Every message that the index offers is compared once more in the way in which those behind
//! its mark are. So a match is the same thing everywhere, whatever the index says, and it cannot
//! bring up what was trimmed or what never was.

use std::path::PathBuf;

use chinwag_core::{Event, Name, RoomId, Seq, Timestamp};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::block::{Block, Message, Names, block_columns, signed};
use crate::database::{Database, FileId, file_id};
use crate::error::Error;
use crate::index::{mark_of, path_of};
use crate::reader::Reader;
use crate::words::{Phrase, write_words};

/// Messages behind the mark that one search looks at: some tenths of a second. The index is
/// further behind only while it is being made anew. A store in memory has no index, and a limit
/// to its size instead.
const SCAN_MAX: u64 = 200_000;

/// Blocks that a scan reads at once. Between two reads others have their turn and the database
/// is let go.
const SCAN_BLOCKS: i64 = 64;

/// What is looked for: messages that meet all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// The words, as they were typed. A message has to have each as a whole word, in any case
    /// and with any accents; with a `*` behind it, as the beginning of a word. Several words in
    /// one (`well-known`) have to follow each other.
    pub words: Vec<String>,
    /// The sender.
    pub from: Option<Name>,
    /// The room.
    pub room: Option<RoomId>,
    /// Only what was said before this time.
    pub before: Option<Timestamp>,
    /// How many matches are wanted.
    pub matches_max: usize,
}

/// What a search has found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The newest matches, oldest first, as in [`Page`](crate::Page).
    pub events: Vec<Event>,
    /// Whether there are older matches.
    pub more: bool,
    /// Whether all that is kept was searched. While the index is being made anew, older messages
    /// may be neither in it nor among the newest 200,000 that were looked at.
    pub complete: bool,
}

/// The index, for reading.
#[derive(Debug)]
pub(crate) struct Index {
    path: Option<PathBuf>,
    store: String,
    open: Option<(Connection, Option<FileId>)>,
}

impl Index {
    /// The index of the store that the connection is to.
    pub(crate) fn beside(messages: &Database) -> Self {
        Self {
            path: path_of(messages),
            store: messages.store().to_owned(),
            open: None,
        }
    }

    /// The index and how far it is, if there is one that can be read.
    fn open(&mut self) -> Option<(&Connection, Seq)> {
        let path = self.path.as_deref()?;
        let file = file_id(path);
        if self.open.as_ref().is_none_or(|(_, open)| *open != file) {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let conn = Connection::open_with_flags(path, flags).ok()?;
            conn.pragma_update(None, "query_only", true).ok()?;
            self.open = Some((conn, file));
        }
        let (conn, _) = self.open.as_ref()?;
        let mark = mark_of(conn, &self.store).ok()??;
        Some((conn, mark))
    }
}

impl Reader {
    /// The newest messages that meet the query.
    ///
    /// # Errors
    /// [`Error`] if messages cannot be read. An index that is missing or damaged is none: it only
    /// makes the search slower, or incomplete.
    pub fn search(&mut self, query: &SearchQuery) -> Result<Found, Error> {
        let Some(criteria) = Criteria::of(query) else {
            return Ok(Found {
                events: Vec::new(),
                more: false,
                complete: true,
            });
        };
        let scan_max = match self.index.path {
            Some(_) => SCAN_MAX,
            None => u64::MAX,
        };
        let conn = self.messages.conn()?;
        let index = criteria.expression().and_then(|expression| {
            let (index, mark) = self.index.open()?;
            Some((index, mark, expression))
        });
        let mark = index.as_ref().map_or(Seq(0), |(_, mark, _)| *mark);
        let mut search = Search {
            conn,
            names: &mut self.names,
            below: first_block_since(conn, query.before.unwrap_or(Timestamp(i64::MAX)))?,
            // One more tells whether there are more.
            wanted: query.matches_max.saturating_add(1),
            scan_max,
            criteria,
            words: String::new(),
            events: Vec::new(),
        };
        let mut complete = search.scan(mark)?;
        if let Some((index, mark, expression)) = index
            && !search.has_enough()
        {
            complete &= search.look_up(index, mark, &expression)?;
        }
        Ok(search.found(query.matches_max, complete))
    }
}

/// A query, ready to be compared with messages.
struct Criteria<'a> {
    phrases: Vec<Phrase>,
    from: Option<&'a Name>,
    room: Option<RoomId>,
    before: Option<Timestamp>,
}

impl<'a> Criteria<'a> {
    /// `None` if words were asked for but there is no letter or digit in any.
    fn of(query: &'a SearchQuery) -> Option<Self> {
        let words = query.words.iter();
        let phrases: Vec<Phrase> = words.filter_map(|typed| Phrase::parse(typed)).collect();
        if phrases.is_empty() && !query.words.is_empty() {
            return None;
        }
        Some(Self {
            phrases,
            from: query.from.as_ref(),
            room: query.room,
            before: query.before,
        })
    }

    /// The query in the language of FTS5. Everything that was typed is a quoted string there and
    /// cannot be taken for a part of that language. `None` if there is nothing to look up.
    fn expression(&self) -> Option<String> {
        let quote = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let mut parts: Vec<String> = Vec::new();
        for phrase in &self.phrases {
            let (words, is_prefix) = phrase.parts();
            let star = if is_prefix { " *" } else { "" };
            parts.push(format!("body : {}{star}", quote(words)));
        }
        parts.extend(
            self.from
                .map(|name| format!("sender : {}", quote(name.folded()))),
        );
        parts.extend(self.room.map(|room| format!("room : \"{}\"", room.0)));
        (!parts.is_empty()).then(|| parts.join(" AND "))
    }
}

/// A search under way.
struct Search<'a> {
    conn: &'a Connection,
    names: &'a mut Names,
    criteria: Criteria<'a>,
    /// The first block that is too new.
    below: i64,
    wanted: usize,
    /// How many messages behind the mark it may look at.
    scan_max: u64,
    /// The words of the message at hand.
    words: String,
    /// The matches, in no order.
    events: Vec<Event>,
}

impl Search<'_> {
    fn has_enough(&self) -> bool {
        self.events.len() >= self.wanted
    }

    /// Looks at the messages behind the mark, from the newest back. Returns whether at all of
    /// them that matter.
    fn scan(&mut self, mark: Seq) -> Result<bool, Error> {
        let (mut below, mut turn, mut left) = (self.below, None, self.scan_max);
        loop {
            let blocks = self.blocks(mark, below)?;
            for block in &blocks {
                // The blocks of one turn overlap: only behind all of them are older messages.
                if turn.replace(block.turn) != Some(block.turn) && self.has_enough() {
                    return Ok(true);
                }
                if left == 0 {
                    return Ok(false);
                }
                left = left.saturating_sub(block.count);
                self.scan_block(block)?;
            }
            match blocks.last() {
                Some(last) => below = signed(last.first.0),
                None => return Ok(true),
            }
        }
    }

    /// Some blocks behind the mark, from the newest back.
    fn blocks(&self, mark: Seq, below: i64) -> Result<Vec<Block>, Error> {
        const BLOCKS: &str = concat!(
            "SELECT ",
            block_columns!(),
            " FROM block WHERE first_seq > ?1 AND first_seq < ?2"
        );
        const END: &str = "ORDER BY first_seq DESC LIMIT ?3";
        let sql = match self.criteria.room {
            Some(_) => format!("{BLOCKS} AND room = ?4 {END}"),
            None => format!("{BLOCKS} AND ?4 IS NULL {END}"),
        };
        let room = self.criteria.room.map(|room| room.0);
        let mut statement = self.conn.prepare_cached(&sql)?;
        let params = params![signed(mark.0), below, SCAN_BLOCKS, room];
        let rows = statement.query_map(params, Block::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn scan_block(&mut self, block: &Block) -> Result<(), Error> {
        for message in block.messages()? {
            if self.matches(block, &message) {
                self.events.push(block.event(&message, self.names)?);
            }
        }
        Ok(())
    }

    fn matches(&mut self, block: &Block, message: &Message<'_>) -> bool {
        let criteria = &self.criteria;
        if criteria.room.is_some_and(|room| block.room != room)
            || criteria.before.is_some_and(|before| message.at >= before)
        {
            return false;
        }
        if let Some(from) = criteria.from {
            let sender = self.names.parse(message.name);
            if !sender.is_some_and(|sender| sender.same_as(from)) {
                return false;
            }
        }
        if criteria.phrases.is_empty() {
            return true;
        }
        self.words.clear();
        write_words(message.text, &mut self.words);
        let phrases = &mut self.criteria.phrases.iter();
        phrases.all(|phrase| phrase.is_in(&self.words))
    }

    /// Looks up what is in the index, from the newest back. Returns whether that went well.
    fn look_up(&mut self, index: &Connection, mark: Seq, expression: &str) -> Result<bool, Error> {
        let oldest: Option<i64> = self
            .conn
            .prepare_cached("SELECT min(first_seq) FROM block")?
            .query_row([], |row| row.get(0))?;
        let Some(oldest) = oldest else {
            return Ok(true);
        };
        let above = signed(mark.0).saturating_add(1).min(self.below);
        let sql = "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid >= ?2 AND rowid < ?3
                   ORDER BY rowid DESC";
        let Ok(mut statement) = index.prepare_cached(sql) else {
            return Ok(false);
        };
        let Ok(mut rows) = statement.query(params![expression, oldest, above]) else {
            return Ok(false);
        };
        while !self.has_enough() {
            let seq: Option<i64> = match rows.next() {
                Ok(Some(row)) => row.get(0).ok(),
                Ok(None) => return Ok(true),
                Err(_) => None,
            };
            let Some(seq) = seq else {
                return Ok(false);
            };
            self.take(Seq(seq.max(0).unsigned_abs()))?;
        }
        Ok(true)
    }

    /// Takes a message that the index offers, if it is kept and matches.
    fn take(&mut self, seq: Seq) -> Result<(), Error> {
        let Some(block) = block_with(self.conn, seq, self.criteria.room)? else {
            return Ok(());
        };
        for message in block.messages()? {
            if message.seq == seq && self.matches(&block, &message) {
                self.events.push(block.event(&message, self.names)?);
            }
        }
        Ok(())
    }

    fn found(mut self, matches_max: usize, complete: bool) -> Found {
        self.events.sort_unstable_by_key(|event| event.seq);
        let more = self.events.len() > matches_max;
        self.events
            .drain(..self.events.len().saturating_sub(matches_max));
        Found {
            events: self.events,
            more,
            complete,
        }
    }
}

/// The first block, by the messages' order, that lies wholly at or behind a time; `i64::MAX` if
/// there is none.
///
/// Found by halving, since blocks stand in the order of time as well: an index by time would cost
/// every commit a page. Where the clock was set back the answer is one of several that are right.
fn first_block_since(conn: &Connection, time: Timestamp) -> rusqlite::Result<i64> {
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

/// The block that a message stands in, if it is kept; in this room, if one is named.
///
/// The blocks of one turn overlap, and the newest block that begins at or before the message is
/// of its turn. So the block is that one or one before it in the turn.
fn block_with(conn: &Connection, seq: Seq, room: Option<RoomId>) -> Result<Option<Block>, Error> {
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
