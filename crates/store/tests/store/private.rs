//! Private histories against the naive model: a list that is filtered and cut.

use std::sync::Arc;

use chinwag_core::{
    AccountChange, Conversation, Correspondents, Event, Fact, HistoryTarget, IrcForm, Manner,
    MarkerSet, MarkerTarget, NOBODY, Name, PastName, PersonId, PrivateDeletion, PrivateMessage,
    Range, RoomId, Seq, Timestamp,
};
use chinwag_store::{Absence, Filter, HistoryReader, PastPerson, PersonRange, Retention, Store};
use proptest::prelude::*;
use proptest::sample::select;

use crate::round_trip::{changed, claimed};
use crate::support::*;

/// The people; those whose names end with `!` are guests.
const PEOPLE: [&str; 4] = ["ann", "bob", "cy", "guest!"];

pub(crate) fn known(person: &str) -> (Name, Option<Name>) {
    let bare = name(person.trim_end_matches('!'));
    let account = (!person.ends_with('!')).then(|| bare.clone());
    (bare, account)
}

pub(crate) fn told(seq: u64, from: &str, to: &str, ignored: bool) -> Arc<Event> {
    let ((from_name, from), (to_name, to)) = (known(from), known(to));
    let irc = IrcForm {
        text: Some("\u{2}psst".into()),
        tags: Some("+x=1".into()),
    };
    let message = PrivateMessage {
        from: NOBODY,
        from_name,
        to: NOBODY,
        to_name,
        text: text("psst"),
        manner: Manner::Notice,
        irc: irc.kept(),
        ignored,
        kept: None,
        away: None,
        accounts: Correspondents { from, to },
    };
    event(seq, Fact::PrivateMessage(Box::new(message)))
}

pub(crate) fn with(account: &str, with: &str) -> Conversation {
    Conversation {
        nobody: None,
        account: name(account),
        with: known(with).0,
    }
}

/// What a killed server took of a session is found by whom its names meant, and when.
#[test]
fn the_private_messages_of_one_person_are_found_by_its_names_and_its_account() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let events = [
        told(1, "ann", "bob", false),
        said(2, 1, "ann", "in a room"),
        told(3, "bob", "ann", false),
        told(4, "ann", "guest!", false),
        // Hidden while bob ignores ann, and no longer.
        told(5, "ann", "bob", true),
        told(6, "guest!", "bob", false),
        told(7, "cy", "ann", false),
        told(8, "guest!", "guest!", false),
        told(9, "ann", "guest!", false),
        told(10, "bob", "cy", false),
    ];
    commit(&mut store, &events);
    let mut reader = store.reader().unwrap();
    let mut check = |person: &str, borne: (u64, u64), not_from: &[PastName], expected: &[u64]| {
        let (bare, account) = known(person);
        let borne = PastName {
            name: bare,
            since: Seq(borne.0),
            until: Seq(borne.1),
        };
        let range = PersonRange {
            of: PastPerson {
                person: PersonId(4),
                account,
                names: [borne].into(),
            },
            after: Seq(0),
            until: Seq(9),
        };
        let absence = Absence {
            private: Some(&range),
            ..away_from(&[(RoomId(1), Seq(0))], 9)
        };
        let filter = Filter {
            not_from,
            ..Filter::default()
        };
        let count = reader.missed(absence, filter).unwrap().kept;
        let (mut events, mut from) = (Vec::new(), Some(Seq(0)));
        while let Some(next) = from {
            let page = reader.missed_page(absence, next, 1, filter).unwrap();
            events.extend(page.events);
            from = page.next;
        }
        assert_eq!(count, events.len() as u64);
        // One is said in the room.
        assert_eq!(places(&events), expected, "{person}");
    };
    let always = (0, u64::MAX);
    check("bob", always, &[], &[1, 2, 3, 5, 6]);
    check("bob", always, &[PastName::always(name("ann"))], &[3, 6]);
    check("bob", (2, 5), &[], &[2, 3, 5]);
    check("ann", always, &[], &[1, 2, 3, 4, 5, 7, 9]);
    check(
        "ann",
        always,
        &[PastName::always(name("cy"))],
        &[1, 2, 3, 4, 5, 9],
    );
    // Those of two guests are stored nowhere, and another bears the name from 7 on.
    check("guest!", (0, 7), &[], &[2, 4, 6]);
}

