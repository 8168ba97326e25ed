//! Who is left out for a reader: a name, and the account of that name under all others.

use std::sync::Arc;

use chinwag_core::{
    Correspondents, Detail, Event, Fact, HistoryTarget, Manner, NOBODY, PastName, PrivateMessage,
    Range, RoomId, Seq, Timestamp,
};
use chinwag_store::{Filter, Retention, SearchQuery, Store, Term};

use crate::history::pages;
use crate::private::{read, told, with};
use crate::support::*;

const DEV: RoomId = RoomId(1);

/// Somebody of an account speaks under a name in a room, sets its topic, and writes to ann.
fn by(seq: u64, called: &str, account: Option<&str>) -> [Arc<Event>; 3] {
    let account = account.map(name);
    let said = Fact::Said {
        person: NOBODY,
        name: name(called),
        room: DEV,
        text: text("a word"),
        manner: Manner::Speech,
        irc: None,
        account: account.clone(),
    };
    let topic = Fact::TopicSet {
        room: DEV,
        person: None,
        by: name(called),
        text: Some(text("a topic")),
        account: account.clone(),
    };
    let told = PrivateMessage {
        from: NOBODY,
        from_name: name(called),
        to: NOBODY,
        to_name: name("ann"),
        text: text("a word"),
        manner: Manner::Speech,
        irc: None,
        ignored: false,
        kept: None,
        away: None,
        accounts: Correspondents {
            from: account,
            to: Some(name("ann")),
        },
    };
    let told = Fact::PrivateMessage(Box::new(told));
    [
        event(seq, said),
        event(seq + 1, topic),
        event(seq + 2, told),
    ]
}

fn filled() -> Store {
    let mut store = open_memory(Retention::default());
    for events in [
        by(1, "bob", None),
        by(4, "moll", Some("mal")),
        by(7, "mal", Some("mal")),
        by(10, "moll", Some("moll")),
    ] {
        commit(&mut store, &events);
    }
    store
}

#[test]
fn an_account_is_left_out_of_all_that_is_read_under_whatever_name() {
    let store = filled();
    let mut reader = store.reader().unwrap();
    let not_from = [PastName::always(name("MAL"))];
    let filter = Filter {
        not_from: &not_from,
        detail: Detail::Lines,
        ..Filter::default()
    };
    let extent = reader.extent(DEV, Range::Last(9), 9, filter).unwrap();
    assert_eq!((extent.shown, extent.ignored), (4, 4), "topics, too");
    let events = pages(&mut reader, DEV, &extent, 1, filter);
    assert_eq!(places(&events), [1, 2, 10, 11]);
    let query = SearchQuery {
        terms: Term::parse("word"),
        ignored: not_from.to_vec(),
        matches_max: 9,
        ..SearchQuery::default()
    };
    let found = reader.search(&query).unwrap().places;
    let found: Vec<u64> = found.iter().map(|(_, seq)| seq.0).collect();
    assert_eq!(found, [1, 10]);
    let of = with("ann", "mal");
    assert_eq!(read(&mut reader, &of, Range::Last(9), 9, filter), []);
    assert_eq!(reader.search_conversation(&of, &query).unwrap().places, []);
    let open = Filter::default();
    assert_eq!(read(&mut reader, &of, Range::Last(9), 9, open).len(), 2);
}

/// A guest who has changed name is left out under each of its names for as long as it bore it.
#[test]
fn a_guest_is_left_out_for_what_it_said_and_another_of_its_name_is_not() {
    let mut store = open_memory(Retention::default());
    for seq in [1, 4, 7] {
        commit(&mut store, &by(seq, "gus2", None));
    }
    let mut reader = store.reader().unwrap();
    let not_from = [PastName {
        name: name("Gus2"),
        since: Seq(3),
        until: Seq(7),
    }];
    let filter = Filter {
        not_from: &not_from,
        detail: Detail::Lines,
        ..Filter::default()
    };
    let extent = reader.extent(DEV, Range::Last(9), 9, filter).unwrap();
    assert_eq!((extent.shown, extent.ignored), (3, 3));
    let events = pages(&mut reader, DEV, &extent, 1, filter);
    assert_eq!(places(&events), [1, 2, 8], "the topic too");
    let query = SearchQuery {
        terms: Term::parse("word"),
        ignored: not_from.to_vec(),
        matches_max: 9,
        ..SearchQuery::default()
    };
    let found = reader.search(&query).unwrap().places;
    assert_eq!(found, [(DEV, Seq(1))]);
    let of = with("ann", "gus2");
    let told = read(&mut reader, &of, Range::Last(9), 9, filter);
    assert_eq!(places(&told), [9]);
}

#[test]
fn the_account_of_who_has_set_a_topic_comes_back_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    commit(&mut store, &by(1, "moll", Some("mal")));
    drop(store);
    let snapshot = open(folder.path()).snapshot;
    let room = snapshot.rooms.iter().find(|room| room.id == DEV);
    let topic = room.and_then(|room| room.topic.as_ref()).expect("a topic");
    assert_eq!(
        (&topic.by, &topic.account),
        (&name("moll"), &Some(name("mal")))
    );
}

#[test]
fn who_is_ignored_makes_no_history_a_newer_one() {
    let mut store = open_memory(Retention::default());
    let turn = [
        told(1, "ann", "bob", false),
        told(2, "bob", "ann", true),
        told(3, "cy", "ann", true),
    ];
    commit(&mut store, &turn);
    let not_from = ["bob", "cy"].map(|called| PastName::always(name(called)));
    let filter = Filter {
        not_from: &not_from,
        ..Filter::default()
    };
    let (ann, always) = (name("ann"), (Timestamp(0), Timestamp(9_000)));
    let mut reader = store.reader().unwrap();
    let found = reader.targets(Some(&ann), &[], filter, always, 9);
    let bob = HistoryTarget::Person(name("bob"));
    assert_eq!(found.unwrap(), [(bob, Timestamp(1_000))]);
}
