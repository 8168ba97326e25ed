//! What was trimmed: for a while the places of deleted messages, without names and texts, so that a
//! reader who missed them learns how many there were.
//!
//! Places and not ranks: a room of which everything is gone is counted anew, and its number may one
//! day be another's.

use chinwag_core::{RoomId, Seq};
use rusqlite::{Connection, params};

use crate::block::{Block, block_columns, signed, unsigned};
use crate::encoding::{put_varint, take_varint};
use crate::error::Error;

/// How many blocks' places are kept. A session that missed more only learns of the newest.
const BLOCKS_KEPT: i64 = 1024;

/// Notes the blocks up to this one, which are about to be deleted.
pub(crate) fn note(conn: &Connection, last: i64) -> rusqlite::Result<()> {
    let all = concat!(
        "SELECT ",
        block_columns!(),
        " FROM block WHERE first_seq <= ?1"
    );
    let mut statement = conn.prepare_cached(all)?;
    let mut blocks = statement.query([last])?;
    let mut insert = conn.prepare_cached("INSERT OR REPLACE INTO trimmed VALUES (?1, ?2, ?3)")?;
    while let Some(row) = blocks.next()? {
        let block = Block::read(row)?;
        insert.execute(params![signed(block.first.0), block.room.0, places(&block)])?;
    }
    let newest = "SELECT first_seq FROM trimmed ORDER BY first_seq DESC LIMIT 1 OFFSET ?1";
    let sql = format!("DELETE FROM trimmed WHERE first_seq <= ({newest})");
    conn.prepare_cached(&sql)?.execute([BLOCKS_KEPT])?;
    Ok(())
}

/// The distance of each message from the one before. Empty for a block that cannot be read: nobody
/// was ever shown it.
fn places(block: &Block) -> Vec<u8> {
    let (mut places, mut last) = (Vec::new(), block.first);
    for message in block.messages().unwrap_or_default() {
        put_varint(&mut places, message.seq.0 - last.0);
        last = message.seq;
    }
    places
}

/// How many deleted messages of these rooms lie after their places, up to `until`.
pub(crate) fn count(conn: &Connection, rooms: &[(RoomId, Seq)], until: Seq) -> Result<u64, Error> {
    let all = "SELECT first_seq, room, places FROM trimmed WHERE first_seq <= ?1";
    let mut statement = conn.prepare_cached(all)?;
    let mut rows = statement.query([signed(until.0)])?;
    let mut gone = 0;
    while let Some(row) = rows.next()? {
        let (first, room) = (Seq(unsigned(row, 0)?), RoomId(row.get(1)?));
        let Some((_, after)) = rooms.iter().find(|(other, _)| *other == room) else {
            continue;
        };
        let places: Vec<u8> = row.get(2)?;
        gone += between(first, &places, *after, until);
    }
    Ok(gone)
}

/// How many messages of one block lie after a place, up to another.
fn between(first: Seq, mut places: &[u8], after: Seq, until: Seq) -> u64 {
    let (mut seq, mut count) = (first, 0);
    while let Some(behind) = take_varint(&mut places) {
        seq = Seq(seq.0.saturating_add(behind));
        count += u64::from(after < seq && seq <= until);
    }
    count
}
