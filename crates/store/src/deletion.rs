//! Deletes a message for good: overwrites its text in its block, and lets the index follow.
//!
//! The message stays in the block as a *gap*, with the name of the person who deleted it and no text. So
//! it keeps its place and its rank, and no count changes anywhere.

use chinwag_core::{Deletion, Fact, FoundMessage, Seq};
use rusqlite::{Connection, params};

use crate::block::{NameCache, signed};
use crate::error::Error;
use crate::notice;
use crate::ranked_log::RankedLog;
use crate::search;

/// Whether a fact deletes a text for good.
pub(crate) fn is_one(fact: &Fact) -> bool {
    matches!(fact, Fact::Deleted(_) | Fact::PrivateDeleted(_))
}

/// Deletes a message, unless it was trimmed or deleted before.
pub(crate) fn write(conn: &Connection, event: Seq, deletion: &Deletion) -> rusqlite::Result<()> {
    let message = deletion.message;
    if deletion.is_signal {
        return notice::delete_signal(conn, message);
    }
    let log = RankedLog::new(conn, deletion.room);
    // What cannot be read cannot be shown either.
    let Ok(Some(block)) = log.block_at(message) else {
        return Ok(());
    };
    let Some(body) = block.without(message, deletion.by.as_str()) else {
        return Ok(());
    };
    overwriting(conn, || {
        conn.prepare_cached("UPDATE block SET body = ?2 WHERE first_seq = ?1")?
            .execute(params![signed(block.first.0), body])?;
        conn.prepare_cached("INSERT INTO deletion VALUES (?1, ?2)")?
            .execute(params![signed(event.0), signed(message.0)])?;
        Ok(())
    })
}

/// Runs a deletion that overwrites what it frees. SQLite does so only if told to.
pub(crate) fn overwriting(
    conn: &Connection,
    delete: impl FnOnce() -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    conn.pragma_update(None, "secure_delete", true)?;
    delete()?;
    conn.pragma_update(None, "secure_delete", false)
}

/// The room of a message and the name it was said under; `None` if it is not stored, or not any
/// more.
pub(crate) fn find(
    conn: &Connection,
    message: Seq,
    names: &mut NameCache,
) -> Result<Option<FoundMessage>, Error> {
    let Some(block) = search::block_with(conn, message, None)? else {
        return Ok(None);
    };
    let messages = block.messages()?;
    let mut messages = messages.iter();
    let found = messages.find(|other| other.seq == message && !other.is_gap());
    Ok(found.and_then(|found| {
        Some(FoundMessage::InRoom {
            room: block.room,
            name: names.parse(found.name)?,
            account: found.account.and_then(|account| names.parse(account)),
            at: found.at,
            is_signal: false,
        })
    }))
}

/// The messages deleted by events after this one, and the last of those events.
pub(crate) fn since(conn: &Connection, event: Seq) -> rusqlite::Result<(Vec<i64>, Seq)> {
    let sql = "SELECT seq, message FROM deletion WHERE seq > ?1 ORDER BY seq LIMIT ?2";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![signed(event.0), signed(DELETIONS_MAX as u64)])?;
    let (mut messages, mut last) = (Vec::new(), event);
    while let Some(row) = rows.next()? {
        last = Seq(crate::block::unsigned(row, 0)?);
        messages.push(row.get(1)?);
    }
    Ok((messages, last))
}

/// How many deletions one step applies to the index.
pub(crate) const DELETIONS_MAX: usize = 500;
