//! Extents and pages against the naive model: a list of messages that is filtered and cut.

use std::sync::Arc;

use chinwag_core::{
    Detail, Event, Fact, Manner, ModAction, PastName, Range, RoomId, Seq, Timestamp,
};
use chinwag_store::{Extent, Filter, HistoryReader, Retention, Store};
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::*;

/// All pages of some bytes, one behind the other.
pub(crate) fn pages(
    reader: &mut HistoryReader,
    room: RoomId,
    extent: &Extent,
    bytes: usize,
    filter: Filter<'_>,
) -> Vec<Event> {
    let (mut events, mut from) = (Vec::new(), extent.first);
    loop {
        let times = extent.times;
        let filter = Filter { times, ..filter };
        let page = reader.page(room, from, extent.last, bytes, filter).unwrap();
        events.extend(page.events);
        match page.next {
            Some(next) if next > from => from = next,
            Some(next) => panic!("{next} again"),
            None => return events,
        }
    }
}

fn filled(folder: &tempfile::TempDir) -> Store {
    let mut store = open(folder.path()).store;
    // Rooms 0 and 1 take turns, and so do messages within a turn.
    for turn in 0..20 {
        let events = (1..=5).map(|n| said(5 * turn + n, (n % 2) as u32, "lee", "hello"));
        commit(&mut store, &events.collect::<Vec<_>>());
    }
    store
}

#[test]
fn a_range_is_read_by_number_time_and_place() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder);
    let mut reader = store.reader().unwrap();
    let filter = Filter::default();
    let mut check = |range, messages_max, expected: &[u64], total, (older, newer)| {
        let extent = reader
            .extent(RoomId(1), range, messages_max, filter)
            .unwrap();
        let events = pages(&mut reader, RoomId(1), &extent, 1, filter);
        let seen = (places(&events), extent.total, (extent.older, extent.newer));
        assert_eq!(
            seen,
            (expected.to_vec(), Some(total), (older, newer)),
            "{range:?}"
        );
        assert_eq!(extent.shown, expected.len() as u64, "{range:?}");
    };
    let at = |seq: i64| Timestamp(1_000 * seq);
    // Room 1 has 1, 3, 5, 6, 8, 10, ... 96, 98, 100.
    check(Range::Last(4), 100, &[95, 96, 98, 100], 60, (true, false));
    check(Range::Last(9), 2, &[98, 100], 60, (true, false));
    check(Range::Since(at(97)), 100, &[98, 100], 2, (true, false));
    check(Range::Since(at(94)), 2, &[98, 100], 4, (true, false));
    check(Range::Since(at(101)), 100, &[], 0, (true, false));
    check(Range::From(at(94)), 2, &[95, 96], 4, (true, true));
    check(Range::From(at(-1)), 2, &[1, 3], 60, (false, true));
    check(Range::Until(at(97)), 2, &[95, 96], 58, (true, true));
    check(Range::Until(at(1)), 2, &[], 0, (false, true));
    check(
        Range::Between(at(21), at(27)),
        100,
        &[21, 23, 25, 26],
        4,
        (true, true),
    );
    check(Range::Between(at(23), at(24)), 100, &[23], 1, (true, true));
    check(Range::Between(at(9), at(-5)), 100, &[], 0, (true, true));
    check(Range::Between(at(-5), at(9)), 2, &[1, 3], 5, (false, true));
    check(Range::Before(Seq(95), 2), 100, &[91, 93], 56, (true, true));
    check(Range::Before(Seq(1), 2), 100, &[], 0, (false, true));
    check(Range::After(Seq(95), 2), 100, &[96, 98], 3, (true, true));
    check(
        Range::After(Seq(94), 9),
        100,
        &[95, 96, 98, 100],
        4,
        (true, false),
    );
    check(Range::After(Seq(100), 9), 100, &[], 0, (true, false));
    check(Range::Rest(Seq(21), at(27)), 2, &[23, 25], 3, (true, true));
    check(
        Range::Rest(Seq(95), at(999)),
        9,
        &[96, 98, 100],
        3,
        (true, false),
    );
}

