//! Fills the search index, behind the hub's back: `search.db`, which can be deleted at any time.
//!
//! Indexing inside the database of messages would make some commits twenty times as long. So the
//! index is a file of its own, filled in small steps while the chat is calm, with a mark of how far
//! it is. It holds no text, only which words are in which message (a *contentless* FTS5 table,
//! whose row numbers are the messages' places in the one order). The room and the sender are words
//! too: otherwise a search of a quiet room would look at every message with the word.

use std::fs;
use std::path::PathBuf;

use chinwag_core::Seq;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::block::{Block, NameCache, block_columns, signed, unsigned};
use crate::checkpoint;
use crate::database::{Address, Database, FileId, Paths, file_id};
use crate::deletion::{self, DELETIONS_MAX};
use crate::error::{Error, is_damage};
use crate::folder::make_private;
use crate::snapshot;
use crate::words::write_words;

/// The file's name, beside the database of messages.
const SEARCH: &str = "search.db";

/// Increased whenever the tables, or the definition of a word, change. An index of another version
/// is rebuilt.
const VERSION: i64 = 3;

/// The tokenizer accepts words as [`write_words`] makes them: every character that is not ASCII
/// belongs to a word, and ASCII is lower case already. Names have three other characters.
const TABLES: &str = "
CREATE VIRTUAL TABLE words USING fts5(
    body, sender, room,
    content = '', contentless_delete = 1, tokenize = \"ascii tokenchars '-_.'\"
);
CREATE TABLE mark (
    store TEXT NOT NULL, upto INTEGER NOT NULL, deletions INTEGER NOT NULL
) STRICT;
";

/// Bytes of the index's write-ahead log that stay allocated.
const WAL_BYTES_KEPT: i64 = 16 << 20;

/// How many trimmed messages one step removes from the index.
const SWEEP_MAX: i64 = 500;

/// What a step has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexed {
    /// How many messages the index has now and did not have before.
    pub messages: usize,
    /// Whether nothing is left to do.
    pub caught_up: bool,
}

/// Fills the search index, beside the writer.
#[derive(Debug)]
pub struct Indexer {
    messages: Database,
    /// `None` for a store in memory: its searches look at all messages.
    index: Option<Index>,
    names: NameCache,
}

/// The file, and the connection to it.
#[derive(Debug)]
struct Index {
    paths: Paths,
    store: String,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    conn: Connection,
    file: Option<FileId>,
    mark: Seq,
    /// Messages trimmed before this place have been removed.
    swept: Seq,
    /// Messages deleted by events up to this one have been removed.
    deletions: Seq,
    /// The log may have words that were removed.
    has_deleted: bool,
}

/// Where the index of a store is; `None` for a store in memory.
pub(crate) fn path_of(messages: &Database) -> Option<PathBuf> {
    match messages.address() {
        Address::File(paths) => Some(paths.main.with_file_name(SEARCH)),
        Address::Memory(_) => None,
    }
}

/// The mark of an index: it has all messages up to this one. `None` if it belongs to another
/// version or another store.
pub(crate) fn mark_of(conn: &Connection, store: &str) -> rusqlite::Result<Option<Seq>> {
    if crate::schema::pragma(conn, "user_version")? != VERSION {
        return Ok(None);
    }
    conn.prepare_cached("SELECT upto FROM mark WHERE store = ?1")?
        .query_row([store], |row| unsigned(row, 0).map(Seq))
        .optional()
}

impl Indexer {
    pub(crate) fn new(messages: Database) -> Self {
        let index = path_of(&messages).map(|path| Index {
            paths: Paths::new(path),
            store: messages.store().to_owned(),
            open: None,
        });
        let mut indexer = Self {
            messages,
            index,
            names: NameCache::default(),
        };
        // An index that is ahead of the messages, because an old copy of them was put back, must be
        // noticed before there are new ones. Any other error will come up in the first step.
        drop(indexer.step(0));
        indexer
    }

