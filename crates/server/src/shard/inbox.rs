//! How other threads reach a shard: a bounded queue, and a waker for its epoll.
//!
//! One wake serves any number of messages, since each is a system call: a sender that finds one
//! pending adds none. The shard clears it before it looks into the queue, so a message is either
//! found by that look or wakes the shard again.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use mio::{Poll, Token, Waker};

use super::ToShard;
use crate::limits::SHARD_QUEUE_MAX;

/// What the waker is called among the connections.
pub(super) const WAKE_TOKEN: Token = Token(usize::MAX);

#[derive(Debug)]
struct SharedWaker {
    waker: Waker,
    is_pending: AtomicBool,
}

/// The sending end.
#[derive(Clone, Debug)]
pub(crate) struct Mailbox {
    queue: SyncSender<ToShard>,
    waker: Arc<SharedWaker>,
}

/// The end that the shard holds.
#[derive(Debug)]
pub(crate) struct Inbox {
    queue: Receiver<ToShard>,
    waker: Arc<SharedWaker>,
}

/// The two ends.
///
/// # Errors
/// If the system has no descriptor for the waker.
pub(crate) fn open(poll: &Poll) -> io::Result<(Mailbox, Inbox)> {
    let (sender, receiver) = sync_channel(SHARD_QUEUE_MAX);
    let waker = Arc::new(SharedWaker {
        waker: Waker::new(poll.registry(), WAKE_TOKEN)?,
        is_pending: AtomicBool::new(false),
    });
    let mailbox = Mailbox {
        queue: sender,
        waker: waker.clone(),
    };
    let inbox = Inbox {
        queue: receiver,
        waker,
    };
    Ok((mailbox, inbox))
}

impl Mailbox {
    /// Sends the shard a message; waits while its queue is full. Returns whether the shard still
    /// exists.
    pub(crate) fn send(&self, message: ToShard) -> bool {
        let is_sent = self.queue.send(message).is_ok();
        self.wake(is_sent);
        is_sent
    }

    /// Sends the shard a message if its queue has space.
    ///
    /// # Errors
    /// The message, if not.
    pub(crate) fn try_send(&self, message: ToShard) -> Result<(), ToShard> {
        match self.queue.try_send(message) {
            Ok(()) => {
                self.wake(true);
                Ok(())
            }
            Err(TrySendError::Full(message)) => Err(message),
            // A shard that has ended needs no message.
            Err(TrySendError::Disconnected(_)) => Ok(()),
        }
    }

    fn wake(&self, is_sent: bool) {
        if is_sent && !self.waker.is_pending.swap(true, Ordering::SeqCst) {
            // This fails only if the kernel lacks memory; the shard then wakes with the next
            // message, or at its next deadline.
            let _ = self.waker.waker.wake();
        }
    }
}

impl Inbox {
    /// Clears the waker: whatever comes from now on wakes the shard again.
    pub(super) fn clear(&self) {
        self.waker.is_pending.store(false, Ordering::SeqCst);
    }

    /// The next message, if there is one.
    pub(crate) fn next(&self) -> Option<ToShard> {
        self.queue.try_recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mio::Events;

    fn rings(poll: &mut Poll) -> bool {
        let mut events = Events::with_capacity(1);
        let at_once = Some(std::time::Duration::ZERO);
        poll.poll(&mut events, at_once).expect("a look");
        !events.is_empty()
    }

    #[test]
    fn the_waker_rings_once_until_it_is_heard() {
        let mut poll = Poll::new().expect("an epoll");
        let (mailbox, inbox) = open(&poll).expect("a queue");
        assert!(!rings(&mut poll));
        assert!(mailbox.send(ToShard::Drain) && mailbox.send(ToShard::Stop));
        assert!(rings(&mut poll) && !rings(&mut poll));
        inbox.clear();
        assert!(inbox.next().is_some() && inbox.next().is_some() && inbox.next().is_none());
        assert!(mailbox.send(ToShard::Drain));
        assert!(rings(&mut poll));
    }

    #[test]
    fn no_message_is_missed_in_any_interleaving() {
        const MESSAGES: usize = 10_000;
        let mut poll = Poll::new().expect("an epoll");
        let (mailbox, inbox) = open(&poll).expect("a queue");
        let sending = std::thread::spawn(move || {
            (0..MESSAGES).for_each(|_| assert!(mailbox.send(ToShard::Drain)));
        });
        let (mut events, mut taken) = (Events::with_capacity(1), 0);
        while taken < MESSAGES {
            // A message without a ring would leave this waiting for good.
            poll.poll(&mut events, None).expect("a ring");
            inbox.clear();
            while inbox.next().is_some() {
                taken += 1;
            }
        }
        sending.join().expect("everything sent");
    }

    #[test]
    fn who_is_gone_takes_nothing() {
        let poll = Poll::new().expect("an epoll");
        let (mailbox, inbox) = open(&poll).expect("a queue");
        drop(inbox);
        assert!(!mailbox.send(ToShard::Stop));
    }
}
