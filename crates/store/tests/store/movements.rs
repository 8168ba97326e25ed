//! Movements: gathered, written with something else, and read as lines among others.

use std::sync::Arc;

use chinwag_core::{
    Detail, Duration, Event, Fact, Glob, Held, LOBBY, MaskKind, Matched, NOBODY, PastName, Quit,
    QuitReason, Range, Renamed, Returned, RoomAct, RoomChange, RoomId, RoomMask, RoomName,
    RoomRenamed, RoomSetting, Seq, Standing, Timestamp,
};
use chinwag_store::{ExportRange, Filter, HistoryReader, Retention, SessionChanges, Store};
use proptest::prelude::*;
use proptest::sample::select;

use crate::history::{in_range, pages, range, topic};
use crate::support::*;

const ROOM: RoomId = RoomId(7);

const ALL: Filter<'static> = Filter {
    not_from: &[],
    own: &[],
    detail: Detail::Lines,
    times: None,
};

pub(crate) fn joined(seq: u64, room: u32, who: &str) -> Arc<Event> {
    let fact = Fact::Joined {
        person: NOBODY,
        name: name(who),
        room: RoomId(room),
        here: 2,
    };
    event(seq, fact)
}

fn quit(seq: u64, rooms: &[u32], who: &str, why: QuitReason) -> Arc<Event> {
    let quit = Quit {
        person: NOBODY,
        name: name(who),
        account: Some(name("moll")),
        rooms: rooms.iter().copied().map(RoomId).collect(),
        why,
        is_resumable: false,
    };
    event(seq, Fact::Quit(Box::new(quit)))
}

fn renamed(seq: u64, room: u32, (old, new): (&str, &str)) -> Arc<Event> {
    let renamed = Renamed {
        person: NOBODY,
        old: name(old),
        since: Seq(0),
        new: name(new),
        rooms: [RoomId(room)].into(),
        account: None,
        operator: false,
    };
    event(seq, Fact::Renamed(Box::new(renamed)))
}

fn crowd(seq: u64, room: u32) -> Arc<Event> {
    let fact = Fact::PresenceSummary {
        room: RoomId(room),
        joined: 14,
        left: 3,
        who: None,
        why: Some(QuitReason::Restart),
        here: 11,
    };
    event(seq, fact)
}

fn changed(seq: u64, act: RoomAct) -> Arc<Event> {
    let change = RoomChange::new(name("lee"), ROOM, room_name(ROOM), act);
    event(seq, Fact::RoomChanged(Box::new(change)))
}

fn note(store: &mut Store, event: &Event) {
    for room in event.fact.rooms() {
        assert!(store.note_movement(*room, event));
    }
}

/// What the hub does once a second.
#[track_caller]
fn tick(store: &mut Store) {
    let changes = SessionChanges {
        movements: store.has_movements(),
        ..SessionChanges::default()
    };
    store.change_sessions(&changes).unwrap();
    assert!(!store.has_movements());
}

fn lines(reader: &mut HistoryReader, room: RoomId, range: Range, filter: Filter<'_>) -> Vec<Event> {
    let extent = reader.extent(room, range, 99, filter).unwrap();
    let lines = pages(reader, room, &extent, 1, filter);
    assert_eq!(extent.shown, lines.len() as u64, "{range:?}");
    lines
}

fn reasons() -> [QuitReason; 10] {
    let kicked = QuitReason::Kicked {
        by: name("op"),
        why: Some(Arc::new(text("spam"))),
    };
    let banned = QuitReason::Banned {
        by: name("op"),
        until: Some(Timestamp(-5)),
        why: None,
    };
    [
        QuitReason::Quit(None),
        QuitReason::Quit(Some(text("lunch \u{1f35c}"))),
        QuitReason::Closed,
        QuitReason::Lost,
        QuitReason::TimedOut,
        QuitReason::TooSlow,
        QuitReason::TooFast,
        QuitReason::Restart,
        kicked,
        banned,
    ]
}

