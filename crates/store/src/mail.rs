//! Private messages that an account's people have not been shown yet.

use chinwag_core::{Event, Fact, Name, Seq};
use rusqlite::{Connection, params};

use crate::block::signed;
use crate::commit::Store;
use crate::error::{CommitError, Damage, Error};
use crate::private;

/// Marks a stored message to an account as not shown yet.
pub(crate) fn write(conn: &Connection, seq: Seq, account: &Name) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO kept_message VALUES (?1, ?2)")?
        .execute(params![signed(seq.0), account.folded()])?;
    Ok(())
}

/// All of them, oldest first.
pub(crate) fn load(conn: &Connection) -> Result<Vec<Event>, Error> {
    let sql = format!(
        "SELECT {} FROM kept_message JOIN private_message AS m USING (seq) ORDER BY seq",
        private::COLUMNS
    );
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut kept = Vec::new();
    while let Some(row) = rows.next()? {
        let event = private::event(row)?.and_then(as_kept);
        kept.push(event.ok_or(Damage::Row("kept_message"))?);
    }
    Ok(kept)
}

fn as_kept(event: Event) -> Option<Event> {
    let Fact::PrivateMessage(message) = &event.fact else {
        return None;
    };
    Some(Event {
        fact: Fact::MessageKept(Box::new(message.as_kept()?)),
        ..event
    })
}

impl Store {
    /// Forgets the messages to these accounts up to these places, which were shown. All or nothing.
    ///
    /// # Errors
    /// [`CommitError`]; after a restart they are then shown again.
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
