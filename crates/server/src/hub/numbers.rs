//! Hands out the places in the one order, each once for as long as the data folder lives.
//!
//! People see places, as message ids and as the place after which a session resumes, and most
//! places leave no row: a join, a change of name, a private line between guests. So the store
//! records a place that is ahead of all that were given, and each run begins there.

use chinwag_core::Seq;
use chinwag_store::Store;

use super::Hub;

/// How far ahead the recorded place is: one write in some thousand events, and ids stay short over
/// many crashes.
const AHEAD: u64 = 4_096;

/// See the [module](self).
pub(super) struct Numbers {
    next: Seq,
    /// The store begins here after a crash.
    reserved: Seq,
    fails: bool,
}

impl Numbers {
    pub(super) fn new(next: Seq) -> Self {
        Self {
            next,
            reserved: next,
            fails: false,
        }
    }

    pub(super) fn take(&mut self) -> Seq {
        let seq = self.next;
        self.next = seq.next();
        seq
    }

    /// The last place given, in this run or an earlier one.
    pub(super) fn last(&self) -> Seq {
        Seq(self.next.0.saturating_sub(1))
    }

    /// The next that will be given.
    pub(super) fn next(&self) -> Seq {
        self.next
    }

    /// Records a place further ahead, before anybody is told of the last one given. If the store
    /// cannot write, it has half of the distance to recover.
    pub(super) fn reserve(&mut self, store: &mut Store) {
        if self.next.0 + AHEAD / 2 > self.reserved.0 {
            self.write(store, Seq(self.next.0 + AHEAD));
        }
        debug_assert!(
            self.next <= self.reserved || self.fails || !store.outlives_process(),
            "no later run gives these places again"
        );
    }

    fn write(&mut self, store: &mut Store, reserved: Seq) {
        if !store.outlives_process() {
            return;
        }
        match store.reserve_seqs(reserved) {
            Ok(()) => (self.reserved, self.fails) = (reserved, false),
            Err(error) => {
                if !self.fails {
                    tracing::warn!("cannot reserve message ids: {error}");
                }
                self.fails = true;
            }
        }
    }
}

impl Hub {
    /// Lets the next run continue without a gap.
    pub(crate) fn settle_numbers(&mut self) {
        let next = self.numbers.next;
        self.numbers.write(&mut self.store, next);
    }
}

#[cfg(test)]
mod tests {
    use chinwag_store::{Durability, Location, Opened, Retention};

    use super::*;

    /// Runs a server that gives so many numbers and is killed. Returns the first of them, and how many of its
    /// transactions they took.
    fn run(folder: &std::path::Path, count: u64) -> (u64, usize) {
        let place = Location::Folder(folder.into());
        let opened = Store::open(place, Durability::Process, Retention::default());
        let Opened {
            mut store,
            next_seq,
            ..
        } = opened.expect("a store");
        let mut numbers = Numbers::new(next_seq);
        let mut reserved = std::collections::BTreeSet::new();
        for _ in 0..count {
            numbers.take();
            numbers.reserve(&mut store);
            assert!(numbers.next().0 + AHEAD / 2 <= numbers.reserved.0);
            reserved.insert(numbers.reserved);
        }
        (next_seq.0, reserved.len())
    }

    #[test]
    fn no_number_is_given_again_and_few_are_written() {
        let folder = std::env::temp_dir().join(format!("chinwag-numbers-{}", std::process::id()));
        let (first, written) = run(&folder, 10);
        assert_eq!((first, written), (1, 1));
        let (second, written) = run(&folder, 3 * AHEAD);
        assert!(second > 10 && second <= 10 + AHEAD, "{second}");
        assert!((4..=7).contains(&written), "{written}");
        let (third, _) = run(&folder, 0);
        assert!(third >= second + 3 * AHEAD, "{third}");
        assert_eq!(run(&folder, 0).0, third, "who gives none takes none");
        std::fs::remove_dir_all(&folder).expect("a folder");
    }
}
