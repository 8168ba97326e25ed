//! The server: a [`Server`] is opened with a configuration, is given listeners, and serves until it
//! is told to stop.
//!
//! Three kinds of threads share nothing but channels: the `hub` owns the chat and its store,
//! `shard`s own the connections, `desk`s look things up. See ARCHITECTURE.md for what
//! happens to one line of chat on its way through them.

mod clock;
pub mod config;
mod conn_limiter;
mod hub;
mod maintenance;
mod net;
mod running;
mod session;
mod shard;
mod supervisor;
#[cfg(test)]
mod transcripts;
mod transport;
mod worker;

use std::fmt;
use std::io;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};

use chinwag_store::{OpenError, Opened, Place, Store};
use chinwag_wire::zone::TimeZone;

use crate::config::Config;
use crate::running::Running;
use crate::supervisor::{Ending, Supervisor};
pub use net::{bind, bind_everywhere, raise_descriptor_limit};

/// Why a server cannot run.
#[derive(Debug)]
pub enum ServeError {
    /// The data folder or what is in it.
    Open(OpenError),
    /// The store can be opened but not read beside the writer.
    Store(chinwag_store::Error),
    /// There is no such time zone.
    Zone(String),
    /// The system gives no thread, or nothing to wait for sockets with.
    System(io::Error),
    /// The thread of this name has panicked.
    Panicked(String),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Zone(zone) => write!(f, "there is no time zone \"{zone}\""),
            Self::System(error) => write!(f, "system error: {error}"),
            Self::Panicked(thread) => {
                write!(f, "the thread {thread} panicked: the server cannot go on")
            }
        }
    }
}

impl std::error::Error for ServeError {}

impl From<chinwag_store::Error> for ServeError {
    fn from(error: chinwag_store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<io::Error> for ServeError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// A server that is ready: its store is open, its threads are not started.
#[derive(Debug)]
pub struct Server {
    config: Config,
    opened: Opened,
    zone: TimeZone,
}

impl Server {
    /// Opens the store. `data` is the folder for a configuration that names none.
    ///
    /// # Errors
    /// [`ServeError`], as one sentence for whoever started the server.
    pub fn open(config: Config, data: PathBuf) -> Result<Self, ServeError> {
        let server = &config.server;
        let zone = match server.zone.as_str() {
            "" => system_zone(),
            name => chinwag_wire::zone::zone(name)
                .ok_or_else(|| ServeError::Zone(server.zone.clone()))?,
        };
        let place = match (server.memory, server.data.as_os_str().is_empty()) {
            (true, _) => Place::Memory,
            (false, true) => Place::Folder(data),
            (false, false) => Place::Folder(server.data.clone()),
        };
        let opened = Store::open(place, server.durability, config.retention());
        Ok(Self {
            opened: opened.map_err(ServeError::Open)?,
            config,
            zone,
        })
    }

    /// Serves the listeners until `stop` returns, then tells everybody, writes what there is to
    /// write, and returns, within [`STOP_TIME`](chinwag_core::limits::STOP_TIME). `stop` runs on a
    /// thread of its own, which is left behind if the server ends before it returns.
    ///
    /// # Errors
    /// [`ServeError`] if the threads cannot be started, or as soon as one of them panics: the
    /// process is to end then, since half a server helps nobody.
    pub fn run(
        self,
        listeners: Vec<TcpListener>,
        stop: impl FnOnce() + Send + 'static,
    ) -> Result<(), ServeError> {
        let (report, endings) = sync_channel(ENDINGS_MAX);
        let supervisor = Supervisor::new(report.clone());
        let running = Running::start(self, &supervisor)?;
        let (end, acceptor) = running.accept(listeners, &supervisor)?;
        supervisor.spawn("signals", move || {
            stop();
            // The queue is only full where another reason to end is on its way already.
            let _ = report.try_send(Ending::Asked);
        })?;
        wait_for(&endings)?;
        tracing::info!("stopping");
        end.wake()?;
        // The listeners are closed then: nobody is let in who would be told to go.
        if let Ok(accepted) = acceptor.join() {
            accepted?;
        }
        running.stop();
        match endings.try_recv() {
            Ok(Ending::Panicked(thread)) => Err(ServeError::Panicked(thread)),
            _ => Ok(()),
        }
    }
}

/// Reasons to end that may be on their way at once: one for each thread is more than enough.
const ENDINGS_MAX: usize = 128;

fn wait_for(endings: &Receiver<Ending>) -> Result<(), ServeError> {
    match endings.recv() {
        Ok(Ending::Panicked(thread)) => Err(ServeError::Panicked(thread)),
        Ok(Ending::Asked) | Err(_) => Ok(()),
    }
}

/// Numbers that nobody can foresee. Linux has them from the first moment on.
fn random() -> u64 {
    getrandom::u64().expect("the system has random numbers")
}

/// The machine's own zone, or UTC where it does not say.
fn system_zone() -> TimeZone {
    TimeZone::try_system().unwrap_or(TimeZone::UTC)
}
