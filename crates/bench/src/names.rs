//! Who the members are: names and rooms that no other run has, and what is typed to come in.
//!
//! All names of a run are of one length. The letters are those of which no two, and no two together,
//! look like another, because a server may refuse look-alikes.

use std::hash::{BuildHasher, Hasher, RandomState};

/// The names of one run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    run: u32,
}

const LETTERS: &[u8; 16] = b"bcdefghjkpqstxyz";

impl Names {
    /// Of a run that has not been before.
    pub(crate) fn new() -> Self {
        // The standard library's one source of random numbers: the keys of its hash maps.
        Self {
            run: RandomState::new().build_hasher().finish() as u32,
        }
    }

    /// The run's number, for its messages.
    pub(crate) fn run(&self) -> u32 {
        self.run
    }

    /// Somebody's name.
    pub(crate) fn person(&self, number: u64) -> String {
        format!("{}-{number:06}", self.prefix())
    }

    /// A room's name. The first of several is not the lobby, where everybody is.
    pub(crate) fn room(&self, number: usize) -> String {
        format!("#{}-{number}", self.prefix())
    }

    fn prefix(&self) -> String {
        let letter = |place: u32| char::from(LETTERS[(self.run >> (4 * place)) as usize % 16]);
        "bench-".chars().chain((0..6).map(letter)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_length_and_are_names() {
        for run in [0, 1, 0x00ab_cdef, u32::MAX] {
            let names = Names { run };
            assert_eq!(names.person(0).len(), names.person(999_999).len());
            let is_fit = |c: char| c.is_ascii_alphanumeric() || c == '-';
            assert!(names.person(7).chars().all(is_fit));
            assert!(names.person(u64::from(u32::MAX)).len() <= 32);
        }
    }

    #[test]
    fn runs_do_not_meet() {
        let names = |run| Names { run }.person(1);
        assert_ne!(names(1), names(2));
        assert_ne!(names(0x10), names(0x1));
        assert_eq!(Names { run: 0 }.room(3), "#bench-bbbbbb-3");
    }
}
