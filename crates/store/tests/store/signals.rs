//! Signals, which clients of IRC alone are shown: between the messages of rooms and in private histories.

use std::sync::Arc;

use chinwag_core::{
    AccountChange, Correspondents, Deletion, Detail, Duration, Event, Fact, FoundMessage,
    HistoryTarget, IrcForm, NOBODY, PastName, PrivateDeletion, Range, RoomId, Seq, Signal,
    Timestamp,
};
use chinwag_store::{ExportRange, Filter, Retention, SearchQuery, Store};
use proptest::prelude::*;

use crate::history::{in_range, pages, range, topic};
use crate::private::{known, read, told, with};
use crate::round_trip::changed;
use crate::support::*;

const ROOM: RoomId = RoomId(7);

const ALL: Filter<'static> = Filter {
    not_from: &[],
    own: &[],
    detail: Detail::Signals,
    times: None,
};

fn signal(by: &str, tags: &str) -> Signal {
    Signal {
        from: NOBODY,
        from_name: known(by).0,
        room: None,
        to: None,
        ranked: None,
        is_notice: false,
        form: IrcForm {
            text: None,
            tags: Some(format!("{tags};+draft/persist").into()),
        },
        ignored: false,
        accounts: Correspondents::default(),
    }
}

fn in_room(seq: u64, room: RoomId, by: &str, tags: &str) -> Arc<Event> {
    let from = known(by).1;
    let signal = Signal {
        room: Some(room),
        accounts: Correspondents { from, to: None },
        ..signal(by, tags)
    };
    event(seq, Fact::Signal(Box::new(signal)))
}

fn in_private(seq: u64, from: &str, to: &str) -> Arc<Event> {
    let (to, accounts) = (known(to), known(from).1);
    let signal = Signal {
        to: Some((NOBODY, to.0)),
        accounts: Correspondents {
            from: accounts,
            to: to.1,
        },
        ..signal(from, "+x=1")
    };
    event(seq, Fact::Signal(Box::new(signal)))
}

fn of_room(store: &Store, range: Range, filter: Filter<'_>) -> Vec<Event> {
    let mut reader = store.reader().unwrap();
    let extent = reader.extent(ROOM, range, 9, filter).unwrap();
    pages(&mut reader, ROOM, &extent, 1, filter)
}

fn of_detail(detail: Detail) -> Filter<'static> {
    Filter {
        detail,
        ..Filter::default()
    }
}

#[test]
fn a_signal_is_shown_to_those_who_want_it_and_is_no_message() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let events = [
        in_room(1, ROOM, "ann", "+draft/react=hi"),
        said(2, ROOM.0, "lee", "hi"),
        topic(3, ROOM.0, "lee", Some("Ship it")),
        in_room(4, ROOM, "lee", "+x"),
        in_room(5, RoomId(0), "lee", "+elsewhere"),
    ];
    commit(&mut store, &events);
    let check = |store: &Store, detail, not_from: &[_], expected: &[u64]| {
        let filter = Filter {
            detail,
            not_from,
            ..ALL
        };
        let found = of_room(store, Range::Last(9), filter);
        assert_eq!(places(&found), expected);
        for event in found {
            assert_eq!(event, *events[event.seq.0 as usize - 1]);
        }
    };
    check(&store, Detail::Messages, &[], &[2]);
    check(&store, Detail::Notices, &[], &[2, 3]);
    check(&store, Detail::Playback, &[], &[2, 3]);
    check(&store, Detail::Signals, &[], &[1, 2, 3, 4]);
    check(
        &store,
        Detail::Signals,
        &[PastName::always(name("ANN"))],
        &[2, 3, 4],
    );
    assert_eq!(seqs(&mut store, ROOM.0), [2]);
    // A line among lines, which count.
    let mut reader = store.reader().unwrap();
    let extent = reader.extent(ROOM, Range::Last(9), 9, ALL).unwrap();
    assert_eq!((extent.shown, extent.total), (4, Some(4)));
    let missed = reader.missed(away_from(&[(ROOM, Seq(0))], 9), ALL).unwrap();
    assert_eq!(missed.kept, 1);
    let exported = reader.export(ExportRange::default(), Seq(0), 9_999);
    assert_eq!(places(&exported.unwrap().events), [2, 3]);
    let search = SearchQuery {
        matches_max: 9,
        ..SearchQuery::default()
    };
    assert_eq!(reader.search(&search).unwrap().places, [(ROOM, Seq(2))]);
    let (rooms, always) = ([RoomId(0), ROOM], (Timestamp(0), Timestamp(99_000)));
    for (detail, expected) in [
        (Detail::Notices, &[(ROOM, 2_000)][..]),
        (Detail::Signals, &[(ROOM, 4_000), (RoomId(0), 5_000)]),
    ] {
        let found = reader
            .targets(None, &rooms, of_detail(detail), always, 9)
            .unwrap();
        let expected = expected
            .iter()
            .map(|(room, at)| (HistoryTarget::Room(*room), Timestamp(*at)));
        assert_eq!(found, expected.collect::<Vec<_>>());
    }
    assert_eq!(reader.check().unwrap().faults, []);
    drop((store, reader));
    let reopened = open(folder.path());
    let rooms = reopened.snapshot.rooms.iter().map(|room| room.id);
    assert_eq!(rooms.collect::<Vec<_>>(), [RoomId(0), ROOM]);
    check(&reopened.store, Detail::Signals, &[], &[1, 2, 3, 4]);
}

