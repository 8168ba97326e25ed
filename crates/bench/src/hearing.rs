//! What the members of a run hear, held against what was said.
//!
//! It must not know how anything is sent, or when. Every line that anybody reads comes here; all but
//! a few are messages of this run, so those take the short way and everything else a long one.

use std::collections::HashSet;
use std::io;

use hdrhistogram::Histogram;

use crate::book::{Book, Heard};
use crate::clock::Micros;
use crate::ear::Ear;
use crate::marker::{Kind, Mark, Marker};
use crate::meter::Counters;
use crate::pace::Window;
pub(crate) use crate::seat::Seat;
use crate::seat::{Counts, can_sync, reads};
use crate::sockets::Listens;
use crate::speech::{News, Speech};

/// Latencies up to an hour, to three digits.
const LATENCY_MAX: u64 = 3_600_000_000;
const DIGITS: u8 = 3;

/// Those who send.
#[derive(Debug)]
pub(crate) struct Senders {
    per_room: usize,
    /// Of each room's senders, one room after another.
    pub(crate) windows: Vec<Window>,
    /// Rooms where the server refused lines.
    refused: HashSet<u16>,
}

/// How long messages took, while that is measured.
#[derive(Debug)]
pub(crate) struct Latency {
    pub(crate) histogram: Histogram<u64>,
    pub(crate) is_measuring: bool,
}

impl Default for Latency {
    fn default() -> Self {
        Self {
            histogram: histogram(),
            is_measuring: false,
        }
    }
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Hearing {
    pub(crate) ear: Ear,
    pub(crate) seats: Vec<Seat>,
    book: Book,
    pub(crate) senders: Senders,
    pub(crate) counts: Counts,
    pub(crate) latency: Latency,
    /// The longest that a member who reads had nothing to read, while that is watched.
    silence: Option<Micros>,
    /// Members who have not heard a sync.
    pub(crate) deaf: usize,
}

impl Hearing {
    /// For these listeners, in rooms of so many senders each. A listener with a higher number than they
    /// have must hear no message.
    pub(crate) fn new(
        (marker, speech): (Marker, Speech),
        seats: Vec<Seat>,
        rooms: usize,
        senders: usize,
    ) -> Self {
        let deaf = seats.iter().filter(|seat| can_sync(seat, senders)).count();
        Self {
            ear: Ear::new(marker, speech),
            book: Book::new(seats.len(), senders),
            seats,
            senders: Senders {
                per_room: senders,
                windows: vec![Window::default(); rooms * senders],
                refused: HashSet::new(),
            },
            counts: Counts::default(),
            latency: Latency::default(),
            silence: None,
            deaf,
        }
    }

    /// The rooms with members who have not heard a sync.
    pub(crate) fn deaf_rooms(&self) -> Vec<usize> {
        let is_deaf = |seat: &&Seat| !seat.is_synced && can_sync(seat, self.senders.per_room);
        let seats = self.seats.iter().filter(is_deaf);
        let mut rooms: Vec<usize> = seats.map(|seat| usize::from(seat.room)).collect();
        rooms.dedup();
        rooms
    }

    /// From now on the longest silence of a member is of interest.
    pub(crate) fn watch_silence(&mut self, now: Micros) {
        self.silence = Some(0);
        self.seats.iter_mut().for_each(|seat| seat.heard_at = now);
    }

    /// The longest silence since then.
    pub(crate) fn longest_silence(&mut self, now: Micros) -> Micros {
        let reading = self.seats.iter().filter(|seat| reads(seat));
        let to_now = reading.map(|seat| now.saturating_sub(seat.heard_at)).max();
        let before = self.silence.take();
        before.max(to_now).unwrap_or_default()
    }

    /// How many messages each of the room's senders has sent.
    fn sent(&self, room: u16) -> Vec<u32> {
        let count = self.senders.per_room;
        let first = usize::from(room) * count;
        let windows = &self.senders.windows[first..first + count];
        windows.iter().map(Window::sent).collect()
    }

