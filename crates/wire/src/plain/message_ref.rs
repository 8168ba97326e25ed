//! Short references to messages, as people type them: the place in the one order, in digits that
//! are hard to confuse (Crockford's base 32).

use core::fmt;

use chinwag_core::Seq;

/// The digits, in order. Without `i`, `l`, `o` and `u`.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The most digits of a number of 64 bits.
const LENGTH_MAX: usize = 13;

/// A message, shown as `3rj0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MessageRef(pub(super) Seq);

impl MessageRef {
    /// Parses a reference in either case; `o` is a zero, and `i` and `l` are a one.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        if typed.is_empty() || typed.len() > LENGTH_MAX {
            return None;
        }
        let mut value: u64 = 0;
        for byte in typed.bytes() {
            let digit = match byte.to_ascii_lowercase() {
                b'o' => b'0',
                b'i' | b'l' => b'1',
                other => other,
            };
            let digit = DIGITS.iter().position(|other| *other == digit)? as u64;
            value = value.checked_mul(32)?.checked_add(digit)?;
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
            digits[start] = DIGITS[(rest % 32) as usize];
            rest /= 32;
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
    fn slips_of_the_eye_are_understood() {
        assert_eq!(MessageRef(Seq(32 * 24)).to_string(), "r0");
        assert_eq!(MessageRef::parse("RO"), Some(MessageRef(Seq(32 * 24))));
        assert_eq!(MessageRef::parse("lI"), Some(MessageRef(Seq(33))));
        for typed in ["", "u", "3-4", "é", "zzzzzzzzzzzzz", "00000000000000"] {
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
