//! The metadata of accounts and rooms: a row for each key.

use chinwag_core::{
    MetadataChange, MetadataKey, MetadataOwner, MetadataSet, MetadataValue, Name, RoomId,
};
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Row, params};

use crate::error::{Damage, Error};
use crate::snapshot::all;

/// Writes changes. A guest's are nobody's concern here.
pub(crate) fn write(conn: &Connection, set: &MetadataSet) -> rusqlite::Result<()> {
    let (table, column, owner) = match &set.owner {
        MetadataOwner::Account(account) => {
            let folded = ToSqlOutput::from(account.name().folded());
            ("account_metadata", "account", folded)
        }
        MetadataOwner::Room(room) => ("room_metadata", "room", ToSqlOutput::from(room.0)),
        MetadataOwner::Guest(_) => return Ok(()),
    };
    let insert = format!("INSERT OR REPLACE INTO {table} VALUES (?1, ?2, ?3)");
    let delete = format!("DELETE FROM {table} WHERE {column} = ?1 AND key = ?2");
    for (key, value) in &*set.changes {
        match value {
            Some(value) => conn.prepare_cached(&insert)?.execute(params![
                owner,
                key.as_str(),
                value.as_str()
            ])?,
            None => conn
                .prepare_cached(&delete)?
                .execute(params![owner, key.as_str()])?,
        };
    }
    Ok(())
}

/// All metadata of existing accounts, and of rooms that were not given up.
pub(crate) fn load(conn: &Connection) -> Result<Vec<(MetadataOwner, MetadataChange)>, Error> {
    let sql = "SELECT account.name, key, value FROM account_metadata
               JOIN account ON account.folded = account_metadata.account";
    let mut entries = all(conn, sql, [], of_account)?;
    let sql = "SELECT room, key, value FROM room_metadata
               JOIN room ON room.id = room AND NOT room.retired";
    entries.extend(all(conn, sql, [], of_room)?);
    Ok(entries)
}

fn of_account(row: &Row<'_>) -> rusqlite::Result<Result<(MetadataOwner, MetadataChange), Damage>> {
    let name: String = row.get(0)?;
    let owner = Name::known(&name).map(|name| MetadataOwner::account(&name));
    Ok(owner
        .zip(change(row)?)
        .ok_or(Damage::Row("account_metadata")))
}

fn of_room(row: &Row<'_>) -> rusqlite::Result<Result<(MetadataOwner, MetadataChange), Damage>> {
    let owner = MetadataOwner::Room(RoomId(row.get(0)?));
    let change = change(row)?.map(|change| (owner, change));
    Ok(change.ok_or(Damage::Row("room_metadata")))
}

fn change(row: &Row<'_>) -> rusqlite::Result<Option<MetadataChange>> {
    let (key, value): (String, String) = (row.get(1)?, row.get(2)?);
    let value = MetadataValue::parse(&value);
    Ok(MetadataKey::parse(&key)
        .zip(value)
        .map(|(key, value)| (key, Some(value))))
}
