//! A room as the sessions of one shard see it: its events, a rendered log for each format of its
//! members, and the members.
//!
//! All logs of a room count the same entries, so a member that changes format keeps its cursor. One
//! bound holds for their sum: with a bound for each, a hundred stalled readers in a hundred time
//! zones would cost a hundred times as much as one.
//!
//! It must not know sessions: members are keys that the caller chooses, and readers are only
//! counted.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;

use chinwag_core::{Event, RoomId, RoomName, Seq};

use crate::lengths::{LENGTHS_MAX, Lengths, back_from};
use crate::log::RenderedLog;
use crate::round::Round;
use crate::{FormatId, Render};

/// The rooms of one shard.
pub type RoomLogs<R> = hashbrown::HashMap<RoomId, RoomLog<R>>;

/// The lines of one room that its readers still need.
#[derive(Debug)]
pub struct RoomLog<R> {
    name: RoomName,
    /// The number of the first of `events`.
    first: u64,
    /// The events that some log still has.
    events: VecDeque<Logged>,
    /// Where events that no log has any more stand in the order, the newest last.
    past: VecDeque<Seq>,
    /// The newest event.
    newest: Seq,
    logs: Vec<RenderedLog<R>>,
    /// What is kept of logs without readers, the newest last.
    closed: Vec<(FormatId, Lengths)>,
    round: Round,
    bytes_max: usize,
}

/// An event of a room.
#[derive(Debug)]
struct Logged {
    event: Arc<Event>,
    /// Whether a summary will count it too.
    is_summed: bool,
}

/// The least that an event costs while a log keeps it: the event, two counts, a pointer and whether
/// it is summed.
const EVENT_BYTES: usize = size_of::<Event>() + 2 * size_of::<usize>() + size_of::<Logged>();

/// How many logs without readers something is kept of. Formats seldom change.
const CLOSED_MAX: usize = 4;

impl<R: Render> RoomLog<R> {
    /// A room without members, whose logs together take at most `bytes_max` bytes. `newest` is the
    /// newest event of all rooms.
    pub fn new(name: RoomName, newest: Seq, bytes_max: usize) -> Self {
        Self {
            name,
            // So no number means two entries when a room is dropped and created again.
            first: newest.0,
            events: VecDeque::new(),
            past: VecDeque::new(),
            newest,
            logs: Vec::new(),
            closed: Vec::new(),
            round: Round::default(),
            bytes_max,
        }
    }

    /// Adds an event to every log, which gives each member news. Returns whether a round begins: if
    /// so, the caller calls [`poll_member`](Self::poll_member) until the round is over, at once or
    /// in parts. If a round is going on already, the caller has nothing to do.
    pub fn append(&mut self, event: &Arc<Event>) -> bool {
        self.push(event, false)
    }

    /// Adds an event that a summary will count, for the formats that show each join and leave.
    /// Without such a format it adds nothing. Returns whether a round begins.
    pub fn append_summed(&mut self, event: &Arc<Event>) -> bool {
        self.logs.iter().any(RenderedLog::wants_each) && self.push(event, true)
    }

    fn push(&mut self, event: &Arc<Event>, is_summed: bool) -> bool {
        for place in 0..self.logs.len() {
            let (before, rest) = self.logs.split_at_mut(place);
            let alike = before
                .iter()
                .find(|log| !is_summed && rest[0].renders_alike(log, event));
            match alike {
                Some(log) => rest[0].append_copy(log),
                None => rest[0].append(event, is_summed, &self.name),
            }
        }
        self.events.push_back(Logged {
            event: event.clone(),
            is_summed,
        });
        self.newest = event.seq;
        self.shed();
        debug_assert!(self.check());
        self.round.begin()
    }

    /// Adds a member that sees the room in this format from entry `cursor` on.
    pub(crate) fn join(
        &mut self,
        key: usize,
        format: FormatId,
        renderer: impl FnOnce() -> R,
    ) -> u64 {
        self.round.join(key);
        self.open(format, self.head(), renderer);
        self.head()
    }

