//! Zones, times and days as people type them, and the days of a zone.

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

#[track_caller]
fn check_moment(typed: &str, expected: Option<(&str, &str)>) {
    // 2026-11-21 14:03:05 UTC
    let now = Timestamp(1_795_269_785_000);
    let at = |at: Timestamp| std::format!("{}", wall_clock(at, &TimeZone::UTC));
    let zone = &TimeZone::UTC;
    let moment =
        Moment::parse(typed).map(|it| (it.start(now, zone), it.end_after(Moment::NOW, now, zone)));
    let moment = moment.map(|(start, end)| (at(start), at(end)));
    let moment = moment.as_ref().map(|(start, end)| (&**start, &**end));
    assert_eq!(moment, expected, "{typed}");
}

#[test]
fn moments_are_days_or_minutes() {
    let (day, next) = ("2026-11-20T00:00:00", "2026-11-21T00:00:00");
    check_moment("2026-11-20", Some((day, next)));
    let minute = "2026-11-20T09:05:00";
    check_moment("2026-11-20 09:05", Some((minute, minute)));
    check_moment("2026-11-20T9:05", Some((minute, minute)));
    check_moment("2026-11-20 09:05:00", Some((minute, minute)));
    check_moment("2026-11-20T10:05:00+01:00", Some((minute, minute)));
    check_moment("2026-11-20T09:05:00Z", Some((minute, minute)));
    for typed in [
        "24:00",
        "9:5",
        "9:05:7",
        "9:05:60",
        "9",
        ":00",
        "+1:00",
        "2026-11-20 ",
        "2026-11-20 noon",
        "",
    ] {
        check_moment(typed, None);
    }
}

#[test]
fn moments_can_be_told_from_now() {
    let (yesterday, today) = ("2026-11-20T00:00:00", "2026-11-21T00:00:00");
    check_moment("today", Some((today, "2026-11-22T00:00:00")));
    check_moment("Yesterday", Some((yesterday, today)));
    check_moment("TODAY", Some((today, "2026-11-22T00:00:00")));
    let minute = "2026-11-20T14:00:00";
    check_moment("yesterday 14:00", Some((minute, minute)));
    check_moment("YESTERDAY 14:00", Some((minute, minute)));
    let ago = "2026-11-21T12:03:05";
    check_moment("2h", Some((ago, ago)));
    let now = "2026-11-21T14:03:05";
    for typed in ["now", "NOW", "0h", "0s"] {
        check_moment(typed, Some((now, now)));
    }
    for typed in ["-2h", "yesterday noon", "tomorrow", "now 14:00"] {
        check_moment(typed, None);
    }
}

#[test]
fn a_range_has_a_start_or_an_end_or_both() {
    let moment = |typed| Moment::parse(typed).expect("a moment");
    for (typed, from, until) in [
        ("14:00..15:30", "14:00", "15:30"),
        ("2026-11-20 .. 2026-11-21", "2026-11-20", "2026-11-21"),
        ("2026-11-20 14:00..15:00", "2026-11-20 14:00", "15:00"),
        ("yesterday 23:00..0:45", "yesterday 23:00", "00:45"),
        ("2h..1h", "2h", "1h"),
        ("2h..14:00", "2h", "14:00"),
        ("5m..now", "5m", "now"),
        ("5m..0m", "5m", "now"),
        ("yesterday..", "yesterday", ""),
        ("..14:00", "", "14:00"),
        (".. yesterday 9:00", "", "yesterday 09:00"),
    ] {
        let end = |typed: &'static str| (!typed.is_empty()).then(|| moment(typed));
        let range = Some((end(from), end(until)));
        assert_eq!(Moment::parse_range(typed), range, "{typed}");
    }
    for typed in ["1..2..3", "14:00", "..", " .. ", "14:00..x", "x..14:00"] {
        assert_eq!(Moment::parse_range(typed), None, "{typed}");
    }
}

/// What a range is at a time of day of 21 November.
#[track_caller]
fn check_range(clock: &str, typed: &str, from: &str, until: &str) {
    check_range_in(&TimeZone::UTC, clock, typed, from, until);
}

