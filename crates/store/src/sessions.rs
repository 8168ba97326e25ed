//! What sessions leave behind: the settings of registered names, and the sessions that can be
//! resumed, including those that were connected when the process was killed.
//!
//! Both are texts that the caller writes and reads; the store knows whose they are and until when.
//! A code is stored as its hash, so that a copy of the database lets nobody in.

use chinwag_core::{Name, RoomId, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::block::signed;
use crate::commit::Store;
use crate::error::{CommitError, Damage, Error};
use crate::movement;
use crate::schema::{self, key};
use crate::snapshot;

/// A session that can be resumed.
#[derive(Clone, Debug, PartialEq)]
pub struct Resumable {
    /// The hash of the code that resumes it, or a number and a part of the hash: rows with
    /// consecutive numbers share pages.
    pub code_hash: [u8; 32],
    /// The person's name, which is reserved meanwhile.
    pub name: Name,
    /// Until when it can be resumed; the greatest time while it is connected.
    pub until: Timestamp,
    /// Rooms, places, settings and the like.
    pub text: String,
}

/// What has changed about sessions and profiles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionChanges {
    /// Sessions to be stored.
    pub sessions: Vec<Resumable>,
    /// The hashes of codes that are no longer valid: of sessions that were resumed or have ended.
    pub ended: Vec<[u8; 32]>,
    /// What registered names have set.
    pub profiles: Vec<(Name, String)>,
    /// How far all connected sessions have come, as the caller writes it.
    pub mark: Option<String>,
    /// No room of a later run gets a number below this one: the texts name rooms by number.
    pub next_room: Option<RoomId>,
    /// Rooms that were closed, since nothing is left of them.
    pub closed: Vec<RoomId>,
    /// Whether to write the waiting movements as well. Every decision before them in the order must
    /// have been committed.
    pub movements: bool,
}

impl SessionChanges {
    /// Whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Store {
    /// The settings of a registered name.
    ///
    /// # Errors
    /// [`Error`] if they cannot be read.
    pub fn profile(&mut self, name: &Name) -> Result<Option<String>, Error> {
        let conn = self.database.conn_as_is()?;
        let mut statement = conn.prepare_cached("SELECT text FROM profile WHERE folded = ?1")?;
        let text = statement.query_row([name.folded()], |row| row.get(0));
        Ok(text.optional()?)
    }

    /// Whether a room was removed or given up. Unknown, and so false, if nothing is left of it.
    ///
    /// # Errors
    /// [`Error`] if it cannot be read.
    pub fn is_retired(&mut self, room: RoomId) -> Result<bool, Error> {
        let conn = self.database.conn_as_is()?;
        let mut statement = conn.prepare_cached("SELECT retired FROM room WHERE id = ?1")?;
        let retired = statement.query_row([room.0], |row| row.get(0));
        Ok(retired.optional()?.unwrap_or(false))
    }

    /// Forgets the rooms of which nothing is left and that are not open: nobody comes back to them.
    /// Opening the store does not, since only the caller knows which sessions may.
    ///
    /// # Errors
    /// [`CommitError`]; nothing has changed then.
    pub fn forget_empty_rooms(
        &mut self,
        is_open: &dyn Fn(RoomId) -> bool,
    ) -> Result<(), CommitError> {
        self.write_beside(|conn| snapshot::forget_empty_rooms(conn, is_open))
    }

    /// Stores sessions and profiles, and deletes those that have ended: all or nothing.
    ///
    /// # Errors
    /// [`CommitError`]; nothing has changed then.
    pub fn change_sessions(&mut self, changes: &SessionChanges) -> Result<(), CommitError> {
        let waiting = changes.movements.then(|| std::mem::take(&mut self.waiting));
        let written = self.write_beside(|conn| {
            if let Some(waiting) = &waiting {
                movement::write_alone(conn, waiting)?;
            }
            let mut delete = conn.prepare_cached("DELETE FROM resumable WHERE code_hash = ?1")?;
            for code_hash in &changes.ended {
                delete.execute([code_hash])?;
            }
            let insert = "INSERT OR REPLACE INTO resumable VALUES (?1, ?2, ?3, ?4)";
            let mut insert = conn.prepare_cached(insert)?;
            for session in &changes.sessions {
                let (name, until) = (session.name.as_str(), session.until.0);
                insert.execute(params![session.code_hash, name, until, session.text])?;
            }
            let mut profile =
                conn.prepare_cached("INSERT OR REPLACE INTO profile VALUES (?1, ?2)")?;
            for (name, text) in &changes.profiles {
                profile.execute(params![name.folded(), text])?;
            }
            snapshot::forget_closed(conn, &changes.closed)?;
            if let Some(next_room) = changes.next_room {
                snapshot::reserve_rooms(conn, next_room)?;
            }
            match &changes.mark {
                Some(mark) => schema::set(conn, key::SESSIONS, Some(mark)),
                None => Ok(()),
            }
        });
        if let Some(waiting) = waiting.filter(|_| written.is_err()) {
            self.waiting = waiting;
        }
        written
    }