/// Neither a topic nor a signal needs a message beside it.
#[test]
fn a_stretch_without_messages_has_what_else_there_is() {
    let mut store = open_memory(Retention::default());
    let notices = Filter {
        detail: Detail::Lines,
        ..ALL
    };
    commit(&mut store, &[topic(1, ROOM.0, "lee", Some("Ship it"))]);
    assert_eq!(places(&of_room(&store, Range::Last(9), notices)), [1]);
    assert_eq!(of_room(&store, Range::Last(9), Filter::default()), []);
    assert_eq!(of_room(&store, Range::Last(0), notices), []);
    let events = [
        in_room(2, ROOM, "lee", "+x"),
        said(5, ROOM.0, "lee", "hi"),
        topic(6, ROOM.0, "lee", None),
        in_room(7, ROOM, "lee", "+x"),
        said(9, ROOM.0, "lee", "bye"),
    ];
    commit(&mut store, &events);
    let check = |range, expected: &[u64]| {
        assert_eq!(places(&of_room(&store, range, ALL)), expected, "{range:?}");
    };
    check(Range::Before(Seq(5), 9), &[1, 2]);
    check(Range::Before(Seq(2), 9), &[1]);
    check(Range::Until(Timestamp(2_000)), &[1]);
    check(Range::Within(Seq(5), Seq(9), 9), &[6, 7]);
    check(Range::Within(Seq(6), Seq(9), 9), &[7]);
    check(Range::Rest(Seq(5), Timestamp(7_000)), &[6]);
    check(Range::Between(Timestamp(6_000), Timestamp(7_001)), &[6, 7]);
    check(Range::Between(Timestamp(7_001), Timestamp(6_000)), &[]);
    check(Range::Around(Seq(7), 0), &[7]);
    check(Range::After(Seq(9), 9), &[]);
}

#[test]
fn a_deleted_signal_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let secret = "+draft/react=hunter2";
    commit(&mut store, &[in_room(1, ROOM, "lee", secret)]);
    commit(&mut store, &[said(2, ROOM.0, "lee", "hi")]);
    let mut reader = store.reader().unwrap();
    let found = FoundMessage::InRoom {
        room: ROOM,
        name: name("lee"),
        account: known("lee").1,
        at: Timestamp(1_000),
        is_signal: true,
    };
    assert_eq!(reader.find(Seq(1)).unwrap(), Some(found));
    let deletion = Deletion {
        room: ROOM,
        message: Seq(1),
        by: name("lee"),
        why: None,
        is_signal: true,
    };
    commit(&mut store, &[event(3, Fact::Deleted(Box::new(deletion)))]);
    assert_eq!(reader.find(Seq(1)).unwrap(), None);
    assert_eq!(places(&of_room(&store, Range::Last(9), ALL)), [2]);
    assert_eq!(reader.check().unwrap().faults, []);
    drop((store, reader));
    let bytes = std::fs::read(folder.path().join("messages.db")).unwrap();
    let has_secret = bytes.windows(7).any(|bytes| bytes == b"hunter2");
    assert!(!has_secret, "it is overwritten");
}

/// Nobody needs to say anything for the old ones to go.
#[test]
fn old_signals_go_in_small_steps() {
    let keep = Retention {
        keep: Some(Duration::from_secs(100)),
        bytes_max: None,
    };
    let mut store = open_memory(keep);
    let events: Vec<_> = (1..=2_000)
        .map(|seq| in_room(seq, ROOM, "lee", "+x"))
        .collect();
    commit(&mut store, &events);
    let mut steps = 0;
    while store.trim(Timestamp(2_000_000), AGES).unwrap() {
        steps += 1;
    }
    assert!(steps >= 3, "each is small: {steps}");
    let mut reader = store.reader().unwrap();
    let extent = reader.extent(ROOM, Range::Last(9_999), 9_999, ALL).unwrap();
    assert_eq!((extent.first, extent.last), (Seq(1_900), Seq(2_000)));
}

