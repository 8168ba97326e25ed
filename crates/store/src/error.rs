//! How the world can fail: one enum for each operation. Each reads as one sentence for the
//! administrator; nobody in the chat sees it, except for the limits of a search.

use std::fmt;
use std::io;
use std::path::PathBuf;

use chinwag_core::Seq;

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made or written to.
    #[error("the data folder {} {}", path.display(), IoReason(source))]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder, or one above it, is a link to nothing.
    #[error("the data folder {} cannot be made: {} is a link to {}, which is not there", path.display(), link.display(), target.display())]
    Dangling {
        /// Which folder.
        path: PathBuf,
        /// The link.
        link: PathBuf,
        /// What it names.
        target: PathBuf,
    },
    /// Another server has the folder open.
    #[error("another server has the data folder {} open", path.display())]
    InUse {
        /// Which.
        path: PathBuf,
    },
    /// The database was written by a newer version of the program.
    #[error(
        "{} was written by a newer chinwag (its version is {version}, this program knows up to {known})",
        path.display()
    )]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its version.
        version: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The folder has no database.
    #[error("there is no database {}", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// What is named as the folder is a file.
    #[error(
        "{} is a file, and no data folder; to read a backup, put it into a folder as messages.db, and name the folder",
        path.display()
    )]
    NotFolder {
        /// Which.
        path: PathBuf,
    },
    /// This user may not enter the folder.
    #[error("this user may not read {}", path.display())]
    Hidden {
        /// Where the database should be.
        path: PathBuf,
    },
    /// The database was never brought up to date.
    #[error("{} was written by an older chinwag; start the server once to bring it up to date", path.display())]
    Older {
        /// Which.
        path: PathBuf,
    },
    /// The database has no byte, and other files in the folder are of a server that has run.
    #[error(
        "the database {} is empty, but its folder is in use: restore a backup, or delete the file to begin anew",
        path.display()
    )]
    Emptied {
        /// Which.
        path: PathBuf,
    },
    /// The file is no database, or one of another program.
    #[error("{} is not a database of chinwag", path.display())]
    Foreign {
        /// Which.
        path: PathBuf,
    },
    /// The database is damaged.
    #[error("the database {} is damaged: {damage}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// Where.
        damage: Damage,
    },
    /// SQLite fails for another reason.
    #[error("the database {} cannot be opened: {source}", path.display())]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// The reason.
        source: rusqlite::Error,
    },
}

/// Words an I/O error as the reason and the remedy, without the error numbers.
struct IoReason<'a>(&'a io::Error);

impl fmt::Display for IoReason<'_> {
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

/// Why nothing of a batch was stored. Each of these may go away by itself; the next commit tries
/// again.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The disk, or the quota, is full.
    #[error("the disk is full")]
    Full,
    /// The database was deleted or moved away, or something else has replaced it.
    #[error("the database {} is gone", path.display())]
    Gone {
        /// Where it should be.
        path: PathBuf,
    },
    /// SQLite failed for another reason, such as an I/O error.
    #[error("the database fails: {0}")]
    Sqlite(#[source] rusqlite::Error),
}

/// Why something cannot be read, trimmed, indexed or checkpointed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite fails.
    #[error("the database fails: {0}")]
    Sqlite(#[source] rusqlite::Error),
    /// What was read makes no sense.
    #[error("the database is damaged: {0}")]
    Damaged(#[from] Damage),
}

/// Why a search is refused or fails.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The query has too many terms.
    #[error("a search has at most {max} terms")]
    TooManyTerms {
        /// The limit.
        max: usize,
    },
    /// The terms have too many words.
    #[error("a search has at most {max} words")]
    TooManyWords {
        /// The limit.
        max: usize,
    },
    /// The messages cannot be read.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// Why a backup failed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database has a fault.
    #[error(
        "the database is damaged, so nothing was copied: {found}. chinwag check says what can be read."
    )]
    Damaged {
        /// What SQLite says of it.
        found: String,
    },
    /// The file exists already.
    #[error("{} exists already; choose another name", path.display())]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The database cannot be read, or the copy cannot be written.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<rusqlite::Error> for BackupError {
    fn from(source: rusqlite::Error) -> Self {
        Self::Failed(source.into())
    }
}

/// A part of a database that the program cannot have written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// SQLite itself cannot make sense of the file. It reports a failing disk (EIO) in the same
    /// way.
    #[error("SQLite cannot read its file, or the disk cannot")]
    File,
    /// The messages from this one to the end of its block.
    #[error("the messages from number {0} on cannot be read")]
    Block(Seq),
    /// A row of this table.
    #[error("a row of the table \"{0}\" cannot be read")]
    Row(&'static str),
}

impl From<rusqlite::Error> for SearchError {
    fn from(source: rusqlite::Error) -> Self {
        Self::Failed(source.into())
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

/// Whether SQLite reports that the file itself is wrong, or that a value has a type that the schema
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
