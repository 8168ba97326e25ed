//! How IRC shows those who talk, kept from one message to the next: to make that takes hashes of an
//! address and several allocations.
//!
//! It holds until anything but talk happens, so nothing that it shows can change meanwhile.

use std::sync::Arc;

use chinwag_core::{Chat, ConnId, Event, Fact, Source};
use hashbrown::HashMap;

/// More people than talk between two other events.
const KNOWN_MAX: usize = 256;

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Sources {
    known: HashMap<ConnId, Option<Arc<Source>>>,
}

impl Sources {
    /// The source of a fact that somebody has caused on this connection; `None` if nobody needs it.
    pub(super) fn of(
        &mut self,
        chat: &Chat,
        fact: &Fact,
        conn: Option<ConnId>,
    ) -> Option<Arc<Source>> {
        let Some(talker) = conn.filter(|_| is_talk(fact)) else {
            return chat.source_of(fact, conn);
        };
        if self.known.len() == KNOWN_MAX {
            self.forget();
        }
        let known = self.known.entry(talker);
        known.or_insert_with(|| chat.source_of(fact, conn)).clone()
    }

    /// An event is part of the chat now.
    pub(super) fn note(&mut self, event: &Event) {
        if !is_talk(&event.fact) {
            self.forget();
        }
    }

    /// What is shown of people may have changed.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }
}

fn is_talk(fact: &Fact) -> bool {
    matches!(fact, Fact::Said { .. })
}
