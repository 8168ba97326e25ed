//! The oldest goes, in small steps.

use std::sync::Arc;

use chinwag_core::{Duration, Event, ModAction, Monotonic, RoomId, Seq, Timestamp};
use chinwag_store::{Filter, Retention, SearchQuery, Store, Term};

use crate::support::*;

fn trim(store: &mut Store, now: Timestamp) -> usize {
    let mut steps = 1;
    while store.trim(now, AGES).unwrap() {
        steps += 1;
        assert!(steps < 10_000, "it never ends");
    }
    steps
}

#[test]
fn nothing_is_trimmed_unless_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    commit(&mut store, &[said(1, 0, "lee", "hello")]);
    assert!(!store.trim(Timestamp(i64::MAX), AGES).unwrap());
    assert_eq!(seqs(&mut store, 0), [1]);
}

#[test]
fn old_messages_go_by_age() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Retention {
        keep: Some(Duration::from_secs(100)),
        bytes_max: None,
    };
    let mut store = open_with(folder.path(), keep).store;
    for seq in 1..=1_000 {
        commit(&mut store, &[said(seq, (seq % 3) as u32, "lee", "hello")]);
    }
    let steps = trim(&mut store, Timestamp(1_000_000));
    assert!(steps > 10, "each is small: {steps}");
    let snapshot = |room| {
        (900..=1_000)
            .filter(|seq| seq % 3 == room)
            .collect::<Vec<u64>>()
    };
    assert_eq!(seqs(&mut store, 0), snapshot(0));
    commit(&mut store, &[said(1_001, 0, "lee", "after")]);
    assert_eq!(seqs(&mut store, 0).last(), Some(&1_001));
    assert_eq!(seqs(&mut store, 1), snapshot(1));
}

#[test]
fn a_clock_that_leaps_deletes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let day = Duration::from_hours(24);
    let keep = Retention {
        keep: Some(30 * day),
        bytes_max: None,
    };
    let bans = [
        said(1, 0, "lee", "hello"),
        audit_entry(2, ModAction::Ban(restriction("eve", Some(5_000)))),
    ];
    let (soon, leapt) = (Monotonic(10_000), Timestamp(1_000) + 40 * day);
    let mut store = open_with(folder.path(), keep).store;
    commit(&mut store, &bans);
    store.trim(Timestamp(1_000), Monotonic(1_000)).unwrap();
    store.trim(leapt, soon).unwrap();
    assert_eq!(seqs(&mut store, 0), [1]);
    // Nor at a start with a clock that is ahead, whatever was said by it before.
    let mut ahead = Event::clone(&said(3, 0, "lee", "from the future"));
    ahead.at = leapt;
    commit(&mut store, &[Arc::new(ahead)]);
    drop(store);
    let mut opened = open_with(folder.path(), keep);
    assert_eq!(opened.snapshot.bans, [restriction("eve", Some(5_000))]);
    opened.store.trim(leapt, soon).unwrap();
    assert_eq!(seqs(&mut opened.store, 0), [1, 3]);
    // A clock that goes on so for days is right.
    trim(&mut opened.store, leapt);
    assert_eq!(seqs(&mut opened.store, 0), [3]);
}

#[test]
fn when_all_is_gone_the_order_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Retention {
        keep: Some(Duration::from_secs(1)),
        bytes_max: None,
    };
    let mut store = open_with(folder.path(), keep).store;
    commit(
        &mut store,
        &[said(41, 0, "lee", "hello"), said(42, 1, "lee", "hello")],
    );
    store.indexer().unwrap().step(100).unwrap();
    trim(&mut store, Timestamp(1_000_000));
    assert_eq!(seqs(&mut store, 0), []);
    drop(store);
    let mut opened = open_again(folder.path());
    assert_eq!(opened.next_seq.0, 43);
    assert_eq!(opened.snapshot.rooms, []);
    // Another room may have the number now: nothing of the old one is found.
    commit(&mut opened.store, &[said(43, 0, "lee", "other")]);
    let found = |store: &Store, word: &str| {
        let query = SearchQuery {
            terms: Term::parse(word),
            matches_max: 9,
            ..SearchQuery::default()
        };
        store.reader().unwrap().search(&query).unwrap().places.len()
    };
    assert_eq!(
        (found(&opened.store, "hello"), found(&opened.store, "other")),
        (0, 1)
    );
}

