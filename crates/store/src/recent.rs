//! The newest messages of a room, for people who arrive. The hub keeps them in memory and reads
//! them once for each room, so the writer itself does this.

use std::sync::Arc;

use chinwag_core::{Event, RoomId};
use rusqlite::Connection;

use crate::block::{Block, NameCache, block_columns};
use crate::error::Error;
use crate::ranked_log::RankedLog;

/// The newest messages of a room.
#[derive(Clone, Debug, PartialEq)]
pub struct NewestMessages {
    /// The messages, oldest first.
    pub events: Vec<Arc<Event>>,
    /// Messages of the room that are stored.
    pub total: u64,
}

/// The newest messages of a room, limited in number and in bytes of text.
pub(crate) fn read(
    conn: &Connection,
    room: RoomId,
    messages_max: usize,
    bytes_max: usize,
    names: &mut NameCache,
) -> Result<NewestMessages, Error> {
    let sql = concat!(
        "SELECT ",
        block_columns!(),
        " FROM block WHERE room = ?1 ORDER BY first_seq DESC"
    );
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([room.0])?;
    let (mut events, mut bytes) = (Vec::new(), 0);
    'blocks: while let Some(row) = rows.next()? {
        let block = Block::read(row)?;
        for message in block.messages()?.iter().rev() {
            bytes += message.text.len();
            if events.len() == messages_max || bytes > bytes_max {
                break 'blocks;
            }
            events.push(Arc::new(block.event(message, names)?));
        }
    }
    events.reverse();
    let ranks = RankedLog::new(conn, room).ranks()?;
    Ok(NewestMessages {
        events,
        total: ranks.end - ranks.start,
    })
}
