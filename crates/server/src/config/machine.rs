//! What a configuration takes from the machine. Looked up once, before anything is resolved, so
//! that the rest of the configuration reads neither the environment nor the system.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::thread;

use chinwag_wire::zone::TimeZone;

/// Defaults that depend on the machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// The machine's name, for the greeting.
    pub name: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// The usual data folder; none without a home.
    pub data: Option<PathBuf>,
    /// The time zone.
    pub zone: TimeZone,
}

impl Machine {
    /// The defaults of this machine.
    pub fn here() -> Self {
        let name = rustix::system::uname();
        Self {
            name: name.nodename().to_string_lossy().into_owned(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            data: data(),
            zone: TimeZone::try_system().unwrap_or(TimeZone::UTC),
        }
    }
}

/// A machine for tests, the same everywhere.
impl Default for Machine {
    fn default() -> Self {
        Self {
            name: "localhost".into(),
            cores: 2,
            data: Some("/var/lib/chinwag".into()),
            zone: TimeZone::UTC,
        }
    }
}

/// `$STATE_DIRECTORY` (from systemd's `StateDirectory=`, the first of several: systemd.exec(5)),
/// else `$XDG_STATE_HOME/chinwag`, else `~/.local/state/chinwag` (XDG Base Directory Specification,
/// which ignores relative paths). Without `HOME` the home is that of the user database, as for a
/// shell. Never a folder below the working directory: a server would begin anew wherever it is
/// started from.
fn data() -> Option<PathBuf> {
    let value = |name| env::var_os(name).filter(|value| !value.is_empty());
    let first = |list: OsString| env::split_paths(&list).next();
    let absolute = |path: PathBuf| path.is_absolute().then_some(path);
    let state = || {
        let base = value("XDG_STATE_HOME").map(PathBuf::from);
        Some(base.and_then(absolute)?.join("chinwag"))
    };
    let home = || {
        let home = env::home_dir().and_then(absolute);
        Some(home?.join(".local/state/chinwag"))
    };
    value("STATE_DIRECTORY")
        .and_then(first)
        .or_else(state)
        .or_else(home)
}
