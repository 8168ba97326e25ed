//! What a piece is: a small piece of work with its set-up apart from it, and whether its
//! instructions are counted.
//!
//! It must not know how it is measured: the clock and callgrind run the same pieces. That is why a
//! piece is one closure without arguments, which leaves everything as it found it or only grows
//! what is large already: it can be repeated as often as whoever measures likes.

use std::fmt;

/// The work of a piece, set up. One call is one iteration.
pub(crate) type Work = Box<dyn FnMut()>;

/// A small piece of work.
pub(crate) struct Piece {
    /// What one iteration does, unlike that of all others.
    pub(crate) name: &'static str,
    pub(crate) counting: Counting,
    /// How many messages, lines or the like one iteration deals with.
    pub(crate) items: u32,
    pub(crate) set_up: fn() -> Work,
}

/// Whether the instructions of a piece are counted.
pub(crate) enum Counting {
    /// Over so many iterations: a hundred thousand instructions at least, since the set-up before
    /// them differs by a few hundred from one run to the next.
    Rounds(u32),
    /// They are not, for this reason.
    LeftOut(&'static str),
}

impl Piece {
    /// A piece that is timed and counted.
    pub(crate) const fn counted(name: &'static str, rounds: u32, set_up: fn() -> Work) -> Self {
        Self {
            name,
            counting: Counting::Rounds(rounds),
            items: 1,
            set_up,
        }
    }

    /// A piece that is only timed.
    pub(crate) const fn timed(name: &'static str, why: &'static str, set_up: fn() -> Work) -> Self {
        Self {
            name,
            counting: Counting::LeftOut(why),
            items: 1,
            set_up,
        }
    }

    /// The same, dealing with so many items in an iteration.
    pub(crate) const fn of(mut self, items: u32) -> Self {
        self.items = items;
        self
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
