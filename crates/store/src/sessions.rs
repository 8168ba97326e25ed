//! What sessions leave behind: the settings of registered names, and lost sessions that can be resumed.
//!
//! Both are texts that the caller writes and reads; the store knows whose they are and until when.
//! A code is stored as its hash, since a copy of the database must not let anybody in.

use chinwag_core::{Name, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::commit::Store;
use crate::error::{CommitError, Damage, Error};

/// A lost session.
#[derive(Clone, Debug, PartialEq)]
pub struct Resumable {
    /// The hash of the code that resumes it.
    pub code_hash: [u8; 32],
    /// The person's name, which is reserved meanwhile.
    pub name: Name,
    /// Until when it can be resumed.
    pub until: Timestamp,
    /// Rooms, places, settings and the like.
    pub text: String,
}

impl Store {
    /// Stores what a registered name has set, or forgets it.
    ///
    /// # Errors
    /// [`CommitError`]; what was stored before is still there then.
    pub fn set_profile(&mut self, name: &Name, text: Option<&str>) -> Result<(), CommitError> {
        self.write_sessions(|conn| {
            match text {
                Some(text) => conn
                    .prepare_cached("INSERT OR REPLACE INTO profile VALUES (?1, ?2)")?
                    .execute(params![name.folded(), text])?,
                None => conn
                    .prepare_cached("DELETE FROM profile WHERE folded = ?1")?
                    .execute([name.folded()])?,
            };
            Ok(())
        })
    }

    /// What a registered name has set.
    ///
    /// # Errors
    /// [`Error`] if it cannot be read.
    pub fn profile(&mut self, name: &Name) -> Result<Option<String>, Error> {
        let conn = self.database.conn_as_is()?;
        let mut statement = conn.prepare_cached("SELECT text FROM profile WHERE folded = ?1")?;
        let text = statement.query_row([name.folded()], |row| row.get(0));
        Ok(text.optional()?)
    }

    /// Stores lost sessions and forgets those of other codes, all or nothing: one that was resumed has
    /// another code, and the old one is good no more.
    ///
    /// # Errors
    /// [`CommitError`]; nothing has changed then.
    pub fn change_resumables(
        &mut self,
        lost: &[Resumable],
        ended: &[[u8; 32]],
    ) -> Result<(), CommitError> {
        self.write_sessions(|conn| {
            let mut delete = conn.prepare_cached("DELETE FROM resumable WHERE code_hash = ?1")?;
            for code_hash in ended {
                delete.execute([code_hash])?;
            }
            let insert = "INSERT OR REPLACE INTO resumable VALUES (?1, ?2, ?3, ?4)";
            let mut insert = conn.prepare_cached(insert)?;
            for session in lost {
                let (name, until) = (session.name.as_str(), session.until.0);
                insert.execute(params![session.code_hash, name, until, session.text])?;
            }
            Ok(())
        })
    }

    /// The lost sessions that can still be resumed. Forgets the others.
    ///
    /// # Errors
    /// [`Error`] if they cannot be read.
    pub fn resumables(&mut self, now: Timestamp) -> Result<Vec<Resumable>, Error> {
        let conn = self.database.conn_as_is()?;
        conn.prepare_cached("DELETE FROM resumable WHERE until <= ?1")?
            .execute([now.0])?;
        let sql = "SELECT code_hash, name, until, text FROM resumable ORDER BY until";
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut sessions = Vec::new();
        while let Some(row) = rows.next()? {
            let name: String = row.get(1)?;
            sessions.push(Resumable {
                code_hash: row.get(0)?,
                name: Name::parse(&name).map_err(|_| Damage::Row("resumable"))?,
                until: Timestamp(row.get(2)?),
                text: row.get(3)?,
            });
        }
        Ok(sessions)
    }

    /// One transaction beside those of turns.
    fn write_sessions(
        &mut self,
        write: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<(), CommitError> {
        // It has no place in the one order, so that no file can be ahead of it.
        self.make_ready(Seq(u64::MAX))?;
        let written = self.database.conn_as_is().and_then(|conn| {
            let transaction = conn.unchecked_transaction()?;
            write(&transaction)?;
            transaction.commit()
        });
        written.map_err(|error| {
            self.give_up(&error);
            error.into()
        })
    }
}
