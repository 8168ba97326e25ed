//! Time zones and days. The zones are compiled in, so that a machine without zone files shows the
//! same times as any other.

#[cfg(test)]
mod tests;

use alloc::borrow::ToOwned;
use alloc::string::String;

use chinwag_core::{Duration, Timestamp, parse_duration};
pub use jiff::civil::Date;
use jiff::civil::{DateTime, Time};
pub use jiff::tz::TimeZone;
use jiff::tz::{AmbiguousOffset, TimeZoneDatabase};

/// A typed zone counts as a slip of another up to this edit distance.
const SLIP_MAX: usize = 3;

/// The zone with this name in the IANA database, in any case; its canonical spelling is its
/// `iana_name`.
pub fn zone(name: &str) -> Option<TimeZone> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    (!zone.is_unknown()).then_some(zone)
}

/// The zone that was probably meant: by a city without its continent, or by a typo.
pub(super) fn zone_like(typed: &str) -> Option<String> {
    let database = TimeZoneDatabase::bundled();
    let is_city = |name: &str| {
        let city = name.rsplit('/').next();
        city.is_some_and(|city| city.eq_ignore_ascii_case(typed))
    };
    if let Some(name) = database.available().find(|name| is_city(name.as_str())) {
        return Some(name.as_str().to_owned());
    }
    let typed = typed.to_ascii_lowercase();
    let slips_max = SLIP_MAX.min(typed.len() / 3);
    let slips = database.available().filter_map(|name| {
        let name = name.as_str();
        if name.len().abs_diff(typed.len()) > slips_max {
            return None;
        }
        let slips = strsim::osa_distance(&typed, &name.to_ascii_lowercase());
        (slips <= slips_max).then(|| (slips, name.to_owned()))
    });
    slips.min().map(|(_, name)| name)
}

/// Parses a time as programs write it (RFC 3339): `2026-11-21T14:03:05.123Z`,
/// `2026-11-21T15:03:05+01:00`.
pub(super) fn rfc3339(typed: &str) -> Option<Timestamp> {
    let (day, clock) = (date(typed.get(..10)?)?, typed.get(10..19)?);
    let number = |digits: &str, max: i64| {
        let is_one = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        let number: i64 = is_one.then(|| digits.parse().ok())??;
        (number <= max).then_some(number)
    };
    let clock = clock.strip_prefix(['T', 't', ' '])?;
    let (hour, clock) = clock.split_once(':')?;
    let (minute, second) = clock.split_once(':')?;
    // A leap second is the first of the next minute.
    let seconds = (number(hour, 23)? * 60 + number(minute, 59)?) * 60 + number(second, 60)?;
    let (fraction, offset) = match typed[19..].strip_prefix('.') {
        Some(rest) => rest.split_at_checked(rest.find(|c: char| !c.is_ascii_digit())?)?,
        None => ("0", &typed[19..]),
    };
    let minutes = match offset.split_at_checked(1)? {
        ("Z" | "z", "") => 0,
        (sign @ ("+" | "-"), offset) => {
            let (hours, minutes) = offset.split_once(':')?;
            let minutes = number(hours, 23)? * 60 + number(minutes, 59)?;
            if sign == "+" { minutes } else { -minutes }
        }
        _ => return None,
    };
    let fraction = fraction.get(..3).unwrap_or(fraction);
    let ms = fraction.parse::<i64>().ok()? * [100, 10, 1].get(fraction.len() - 1)?;
    let days = day.duration_since(Date::constant(1970, 1, 1)).as_secs();
    Some(Timestamp((days + seconds - minutes * 60) * 1_000 + ms))
}

/// Parses a day in the one form that is the same everywhere: `2026-11-21`.
pub(super) fn date(typed: &str) -> Option<Date> {
    let is_sign = |(at, b): (usize, u8)| match at {
        4 | 7 => b == b'-',
        _ => b.is_ascii_digit(),
    };
    let is_form = typed.len() == 10 && typed.bytes().enumerate().all(is_sign);
    is_form.then(|| typed.parse().ok())?
}

/// A day as people type it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// `2026-11-21`
    On(Date),
    /// `today`
    Today,
    /// `yesterday`
    Yesterday,
}

