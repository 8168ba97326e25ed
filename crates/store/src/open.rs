//! Opening a store: the folder, the lock, the schema, and what an earlier run has left.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chinwag_core::{Duration, Seq, Snapshot};
use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::commit::Store;
use crate::database::{Address, Database, Paths, Role};
use crate::error::{Damage, Error, OpenError, is_damage};
use crate::schema::{self, MigrationError};
use crate::snapshot;

/// The file that holds what is kept.
pub(crate) const MESSAGES: &str = "messages.db";
/// The file whose lock says that a server has the folder open. It is never removed: whoever did
/// could take the lock of a file that another has just opened.
const LOCK: &str = "chinwag.lock";

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this folder, which is made if it is not there, readable by its owner alone.
    Folder(PathBuf),
    /// In memory. It is gone with the last connection to it.
    Memory,
}

/// What a commit survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The end of the process at any moment. A power cut may take the last commits, never more.
    #[default]
    Process,
    /// A power cut: every commit waits for the disk.
    Power,
}

/// What is trimmed. Nothing, unless said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Messages that are older are trimmed.
    pub keep: Option<Duration>,
    /// Bytes of the database, without the search and without what is free in it. Beyond it the
    /// oldest messages are trimmed.
    pub bytes_max: Option<u64>,
}

/// A store, and what an earlier run has left in it.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Store,
    /// What the chat starts with.
    pub snapshot: Snapshot,
    /// The first place in the one order that is free.
    pub next_seq: Seq,
}

impl Store {
    /// Opens the store, makes it if it is not there, and brings it up to date.
    ///
    /// # Errors
    /// [`OpenError`], as one sentence for whoever started the server.
    pub fn open(
        place: Place,
        durability: Durability,
        retention: Retention,
    ) -> Result<Opened, OpenError> {
        let (address, lock) = match place {
            Place::Folder(folder) => prepare(&folder)?,
            Place::Memory => (memory(), None),
        };
        let role = Role::Writer(durability);
        let opened = open_database(&address, role).map_err(|error| error.at(&address))?;
        let (database, snapshot, next_seq) = opened;
        let rooms = snapshot.rooms.iter().map(|room| room.id).collect();
        Ok(Opened {
            store: Self::new(database, lock, retention, rooms),
            snapshot,
            next_seq,
        })
    }
}

/// Opens the database of a folder for reading, beside a server or without one.
pub(crate) fn reading(folder: &Path) -> Result<Database, OpenError> {
    let missing = || OpenError::Missing {
        path: folder.to_owned(),
    };
    // An absolute path cannot be taken for a URI.
    let main = fs::canonicalize(folder)
        .map_err(|_| missing())?
        .join(MESSAGES);
    if !main.is_file() {
        return Err(missing());
    }
    let address = Address::File(Arc::new(Paths::new(main.clone())));
    let opened = open_for_reading(&address).map_err(|error| error.at(&address))?;
    opened.ok_or(OpenError::Older { path: main })
}

/// The database, if its schema is up to date.
fn open_for_reading(address: &Address) -> Result<Option<Database>, Failure> {
    let role = Role::Reader;
    let conn = address.connect(role, false)?;
    // The last to close a database tidies up after its writer, who may come back for it.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    if !schema::is_current(&conn).map_err(Failure::Migration)? {
        return Ok(None);
    }
    Ok(Some(Database::new(address.clone(), role, conn)?))
}

/// Makes the folder, takes its lock, and makes the database's file, whose rights those of
/// SQLite's other files follow.
fn prepare(folder: &Path) -> Result<(Address, Option<File>), OpenError> {
    let failed = |source| OpenError::Folder {
        path: folder.to_owned(),
        source,
    };
    make_folder(folder).map_err(failed)?;
    // An absolute path cannot be taken for a URI.
    let folder = fs::canonicalize(folder).map_err(failed)?;
    let lock = private()
        .create(true)
        .truncate(false)
        .open(folder.join(LOCK));
    let lock = lock.map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(OpenError::InUse { path: folder }),
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    let main = folder.join(MESSAGES);
    make_private(&main).map_err(failed)?;
    Ok((Address::File(Arc::new(Paths::new(main))), Some(lock)))
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(folder)
}

/// Makes an empty file that only its owner can read, if there is none of this name. One that is
/// there is not even opened: closing it would take away the locks that SQLite has on it.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    match private().create_new(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A database in memory that no other store of this process has.
fn memory() -> Address {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Address::Memory(format!("file:chinwag-{number}?mode=memory&cache=shared"))
}

/// Why a database cannot be opened, before it is said which.
enum Failure {
    Migration(MigrationError),
    Load(Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(source: rusqlite::Error) -> Self {
        Self::Load(source.into())
    }
}

impl Failure {
    fn at(self, address: &Address) -> OpenError {
        let path = match address {
            Address::File(paths) => paths.main.clone(),
            Address::Memory(uri) => uri.into(),
        };
        let source = match self {
            Self::Migration(MigrationError::Newer(version)) => {
                return OpenError::Newer {
                    path,
                    version,
                    known: schema::VERSION,
                };
            }
            Self::Migration(MigrationError::Foreign) => return OpenError::Foreign { path },
            Self::Load(Error::Damaged(damage)) => return OpenError::Damaged { path, damage },
            Self::Migration(MigrationError::Sqlite(source)) | Self::Load(Error::Sqlite(source)) => {
                source
            }
        };
        match source.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => OpenError::Foreign { path },
            _ if is_damage(&source) => OpenError::Damaged {
                path,
                damage: Damage::File,
            },
            _ => OpenError::Sqlite { path, source },
        }
    }
}

fn open_database(address: &Address, role: Role) -> Result<(Database, Snapshot, Seq), Failure> {
    let sqlite = |error| Failure::Migration(MigrationError::Sqlite(error));
    let mut conn: Connection = address.connect(role, true).map_err(sqlite)?;
    schema::migrate(&mut conn).map_err(Failure::Migration)?;
    snapshot::forget_empty_rooms(&conn)?;
    let snapshot = snapshot::load(&conn).map_err(Failure::Load)?;
    let next_seq = snapshot::last_seq(&conn)?.next();
    let database = Database::new(address.clone(), role, conn)?;
    Ok((database, snapshot, next_seq))
}