    /// Appends a line with the next message of one of all senders, and counts it as sent.
    pub(crate) fn say(&mut self, out: &mut Vec<u8>, sender: usize, due: Micros) {
        let mark = Mark {
            room: (sender / self.senders.per_room) as u16,
            sender: (sender % self.senders.per_room) as u16,
            seq: self.senders.windows[sender].send(),
            time: due as u32,
        };
        self.ear.say(out, Kind::Message, mark);
    }

    /// How far the counters are, with so many reads done.
    pub(crate) fn counters(&self, reads: u64) -> Counters {
        let (heard, sent) = (self.counts.heard, self.sent_by_all());
        Counters { heard, sent, reads }
    }

    /// Messages sent so far, by all.
    pub(crate) fn sent_by_all(&self) -> u64 {
        let windows = self.senders.windows.iter();
        windows.map(|window| u64::from(window.sent())).sum()
    }

    /// Messages that members who are still there should have heard and did not: those that read all
    /// the time, or those that did not. What is missing in a room where lines were refused is refused,
    /// as far as anybody can tell, and not lost.
    pub(crate) fn missing(&self, is_stalled: bool) -> u64 {
        let mut missing = 0;
        let mut room = None;
        let mut sent = Vec::new();
        for (member, seat) in self.seats.iter().enumerate() {
            if room.replace(seat.room) != Some(seat.room) {
                sent = self.sent(seat.room);
            }
            let counts = seat.is_open && !self.senders.refused.contains(&seat.room);
            if counts && seat.is_stalled == is_stalled {
                let own = seat.own.map(usize::from);
                missing += self.book.missing(member, &sent, own);
            }
        }
        missing
    }

    /// A line that is no message of this run.
    #[cold]
    fn other(&mut self, from: usize, line: &[u8]) {
        let text = String::from_utf8_lossy(line).trim_end().to_owned();
        let counts = &mut self.counts;
        match self.ear.speech.news(&text) {
            News::Nothing => {}
            News::Behind(lines) => {
                counts.behind += 1;
                counts.skipped += lines;
                counts.first_behind.get_or_insert(text);
            }
            News::Refused(lines) => {
                counts.refused += lines;
                counts.first_refusal.get_or_insert(text);
                let seat = self.seats.get(from);
                if let Some((room, own)) = seat.and_then(|seat| Some((seat.room, seat.own?))) {
                    self.senders.refused.insert(room);
                    let first = usize::from(room) * self.senders.per_room;
                    self.senders.windows[first + usize::from(own)].give_up(lines as u32);
                }
            }
        }
    }

    #[cold]
    fn sync(&mut self, from: usize) {
        let Some(seat) = self.seats.get_mut(from) else {
            return;
        };
        if !std::mem::replace(&mut seat.is_synced, true) && can_sync(seat, self.senders.per_room) {
            self.deaf -= 1;
        }
    }

    #[inline]
    fn message(&mut self, from: usize, body: &[u8], now: Micros) {
        let Some(mark) = self.ear.read(body) else {
            self.counts.damaged += 1;
            return;
        };
        let Some(seat) = self.seats.get(from) else {
            self.counts.misplaced += 1;
            return;
        };
        let sender = usize::from(mark.sender);
        if mark.room != seat.room || sender >= self.senders.per_room {
            self.counts.misplaced += 1;
            return;
        }
        let window =
            &mut self.senders.windows[usize::from(mark.room) * self.senders.per_room + sender];
        if mark.seq >= window.sent() {
            self.counts.misplaced += 1;
            return;
        }
        if seat.own == Some(mark.sender) {
            return;
        }
        match self.book.hear(from, sender, mark.seq) {
            Heard::New => {}
            Heard::Late => self.counts.late += 1,
            Heard::Twice => {
                self.counts.twice += 1;
                return;
            }
        }
        self.counts.heard += 1;
        if seat.is_probe {
            window.hear(mark.seq);
        }
        if self.latency.is_measuring && !seat.is_stalled {
            let latency = (now as u32).wrapping_sub(mark.time);
            self.latency.histogram.saturating_record(u64::from(latency));
        }
    }
}

pub(crate) fn histogram() -> Histogram<u64> {
    let histogram = Histogram::new_with_bounds(1, LATENCY_MAX, DIGITS);
    histogram.expect("the bounds are constant, and good")
}

impl Listens for Hearing {
    fn read(&mut self, from: usize, now: Micros) {
        let Some(seat) = self.seats.get_mut(from) else {
            return;
        };
        if let Some(longest) = &mut self.silence
            && reads(seat)
        {
            *longest = (*longest).max(now.saturating_sub(seat.heard_at));
        }
        seat.heard_at = now;
    }

