//! Days, history, search and the audit log.

use std::boxed::Box;

use chinwag_core::{
    AuditEntry, Duration, Fact, Manner, Mask, ModAction, Reach, Restriction, Tenure,
};

use super::*;
use crate::dialect::{HistoryPage, LogPage, PastOf, Recent, SearchPage};
use crate::plain::message_ref::MessageRef;
use crate::plain::render::{Counted, HistoryStyle, Sought, Stretch};
use crate::plain::request::SearchRequest;
use crate::zone::Moment;

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
        total: Some(total),
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

fn style(stretch: Stretch) -> HistoryStyle {
    HistoryStyle {
        stretch,
        names_room: false,
        ids: false,
        counted: Counted::Messages,
    }
}

/// A page of a history of `#dev`, of the shown messages of which these are some.
fn history(stretch: Stretch, events: &[Event], page: HistoryPage<'_>) -> String {
    let page = HistoryPage { events, ..page };
    shown(|r, out| r.history(out, style(stretch), &page, NOW))
}

fn page(room: &RoomName, shown: u64, total: u64) -> HistoryPage<'_> {
    HistoryPage {
        of: PastOf::Room(room),
        events: &[],
        shown,
        total: Some(total),
        hides: false,
        ends: (Seq(1), Seq(9)),
        newer: false,
        is_first: true,
        is_last: true,
    }
}

#[track_caller]
fn check_history(stretch: Stretch, shown: usize, total: u64, expected: [&str; 2]) {
    let dev = room("dev");
    check_page(
        stretch,
        &talk()[..shown],
        page(&dev, shown as u64, total),
        expected,
    );
}

#[track_caller]
fn check_page(stretch: Stretch, events: &[Event], page: HistoryPage<'_>, expected: [&str; 2]) {
    let shown = history(stretch, events, page);
    let lines: Vec<&str> = shown.lines().collect();
    let ends = [lines.first(), lines.last()];
    assert_eq!(ends.map(|line| line.copied().unwrap_or_default()), expected);
}

fn moment(typed: &str) -> Moment {
    Moment::parse(typed).expect("a moment")
}

const NOW_LINE: &str = "--- now ---";

#[test]
fn a_history_back_from_now_says_how_much_it_shows() {
    let head = |head| [head, NOW_LINE];
    let last = Stretch::Last;
    check_history(
        last,
        3,
        412,
        head("--- last 3 of 412 messages; /history more ---"),
    );
    check_history(last, 3, 3, head("--- last 3 of 3 messages ---"));
    let hour = Stretch::For(Duration::from_mins(60));
    check_history(hour, 3, 3, head("--- 3 messages of the last hour ---"));
    check_history(hour, 1, 1, head("--- 1 message of the last hour ---"));
    check_history(
        hour,
        3,
        7,
        head("--- last 3 of 7 messages of the last hour; /history more ---"),
    );
}

#[test]
fn a_history_on_from_a_time_says_how_much_follows() {
    let day = Stretch::From(moment("2026-11-21"));
    check_history(
        day,
        3,
        3,
        ["--- 3 messages since Sat 21 Nov 2026 ---", NOW_LINE],
    );
    let first = "--- first 3 of 7 messages since Sat 21 Nov 2026 ---";
    let more = "--- 4 more messages until now; /history more ---";
    check_history(day, 3, 7, [first, more]);
    let minute = Stretch::From(moment("2026-11-21 9:05"));
    let head = "--- 1 message since Sat 21 Nov 2026 09:05 ---";
    check_history(minute, 1, 1, [head, NOW_LINE]);
    let range = Stretch::Between(moment("14:00"), moment("15:30"));
    let first = "--- first 3 of 4 messages from 14:00 to 15:30 ---";
    let more = "--- 1 more message until 15:30; /history more ---";
    check_history(range, 3, 4, [first, more]);
    let dev = room("dev");
    let inner = HistoryPage {
        newer: true,
        ..page(&dev, 3, 3)
    };
    let all = "--- 3 messages from 14:00 to 15:30 ---";
    check_page(
        range,
        &talk(),
        inner,
        [all, "--- end; /history more goes on ---"],
    );
    check_history(range, 3, 3, [all, NOW_LINE]);
}

