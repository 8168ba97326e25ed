//! Parts of long answers, and where the next part begins.

use std::sync::Arc;

use chinwag_core::{Conversation, Detail, Event, PastName, RoomId, Seq, Timestamp};
use chinwag_store::{Absence, PersonRange};

/// A part of an answer.
#[derive(Debug)]
pub(crate) struct Page {
    /// Oldest first.
    pub(crate) events: Vec<Event>,
    /// The messages of the answer.
    pub(crate) counts: PageCounts,
    /// The ends of the answer.
    pub(crate) ends: Ends,
    /// Where the next page begins; `None` if this is the last.
    pub(crate) next: Option<PageStart>,
}

/// How many messages an answer has, on all pages together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PageCounts {
    /// Those that are shown.
    pub(crate) shown: u64,
    /// All that there are, if they were counted.
    pub(crate) total: Option<u64>,
    /// Those that retention has deleted.
    pub(crate) gone: u64,
    /// Of what was missed, the first ones, which the reader may have got.
    pub(crate) doubted: u64,
}

/// Where an answer begins and ends, and what lies beyond.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ends {
    /// Of a history, the first place and the last.
    pub(crate) places: (Seq, Seq),
    /// Whether the room has messages after it.
    pub(crate) newer: bool,
    /// Messages of people who are ignored are left out.
    pub(crate) hides: bool,
    /// For a search, where it continues.
    pub(crate) next: Option<Seq>,
    /// The time of `next`.
    pub(crate) searched_since: Option<Timestamp>,
}

/// Where the next page of an answer begins.
#[derive(Clone, Debug)]
pub(crate) struct PageStart {
    pub(super) source: PageSource,
    pub(super) not_from: Arc<[PastName]>,
    pub(super) own: Arc<[PastName]>,
    pub(super) detail: Detail,
    pub(super) times: Option<(Timestamp, Timestamp)>,
    pub(super) counts: PageCounts,
    pub(super) ends: Ends,
}

/// What a history is read from.
#[derive(Clone, Debug)]
pub(crate) enum LogOf {
    /// The history of a room.
    Room(RoomId),
    /// The private history of an account with somebody.
    Conversation(Arc<Conversation>),
}

#[derive(Clone, Debug)]
pub(super) enum PageSource {
    Log {
        of: LogOf,
        from: Seq,
        last: Seq,
    },
    Matches(Arc<[(RoomId, Seq)]>),
    Told(Arc<Conversation>, Arc<[Seq]>),
    /// From this place on.
    Missed(Away, Seq),
}

/// What a person was away from.
#[derive(Clone, Debug)]
pub(crate) struct Away {
    /// The rooms, and the newest event of each that the person has seen.
    pub(crate) rooms: Arc<[(RoomId, Seq)]>,
    /// The private messages, if only the store knows which the person lacks.
    pub(crate) private: Option<Arc<PersonRange>>,
    /// The newest event that belongs to it.
    pub(crate) until: Seq,
}

impl Away {
    /// The beginning of it, up to an event.
    pub(super) fn up_to(self, until: Seq) -> Self {
        let private = self.private.map(|range| {
            let until = range.until.min(until);
            Arc::new(PersonRange {
                until,
                ..PersonRange::clone(&range)
            })
        });
        Self {
            private,
            until: self.until.min(until),
            ..self
        }
    }

    pub(super) fn absence(&self) -> Absence<'_> {
        Absence {
            rooms: &self.rooms,
            private: self.private.as_deref(),
            until: self.until,
        }
    }
}

impl PageStart {
    /// Leaves out other rooms.
    pub(crate) fn retain_rooms(&mut self, keeps: impl Fn(RoomId) -> bool) {
        let (PageSource::Matches(places) | PageSource::Missed(Away { rooms: places, .. }, _)) =
            &mut self.source
        else {
            return;
        };
        if !places.iter().all(|(room, _)| keeps(*room)) {
            let kept = places.iter().filter(|(room, _)| keeps(*room)).copied();
            *places = kept.collect();
        }
    }

    /// The event at which, or after which, the next page of what was missed begins.
    pub(crate) fn missed_from(&self) -> Option<Seq> {
        match self.source {
            PageSource::Missed(_, from) => Some(from),
            _ => None,
        }
    }
}
