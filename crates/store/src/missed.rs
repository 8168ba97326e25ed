//! What a person missed: an exact number, from the headers of blocks.

use chinwag_core::{RoomId, Seq};
use rusqlite::Connection;

use crate::block::NameCache;
use crate::error::Error;
use crate::filter::Filter;
use crate::person::{self, PersonRange};
use crate::ranked_log::{RankedLog, next_place};

/// What a person was away from.
#[derive(Clone, Copy, Debug)]
pub struct Absence<'a> {
    /// Their rooms, with the last place that they have seen.
    pub rooms: &'a [(RoomId, Seq)],
    /// Their private messages, if only the store knows which of them they lack.
    pub private: Option<&'a PersonRange>,
    /// The last place in its rooms.
    pub until: Seq,
}

/// How many messages a person missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Those that can be read.
    pub kept: u64,
    /// How many of them retention has deleted.
    pub gone: u64,
}

/// Counts the missed messages that can still be read.
pub(crate) fn count(
    conn: &Connection,
    absence: Absence<'_>,
    filter: Filter<'_>,
    names: &mut NameCache,
) -> Result<u64, Error> {
    let Absence {
        rooms,
        private,
        until,
    } = absence;
    let mut missed = match private {
        Some(range) => person::count(conn, range, filter)?,
        None => 0,
    };
    for &(room, after) in rooms {
        let log = RankedLog::new(conn, room);
        missed += match filter.is_open() {
            true => log
                .rank_of(next_place(until))?
                .saturating_sub(log.rank_of(next_place(after))?),
            false => count_passing(log, after, until, filter, names)?,
        };
    }
    Ok(missed)
}

/// Counts the messages after one place up to another that pass the filter, looking at each.
fn count_passing(
    log: RankedLog<'_>,
    after: Seq,
    until: Seq,
    filter: Filter<'_>,
    names: &mut NameCache,
) -> Result<u64, Error> {
    let mut missed = 0;
    let mut block = match log.block_at(next_place(after))? {
        Some(block) => Some(block),
        None => log.block_from(next_place(after))?,
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
