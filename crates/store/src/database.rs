//! One connection to one database: its set-up for its role, and what happens when the file under it
//! is deleted, moved or replaced.
//!
//! SQLite goes on writing into a file that has no name any more, and everything would be lost at
//! the next start. So the files at the path are compared with those that were opened: two `stat`
//! calls, a microsecond, against ten for a commit.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::CommitError;
use crate::schema::{self, key};
use crate::settings::Durability;

/// How long a connection waits for a lock. Somebody with the `sqlite3` program may hold one, and
/// the chat must not stop for them; a file system holds one for an instant while a log is truncated
/// after a deletion.
pub(crate) const BUSY_TIME: Duration = Duration::from_millis(500);

/// Bytes of the write-ahead log that stay allocated when it has been emptied. It only grows larger
/// while readers or the disk are slow.
const WAL_BYTES_KEPT: i64 = 64 << 20;

/// Kibibytes of pages that the writer caches: the newest of each table. The rest comes from the
/// system's cache at a microsecond each.
const WRITER_CACHE_KIB: i64 = 2 << 10;

/// Statements that stay prepared on a connection: more than the crate has.
const STATEMENTS_MAX: usize = 64;

/// Where a database is.
#[derive(Clone, Debug)]
pub(crate) enum Address {
    /// In these files.
    File(Arc<Paths>),
    /// In memory, under this URI, while any connection is open.
    Memory(String),
}

/// The files of one database.
#[derive(Debug)]
pub(crate) struct Paths {
    /// The database itself.
    pub(crate) main: PathBuf,
    /// Its write-ahead log.
    pub(crate) wal: PathBuf,
    /// The index of the log, which all connections share.
    pub(crate) shm: PathBuf,
    /// Nobody can write to them, so there is nothing to lock and no log.
    is_immutable: bool,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Writes messages. Never checkpoints by itself: others do, beside it.
    Writer(Durability),
    /// Checkpoints.
    Checkpointer,
    /// Reads.
    Reader,
}

/// A connection, and how to open it again.
#[derive(Debug)]
pub(crate) struct Database {
    address: Address,
    role: Role,
    conn: Option<Connection>,
    /// The identity of the opened files.
    files: Files,
    /// The id of the store: another store at the same path is not mistaken for it.
    store: String,
}

/// Device and inode of each file, if it exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Files {
    main: Option<FileId>,
    wal: Option<FileId>,
    shm: Option<FileId>,
}

/// Device and inode.
pub type FileId = (u64, u64);

/// What is at the path of an open database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileState {
    /// The files that are open.
    Same,
    /// Nothing, or only some of its files. Half of one database and half of another would be read
    /// as one and destroy both, so this waits for somebody to put it right.
    Gone,
    /// Other files, such as a copy that was put back.
    Replaced,
}

impl Paths {
    /// The files of the database at this path.
    pub(crate) fn new(main: PathBuf) -> Self {
        let with = |suffix| {
            let mut path = main.as_os_str().to_owned();
            path.push(suffix);
            PathBuf::from(path)
        };
        Self {
            wal: with("-wal"),
            shm: with("-shm"),
            main,
            is_immutable: false,
        }
    }

    /// The same files, on a disk where nobody can write. There must be no log.
    pub(crate) fn immutable(self) -> Self {
        Self {
            is_immutable: true,
            ..self
        }
    }

    /// The database as a URI (<https://www.sqlite.org/uri.html>).
    fn immutable_uri(&self) -> String {
        let mut uri = String::from("file:");
        for byte in self.main.as_os_str().as_encoded_bytes() {
            match byte {
                b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
                _ if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
                _ => uri.push_str(&format!("%{byte:02X}")),
            }
        }
        uri + "?immutable=1"
    }

    fn files(&self) -> Files {
        Files {
            main: file_id(&self.main),
            wal: file_id(&self.wal),
            shm: file_id(&self.shm),
        }
    }

    fn state(&self, opened: &Files) -> FileState {
        let (main, wal) = (file_id(&self.main), file_id(&self.wal));
        if main == opened.main {
            return match main.is_some() && wal == opened.wal {
                true => FileState::Same,
                false => FileState::Gone,
            };
        }
        let is_left_over = |now: Option<FileId>, then| now.is_some() && now == then;
        let shm = file_id(&self.shm);
        match main {
            Some(_) if !is_left_over(wal, opened.wal) && !is_left_over(shm, opened.shm) => {
                FileState::Replaced
            }
            _ => FileState::Gone,
        }
    }
}

impl Address {
    /// Opens a connection for the role. Creates the database only if `create` is set.
    pub(crate) fn connect(&self, role: Role, create: bool) -> rusqlite::Result<Connection> {
        let access = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let creating = match create {
            true => OpenFlags::SQLITE_OPEN_CREATE,
            false => OpenFlags::empty(),
        };
        let conn = match self {
            Self::File(paths) if paths.is_immutable => Connection::open_with_flags(
                paths.immutable_uri(),
                OpenFlags::SQLITE_OPEN_READ_ONLY
                    | OpenFlags::SQLITE_OPEN_NO_MUTEX
                    | OpenFlags::SQLITE_OPEN_URI,
            )?,
            Self::File(paths) => Connection::open_with_flags(&paths.main, access | creating)?,
            // In memory there is nothing to create or to find.
            Self::Memory(uri) => Connection::open_with_flags(
                uri,
                access | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_URI,
            )?,
        };
        conn.busy_timeout(BUSY_TIME)?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        // Otherwise SQLite prepares a statement again for each range that is bound to it.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        match self {
            Self::File(_) => set_up_file(&conn, role)?,
            Self::Memory(_) => set_up_memory(&conn, role)?,
        }
        Ok(conn)
    }

    fn files(&self) -> Files {
        match self {
            Self::File(paths) => paths.files(),
            Self::Memory(_) => Files::default(),
        }
    }
}