#[test]
fn a_history_up_to_a_time_goes_back_from_there() {
    let until = Stretch::Until(moment("14:30"));
    let head = "--- last 3 of 7 messages up to 14:30; /history more ---";
    check_history(until, 3, 7, [head, NOW_LINE]);
    let dev = room("dev");
    let inner = HistoryPage {
        newer: true,
        ..page(&dev, 3, 3)
    };
    let head = "--- 3 messages up to 14:30 ---";
    check_page(until, &talk(), inner, [head, "--- end ---"]);
    let now = Stretch::Until(moment("now"));
    check_history(now, 3, 3, ["--- 3 messages up to now ---", NOW_LINE]);
}

#[test]
fn what_goes_on_says_which_way() {
    let earlier = |head, end| [head, end];
    check_history(
        Stretch::Earlier,
        3,
        15,
        earlier(
            "--- 3 earlier messages ---",
            "--- end; 12 earlier messages: /history more ---",
        ),
    );
    check_history(
        Stretch::Earlier,
        1,
        1,
        earlier(
            "--- 1 earlier message ---",
            "--- end; nothing was said before ---",
        ),
    );
    let more = "--- 2 more messages until now; /history more ---";
    check_history(Stretch::Later, 3, 5, ["--- 3 later messages ---", more]);
    check_history(Stretch::Later, 3, 3, ["--- 3 later messages ---", NOW_LINE]);
    let rest = Stretch::Rest(moment("2026-11-21"));
    let more = "--- 2 more messages until Sat 21 Nov 2026; /history more ---";
    check_history(rest, 3, 5, ["--- 3 later messages ---", more]);
    let head = "--- messages around match 2 in #dev ---";
    check_history(Stretch::Around(2), 3, 3, [head, NOW_LINE]);
}

#[test]
fn a_number_that_is_not_known_is_left_out() {
    let dev = room("dev");
    let unknown = HistoryPage {
        total: None,
        hides: true,
        ..page(&dev, 3, 0)
    };
    for (stretch, expected) in [
        (
            Stretch::Last,
            ["--- last 3 messages; /history more ---", NOW_LINE],
        ),
        (
            Stretch::Earlier,
            [
                "--- 3 earlier messages ---",
                "--- end; earlier messages: /history more ---",
            ],
        ),
        (
            Stretch::From(moment("14:00")),
            [
                "--- first 3 messages since 14:00 ---",
                "--- more messages until now; /history more ---",
            ],
        ),
    ] {
        check_page(stretch, &talk(), unknown, expected);
    }
    let nobody = |total| {
        let page = HistoryPage {
            shown: 0,
            total,
            ..unknown
        };
        history(Stretch::Last, &[], page)
    };
    assert_eq!(
        nobody(Some(0)),
        "! Nothing was said in #dev by anybody whom you do not ignore.\n"
    );
    assert!(nobody(None).ends_with("/history more goes on.\n"));
}

#[test]
fn pages_of_a_history_have_one_head_and_one_end() {
    let [lee, ..] = talk();
    let one = [lee];
    let line = "[13:58] lee: morning\n";
    let dev = room("dev");
    let part = |stretch, is_first, is_last| {
        let page = HistoryPage {
            is_first,
            is_last,
            ..page(&dev, 2, 9)
        };
        history(stretch, &one, page)
    };
    let head = "--- last 2 of 9 messages; /history more ---\n";
    assert_eq!(
        part(Stretch::Last, true, false),
        std::format!("{head}{line}")
    );
    assert_eq!(part(Stretch::Last, false, false), line);
    assert_eq!(
        part(Stretch::Last, false, true),
        std::format!("{line}--- now ---\n")
    );
    let more = "--- 7 more messages until now; /history more ---\n";
    let day = Stretch::From(moment("2026-11-21"));
    assert_eq!(part(day, false, true), std::format!("{line}{more}"));
}