/// All that an account has with another, in pages of so few bytes that each has one message.
pub(crate) fn read(
    reader: &mut HistoryReader,
    of: &Conversation,
    range: Range,
    lines_max: usize,
    filter: Filter<'_>,
) -> Vec<Event> {
    let extent = reader.conversation(of, range, lines_max, filter).unwrap();
    let (mut events, mut from) = (Vec::new(), extent.first);
    if extent.shown == 0 {
        return events;
    }
    loop {
        let page = reader
            .conversation_page(of, from, extent.last, 1, filter)
            .unwrap();
        events.extend(page.events);
        match page.next {
            Some(next) => from = next,
            None => break,
        }
    }
    assert_eq!(events.len() as u64, extent.shown, "{range:?} of {of:?}");
    events
}

fn seqs_of(store: &Store, account: &str, other: &str) -> Vec<u64> {
    let of = with(account, other);
    let mut reader = store.reader().unwrap();
    let events = read(&mut reader, &of, Range::Last(99), 99, Filter::default());
    events.iter().map(|event| event.seq.0).collect()
}

/// The same of a list.
fn model(events: &[Event], range: Range, lines_max: usize) -> Vec<Event> {
    let pick = |keep: &dyn Fn(&Event) -> bool, wanted: usize, newest: bool| -> Vec<Event> {
        let kept: Vec<Event> = events.iter().filter(|event| keep(event)).cloned().collect();
        let wanted = wanted.min(lines_max).min(kept.len());
        match newest {
            true => kept[kept.len() - wanted..].to_vec(),
            false => kept[..wanted].to_vec(),
        }
    };
    const ALL: usize = usize::MAX;
    match range {
        Range::Last(n) => pick(&|_| true, n, true),
        Range::Since(time) => pick(&|e| e.at >= time, ALL, true),
        Range::From(time) => pick(&|e| e.at >= time, ALL, false),
        Range::Until(time) => pick(&|e| e.at < time, ALL, true),
        Range::Between(from, until) => pick(&|e| from <= e.at && e.at < until, ALL, false),
        Range::Before(seq, n) => pick(&|e| e.seq < seq, n, true),
        Range::Within(a, b, n) => pick(&|e| a < e.seq && e.seq < b, n, true),
        Range::After(seq, n) => pick(&|e| e.seq > seq, n, false),
        Range::Rest(seq, until) => pick(&|e| e.seq > seq && e.at < until, ALL, false),
        Range::Around(seq, n) => {
            let mut around = pick(&|e| e.seq < seq, n, true);
            around.extend(pick(&|e| e.seq >= seq, n + 1, false));
            around
        }
    }
}

