//! The rules of single rooms: settings and standings as rows, bars and mutes as restrictions.

use std::collections::{HashMap, HashSet};

use chinwag_core::{
    Glob, Held, KeptRules, MaskKind, Matched, Name, RoomAct, RoomChange, RoomId, RoomMask,
    RoomPassword, RoomRenamed, RoomSetting, Standing, Timestamp,
};
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Row, ToSql, params};

use crate::error::{Damage, Error};
use crate::restrictions::{self, BANS, MUTES};
use crate::snapshot;

/// The keys of the table `room_setting`.
mod key {
    pub(super) const CLOSED: &str = "closed";
    pub(super) const PASSWORD: &str = "password";
    pub(super) const LIMIT: &str = "limit";
    pub(super) const MODERATED: &str = "moderated";
    pub(super) const HIDDEN: &str = "hidden";
    pub(super) const GUARDS_TOPIC: &str = "guards_topic";
    pub(super) const OUTSIDERS: &str = "outsiders";
    pub(super) const REGISTERED: &str = "registered";
    pub(super) const ENCRYPTED: &str = "encrypted";
    pub(super) const NO_CTCP: &str = "no_ctcp";
    /// When the room was created: no setting, but stored with them, whatever the room's settings
    /// are.
    pub(super) const CREATED: &str = "created";
}

/// The rules of all rooms that have some.
pub(crate) fn all(conn: &Connection) -> Result<HashMap<RoomId, KeptRules>, Error> {
    let mut all: HashMap<RoomId, KeptRules> = HashMap::new();
    let sql = "SELECT room, key, value FROM room_setting WHERE key <> 'created'";
    for (room, setting) in snapshot::all(conn, sql, [], setting)? {
        all.entry(room).or_default().settings.set(&setting);
    }
    let sql = "SELECT room, name, standing, voiced FROM room_standing";
    for (room, name, held) in snapshot::all(conn, sql, [], standing)? {
        let rules = all.entry(room).or_default();
        rules.standings.push((name, held));
    }
    for (room, is_bar, restriction) in restrictions::of_rooms(conn)? {
        let rules = all.entry(room).or_default();
        match is_bar {
            true => rules.bars.push(restriction),
            false => rules.mutes.push(restriction),
        }
    }
    let sql = "SELECT room, kind, account, mask, by, at FROM room_mask ORDER BY at";
    for (room, mask) in snapshot::all(conn, sql, [], mask)? {
        all.entry(room).or_default().masks.push(mask);
    }
    Ok(all)
}

fn setting(row: &Row<'_>) -> rusqlite::Result<Result<(RoomId, RoomSetting), Damage>> {
    let (room, key): (u32, String) = (row.get(0)?, row.get(1)?);
    let damage = Damage::Row("room_setting");
    let setting = match key.as_str() {
        key::CLOSED => RoomSetting::Closed(true),
        key::MODERATED => RoomSetting::Moderated(true),
        key::HIDDEN => RoomSetting::Hidden(true),
        key::GUARDS_TOPIC => RoomSetting::GuardsTopic(true),
        key::OUTSIDERS => RoomSetting::Outsiders(true),
        key::REGISTERED => RoomSetting::Registered(true),
        key::ENCRYPTED => RoomSetting::Encrypted(true),
        key::NO_CTCP => RoomSetting::NoCtcp(true),
        key::LIMIT => RoomSetting::Limit(Some(row.get(2)?)),
        key::PASSWORD => {
            let word: String = row.get(2)?;
            match RoomPassword::parse(&word) {
                Ok(password) => RoomSetting::Password(Some(password)),
                Err(_) => return Ok(Err(damage)),
            }
        }
        _ => return Ok(Err(damage)),
    };
    Ok(Ok((RoomId(room), setting)))
}

