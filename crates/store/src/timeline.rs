//! Where a time lies in the one order of all rooms' blocks.

use chinwag_core::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::error::Error;

/// The first turn that may have something of this time or later. It is that of the block before the
/// first that begins so late: blocks of one turn overlap, so that only where they begin is in order.
pub(crate) fn turn_since(conn: &Connection, after: Option<Timestamp>) -> Result<i64, Error> {
    let Some(after) = after else {
        return Ok(0);
    };
    let turn = "SELECT turn FROM block WHERE first_seq < ?1 ORDER BY first_seq DESC LIMIT 1";
    let mut statement = conn.prepare_cached(turn)?;
    let turn: Option<i64> = statement
        .query_row([block_since(conn, after)?], |row| row.get(0))
        .optional()?;
    Ok(turn.unwrap_or(0))
}

/// The first block that begins at or behind a time; `i64::MAX` if there is none.
///
/// Found by halving, since blocks stand in the order of time as well: an index by time would cost
/// every commit a page. Where the clock was set back the answer is one of several that are right.
pub(crate) fn block_since(conn: &Connection, time: Timestamp) -> rusqlite::Result<i64> {
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
    let from = "SELECT first_seq, first_at FROM block WHERE first_seq >= ?1
                ORDER BY first_seq LIMIT 1";
    let mut statement = conn.prepare_cached(from)?;
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