#[test]
fn topics_and_announcements_stand_where_they_were() {
    let announced = audit_entry(ModAction::Announce(text("noon")));
    let topic = event(
        NOW,
        Fact::TopicSet {
            person: None,
            room: LOBBY,
            by: name("lee"),
            text: Some(text("Ship it")),
            account: None,
        },
    );
    let [lee, ..] = talk();
    let dev = room("dev");
    let shown = history(Stretch::Last, &[topic, lee, announced], page(&dev, 1, 1));
    let expected = "\
--- last 1 of 1 messages ---
* 14:03 lee set the topic: Ship it
[13:58] lee: morning
! 14:03 lee announces: noon
--- now ---
";
    assert_eq!(shown, expected);
}

#[test]
fn an_empty_history_says_so() {
    let dev = room("dev");
    let check = |stretch, expected: &str| {
        let shown = history(stretch, &[], page(&dev, 0, 0));
        assert_eq!(shown, std::format!("! {expected}\n"));
    };
    check(Stretch::Last, "Nothing was said in #dev yet.");
    let hours = Stretch::For(Duration::from_mins(120));
    check(hours, "Nothing was said in #dev in the last 2 hours.");
    let day = Stretch::From(moment("2026-11-21"));
    check(day, "Nothing was said in #dev since Sat 21 Nov 2026.");
    let range = Stretch::Between(moment("14:00"), moment("15:30"));
    check(range, "Nothing was said in #dev from 14:00 to 15:30.");
    let until = Stretch::Until(moment("2h"));
    check(until, "Nothing was said in #dev up to 2 hours ago.");
    check(Stretch::Earlier, "Nothing earlier is kept of #dev.");
    check(Stretch::Later, "Nothing more was said in #dev.");
    check(Stretch::Around(1), "That message is not kept any more.");
}

fn search(words: &str) -> SearchRequest {
    SearchRequest {
        words: Text::parse(words),
        ..SearchRequest::default()
    }
}

const FOUND: SearchPage<'_> = SearchPage {
    events: &[],
    shown: 0,
    more: false,
    next: None,
    searched_since: None,
    is_first: true,
    is_last: true,
};

/// Matches in `#dev`.
fn found(
    renderer: &mut Renderer,
    (search, is_more): (&SearchRequest, bool),
    events: &[Event],
    page: SearchPage<'_>,
) -> String {
    let rooms = [(LOBBY, room("dev"))].into_iter().collect();
    let page = SearchPage {
        events,
        shown: events.len() as u64,
        ..page
    };
    let first = if page.is_first { 1 } else { 7 };
    let sought = Sought {
        search,
        is_more,
        first,
    };
    shown_by(renderer, |r, out| r.search(out, &sought, &page, &rooms))
}

#[test]
fn pages_of_matches_have_one_head_and_one_end() {
    let one = [said(NOW, "lee", "deploy?", Manner::Speech)];
    let search = search("deploy");
    let part = |is_first, is_last| {
        let renderer = &mut renderer(TimeStyle::Short);
        let page = SearchPage {
            is_first,
            is_last,
            ..FOUND
        };
        found(renderer, (&search, false), &one, page)
    };
    let line = |number| std::format!("[{number}: 2026-11-21 14:03] #dev lee: deploy?\n");
    let head = "--- 1 message with \"deploy\" ---\n";
    assert_eq!(part(true, false), std::format!("{head}{}", line(1)));
    assert_eq!(part(false, false), line(7));
    assert_eq!(part(false, true), std::format!("{}--- now ---\n", line(7)));
}

