//! What a session's stream was made of, as far back as the peer may not have acknowledged it.
//!
//! The kernel of a lost connection says how many of the written bytes were never acknowledged
//! (SIOCOUTQ): these are the end of the stream. Walking back over the pieces finds which lines they
//! hold. One piece covers everything written from one room in a row, by however many writes; the
//! room's log knows, for all its readers, where the lines end. So a write keeps nothing for each
//! line, and a reader of one room has one piece.

use alloc::vec::Vec;

use chinwag_core::{Event, RoomId, Seq};
use thin_vec::ThinVec;

use super::{Feed, Membership};
use crate::scratch::{Coverage, Piece, PieceSource};
use crate::unproven::count;
use crate::{LostLines, PlacedLines, RoomLogs, queue};

/// The most pieces kept for one session: more than the lines that fit into a socket's send queue.
/// Beyond it the oldest go, and what they held is only known roughly.
const PIECES_MAX: usize = 16 << 10;

/// How many go then, since the others have to be moved.
const PIECES_DROPPED: usize = PIECES_MAX / 16;

/// See the [module](self).
///
/// One allocation, as in [`queue`], and eight bytes of an idle session.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pieces: ThinVec<Piece>,
}

/// What the peer of a lost connection does not have whole. If too much was on the way to say
/// exactly, rooms begin with the oldest known line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unacknowledged {
    /// For each of the session's rooms: the newest event that the peer has.
    pub rooms: Vec<(RoomId, Seq)>,
    /// Lines for the session alone, and the event after which each is shown.
    pub private: Vec<PlacedLines>,
    /// News for a program alone that its system acknowledged, and that it may not have read.
    pub unproven: Vec<PlacedLines>,
    /// Such news that are not kept any more.
    pub lost: LostLines,
    /// The private messages after one place and up to another, which the store has. They stand for
    /// lines if the server was killed, which knew what the peer had, or if the new connection
    /// speaks another dialect and cannot show the old one's lines.
    pub stored: Option<(Seq, Seq)>,
    /// The newest unseen line that the peer may have all the same: the server was killed before it
    /// could save what the peer had.
    pub doubted: Option<Seq>,
    /// The newest event that the peer had been sent when it last sent something.
    pub heard: Seq,
    /// Lost lines that the peer does not know of: those that were dropped, and those of rooms that
    /// the session has left since.
    pub skipped: u64,
}

impl Unacknowledged {
    /// The peer itself says that it has everything up to this event, and nothing of a room after
    /// it.
    pub fn resume_after(&mut self, after: Seq) {
        self.rooms.iter_mut().for_each(|(_, seen)| *seen = after);
        self.private.append(&mut self.unproven);
        self.private.retain(|(seq, _)| *seq > after);
        if let Some((first, _)) = &mut self.stored {
            *first = after;
        }
        self.lost.resume_after(after);
        self.skipped = self.lost.lines();
        self.doubted = None;
    }

    /// The peer has everything up to this.
    pub fn first(&self) -> Seq {
        let before = |(place, _): &PlacedLines| Seq(place.0.saturating_sub(1));
        let rooms = self.rooms.iter().map(|(_, after)| *after);
        let stored = self.stored.map(|(after, _)| after);
        let places = rooms.chain(self.private.iter().map(before)).chain(stored);
        places.min().unwrap_or(Seq(u64::MAX))
    }

    /// Whether the peer does not have an event, as far as its rooms say.
    pub fn lacks(&self, event: &Event) -> bool {
        let rooms = event.fact.rooms();
        let mut seen = self.rooms.iter().filter(|(room, _)| rooms.contains(room));
        rooms.is_empty() || seen.all(|(_, seen)| event.is_news_after(*seen))
    }

    /// Gives up what was acknowledged: it is not shown again now.
    pub fn forget_unproven(&mut self) {
        self.unproven.clear();
        self.lost = LostLines::default();
    }

    /// The peer was cut off with something unread, so it may not have read the news since it last
    /// sent something.
    pub fn doubt_acknowledgements(&mut self) {
        let heard = self.heard;
        let doubtful = self.unproven.extract_if(.., |(after, _)| *after > heard);
        self.private.extend(doubtful);
        self.private.sort_by_key(|(after, _)| *after);
    }

