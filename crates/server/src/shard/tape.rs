//! A room as the sessions of one shard see it: a log of lines, rendered once for each way of
//! seeing them, and a cursor for each member.
//!
//! The bytes of a *tape* lie in one piece. A member that has nothing else to be shown is written
//! straight from its cursor to the end, without a copy: with a thousand members the copies would
//! cost as much as the system calls. A tape keeps only what somebody has still to be written, so
//! that a room where everybody is up to date costs no memory; what is said is in the store.
//!
//! All tapes of a room count the same entries, so that a member who changes its way of seeing
//! keeps its cursor.

use std::collections::VecDeque;
use std::sync::Arc;

use chinwag_core::{Event, PersonId, RoomName, Seq, Timestamp};
use chinwag_wire::plain::{Renderer, Style};

use super::flush::MERGE_BYTES_MAX;

/// The way in which a member sees a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct View {
    /// Which of the shard's styles.
    pub(crate) style: u16,
    /// Whether the member talks there: then the room's name need not stand before each line.
    pub(crate) current: bool,
    /// Whether comings and goings are left out.
    pub(crate) quiet: bool,
}

/// Where one entry of a tape ends.
#[derive(Debug)]
pub(crate) struct Mark {
    /// Where its line begins: behind the line of a new day, if it is the first of one.
    begin: u64,
    /// Behind its last byte.
    end: u64,
    pub(crate) event: Arc<Event>,
}

/// What [`Tape::copy_others`] has copied.
#[derive(Debug)]
pub(crate) struct Copied {
    /// The number of the entry that goes on next.
    pub(crate) next: u64,
    /// How many lines it has left out.
    pub(crate) own: u32,
    /// The last event that it has come to.
    pub(crate) newest: Option<Seq>,
}

/// A room's lines in one view.
#[derive(Debug)]
pub(crate) struct Tape {
    pub(crate) view: View,
    renderer: Renderer,
    bytes: Vec<u8>,
    /// The position of the first byte of `bytes`.
    base: u64,
    /// The number of the first mark.
    first: u64,
    marks: VecDeque<Mark>,
}

/// A room that somebody on this shard is in.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) name: RoomName,
    /// The sessions that are in it.
    pub(crate) members: Vec<usize>,
    /// The number that the next entry will have.
    pub(crate) head: u64,
    pub(crate) tapes: Vec<Tape>,
    /// Whether it has entries that its members were not offered yet.
    pub(crate) rung: bool,
    /// Bytes that each tape may have.
    bytes_max: usize,
}

/// What the fastest have read is dropped from tapes that are longer than this while others are
/// behind.
const BUSY_BYTES: usize = 1 << 20;

impl Room {
    pub(crate) fn new(name: RoomName, bytes_max: usize) -> Self {
        Self {
            name,
            members: Vec::new(),
            head: 0,
            tapes: Vec::new(),
            rung: false,
            bytes_max,
        }
    }

    /// Adds an event to every tape.
    pub(crate) fn append(&mut self, event: &Arc<Event>) {
        for tape in &mut self.tapes {
            tape.append(event.clone(), &self.name);
            if tape.bytes.len() > self.bytes_max {
                // Half at a time, so that each byte is moved once at most.
                tape.drop_bytes(self.bytes_max / 2);
            }
        }
        self.head += 1;
    }

    /// The tape of a view, if it is open and has everything from entry `from` on.
    pub(crate) fn opened(&self, view: View, from: u64) -> Option<&Tape> {
        let tape = self.tapes.iter().find(|tape| tape.view == view);
        tape.filter(|tape| tape.first <= from)
    }

    /// The tape of a view, with everything from entry `from` on.
    /// `now` is the day that needs no line of its own.
    pub(crate) fn tape(
        &mut self,
        view: View,
        from: u64,
        now: Timestamp,
        style: impl FnOnce() -> Style,
    ) -> &Tape {
        let found = self.tapes.iter().position(|tape| tape.view == view);
        let place = match found.filter(|&place| self.tapes[place].first <= from) {
            Some(place) => place,
            None => {
                let tape = self.render_anew(view, from, Renderer::new(style(), now));
                found.map(|place| self.tapes.swap_remove(place));
                self.tapes.push(tape);
                self.tapes.len() - 1
            }
        };
        &self.tapes[place]
    }

    /// A tape that begins at `from`, or where the longest other one does.
    fn render_anew(&self, view: View, from: u64, renderer: Renderer) -> Tape {
        let longest = self.tapes.iter().min_by_key(|tape| tape.first);
        let first = longest.map_or(self.head, |tape| tape.first.max(from));
        let marks = longest.into_iter().flat_map(|tape| tape.marks_from(first));
        let mut tape = Tape {
            view,
            renderer,
            bytes: Vec::new(),
            base: 0,
            first,
            marks: VecDeque::new(),
        };
        for mark in marks {
            tape.append(mark.event.clone(), &self.name);
        }
        tape
    }

    /// Drops what every member has been written, given the least of their cursors; and the tapes
    /// of views that nobody has any more.
    pub(crate) fn forget(&mut self, least_cursor: u64, in_use: impl Fn(View) -> bool) {
        self.tapes.retain(|tape| in_use(tape.view));
        for tape in &mut self.tapes {
            tape.forget(least_cursor);
        }
    }
}

