//! The feed: appending what was said to the log of a room, and writing it to the members.
//!
//! An iteration is one flush of a busy room: it appends the lines, and every member takes them from
//! a socket that is never full. So the log ends empty, as it began. With a hundred members the
//! appending is a small part of the number, which is for all of them.

use std::sync::Arc;

use chinwag_core::{Event, Fact, LOBBY, PersonId, RoomId, RoomName, Seq};
use chinwag_feed::{Feed, FormatId, Reader, RoomLog, RoomLogs, Scratch};
use chinwag_wire::Prefs;
use chinwag_wire::dialect::RoomRenderer;
use divan::black_box;

use crate::client::Client;
use crate::fixture::{LINE, START, name, said, shared, text};
use crate::piece::{Piece, Work};

const LINES: u64 = 40;
const MEMBERS: u32 = 100;

/// More than the lines take.
const LOG_BYTES_MAX: usize = 1 << 20;

/// How all members see the room.
const FORMAT: FormatId = FormatId(0);

pub(crate) const PIECES: &[Piece] = &[
    Piece::counted("feed: 40 lines to one member", 200, || {
        flush(Room::new(1), Room::write_straight)
    })
    .of(LINES as u32),
    Piece::counted("feed: 40 lines to 100 members", 20, || {
        flush(Room::new(MEMBERS), Room::write_straight)
    })
    .of(MEMBERS),
    Piece::counted(
        "feed: 40 lines to 100 members, two of which said them",
        20,
        || flush(Room::new(MEMBERS), Room::write_others),
    )
    .of(MEMBERS),
];

/// A member who hears everybody. Its terminal shows what it typed itself.
struct Member(PersonId);

impl Reader for Member {
    fn sees_all(&self) -> bool {
        true
    }

    fn is_own(&self, event: &Event) -> bool {
        matches!(event.fact, Fact::Said { person, .. } if person == self.0)
    }

    fn hides(&self, _: &Event) -> bool {
        false
    }

    fn trailer(&self, _: &Event) -> &'static [u8] {
        b""
    }

    fn skipped(&self, _: &mut Vec<u8>, _: u64, _: Option<RoomId>) {}
}

/// The lobby of one shard.
struct Room {
    logs: RoomLogs<RoomRenderer>,
    feeds: Vec<Feed>,
    scratch: Scratch,
}

impl Room {
    fn new(members: u32) -> Self {
        let log = RoomLog::new(RoomName::lobby(), Seq(0), LOG_BYTES_MAX);
        let mut logs: RoomLogs<RoomRenderer> = [(LOBBY, log)].into_iter().collect();
        let client = Client::new(Prefs::default());
        let join = |key| {
            let mut feed = Feed::default();
            let room = logs.get_mut(&LOBBY).expect("the lobby");
            feed.handle_join(key, LOBBY, room, FORMAT, || client.renderer(START));
            feed
        };
        Self {
            feeds: (0..members as usize).map(join).collect(),
            logs,
            scratch: Scratch::default(),
        }
    }

    fn append(&mut self, lines: &[Arc<Event>]) {
        let room = self.logs.get_mut(&LOBBY).expect("the lobby");
        for line in lines {
            room.append(black_box(line));
        }
        while room.poll_member().is_some() {}
    }

    /// Writes the log as it is.
    fn write_straight(&mut self) {
        for feed in &mut self.feeds {
            feed.poll_straight(LOBBY, &mut self.logs, |run| take(run.bytes));
            feed.handle_acknowledged(0);
        }
    }

    /// Writes to each member what the others said.
    fn write_others(&mut self) {
        let people = (0..).map(PersonId);
        for (feed, person) in self.feeds.iter_mut().zip(people) {
            if person.0 < 2 {
                feed.handle_own(LOBBY, &self.logs);
            }
            feed.poll_write(&mut self.logs, &Member(person), &mut self.scratch, take);
            feed.handle_acknowledged(0);
        }
    }
}

/// A socket that takes everything.
fn take(bytes: &[u8]) -> usize {
    black_box(bytes).len()
}

/// Said by two people in turn.
fn lines() -> Vec<Arc<Event>> {
    let line = |seq| {
        let mut event = said(seq, LOBBY.0, &name("gopher"), text(LINE));
        if let Fact::Said { person, .. } = &mut event.fact {
            *person = PersonId(seq % 2);
        }
        event
    };
    shared((1..=LINES).map(line))
}

fn flush(mut room: Room, write: fn(&mut Room)) -> Work {
    let mut lines = lines();
    Box::new(move || {
        room.append(&lines);
        write(&mut room);
        // The log has let go of them: they come again as the next ones in the order.
        for line in &mut lines {
            Arc::get_mut(line).expect("nobody has it").seq.0 += LINES;
        }
    })
}
