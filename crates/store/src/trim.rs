//! Retention: deletes the oldest messages, a few blocks at a time, so that the chat never waits
//! long.
//!
//! Deletion leaves free pages in the file, which new messages fill. The file does not shrink;
//! `VACUUM`, with the server stopped, does that.

use chinwag_core::{Duration, Monotonic, Timestamp};
use rusqlite::{Connection, params};

use crate::block::unsigned;
use crate::commit::Store;
use crate::error::Error;
use crate::movement;
use crate::notice;
use crate::private;
use crate::schema::{key, pragma};
use crate::snapshot;
use crate::trimmed;

/// The most blocks that one step deletes.
const BLOCKS_MAX: i64 = 64;

/// The most bytes of messages that one step deletes, apart from the last block: each page of a long
/// one has to be read before it is free.
const BYTES_MAX: u64 = 256 << 10;

/// The most rows of one table that one step deletes: private messages, and likewise notices.
const ROWS_MAX: i64 = 500;

/// Time between two looks for expired restrictions. They do no harm until then.
const SWEEP_TIME: Duration = Duration::from_mins(60);

/// The oldest blocks to delete.
struct Oldest {
    /// The last of them.
    last: i64,
    /// Whether there may be more to delete.
    more: bool,
}

impl Store {
    /// Does a small step of what [`Retention`](crate::Retention) requires, in a few milliseconds at
    /// most. `now` has run since the store was opened: the past ages with it, and not with jumps of
    /// the clock that shows `wall`. Returns whether there is more to do, for whenever there is
    /// time.
    ///
    /// # Errors
    /// [`Error`] if it fails; nothing is deleted then.
    pub fn trim(&mut self, wall: Timestamp, now: Monotonic) -> Result<bool, Error> {
        let age = self.age.advance(wall, now);
        match self.trim_step(age) {
            Ok(more) => Ok(more),
            Err(error) => {
                self.give_up(&error);
                Err(error.into())
            }
        }
    }

    fn trim_step(&mut self, now: Timestamp) -> rusqlite::Result<bool> {
        self.forget_restrictions(now)?;
        let keep = self.retention.keep;
        let conn = self.database.conn_as_is()?;
        if keep.is_some()
            && let Some(age) = self.age.poll_save()
        {
            crate::schema::set(conn, key::AGE, Some(&age.0))?;
        }
        let excess = match self.retention.bytes_max {
            Some(bytes_max) => used_bytes(conn)?.saturating_sub(bytes_max),
            None => 0,
        };
        let cutoff = keep.map(|keep| now - keep);
        if excess == 0 && cutoff.is_none() {
            return Ok(false);
        }
        let oldest = oldest(conn, cutoff, excess)?;
        // Rows go with the blocks of their time; without blocks, by themselves.
        let last = match &oldest {
            Some(oldest) => Some(oldest.last),
            None => {
                let time = cutoff.filter(|_| excess == 0);
                let private = last_before(conn, "private_message", time)?;
                let notices = last_before(conn, "notice", time)?;
                private.max(notices).max(movement::last_before(conn, time)?)
            }
        };
        let Some(last) = last else {
            return Ok(false);
        };
        // The newest message may go, but not what it says about the one order.
        let last_seq = snapshot::last_seq(conn)?;
        conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        snapshot::set_last_seq(conn, last_seq)?;
        let more = trim_to(conn, last, oldest.is_some())?;
        conn.prepare_cached("COMMIT")?.execute([])?;
        Ok(more || oldest.is_some_and(|oldest| oldest.more))
    }

    /// Deletes expired restrictions now and then.
    fn forget_restrictions(&mut self, now: Timestamp) -> rusqlite::Result<()> {
        let is_due = self
            .swept
            .is_none_or(|swept| now.since(swept) >= SWEEP_TIME);
        if is_due {
            let conn = self.database.conn_as_is()?;
            conn.prepare_cached("DELETE FROM restriction WHERE until <= ?1")?
                .execute([now.0])?;
            self.swept = Some(now);
        }
        Ok(())
    }
}

