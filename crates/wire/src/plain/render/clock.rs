//! The time before a line, and its day. Most lines are of the same minute as the one before, so the
//! last of both is cached: computing it costs ten times as much as a line does.

use core::fmt::{self, Write};

use chinwag_core::Timestamp;

use crate::prefs::TimeStyle;

use super::Style;
use crate::zone::{Date, TimeZone, day_start, wall_clock};

const MINUTE: i64 = 60_000;
const SECOND: i64 = 1_000;

/// The longest stamp: `2026-11-21 14:03:05`, plus a sign and two digits for the years of a wrong
/// clock.
const STAMP_BYTES_MAX: usize = 24;

/// The last stamp and the last day, in one zone.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    stamp: Stamp,
    /// The minute, or in the full style the second, of the stamp.
    stamped: Option<i64>,
    /// A time of the day that the reader is on.
    since: Timestamp,
    /// When the day of the last line begins and ends. Computed on first use: most answers do not
    /// need it.
    day: Option<(Timestamp, Timestamp)>,
}

/// A short text without an allocation.
#[derive(Clone, Debug, Default)]
struct Stamp {
    bytes: [u8; STAMP_BYTES_MAX],
    len: usize,
}

impl Clock {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            stamp: Stamp::default(),
            stamped: None,
            since: now,
            day: None,
        }
    }

    /// The time before a line; empty if the style has none.
    pub(super) fn stamp(&mut self, at: Timestamp, style: &Style) -> &[u8] {
        let unit = match style.time {
            TimeStyle::Off => return &[],
            TimeStyle::Short => MINUTE,
            TimeStyle::Full => SECOND,
        };
        let stamped = at.0.div_euclid(unit);
        if self.stamped != Some(stamped) {
            self.stamped = Some(stamped);
            self.stamp.write(at, style);
        }
        &self.stamp.bytes[..self.stamp.len]
    }

    /// The day of `at`, if it differs from that of the previous call.
    pub(super) fn another_day(&mut self, at: Timestamp, zone: &TimeZone) -> Option<Date> {
        let today = || bounds(wall_clock(self.since, zone).date(), zone);
        let (start, end) = *self.day.get_or_insert_with(today);
        if start <= at && at < end {
            return None;
        }
        let date = wall_clock(at, zone).date();
        self.day = Some(bounds(date, zone));
        Some(date)
    }
}

fn bounds(date: Date, zone: &TimeZone) -> (Timestamp, Timestamp) {
    let end = date
        .tomorrow()
        .map_or(Timestamp(i64::MAX), |next| day_start(next, zone));
    (day_start(date, zone), end)
}

impl Stamp {
    fn write(&mut self, at: Timestamp, style: &Style) {
        let clock = wall_clock(at, &style.zone);
        self.len = 0;
        // What does not fit is cut off.
        let _ = match style.time {
            TimeStyle::Full => write!(
                self,
                "{} {:02}:{:02}:{:02}",
                clock.date(),
                clock.hour(),
                clock.minute(),
                clock.second()
            ),
            _ => write!(self, "{:02}:{:02}", clock.hour(), clock.minute()),
        };
    }
}

impl Write for Stamp {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        let place = self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}
