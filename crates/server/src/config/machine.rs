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
    /// The usual data folder.
    pub data: PathBuf,
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
            data: "/var/lib/chinwag".into(),
            zone: TimeZone::UTC,
        }
    }
}

/// `$STATE_DIRECTORY` (from systemd's `StateDirectory=`, the first of several: systemd.exec(5)),
/// else `$XDG_STATE_HOME/chinwag`, else `~/.local/state/chinwag` (XDG Base Directory Specification,
/// which ignores relative paths).
fn data() -> PathBuf {
    let value = |name| env::var_os(name).filter(|value| !value.is_empty());
    let variable = |name| value(name).map(PathBuf::from);
    let first = |list: OsString| env::split_paths(&list).next();
    value("STATE_DIRECTORY")
        .and_then(first)
        .or_else(|| {
            let base = variable("XDG_STATE_HOME").filter(|base| base.is_absolute())?;
            Some(base.join("chinwag"))
        })
        .unwrap_or_else(|| {
            let home = variable("HOME").unwrap_or_else(|| ".".into());
            home.join(".local/state/chinwag")
        })
}
