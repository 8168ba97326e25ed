//! What cannot be opened is refused in one sentence that names it.

use std::fs;
use std::path::Path;

use chinwag_store::{HistoryReader, OpenError, Retention};
use rusqlite::Connection;

use crate::support::*;

#[track_caller]
fn refusal(folder: &Path) -> String {
    match try_open(folder, Retention::default()) {
        Ok(_) => panic!("{} was opened", folder.display()),
        Err(error) => {
            let sentence = error.to_string();
            assert!(sentence.contains(&*folder.to_string_lossy()), "{sentence}");
            assert!(!sentence.contains('\n'), "{sentence}");
            sentence
        }
    }
}

/// A folder with a store of some messages, closed.
fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    for seq in 1..=200 {
        commit(
            &mut store,
            &[said(seq, (seq % 9) as u32, "lee", &"word ".repeat(60))],
        );
    }
    folder
}

#[test]
fn a_folder_that_cannot_be_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let sentence = refusal(&file.join("data"));
    assert!(sentence.contains("a file has that name"), "{sentence}");
}

#[test]
fn a_folder_that_another_server_has_open() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path());
    let sentence = refusal(folder.path());
    assert!(sentence.contains("another server"), "{sentence}");
    drop(first);
    open(folder.path());
}

#[test]
fn a_database_of_a_newer_version() {
    let folder = filled();
    let conn = Connection::open(folder.path().join("messages.db")).unwrap();
    conn.pragma_update(None, "user_version", 99).unwrap();
    drop(conn);
    let sentence = refusal(folder.path());
    assert!(
        sentence.contains("newer") && sentence.contains("99"),
        "{sentence}"
    );
    let error = try_open(folder.path(), Retention::default()).unwrap_err();
    assert!(matches!(
        error,
        OpenError::Newer {
            version: 99,
            known: 8,
            ..
        }
    ));
}

#[test]
fn a_file_that_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("messages.db"),
        "Dear diary, ".repeat(1_000),
    )
    .unwrap();
    let sentence = refusal(folder.path());
    assert!(sentence.contains("not a database of chinwag"), "{sentence}");
}

#[test]
fn a_database_of_another_program() {
    let folder = tempfile::tempdir().unwrap();
    let conn = Connection::open(folder.path().join("messages.db")).unwrap();
    conn.execute_batch("CREATE TABLE photo (id INTEGER)")
        .unwrap();
    drop(conn);
    let sentence = refusal(folder.path());
    assert!(sentence.contains("not a database of chinwag"), "{sentence}");
}

#[test]
fn a_database_whose_pages_are_overwritten() {
    let folder = filled();
    let path = folder.path().join("messages.db");
    let mut bytes = fs::read(&path).unwrap();
    let header = 100;
    for byte in &mut bytes[header..] {
        *byte = 0xaa;
    }
    fs::write(&path, bytes).unwrap();
    let sentence = refusal(folder.path());
    assert!(sentence.contains("damaged"), "{sentence}");
}

#[test]
fn a_database_that_is_cut_short() {
    let folder = filled();
    let path = folder.path().join("messages.db");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..2 * 4096]).unwrap();
    let sentence = refusal(folder.path());
    assert!(sentence.contains("damaged"), "{sentence}");
}

/// An empty file alone may be of a first start that was killed.
#[test]
fn a_database_that_is_emptied() {
    for beside in ["search.db", "tls.pem"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("messages.db");
        fs::write(&path, "").unwrap();
        fs::write(folder.path().join(beside), "something").unwrap();
        for sentence in [
            refusal(folder.path()),
            HistoryReader::open(folder.path()).unwrap_err().to_string(),
        ] {
            assert!(sentence.contains("messages.db is empty"), "{sentence}");
        }
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
        fs::remove_file(folder.path().join(beside)).unwrap();
        open(folder.path());
    }
}

#[test]
fn a_row_that_no_version_has_written() {
    let folder = filled();
    let conn = Connection::open(folder.path().join("messages.db")).unwrap();
    conn.execute("UPDATE room SET name = 'no room name' WHERE id = 3", [])
        .unwrap();
    drop(conn);
    let sentence = refusal(folder.path());
    assert!(sentence.contains("\"room\""), "{sentence}");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_what_is_kept() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut store = open(&data).store;
    commit(&mut store, &[said(1, 0, "lee", "hello")]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("messages.db")), 0o600);
    assert_eq!(mode(&data.join("messages.db-wal")), 0o600);
    let mut indexer = store.indexer().unwrap();
    indexer.step(9).unwrap();
    assert_eq!(mode(&data.join("search.db")), 0o600);
    assert_eq!(mode(&data.join("search.db-wal")), 0o600);
}
