//! What readers wait for: what a room had last, history, and searches with all and with nothing in
//! the index; and what goes on behind the chat.
//!
//! Files are timed, with 300,000 messages in 300 rooms; they are made once for all pieces that
//! leave them as they were. A store in memory, which has no index, is counted: it is small, since
//! callgrind fills it at a fiftieth of the speed.

use std::ops::DerefMut;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use chinwag_core::{Duration, Event, Name, RoomId, Text};
use chinwag_store::{
    Durability, Filter, Opened, Place, Range, Reader, Retention, SearchQuery, Store, Term,
};
use divan::black_box;
use tempfile::TempDir;

use crate::fixture::{self, START, name, room_name, said, shared, text};
use crate::piece::{Piece, Work};

const MESSAGES: u64 = 300_000;
const ROOMS: u32 = 300;
/// Messages and rooms of the store in memory.
const FEW: u64 = 3_000;
const FEW_ROOMS: u32 = 30;
/// Messages in a turn of the hub.
const TURN: u64 = 25;
/// Bytes of a page: all of what is read here.
const PAGE_BYTES: usize = 256 << 10;
/// Messages that the index takes in at once.
const STEP: usize = 1_000;

const FILES: &str = "reads files, and filling them takes callgrind minutes";

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
    Piece::timed("the newest 20 of a room", FILES, || recent(indexed(), 20)).of(20),
    Piece::timed("the newest 128 of a room", FILES, || recent(indexed(), 128)).of(128),
    Piece::timed("50 of the history", FILES, || newest(indexed(), 50)).of(50),
    Piece::timed("1,000 of the history", FILES, || newest(indexed(), 1_000)).of(1_000),
    Piece::timed("the history of an hour long ago", FILES, long_ago),
    Piece::timed("search: one match", FILES, || {
        search(indexed(), &["needle"], None)
    }),
    Piece::timed("search: none", FILES, || {
        search(indexed(), &["nowhere"], None)
    }),
    Piece::timed("search: a common word", FILES, || {
        search(indexed(), &["word1"], None)
    }),
    Piece::timed("search: a rarer word", FILES, || {
        search(indexed(), &["word17"], None)
    }),
    Piece::timed("search: how words begin", FILES, || {
        search(indexed(), &["word9*"], None)
    }),
    Piece::timed("search: two words", FILES, || {
        search(indexed(), &["word17", "word19"], None)
    }),
    Piece::timed("search: a common word, a quiet room", FILES, || {
        search(indexed(), &["word1"], Some(123))
    }),
];

pub(crate) const WITHOUT_INDEX: &[Piece] = &[
    Piece::timed("a common word", FILES, || {
        search(not_indexed(), &["word1"], None)
    }),
    // It looks at as many messages as it may.
    Piece::timed("no match", FILES, || {
        search(not_indexed(), &["nowhere"], None)
    })
    .of(200_000),
];

pub(crate) const BEHIND_THE_CHAT: &[Piece] = &[
    Piece::timed("a step of the index", FILES, step_of_index).of(STEP as u32),
    Piece::timed("a step of trimming", FILES, step_of_trimming),
];

struct Filled {
    store: Store,
    reader: Reader,
    rooms: u32,
    _folder: Option<TempDir>,
}

fn indexed() -> MutexGuard<'static, Filled> {
    static FILLED: OnceLock<Mutex<Filled>> = OnceLock::new();
    let filled = FILLED.get_or_init(|| {
        let filled = in_folder(Retention::default());
        let mut indexer = filled.store.indexer().expect("an indexer");
        while !indexer.step(STEP).expect("a step").caught_up {}
        Mutex::new(filled)
    });
    filled.lock().unwrap_or_else(PoisonError::into_inner)
}

fn not_indexed() -> MutexGuard<'static, Filled> {
    static FILLED: OnceLock<Mutex<Filled>> = OnceLock::new();
    let filled = FILLED.get_or_init(|| Mutex::new(in_folder(Retention::default())));
    filled.lock().unwrap_or_else(PoisonError::into_inner)
}

fn few() -> Box<Filled> {
    let size = (FEW, FEW_ROOMS);
    Box::new(fill(Place::Memory, None, Retention::default(), size))
}

fn in_folder(retention: Retention) -> Filled {
    let folder = fixture::folder();
    let place = Place::Folder(folder.path().into());
    fill(place, Some(folder), retention, (MESSAGES, ROOMS))
}

fn fill(
    place: Place,
    folder: Option<TempDir>,
    retention: Retention,
    (messages, rooms): (u64, u32),
) -> Filled {
    let opened = Store::open(place, Durability::Process, retention);
    let Opened { mut store, .. } = opened.expect("a store");
    let mut checkpointer = store.checkpointer().expect("a checkpointer");
    let names: Vec<Name> = (0..50).map(|n| name(&format!("person{n}"))).collect();
    for turn in 0..messages / TURN {
        let numbers = turn * TURN + 1..=(turn + 1) * TURN;
        let events = shared(numbers.map(|seq| message(seq, rooms, &names)));
        store.commit(&events, &room_name).expect("a commit");
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
    if seq == MESSAGES / 2 {
        words.push_str("needle");
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
        history(&mut filled.reader, room, Range::Last(messages));
    })
}

/// The extent of a range and its first page.
fn history(reader: &mut Reader, room: RoomId, range: Range) {
    let filter = Filter::default();
    let extent = reader.extent(room, range, 1_000, filter).expect("messages");
    let page = reader.page(room, extent.first, extent.last, PAGE_BYTES, filter);
    black_box(page.expect("messages"));
}

fn long_ago() -> Work {
    let mut filled = indexed();
    let from = START + Duration::from_secs(MESSAGES / 3);
    let range = Range::Between(from, from + Duration::from_mins(60));
    Box::new(move || {
        history(&mut filled.reader, RoomId(5), range);
    })
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
        let matches = filled.reader.search(&query).expect("matches");
        let page = filled.reader.fetch(&matches.places, PAGE_BYTES);
        black_box(page.expect("messages"));
    })
}

fn step_of_index() -> Work {
    let filled = in_folder(Retention::default());
    let mut indexer = filled.store.indexer().expect("an indexer");
    Box::new(move || {
        let _open = &filled;
        indexer.step(STEP).expect("a step");
    })
}

fn step_of_trimming() -> Work {
    let mut filled = in_folder(Retention {
        keep: None,
        bytes_max: Some(1),
    });
    Box::new(move || assert!(filled.store.trim(START).expect("a step")))
}
