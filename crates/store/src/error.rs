//! How the world can fail, one enum per operation. Each reads as one sentence for the operator
//! of the machine; nobody in the chat ever sees them.

use std::fmt;
use std::io;
use std::path::PathBuf;

use chinwag_core::Seq;

/// Why a store cannot be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The folder cannot be made or written to.
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another server has the folder open.
    InUse {
        /// Which.
        path: PathBuf,
    },
    /// The database was written by a newer version of the program.
    Newer {
        /// Which.
        path: PathBuf,
        /// Its version.
        version: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The file is no database, or one of another program.
    Foreign {
        /// Which.
        path: PathBuf,
    },
    /// The database is damaged.
    Damaged {
        /// Which.
        path: PathBuf,
        /// Where.
        damage: Damage,
    },
    /// SQLite fails for another reason.
    Sqlite {
        /// The database.
        path: PathBuf,
        /// The reason.
        source: rusqlite::Error,
    },
}

/// Why nothing of a batch was kept. All of these may heal by themselves; the next commit finds
/// out.
#[derive(Debug)]
pub enum CommitError {
    /// The disk, or the quota, is full.
    Full,
    /// The database was deleted or moved away, or something else stands in its place.
    Gone {
        /// Where it should be.
        path: PathBuf,
    },
    /// SQLite fails for another reason, such as an I/O error.
    Sqlite(rusqlite::Error),
}

/// Why something cannot be read, trimmed, indexed or checkpointed.
#[derive(Debug)]
pub enum Error {
    /// SQLite fails.
    Sqlite(rusqlite::Error),
    /// What was read makes no sense.
    Damaged(Damage),
}

/// Where a database holds what the program has never written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// SQLite itself cannot make sense of the file.
    File,
    /// The messages from this one on, up to the end of their block.
    Block(Seq),
    /// A row of this table.
    Row(&'static str),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder { path, source } => {
                write!(f, "the data folder {} {}", path.display(), Why(source))
            }
            Self::InUse { path } => {
                write!(
                    f,
                    "another server has the data folder {} open",
                    path.display()
                )
            }
            Self::Newer {
                path,
                version,
                known,
            } => write!(
                f,
                "{} was written by a newer chinwag (its version is {version}, this program knows up to {known})",
                path.display()
            ),
            Self::Foreign { path } => {
                write!(f, "{} is not a database of chinwag", path.display())
            }
            Self::Damaged { path, damage } => {
                write!(f, "the database {} is damaged: {damage}", path.display())
            }
            Self::Sqlite { path, source } => {
                write!(
                    f,
                    "the database {} cannot be opened: {source}",
                    path.display()
                )
            }
        }
    }
}

/// Why a folder cannot be used, and what to do, without the numbers that only programmers know.
struct Why<'a>(&'a io::Error);

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                f.write_str("cannot be made: a file has that name, or a part of it; name a folder")
            }
            io::ErrorKind::PermissionDenied => {
                f.write_str("cannot be used: this user may not make it or write to it")
            }
            io::ErrorKind::ReadOnlyFilesystem => {
                f.write_str("cannot be used: its file system is read-only")
            }
            _ => {
                let words = self.0.to_string();
                let words = words.split(" (os error ").next().unwrap_or_default();
                write!(f, "cannot be used: {}", words.to_lowercase())
            }
        }
    }
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("the disk is full"),
            Self::Gone { path } => write!(f, "the database {} is gone", path.display()),
            Self::Sqlite(source) => write!(f, "the database fails: {source}"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(source) => write!(f, "the database fails: {source}"),
            Self::Damaged(damage) => write!(f, "the database is damaged: {damage}"),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("SQLite cannot read it"),
            Self::Block(first) => write!(f, "the messages from number {first} on cannot be read"),
            Self::Row(table) => write!(f, "a row of the table \"{table}\" cannot be read"),
        }
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Folder { source, .. } => Some(source),
            Self::Sqlite { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl std::error::Error for CommitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Sqlite(source) => Some(source),
            _ => None,
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Sqlite(source) => Some(source),
            Self::Damaged(_) => None,
        }
    }
}

impl From<rusqlite::Error> for CommitError {
    fn from(source: rusqlite::Error) -> Self {
        match source.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            _ => Self::Sqlite(source),
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(source: rusqlite::Error) -> Self {
        match is_damage(&source) {
            true => Self::Damaged(Damage::File),
            false => Self::Sqlite(source),
        }
    }
}

impl From<Damage> for Error {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

/// Whether SQLite says that the file itself is wrong, or holds a value of a type that the schema
/// does not allow.
pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match error {
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..) => true,
        error => matches!(
            error.sqlite_error_code(),
            Some(DatabaseCorrupt | NotADatabase)
        ),
    }
}