    /// Adds a reader to the log of a format. If there is no such log, or it is too short, it is
    /// rendered from the events that the other logs still have.
    pub(crate) fn open(&mut self, format: FormatId, cursor: u64, renderer: impl FnOnce() -> R) {
        let found = self.logs.iter().position(|log| log.format == format);
        let first = cursor.clamp(self.first, self.head());
        let end = found.map_or(self.head(), |place| self.logs[place].first());
        if found.is_none() || first < end {
            let older = self.render(format, first..end, renderer());
            match found {
                Some(place) => self.logs[place].prepend(older),
                None => {
                    // Most rooms have one format or two.
                    self.logs.reserve_exact(1);
                    self.logs.push(older);
                }
            }
        }
        if let Some(log) = self.log_mut(format) {
            log.add_reader(cursor);
        }
        self.shed();
        debug_assert!(self.check());
    }

    fn render(
        &self,
        format: FormatId,
        numbers: core::ops::Range<u64>,
        renderer: R,
    ) -> RenderedLog<R> {
        let mut log = RenderedLog::new(format, numbers.start, renderer);
        for logged in numbers.filter_map(|number| self.logged(number)) {
            log.render(&logged.event, logged.is_summed, &self.name);
        }
        log
    }
}

impl<R> RoomLog<R> {
    /// The next member to offer the room's news to; `None` when the round is over. Every member
    /// comes at least once after each append, whatever appends, joins and leaves happen between two
    /// calls.
    pub fn poll_member(&mut self) -> Option<usize> {
        self.round.next()
    }

    /// The keys of the members, in no particular order.
    pub fn members(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.round.members()
    }

    /// Renames the room, from the next entry on.
    pub fn set_name(&mut self, name: RoomName) {
        self.name = name;
    }

    /// The room's name.
    pub fn name(&self) -> &RoomName {
        &self.name
    }

    /// The number of the next entry.
    pub fn head(&self) -> u64 {
        self.first + self.events.len() as u64
    }

    /// The bytes of its logs and of what they keep about each line.
    pub fn size(&self) -> usize {
        let logs: usize = self.logs.iter().map(RenderedLog::size).sum();
        logs + self.events.len() * EVENT_BYTES
    }

    /// Whether it keeps the places and lengths of past lines, which say what the peer of a lost
    /// connection has not received.
    pub fn has_past(&self) -> bool {
        !self.past.is_empty() || !self.closed.is_empty()
    }

    /// Forgets those. To be called when no member [awaits](crate::Feed::awaits_acknowledgement) an
    /// acknowledgement.
    pub fn forget_past(&mut self) {
        self.past = VecDeque::new();
        self.closed = Vec::new();
        self.logs.iter_mut().for_each(RenderedLog::forget_lengths);
    }

    /// The newest event of the room, or the newest of all that there was when its log began.
    pub fn newest(&self) -> Seq {
        self.newest
    }

    /// The event right before an entry, or before the oldest entry that is known.
    pub(crate) fn seq_before(&self, number: u64) -> Seq {
        let oldest = || self.events.front().map(|logged| logged.event.seq);
        let seq = match self.first.saturating_sub(number) as usize {
            0 => self.event(number).map(|event| event.seq),
            back => {
                let place = self.past.len().saturating_sub(back);
                self.past.get(place).copied().or_else(oldest)
            }
        };
        seq.map_or(self.newest, |seq| Seq(seq.0.saturating_sub(1)))
    }

    /// The entry of a format's log in which the last `bytes` before entry `to` begin. `None` if
    /// that was too long ago.
    pub(crate) fn back_from(&self, format: FormatId, to: u64, bytes: u64) -> Option<u64> {
        let open = self.log(format);
        // A format that was given up and taken again has had two logs.
        let closed = |number| {
            let mut logs = self
                .closed
                .iter()
                .rev()
                .filter(|(known, _)| *known == format);
            logs.find_map(|(_, log)| log.get(number))
        };
        let open = |number| open.and_then(|log| log.length(number));
        back_from(to, bytes, |number| open(number).or_else(|| closed(number)))
    }

