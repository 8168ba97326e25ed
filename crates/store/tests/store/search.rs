//! Search finds the same whatever is in the index, and nothing that was typed is taken for
//! anything but words.

use std::fs;
use std::sync::Arc;

use chinwag_core::{Event, Range, RoomId, Seq, Timestamp};
use chinwag_store::{HistoryReader, SearchError, SearchQuery, Store, Term};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::*;

fn wanted(text: impl Into<String>) -> Term {
    Term {
        text: text.into(),
        excluded: false,
    }
}

fn typed(text: &str) -> SearchQuery {
    SearchQuery {
        terms: Term::parse(text),
        ..query(&[])
    }
}

fn query(words: &[&str]) -> SearchQuery {
    SearchQuery {
        terms: words.iter().map(|&word| wanted(word)).collect(),
        matches_max: 50,
        ..SearchQuery::default()
    }
}

fn found(reader: &mut HistoryReader, query: &SearchQuery) -> Vec<u64> {
    let matches = reader.search(query).unwrap();
    assert!(matches.complete, "{query:?}");
    let page = reader.fetch(&matches.places, usize::MAX).unwrap();
    assert_eq!(page.events.len(), matches.places.len());
    places(&page.events)
}

/// A store of a few messages, and how many of them to index.
fn filled(folder: &tempfile::TempDir, texts: &[&str]) -> Store {
    let mut store = open(folder.path()).store;
    for (seq, text) in (1..).zip(texts) {
        commit(&mut store, &[said(seq, 0, "lee", text)]);
    }
    store
}

/// Checks a search with nothing, a part and all of the messages in the index.
#[track_caller]
fn check(texts: &[&str], query: &SearchQuery, expected: &[u64]) {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, texts);
    let mut indexer = store.indexer().unwrap();
    let mut reader = store.reader().unwrap();
    for indexed in 0..=texts.len() {
        assert_eq!(
            found(&mut reader, query),
            expected,
            "{indexed} indexed: {query:?}"
        );
        assert_eq!(
            indexer.step(1).unwrap().messages,
            usize::from(indexed < texts.len())
        );
    }
}

#[test]
fn words_are_found_in_any_form() {
    let texts = [
        "Grüße aus Köln",
        "gruesse",
        "GRÜSSE!",
        "die größte",
        "漢字です",
        "café",
        "cafe\u{301}",
    ];
    check(&texts, &query(&["grüsse"]), &[1, 3]);
    check(&texts, &query(&["gr*"]), &[1, 2, 3, 4]);
    check(&texts, &query(&["字"]), &[5]);
    check(&texts, &query(&["漢字"]), &[5]);
    check(&texts, &query(&["字漢"]), &[]);
    check(&texts, &query(&["CAFE"]), &[6, 7]);
    check(&texts, &query(&["koln", "aus"]), &[1]);
    check(&texts, &query(&["koln", "café"]), &[]);
}

#[test]
fn what_looks_like_a_query_language_is_words() {
    let texts = [
        "to be or not to be",
        "body : near rowid",
        "say \"hi\" NEAR me",
        "a-b c*d (e) {f}",
        "AND",
    ];
    for hostile in [
        "\"",
        "*",
        "-",
        "^",
        ":",
        "()",
        "NEAR(",
        "\"\"\"",
        "--",
        "'; DROP TABLE words",
        "\0",
        "\\",
        "+",
        "a\"*",
        "{body} :",
        "body:",
        "NOT",
        "OR",
        "\u{202e}",
        "%",
        "_",
        "?1",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let store = filled(&folder, &texts);
        let mut reader = store.reader().unwrap();
        let before = found(&mut reader, &query(&[hostile]));
        store.indexer().unwrap().step(3).unwrap();
        assert_eq!(found(&mut reader, &query(&[hostile])), before, "{hostile}");
        store.indexer().unwrap().step(9).unwrap();
        assert_eq!(found(&mut reader, &query(&[hostile])), before, "{hostile}");
    }
    check(&texts, &query(&["OR"]), &[1]);
    check(&texts, &query(&["NOT", "or"]), &[1]);
    check(&texts, &query(&["NEAR"]), &[2, 3]);
    check(&texts, &query(&["and"]), &[5]);
    check(&texts, &query(&["a-b"]), &[4]);
    check(&texts, &query(&["b-a"]), &[]);
    check(&texts, &query(&["c*d"]), &[4]);
    check(&texts, &query(&["rowid"]), &[2]);
    // Words without a letter ask for nothing; alone they find nothing.
    check(&texts, &query(&["--", "and"]), &[5]);
    check(&texts, &query(&["--"]), &[]);
}

