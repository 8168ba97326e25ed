//! What a session's stream was made of, as far back as its peer may not have acknowledged it.
//!
//! A lost connection's kernel says how many of the bytes it was handed were never acknowledged
//! (SIOCOUTQ): the end of the stream. Which lines those are is found by walking back over the
//! pieces. One piece covers all that was written from one room in a row, however many writes that
//! were; where its lines end the room's log knows, for all its readers. So a write costs nothing
//! for each line, and a reader of one room has one piece.

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::{Event, RoomId, Seq};
use thin_vec::ThinVec;

use crate::feed::Membership;
use crate::scratch::{Extent, Piece, PieceSource};
use crate::unproven::count;
use crate::{Feed, LostLines, RoomLogs, queue};

/// Pieces that are kept for one session. Beyond it the oldest go, and what is older than the rest
/// cannot be told exactly any more. More than the lines that fit into the send queue of a socket.
const PIECES_MAX: usize = 16 << 10;

/// So many go then, since the others have to be moved.
const PIECES_DROPPED: usize = PIECES_MAX / 16;

/// Pieces from which on it is worth asking which of them were acknowledged before there is space for more.
const PIECES_MANY: usize = 4;

/// See the [module](self).
///
/// All of it is one allocation, as in [`queue`], and eight bytes of an idle session.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pieces: ThinVec<Piece>,
}

/// What a lost connection's peer has not got whole. Where too much was on the way to tell, rooms begin with the
/// oldest line that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unacknowledged {
    /// For each room that the session is in: everything after this event is unseen.
    pub rooms: Vec<(RoomId, Seq)>,
    /// Lines for the session alone, and what they stand behind.
    pub private: Vec<(Seq, Box<[u8]>)>,
    /// News for a program alone that its system has acknowledged, and that it may not have read.
    pub unproven: Vec<(Seq, Box<[u8]>)>,
    /// Such news that have gone.
    pub lost: LostLines,
    /// Private messages behind one place and up to another, which the store has: a server that was killed knew
    /// which of them the peer had got, and a connection in another language cannot show the lines of this one.
    pub stored: Option<(Seq, Seq)>,
    /// The peer has sent something when it had been told all up to here.
    pub heard: Seq,
    /// Lines that are lost and that the peer was not told of: those that fell off, and those of
    /// rooms that the session has left since.
    pub skipped: u64,
}

impl Unacknowledged {
    /// The peer says itself that it has everything up to this event, and nothing of a room behind it.
    pub fn go_on_behind(&mut self, after: Seq) {
        self.rooms.iter_mut().for_each(|(_, seen)| *seen = after);
        self.private.append(&mut self.unproven);
        self.private.retain(|(seq, _)| *seq > after);
        if let Some((first, _)) = &mut self.stored {
            *first = after;
        }
        self.lost.go_on_behind(after);
        self.skipped = self.lost.lines();
    }

    /// Whether an event is one that the peer has not got, for all that is known of its rooms.
    pub fn lacks(&self, event: &Event) -> bool {
        let rooms = event.fact.rooms();
        let mut seen = self.rooms.iter().filter(|(room, _)| rooms.contains(room));
        rooms.is_empty() || seen.all(|(_, seen)| event.seq > *seen)
    }

    /// What was acknowledged is not told again, for now.
    pub fn forget_unproven(&mut self) {
        self.unproven.clear();
        self.lost = LostLines::default();
    }

    /// The peer was cut off with something unread: it may not have read the news since it last spoke.
    pub fn doubt_acknowledgements(&mut self) {
        let heard = self.heard;
        let doubtful = self.unproven.extract_if(.., |(after, _)| *after > heard);
        self.private.extend(doubtful);
        self.private.sort_by_key(|(after, _)| *after);
    }

    /// Leaves out lines for the session alone that are not to be told any more.
    pub fn forget_lines(&mut self, is_one: impl Fn(&[u8]) -> bool) {
        let all = [&mut self.private, &mut self.unproven];
        for (_, lines) in all.into_iter().flatten() {
            let each = || lines.split_inclusive(|&byte| byte == b'\n');
            if each().any(&is_one) {
                let kept: Vec<&[u8]> = each().filter(|line| !is_one(line)).collect();
                *lines = kept.concat().into();
            }
        }
    }

    /// Leaves the messages among the lines for the session alone to the store, which has them up to here.
    pub fn look_up_messages(&mut self, until: Seq, is_message: impl Fn(&[u8]) -> bool) {
        let Some(first) = self.private.iter().map(|(place, _)| *place).min() else {
            return;
        };
        let before = Seq(first.0.saturating_sub(1));
        let after = self.stored.map_or(before, |(after, _)| after.min(before));
        self.stored = Some((after, until));
        self.forget_lines(is_message);
        self.private.retain(|(_, lines)| !lines.is_empty());
    }

