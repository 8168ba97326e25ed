//! Check: whether a data folder holds everything that the program has written.
//!
//! SQLite checks its own pages. This decodes every block and compares its place in its room's count
//! with what precedes it, reads every row as the next start would, and compares the index with the
//! messages. It runs beside a server, on one state of the database.

use std::collections::HashMap;

use chinwag_core::{RoomId, Seq};
use rusqlite::{Connection, OptionalExtension, params};

use crate::audit_log;
use crate::block::{Block, NameCache, signed, unsigned};
use crate::blocks::{Blocks, Entries, Unread};
use crate::error::{Damage, Error};
use crate::notice::{self, Kind};
use crate::search_index::SearchIndex;
use crate::snapshot;

/// How many faults the report names; more would not help.
const FAULTS_MAX: usize = 20;

/// What a check has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Messages that can be read.
    pub messages: u64,
    /// How many messages the index has; `None` if this store has no index.
    pub indexed: Option<u64>,
    /// What is wrong, at most 20 things.
    pub faults: Vec<Fault>,
}

/// A fault of a data folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// SQLite finds its file damaged.
    #[error("messages.db: {0}")]
    File(String),
    /// Something cannot be read.
    #[error("messages.db: {0}")]
    Damaged(#[from] Damage),
    /// A part of the past cannot be read.
    #[error("messages.db: {0}")]
    Unread(#[from] Unread),
    /// A room's messages are not counted as they are.
    #[error("messages.db: the messages of room {} from number {seq} on are counted wrong", room.0)]
    Count {
        /// The room.
        room: RoomId,
        /// The first message of the block.
        seq: Seq,
    },
    /// SQLite finds the index damaged.
    #[error("search.db: {0}. Delete it: it is made anew")]
    IndexFile(String),
    /// The index lacks messages, or has messages that do not exist.
    #[error("search.db has {has} of {expected} messages. Delete it: it is made anew")]
    Index {
        /// Messages that it has.
        has: u64,
        /// Messages that it should have.
        expected: u64,
    },
}

/// Checks the database, and the index if there is one.
pub(crate) fn check(
    conn: &Connection,
    index: &mut SearchIndex,
    names: &mut NameCache,
) -> Result<CheckReport, Error> {
    let mut report = CheckReport::default();
    // The index first: what it has up to its mark, the messages had before.
    let found = index
        .open()
        .map(|(index, mark)| (index_faults(index, mark), mark));
    if found.is_none() {
        report.extend(index.fault().map(Fault::IndexFile));
    }
    let state = conn.unchecked_transaction()?;
    let faults = report.note(sqlite_faults(&state, "integrity_check", FAULTS_MAX))?;
    report.extend(faults.into_iter().flatten().map(Fault::File));
    let read = check_blocks(&state, Entries::Messages, &mut report, |block| {
        messages(block, names)
    });
    report.messages = report.note(read)?.unwrap_or(0);
    let read = check_blocks(&state, Entries::Movements, &mut report, |block| {
        let events = block.movements(Seq(0), Seq(u64::MAX), names)?;
        Ok(events.len() as u64)
    });
    report.note(read)?;
    check_rows(&state, &mut report)?;
    if let Some((found, mark)) = found {
        let (faults, ids) = found?;
        report.extend(faults.into_iter().map(Fault::IndexFile));
        let compared = check_index(&state, mark, &ids, &mut report);
        report.note(compared)?;
    }
    Ok(report)
}

impl CheckReport {
    fn extend(&mut self, faults: impl IntoIterator<Item = Fault>) {
        for fault in faults {
            // One damaged page is met in many tables, and SQLite does not say which it is.
            if self.faults.len() < FAULTS_MAX && !self.faults.contains(&fault) {
                self.faults.push(fault);
            }
        }
    }

    /// Notes damage; any other failure ends the check.
    fn note<T>(&mut self, read: Result<T, Error>) -> Result<Option<T>, Error> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(Error::Damaged(damage)) => {
                self.extend([Fault::Damaged(damage)]);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// What one of SQLite's own checks reports, including for the tables of a search index: at most `most` faults.
pub(crate) fn sqlite_faults(
    conn: &Connection,
    check: &str,
    most: usize,
) -> Result<Vec<String>, Error> {
    let sql = format!("PRAGMA {check}({most})");
    let mut statement = conn.prepare(&sql)?;
    let rows = statement.query_map([], |row| row.get(0));
    let rows = rows?.collect::<Result<Vec<String>, _>>()?;
    Ok(rows.into_iter().filter(|row| row != "ok").collect())
}

/// Reads all blocks of a table. Returns how many entries `read` counted.
fn check_blocks(
    conn: &Connection,
    entries: Entries,
    report: &mut CheckReport,
    mut read: impl FnMut(&Block) -> Result<u64, Error>,
) -> Result<u64, Error> {
    let mut counts: HashMap<RoomId, u64> = HashMap::new();
    let mut all = 0;
    let mut blocks = Blocks::new(conn, entries, None, 0..i64::MAX, Seq(0))?;
    loop {
        let (gap, block) = blocks.advance()?;
        report.extend(gap.map(Fault::Unread));
        // What precedes a block that cannot be read is counted in the next one alone.
        if gap.is_some() {
            counts.clear();
        }
        let Some(block) = block else { break };
        if counts
            .get(&block.room)
            .is_some_and(|&count| count != block.before)
        {
            let (room, seq) = (block.room, block.first);
            report.extend([Fault::Count { room, seq }]);
        }
        counts.insert(block.room, block.before.saturating_add(block.count));
        all += report.note(read(&block))?.unwrap_or(0);
    }
    Ok(all)
}

/// Makes every event of a block of messages. Returns how many there are.
fn messages(block: &Block, names: &mut NameCache) -> Result<u64, Error> {
    let messages = block.messages()?;
    for message in &messages {
        block.event(message, names)?;
    }
    Ok(messages.len() as u64)
}

fn check_rows(conn: &Connection, report: &mut CheckReport) -> Result<(), Error> {
    report.note(snapshot::load(conn))?;
    report.note(audit_log::newest(conn, None, usize::MAX))?;
    for kind in [Kind::Notice, Kind::Signal] {
        report.note(notice::read_all(conn, None, kind, Seq(0), None))?;
    }
    Ok(())
}

type Ids = Vec<i64>;

/// What SQLite reports about an index, and the messages up to its mark.
fn index_faults(index: &Connection, mark: Seq) -> Result<(Vec<String>, Ids), Error> {
    let state = index.unchecked_transaction()?;
    let ids = (|| {
        let sql = "SELECT id FROM words_docsize WHERE id <= ?1 ORDER BY id";
        let mut statement = state.prepare(sql)?;
        let rows = statement.query_map([signed(mark.0)], |row| row.get(0));
        rows?.collect::<Result<Ids, _>>()
    })();
    let faults = sqlite_faults(&state, "integrity_check", FAULTS_MAX);
    match (faults, ids) {
        (Ok(faults), Ok(ids)) => Ok((faults, ids)),
        (Err(Error::Damaged(damage)), _) => Ok((vec![damage.to_string()], Vec::new())),
        (Ok(faults), Err(error)) if !faults.is_empty() => {
            drop(error);
            Ok((faults, Vec::new()))
        }
        (_, Err(error)) => Ok((vec![error.to_string()], Vec::new())),
        (Err(error), _) => Err(error),
    }
}

/// Compares the index with the messages: it must have all stored messages up to its mark. It may
/// also have older ones, which were trimmed.
fn check_index(
    conn: &Connection,
    mark: Seq,
    ids: &[i64],
    report: &mut CheckReport,
) -> Result<(), Error> {
    let oldest = "SELECT first_seq FROM block ORDER BY first_seq LIMIT 1";
    let oldest: Option<i64> = conn.query_row(oldest, [], |row| row.get(0)).optional()?;
    let oldest = oldest.unwrap_or(i64::MAX);
    // A mark lies between two turns.
    let stored = "SELECT coalesce(sum(count), 0) FROM block WHERE first_seq <= ?1";
    let expected: u64 = conn.query_row(stored, params![signed(mark.0)], |row| unsigned(row, 0))?;
    let gone = "SELECT count(*) FROM deletion WHERE message BETWEEN ?1 AND ?2";
    let gone = conn.query_row(gone, params![oldest, signed(mark.0)], |row| {
        unsigned(row, 0)
    })?;
    // The index follows deletions a little later.
    let least = expected - gone.min(expected);
    let has = ids.len() - ids.partition_point(|&id| id < oldest);
    let has = has as u64;
    report.indexed = Some(has);
    if !(least..=expected).contains(&has)
        && !report
            .faults
            .iter()
            .any(|fault| matches!(fault, Fault::IndexFile(_)))
    {
        report.extend([Fault::Index { has, expected }]);
    }
    Ok(())
}
