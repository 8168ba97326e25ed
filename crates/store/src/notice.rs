//! Notices: topics and announcements, as history shows them between messages; and signals, which
//! history shows IRC clients in the same way.
//!
//! The current topic is in the table `room`, and what operators did in the audit log. A notice is
//! written besides, by room and place, so that a page reads it as it reads messages. Notices are
//! few, so each is a row. There may be as many signals as messages; they have an index of their
//! own, and a reader who does not see them reads none.

use std::ops::RangeInclusive;

use chinwag_core::{
    AuditEntry, Correspondents, Detail, Event, Fact, FoundMessage, IrcForm, ModAction, NOBODY,
    Name, RoomId, Seq, Signal, Text, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::block::{signed, unsigned};
use crate::deletion;
use crate::error::{Damage, Error};

/// Notices that are read at once.
const READ_MAX: i64 = 32;

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A topic, or an announcement.
    Notice,
    /// A signal.
    Signal,
}

impl Kind {
    /// Those that a detail shows.
    pub(crate) fn shown(detail: Detail) -> &'static [Self] {
        match detail {
            Detail::Messages => &[],
            Detail::Notices | Detail::Lines | Detail::Playback => &[Self::Notice],
            Detail::Signals => &[Self::Notice, Self::Signal],
        }
    }

    /// The condition of its index.
    fn condition(self) -> &'static str {
        match self {
            Self::Notice => "irc_tags IS NULL",
            Self::Signal => "irc_tags IS NOT NULL",
        }
    }
}

/// Writes a notice: of a room, or an announcement to everybody.
pub(crate) fn write(
    conn: &Connection,
    event: &Event,
    room: Option<RoomId>,
    by: &Name,
    text: Option<&Text>,
) -> rusqlite::Result<()> {
    insert(conn, event, room, by, text.map(|text| &**text), None)
}

/// Writes a signal that was sent to a room.
pub(crate) fn write_signal(
    conn: &Connection,
    event: &Event,
    room: RoomId,
    signal: &Signal,
) -> rusqlite::Result<()> {
    let tags = signal.form.tags.as_deref().unwrap_or_default();
    insert(conn, event, Some(room), &signal.from_name, None, Some(tags))
}

fn insert(
    conn: &Connection,
    event: &Event,
    room: Option<RoomId>,
    by: &Name,
    text: Option<&str>,
    irc_tags: Option<&str>,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO notice (seq, room, at, by, text, irc_tags, account)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        signed(event.seq.0),
        room.map(|room| room.0),
        event.at.0,
        by.as_str(),
        text,
        irc_tags,
        event.fact.author_account().map(Name::as_str),
    ])?;
    Ok(())
}

/// The next of a kind, of a room or to everybody, from a place on.
pub(crate) fn read(
    conn: &Connection,
    room: Option<RoomId>,
    kind: Kind,
    from: Seq,
) -> Result<Vec<Event>, Error> {
    let sql = format!(
        "SELECT seq, at, by, text, irc_tags, account FROM notice WHERE room IS ?1 AND seq >= ?2 AND {}
         ORDER BY seq LIMIT ?3",
        kind.condition()
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params![room.map(|room| room.0), signed(from.0), READ_MAX])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(event(row, room)?.ok_or(Damage::Row("notice"))?);
    }
    Ok(events)
}

/// All of a kind from a place on and before another: of a room and to everybody, or of all rooms.
pub(crate) fn read_all(
    conn: &Connection,
    room: Option<RoomId>,
    kind: Kind,
    from: Seq,
    before: Option<Seq>,
) -> Result<Vec<Event>, Error> {
    let sql = format!(
        "SELECT seq, at, by, text, irc_tags, account, room FROM notice WHERE seq >= ?1 AND seq < ?2
         AND (?3 IS NULL OR room IS NULL OR room = ?3) AND {} ORDER BY seq",
        kind.condition()
    );
    let before = before.map_or(i64::MAX, |before| signed(before.0));
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params![signed(from.0), before, room.map(|room| room.0)])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let room: Option<u32> = row.get(6)?;
        events.push(event(row, room.map(RoomId))?.ok_or(Damage::Row("notice"))?);
    }
    Ok(events)
}

/// Some of a kind between two places, both inclusive: the oldest, or the newest first.
pub(crate) fn read_some(
    conn: &Connection,
    room: Option<RoomId>,
    kind: Kind,
    places: RangeInclusive<Seq>,
    newest: bool,
) -> Result<Vec<Event>, Error> {
    let (condition, order) = (kind.condition(), if newest { "DESC" } else { "ASC" });
    let sql = format!(
        "SELECT seq, at, by, text, irc_tags, account FROM notice WHERE room IS ?1
         AND seq >= ?2 AND seq <= ?3 AND {condition} ORDER BY seq {order} LIMIT ?4"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let wanted = params![
        room.map(|room| room.0),
        signed(places.start().0),
        signed(places.end().0),
        READ_MAX
    ];
    let mut rows = statement.query(wanted)?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(event(row, room)?.ok_or(Damage::Row("notice"))?);
    }
    Ok(events)
}

