//! Instants and spans in milliseconds: plain numbers that a caller supplies. This crate cannot
//! read a clock, so every rule that depends on time can be tested by naming the time.

use core::fmt;
use core::ops::{Add, Sub};
use core::str::FromStr;

/// Milliseconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A length of time in milliseconds, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

impl Span {
    /// That many seconds.
    pub const fn seconds(n: u64) -> Self {
        Self(n * 1_000)
    }

    /// That many minutes.
    pub const fn minutes(n: u64) -> Self {
        Self::seconds(n * 60)
    }

    /// That many days.
    pub const fn days(n: u64) -> Self {
        Self::minutes(n * 24 * 60)
    }
}

impl Timestamp {
    /// How long ago `earlier` was; nothing if it lies ahead, as after a clock was set back.
    pub fn since(self, earlier: Self) -> Span {
        Span(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl Add<Span> for Timestamp {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add_unsigned(span.0))
    }
}

impl Sub<Span> for Timestamp {
    type Output = Self;

    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub_unsigned(span.0))
    }
}

/// The units of [`Span`]'s written form, largest first, in milliseconds.
const UNITS: [(char, u64); 5] = [
    ('w', 7 * 86_400_000),
    ('d', 86_400_000),
    ('h', 3_600_000),
    ('m', 60_000),
    ('s', 1_000),
];

/// No span may be longer: a century, far beyond any ban and far below an overflow.
const SPAN_MAX: u64 = 36_500 * 86_400_000;

/// The text is not a number with one of the units `s m h d w` behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanError;

impl fmt::Display for SpanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time is a number and a unit, such as 90s, 10m, 2h, 7d or 1w")
    }
}

impl core::error::Error for SpanError {}

impl FromStr for Span {
    type Err = SpanError;

    /// Reads `250ms`, `90s`, `10m`, `2h`, `7d` or `1w`.
    fn from_str(text: &str) -> Result<Self, SpanError> {
        let (number, unit) = match text.strip_suffix("ms") {
            Some(number) => (number, 1),
            None => {
                let last = text.chars().next_back().ok_or(SpanError)?;
                let unit = UNITS.iter().find(|(c, _)| *c == last).ok_or(SpanError)?.1;
                (&text[..text.len() - 1], unit)
            }
        };
        if !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(SpanError);
        }
        let number: u64 = number.parse().map_err(|_| SpanError)?;
        let span = number.checked_mul(unit).ok_or(SpanError)?;
        (span <= SPAN_MAX).then_some(Self(span)).ok_or(SpanError)
    }
}

impl fmt::Display for Span {
    /// The largest unit that says it exactly: `90s`, `10m`, `7d`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = |&&(_, unit): &&(char, u64)| self.0 > 0 && self.0.is_multiple_of(unit);
        match UNITS.iter().skip(1).find(exact) {
            Some((letter, unit)) => write!(f, "{}{letter}", self.0 / unit),
            None => write!(f, "{}ms", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn spans_are_read_and_written() {
        for (text, ms) in [
            ("250ms", 250),
            ("90s", 90_000),
            ("10m", 600_000),
            ("2h", 7_200_000),
            ("7d", 604_800_000),
        ] {
            assert_eq!(text.parse(), Ok(Span(ms)), "{text}");
            assert_eq!(Span(ms).to_string(), text);
        }
        assert_eq!("1w".parse(), Ok(Span::days(7)));
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in [
            "",
            "5",
            "m",
            "-5m",
            "+5m",
            "5 m",
            "5x",
            "é",
            "99999999999d",
            "37000d",
        ] {
            assert_eq!(text.parse::<Span>(), Err(SpanError), "{text}");
        }
    }

    #[test]
    fn a_clock_set_back_makes_no_negative_span() {
        assert_eq!(Timestamp(5).since(Timestamp(9)), Span(0));
        assert_eq!(Timestamp(i64::MIN).since(Timestamp(i64::MAX)), Span(0));
    }
}
