//! Numbers and lengths of time in words. Each is a `Display`, so that a sentence is formatted where
//! it is needed, without intermediate strings.

use core::fmt::{self, Display, Formatter};

use chinwag_core::{Duration, Name, Text, Timestamp, whole_ms};

use crate::zone::{self, Date, Moment, TimeZone, wall_clock};

/// `1 person`, `2 people`: a number and its noun.
pub(crate) struct Count<N>(
    pub(crate) N,
    pub(crate) &'static str,
    pub(crate) &'static str,
);

impl<N: Display + PartialEq + From<u8>> Display for Count<N> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let noun = if self.0 == N::from(1) { self.1 } else { self.2 };
        write!(f, "{} {noun}", self.0)
    }
}

/// `1 person`, `2 people`.
pub(crate) fn people<N>(n: N) -> Count<N> {
    Count(n, "person", "people")
}

/// `1 room`, `2 rooms`.
pub(crate) fn rooms<N>(n: N) -> Count<N> {
    Count(n, "room", "rooms")
}

/// `1 line`, `2 lines`.
pub(crate) fn lines<N>(n: N) -> Count<N> {
    Count(n, "line", "lines")
}

/// `1 message`, `2 messages`.
pub(super) fn messages<N>(n: N) -> Count<N> {
    Count(n, "message", "messages")
}

/// Units of time, largest first: the milliseconds of one, and its name.
const UNITS: [(u64, &str, &str); 4] = [
    (86_400_000, "day", "days"),
    (3_600_000, "hour", "hours"),
    (60_000, "minute", "minutes"),
    (1_000, "second", "seconds"),
];

/// The unit in which a length of time makes sense: 90 minutes, but 2 days.
fn fitting(span: Duration) -> (u64, &'static str, &'static str) {
    let fits = |&&(unit, one, _): &&(u64, &str, &str)| {
        // From 48 hours on one counts in days; the other units start at one.
        whole_ms(span) >= unit * if one == "day" { 2 } else { 1 }
    };
    *UNITS.iter().find(fits).unwrap_or(&UNITS[3])
}

/// `10 minutes`, `36 hours`, `90 seconds`: a length that a person chose, exactly.
pub(super) struct Exactly(pub(super) Duration);

impl Display for Exactly {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (n, one, many) = exactly(self.0);
        Count(n, one, many).fmt(f)
    }
}

/// `last hour`, `last 2 hours`: the chosen time up to now.
pub(super) struct Last(pub(super) Duration);

impl Display for Last {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (n, one, many) = exactly(self.0);
        match n {
            1 => write!(f, "last {one}"),
            n => write!(f, "last {n} {many}"),
        }
    }
}

fn exactly(time: Duration) -> (u64, &'static str, &'static str) {
    let whole = |&&(unit, _, _): &&(u64, &str, &str)| whole_ms(time).is_multiple_of(unit);
    let (unit, one, many) = *UNITS.iter().find(whole).unwrap_or(&UNITS[3]);
    (whole_ms(time).div_ceil(unit), one, many)
}

/// `5 minutes`, `2 hours`: a measured length, rounded down.
pub(super) struct Roughly(pub(super) Duration);

impl Display for Roughly {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (unit, one, many) = fitting(self.0);
        Count(whole_ms(self.0) / unit, one, many).fmt(f)
    }
}

/// `9 more minutes`: a length to wait, rounded up.
pub(super) struct More(pub(super) Duration);

impl Display for More {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match rounded_up(self.0) {
            (1, one, _) => write!(f, "1 more {one}"),
            (n, _, many) => write!(f, "{n} more {many}"),
        }
    }
}

/// `10 minutes`: the length that is left, rounded up.
pub(crate) struct Above(pub(crate) Duration);

impl Display for Above {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (n, one, many) = rounded_up(self.0);
        Count(n, one, many).fmt(f)
    }
}

