//! Short references to messages, as people type them: the place in the one order, in base 20.
//!
//! The digits are consonants, so that no reference is a number: the results of `/search` have those, and `/delete 10`
//! must not remove a message that nobody meant. Without vowels few references are words.

use core::fmt;

use chinwag_core::Seq;

/// The digits, in order. Without `l`, which looks like a one.
const DIGITS: &[u8; 20] = b"bcdfghjkmnpqrstvwxyz";

/// The base.
const BASE: u64 = DIGITS.len() as u64;

/// The most digits of a number of 64 bits.
const LENGTH_MAX: usize = 15;

/// A message, shown as `krwj`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MessageRef(pub(super) Seq);

impl MessageRef {
    /// Parses a reference in either case.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        if typed.is_empty() || typed.len() > LENGTH_MAX {
            return None;
        }
        let mut value: u64 = 0;
        for byte in typed.bytes() {
            let digit = DIGITS
                .iter()
                .position(|digit| *digit == byte.to_ascii_lowercase())?;
            value = value.checked_mul(BASE)?.checked_add(digit as u64)?;
        }
        Some(Self(Seq(value)))
    }
}

impl fmt::Display for MessageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut digits, mut rest) = ([0; LENGTH_MAX], self.0.0);
        let mut start = LENGTH_MAX;
        loop {
            start -= 1;
            digits[start] = DIGITS[(rest % BASE) as usize];
            rest /= BASE;
            if rest == 0 {
                break;
            }
        }
        f.write_str(str::from_utf8(&digits[start..]).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::ToString;

    #[test]
    fn a_number_is_no_reference() {
        assert_eq!(MessageRef(Seq(20 * 15)).to_string(), "vb");
        assert_eq!(MessageRef::parse("VB"), Some(MessageRef(Seq(20 * 15))));
        assert_eq!(
            MessageRef(Seq(u64::MAX)).to_string().len(),
            LENGTH_MAX,
            "no place needs more"
        );
        for typed in [
            "",
            "10",
            "b1",
            "l",
            "a",
            "b-c",
            "é",
            "zzzzzzzzzzzzzzz",
            "bbbbbbbbbbbbbbbb",
        ] {
            assert_eq!(MessageRef::parse(typed), None, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn a_reference_is_read_as_it_is_shown(seq in any::<u64>()) {
            let shown = MessageRef(Seq(seq)).to_string();
            prop_assert_eq!(MessageRef::parse(&shown), Some(MessageRef(Seq(seq))));
        }
    }
}