#[test]
fn a_match_tells_its_number_its_day_and_its_room_in_every_style() {
    let matches = [
        said(YESTERDAY, "lee", "deploy?", Manner::Speech),
        said(NOW, "ann", "does the deploy", Manner::Action),
    ];
    for (style, time) in [
        (TimeStyle::Off, ""),
        (TimeStyle::Short, " 14:03"),
        (TimeStyle::Full, " 14:03:05"),
    ] {
        let expected = std::format!(
            "--- 2 messages with \"deploy\" ---\n\
             [1: 2026-11-20{time}] #dev lee: deploy?\n\
             [2: 2026-11-21{time}] #dev * ann does the deploy\n\
             --- now ---\n"
        );
        let renderer = &mut renderer(style);
        let shown = found(renderer, (&search("deploy"), false), &matches, FOUND);
        assert_eq!(shown, expected);
    }
}

#[test]
fn references_and_the_log_keep_to_the_style_of_times() {
    let dev = room("dev");
    let [lee, ..] = talk();
    let events = [event_at(&lee, NOW)];
    for (style, message, deed) in [
        (TimeStyle::Off, "", "2026-11-21 14:03"),
        (TimeStyle::Short, ": 2026-11-21 14:03", "2026-11-21 14:03"),
        (
            TimeStyle::Full,
            ": 2026-11-21 14:03:05",
            "2026-11-21 14:03:05",
        ),
    ] {
        let renderer = &mut renderer(style);
        let page = HistoryPage {
            events: &events,
            ..page(&dev, 1, 1)
        };
        let ids = HistoryStyle {
            ids: true,
            ..self::style(Stretch::Last)
        };
        let shown = shown_by(renderer, |r, out| r.history(out, ids, &page, NOW));
        let reference = MessageRef(events[0].seq);
        let line = std::format!("[{reference}{message}] lee: morning");
        assert_eq!(shown.lines().nth(1), Some(&*line));
        let locked = [audit_entry(ModAction::Lock(true))];
        let page = LogPage {
            entries: &locked,
            next: None,
        };
        let shown = shown_by(renderer, |r, out| r.audit_log(out, false, page));
        let line = std::format!("  {deed} lee locked the server");
        assert_eq!(shown.lines().nth(1), Some(&*line));
    }
}

#[track_caller]
fn check_found(
    search: (&SearchRequest, bool),
    events: &[Event],
    page: SearchPage<'_>,
    lines: &str,
) {
    let shown = found(&mut renderer(TimeStyle::Short), search, events, page);
    let is_separator = |line: &&str| line.starts_with(['-', '!']);
    let separators: Vec<&str> = shown.lines().filter(is_separator).collect();
    assert_eq!(separators.join("\n"), lines);
}

#[test]
fn a_search_says_what_it_looked_for_and_how_it_goes_on() {
    let one = [said(NOW, "lee", "deploy?", Manner::Speech)];
    let plain = search("deploy");
    let more = SearchPage {
        more: true,
        next: Some(Seq(7)),
        ..FOUND
    };
    let stopped = SearchPage {
        next: Some(Seq(7)),
        searched_since: Some(YESTERDAY),
        ..FOUND
    };
    let head = "--- the newest 1 message with \"deploy\"; /search more ---\n--- now ---";
    check_found((&plain, false), &one, more, head);
    let (phrase, left_out) = (search("“a b”"), search("-“a b”"));
    let head = "--- 1 message with “a b” ---\n--- now ---";
    check_found((&phrase, false), &one, FOUND, head);
    let head = "--- 1 message without “a b” ---\n--- now ---";
    check_found((&left_out, false), &one, FOUND, head);
    let end = "--- end; searched back to 2026-11-20 14:03, /search more goes on ---";
    let head = "--- 1 message with \"deploy\" ---";
    check_found(
        (&plain, false),
        &one,
        stopped,
        &std::format!("{head}\n{end}"),
    );
    let older = "--- 1 older message with \"deploy\" ---\n--- end; nothing older was found ---";
    check_found((&plain, true), &one, FOUND, older);
    let older =
        "--- 1 older message with \"deploy\" ---\n--- end; older messages: /search more ---";
    check_found((&plain, true), &one, more, older);
    let all = SearchRequest {
        not_from: std::vec![name("bob")],
        not_in: std::vec![room("ops")],
        words: Text::parse("\"ship it\" -now"),
        from: Some(name("ann")),
        room: Some(room("dev")),
        before: Some(moment("2026-11-21")),
        after: Some(moment("14:00")),
    };
    let head = "--- 1 message with \"ship it\" without \"now\" from ann not from bob in #dev not in #ops since 14:00 before Sat \
                21 Nov 2026 \
                ---\n--- now ---";
    check_found((&all, false), &one, FOUND, head);
}

