//! Export: everything that was said and happened in rooms, page by page, in the one order.
//!
//! The messages and movements of many rooms are merged turn by turn. Blocks of different turns
//! never overlap, so only one turn at a time has to be sorted, however many rooms there are.

use chinwag_core::{Event, RoomId, Seq, Timestamp};
use rusqlite::{Connection, Rows, params};

use crate::block::{Block, NameCache, block_columns, signed};
use crate::error::Error;
use crate::movement;
use crate::notice::{self, Kind};
use crate::page::{Page, bytes_of};
use crate::rules;
use crate::timeline;

/// What to export. By default everything, except for rooms that are gone for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportRange {
    /// What this room has, and announcements.
    pub room: Option<RoomId>,
    /// Only from this time on.
    pub since: Option<Timestamp>,
    /// Only before this time.
    pub until: Option<Timestamp>,
}

impl ExportRange {
    fn holds(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}

/// Blocks of one kind, in the order in which they begin.
struct Blocks<'s> {
    rows: Rows<'s>,
    next: Option<Block>,
}

impl<'s> Blocks<'s> {
    fn new(rows: Rows<'s>) -> rusqlite::Result<Self> {
        let mut blocks = Self { rows, next: None };
        blocks.advance()?;
        Ok(blocks)
    }

    fn advance(&mut self) -> rusqlite::Result<Option<Block>> {
        let next = self.rows.next()?.map(Block::read).transpose()?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    fn first(&self) -> Seq {
        self.next.as_ref().map_or(Seq(u64::MAX), |next| next.first)
    }
}

/// Reads the page that begins at a turn: whole turns, of about `bytes_max` bytes.
pub(crate) fn read(
    conn: &Connection,
    range: ExportRange,
    from: Seq,
    bytes_max: usize,
    names: &mut NameCache,
) -> Result<Page, Error> {
    let room = range.room.map(|room| room.0);
    let retired = rules::retired_rooms(conn)?;
    let (mut page, mut bytes, mut turn) = (Page::default(), 0, None);
    let sql = concat!(
        "SELECT ",
        block_columns!(),
        " FROM block WHERE first_seq >= ?1 AND first_seq < ?2 AND (?3 IS NULL OR room = ?3)
          ORDER BY first_seq"
    );
    let above = signed(from.0).max(timeline::turn_since(conn, range.since)?);
    let below = match range.until {
        Some(until) => timeline::block_since(conn, until)?,
        None => i64::MAX,
    };
    let mut messages_of = conn.prepare_cached(sql)?;
    let mut movements_of = conn.prepare_cached(movement::IN_ORDER)?;
    let mut said = Blocks::new(messages_of.query(params![above, below, room])?)?;
    let (above, below) = movement::rows(conn, from, range.since, range.until)?;
    let mut moved = Blocks::new(movements_of.query(params![above, below, room])?)?;
    loop {
        let is_said = said.first() <= moved.first();
        let Some(block) = (if is_said { &mut said } else { &mut moved }).advance()? else {
            break;
        };
        if turn != Some(block.turn) && bytes >= bytes_max {
            page.next = Some(block.turn);
            break;
        }
        turn = Some(block.turn);
        if retired.contains(&block.room) {
            continue;
        }
        let mut events = match is_said {
            true => messages(&block, range, names)?,
            false => block.movements(Seq(0), Seq(u64::MAX), names)?,
        };
        events.retain(|event| range.holds(event.at));
        bytes += events.iter().map(bytes_of).sum::<usize>();
        page.events.extend(events);
    }
    // What precedes the first message belongs to the first page, and likewise at the end.
    let notices = notice::read_all(conn, range.room, Kind::Notice, from, page.next)?;
    let is_open = |event: &Event| !event.fact.rooms().iter().any(|room| retired.contains(room));
    let is_held = |event: &Event| range.holds(event.at) && is_open(event);
    page.events.extend(notices.into_iter().filter(is_held));
    page.events.sort_by_key(|event| event.seq);
    Ok(page)
}

fn messages(block: &Block, range: ExportRange, names: &mut NameCache) -> Result<Vec<Event>, Error> {
    let messages = block.messages()?;
    let messages = messages.iter().filter(|message| range.holds(message.at));
    messages
        .map(|message| block.event(message, names))
        .collect()
}