#[test]
fn phrases_and_exclusions_are_told_apart() {
    let texts = [
        "deploy ok",
        "the deploy failed",
        "failed deploy",
        "the failed-deploy again",
        "nothing",
    ];
    check(&texts, &typed("deploy -failed"), &[1]);
    check(&texts, &typed("deploy -fail*"), &[1]);
    check(&texts, &typed("\"failed deploy\""), &[3, 4]);
    check(&texts, &typed("\"failed dep\"*"), &[3, 4]);
    check(&texts, &typed("failed -\"failed deploy\""), &[2]);
    check(&texts, &typed("-deploy"), &[5]);
    check(&texts, &typed("-deploy -nothing"), &[]);
}

#[test]
fn strokes_vowels_and_colours_do_not_hide_a_word() {
    let texts = [
        "Økland is in Łódź",
        "Paweł",
        "مُحَمَّد",
        "שָׁלוֹם",
        "\\x1b[1;31mFailed\\x1b[0m: 3 tests",
    ];
    check(&texts, &query(&["okland", "lodz"]), &[1]);
    check(&texts, &query(&["økland"]), &[1]);
    check(&texts, &query(&["pawel"]), &[2]);
    check(&texts, &query(&["محمد"]), &[3]);
    check(&texts, &query(&["שלום"]), &[4]);
    check(&texts, &query(&["Failed"]), &[5]);
    check(&texts, &query(&["failed-3"]), &[5]);
}

#[test]
fn filters_alone_are_a_search() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    for seq in 1..=6 {
        let by = ["lee", "Bob", "ann"][seq as usize % 3];
        commit(&mut store, &[said(seq, seq as u32 % 2, by, "hello")]);
    }
    let mut reader = store.reader().unwrap();
    let all = query(&[]);
    for _ in 0..2 {
        let bob = SearchQuery {
            from: Some(name("bob")),
            ..all.clone()
        };
        assert_eq!(found(&mut reader, &bob), [1, 4]);
        let others = SearchQuery {
            not_from: vec![name("bob"), name("ANN")],
            ..all.clone()
        };
        assert_eq!(found(&mut reader, &others), [3, 6]);
        let elsewhere = SearchQuery {
            not_in: vec![RoomId(1)],
            ..all.clone()
        };
        assert_eq!(found(&mut reader, &elsewhere), [2, 4, 6]);
        let time = SearchQuery {
            after: Some(Timestamp(3_000)),
            before: Some(Timestamp(6_000)),
            room: Some(RoomId(1)),
            ..all.clone()
        };
        assert_eq!(found(&mut reader, &time), [3, 5]);
        store.indexer().unwrap().step(99).unwrap();
    }
}

/// 600 prefixes, or one word joined 400 times, took two seconds and half a gigabyte.
#[test]
fn a_search_that_costs_too_much_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, &["hello"]);
    let mut reader = store.reader().unwrap();
    let prefixes: String = (0..600).map(|n| format!("w{n}* ")).collect();
    let error = reader.search(&typed(&prefixes)).unwrap_err();
    assert!(matches!(error, SearchError::TooManyTerms { .. }), "{error}");
    let joined = vec!["hello"; 400].join("-");
    let error = reader.search(&typed(&joined)).unwrap_err();
    assert!(matches!(error, SearchError::TooManyWords { .. }), "{error}");
}

