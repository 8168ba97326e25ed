//! Days, history, search and the audit log.

use std::boxed::Box;

use chinwag_core::{AuditEntry, Duration, Fact, Manner, Mask, ModAction, Reach, Restriction};

use super::*;
use crate::dialect::{HistoryPage, Recent, SearchPage};
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

fn recent(renderer: &mut Renderer, out: &mut Vec<u8>, events: &[Event], total: u64) {
    let messages: Vec<_> = events.iter().cloned().map(Arc::new).collect();
    let recent = Recent {
        messages: &messages,
        total,
    };
    renderer.recent(out, recent, &room("lobby"), NOW);
}

#[test]
fn an_arrival_replays_the_last_messages() {
    let shown = shown(|r, out| recent(r, out, &talk(), 412));
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
fn an_empty_room_replays_nothing_but_says_that_now_begins() {
    assert_eq!(shown(|r, out| recent(r, out, &[], 0)), "--- now ---\n");
}

#[test]
fn a_replay_dates_what_is_not_of_today() {
    let [lee, gopher, _] = talk();
    let old = |event: &Event| event_at(event, YESTERDAY);
    let events = [old(&lee), old(&gopher), lee];
    let mut renderer = renderer(TimeStyle::Short);
    let shown = shown_by(&mut renderer, |r, out| {
        recent(r, out, &events, 3);
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

/// A page that is the first, the last, or both.
fn history(back: Back, events: &[Event], total: u64, (is_first, is_last): (bool, bool)) -> String {
    let page = HistoryPage {
        room: &room("dev"),
        events,
        shown: if is_first && is_last {
            events.len() as u64
        } else {
            2 * events.len() as u64
        },
        total,
        is_first,
        is_last,
    };
    shown(|r, out| r.history(out, back, &page, NOW))
}

#[track_caller]
fn check_history(back: Back, shown_max: usize, total: u64, expected: [&str; 2]) {
    let shown = history(back, &talk()[..shown_max], total, (true, true));
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
fn pages_of_a_history_have_one_head_and_one_end() {
    let [lee, ..] = talk();
    let one = [lee];
    let line = "[13:58] lee: morning\n";
    assert_eq!(
        history(Back::Last(2), &one, 9, (true, false)),
        std::format!("--- last 2 of 9 messages ---\n{line}")
    );
    assert_eq!(history(Back::Last(2), &one, 9, (false, false)), line);
    assert_eq!(
        history(Back::Last(2), &one, 9, (false, true)),
        std::format!("{line}--- now ---\n")
    );
    let day = Back::From(Date::constant(2026, 11, 21));
    assert_eq!(
        history(day, &one, 9, (false, true)),
        std::format!("{line}--- 7 more messages until now ---\n")
    );
}

#[test]
fn an_empty_history_says_so() {
    let empty = |back| history(back, &[], 0, (true, true));
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

/// Matches in `#dev`, on a page that has `more` behind it, is the first, is the last.
fn found(
    renderer: &mut Renderer,
    events: &[Event],
    (more, is_first, is_last): (bool, bool, bool),
) -> String {
    let rooms = [(LOBBY, room("dev"))].into_iter().collect();
    let page = SearchPage {
        events,
        shown: events.len() as u64,
        more,
        is_first,
        is_last,
    };
    shown_by(renderer, |r, out| r.search(out, &search(), &page, &rooms))
}

#[test]
fn pages_of_matches_have_one_head_and_one_end() {
    let one = [said(NOW, "lee", "deploy?", Manner::Speech)];
    let page = |is_first, is_last| {
        let renderer = &mut renderer(TimeStyle::Short);
        found(renderer, &one, (false, is_first, is_last))
    };
    let line = "[2026-11-21 14:03] #dev lee: deploy?\n";
    let head = "--- 1 message with \"deploy\" ---\n";
    assert_eq!(page(true, false), std::format!("{head}{line}"));
    assert_eq!(page(false, false), line);
    assert_eq!(page(false, true), std::format!("{line}--- now ---\n"));
}

#[test]
fn a_match_tells_its_day_and_its_room_in_every_style() {
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
        let renderer = &mut renderer(time);
        let shown = found(renderer, &matches, (false, true, true));
        assert_eq!(shown, expected);
    }
}

#[test]
fn a_search_says_when_there_is_more_and_when_there_is_nothing() {
    let one = [said(NOW, "lee", "deploy?", Manner::Speech)];
    let shown_of = |matches: &[Event], more| {
        let renderer = &mut renderer(TimeStyle::Short);
        found(renderer, matches, (more, true, true))
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
            spared: None,
        })),
    )
}

fn spammer() -> Restriction {
    Restriction {
        mask: Mask::of_name(name("bob")).with_block("192.0.2.7/32".parse().unwrap(), Reach::Either),
        until: Some(NOW + Duration::from_mins(10)),
        by: name("lee"),
        why: why("spam"),
    }
}

#[track_caller]
fn check_log(act: ModAction, expected: &str) {
    let shown = shown(|r, out| r.audit_log(out, [audit_entry(act)].iter()));
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
        "removed bob's operator rights",
    );
    let rename = ModAction::Rename {
        name: bob(),
        new: name("rob"),
    };
    check_log(rename, "renamed bob to rob");
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
    let shown = shown(|r, out| r.audit_log(out, [].iter()));
    assert_eq!(shown, "! No operator has done anything yet.\n");
}
