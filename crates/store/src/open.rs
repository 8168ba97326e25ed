//! Opening a store: the schema, and the state that an earlier run left.

use chinwag_core::{Seq, Snapshot};
use rusqlite::Connection;

use crate::age::Age;
use crate::checkpoint;
use crate::commit::Store;
use crate::database::{Address, Database, Role};
use crate::error::OpenError;
use crate::folder::{self, Failure};
use crate::schema::{self, MigrationError};
use crate::settings::{Durability, Location, Retention};
use crate::snapshot;

/// A store, and the state that an earlier run left in it.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Store,
    /// What the chat starts with.
    pub snapshot: Snapshot,
    /// The first free place in the one order: after all that are stored or were reserved.
    pub next_seq: Seq,
}

impl Store {
    /// Opens the store, creates it if it does not exist, and brings it up to date.
    ///
    /// # Errors
    /// [`OpenError`], as one sentence for the user who starts the server.
    pub fn open(
        place: Location,
        durability: Durability,
        retention: Retention,
    ) -> Result<Opened, OpenError> {
        let (address, lock) = match place {
            Location::Folder(folder) => folder::prepare(&folder)?,
            Location::Memory => (folder::memory(), None),
        };
        let role = Role::Writer(durability);
        let opened = open_database(&address, role).map_err(|error| error.at(&address))?;
        let (database, snapshot, (next_seq, age)) = opened;
        let rooms = snapshot.rooms.iter().map(|room| room.id).collect();
        Ok(Opened {
            store: Self::new(database, lock, retention, age, rooms),
            snapshot,
            next_seq,
        })
    }
}

fn open_database(
    address: &Address,
    role: Role,
) -> Result<(Database, Snapshot, (Seq, Age)), Failure> {
    let sqlite = |error| Failure::Migration(MigrationError::Sqlite(error));
    let mut conn: Connection = address.connect(role, true).map_err(sqlite)?;
    schema::migrate(&mut conn).map_err(Failure::Migration)?;
    snapshot::forget_freed_names(&conn)?;
    // A run that was killed may have left a log with a deleted text. Nobody writes yet, so nobody
    // has to wait.
    let (pages, moved) = checkpoint::passive(&conn)?;
    checkpoint::empty(&conn, pages, moved)?;
    let snapshot = snapshot::load(&conn).map_err(Failure::Load)?;
    let next_seq = snapshot::next_seq(&conn)?;
    let age = Age::new(snapshot::age(&conn)?, snapshot::newest(&conn)?);
    let database = Database::new(address.clone(), role, conn)?;
    Ok((database, snapshot, (next_seq, age)))
}
