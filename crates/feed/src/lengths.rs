//! The lengths of entries that a log has already forgotten: four bytes each, shared by all readers.
//! With them the feed finds where lines ended in the bytes that the peer of a lost connection has
//! not acknowledged.

use alloc::collections::VecDeque;

/// How many lengths are kept: more than the shortest lines that fit into a socket's send queue of
/// some 128 KiB.
pub(crate) const LENGTHS_MAX: usize = 16 << 10;

/// The lengths of consecutive entries.
#[derive(Debug)]
pub(crate) struct Lengths {
    lengths: VecDeque<u32>,
    /// The number after the last entry.
    end: u64,
}

impl Lengths {
    /// No lengths yet; the next will be that of entry `end`.
    pub(crate) fn new(end: u64) -> Self {
        Self {
            lengths: VecDeque::new(),
            end,
        }
    }

    /// The number after the last entry.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Adds the length of the next entry.
    pub(crate) fn push(&mut self, length: u64) {
        if self.lengths.len() == LENGTHS_MAX {
            self.lengths.pop_front();
        }
        self.lengths.push_back(length as u32);
        self.end += 1;
    }

    /// Forgets all lengths.
    pub(crate) fn clear(&mut self) {
        self.lengths = VecDeque::new();
    }

    /// The length of an entry, if it is known.
    pub(crate) fn get(&self, number: u64) -> Option<u64> {
        let back = self.end.checked_sub(number)?;
        let place = self.lengths.len().checked_sub(back as usize)?;
        self.lengths.get(place).map(|&length| u64::from(length))
    }
}

/// The entry in which the last `bytes` before entry `to` begin, from the lengths of entries; `None`
/// if one of the lengths is unknown.
pub(crate) fn back_from(to: u64, bytes: u64, length: impl Fn(u64) -> Option<u64>) -> Option<u64> {
    let (mut number, mut left) = (to, bytes);
    while left > 0 {
        number = number.checked_sub(1)?;
        left = left.saturating_sub(length(number)?);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgotten_lengths_are_not_known() {
        let mut lengths = Lengths::new(7);
        lengths.push(30);
        assert_eq!((lengths.get(7), lengths.get(8)), (Some(30), None));
        lengths.clear();
        assert_eq!((lengths.get(7), lengths.end()), (None, 8));
    }
}
