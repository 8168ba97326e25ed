//! The keys of messages that had one. A row for each: such messages come from programs, which say
//! little, and a key must be in the transaction of its message. The column `name` has the owner of
//! the key; rows of older versions have a bare name, which matches no owner today.

use chinwag_core::limits::SENT_KEYS_MAX;
use chinwag_core::{Digest, KeyOwner, KeyUsed, MessageKey, SentKey, Seq};
use rusqlite::{Connection, params};

use crate::block::{signed, unsigned};
use crate::error::{Damage, Error};

/// Writes a key with its message, and forgets the oldest.
pub(crate) fn write(conn: &Connection, used: &KeyUsed, seq: Seq) -> rusqlite::Result<()> {
    let sent = used.sent(seq);
    let insert = "INSERT OR REPLACE INTO sent_key VALUES (?1, ?2, ?3, ?4)";
    conn.prepare_cached(insert)?.execute(params![
        signed(sent.seq.0),
        sent.owner.as_str(),
        sent.key.as_str(),
        sent.digest.0.cast_signed(),
    ])?;
    if let Some(oldest) = used.forgets {
        conn.prepare_cached("DELETE FROM sent_key WHERE seq <= ?1")?
            .execute([signed(oldest.0)])?;
    }
    Ok(())
}

/// The newest keys, oldest first.
pub(crate) fn load(conn: &Connection) -> Result<Vec<SentKey>, Error> {
    let sql = "SELECT seq, name, key, digest FROM sent_key ORDER BY seq DESC LIMIT ?1";
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([SENT_KEYS_MAX as i64])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let (owner, key): (String, String) = (row.get(1)?, row.get(2)?);
        keys.push(SentKey {
            owner: KeyOwner::stored(&owner),
            key: MessageKey::parse(&key).ok_or(Damage::Row("sent_key"))?,
            digest: Digest(row.get::<_, i64>(3)?.cast_unsigned()),
            seq: Seq(unsigned(row, 0)?),
        });
    }
    keys.reverse();
    Ok(keys)
}