#[test]
fn a_search_that_finds_nothing_says_what_would() {
    let check = |search: SearchRequest, is_more, page, expected: &str| {
        check_found((&search, is_more), &[], page, expected);
    };
    let stopped = SearchPage {
        next: Some(Seq(7)),
        searched_since: Some(YESTERDAY),
        ..FOUND
    };
    let beginning =
        "! Nothing found for \"took 500\". Words are found whole; 500* finds what begins so.";
    check(search("took 500"), false, FOUND, beginning);
    let left_out =
        "! Nothing found for \"rm\" without \"rf\". To find -rf itself, quote it: \"rm -rf\".";
    check(search("rm -rf"), false, FOUND, left_out);
    let left_out = "! Nothing found for \"a -\" without \"b c\" and \"d\".";
    check(search("a - -\"b c\" -d"), false, FOUND, left_out);
    let option =
        "! Nothing found for \"git --force\". Words are found whole; git* finds what begins so.";
    check(search("git --force"), false, FOUND, option);
    check(
        search("500*"),
        false,
        FOUND,
        "! Nothing found for \"500*\".",
    );
    check(
        search("\"a b\""),
        false,
        FOUND,
        "! Nothing found for \"a b\".",
    );
    check(search("x"), true, FOUND, "! Nothing older found for \"x\".");
    let back = "! Nothing found for \"x\" as far back as 2026-11-20 14:03. /search more goes on.";
    check(search("x"), false, stopped, back);
    let from = SearchRequest {
        from: Some(name("bob")),
        ..SearchRequest::default()
    };
    check(from, false, FOUND, "! Nothing found from bob.");
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
            aside: None,
        })),
    )
}

fn spammer() -> Restriction {
    Restriction {
        at: Timestamp(0),
        mask: Mask::of_name(name("bob")).with_block("192.0.2.7/32".parse().unwrap(), Reach::Either),
        until: Some(NOW + Duration::from_mins(10)),
        by: name("lee"),
        why: why("spam"),
    }
}

fn log(is_more: bool, entries: &[Event], next: Option<Seq>) -> String {
    shown(|r, out| r.audit_log(out, is_more, LogPage { entries, next }))
}

#[test]
fn the_log_says_whether_there_is_more_of_it() {
    let locked = || audit_entry(ModAction::Lock(true));
    let head = |is_more, entries: &[Event], next| {
        let shown = log(is_more, entries, next);
        shown.lines().next().map(String::from)
    };
    let two = [locked(), locked()];
    for (is_more, entries, next, expected) in [
        (
            false,
            &two[..1],
            Some(Seq(4)),
            "--- what operators did last; /log more ---",
        ),
        (
            false,
            &two[..],
            None,
            "--- the last 2 things that operators did ---",
        ),
        (
            true,
            &two[..],
            Some(Seq(4)),
            "--- 2 things that operators did before; /log more ---",
        ),
        (
            true,
            &two[..1],
            None,
            "--- 1 thing that operators did before ---",
        ),
    ] {
        assert_eq!(head(is_more, entries, next).as_deref(), Some(expected));
    }
}

#[track_caller]
fn check_log(act: ModAction, expected: &str) {
    let shown = log(false, &[audit_entry(act)], None);
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
            tenure: Tenure::Lasting,
        },
        "made bob an operator",
    );
    check_log(
        ModAction::Op {
            name: bob(),
            tenure: Tenure::Visit,
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
    let shown = log(false, &[], None);
    assert_eq!(shown, "! No operator has done anything yet.\n");
}
