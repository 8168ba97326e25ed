//! Finding the messages of a run in lines, and writing them.
//!
//! It must not know who listens: that is told by the number of the connection, which says how a member
//! sees its room, and so where in a line a message begins.

use crate::marker::{Kind, Mark, Marker};
use crate::speech::Speech;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Ear {
    marker: Marker,
    pub(crate) speech: Speech,
    /// Where the last message began in its line, for each of the ways to see a room.
    likely: Box<[usize]>,
}

impl Ear {
    pub(crate) fn new(marker: Marker, speech: Speech) -> Self {
        let likely = vec![0; speech.ways()].into();
        Self {
            marker,
            speech,
            likely,
        }
    }

    /// Where in a line a message or a sync begins.
    #[inline]
    pub(crate) fn find(&mut self, from: usize, line: &[u8]) -> Option<(usize, Kind)> {
        let way = from % self.likely.len();
        let found = self.marker.find(line, self.likely[way])?;
        if let (at, Kind::Message) = found {
            self.likely[way] = at;
        }
        Some(found)
    }

    /// Reads a message that was [found](Self::find), to the end of its line; `None` if anything of it is
    /// not as it was written.
    #[inline]
    pub(crate) fn read(&self, body: &[u8]) -> Option<Mark> {
        self.marker.read(self.speech.said(body))
    }

    /// Appends a line with a message or a sync, for the room that it names.
    pub(crate) fn say(&self, out: &mut Vec<u8>, kind: Kind, mark: Mark) {
        let write = |out: &mut Vec<u8>| self.marker.write(out, kind, mark);
        self.speech.say(out, usize::from(mark.room), write);
    }

    #[cfg(test)]
    pub(crate) fn marker(&self) -> &Marker {
        &self.marker
    }
}
