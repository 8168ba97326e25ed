//! The hub's thread: takes batches from the shards, runs turns, and gives the turns to the shards.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use chinwag_core::Timestamp;

use super::{Body, Hub, Request};
use crate::clock::{Steady, wall};
use crate::control::HubConfig;
use crate::limits::TURN_REQUESTS_MAX;
use crate::shard::inbox::Mailbox;
use crate::shard::{ShardTurn, ToShard};
use crate::shell::ShellRequest;

/// How often the hub looks for what has expired.
const TIDY_TIME: Duration = Duration::from_secs(1);

/// The time between two steps of trimming, while there is something to trim: a step takes about a
/// millisecond.
const TRIM_TIME: Duration = Duration::from_millis(20);

/// How soon a shard whose queue was full is tried again.
const RETRY_TIME: Duration = Duration::from_millis(2);

/// The most turns kept for a shard that takes none. A shard so far behind is dead: the hub panics,
/// and the process with it, rather than grow without bound.
const KEPT_TURNS_MAX: usize = 65_536;

/// What the hub is sent.
#[derive(Debug)]
pub(crate) enum ToHub {
    /// Requests of one shard's sessions, in order.
    Batch {
        /// The requests.
        requests: Vec<Request>,
        /// How long to wait for other requests, so that the shard has more to write at once.
        gather: Duration,
    },
    /// Work with this from now on.
    Configure(Box<HubConfig>),
    /// A request of a shell.
    Shell(Box<ShellRequest>),
    /// A shard reads nothing more.
    Drained,
    /// All shards have ended.
    Stopped,
}

/// Runs the hub until every shard is drained, then tells the shards to stop, and keeps what the
/// peers have not received by then.
pub(crate) fn run(mut hub: Hub, inbox: &Receiver<ToHub>, shards: &[Mailbox]) {
    let mut outlets = Outlets::new(shards);
    let mut drained = 0;
    let steady = Steady::start();
    let mut tidy_at = wall() + TIDY_TIME;
    while drained < shards.len() {
        let deadline = hub.deadline().map_or(tidy_at, |at| at.min(tidy_at));
        let batch = receive(inbox, deadline, outlets.is_behind());
        let now = wall();
        gather(batch.as_ref());
        let taken = take(&mut hub, batch, inbox.try_iter(), now);
        drained += taken.drained;
        if now >= tidy_at || tidy_at > now + TIDY_TIME {
            let more = hub.tidy(now, steady.now());
            tidy_at = now + if more { TRIM_TIME } else { TIDY_TIME };
        }
        let turn = hub.finish(now);
        // The kept turns come before this one.
        outlets.flush();
        if taken.is_any || !turn.deliveries.is_empty() {
            publish(turn, &mut outlets);
        }
    }
    outlets.stop();
    hub.forget_shown();
    hub.write_notes();
    keep_sessions(&mut hub, inbox);
    hub.settle_numbers();
}

/// What a turn has of the messages to the hub.
#[derive(Debug, Default)]
struct Taken {
    /// There was one, so that somebody may wait for an answer.
    is_any: bool,
    /// Shards that read nothing more.
    drained: usize,
}

/// Takes the message that the hub waited for, if one came in time, and those that are there by now,
/// until they fill a turn. One may also come between the end of the wait and the look.
fn take(
    hub: &mut Hub,
    waited_for: Option<ToHub>,
    more: impl Iterator<Item = ToHub>,
    now: Timestamp,
) -> Taken {
    let (mut taken, mut requests_taken) = (Taken::default(), 0);
    for message in waited_for.into_iter().chain(more) {
        taken.is_any = true;
        match message {
            ToHub::Batch { requests, .. } => {
                requests_taken += requests.len();
                let requests = requests.into_iter();
                requests.for_each(|request| hub.take(request, now));
            }
            ToHub::Configure(config) => hub.configure(*config),
            ToHub::Shell(request) => {
                let ShellRequest { ask, after, reply } = *request;
                let page = hub.answer_shell(ask, after, now);
                // It has space; a shell that has gone needs no answer.
                let _ = reply.try_send(page);
            }
            ToHub::Drained => taken.drained += 1,
            // It only comes after the shards were told to stop.
            ToHub::Stopped => {}
        }
        if requests_taken >= TURN_REQUESTS_MAX {
            break;
        }
    }
    taken
}

/// Waits for what the shards report about the sessions that end with the server.
fn keep_sessions(hub: &mut Hub, inbox: &Receiver<ToHub>) {
    let now = wall();
    for message in inbox {
        match message {
            ToHub::Batch { requests, .. } => {
                let unseen = |request: &Request| matches!(request.body, Body::Unseen { .. });
                let requests = requests.into_iter().filter(unseen);
                requests.for_each(|request| hub.take(request, now));
            }
            ToHub::Stopped => break,
            ToHub::Configure(_) | ToHub::Shell(_) | ToHub::Drained => {}
        }
    }
    hub.write_all_sessions(now);
}

fn receive(inbox: &Receiver<ToHub>, deadline: Timestamp, is_behind: bool) -> Option<ToHub> {
    // Never longer than the time between two looks: somebody may set the clock back.
    let wait = deadline.since(wall()).min(TIDY_TIME);
    let wait = if is_behind {
        wait.min(RETRY_TIME)
    } else {
        wait
    };
    match inbox.recv_timeout(wait) {
        Ok(message) => Some(message),
        Err(RecvTimeoutError::Timeout) => None,
        // Shards hold the sending side until they have reported that they are drained.
        Err(RecvTimeoutError::Disconnected) => Some(ToHub::Drained),
    }
}

