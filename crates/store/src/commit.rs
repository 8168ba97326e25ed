//! The writer: one transaction for everything that a turn of the hub decided.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use chinwag_core::{
    Event, Fact, MarkerSet, MetadataOwner, MetadataSet, ModAction, Name, PrivateMessage, RoomId,
    RoomName, Seq, Signal, Text, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, params};

use crate::accounts;
use crate::age::Age;
use crate::audit_log;
use crate::block::{Message, NameCache, signed};
use crate::checkpoint::{Checkpointer, LogState};
use crate::database::{Database, Role};
use crate::deletion;
use crate::drafts::{BlockDraft, Drafts};
use crate::error::{CommitError, Error};
use crate::history_reader::HistoryReader;
use crate::index::Indexer;
use crate::mail;
use crate::metadata;
use crate::movement::{self, Waiting};
use crate::notice;
use crate::private;
use crate::read_marker;
use crate::recent::{self, NewestMessages};
use crate::rules;
use crate::sent_key;
use crate::settings::Retention;
use crate::snapshot;

/// How many rooms are remembered to have a row: somewhat more than a server has at once. Beyond
/// that the memory starts over.
const ROOMS_KNOWN_MAX: usize = 1 << 17;

/// The store's only writer, owned by the thread that decides.
#[derive(Debug)]
pub struct Store {
    pub(crate) database: Database,
    pub(crate) retention: Retention,
    pub(crate) age: Age,
    /// When restrictions that have run out were last deleted.
    pub(crate) swept: Option<Timestamp>,
    /// The lock of its folder, if it has one, held while the store is open.
    lock: Option<File>,
    /// Rooms that are known to have a row. Emptied after a failure, and filled again.
    rooms: HashSet<RoomId>,
    /// How many messages each room has had, for the rooms used so far.
    counts: HashMap<RoomId, u64>,
    drafts: Drafts,
    /// Movements for the next commit.
    pub(crate) waiting: Waiting,
    pub(crate) names: NameCache,
    /// Shared with the [`Checkpointer`].
    log: Arc<LogState>,
}

impl Store {
    pub(crate) fn new(
        database: Database,
        lock: Option<File>,
        retention: Retention,
        age: Age,
        rooms: HashSet<RoomId>,
    ) -> Self {
        Self {
            database,
            retention,
            age,
            swept: None,
            lock,
            rooms,
            counts: HashMap::new(),
            drafts: Drafts::of_messages(),
            waiting: Waiting::default(),
            names: NameCache::default(),
            log: Arc::default(),
        }
    }

    /// Whether its content survives the process.
    pub fn outlives_process(&self) -> bool {
        self.lock.is_some()
    }

    /// Trims by this from now on.
    pub fn set_retention(&mut self, retention: Retention) {
        self.retention = retention;
    }

    /// A connection for reading beside the writer.
    ///
    /// # Errors
    /// [`Error`] if the database cannot be opened again.
    pub fn reader(&self) -> Result<HistoryReader, Error> {
        Ok(HistoryReader::new(self.database.sibling(Role::Reader)?))
    }

    /// A connection for filling the search index beside the writer.
    ///
    /// # Errors
    /// [`Error`] if the database cannot be opened again.
    pub fn indexer(&self) -> Result<Indexer, Error> {
        Ok(Indexer::new(self.database.sibling(Role::Reader)?))
    }

    /// A connection for emptying the write-ahead log beside the writer.
    ///
    /// # Errors
    /// [`Error`] if the database cannot be opened again.
    pub fn checkpointer(&self) -> Result<Checkpointer, Error> {
        let database = self.database.sibling(Role::Checkpointer)?;
        Ok(Checkpointer::new(database, self.log.clone()))
    }

    /// Stores the events of a turn, and the waiting movements: all of them or, if it fails, none.
    /// The events must be durable ([`Fact::is_durable`]), in ascending order, and newer than
    /// everything stored before. `made` returns the name and the creation time of a room that the
    /// store may not have yet.
    ///
    /// When this has returned, the events survive what the store's [`Durability`] says. After a
    /// failure the next call starts afresh, and succeeds once the cause has gone.
    ///
    /// [`Durability`]: crate::Durability
    ///
    /// # Errors
    /// [`CommitError`]; nothing of the batch is stored then.
    ///
    /// # Panics
    /// If something happens in a room that `made` does not know.
    pub fn commit(
        &mut self,
        events: &[Arc<Event>],
        made: &dyn Fn(RoomId) -> Option<(RoomName, Timestamp)>,
    ) -> Result<(), CommitError> {
        let Some(first) = events.first() else {
            return Ok(());
        };
        debug_assert!(events.is_sorted_by_key(|event| event.seq));
        self.make_ready(first.seq)?;
        self.draft(events);
        match self.write(events, made) {
            Ok(has_deleted) => {
                self.remember(has_deleted);
                Ok(())
            }
            Err(error) => {
                self.give_up(&error);
                Err(error.into())
            }
        }
    }