#[test]
fn a_private_signal_stands_in_both_histories_until_it_goes() {
    let mut store = open_memory(Retention::default());
    let events = [
        told(1, "ann", "bob", false),
        in_private(2, "bob", "ann"),
        in_private(3, "ann", "guest!"),
        told(4, "ann", "bob", false),
        in_private(5, "ann", "bob"),
    ];
    commit(&mut store, &events);
    let check = |store: &Store, (account, other), detail, expected: &[u64]| {
        let filter = Filter { detail, ..ALL };
        let mut reader = store.reader().unwrap();
        let found = read(
            &mut reader,
            &with(account, other),
            Range::Last(9),
            9,
            filter,
        );
        assert_eq!(places(&found), expected, "{account} with {other}");
        for event in found {
            assert_eq!(event, *events[event.seq.0 as usize - 1]);
        }
    };
    check(&store, ("ann", "bob"), Detail::Notices, &[1, 4]);
    check(&store, ("ann", "bob"), Detail::Signals, &[1, 2, 4, 5]);
    check(&store, ("bob", "ann"), Detail::Signals, &[1, 2, 4, 5]);
    check(&store, ("ann", "guest!"), Detail::Signals, &[3]);
    check(&store, ("ann", "guest!"), Detail::Messages, &[]);
    let mut reader = store.reader().unwrap();
    // It is a reason to look at a conversation for those alone who are shown it.
    let always = (Timestamp(0), Timestamp(99_000));
    let (ann, with) = (name("ann"), |who| HistoryTarget::Person(name(who)));
    let mut targets = |detail| {
        reader
            .targets(Some(&ann), &[], of_detail(detail), always, 9)
            .unwrap()
    };
    assert_eq!(targets(Detail::Notices), [(with("bob"), Timestamp(4_000))]);
    let all = targets(Detail::Signals);
    assert_eq!(all.last(), Some(&(with("bob"), Timestamp(5_000))));
    assert_eq!(all.len(), 2);
    let Some(FoundMessage::Private { is_signal, .. }) = reader.find(Seq(2)).unwrap() else {
        panic!("it is there");
    };
    assert!(is_signal);
    let deletion = PrivateDeletion {
        message: Seq(2),
        person: NOBODY,
        by: name("bob"),
        to_name: name("ann"),
        to_account: None,
        people: [].into(),
        why: None,
        is_signal,
    };
    let deleted = event(6, Fact::PrivateDeleted(Box::new(deletion)));
    let ended = changed(7, "bob", AccountChange::Removed);
    commit(&mut store, &[deleted, ended]);
    check(&store, ("ann", "bob"), Detail::Signals, &[1, 4, 5]);
    check(&store, ("bob", "ann"), Detail::Signals, &[]);
    assert_eq!(reader.check().unwrap().faults, []);
}

#[derive(Clone, Copy, Debug)]
enum Line {
    Said,
    Topic,
    Signal,
}

fn lines() -> impl Strategy<Value = Vec<(u32, Line)>> {
    let line = prop_oneof![Just(Line::Said), Just(Line::Topic), Just(Line::Signal)];
    prop::collection::vec((0u32..3, line), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// The pages have just those lines of a range that are wanted.
    #[test]
    fn every_line_counts_where_signals_are_shown(
        lines in lines(),
        ranges in prop::collection::vec((range(), 1usize..9), 1..20),
    ) {
        let mut store = open_memory(Retention::default());
        let events: Vec<_> = (1..).zip(&lines).map(|(seq, (room, line))| match line {
            Line::Said => said(seq, *room, "lee", "hello"),
            Line::Topic => topic(seq, *room, "lee", None),
            Line::Signal => in_room(seq, RoomId(*room), "lee", "+x"),
        }).collect();
        commit(&mut store, &events);
        let of_room: Vec<_> = events.iter().zip(&lines)
            .filter(|(_, (room, _))| *room == 0).map(|(event, _)| event.clone()).collect();
        let mut reader = store.reader().unwrap();
        for (range, lines_max) in ranges {
            let lines_max = match range {
                Range::Around(_, n) => 2 * n + 1,
                _ => lines_max,
            };
            let (mut found, wanted, newest) = in_range(&of_room, range);
            let extent = reader.extent(RoomId(0), range, lines_max, ALL).unwrap();
            let read = pages(&mut reader, RoomId(0), &extent, 100, ALL);
            if let Range::Around(seq, n) = range {
                let at = of_room.iter().take_while(|event| event.seq < seq).count();
                let until = (at + n + 1).min(of_room.len());
                found = of_room[at.saturating_sub(n)..until].iter().map(|e| Event::clone(e)).collect();
                prop_assert_eq!(places(&read), places(&found), "{:?}", range);
                continue;
            }
            let wanted = wanted.min(lines_max);
            let cut = |lines: &[Event]| match newest {
                true => places(&lines[lines.len().saturating_sub(wanted)..]),
                false => places(&lines[..lines.len().min(wanted)]),
            };
            prop_assert_eq!(places(&read), cut(&found), "{:?} of {}", range, lines_max);
        }
    }
}