impl Tape {
    fn append(&mut self, event: Arc<Event>, room: &RoomName) {
        let mut begin = self.end();
        if !(self.view.quiet && event.fact.is_movement()) {
            self.renderer.day_break(&mut self.bytes, event.at);
            begin = self.end();
            self.renderer
                .room_line(&mut self.bytes, &event, room, self.view.current);
        }
        let end = self.end();
        self.marks.push_back(Mark { begin, end, event });
    }

    fn end(&self) -> u64 {
        self.base + self.bytes.len() as u64
    }

    /// The number of the oldest entry.
    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    /// The number that the next entry will have.
    pub(crate) fn head(&self) -> u64 {
        self.first + self.marks.len() as u64
    }

    /// The entry of a number, if it is still there.
    pub(crate) fn mark(&self, number: u64) -> Option<&Mark> {
        self.marks.get(number.checked_sub(self.first)? as usize)
    }

    fn marks_from(&self, number: u64) -> impl Iterator<Item = &Mark> {
        let skip = number.saturating_sub(self.first) as usize;
        self.marks.range(skip.min(self.marks.len())..)
    }

    fn start_of(&self, number: u64) -> u64 {
        let before = number.checked_sub(self.first + 1);
        let mark = before.and_then(|before| self.marks.get(before as usize));
        mark.map_or(self.base, |mark| mark.end)
    }

    /// All bytes from an entry on.
    pub(crate) fn bytes_from(&self, number: u64) -> &[u8] {
        self.slice(self.start_of(number), self.end())
    }

    /// The bytes of one entry, or only those of the new day before it.
    pub(crate) fn entry(&self, number: u64, with_line: bool) -> &[u8] {
        let mark = self.mark(number);
        let end = mark.map(|mark| if with_line { mark.end } else { mark.begin });
        end.map_or(&[], |end| self.slice(self.start_of(number), end))
    }

    /// Copies entries from a number on, but for the lines that a person has typed itself, as long
    /// as they make no more than [`MERGE_BYTES_MAX`]; the first of them in any case.
    pub(crate) fn copy_others(
        &self,
        number: u64,
        typist: Option<PersonId>,
        out: &mut Vec<u8>,
    ) -> Copied {
        let begin = self.start_of(number);
        let mut copied = Copied {
            next: number,
            own: 0,
            newest: None,
        };
        // From here on nothing was copied yet.
        let mut rest = begin;
        let mut end = begin;
        for mark in self.marks_from(number) {
            if mark.end - begin > MERGE_BYTES_MAX as u64 && copied.next > number {
                break;
            }
            if typist.is_some_and(|typist| mark.is_typed_by(typist)) {
                out.extend_from_slice(self.slice(rest, mark.begin));
                rest = mark.end;
                copied.own += 1;
            }
            end = mark.end;
            copied.next += 1;
            copied.newest = Some(mark.event.seq);
        }
        out.extend_from_slice(self.slice(rest, end));
        copied
    }

    fn slice(&self, start: u64, end: u64) -> &[u8] {
        &self.bytes[(start - self.base) as usize..(end - self.base) as usize]
    }

    /// Where a writer stands that has taken `taken` bytes from entry `number` on: the number of
    /// the entry that goes on next, and the rest of the one that was cut, if one was.
    pub(crate) fn advance(&self, number: u64, taken: usize) -> (u64, &[u8]) {
        let position = self.start_of(number) + taken as u64;
        let done = self.marks.partition_point(|mark| mark.end <= position);
        let next = self.first + done as u64;
        if self.start_of(next) == position {
            return (next, &[]);
        }
        let end = self.marks.get(done).map_or(position, |mark| mark.end);
        (next + 1, self.slice(position, end))
    }

    /// Drops the entries before a number.
    fn forget(&mut self, number: u64) {
        if number >= self.head() {
            self.first = self.head();
            self.base = self.end();
            // A quiet room keeps no buffer: most rooms are quiet most of the time, and to allocate
            // one costs less than a single write.
            self.bytes = Vec::new();
            self.marks = VecDeque::new();
        } else if self.bytes.len() > BUSY_BYTES {
            let bytes = self.start_of(number) - self.base;
            // Moving what stays is worth it only if most goes.
            if bytes as usize > self.bytes.len() / 2 {
                self.drop_bytes(bytes as usize);
            }
        }
    }

    /// Drops whole entries, at least so many bytes.
    fn drop_bytes(&mut self, bytes: usize) {
        let position = self.base + bytes as u64;
        let gone = self.marks.partition_point(|mark| mark.end < position) + 1;
        let gone = gone.min(self.marks.len());
        let last = self.marks.drain(..gone).next_back();
        let base = last.map_or(self.base, |mark| mark.end);
        self.bytes.drain(..(base - self.base) as usize);
        self.base = base;
        self.first += gone as u64;
    }
}

impl Mark {
    /// Whether a person typed this line itself, so that its own terminal shows it already.
    pub(crate) fn is_typed_by(&self, person: PersonId) -> bool {
        self.event.fact.typed_by() == Some(person)
    }
}