/// What one search has no budget for, the next ones find.
#[test]
fn a_search_stops_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let long = "x ".repeat(2_000);
    let (mut seq, mut expected) = (0, Vec::new());
    for turn in 0..100 {
        let events: Vec<_> = (0..256)
            .map(|n| {
                seq += 1;
                let is_match = turn % 10 == 0 && n == 99;
                expected.extend(is_match.then_some(seq));
                said(seq, 0, if is_match { "ann" } else { "lee" }, &long)
            })
            .collect();
        commit(&mut store, &events);
    }
    let mut reader = store.reader().unwrap();
    let query = SearchQuery {
        from: Some(name("ann")),
        ..query(&[])
    };
    let (all, searches) = search_on(&mut reader, query);
    assert_eq!(all, expected);
    assert!((3..6).contains(&searches), "{searches}");
}

/// Searches until nothing is left to search; all that was found, and in how many searches.
fn search_on(reader: &mut HistoryReader, mut query: SearchQuery) -> (Vec<u64>, usize) {
    let (mut all, mut searches) = (Vec::new(), 0);
    loop {
        let matches = reader.search(&query).unwrap();
        searches += 1;
        all.splice(0..0, matches.places.iter().map(|(_, seq)| seq.0));
        assert_eq!(matches.complete, matches.next.is_none());
        assert_eq!(matches.searched_since.is_some(), matches.next.is_some());
        match matches.next {
            Some(next) => query.below = Some(next),
            None => return (all, searches),
        }
    }
}

/// The index is asked for six words of a phrase, and offers what lacks the seventh.
#[test]
fn what_the_index_offers_in_vain_has_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    for turn in 0..6 {
        let events: Vec<_> = (1..=4_000)
            .map(|n| {
                let text = if n == 7 && turn % 5 == 0 {
                    "1 2 3 4 5 6 7"
                } else {
                    "1 2 3 4 5 6"
                };
                said(4_000 * turn + n, 0, "lee", text)
            })
            .collect();
        commit(&mut store, &events);
    }
    while !store.indexer().unwrap().step(10_000).unwrap().caught_up {}
    let (all, searches) = search_on(&mut store.reader().unwrap(), typed("1-2-3-4-5-6-7"));
    assert_eq!(all, [7, 20_007]);
    assert_eq!(searches, 2);
}

#[test]
fn what_is_around_a_match_is_a_range() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, &["hello"; 9]);
    let mut reader = store.reader().unwrap();
    let filter = chinwag_store::Filter::default();
    let mut around = |seq, messages| {
        let range = Range::Around(Seq(seq), messages);
        let extent = reader.extent(RoomId(0), range, 50, filter).unwrap();
        let page = reader.page(RoomId(0), extent.first, extent.last, 9_999, filter);
        (places(&page.unwrap().events), extent.older, extent.newer)
    };
    assert_eq!(around(5, 2), (vec![3, 4, 5, 6, 7], true, true));
    assert_eq!(around(2, 3), (vec![1, 2, 3, 4, 5], false, true));
    assert_eq!(around(9, 1), (vec![8, 9], true, false));
}

#[test]
fn a_page_of_matches_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, &["hello"; 9]);
    let mut reader = store.reader().unwrap();
    let matches = reader.search(&typed("hello")).unwrap();
    let page = reader.fetch(&matches.places, 200).unwrap();
    assert_eq!(
        (places(&page.events), page.next),
        (vec![1, 2], Some(Seq(3)))
    );
    let again = reader
        .another()
        .unwrap()
        .fetch(&matches.places[7..], 200)
        .unwrap();
    assert_eq!((places(&again.events), again.next), (vec![8, 9], None));
}

#[test]
fn the_newest_matches_are_given_oldest_first() {
    let texts = vec!["hello"; 30];
    let mut query = query(&["hello"]);
    query.matches_max = 4;
    check(&texts, &query, &[27, 28, 29, 30]);
    query.before = Some(Timestamp(10_000));
    check(&texts, &query, &[6, 7, 8, 9]);
    query.matches_max = 100;
    check(&texts, &query, &(1..=9).collect::<Vec<_>>());
    query.matches_max = 0;
    check(&texts, &query, &[]);
}

