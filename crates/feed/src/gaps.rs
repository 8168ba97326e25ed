//! Lost lines that the reader does not know of yet: those of rooms with their places, where the
//! store has them, and a count of all others.

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::{RoomId, Seq};

use crate::Gap;

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    /// In a box, since almost no session loses anything.
    lost: Option<Box<Lost>>,
}

#[derive(Debug, Default)]
struct Lost {
    rooms: Vec<Gap>,
    /// Lines without a place.
    others: u64,
}

impl Gaps {
    pub(crate) fn is_empty(&self) -> bool {
        self.lost.is_none()
    }

    /// Counts lines that exist nowhere any more.
    pub(crate) fn add(&mut self, lines: u64) {
        if lines > 0 {
            self.lost.get_or_insert_default().others += lines;
        }
    }

    /// Adds lost lines of a room, after those that were lost before.
    pub(crate) fn add_gap(&mut self, gap: Gap) {
        let rooms = &mut self.lost.get_or_insert_default().rooms;
        match rooms.iter_mut().find(|known| known.room == gap.room) {
            Some(known) => {
                known.lines += gap.lines;
                known.before = gap.before;
            }
            None => rooms.push(gap),
        }
    }

    pub(crate) fn rooms(&self) -> &[Gap] {
        self.lost.as_deref().map_or(&[], |lost| &lost.rooms)
    }

    /// The place after which lines of a room were lost.
    pub(crate) fn after(&self, room: RoomId) -> Option<Seq> {
        let mut rooms = self.rooms().iter();
        rooms.find(|gap| gap.room == room).map(|gap| gap.after)
    }

    /// Gives up the places in a room that the reader has left: it cannot ask for those lines any
    /// more.
    pub(crate) fn leave(&mut self, room: RoomId) {
        if let Some(lost) = self.lost.as_deref_mut() {
            let left = lost.rooms.extract_if(.., |gap| gap.room == room);
            lost.others += left.map(|gap| gap.lines).sum::<u64>();
        }
    }

    pub(crate) fn others(&self) -> u64 {
        self.lost.as_deref().map_or(0, |lost| lost.others)
    }

    /// The number of all lines.
    pub(crate) fn lines(&self) -> u64 {
        let rooms: u64 = self.rooms().iter().map(|gap| gap.lines).sum();
        rooms + self.others()
    }

    pub(crate) fn clear(&mut self) {
        self.lost = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_room_that_was_left_have_no_place() {
        let mut gaps = Gaps::default();
        gaps.add(0);
        assert!(gaps.is_empty());
        for (room, lines) in [(0, 3), (1, 5)] {
            gaps.add_gap(Gap {
                room: RoomId(room),
                lines,
                after: Seq(1),
                before: Seq(9),
            });
        }
        gaps.leave(RoomId(0));
        assert_eq!((gaps.after(RoomId(0)), gaps.others()), (None, 3));
        assert_eq!((gaps.after(RoomId(1)), gaps.lines()), (Some(Seq(1)), 8));
        gaps.clear();
        assert!(gaps.is_empty() && gaps.lines() == 0);
    }
}
