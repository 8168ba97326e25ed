//! The server: a [`Server`] is opened with a configuration, is given listeners, and serves until it
//! is told to stop.
//!
//! Three kinds of threads share nothing but channels: the `hub` owns the chat and its store,
//! `shard`s own the connections, `desk`s look things up. See ARCHITECTURE.md for what
//! happens to one line of chat on its way through them.

mod clock;
pub mod config;
mod conn_limiter;
mod desk;
mod hub;
mod net;
#[cfg(feature = "pieces")]
pub mod pieces;
mod shard;
mod socket;
#[cfg(test)]
mod transcripts;
mod upkeep;

use std::fmt;
use std::io;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use chinwag_core::limits::HUB_QUEUE_MAX;
use chinwag_core::{LOBBY, RoomName};
use chinwag_store::{OpenError, Opened, Place, Store};
use chinwag_wire::plain::TimeZone;
use hashbrown::HashMap;
use mio::{Poll, Waker};

use crate::clock::{Steady, wall};
use crate::config::Config;
use crate::conn_limiter::ConnLimiter;
use crate::desk::Desk;
use crate::hub::Hub;
use crate::net::Acceptor;
use crate::shard::inbox::{self, Mailbox};
use crate::shard::run::Loop;
use crate::shard::{Setting, Shard, ToShard};
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
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Zone(zone) => write!(f, "there is no time zone \"{zone}\""),
            Self::System(error) => write!(f, "the system fails: {error}"),
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
            name => chinwag_wire::plain::zone(name)
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
    /// write, and returns, within [`STOP_TIME`](chinwag_core::limits::STOP_TIME).
    ///
    /// # Errors
    /// [`ServeError`] if the threads cannot be started.
    pub fn run(self, listeners: Vec<TcpListener>, stop: impl FnOnce()) -> Result<(), ServeError> {
        let running = Running::start(self)?;
        let (end, acceptor) = running.accept(listeners)?;
        stop();
        tracing::info!("stopping");
        end.wake()?;
        // The listeners are closed then: nobody is let in who would be told to go.
        match acceptor.join() {
            Ok(accepted) => accepted?,
            Err(_) => tracing::error!("the thread that accepts connections panicked"),
        }
        running.stop();
        Ok(())
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

/// The threads of a server, and how to reach them.
struct Running {
    shards: Vec<Mailbox>,
    shard_threads: Vec<JoinHandle<io::Result<()>>>,
    hub_thread: JoinHandle<()>,
    /// Dropped to stop it.
    upkeep: (SyncSender<()>, JoinHandle<()>),
    limiter: ConnLimiter,
    limits: Arc<config::Limits>,
    clock: Steady,
}

impl Running {
    fn start(server: Server) -> Result<Self, ServeError> {
        let Server {
            config,
            opened,
            zone,
        } = server;
        let clock = Steady::start();
        let (reader, indexer) = (opened.store.reader()?, opened.store.indexer()?);
        let checkpointer = opened.store.checkpointer()?;
        let rooms = opened.snapshot.rooms.iter();
        let mut room_names: HashMap<_, _> =
            rooms.map(|room| (room.id, room.name.clone())).collect();
        room_names.insert(LOBBY, RoomName::lobby());

        let (to_hub, hub_inbox) = sync_channel(HUB_QUEUE_MAX);
        let threads = threads_for(config.server.threads);
        let (mut shards, mut inboxes) = (Vec::new(), Vec::new());
        for _ in 0..threads {
            let poll = Poll::new()?;
            let (mailbox, inbox) = inbox::open(&poll)?;
            shards.push(mailbox);
            inboxes.push((poll, inbox));
        }
        let limits = Arc::new(config.limits.clone());
        let desk = Desk::open(reader, limits.search_lines_max, &shards)?;
        let setting = Setting {
            name: config.server.name.as_str().into(),
            zone,
            limits: limits.clone(),
        };
        let mut shard_threads = Vec::new();
        for (number, inbox) in inboxes.into_iter().enumerate() {
            let names = room_names.clone();
            let now = (wall(), clock.now());
            let (setting, desk, to_hub) = (setting.clone(), desk.clone(), to_hub.clone());
            let serve = move || {
                let shard = Shard::new(number, setting, names, desk, now);
                Loop::new(shard, inbox, to_hub, clock).run()
            };
            let name = format!("shard-{number}");
            shard_threads.push(thread::Builder::new().name(name).spawn(serve)?);
        }
        let saved = Arc::new(AtomicU64::new(0));
        let hub = Hub::new(
            config.settings(),
            config.history.replay,
            opened,
            saved.clone(),
            (wall(), random),
        );
        let to_shards = shards.clone();
        let serve = move || hub::thread::run(hub, &hub_inbox, &to_shards);
        let hub_thread = thread::Builder::new().name("hub".into()).spawn(serve)?;
        let (keep_up, stop_upkeep) = sync_channel(0);
        let upkeep = upkeep::start(checkpointer, indexer, saved, stop_upkeep)?;
        Ok(Self {
            shards,
            shard_threads,
            hub_thread,
            upkeep: (keep_up, upkeep),
            limiter: ConnLimiter::new(limits.connections_per_address_max, limits.connect_rate()),
            limits,
            clock,
        })
    }

    /// Lets people in, on a thread that ends when it is woken.
    fn accept(
        &self,
        listeners: Vec<TcpListener>,
    ) -> io::Result<(Arc<Waker>, JoinHandle<io::Result<()>>)> {
        let (shards, limiter) = (self.shards.clone(), self.limiter.clone());
        let acceptor = Acceptor::new(listeners, &self.limits, shards, limiter, self.clock)?;
        let stop = acceptor.stop();
        let thread = thread::Builder::new().name("accept".into());
        Ok((stop, thread.spawn(move || acceptor.run())?))
    }

    /// Lets everything that was read be done and written, and ends.
    fn stop(self) {
        for shard in &self.shards {
            // A shard that has failed has nothing left to finish.
            shard.send(ToShard::Quiesce);
        }
        for thread in self.shard_threads {
            match thread.join() {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!("a shard failed: {error}"),
                Err(_) => tracing::error!("a shard panicked"),
            }
        }
        if self.hub_thread.join().is_err() {
            tracing::error!("the hub panicked");
        }
        let (keep_up, upkeep) = self.upkeep;
        drop(keep_up);
        // It stops between two steps, and what it did not get to is done at the next start.
        drop(upkeep);
    }
}

/// Threads for connections: half of the cores, because the hub, the kernel and the store need some
/// too, and because the fewer there are the more each write carries.
fn threads_for(configured: usize) -> usize {
    const THREADS_MAX: usize = 64;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    match configured {
        0 => (cores / 2).clamp(1, THREADS_MAX),
        threads => threads.min(THREADS_MAX),
    }
}
