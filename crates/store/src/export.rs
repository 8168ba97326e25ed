//! Export: everything that was said and happened in rooms, page by page, in the one order.
//!
//! The messages and movements of many rooms are merged turn by turn. Blocks of different turns
//! never overlap, so only one turn at a time has to be sorted, however many rooms there are.

use std::collections::HashSet;

use chinwag_core::{Event, RoomId, Seq, Timestamp};
use rusqlite::Connection;

use crate::block::{Block, NameCache, signed};
use crate::blocks::{Blocks, Entries, Part, Unread, past_damage};
use crate::error::Error;
use crate::movement;
use crate::notice::{self, Kind};
use crate::page::bytes_of;
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

/// A part of an export: whole turns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExportPage {
    /// The events, oldest first. Their people are [`PersonId`](chinwag_core::PersonId) 0.
    pub events: Vec<Event>,
    /// The place at which the next page begins, if there is one.
    pub next: Option<Seq>,
    /// What cannot be read of it.
    pub unread: Vec<Unread>,
}

/// Reads the page that begins at a turn: whole turns, of about `bytes_max` bytes.
pub(crate) fn read(
    conn: &Connection,
    range: ExportRange,
    from: Seq,
    bytes_max: usize,
    names: &mut NameCache,
) -> Result<ExportPage, Error> {
    let retired = rules::retired_rooms(conn)?;
    let (mut page, mut bytes, mut turn) = (ExportPage::default(), 0, None);
    let mut said = said(conn, range, from)?;
    let mut moved = moved(conn, range, from)?;
    loop {
        let is_said = said.first() <= moved.first();
        let blocks = if is_said { &mut said } else { &mut moved };
        let next = blocks
            .turn()
            .filter(|next| turn.is_some_and(|turn| turn != *next));
        if let Some(next) = next.filter(|_| bytes >= bytes_max) {
            page.next = Some(next);
            let gaps = [&said, &moved].map(|blocks| blocks.gap_before(next));
            page.unread.extend(gaps.into_iter().flatten());
            break;
        }
        let (gap, block) = blocks.advance()?;
        page.unread.extend(gap);
        let Some(block) = block else { break };
        turn = Some(block.turn);
        if retired.contains(&block.room) {
            continue;
        }
        let events = match is_said {
            true => messages(&block, range, names),
            false => block.movements(Seq(0), Seq(u64::MAX), names),
        };
        let Some(mut events) = past_damage(events)? else {
            page.unread.push(blocks.lost(&block));
            continue;
        };
        events.retain(|event| range.holds(event.at));
        bytes += events.iter().map(bytes_of).sum::<usize>();
        page.events.extend(events);
    }
    // At the end both have nothing left but what cannot be read.
    if page.next.is_none() {
        page.unread.extend(moved.advance()?.0);
    }
    page.add_notices(conn, range, from, &retired)?;
    page.events.sort_by_key(|event| event.seq);
    Ok(page)
}

/// The messages from a turn on. Where times cannot be looked up, all.
fn said<'c>(conn: &'c Connection, range: ExportRange, from: Seq) -> Result<Blocks<'c>, Error> {
    let above = past_damage(timeline::turn_since(conn, range.since))?.unwrap_or(0);
    let below = match range.until {
        Some(until) => past_damage(timeline::block_since(conn, until).map_err(Error::from))?,
        None => None,
    };
    let keys = signed(from.0).max(above)..below.unwrap_or(i64::MAX);
    Blocks::new(conn, Entries::Messages, range.room, keys, from)
}

/// The same of movements.
fn moved<'c>(conn: &'c Connection, range: ExportRange, from: Seq) -> Result<Blocks<'c>, Error> {
    let rows = movement::rows(conn, from, range.since, range.until).map_err(Error::from);
    let (above, below) = past_damage(rows)?.unwrap_or((0, i64::MAX));
    Blocks::new(conn, Entries::Movements, range.room, above..below, from)
}

impl ExportPage {
    /// Adds topics and announcements. What precedes the first message belongs to the first page, and
    /// likewise at the end.
    fn add_notices(
        &mut self,
        conn: &Connection,
        range: ExportRange,
        from: Seq,
        retired: &HashSet<RoomId>,
    ) -> Result<(), Error> {
        let notices = notice::read_all(conn, range.room, Kind::Notice, from, self.next);
        let Some(notices) = past_damage(notices)? else {
            self.unread.push(Unread {
                part: Part::Notices,
                first: from,
                last: Seq(self.next.map_or(u64::MAX, |next| next.0 - 1)),
            });
            return Ok(());
        };
        let is_open = |event: &Event| !event.fact.rooms().iter().any(|room| retired.contains(room));
        let is_held = |event: &Event| range.holds(event.at) && is_open(event);
        self.events.extend(notices.into_iter().filter(is_held));
        Ok(())
    }
}

fn messages(block: &Block, range: ExportRange, names: &mut NameCache) -> Result<Vec<Event>, Error> {
    let messages = block.messages()?;
    let messages = messages.iter().filter(|message| range.holds(message.at));
    messages
        .map(|message| block.event(message, names))
        .collect()
}
