//! The reader: everything that is read from a store beside its writer.
//!
//! A reader is one connection. It never holds up the writer, and readers do not hold up each other,
//! so a server has as many as it wants to answer at once. Each method reads the database only
//! briefly: a long read would keep the write-ahead log from starting over.

use std::path::Path;

use chinwag_core::{
    Account, Conversation, Detail, FoundMessage, HistoryTarget, Name, Range, Restriction, RoomId,
    RoomName, Seq, Timestamp,
};

use crate::accounts;
use crate::audit_log::{self, AuditLine};
use crate::backup::{self, BackupProgress};
use crate::block::NameCache;
use crate::check::{self, CheckReport};
use crate::database::{Database, Role};
use crate::deletion;
use crate::error::{BackupError, Error, OpenError, SearchError};
use crate::export::{self, ExportPage, ExportRange};
use crate::extent::{self, Extent};
use crate::filter::Filter;
use crate::folder;
use crate::lines;
use crate::missed::{self, Absence, Missed};
use crate::notice;
use crate::page::{self, Page};
use crate::places;
use crate::private;
use crate::query::SearchQuery;
use crate::restrictions::{self, BANS, MUTES};
use crate::search::{self, Matches, SCAN_BYTES_MAX};
use crate::search_index::SearchIndex;
use crate::snapshot;
use crate::targets;
use crate::told;
use crate::trimmed;

/// Reads what is stored, beside the writer.
#[derive(Debug)]
pub struct HistoryReader {
    messages: Database,
    index: SearchIndex,
    names: NameCache,
}

impl HistoryReader {
    pub(crate) fn new(messages: Database) -> Self {
        Self {
            index: SearchIndex::beside(&messages),
            messages,
            names: NameCache::default(),
        }
    }

