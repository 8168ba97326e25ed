//! Time zones and days. The zones are built in, so that a machine without zone files shows the
//! same times as any other.

use alloc::borrow::ToOwned;
use alloc::string::String;

use chinwag_core::Timestamp;
pub use jiff::civil::Date;
use jiff::civil::DateTime;
pub use jiff::tz::TimeZone;
use jiff::tz::TimeZoneDatabase;

/// A typed zone counts as a slip of another up to this edit distance.
const SLIP_MAX: usize = 3;

/// The zone of this name in the IANA database, in whatever case; its canonical spelling is its
/// `iana_name`.
pub fn zone(name: &str) -> Option<TimeZone> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    (!zone.is_unknown()).then_some(zone)
}

/// The zone that was probably meant: by a city without its continent, or by a slip.
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

/// Reads a day in the one form that is the same everywhere: `2026-11-21`.
pub(super) fn date(typed: &str) -> Option<Date> {
    let is_sign = |(at, b): (usize, u8)| match at {
        4 | 7 => b == b'-',
        _ => b.is_ascii_digit(),
    };
    let is_form = typed.len() == 10 && typed.bytes().enumerate().all(is_sign);
    is_form.then(|| typed.parse().ok())?
}

/// When a day begins in a zone. Where clocks are put forward at midnight that is one o'clock.
pub fn day_start(date: Date, zone: &TimeZone) -> Timestamp {
    let start = zone.to_timestamp(DateTime::from(date));
    // The one day that is out of the library's range is its last: nothing lies behind it.
    start.map_or(Timestamp(i64::MAX), |start| {
        Timestamp(start.as_millisecond())
    })
}

/// The clock on the wall at a time; at the end of the library's range for times beyond it.
pub(super) fn wall_clock(at: Timestamp, zone: &TimeZone) -> DateTime {
    let end = match at.0 < 0 {
        true => jiff::Timestamp::MIN,
        false => jiff::Timestamp::MAX,
    };
    zone.to_datetime(jiff::Timestamp::from_millisecond(at.0).unwrap_or(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_zone(typed: &str, expected: Option<&str>) {
        let zone = zone(typed);
        assert_eq!(
            zone.as_ref().and_then(|zone| zone.iana_name()),
            expected,
            "{typed}"
        );
    }

    #[test]
    fn zones_are_built_in_and_found_in_any_case() {
        check_zone("Europe/Berlin", Some("Europe/Berlin"));
        check_zone("america/new_york", Some("America/New_York"));
        check_zone("utc", Some("UTC"));
        check_zone("Etc/Unknown", None);
        check_zone("Berlin", None);
        check_zone("", None);
        check_zone("../../etc/passwd", None);
    }

    #[track_caller]
    fn check_like(typed: &str, expected: Option<&str>) {
        assert_eq!(zone_like(typed).as_deref(), expected, "{typed}");
    }

    #[test]
    fn a_city_or_a_slip_is_understood() {
        check_like("berlin", Some("Europe/Berlin"));
        check_like("New_York", Some("America/New_York"));
        check_like("Europe/Belrin", Some("Europe/Berlin"));
        check_like("Middle_Earth/Shire", None);
        check_like("x", None);
    }

    #[test]
    fn days_are_read_in_one_form() {
        assert_eq!(date("2026-11-21"), Some(Date::constant(2026, 11, 21)));
        for typed in [
            "2026-13-01",
            "2026-02-30",
            "20261121",
            "2026-11-1",
            "21.11.2026",
            "2026-11-21T",
            "",
            "ü",
        ] {
            assert_eq!(date(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_day_begins_by_the_clock_of_its_zone() {
        let start = |date: &str, name: &str| {
            let zone = zone(name).expect("a zone");
            day_start(date.parse().expect("a date"), &zone).0 / 1_000
        };
        assert_eq!(start("1970-01-01", "UTC"), 0);
        assert_eq!(start("1970-01-02", "America/New_York"), 86_400 + 5 * 3_600);
        // Clocks went from 0:00 to 1:00 on this day in Cairo.
        assert_eq!(start("2024-04-26", "Africa/Cairo"), 1_714_082_400);
        assert_eq!(day_start(Date::MAX, &TimeZone::UTC), Timestamp(i64::MAX));
    }
}