    /// The newest event that a reader whose next entry is `number` has seen.
    pub(crate) fn seen_before(&self, format: FormatId, number: u64) -> Option<Seq> {
        let last = number.checked_sub(1)?;
        let seq = self.event(last)?.seq;
        let entry = self.log(format)?.entry(last)?;
        // A line that this format leaves out may still be shown in another room.
        let is_left_out = entry.begin == entry.end;
        Some(Seq(seq.0.saturating_sub(u64::from(is_left_out))))
    }

    pub(crate) fn event(&self, number: u64) -> Option<&Arc<Event>> {
        self.logged(number).map(|logged| &logged.event)
    }

    fn logged(&self, number: u64) -> Option<&Logged> {
        self.events.get(number.checked_sub(self.first)? as usize)
    }

    pub(crate) fn log(&self, format: FormatId) -> Option<&RenderedLog<R>> {
        self.logs.iter().find(|log| log.format == format)
    }

    fn log_mut(&mut self, format: FormatId) -> Option<&mut RenderedLog<R>> {
        self.logs.iter_mut().find(|log| log.format == format)
    }

    /// Removes a member. Returns whether any is left.
    pub(crate) fn leave(&mut self, key: usize, format: FormatId, cursor: u64) -> bool {
        self.round.leave(key);
        self.close(format, cursor);
        self.members().len() > 0
    }

    /// Removes a reader from the log of a format, and the log with its last reader.
    pub(crate) fn close(&mut self, format: FormatId, cursor: u64) {
        let place = self.logs.iter().position(|log| log.format == format);
        if let Some(place) = place
            && !self.logs[place].remove_reader(cursor)
        {
            let closed = self.logs.swap_remove(place);
            if self.closed.len() == CLOSED_MAX {
                self.closed.remove(0);
            }
            self.closed.push((format, closed.into_lengths()));
        }
        self.forget();
    }

    /// Moves a reader.
    pub(crate) fn advance(&mut self, format: FormatId, from: u64, to: u64) {
        let log = self.log_mut(format);
        if log.is_some_and(|log| log.advance(from, to)) {
            self.forget();
        }
    }

    /// Drops the events that no log has any more.
    fn forget(&mut self) {
        let firsts = self.logs.iter().map(RenderedLog::first);
        let first = firsts.min().unwrap_or(self.head());
        for logged in self.events.drain(..(first - self.first) as usize) {
            if self.past.len() == LENGTHS_MAX {
                self.past.pop_front();
            }
            self.past.push_back(logged.event.seq);
        }
        self.first = first;
        if self.events.is_empty() {
            // A quiet room keeps no buffer.
            self.events = VecDeque::new();
        }
    }

    /// Keeps the bound: the largest log is the first to lose its oldest lines.
    fn shed(&mut self) {
        while self.size() > self.bytes_max {
            let cost = |log: &&mut RenderedLog<R>| log.size() + log.len() * EVENT_BYTES;
            let Some(largest) = self.logs.iter_mut().max_by_key(cost) else {
                return self.forget();
            };
            largest.shed();
            self.forget();
        }
    }

