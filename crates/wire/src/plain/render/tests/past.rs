//! Days, history, search and the audit log.

use std::boxed::Box;

use chinwag_core::{AuditEntry, Duration, Fact, Manner, Mask, ModAction, Restriction};

use super::*;
use crate::plain::request::{Back, SearchRequest};
use crate::zone::Date;

const YESTERDAY: Timestamp = Timestamp(NOW.0 - 86_400_000);

fn talk() -> [Event; 3] {
    let before = |minutes| NOW - Duration::from_mins(minutes);
    [
        said(before(5), "lee", "morning", Manner::Speech),
        said(before(2), "gopher", "waves", Manner::Action),
        said(before(1), "gopher", "hello", Manner::Speech),
    ]
}

fn day_break(renderer: &mut Renderer, at: Timestamp) -> String {
    let mut written = false;
    let line = shown_by(renderer, |r, out| written = r.day_break(out, at));
    assert_eq!(written, !line.is_empty());
    line
}

#[test]
fn a_day_begins_with_its_date() {
    let mut renderer = renderer(TimeStyle::Short);
    let mut day = |at| day_break(&mut renderer, at);
    assert_eq!(day(NOW), "");
    assert_eq!(day(NOW + Duration::from_mins(9 * 60 + 56)), "");
    assert_eq!(
        day(NOW + Duration::from_mins(9 * 60 + 57)),
        "--- Sun 22 Nov 2026 ---\n"
    );
    assert_eq!(day(NOW + Duration::from_mins(9 * 60 + 57)), "");
    assert_eq!(
        day(NOW + Duration::from_hours(24 * 10)),
        "--- Tue 1 Dec 2026 ---\n"
    );
    assert_eq!(day(NOW), "--- Sat 21 Nov 2026 ---\n");
}

#[test]
fn an_arrival_replays_the_last_messages() {
    let shown = shown(|r, out| r.recent(out, talk().iter(), 412, &room("lobby"), NOW));
    let expected = "\
--- last 3 of 412 messages; /history for more, /search to find ---
[13:58] lee: morning
[14:01] * gopher waves
[14:02] gopher: hello
--- now ---
";
    assert_eq!(shown, expected);
}

#[test]
fn an_empty_room_replays_nothing() {
    assert_eq!(
        shown(|r, out| r.recent(out, [].iter(), 0, &room("lobby"), NOW)),
        ""
    );
}

#[test]
fn a_replay_dates_what_is_not_of_today() {
    let [lee, gopher, _] = talk();
    let old = |event: &Event| event_at(event, YESTERDAY);
    let events = [old(&lee), old(&gopher), lee];
    let mut renderer = renderer(TimeStyle::Short);
    let shown = shown_by(&mut renderer, |r, out| {
        r.recent(out, events.iter(), 3, &room("lobby"), NOW);
        // The replay is no part of the live lines.
        r.day_break(out, NOW);
    });
    let expected = "\
--- last 3 of 3 messages; /history for more, /search to find ---
--- Fri 20 Nov 2026 ---
[14:03] lee: morning
[14:03] * gopher waves
--- Sat 21 Nov 2026 ---
[13:58] lee: morning
--- now ---
";
    assert_eq!(shown, expected);
}

fn event_at(other: &Event, at: Timestamp) -> Event {
    event(at, other.fact.clone())
}

#[track_caller]
fn check_history(back: Back, shown_max: usize, total: u64, expected: [&str; 2]) {
    let events = talk();
    let shown = shown(|r, out| {
        r.history(
            out,
            back,
            events[..shown_max].iter(),
            total,
            &room("dev"),
            NOW,
        );
    });
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.first(), Some(&expected[0]));
    assert_eq!(lines.last(), Some(&expected[1]));
}

#[test]
fn a_history_says_how_much_it_shows() {
    let now = "--- now ---";
    let day = Back::From(Date::constant(2026, 11, 21));
    check_history(
        Back::Last(3),
        3,
        412,
        ["--- last 3 of 412 messages ---", now],
    );
    let hour = Back::For(Duration::from_mins(60));
    check_history(hour, 3, 3, ["--- 3 messages of the last 1 hour ---", now]);
    check_history(hour, 1, 1, ["--- 1 message of the last 1 hour ---", now]);
    check_history(
        hour,
        3,
        7,
        ["--- last 3 of 7 messages of the last 1 hour ---", now],
    );
    check_history(day, 3, 3, ["--- 3 messages since Sat 21 Nov 2026 ---", now]);
    let first = "--- first 3 of 7 messages since Sat 21 Nov 2026 ---";
    check_history(day, 3, 7, [first, "--- 4 more messages until now ---"]);
}

