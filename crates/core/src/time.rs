//! Times that a caller supplies. This crate cannot read a clock, so every rule that depends on
//! time can be tested by naming the time.
//!
//! There are two kinds, and neither converts into the other. [`Timestamp`] is the time of day: it
//! dates what people said and ends their bans, and an administrator may set it back. [`Monotonic`]
//! only ever grows: rates and deadlines use it, so that no clock change floods or stalls anybody.

use core::fmt;
use core::ops::{Add, Sub};
pub use core::time::Duration;

/// The time of day: milliseconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// Milliseconds since the server started, on a clock that nobody can set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Monotonic(pub u64);

impl Timestamp {
    /// The time since `earlier`; zero if that is later, as after the clock was set back.
    pub fn since(self, earlier: Self) -> Duration {
        let ms = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(ms).unwrap_or(0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add_unsigned(whole_ms(duration)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub_unsigned(whole_ms(duration)))
    }
}

impl Monotonic {
    /// The time since `earlier`; zero if that lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Monotonic {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(whole_ms(duration)))
    }
}

/// A duration in whole milliseconds.
pub fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The units of a written duration, largest first, in milliseconds.
const UNITS: [(char, u64); 5] = [
    ('w', 7 * 86_400_000),
    ('d', 86_400_000),
    ('h', 3_600_000),
    ('m', 60_000),
    ('s', 1_000),
];

/// The longest duration that can be written: a century, far beyond any ban and far below an
/// overflow.
pub const DURATION_MAX: Duration = Duration::from_hours(36_500 * 24);

/// Why a text is no duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DurationError {
    /// It is not a number followed by one of the units `s m h d w`.
    Malformed,
    /// It is more than a century.
    TooLong,
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "a time is a number and a unit, such as 90s, 10m, 2h, 7d or 1w",
            Self::TooLong => "that is more than a century",
        })
    }
}

impl core::error::Error for DurationError {}

/// Parses `250ms`, `90s`, `10m`, `2h`, `7d` or `1w`, in any case. `0s` is one, too.
///
/// # Errors
/// [`DurationError`] for anything else, including a sign or a blank, and for more than a century.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let letters = || unit.chars().map(|letter| letter.to_ascii_lowercase());
    let unit = match letters().eq("ms".chars()) {
        true => 1,
        false => {
            let is_it = |(letter, _): &&(char, u64)| letters().eq([*letter]);
            UNITS.iter().find(is_it).ok_or(DurationError::Malformed)?.1
        }
    };
    if number.is_empty() {
        return Err(DurationError::Malformed);
    }
    // Digits alone fail to be a number by being too many.
    let ms = number
        .parse()
        .ok()
        .and_then(|number: u64| number.checked_mul(unit));
    let duration = ms.map(Duration::from_millis);
    let duration = duration.filter(|duration| *duration <= DURATION_MAX);
    duration.ok_or(DurationError::TooLong)
}

/// A duration in the largest unit that expresses it exactly, except weeks: `90s`, `10m`, `7d`.
#[derive(Clone, Copy, Debug)]
pub struct Units(pub Duration);

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = whole_ms(self.0);
        let exact = |&&(_, unit): &&(char, u64)| ms > 0 && ms.is_multiple_of(unit);
        match UNITS.iter().skip(1).find(exact) {
            Some((letter, unit)) => write!(f, "{}{letter}", ms / unit),
            None => write!(f, "{ms}ms"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn durations_are_read_and_written() {
        for (text, ms) in [
            ("250ms", 250),
            ("90s", 90_000),
            ("10m", 600_000),
            ("2h", 7_200_000),
            ("7d", 604_800_000),
        ] {
            let duration = Duration::from_millis(ms);
            assert_eq!(parse_duration(text), Ok(duration), "{text}");
            assert_eq!(Units(duration).to_string(), text);
        }
        assert_eq!(parse_duration("1w"), Ok(Duration::from_hours(7 * 24)));
        assert_eq!(parse_duration("2H"), parse_duration("2h"));
        assert_eq!(parse_duration("250Ms"), parse_duration("250ms"));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "5", "m", "-5m", "+5m", "5 m", "5x", "é"] {
            assert_eq!(
                parse_duration(text),
                Err(DurationError::Malformed),
                "{text}"
            );
        }
        for text in ["99999999999d", "37000d", "99999999999999999999s"] {
            assert_eq!(parse_duration(text), Err(DurationError::TooLong), "{text}");
        }
    }

    #[test]
    fn a_clock_set_back_makes_no_negative_duration() {
        assert_eq!(Timestamp(5).since(Timestamp(9)), Duration::ZERO);
        let longest = Timestamp(i64::MIN).since(Timestamp(i64::MAX));
        assert_eq!(longest, Duration::ZERO);
        assert_eq!(Monotonic(5).since(Monotonic(9)), Duration::ZERO);
    }
}