fn standing(row: &Row<'_>) -> rusqlite::Result<Result<(RoomId, Name, Held), Damage>> {
    let (room, name, standing): (u32, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let found = Standing::named(&standing);
    let voiced = row.get(3)?;
    let held = found.map(|standing| Held { standing, voiced });
    Ok(Name::known(&name)
        .zip(held)
        .map(|(name, held)| (RoomId(room), name, held))
        .ok_or(Damage::Row("room_standing")))
}

/// Writes what a moderator did, if it outlives the visit of the person concerned.
pub(crate) fn write(conn: &Connection, change: &RoomChange) -> rusqlite::Result<()> {
    let room = change.room;
    match &change.act {
        RoomAct::Set(settings) => settings
            .iter()
            .try_for_each(|setting| set(conn, room, setting)),
        RoomAct::Stand {
            account: Some(account),
            standing,
            ..
        } => stand(conn, room, account, *standing),
        RoomAct::Eject {
            account: Some(account),
            ..
        } => stand(conn, room, account, None),
        RoomAct::Stand { .. }
        | RoomAct::Eject { .. }
        | RoomAct::Removed { .. }
        | RoomAct::Passing
        | RoomAct::StillInside { .. }
        | RoomAct::Listed { .. } => Ok(()),
        RoomAct::Own { voiced } => stand(conn, room, &change.by, Some(Held::owner(*voiced))),
        RoomAct::Bar(bar) => restrictions::put(conn, BANS.of(room), bar),
        RoomAct::Unbar(mask) => restrictions::lift(conn, BANS.of(room), mask),
        RoomAct::Mute(mute) => restrictions::put(conn, MUTES.of(room), mute),
        RoomAct::Unmute(mask) => restrictions::lift(conn, MUTES.of(room), mask),
        RoomAct::Mask { mask, on } => set_mask(conn, room, mask, *on),
    }
}

pub(crate) const KINDS: [(MaskKind, &str); 5] = [
    (MaskKind::Ban, "ban"),
    (MaskKind::Mute, "mute"),
    (MaskKind::Exception, "exception"),
    (MaskKind::MuteException, "mute_exception"),
    (MaskKind::Invitation, "invitation"),
];

fn set_mask(conn: &Connection, room: RoomId, mask: &RoomMask, on: bool) -> rusqlite::Result<()> {
    let mut kinds = KINDS.iter().filter(|(kind, _)| *kind == mask.kind);
    let kind = kinds.next().map(|(_, kind)| *kind);
    let (is_account, glob) = match &mask.matched {
        Matched::Source(glob) => (false, glob),
        Matched::Account(glob) => (true, glob),
    };
    let key = params![room.0, kind, is_account, glob.as_str()];
    let delete = "DELETE FROM room_mask WHERE (room, kind, account, mask) = (?1, ?2, ?3, ?4)";
    conn.prepare_cached(delete)?.execute(key)?;
    if on {
        let insert = "INSERT INTO room_mask VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let by = mask.by.as_str();
        let row = params![room.0, kind, is_account, glob.as_str(), by, mask.at.0];
        conn.prepare_cached(insert)?.execute(row)?;
    }
    Ok(())
}

fn mask(row: &Row<'_>) -> rusqlite::Result<Result<(RoomId, RoomMask), Damage>> {
    let (kind, glob, by): (String, String, String) = (row.get(1)?, row.get(3)?, row.get(4)?);
    let kind = KINDS.into_iter().find(|(_, word)| *word == kind);
    let (Some((kind, _)), Some(by)) = (kind, Name::known(&by)) else {
        return Ok(Err(Damage::Row("room_mask")));
    };
    let glob = Glob::new(&glob);
    let matched = match row.get(2)? {
        false => Matched::Source(glob),
        true => Matched::Account(glob),
    };
    let at = Timestamp(row.get(5)?);
    let mask = RoomMask {
        kind,
        matched,
        by,
        at,
    };
    Ok(Ok((RoomId(row.get(0)?), mask)))
}

fn set(conn: &Connection, room: RoomId, setting: &RoomSetting) -> rusqlite::Result<()> {
    let on = |on: bool| on.then_some(ToSqlOutput::from(1));
    let (key, value) = match setting {
        RoomSetting::Closed(is) => (key::CLOSED, on(*is)),
        RoomSetting::Password(password) => {
            let word = password.as_ref().map(RoomPassword::reveal);
            (key::PASSWORD, word.map(ToSqlOutput::from))
        }
        RoomSetting::Limit(limit) => (key::LIMIT, limit.map(ToSqlOutput::from)),
        RoomSetting::Moderated(is) => (key::MODERATED, on(*is)),
        RoomSetting::Hidden(is) => (key::HIDDEN, on(*is)),
        RoomSetting::GuardsTopic(is) => (key::GUARDS_TOPIC, on(*is)),
        RoomSetting::Outsiders(is) => (key::OUTSIDERS, on(*is)),
        RoomSetting::Registered(is) => (key::REGISTERED, on(*is)),
        RoomSetting::Encrypted(is) => (key::ENCRYPTED, on(*is)),
        RoomSetting::NoCtcp(is) => (key::NO_CTCP, on(*is)),
    };
    match value {
        Some(value) => {
            let value: &dyn ToSql = &value;
            conn.prepare_cached("INSERT OR REPLACE INTO room_setting VALUES (?1, ?2, ?3)")?
                .execute(params![room.0, key, value])?
        }
        None => conn
            .prepare_cached("DELETE FROM room_setting WHERE room = ?1 AND key = ?2")?
            .execute(params![room.0, key])?,
    };
    Ok(())
}

/// Writes when a room was made.
pub(crate) fn created(conn: &Connection, room: RoomId, at: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO room_setting VALUES (?1, ?2, ?3)")?
        .execute(params![room.0, key::CREATED, at.0])?;
    Ok(())
}

fn stand(
    conn: &Connection,
    room: RoomId,
    account: &Name,
    held: Option<Held>,
) -> rusqlite::Result<()> {
    match held {
        Some(held) => conn
            .prepare_cached("INSERT OR REPLACE INTO room_standing VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                room.0,
                account.folded(),
                account.as_str(),
                held.standing.as_str(),
                held.voiced
            ])?,
        None => conn
            .prepare_cached("DELETE FROM room_standing WHERE room = ?1 AND folded = ?2")?
            .execute(params![room.0, account.folded()])?,
    };
    Ok(())
}