/// The clock went on to 6 s, was set back to 2 s, and has come to 7 s.
#[test]
fn a_stretch_of_time_has_nothing_of_another_though_the_clock_was_set_back() {
    let mut store = open_memory(chinwag_store::Retention::default());
    let times = [1, 4, 5, 6, 2, 3, 7];
    for (seq, time) in (1..).zip(times) {
        let mut said = said(seq, 0, "lee", "hello");
        Arc::get_mut(&mut said).unwrap().at = Timestamp(1_000 * time);
        commit(&mut store, &[said]);
    }
    let mut reader = store.reader().unwrap();
    let filter = Filter::default();
    let mut check = |range, expected: &[u64]| {
        let extent = reader.extent(RoomId(0), range, 50, filter).unwrap();
        let found = pages(&mut reader, RoomId(0), &extent, 1, filter);
        assert_eq!(places(&found), expected, "{range:?}");
        let shown = expected.len() as u64;
        assert_eq!((extent.shown, extent.total), (shown, Some(shown)));
    };
    let at = |seconds: i64| Timestamp(1_000 * seconds);
    check(Range::Since(at(4)), &[2, 3, 4, 7]);
    check(Range::Between(at(4), at(7)), &[2, 3, 4]);
    check(Range::Last(50), &[1, 2, 3, 4, 5, 6, 7]);
    // Which messages of a time that was twice are found depends on where it is looked for, but none of
    // another is.
    for from in 0..8 {
        let extent = reader.extent(RoomId(0), Range::From(at(from)), 50, filter);
        let extent = extent.unwrap();
        let found = pages(&mut reader, RoomId(0), &extent, 1, filter);
        assert!(found.iter().all(|event| event.at >= at(from)));
        assert_eq!(extent.total, Some(found.len() as u64));
    }
}

/// Of a crowd that is ignored no more is looked at than a reader can wait for.
#[test]
fn what_takes_long_to_count_is_not_counted() {
    let mut store = open_memory(chinwag_store::Retention::default());
    let by = |seq, name| said(seq, 0, name, "hello");
    let mut events = vec![by(1, "ann"), by(2, "ann")];
    events.extend((3..10_100).map(|seq| by(seq, "troll")));
    events.push(by(10_100, "ann"));
    commit(&mut store, &events);
    let mut reader = store.reader().unwrap();
    let troll = [PastName::always(name("troll"))];
    let filter = Filter {
        not_from: &troll,
        ..Filter::default()
    };
    let mut extent = |range| reader.extent(RoomId(0), range, 50, filter).unwrap();
    let one = extent(Range::Last(1));
    assert_eq!((one.shown, one.total), (1, None));
    let two = extent(Range::Last(2));
    assert_eq!((two.first, two.shown, two.total), (Seq(2), 2, Some(3)));
    let troll = extent(Range::Within(Seq(2), Seq(100), 50));
    assert_eq!((troll.shown, troll.ignored, troll.total), (0, 97, Some(0)));
}

/// `/history 3s` on three old lines and a new one said "last 1 of 4".
#[test]
fn the_total_is_that_of_the_range() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    for seq in [1, 2, 3, 7] {
        commit(&mut store, &[said(seq, 0, "lee", "hello")]);
    }
    let mut reader = store.reader().unwrap();
    let extent = reader
        .extent(
            RoomId(0),
            Range::Since(Timestamp(5_000)),
            50,
            Filter::default(),
        )
        .unwrap();
    assert_eq!((extent.shown, extent.total), (1, Some(1)));
}

/// Whatever they were called then, and not what others said under the name later.
#[test]
fn what_a_reader_said_is_left_out_of_what_it_missed_but_not_what_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let past = |name, since, until| PastName {
        name,
        since: Seq(since),
        until,
    };
    let own = [
        past(name("ann"), 1, Seq(5)),
        past(name("al"), 5, PastName::NOW),
    ];
    let by = |seq, name| said(seq, 1, name, "hello");
    let mut events = [
        by(1, "ann"),
        by(2, "bob"),
        by(3, "Ann"),
        by(4, "ann"),
        by(6, "al"),
        by(7, "ann"),
    ];
    if let Some(Fact::Said { manner, .. }) = Arc::get_mut(&mut events[3]).map(|e| &mut e.fact) {
        *manner = Manner::Action;
    }
    commit(&mut store, &events);
    let mut reader = store.reader().unwrap();
    let filter = Filter {
        own: &own,
        ..Filter::default()
    };
    let rooms = [(RoomId(1), Seq(0))];
    let count = reader.missed(away_from(&rooms, 9), filter).unwrap().kept;
    let page = reader.missed_page(away_from(&rooms, 9), Seq(0), 9999, filter);
    assert_eq!((count, places(&page.unwrap().events)), (3, vec![2, 4, 7]));
}

