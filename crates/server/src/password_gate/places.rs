//! Places in the worker's queue: how many one household may take, and how many the people who are
//! in the chat already.

use hashbrown::HashMap;

use super::{AttemptOrigin, TypedAt};
use crate::limits::WORKER_QUEUE_MAX;

/// Passwords of one address at the prompt that may wait for the worker: less than a second's work.
const ARRIVING_MAX: usize = 16;

/// Passwords of one address in the chat that may wait for the worker.
pub(super) const CHATTING_MAX: usize = 4;

/// Passwords of all people in the chat that may wait: the rest of the queue is for arrivals.
pub(super) const CHATTING_TOTAL_MAX: usize = WORKER_QUEUE_MAX / 2;

/// See the [module](self).
#[derive(Default)]
pub(super) struct Places {
    waiting: HashMap<AttemptOrigin, usize>,
    chatting: usize,
}

impl Places {
    /// Takes a place, if there is one.
    pub(super) fn enter(&mut self, origin: AttemptOrigin) -> bool {
        let waiting = self.waiting.entry(origin.household()).or_default();
        let may = match origin.typed_at {
            TypedAt::Prompt => *waiting < ARRIVING_MAX,
            TypedAt::Command => *waiting < CHATTING_MAX && self.chatting < CHATTING_TOTAL_MAX,
        };
        if may {
            *waiting += 1;
            self.chatting += usize::from(origin.typed_at == TypedAt::Command);
        } else if *waiting == 0 {
            self.waiting.remove(&origin.household());
        }
        may
    }

    pub(super) fn leave(&mut self, origin: AttemptOrigin) {
        let key = origin.household();
        let Some(waiting) = self.waiting.get_mut(&key) else {
            return;
        };
        *waiting -= 1;
        if *waiting == 0 {
            self.waiting.remove(&key);
        }
        self.chatting -= usize::from(origin.typed_at == TypedAt::Command);
    }
}
