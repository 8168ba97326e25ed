//! What is done with a data folder beside a server: export, backup, check.

use std::fs;

use chinwag_core::{Deletion, Event, Fact, ModAction, RoomId, Seq, Timestamp};
use chinwag_store::{
    BackupError, ExportRange, Fault, HistoryReader, OpenError, Part, Store, Unread,
};
use rusqlite::Connection;

use crate::support::*;

/// A store of two rooms that take turns, with a topic and an announcement.
fn filled(folder: &std::path::Path) -> Store {
    let mut store = open(folder).store;
    for turn in 0..20 {
        let events: Vec<_> = (1..=5)
            .map(|n| said(10 * turn + n, (n % 2) as u32, "lee", "hello"))
            .collect();
        commit(&mut store, &events);
    }
    let topic = Fact::TopicSet {
        person: None,
        room: RoomId(1),
        by: name("lee"),
        text: Some(text("Ship it")),
        account: None,
    };
    let announced = audit_entry(197, ModAction::Announce(text("restart at noon")));
    commit(&mut store, &[event(196, topic), announced]);
    store
}

fn export(reader: &mut HistoryReader, range: ExportRange, bytes: usize) -> Vec<Event> {
    let (mut events, mut from) = (Vec::new(), Seq(0));
    loop {
        let page = reader.export(range, from, bytes).unwrap();
        events.extend(page.events);
        match page.next {
            Some(next) => from = next,
            None => return events,
        }
    }
}

#[test]
fn an_export_has_nothing_of_a_room_that_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = filled(folder.path());
    let deleted = Deletion {
        room: RoomId(1),
        message: Seq(195),
        by: name("ann"),
        why: None,
        is_signal: false,
    };
    let deleted = event(198, Fact::Deleted(Box::new(deleted)));
    let retired = event(199, Fact::RoomRetired { room: RoomId(1) });
    commit(&mut store, &[deleted, retired]);
    let mut reader = store.reader().unwrap();
    let rooms = reader.rooms().unwrap();
    let ids: Vec<_> = rooms.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [RoomId(0)]);
    let all = export(&mut reader, ExportRange::default(), 500);
    let gone = |event: &&Event| event.fact.rooms() == [RoomId(1)];
    assert_eq!(all.iter().find(gone), None);
    assert_eq!(
        places(&all).last(),
        Some(&197),
        "and announcements are no room's"
    );
}

#[test]
fn an_export_has_everything_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    let mut reader = HistoryReader::open(folder.path()).unwrap();
    let all: Vec<u64> = (0..20)
        .flat_map(|turn| (1..=5).map(move |n| 10 * turn + n))
        .collect();
    let all: Vec<u64> = all.into_iter().chain([196, 197]).collect();
    for bytes in [1, 500, 1 << 20] {
        assert_eq!(
            places(&export(&mut reader, ExportRange::default(), bytes)),
            all
        );
    }
    let room = ExportRange {
        room: Some(RoomId(0)),
        since: Some(Timestamp(31_500)),
        until: Some(Timestamp(44_000)),
    };
    assert_eq!(places(&export(&mut reader, room, 1)), [32, 34, 42]);
    let end = ExportRange {
        room: Some(RoomId(1)),
        since: Some(Timestamp(195_000)),
        until: None,
    };
    assert_eq!(places(&export(&mut reader, end, 1)), [195, 196, 197]);
    assert_eq!(reader.rooms().unwrap().len(), 2);
    // The writer does not notice, and the other way round.
    let mut store = store;
    commit(&mut store, &[said(300, 0, "lee", "again")]);
    drop(store);
    assert_eq!(export(&mut reader, ExportRange::default(), 99).len(), 103);
    drop(reader);
    assert_eq!(open(folder.path()).next_seq, Seq(301));
}

#[test]
fn a_folder_without_a_database_is_not_made_one() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("nowhere")] {
        let error = HistoryReader::open(&path).unwrap_err();
        assert!(matches!(error, OpenError::Missing { .. }), "{error}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    fs::write(
        folder.path().join("messages.db"),
        "no database ".repeat(1_000),
    )
    .unwrap();
    let error = HistoryReader::open(folder.path()).unwrap_err();
    assert!(matches!(error, OpenError::Foreign { .. }), "{error}");
}