    /// The newest messages of a room, limited in number and in bytes of text.
    ///
    /// # Errors
    /// [`Error`] if they cannot be read.
    pub fn recent(
        &mut self,
        room: RoomId,
        messages_max: usize,
        bytes_max: usize,
    ) -> Result<NewestMessages, Error> {
        let conn = self.database.conn_as_is()?;
        recent::read(conn, room, messages_max, bytes_max, &mut self.names)
    }

    /// Makes sure that the next write goes into the file that the next start will read.
    pub(crate) fn make_ready(&mut self, first: Seq) -> Result<(), CommitError> {
        let (conn, is_new) = self.database.writable()?;
        if !is_new {
            return Ok(());
        }
        // It may be an older copy that was put back, or one that another server has gone on with.
        let is_ahead = snapshot::last_seq(conn)? >= first;
        self.rooms.clear();
        self.counts.clear();
        if is_ahead {
            self.database.close();
            return Err(self.database.gone());
        }
        Ok(())
    }

    fn draft(&mut self, events: &[Arc<Event>]) {
        self.drafts.clear();
        for event in events {
            if let Some((room, message)) = Message::of(event) {
                self.drafts.push(room, &message);
            }
        }
    }

    /// Returns whether something was deleted.
    fn write(
        &mut self,
        events: &[Arc<Event>],
        made: &dyn Fn(RoomId) -> Option<(RoomName, Timestamp)>,
    ) -> rusqlite::Result<bool> {
        let conn = self.database.conn_as_is()?;
        conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let mut turn = TurnWriter {
            conn,
            rooms: &mut self.rooms,
            counts: &mut self.counts,
            made,
        };
        let waiting = self.waiting.drafts().blocks();
        let firsts = [self.drafts.blocks(), waiting]
            .into_iter()
            .flat_map(<[_]>::first);
        let first = firsts.map(|block| block.first).min();
        turn.write_blocks(self.drafts.blocks(), first.unwrap_or_default())?;
        let has_others = events.iter().any(|event| !is_said(event));
        if has_others {
            turn.write_others(events)?;
        }
        movement::write(conn, first.unwrap_or_default(), &self.waiting)?;
        conn.prepare_cached("COMMIT")?.execute([])?;
        Ok(has_others && events.iter().any(|event| deletion::is_one(&event.fact)))
    }

    /// After a commit.
    fn remember(&mut self, has_deleted: bool) {
        self.waiting.clear();
        self.log
            .has_deleted
            .fetch_or(has_deleted, Ordering::Relaxed);
        if self.log.is_long.swap(false, Ordering::Relaxed) {
            // All but the last few pages of the log have been moved, and nobody writes now: this
            // moves those, and the next commit writes from the log's beginning. If it fails, the
            // checkpointer asks again.
            drop(
                self.database
                    .conn_as_is()
                    .and_then(crate::checkpoint::passive),
            );
        }
    }

    /// After a failure: rolls back, and drops what it learned meanwhile.
    pub(crate) fn give_up(&mut self, error: &rusqlite::Error) {
        self.rooms.clear();
        self.counts.clear();
        let rolled_back = self
            .database
            .conn_as_is()
            .and_then(|conn| match conn.is_autocommit() {
                true => Ok(()),
                false => conn.execute_batch("ROLLBACK"),
            });
        if rolled_back.is_err() || !is_passing(error) {
            self.database.close();
        }
    }
}

/// Whether the connection is still good: it was only told that there is no space, or that somebody
/// else is writing.
fn is_passing(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
    matches!(
        error.sqlite_error_code(),
        Some(DatabaseBusy | DatabaseLocked | DiskFull)
    )
}

fn is_said(event: &Event) -> bool {
    matches!(event.fact, Fact::Said { .. })
}

/// What a transaction is written with.
struct TurnWriter<'a> {
    conn: &'a Connection,
    rooms: &'a mut HashSet<RoomId>,
    counts: &'a mut HashMap<RoomId, u64>,
    made: &'a dyn Fn(RoomId) -> Option<(RoomName, Timestamp)>,
}

