//! The lists of bans and mutes, of the server or of one room.

use chinwag_core::{Mask, Name, Reach, Restriction, RoomId, Text, Timestamp};
use rusqlite::{Connection, Row, params};

use crate::error::{Damage, Error};
use crate::snapshot;

/// One list: what its entries do, and the room that it belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List {
    kind: &'static str,
    room: Option<RoomId>,
}

/// The bans of the server.
pub(crate) const BANS: List = List {
    kind: "ban",
    room: None,
};
/// The mutes of the server.
pub(crate) const MUTES: List = List {
    kind: "mute",
    room: None,
};

impl List {
    /// The same list of one room.
    pub(crate) fn of(self, room: RoomId) -> Self {
        let room = Some(room);
        Self { room, ..self }
    }

    fn room(self) -> Option<u32> {
        self.room.map(|room| room.0)
    }
}

/// The entries of a list of the server, oldest first.
pub(crate) fn all(conn: &Connection, list: List) -> Result<Vec<Restriction>, Error> {
    let sql = "SELECT name, net, until, by, why, reach, at FROM restriction
               WHERE kind = ?1 AND room IS ?2 ORDER BY id";
    snapshot::all(conn, sql, params![list.kind, list.room()], |row| {
        read(row).map(|read| read.ok_or(Damage::Row("restriction")))
    })
}

/// The entries of the lists of all rooms, oldest first; true for a bar.
pub(crate) fn of_rooms(conn: &Connection) -> Result<Vec<(RoomId, bool, Restriction)>, Error> {
    let sql = "SELECT name, net, until, by, why, reach, at, room, kind FROM restriction
               WHERE room IS NOT NULL ORDER BY id";
    snapshot::all(conn, sql, [], |row| {
        let (room, kind): (u32, String) = (row.get(7)?, row.get(8)?);
        let read = read(row)?.ok_or(Damage::Row("restriction"));
        Ok(read.map(|read| (RoomId(room), kind == BANS.kind, read)))
    })
}

/// Adds an entry, which replaces one with the same mask in any case and form.
pub(crate) fn put(
    conn: &Connection,
    list: List,
    restriction: &Restriction,
) -> rusqlite::Result<()> {
    let (name, net) = (restriction.mask.name.as_ref(), net_of(&restriction.mask));
    let folded = name.map(Name::folded);
    let same = "DELETE FROM restriction
                WHERE kind = ?1 AND folded IS ?2 AND net IS ?3 AND room IS ?4";
    conn.prepare_cached(same)?
        .execute(params![list.kind, folded, net, list.room()])?;
    let insert =
        "INSERT INTO restriction (kind, name, folded, net, reach, until, by, why, room, at)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    conn.prepare_cached(insert)?.execute(params![
        list.kind,
        name.map(Name::as_str),
        folded,
        net,
        reach_as_text(restriction.mask.reach),
        restriction.until.map(|until| until.0),
        restriction.by.as_str(),
        restriction.why.as_deref().map(|why| &**why),
        list.room(),
        restriction.at.0,
    ])?;
    Ok(())
}

/// Removes what [`Mask::is_named_by`] finds: a missing part on either side equals nothing.
pub(crate) fn lift(conn: &Connection, list: List, mask: &Mask) -> rusqlite::Result<()> {
    let folded = mask.name.as_ref().map(Name::folded);
    let sql = match folded.is_some() && mask.net.is_some() {
        true => {
            "DELETE FROM restriction
             WHERE kind = ?1 AND folded = ?2 AND net = ?3 AND room IS ?4"
        }
        false => {
            "DELETE FROM restriction
             WHERE kind = ?1 AND (folded = ?2 OR net = ?3) AND room IS ?4"
        }
    };
    conn.prepare_cached(sql)?
        .execute(params![list.kind, folded, net_of(mask), list.room()])?;
    Ok(())
}

fn net_of(mask: &Mask) -> Option<String> {
    mask.net.map(|net| Mask::of_net(net).to_string())
}

fn reach_as_text(reach: Reach) -> &'static str {
    match reach {
        Reach::Either | Reach::Account => "either",
        Reach::Block => "block",
        Reach::Both => "both",
    }
}

fn reach_from_text(text: &str) -> Option<Reach> {
    let all = [Reach::Either, Reach::Block, Reach::Both];
    all.into_iter().find(|reach| reach_as_text(*reach) == text)
}

/// An entry from the columns `name, net, until, by, why, reach, at`; `None` if they make no sense.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<Restriction>> {
    let (name, net): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
    let until: Option<i64> = row.get(2)?;
    let (by, why): (String, Option<String>) = (row.get(3)?, row.get(4)?);
    let (reach, at): (String, i64) = (row.get(5)?, row.get(6)?);
    Ok(reach_from_text(&reach)
        .and_then(|reach| mask(name.as_deref(), net.as_deref(), reach))
        .and_then(|mask| restriction(mask, Timestamp(at), until, &by, why.as_deref())))
}

/// The mask with this name and this block, at least one of which must be present.
pub(crate) fn mask(name: Option<&str>, net: Option<&str>, reach: Reach) -> Option<Mask> {
    let name = match name {
        Some(name) => Some(Name::known(name)?),
        None => None,
    };
    let net = match net {
        Some(net) => Some(Mask::known(net)?.net?),
        None => None,
    };
    (name.is_some() || net.is_some()).then_some(Mask { name, net, reach })
}

/// A restriction from its columns.
pub(crate) fn restriction(
    mask: Mask,
    at: Timestamp,
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
        at,
        by: Name::known(by)?,
        why,
    })
}
