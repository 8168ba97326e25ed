//! The data folder that a tool works on: the one that `chinwag serve` would use on this machine, unless
//! another is named.

use std::env;
use std::path::PathBuf;

use anyhow::Result;
use chinwag_store::Reader;
use clap::Args;

/// Which data folder.
#[derive(Debug, Args)]
pub(crate) struct DataFlags {
    /// The server's data folder [default: that of `chinwag serve`]
    #[arg(long, value_name = "DIR", env = "CHINWAG_DATA")]
    data: Option<PathBuf>,
}

impl DataFlags {
    /// Opens the folder for reading, whether a server has it open or not.
    pub(crate) fn open(&self) -> Result<Reader> {
        let folder = self.data.clone().unwrap_or_else(default_data);
        Ok(Reader::open(&folder)?)
    }
}

/// `$STATE_DIRECTORY` (of systemd's `StateDirectory=`), else `$XDG_STATE_HOME/chinwag`, else
/// `~/.local/state/chinwag` (XDG Base Directory Specification).
fn default_data() -> PathBuf {
    let variable = |name| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    variable("STATE_DIRECTORY")
        .or_else(|| Some(variable("XDG_STATE_HOME")?.join("chinwag")))
        .unwrap_or_else(|| {
            let home = variable("HOME").unwrap_or_else(|| ".".into());
            home.join(".local/state/chinwag")
        })
}