/// Between one unit and two it is counted in the smaller: 90 seconds, since 2 minutes would be a
/// third more.
fn rounded_up(span: Duration) -> (u64, &'static str, &'static str) {
    let ms = whole_ms(span).div_ceil(1_000).max(1) * 1_000;
    let fits =
        |&&(unit, one, _): &&(u64, &str, &str)| ms >= unit * 2 || (ms == unit && one != "day");
    let (unit, one, many) = *UNITS.iter().find(fits).unwrap_or(&UNITS[3]);
    (ms.div_ceil(unit), one, many)
}

/// `2 h ago`: when something was, in a line about something else.
pub(super) struct Ago(pub(super) Duration);

impl Display for Ago {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (unit, one, many) = fitting(self.0);
        match (whole_ms(self.0) / unit, one) {
            (_, "second") => f.write_str("just now"),
            (n, "minute") => write!(f, "{n} min ago"),
            (n, "hour") => write!(f, "{n} h ago"),
            (n, _) => write!(f, "{n} {many} ago"),
        }
    }
}

/// `: spam.`, or `.` without a reason: the end of a sentence about what an operator did.
pub(super) struct Because<'a>(pub(super) Option<&'a Text>);

impl Display for Because<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("."),
            Some(why) if why.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '।']) => {
                write!(f, ": {why}")
            }
            Some(why) => write!(f, ": {why}."),
        }
    }
}

/// `: lunch`, or nothing: a reason inside of something.
pub(super) struct AfterColon<'a>(pub(super) Option<&'a Text>);

impl Display for AfterColon<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |why| write!(f, ": {why}"))
    }
}

/// `ann`, `ann and bob`, `ann, bob and cy`, `ann, bob and 37 more`.
pub(super) struct Enumerated<'a> {
    pub(super) names: &'a [Name],
    pub(super) more: usize,
}

impl Display for Enumerated<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (at, name) in self.names.iter().enumerate() {
            let is_last = self.more == 0 && at + 1 == self.names.len();
            let gap = match at {
                0 => "",
                _ if is_last => " and ",
                _ => ", ",
            };
            write!(f, "{gap}{name}")?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// `2026-11-22 10:00 UTC`: when a ban ends. The same for every reader: a banned person has no
/// session, and so no zone.
pub(super) struct Utc(pub(super) Timestamp);

impl Display for Utc {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} UTC", Minute(self.0, &TimeZone::UTC))
    }
}

/// `2026-11-21 14:03`, in a zone.
pub(super) struct Minute<'a>(pub(super) Timestamp, pub(super) &'a TimeZone);

impl Display for Minute<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let clock = wall_clock(self.0, self.1);
        write!(
            f,
            "{} {:02}:{:02}",
            clock.date(),
            clock.hour(),
            clock.minute()
        )
    }
}

/// `2026-11-21 14:03:05`, in a zone.
pub(super) struct Second<'a>(pub(super) Timestamp, pub(super) &'a TimeZone);

impl Display for Second<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let second = wall_clock(self.0, self.1).second();
        write!(f, "{}:{second:02}", Minute(self.0, self.1))
    }
}

/// `Sat 21 Nov 2026`.
pub(super) struct Day(pub(super) Date);

impl Display for Day {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.strftime("%a %-d %b %Y").fmt(f)
    }
}

/// `Sat 21 Nov 2026`, `yesterday 14:00`, `14:00` or `2 hours ago`: a moment, as typed.
pub(super) struct Typed(pub(super) Moment);

impl Display for Typed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let time = match self.0 {
            Moment::Day(day) => return TypedDay(day).fmt(f),
            Moment::Time(time) => time,
            Moment::Clock(day, time) => {
                write!(f, "{} ", TypedDay(day))?;
                time
            }
            Moment::NOW => return f.write_str("now"),
            Moment::Ago(time) => return write!(f, "{} ago", Exactly(time)),
            Moment::At(at) => return zone::in_utc(at).fmt(f),
        };
        write!(f, "{:02}:{:02}", time.hour(), time.minute())?;
        match time.second() {
            0 => Ok(()),
            second => write!(f, ":{second:02}"),
        }
    }
}

struct TypedDay(zone::Day);

