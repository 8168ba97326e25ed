//! The data folder that a tool works on: the one that `chinwag serve` would use with the same
//! flags, variables and configuration file, so that no tool reads another server's past.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use chinwag_server::config::{Config, RawConfig, Reading};
use chinwag_store::{Error, HistoryReader, Location, OpenError};
use clap::Args;

use crate::arguments::{ConfigFile, folder};
use crate::serve;

/// Which data folder. The flags may stand before a task, as in `chinwag account --data D list`, or
/// behind it.
#[derive(Debug, Args)]
pub(crate) struct DataFlags {
    /// The server's data folder [default: that of `chinwag serve`]
    #[arg(long, value_name = "DIR", value_parser = folder(), global = true)]
    data: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigFile,
}

impl DataFlags {
    /// Opens the folder for reading, with or without a running server.
    pub(crate) fn open(&self) -> Result<HistoryReader> {
        match self.config()?.location() {
            Location::Folder(folder) => Ok(HistoryReader::open(&folder)?),
            Location::Memory => bail!("this server keeps nothing on disk (memory = true)"),
        }
    }

    /// The configuration of the server whose folder it is.
    pub(crate) fn config(&self) -> Result<Config> {
        let mut flags = RawConfig::default();
        flags.server.data = self.data.clone();
        Ok(serve::resolve(
            self.config.path().as_deref(),
            flags,
            Reading::First,
        )?)
    }
}

/// A failure to read the database, which names it if it is damaged.
pub(crate) fn located(error: Error, path: Option<&Path>) -> anyhow::Error {
    match (error, path) {
        (Error::Damaged(damage), Some(path)) => {
            let path = path.to_owned();
            OpenError::Damaged { path, damage }.into()
        }
        (error, _) => error.into(),
    }
}