    #[inline]
    fn line(&mut self, from: usize, line: &[u8], now: Micros) {
        match self.ear.find(from, line) {
            Some((at, Kind::Message)) => self.message(from, &line[at..], now),
            Some((_, Kind::Sync)) => self.sync(from),
            None => self.other(from, line),
        }
    }

    fn closed(&mut self, from: usize, why: Option<io::Error>, _now: Micros) {
        self.sync(from);
        let seat = self.seats.get_mut(from);
        let is_stalled = seat.is_some_and(|seat| {
            seat.is_open = false;
            seat.is_stalled
        });
        if !is_stalled {
            let end = || "the server ended the connection".to_owned();
            let why = why.map_or_else(end, |error| error.to_string());
            self.counts.closed += 1;
            self.counts.first_closed.get_or_insert(why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOAD: usize = 40;

    /// Two rooms of a sender, a second sender, and a probe.
    fn hearing() -> Hearing {
        let seat = |room, place: u16| Seat::new(room, Some(place).filter(|p| *p < 2), place == 2);
        let seats = (0..2).flat_map(|room| (0..3).map(move |place| seat(room, place)));
        let mut hearing = Hearing::new(
            (Marker::new(1, PAYLOAD), Speech::default()),
            seats.collect(),
            2,
            2,
        );
        for window in &mut hearing.senders.windows {
            (0..3).for_each(|_| {
                window.send();
            });
        }
        hearing
    }

    fn line(room: u16, sender: u16, seq: u32) -> Vec<u8> {
        let mut line = b"[14:03] bob: ".to_vec();
        let mark = Mark {
            room,
            sender,
            seq,
            time: 10,
        };
        Marker::new(1, PAYLOAD).write(&mut line, Kind::Message, mark);
        line
    }

    #[test]
    fn everything_heard_leaves_nothing_missing() {
        let mut hearing = hearing();
        for seat in 0..6 {
            for sender in 0..2 {
                for seq in 0..3 {
                    hearing.line(seat, &line(seat as u16 / 3, sender, seq), 20);
                }
            }
        }
        // Three messages of each of four senders, to the two others of the room.
        assert_eq!(hearing.counts.heard, 24);
        assert_eq!((hearing.missing(false), hearing.counts.twice), (0, 0));
        assert!(
            hearing
                .senders
                .windows
                .iter()
                .all(|window| window.free(3) == 3)
        );
    }

    #[test]
    fn what_is_not_heard_is_missing() {
        let mut hearing = hearing();
        hearing.line(2, &line(0, 0, 0), 20);
        assert_eq!(hearing.missing(false), 23);
        hearing.seats[3].is_stalled = true;
        assert_eq!((hearing.missing(false), hearing.missing(true)), (20, 3));
        hearing.closed(4, None, 30);
        assert_eq!((hearing.missing(false), hearing.counts.closed), (17, 1));
    }

    #[test]
    fn ones_own_messages_count_for_nothing() {
        let mut hearing = hearing();
        hearing.line(0, &line(0, 0, 0), 20);
        hearing.line(0, &line(0, 0, 0), 20);
        assert_eq!((hearing.counts.heard, hearing.counts.twice), (0, 0));
    }

    #[test]
    fn what_should_not_be_there_is_noticed() {
        let mut hearing = hearing();
        hearing.line(2, &line(1, 0, 0), 20);
        hearing.line(2, &line(0, 2, 0), 20);
        hearing.line(2, &line(0, 0, 3), 20);
        // Somebody without a seat.
        hearing.line(6, &line(0, 0, 0), 20);
        assert_eq!(hearing.counts.misplaced, 4);
        let whole = line(0, 0, 0);
        hearing.line(2, &whole[..whole.len() - 1], 20);
        hearing.line(2, &[&whole[..], b"x"].concat(), 20);
        assert_eq!(hearing.counts.damaged, 2);
        hearing.line(2, &[&whole[..], b"\r"].concat(), 20);
        hearing.line(2, &whole, 20);
        assert_eq!((hearing.counts.heard, hearing.counts.twice), (1, 1));
    }

    #[test]
    fn the_latency_counts_from_the_time_in_the_message() {
        let mut hearing = hearing();
        hearing.line(2, &line(0, 0, 0), 20);
        assert_eq!(hearing.latency.histogram.len(), 0);
        hearing.latency.is_measuring = true;
        // The low half of the time has begun anew in between.
        hearing.line(2, &line(0, 0, 1), 60 + (1 << 32));
        assert_eq!(hearing.latency.histogram.max(), 50);
    }

    #[test]
    fn refusals_and_skipped_lines_are_told_apart() {
        let mut hearing = hearing();
        for text in [
            "* ann joined #lobby (3 here)",
            "! Slow down: NOT sent. Try again in 2 s.",
            "! 39 lines NOT sent: too fast.",
            "! You were behind: 312 lines skipped. /history 312 shows them.",
            "! You were behind: 8 lines skipped. /history 8 shows them.\r",
        ] {
            hearing.line(0, text.as_bytes(), 20);
        }
        let counts = hearing.counts;
        assert_eq!(
            (counts.refused, counts.behind, counts.skipped),
            (40, 2, 320)
        );
        assert!(counts.first_refusal.unwrap().ends_with("in 2 s."));
        assert!(counts.first_behind.unwrap().contains("312"));
    }

    #[test]
    fn what_the_server_refused_is_not_lost() {
        let mut hearing = hearing();
        assert_eq!(
            (hearing.missing(false), hearing.senders.windows[0].free(3)),
            (24, 0)
        );
        hearing.line(0, b"! Slow down: NOT sent. Try again in 2 s.", 20);
        hearing.line(0, b"! 2 lines NOT sent: too fast.", 20);
        // The other room's are.
        assert_eq!(
            (hearing.missing(false), hearing.senders.windows[0].free(3)),
            (12, 3)
        );
    }

    #[test]
    fn the_longest_silence_is_that_of_somebody_who_reads() {
        let mut hearing = hearing();
        hearing.seats[5].is_stalled = true;
        hearing.watch_silence(100);
        (0..5).for_each(|seat| hearing.read(seat, 300 + seat as u64));
        assert_eq!(hearing.longest_silence(310), 204);
        assert_eq!(hearing.longest_silence(1_000), 700);
    }

    #[test]
    fn everybody_must_hear_a_sync() {
        let mut hearing = hearing();
        assert_eq!(hearing.deaf, 6);
        let mut sync = Vec::new();
        let mark = Mark {
            room: 0,
            sender: 0,
            seq: 0,
            time: 0,
        };
        hearing.ear.marker().write(&mut sync, Kind::Sync, mark);
        for seat in [0, 1, 2, 2] {
            hearing.line(seat, &sync, 20);
        }
        assert_eq!(hearing.deaf, 3);
        assert_eq!(hearing.deaf_rooms(), [1]);
    }

    #[test]
    fn a_lone_sender_need_not_hear_itself() {
        let seats = vec![Seat::new(0, Some(0), false), Seat::new(0, None, true)];
        let hearing = Hearing::new((Marker::new(1, PAYLOAD), Speech::default()), seats, 1, 1);
        assert_eq!(hearing.deaf, 1);
    }
}
