//! Export: everything that was said and announced, page by page, in the one order.
//!
//! The messages of many rooms are merged turn by turn: blocks of different turns never overlap, so that
//! nothing but one turn has to be sorted, however many rooms there are.

use chinwag_core::{Event, RoomId, Seq, Timestamp};
use rusqlite::{Connection, params};

use crate::block::{Block, Names, block_columns, signed};
use crate::error::Error;
use crate::notice::{self, Kind};
use crate::page::{Page, bytes_of};
use crate::rules;
use crate::timeline;

/// What is exported. Everything, unless said, but nothing of rooms that are gone for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportRange {
    /// The messages and topics of this room, and announcements.
    pub room: Option<RoomId>,
    /// What was said at this time or after it.
    pub since: Option<Timestamp>,
    /// What was said before this time.
    pub until: Option<Timestamp>,
}

impl ExportRange {
    fn holds(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}

/// Reads the page that begins at a turn: whole turns, until they are about so many bytes.
pub(crate) fn read(
    conn: &Connection,
    range: ExportRange,
    from: Seq,
    bytes_max: usize,
    names: &mut Names,
) -> Result<Page, Error> {
    let above = signed(from.0).max(timeline::turn_since(conn, range.since)?);
    let below = match range.until {
        Some(until) => timeline::block_since(conn, until)?,
        None => i64::MAX,
    };
    let retired = rules::retired_rooms(conn)?;
    let (mut page, mut bytes, mut turn) = (Page::default(), 0, None);
    let sql = concat!(
        "SELECT ",
        block_columns!(),
        " FROM block WHERE first_seq >= ?1 AND first_seq < ?2 AND (?3 IS NULL OR room = ?3)
          ORDER BY first_seq"
    );
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![above, below, range.room.map(|room| room.0)])?;
    while let Some(row) = rows.next()? {
        let block = Block::read(row)?;
        if turn != Some(block.turn) && bytes >= bytes_max {
            page.next = Some(block.turn);
            break;
        }
        turn = Some(block.turn);
        if retired.contains(&block.room) {
            continue;
        }
        for message in block.messages()?.iter().filter(|m| range.holds(m.at)) {
            let event = block.event(message, names)?;
            bytes += bytes_of(&event);
            page.events.push(event);
        }
    }
    // What the first page finds before its first message is part of it, and likewise at the end.
    let notices = notice::read_all(conn, (range.room, Kind::Notice), (from, page.next))?;
    let is_open = |event: &Event| !event.fact.rooms().iter().any(|room| retired.contains(room));
    let is_held = |event: &Event| range.holds(event.at) && is_open(event);
    page.events.extend(notices.into_iter().filter(is_held));
    page.events.sort_by_key(|event| event.seq);
    Ok(page)
}