    /// Keeps no lines for the session alone; counts them.
    pub fn drop_private(&mut self) {
        self.skipped += self
            .private
            .iter()
            .map(|(_, lines)| count(lines))
            .sum::<u64>();
        self.lost.add_all(self.private.iter().chain(&self.unproven));
        (self.private, self.unproven) = Default::default();
    }

    /// Bytes of lines for the session alone.
    pub fn private_bytes(&self) -> usize {
        let lines = self.private.iter().chain(&self.unproven);
        lines.map(|(_, lines)| lines.len()).sum()
    }

    /// Leaves out private lines that the peer could not read, and counts them as lost.
    pub fn retain_private(&mut self, mut is_read: impl FnMut(&[u8]) -> bool) {
        let lost = self.private.extract_if(.., |(_, lines)| !is_read(lines));
        self.skipped += lost.map(|(_, lines)| count(&lines)).sum::<u64>();
    }
}

impl Sent {
    /// Adds a piece to the end of the stream.
    pub(crate) fn push(&mut self, piece: Piece) {
        let pieces = &mut self.pieces;
        if let Some(last) = pieces.last_mut()
            && let Some(source) = joined(last.source, piece.source)
        {
            last.source = source;
            last.bytes += piece.bytes;
            return;
        }
        if pieces.len() == PIECES_MAX {
            pieces.drain(..PIECES_DROPPED);
        }
        queue::push(pieces, piece);
    }

    /// Keeps the last `bytes` of the stream, and the beginning of the piece in which they begin.
    /// Returns how many of those that are kept are private.
    fn keep(&mut self, bytes: u64) -> u64 {
        if bytes == 0 {
            self.pieces = ThinVec::new();
        }
        let (mut kept, mut count, mut private) = (0, 0, 0);
        for piece in self.newest_first() {
            if kept >= bytes {
                break;
            }
            kept += piece.bytes;
            count += 1;
            if piece.source == PieceSource::Private {
                private += piece.bytes;
            }
        }
        self.pieces.drain(..self.pieces.len() - count);
        private
    }

    fn newest_first(&self) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().rev()
    }
}

/// One source for two pieces that follow each other, if they go on from each other.
fn joined(last: PieceSource, next: PieceSource) -> Option<PieceSource> {
    match (last, next) {
        (PieceSource::Private, PieceSource::Private) => Some(PieceSource::Private),
        (
            PieceSource::Room {
                room,
                format,
                from,
                to,
                extent: Extent::Plain,
            },
            PieceSource::Room {
                room: next_room,
                format: next_format,
                from: next_from,
                to: next_to,
                extent: Extent::Plain,
            },
        ) if (room, format, to) == (next_room, next_format, next_from) => Some(PieceSource::Room {
            room,
            format,
            from,
            to: next_to,
            extent: Extent::Plain,
        }),
        _ => None,
    }
}

impl Feed {
    /// Whether it keeps something in case its peer has not got it: then it makes sense to call
    /// [`handle_acknowledged`](Self::handle_acknowledged) now and then.
    pub fn awaits_acknowledgement(&self) -> bool {
        !self.sent.pieces.is_empty()
    }

    /// Whether so much is kept that to ask the kernel is worth it at once, which frees most of it as a rule: of
    /// thousands who come in at once each is written its own lines and its rooms' in turn. Seldom so where
    /// nothing is acknowledged, since there is more space each time.
    pub fn keeps_much(&self) -> bool {
        let pieces = &self.sent.pieces;
        pieces.len() >= PIECES_MANY.max(pieces.capacity())
    }

    /// Of the bytes that the socket took, the peer has acknowledged all but the last `unacked`.
    /// Forgets what was kept for the others. Called now and then for sessions that
    /// [await it](Self::awaits_acknowledgement); at once and with 0 where nothing can be resumed.
    pub fn handle_acknowledged(&mut self, unacked: u64) {
        let private = self
            .sent
            .keep(unacked.saturating_add(self.unsent.bytes().len() as u64));
        self.private.forget_sent(private);
    }

    /// Tells which lines the peer of a lost connection has not got whole, given that it has not
    /// acknowledged the last `unacked` bytes that its socket took; `u64::MAX` if that is not known.
    /// Lines that were not written yet belong to them. Asked before the session leaves its rooms.
    pub fn poll_unacknowledged<R>(&self, unacked: u64, logs: &RoomLogs<R>) -> Unacknowledged {
        let mut walk = Walk {
            cursors: self
                .memberships
                .iter()
                .map(|own| self.first_unseen(own, logs))
                .collect(),
            feed: self,
            private: 0,
            skipped: self.gaps.others(),
        };
        let mut left = unacked.saturating_add(self.unsent.bytes().len() as u64);
        for piece in self.sent.newest_first() {
            if left == 0 {
                break;
            }
            walk.pass(piece, left.min(piece.bytes), logs);
            left = left.saturating_sub(piece.bytes);
        }
        walk.end(logs)
    }