/// What is said while a history is looked up reaches its reader anyway.
#[test]
fn a_history_ends_where_its_reader_has_come() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder);
    let mut reader = store.reader().unwrap();
    let filter = Filter {
        detail: Detail::Lines,
        ..Filter::default()
    };
    let mut until = |range, until| {
        let extent = reader
            .extent_until(RoomId(1), range, Seq(until), 3, filter)
            .unwrap();
        let events = pages(&mut reader, RoomId(1), &extent, 1, filter);
        (places(&events), extent.total.unwrap(), extent.newer)
    };
    assert_eq!(until(Range::Last(9), 10), (vec![6, 8, 10], 6, false));
    assert_eq!(until(Range::Last(9), 9), (vec![5, 6, 8], 5, false));
    assert_eq!(
        until(Range::Since(Timestamp(8_000)), 9),
        (vec![8], 1, false)
    );
    assert_eq!(
        until(Range::Since(Timestamp(50_000)), 9),
        (vec![], 0, false)
    );
    assert_eq!(until(Range::After(Seq(50), 9), 9), (vec![], 0, false));
    let hour = Range::Between(Timestamp(6_000), Timestamp(3_600_000));
    assert_eq!(until(hour, 9), (vec![6, 8], 2, false));
    assert_eq!(
        until(Range::Before(Seq(50), 9), 9),
        (vec![5, 6, 8], 5, false)
    );
}

#[test]
fn a_page_has_whole_messages_up_to_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let long = "x".repeat(4_000);
    let events: Vec<_> = (1..=300).map(|seq| said(seq, 0, "lee", &long)).collect();
    commit(&mut store, &events);
    let mut reader = store.reader().unwrap();
    let filter = Filter::default();
    let page = reader
        .page(RoomId(0), Seq(0), Seq(300), 256 << 10, filter)
        .unwrap();
    assert_eq!((page.events.len(), page.next), (64, Some(Seq(65))));
    let one = reader
        .page(RoomId(0), Seq(65), Seq(300), 1, filter)
        .unwrap();
    assert_eq!((places(&one.events), one.next), (vec![65], Some(Seq(66))));
    let last = reader
        .page(RoomId(0), Seq(300), Seq(300), 1, filter)
        .unwrap();
    assert_eq!((places(&last.events), last.next), (vec![300], None));
}

#[test]
fn messages_that_were_trimmed_are_not_counted() {
    let folder = tempfile::tempdir().unwrap();
    let keep = chinwag_store::Retention {
        keep: Some(chinwag_core::Duration::from_secs(10)),
        bytes_max: None,
    };
    let mut store = open_with(folder.path(), keep).store;
    for seq in 1..=30 {
        commit(&mut store, &[said(seq, 0, "lee", "hello")]);
    }
    while store.trim(Timestamp(31_000), AGES).unwrap() {}
    let mut reader = store.reader().unwrap();
    let filter = Filter::default();
    let extent = reader
        .extent(RoomId(0), Range::Last(50), 50, filter)
        .unwrap();
    assert_eq!(
        (extent.first, extent.shown, extent.total),
        (Seq(21), 10, Some(10))
    );
    assert!(!extent.older);
    assert_eq!(
        reader
            .missed(away_from(&[(RoomId(0), Seq(5))], 30), filter)
            .unwrap()
            .kept,
        10
    );
}

pub(crate) fn topic(seq: u64, room: u32, by: &str, words: Option<&str>) -> Arc<Event> {
    let fact = Fact::TopicSet {
        person: None,
        room: RoomId(room),
        by: name(by),
        text: words.map(text),
        account: None,
    };
    event(seq, fact)
}

/// Messages of a room, and what else it has.
fn noticed() -> [Arc<Event>; 8] {
    [
        topic(1, 0, "lee", Some("Before anything")),
        said(2, 0, "lee", "hello"),
        topic(3, 0, "Ann", Some("Ship it")),
        audit_entry(4, ModAction::Announce(text("restart at noon"))),
        audit_entry(5, ModAction::Lock(true)),
        topic(6, 1, "lee", Some("Another room")),
        said(7, 0, "lee", "bye"),
        topic(8, 0, "lee", None),
    ]
}

