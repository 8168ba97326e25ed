//! What the pieces work on: one person, one line, and events made of them. Fixed, so that all
//! counts are of the same work.

use std::sync::{Arc, Mutex, PoisonError};

use chinwag_core::{Event, Fact, Manner, Name, PersonId, RoomId, RoomName, Seq, Text, Timestamp};
use tempfile::TempDir;

/// 2026-11-21 14:03:05 UTC.
pub(crate) const START: Timestamp = Timestamp(1_795_269_785_000);

/// Sixty bytes, which is about what people write.
pub(crate) const LINE: &str = "a line of sixty bytes, as people write them in a chat, or so";

pub(crate) fn name(name: &str) -> Name {
    Name::parse(name).expect("a name")
}

pub(crate) fn text(text: &str) -> Text {
    Text::parse(text).expect("a text")
}

pub(crate) fn room_made(room: RoomId) -> Option<(RoomName, Timestamp)> {
    let name = RoomName::parse(&format!("room-{}", room.0)).ok()?;
    Some((name, START))
}

/// A message, said so many milliseconds after the start as its number says.
pub(crate) fn said(seq: u64, room: u32, name: &Name, text: Text) -> Event {
    Event {
        seq: Seq(seq),
        at: Timestamp(START.0 + seq as i64),
        fact: Fact::Said {
            person: PersonId(1),
            name: name.clone(),
            room: RoomId(room),
            text,
            manner: Manner::Speech,
            irc: None,
            account: None,
        },
        source: None,
    }
}

/// As the store takes them.
pub(crate) fn shared(events: impl Iterator<Item = Event>) -> Vec<Arc<Event>> {
    events.map(Arc::new).collect()
}

/// Holds all folders of [`folder`]. Some stores are kept for several pieces, to the end of the
/// program and beyond the reach of `drop`; so what goes away is the folder around them.
static AROUND: Mutex<Option<TempDir>> = Mutex::new(None);

/// A new folder for a store.
pub(crate) fn folder() -> TempDir {
    let mut around = AROUND.lock().unwrap_or_else(PoisonError::into_inner);
    let new = || tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    tempfile::tempdir_in(around.get_or_insert_with(new)).expect("a folder")
}

/// Removes what is left of the folders, at the end.
pub(crate) fn remove_folders() {
    let mut around = AROUND.lock().unwrap_or_else(PoisonError::into_inner);
    drop(around.take());
}