#[test]
fn an_empty_history_says_so() {
    let empty = |back| shown(|r, out| r.history(out, back, [].iter(), 0, &room("dev"), NOW));
    assert_eq!(empty(Back::Last(50)), "! Nothing was said in #dev yet.\n");
    let hours = Back::For(Duration::from_mins(120));
    assert_eq!(
        empty(hours),
        "! Nothing was said in #dev in the last 2 hours.\n"
    );
    let day = Back::From(Date::constant(2026, 11, 21));
    assert_eq!(
        empty(day),
        "! Nothing was said in #dev since Sat 21 Nov 2026.\n"
    );
}

fn search() -> SearchRequest {
    SearchRequest {
        words: text("deploy"),
        from: None,
        room: None,
        before: None,
    }
}

#[test]
fn a_match_tells_its_day_and_its_room_in_every_style() {
    let dev = room("dev");
    let matches = [
        said(YESTERDAY, "lee", "deploy?", Manner::Speech),
        said(NOW, "ann", "does the deploy", Manner::Action),
    ];
    let expected = "\
--- 2 messages with \"deploy\" ---
[2026-11-20 14:03] #dev lee: deploy?
[2026-11-21 14:03] #dev * ann does the deploy
--- now ---
";
    for time in [TimeStyle::Off, TimeStyle::Short, TimeStyle::Full] {
        let shown = shown_by(&mut renderer(time), |r, out| {
            r.search(
                out,
                &search(),
                matches.iter().map(|event| (&dev, event)),
                false,
            );
        });
        assert_eq!(shown, expected);
    }
}

#[test]
fn a_search_says_when_there_is_more_and_when_there_is_nothing() {
    let dev = room("dev");
    let one = [said(NOW, "lee", "deploy?", Manner::Speech)];
    let shown_of = |matches: &[Event], more| {
        let matches = matches.iter().map(|event| (&dev, event));
        shown(|r, out| r.search(out, &search(), matches, more))
    };
    let head = "--- the newest 1 message with \"deploy\" ---\n";
    assert!(shown_of(&one, true).starts_with(head));
    assert_eq!(shown_of(&[], false), "! Nothing found for \"deploy\".\n");
}

fn audit_entry(act: ModAction) -> Event {
    let (by, actor, target) = (name("lee"), None, None);
    event(
        NOW,
        Fact::Moderated(Box::new(AuditEntry {
            by,
            actor,
            act,
            target,
        })),
    )
}

fn spammer() -> Restriction {
    Restriction {
        mask: Mask::of_person(name("bob"), [192, 0, 2, 7].into()),
        until: Some(NOW + Duration::from_mins(10)),
        by: name("lee"),
        why: why("spam"),
    }
}

#[track_caller]
fn check_log(act: ModAction, expected: &str) {
    let shown = shown(|r, out| r.log(out, [audit_entry(act)].iter()));
    let head = "--- what operators did last ---\n  2026-11-21 14:03 lee";
    assert_eq!(shown, std::format!("{head} {expected}\n"));
}

#[test]
fn the_log_tells_who_did_what_and_when() {
    let bob = || name("bob");
    check_log(
        ModAction::Kick {
            name: bob(),
            why: why("spam"),
        },
        "kicked bob: spam",
    );
    check_log(
        ModAction::Mute(spammer()),
        "muted bob (192.0.2.7) for 10 minutes: spam",
    );
    check_log(ModAction::Unmute(Mask::of_name(bob())), "unmuted bob");
    check_log(
        ModAction::Ban(spammer()),
        "banned bob (192.0.2.7) for 10 minutes: spam",
    );
    check_log(ModAction::Unban(spammer().mask), "unbanned bob (192.0.2.7)");
    check_log(
        ModAction::Op {
            name: bob(),
            lasting: true,
        },
        "made bob an operator",
    );
    check_log(
        ModAction::Op {
            name: bob(),
            lasting: false,
        },
        "made bob an operator until they leave",
    );
    check_log(
        ModAction::Deop { name: bob() },
        "took back bob's operator rights",
    );
    check_log(ModAction::Announce(text("noon")), "announced: noon");
    check_log(
        ModAction::Motd(Some(text("Be kind."))),
        "set the message of the day: Be kind.",
    );
    check_log(ModAction::Motd(None), "cleared the message of the day");
    check_log(ModAction::Lock(true), "locked the server");
    check_log(ModAction::Lock(false), "unlocked the server");
}

#[test]
fn an_empty_log_says_so() {
    let shown = shown(|r, out| r.log(out, [].iter()));
    assert_eq!(shown, "! No operator has done anything yet.\n");
}
