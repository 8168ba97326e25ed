//! The room log: appending what was said, and reading what a member was not written yet.

use std::sync::Arc;

use chinwag_core::{Event, Fact, PersonId};
use chinwag_server::pieces::RoomLog;
use divan::black_box;

use crate::fixture::{LINE, START, name, said, shared, text};
use crate::piece::{Piece, Work};

/// Lines between two flushes of a busy room.
const LINES: u32 = 40;

pub(crate) const PIECES: &[Piece] = &[
    Piece::counted("room log: append 40 lines and forget them", 500, append).of(LINES),
    Piece::counted("room log: read 40 lines", 50_000, read).of(LINES),
    Piece::counted(
        "room log: read 40 lines without one's own",
        5_000,
        read_others,
    )
    .of(LINES),
];

/// Said by two people in turn.
fn lines() -> Vec<Arc<Event>> {
    let line = |seq| {
        let mut event = said(seq, 0, &name("gopher"), text(LINE));
        if let Fact::Said { person, .. } = &mut event.fact {
            *person = PersonId(1 + seq % 2);
        }
        event
    };
    shared((1..=u64::from(LINES)).map(line))
}

fn append() -> Work {
    let lines = lines();
    let mut log = RoomLog::new(START);
    Box::new(move || {
        for event in &lines {
            log.append(black_box(event));
        }
        black_box(log.forget());
    })
}

fn full_log() -> RoomLog {
    let mut log = RoomLog::new(START);
    for event in &lines() {
        log.append(event);
    }
    log
}

fn read() -> Work {
    let log = full_log();
    Box::new(move || {
        black_box(log.read(black_box(0)));
    })
}

fn read_others() -> Work {
    let mut log = full_log();
    Box::new(move || {
        black_box(log.read_others(black_box(0), PersonId(1)));
    })
}
