//! The room log: appending a line, and reading what a member was not written yet.
//!
//! Nothing is here yet: the log is a part of `chinwag-server` that other crates cannot see.

use crate::piece::Piece;

pub(crate) const PIECES: &[Piece] = &[];
