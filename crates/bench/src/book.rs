//! The sequence book: which message of which sender each member waits for next, and what that tells
//! of one that came.
//!
//! It must not know what a message is or how it came. A member's own messages are never entered:
//! whether a server gives them back is its own affair.
//!
//! The numbers of all members lie in one piece of memory, as the one thing that every delivery
//! touches. What is out of the ordinary (a gap, one that comes late or twice) goes into a set beside
//! it.

use std::collections::HashSet;

/// What a message means to the member who heard it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// For the first time, in order or with some before it left out.
    New,
    /// For the first time, after others that were sent later.
    Late,
    /// Not for the first time.
    Twice,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Book {
    senders: usize,
    next: Vec<u32>,
    /// Messages that were left out, as member, sender and number.
    left_out: HashSet<(usize, usize, u32)>,
    /// Of each member: messages left out that have not come since.
    missed: Vec<u64>,
}

/// Messages left out that are remembered. Those of a server that loses more count as heard twice if
/// they come late; the number of those lost stays right.
const LEFT_OUT_MAX: usize = 65_536;

impl Book {
    pub(crate) fn new(members: usize, senders: usize) -> Self {
        Self {
            senders,
            next: vec![0; members * senders],
            left_out: HashSet::new(),
            missed: vec![0; members],
        }
    }

    /// Enters that the member heard this message. `sender` must be one of those it was made for.
    #[inline]
    pub(crate) fn hear(&mut self, member: usize, sender: usize, seq: u32) -> Heard {
        let next = &mut self.next[member * self.senders + sender];
        if *next == seq {
            *next += 1;
            return Heard::New;
        }
        self.hear_out_of_turn(member, sender, seq)
    }

    #[cold]
    fn hear_out_of_turn(&mut self, member: usize, sender: usize, seq: u32) -> Heard {
        let next = &mut self.next[member * self.senders + sender];
        if seq > *next {
            let free = LEFT_OUT_MAX - self.left_out.len();
            let left_out = (*next..seq).map(|seq| (member, sender, seq)).take(free);
            self.left_out.extend(left_out);
            self.missed[member] += u64::from(seq - *next);
            *next = seq + 1;
            return Heard::New;
        }
        if self.left_out.remove(&(member, sender, seq)) {
            self.missed[member] -= 1;
            return Heard::Late;
        }
        Heard::Twice
    }

    /// How many messages the member has not heard, if `sent[sender]` were sent; `own` is the one that
    /// it is itself.
    pub(crate) fn missing(&self, member: usize, sent: &[u32], own: Option<usize>) -> u64 {
        let next = &self.next[member * self.senders..][..self.senders];
        let others = next.iter().zip(sent).enumerate();
        let others = others.filter(|(sender, _)| Some(*sender) != own);
        let to_come = others.map(|(_, (next, sent))| u64::from(sent.saturating_sub(*next)));
        self.missed[member] + to_come.sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Heard::{Late, New, Twice};

    /// What a member thinks of these numbers of one sender.
    fn check(numbers: &[u32], wanted: &[Heard]) -> Book {
        let mut book = Book::new(1, 1);
        let heard: Vec<Heard> = numbers.iter().map(|seq| book.hear(0, 0, *seq)).collect();
        assert_eq!(heard, wanted, "{numbers:?}");
        book
    }

    #[test]
    fn in_order_nothing_is_missing() {
        let book = check(&[0, 1, 2], &[New; 3]);
        assert_eq!(book.missing(0, &[3], None), 0);
    }

    #[test]
    fn what_never_comes_is_missing() {
        let book = check(&[0, 4, 6], &[New; 3]);
        assert_eq!(book.missing(0, &[7], None), 4);
        assert_eq!(book.missing(0, &[10], None), 7, "and the end of it");
    }

    #[test]
    fn what_comes_late_is_not_missing() {
        let book = check(&[0, 4, 2, 1, 3], &[New, New, Late, Late, Late]);
        assert_eq!(book.missing(0, &[5], None), 0);
    }

    #[test]
    fn what_comes_twice_fills_no_gap() {
        let book = check(&[0, 0, 3, 1, 1, 3], &[New, Twice, New, Late, Twice, Twice]);
        assert_eq!(book.missing(0, &[4], None), 1);
    }

    #[test]
    fn each_member_and_each_sender_is_followed_alone() {
        let mut book = Book::new(2, 3);
        assert_eq!(book.hear(0, 2, 0), New);
        assert_eq!(book.hear(1, 2, 0), New);
        assert_eq!(book.hear(0, 1, 0), New);
        assert_eq!(book.missing(0, &[5, 1, 1], None), 5);
        assert_eq!(book.missing(0, &[5, 1, 1], Some(0)), 0, "its own");
        assert_eq!(book.missing(1, &[0, 1, 1], None), 1);
    }

    #[test]
    fn more_left_out_than_is_remembered_is_still_counted() {
        let mut book = Book::new(1, 1);
        let count = 2 * LEFT_OUT_MAX as u32;
        for gap in 1..=count {
            book.hear(0, 0, 2 * gap);
        }
        assert_eq!(
            book.missing(0, &[2 * count + 1], None),
            u64::from(count) + 1
        );
        assert_eq!(book.hear(0, 0, 2 * count - 1), Twice);
    }
}