/// SQLite begins a backup anew whenever somebody else has written: here somebody does at each step.
#[test]
fn a_backup_ends_while_people_talk() {
    let folder = tempfile::tempdir().unwrap();
    let backup = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let long = "x".repeat(4_000);
    for seq in 1..=4_000 {
        commit(&mut store, &[said(seq, 0, "lee", &long)]);
    }
    let path = backup.path().join("messages.db");
    let (mut seq, mut steps) = (4_000, 0);
    let mut reader = HistoryReader::open(folder.path()).unwrap();
    reader
        .backup(&path, |progress| {
            assert!(progress.copied <= progress.pages);
            (seq, steps) = (seq + 1, steps + 1);
            commit(&mut store, &[said(seq, 0, "lee", "meanwhile")]);
        })
        .unwrap();
    assert!((3..9).contains(&steps), "{steps}");
    assert_eq!(fs::read_dir(backup.path()).unwrap().count(), 1);
    let error = reader.backup(&path, |_| {}).unwrap_err();
    assert!(matches!(error, BackupError::Exists { .. }), "{error}");
    drop((store, reader));

    let mut copy = open(backup.path());
    assert_eq!(
        (seqs(&mut copy.store, 0).len(), copy.next_seq),
        (4_000, Seq(4_001))
    );
    assert_eq!(seqs(&mut open(folder.path()).store, 0).len(), 4_000 + steps);
}

#[test]
fn a_backup_that_cannot_be_written_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    let path = folder.path().join("nowhere/copy.db");
    let error = store.reader().unwrap().backup(&path, |_| {}).unwrap_err();
    assert!(matches!(error, BackupError::File { .. }), "{error}");
    assert!(!path.exists());
}

#[test]
fn a_folder_that_is_as_it_should_be_has_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = filled(folder.path());
    let mut reader = HistoryReader::open(folder.path()).unwrap();
    let report = reader.check().unwrap();
    assert_eq!(
        (report.messages, report.indexed, report.faults),
        (100, None, vec![])
    );
    store.indexer().unwrap().step(43).unwrap();
    commit(&mut store, &[said(300, 0, "lee", "again")]);
    let report = reader.check().unwrap();
    assert_eq!(
        (report.messages, report.indexed, report.faults),
        (101, Some(45), vec![])
    );
}

fn faults(folder: &std::path::Path, file: &str, sql: &str) -> Vec<Fault> {
    let other = Connection::open(folder.join(file)).unwrap();
    other.execute_batch(sql).unwrap();
    drop(other);
    HistoryReader::open(folder).unwrap().check().unwrap().faults
}

#[test]
fn what_is_wrong_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = filled(folder.path());
    while !store.indexer().unwrap().step(99).unwrap().caught_up {}
    commit(&mut store, &[said(300, 0, "lee", "again")]);
    let check = |file, sql, expected: &str| {
        let faults = faults(folder.path(), file, sql);
        let faults: Vec<String> = faults.iter().map(Fault::to_string).collect();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains(expected), "{faults:?}");
    };
    check(
        "messages.db",
        "UPDATE block SET before = before + 1 WHERE first_seq = 300",
        "counted wrong",
    );
    check(
        "messages.db",
        "UPDATE block SET before = before - 1, body = x'0100' WHERE first_seq = 300",
        "from number 300 on",
    );
    check(
        "messages.db",
        "DELETE FROM block WHERE first_seq = 300; UPDATE notice SET by = '' WHERE seq = 196",
        "table \"notice\"",
    );
    check(
        "messages.db",
        "UPDATE notice SET by = 'lee'; UPDATE room SET name = ' ' WHERE id = 1",
        "table \"room\"",
    );
    check(
        "messages.db",
        "UPDATE room SET name = 'room-1' WHERE id = 1; UPDATE account SET name = '';
         INSERT INTO audit_log VALUES (9, 0, 'lee', 'nothing', NULL, NULL, NULL)",
        "table \"audit_log\"",
    );
}

#[test]
fn an_index_that_lacks_messages_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    while !store.indexer().unwrap().step(99).unwrap().caught_up {}
    let found = faults(
        folder.path(),
        "search.db",
        "DELETE FROM words WHERE rowid = 31",
    );
    let expected = Fault::Index {
        has: 99,
        expected: 100,
    };
    assert_eq!(found, [expected]);
    let torn = "PRAGMA writable_schema = on; DELETE FROM words_data WHERE id > 10";
    let found = faults(folder.path(), "search.db", torn);
    assert!(matches!(found[..], [Fault::IndexFile(_), ..]), "{found:?}");
}