impl TurnWriter<'_> {
    fn write_blocks(&mut self, blocks: &[BlockDraft], turn: Seq) -> rusqlite::Result<()> {
        if blocks.is_empty() {
            return Ok(());
        }
        let mut insert = self
            .conn
            .prepare_cached("INSERT INTO block VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
        for block in blocks {
            self.ensure_room(block.room)?;
            let before = self.count(block.room)?;
            insert.execute(params![
                signed(block.first.0),
                block.room.0,
                signed(block.last.0),
                signed(turn.0),
                block.first_at.0,
                block.last_at.0,
                signed(before),
                block.count,
                block.body,
            ])?;
            let after = before + u64::from(block.count);
            self.counts.insert(block.room, after);
        }
        Ok(())
    }

    /// Writes everything that is not a message. These are rare, so they may take their time.
    fn write_others(&mut self, events: &[Arc<Event>]) -> rusqlite::Result<()> {
        for event in events {
            match &event.fact {
                Fact::TopicSet { room, by, text, .. } => {
                    self.ensure_room(*room)?;
                    self.set_topic(*room, by, text.as_ref(), event.at)?;
                    notice::write(self.conn, event, Some(*room), by, text.as_ref())?;
                }
                Fact::PrivateMessage(message) => self.write_private_message(event, message)?,
                Fact::Signal(signal) => self.write_signal(event, signal)?,
                Fact::MessageKept(message) => {
                    private::write_kept(self.conn, event, message)?;
                    mail::write(self.conn, event.seq, &message.account)?;
                }
                Fact::PrivateDeleted(deletion) => private::delete(self.conn, deletion)?,
                Fact::MarkerSet(set) => self.write_marker(set)?,
                Fact::AccountChanged(changed) => accounts::write(self.conn, event, changed)?,
                Fact::MetadataSet(set) => self.write_metadata(set)?,
                Fact::KeyUsed(used) => sent_key::write(self.conn, used, event.seq)?,
                Fact::Moderated(entry) => {
                    audit_log::write(self.conn, event, entry)?;
                    if let ModAction::Announce(text) = &entry.act {
                        notice::write(self.conn, event, None, &entry.by, Some(text))?;
                    }
                }
                Fact::RoomFounded { room, owner, .. } => {
                    self.ensure_room(*room)?;
                    rules::found(self.conn, *room, owner.as_ref())?;
                }
                Fact::RoomRetired { room } => {
                    // Or a session that was in it would open it again after a restart.
                    self.ensure_room(*room)?;
                    rules::retire(self.conn, *room)?;
                }
                Fact::RoomRenamed(renamed) => {
                    self.ensure_room(renamed.room)?;
                    rules::rename(self.conn, renamed)?;
                }
                Fact::RoomChanged(change) => {
                    self.ensure_room(change.room)?;
                    rules::write(self.conn, change)?;
                }
                Fact::Deleted(deletion) => deletion::write(self.conn, event.seq, deletion)?,
                fact => debug_assert!(is_said(event), "not durable: {fact:?}"),
            }
        }
        match events.last() {
            Some(last) => snapshot::set_last_seq(self.conn, last.seq),
            None => Ok(()),
        }
    }

    fn write_private_message(
        &mut self,
        event: &Event,
        message: &PrivateMessage,
    ) -> rusqlite::Result<()> {
        private::write(self.conn, event, message)?;
        match &message.accounts.to {
            Some(account) if message.is_mail() => mail::write(self.conn, event.seq, account),
            _ => Ok(()),
        }
    }

    fn write_marker(&mut self, set: &MarkerSet) -> rusqlite::Result<()> {
        if let Some(room) = set.room.filter(|_| set.account.is_some()) {
            self.ensure_room(room)?;
        }
        read_marker::write(self.conn, set)
    }

    fn write_metadata(&mut self, set: &MetadataSet) -> rusqlite::Result<()> {
        if let MetadataOwner::Room(room) = set.owner {
            self.ensure_room(room)?;
        }
        metadata::write(self.conn, set)
    }

    fn write_signal(&mut self, event: &Event, signal: &Signal) -> rusqlite::Result<()> {
        match (signal.room, &signal.to) {
            (Some(room), _) => {
                self.ensure_room(room)?;
                notice::write_signal(self.conn, event, room, signal)
            }
            (None, Some((_, to))) => private::write_signal(self.conn, event, to, signal),
            (None, None) => Ok(()),
        }
    }

    /// Gives a room its row, if it has none.
    fn ensure_room(&mut self, room: RoomId) -> rusqlite::Result<()> {
        if self.rooms.contains(&room) {
            return Ok(());
        }
        let known = (self.made)(room);
        let (name, at) = known.expect("the hub knows every room that something happens in");
        let insert = "INSERT INTO room (id, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        let inserted = self
            .conn
            .prepare_cached(insert)?
            .execute(params![room.0, name.bare()])?;
        if inserted > 0 {
            rules::created(self.conn, room, at)?;
        }
        // Rooms come and go, and nobody tells the store which are gone.
        if self.rooms.len() >= ROOMS_KNOWN_MAX {
            self.rooms.clear();
        }
        self.rooms.insert(room);
        Ok(())
    }

    fn set_topic(
        &self,
        room: RoomId,
        by: &Name,
        text: Option<&Text>,
        at: Timestamp,
    ) -> rusqlite::Result<()> {
        let update = "UPDATE room SET topic = ?2, topic_by = ?3, topic_at = ?4 WHERE id = ?1";
        let text = text.map(|text| &**text);
        let by = text.map(|_| by.as_str());
        let at = text.map(|_| at.0);
        self.conn
            .prepare_cached(update)?
            .execute(params![room.0, text, by, at])?;
        Ok(())
    }

    /// How many messages a room has had, including trimmed ones for as long as any later message
    /// exists.
    fn count(&self, room: RoomId) -> rusqlite::Result<u64> {
        if let Some(&count) = self.counts.get(&room) {
            return Ok(count);
        }
        let newest = "SELECT before + count FROM block WHERE room = ?1
                      ORDER BY first_seq DESC LIMIT 1";
        let mut statement = self.conn.prepare_cached(newest)?;
        let count = statement
            .query_row([room.0], |row| crate::block::unsigned(row, 0))
            .optional()?;
        Ok(count.unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Durability, Location, Opened};
    use chinwag_core::{Manner, PersonId};

    fn said(seq: u64, room: u32) -> Arc<Event> {
        let fact = Fact::Said {
            person: PersonId(0),
            name: Name::parse("lee").expect("a name"),
            room: RoomId(room),
            text: Text::parse(&"word ".repeat(500)).expect("a text"),
            manner: Manner::Speech,
            irc: None,
            account: None,
        };
        let at = Timestamp(0);
        Arc::new(Event {
            seq: Seq(seq),
            at,
            fact,
            source: None,
        })
    }

    fn limit_pages(store: &mut Store, pages: i64) {
        let conn = store.database.conn_as_is().expect("a connection");
        let set: i64 = conn
            .pragma_update_and_check(None, "max_page_count", pages, |row| row.get(0))
            .expect("a limit");
        assert_eq!(set, pages);
    }

    /// The database may not grow, which is what a full disk looks like to SQLite.
    #[track_caller]
    fn check_full(place: Location) {
        let opened = Store::open(place, Durability::Process, Retention::default());
        let Opened { mut store, .. } = opened.expect("a store");
        let made = |room: RoomId| {
            let name = RoomName::parse(&format!("room-{}", room.0)).ok()?;
            Some((name, Timestamp(0)))
        };
        limit_pages(&mut store, 40);
        let mut seq = 1;
        while let Ok(()) = store.commit(&[said(seq, 0)], &made) {
            seq += 1;
        }
        // What waits to go with it waits on.
        let left = Event::clone(&said(seq, 0));
        let left = Event {
            fact: Fact::Left {
                person: PersonId(0),
                name: Name::parse("lee").expect("a name"),
                room: RoomId(0),
                why: None,
                closed_by: None,
                account: None,
            },
            ..left
        };
        assert!(store.note_movement(RoomId(0), &left));
        let seq = seq + 1;
        let turn = [said(seq, 1), said(seq + 1, 0), said(seq + 2, 2)];
        for _ in 0..3 {
            let error = store.commit(&turn, &made).expect_err("it is full");
            assert!(matches!(error, CommitError::Full), "{error}");
            let recent = store
                .recent(RoomId(0), 1_000, usize::MAX)
                .expect("messages");
            assert_eq!(
                (recent.total, recent.events.len() as u64),
                (seq - 2, seq - 2)
            );
            assert!(store.has_movements());
        }
        limit_pages(&mut store, 4_000);
        store.commit(&turn, &made).expect("it is not full any more");
        let totals = [0, 1, 2].map(|room| {
            store
                .recent(RoomId(room), 1, 9_999)
                .expect("messages")
                .total
        });
        assert_eq!(totals, [seq - 1, 1, 1]);
        assert!(!store.has_movements());
    }

    #[test]
    fn a_full_database_keeps_nothing_of_a_turn_and_heals() {
        let folder = tempfile::tempdir().expect("a folder");
        check_full(Location::Folder(folder.path().into()));
        check_full(Location::Memory);
    }
}