#[test]
fn more_says_whether_there_are_older_matches() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, &["hello"; 30]);
    let mut indexer = store.indexer().unwrap();
    let mut reader = store.reader().unwrap();
    loop {
        for (matches_max, more) in [(29, true), (30, false), (31, false)] {
            let query = SearchQuery {
                matches_max,
                ..query(&["hello"])
            };
            let matches = reader.search(&query).unwrap();
            assert_eq!((matches.more, matches.next.is_some()), (more, more));
        }
        if indexer.step(7).unwrap().messages == 0 {
            break;
        }
    }
}

#[test]
fn a_quiet_room_is_searched_among_loud_ones() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    for turn in 0..100 {
        let events: Vec<_> = (1..=50)
            .map(|n| {
                said(
                    50 * turn + n,
                    if n == 25 && turn % 20 == 0 { 1 } else { 0 },
                    "lee",
                    "hello",
                )
            })
            .collect();
        commit(&mut store, &events);
    }
    let mut reader = store.reader().unwrap();
    let query = SearchQuery {
        room: Some(RoomId(1)),
        ..query(&["hello"])
    };
    let expected = [25, 1_025, 2_025, 3_025, 4_025];
    assert_eq!(found(&mut reader, &query), expected);
    let mut indexer = store.indexer().unwrap();
    while !indexer.step(999).unwrap().caught_up {
        assert_eq!(found(&mut reader, &query), expected);
    }
    assert_eq!(found(&mut reader, &query), expected);
}

#[test]
fn an_index_that_is_deleted_or_damaged_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, &["hello", "world", "hello world"]);
    let path = folder.path().join("search.db");
    let mut indexer = store.indexer().unwrap();
    let mut reader = store.reader().unwrap();
    let all = |reader: &mut HistoryReader| assert_eq!(found(reader, &query(&["hello"])), [1, 3]);
    let fill = |indexer: &mut chinwag_store::Indexer| while !indexer.step(2).unwrap().caught_up {};
    fill(&mut indexer);
    all(&mut reader);

    fs::remove_file(&path).unwrap();
    all(&mut reader);
    fill(&mut indexer);
    all(&mut reader);
    assert!(path.exists());

    // While nobody has it open, since SQLite reads a page once.
    drop((indexer, reader));
    fs::write(&path, "no database ".repeat(1_000)).unwrap();
    let mut reader = store.reader().unwrap();
    all(&mut reader);
    let mut indexer = store.indexer().unwrap();
    fill(&mut indexer);
    all(&mut reader);

    drop((indexer, reader));
    let bytes = fs::read(&path).unwrap();
    fs::write(
        &path,
        [&bytes[..4096], &vec![0xaa; bytes.len() - 4096]].concat(),
    )
    .unwrap();
    let mut reader = store.reader().unwrap();
    assert_eq!(reader.search(&query(&["hello"])).unwrap().places.len(), 2);
    let mut indexer = store.indexer().unwrap();
    fill(&mut indexer);
    all(&mut reader);
}

