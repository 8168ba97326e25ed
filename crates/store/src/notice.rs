//! Notices: the topics that were set and the announcements, as history shows them between messages; and
//! signals, which history shows clients of IRC in the same way.
//!
//! The topic that holds stands in the table `room`, and what operators did in the audit log. A notice
//! is written beside either, by room and place, so that a page reads it as it reads messages. They are
//! few, so that each is a row. Of signals there may be as many as of messages; they have an index of their
//! own, and a reader that is not shown them reads none.

use chinwag_core::{
    AuditEntry, Correspondents, Detail, Event, Fact, FoundMessage, IrcForm, LOBBY, ModAction,
    NOBODY, Name, RoomId, Seq, Signal, Text, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::block::{signed, unsigned};
use crate::deletion;
use crate::error::{Damage, Error};
use crate::filter::Filter;

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
            Detail::Notices => &[Self::Notice],
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
    insert(conn, event, (room, by), (text.map(|text| &**text), None))
}

/// Writes a signal that was sent to a room.
pub(crate) fn write_signal(
    conn: &Connection,
    event: &Event,
    room: RoomId,
    signal: &Signal,
) -> rusqlite::Result<()> {
    let tags = signal.form.tags.as_deref().unwrap_or_default();
    let of = (Some(room), &signal.from_name);
    insert(conn, event, of, (None, Some(tags)))
}

fn insert(
    conn: &Connection,
    event: &Event,
    (room, by): (Option<RoomId>, &Name),
    (text, irc_tags): (Option<&str>, Option<&str>),
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
    (room, kind): (Option<RoomId>, Kind),
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

/// The logs of notices of these rooms, each behind its place, and that of those for everybody.
pub(crate) fn logs(rooms: &[(RoomId, Seq)]) -> impl Iterator<Item = (Option<RoomId>, Seq)> {
    let everybody = rooms.iter().map(|&(_, after)| (None, after)).min();
    let rooms = rooms.iter().map(|&(room, after)| (Some(room), after));
    rooms.chain(everybody)
}

/// Whether a reader is shown a notice. Announcements are heard by everybody: operators cannot be ignored by that.
pub(crate) fn is_heard(event: &Event, filter: Filter<'_>) -> bool {
    match &event.fact {
        Fact::TopicSet { by, account, .. } => filter.hears(by, account.as_ref(), event.seq),
        Fact::Signal(signal) => {
            let account = signal.accounts.from.as_ref();
            filter.hears(&signal.from_name, account, event.seq)
        }
        _ => true,
    }
}

/// All of a kind from a place on and before another: of a room and to everybody, or of all rooms.
pub(crate) fn read_all(
    conn: &Connection,
    (room, kind): (Option<RoomId>, Kind),
    (from, before): (Seq, Option<Seq>),
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

/// What a stretch of a room has beside its messages.
#[derive(Clone, Copy)]
pub(crate) struct Beside<'a> {
    pub(crate) conn: &'a Connection,
    pub(crate) detail: Detail,
    pub(crate) room: RoomId,
}

impl Beside<'_> {
    /// The place of the first of a stretch that is not before a time, of the room.
    fn first(self, stretch: (Seq, Seq), time: Timestamp) -> Result<Option<Seq>, Error> {
        let place = |kind| edge(self.conn, (Some(self.room), kind), stretch, FIRST, time.0);
        self.of_kinds(place, Seq::min)
    }

    /// The place of the first of a stretch that reaches back to the beginning. What everybody was told before a room
    /// was made is no part of its past; the lobby was always there.
    pub(crate) fn first_of_all(self, stretch: (Seq, Seq)) -> Result<Option<Seq>, Error> {
        let ever = Timestamp(i64::MIN);
        match self.room == LOBBY {
            true => self.first_heard(stretch, ever),
            false => self.first(stretch, ever),
        }
    }

    /// The place of the first of a stretch that is not before a time, of the room or of what everybody was told.
    pub(crate) fn first_heard(
        self,
        stretch: (Seq, Seq),
        time: Timestamp,
    ) -> Result<Option<Seq>, Error> {
        let of_all = edge(self.conn, (None, Kind::Notice), stretch, FIRST, time.0)?;
        Ok(self.first(stretch, time)?.into_iter().chain(of_all).min())
    }

    /// The place of the last of a stretch that is before a time, of the room or of what everybody was told.
    pub(crate) fn last_heard(
        self,
        stretch: (Seq, Seq),
        time: Timestamp,
    ) -> Result<Option<Seq>, Error> {
        let place = |kind| edge(self.conn, (Some(self.room), kind), stretch, LAST, time.0);
        let of_all = edge(self.conn, (None, Kind::Notice), stretch, LAST, time.0)?;
        let of_room = self.of_kinds(place, Seq::max)?;
        Ok(of_room.into_iter().chain(of_all).max())
    }

    /// The place of the last of the first so many of a stretch of the room, if there are so many.
    pub(crate) fn oldest(self, stretch: (Seq, Seq), number: u64) -> Result<Option<Seq>, Error> {
        self.counted(stretch, (OLDEST, number), Seq::min)
    }

    /// The place of the first of the last so many of a stretch of the room, if there are so many.
    pub(crate) fn newest(self, stretch: (Seq, Seq), number: u64) -> Result<Option<Seq>, Error> {
        self.counted(stretch, (NEWEST, number), Seq::max)
    }

    fn counted(
        self,
        stretch: (Seq, Seq),
        (which, number): (&str, u64),
        choose: impl Fn(Seq, Seq) -> Seq,
    ) -> Result<Option<Seq>, Error> {
        let before = signed(number.saturating_sub(1));
        let place = |kind| edge(self.conn, (Some(self.room), kind), stretch, which, before);
        self.of_kinds(place, choose)
    }

    fn of_kinds(
        self,
        place: impl Fn(Kind) -> Result<Option<Seq>, Error>,
        choose: impl Fn(Seq, Seq) -> Seq,
    ) -> Result<Option<Seq>, Error> {
        let mut chosen = None;
        for &kind in Kind::shown(self.detail) {
            chosen = chosen.into_iter().chain(place(kind)?).reduce(&choose);
        }
        Ok(chosen)
    }
}

