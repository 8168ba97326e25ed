//! `chinwag serve`: from flags to a running server.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use chinwag_server::Server;
use chinwag_server::config::{Config, DEFAULT_PORT};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::arguments::ServeFlags;
use crate::logging;

/// Serves until a signal says to stop.
pub(crate) fn serve(flags: &ServeFlags) -> Result<()> {
    let mut config = read_config(flags)?;
    logging::start(&config.log)?;
    if config.server.name.is_empty() {
        config.server.name = machine_name();
    }
    chinwag_server::raise_descriptor_limit();
    // The listeners first: a port in use is the commoner mistake and leaves no trace in the data.
    let listeners = bind(flags, &config)?;
    let server = Server::open(config, default_data())?;
    let announcement = announcement(&listeners)?;
    let stop = || {
        // Announced only when a signal finds somebody to hear it: whoever reads the announcement may
        // send one at once.
        let signals = Signals::new([SIGTERM, SIGINT]);
        let mut out = io::stdout().lock();
        // A server whose standard output nobody reads serves all the same.
        let _ = out
            .write_all(announcement.as_bytes())
            .and_then(|()| out.flush());
        drop(out);
        match signals {
            Ok(mut signals) => drop(signals.forever().next()),
            // Without handlers the signals end the process by themselves.
            Err(_) => loop {
                std::thread::park();
            },
        }
    };
    server.run(listeners, stop)?;
    Ok(())
}

fn read_config(flags: &ServeFlags) -> Result<Config> {
    let file = flags.config.as_ref().map(|path| {
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
    });
    let file = file.transpose().map_err(|e| anyhow!("{e:#}"))?;
    Config::read(file.as_deref(), variables(), flags.as_table()).map_err(|error| {
        match &flags.config {
            Some(path) => anyhow!("the configuration ({}): {error}", path.display()),
            None => anyhow!("the configuration: {error}"),
        }
    })
}

/// The environment, without what is no text: no setting is.
fn variables() -> impl Iterator<Item = (String, String)> {
    env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
}

fn machine_name() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
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

fn bind(flags: &ServeFlags, config: &Config) -> Result<Vec<TcpListener>> {
    let addresses = &config.server.listen;
    let default = addresses.is_empty().then_some(DEFAULT_PORT);
    if let Some(port) = flags.port.or(default) {
        let everywhere = chinwag_server::bind_everywhere(port);
        return everywhere.map_err(|e| anyhow!("cannot listen on port {port}: {}", reason(&e)));
    }
    let bind = |address: &SocketAddr| {
        let bound = chinwag_server::bind(*address);
        bound.map_err(|e| anyhow!("cannot listen on {address}: {}", reason(&e)))
    };
    addresses.iter().map(bind).collect()
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another program listens there already".into(),
        io::ErrorKind::PermissionDenied => "ports below 1024 need more rights".into(),
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address".into(),
        _ => error.to_string(),
    }
}

/// Where the server listens, and what to give to friends.
fn announcement(listeners: &[TcpListener]) -> Result<String> {
    let mut out = String::new();
    let mut told = Vec::new();
    for listener in listeners {
        let address = listener.local_addr()?;
        writeln!(out, "chinwag is listening on {address}")?;
        told.push(invitation(address));
    }
    told.dedup();
    for invitation in told {
        writeln!(out, "Anybody can join with: {invitation}")?;
    }
    Ok(out)
}

fn invitation(address: SocketAddr) -> String {
    let host = match address.ip() {
        ip if ip.is_unspecified() => machine_name(),
        ip => ip.to_string(),
    };
    format!("nc {host} {}", address.port())
}
