//! A shard on a thread: a single-threaded runtime with one task for the shard's own affairs and
//! one for each connection, all of which share the [`Shard`].

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::{Duration, Instant};

use chinwag_core::limits::{SHARD_QUEUE_MAX, STOP_TIME};
use chinwag_core::{Link, Timestamp};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::sync::mpsc::Receiver;
use tokio::task::{LocalSet, spawn_local};

use super::{Shard, ToShard};
use crate::clock::Steady;
use crate::doors::Admission;
use crate::hub::thread::ToHub;

/// A shard, and what its tasks use to reach one another.
struct Shell {
    shard: RefCell<Shard>,
    /// Rung when there are requests for the hub, or another deadline.
    bell: Notify,
    hub: SyncSender<ToHub>,
    clock: Steady,
    number: usize,
    /// Batches that the hub has not answered yet.
    under_way: Cell<u32>,
    /// Until when the shard's own task sleeps, if nothing happens.
    asleep_until: Cell<Option<Timestamp>>,
    /// Since when lines gather that are not written yet.
    gathering: Cell<Option<Instant>>,
}

/// How long lines may gather while the hub has more for this shard: each write costs as much as
/// thirty lines copied, so that what comes at once should go out at once. Where nothing more is to
/// come, nothing waits.
const GATHER_TIME: Duration = Duration::from_millis(1);

/// What the shard's own task is woken by.
enum Event {
    Message(Option<ToShard>),
    Requests,
    Deadline,
    Gathered,
}

/// Runs a shard until it is stopped and all its sessions are over, or have been given
/// [`STOP_TIME`].
///
/// # Errors
/// If the system gives no runtime.
pub(crate) fn run(
    shard: Shard,
    mut inbox: Receiver<ToShard>,
    hub: SyncSender<ToHub>,
    clock: Steady,
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()?;
    let shell = Rc::new(Shell {
        number: shard.number(),
        under_way: Cell::new(0),
        asleep_until: Cell::new(None),
        gathering: Cell::new(None),
        shard: RefCell::new(shard),
        bell: Notify::new(),
        hub,
        clock,
    });
    LocalSet::new().block_on(&runtime, shell.serve(&mut inbox));
    Ok(())
}

impl Shell {
    async fn serve(self: &Rc<Self>, inbox: &mut Receiver<ToShard>) {
        let mut stop_at = None;
        loop {
            let deadline = self.shard.borrow().deadline();
            self.asleep_until.set(deadline);
            let deadline = [deadline, stop_at].into_iter().flatten().min();
            let event = tokio::select! {
                biased;
                message = inbox.recv() => Event::Message(message),
                () = self.bell.notified() => Event::Requests,
                () = self.sleep_until(deadline) => Event::Deadline,
                () = self.gathered() => Event::Gathered,
            };
            match event {
                Event::Message(Some(message)) => self.take(message, inbox, &mut stop_at),
                // Only a hub that is gone leaves nobody to send; then there is nothing to do.
                Event::Message(None) => return,
                Event::Requests => {}
                Event::Gathered => self.write(),
                Event::Deadline => self.shard.borrow_mut().tick(self.clock.now()),
            }
            self.send_requests();
            if self.is_over(stop_at) {
                return;
            }
        }
    }

    async fn sleep_until(&self, deadline: Option<Timestamp>) {
        match deadline {
            Some(at) => tokio::time::sleep_until(self.clock.instant(at).into()).await,
            None => std::future::pending().await,
        }
    }

