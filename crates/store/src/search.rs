//! Search: what the index has, and what it does not have yet.
//!
//! Every message that the index offers is compared once more, by the same rule as messages after
//! its mark. So a match means the same everywhere, whatever the index says, and a search cannot
//! return what was trimmed or never existed.
//!
//! A search costs a bounded time, whatever the query and however much there is: it goes back from
//! the newest message until it has enough matches or has used up its budget. Then it reports how
//! far it has looked, and the next search can continue there.

use std::collections::HashSet;

use chinwag_core::{RoomId, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, Rows, params};

use crate::block::{Block, NameCache, block_columns, signed, unsigned};
use crate::error::{Error, SearchError};
use crate::query::{Criteria, SearchQuery};
use crate::ranked_log::RankedLog;
use crate::rules;
use crate::search_index::SearchIndex;
use crate::timeline;

/// Bytes of messages outside the index that one search looks at: 200,000 short ones, some tenths of
/// a second. The index is only further behind while it is being rebuilt.
pub(crate) const SCAN_BYTES_MAX: u64 = 32 << 20;
/// The same for a store in memory, which has no index, and a limit to its size instead.
const SCAN_MEMORY_BYTES_MAX: u64 = 4 * SCAN_BYTES_MAX;
/// Bytes that comparing a message costs besides its text, roughly.
pub(crate) const MESSAGE_BYTES: u64 = 64;
/// How many messages from the index one search looks at.
const OFFERS_MAX: usize = 20_000;
/// How many of them it takes at once.
const OFFERS: usize = 64;

/// How many blocks a scan reads at once. Between two reads others have their turn and the database
/// is released.
const SCAN_BLOCKS: i64 = 64;

/// What a search has found: in rooms, or elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matches<P = (RoomId, Seq)> {
    /// The places of the newest matches, oldest first.
    pub places: Vec<P>,
    /// Whether there are older matches.
    pub more: bool,
    /// Whether everything that could hold a match was searched, or enough was found. Otherwise the
    /// search was too costly: messages before `next` were not looked at.
    pub complete: bool,
    /// Where to continue the search ([`SearchQuery::below`]), if there is or may be more.
    pub next: Option<Seq>,
    /// The time of `next`: everything since then was searched.
    pub searched_since: Option<Timestamp>,
}

/// Searches; see [`HistoryReader::search`](crate::HistoryReader::search).
pub(crate) fn search(
    conn: &Connection,
    index: &mut SearchIndex,
    query: &SearchQuery,
    names: &mut NameCache,
) -> Result<Matches, SearchError> {
    let closed = match query.room {
        Some(_) => HashSet::new(),
        None => rules::private_rooms(conn)?,
    };
    let Some(criteria) = Criteria::of(query, closed)? else {
        return Ok(Matches {
            complete: true,
            ..Matches::default()
        });
    };
    let budget = match index.is_possible() {
        true => SCAN_BYTES_MAX,
        false => SCAN_MEMORY_BYTES_MAX,
    };
    let opened = criteria.expression().and_then(|expression| {
        let (index, mark) = index.open()?;
        Some((index, mark, expression))
    });
    let mark = opened.as_ref().map_or(Seq(0), |(_, mark, _)| *mark);
    let mut search = Search {
        conn,
        names,
        above: timeline::turn_since(conn, query.after)?,
        below: upper_bound(conn, query)?,
        room: query.room,
        // One more says whether there are more.
        wanted: query.matches_max.saturating_add(1),
        criteria,
        places: Vec::new(),
        stopped: None,
    };
    search.scan(mark, budget)?;
    if let Some((index, mark, expression)) = opened
        && search.goes_on()
    {
        search.look_up(index, mark, &expression)?;
    }
    Ok(search.matches(query.matches_max)?)
}

/// The first block number that is too new.
fn upper_bound(conn: &Connection, query: &SearchQuery) -> Result<i64, Error> {
    let before = match query.before {
        Some(before) => timeline::block_since(conn, before)?,
        None => i64::MAX,
    };
    Ok(query
        .below
        .map_or(before, |below| before.min(signed(below.0))))
}

/// A search under way.
struct Search<'a> {
    conn: &'a Connection,
    names: &'a mut NameCache,
    criteria: Criteria<'a>,
    /// The first number that is not too old.
    above: i64,
    /// The first number that is too new.
    below: i64,
    room: Option<RoomId>,
    wanted: usize,
    /// The matches, in no order.
    places: Vec<(RoomId, Seq)>,
    /// Where the budget was used up: nothing before was looked at.
    stopped: Option<Seq>,
}

