//! Private messages that are kept for accounts, until they are shown.

use chinwag_core::{Event, Fact, KeptMessage, NOBODY, Name, Seq, Text, Timestamp};
use rusqlite::{Connection, Row, params};

use crate::block::signed;
use crate::commit::Store;
use crate::error::{CommitError, Damage, Error};

pub(crate) fn write(
    conn: &Connection,
    event: &Event,
    message: &KeptMessage,
) -> rusqlite::Result<()> {
    let insert = "INSERT INTO kept_message VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    conn.prepare_cached(insert)?.execute(params![
        signed(event.seq.0),
        message.account.folded(),
        event.at.0,
        message.from_name.as_str(),
        message.to_name.as_str(),
        &*message.text,
    ])?;
    Ok(())
}

/// All of them, oldest first.
pub(crate) fn load(conn: &Connection) -> Result<Vec<Event>, Error> {
    let sql = "SELECT seq, at, name, sender, recipient, text
               FROM kept_message JOIN account ON folded = account ORDER BY seq";
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut kept = Vec::new();
    while let Some(row) = rows.next()? {
        kept.push(read(row)?.ok_or(Damage::Row("kept_message"))?);
    }
    Ok(kept)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Option<Event>> {
    let seq = Seq(row.get::<_, i64>(0)?.unsigned_abs());
    let at = Timestamp(row.get(1)?);
    let name = |column| row.get(column).map(|name: String| Name::known(&name));
    let (account, from_name, to_name) = (name(2)?, name(3)?, name(4)?);
    let text = Text::stored(&row.get::<_, String>(5)?);
    let message = || {
        Some(KeptMessage {
            from: NOBODY,
            from_name: from_name?,
            account: account?,
            to_name: to_name?,
            text: text?,
        })
    };
    Ok(message().map(|message| Event {
        seq,
        at,
        fact: Fact::MessageKept(Box::new(message)),
        source: None,
    }))
}

impl Store {
    /// Forgets the messages for these accounts up to these places: they were shown. All or nothing.
    ///
    /// # Errors
    /// [`CommitError`]; they are shown once more after a restart then.
    pub fn forget_kept(&mut self, shown: &[(Name, Seq)]) -> Result<(), CommitError> {
        self.write_beside(|conn| {
            let delete = "DELETE FROM kept_message WHERE account = ?1 AND seq <= ?2";
            let mut delete = conn.prepare_cached(delete)?;
            for (account, seq) in shown {
                delete.execute(params![account.folded(), signed(seq.0)])?;
            }
            Ok(())
        })
    }
}
