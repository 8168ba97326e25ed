//! How other threads reach a shard: a bounded queue, and a bell that the shard's epoll hears.
//!
//! The bell is rung once for however many messages, since each ring is a system call: who finds it
//! rung already leaves it. The shard stills it before it looks into the queue, so that a message is
//! either found at that look or rings again.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use chinwag_core::limits::SHARD_QUEUE_MAX;
use mio::{Poll, Token, Waker};

use super::ToShard;

/// What the bell is called among the connections.
pub(super) const BELL: Token = Token(usize::MAX);

#[derive(Debug)]
struct Bell {
    waker: Waker,
    is_rung: AtomicBool,
}

/// The end that others hold.
#[derive(Clone, Debug)]
pub(crate) struct Mailbox {
    queue: SyncSender<ToShard>,
    bell: Arc<Bell>,
}

/// The end that the shard holds.
#[derive(Debug)]
pub(crate) struct Inbox {
    queue: Receiver<ToShard>,
    bell: Arc<Bell>,
}

/// The two ends.
///
/// # Errors
/// If the system gives no descriptor for the bell.
pub(crate) fn open(poll: &Poll) -> io::Result<(Mailbox, Inbox)> {
    let (sender, receiver) = sync_channel(SHARD_QUEUE_MAX);
    let bell = Arc::new(Bell {
        waker: Waker::new(poll.registry(), BELL)?,
        is_rung: AtomicBool::new(false),
    });
    let mailbox = Mailbox {
        queue: sender,
        bell: bell.clone(),
    };
    let inbox = Inbox {
        queue: receiver,
        bell,
    };
    Ok((mailbox, inbox))
}

impl Mailbox {
    /// Gives the shard a message; waits while its queue is full. Returns whether the shard is
    /// still there.
    pub(crate) fn send(&self, message: ToShard) -> bool {
        let is_sent = self.queue.send(message).is_ok();
        if is_sent && !self.bell.is_rung.swap(true, Ordering::SeqCst) {
            // It fails only for want of memory in the kernel; the shard then hears of it with the
            // next message, or at its next deadline.
            let _ = self.bell.waker.wake();
        }
        is_sent
    }
}

impl Inbox {
    /// Hears the bell: whatever comes from now on rings it again.
    pub(super) fn hear(&self) {
        self.bell.is_rung.store(false, Ordering::SeqCst);
    }

    /// The next message, if one is there.
    pub(super) fn next(&self) -> Option<ToShard> {
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
    fn the_bell_rings_once_until_it_is_heard() {
        let mut poll = Poll::new().expect("an epoll");
        let (mailbox, inbox) = open(&poll).expect("a queue");
        assert!(!rings(&mut poll));
        assert!(mailbox.send(ToShard::Quiesce) && mailbox.send(ToShard::Stop));
        assert!(rings(&mut poll) && !rings(&mut poll));
        inbox.hear();
        assert!(inbox.next().is_some() && inbox.next().is_some() && inbox.next().is_none());
        assert!(mailbox.send(ToShard::Quiesce));
        assert!(rings(&mut poll));
    }

    #[test]
    fn no_message_is_missed_whoever_is_faster() {
        const MESSAGES: usize = 10_000;
        let mut poll = Poll::new().expect("an epoll");
        let (mailbox, inbox) = open(&poll).expect("a queue");
        let sending = std::thread::spawn(move || {
            (0..MESSAGES).for_each(|_| assert!(mailbox.send(ToShard::Quiesce)));
        });
        let (mut events, mut taken) = (Events::with_capacity(1), 0);
        while taken < MESSAGES {
            // A message without a ring would leave this waiting for good.
            poll.poll(&mut events, None).expect("a ring");
            inbox.hear();
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