/// What moderators do that a room is shown, from this place on.
fn deeds(first: i64) -> [RoomAct; 4] {
    let held = |standing, voiced| Some(Held { standing, voiced });
    let settings = [
        RoomSetting::Closed(true),
        RoomSetting::Limit(Some(3)),
        RoomSetting::Limit(None),
        RoomSetting::Password(None),
        RoomSetting::NoCtcp(false),
    ];
    let mask = RoomMask {
        kind: MaskKind::Exception,
        matched: Matched::Account(Glob::new("m*")),
        by: name("lee"),
        at: Timestamp(1_000 * (first + 3)),
    };
    let on = true;
    [
        RoomAct::Set(settings.into()),
        RoomAct::Stand {
            name: name("ann"),
            account: None,
            before: held(Standing::Moderator, true),
            standing: held(Standing::Voice, false),
        },
        RoomAct::Eject {
            name: name("ann"),
            account: None,
            why: Some(Arc::new(text("out"))),
        },
        RoomAct::Mask { mask, on },
    ]
}

/// Everything that a room is shown of them.
fn every_kind() -> Vec<Arc<Event>> {
    let left = |why, closed_by| Fact::Left {
        person: NOBODY,
        name: name("ann"),
        room: ROOM,
        why,
        closed_by,
        account: None,
    };
    let back = Returned::of_past(name("ann"), ROOM);
    let room_renamed = RoomRenamed {
        room: ROOM,
        by: name("lee"),
        old: RoomName::parse("old").unwrap(),
        new: RoomName::parse("gr\u{f6}\u{df}e").unwrap(),
        why: None,
        members: [].into(),
    };
    let mut events = vec![
        joined(1, ROOM.0, "ann"),
        event(2, left(None, None)),
        event(3, left(Some(text("bye")), Some(name("op")))),
        event(4, Fact::Returned(Box::new(back))),
        renamed(5, ROOM.0, ("ann", "annie")),
        crowd(6, ROOM.0),
        event(7, Fact::RoomRenamed(Box::new(room_renamed))),
    ];
    let changes = (8..).zip(deeds(8));
    events.extend(changes.map(|(seq, act)| changed(seq, act)));
    let quits = (12..).zip(reasons());
    events.extend(quits.map(|(seq, why)| quit(seq, &[ROOM.0], "ann", why)));
    events
}

#[test]
fn each_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let events = every_kind();
    events.iter().for_each(|event| note(&mut store, event));
    tick(&mut store);
    commit(&mut store, &[said(99, ROOM.0, "lee", "hi")]);
    let check = |store: &Store| {
        let mut reader = store.reader().unwrap();
        let read = lines(&mut reader, ROOM, Range::Last(99), ALL);
        for (read, event) in read.iter().zip(&events) {
            assert_eq!(read, &**event);
        }
        assert_eq!(read.len(), events.len() + 1);
        assert_eq!(reader.check().unwrap().faults, []);
        assert_eq!(reader.check().unwrap().messages, 1);
    };
    check(&store);
    drop(store);
    check(&open(folder.path()).store);
}

#[test]
fn the_word_of_a_password_is_not_stored() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let word = chinwag_core::RoomPassword::parse("hunter2").unwrap();
    let set = RoomAct::Set([RoomSetting::Password(Some(word))].into());
    note(&mut store, &changed(1, set));
    tick(&mut store);
    let read = lines(&mut store.reader().unwrap(), ROOM, Range::Last(9), ALL);
    let Fact::RoomChanged(change) = &read[0].fact else {
        panic!("{read:?}");
    };
    let RoomAct::Set(settings) = &change.act else {
        panic!("{change:?}");
    };
    assert!(matches!(&**settings, [RoomSetting::Password(Some(_))]));
    drop(store);
    let bytes = std::fs::read(folder.path().join("messages.db")).unwrap();
    assert!(!bytes.windows(7).any(|bytes| bytes == b"hunter2"));
}

