//! Reading what an earlier run has left.

use chinwag_core::{
    Mask, Name, Reach, Registration, Restriction, RoomId, RoomName, RoomSnapshot, Seq, Snapshot,
    Text, Timestamp, Topic,
};
use rusqlite::{Connection, Row};

use crate::block::signed;
use crate::error::{Damage, Error};
use crate::schema::{key, setting};
use crate::sent_key;

/// Forgets the rooms of which nothing is left, since all was trimmed: they would be listed for
/// ever.
pub(crate) fn forget_empty_rooms(conn: &Connection) -> rusqlite::Result<()> {
    let none = "topic IS NULL AND NOT EXISTS (SELECT 1 FROM block WHERE block.room = room.id)";
    conn.execute(&format!("DELETE FROM room WHERE {none}"), [])?;
    // Another room may be given the number.
    let gone = "room IS NOT NULL AND NOT EXISTS (SELECT 1 FROM room WHERE room.id = notice.room)";
    conn.execute(&format!("DELETE FROM notice WHERE {gone}"), [])?;
    Ok(())
}

/// Everything that the chat starts with.
pub(crate) fn load(conn: &Connection) -> Result<Snapshot, Error> {
    let motd: Option<String> = setting(conn, key::MOTD)?;
    let motd = motd.map(|text| Text::parse(&text).ok_or(Damage::Row("setting")));
    Ok(Snapshot {
        rooms: rooms(conn)?,
        registrations: all(
            conn,
            "SELECT name, password_hash, operator FROM registration",
            [],
            registration,
        )?,
        bans: restrictions(conn, "ban")?,
        mutes: restrictions(conn, "mute")?,
        sent_keys: sent_key::load(conn)?,
        motd: motd.transpose()?,
        locked: setting::<i64>(conn, key::LOCKED)?.is_some(),
    })
}

/// The rooms, and their topics.
pub(crate) fn rooms(conn: &Connection) -> Result<Vec<RoomSnapshot>, Error> {
    let sql = "SELECT id, name, topic, topic_by, topic_at FROM room";
    all(conn, sql, [], room)
}

/// The last place in the one order that a durable event has taken.
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

/// Writes down how far the one order has come, for when the blocks do not say it.
pub(crate) fn set_last_seq(conn: &Connection, last: Seq) -> rusqlite::Result<()> {
    crate::schema::set(conn, key::LAST_SEQ, Some(&signed(last.0)))
}

/// All rows of a query; a row that `read` can make nothing of is damage.
fn all<T>(
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

fn room(row: &Row<'_>) -> rusqlite::Result<Result<RoomSnapshot, Damage>> {
    let damage = Damage::Row("room");
    let (name, text): (String, Option<String>) = (row.get(1)?, row.get(2)?);
    let (by, at): (Option<String>, Option<i64>) = (row.get(3)?, row.get(4)?);
    let topic = match (text, by, at) {
        (None, ..) => Ok(None),
        (Some(text), Some(by), Some(at)) => topic(&text, &by, at).map(Some).ok_or(damage),
        _ => Err(damage),
    };
    let id = RoomId(row.get(0)?);
    Ok(RoomName::parse(&name)
        .map_err(|_| damage)
        .and_then(|name| topic.map(|topic| RoomSnapshot { id, name, topic })))
}

fn topic(text: &str, by: &str, at: i64) -> Option<Topic> {
    Some(Topic {
        text: Text::parse(text)?,
        by: Name::parse(by).ok()?,
        at: Timestamp(at),
    })
}

fn registration(row: &Row<'_>) -> rusqlite::Result<Result<Registration, Damage>> {
    let (name, password_hash): (String, String) = (row.get(0)?, row.get(1)?);
    let rank: i64 = row.get(2)?;
    let name = Name::parse(&name).map_err(|_| Damage::Row("registration"));
    Ok(name.map(|name| Registration {
        name,
        password_hash: password_hash.into(),
        operator: rank != 0,
        appointed: Seq(rank.unsigned_abs()),
    }))
}

fn restrictions(conn: &Connection, kind: &str) -> Result<Vec<Restriction>, Error> {
    let sql =
        "SELECT name, net, until, by, why, reach FROM restriction WHERE kind = ?1 ORDER BY id";
    all(conn, sql, [kind], |row| {
        let (name, net): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
        let until: Option<i64> = row.get(2)?;
        let (by, why): (String, Option<String>) = (row.get(3)?, row.get(4)?);
        let reach: String = row.get(5)?;
        let restriction = reach_from_text(&reach)
            .and_then(|reach| mask(name.as_deref(), net.as_deref(), reach))
            .and_then(|mask| restriction(mask, until, &by, why.as_deref()));
        Ok(restriction.ok_or(Damage::Row("restriction")))
    })
}

pub(crate) fn reach_as_text(reach: Reach) -> &'static str {
    match reach {
        Reach::Either => "either",
        Reach::Block => "block",
        Reach::Both => "both",
    }
}

fn reach_from_text(text: &str) -> Option<Reach> {
    let all = [Reach::Either, Reach::Block, Reach::Both];
    all.into_iter().find(|reach| reach_as_text(*reach) == text)
}

/// The mask of this name and this block, at least one of which must be there.
pub(crate) fn mask(name: Option<&str>, net: Option<&str>, reach: Reach) -> Option<Mask> {
    let name = match name {
        Some(name) => Some(Name::parse(name).ok()?),
        None => None,
    };
    let net = match net {
        Some(net) => Some(Mask::parse(net).ok()?.net?),
        None => None,
    };
    (name.is_some() || net.is_some()).then_some(Mask { name, net, reach })
}

/// A restriction from its columns.
pub(crate) fn restriction(
    mask: Mask,
    until: Option<i64>,
    by: &str,
    why: Option<&str>,
) -> Option<Restriction> {
    let why = match why {
        Some(why) => Some(Text::parse(why)?.into()),
        None => None,
    };
    Some(Restriction {
        mask,
        until: until.map(Timestamp),
        by: Name::parse(by).ok()?,
        why,
    })
}