#[test]
fn topics_and_announcements_are_in_the_past_on_wish() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let events = noticed();
    commit(&mut store, &events);
    let mut reader = store.reader().unwrap();
    let ann = [PastName::always(name("ANN"))];
    let mut check = |range, filter: Filter<'_>, expected: &[u64]| {
        let extent = reader.extent(RoomId(0), range, 50, filter).unwrap();
        let found = pages(&mut reader, RoomId(0), &extent, 1, filter);
        assert_eq!(places(&found), expected);
        for event in found {
            assert_eq!(event, *events[event.seq.0 as usize - 1]);
        }
        extent
    };
    let all = Filter {
        detail: Detail::Lines,
        ..Filter::default()
    };
    let extent = check(Range::Last(50), all, &[1, 2, 3, 4, 7, 8]);
    assert_eq!((extent.shown, extent.total), (6, Some(6)));
    check(Range::Last(50), Filter::default(), &[2, 7]);
    let not_ann = Filter {
        not_from: &ann,
        ..all
    };
    let extent = check(Range::Last(50), not_ann, &[1, 2, 4, 7, 8]);
    assert_eq!((extent.shown, extent.total), (5, Some(5)));
    // A stretch of time has the notices at its edges, and no others.
    let at = |seq: usize| events[seq - 1].at;
    let extent = check(Range::Since(at(3)), all, &[3, 4, 7, 8]);
    assert_eq!((extent.shown, extent.total), (4, Some(4)));
    check(Range::Since(at(4)), all, &[4, 7, 8]);
    check(Range::Until(at(7)), all, &[1, 2, 3, 4]);
    check(Range::Until(at(4)), all, &[1, 2, 3]);
    check(Range::Between(at(4), at(8)), all, &[4, 7]);
    check(Range::Rest(Seq(4), at(8)), all, &[7]);
    check(Range::Around(Seq(2), 0), all, &[2]);
    check(Range::Around(Seq(4), 1), all, &[3, 4, 7]);
    // Each line counts.
    let extent = check(Range::Last(1), all, &[8]);
    assert_eq!((extent.shown, extent.total), (1, Some(6)));
    check(Range::Before(Seq(7), 1), all, &[4]);
    check(Range::After(Seq(2), 2), all, &[3, 4]);
}

/// They count as no message there.
#[test]
fn topics_and_announcements_are_among_what_was_missed_on_wish() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    commit(&mut store, &noticed());
    let mut reader = store.reader().unwrap();
    let notices = Filter {
        detail: Detail::Notices,
        ..Filter::default()
    };
    let missed = reader.missed_page(
        away_from(&[(RoomId(0), Seq(2)), (RoomId(1), Seq(0))], 7),
        Seq(0),
        9_999,
        notices,
    );
    assert_eq!(places(&missed.unwrap().events), [3, 4, 6, 7]);
    drop((reader, store));
    let store = open(folder.path()).store;
    let missed = store.reader().unwrap().missed_page(
        away_from(&[(RoomId(0), Seq(0))], 9),
        Seq(0),
        9_999,
        notices,
    );
    assert_eq!(places(&missed.unwrap().events), [1, 2, 3, 4, 7, 8]);
}

#[test]
fn what_everybody_was_told_before_the_first_word_is_the_lobbys_past() {
    let mut store = open_memory(Retention::default());
    let announced = |seq| audit_entry(seq, ModAction::Announce(text("noon")));
    commit(&mut store, &[announced(1), announced(2)]);
    let all = Filter {
        detail: Detail::Notices,
        ..Filter::default()
    };
    let check = |store: &Store, room, range, expected: &[u64]| {
        let mut reader = store.reader().unwrap();
        let extent = reader.extent(RoomId(room), range, 50, all).unwrap();
        let found = pages(&mut reader, RoomId(room), &extent, 1, all);
        assert_eq!(places(&found), expected, "{room}");
    };
    check(&store, 0, Range::Last(5), &[1, 2]);
    check(&store, 1, Range::Last(5), &[]);
    let turn = [
        said(3, 0, "lee", "hello"),
        said(4, 1, "lee", "hello"),
        announced(5),
    ];
    commit(&mut store, &turn);
    commit(&mut store, &[said(6, 0, "lee", "hello")]);
    check(&store, 0, Range::Last(5), &[1, 2, 3, 5, 6]);
    check(&store, 0, Range::Last(1), &[6]);
    check(&store, 0, Range::Before(Seq(6), 5), &[1, 2, 3, 5]);
    check(&store, 1, Range::Last(5), &[4, 5]);
}

