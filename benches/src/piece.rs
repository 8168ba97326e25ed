//! What a piece is: a small piece of work with its set-up apart from it, and whether its
//! instructions are counted.
//!
//! It must not know how it is measured: the clock and callgrind run the same pieces. That is why a
//! piece is one closure without arguments, which leaves everything as it found it or only grows
//! what is large already: it can be repeated any number of times.

use std::fmt;

/// The work of a piece, set up. One call is one iteration.
pub(crate) type Work = Box<dyn FnMut()>;

/// A small piece of work.
pub(crate) struct Piece {
    /// What one iteration does, unlike that of all others.
    pub(crate) name: &'static str,
    /// Iterations to count: a hundred thousand instructions at least, since the set-up before them
    /// differs by a few hundred from one run to the next. None if it is only timed.
    pub(crate) rounds: Option<u32>,
    /// How many messages, lines or the like one iteration deals with.
    pub(crate) items: u32,
    pub(crate) set_up: fn() -> Work,
}

impl Piece {
    /// A piece that is timed and counted.
    pub(crate) const fn counted(name: &'static str, rounds: u32, set_up: fn() -> Work) -> Self {
        let rounds = Some(rounds);
        Self {
            name,
            rounds,
            items: 1,
            set_up,
        }
    }

    /// A piece that is only timed: it works on files, which is the kernel's work, and callgrind takes
    /// minutes to fill them.
    pub(crate) const fn timed(name: &'static str, set_up: fn() -> Work) -> Self {
        Self {
            name,
            rounds: None,
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