fn range() -> impl Strategy<Value = Range> {
    let seq = || (0_u64..40).prop_map(Seq);
    let time = || (0_i64..40).prop_map(|second| Timestamp(second * 1_000));
    let lines = || 1_usize..8;
    prop_oneof![
        lines().prop_map(Range::Last),
        time().prop_map(Range::Since),
        time().prop_map(Range::From),
        time().prop_map(Range::Until),
        (time(), time()).prop_map(|(a, b)| Range::Between(a, b)),
        (seq(), lines()).prop_map(|(seq, n)| Range::Before(seq, n)),
        (seq(), seq(), lines()).prop_map(|(a, b, n)| Range::Within(a, b, n)),
        (seq(), lines()).prop_map(|(seq, n)| Range::After(seq, n)),
        (seq(), time()).prop_map(|(seq, time)| Range::Rest(seq, time)),
        (seq(), lines()).prop_map(|(seq, n)| Range::Around(seq, n)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn each_side_reads_what_it_has_been_told(
        talk in prop::collection::vec((select(&PEOPLE[..]), select(&PEOPLE[..]), any::<bool>()), 1..30),
        ranges in prop::collection::vec(range(), 1..8),
        lines_max in 1_usize..20,
        ignored in prop::option::of(select(&["ann", "bob"][..])),
    ) {
        let mut store = open_memory(Retention::default());
        let events: Vec<Arc<Event>> = (1..)
            .zip(&talk)
            .map(|(seq, (from, to, ignored))| told(seq, from, to, *ignored))
            .filter(|event| event.fact.is_durable())
            .collect();
        commit(&mut store, &events);
        let mut reader = store.reader().unwrap();
        let not_from: Vec<PastName> = ignored.into_iter().map(|called| PastName::always(name(called))).collect();
        let filter = Filter { not_from: &not_from, ..Filter::default() };
        for account in ["ann", "bob", "cy"] {
            for other in PEOPLE {
                let of = with(account, other);
                let mine = events.iter().filter(|event| {
                    let Fact::PrivateMessage(message) = &event.fact else { return false };
                    let sent = message.accounts.from.as_ref() == Some(&of.account)
                        && message.to_name == of.with;
                    let got = message.accounts.to.as_ref() == Some(&of.account)
                        && message.from_name == of.with;
                    sent || got
                });
                let mine = mine.map(|event| (**event).clone()).map(|mut event| {
                    // Who ignored whom is not kept.
                    if let Fact::PrivateMessage(message) = &mut event.fact {
                        message.ignored = false;
                    }
                    event
                });
                let heard = mine.filter(|event| !not_from.iter().any(|past| event.fact.voice().is_some_and(|voice| past.covers(voice.name, event.seq))));
                let heard: Vec<Event> = heard.collect();
                for range in &ranges {
                    let total = reader.conversation(&of, *range, lines_max, filter).unwrap().total;
                    if !matches!(range, Range::Around(..)) {
                        let all = match *range {
                            Range::Last(_) => Range::Last(usize::MAX),
                            Range::Before(seq, _) => Range::Before(seq, usize::MAX),
                            Range::After(seq, _) => Range::After(seq, usize::MAX),
                            Range::Within(from, to, _) => Range::Within(from, to, usize::MAX),
                            range => range,
                        };
                        let heard = model(&heard, all, usize::MAX).len() as u64;
                        prop_assert_eq!(total, Some(heard), "{:?} of {:?}", range, of);
                    }
                    let found = read(&mut reader, &of, *range, lines_max, filter);
                    prop_assert_eq!(found, model(&heard, *range, lines_max), "{:?} of {:?}", range, of);
                }
            }
        }
    }
}

#[test]
fn a_deleted_message_is_in_neither_history() {
    let mut store = open_memory(Retention::default());
    commit(
        &mut store,
        &[told(1, "ann", "bob", false), told(2, "bob", "ann", false)],
    );
    let deletion = PrivateDeletion {
        message: Seq(1),
        person: NOBODY,
        by: name("ann"),
        to_name: name("bob"),
        to_account: None,
        people: [].into(),
        why: None,
        is_signal: false,
    };
    assert!(store.reader().unwrap().find(Seq(1)).unwrap().is_some());
    commit(
        &mut store,
        &[event(3, Fact::PrivateDeleted(Box::new(deletion)))],
    );
    assert_eq!(seqs_of(&store, "ann", "bob"), [2]);
    assert_eq!(seqs_of(&store, "bob", "ann"), [2]);
    assert_eq!(store.reader().unwrap().find(Seq(1)).unwrap(), None);
}

#[test]
fn an_account_that_ends_takes_its_own_histories_along() {
    let mut store = open_memory(Retention::default());
    let turn = [
        claimed(1, "ann", "$a", false),
        claimed(2, "bob", "$b", false),
        told(3, "ann", "bob", false),
        told(4, "ann", "guest!", false),
        changed(5, "ann", AccountChange::Removed),
    ];
    commit(&mut store, &turn);
    assert_eq!(seqs_of(&store, "ann", "bob"), [0_u64; 0]);
    assert_eq!(seqs_of(&store, "bob", "ann"), [3]);
    // What nobody has any more is not in the file either.
    let mut reader = store.reader().unwrap();
    assert_eq!(reader.find(Seq(4)).unwrap(), None);
}

#[test]
fn retention_takes_private_messages_with_and_without_rooms() {
    let keep = Some(chinwag_core::Duration::from_secs(10));
    let mut store = open_memory(Retention {
        keep,
        ..Retention::default()
    });
    commit(
        &mut store,
        &[told(1, "ann", "bob", false), told(5, "ann", "bob", false)],
    );
    while store.trim(Timestamp(12_000), AGES).unwrap() {}
    assert_eq!(seqs_of(&store, "ann", "bob"), [5]);
    commit(
        &mut store,
        &[said(6, 1, "cy", "hi"), told(9, "ann", "bob", false)],
    );
    while store.trim(Timestamp(17_000), LATER).unwrap() {}
    assert_eq!(seqs_of(&store, "bob", "ann"), [9]);
}

#[test]
fn targets_are_told_by_their_newest_message() {
    let mut store = open_memory(Retention::default());
    let turn = [
        said(1, 1, "cy", "hi"),
        told(2, "ann", "bob", false),
        told(3, "cy", "ann", false),
        told(4, "bob", "cy", false),
        said(5, 2, "cy", "hi"),
        told(6, "ann", "guest!", false),
        told(7, "bob", "ann", false),
    ];
    commit(&mut store, &turn);
    let mut reader = store.reader().unwrap();
    let rooms = [
        chinwag_core::RoomId(1),
        chinwag_core::RoomId(2),
        chinwag_core::RoomId(3),
    ];
    let ann = name("ann");
    let mut targets = |account, (from, to): (i64, i64), most| {
        let between = (Timestamp(from), Timestamp(to));
        let found = reader
            .targets(
                account,
                &rooms,
                chinwag_store::Filter::default(),
                between,
                most,
            )
            .unwrap();
        let shown = found.into_iter().map(|(target, at)| match target {
            HistoryTarget::Room(room) => (format!("#{}", room.0), at.0),
            HistoryTarget::Person(name) => (name.to_string(), at.0),
        });
        shown.collect::<Vec<_>>()
    };
    let all = [
        ("#1", 1_000),
        ("cy", 3_000),
        ("#2", 5_000),
        ("guest", 6_000),
        ("bob", 7_000),
    ];
    let all = all.map(|(target, at)| (target.to_owned(), at));
    assert_eq!(targets(Some(&ann), (0, 9_000), 9), all);
    assert_eq!(targets(Some(&ann), (1_000, 7_000), 9), all[1..4]);
    assert_eq!(targets(Some(&ann), (0, 9_000), 2), all[..2]);
    assert_eq!(targets(Some(&ann), (9_000, 0), 2), all[3..]);
    assert_eq!(
        targets(None, (0, 9_000), 9),
        [all[0].clone(), all[2].clone()]
    );
}

#[test]
fn read_markers_of_accounts_are_there_again() {
    let marker = |seq, account: Option<&str>, key: &str, at, forgets: Option<&str>| {
        let set = MarkerSet {
            person: NOBODY,
            account: account.map(name),
            target: MarkerTarget::Person(name("bob")),
            room: None,
            key: key.into(),
            at: Timestamp(at),
            forgets: forgets.map(Into::into),
            others: [].into(),
        };
        event(seq, Fact::MarkerSet(Box::new(set)))
    };
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let turn = [
        claimed(1, "ann", "$a", false),
        marker(2, Some("ann"), "#dev", 5, None),
        marker(3, Some("ann"), "bob", 7, None),
        marker(4, Some("ann"), "#dev", 4, None),
        marker(5, Some("ann"), "#ops", 6, Some("bob")),
    ];
    commit(&mut store, &turn);
    drop(store);
    let snapshot = open(folder.path()).snapshot;
    let mut kept: Vec<_> = snapshot
        .markers
        .iter()
        .map(|marker| (marker.account.as_str(), &*marker.key, marker.at.0))
        .collect();
    kept.sort_unstable();
    assert_eq!(kept, [("ann", "#dev", 5), ("ann", "#ops", 6)]);
}
