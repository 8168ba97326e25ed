//! What a commit costs, which every message waits for: by how much is said in a turn, and in how
//! many rooms.
//!
//! Files are timed and memory is counted: most of a commit to a file is the kernel's work, which
//! callgrind does not see. What it does see is ours and SQLite's own, the same for both but for
//! the write-ahead log. The events are made before and numbered anew for each commit, a few
//! instructions each.

use std::sync::Arc;

use chinwag_core::{Event, Fact, NOBODY, RoomId, Seq, Timestamp};
use chinwag_store::{Durability, Location, Opened, Retention, SessionChanges, Store};

use crate::fixture::{self, LINE, START, name, room_made, said, shared, text};
use crate::piece::{Piece, Work};

pub(crate) const IN_MEMORY: &[Piece] = &[
    Piece::counted("commit: 1 message", 200, || in_memory(1)),
    Piece::counted("commit: 10 messages", 200, || in_memory(10)).of(10),
    Piece::counted("commit: 100 messages", 100, || in_memory(100)).of(100),
    Piece::counted("commit: 1,000 messages", 20, || in_memory(1_000)).of(1_000),
    Piece::counted("a second: 1,000 joins in a room", 20, || coming(1_000, 1)).of(1_000),
];

pub(crate) const TO_FILES: &[Piece] = &[
    Piece::timed("one room: 1 message", || to_files(1, 1)),
    Piece::timed("one room: 100 messages", || to_files(100, 1)).of(100),
    Piece::timed("one room: 1,000 messages", || to_files(1_000, 1)).of(1_000),
    Piece::timed("100 rooms: 1,000 messages", || to_files(1_000, 100)).of(1_000),
    Piece::timed("a room each: 100 messages", || to_files(100, 100)).of(100),
    Piece::timed("a second: 15,000 joins in a room", || {
        coming_to_files(15_000, 1)
    })
    .of(15_000),
    Piece::timed("a second: 15,000 joins in 1,000 rooms", || {
        coming_to_files(15_000, 1_000)
    })
    .of(15_000),
    Piece::timed("through power cuts: 1 message", || to_disk(1)),
    Piece::timed("through power cuts: 100 messages", || to_disk(100)).of(100),
];

fn in_memory(messages: u64) -> Work {
    let mut writer = Writer::open(Location::Memory, Durability::Process);
    // Enough for every room to have blocks, and little under callgrind.
    writer.fill(10);
    let mut turn = writer.turn(messages, 1);
    Box::new(move || writer.commit(&mut turn))
}

fn to_files(messages: u64, rooms: u64) -> Work {
    in_folder(Durability::Process, messages, rooms)
}

fn to_disk(messages: u64) -> Work {
    in_folder(Durability::Power, messages, 1)
}

/// Commits to files, with a checkpoint now and then.
fn in_folder(durability: Durability, messages: u64, rooms: u64) -> Work {
    let folder = fixture::folder();
    let place = Location::Folder(folder.path().into());
    let mut writer = Writer::open(place, durability);
    // Some history, so that the indexes have a few levels.
    writer.fill(200);
    let mut turn = writer.turn(messages, rooms);
    let mut checkpointer = writer.store.checkpointer().expect("a checkpointer");
    let mut commits = 0;
    Box::new(move || {
        let _folder = &folder;
        writer.commit(&mut turn);
        commits += 1;
        if commits % 1_000 == 0 {
            checkpointer.checkpoint().expect("a checkpoint");
        }
    })
}

/// Gathers so many joins and writes them, as once a second: each as a line of its own, though of a crowd in one room
/// a few are and the rest is summed up.
fn coming(joins: u64, rooms: u64) -> Work {
    let mut writer = Writer::open(Location::Memory, Durability::Process);
    writer.fill(10);
    Box::new(move || writer.come(joins, rooms))
}

fn coming_to_files(joins: u64, rooms: u64) -> Work {
    let folder = fixture::folder();
    let place = Location::Folder(folder.path().into());
    let mut writer = Writer::open(place, Durability::Process);
    writer.fill(200);
    let mut checkpointer = writer.store.checkpointer().expect("a checkpointer");
    let mut seconds = 0;
    Box::new(move || {
        let _folder = &folder;
        writer.come(joins, rooms);
        seconds += 1;
        if seconds % 10 == 0 {
            checkpointer.checkpoint().expect("a checkpoint");
        }
    })
}

struct Writer {
    store: Store,
    next: u64,
}

impl Writer {
    fn open(place: Location, durability: Durability) -> Self {
        let opened = Store::open(place, durability, Retention::default());
        let Opened { store, .. } = opened.expect("a store");
        Self { store, next: 1 }
    }

    /// Commits so many large turns.
    fn fill(&mut self, turns: u32) {
        let mut checkpointer = self.store.checkpointer().expect("a checkpointer");
        let mut turn = self.turn(500, 100);
        for _ in 0..turns {
            self.commit(&mut turn);
            checkpointer.checkpoint().expect("a checkpoint");
        }
    }

    fn come(&mut self, joins: u64, rooms: u64) {
        let name = name("gopher");
        for n in 0..joins {
            let room = RoomId((n % rooms) as u32);
            let event = Event {
                seq: Seq(self.next),
                at: Timestamp(START.0 + self.next as i64),
                fact: Fact::Joined {
                    person: NOBODY,
                    name: name.clone(),
                    room,
                    here: n as u32,
                },
                source: None,
            };
            self.next += 1;
            assert!(self.store.note_movement(room, &event));
        }
        let changes = SessionChanges {
            movements: true,
            ..SessionChanges::default()
        };
        self.store.change_sessions(&changes).expect("a commit");
    }

    /// That many messages, spread over that many rooms.
    fn turn(&self, messages: u64, rooms: u64) -> Vec<Arc<Event>> {
        let name = name("gopher");
        let said = |n| said(n, (n % rooms) as u32, &name, text(LINE));
        shared((0..messages).map(said))
    }

    /// Commits the same messages again, as the next ones in the one order.
    fn commit(&mut self, turn: &mut [Arc<Event>]) {
        for event in &mut *turn {
            let event = Arc::get_mut(event).expect("the store has kept none");
            event.seq = Seq(self.next);
            event.at = Timestamp(START.0 + self.next as i64);
            self.next += 1;
        }
        self.store.commit(turn, &room_made).expect("a commit");
    }
}
