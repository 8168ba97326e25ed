//! What readers wait for, in a store of 300,000 messages in 300 rooms: history, and searches with
//! all and with nothing in the index; and what goes on behind the chat. `cargo bench -p
//! chinwag-store --bench reading`.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use chinwag_core::{
    Event, Fact, Manner, Name, PersonId, RoomId, RoomName, Seq, Span, Text, Timestamp,
};
use chinwag_store::{
    Back, Durability, Indexer, Opened, Place, Reader, Retention, SearchQuery, Store,
};
use divan::{Bencher, counter::ItemsCount};

const MESSAGES: u64 = 300_000;
const ROOMS: u64 = 300;
/// Messages in a turn of the hub.
const TURN: u64 = 25;

fn main() {
    divan::main();
}

struct Filled {
    store: Store,
    reader: Reader,
    _folder: tempfile::TempDir,
}

/// Words of which the `n`th is in about every `n`th message.
fn text(seq: u64) -> Text {
    let mut text = String::new();
    let mut random = seq.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for _ in 0..10 {
        random ^= random >> 29;
        random = random.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        // Few words are common and most are rare.
        let word = 20_000 / (1 + (random >> 40) % 20_000);
        text.push_str(&format!("word{word} "));
    }
    if seq == MESSAGES / 2 {
        text.push_str("needle");
    }
    Text::parse(&text).expect("a text")
}

fn fill(retention: Retention) -> Filled {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let place = Place::Folder(folder.path().into());
    let Opened { mut store, .. } =
        Store::open(place, Durability::Process, retention).expect("a store");
    let mut checkpointer = store.checkpointer().expect("a checkpointer");
    let names: Vec<Name> = (0..50)
        .map(|n| Name::parse(&format!("person{n}")).expect("a name"))
        .collect();
    for turn in 0..MESSAGES / TURN {
        let events: Vec<_> = (0..TURN)
            .map(|n| message(turn * TURN + n + 1, &names))
            .collect();
        let name_of = |room: RoomId| RoomName::parse(&format!("room-{}", room.0)).ok();
        store.commit(&events, &name_of).expect("a commit");
        if turn % 1_000 == 0 {
            checkpointer.checkpoint().expect("a checkpoint");
        }
    }
    Filled {
        reader: store.reader().expect("a reader"),
        store,
        _folder: folder,
    }
}

/// Half of all that is said is said in ten rooms.
fn message(seq: u64, names: &[Name]) -> Arc<Event> {
    let random = seq.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
    let room = match random % 2 {
        0 => random / 2 % 10,
        _ => random / 2 % ROOMS,
    };
    let fact = Fact::Said {
        person: PersonId(1),
        name: names[random as usize % names.len()].clone(),
        room: RoomId(room as u32),
        text: text(seq),
        manner: Manner::Speech,
    };
    let (seq, at) = (Seq(seq), Timestamp(1_000 * seq as i64));
    Arc::new(Event { seq, at, fact })
}

fn index(indexer: &mut Indexer) {
    while !indexer.step(1_000).expect("a step").caught_up {}
}

fn indexed() -> MutexGuard<'static, Filled> {
    static FILLED: OnceLock<Mutex<Filled>> = OnceLock::new();
    let filled = FILLED.get_or_init(|| {
        let filled = fill(Retention::default());
        index(&mut filled.store.indexer().expect("an indexer"));
        Mutex::new(filled)
    });
    filled.lock().unwrap_or_else(PoisonError::into_inner)
}

fn not_indexed() -> MutexGuard<'static, Filled> {
    static FILLED: OnceLock<Mutex<Filled>> = OnceLock::new();
    let filled = FILLED.get_or_init(|| Mutex::new(fill(Retention::default())));
    filled.lock().unwrap_or_else(PoisonError::into_inner)
}

#[divan::bench(args = [20, 128])]
fn recent(bencher: Bencher<'_, '_>, messages: usize) {
    let mut filled = indexed();
    let mut room = 0;
    bencher.bench_local(|| {
        room = (room + 1) % ROOMS as u32;
        filled
            .store
            .recent(RoomId(room), messages, 32 << 10)
            .expect("messages")
    });
}

#[divan::bench(args = [50, 1000])]
fn history(bencher: Bencher<'_, '_>, messages: usize) {
    let mut filled = indexed();
    let mut room = 0;
    bencher.bench_local(|| {
        room = (room + 1) % ROOMS as u32;
        filled
            .reader
            .history(RoomId(room), Back::Newest, messages)
            .expect("messages")
    });
}

#[divan::bench]
fn history_of_an_hour_long_ago(bencher: Bencher<'_, '_>) {
    let mut filled = indexed();
    let from = Timestamp(1_000 * MESSAGES as i64 / 3);
    let back = Back::Between(from, from + Span::minutes(60));
    bencher.bench_local(|| {
        filled
            .reader
            .history(RoomId(5), back, 1_000)
            .expect("messages")
    });
}

fn query(words: &[&str], room: Option<u32>) -> SearchQuery {
    SearchQuery {
        words: words.iter().map(|&word| word.into()).collect(),
        room: room.map(RoomId),
        matches_max: 50,
        ..SearchQuery::default()
    }
}

#[divan::bench(args = ["needle", "word1", "word17", "word9*", "nowhere"])]
fn search(bencher: Bencher<'_, '_>, word: &str) {
    let mut filled = indexed();
    bencher.bench_local(|| {
        filled
            .reader
            .search(&query(&[word], None))
            .expect("matches")
    });
}

#[divan::bench]
fn search_of_two_words(bencher: Bencher<'_, '_>) {
    let mut filled = indexed();
    bencher.bench_local(|| {
        filled
            .reader
            .search(&query(&["word17", "word19"], None))
            .expect("matches")
    });
}

#[divan::bench]
fn search_of_a_common_word_in_a_quiet_room(bencher: Bencher<'_, '_>) {
    let mut filled = indexed();
    bencher.bench_local(|| {
        filled
            .reader
            .search(&query(&["word1"], Some(123)))
            .expect("matches")
    });
}

/// It looks at as many messages as it may: [`ItemsCount`] of them.
#[divan::bench(args = ["word1", "nowhere"], sample_count = 5)]
fn search_without_an_index(bencher: Bencher<'_, '_>, word: &str) {
    let mut filled = not_indexed();
    bencher
        .counter(ItemsCount::new(200_000_u32))
        .bench_local(|| {
            filled
                .reader
                .search(&query(&[word], None))
                .expect("matches")
        });
}

#[divan::bench(sample_count = 200)]
fn a_step_of_the_index(bencher: Bencher<'_, '_>) {
    let filled = fill(Retention::default());
    let mut indexer = filled.store.indexer().expect("an indexer");
    bencher
        .counter(ItemsCount::new(1_000_u32))
        .bench_local(|| indexer.step(1_000).expect("a step"));
}

#[divan::bench(sample_count = 1000)]
fn a_step_of_trimming(bencher: Bencher<'_, '_>) {
    let mut filled = fill(Retention {
        keep: None,
        bytes_max: Some(1),
    });
    bencher.bench_local(|| assert!(filled.store.trim(Timestamp(0)).expect("a step")));
}