/// Lets other requests come while a busy shard would have to wait anyway.
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

/// Gives every shard the events, and the replies for its own sessions.
fn publish(turn: super::Turn, outlets: &mut Outlets<'_>) {
    let at = turn.at;
    let deliveries: Arc<[_]> = turn.deliveries.into();
    let mut replies: Vec<Vec<_>> = outlets.shards.iter().map(|_| Vec::new()).collect();
    for reply in turn.replies {
        if let Some(own) = replies.get_mut(crate::shard::shard_of(reply.conn)) {
            own.push(reply);
        }
    }
    for (shard, replies) in replies.into_iter().enumerate() {
        let deliveries = deliveries.clone();
        outlets.send(
            shard,
            ToShard::Turn(ShardTurn {
                at,
                deliveries,
                replies,
            }),
        );
    }
}

/// The queues of the shards. If one is full, its turns are kept here, so that neither the hub nor
/// any other shard waits for it.
struct Outlets<'a> {
    shards: &'a [Mailbox],
    kept: Vec<VecDeque<ToShard>>,
}

impl<'a> Outlets<'a> {
    fn new(shards: &'a [Mailbox]) -> Self {
        let kept = shards.iter().map(|_| VecDeque::new()).collect();
        Self { shards, kept }
    }

    fn is_behind(&self) -> bool {
        self.kept.iter().any(|kept| !kept.is_empty())
    }

    fn send(&mut self, shard: usize, message: ToShard) {
        let kept = &mut self.kept[shard];
        let refused = match kept.is_empty() {
            true => self.shards[shard].try_send(message).err(),
            false => Some(message),
        };
        kept.extend(refused);
        assert!(
            kept.len() <= KEPT_TURNS_MAX,
            "shard {shard} has taken none of {KEPT_TURNS_MAX} turns"
        );
    }

    /// Gives the shards what their queues have space for.
    fn flush(&mut self) {
        for (mailbox, kept) in self.shards.iter().zip(&mut self.kept) {
            while let Some(message) = kept.pop_front() {
                if let Err(message) = mailbox.try_send(message) {
                    kept.push_front(message);
                    break;
                }
            }
        }
    }

    /// Gives the shards everything, and tells them to stop.
    fn stop(self) {
        for (mailbox, kept) in self.shards.iter().zip(self.kept) {
            for message in kept {
                mailbox.send(message);
            }
            // A shard that has ended does not need this.
            mailbox.send(ToShard::Stop);
        }
    }
}

#[cfg(test)]
mod tests {
    use chinwag_core::{Caller, Query};
    use mio::Poll;

    use super::*;
    use crate::hub::Ticket;
    use crate::hub::tests::{NOW, arrives, hub};
    use crate::shard::inbox::{self, Inbox};

    fn question(caller: Caller) -> ToHub {
        let requests = vec![Request {
            caller,
            ticket: Ticket::default(),
            body: Body::Query(Query::Fence),
        }];
        let gather = Duration::ZERO;
        ToHub::Batch { requests, gather }
    }

    #[test]
    fn a_question_that_comes_when_the_wait_is_over_is_answered_too() {
        let mut hub = hub();
        let ann = arrives(&mut hub, 1, "ann");
        drop(hub.finish(NOW));
        let caller = hub.chat.caller(ann).expect("it is here");
        let asked = || Some(question(caller));
        for (waited_for, more) in [(asked(), None), (None, asked())] {
            assert!(take(&mut hub, waited_for, more.into_iter(), NOW).is_any);
            assert_eq!(hub.finish(NOW).replies.len(), 1);
        }
        assert!(!take(&mut hub, None, None.into_iter(), NOW).is_any);
    }

    /// Of a turn it has only the time, by which the test tells turns apart.
    fn turn(number: i64) -> ToShard {
        ToShard::Turn(ShardTurn {
            at: Timestamp(number),
            deliveries: Arc::new([]),
            replies: Vec::new(),
        })
    }

    fn taken(inbox: &Inbox) -> Vec<i64> {
        let messages = std::iter::from_fn(|| inbox.next());
        let number = |message| match message {
            ToShard::Turn(turn) => turn.at.0,
            other => panic!("{other:?}"),
        };
        messages.map(number).collect()
    }

    #[test]
    fn a_shard_that_takes_nothing_keeps_no_other_waiting_and_gets_everything_in_order() {
        const TURNS: i64 = 5_000;
        let poll = Poll::new().expect("an epoll");
        let other_poll = Poll::new().expect("an epoll");
        let (behind, behind_inbox) = inbox::open(&poll).expect("a queue");
        let (other, other_inbox) = inbox::open(&other_poll).expect("a queue");
        let shards = [behind, other];
        let mut outlets = Outlets::new(&shards);
        for number in 0..TURNS {
            outlets.send(0, turn(number));
            outlets.send(1, turn(number));
            assert_eq!(taken(&other_inbox), [number]);
        }
        assert!(outlets.is_behind());
        let mut late = Vec::new();
        while outlets.is_behind() {
            late.extend(taken(&behind_inbox));
            outlets.flush();
        }
        late.extend(taken(&behind_inbox));
        assert!(late.into_iter().eq(0..TURNS));
    }
}
