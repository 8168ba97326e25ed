//! What a person missed: an exact number, from the headers of blocks.

use chinwag_core::{RoomId, Seq};
use rusqlite::Connection;

use crate::block::Names;
use crate::error::Error;
use crate::filter::Filter;
use crate::person::{self, PersonRange};
use crate::room_log::{RoomLog, behind};

/// What a person was away from.
#[derive(Clone, Copy, Debug)]
pub struct Absence<'a> {
    /// Its rooms, and the place behind which each is unseen.
    pub rooms: &'a [(RoomId, Seq)],
    /// Its private messages, if the store alone knows which it has not got.
    pub private: Option<&'a PersonRange>,
    /// The last place in its rooms.
    pub until: Seq,
}

/// How many messages a person missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Those that can be read.
    pub kept: u64,
    /// Those that retention has taken.
    pub gone: u64,
}

/// The messages that can be read of all that was missed.
pub(crate) fn count(
    conn: &Connection,
    absence: Absence<'_>,
    filter: Filter<'_>,
    names: &mut Names,
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
        let log = RoomLog::new(conn, room);
        missed += match filter.is_open() {
            true => log
                .rank_of(behind(until))?
                .saturating_sub(log.rank_of(behind(after))?),
            false => count_passing(log, after, until, filter, names)?,
        };
    }
    Ok(missed)
}

/// Messages behind one place up to another that pass the filter. Each has to be looked at.
fn count_passing(
    log: RoomLog<'_>,
    after: Seq,
    until: Seq,
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
