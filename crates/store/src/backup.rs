//! Backup: a copy of the database as it is at one moment, made beside a server that writes.
//!
//! SQLite's backup restarts whenever another connection has written, so in a busy chat it never
//! ends. Here the source connection keeps one state of the database until the copy is complete.
//! During that time the write-ahead log cannot start over, and grows.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::check::sqlite_faults;
use crate::error::{BackupError, Error};
use crate::folder::make_private;

/// Pages, of 4 KiB, copied in one step. Progress is reported between steps.
const STEP_PAGES: i32 = 1 << 10;

/// Time between two tries if a page of the copy is locked, which only another program does.
const RETRY_TIME: Duration = Duration::from_millis(50);

/// How far a backup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupProgress {
    /// Pages that are copied.
    pub copied: u64,
    /// Pages of the database.
    pub pages: u64,
}

/// Copies the database to a file that must not exist yet. The file appears complete or not at all.
pub(crate) fn write(
    conn: &Connection,
    path: &Path,
    progress: &mut dyn FnMut(BackupProgress),
) -> Result<(), BackupError> {
    if path.exists() {
        return Err(BackupError::Exists { path: path.into() });
    }
    let partial = beside(path, ".partial");
    let failed = |source| BackupError::File {
        path: path.into(),
        source,
    };
    drop(fs::remove_file(&partial));
    make_private(&partial).map_err(failed)?;
    let written = copy(conn, &partial, progress)
        .map_err(|error| match error {
            // Nothing is written to the database.
            BackupError::Failed(Error::Sqlite(error)) if is_full(&error) => {
                failed(io::ErrorKind::StorageFull.into())
            }
            error => error,
        })
        .and_then(|()| {
            File::open(&partial)
                .and_then(|file| file.sync_all())
                .map_err(failed)
        })
        // Unlike renaming, this fails if another file was created there meanwhile.
        .and_then(|()| fs::hard_link(&partial, path).map_err(failed));
    for suffix in ["", "-journal", "-wal", "-shm"] {
        drop(fs::remove_file(beside(&partial, suffix)));
    }
    written
}

fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

fn copy(
    conn: &Connection,
    path: &Path,
    progress: &mut dyn FnMut(BackupProgress),
) -> Result<(), BackupError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(path, flags)?;
    let state = conn.unchecked_transaction()?;
    // The first read fixes the state.
    crate::schema::pragma(&state, "schema_version")?;
    copy_pages(&state, &mut copy, progress)?;
    // Pages are copied unread. A copy that cannot be read must not take the place of one that can.
    match sqlite_faults(&copy, "quick_check", 1)?.first() {
        None => Ok(()),
        Some(found) => Err(BackupError::Damaged {
            found: found.replace('\n', " "),
        }),
    }
}

fn copy_pages(
    state: &Connection,
    copy: &mut Connection,
    progress: &mut dyn FnMut(BackupProgress),
) -> Result<(), BackupError> {
    let backup = Backup::new(state, copy)?;
    loop {
        let step = backup.step(STEP_PAGES)?;
        let told = backup.progress();
        let pages = |pages: i32| u64::try_from(pages).unwrap_or(0);
        progress(BackupProgress {
            copied: pages(told.pagecount - told.remaining),
            pages: pages(told.pagecount),
        });
        match step {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            _ => std::thread::park_timeout(RETRY_TIME),
        }
    }
}