    /// The first entry of a room that it was not shown: entries that were shown from another room
    /// may be ahead of it.
    fn first_unseen<R>(&self, own: &Membership, logs: &RoomLogs<R>) -> u64 {
        let room = logs.get(&own.room);
        let is_seen = |&number: &u64| {
            let event = room.and_then(|room| room.event(number));
            event.is_some_and(|event| event.seq <= self.seen)
        };
        let ahead = (own.cursor..).take_while(is_seen);
        own.cursor + ahead.count() as u64
    }
}

/// How far back the unseen lines reach.
struct Walk<'a> {
    feed: &'a Feed,
    /// The first entry of each of its rooms that the peer has not got whole.
    cursors: Vec<u64>,
    /// Private bytes that it has not got.
    private: u64,
    skipped: u64,
}

impl Walk<'_> {
    /// The last `unacked` bytes of a piece were not acknowledged.
    fn pass<R>(&mut self, piece: &Piece, unacked: u64, logs: &RoomLogs<R>) {
        match piece.source {
            PieceSource::Private => self.private += unacked,
            PieceSource::Notice { lines } => self.skipped += lines,
            // The line of a new day is no line that anybody misses.
            PieceSource::Room {
                extent: Extent::Hidden,
                ..
            } => {}
            PieceSource::Room {
                room: id,
                format,
                from,
                to,
                extent,
            } => {
                let first = match extent {
                    Extent::Plain if unacked < piece.bytes => {
                        let room = logs.get(&id);
                        room.and_then(|room| room.back_from(format, to, unacked))
                    }
                    Extent::Trailed(trailer) if unacked <= u64::from(trailer) => Some(to),
                    _ => Some(from),
                };
                self.go_back(id, first.unwrap_or(from).max(from), to);
            }
        }
    }

    /// Entries of a room are unseen, from `first` to the one before `to`.
    fn go_back(&mut self, id: RoomId, first: u64, to: u64) {
        let mut rooms = self.feed.memberships.iter().zip(&mut self.cursors);
        // It may have left the room since, and come back.
        match rooms.find(|(own, _)| own.room == id && own.joined < to) {
            Some((_, cursor)) => *cursor = first.min(*cursor),
            None => self.skipped += to - first,
        }
    }

    fn end<R>(self, logs: &RoomLogs<R>) -> Unacknowledged {
        let private = self.feed.private.since(self.private);
        let copied = private
            .copies_from
            .map(|first| Seq(first.0.saturating_sub(1)));
        let rooms = self.feed.memberships.iter().zip(self.cursors);
        let rooms = rooms.filter_map(|(own, cursor)| {
            let before = logs.get(&own.room)?.seq_before(cursor);
            // Lost lines that it was not told of are stored.
            let lost = self.feed.gaps.after(own.room);
            let first = [Some(before), lost, copied].into_iter().flatten().min();
            Some((own.room, first.unwrap_or(before)))
        });
        let rooms = rooms.collect();
        let unproven = self.feed.private.unproven();
        Unacknowledged {
            rooms,
            private: private.lines,
            unproven: private.unproven,
            lost: unproven.map_or_else(LostLines::default, |unproven| unproven.lost.clone()),
            stored: None,
            heard: unproven.map_or(Seq::default(), |unproven| unproven.heard),
            skipped: self.skipped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes bytes of two sources in turn, and returns how often to ask what was acknowledged was worth it.
    fn asks(feed: &mut Feed, is_acknowledged: bool) -> usize {
        let mut asks = 0;
        for number in 0..1_000 {
            let source = match number % 2 {
                0 => PieceSource::Private,
                _ => PieceSource::Notice { lines: 1 },
            };
            feed.sent.push(Piece { bytes: 1, source });
            if feed.keeps_much() {
                asks += 1;
                feed.handle_acknowledged(if is_acknowledged { 0 } else { u64::MAX });
            }
        }
        asks
    }

    #[test]
    fn what_is_acknowledged_makes_space_for_more() {
        let mut feed = Feed::default();
        assert_eq!(asks(&mut feed, true), 1_000 / PIECES_MANY);
        assert!(!feed.awaits_acknowledgement());
    }

    #[test]
    fn who_acknowledges_nothing_is_seldom_asked() {
        let mut feed = Feed::default();
        assert!(asks(&mut feed, false) < 30);
        assert_eq!(feed.sent.newest_first().count(), 1_000);
    }
}