    /// Indexes about `messages_max` messages, and removes trimmed ones. It reads whole turns of the
    /// hub, so there may be as many more as one turn had. Rebuilds the index if it is missing,
    /// damaged or of another version.
    ///
    /// # Errors
    /// [`Error`] if messages cannot be read or the index cannot be written. Searches still find
    /// what is not in the index.
    pub fn step(&mut self, messages_max: usize) -> Result<Indexed, Error> {
        let Some(index) = &mut self.index else {
            return Ok(Indexed {
                messages: 0,
                caught_up: true,
            });
        };
        let conn = self.messages.conn()?;
        let open = index.open(snapshot::last_seq(conn)?)?;
        let turns = Turns::read(conn, open.mark, messages_max)?;
        let oldest = oldest(conn)?.unwrap_or(open.mark.next());
        // Read after the messages, so it includes what was deleted meanwhile.
        let deleted = deletion::since(conn, open.deletions)?;
        let written = open.write(&turns, oldest, deleted, &mut self.names);
        let written = written.and_then(|is_done| Ok(open.empty_log()? && is_done));
        if let Err(error) = &written {
            match is_damage(error) {
                true => index.delete(),
                false => index.open = None,
            }
        }
        Ok(Indexed {
            messages: turns.messages,
            caught_up: written? && turns.are_all,
        })
    }
}

impl Indexer {
    /// Ends the work: removes what was deleted, and truncates the index's log unless another
    /// process reads it.
    ///
    /// # Errors
    /// [`Error`] if it fails. Nothing is lost by that.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.step(0)?;
        if let Some(open) = self.index.as_mut().and_then(|index| index.open.as_mut()) {
            open.has_deleted = true;
            open.empty_log()?;
        }
        Ok(())
    }
}

/// The oldest stored message.
fn oldest(conn: &Connection) -> rusqlite::Result<Option<Seq>> {
    let sql = "SELECT first_seq FROM block ORDER BY first_seq LIMIT 1";
    conn.prepare_cached(sql)?
        .query_row([], |row| unsigned(row, 0).map(Seq))
        .optional()
}

/// The next messages for the index.
struct Turns {
    blocks: Vec<Block>,
    messages: usize,
    are_all: bool,
}

impl Turns {
    /// Reads whole turns after the mark until there are this many messages: the blocks of a turn
    /// overlap, so a mark within a turn would mean nothing.
    fn read(conn: &Connection, mark: Seq, messages_max: usize) -> rusqlite::Result<Self> {
        let sql = concat!(
            "SELECT ",
            block_columns!(),
            " FROM block WHERE first_seq > ?1 ORDER BY first_seq"
        );
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query([signed(mark.0)])?;
        let mut turns = Self {
            blocks: Vec::new(),
            messages: 0,
            are_all: true,
        };
        while let Some(row) = rows.next()? {
            let block = Block::read(row)?;
            let same_turn = turns
                .blocks
                .last()
                .is_some_and(|last| last.turn == block.turn);
            if turns.messages >= messages_max && !same_turn {
                turns.are_all = false;
                break;
            }
            turns.messages += usize::try_from(block.count).unwrap_or(0);
            turns.blocks.push(block);
        }
        Ok(turns)
    }
}

impl Index {
    /// The index, opened or rebuilt. It must not be ahead of the messages.
    fn open(&mut self, last: Seq) -> rusqlite::Result<&mut Open> {
        let is_usable = |open: &Open| {
            open.mark <= last && open.file.is_some() && open.file == file_id(&self.paths.main)
        };
        let open = match self.open.take().filter(is_usable) {
            Some(open) => open,
            None => match self.find().map(|found| found.filter(is_usable)) {
                Ok(Some(open)) => open,
                Ok(None) => self.make()?,
                Err(error) if is_damage(&error) => self.make()?,
                Err(error) => return Err(error),
            },
        };
        Ok(self.open.insert(open))
    }

    /// The existing index, if it belongs to this store and version.
    fn find(&self) -> rusqlite::Result<Option<Open>> {
        let conn = self.connect()?;
        let Some(mark) = mark_of(&conn, &self.store)? else {
            return Ok(None);
        };
        let sql = "SELECT deletions FROM mark";
        let deletions = conn.query_row(sql, [], |row| unsigned(row, 0).map(Seq))?;
        Ok(Some(self.opened(conn, mark, deletions)))
    }