/// They go with the next commit, so that nothing that is stored later stands before what is.
#[test]
fn what_is_stored_has_no_gaps() {
    let mut store = open_memory(Retention::default());
    let mut reader = store.reader().unwrap();
    let mut all = |expected: &[u64]| {
        let lines = lines(&mut reader, ROOM, Range::Last(99), ALL);
        assert_eq!(places(&lines), expected);
    };
    note(&mut store, &joined(1, ROOM.0, "ann"));
    assert!(store.has_movements());
    all(&[]);
    // In another room, but in the one order.
    commit(&mut store, &[said(2, 1, "lee", "hi")]);
    assert!(!store.has_movements());
    all(&[1]);
    note(&mut store, &joined(3, ROOM.0, "bob"));
    commit(&mut store, &[topic(4, ROOM.0, "lee", None)]);
    note(&mut store, &joined(5, ROOM.0, "cy"));
    tick(&mut store);
    all(&[1, 3, 4, 5]);
}

#[test]
fn they_count_as_no_message() {
    let mut store = open_memory(Retention::default());
    for seq in 1..=30 {
        match seq % 3 {
            0 => commit(&mut store, &[said(seq, ROOM.0, "lee", "hi")]),
            _ => note(&mut store, &joined(seq, ROOM.0, "ann")),
        }
    }
    let messages = [3, 6, 9, 12, 15, 18, 21, 24, 27, 30];
    assert_eq!(seqs(&mut store, ROOM.0), messages);
    let mut reader = store.reader().unwrap();
    let filter = Filter::default();
    let extent = reader.extent(ROOM, Range::Last(3), 9, filter).unwrap();
    assert_eq!((extent.shown, extent.total), (3, Some(10)));
    let read = pages(&mut reader, ROOM, &extent, 1, filter);
    assert_eq!(places(&read), [24, 27, 30]);
    let missed = reader
        .missed(away_from(&[(ROOM, Seq(5))], 99), filter)
        .unwrap();
    assert_eq!(missed.kept, 9);
    let notices = Filter {
        detail: Detail::Notices,
        ..ALL
    };
    let page = reader.missed_page(away_from(&[(ROOM, Seq(20))], 99), Seq(0), 9_999, notices);
    assert_eq!(places(&page.unwrap().events), [21, 24, 27, 30]);
    let extent = reader.extent(ROOM, Range::Last(3), 9, ALL).unwrap();
    assert_eq!((extent.shown, extent.total), (3, Some(30)));
}

#[test]
fn who_is_ignored_comes_and_goes_but_says_nothing() {
    let mut store = open_memory(Retention::default());
    let why = |why: &str| QuitReason::Quit(Some(text(why)));
    let events = [
        joined(1, ROOM.0, "mal"),
        renamed(2, ROOM.0, ("mal", "evil")),
        quit(3, &[ROOM.0], "evil", why("shout")),
        quit(4, &[ROOM.0], "mal", QuitReason::Closed),
        quit(5, &[ROOM.0], "gus", why("bye")),
    ];
    events.iter().for_each(|event| note(&mut store, event));
    tick(&mut store);
    let mut reader = store.reader().unwrap();
    let mut check = |who: &str, expected: &[u64]| {
        let not_from = [PastName::always(name(who))];
        let filter = Filter {
            not_from: &not_from,
            ..ALL
        };
        let lines = lines(&mut reader, ROOM, Range::Last(99), filter);
        assert_eq!(places(&lines), [1, 2, 3, 4, 5], "{who}");
        let spoken = lines.into_iter().filter(|line| line.fact.aside().is_some());
        let spoken: Vec<u64> = spoken.map(|line| line.seq.0).collect();
        assert_eq!(spoken, expected, "the words of {who}");
    };
    check("mal", &[3, 5]);
    check("evil", &[5]);
    // Both have the account.
    check("moll", &[]);
}