#[test]
fn an_index_of_another_store_or_of_later_messages_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let old = tempfile::tempdir().unwrap();
    let mut store = filled(&folder, &["hello", "world"]);
    drop(store);
    fs::copy(
        folder.path().join("messages.db"),
        old.path().join("messages.db"),
    )
    .unwrap();
    store = open(folder.path()).store;
    commit(
        &mut store,
        &[said(3, 0, "lee", "hello"), said(4, 0, "lee", "hello")],
    );
    store.indexer().unwrap().step(9).unwrap();
    drop(store);

    // An old copy of the messages comes back, and goes on without the index noticing anything
    // before it is too late.
    fs::copy(
        old.path().join("messages.db"),
        folder.path().join("messages.db"),
    )
    .unwrap();
    let mut store = open(folder.path()).store;
    let mut indexer = store.indexer().unwrap();
    commit(
        &mut store,
        &(3..9)
            .map(|seq| said(seq, 0, "lee", "other"))
            .collect::<Vec<_>>(),
    );
    let mut reader = store.reader().unwrap();
    assert_eq!(found(&mut reader, &query(&["other"])).len(), 6);
    while !indexer.step(2).unwrap().caught_up {}
    assert_eq!(found(&mut reader, &query(&["other"])).len(), 6);
    assert_eq!(found(&mut reader, &query(&["hello"])), [1]);
    drop((store, reader, indexer));

    let other = tempfile::tempdir().unwrap();
    fs::copy(
        folder.path().join("search.db"),
        other.path().join("search.db"),
    )
    .unwrap();
    let store = filled(&other, &["mine"; 20]);
    let mut reader = store.reader().unwrap();
    assert_eq!(found(&mut reader, &query(&["mine"])).len(), 20);
    store.indexer().unwrap().step(99).unwrap();
    assert_eq!(found(&mut reader, &query(&["mine"])).len(), 20);
    assert_eq!(found(&mut reader, &query(&["other"])), []);
}

/// Words in the forms that count as one.
const WORDS: [&[&str]; 8] = [
    &["build", "BUILD", "Build"],
    &["builder"],
    &["größe", "GRÖSSE", "grosse", "gro\u{308}ße"],
    &["σίσυφος", "ΣΊΣΥΦΟΣ", "σισυφοσ"],
    &["x1b", "\\x1b[1;31mx1b\\x1b[0m"],
    &["42", "４２"],
    &["elka", "ełka"],
    &["ёлка", "Елка"],
];
const GAPS: [&str; 5] = [" ", ", ", "-", "_", " \"* "];
const NAMES: [&str; 3] = ["lee", "Lee", "ann-b.c_d"];

/// A word in one of its forms, with the gap behind it.
type Word = (usize, Index, Index);

fn word() -> impl Strategy<Value = Word> {
    (0..WORDS.len(), any::<Index>(), any::<Index>())
}

fn write(words: &[Word]) -> String {
    let mut text = String::new();
    for (word, form, gap) in words {
        text.push_str(WORDS[*word][form.index(WORDS[*word].len())]);
        text.push_str(GAPS[gap.index(GAPS.len())]);
    }
    text
}

#[derive(Clone, Debug)]
struct Said {
    words: Vec<Word>,
    room: u32,
    by: &'static str,
    /// Whether it is the first of a turn.
    turn: bool,
}

fn message() -> impl Strategy<Value = Said> {
    let words = prop::collection::vec(word(), 1..5);
    (words, 0u32..3, select(&NAMES[..]), any::<bool>()).prop_map(|(words, room, by, turn)| Said {
        words,
        room,
        by,
        turn,
    })
}

/// Words that follow each other, and how many letters of the last are left if a star follows.
type Phrase = (Vec<Word>, Option<usize>);

#[derive(Clone, Debug)]
struct Asked {
    phrases: Vec<Phrase>,
    excluded: Vec<Phrase>,
    from: Option<&'static str>,
    not_from: Option<&'static str>,
    room: Option<u32>,
    after: Option<i64>,
    before: Option<i64>,
    below: Option<u64>,
    matches_max: usize,
}

fn asked() -> impl Strategy<Value = Asked> {
    let phrase = || {
        (
            prop::collection::vec(word(), 1..3),
            prop::option::of(1usize..4),
        )
    };
    let filters = (
        prop::option::of(select(&NAMES[..])),
        prop::option::weighted(0.2, select(&NAMES[..])),
        prop::option::of(0u32..3),
        prop::option::weighted(0.3, 0i64..60_000),
        prop::option::of(0i64..60_000),
        prop::option::weighted(0.3, 0u64..60),
    );
    (
        prop::collection::vec(phrase(), 0..3),
        prop::collection::vec(phrase(), 0..2),
        filters,
        0usize..8,
    )
        .prop_map(|(phrases, excluded, filters, matches_max)| {
            let (from, not_from, room, after, before, below) = filters;
            Asked {
                phrases,
                excluded,
                from,
                not_from,
                room,
                after,
                before,
                below,
                matches_max,
            }
        })
}

