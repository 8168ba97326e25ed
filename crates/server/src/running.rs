//! The threads of a running server, and how to reach them.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use chinwag_core::{CloakKey, ResumeCode};
use chinwag_store::Store;
use mio::{Poll, Waker};

use crate::clock::{Steady, wall};
use crate::config::{Config, Limits};
use crate::conn_limiter::ConnLimiter;
use crate::control::{Control, HubConfig, ShardConfig};
use crate::hub::thread::ToHub;
use crate::hub::{self, Hub};
use crate::limits::HUB_QUEUE_MAX;
use crate::maintenance::{self, Upkeep};
use crate::net::Acceptor;
use crate::shard::inbox::{self, Inbox, Mailbox};
use crate::shard::run::Loop;
use crate::shard::{Entrance, Shard, Shared, ToShard};
use crate::shell::ShellServer;
use crate::supervisor::Supervisor;
use crate::tls::{Certificates, Tls};
use crate::worker::Workers;
use crate::{ServeError, Server, random};

/// See the [module](self).
pub(crate) struct Running {
    shards: Vec<Mailbox>,
    shard_threads: Vec<JoinHandle<()>>,
    to_hub: SyncSender<ToHub>,
    hub_thread: JoinHandle<()>,
    shell: Option<ShellServer>,
    /// Dropped to stop it.
    maintenance: (SyncSender<()>, JoinHandle<Upkeep>),
    limiter: ConnLimiter,
    certificates: Arc<Certificates>,
    limits: Arc<Limits>,
    clock: Steady,
}

impl Running {
    /// Starts all threads except the one that accepts connections.
    pub(crate) fn start(
        server: Server,
        port: u16,
        supervisor: &Supervisor,
    ) -> Result<Self, ServeError> {
        let Server {
            config,
            mut opened,
            certificates,
            operator_code,
        } = server;
        let clock = Steady::start();
        let (reader, indexer) = (opened.store.reader()?, opened.store.indexer()?);
        let checkpointer = opened.store.checkpointer()?;
        let committed = Arc::new(AtomicU64::new(0));
        let mut hub_config = hub_config(&config, operator_code);
        hub_config.settings.cloak_key = cloak_key(&mut opened.store);
        let mut hub = Hub::new(hub_config, opened, committed.clone(), wall(), random);
        let room_names = hub.room_names();
        let (to_hub, hub_inbox) = sync_channel(HUB_QUEUE_MAX);
        let (shards, inboxes) = open_mailboxes(config.server.threads)?;
        let shard_config = ShardConfig::of(&config, port);
        let limits = shard_config.limits.clone();
        let workers = Workers::start(reader, &shards, supervisor)?;
        let gate = workers.gate.clone();
        let limiter = limiter_of(&config, &limits);
        let entrance = Entrance::new(Tls::new(certificates.clone())?, limiter.clone());
        let shared = || {
            let (config, entrance) = (shard_config.clone(), entrance.clone());
            let (workers, names) = (workers.clone(), room_names.clone());
            Shared::new(config, entrance, workers, names, wall(), clock.now())
        };
        let mut shard_threads = Vec::new();
        for (number, (poll, inbox)) in inboxes.into_iter().enumerate() {
            let shard = Shard::new(number, shared());
            let events = Loop::new(shard, poll, inbox, to_hub.clone(), clock);
            let serve = move || log_failure("a shard", events.run());
            shard_threads.push(supervisor.spawn(format!("shard-{number}"), serve)?);
        }
        let shell = ShellServer::start(
            &config.location(),
            to_hub.clone(),
            certificates.clone(),
            supervisor,
        )?;
        hub.keep_notes_of(gate);
        let hub_thread = start_hub(hub, hub_inbox, shards.clone(), supervisor)?;
        let upkeep = (checkpointer, indexer);
        let maintenance = maintenance::start(upkeep, certificates.clone(), committed, supervisor)?;
        Ok(Self {
            shards,
            shard_threads,
            to_hub,
            hub_thread,
            shell,
            maintenance,
            limiter,
            certificates,
            limits,
            clock,
        })
    }

