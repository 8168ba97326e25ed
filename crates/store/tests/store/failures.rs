//! The world fails: killed, full, deleted, damaged. What was said to be kept is there, and the
//! store works again when the world does.

use std::fs;
use std::io::stdin;
use std::path::Path;

use chinwag_core::RoomId;
use chinwag_store::{CommitError, Error, OpenError, Retention, Store};
use rusqlite::Connection;

use crate::child;
use crate::support::*;

fn copy(from: &Path, to: &Path, names: &[&str]) {
    for name in names {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

fn rename(from: &Path, to: &Path, names: &[&str]) {
    for name in names {
        fs::rename(from.join(name), to.join(name)).unwrap();
    }
}

const FILES: [&str; 3] = ["messages.db", "messages.db-wal", "messages.db-shm"];

#[test]
fn what_is_committed_is_in_the_files_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let mut checkpointer = store.checkpointer().unwrap();
    for seq in 1..=50 {
        commit(&mut store, &[said(seq, 0, "lee", "hello")]);
        if seq == 20 {
            checkpointer.checkpoint().unwrap();
        }
        let other = tempfile::tempdir().unwrap();
        copy(folder.path(), other.path(), &FILES[..2]);
        let mut copy = open(other.path()).store;
        assert_eq!(seqs(&mut copy, 0), (1..=seq).collect::<Vec<_>>());
    }
}

/// Commits without end and says what is kept.
#[test]
#[ignore = "started by another test"]
fn child_that_is_killed() {
    let Some(folder) = child::folder() else {
        return;
    };
    let opened = open(&folder);
    let (mut store, mut seq) = (opened.store, opened.next_seq.0);
    let mut checkpointer = store.checkpointer().unwrap();
    loop {
        let turn: Vec<_> = (seq..seq + seq % 7 + 1)
            .map(|n| said(n, (n % 3) as u32, "lee", "hi"))
            .collect();
        commit(&mut store, &turn);
        seq += turn.len() as u64;
        println!("snapshot {}", seq - 1);
        if seq % 5 == 0 {
            checkpointer.checkpoint().unwrap();
        }
    }
}

#[test]
fn a_killed_process_loses_nothing_that_it_has_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut last = 0;
    for lines in [1, 40, 300, 7, 90] {
        let (mut child, mut out) =
            child::start("", "failures::child_that_is_killed", folder.path());
        for _ in 0..lines {
            last = child::expect(&mut out, "snapshot")
                .expect("a line")
                .parse()
                .unwrap();
        }
        child.kill().unwrap();
        // It went on until it was killed; what it still said counts as well.
        while let Some(snapshot) = child::expect(&mut out, "snapshot") {
            last = snapshot.parse().unwrap_or(last);
        }
        child.wait().unwrap();
        let opened = open(folder.path());
        let mut store: Store = opened.store;
        let mut all: Vec<u64> = (0..3).flat_map(|room| seqs(&mut store, room)).collect();
        all.sort_unstable();
        assert!(all.len() as u64 >= last, "{} of {last}", all.len());
        assert_eq!(all, (1..opened.next_seq.0).collect::<Vec<_>>());
    }
}

