//! Notices: the topics that were set and the announcements, as history shows them between messages.
//!
//! The topic that holds stands in the table `room`, and what operators did in the audit log. A notice
//! is written beside either, by room and place, so that a page reads it as it reads messages. They are
//! few, so that each is a row.

use chinwag_core::{AuditEntry, Event, Fact, ModAction, Name, RoomId, Seq, Text, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::block::{signed, unsigned};
use crate::error::{Damage, Error};

/// Notices that are read at once.
const READ_MAX: i64 = 32;

/// Writes a notice: of a room, or an announcement to everybody.
pub(crate) fn write(
    conn: &Connection,
    event: &Event,
    room: Option<RoomId>,
    by: &Name,
    text: Option<&Text>,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO notice (seq, room, at, by, text) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        signed(event.seq.0),
        room.map(|room| room.0),
        event.at.0,
        by.as_str(),
        text.map(|text| &**text),
    ])?;
    Ok(())
}

/// The next notices of a room, or to everybody, from a place on.
pub(crate) fn read(
    conn: &Connection,
    room: Option<RoomId>,
    from: Seq,
) -> Result<Vec<Event>, Error> {
    let sql = "SELECT seq, at, by, text FROM notice WHERE room IS ?1 AND seq >= ?2
               ORDER BY seq LIMIT ?3";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![room.map(|room| room.0), signed(from.0), READ_MAX])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(event(row, room)?.ok_or(Damage::Row("notice"))?);
    }
    Ok(events)
}

/// All notices from a place on and before another: of a room and to everybody, or of all rooms.
pub(crate) fn read_all(
    conn: &Connection,
    room: Option<RoomId>,
    (from, before): (Seq, Option<Seq>),
) -> Result<Vec<Event>, Error> {
    let sql = "SELECT seq, at, by, text, room FROM notice WHERE seq >= ?1 AND seq < ?2
               AND (?3 IS NULL OR room IS NULL OR room = ?3) ORDER BY seq";
    let before = before.map_or(i64::MAX, |before| signed(before.0));
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![signed(from.0), before, room.map(|room| room.0)])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let room: Option<u32> = row.get(4)?;
        events.push(event(row, room.map(RoomId))?.ok_or(Damage::Row("notice"))?);
    }
    Ok(events)
}

/// The place of the first notice of a stretch that is not before a time: of a room, or to everybody.
pub(crate) fn first(
    conn: &Connection,
    room: Option<RoomId>,
    (from, before): (Seq, Seq),
    time: Timestamp,
) -> Result<Option<Seq>, Error> {
    let sql = "SELECT seq FROM notice WHERE room IS ?1 AND seq >= ?2 AND seq < ?3 AND at >= ?4
               ORDER BY seq LIMIT 1";
    edge(conn, sql, room, (from, before), time)
}

/// The place of the last notice of a stretch that is before a time: of a room, or to everybody.
pub(crate) fn last(
    conn: &Connection,
    room: Option<RoomId>,
    (from, before): (Seq, Seq),
    time: Timestamp,
) -> Result<Option<Seq>, Error> {
    let sql = "SELECT seq FROM notice WHERE room IS ?1 AND seq >= ?2 AND seq < ?3 AND at < ?4
               ORDER BY seq DESC LIMIT 1";
    edge(conn, sql, room, (from, before), time)
}

fn edge(
    conn: &Connection,
    sql: &str,
    room: Option<RoomId>,
    (from, before): (Seq, Seq),
    time: Timestamp,
) -> Result<Option<Seq>, Error> {
    let room = room.map(|room| room.0);
    let stretch = params![room, signed(from.0), signed(before.0), time.0];
    let mut statement = conn.prepare_cached(sql)?;
    let seq = statement.query_row(stretch, |row| unsigned(row, 0));
    Ok(seq.optional()?.map(Seq))
}

/// An event of the columns `seq, at, by, text`; `None` if it makes no sense.
fn event(row: &Row<'_>, room: Option<RoomId>) -> rusqlite::Result<Option<Event>> {
    let (by, text): (String, Option<String>) = (row.get(2)?, row.get(3)?);
    let fact = Name::known(&by).and_then(|by| {
        let text = match text {
            Some(text) => Some(Text::parse(&text)?),
            None => None,
        };
        Some(match room {
            Some(room) => Fact::TopicSet {
                room,
                person: None,
                by,
                text,
            },
            None => announcement(by, text?),
        })
    });
    let (seq, at) = (Seq(unsigned(row, 0)?), Timestamp(row.get(1)?));
    Ok(fact.map(|fact| Event {
        seq,
        at,
        fact,
        source: None,
    }))
}

fn announcement(by: Name, text: Text) -> Fact {
    Fact::Moderated(Box::new(AuditEntry {
        by,
        actor: None,
        act: ModAction::Announce(text),
        target: None,
        spared: None,
    }))
}

/// Forgets the notices up to a place.
pub(crate) fn trim(conn: &Connection, last: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM notice WHERE seq <= ?1")?
        .execute([last])?;
    Ok(())
}