/// Deletes the rules of a room, which has another owner or none from now on.
pub(crate) fn found(conn: &Connection, room: RoomId, owner: Option<&Name>) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM room_setting WHERE room = ?1 AND key <> 'created'")?
        .execute([room.0])?;
    for table in ["room_standing", "restriction", "room_mask", "room_metadata"] {
        let sql = format!("DELETE FROM {table} WHERE room = ?1");
        conn.prepare_cached(&sql)?.execute([room.0])?;
    }
    match owner {
        Some(owner) => stand(conn, room, owner, Some(Held::owner(false))),
        None => Ok(()),
    }
}

/// Marks a room as gone for good. Its topic goes with it; nobody can read what was said there any
/// more, until retention deletes it.
pub(crate) fn retire(conn: &Connection, room: RoomId) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE room SET retired = 1 WHERE id = ?1")?
        .execute([room.0])?;
    found(conn, room, None)
}

/// Gives a room another name.
pub(crate) fn rename(conn: &Connection, renamed: &RoomRenamed) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE room SET name = ?2 WHERE id = ?1")?
        .execute(params![renamed.room.0, renamed.new.bare()])?;
    Ok(())
}

/// The rooms that are gone for good.
pub(crate) fn retired_rooms(conn: &Connection) -> Result<HashSet<RoomId>, Error> {
    rooms(conn, "SELECT id FROM room WHERE retired")
}

/// The rooms that may keep somebody out, including retired ones: what was said there is not for
/// everybody.
pub(crate) fn private_rooms(conn: &Connection) -> Result<HashSet<RoomId>, Error> {
    let sql = "SELECT id FROM room WHERE retired
               UNION SELECT room FROM room_setting
                     WHERE key IN ('closed', 'password', 'hidden', 'registered', 'encrypted')
               UNION SELECT room FROM restriction WHERE room IS NOT NULL AND kind = 'ban'
               UNION SELECT room FROM room_mask WHERE kind = 'ban'";
    rooms(conn, sql)
}

fn rooms(conn: &Connection, sql: &str) -> Result<HashSet<RoomId>, Error> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| row.get(0).map(RoomId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chinwag_core::RoomSettings;

    /// Every key that makes a room private is one that the query above names.
    #[test]
    fn what_is_private_is_left_out_of_a_search() {
        let word = RoomPassword::parse("word").ok();
        let all = [
            RoomSetting::Closed(true),
            RoomSetting::Password(word),
            RoomSetting::Limit(Some(3)),
            RoomSetting::Moderated(true),
            RoomSetting::Hidden(true),
            RoomSetting::GuardsTopic(true),
            RoomSetting::Outsiders(true),
            RoomSetting::Registered(true),
            RoomSetting::Encrypted(true),
            RoomSetting::NoCtcp(true),
        ];
        let conn = Connection::open_in_memory().expect("a database");
        conn.execute_batch(
            "CREATE TABLE room (id INTEGER PRIMARY KEY, retired INTEGER);
             CREATE TABLE restriction (room INTEGER, kind TEXT);
             CREATE TABLE room_mask (room INTEGER, kind TEXT);
             CREATE TABLE room_setting (room INTEGER, key TEXT, value ANY, PRIMARY KEY (room, key));",
        )
        .expect("tables");
        for (id, setting) in (1..).zip(&all) {
            set(&conn, RoomId(id), setting).expect("it is written");
            let mut settings = RoomSettings::default();
            settings.set(setting);
            let is_left_out = private_rooms(&conn).expect("rooms").contains(&RoomId(id));
            assert_eq!(is_left_out, settings.is_private(), "{setting:?}");
        }
    }
}