#[test]
fn the_size_stays_below_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let bytes_max = 1 << 20;
    let limit = Retention {
        keep: None,
        bytes_max: Some(bytes_max),
    };
    let mut store = open_with(folder.path(), limit).store;
    let text = "word ".repeat(200);
    let mut seq = 0;
    for _ in 0..200 {
        let turn: Vec<_> = (1..=20)
            .map(|n| said(seq + n, (n % 2) as u32, "lee", &text))
            .collect();
        seq += 20;
        commit(&mut store, &turn);
        trim(&mut store, Timestamp(0));
    }
    let snapshot = seqs(&mut store, 1);
    assert_eq!(snapshot.last(), Some(&(seq - 1)));
    // At least half of what the limit allows is there, and without holes.
    assert!(snapshot.len() > 250, "{}", snapshot.len());
    assert!(snapshot.windows(2).all(|pair| pair[1] == pair[0] + 2));
    drop(store);
    let size = std::fs::metadata(folder.path().join("messages.db"))
        .unwrap()
        .len();
    assert!(size < bytes_max + (256 << 10), "{size}");
}

#[test]
fn restrictions_that_have_run_out_are_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let bans = [
        audit_entry(1, ModAction::Ban(restriction("eve", Some(5_000)))),
        audit_entry(2, ModAction::Ban(restriction("mallory", Some(50_000)))),
        audit_entry(3, ModAction::Ban(restriction("192.0.2.1", None))),
    ];
    commit(&mut store, &bans);
    store.trim(Timestamp(10_000), AGES).unwrap();
    drop(store);
    let snapshot = open(folder.path()).snapshot;
    assert_eq!(
        snapshot.bans,
        [
            restriction("mallory", Some(50_000)),
            restriction("192.0.2.1", None)
        ]
    );
}

#[test]
fn trimmed_messages_leave_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Retention {
        keep: Some(Duration::from_secs(10)),
        bytes_max: None,
    };
    let mut store = open_with(folder.path(), keep).store;
    let mut indexer = store.indexer().unwrap();
    for turn in 0..40 {
        let events: Vec<_> = (1..=50)
            .map(|n| said(50 * turn + n, 0, "lee", "hello"))
            .collect();
        commit(&mut store, &events);
    }
    while !indexer.step(500).unwrap().caught_up {}
    trim(&mut store, Timestamp(2_000_000));
    while !indexer.step(500).unwrap().caught_up {}
    let left = seqs(&mut store, 0).len() as i64;
    assert!(left <= 100, "{left}");
    let index = rusqlite::Connection::open(folder.path().join("search.db")).unwrap();
    let rows: i64 = index
        .query_row("SELECT count(*) FROM words", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, left);
    let recent = store.recent(RoomId(0), 1, 100).unwrap();
    assert_eq!(recent.total as i64, left);
}

#[test]
fn what_is_gone_is_counted_for_those_who_missed_it() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Retention {
        keep: Some(Duration::from_secs(100)),
        bytes_max: None,
    };
    let mut store = open_with(folder.path(), keep).store;
    // Several messages of two rooms in each turn.
    for turn in 0..100 {
        let said: Vec<_> = (10 * turn + 1..=10 * turn + 10)
            .map(|seq| said(seq, (seq % 2) as u32, "lee", "hello"))
            .collect();
        commit(&mut store, &said);
    }
    let all = Seq(u64::MAX);
    let gone = |store: &Store, after: u64, until: Seq| {
        let rooms = [(RoomId(0), Seq(after))];
        let filter = Filter::default();
        let missed = store
            .reader()
            .unwrap()
            .missed(away_from(&rooms, until.0), filter);
        missed.unwrap().gone
    };
    assert_eq!(gone(&store, 0, all), 0);
    trim(&mut store, Timestamp(1_000_000));
    let left = seqs(&mut store, 0);
    let missed = |after: u64| {
        let is_kept = |seq: &&u64| **seq > after;
        500 - after / 2 - left.iter().filter(is_kept).count() as u64
    };
    for after in [0, 1, 2, 11, 457, 888, 899, 1_000] {
        assert_eq!(gone(&store, after, all), missed(after), "behind {after}");
    }
    assert_eq!(gone(&store, 13, Seq(20)), 4);
    // It holds over a restart, and when all of the room is gone.
    drop(store);
    let mut store = open_with(folder.path(), keep).store;
    trim(&mut store, Timestamp(9_000_000));
    assert_eq!(seqs(&mut store, 0), []);
    assert_eq!(gone(&store, 13, all), 494);
}
