//! The hub's thread: takes batches from the shards, runs turns, gives the turns to the shards.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use chinwag_core::Timestamp;
use chinwag_core::limits::TURN_REQUESTS_MAX;

use super::{Hub, Request, Turn};
use crate::clock::wall;
use crate::shard::ToShard;
use crate::shard::inbox::Mailbox;

/// How often the hub looks for what has run out.
const TIDY_TIME: Duration = Duration::from_secs(1);

/// The time between two steps of trimming, while there is something to trim: a step takes about a
/// millisecond.
const TRIM_TIME: Duration = Duration::from_millis(20);

/// What the hub is sent.
#[derive(Debug)]
pub(crate) enum ToHub {
    /// Requests of one shard's sessions, in order.
    Batch {
        /// The requests.
        requests: Vec<Request>,
        /// How long others may be waited for, so that the shard has more to write at once.
        gather: Duration,
    },
    /// A shard will send nothing more.
    Quiet,
}

/// Runs the hub until every shard is quiet, then tells the shards to stop.
pub(crate) fn run(mut hub: Hub, inbox: &Receiver<ToHub>, shards: &[Mailbox]) {
    let mut quiet = 0;
    let mut tidy_at = wall() + TIDY_TIME;
    while quiet < shards.len() {
        let deadline = hub.deadline().map_or(tidy_at, |at| at.min(tidy_at));
        let batch = receive(inbox, deadline);
        let mut served = batch.is_some();
        let now = wall();
        let mut taken = 0;
        gather(batch.as_ref());
        for message in batch.into_iter().chain(inbox.try_iter()) {
            match message {
                ToHub::Batch { requests, .. } => {
                    taken += requests.len();
                    let requests = requests.into_iter();
                    requests.for_each(|request| hub.take(request, now));
                }
                ToHub::Quiet => quiet += 1,
            }
            if taken >= TURN_REQUESTS_MAX {
                break;
            }
        }
        if now >= tidy_at || tidy_at > now + TIDY_TIME {
            let more = hub.tidy(now);
            tidy_at = now + if more { TRIM_TIME } else { TIDY_TIME };
        }
        let turn = hub.finish(now);
        served |= !turn.deliveries.is_empty();
        if served {
            publish(turn, shards);
        }
    }
    for shard in shards {
        // A shard that is gone needs not be told.
        shard.send(ToShard::Stop);
    }
}

fn receive(inbox: &Receiver<ToHub>, deadline: Timestamp) -> Option<ToHub> {
    // Never longer than the time between two looks: somebody may set the clock back.
    let wait = deadline.since(wall()).min(TIDY_TIME);
    let wait = wait;
    match inbox.recv_timeout(wait) {
        Ok(message) => Some(message),
        Err(RecvTimeoutError::Timeout) => None,
        // Shards hold the sending side until they have said that they are quiet.
        Err(RecvTimeoutError::Disconnected) => Some(ToHub::Quiet),
    }
}

/// Lets other requests come while a busy shard would have to wait for them anyway.
#[expect(
    clippy::disallowed_methods,
    reason = "to be woken by each of them is what it avoids"
)]
fn gather(batch: Option<&ToHub>) {
    if let Some(ToHub::Batch { gather, .. }) = batch
        && !gather.is_zero()
    {
        std::thread::sleep(*gather);
    }
}

/// Gives every shard the events, and its own sessions' replies. A shard that has fallen
/// [`SHARD_QUEUE_MAX`](chinwag_core::limits::SHARD_QUEUE_MAX) turns behind is waited for.
fn publish(turn: Turn, shards: &[Mailbox]) {
    let at = turn.at;
    let deliveries: Arc<[_]> = turn.deliveries.into();
    let mut replies: Vec<Vec<_>> = shards.iter().map(|_| Vec::new()).collect();
    for reply in turn.replies {
        if let Some(own) = replies.get_mut(crate::shard::shard_of(reply.conn)) {
            own.push(reply);
        }
    }
    for (shard, replies) in shards.iter().zip(replies) {
        let deliveries = deliveries.clone();
        shard.send(ToShard::Turn {
            at,
            deliveries,
            replies,
        });
    }
}