#[track_caller]
fn check_range_in(zone: &TimeZone, clock: &str, typed: &str, from: &str, until: &str) {
    let now = rfc3339(&std::format!("2026-11-21T{clock}Z")).expect("a time");
    let (start, end) = Moment::parse_range(typed).expect("a range");
    let start = start.expect("a start");
    let end = end.expect("an end").end_after(start, now, zone);
    let start = start.start(now, zone);
    let at = |at: Timestamp| std::format!("{}", wall_clock(at, zone).strftime("%-d %R"));
    assert_eq!(
        (&*at(start), &*at(end)),
        (from, until),
        "{typed} at {clock}"
    );
}

#[test]
fn a_time_alone_is_the_last_and_as_an_end_the_next_behind_the_start() {
    let check = check_range;
    check("14:03:05", "14:00..15:30", "21 14:00", "21 15:30");
    check("14:03:05", "14:03..14:00", "21 14:03", "22 14:00");
    check("14:03:05", "15:00..14:00", "20 15:00", "21 14:00");
    check("00:20:00", "23:00..23:30", "20 23:00", "20 23:30");
    check("00:20:00", "23:00..01:00", "20 23:00", "21 01:00");
    check("00:20:00", "23:00..0:10", "20 23:00", "21 00:10");
    check("00:20:00", "00:00..0:10", "21 00:00", "21 00:10");
    check("23:30:00", "23:00..01:00", "21 23:00", "22 01:00");
    check("00:20:00", "yesterday..15:00", "20 00:00", "20 15:00");
    check("14:03:05", "yesterday..00:00", "20 00:00", "21 00:00");
    check("00:20:00", "2h..23:30", "20 22:20", "20 23:30");
    check(
        "14:03:05",
        "2026-11-19 14:00..14:00",
        "19 14:00",
        "20 14:00",
    );
}

#[test]
fn a_range_that_is_not_of_today_is_told_with_its_days() {
    let zone = &TimeZone::UTC;
    let told = |clock: &str, from: &str, until: &str| {
        let now = rfc3339(&std::format!("2026-11-21T{clock}Z")).expect("a time");
        let moment = |typed: &str| Moment::parse(typed).expect("a moment");
        let start = moment(from).start(now, zone);
        let end = moment(until).end_after(moment(from), now, zone);
        with_days(
            [Some((moment(from), start)), Some((moment(until), end))],
            now,
            zone,
        )
    };
    let check = |(clock, from, until): (&str, &str, &str), expected: [&str; 2]| {
        let expected = expected.map(Moment::parse);
        assert_eq!(
            told(clock, from, until),
            expected,
            "{from}..{until} at {clock}"
        );
    };
    check(("14:03:05", "13:00", "14:00"), ["13:00", "14:00"]);
    check(("14:03:05", "2h", "14:00"), ["2h", "14:00"]);
    check(
        ("00:20:00", "23:00", "0:10"),
        ["2026-11-20 23:00", "2026-11-21 0:10"],
    );
    check(
        ("14:03:05", "14:03", "14:00"),
        ["2026-11-21 14:03", "2026-11-22 14:00"],
    );
    check(
        ("14:03:05", "yesterday", "15:00"),
        ["yesterday", "2026-11-20 15:00"],
    );
}

#[test]
fn the_last_time_of_day_may_be_one_of_yesterday() {
    let check = |clock: &str, typed: &str, expected: &str| {
        let now = rfc3339(&std::format!("2026-11-21T{clock}Z")).expect("a time");
        let moment = Moment::parse(typed).expect("a moment");
        let (start, before) = (
            moment.start(now, &TimeZone::UTC),
            moment.before(now, &TimeZone::UTC),
        );
        let at =
            |at: Timestamp| std::format!("{}", wall_clock(at, &TimeZone::UTC).strftime("%-d %T"));
        assert_eq!((&*at(start), &*at(before)), (expected, expected));
    };
    check("00:20:00", "23:00", "20 23:00:00");
    check("23:00:00", "23:00", "21 23:00:00");
    check("22:59:59.999", "23:00", "20 23:00:00");
    check("00:00:00", "00:00", "21 00:00:00");
    check("00:20:00", "today 23:00", "21 23:00:00");
}

