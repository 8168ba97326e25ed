//! Search finds the same whatever is in the index, and nothing that was typed is taken for
//! anything but words.

use std::fs;
use std::sync::Arc;

use chinwag_core::{Event, RoomId, Timestamp};
use chinwag_store::{Found, Reader, SearchQuery, Store};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::*;

fn query(words: &[&str]) -> SearchQuery {
    SearchQuery {
        words: words.iter().map(|&word| word.into()).collect(),
        matches_max: 50,
        ..SearchQuery::default()
    }
}

fn found(reader: &mut Reader, query: &SearchQuery) -> Vec<u64> {
    let Found {
        events, complete, ..
    } = reader.search(query).unwrap();
    assert!(complete, "{query:?}");
    events.iter().map(|event| event.seq.0).collect()
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
            assert_eq!(reader.search(&query).unwrap().more, more);
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
    let all = |reader: &mut Reader| assert_eq!(found(reader, &query(&["hello"])), [1, 3]);
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
    assert_eq!(reader.search(&query(&["hello"])).unwrap().events.len(), 2);
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
    &["x1b"],
    &["42", "４２"],
    &["elka"],
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
    from: Option<&'static str>,
    room: Option<u32>,
    before: Option<i64>,
    matches_max: usize,
}

fn asked() -> impl Strategy<Value = Asked> {
    let phrase = (
        prop::collection::vec(word(), 1..3),
        prop::option::of(1usize..4),
    );
    (
        prop::collection::vec(phrase, 0..3),
        prop::option::of(select(&NAMES[..])),
        prop::option::of(0u32..3),
        prop::option::of(0i64..60_000),
        0usize..8,
    )
        .prop_map(|(phrases, from, room, before, matches_max)| Asked {
            phrases,
            from,
            room,
            before,
            matches_max,
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
        SearchQuery {
            words: self.phrases.iter().map(phrase).collect(),
            from: self.from.map(name),
            room: self.room.map(RoomId),
            before: self.before.map(Timestamp),
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
            && self
                .from
                .is_none_or(|from| from.eq_ignore_ascii_case(said.by))
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
            prop_assert_eq!(&found.events, &matches[newest..], "{:?}", question);
            prop_assert_eq!(found.more, newest > 0);
            prop_assert!(found.complete);
        }
    }
}