    /// Panics if the fields contradict each other. For debug assertions.
    pub(crate) fn check(&self) -> bool {
        let head = self.head();
        assert!(self.logs.iter().all(|log| log.check(head)));
        assert!(self.logs.iter().all(|log| log.first() >= self.first));
        assert!(self.size() <= self.bytes_max, "the sum is bounded");
        assert!(!self.logs.is_empty() || self.events.is_empty());
        true
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use chinwag_core::limits::{LINE_BYTES_MAX, ROOM_LOG_BYTES_MAX};
    use chinwag_core::{Fact, Manner, Name, PersonId, Text, Timestamp};

    use super::*;

    struct Said;

    impl Render for Said {
        fn render(&mut self, out: &mut Vec<u8>, event: &Event, _: &RoomName) -> usize {
            let begin = out.len();
            if let Fact::Said { text, .. } = &event.fact {
                out.extend_from_slice(text.as_bytes());
            }
            begin
        }
    }

    fn said(seq: u64, bytes: usize) -> Arc<Event> {
        Arc::new(Event {
            seq: Seq(seq),
            at: Timestamp(0),
            fact: Fact::Said {
                person: PersonId(0),
                name: Name::parse("ann").unwrap(),
                room: RoomId(0),
                text: Text::parse(&"x".repeat(bytes)).unwrap(),
                manner: Manner::Speech,
                irc: None,
                account: None,
            },
            source: None,
        })
    }

    impl<R> RoomLog<R> {
        /// Bytes of memory that its logs take, unused ones included.
        fn allocated(&self) -> usize {
            let logs: usize = self.logs.iter().map(RenderedLog::allocated).sum();
            logs + self.events.capacity() * size_of::<Logged>() + self.events.len() * EVENT_BYTES
        }
    }

    /// With a bound for each log they took 681 MB.
    #[test]
    fn a_hundred_stalled_readers_in_a_hundred_formats_cost_little_more_than_one() {
        for (formats, bytes) in [(100, LINE_BYTES_MAX), (1, LINE_BYTES_MAX), (100, 1), (1, 1)] {
            let mut room = RoomLog::new(RoomName::lobby(), Seq(0), ROOM_LOG_BYTES_MAX);
            for format in 0..formats {
                room.join(format, FormatId(format as u16), || Said);
            }
            let mut most = 0;
            for seq in 0..4000 {
                room.append(&said(seq, bytes));
                most = most.max(room.allocated());
            }
            assert!(room.size() <= ROOM_LOG_BYTES_MAX);
            // With what a buffer has in reserve.
            assert!(most < 6 << 20, "{formats} formats: {most}");
            assert!(room.logs.iter().all(|log| log.len() > 1));
        }
    }

    /// Each byte is moved once at most.
    #[test]
    fn a_log_that_is_full_loses_its_older_half() {
        for bytes in [1000, 1] {
            let mut room = RoomLog::new(RoomName::lobby(), Seq(0), 100_000);
            room.join(1, FormatId(1), || Said);
            let mut seqs = 0..;
            for _ in 0..2 {
                let mut before = 0;
                for seq in &mut seqs {
                    room.append(&said(seq, bytes));
                    if room.size() < before {
                        break;
                    }
                    before = room.size();
                }
                let size = room.size();
                assert!(size > 45_000 && size < 55_000, "{bytes}: {size}");
                let kept = room.events.len() * (size_of::<Event>() + size_of::<Logged>());
                assert!(kept < size, "{bytes}: the events count too");
            }
        }
    }

    /// Shows where an event happened.
    struct Named;

    impl Render for Named {
        fn render(&mut self, out: &mut Vec<u8>, _: &Event, room: &RoomName) -> usize {
            let begin = out.len();
            out.extend_from_slice(room.to_string().as_bytes());
            begin
        }
    }

    #[test]
    fn a_new_name_counts_from_the_next_entry_on() {
        let mut room = RoomLog::new(RoomName::lobby(), Seq(0), ROOM_LOG_BYTES_MAX);
        room.join(1, FormatId(1), || Named);
        room.append(&said(1, 1));
        room.set_name(RoomName::parse("#dev").unwrap());
        room.append(&said(2, 1));
        let log = room.log(FormatId(1)).unwrap();
        assert_eq!(log.run_from(0).bytes, b"#lobby#dev");
    }

    /// Shows each event or, like most, those that no summary tells of.
    struct Exact(bool);

    impl Render for Exact {
        fn render(&mut self, out: &mut Vec<u8>, event: &Event, room: &RoomName) -> usize {
            Said.render(out, event, room)
        }

        fn wants_each(&self) -> bool {
            self.0
        }
    }

    #[test]
    fn what_a_summary_tells_of_is_for_those_who_want_each() {
        let mut room = RoomLog::new(RoomName::lobby(), Seq(0), ROOM_LOG_BYTES_MAX);
        room.join(1, FormatId(1), || Exact(false));
        assert!(!room.append_summed(&said(1, 1)), "nobody wants it");
        assert_eq!(room.head(), 0);
        room.join(2, FormatId(2), || Exact(true));
        assert!(room.append_summed(&said(2, 2)));
        room.append(&said(3, 3));
        let bytes = |room: &RoomLog<Exact>, format: u16| {
            room.log(FormatId(format))
                .unwrap()
                .run_from(0)
                .bytes
                .to_vec()
        };
        assert_eq!(bytes(&room, 1), b"xxx");
        assert_eq!(bytes(&room, 2), b"xxxxx");
        room.open(FormatId(3), 0, || Exact(false));
        room.open(FormatId(4), 0, || Exact(true));
        assert_eq!(bytes(&room, 3), b"xxx", "also where it is made later");
        assert_eq!(bytes(&room, 4), b"xxxxx");
        let mut room = RoomLog::new(RoomName::lobby(), Seq(0), ROOM_LOG_BYTES_MAX);
        room.join(1, FormatId(1), || Said);
        assert!(!room.append_summed(&said(1, 1)), "which few formats do");
    }

    /// Counts what it renders, and lets each log copy from the first.
    struct Counted<'a>(&'a core::cell::Cell<u32>);

