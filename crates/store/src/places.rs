//! Messages by their places, as a search found them.

use chinwag_core::{RoomId, Seq};
use rusqlite::Connection;

use crate::block::{Block, NameCache};
use crate::error::Error;
use crate::page::Page;
use crate::ranked_log::RankedLog;

/// Reads the messages at these places. The next page begins at the place that this one names.
pub(crate) fn read(
    conn: &Connection,
    places: &[(RoomId, Seq)],
    bytes_max: usize,
    names: &mut NameCache,
) -> Result<Page, Error> {
    let (mut page, mut bytes) = (Page::default(), 0);
    let mut known: Option<Block> = None;
    for &(room, seq) in places {
        let is_known =
            |block: &Block| block.room == room && (block.first..=block.last).contains(&seq);
        if !known.as_ref().is_some_and(is_known) {
            known = RankedLog::new(conn, room).block_at(seq)?;
        }
        let Some(block) = &known else {
            continue;
        };
        let messages = block.messages()?;
        // It may have been trimmed or deleted meanwhile.
        let mut messages = messages.iter();
        let Some(message) = messages.find(|message| message.seq == seq && !message.is_gap()) else {
            continue;
        };
        let event = block.event(message, names)?;
        if !page.take(event, &mut bytes, bytes_max) {
            break;
        }
    }
    Ok(page)
}