    /// Removes the private lines for which `is_one` holds: they must not be shown any more.
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

    /// Replaces the private messages up to `until` by what the store has of them.
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

    /// Drops the private lines and counts them as skipped.
    pub fn drop_private(&mut self) {
        self.skipped += self
            .private
            .iter()
            .map(|(_, lines)| count(lines))
            .sum::<u64>();
        self.lost.add_all(self.private.iter().chain(&self.unproven));
        (self.private, self.unproven) = Default::default();
    }

    /// The bytes of the private lines.
    pub fn private_bytes(&self) -> usize {
        let lines = self.private.iter().chain(&self.unproven);
        lines.map(|(_, lines)| lines.len()).sum()
    }

    /// Keeps the private lines that the peer can read, and counts the others as skipped.
    pub fn retain_private(&mut self, mut is_read: impl FnMut(&[u8]) -> bool) {
        let lost = self.private.extract_if(.., |(_, lines)| !is_read(lines));
        self.skipped += lost.map(|(_, lines)| count(&lines)).sum::<u64>();
    }
}

impl Sent {
    /// Adds a piece to the end of the stream.
    pub(super) fn push(&mut self, piece: Piece) {
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

    /// Keeps the last `bytes` of the stream, and the beginning of the piece in which they start.
    /// Returns how many of the kept bytes are private.
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

/// One source for two consecutive pieces, if the second continues the first.
fn joined(last: PieceSource, next: PieceSource) -> Option<PieceSource> {
    match (last, next) {
        (PieceSource::Private, PieceSource::Private) => Some(PieceSource::Private),
        (
            PieceSource::Room {
                room,
                format,
                from,
                to,
                coverage: Coverage::Plain,
            },
            PieceSource::Room {
                room: next_room,
                format: next_format,
                from: next_from,
                to: next_to,
                coverage: Coverage::Plain,
            },
        ) if (room, format, to) == (next_room, next_format, next_from) => Some(PieceSource::Room {
            room,
            format,
            from,
            to: next_to,
            coverage: Coverage::Plain,
        }),
        _ => None,
    }
}

impl Feed {
    /// Whether something is kept in case the peer has not received it. If so, the caller should
    /// call [`handle_acknowledged`](Self::handle_acknowledged) now and then.
    pub fn awaits_acknowledgement(&self) -> bool {
        !self.sent.pieces.is_empty()
    }

    /// The peer has acknowledged everything that the socket took except the last `unacked` bytes:
    /// forgets what was kept for it. The caller does this now and then for sessions that [await
    /// it](Self::awaits_acknowledgement), and at once with 0 where nothing can be resumed.
    pub fn handle_acknowledged(&mut self, unacked: u64) {
        let private = self
            .sent
            .keep(unacked.saturating_add(self.unsent.bytes().len() as u64));
        self.private.forget_sent(private);
    }

    /// The lines that the peer of a lost connection does not have whole, given that the last
    /// `unacked` bytes that its socket took are not acknowledged (`u64::MAX`: unknown). Includes
    /// lines that were not written yet. To be called before the session leaves its rooms.
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

    /// The first entry of a room that the session was not shown, after entries that it saw through
    /// another room.
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
    /// The first entry of each room that the peer does not have whole.
    cursors: Vec<u64>,
    /// How many private bytes it does not have.
    private: u64,
    skipped: u64,
}

impl Walk<'_> {
    /// Walks over a piece whose last `unacked` bytes are not acknowledged.
    fn pass<R>(&mut self, piece: &Piece, unacked: u64, logs: &RoomLogs<R>) {
        match piece.source {
            PieceSource::Private => self.private += unacked,
            PieceSource::Notice { lines } => self.skipped += lines,
            // Nobody misses the line of a new day.
            PieceSource::Room {
                coverage: Coverage::Hidden,
                ..
            } => {}
            PieceSource::Room {
                room: id,
                format,
                from,
                to,
                coverage,
            } => {
                let first = match coverage {
                    Coverage::Plain if unacked < piece.bytes => {
                        let room = logs.get(&id);
                        room.and_then(|room| room.back_from(format, to, unacked))
                    }
                    Coverage::Trailed(trailer) if unacked <= u64::from(trailer) => Some(to),
                    _ => Some(from),
                };
                self.move_back(id, first.unwrap_or(from).max(from), to);
            }
        }
    }

    /// Marks the entries `first..to` of a room as unseen.
    fn move_back(&mut self, id: RoomId, first: u64, to: u64) {
        let mut rooms = self.feed.memberships.iter().zip(&mut self.cursors);
        // The session may have left the room since, and come back.
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
            // The store has the lost lines that the session does not know of.
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
            doubted: None,
            heard: unproven.map_or(Seq::default(), |unproven| unproven.heard),
            skipped: self.skipped,
        }
    }
}

