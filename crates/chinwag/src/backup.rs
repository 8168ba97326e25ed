//! `chinwag backup FILE`: a copy of everything that a server keeps, made while it runs.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use clap::builder::{PathBufValueParser, TypedValueParser};

use crate::data::DataFlags;

#[derive(Debug, Args)]
pub(crate) struct BackupFlags {
    /// The file to copy to; it must not exist yet. To restore it, stop the server, put the copy into the data folder as
    /// messages.db, and delete messages.db-wal, messages.db-shm and search.db* there
    #[arg(value_name = "FILE", value_parser = file())]
    file: PathBuf,
    #[command(flatten)]
    data: DataFlags,
}

/// The file to copy to. SQLite makes the copy, and writes to files alone.
fn file() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path.as_os_str() == "-" {
        true => {
            Err("a backup is a file, and cannot go to standard output; a file of that name is ./-")
        }
        false => Ok(path),
    })
}

/// Copies the database.
pub(crate) fn backup(flags: &BackupFlags) -> Result<()> {
    flags.data.open()?.backup(&flags.file, |_| {})?;
    let bytes = std::fs::metadata(&flags.file)?.len();
    // Nobody has to read it.
    let _ = writeln!(
        io::stdout(),
        "{} has everything up to now: {} KiB.",
        flags.file.display(),
        bytes.div_ceil(1024)
    );
    Ok(())
}
