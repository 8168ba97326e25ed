//! What a commit costs, which every message waits for: by how much is said in a turn, and in how
//! many rooms. `cargo bench -p chinwag-store`.

use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use chinwag_core::{Event, Fact, Manner, Name, PersonId, RoomId, RoomName, Seq, Text, Timestamp};
use chinwag_store::{Durability, Opened, Place, Retention, Store};
use divan::{Bencher, counter::ItemsCount};

/// Time between two checkpoints: shorter than in a server, as the commits follow each other without
/// a pause.
const CHECKPOINT_TIME: Duration = Duration::from_millis(200);

fn main() {
    divan::main();
}

/// A store that has some history, so that its indexes have a few levels.
fn filled(folder: &tempfile::TempDir, durability: Durability) -> (Store, u64) {
    let place = Place::Folder(folder.path().into());
    let Opened { mut store, .. } =
        Store::open(place, durability, Retention::default()).expect("a store");
    let mut seq = 1;
    let mut checkpointer = store.checkpointer().expect("a checkpointer");
    for _ in 0..200 {
        commit(&mut store, &turn(&mut seq, 500, 100));
        checkpointer.checkpoint().expect("a checkpoint");
    }
    (store, seq)
}

/// That many messages of 60 bytes, spread over that many rooms.
fn turn(seq: &mut u64, messages: u64, rooms: u64) -> Vec<Arc<Event>> {
    let name = Name::parse("gopher").expect("a name");
    let text = "a line of sixty bytes, as people write them in a chat, or so";
    let events = (0..messages).map(|n| {
        let fact = Fact::Said {
            person: PersonId(n),
            name: name.clone(),
            room: RoomId((n % rooms) as u32),
            text: Text::parse(text).expect("a text"),
            manner: Manner::Speech,
        };
        Arc::new(Event {
            seq: Seq(*seq + n),
            at: Timestamp(1_763_700_000_000 + (*seq + n) as i64),
            fact,
        })
    });
    let events = events.collect();
    *seq += messages;
    events
}

fn commit(store: &mut Store, events: &[Arc<Event>]) {
    let name_of = |room: RoomId| RoomName::parse(&format!("room-{}", room.0)).ok();
    store.commit(events, &name_of).expect("a commit");
}

/// Times commits while another thread checkpoints, as in the server.
fn run(bencher: Bencher<'_, '_>, durability: Durability, messages: u64, rooms: u64) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let (mut store, mut seq) = filled(&folder, durability);
    let mut checkpointer = store.checkpointer().expect("a checkpointer");
    let (stop, stopped) = mpsc::sync_channel::<()>(1);
    thread::scope(|scope| {
        scope.spawn(move || {
            while stopped.recv_timeout(CHECKPOINT_TIME) == Err(RecvTimeoutError::Timeout) {
                checkpointer.checkpoint().expect("a checkpoint");
            }
        });
        bencher
            .counter(ItemsCount::new(messages))
            .with_inputs(|| turn(&mut seq, messages, rooms))
            .bench_local_refs(|events| commit(&mut store, events));
        drop(stop);
    });
}

#[divan::bench(args = [1, 10, 100, 1000], sample_count = 1000)]
fn one_room(bencher: Bencher<'_, '_>, messages: u64) {
    run(bencher, Durability::Process, messages, 1);
}

#[divan::bench(args = [10, 100, 1000], sample_count = 1000)]
fn a_room_for_every_ten(bencher: Bencher<'_, '_>, messages: u64) {
    run(bencher, Durability::Process, messages, messages / 10);
}

#[divan::bench(args = [10, 100, 1000], sample_count = 1000)]
fn a_room_each(bencher: Bencher<'_, '_>, messages: u64) {
    run(bencher, Durability::Process, messages, messages);
}

#[divan::bench(args = [1, 10, 100, 1000], sample_count = 1000)]
fn one_room_through_power_cuts(bencher: Bencher<'_, '_>, messages: u64) {
    run(bencher, Durability::Power, messages, 1);
}