/// Commits until it cannot, then waits for a line and goes on.
#[test]
#[ignore = "started by another test"]
fn child_without_room() {
    let Some(folder) = child::folder() else {
        return;
    };
    let mut store = open(&folder).store;
    // Alone, the writer would close the database for good and find room in a new log.
    let _reader = store.reader().unwrap();
    let text = "word ".repeat(500);
    let mut seq = 1;
    while let Ok(()) = try_commit(&mut store, &[said(seq, 0, "lee", &text)]) {
        seq += 1;
    }
    for _ in 0..3 {
        let turn = [said(seq, 0, "lee", &text), said(seq + 1, 4, "lee", &text)];
        try_commit(&mut store, &turn).expect_err("there is no room");
        assert_eq!(seqs(&mut store, 0).len() as u64, seq - 1);
    }
    println!("full {}", seq - 1);
    stdin().read_line(&mut String::new()).unwrap();
    for seq in seq..seq + 50 {
        commit(&mut store, &[said(seq, 0, "lee", &text)]);
    }
    println!("snapshot {}", seq + 49);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_refuses_and_heals() {
    use std::io::Write;
    use std::process::Command;

    let folder = tempfile::tempdir().unwrap();
    // No file of the child may grow beyond 300 KiB, until it may.
    let limit = "trap '' XFSZ; ulimit -S -f 600;";
    let (mut child, mut out) = child::start(limit, "failures::child_without_room", folder.path());
    let full: u64 = child::expect(&mut out, "full")
        .expect("a line")
        .parse()
        .unwrap();
    assert!(full > 5, "{full}");
    let lift = Command::new("prlimit")
        .args([
            "--fsize=unlimited:unlimited",
            "--pid",
            &child.id().to_string(),
        ])
        .status();
    assert!(lift.expect("prlimit, of util-linux").success());
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    let snapshot: u64 = child::expect(&mut out, "snapshot")
        .expect("a line")
        .parse()
        .unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(snapshot, full + 50);
    let mut store = open(folder.path()).store;
    assert_eq!(seqs(&mut store, 0), (1..=snapshot).collect::<Vec<_>>());
    assert_eq!(seqs(&mut store, 4), []);
}

#[test]
fn a_database_that_is_moved_away_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let away = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let mut reader = store.reader().unwrap();
    commit(&mut store, &[said(1, 0, "lee", "hello")]);
    rename(folder.path(), away.path(), &FILES);
    for _ in 0..2 {
        let error = try_commit(&mut store, &[said(2, 0, "lee", "lost?")]).unwrap_err();
        assert!(matches!(error, CommitError::Gone { .. }), "{error}");
        assert!(error.to_string().contains("messages.db"), "{error}");
    }
    // Reading goes on.
    assert_eq!(seqs(&mut store, 0), [1]);
    assert_eq!(newest(&mut reader, 0, 9).1, 1);
    rename(away.path(), folder.path(), &FILES);
    commit(&mut store, &[said(2, 0, "lee", "found")]);
    drop((store, reader));
    assert_eq!(seqs(&mut open(folder.path()).store, 0), [1, 2]);
}

#[test]
fn a_copy_that_is_put_in_the_place_of_a_deleted_database() {
    let folder = tempfile::tempdir().unwrap();
    let backup = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let mut reader = store.reader().unwrap();
    commit(&mut store, &[said(1, 0, "lee", "hello")]);
    copy(folder.path(), backup.path(), &FILES[..2]);
    commit(
        &mut store,
        &[
            said(2, 0, "lee", "not in the copy"),
            said(3, 1, "lee", "nor this"),
        ],
    );
    for file in FILES {
        fs::remove_file(folder.path().join(file)).unwrap();
    }
    try_commit(&mut store, &[said(4, 1, "lee", "hello")]).unwrap_err();
    copy(backup.path(), folder.path(), &FILES[..2]);
    commit(
        &mut store,
        &[said(4, 1, "lee", "hello"), said(5, 0, "lee", "again")],
    );
    assert_eq!(places(&newest(&mut reader, 1, 9).0), [4]);
    drop((store, reader));
    let mut opened = open(folder.path());
    assert_eq!(opened.snapshot.rooms.len(), 2);
    assert_eq!(seqs(&mut opened.store, 0), [1, 5]);
    assert_eq!(seqs(&mut opened.store, 1), [4]);
}

#[test]
fn what_is_not_this_store_is_not_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    commit(&mut store, &[said(1, 0, "lee", "hello")]);
    commit(
        &mut open(other.path()).store,
        &[said(9, 0, "eve", "another store")],
    );
    for file in FILES {
        fs::remove_file(folder.path().join(file)).unwrap();
    }
    let refused = |store: &mut Store| {
        let error = try_commit(store, &[said(2, 0, "lee", "hello")]).unwrap_err();
        assert!(matches!(error, CommitError::Gone { .. }), "{error}");
    };
    fs::write(folder.path().join(FILES[0]), "").unwrap();
    refused(&mut store);
    fs::write(folder.path().join(FILES[0]), "no database ".repeat(500)).unwrap();
    refused(&mut store);
    fs::remove_file(folder.path().join(FILES[0])).unwrap();
    copy(other.path(), folder.path(), &FILES[..1]);
    refused(&mut store);
    assert_eq!(seqs(&mut store, 0), [1]);
}

