//! Moving what was committed from the write-ahead log to its place in the database.
//!
//! SQLite would do it within a commit, at the price of waiting for the disk. Here it happens on
//! another thread, in a way that neither waits for the writer nor makes it wait (`PASSIVE`). Such
//! a checkpoint always lags a little behind a writer that never pauses, and the log can only
//! begin anew when it does not; so when the log has become long, the writer itself is asked to
//! move the little that is left.
//!
//! A log that has been moved keeps its bytes until others come in their place. Where something was deleted
//! for good they are cut off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::Connection;

use crate::database::{Address, BUSY_TIME, Database};
use crate::error::Error;

/// Pages of the log, of 4 KiB, beyond which the writer is asked to finish it: 32 MiB, half of
/// what stays allocated.
const LOG_PAGES_MAX: i64 = 8 << 10;

/// What the writer and the checkpointer tell each other of the log.
#[derive(Debug, Default)]
pub(crate) struct LogState {
    /// Set by the checkpointer when the log should begin anew.
    pub(crate) is_long: AtomicBool,
    /// Set by the writer when the log has the text of something that it has deleted.
    pub(crate) has_deleted: AtomicBool,
}

/// Empties the write-ahead log, beside the writer. To be used about once a second while there are
/// commits, and once when they stop.
#[derive(Debug)]
pub struct Checkpointer {
    database: Database,
    log: Arc<LogState>,
}

impl Checkpointer {
    pub(crate) fn new(database: Database, log: Arc<LogState>) -> Self {
        Self { database, log }
    }

    /// Moves what has been committed to its place. Takes as long as the disk takes. Where something was
    /// deleted the log gives its bytes back as soon as that holds up nobody. Returns whether that is done
    /// or need not be.
    ///
    /// # Errors
    /// [`Error`] if it fails. Nothing is lost by that; the log only grows.
    pub fn checkpoint(&mut self) -> Result<bool, Error> {
        let has_deleted = self.log.has_deleted.swap(false, Ordering::Relaxed);
        let emptied = self.work(has_deleted);
        let is_left = has_deleted && !matches!(emptied, Ok(true));
        self.log.has_deleted.fetch_or(is_left, Ordering::Relaxed);
        emptied.map(|_| !is_left)
    }

    /// The same for the last time, when nobody writes any more: the log gives all its bytes back, unless
    /// another process reads it.
    ///
    /// # Errors
    /// As of [`checkpoint`](Self::checkpoint).
    pub fn finish(&mut self) -> Result<(), Error> {
        self.work(true).map(drop)
    }

    /// Returns whether the log was emptied, as was wanted.
    fn work(&mut self, empties: bool) -> Result<bool, Error> {
        if matches!(self.database.address(), Address::Memory(_)) {
            return Ok(true);
        }
        let done = self.database.conn().and_then(|conn| {
            let (pages, moved) = passive(conn)?;
            Ok((pages, empties && empty(conn, pages, moved)?))
        });
        match done {
            Ok((pages, emptied)) => {
                if pages > LOG_PAGES_MAX {
                    self.log.is_long.store(true, Ordering::Relaxed);
                }
                Ok(emptied)
            }
            Err(error) => {
                self.database.close();
                Err(error.into())
            }
        }
    }
}

/// Moves what can be moved without anybody waiting. Returns how many pages the log has, those
/// that are in their places included, and how many those are.
pub(crate) fn passive(conn: &Connection) -> rusqlite::Result<(i64, i64)> {
    conn.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?
        .query_row([], |row| Ok((row.get(1)?, row.get(2)?)))
}

/// Cuts the log off, so that what it had is in no file, if all of it is in its place and nobody reads or
/// writes at this moment. Neither waits nor, since nothing is left to be moved, makes a writer wait. Returns
/// whether it did.
pub(crate) fn empty(conn: &Connection, pages: i64, moved: i64) -> rusqlite::Result<bool> {
    if pages != moved {
        return Ok(false);
    }
    conn.busy_timeout(Duration::ZERO)?;
    let is_busy = conn
        .prepare_cached("PRAGMA wal_checkpoint(TRUNCATE)")?
        .query_row([], |row| row.get::<_, i64>(0));
    conn.busy_timeout(BUSY_TIME)?;
    Ok(is_busy? == 0)
}
