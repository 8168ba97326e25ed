//! What readers wait for: what a room had last, history, and searches.
//!
//! Files are timed, with 300,000 messages in 300 rooms; they are made once for all pieces that
//! leave them as they were. A store in memory, which has no index, is counted: it is small, since
//! callgrind fills it at a fiftieth of the speed.

use std::ops::DerefMut;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use chinwag_core::{Duration, Event, Name, Range, RoomId, Text};
use chinwag_store::{
    Durability, Filter, HistoryReader, Location, Opened, Retention, SearchQuery, Store, Term,
};
use divan::black_box;
use tempfile::TempDir;

use crate::fixture::{self, START, name, room_made, said, shared, text};
use crate::piece::{Piece, Work};

const MESSAGES: u64 = 300_000;
const ROOMS: u32 = 300;
/// Messages and rooms of the store in memory.
const FEW: u64 = 3_000;
const FEW_ROOMS: u32 = 30;
/// Messages in a turn of the hub.
const TURN: u64 = 25;
/// Bytes of a page of history, as the server reads it.
const PAGE_BYTES_MAX: usize = 48 << 10;
/// Messages that the index takes in at once.
const STEP: usize = 1_000;

pub(crate) const IN_MEMORY: &[Piece] = &[
    // As many rounds as rooms, or twice as many: one after the other is read.
    Piece::counted("read: the newest 20 of a room", 60, || recent(few(), 20)).of(20),
    Piece::counted("read: 50 of the history", 60, || newest(few(), 50)).of(50),
    Piece::counted("search: 3,000 messages for a word", 2, || {
        search(few(), &["nowhere"], None)
    })
    .of(FEW as u32),
];

pub(crate) const FROM_FILES: &[Piece] = &[
    Piece::timed("50 of the history", || newest(indexed(), 50)).of(50),
    Piece::timed("search: none", || search(indexed(), &["nowhere"], None)),
    Piece::timed("search: a common word", || {
        search(indexed(), &["word1"], None)
    }),
    Piece::timed("search: a common word, a quiet room", || {
        search(indexed(), &["word1"], Some(123))
    }),
];

struct Filled {
    store: Store,
    reader: HistoryReader,
    rooms: u32,
    _folder: Option<TempDir>,
}

fn indexed() -> MutexGuard<'static, Filled> {
    static FILLED: OnceLock<Mutex<Filled>> = OnceLock::new();
    let filled = FILLED.get_or_init(|| {
        let folder = fixture::folder();
        let place = Location::Folder(folder.path().into());
        let filled = fill(place, Some(folder), MESSAGES, ROOMS);
        let mut indexer = filled.store.indexer().expect("an indexer");
        while !indexer.step(STEP).expect("a step").caught_up {}
        Mutex::new(filled)
    });
    filled.lock().unwrap_or_else(PoisonError::into_inner)
}

fn few() -> Box<Filled> {
    Box::new(fill(Location::Memory, None, FEW, FEW_ROOMS))
}

fn fill(place: Location, folder: Option<TempDir>, messages: u64, rooms: u32) -> Filled {
    let opened = Store::open(place, Durability::Process, Retention::default());
    let Opened { mut store, .. } = opened.expect("a store");
    let mut checkpointer = store.checkpointer().expect("a checkpointer");
    let names: Vec<Name> = (0..50).map(|n| name(&format!("person{n}"))).collect();
    for turn in 0..messages / TURN {
        let numbers = turn * TURN + 1..=(turn + 1) * TURN;
        let events = shared(numbers.map(|seq| message(seq, rooms, &names)));
        store.commit(&events, &room_made).expect("a commit");
        if turn % 1_000 == 0 {
            checkpointer.checkpoint().expect("a checkpoint");
        }
    }
    Filled {
        reader: store.reader().expect("a reader"),
        store,
        rooms,
        _folder: folder,
    }
}

/// One second after the one before it. Half of all that is said is said in ten rooms.
fn message(seq: u64, rooms: u32, names: &[Name]) -> Event {
    let random = seq.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
    let room = match random % 2 {
        0 => random / 2 % 10,
        _ => random / 2 % u64::from(rooms),
    };
    let name = &names[random as usize % names.len()];
    let mut event = said(seq, room as u32, name, words(seq));
    event.at = START + Duration::from_secs(seq);
    event
}

/// Words of which the `n`th is in about every `n`th message.
fn words(seq: u64) -> Text {
    let mut words = String::new();
    let mut random = seq.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for _ in 0..10 {
        random ^= random >> 29;
        random = random.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        // Few words are common and most are rare.
        let word = 20_000 / (1 + (random >> 40) % 20_000);
        words.push_str(&format!("word{word} "));
    }
    text(&words)
}

/// One room after the other.
fn rooms(filled: &Filled) -> impl Iterator<Item = RoomId> + use<> {
    (0..filled.rooms).cycle().map(RoomId)
}

fn recent(mut filled: impl DerefMut<Target = Filled> + 'static, messages: usize) -> Work {
    let mut rooms = rooms(&filled);
    Box::new(move || {
        let room = rooms.next().expect("it has no end");
        let recent = filled.store.recent(room, messages, 32 << 10);
        black_box(recent.expect("messages"));
    })
}

fn newest(mut filled: impl DerefMut<Target = Filled> + 'static, messages: usize) -> Work {
    let mut rooms = rooms(&filled);
    Box::new(move || {
        let room = rooms.next().expect("it has no end");
        black_box(history(&mut filled.reader, room, messages));
    })
}

/// Both halves of a `/history` whose answer is one page.
fn history(reader: &mut HistoryReader, room: RoomId, messages: usize) -> Vec<Event> {
    let filter = Filter::default();
    let extent = reader.extent(room, Range::Last(messages), messages, filter);
    let extent = extent.expect("an extent");
    let page = reader.page(room, extent.first, extent.last, PAGE_BYTES_MAX, filter);
    page.expect("a page").events
}

fn search(
    mut filled: impl DerefMut<Target = Filled> + 'static,
    words: &[&str],
    room: Option<u32>,
) -> Work {
    let query = SearchQuery {
        terms: Term::parse(&words.join(" ")),
        room: room.map(RoomId),
        matches_max: 50,
        ..SearchQuery::default()
    };
    Box::new(move || {
        let found = filled.reader.search(&query);
        black_box(found.expect("matches"));
    })
}
