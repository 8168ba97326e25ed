//! The data folder: its files, its lock, and why it cannot be opened.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::config::DbConfig;

use crate::database::{Address, Database, Paths, Role};
use crate::error::{Damage, Error, OpenError, is_damage};
use crate::schema::{self, MigrationError};

/// The database of everything but the search.
const MESSAGES: &str = "messages.db";

/// What a server makes in its folder when the database is there already.
const MADE_LATER: [&str; 2] = ["search.db", "tls.pem"];

/// Opens the database of a folder for reading, with or without a running server.
pub(crate) fn reading(folder: &Path) -> Result<Database, OpenError> {
    let missing = || OpenError::Missing {
        path: folder.join(MESSAGES),
    };
    require(folder)?;
    // An absolute path cannot be mistaken for a URI.
    let folder = fs::canonicalize(folder).map_err(|_| missing())?;
    let main = folder.join(MESSAGES);
    check_not_emptied(&folder, &main)?;
    let paths = Paths::new(main.clone());
    let has_log = paths.wal.exists();
    let address = Address::File(Arc::new(paths));
    let opened = match open_for_reading(&address) {
        // Nobody may write here what SQLite needs beside a database to read it. Without a log, and
        // so without a server, it can do without.
        Err(error) if error.is_of_rights() && !has_log => {
            File::open(&main).map_err(|_| OpenError::Hidden { path: main.clone() })?;
            let paths = Paths::new(main.clone()).immutable();
            open_for_reading(&Address::File(Arc::new(paths)))
        }
        opened => opened,
    };
    let opened = opened.map_err(|error| error.at(&address))?;
    opened.ok_or(OpenError::Older { path: main })
}

/// The database, if its schema is up to date.
fn open_for_reading(address: &Address) -> Result<Option<Database>, Failure> {
    let role = Role::Reader;
    let conn = address.connect(role, false)?;
    // The last connection to close a database removes its log, which the writer may come back for.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    if !schema::is_current(&conn).map_err(Failure::Migration)? {
        return Ok(None);
    }
    Ok(Some(Database::new(address.clone(), role, conn)?))
}

/// Creates and locks the folder itself, and creates the database's file, whose permissions SQLite copies
/// to its other files.
pub(crate) fn prepare(folder: &Path) -> Result<(Address, Option<File>), OpenError> {
    let failed = |source| OpenError::Folder {
        path: folder.to_owned(),
        source,
    };
    make_folder(folder).map_err(|error| dangling(folder).unwrap_or_else(|| failed(error)))?;
    // An absolute path cannot be mistaken for a URI.
    let folder = fs::canonicalize(folder).map_err(failed)?;
    // Its lock says that a server has it open. A file in it could be removed, and then a second
    // server would write to the same database.
    let lock = File::open(&folder).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(OpenError::InUse { path: folder }),
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    let main = folder.join(MESSAGES);
    check_not_emptied(&folder, &main)?;
    if make_private(&main).map_err(failed)? {
        give_to_owner_of(&folder, &main);
    }
    Ok((Address::File(Arc::new(Paths::new(main))), Some(lock)))
}

/// Checks that the database has not lost all it had, as by a copy that failed or a file system that was
/// repaired. SQLite takes an empty file for a new database: the first to arrive would be the operator.
fn check_not_emptied(folder: &Path, main: &Path) -> Result<(), OpenError> {
    let bytes = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    let is_empty = fs::metadata(main).is_ok_and(|file| file.len() == 0);
    let has_log = bytes(&Paths::new(main.to_owned()).wal) > 0;
    let mut later = MADE_LATER.iter();
    let is_used = later.any(|name| bytes(&folder.join(name)) > 0);
    match is_empty && !has_log && is_used {
        true => Err(OpenError::Emptied {
            path: main.to_owned(),
        }),
        false => Ok(()),
    }
}

/// Whether the folder cannot be created because a link to nothing is in the way: the system only
/// says that something exists.
fn dangling(folder: &Path) -> Option<OpenError> {
    let link = folder.ancestors().find(|path| path.is_symlink())?;
    let target = fs::read_link(link).ok()?;
    let dangles = !link.exists();
    dangles.then(|| OpenError::Dangling {
        path: folder.to_owned(),
        link: link.to_owned(),
        target,
    })
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

/// Creates an empty file that only its owner can read, if there is none of this name. Returns
/// whether it did. Does not even open an existing one: closing it would release SQLite's locks on
/// it.
pub(crate) fn make_private(path: &Path) -> io::Result<bool> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        made => made.map(|_| true),
    }
}

/// Gives a new file to the owner of its folder, as SQLite does with those that it adds: root may
/// make an account before the server's user has started the server.
#[cfg(unix)]
fn give_to_owner_of(folder: &Path, file: &Path) {
    use std::os::unix::fs::{MetadataExt, chown};
    if let Ok(owner) = fs::metadata(folder) {
        // Nobody but root can, or has to.
        let _ = chown(file, Some(owner.uid()), Some(owner.gid()));
    }
}

#[cfg(not(unix))]
fn give_to_owner_of(_: &Path, _: &Path) {}

/// A database in memory that no other store of this process shares.
pub(crate) fn memory() -> Address {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Address::Memory(format!("file:chinwag-{number}?mode=memory&cache=shared"))
}

/// Why a database cannot be opened, without its path.
pub(crate) enum Failure {
    Migration(MigrationError),
    Load(Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(source: rusqlite::Error) -> Self {
        Self::Load(source.into())
    }
}

impl Failure {
    /// Whether SQLite lacked permission to write the files that it needs for reading.
    fn is_of_rights(&self) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, ReadOnly};
        let code = match self {
            Self::Migration(MigrationError::Sqlite(source)) | Self::Load(Error::Sqlite(source)) => {
                source.sqlite_error_code()
            }
            _ => None,
        };
        matches!(code, Some(CannotOpen | ReadOnly))
    }

    pub(crate) fn at(self, address: &Address) -> OpenError {
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

/// Checks that a folder has a database.
///
/// # Errors
/// [`OpenError::Missing`], which names the database's file, [`OpenError::NotFolder`] if it is a file
/// itself, or [`OpenError::Hidden`] if this user may not look.
pub fn require(folder: &Path) -> Result<(), OpenError> {
    let path = folder.join(MESSAGES);
    match fs::metadata(&path) {
        Ok(file) if file.is_file() => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(OpenError::Hidden { path })
        }
        _ if fs::metadata(folder).is_ok_and(|named| named.is_file()) => Err(OpenError::NotFolder {
            path: folder.to_owned(),
        }),
        _ => Err(OpenError::Missing { path }),
    }
}

/// Whether a server has a data folder open. Creates nothing.
pub fn is_in_use(folder: &Path) -> bool {
    let lock = File::open(folder);
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}
