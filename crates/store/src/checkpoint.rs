//! Moving what was committed from the write-ahead log to its place in the database.
//!
//! SQLite would do it within a commit, at the price of waiting for the disk. Here it happens on
//! another thread, in a way that neither waits for the writer nor makes it wait (`PASSIVE`). Such
//! a checkpoint always lags a little behind a writer that never pauses, and the log can only
//! begin anew when it does not; so when the log has become long, the writer itself is asked to
//! move the little that is left.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;

use crate::database::{Address, Database};
use crate::error::Error;

/// Pages of the log, of 4 KiB, beyond which the writer is asked to finish it: 32 MiB, half of
/// what stays allocated.
const LOG_PAGES_MAX: i64 = 8 << 10;

/// Empties the write-ahead log, beside the writer. To be used about once a second while there are
/// commits, and once when they stop.
#[derive(Debug)]
pub struct Checkpointer {
    database: Database,
    log_is_long: Arc<AtomicBool>,
}

impl Checkpointer {
    pub(crate) fn new(database: Database, log_is_long: Arc<AtomicBool>) -> Self {
        Self {
            database,
            log_is_long,
        }
    }

    /// Moves what has been committed to its place. Takes as long as the disk takes.
    ///
    /// # Errors
    /// [`Error`] if it fails. Nothing is lost by that; the log only grows.
    pub fn checkpoint(&mut self) -> Result<(), Error> {
        if matches!(self.database.address(), Address::Memory(_)) {
            return Ok(());
        }
        let pages = match passive(self.database.conn()?) {
            Ok(pages) => pages,
            Err(error) => {
                self.database.close();
                return Err(error.into());
            }
        };
        if pages > LOG_PAGES_MAX {
            self.log_is_long.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Moves what can be moved without anybody waiting. Returns how many pages the log has, those
/// that are in their places included.
pub(crate) fn passive(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?
        .query_row([], |row| row.get(1))
}
