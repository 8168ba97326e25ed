//! How many bytes may wait between the thread that reads the input and the session.
//!
//! It must not know what the bytes are. A count and not a queue: the lines themselves wait in the
//! session, which needs to see them.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// A number of bytes, shared by the thread that spends it and the one that gives it back.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    shared: Arc<(Mutex<usize>, Condvar)>,
    bytes_max: usize,
}

impl Budget {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self {
            shared: Arc::default(),
            bytes_max,
        }
    }

    /// Waits until there is room. A line longer than the whole budget passes alone.
    pub(crate) fn spend(&self, bytes: usize) {
        let (spent, has_room) = &*self.shared;
        let is_full = |spent: &mut usize| *spent > 0 && *spent + bytes > self.bytes_max;
        let spent = spent.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = has_room.wait_while(spent, is_full);
        *waited.unwrap_or_else(PoisonError::into_inner) += bytes;
    }

    /// Gives bytes back.
    pub(crate) fn release(&self, bytes: usize) {
        let (spent, has_room) = &*self.shared;
        let mut spent = spent.lock().unwrap_or_else(PoisonError::into_inner);
        *spent = spent.saturating_sub(bytes);
        has_room.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn the_reader_waits_for_room() {
        let budget = Budget::new(10);
        let (line, lines) = mpsc::sync_channel(100);
        let spender = budget.clone();
        let reader = thread::spawn(move || {
            for length in [4, 6, 25, 1] {
                spender.spend(length);
                line.send(length).unwrap();
            }
        });
        assert_eq!([lines.recv().unwrap(), lines.recv().unwrap()], [4, 6]);
        // Six bytes are still spent: the long line waits until it is alone.
        budget.release(4);
        assert!(lines.try_recv().is_err());
        budget.release(6);
        assert_eq!(lines.recv().unwrap(), 25);
        budget.release(25);
        assert_eq!(lines.recv().unwrap(), 1);
        reader.join().unwrap();
    }
}