    fn make(&mut self) -> rusqlite::Result<Open> {
        self.delete();
        let mut conn = self.connect()?;
        let transaction = conn.transaction()?;
        transaction.execute_batch(TABLES)?;
        transaction.execute("INSERT INTO mark VALUES (?1, 0, 0)", [&self.store])?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()?;
        Ok(self.opened(conn, Seq(0), Seq(0)))
    }

    fn opened(&self, conn: Connection, mark: Seq, deletions: Seq) -> Open {
        Open {
            conn,
            file: file_id(&self.paths.main),
            mark,
            swept: Seq(0),
            deletions,
            has_deleted: true,
        }
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        // If it cannot be made, opening it says why.
        drop(make_private(&self.paths.main));
        let conn = Connection::open_with_flags(&self.paths.main, flags)?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "NORMAL")?;
        conn.pragma_update(None, "journal_size_limit", WAL_BYTES_KEPT)?;
        Ok(conn)
    }

    /// Deletes the files. If one remains, rebuilding the index reports why.
    fn delete(&mut self) {
        self.open = None;
        for path in [&self.paths.main, &self.paths.wal, &self.paths.shm] {
            drop(fs::remove_file(path));
        }
    }
}

impl Open {
    /// Truncates the log if it may have removed words. Returns whether it has none now.
    fn empty_log(&mut self) -> rusqlite::Result<bool> {
        if self.has_deleted {
            let (pages, moved) = checkpoint::passive(&self.conn)?;
            self.has_deleted = !checkpoint::empty(&self.conn, pages, moved)?;
        }
        Ok(!self.has_deleted)
    }

    /// Adds messages, and removes deleted ones and those before `oldest`. Returns whether nothing is
    /// left to remove.
    fn write(
        &mut self,
        turns: &Turns,
        oldest: Seq,
        (deleted, deletions): (Vec<i64>, Seq),
        names: &mut NameCache,
    ) -> rusqlite::Result<bool> {
        let is_swept = self.swept >= oldest;
        if turns.blocks.is_empty() && is_swept && deleted.is_empty() {
            return Ok(true);
        }
        let transaction = self.conn.transaction()?;
        let mut mark = self.mark;
        for block in &turns.blocks {
            insert(&transaction, block, names)?;
            mark = mark.max(block.last);
        }
        for message in &deleted {
            let sql = "DELETE FROM words WHERE rowid = ?1";
            transaction.prepare_cached(sql)?.execute([message])?;
        }
        transaction.execute(
            "UPDATE mark SET upto = ?1, deletions = ?2",
            [signed(mark.0), signed(deletions.0)],
        )?;
        let swept = match is_swept {
            true => true,
            false => sweep(&transaction, oldest)?,
        };
        transaction.commit()?;
        (self.mark, self.deletions) = (mark, deletions);
        self.has_deleted |= !deleted.is_empty();
        if swept {
            self.swept = oldest;
        }
        Ok(swept && deleted.len() < DELETIONS_MAX)
    }
}

/// Adds the messages of a block. Nobody can read a damaged one, so nobody has to find it.
fn insert(conn: &Connection, block: &Block, names: &mut NameCache) -> rusqlite::Result<()> {
    let sql = "INSERT INTO words (rowid, body, sender, room) VALUES (?1, ?2, ?3, ?4)";
    let mut statement = conn.prepare_cached(sql)?;
    let mut words = String::new();
    for message in block.messages().unwrap_or_default() {
        if message.is_gap() {
            continue;
        }
        words.clear();
        write_words(message.text, &mut words);
        let sender = names.parse(message.name);
        let sender = sender.as_ref().map(|name| name.folded());
        statement.execute(params![
            signed(message.seq.0),
            words,
            sender,
            block.room.0.to_string()
        ])?;
    }
    Ok(())
}

/// Removes some messages before `oldest`. Returns whether none is left.
fn sweep(conn: &Connection, oldest: Seq) -> rusqlite::Result<bool> {
    let sql = "DELETE FROM words WHERE rowid IN
               (SELECT rowid FROM words WHERE rowid < ?1 LIMIT ?2)";
    let deleted = conn
        .prepare_cached(sql)?
        .execute(params![signed(oldest.0), SWEEP_MAX])?;
    Ok(deleted as i64 != SWEEP_MAX)
}