impl Day {
    fn parse(typed: &str) -> Option<Self> {
        if typed.eq_ignore_ascii_case("today") {
            return Some(Self::Today);
        }
        if typed.eq_ignore_ascii_case("yesterday") {
            return Some(Self::Yesterday);
        }
        date(typed).map(Self::On)
    }

    /// Its date in a zone where the time is `now`.
    fn date(self, now: Timestamp, zone: &TimeZone) -> Date {
        let today = wall_clock(now, zone).date();
        match self {
            Self::On(date) => date,
            Self::Today => today,
            Self::Yesterday => day_before(today),
        }
    }
}

/// A point in time as people type it: a day, a time of day, both, how long ago, or a moment that is
/// the same in every zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// `2026-11-21`
    Day(Day),
    /// `2026-11-21 14:00`
    Clock(Day, Time),
    /// `14:00` or `14:00:05`: the last one that has passed, which shortly after midnight belongs to
    /// the day before.
    Time(Time),
    /// `2h`; `now` is no time ago
    Ago(Duration),
    /// `2026-11-21T14:00:05Z`, as RFC 3339 writes it
    At(Timestamp),
}

impl Moment {
    /// `now`, or `0m`
    pub(super) const NOW: Self = Self::Ago(Duration::ZERO);

    /// Parses one; a `T` may replace the blank, as in RFC 3339.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.eq_ignore_ascii_case("now") {
            return Some(Self::NOW);
        }
        if let Some(time) = time(typed) {
            return Some(Self::Time(time));
        }
        if let Some(day) = Day::parse(typed) {
            return Some(Self::Day(day));
        }
        if let Ok(ago) = parse_duration(typed) {
            return Some(Self::Ago(ago));
        }
        if let Ok(at) = typed.parse::<jiff::Timestamp>() {
            return Some(Self::At(Timestamp(at.as_millisecond())));
        }
        let blank = typed.split_once(char::is_whitespace);
        let (day, clock) = blank.or_else(|| typed.split_once('T'))?;
        Self::Day(Day::parse(day)?).with_time(clock.trim_start())
    }

    /// A day with a time of day that was typed after it.
    pub(super) fn with_time(self, typed: &str) -> Option<Self> {
        match self {
            Self::Day(day) => Some(Self::Clock(day, time(typed)?)),
            _ => None,
        }
    }

    /// Reads `A..B`; one of the two may be missing, which leaves that end open.
    pub(super) fn parse_range(typed: &str) -> Option<(Option<Self>, Option<Self>)> {
        let (from, until) = typed.split_once("..")?;
        let end = |typed: &str| match typed.trim() {
            "" => Some(None),
            typed => Self::parse(typed).map(Some),
        };
        let range = (end(from)?, end(until)?);
        (range != (None, None)).then_some(range)
    }

    /// When it begins, in a zone where the time is `now`: the first time that clocks show it.
    pub fn start(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Day(day) => day_start(day.date(now, zone), zone),
            Self::Clock(..) | Self::Time(_) => shown(self.clock(now, zone), zone).0,
            Self::Ago(time) => now - time,
            Self::At(at) => at,
        }
    }

    /// The end of what lies before it: the last time that clocks show it. A day does not belong to
    /// what is before it.
    pub fn before(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Clock(..) | Self::Time(_) => shown(self.clock(now, zone), zone).1,
            moment => moment.start(now, zone),
        }
    }

    /// The same for something that also lies after a start. If the last such time of day was before
    /// that start, today's is meant, which is yet to come.
    pub fn before_after(self, start: Timestamp, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Time(time) if self.before(now, zone) < start => {
                Self::Clock(Day::Today, time).before(now, zone)
            }
            moment => moment.before(now, zone),
        }
    }

    /// The end of a range: a day belongs to it, a time does not.
    pub(super) fn end(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Day(day) => day_start(day_after(day.date(now, zone)), zone),
            moment => moment.before(now, zone),
        }
    }

    /// The same for a range from another moment. A bare time means the next one after it, of the same day or of the
    /// day after.
    pub(super) fn end_after(self, from: Self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Time(time) => shown(next(time, from.clock(now, zone)), zone).1,
            moment => moment.end(now, zone),
        }
    }

    /// What wall clocks show when it begins: a time of day as typed, though clocks may be put forward over it.
    fn clock(self, now: Timestamp, zone: &TimeZone) -> DateTime {
        match self {
            Self::Clock(day, time) => day.date(now, zone).to_datetime(time),
            Self::Time(time) => last(time, now, zone),
            moment => wall_clock(moment.start(now, zone), zone),
        }
    }
}