    /// Takes a message, and all others that are there, and then writes: what has gathered goes out
    /// together.
    fn take(
        self: &Rc<Self>,
        first: ToShard,
        inbox: &mut Receiver<ToShard>,
        stop_at: &mut Option<Timestamp>,
    ) {
        let now = self.clock.now();
        let mut next = Some(first);
        for _ in 0..SHARD_QUEUE_MAX {
            let Some(message) = next else {
                break;
            };
            self.take_one(message, now, stop_at);
            next = inbox.try_recv().ok();
        }
        if let Some(message) = next {
            self.take_one(message, now, stop_at);
        }
        let since = self.gathering.get().unwrap_or_else(Instant::now);
        if self.under_way.get() == 0 || since.elapsed() >= GATHER_TIME {
            self.write();
        } else {
            self.gathering.set(Some(since));
        }
    }

    /// Writes what has gathered.
    fn write(&self) {
        self.gathering.set(None);
        self.shard.borrow_mut().flush_all();
    }

    async fn gathered(&self) {
        match self.gathering.get() {
            Some(since) => tokio::time::sleep_until((since + GATHER_TIME).into()).await,
            None => std::future::pending().await,
        }
    }

    fn take_one(
        self: &Rc<Self>,
        message: ToShard,
        now: Timestamp,
        stop_at: &mut Option<Timestamp>,
    ) {
        match message {
            ToShard::Accepted {
                stream,
                address,
                admission,
            } => self.admit(stream, address, admission, now),
            ToShard::Turn {
                at,
                batches,
                happenings,
                replies,
            } => {
                self.under_way.set(self.under_way.get() - batches);
                let mut shard = self.shard.borrow_mut();
                shard.deliver(&happenings, replies, (at, now));
            }
            ToShard::Desk(reply) => {
                let mut shard = self.shard.borrow_mut();
                shard.on_finding(reply);
                shard.resume_relieved();
            }
            ToShard::Quiesce => {
                // The hub hears of it behind the last request; see send_requests.
                self.shard.borrow_mut().quiesce();
            }
            ToShard::Stop => {
                self.shard.borrow_mut().stop();
                *stop_at = Some(now + STOP_TIME);
            }
        }
    }

    fn admit(
        self: &Rc<Self>,
        stream: std::net::TcpStream,
        address: IpAddr,
        admission: Option<Admission>,
        now: Timestamp,
    ) {
        let stream = match TcpStream::from_std(stream) {
            Ok(stream) => Box::new(stream),
            Err(error) => {
                tracing::warn!("cannot serve a connection from {address}: {error}");
                return;
            }
        };
        let link = self
            .shard
            .borrow_mut()
            .admit(stream, address, admission, now);
        let shell = self.clone();
        spawn_local(async move { shell.attend(link).await });
    }

    /// Looks after one connection until it is over.
    async fn attend(&self, link: Link) {
        poll_fn(|task| {
            let mut shard = self.shard.borrow_mut();
            let over = shard.poll_session(link, self.clock.now(), task);
            let is_news = shard.has_outbox() || shard.is_over();
            if is_news || shard.deadline() != self.asleep_until.get() {
                self.bell.notify_one();
            }
            over
        })
        .await;
    }

    /// Gives the hub what the sessions ask of it and, when nothing more will come, says so. What
    /// it has no room for is tried again when its next turn comes, as it must. Never waits: the
    /// hub may be waiting for this shard.
    fn send_requests(&self) {
        let mut shard = self.shard.borrow_mut();
        if let Some(requests) = shard.take_outbox() {
            let batch = ToHub::Batch {
                shard: self.number,
                requests,
            };
            match self.hub.try_send(batch) {
                Ok(()) => self.under_way.set(self.under_way.get() + 1),
                Err(TrySendError::Full(ToHub::Batch { requests, .. })) => shard.put_back(requests),
                // The hub has ended; then this shard is about to.
                Err(_) => {}
            }
        }
        if shard.may_say_quiet() && self.hub.try_send(ToHub::Quiet).is_ok() {
            shard.said_quiet();
        }
    }

    fn is_over(&self, stop_at: Option<Timestamp>) -> bool {
        let is_late = stop_at.is_some_and(|at| at <= self.clock.now());
        is_late || self.shard.borrow().is_over()
    }
}