#[test]
fn a_client_of_irc_is_played_what_it_has_lines_for() {
    let mut store = open_memory(Retention::default());
    note(&mut store, &joined(1, ROOM.0, "ann"));
    note(&mut store, &crowd(2, ROOM.0));
    commit(&mut store, &[said(3, ROOM.0, "lee", "hi")]);
    note(&mut store, &crowd(4, ROOM.0));
    let announced = chinwag_core::ModAction::Announce(text("noon"));
    commit(&mut store, &[audit_entry(5, announced)]);
    let mut reader = store.reader().unwrap();
    let mut check = |detail, range, expected: &[u64]| {
        let filter = Filter { detail, ..ALL };
        assert_eq!(
            places(&lines(&mut reader, ROOM, range, filter)),
            expected,
            "{detail:?} {range:?}"
        );
    };
    check(Detail::Lines, Range::Last(3), &[3, 4, 5]);
    check(Detail::Playback, Range::Last(3), &[1, 3]);
    check(Detail::Playback, Range::Last(1), &[3]);
    check(Detail::Signals, Range::Before(Seq(3), 1), &[1]);
}

#[test]
fn who_leaves_several_rooms_leaves_each() {
    let mut store = open_memory(Retention::default());
    note(
        &mut store,
        &quit(1, &[1, 2, ROOM.0], "ann", QuitReason::Lost),
    );
    tick(&mut store);
    let mut reader = store.reader().unwrap();
    for room in [1, 2, ROOM.0].map(RoomId) {
        let lines = lines(&mut reader, room, Range::Last(9), ALL);
        assert_eq!(lines[0].fact.rooms(), [room]);
    }
    assert_eq!(reader.check().unwrap().faults, []);
}

/// Nothing is left of rooms that have closed or were never stored, but `#lobby` is always there.
#[test]
fn they_go_with_their_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    for room in [0, 1, 2, 3] {
        note(&mut store, &joined(1, room, "ann"));
    }
    commit(&mut store, &[said(2, 3, "lee", "hi")]);
    note(&mut store, &joined(3, 1, "bob"));
    note(&mut store, &joined(3, 3, "bob"));
    store.forget_movements(&[RoomId(1)]);
    let changes = SessionChanges {
        closed: vec![RoomId(1)],
        movements: true,
        ..SessionChanges::default()
    };
    store.change_sessions(&changes).unwrap();
    let of_all = |store: &Store| {
        let mut reader = store.reader().unwrap();
        let mut of = |room| lines(&mut reader, RoomId(room), Range::Last(9), ALL).len();
        [of(0), of(1), of(2), of(3)]
    };
    assert_eq!(of_all(&store), [1, 0, 1, 3]);
    drop(store);
    assert_eq!(of_all(&open_again(folder.path()).store), [1, 0, 0, 3]);
}

#[test]
fn old_ones_go_in_small_steps_with_messages_or_without() {
    let keep = Retention {
        keep: Some(Duration::from_secs(100)),
        bytes_max: None,
    };
    let mut store = open_memory(keep);
    for seq in 1..=300 {
        note(&mut store, &joined(seq, ROOM.0, "ann"));
        tick(&mut store);
    }
    let mut steps = 1;
    while store.trim(Timestamp(300_000), AGES).unwrap() {
        steps += 1;
    }
    assert!(steps >= 3, "each is small: {steps}");
    let mut reader = store.reader().unwrap();
    let extent = reader.extent(ROOM, Range::Last(999), 999, ALL).unwrap();
    assert_eq!((extent.first, extent.shown), (Seq(200), 101));
    // With messages they go by their places.
    commit(&mut store, &[said(301, ROOM.0, "lee", "hi")]);
    note(&mut store, &joined(302, ROOM.0, "ann"));
    tick(&mut store);
    for _second in 0..2 {
        while store.trim(Timestamp(900_000), LATER).unwrap() {}
    }
    let extent = reader.extent(ROOM, Range::Last(9), 9, ALL).unwrap();
    assert_eq!(extent.shown, 0);
    drop(reader);
    note(&mut store, &joined(400, ROOM.0, "ann"));
    tick(&mut store);
    let mut reader = store.reader().unwrap();
    assert_eq!(lines(&mut reader, ROOM, Range::Last(9), ALL).len(), 1);
    assert_eq!(reader.check().unwrap().faults, []);
}