/// The ends of a range, each with the time that it is, as they are told: times that stand alone get their day, unless
/// the whole range is of today.
pub(super) fn with_days(
    ends: [Option<(Moment, Timestamp)>; 2],
    now: Timestamp,
    zone: &TimeZone,
) -> [Option<Moment>; 2] {
    let date = |at: Timestamp| wall_clock(at, zone).date();
    let is_of_today = ends.iter().flatten().all(|(_, at)| date(*at) == date(now));
    ends.map(|end| {
        end.map(|(moment, at)| match moment {
            Moment::Time(time) if !is_of_today => Moment::Clock(Day::On(date(at)), time),
            moment => moment,
        })
    })
}

/// When clocks have shown this time of day last.
fn last(time: Time, now: Timestamp, zone: &TimeZone) -> DateTime {
    let today = wall_clock(now, zone).date();
    match shown(today.to_datetime(time), zone).0 > now {
        true => day_before(today).to_datetime(time),
        false => today.to_datetime(time),
    }
}

/// When clocks that show this show that time of day next.
fn next(time: Time, clock: DateTime) -> DateTime {
    match time > clock.time() {
        true => clock.date().to_datetime(time),
        false => day_after(clock.date()).to_datetime(time),
    }
}

fn day_before(date: Date) -> Date {
    date.yesterday().unwrap_or(date)
}

fn day_after(date: Date) -> Date {
    date.tomorrow().unwrap_or(date)
}

/// Reads a time of day: `14:00`, `9:05` or `14:00:05`.
fn time(typed: &str) -> Option<Time> {
    let (hour, rest) = typed.split_once(':')?;
    let (minute, second) = rest.split_once(':').unwrap_or((rest, "00"));
    let number = |text: &str, digits: core::ops::RangeInclusive<usize>| {
        let is_form = digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        is_form.then(|| text.parse::<i8>().ok())?
    };
    let (hour, minute) = (number(hour, 1..=2)?, number(minute, 2..=2)?);
    Time::new(hour, minute, number(second, 2..=2)?, 0).ok()
}

/// When a day begins in a zone. If clocks are put forward at midnight, that is one o'clock.
pub fn day_start(date: Date, zone: &TimeZone) -> Timestamp {
    shown(DateTime::from(date), zone).0
}

/// When wall clocks show this for the first time, and for the last. These differ if clocks are put
/// back over it; if they are put forward over it, both are the moment at which that happens.
fn shown(clock: DateTime, zone: &TimeZone) -> (Timestamp, Timestamp) {
    let ambiguous = zone.to_ambiguous_timestamp(clock);
    let at = |found: Result<jiff::Timestamp, jiff::Error>| {
        // The one day that is out of the library's range is its last: nothing lies after it.
        found.map_or(Timestamp(i64::MAX), |at| Timestamp(at.as_millisecond()))
    };
    let (earlier, later) = (ambiguous.earlier(), ambiguous.later());
    if let (AmbiguousOffset::Gap { .. }, Ok(earlier)) = (ambiguous.offset(), &earlier) {
        let change = zone.following(*earlier).next();
        let change = change.map(|change| change.timestamp());
        let change = at(change.map_or(later, Ok));
        return (change, change);
    }
    (at(earlier), at(later))
}

/// A time as RFC 3339 writes it.
pub(super) fn in_utc(at: Timestamp) -> impl core::fmt::Display {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or_default()
}

/// The wall clock at a time; at the end of the library's range for times beyond it.
pub(super) fn wall_clock(at: Timestamp, zone: &TimeZone) -> DateTime {
    let end = match at.0 < 0 {
        true => jiff::Timestamp::MIN,
        false => jiff::Timestamp::MAX,
    };
    zone.to_datetime(jiff::Timestamp::from_millisecond(at.0).unwrap_or(end))
}
