//! Saving the events that must last.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chinwag_core::{Chat, Event, Fact, RoomId, RoomName, Timestamp};
use chinwag_store::CommitError;

use super::Hub;

/// How saving goes.
pub(super) struct Saving {
    /// Counts committed messages, for threads that follow the store.
    committed: Arc<AtomicU64>,
    /// The last commit failed.
    fails: bool,
}

impl Saving {
    pub(super) fn new(committed: Arc<AtomicU64>) -> Self {
        Self {
            committed,
            fails: false,
        }
    }

    pub(super) fn count(&self, saved: usize) {
        self.committed.fetch_add(saved as u64, Ordering::Relaxed);
    }

    /// Logs the first failure of a series and its end, not every message in between.
    fn note(&mut self, error: Option<&CommitError>) {
        match (error, self.fails) {
            (Some(error), false) => tracing::error!("cannot save messages: {error}"),
            (None, true) => tracing::info!("messages can be saved again"),
            (Some(_), true) | (None, false) => {}
        }
        self.fails = error.is_some();
    }
}

impl Hub {
    /// Saves those of some events that must last, and returns how many that were; `None` if the
    /// store fails. None of them has been applied.
    pub(super) fn save_events(&mut self, events: &[Arc<Event>]) -> Option<usize> {
        let durable = events.iter().filter(|event| event.fact.is_durable());
        let durable: Vec<Arc<Event>> = durable.cloned().collect();
        let made = |room| room_made(&self.chat, room, events);
        let saved = self.store.commit(&durable, &made);
        self.saving.note(saved.as_ref().err());
        saved.ok().map(|()| durable.len())
    }
}

/// The name of a room and when it was created, even if these events create it.
fn room_made(chat: &Chat, room: RoomId, events: &[Arc<Event>]) -> Option<(RoomName, Timestamp)> {
    let known = || Some((chat.room_name(room)?.clone(), chat.room_created(room)?));
    known().or_else(|| {
        events.iter().find_map(|event| match &event.fact {
            Fact::RoomOpened { room: opened, name } if *opened == room => {
                Some((name.clone(), event.at))
            }
            _ => None,
        })
    })
}