/// Much that came and went does not take the messages of later days with it.
#[test]
fn beyond_a_size_the_oldest_go_whatever_they_are() {
    let bytes_max = Some(200 << 10);
    let mut store = open_memory(Retention {
        keep: None,
        bytes_max,
    });
    let mut seq = 0;
    for _ in 0..40 {
        for _ in 0..100 {
            seq += 1;
            note(&mut store, &joined(seq, ROOM.0, "ann"));
            tick(&mut store);
        }
        seq += 1;
        commit(&mut store, &[said(seq, ROOM.0, "lee", "hi")]);
    }
    while store.trim(Timestamp(0), AGES).unwrap() {}
    let left = seqs(&mut store, ROOM.0);
    assert!((5..38).contains(&left.len()), "{left:?}");
    let mut reader = store.reader().unwrap();
    let extent = reader.extent(ROOM, Range::Last(9_999), 9_999, ALL).unwrap();
    assert!(
        extent.first.0.abs_diff(left[0]) <= 101,
        "{extent:?} {left:?}"
    );
}

/// A store that cannot write for long takes no more memory than it may.
#[test]
fn what_waits_is_bounded() {
    let mut store = open_memory(Retention::default());
    let mut seq = 0;
    while store.note_movement(ROOM, &joined(seq + 1, ROOM.0, "ann")) {
        seq += 1;
        assert!(seq < 1_000_000);
    }
    assert!(seq > 10_000, "{seq}");
    tick(&mut store);
    let mut reader = store.reader().unwrap();
    let extent = reader.extent(ROOM, Range::Last(9), 9, ALL).unwrap();
    assert_eq!((extent.shown, extent.total), (9, Some(seq)));
}

#[derive(Clone, Copy, Debug)]
enum Line {
    Said,
    Topic,
    Announced,
    Moved,
    Crowd,
}

fn line() -> impl Strategy<Value = Line> {
    use Line::{Announced, Crowd, Moved, Said, Topic};
    select(&[Said, Topic, Announced, Moved, Moved, Moved, Crowd][..])
}

/// Stores lines, each in its room: movements wait for the commit of another or for a tick.
fn store_lines(store: &mut Store, lines: &[(u32, Line, bool)]) -> Vec<Arc<Event>> {
    let event = |(seq, (room, line, _)): (u64, &(u32, Line, bool))| match line {
        Line::Said => said(seq, *room, "lee", "hello"),
        Line::Topic => topic(seq, *room, "lee", None),
        Line::Announced => {
            let act = chinwag_core::ModAction::Announce(text("noon"));
            audit_entry(seq, act)
        }
        Line::Moved => joined(seq, *room, "ann"),
        Line::Crowd => crowd(seq, *room),
    };
    let events: Vec<_> = (1..).zip(lines).map(event).collect();
    for (event, (.., ticks)) in events.iter().zip(lines) {
        match event.fact.is_durable() {
            true => commit(store, std::slice::from_ref(event)),
            false => note(store, event),
        }
        if *ticks {
            tick(store);
        }
    }
    tick(store);
    events
}

