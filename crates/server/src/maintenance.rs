//! The store's upkeep beside the hub: emptying its write-ahead log, and filling the search index.
//! It also checks whether the files of the certificate have changed.
//!
//! One low-priority thread does both. It fills the index only while the chat is calm, in small
//! steps: indexing a message costs ten times as much as delivering it, and nobody should wait for
//! that. A search finds what is not indexed yet by looking at the messages.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chinwag_store::{Checkpointer, Error, Indexer};
use thread_priority::{
    NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};

use crate::supervisor::Supervisor;
use crate::tls::Certificates;

/// The chat is calm below this many messages in the last second.
const CALM_MAX: u64 = 1_000;
/// Messages indexed before others have their turn: about half a millisecond.
const STEP_MESSAGES: usize = 32;
/// Steps in each second.
const STEPS_MAX: usize = 400;
/// How far to lower the thread's priority. The chat goes first where it needs the processor, but
/// the thread still gets a seventh of one that other programs keep busy: a commit can wait for its
/// lock on the log, and the end of the server waits for its checkpoint, which took over a minute at
/// 19.
const NICE: i32 = 5;

/// The parts of the store that need upkeep.
pub(crate) type Upkeep = (Checkpointer, Indexer);

/// Starts the thread, which ends soon after the sender is dropped; [`finish`] does what is left
/// then. `committed` counts messages.
pub(crate) fn start(
    mut upkeep: Upkeep,
    certificates: Arc<Certificates>,
    committed: Arc<AtomicU64>,
    supervisor: &Supervisor,
) -> io::Result<(SyncSender<()>, JoinHandle<Upkeep>)> {
    let (keep_up, stop) = sync_channel(0);
    let work = move || {
        lower_priority();
        let mut maintenance = Maintenance::default();
        while stop.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
            certificates.look();
            maintenance.look(committed.load(Ordering::Relaxed), &mut upkeep, &stop);
        }
        upkeep
    };
    Ok((keep_up, supervisor.spawn("maintenance", work)?))
}

/// The last of the work, on the thread that ends the server, at its full priority: the logs of a
/// stopped server must not have deleted text.
pub(crate) fn finish((mut checkpointer, mut indexer): Upkeep) {
    if let Err(error) = checkpointer.finish().and_then(|()| indexer.finish()) {
        tracing::warn!("the maintenance of the store fails: {error}");
    }
}

/// Lets every other thread go first.
fn lower_priority() {
    // Real-time priority of the server is meant for its chat, not for this.
    let policy = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other);
    let thread = thread_native_id();
    if let Err(error) = set_thread_priority_and_policy(thread, ThreadPriority::Min, policy) {
        tracing::debug!("the maintenance thread keeps its scheduling: {error}");
    }
    // On Linux this is the thread's own priority, not the process's.
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!("the maintenance thread keeps its priority: {error}");
    }
}

/// What the thread knows from its last look.
#[derive(Default)]
struct Maintenance {
    committed: u64,
    /// Whether there was nothing to do: then there is nothing until something is committed.
    is_idle: bool,
    fails: bool,
}

impl Maintenance {
    fn look(&mut self, committed: u64, (checkpointer, indexer): &mut Upkeep, stop: &Receiver<()>) {
        let new = committed - self.committed;
        self.committed = committed;
        if new == 0 && self.is_idle {
            return;
        }
        let done = checkpointer
            .checkpoint()
            .and_then(|is_done| match new <= CALM_MAX {
                true => Ok(fill(indexer, stop)? && is_done),
                false => Ok(false),
            });
        self.is_idle = new == 0 && matches!(done, Ok(true));
        self.note(done.err().as_ref());
    }

    /// Logs only the first failure of a series: the thread tries again every second.
    fn note(&mut self, error: Option<&Error>) {
        if let Some(error) = error.filter(|_| !self.fails) {
            tracing::warn!("the maintenance of the store fails: {error}");
        }
        self.fails = error.is_some();
    }
}

/// Indexes for a while, but stops when told to. Returns whether nothing is left to do.
fn fill(indexer: &mut Indexer, stop: &Receiver<()>) -> Result<bool, Error> {
    for _ in 0..STEPS_MAX {
        if indexer.step(STEP_MESSAGES)?.caught_up {
            return Ok(true);
        }
        if stop.try_recv() == Err(TryRecvError::Disconnected) {
            break;
        }
        thread::yield_now();
    }
    Ok(false)
}
