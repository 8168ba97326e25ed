//! Events and stores for tests.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use chinwag_core::{
    AuditEntry, Event, Fact, Manner, Mask, ModAction, Monotonic, Name, PersonId, Range,
    Restriction, RoomId, RoomName, Seq, Text, Timestamp,
};
use chinwag_store::{
    Absence, CommitError, Durability, Error, Filter, HistoryReader, Location, OpenError, Opened,
    Page, Retention, Store,
};

/// A steady time by which a server has run for so long that any time of day is believed.
pub(crate) const AGES: Monotonic = Monotonic(1 << 50);
/// Another, as long behind that.
pub(crate) const LATER: Monotonic = Monotonic(1 << 51);

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

pub(crate) fn text(text: &str) -> Text {
    Text::parse(text).expect("a text")
}

/// The name that the tests give a room.
pub(crate) fn room_name(room: RoomId) -> RoomName {
    RoomName::parse(&format!("room-{}", room.0)).expect("a room name")
}

pub(crate) fn event(seq: u64, fact: Fact) -> Arc<Event> {
    // A second lies between any two events.
    let at = Timestamp(1_000 * seq as i64);
    let seq = Seq(seq);
    Arc::new(Event {
        seq,
        at,
        fact,
        source: None,
    })
}

/// Rooms, each with the place behind which it is unseen, up to another.
pub(crate) fn away_from(rooms: &[(RoomId, Seq)], until: u64) -> Absence<'_> {
    Absence {
        rooms,
        private: None,
        until: Seq(until),
    }
}

/// Somebody says something. The store forgets which person it was, so it is nobody from the
/// start.
pub(crate) fn said(seq: u64, room: u32, by: &str, what: &str) -> Arc<Event> {
    let fact = Fact::Said {
        person: PersonId(0),
        name: name(by),
        room: RoomId(room),
        text: text(what),
        manner: Manner::Speech,
        irc: None,
        account: None,
    };
    event(seq, fact)
}

pub(crate) fn audit_entry(seq: u64, act: ModAction) -> Arc<Event> {
    let audit_entry = AuditEntry {
        by: name("op"),
        actor: None,
        act,
        target: None,
        aside: None,
    };
    event(seq, Fact::Moderated(Box::new(audit_entry)))
}

pub(crate) fn restriction(mask: &str, until: Option<i64>) -> Restriction {
    Restriction {
        at: Timestamp(3_000),
        mask: Mask::parse(mask).expect("a mask"),
        until: until.map(Timestamp),
        by: name("op"),
        why: Some(Arc::new(text("spam"))),
    }
}

pub(crate) fn try_open(folder: &Path, retention: Retention) -> Result<Opened, OpenError> {
    Store::open(
        Location::Folder(folder.into()),
        Durability::Process,
        retention,
    )
}

/// Opens a store after a server without sessions has done so once, which forgets empty rooms.
pub(crate) fn open_again(folder: &Path) -> Opened {
    let mut store = open(folder).store;
    store.forget_empty_rooms(&|_| false).expect("it can write");
    drop(store);
    open(folder)
}

pub(crate) fn open(folder: &Path) -> Opened {
    open_with(folder, Retention::default())
}

/// Opens a folder, or opens it again: a program that another test starts at that moment has the
/// lock of the store before for as long as it is not yet another program.
pub(crate) fn open_with(folder: &Path, retention: Retention) -> Opened {
    loop {
        match try_open(folder, retention) {
            Err(OpenError::InUse { .. }) => {
                let lock = File::open(folder).expect("a lock");
                lock.lock().expect("a lock that is free some time");
            }
            opened => return opened.unwrap_or_else(|error| panic!("{error}")),
        }
    }
}

pub(crate) fn open_memory(retention: Retention) -> Store {
    let opened = Store::open(Location::Memory, Durability::Process, retention);
    opened.unwrap_or_else(|error| panic!("{error}")).store
}

/// When all rooms were made.
pub(crate) const MADE: Timestamp = Timestamp(-7);

pub(crate) fn try_commit(store: &mut Store, events: &[Arc<Event>]) -> Result<(), CommitError> {
    store.commit(events, &|room| Some((room_name(room), MADE)))
}

#[track_caller]
pub(crate) fn commit(store: &mut Store, events: &[Arc<Event>]) {
    try_commit(store, events).unwrap_or_else(|error| panic!("{error}"));
}

/// The numbers of all messages of a room.
#[track_caller]
pub(crate) fn seqs(store: &mut Store, room: u32) -> Vec<u64> {
    let recent = store.recent(RoomId(room), usize::MAX, usize::MAX);
    let recent = recent.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(recent.total, recent.events.len() as u64);
    recent.events.iter().map(|event| event.seq.0).collect()
}

/// The newest messages of a room, and how many it has.
pub(crate) fn try_newest(
    reader: &mut HistoryReader,
    room: u32,
    messages_max: usize,
) -> Result<(Vec<Event>, u64), Error> {
    let (room, filter) = (RoomId(room), Filter::default());
    let extent = reader.extent(room, Range::Last(messages_max), messages_max, filter)?;
    let Page { events, next } = reader.page(room, extent.first, extent.last, usize::MAX, filter)?;
    assert_eq!(next, None);
    Ok((events, extent.total.unwrap()))
}

#[track_caller]
pub(crate) fn newest(
    reader: &mut HistoryReader,
    room: u32,
    messages_max: usize,
) -> (Vec<Event>, u64) {
    try_newest(reader, room, messages_max).unwrap_or_else(|error| panic!("{error}"))
}

/// The places of events.
pub(crate) fn places<E: std::borrow::Borrow<Event>>(events: &[E]) -> Vec<u64> {
    events.iter().map(|event| event.borrow().seq.0).collect()
}