#[test]
fn an_end_before_the_start_is_still_to_come() {
    let check = |clock: &str, (since, until): (&str, &str), expected: &str| {
        let now = rfc3339(&std::format!("2026-11-21T{clock}Z")).expect("a time");
        let moment = |typed: &str| Moment::parse(typed).expect("a moment");
        let since = moment(since).start(now, &TimeZone::UTC);
        let until = moment(until).before_after(since, now, &TimeZone::UTC);
        let until = std::format!("{}", wall_clock(until, &TimeZone::UTC).strftime("%-d %R"));
        assert_eq!(until, expected);
    };
    check("14:03:00", ("12:00", "15:00"), "21 15:00");
    check("14:03:00", ("yesterday", "15:00"), "20 15:00");
    check("14:03:00", ("12:00", "11:00"), "21 11:00");
    check("00:20:00", ("23:00", "23:30"), "20 23:30");
    check("00:20:00", ("23:00", "01:00"), "21 01:00");
}

#[test]
fn times_of_programs_are_those_of_rfc_3339() {
    let at = |typed: &str| rfc3339(typed).map(|at| at.0);
    let noon = 1_795_262_400_000;
    for typed in [
        "2026-11-21T12:00:00Z",
        "2026-11-21t12:00:00.0z",
        "2026-11-21 13:00:00+01:00",
        "2026-11-22T11:59:00+23:59",
        "2026-11-20T12:01:00.000999-23:59",
        "2026-11-21T11:59:60-00:00",
    ] {
        assert_eq!(at(typed), Some(noon), "{typed}");
    }
    assert_eq!(at("2026-11-21T12:00:00.12345Z"), Some(noon + 123));
    assert_eq!(at("2026-11-21T12:00:00.5Z"), Some(noon + 500));
    assert_eq!(at("1969-12-31T23:59:59.75Z"), Some(-250));
    assert_eq!(at("9999-12-31T23:59:59.999Z"), Some(253_402_300_799_999));
    for typed in [
        "",
        "2026-11-21",
        "2026-11-21T12:00Z",
        "2026-11-21T12:00:00",
        "2026-11-21T12:00:00+01",
        "2026-11-21T12:00:00+0100",
        "2026-11-21T12:00:00+25:00",
        "2026-11-21T12:00:00+01:60",
        "2026-11-21T12:00:00.Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T12:60:00Z",
        "2026-11-21T12:00:61Z",
        "2026-02-29T12:00:00Z",
        "2026-11-21T12:00:00Z[UTC]",
        "2026-11-21T+1:00:00Z",
        "2026-11-21T12:00:00\u{e9}",
    ] {
        assert_eq!(at(typed), None, "{typed}");
    }
}

/// In Berlin clocks go from 2:00 to 3:00 on 28 March 2027, and from 3:00 to 2:00 on 25 October 2026.
#[test]
fn a_time_that_clocks_show_twice_or_never_hides_nothing() {
    let zone = zone("Europe/Berlin").expect("a zone");
    let at = |typed: &str| {
        let moment = Moment::parse(typed).expect("a moment");
        let utc = |at: Timestamp| std::format!("{}", in_utc(at));
        let times = (
            moment.start(Timestamp(0), &zone),
            moment.before(Timestamp(0), &zone),
        );
        (utc(times.0), utc(times.1))
    };
    let both = |at: &str| (at.to_owned(), at.to_owned());
    let change = both("2027-03-28T01:00:00Z");
    for skipped in ["02:00", "02:30", "02:59"] {
        assert_eq!(at(&std::format!("2027-03-28 {skipped}")), change);
    }
    assert_eq!(at("2027-03-28 03:00"), change);
    assert_eq!(at("2027-03-28 01:59"), both("2027-03-28T00:59:00Z"));
    let repeated = ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z");
    let repeated = (repeated.0.to_owned(), repeated.1.to_owned());
    assert_eq!(at("2026-10-25 02:30"), repeated);
    assert_eq!(at("2026-10-25 03:00"), both("2026-10-25T02:00:00Z"));
}

#[test]
fn a_range_in_an_hour_that_clocks_skip_or_show_twice_stays_in_its_day() {
    let zone = zone("Europe/Berlin").expect("a zone");
    let check = |typed, from, until| check_range_in(&zone, "14:03:05", typed, from, until);
    check("2027-03-28 02:00..02:59", "28 03:00", "28 03:00");
    check("2027-03-28 02:10..03:20", "28 03:00", "28 03:20");
    check("2027-03-28 01:50..02:10", "28 01:50", "28 03:00");
    check("2027-03-28 03:00..02:59", "28 03:00", "29 02:59");
    check("2026-10-25 02:10..02:50", "25 02:10", "25 02:50");
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