/// Deletes the oldest entries, up to a place at most. Returns whether there are more rows up to
/// there.
fn trim_to(conn: &Connection, mut last: i64, has_blocks: bool) -> rusqlite::Result<bool> {
    let movements = movement::oldest(conn, last)?;
    if let Some(movements) = &movements {
        movement::trim(conn, movements)?;
        // Messages go with those of their time, and not because of what later ones take.
        if movements.more {
            last = last.min(movements.last);
        }
    }
    if has_blocks {
        trimmed::note(conn, last)?;
        conn.prepare_cached("DELETE FROM block WHERE first_seq <= ?1")?
            .execute([last])?;
    }
    let private = oldest_rows(conn, "private_message", last)?;
    if let Some((last, _)) = private {
        private::trim(conn, last)?;
    }
    let notices = oldest_rows(conn, "notice", last)?;
    if let Some((last, _)) = notices {
        notice::trim(conn, last)?;
    }
    let mut rows = private.into_iter().chain(notices);
    Ok(rows.any(|(_, more)| more) || movements.is_some_and(|movements| movements.more))
}

/// The place of the last of the oldest rows up to a place, as many as one step deletes, and whether
/// there are more.
fn oldest_rows(conn: &Connection, table: &str, last: i64) -> rusqlite::Result<Option<(i64, bool)>> {
    let oldest = format!(
        "SELECT max(seq), count(*) FROM (SELECT seq FROM {table}
         WHERE seq <= ?1 ORDER BY seq LIMIT ?2)"
    );
    let mut statement = conn.prepare_cached(&oldest)?;
    let (last, count): (Option<i64>, i64) = statement
        .query_row(params![last, ROWS_MAX], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok(last.map(|last| (last, count == ROWS_MAX)))
}

/// The place of the newest row that is older than a time, if there is one; of the newest row,
/// without a time.
fn last_before(
    conn: &Connection,
    table: &str,
    time: Option<Timestamp>,
) -> rusqlite::Result<Option<i64>> {
    // They ascend in time, unless the clock was set back: then some go later.
    let oldest = format!("SELECT seq, at FROM {table} ORDER BY seq LIMIT ?1");
    let mut statement = conn.prepare_cached(&oldest)?;
    let mut rows = statement.query([ROWS_MAX])?;
    let mut last = None;
    while let Some(row) = rows.next()? {
        if time.is_some_and(|time| Timestamp(row.get_unwrap(1)) >= time) {
            break;
        }
        last = Some(row.get(0)?);
    }
    Ok(last)
}

/// Bytes of the pages that hold something.
fn used_bytes(conn: &Connection) -> rusqlite::Result<u64> {
    let pages = pragma(conn, "page_count")? - pragma(conn, "freelist_count")?;
    let bytes = pages.saturating_mul(pragma(conn, "page_size")?);
    Ok(bytes.max(0).unsigned_abs())
}

/// The oldest blocks that are older than `cutoff` or hold the excess bytes.
fn oldest(
    conn: &Connection,
    cutoff: Option<Timestamp>,
    excess: u64,
) -> rusqlite::Result<Option<Oldest>> {
    let sql = "SELECT first_seq, last_at, length(body) FROM block ORDER BY first_seq LIMIT ?1";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([BLOCKS_MAX])?;
    let (mut last, mut bytes, mut blocks) = (None, 0, 0);
    while let Some(row) = rows.next()? {
        let last_at = Timestamp(row.get(1)?);
        let is_old = cutoff.is_some_and(|cutoff| last_at < cutoff);
        if !is_old && bytes >= excess {
            return Ok(last.map(|last| Oldest { last, more: false }));
        }
        last = Some(row.get(0)?);
        bytes += unsigned(row, 2)?;
        blocks += 1;
        if bytes >= BYTES_MAX {
            break;
        }
    }
    // With no row left there is nothing more, whatever the other tables take.
    let more = blocks == BLOCKS_MAX || bytes >= BYTES_MAX;
    Ok(last.map(|last| Oldest { last, more }))
}
