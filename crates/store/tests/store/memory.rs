//! A store in memory behaves as one in a folder, until it is gone.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use chinwag_core::{ModAction, Timestamp};
use chinwag_store::{Retention, SearchQuery, Term};

use crate::support::*;

#[test]
fn readers_see_what_is_committed() {
    let mut store = open_memory(Retention::default());
    let mut reader = store.reader().unwrap();
    commit(
        &mut store,
        &[
            said(1, 0, "lee", "hello"),
            audit_entry(2, ModAction::Lock(true)),
        ],
    );
    assert_eq!(newest(&mut reader, 0, 9).0.len(), 1);
    assert_eq!(reader.audit_log(None, 9).unwrap().0.len(), 1);
    store.checkpointer().unwrap().checkpoint().unwrap();
    assert!(store.indexer().unwrap().step(100).unwrap().caught_up);
    let query = SearchQuery {
        terms: Term::parse("HELLO"),
        matches_max: 9,
        ..SearchQuery::default()
    };
    let found = reader.search(&query).unwrap();
    assert_eq!((found.places.len(), found.complete), (1, true));
}

#[test]
fn two_stores_have_nothing_in_common() {
    let mut first = open_memory(Retention::default());
    let mut second = open_memory(Retention::default());
    commit(&mut first, &[said(1, 0, "lee", "hello")]);
    assert_eq!(seqs(&mut second, 0), []);
}

#[test]
fn the_size_is_bounded() {
    let limit = Retention {
        keep: None,
        bytes_max: Some(320 << 10),
    };
    let mut store = open_memory(limit);
    let text = "word ".repeat(200);
    for seq in 1..=2_000 {
        commit(&mut store, &[said(seq, 0, "lee", &text)]);
        while store.trim(Timestamp(0), AGES).unwrap() {}
    }
    let snapshot = seqs(&mut store, 0);
    assert!((80..300).contains(&snapshot.len()), "{}", snapshot.len());
    assert_eq!(snapshot.last(), Some(&2_000));
}

/// Readers that never pause do not make a commit fail.
#[test]
fn readers_do_not_stop_the_writer() {
    const TURNS: u64 = 2_000;
    let mut store = open_memory(Retention::default());
    let done = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            let mut reader = store.reader().unwrap();
            let done = &done;
            scope.spawn(move || {
                let query = SearchQuery {
                    terms: Term::parse("nowhere"),
                    matches_max: 9,
                    ..SearchQuery::default()
                };
                while done.load(Ordering::Acquire) < TURNS {
                    let at_least = 3 * done.load(Ordering::Acquire);
                    let (events, total) = newest(&mut reader, 0, 100);
                    assert!(total >= at_least);
                    assert_eq!(events.len() as u64, total.min(100));
                    assert_eq!(reader.search(&query).unwrap().places.len(), 0);
                }
            });
        }
        for turn in 0..TURNS {
            let events: Vec<_> = (1..=3)
                .map(|n| said(3 * turn + n, 0, "lee", "hello"))
                .collect();
            commit(&mut store, &events);
            done.store(turn + 1, Ordering::Release);
        }
    });
}
