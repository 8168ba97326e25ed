//! Memory for one write, and the pieces that the write is made of.
//!
//! Cursors move while lines are put together; the pieces say how to move them back for what the
//! socket did not take. The feed keeps the same pieces, which later say which lines the peer has
//! not acknowledged.

use alloc::vec::Vec;

use chinwag_core::RoomId;

use crate::{FormatId, Gap};

/// Which bytes of its entries a piece has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coverage {
    /// The bytes of the log.
    Plain,
    /// One entry without its line: the line of a new day alone.
    Hidden,
    /// One entry in words that replace the log's.
    Reworded,
    /// One entry with a trailer of this many bytes.
    Trailed(u8),
}

/// Where some bytes of a session's stream came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PieceSource {
    /// The log of a room.
    Room {
        room: RoomId,
        format: FormatId,
        /// The number of the first entry.
        from: u64,
        /// The number after the last entry.
        to: u64,
        coverage: Coverage,
    },
    /// Lines for the session alone.
    Private,
    /// The notice that this many lines were lost.
    Notice { lines: u64 },
}

/// Consecutive bytes of a session's stream from one source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) bytes: u64,
    pub(crate) source: PieceSource,
}

const _: () = assert!(size_of::<Piece>() <= 32);

/// Memory that a caller lends to [`Feed::poll_write`](crate::Feed::poll_write), so that no feed
/// needs its own. Between two calls it holds no data.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) bytes: Vec<u8>,
    pub(crate) pieces: Vec<Piece>,
    /// Where the cursors were before.
    pub(crate) cursors: Vec<u64>,
    /// The lost lines that this write tells the session of.
    pub(crate) gaps: Vec<Gap>,
}

impl Scratch {
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.pieces.clear();
        self.cursors.clear();
        self.gaps.clear();
    }

    /// The lost lines of rooms that the last write told the session of.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Notes where the bytes from `start` on came from.
    pub(crate) fn note(&mut self, source: PieceSource, start: usize) {
        let bytes = (self.bytes.len() - start) as u64;
        if bytes > 0 {
            self.pieces.push(Piece { bytes, source });
        }
    }

    pub(crate) fn copy(&mut self, source: PieceSource, parts: [&[u8]; 2]) {
        let start = self.bytes.len();
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        self.note(source, start);
    }
}