    /// A handle to a running server.
    ///
    /// # Errors
    /// If the system has no descriptors left.
    pub(crate) fn control(&self, config: Config, listeners: &[TcpListener]) -> io::Result<Control> {
        let (shards, hub) = (self.shards.clone(), self.to_hub.clone());
        let (limiter, certificates) = (self.limiter.clone(), self.certificates.clone());
        Control::new(config, shards, hub, limiter, certificates, listeners)
    }

    /// Accepts connections, on a thread that ends when it is woken.
    pub(crate) fn accept(
        &self,
        listeners: Vec<TcpListener>,
        supervisor: &Supervisor,
    ) -> io::Result<(Arc<Waker>, JoinHandle<()>)> {
        let (shards, limiter) = (self.shards.clone(), self.limiter.clone());
        let acceptor = Acceptor::new(listeners, &self.limits, shards, limiter, self.clock)?;
        let stop = acceptor.stop();
        let accept = move || log_failure("accepting connections", acceptor.run());
        Ok((stop, supervisor.spawn("accept", accept)?))
    }

    /// Processes and writes everything that was read, and ends.
    pub(crate) fn stop(self) {
        if let Some(shell) = self.shell {
            shell.stop();
        }
        for shard in &self.shards {
            // A shard that has failed has nothing left to finish.
            shard.send(ToShard::Drain);
        }
        for thread in self.shard_threads {
            // A panic is reported by the supervisor.
            let _ = thread.join();
        }
        // A hub that has failed has nothing left to keep.
        let _ = self.to_hub.send(ToHub::Stopped);
        let _ = self.hub_thread.join();
        // It stops between two steps; the next start does the rest.
        let (keep_up, thread) = self.maintenance;
        drop(keep_up);
        if let Ok(upkeep) = thread.join() {
            maintenance::finish(upkeep);
        }
    }
}

/// Logs why a thread ends early.
fn log_failure(what: &str, result: io::Result<()>) {
    if let Err(error) = result {
        tracing::error!("{what} failed: {error}");
    }
}

fn limiter_of(config: &Config, limits: &Limits) -> ConnLimiter {
    let limiter = ConnLimiter::new(limits.connections_per_address_max, limits.connect_rate());
    limiter.trust(&config.proxy.trusted, &config.irc.gateways);
    limiter
}

fn start_hub(
    hub: Hub,
    inbox: Receiver<ToHub>,
    shards: Vec<Mailbox>,
    supervisor: &Supervisor,
) -> io::Result<JoinHandle<()>> {
    supervisor.spawn("hub", move || hub::thread::run(hub, &inbox, &shards))
}

/// The hub's configuration, with what changes at each start.
fn hub_config(config: &Config, operator_code: ResumeCode) -> HubConfig {
    let mut hub = HubConfig::of(config);
    hub.settings.operator_code = Some(operator_code);
    hub
}

/// The key of the store, or one for this run if the store can keep none.
fn cloak_key(store: &mut Store) -> CloakKey {
    let fresh = CloakKey([random(), random()]);
    store.cloak_key(fresh).unwrap_or_else(|error| {
        tracing::warn!("hosts in IRC will be others after a restart: {error}");
        fresh
    })
}

/// The two ends of a shard's queue, and the epoll that its waker wakes.
type QueueEnds = (Vec<Mailbox>, Vec<(Poll, Inbox)>);

fn open_mailboxes(shards: usize) -> io::Result<QueueEnds> {
    let (mut mailboxes, mut inboxes) = (Vec::new(), Vec::new());
    for _ in 0..shards {
        let poll = Poll::new()?;
        let (mailbox, inbox) = inbox::open(&poll)?;
        mailboxes.push(mailbox);
        inboxes.push((poll, inbox));
    }
    Ok((mailboxes, inboxes))
}