#[cfg(test)]
mod tests {
    use chinwag_core::{Fact, Manner, Name, PersonId, Text, Timestamp};

    use super::*;
    use crate::FormatId;

    fn said(seq: u64, room: RoomId) -> Event {
        Event {
            seq: Seq(seq),
            at: Timestamp(0),
            fact: Fact::Said {
                person: PersonId(0),
                name: Name::parse("ann").unwrap(),
                room,
                text: Text::parse("hi").unwrap(),
                manner: Manner::Speech,
                irc: None,
                account: None,
            },
            source: None,
        }
    }

    fn lines(place: u64, text: &str) -> PlacedLines {
        (Seq(place), text.as_bytes().into())
    }

    #[test]
    fn a_peer_lacks_what_came_after_its_place_in_the_room() {
        let unseen = Unacknowledged {
            rooms: alloc::vec![(RoomId(1), Seq(5))],
            ..Unacknowledged::default()
        };
        let lacks = |seq, room| unseen.lacks(&said(seq, RoomId(room)));
        assert_eq!(
            [4, 5, 6, 7].map(|seq| lacks(seq, 1)),
            [false, false, true, true]
        );
        assert!(lacks(1, 2), "of another room nothing is known");
    }

    #[test]
    fn the_first_place_is_that_of_rooms_lines_and_the_store() {
        let mut unseen = Unacknowledged::default();
        assert_eq!(unseen.first(), Seq(u64::MAX));
        unseen.rooms.push((RoomId(1), Seq(7)));
        assert_eq!(unseen.first(), Seq(7));
        unseen.private.push(lines(5, "psst\n"));
        assert_eq!(unseen.first(), Seq(4));
        unseen.stored = Some((Seq(3), Seq(9)));
        assert_eq!(unseen.first(), Seq(3));
    }

    #[test]
    fn the_store_has_the_messages_among_private_lines() {
        let mut unseen = Unacknowledged::default();
        let is_message = |line: &[u8]| line.contains(&b':');
        unseen.look_up_messages(Seq(9), is_message);
        assert_eq!(unseen.stored, None, "there are none");
        unseen.private = alloc::vec![lines(5, "ann: psst\n* bob waves\n"), lines(6, "ann: hi\n")];
        unseen.look_up_messages(Seq(9), is_message);
        assert_eq!(unseen.stored, Some((Seq(4), Seq(9))));
        assert_eq!(unseen.private, [lines(5, "* bob waves\n")]);
        unseen.skipped = 1;
        unseen.drop_private();
        assert_eq!((unseen.skipped, unseen.private_bytes()), (2, 0));
    }

    #[test]
    fn private_bytes_are_counted_as_far_as_they_are_kept() {
        let mut sent = Sent::default();
        let private = PieceSource::Private;
        let notice = PieceSource::Notice { lines: 1 };
        for (bytes, source) in [(4, private), (6, private), (5, notice), (7, private)] {
            sent.push(Piece { bytes, source });
        }
        assert_eq!(sent.pieces.len(), 3, "what goes on is one piece");
        assert_eq!(sent.keep(13), 17);
        assert_eq!(sent.keep(12), 7);
        assert_eq!(sent.keep(0), 0);
        assert!(sent.pieces.is_empty());
    }

    #[test]
    fn writes_of_one_room_in_a_row_are_one_piece() {
        let mut sent = Sent::default();
        for entry in 0..5_000 {
            let source = PieceSource::Room {
                room: RoomId(1),
                format: FormatId(1),
                from: entry,
                to: entry + 1,
                coverage: Coverage::Plain,
            };
            sent.push(Piece { bytes: 9, source });
        }
        assert_eq!((sent.pieces.len(), sent.pieces[0].bytes), (1, 45_000));
    }
}