/// The plain form in which the words of [`WORDS`] are equal.
fn plain(word: usize) -> &'static str {
    [
        "build",
        "builder",
        "grosse",
        "σισυφοσ",
        "x1b",
        "42",
        "elka",
        "елка",
    ][word]
}

impl Asked {
    fn query(&self) -> SearchQuery {
        let phrase = |(words, star): &Phrase| match star {
            None => write(words).trim_end_matches(['*', '"', ' ']).to_owned(),
            Some(letters) => {
                let (last, others) = words.split_last().expect("a word");
                let begin: String = plain(last.0).chars().take(*letters).collect();
                format!("{}{begin}*", write(others))
            }
        };
        let term = |excluded| move |text| Term { text, excluded };
        let wanted = self.phrases.iter().map(phrase).map(term(false));
        let excluded = self.excluded.iter().map(phrase).map(term(true));
        SearchQuery {
            terms: wanted.chain(excluded).collect(),
            from: self.from.map(name),
            not_from: self.not_from.map(name).into_iter().collect(),
            ignored: Vec::new(),
            room: self.room.map(RoomId),
            inside: Vec::new(),
            not_in: Vec::new(),
            after: self.after.map(Timestamp),
            before: self.before.map(Timestamp),
            below: self.below.map(Seq),
            matches_max: self.matches_max,
        }
    }

    /// Without any cleverness.
    fn matches(&self, event: &Event, said: &Said) -> bool {
        let text: Vec<&str> = said.words.iter().map(|(word, ..)| plain(*word)).collect();
        let has = |(words, star): &Phrase| {
            let words: Vec<&str> = words.iter().map(|(word, ..)| plain(*word)).collect();
            text.windows(words.len()).any(|part| {
                let (last, others) = words.split_last().expect("a word");
                let begin: String = last.chars().take(star.unwrap_or(99)).collect();
                let (part_last, part_others) = part.split_last().expect("a word");
                part_others == others
                    && match star {
                        Some(_) => part_last.starts_with(&begin),
                        None => part_last == last,
                    }
            })
        };
        self.phrases.iter().all(has)
            && !self.excluded.iter().any(has)
            && self
                .from
                .is_none_or(|from| from.eq_ignore_ascii_case(said.by))
            && self
                .not_from
                .is_none_or(|name| !name.eq_ignore_ascii_case(said.by))
            && self.after.is_none_or(|after| event.at.0 >= after)
            && self.below.is_none_or(|below| event.seq.0 < below)
            && self.room.is_none_or(|room| room == said.room)
            && self.before.is_none_or(|before| event.at.0 < before)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn search_finds_what_looking_at_every_message_finds(
        messages in prop::collection::vec(message(), 1..50),
        questions in prop::collection::vec(asked(), 1..40),
        mark in 0usize..60,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(folder.path()).store;
        let events: Vec<Arc<Event>> = (1..)
            .zip(&messages)
            .map(|(seq, said)| crate::support::said(seq, said.room, said.by, &write(&said.words)))
            .collect();
        let mut turn = Vec::new();
        for (event, said) in events.iter().zip(&messages) {
            if said.turn {
                commit(&mut store, &turn);
                turn.clear();
            }
            turn.push(event.clone());
        }
        commit(&mut store, &turn);
        if mark > 0 {
            store.indexer().unwrap().step(mark).unwrap();
        }
        let mut reader = store.reader().unwrap();
        for question in questions {
            let matches = events.iter().zip(&messages).filter(|(event, said)| question.matches(event, said));
            let matches: Vec<Event> = matches.map(|(event, _)| Event::clone(event)).collect();
            let newest = matches.len().saturating_sub(question.matches_max);
            let found = reader.search(&question.query()).unwrap();
            let page = reader.fetch(&found.places, usize::MAX).unwrap();
            prop_assert_eq!(&page.events, &matches[newest..], "{:?}", question);
            prop_assert_eq!(found.more, newest > 0);
            prop_assert!(found.complete);
        }
    }
}