impl Search<'_> {
    fn has_enough(&self) -> bool {
        self.places.len() >= self.wanted
    }

    fn goes_on(&self) -> bool {
        !self.has_enough() && self.stopped.is_none()
    }

    /// Looks at the messages after the mark, from the newest back.
    fn scan(&mut self, mark: Seq, mut budget: u64) -> Result<(), Error> {
        let (mut below, mut turn) = (self.below, None);
        loop {
            let blocks = self.blocks(mark, below)?;
            for block in &blocks {
                // The blocks of one turn overlap: only after all of them come older messages.
                if turn.is_some_and(|turn| turn != block.turn) {
                    if self.has_enough() {
                        return Ok(());
                    }
                    if budget == 0 {
                        self.stopped = turn;
                        return Ok(());
                    }
                }
                turn = Some(block.turn);
                let cost = block.body.len() as u64 + MESSAGE_BYTES * block.count;
                budget = budget.saturating_sub(cost);
                self.scan_block(block)?;
            }
            match blocks.last() {
                Some(last) => below = signed(last.first.0),
                None => return Ok(()),
            }
        }
    }

    /// Some blocks after the mark, from the newest back.
    fn blocks(&self, mark: Seq, below: i64) -> Result<Vec<Block>, Error> {
        const BLOCKS: &str = concat!(
            "SELECT ",
            block_columns!(),
            " FROM block WHERE first_seq >= ?1 AND first_seq < ?2"
        );
        const END: &str = "ORDER BY first_seq DESC LIMIT ?3";
        let sql = match self.room {
            Some(_) => format!("{BLOCKS} AND room = ?4 {END}"),
            None => format!("{BLOCKS} AND ?4 IS NULL {END}"),
        };
        let room = self.room.map(|room| room.0);
        let above = signed(mark.0).saturating_add(1).max(self.above);
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map(params![above, below, SCAN_BLOCKS, room], Block::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn scan_block(&mut self, block: &Block) -> Result<(), Error> {
        for message in block.messages()? {
            if self.criteria.match_message(block, &message, self.names) {
                self.places.push((block.room, message.seq));
            }
        }
        Ok(())
    }

    /// Looks up what is in the index, from the newest back. If the index cannot be read, the search
    /// stops where the index begins.
    fn look_up(&mut self, index: &Connection, mark: Seq, expression: &str) -> Result<(), Error> {
        let below = signed(mark.0).saturating_add(1).min(self.below);
        let above = self.above.max(oldest(self.conn)?);
        let sql = "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid >= ?2 AND rowid < ?3
                   ORDER BY rowid DESC";
        let stop = Some(Seq(below.max(0).unsigned_abs()));
        let Ok(mut statement) = index.prepare_cached(sql) else {
            self.stopped = stop;
            return Ok(());
        };
        let Ok(mut rows) = statement.query(params![expression, above, below]) else {
            self.stopped = stop;
            return Ok(());
        };
        self.stopped = stop;
        for _ in 0..OFFERS_MAX / OFFERS {
            let Ok(offers) = offers(&mut rows) else {
                return Ok(());
            };
            self.take(offers.clone())?;
            let is_end = offers.len() < OFFERS;
            if self.has_enough() || is_end {
                self.stopped = None;
                return Ok(());
            }
            self.stopped = offers.last().copied();
        }
        Ok(())
    }

    /// Takes those of the messages from the index that are stored and match. Neighbours are often
    /// in one block, which is read once for all of them.
    fn take(&mut self, mut offers: Vec<Seq>) -> Result<(), Error> {
        while let Some(&seq) = offers.first() {
            let Some(block) = block_with(self.conn, seq, self.room)? else {
                offers.remove(0);
                continue;
            };
            let messages = block.messages()?;
            offers.retain(|&offer| {
                let place = messages.binary_search_by_key(&offer, |message| message.seq);
                if let Ok(index) = place
                    && self
                        .criteria
                        .match_message(&block, &messages[index], self.names)
                {
                    self.places.push((block.room, offer));
                }
                place.is_err() && offer != seq
            });
        }
        Ok(())
    }

    fn matches(mut self, matches_max: usize) -> Result<Matches, Error> {
        self.places.sort_unstable_by_key(|&(_, seq)| seq);
        let surplus = self.places.len().saturating_sub(matches_max);
        self.places.drain(..surplus);
        let more = surplus > 0;
        let next = match more {
            true => self.places.first().map(|&(_, seq)| seq),
            false => self.stopped,
        };
        let searched_since = match next {
            Some(next) => time_of(self.conn, next)?,
            None => None,
        };
        Ok(Matches {
            places: self.places,
            more,
            complete: more || next.is_none(),
            next,
            searched_since,
        })
    }
}

/// The next messages from the index; fewer than [`OFFERS`] if these are the last.
fn offers(rows: &mut Rows<'_>) -> rusqlite::Result<Vec<Seq>> {
    let mut offers = Vec::with_capacity(OFFERS);
    while offers.len() < OFFERS
        && let Some(row) = rows.next()?
    {
        offers.push(Seq(unsigned(row, 0)?));
    }
    Ok(offers)
}

/// The oldest stored message; `i64::MAX` if there is none.
fn oldest(conn: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT min(first_seq) FROM block";
    let oldest: Option<i64> = conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(oldest.unwrap_or(i64::MAX))
}

/// The time of the message with this number, or of one close to it.
fn time_of(conn: &Connection, seq: Seq) -> rusqlite::Result<Option<Timestamp>> {
    let sql = "SELECT first_at FROM block WHERE first_seq <= ?1 ORDER BY first_seq DESC LIMIT 1";
    conn.prepare_cached(sql)?
        .query_row([signed(seq.0)], |row| row.get(0).map(Timestamp))
        .optional()
}

/// The block that has a message, if it is stored; in this room, if one is given.
///
/// The blocks of one turn overlap, and the newest block that begins at or before the message is of
/// its turn. So it is that block, or an earlier one of the same turn.
pub(crate) fn block_with(
    conn: &Connection,
    seq: Seq,
    room: Option<RoomId>,
) -> Result<Option<Block>, Error> {
    if let Some(room) = room {
        let block = RankedLog::new(conn, room).block_at(seq)?;
        return Ok(block.filter(|block| block.last >= seq));
    }
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
        " FROM block WHERE first_seq BETWEEN ?1 AND ?2 AND last_seq >= ?2 ORDER BY first_seq DESC"
    );
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![turn, signed(seq.0)])?;
    while let Some(row) = rows.next()? {
        let block = Block::read(row)?;
        if block.messages()?.iter().any(|message| message.seq == seq) {
            return Ok(Some(block));
        }
    }
    Ok(None)
}