    /// The sessions that can still be resumed, and the mark. Deletes the others.
    ///
    /// # Errors
    /// [`Error`] if they cannot be read.
    pub fn sessions(&mut self, now: Timestamp) -> Result<(Vec<Resumable>, Option<String>), Error> {
        self.forget_sessions(now)?;
        let conn = self.database.conn_as_is()?;
        let sql = "SELECT code_hash, name, until, text FROM resumable ORDER BY until";
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut sessions = Vec::new();
        while let Some(row) = rows.next()? {
            let name: String = row.get(1)?;
            sessions.push(Resumable {
                code_hash: row.get(0)?,
                name: Name::known(&name).ok_or(Damage::Row("resumable"))?,
                until: Timestamp(row.get(2)?),
                text: row.get(3)?,
            });
        }
        Ok((sessions, schema::setting(conn, key::SESSIONS)?))
    }

    /// Deletes the sessions that can no longer be resumed.
    ///
    /// # Errors
    /// [`Error`] if they cannot be deleted.
    pub fn forget_sessions(&mut self, now: Timestamp) -> Result<(), Error> {
        let conn = self.database.conn_as_is()?;
        conn.prepare_cached("DELETE FROM resumable WHERE until <= ?1")?
            .execute([now.0])?;
        Ok(())
    }

    /// Frees the writer's page cache, which fills again when needed: after a crowd it holds many
    /// pages that nobody needs.
    pub fn release_pages(&mut self) {
        // If this fails, so will the next use of the connection, which reports it.
        drop(
            self.database
                .conn_as_is()
                .and_then(Connection::release_memory),
        );
    }

    /// Makes sure that the places in the one order before `next` are not given again when the store
    /// is reopened.
    ///
    /// # Errors
    /// [`CommitError`] if it cannot be written; then nothing has changed.
    pub fn reserve_seqs(&mut self, next: Seq) -> Result<(), CommitError> {
        self.write_beside(|conn| schema::set(conn, key::NEXT_SEQ, Some(&signed(next.0))))
    }

    /// A transaction outside the turns.
    pub(crate) fn write_beside(
        &mut self,
        write: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<(), CommitError> {
        // It has no place in the one order, so no file can be ahead of it.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Durability, Location, Opened, Retention};

    /// What the pages of the writer say is seen by what it says of them once they are others in the file.
    #[test]
    fn pages_that_are_released_are_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Location::Folder(folder.path().into());
        let opened = Store::open(place, Durability::Process, Retention::default());
        let Opened { mut store, .. } = opened.expect("a store");
        let sessions = SessionChanges {
            sessions: vec![Resumable {
                code_hash: [7; 32],
                name: Name::parse("lee").expect("a name"),
                until: Timestamp(1),
                text: "rooms and places".to_owned(),
            }],
            ..SessionChanges::default()
        };
        store.change_sessions(&sessions).expect("it is written");
        let read = |store: &mut Store| {
            let conn = store.database.conn_as_is().expect("a connection");
            let text = "SELECT text FROM resumable";
            conn.query_row(text, (), |row| row.get::<_, String>(0))
        };
        let conn = store.database.conn_as_is().expect("a connection");
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()))
            .expect("a checkpoint");
        read(&mut store).expect("a session");
        let file = folder.path().join("messages.db");
        let mut bytes = std::fs::read(&file).expect("the database");
        bytes[4096..].fill(0xff);
        std::fs::write(&file, bytes).expect("it can be written");
        read(&mut store).expect("it has the pages");
        store.release_pages();
        read(&mut store).expect_err("it reads those of the file");
    }
}