fn set_up_file(conn: &Connection, role: Role) -> rusqlite::Result<()> {
    conn.pragma_update(None, "wal_autocheckpoint", 0)?;
    match role {
        Role::Writer(durability) => {
            let synchronous = match durability {
                Durability::Process => "NORMAL",
                Durability::Power => "FULL",
            };
            let mode: String =
                conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
            debug_assert_eq!(mode, "wal");
            conn.pragma_update(None, "synchronous", synchronous)?;
            conn.pragma_update(None, "journal_size_limit", WAL_BYTES_KEPT)?;
            conn.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)
        }
        Role::Checkpointer => conn.pragma_update(None, "synchronous", "NORMAL"),
        Role::Reader => conn.pragma_update(None, "query_only", true),
    }
}

/// All connections to one database in memory share its pages (`cache=shared`). Readers take no
/// locks on tables (`read_uncommitted`), so the writer never waits for them. They may see a turn
/// just before its commit, which only the end of the process could undo.
fn set_up_memory(conn: &Connection, role: Role) -> rusqlite::Result<()> {
    match role {
        Role::Writer(_) => Ok(()),
        Role::Checkpointer => Ok(()),
        Role::Reader => {
            conn.pragma_update(None, "read_uncommitted", true)?;
            conn.pragma_update(None, "query_only", true)
        }
    }
}

impl Database {
    /// Its file, unless it is in memory.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.address {
            Address::File(paths) => Some(&paths.main),
            Address::Memory(_) => None,
        }
    }

    /// Takes over the first connection to a store, whose schema is up to date.
    pub(crate) fn new(address: Address, role: Role, conn: Connection) -> rusqlite::Result<Self> {
        let store = store_of(&conn)?;
        let files = address.files();
        Ok(Self {
            address,
            role,
            conn: Some(conn),
            files,
            store,
        })
    }

    /// Another connection to the same store.
    pub(crate) fn sibling(&self, role: Role) -> rusqlite::Result<Self> {
        let mut sibling = Self {
            address: self.address.clone(),
            role,
            conn: None,
            files: Files::default(),
            store: self.store.clone(),
        };
        sibling.connect()?;
        Ok(sibling)
    }

    /// Where it is.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// The number of the store.
    pub(crate) fn store(&self) -> &str {
        &self.store
    }

    /// The connection for reading: to the file at the path if that is this store's, else to the
    /// opened one, which stays readable after it was deleted.
    pub(crate) fn conn(&mut self) -> rusqlite::Result<&Connection> {
        if self.conn.is_some() && self.state() == FileState::Replaced {
            // If opening fails, the connection stays as it was.
            drop(self.connect());
        }
        self.conn_as_is()
    }

    /// The connection for writing, and whether it is new.
    ///
    /// # Errors
    /// [`CommitError::Gone`] if the files at the path are missing or belong to another store.
    pub(crate) fn writable(&mut self) -> Result<(&Connection, bool), CommitError> {
        let is_new = match (self.state(), &self.conn) {
            (FileState::Same, Some(_)) => false,
            (FileState::Gone, Some(_)) => return Err(self.gone()),
            (FileState::Replaced, _) | (_, None) => {
                self.connect().map_err(|error| self.gone_or(error))?;
                true
            }
        };
        Ok((self.conn_as_is()?, is_new))
    }

    /// The open connection, wherever its file is now; a new one only if there is none.
    pub(crate) fn conn_as_is(&mut self) -> rusqlite::Result<&Connection> {
        if self.conn.is_none() {
            self.connect()?;
        }
        self.conn.as_ref().ok_or_else(cannot_open)
    }

    /// Closes the connection, so that the next use opens a new one. That would lose a database in
    /// memory.
    pub(crate) fn close(&mut self) {
        if matches!(self.address, Address::File(_)) {
            self.conn = None;
        }
    }

    fn state(&self) -> FileState {
        match &self.address {
            Address::File(paths) => paths.state(&self.files),
            Address::Memory(_) => FileState::Same,
        }
    }

    fn connect(&mut self) -> rusqlite::Result<()> {
        let conn = self.address.connect(self.role, false)?;
        if store_of(&conn)? != self.store {
            return Err(cannot_open());
        }
        self.conn = Some(conn);
        self.files = self.address.files();
        Ok(())
    }

    fn gone_or(&self, error: rusqlite::Error) -> CommitError {
        use rusqlite::ErrorCode::{CannotOpen, NotADatabase};
        match error.sqlite_error_code() {
            Some(CannotOpen | NotADatabase) => self.gone(),
            _ => error.into(),
        }
    }

    /// The error that nothing of this store is at its path.
    pub(crate) fn gone(&self) -> CommitError {
        match &self.address {
            Address::File(paths) => CommitError::Gone {
                path: paths.main.clone(),
            },
            Address::Memory(_) => cannot_open().into(),
        }
    }
}

/// The id of the store behind a connection.
fn store_of(conn: &Connection) -> rusqlite::Result<String> {
    match schema::setting(conn, key::STORE) {
        Ok(Some(store)) => Ok(store),
        // An empty file, or another program's.
        Ok(None)
        | Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error {
                code: rusqlite::ErrorCode::Unknown,
                ..
            },
            _,
        )) => Err(cannot_open()),
        Err(error) => Err(error),
    }
}

fn cannot_open() -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN);
    rusqlite::Error::SqliteFailure(code, None)
}

/// Device and inode of a file, if it exists.
#[cfg(unix)]
pub fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Other systems do not let an open file be replaced.
#[cfg(not(unix))]
pub fn file_id(path: &Path) -> Option<FileId> {
    path.exists().then_some((0, 0))
}
