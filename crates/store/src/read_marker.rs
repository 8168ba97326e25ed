//! Read markers of accounts.

use chinwag_core::{MarkerSet, Name, StoredMarker, Timestamp};
use rusqlite::{Connection, params};

use crate::error::{Damage, Error};

/// Writes a marker, if it is an account's.
pub(crate) fn write(conn: &Connection, set: &MarkerSet) -> rusqlite::Result<()> {
    let Some(account) = &set.account else {
        return Ok(());
    };
    if let Some(key) = &set.forgets {
        conn.prepare_cached("DELETE FROM read_marker WHERE account = ?1 AND target = ?2")?
            .execute(params![account.folded(), key])?;
    }
    // Two markers that were decided in one turn may arrive in any order.
    let write = "INSERT INTO read_marker VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET at = max(at, excluded.at)";
    conn.prepare_cached(write)?
        .execute(params![account.folded(), set.key, set.at.0])?;
    Ok(())
}

/// All of them.
pub(crate) fn load(conn: &Connection) -> Result<Vec<StoredMarker>, Error> {
    let sql = "SELECT name, target, at FROM read_marker JOIN account ON folded = account";
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut markers = Vec::new();
    while let Some(row) = rows.next()? {
        let (account, key): (String, String) = (row.get(0)?, row.get(1)?);
        markers.push(StoredMarker {
            account: Name::known(&account).ok_or(Damage::Row("read_marker"))?,
            key: key.into(),
            at: Timestamp(row.get(2)?),
        });
    }
    Ok(markers)
}