impl Display for TypedDay {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            zone::Day::On(date) => Day(date).fmt(f),
            zone::Day::Today => f.write_str("today"),
            zone::Day::Yesterday => f.write_str("yesterday"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec::Vec;

    #[track_caller]
    fn check(shown: impl Display, expected: &str) {
        assert_eq!(shown.to_string(), expected);
    }

    #[test]
    fn a_chosen_length_is_told_exactly() {
        check(Exactly(Duration::from_mins(10)), "10 minutes");
        check(Exactly(Duration::from_mins(60)), "1 hour");
        check(Exactly(Duration::from_mins(90)), "90 minutes");
        check(Exactly(Duration::from_secs(90)), "90 seconds");
        check(Exactly(Duration::from_hours(24 * 7)), "7 days");
        check(Exactly(Duration::from_millis(250)), "1 second");
        check(Last(Duration::from_mins(60)), "last hour");
        check(Last(Duration::from_mins(90)), "last 90 minutes");
    }

    #[test]
    fn a_measured_length_is_told_roughly() {
        check(Roughly(Duration::from_millis(999)), "0 seconds");
        check(Roughly(Duration::from_secs(59)), "59 seconds");
        check(Roughly(Duration::from_secs(119)), "1 minute");
        check(Roughly(Duration::from_mins(47 * 60 + 59)), "47 hours");
        check(Roughly(Duration::from_mins(48 * 60)), "2 days");
    }

    #[test]
    fn what_is_to_be_waited_for_is_rounded_up() {
        check(More(Duration::from_millis(1)), "1 more second");
        check(
            More(Duration::from_millis(8 * 60_000 + 1)),
            "9 more minutes",
        );
        check(More(Duration::from_mins(9)), "9 more minutes");
        check(More(Duration::from_mins(1)), "1 more minute");
        check(More(Duration::from_hours(24 * 3)), "3 more days");
        check(Above(Duration::from_secs(90)), "90 seconds");
        check(Above(Duration::from_millis(119_001)), "2 minutes");
        check(Above(Duration::from_mins(90)), "90 minutes");
        check(Above(Duration::from_hours(24)), "24 hours");
    }

    #[test]
    fn ages_are_short() {
        check(Ago(Duration::from_secs(59)), "just now");
        check(Ago(Duration::from_mins(5)), "5 min ago");
        check(Ago(Duration::from_mins(125)), "2 h ago");
        check(Ago(Duration::from_hours(24 * 3)), "3 days ago");
    }

    #[test]
    fn a_reason_ends_the_sentence_once() {
        let text = |why| Text::parse(why).expect("a text");
        check(Because(None), ".");
        check(Because(Some(&text("spam"))), ": spam.");
        check(Because(Some(&text("stop it!"))), ": stop it!");
        check(Because(Some(&text("荒らし。"))), ": 荒らし。");
    }

    #[test]
    fn names_are_listed_as_one_says_them() {
        let names: Vec<Name> = ["ann", "bob", "cy"]
            .iter()
            .filter_map(|n| Name::parse(n).ok())
            .collect();
        check(
            Enumerated {
                names: &names[..1],
                more: 0,
            },
            "ann",
        );
        check(
            Enumerated {
                names: &names[..2],
                more: 0,
            },
            "ann and bob",
        );
        check(
            Enumerated {
                names: &names,
                more: 0,
            },
            "ann, bob and cy",
        );
        check(
            Enumerated {
                names: &names,
                more: 37,
            },
            "ann, bob, cy and 37 more",
        );
    }

    #[test]
    fn times_and_days() {
        // `date -u -d @1795255385`
        let at = Timestamp(1_795_255_385_000);
        check(Utc(at), "2026-11-21 10:03 UTC");
        check(Second(at, &TimeZone::UTC), "2026-11-21 10:03:05");
        check(
            Day(wall_clock(at, &TimeZone::UTC).date()),
            "Sat 21 Nov 2026",
        );
        check(Utc(Timestamp(i64::MAX)), "9999-12-30 22:00 UTC");
    }
}