const FIRST: &str = "AND at >= ?4 ORDER BY seq LIMIT 1";
const LAST: &str = "AND at < ?4 ORDER BY seq DESC LIMIT 1";
const OLDEST: &str = "ORDER BY seq LIMIT 1 OFFSET ?4";
const NEWEST: &str = "ORDER BY seq DESC LIMIT 1 OFFSET ?4";

/// A place of a stretch, without its end.
fn edge(
    conn: &Connection,
    (room, kind): (Option<RoomId>, Kind),
    (from, before): (Seq, Seq),
    which: &str,
    value: i64,
) -> Result<Option<Seq>, Error> {
    let condition = kind.condition();
    let sql = format!(
        "SELECT seq FROM notice WHERE room IS ?1 AND seq >= ?2 AND seq < ?3 AND {condition} {which}"
    );
    let room = room.map(|room| room.0);
    let stretch = params![room, signed(from.0), signed(before.0), value];
    let mut statement = conn.prepare_cached(&sql)?;
    let seq = statement.query_row(stretch, |row| unsigned(row, 0));
    Ok(seq.optional()?.map(Seq))
}

/// A signal, if it is there.
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

/// An event of the columns `seq, at, by, text, irc_tags, account`; `None` if it makes no sense.
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
            (Some(room), Some(tags)) => signal(room, (by, account), &tags),
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

fn signal(room: RoomId, (by, account): (Name, Option<Name>), tags: &str) -> Fact {
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
        spared: None,
    }))
}

/// Forgets what stands up to a place.
pub(crate) fn trim(conn: &Connection, last: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM notice WHERE seq <= ?1")?
        .execute([last])?;
    Ok(())
}
