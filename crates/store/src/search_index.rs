//! The search index, for reading: opened on first use, and again when another file has replaced it.

use std::path::PathBuf;

use chinwag_core::Seq;
use rusqlite::{Connection, OpenFlags};

use crate::database::{Database, FileId, file_id};
use crate::error::is_damage;
use crate::index::{mark_of, path_of};

/// The index of a store.
#[derive(Debug)]
pub(crate) struct SearchIndex {
    path: Option<PathBuf>,
    store: String,
    open: Option<(Connection, Option<FileId>)>,
}

impl SearchIndex {
    /// The index of the store that the connection is to.
    pub(crate) fn beside(messages: &Database) -> Self {
        Self {
            path: path_of(messages),
            store: messages.store().to_owned(),
            open: None,
        }
    }

    /// Whether a store of this kind can have an index.
    pub(crate) fn is_possible(&self) -> bool {
        self.path.is_some()
    }

    /// What is wrong with a file that cannot be read at all. An index of another store or version
    /// is no fault: it will be rebuilt.
    pub(crate) fn fault(&self) -> Option<String> {
        let path = self.path.as_deref().filter(|path| path.is_file())?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mark =
            Connection::open_with_flags(path, flags).and_then(|conn| mark_of(&conn, &self.store));
        mark.err().filter(is_damage).map(|error| error.to_string())
    }

    /// The index and its mark, if there is one that can be read.
    pub(crate) fn open(&mut self) -> Option<(&Connection, Seq)> {
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