#[test]
fn an_index_that_is_no_database_is_named_and_one_that_is_not_there_is_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    let path = folder.path().join("search.db");
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.path().join(format!("search.db{suffix}")));
    }
    let check = || HistoryReader::open(folder.path()).unwrap().check().unwrap();
    assert_eq!(check().faults, []);
    std::fs::write(&path, [7; 20_000]).unwrap();
    let found = check().faults;
    assert!(matches!(found[..], [Fault::IndexFile(_)]), "{found:?}");
}

/// Overwrites the page of the database that has this text.
fn damage(folder: &std::path::Path, text: &str) {
    let path = folder.join("messages.db");
    // Everything in one file.
    let conn = Connection::open(&path).unwrap();
    let log = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    assert_eq!(log, Ok(0));
    drop(conn);
    let mut bytes = fs::read(&path).unwrap();
    let mut windows = bytes.windows(text.len());
    let at = windows
        .position(|window| window == text.as_bytes())
        .unwrap();
    let start = at / 4096 * 4096;
    bytes[start..start + 4096].fill(0xaa);
    fs::write(&path, bytes).unwrap();
}

#[test]
fn an_export_goes_on_behind_damage_and_tells_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    for turn in 0..200 {
        let text = |n: u64| format!("message {:04} {}", 10 * turn + n, "x".repeat(60));
        let events: Vec<_> = (1..=4)
            .map(|n| said(10 * turn + n, (n % 2) as u32, "lee", &text(n)))
            .collect();
        commit(&mut store, &events);
    }
    drop(store);
    let whole = {
        let mut reader = HistoryReader::open(folder.path()).unwrap();
        places(&export(&mut reader, ExportRange::default(), 999))
    };
    damage(folder.path(), "message 1003");
    let mut reader = HistoryReader::open(folder.path()).unwrap();
    for bytes in [1, 999, usize::MAX] {
        let (mut read, mut unread, mut from) = (Vec::new(), Vec::new(), Some(Seq(0)));
        while let Some(place) = from {
            let page = reader.export(ExportRange::default(), place, bytes).unwrap();
            read.extend(places(&page.events));
            unread.extend(page.unread);
            from = page.next;
        }
        let is_told = |seq: &u64| {
            let mut parts = unread.iter();
            parts.any(|part| (part.first.0..=part.last.0).contains(seq))
        };
        let lost = whole.iter().filter(|seq| !read.contains(seq));
        let lost: Vec<&u64> = lost.collect();
        assert!(read.is_sorted() && read.len() + lost.len() == whole.len());
        assert!(lost.contains(&&1003) && lost.len() < 100, "{lost:?}");
        assert!(lost.iter().all(|seq| is_told(seq)), "{unread:?}");
        let told = whole.iter().filter(|seq| is_told(seq)).count();
        assert!(told < lost.len() + 9, "{unread:?}");
        assert!(unread.iter().all(|part| part.part == Part::Messages));
    }
    let report = reader.check().unwrap();
    let told: Vec<String> = report.faults.iter().map(Fault::to_string).collect();
    assert!(
        told.iter()
            .any(|fault| fault.contains("not all messages from number")),
        "{told:?}"
    );
    assert!((1..800).contains(&report.messages), "{}", report.messages);
}

#[test]
fn an_export_goes_on_behind_a_block_that_makes_no_sense() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    let conn = Connection::open(folder.path().join("messages.db")).unwrap();
    conn.execute("UPDATE block SET body = x'ff' WHERE first_seq = 61", [])
        .unwrap();
    drop(conn);
    let mut reader = HistoryReader::open(folder.path()).unwrap();
    let page = reader.export(ExportRange::default(), Seq(0), usize::MAX);
    let page = page.unwrap();
    let lost = Unread {
        part: Part::Messages,
        first: Seq(61),
        last: Seq(65),
    };
    assert_eq!(page.unread, [lost]);
    assert_eq!(
        lost.to_string(),
        "not all messages from number 61 to 65 can be read"
    );
    assert_eq!(page.events.len(), 102 - 3);
}
