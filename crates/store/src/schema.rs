//! The tables of `messages.db`, and the scripts that bring an older file up to date.
//!
//! `PRAGMA user_version` counts the scripts that a file has been through. A released script never
//! changes: later changes are new scripts.

mod numbered;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

/// Identifies the file for `file(1)` and for the next start: "chwg".
const APPLICATION_ID: i64 = 0x6368_7767;

/// Version 1.
///
/// `block`: everything said in one room in one turn of the hub. `before` counts what the room had
/// before it, so that a total is two look-ups. `turn` is the first block of the same commit: the
/// blocks of one turn overlap, those of different turns never do.
///
/// `notice`: the topics set in a room, and announcements, which have no room.
///
/// `profile` and `resumable`: what a registered name has set, and the state of a lost session, each
/// a text that the caller understands.
///
/// `registration.operator` is the event that made the name's owner a lasting operator, which is
/// also their rank; 0 if they are none. `restriction.reach` is how name and net combine.
///
/// `audit_log` and `room` are plain rows, readable with the `sqlite3` program; the view `log` is
/// for reading.
const VERSION_1: &str = "
CREATE TABLE block (
    first_seq INTEGER PRIMARY KEY,
    room      INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    turn      INTEGER NOT NULL,
    first_at  INTEGER NOT NULL,
    last_at   INTEGER NOT NULL,
    before    INTEGER NOT NULL,
    count     INTEGER NOT NULL,
    body      BLOB NOT NULL
) STRICT;
CREATE INDEX block_of_room ON block (room, first_seq);
CREATE TABLE room (
    id        INTEGER PRIMARY KEY,
    name      TEXT NOT NULL,
    topic     TEXT,
    topic_by  TEXT,
    topic_at  INTEGER
) STRICT;
CREATE TABLE notice (
    seq   INTEGER PRIMARY KEY,
    room  INTEGER,
    at    INTEGER NOT NULL,
    by    TEXT NOT NULL,
    text  TEXT
) STRICT;
CREATE INDEX notice_of_room ON notice (room, seq);
CREATE TABLE registration (
    folded     TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    operator   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE profile (
    folded  TEXT PRIMARY KEY,
    text    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE resumable (
    code_hash  BLOB PRIMARY KEY,
    name       TEXT NOT NULL,
    until      INTEGER NOT NULL,
    text       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE restriction (
    id      INTEGER PRIMARY KEY,
    kind    TEXT NOT NULL,
    name    TEXT,
    folded  TEXT,
    net     TEXT,
    reach   TEXT NOT NULL,
    until   INTEGER,
    by      TEXT NOT NULL,
    why     TEXT
) STRICT;
CREATE TABLE audit_log (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    by      TEXT NOT NULL,
    act     TEXT NOT NULL,
    target  TEXT,
    until   INTEGER,
    text    TEXT
) STRICT;
CREATE VIEW log AS
    SELECT datetime(at / 1000, 'unixepoch') AS at, by, act, target,
           datetime(until / 1000, 'unixepoch') AS until, text
    FROM audit_log ORDER BY seq;
CREATE TABLE setting (
    key    TEXT PRIMARY KEY,
    value  ANY NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO setting VALUES ('store', lower(hex(randomblob(16))));
";

/// Version 2: accounts in place of registered names, each with any number of names and credentials;
/// rooms with rules of their own; messages that can be deleted, or are sent under a key.
///
/// `kept_message` has the private messages that the people of an account have not been shown yet.
///
/// `account.operator` is what `registration.operator` was. `account_name` has the names besides the
/// account's own. What was registered before version 2 has no known beginning: `since` is 0.
///
/// `room.retired` marks a private room that was given up: its name is free, and its number stays
/// taken for as long as something of it is left.
///
/// `room_setting` has a row for each setting that differs from a new room, under the keys of
/// `rules::key`, and one for when the room was created; `room_standing` has a row for each account
/// with a standing there. A `restriction` with a room belongs to that room.
///
/// `room_mask` has the masks that IRC clients have set in a room; `account` is 1 for the mask of an
/// account.
///
/// `deletion`: the event that deleted a message, which the index follows, and the message.
///
/// `sent_key`: the keys of messages that had one, by the place of the message, so that sending one
/// again does not repeat it. Only the newest are kept.
const VERSION_2: &str = "
CREATE TABLE account (
    folded    TEXT PRIMARY KEY,
    name      TEXT NOT NULL,
    operator  INTEGER NOT NULL,
    since     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE room_mask (
    room     INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    account  INTEGER NOT NULL,
    mask     TEXT NOT NULL,
    by       TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (room, kind, account, mask)
) STRICT, WITHOUT ROWID;
CREATE TABLE account_name (
    folded   TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    account  TEXT NOT NULL,
    since    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX name_of_account ON account_name (account);
CREATE TABLE credential (
    account  TEXT NOT NULL,
    kind     TEXT NOT NULL,
    secret   TEXT NOT NULL,
    since    INTEGER NOT NULL,
    PRIMARY KEY (account, kind, secret)
) STRICT, WITHOUT ROWID;
INSERT INTO account SELECT folded, name, operator, 0 FROM registration;
INSERT INTO credential SELECT folded, 'password', password_hash, 0 FROM registration;
DROP TABLE registration;
ALTER TABLE room ADD COLUMN retired INTEGER NOT NULL DEFAULT 0;
CREATE TABLE room_setting (
    room   INTEGER NOT NULL,
    key    TEXT NOT NULL,
    value  ANY NOT NULL,
    PRIMARY KEY (room, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE room_standing (
    room      INTEGER NOT NULL,
    folded    TEXT NOT NULL,
    name      TEXT NOT NULL,
    standing  TEXT NOT NULL,
    PRIMARY KEY (room, folded)
) STRICT, WITHOUT ROWID;
ALTER TABLE restriction ADD COLUMN room INTEGER;
CREATE TABLE deletion (
    seq      INTEGER PRIMARY KEY,
    message  INTEGER NOT NULL
) STRICT;
CREATE TABLE sent_key (
    seq     INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    key     TEXT NOT NULL,
    digest  INTEGER NOT NULL
) STRICT;
CREATE TABLE kept_message (
    seq        INTEGER PRIMARY KEY,
    account    TEXT NOT NULL,
    at         INTEGER NOT NULL,
    sender     TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    text       TEXT NOT NULL
) STRICT;
CREATE INDEX kept_for_account ON kept_message (account, seq);
";

/// Version 3: `trimmed` has the places of messages that retention deleted lately, one row for each
/// block.
const VERSION_3: &str = "
CREATE TABLE trimmed (
    first_seq  INTEGER PRIMARY KEY,
    room       INTEGER NOT NULL,
    places     BLOB NOT NULL
) STRICT;
";

/// Version 4: private messages stay after they have been shown. `conversation` has a row for each
/// account whose history has a message, under the folded name of the other side; `kept_message`
/// only says which messages the people of an account have not been shown yet. `read_marker` says up
/// to when an account has read rooms and people. `account_metadata` and `room_metadata` have the
/// values that clients keep under keys. `room_standing.voiced` is 1 for a voice beneath a higher
/// standing.
const VERSION_4: &str = "
CREATE TABLE private_message (
    seq                INTEGER PRIMARY KEY,
    at                 INTEGER NOT NULL,
    sender             TEXT NOT NULL,
    sender_account     TEXT,
    recipient          TEXT NOT NULL,
    recipient_account  TEXT,
    manner             INTEGER NOT NULL,
    text               TEXT NOT NULL,
    irc_text           TEXT,
    irc_tags           TEXT
) STRICT;
CREATE TABLE conversation (
    account  TEXT NOT NULL,
    peer     TEXT NOT NULL,
    seq      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (account, peer, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_of_message ON conversation (seq);
CREATE TABLE read_marker (
    account  TEXT NOT NULL,
    target   TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (account, target)
) STRICT, WITHOUT ROWID;
CREATE TABLE account_metadata (
    account  TEXT NOT NULL,
    key      TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE room_metadata (
    room   INTEGER NOT NULL,
    key    TEXT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (room, key)
) STRICT, WITHOUT ROWID;
ALTER TABLE room_standing ADD COLUMN voiced INTEGER NOT NULL DEFAULT 0;
INSERT INTO private_message
    SELECT seq, at, sender, NULL, recipient, account.name, 0, text, NULL, NULL
    FROM kept_message JOIN account ON folded = account;
ALTER TABLE kept_message RENAME TO kept_before;
DROP INDEX kept_for_account;
CREATE TABLE kept_message (
    seq      INTEGER PRIMARY KEY,
    account  TEXT NOT NULL
) STRICT;
CREATE INDEX kept_for_account ON kept_message (account, seq);
INSERT INTO kept_message SELECT seq, account FROM kept_before;
DROP TABLE kept_before;
";

/// Version 5: signals, which IRC clients send each other, are stored as well. One in a room is a
/// `notice` with `irc_tags`; each kind has an index of its own, so that a page of one reads nothing
/// of the other. One in private is a `private_message` without a text, and its rows in
/// `conversation` say so.
const VERSION_5: &str = "
ALTER TABLE notice ADD COLUMN irc_tags TEXT;
DROP INDEX notice_of_room;
CREATE INDEX notice_of_room ON notice (room, seq) WHERE irc_tags IS NULL;
CREATE INDEX signal_of_room ON notice (room, seq) WHERE irc_tags IS NOT NULL;
ALTER TABLE conversation ADD COLUMN is_signal INTEGER NOT NULL DEFAULT 0;
";

/// Version 6: rooms are remembered by number, since a name may pass to another room: the targets of
/// `read_marker` that are rooms, and the rooms in the texts of `profile` and `resumable` (see
/// [`numbered`]). What is said in a room is stored with its author's account: in the bodies of
/// blocks, and in `notice.account`.
const VERSION_6: &str = "
ALTER TABLE notice ADD COLUMN account TEXT;
CREATE INDEX restriction_of_room ON restriction (room) WHERE room IS NOT NULL;
";

/// Version 7: `restriction.at` is when it was given; 0 for older ones.
const VERSION_7: &str = "
ALTER TABLE restriction ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
";

/// Version 8: `movement` has who came, left or changed, a row for each room and moment:
/// [`movement`](crate::movement). `id` grows, and rows in its order begin one after the other,
/// those of one turn along with its `block`s.
const VERSION_8: &str = "
CREATE TABLE movement (
    id        INTEGER PRIMARY KEY,
    room      INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    turn      INTEGER NOT NULL,
    first_at  INTEGER NOT NULL,
    last_at   INTEGER NOT NULL,
    before    INTEGER NOT NULL,
    count     INTEGER NOT NULL,
    body      BLOB NOT NULL
) STRICT;
CREATE INDEX movement_of_room ON movement (room, first_seq);
";

const SCRIPTS: [&str; 8] = [
    VERSION_1, VERSION_2, VERSION_3, VERSION_4, VERSION_5, VERSION_6, VERSION_7, VERSION_8,
];

/// The first version that remembers rooms by number.
const NUMBERED: i64 = 6;

/// The version that this program writes.
pub(crate) const VERSION: i64 = SCRIPTS.len() as i64;

/// The keys of the table `setting`.
pub(crate) mod key {
    /// A random number that identifies this store.
    pub(crate) const STORE: &str = "store";
    /// The key for cloaking addresses.
    pub(crate) const CLOAK: &str = "cloak";
    /// The message of the day; absent if there is none.
    pub(crate) const MOTD: &str = "motd";
    /// Present if only registered names may arrive.
    pub(crate) const LOCKED: &str = "locked";
    /// How far the sessions that were connected have come, as the server writes it.
    pub(crate) const SESSIONS: &str = "sessions";
    /// The number of the next room: numbers of rooms that have gone are not reused.
    pub(crate) const NEXT_ROOM: &str = "next_room";
    /// The last place of a durable event in the one order, if it is not in a block.
    pub(crate) const LAST_SEQ: &str = "last_seq";
    /// The next free place in the one order: earlier ones are in use, or reserved.
    pub(crate) const NEXT_SEQ: &str = "next_seq";
    /// The time that retention uses.
    pub(crate) const AGE: &str = "age";
}

/// Why a file cannot be brought up to date.
pub(crate) enum MigrationError {
    Newer(i64),
    Foreign,
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for MigrationError {
    fn from(source: rusqlite::Error) -> Self {
        Self::Sqlite(source)
    }
}

/// Brings a file up to date, including an empty one. All or nothing.
pub(crate) fn migrate(conn: &mut Connection) -> Result<(), MigrationError> {
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = pragma(&transaction, "user_version")?;
    let is_ours = pragma(&transaction, "application_id")? == APPLICATION_ID;
    let is_empty = pragma(&transaction, "schema_version")? == 0;
    if !is_ours && !is_empty {
        return Err(MigrationError::Foreign);
    }
    let Some(scripts) = usize::try_from(version)
        .ok()
        .and_then(|done| SCRIPTS.get(done..))
    else {
        return Err(MigrationError::Newer(version));
    };
    for script in scripts {
        transaction.execute_batch(script)?;
    }
    if version < NUMBERED {
        numbered::number_rooms(&transaction)?;
    }
    if !scripts.is_empty() {
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    Ok(transaction.commit()?)
}

/// Whether a file is up to date.
pub(crate) fn is_current(conn: &Connection) -> Result<bool, MigrationError> {
    let version = pragma(conn, "user_version")?;
    if pragma(conn, "application_id")? != APPLICATION_ID {
        return Err(MigrationError::Foreign);
    }
    match version > VERSION {
        true => Err(MigrationError::Newer(version)),
        false => Ok(version == VERSION),
    }
}

/// A pragma that is a number.
pub(crate) fn pragma(conn: &Connection, name: &str) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, name, |row| row.get(0))
}

/// A row of the table `setting`.
pub(crate) fn setting<T: rusqlite::types::FromSql>(
    conn: &Connection,
    key: &str,
) -> rusqlite::Result<Option<T>> {
    conn.prepare_cached("SELECT value FROM setting WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()
}

/// Sets or removes a row of the table `setting`.
pub(crate) fn set(
    conn: &Connection,
    key: &str,
    value: Option<&dyn rusqlite::ToSql>,
) -> rusqlite::Result<()> {
    match value {
        Some(value) => conn
            .prepare_cached("INSERT OR REPLACE INTO setting VALUES (?1, ?2)")?
            .execute(rusqlite::params![key, value])?,
        None => conn
            .prepare_cached("DELETE FROM setting WHERE key = ?1")?
            .execute([key])?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Brings a file up to a version, as the program of its time did.
    fn file_of_version(version: usize) -> Connection {
        let conn = Connection::open_in_memory().expect("a database");
        for script in &SCRIPTS[..version] {
            conn.execute_batch(script).expect("a script");
        }
        conn.pragma_update(None, "application_id", APPLICATION_ID)
            .and_then(|()| conn.pragma_update(None, "user_version", version as i64))
            .expect("a version");
        conn
    }

    #[test]
    fn what_version_4_has_is_no_signal() {
        let mut conn = file_of_version(4);
        let rows = "INSERT INTO notice VALUES (1, 7, 1000, 'ann', 'Ship it');
                    INSERT INTO notice VALUES (2, NULL, 2000, 'ann', 'Restart');
                    INSERT INTO conversation VALUES ('ann', 'bob', 3, 3000);";
        conn.execute_batch(rows).expect("rows");
        assert!(migrate(&mut conn).is_ok(), "it is brought up to date");
        let count = |sql| {
            conn.query_row(sql, [], |row| row.get::<_, i64>(0))
                .expect("a count")
        };
        assert_eq!(
            count("SELECT count(*) FROM notice WHERE irc_tags IS NULL"),
            2
        );
        assert_eq!(
            count("SELECT count(*) FROM conversation WHERE NOT is_signal"),
            1
        );
    }
}
