//! Searches of private histories against the naive model: a list that is filtered and cut.

use std::sync::Arc;

use chinwag_core::{Correspondents, Event, Fact, Manner, NOBODY, PrivateMessage, Seq, Timestamp};
use chinwag_store::{Retention, SearchError, SearchQuery, Store, Term};

use crate::private::{known, with};
use crate::support::*;

fn told(seq: u64, from: &str, to: &str, words: &str) -> Arc<Event> {
    let ((from_name, from), (to_name, to)) = (known(from), known(to));
    let message = PrivateMessage {
        from: NOBODY,
        from_name,
        to: NOBODY,
        to_name,
        text: text(words),
        manner: Manner::Speech,
        irc: None,
        ignored: false,
        kept: None,
        away: None,
        accounts: Correspondents { from, to },
    };
    event(seq, Fact::PrivateMessage(Box::new(message)))
}

fn sought(words: &str) -> SearchQuery {
    SearchQuery {
        terms: Term::parse(words),
        matches_max: 9,
        ..SearchQuery::default()
    }
}

#[track_caller]
fn check(store: &Store, query: &SearchQuery, expected: &[u64]) {
    let (mut reader, of) = (store.reader().unwrap(), with("ann", "bob"));
    let found = reader.search_conversation(&of, query).unwrap();
    assert_eq!(places_of(&found.places), expected);
    assert!(found.complete);
    let (mut events, mut rest) = (Vec::new(), &found.places[..]);
    while !rest.is_empty() {
        let page = reader.fetch_told(&of, rest, 1).unwrap();
        events.extend(page.events);
        let behind = |next| rest.iter().position(|seq| *seq == next);
        rest = match page.next.and_then(behind) {
            Some(at) => &rest[at..],
            None => &[],
        };
    }
    assert_eq!(places(&events), expected);
}

fn places_of(places: &[Seq]) -> Vec<u64> {
    places.iter().map(|seq| seq.0).collect()
}

#[test]
fn a_private_history_is_searched_by_the_rule_of_rooms() {
    let mut store = open_memory(Retention::default());
    let events = [
        told(1, "ann", "bob", "Deploy of web-1"),
        told(2, "bob", "ann", "lunch?"),
        told(3, "bob", "ann", "deployed, d\u{e9}j\u{e0}"),
        told(4, "ann", "cy", "deploy elsewhere"),
        told(5, "bob", "guest!", "deploy of others"),
        told(6, "ann", "bob", "deploy failed"),
        said(7, 0, "ann", "deploy for all"),
    ];
    commit(&mut store, &events);
    check(&store, &sought("deploy"), &[1, 6]);
    check(&store, &sought("deploy*"), &[1, 3, 6]);
    check(&store, &sought("deploy* -failed"), &[1, 3]);
    check(&store, &sought("deja"), &[3]);
    check(&store, &sought("\"web 1\""), &[1]);
    check(&store, &sought("nothing"), &[]);
    check(&store, &sought("?!"), &[]);
    let from = SearchQuery {
        from: Some(name("BOB")),
        ..sought("")
    };
    check(&store, &from, &[2, 3]);
    let not_from = SearchQuery {
        not_from: vec![name("bob")],
        ..sought("deploy*")
    };
    check(&store, &not_from, &[1, 6]);
    let times = SearchQuery {
        after: Some(Timestamp(2_000)),
        before: Some(Timestamp(6_000)),
        ..sought("")
    };
    check(&store, &times, &[2, 3]);
    let too_long = sought(&vec!["word"; 400].join("-"));
    let found = store
        .reader()
        .unwrap()
        .search_conversation(&with("ann", "bob"), &too_long);
    assert!(matches!(found, Err(SearchError::TooManyWords { .. })));
}

/// It goes on where the last search has ended, also where one look at the table is not enough.
#[test]
fn a_long_search_goes_on() {
    let mut store = open_memory(Retention::default());
    let events: Vec<_> = (1..=1_000)
        .map(|seq| told(seq, "ann", "bob", if seq % 100 == 0 { "yes" } else { "no" }))
        .collect();
    commit(&mut store, &events);
    let mut reader = store.reader().unwrap();
    let (mut query, mut all) = (sought("yes"), Vec::new());
    query.matches_max = 4;
    loop {
        let found = reader
            .search_conversation(&with("bob", "ann"), &query)
            .unwrap();
        assert!(found.places.len() <= 4 && found.places.is_sorted());
        all.splice(0..0, places_of(&found.places));
        assert_eq!(found.more, found.next.is_some());
        assert_eq!(found.searched_since.is_some(), found.more);
        let Some(next) = found.next else { break };
        query.below = Some(next);
    }
    let expected: Vec<u64> = (1..=10).map(|n| 100 * n).collect();
    assert_eq!(all, expected);
}
