//! Reading what an earlier run has left.

use chinwag_core::{
    KeptRules, Name, RoomId, RoomName, RoomSnapshot, Seq, Snapshot, Text, Timestamp, Topic,
};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::accounts;
use crate::block::signed;
use crate::error::{Damage, Error};
use crate::mail;
use crate::metadata;
use crate::movement;
use crate::read_marker;
use crate::restrictions::{self, BANS, MUTES};
use crate::rules;
use crate::schema::{key, setting};
use crate::sent_key;

/// The rooms of which nothing is left. Of an empty room the rules only stay if it has an owner, or
/// is the lobby.
const EMPTY: &str = "
    NOT EXISTS (SELECT 1 FROM block WHERE block.room = room.id)
    AND NOT EXISTS (SELECT 1 FROM notice WHERE notice.room = room.id AND irc_tags IS NOT NULL)
    AND (retired OR topic IS NULL AND NOT (
        (id = 0 OR EXISTS (SELECT 1 FROM room_standing AS owner
                           WHERE owner.room = room.id AND owner.standing = 'owner'))
        AND (EXISTS (SELECT 1 FROM room_setting AS own WHERE own.room = room.id AND own.key <> 'created')
             OR EXISTS (SELECT 1 FROM restriction WHERE restriction.room = room.id)
             OR EXISTS (SELECT 1 FROM room_mask WHERE room_mask.room = room.id)
             OR EXISTS (SELECT 1 FROM room_standing AS other
                        WHERE other.room = room.id AND other.standing <> 'owner'))))";

/// The tables that have something about rooms besides their messages.
const OF_ROOMS: [&str; 6] = [
    "notice",
    "room_setting",
    "room_standing",
    "restriction",
    "room_mask",
    "room_metadata",
];

/// Forgets the standings of names that nobody has registered any more: a freed name belongs to
/// somebody else once it is taken again.
pub(crate) fn forget_freed_names(conn: &Connection) -> rusqlite::Result<()> {
    let freed = "DELETE FROM room_standing WHERE folded NOT IN (SELECT folded FROM account)";
    conn.execute(freed, [])?;
    Ok(())
}

/// Forgets the rooms of which nothing is left, since everything was trimmed: otherwise they would
/// be listed for ever. An open one has people who come back to it.
pub(crate) fn forget_empty_rooms(
    conn: &Connection,
    is_open: &dyn Fn(RoomId) -> bool,
) -> rusqlite::Result<()> {
    reserve_rooms(conn, next_room(conn)?)?;
    let sql = format!("SELECT id FROM room WHERE {EMPTY}");
    let mut empty = conn.prepare(&sql)?;
    let empty = empty.query_map([], |row| row.get(0).map(RoomId))?;
    let empty: Vec<RoomId> = empty.collect::<Result<_, _>>()?;
    for room in empty.into_iter().filter(|room| !is_open(*room)) {
        conn.prepare_cached("DELETE FROM room WHERE id = ?1")?
            .execute([room.0])?;
    }
    for table in OF_ROOMS {
        let sql = format!(
            "DELETE FROM {table} WHERE room IS NOT NULL AND room NOT IN (SELECT id FROM room)"
        );
        conn.execute(&sql, [])?;
    }
    movement::forget_of_gone(conn, None)?;
    let markers = "DELETE FROM read_marker WHERE target GLOB 'room [0-9]*'
                   AND CAST(substr(target, 6) AS INTEGER) NOT IN (SELECT id FROM room)";
    conn.execute(markers, [])?;
    Ok(())
}

/// Forgets those of some rooms of which nothing is left: the chat has closed them.
pub(crate) fn forget_closed(conn: &Connection, rooms: &[RoomId]) -> rusqlite::Result<()> {
    for room in rooms {
        let forget = format!("DELETE FROM room WHERE {EMPTY} AND id = ?1");
        let is_forgotten = conn.prepare_cached(&forget)?.execute([room.0])? > 0;
        // It may have had only movements, which are no reason to keep a room.
        movement::forget_of_gone(conn, Some(*room))?;
        if !is_forgotten {
            continue;
        }
        for table in OF_ROOMS {
            // It has no signals, and the other kinds have an index of their own.
            let others = if table == "notice" {
                "AND irc_tags IS NULL"
            } else {
                ""
            };
            let sql = format!("DELETE FROM {table} WHERE room = ?1 {others}");
            conn.prepare_cached(&sql)?.execute([room.0])?;
        }
    }
    Ok(())
}

/// Everything that the chat starts with.
pub(crate) fn load(conn: &Connection) -> Result<Snapshot, Error> {
    let motd: Option<String> = setting(conn, key::MOTD)?;
    let motd = motd.map(|text| Text::parse(&text).ok_or(Damage::Row("setting")));
    Ok(Snapshot {
        rooms: open_rooms(conn)?,
        accounts: accounts::load(conn)?,
        kept: mail::load(conn)?,
        markers: read_marker::load(conn)?,
        metadata: metadata::load(conn)?,
        bans: restrictions::all(conn, BANS)?,
        mutes: restrictions::all(conn, MUTES)?,
        sent_keys: sent_key::load(conn)?,
        next_room: next_room(conn)?,
        motd: motd.transpose()?,
        locked: setting::<i64>(conn, key::LOCKED)?.is_some(),
    })
}