/// The place of the first notice of a time or later, found by binary search.
pub(crate) fn first_at(conn: &Connection, time: Timestamp) -> rusqlite::Result<Option<Seq>> {
    let ends = "SELECT (SELECT min(seq) FROM notice), (SELECT max(seq) FROM notice)";
    let ends: (Option<i64>, Option<i64>) = conn
        .prepare_cached(ends)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(mut low), Some(high)) = ends else {
        return Ok(None);
    };
    let mut high = high + 1;
    let from = "SELECT seq, at FROM notice WHERE seq >= ?1 ORDER BY seq LIMIT 1";
    let mut statement = conn.prepare_cached(from)?;
    let mut found = None;
    while low < high {
        let middle = low + (high - low) / 2;
        let row: Option<(i64, i64)> = statement
            .query_row([middle], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match row {
            Some((seq, at)) if at < time.0 => low = seq + 1,
            row => {
                high = middle;
                found = row.map(|(seq, _)| Seq(seq.max(0).unsigned_abs()));
            }
        }
    }
    Ok(found)
}

/// How many of a kind there are between two places, both inclusive.
pub(crate) fn count(
    conn: &Connection,
    room: Option<RoomId>,
    kind: Kind,
    from: Seq,
    to: Seq,
) -> rusqlite::Result<u64> {
    let condition = kind.condition();
    let sql = format!(
        "SELECT count(*) FROM notice WHERE room IS ?1 AND seq >= ?2 AND seq <= ?3 AND {condition}"
    );
    let stretch = params![room.map(|room| room.0), signed(from.0), signed(to.0)];
    let mut statement = conn.prepare_cached(&sql)?;
    statement.query_row(stretch, |row| unsigned(row, 0))
}

/// A signal, if it is stored.
pub(crate) fn find_signal(conn: &Connection, seq: Seq) -> Result<Option<FoundMessage>, Error> {
    let sql = "SELECT room, by, account, at FROM notice
               WHERE seq = ?1 AND room IS NOT NULL AND irc_tags IS NOT NULL";
    let mut statement = conn.prepare_cached(sql)?;
    let found = statement.query_row([signed(seq.0)], |row| {
        let (by, account): (String, Option<String>) = (row.get(1)?, row.get(2)?);
        let account = account.and_then(|account| Name::known(&account));
        Ok((RoomId(row.get(0)?), by, account, Timestamp(row.get(3)?)))
    });
    let Some((room, by, account, at)) = found.optional()? else {
        return Ok(None);
    };
    Ok(Some(FoundMessage::InRoom {
        room,
        name: Name::known(&by).ok_or(Damage::Row("notice"))?,
        account,
        at,
        is_signal: true,
    }))
}

/// Deletes a signal, and what it took is overwritten.
pub(crate) fn delete_signal(conn: &Connection, seq: Seq) -> rusqlite::Result<()> {
    deletion::overwriting(conn, || {
        conn.prepare_cached("DELETE FROM notice WHERE seq = ?1 AND irc_tags IS NOT NULL")?
            .execute([signed(seq.0)])?;
        Ok(())
    })
}

/// An event from the columns `seq, at, by, text, irc_tags, account`; `None` if they make no sense.
fn event(row: &Row<'_>, room: Option<RoomId>) -> rusqlite::Result<Option<Event>> {
    let (by, text): (String, Option<String>) = (row.get(2)?, row.get(3)?);
    let (tags, account): (Option<String>, Option<String>) = (row.get(4)?, row.get(5)?);
    let fact = Name::known(&by).and_then(|by| {
        let text = match text {
            Some(text) => Some(Text::parse(&text)?),
            None => None,
        };
        let account = match account {
            Some(account) => Some(Name::known(&account)?),
            None => None,
        };
        Some(match (room, tags) {
            (Some(room), Some(tags)) => signal(room, by, account, &tags),
            (Some(room), None) => Fact::TopicSet {
                room,
                person: None,
                by,
                text,
                account,
            },
            (None, _) => announcement(by, text?),
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

fn signal(room: RoomId, by: Name, account: Option<Name>, tags: &str) -> Fact {
    Fact::Signal(Box::new(Signal {
        from: NOBODY,
        from_name: by,
        room: Some(room),
        to: None,
        ranked: None,
        is_notice: false,
        form: IrcForm {
            text: None,
            tags: Some(tags.into()),
        },
        ignored: false,
        accounts: Correspondents {
            from: account,
            to: None,
        },
    }))
}

fn announcement(by: Name, text: Text) -> Fact {
    Fact::Moderated(Box::new(AuditEntry {
        by,
        actor: None,
        act: ModAction::Announce(text),
        target: None,
        aside: None,
    }))
}

/// Deletes notices up to a place.
pub(crate) fn trim(conn: &Connection, last: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM notice WHERE seq <= ?1")?
        .execute([last])?;
    Ok(())
}
