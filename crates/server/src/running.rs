//! The threads of a running server, and how to reach them.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use chinwag_core::limits::HUB_QUEUE_MAX;
use chinwag_core::{LOBBY, RoomId, RoomName};
use chinwag_wire::Prefs;
use chinwag_wire::dialect::Settings;
use chinwag_wire::zone::TimeZone;
use hashbrown::HashMap;
use mio::{Poll, Waker};

use crate::clock::{Steady, wall};
use crate::config::{Config, Limits};
use crate::conn_limiter::ConnLimiter;
use crate::hub::{self, Hub};
use crate::net::Acceptor;
use crate::shard::inbox::{self, Inbox, Mailbox};
use crate::shard::run::Loop;
use crate::shard::{Shard, Shared, ToShard};
use crate::supervisor::Supervisor;
use crate::worker::Workers;
use crate::{ServeError, Server, maintenance, random};

/// See the [module](self).
pub(crate) struct Running {
    shards: Vec<Mailbox>,
    shard_threads: Vec<JoinHandle<io::Result<()>>>,
    hub_thread: JoinHandle<()>,
    /// Dropped to stop it.
    maintenance: SyncSender<()>,
    limiter: ConnLimiter,
    limits: Arc<Limits>,
    clock: Steady,
}

impl Running {
    /// Starts all threads but the one that accepts connections.
    pub(crate) fn start(server: Server, supervisor: &Supervisor) -> Result<Self, ServeError> {
        let Server {
            config,
            opened,
            zone,
        } = server;
        let clock = Steady::start();
        let (reader, indexer) = (opened.store.reader()?, opened.store.indexer()?);
        let checkpointer = opened.store.checkpointer()?;
        let room_names = names_of(&opened);
        let (to_hub, hub_inbox) = sync_channel(HUB_QUEUE_MAX);
        let (shards, inboxes) = open_mailboxes(threads_for(config.server.threads))?;
        let limits = Arc::new(config.limits.clone());
        let workers = Workers::start(reader, &shards, supervisor)?;
        let settings = Arc::new(settings(&config, zone));
        let mut shard_threads = Vec::new();
        for (number, inbox) in inboxes.into_iter().enumerate() {
            let (settings, limits) = (settings.clone(), limits.clone());
            let (workers, names, to_hub) = (workers.clone(), room_names.clone(), to_hub.clone());
            let serve = move || {
                let now = (wall(), clock.now());
                let shared = Shared::new(settings, limits, workers, names, now);
                Loop::new(Shard::new(number, shared), inbox, to_hub, clock).run()
            };
            shard_threads.push(supervisor.spawn(format!("shard-{number}"), serve)?);
        }
        let committed = Arc::new(AtomicU64::new(0));
        let hub = Hub::new(
            config.settings(),
            config.history.replay,
            opened,
            committed.clone(),
            (wall(), random),
        );
        let to_shards = shards.clone();
        let serve = move || hub::thread::run(hub, &hub_inbox, &to_shards);
        let hub_thread = supervisor.spawn("hub", serve)?;
        let (keep_up, stop) = sync_channel(0);
        let maintain = maintenance::work(checkpointer, indexer, committed, stop);
        supervisor.spawn("maintenance", maintain)?;
        Ok(Self {
            shards,
            shard_threads,
            hub_thread,
            maintenance: keep_up,
            limiter: ConnLimiter::new(limits.connections_per_address_max, limits.connect_rate()),
            limits,
            clock,
        })
    }

    /// Lets people in, on a thread that ends when it is woken.
    pub(crate) fn accept(
        &self,
        listeners: Vec<TcpListener>,
        supervisor: &Supervisor,
    ) -> io::Result<(Arc<Waker>, JoinHandle<io::Result<()>>)> {
        let (shards, limiter) = (self.shards.clone(), self.limiter.clone());
        let acceptor = Acceptor::new(listeners, &self.limits, shards, limiter, self.clock)?;
        let stop = acceptor.stop();
        Ok((stop, supervisor.spawn("accept", move || acceptor.run())?))
    }

    /// Lets everything that was read be done and written, and ends.
    pub(crate) fn stop(self) {
        for shard in &self.shards {
            // A shard that has failed has nothing left to finish.
            shard.send(ToShard::Drain);
        }
        for thread in self.shard_threads {
            // A panic is reported by the supervisor.
            if let Ok(Err(error)) = thread.join() {
                tracing::error!("a shard failed: {error}");
            }
        }
        let _ = self.hub_thread.join();
        // It stops between two steps, and what it did not get to is done at the next start.
        drop(self.maintenance);
    }
}

/// What all sessions share.
pub(crate) fn settings(config: &Config, zone: TimeZone) -> Settings {
    let limits = &config.limits;
    Settings {
        server_name: config.server.name.as_str().into(),
        zone,
        prefs: Prefs::default(),
        line_bytes_max: limits.line_bytes_max,
        line_rate: limits.line_rate(),
        operator_rate_factor: limits.operator_factor,
        login_tries_max: limits.name_tries_max,
        login_bytes_max: limits.arrival_bytes_max,
        login_time: limits.arrival_time,
    }
}

fn names_of(opened: &chinwag_store::Opened) -> HashMap<RoomId, RoomName> {
    let rooms = opened.snapshot.rooms.iter();
    let mut names: HashMap<_, _> = rooms.map(|room| (room.id, room.name.clone())).collect();
    names.insert(LOBBY, RoomName::lobby());
    names
}

/// The two ends of a shard's queue, and the epoll that hears of it.
type Ends = (Vec<Mailbox>, Vec<(Poll, Inbox)>);

fn open_mailboxes(shards: usize) -> io::Result<Ends> {
    let (mut mailboxes, mut inboxes) = (Vec::new(), Vec::new());
    for _ in 0..shards {
        let poll = Poll::new()?;
        let (mailbox, inbox) = inbox::open(&poll)?;
        mailboxes.push(mailbox);
        inboxes.push((poll, inbox));
    }
    Ok((mailboxes, inboxes))
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