/// The rooms that are not retired, and their topics.
pub(crate) fn rooms(conn: &Connection) -> Result<Vec<(RoomId, RoomName)>, Error> {
    let sql = "SELECT id, name FROM room WHERE NOT retired";
    all(conn, sql, [], |row| {
        let (id, name): (_, String) = (row.get(0)?, row.get(1)?);
        let name = RoomName::parse(&name).map_err(|_| Damage::Row("room"));
        Ok(name.map(|name| (RoomId(id), name)))
    })
}

/// The same with their rules.
fn open_rooms(conn: &Connection) -> Result<Vec<RoomSnapshot>, Error> {
    let sql = format!("SELECT {ROOM} FROM room WHERE NOT retired");
    let mut rooms = all(conn, &sql, [], room)?;
    let mut rules = rules::all(conn)?;
    for room in &mut rooms {
        room.rules = rules.remove(&room.id).unwrap_or_default();
    }
    Ok(rooms)
}

/// The first number that no room has had, as far as anybody may know of it.
fn next_room(conn: &Connection) -> rusqlite::Result<RoomId> {
    let sql = "SELECT coalesce(max(id) + 1, 0) FROM room";
    let next: u32 = conn.query_row(sql, [], |row| row.get(0))?;
    let reserved: Option<u32> = setting(conn, key::NEXT_ROOM)?;
    Ok(RoomId(next.max(reserved.unwrap_or(0))))
}

/// Keeps the numbers before this one from being given again.
pub(crate) fn reserve_rooms(conn: &Connection, next: RoomId) -> rusqlite::Result<()> {
    crate::schema::set(conn, key::NEXT_ROOM, Some(&next.0))
}

/// The last place of a durable event in the one order.
pub(crate) fn last_seq(conn: &Connection) -> rusqlite::Result<Seq> {
    let others: Option<i64> = setting(conn, key::LAST_SEQ)?;
    // Only the blocks of one turn overlap, so the newest turn has the newest message.
    let newest = "SELECT coalesce(max(last_seq), 0) FROM block WHERE first_seq >=
                  (SELECT turn FROM block ORDER BY first_seq DESC LIMIT 1)";
    let said: i64 = conn
        .prepare_cached(newest)?
        .query_row([], |row| row.get(0))?;
    Ok(Seq(said.max(others.unwrap_or(0)).max(0).unsigned_abs()))
}

/// Stores how far the one order has come, if the blocks do not say it.
pub(crate) fn set_last_seq(conn: &Connection, last: Seq) -> rusqlite::Result<()> {
    crate::schema::set(conn, key::LAST_SEQ, Some(&signed(last.0)))
}

/// The first place in the one order that no event can have had.
pub(crate) fn next_seq(conn: &Connection) -> rusqlite::Result<Seq> {
    let reserved: Option<i64> = setting(conn, key::NEXT_SEQ)?;
    let reserved = Seq(reserved.unwrap_or(0).max(0).unsigned_abs());
    Ok(last_seq(conn)?.next().max(reserved))
}

/// The time that retention uses, as an earlier run stored it.
pub(crate) fn age(conn: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    Ok(setting(conn, key::AGE)?.map(Timestamp))
}

/// When something was last said.
pub(crate) fn newest(conn: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    conn.query_row(
        "SELECT last_at FROM block ORDER BY first_seq DESC LIMIT 1",
        [],
        |row| row.get(0).map(Timestamp),
    )
    .optional()
}

/// All rows of a query; a row that `read` cannot parse is damage.
pub(crate) fn all<T>(
    conn: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<Result<T, Damage>>,
) -> Result<Vec<T>, Error> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)??);
    }
    Ok(found)
}

/// The columns of [`room`]. The account of the topic's author is in the topic's notice.
const ROOM: &str = "id, name, topic, topic_by, topic_at, (SELECT account FROM notice
    WHERE notice.room = room.id AND irc_tags IS NULL AND topic IS NOT NULL ORDER BY seq DESC LIMIT 1),
    (SELECT value FROM room_setting AS own WHERE own.room = room.id AND own.key = 'created'),
    EXISTS (SELECT 1 FROM block WHERE block.room = room.id)
    OR EXISTS (SELECT 1 FROM notice WHERE notice.room = room.id AND irc_tags IS NOT NULL)";

fn room(row: &Row<'_>) -> rusqlite::Result<Result<RoomSnapshot, Damage>> {
    let damage = Damage::Row("room");
    let (name, text): (String, Option<String>) = (row.get(1)?, row.get(2)?);
    let (by, at): (Option<String>, Option<i64>) = (row.get(3)?, row.get(4)?);
    let account: Option<String> = row.get(5)?;
    let account = account.and_then(|account| Name::known(&account));
    let topic = match (text, by, at) {
        (None, ..) => Ok(None),
        (Some(text), Some(by), Some(at)) => topic(&text, &by, at)
            .map(|topic| Some(Topic { account, ..topic }))
            .ok_or(damage),
        _ => Err(damage),
    };
    let id = RoomId(row.get(0)?);
    let created: Option<i64> = row.get(6)?;
    let has_history = row.get(7)?;
    Ok(RoomName::parse(&name).map_err(|_| damage).and_then(|name| {
        topic.map(|topic| RoomSnapshot {
            id,
            name,
            created: created.map(Timestamp),
            topic,
            has_history,
            rules: KeptRules::default(),
        })
    }))
}

fn topic(text: &str, by: &str, at: i64) -> Option<Topic> {
    Some(Topic {
        text: Text::parse(text)?,
        by: Name::known(by)?,
        account: None,
        at: Timestamp(at),
    })
}