    /// Opens a data folder for reading, with or without a running server. Changes nothing in it.
    ///
    /// # Errors
    /// [`OpenError`], as one sentence for the operator.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        folder::reading(path).map(Self::new)
    }

    /// The file that it reads; `None` for a store in memory.
    pub fn path(&self) -> Option<&Path> {
        self.messages.path()
    }

    /// The rooms that are stored, and their names.
    ///
    /// # Errors
    /// [`Error`] if they cannot be read.
    pub fn rooms(&mut self) -> Result<Vec<(RoomId, RoomName)>, Error> {
        snapshot::rooms(self.messages.conn()?)
    }

    /// The next events of all rooms, or of one: whole turns of the hub, of about `bytes_max` bytes.
    /// The first page begins at `Seq(0)`, the others at [`ExportPage::next`]. A page leaves out what
    /// cannot be read, and says so.
    ///
    /// # Errors
    /// [`Error`] if the database fails, or not even its rooms can be read.
    pub fn export(
        &mut self,
        range: ExportRange,
        from: Seq,
        bytes_max: usize,
    ) -> Result<ExportPage, Error> {
        let conn = self.messages.conn()?;
        // Messages and notices of one state.
        let look = conn.unchecked_transaction()?;
        export::read(&look, range, from, bytes_max, &mut self.names)
    }

    /// Copies the database as it is now to a file that must not exist yet.
    ///
    /// # Errors
    /// [`BackupError`]; no file is left then.
    pub fn backup(
        &mut self,
        path: &Path,
        mut progress: impl FnMut(BackupProgress),
    ) -> Result<(), BackupError> {
        backup::write(self.messages.conn()?, path, &mut progress)
    }

    /// Reads everything and compares it with everything else. Takes minutes for gigabytes.
    ///
    /// # Errors
    /// [`Error`] if the check cannot continue. The report has the faults that it found.
    pub fn check(&mut self) -> Result<CheckReport, Error> {
        check::check(self.messages.conn()?, &mut self.index, &mut self.names)
    }

    /// Another reader of the same store: a connection, which takes a tenth of a millisecond.
    ///
    /// # Errors
    /// [`Error`] if the database cannot be opened again.
    pub fn another(&self) -> Result<Self, Error> {
        Ok(Self::new(self.messages.sibling(Role::Reader)?))
    }

    /// The extent of a room's history: where it begins and ends, and exact counts. If a range has
    /// more than `messages_max` messages, one end is taken, as [`Range`] says. If more than
    /// messages is shown, each line counts as a message.
    ///
    /// # Errors
    /// [`Error`] if messages cannot be read.
    pub fn extent(
        &mut self,
        room: RoomId,
        range: Range,
        messages_max: usize,
        filter: Filter<'_>,
    ) -> Result<Extent, Error> {
        self.extent_until(room, range, Seq(u64::MAX), messages_max, filter)
    }

    /// The same, as if the history ended at a place: the reader sees later messages live.
    ///
    /// # Errors
    /// [`Error`] if messages cannot be read.
    pub fn extent_until(
        &mut self,
        room: RoomId,
        range: Range,
        until: Seq,
        messages_max: usize,
        filter: Filter<'_>,
    ) -> Result<Extent, Error> {
        let conn = self.messages.conn()?;
        // One state of the database for all counts.
        let look = conn.unchecked_transaction()?;
        let find = match filter.detail {
            Detail::Messages => extent::find,
            _ => lines::find,
        };
        let names = &mut self.names;
        find(&look, room, range, until, messages_max, filter, names)
    }

    /// The next whole events of an extent: about `bytes_max` bytes, or a single longer one. The
    /// first page begins at [`Extent::first`], the others at [`Page::next`].
    ///
    /// # Errors
    /// [`Error`] if messages cannot be read.
    pub fn page(
        &mut self,
        room: RoomId,
        from: Seq,
        last: Seq,
        bytes_max: usize,
        filter: Filter<'_>,
    ) -> Result<Page, Error> {
        let absence = Absence {
            rooms: &[(room, Seq(0))],
            private: None,
            until: last,
        };
        self.missed_page(absence, from, bytes_max, filter)
    }

    /// How many messages a person missed: those of each room after its place, and the private ones;
    /// and how many of them retention has deleted. Old deletions are not all known any more.
    ///
    /// # Errors
    /// [`Error`] if messages cannot be read.
    pub fn missed(&mut self, absence: Absence<'_>, filter: Filter<'_>) -> Result<Missed, Error> {
        let conn = self.messages.conn()?;
        // One state of the database, from which nothing is deleted meanwhile.
        let look = conn.unchecked_transaction()?;
        Ok(Missed {
            kept: missed::count(&look, absence, filter, &mut self.names)?,
            gone: trimmed::count(&look, absence.rooms, absence.until)?,
        })
    }

    /// The next events that a person missed, all in the one order. The first page begins at
    /// `Seq(0)`, the others at [`Page::next`].
    ///
    /// # Errors
    /// [`Error`] if messages cannot be read.
    pub fn missed_page(
        &mut self,
        absence: Absence<'_>,
        from: Seq,
        bytes_max: usize,
        filter: Filter<'_>,
    ) -> Result<Page, Error> {
        let conn = self.messages.conn()?;
        page::read(conn, absence, from, bytes_max, filter, &mut self.names)
    }

    /// The newest messages that match the query, as places.
    ///
    /// # Errors
    /// [`SearchError`] if the query is too costly or messages cannot be read. A missing or damaged
    /// index is no error: it only makes the search slower, or incomplete.
    pub fn search(&mut self, query: &SearchQuery) -> Result<Matches, SearchError> {
        let conn = self.messages.conn()?;
        search::search(conn, &mut self.index, query, &mut self.names)
    }

    /// The messages at these ascending places, up to `bytes_max` as in [`page`](Self::page). Leaves
    /// out those that were trimmed meanwhile. The next page begins at the place [`Page::next`].
    ///
    /// # Errors
    /// [`Error`] if messages cannot be read.
    pub fn fetch(&mut self, places: &[(RoomId, Seq)], bytes_max: usize) -> Result<Page, Error> {
        places::read(self.messages.conn()?, places, bytes_max, &mut self.names)
    }

    /// The same for a private history, which has no index: it is read through.
    ///
    /// # Errors
    /// The same as [`search`](Self::search).
    pub fn search_conversation(
        &mut self,
        of: &Conversation,
        query: &SearchQuery,
    ) -> Result<Matches<Seq>, SearchError> {
        let conn = self.messages.conn()?;
        told::search(conn, of, query, &mut self.names, SCAN_BYTES_MAX)
    }

    /// The messages at these places of a private history, like [`fetch`](Self::fetch) for rooms.
    ///
    /// # Errors
    /// [`Error`] if messages cannot be read.
    pub fn fetch_told(
        &mut self,
        of: &Conversation,
        places: &[Seq],
        bytes_max: usize,
    ) -> Result<Page, Error> {
        told::read(self.messages.conn()?, of, places, bytes_max)
    }

    /// Where a message or a signal is and who sent it, if it is stored.
    ///
    /// # Errors
    /// [`Error`] if messages cannot be read.
    pub fn find(&mut self, message: Seq) -> Result<Option<FoundMessage>, Error> {
        let conn = self.messages.conn()?;
        if let Some(said) = deletion::find(conn, message, &mut self.names)? {
            return Ok(Some(said));
        }
        match notice::find_signal(conn, message)? {
            Some(signal) => Ok(Some(signal)),
            None => private::find(conn, message),
        }
    }

    /// The extent of a private history, like [`extent`](Self::extent) for rooms.
    ///
    /// # Errors
    /// [`Error`] if messages cannot be read.
    pub fn conversation(
        &mut self,
        of: &Conversation,
        range: Range,
        messages_max: usize,
        filter: Filter<'_>,
    ) -> Result<Extent, Error> {
        let conn = self.messages.conn()?;
        // One state of the database for all counts.
        let look = conn.unchecked_transaction()?;
        private::Log::new(&look, of, filter, &mut self.names).extent(range, messages_max)
    }

    /// The next messages of an extent of a private history, like [`page`](Self::page) for rooms.
    ///
    /// # Errors
    /// [`Error`] if messages cannot be read.
    pub fn conversation_page(
        &mut self,
        of: &Conversation,
        from: Seq,
        last: Seq,
        bytes_max: usize,
        filter: Filter<'_>,
    ) -> Result<Page, Error> {
        let conn = self.messages.conn()?;
        private::Log::new(conn, of, filter, &mut self.names).page(from, last, bytes_max)
    }

    /// Of these rooms, and of the private histories of an account if there is one, those whose
    /// newest message lies between two times, both exclusive; the oldest first. If there are more
    /// than `targets_max`, those nearer to the first time. Signals count as messages for readers
    /// who see them; private messages that the filter leaves out do not.
    ///
    /// # Errors
    /// [`Error`] if messages cannot be read.
    pub fn targets(
        &mut self,
        account: Option<&Name>,
        rooms: &[RoomId],
        filter: Filter<'_>,
        between: (Timestamp, Timestamp),
        targets_max: usize,
    ) -> Result<Vec<(HistoryTarget, Timestamp)>, Error> {
        let conn = self.messages.conn()?;
        let look = conn.unchecked_transaction()?;
        targets::find(&look, account, rooms, filter, between, targets_max)
    }

    /// The accounts, in alphabetical order.
    ///
    /// # Errors
    /// [`Error`] if they cannot be read.
    pub fn accounts(&mut self) -> Result<Vec<Account>, Error> {
        accounts::load(self.messages.conn()?)
    }

    /// The bans and the mutes, oldest first. Some may have expired.
    ///
    /// # Errors
    /// [`Error`] if they cannot be read.
    pub fn restrictions(&mut self) -> Result<(Vec<Restriction>, Vec<Restriction>), Error> {
        let conn = self.messages.conn()?;
        let bans = restrictions::all(conn, BANS)?;
        Ok((bans, restrictions::all(conn, MUTES)?))
    }

    /// The newest entries of the audit log, or the newest before a place, oldest first; and the
    /// place before which there are older ones, if any.
    ///
    /// # Errors
    /// [`Error`] if the log cannot be read.
    pub fn audit_log(
        &mut self,
        before: Option<Seq>,
        lines_max: usize,
    ) -> Result<(Vec<AuditLine>, Option<Seq>), Error> {
        audit_log::newest(self.messages.conn()?, before, lines_max)
    }
}