#[test]
fn a_log_that_is_deleted_under_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    commit(&mut store, &[said(1, 0, "lee", "hello")]);
    fs::remove_file(folder.path().join(FILES[1])).unwrap();
    let error = try_commit(&mut store, &[said(2, 0, "lee", "lost?")]).unwrap_err();
    assert!(matches!(error, CommitError::Gone { .. }), "{error}");
    // What was in the log is saved when the store is closed.
    drop(store);
    assert_eq!(seqs(&mut open(folder.path()).store, 0), [1]);
}

#[test]
fn somebody_else_who_writes_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    commit(&mut store, &[said(1, 0, "lee", "hello")]);
    let other = Connection::open(folder.path().join(FILES[0])).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    try_commit(&mut store, &[said(2, 3, "lee", "busy")]).unwrap_err();
    other.execute_batch("ROLLBACK").unwrap();
    commit(&mut store, &[said(2, 3, "lee", "not busy")]);
    assert_eq!(seqs(&mut store, 3), [2]);
}

#[test]
fn a_damaged_block_is_an_error_for_its_room_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    commit(
        &mut store,
        &[said(1, 0, "lee", "hello"), said(2, 1, "lee", "hello")],
    );
    let other = Connection::open(folder.path().join(FILES[0])).unwrap();
    other
        .execute("UPDATE block SET body = x'01000001' WHERE room = 1", [])
        .unwrap();
    let error = store.recent(RoomId(1), 9, 999).unwrap_err();
    assert!(matches!(error, Error::Damaged(_)), "{error}");
    let error = try_newest(&mut store.reader().unwrap(), 1, 9).unwrap_err();
    assert!(error.to_string().contains("number 2"), "{error}");
    assert_eq!(seqs(&mut store, 0), [1]);
    commit(&mut store, &[said(3, 1, "lee", "still here")]);
}

/// Somebody always reads while there is a checkpoint, so that none ever gets to the log's end.
#[test]
fn the_log_begins_anew_though_no_checkpoint_finishes() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let mut checkpointer = store.checkpointer().unwrap();
    let other = Connection::open(folder.path().join(FILES[0])).unwrap();
    let text = "word ".repeat(20_000);
    let mut longest = 0;
    for turn in 0..200 {
        commit(
            &mut store,
            &[
                said(4 * turn + 1, 0, "lee", &text),
                said(4 * turn + 2, 1, "lee", &text),
            ],
        );
        other
            .execute_batch("BEGIN; SELECT count(*) FROM room")
            .unwrap();
        commit(
            &mut store,
            &[
                said(4 * turn + 3, 0, "lee", &text),
                said(4 * turn + 4, 1, "lee", &text),
            ],
        );
        checkpointer.checkpoint().unwrap();
        other.execute_batch("ROLLBACK").unwrap();
        let log = fs::metadata(folder.path().join(FILES[1])).unwrap().len();
        longest = longest.max(log);
    }
    // It would have been 80 MB.
    assert!((32 << 20..36 << 20).contains(&longest), "{longest}");
}

#[cfg(unix)]
#[test]
fn a_data_folder_behind_a_link_to_nothing_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("data");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    for path in [link.clone(), link.join("below")] {
        let error = try_open(&path, Retention::default()).unwrap_err();
        let shown = error.to_string();
        assert!(matches!(error, OpenError::Dangling { .. }), "{shown}");
        let what = format!(
            "{} is a link to nowhere, which is not there",
            link.display()
        );
        assert!(shown.ends_with(&what), "{shown}");
    }
}