/// Of these events those that the history of a room has.
fn of_room(
    events: &[Arc<Event>],
    room: RoomId,
    is_shown: impl Fn(&Fact) -> bool,
) -> Vec<Arc<Event>> {
    let own = |event: &Event| event.fact.rooms().contains(&room);
    let first = events.iter().find(|event| own(event));
    let first = match room {
        // It was always there.
        LOBBY => Seq(0),
        _ => first.map_or(Seq(u64::MAX), |event| event.seq),
    };
    let is_its = |event: &&Arc<Event>| own(event) || event.fact.is_for_all() && event.seq > first;
    let shown = events.iter().filter(is_its);
    shown
        .filter(|event| is_shown(&event.fact))
        .cloned()
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn every_line_counts_and_none_is_missed(
        lines in prop::collection::vec((0u32..3, line(), prop::bool::weighted(0.2)), 1..80),
        ranges in prop::collection::vec((range(), 1usize..9, 0u32..3), 1..20),
        bytes in 1usize..900,
    ) {
        let mut store = open_memory(Retention::default());
        let events = store_lines(&mut store, &lines);
        let mut reader = store.reader().unwrap();
        let in_irc = |fact: &Fact| !fact.is_for_all() && !matches!(fact, Fact::PresenceSummary { .. });
        for (range, lines_max, room) in ranges {
            for detail in [Detail::Lines, Detail::Playback] {
                let filter = Filter { detail, ..ALL };
                let all = of_room(&events, RoomId(room), |fact| detail == Detail::Lines || in_irc(fact));
                let (found, wanted, newest) = in_range(&all, range);
                let (lines_max, wanted) = match range {
                    Range::Around(..) => (usize::MAX, usize::MAX),
                    _ => (lines_max, wanted.min(lines_max)),
                };
                let total = found.len();
                let expected = match newest {
                    true => &found[total.saturating_sub(wanted)..],
                    false => &found[..total.min(wanted)],
                };
                let extent = reader.extent(RoomId(room), range, lines_max, filter).unwrap();
                let read = pages(&mut reader, RoomId(room), &extent, bytes, filter);
                prop_assert_eq!(places(&read), places(expected), "{:?}", range);
                prop_assert_eq!(extent.shown, read.len() as u64, "{:?}", range);
                if detail == Detail::Lines {
                    prop_assert_eq!(extent.total, Some(total as u64), "{:?}", range);
                }
                if let (Some(first), Some(last)) = (read.first(), read.last()) && detail == Detail::Lines {
                    prop_assert_eq!(extent.older, all.iter().any(|event| event.seq < first.seq), "{:?}", range);
                    prop_assert_eq!(extent.newer, all.iter().any(|event| event.seq > last.seq), "{:?}", range);
                }
            }
        }
        prop_assert_eq!(reader.check().unwrap().faults, []);
    }

    /// Page by page the past has each line once, in the one order.
    #[test]
    fn an_export_has_each_once(
        lines in prop::collection::vec((0u32..3, line(), prop::bool::weighted(0.2)), 1..80),
        bytes in 1usize..900,
        room in prop::option::of(0u32..3),
        since in prop::option::of(0i64..90),
        until in prop::option::of(0i64..90),
    ) {
        let mut store = open_memory(Retention::default());
        let events = store_lines(&mut store, &lines);
        let mut reader = store.reader().unwrap();
        let at = |seconds: i64| Timestamp(1_000 * seconds);
        let range = ExportRange {
            room: room.map(RoomId),
            since: since.map(at),
            until: until.map(at),
        };
        let is_held = |event: &&Arc<Event>| {
            let of_room = range.room.is_none_or(|room| event.fact.rooms().contains(&room));
            (of_room || event.fact.is_for_all())
                && range.since.is_none_or(|since| event.at >= since)
                && range.until.is_none_or(|until| event.at < until)
        };
        let expected: Vec<_> = events.iter().filter(is_held).cloned().collect();
        let (mut read, mut from) = (Vec::new(), Seq(0));
        loop {
            let page = reader.export(range, from, bytes).unwrap();
            read.extend(page.events);
            let Some(next) = page.next else { break };
            prop_assert!(next > from);
            from = next;
        }
        prop_assert_eq!(places(&read), places(&expected));
    }
}
