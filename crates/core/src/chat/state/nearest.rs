//! "Did you mean": the nearest of a sample of names.
//!
//! The edit distance to everybody takes 12 ms at fifty thousand people. A sample is enough: the
//! neighbours in the alphabet share the beginning of what was typed, and the people one talks to
//! are in the same rooms. The sample and the work on it are bounded, since a stranger chooses
//! both the names and the typing.

use core::ops::Bound;

use alloc::collections::BTreeSet;
use core::borrow::Borrow;

/// Counts as a slip up to this edit distance.
const SLIP_MAX: usize = 2;

/// Neighbours that are looked at on each side.
const NEIGHBOURS_MAX: usize = 32;

/// Bounds the work on one question, in steps of the edit distance: one for each pair of letters.
/// That is 64 names of eight letters, or four of thirty-two, in some 10 us.
const STEPS_MAX: usize = 4_096;

/// The keys around a text in their order, the nearest first on either side.
pub(super) fn neighbours<'a, T: Borrow<str> + Ord>(
    keys: &'a BTreeSet<T>,
    text: &str,
) -> impl Iterator<Item = &'a T> {
    let after = keys.range::<str, _>((Bound::Included(text), Bound::Unbounded));
    let before = keys.range::<str, _>((Bound::Unbounded, Bound::Excluded(text)));
    let before = before.rev().take(NEIGHBOURS_MAX);
    after.take(NEIGHBOURS_MAX).chain(before)
}

/// The candidate nearest to what was typed, if it is near enough to be a slip. Of equals the first
/// by key, so that the answer does not depend on the order of the candidates.
pub(super) fn nearest<K: Borrow<str>, T>(
    typed: &str,
    candidates: impl Iterator<Item = (K, T)>,
) -> Option<T> {
    let letters = Letters::of(typed);
    let allowed = SLIP_MAX.min(letters.count / 2);
    let mut steps = 0;
    let mut best: Option<(usize, K, T)> = None;
    for (key, candidate) in candidates {
        let name = key.borrow();
        let others = Letters::of(name);
        if !letters.may_be_near(others, allowed) {
            continue;
        }
        steps += letters.count * others.count;
        if steps > STEPS_MAX {
            break;
        }
        let distance = strsim::osa_distance(typed, name);
        let is_nearer =
            |(least, first, _): &(usize, K, T)| (distance, name) < (*least, first.borrow());
        if distance <= allowed && best.as_ref().is_none_or(is_nearer) {
            best = Some((distance, key, candidate));
        }
    }
    best.map(|(_, _, candidate)| candidate)
}

/// The set of letters of a text, as bits, and their number: enough to tell most names apart at
/// once.
#[derive(Clone, Copy)]
struct Letters {
    set: u64,
    count: usize,
}

impl Letters {
    fn of(text: &str) -> Self {
        let mut letters = Self { set: 0, count: 0 };
        for c in text.chars() {
            letters.set |= 1 << (u32::from(c) & 63);
            letters.count += 1;
        }
        letters
    }

    /// One edit adds a letter, removes one, or does both.
    fn may_be_near(self, other: Self, edits: usize) -> bool {
        (self.set ^ other.set).count_ones() as usize <= 2 * edits
            && self.count.abs_diff(other.count) <= edits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn meant<'a>(typed: &str, names: &[&'a str]) -> Option<&'a str> {
        nearest(typed, names.iter().map(|name| (*name, *name)))
    }

    #[test]
    fn a_slip_is_seen() {
        let names = ["gopher", "ann", "lee", "leo"];
        for (typed, expected) in [
            ("gofer", Some("gopher")),
            ("ghoper", Some("gopher")),
            ("an", Some("ann")),
            ("le", Some("lee")),
            ("zebra", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(meant(typed, &names), expected, "{typed}");
        }
    }

    #[test]
    fn the_work_is_bounded() {
        let long = "a".repeat(32);
        let far = long.replacen("aaa", "aba", 1);
        let many: Vec<&str> = core::iter::repeat_n(&*far, 3).chain([&*long]).collect();
        assert_eq!(meant(&long, &many), Some(&*long));
        let many: Vec<&str> = core::iter::repeat_n(&*far, 4).chain([&*long]).collect();
        assert_eq!(meant(&long, &many), Some(&*far));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_short_way_leaves_out_nothing_near(a in "[a-dß]{0,9}", b in "[a-dß]{0,9}") {
            let distance = strsim::osa_distance(&a, &b);
            if distance <= SLIP_MAX {
                prop_assert!(Letters::of(&a).may_be_near(Letters::of(&b), distance));
            }
        }

        #[test]
        fn neighbours_share_the_beginning(names in prop::collection::btree_set("[ab]{1,6}", 0..200), text in "[ab]{1,6}") {
            let found: Vec<String> = neighbours::<String>(&names, &text).map(|n| n.to_string()).collect();
            prop_assert!(found.len() <= 2 * NEIGHBOURS_MAX);
            prop_assert_eq!(names.contains(&text), found.contains(&text));
        }
    }
}
