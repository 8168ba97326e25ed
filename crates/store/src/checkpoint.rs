//! Checkpoints: moving committed pages from the write-ahead log into the database.
//!
//! SQLite would do this within a commit, which then waits for the disk. Here another thread does
//! it, in a mode that neither waits for the writer nor makes it wait (`PASSIVE`). Such a checkpoint
//! always lags a little behind a busy writer, and the log can only start over when it does not; so
//! when the log has become long, the checkpointer asks the writer itself to move the little that is
//! left.
//!
//! A log that has been moved keeps its bytes until they are overwritten. After a deletion it is
//! therefore truncated.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::Connection;

use crate::database::{Address, BUSY_TIME, Database};
use crate::error::Error;

/// Pages of the log, of 4 KiB, above which the writer is asked to finish it: 32 MiB, half of what
/// stays allocated.
const LOG_PAGES_MAX: i64 = 8 << 10;

/// What the writer and the checkpointer share about the log.
#[derive(Debug, Default)]
pub(crate) struct LogState {
    /// Set by the checkpointer when the log should start over.
    pub(crate) is_long: AtomicBool,
    /// Set by the writer when the log may have a text that was deleted.
    pub(crate) has_deleted: AtomicBool,
}

/// Empties the write-ahead log, beside the writer. To be called about once a second while there are
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

    /// Moves what has been committed into the database. Takes as long as the disk does. After a
    /// deletion it truncates the log as soon as that holds up nobody. Returns whether that is done
    /// or not needed.
    ///
    /// # Errors
    /// [`Error`] if it fails. Nothing is lost then; the log only grows.
    pub fn checkpoint(&mut self) -> Result<bool, Error> {
        let has_deleted = self.log.has_deleted.swap(false, Ordering::Relaxed);
        let emptied = self.work(has_deleted);
        let is_left = has_deleted && !matches!(emptied, Ok(true));
        self.log.has_deleted.fetch_or(is_left, Ordering::Relaxed);
        emptied.map(|_| !is_left)
    }

    /// The same for the last time, when nobody writes any more: truncates the log, unless another
    /// process reads it.
    ///
    /// # Errors
    /// The same as [`checkpoint`](Self::checkpoint).
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

/// Moves what can be moved without making anybody wait. Returns how many pages the log has, moved
/// ones included, and how many were moved.
pub(crate) fn passive(conn: &Connection) -> rusqlite::Result<(i64, i64)> {
    conn.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?
        .query_row([], |row| Ok((row.get(1)?, row.get(2)?)))
}

/// Truncates the log, so that no file has its content any more, if everything was moved and nobody
/// reads or writes at this moment. Does not wait and, since nothing is left to move, does not make
/// a writer wait. Returns whether it did.
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
