//! Where a time lies in the one order of all rooms' blocks.

use chinwag_core::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::error::Error;

/// The first turn that may have something of this time or later: that of the block before the first
/// one that begins so late. Blocks of one turn overlap, so only their beginnings are ordered.
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

/// The first block that begins at or after a time; `i64::MAX` if there is none.
///
/// Found by binary search, since blocks ascend in time as well: an index by time would cost every
/// commit a page. If the clock was set back, several answers are right.
pub(crate) fn block_since(conn: &Connection, time: Timestamp) -> rusqlite::Result<i64> {
    // With one SELECT for both, SQLite would look through all rows.
    let ends = "SELECT (SELECT min(first_seq) FROM block), (SELECT max(first_seq) FROM block)";
    let ends: (Option<i64>, Option<i64>) = conn
        .prepare_cached(ends)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(mut low), Some(mut high)) = ends else {
        return Ok(i64::MAX);
    };
    high += 1;
    // The answer is a block between `low` and `high`, or the end, for which `high` stands.
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
