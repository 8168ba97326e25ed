//! What a person missed: an exact number, from the headers of blocks.

use chinwag_core::{RoomId, Seq};
use rusqlite::Connection;

use crate::block::Names;
use crate::error::Error;
use crate::filter::Filter;
use crate::room_log::{RoomLog, behind};

/// How many messages a person missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Those that can be read.
    pub kept: u64,
    /// Those that retention has taken.
    pub gone: u64,
}

/// Messages in these rooms, each behind its place, up to `until`.
pub(crate) fn count(
    conn: &Connection,
    rooms: &[(RoomId, Seq)],
    until: Seq,
    filter: Filter<'_>,
    names: &mut Names,
) -> Result<u64, Error> {
    let mut missed = 0;
    for &(room, after) in rooms {
        let log = RoomLog::new(conn, room);
        missed += match filter.is_open() {
            true => log
                .rank_of(behind(until))?
                .saturating_sub(log.rank_of(behind(after))?),
            false => count_passing(log, (after, until), filter, names)?,
        };
    }
    Ok(missed)
}

/// Messages behind one place up to another that pass the filter. Each has to be looked at.
fn count_passing(
    log: RoomLog<'_>,
    (after, until): (Seq, Seq),
    filter: Filter<'_>,
    names: &mut Names,
) -> Result<u64, Error> {
    let mut missed = 0;
    let mut block = match log.block_at(behind(after))? {
        Some(block) => Some(block),
        None => log.block_from(behind(after))?,
    };
    while let Some(current) = block.filter(|block| block.first <= until) {
        for message in current.messages()? {
            let is_missed = after < message.seq && message.seq <= until;
            missed += u64::from(is_missed && filter.passes(&message, names));
        }
        block = log.block_from(current.last.next())?;
    }
    Ok(missed)
}