const NAMES: [&str; 3] = ["lee", "ann", "bob"];

#[derive(Clone, Debug)]
struct Said {
    room: u32,
    by: &'static str,
    bytes: usize,
    /// Whether it is the first of a turn.
    turn: bool,
}

fn message() -> impl Strategy<Value = Said> {
    let bytes = prop_oneof![4 => 1usize..40, 1 => 3_000usize..4_000];
    (
        0u32..3,
        select(&NAMES[..]),
        bytes,
        prop::bool::weighted(0.2),
    )
        .prop_map(|(room, by, bytes, turn)| Said {
            room,
            by,
            bytes,
            turn,
        })
}

pub(crate) fn range() -> impl Strategy<Value = Range> {
    let (time, seq) = (
        || (-2i64..130).prop_map(|s| Timestamp(1_000 * s - 500)),
        || (0u64..130).prop_map(Seq),
    );
    prop_oneof![
        (0usize..40).prop_map(Range::Last),
        time().prop_map(Range::Since),
        time().prop_map(Range::From),
        time().prop_map(Range::Until),
        (time(), time()).prop_map(|(from, until)| Range::Between(from, until)),
        (seq(), 0usize..40).prop_map(|(seq, n)| Range::Before(seq, n)),
        (seq(), 0usize..40).prop_map(|(seq, n)| Range::After(seq, n)),
        (seq(), seq(), 0usize..40).prop_map(|(after, before, n)| Range::Within(after, before, n)),
        (seq(), time()).prop_map(|(seq, until)| Range::Rest(seq, until)),
        (seq(), 0usize..40).prop_map(|(seq, n)| Range::Around(seq, n)),
    ]
}

/// The messages of a range, how many are wanted, and whether the newest.
pub(crate) fn in_range(messages: &[Arc<Event>], range: Range) -> (Vec<Event>, usize, bool) {
    if let Range::Around(seq, n) = range {
        let at = messages.iter().take_while(|event| event.seq < seq).count();
        let until = (at + n + 1).min(messages.len());
        let found = messages[at.saturating_sub(n)..until].iter();
        return (
            found.map(|event| Event::clone(event)).collect(),
            usize::MAX,
            false,
        );
    }
    let (from, until) = (Timestamp(i64::MIN), Timestamp(i64::MAX));
    let (times, seqs, wanted, newest) = match range {
        Range::Last(n) => ((from, until), (0, u64::MAX), n, true),
        Range::Since(time) => ((time, until), (0, u64::MAX), usize::MAX, true),
        Range::From(time) => ((time, until), (0, u64::MAX), usize::MAX, false),
        Range::Until(time) => ((from, time), (0, u64::MAX), usize::MAX, true),
        Range::Between(from, until) => ((from, until), (0, u64::MAX), usize::MAX, false),
        Range::Before(seq, n) => ((from, until), (0, seq.0), n, true),
        Range::Within(after, before, n) => ((from, until), (after.0 + 1, before.0), n, true),
        Range::After(seq, n) => ((from, until), (seq.0 + 1, u64::MAX), n, false),
        Range::Rest(seq, until) => ((from, until), (seq.0 + 1, u64::MAX), usize::MAX, false),
        Range::Around(..) => unreachable!(),
    };
    let is_in = |event: &&Arc<Event>| {
        times.0 <= event.at && event.at < times.1 && seqs.0 <= event.seq.0 && event.seq.0 < seqs.1
    };
    let found = messages
        .iter()
        .filter(is_in)
        .map(|event| Event::clone(event));
    (found.collect(), wanted, newest)
}

fn is_from(event: &Event, names: &[PastName]) -> bool {
    let voice = event.fact.voice();
    voice.is_some_and(|voice| names.iter().any(|past| past.covers(voice.name, event.seq)))
}

/// A name, at all times or for a stretch.
fn ignored() -> impl Strategy<Value = PastName> {
    let stretch = prop::option::of((0u64..130, 0u64..60));
    (select(&NAMES[..]), stretch).prop_map(|(called, stretch)| match stretch {
        None => PastName::always(name(called)),
        Some((since, length)) => PastName {
            name: name(called),
            since: Seq(since),
            until: Seq(since + length),
        },
    })
}