    impl Render for Counted<'_> {
        fn render(&mut self, out: &mut Vec<u8>, event: &Event, room: &RoomName) -> usize {
            self.0.set(self.0.get() + 1);
            Said.render(out, event, room)
        }

        fn renders_alike(&self, _: &Self, _: &Event) -> bool {
            true
        }
    }

    #[test]
    fn what_looks_alike_in_two_formats_is_rendered_once() {
        let renders = core::cell::Cell::new(0);
        let mut room = RoomLog::new(RoomName::lobby(), Seq(0), ROOM_LOG_BYTES_MAX);
        for format in 1..=3 {
            room.join(usize::from(format), FormatId(format), || Counted(&renders));
        }
        room.append(&said(1, 2));
        room.append(&said(2, 3));
        assert_eq!(renders.get(), 2);
        for format in 1..=3 {
            let log = room.log(FormatId(format)).unwrap();
            assert_eq!(
                (log.run_from(0).bytes, log.run_from(1).bytes),
                (&b"xxxxx"[..], &b"xxx"[..])
            );
            assert_eq!(room.back_from(FormatId(format), 2, 4), Some(0));
        }
    }

    #[test]
    fn a_log_goes_with_its_last_reader_and_its_events_with_it() {
        let mut room = RoomLog::new(RoomName::lobby(), Seq(0), ROOM_LOG_BYTES_MAX);
        room.join(1, FormatId(1), || Said);
        room.append(&said(1, 10));
        room.join(2, FormatId(2), || Said);
        room.append(&said(2, 10));
        assert_eq!((room.logs.len(), room.events.len()), (2, 2));
        assert!(room.leave(1, FormatId(1), 0));
        assert_eq!((room.logs.len(), room.events.len()), (1, 1));
        room.advance(FormatId(2), 1, 2);
        assert_eq!((room.size(), room.events.capacity()), (0, 0));
        assert!(!room.leave(2, FormatId(2), 2));
        assert_eq!(room.head(), 2, "numbers go on");
        assert_eq!(room.newest(), Seq(2));
    }

    #[test]
    fn where_lines_have_ended_is_forgotten_with_the_past() {
        let mut room = RoomLog::new(RoomName::lobby(), Seq(0), ROOM_LOG_BYTES_MAX);
        room.join(1, FormatId(1), || Said);
        for seq in 0..3 {
            room.append(&said(seq, 10));
        }
        room.advance(FormatId(1), 0, 3);
        assert_eq!(room.back_from(FormatId(1), 3, 11), Some(1));
        room.forget_past();
        assert_eq!(room.back_from(FormatId(1), 3, 11), None);
    }

    #[test]
    fn a_log_can_be_made_of_what_the_longest_has() {
        let mut room = RoomLog::new(RoomName::lobby(), Seq(0), ROOM_LOG_BYTES_MAX);
        room.join(1, FormatId(1), || Said);
        for seq in 0..3 {
            room.append(&said(seq, 1));
        }
        room.advance(FormatId(1), 0, 1);
        room.open(FormatId(2), 1, || Said);
        assert_eq!(room.log(FormatId(2)).unwrap().run_from(1).bytes, b"xx");
        room.open(FormatId(2), 2, || panic!("the log goes back far enough"));
        room.open(FormatId(2), 0, || Said);
        assert_eq!(room.log(FormatId(2)).unwrap().run_from(0).bytes, b"xxx");
    }
}