/// Cuts a range to what is wanted of it, not counting ignored messages.
fn cut(mut found: Vec<Event>, wanted: usize, newest: bool, ignored: &[PastName]) -> Vec<Event> {
    found.retain(|event| !is_from(event, ignored));
    match newest {
        true => found.split_off(found.len().saturating_sub(wanted)),
        false => {
            found.truncate(wanted);
            found
        }
    }
}

fn commit_turns(store: &mut Store, messages: &[Said]) -> Vec<Arc<Event>> {
    let events: Vec<_> = (1..)
        .zip(messages)
        .map(|(seq, said)| crate::support::said(seq, said.room, said.by, &"x".repeat(said.bytes)))
        .collect();
    let mut turn = Vec::new();
    for (event, said) in events.iter().zip(messages) {
        if said.turn {
            commit(store, &turn);
            turn.clear();
        }
        turn.push(event.clone());
    }
    commit(store, &turn);
    events
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn extents_and_pages_are_what_a_list_gives(
        messages in prop::collection::vec(message(), 1..120),
        ranges in prop::collection::vec((0u32..4, range(), 0usize..60, prop::option::of(ignored())), 1..12),
        detail in select(&[Detail::Messages, Detail::Lines][..]),
        bytes in 1usize..9_000,
        places_seen in prop::collection::vec(0u64..130, 3),
        until in 0u64..130,
    ) {
        let mut store = open_memory(chinwag_store::Retention::default());
        let events = commit_turns(&mut store, &messages);
        let mut reader = store.reader().unwrap();
        for (room, range, messages_max, ignored) in ranges {
            let ignored: Vec<PastName> = ignored.into_iter().collect();
            let filter = Filter { not_from: &ignored, detail, ..Filter::default() };
            let of_room: Vec<_> = events.iter().zip(&messages)
                .filter(|(_, said)| said.room == room).map(|(event, _)| event.clone()).collect();
            // So many on either side are read, where each line counts.
            let (of_range, messages_max): (Vec<_>, _) = match (range, detail) {
                (Range::Around(..), Detail::Lines) => {
                    let heard = of_room.iter().filter(|event| !is_from(event, &ignored));
                    (heard.cloned().collect(), usize::MAX)
                }
                _ => (of_room.clone(), messages_max),
            };
            let (found, wanted, newest) = in_range(&of_range, range);
            let total = found.iter().filter(|event| !is_from(event, &ignored)).count() as u64;
            let expected = cut(found, wanted.min(messages_max), newest, &ignored);
            let extent = reader.extent(RoomId(room), range, messages_max, filter).unwrap();
            let read = pages(&mut reader, RoomId(room), &extent, bytes, filter);
            prop_assert_eq!(&read, &expected, "{:?}", range);
            prop_assert_eq!((extent.shown, extent.total), (read.len() as u64, Some(total)), "{:?}", range);
            if let (Some(first), Some(last)) = (read.first(), read.last()) && ignored.is_empty() {
                prop_assert_eq!(extent.older, of_room.iter().any(|event| event.seq < first.seq));
                prop_assert_eq!(extent.newer, of_room.iter().any(|event| event.seq > last.seq));
            }
        }
        let rooms: Vec<_> = (0..3).zip(&places_seen).map(|(room, &seen)| (RoomId(room), Seq(seen))).collect();
        for ignored in [vec![], vec![PastName::always(name("ann"))]] {
            let filter = Filter { not_from: &ignored, ..Filter::default() };
            let expected: Vec<Event> = events.iter().zip(&messages)
                .filter(|(event, said)| {
                    event.seq > rooms[said.room as usize].1 && event.seq.0 <= until && !is_from(event, &ignored)
                })
                .map(|(event, _)| Event::clone(event)).collect();
            let (mut read, mut from) = (Vec::new(), Seq(0));
            loop {
                let page = reader.missed_page(away_from(&rooms, until), from, bytes, filter).unwrap();
                read.extend(page.events);
                let Some(next) = page.next else { break };
                prop_assert!(next > from);
                from = next;
            }
            prop_assert_eq!(&read, &expected);
            prop_assert_eq!(reader.missed(away_from(&rooms, until), filter).unwrap().kept, expected.len() as u64);
        }
    }
}
