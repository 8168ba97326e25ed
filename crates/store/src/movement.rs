//! Movements: who came, left, came back or changed name, and what moderators did, which history
//! shows between messages on request.
//!
//! They are shown before they are stored, and no commit waits for them: the writer gathers them in
//! memory and stores them with the next commit, or with what the hub writes once a second. What a
//! room gathered until then is one row, a block like those of messages, with ranks separate from
//! theirs, so that message counts ignore movements. Each commit takes everything gathered before
//! it, so that the stored order has no gaps: a reader who has read up to a place never misses
//! anything written later.
//!
//! ```text
//! body     = version movement*
//! movement = seq at fields
//! fields   = varint: bytes; then a number for the kind, and what that has (see `put` and `take`)
//! ```
//!
//! A crowd that was shown as one line is stored as that line. No index of this table is unique, so
//! none of its rows can make a commit fail.

mod fields;

use chinwag_core::{Event, RoomId, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::block::{Block, NameCache, signed, unsigned};
use crate::commit::Store;
use crate::drafts::{Drafts, take_place};
use crate::encoding::take_varint;
use crate::error::{Damage, Error};
use crate::snapshot;

const VERSION: u8 = 1;

/// Bytes of movements that wait for a commit. More wait only while the store cannot write.
const WAITING_BYTES_MAX: usize = 4 << 20;

/// Bytes that a movement costs besides its fields, roughly.
const ENTRY_BYTES: usize = 64;

/// Blocks that one step of trimming deletes.
const BLOCKS_MAX: i64 = 64;

/// Movements that are not written yet.
#[derive(Debug)]
pub(crate) struct Waiting {
    drafts: Drafts,
    bytes: usize,
    /// The newest.
    pub(crate) last: Seq,
    /// Kept for its memory.
    fields: Vec<u8>,
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            drafts: Drafts::of_version(VERSION),
            bytes: 0,
            last: Seq::default(),
            fields: Vec::new(),
        }
    }
}

impl Waiting {
    pub(crate) fn is_empty(&self) -> bool {
        self.drafts.blocks().is_empty()
    }

    /// What waits, a block for each room.
    pub(crate) fn drafts(&self) -> &Drafts {
        &self.drafts
    }

    /// It is written.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Adds a movement. Returns whether there was space.
    fn add(&mut self, room: RoomId, event: &Event) -> bool {
        self.fields.clear();
        fields::put(&mut self.fields, &event.fact);
        if self.fields.is_empty() || event.seq < self.last {
            return true;
        }
        let bytes = self.bytes + self.fields.len() + ENTRY_BYTES;
        if bytes > WAITING_BYTES_MAX {
            return false;
        }
        (self.bytes, self.last) = (bytes, event.seq);
        self.drafts.put(room, event.seq, event.at, &self.fields);
        true
    }
}

impl Store {
    /// Takes in a movement that a room is shown. The next commit writes it, or
    /// [`change_sessions`](Self::change_sessions) if told to. Returns whether there was space:
    /// while the store cannot write, some wait and later ones are not stored.
    pub fn note_movement(&mut self, room: RoomId, event: &Event) -> bool {
        self.waiting.add(room, event)
    }

    /// Whether movements wait to be written.
    pub fn has_movements(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Drops the waiting movements of rooms that have gone.
    pub fn forget_movements(&mut self, rooms: &[RoomId]) {
        self.waiting.drafts.forget(rooms);
    }
}

/// The place of a movement within a block, and its undecoded fields.
#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    seq: Seq,
    at: Timestamp,
    fields: &'a [u8],
}

impl Block {
    fn entries(&self) -> Option<Vec<Entry<'_>>> {
        let (&version, mut rest) = self.body.split_first()?;
        if version != VERSION {
            return None;
        }
        let count = usize::try_from(self.count).ok()?;
        let mut entries = Vec::with_capacity(count.min(rest.len() / 4));
        let (mut seq, mut at) = (self.first, self.first_at);
        while !rest.is_empty() {
            (seq, at) = take_place(&mut rest, seq, at)?;
            let bytes = usize::try_from(take_varint(&mut rest)?).ok()?;
            let (fields, tail) = rest.split_at_checked(bytes)?;
            rest = tail;
            entries.push(Entry { seq, at, fields });
        }
        (entries.len() == count && count > 0 && seq == self.last).then_some(entries)
    }

    /// The places and times of its movements, oldest first.
    ///
    /// # Errors
    /// [`Damage::Block`] if the body is invalid.
    pub(crate) fn movement_places(&self) -> Result<Vec<(Seq, Timestamp)>, Damage> {
        let entries = self.entries().ok_or(Damage::Block(self.first))?;
        Ok(entries.iter().map(|entry| (entry.seq, entry.at)).collect())
    }

    /// Its movements between two places, both inclusive, oldest first.
    ///
    /// # Errors
    /// [`Damage::Block`] if one of them makes no sense.
    pub(crate) fn movements(
        &self,
        from: Seq,
        to: Seq,
        names: &mut NameCache,
    ) -> Result<Vec<Event>, Error> {
        let damage = Damage::Block(self.first);
        let entries = self.entries().ok_or(damage)?;
        let wanted = entries
            .iter()
            .filter(|entry| from <= entry.seq && entry.seq <= to);
        let event = |entry: &Entry<'_>| {
            let fact = fields::take(entry.fields, self.room, entry.at, names)?;
            Some(Event {
                seq: entry.seq,
                at: entry.at,
                fact,
                source: None,
            })
        };
        let events = wanted.map(event).collect::<Option<_>>();
        Ok(events.ok_or(damage)?)
    }
}

/// The rows, from a turn on, that may have something of these times: the first, and the first after
/// them.
///
/// Found by binary search, since an index would cost every commit a page.
pub(crate) fn rows(
    conn: &Connection,
    turn: Seq,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
) -> rusqlite::Result<(i64, i64)> {
    let mut turn = signed(turn.0);
    if let Some(since) = since {
        // A movement of that time may be in any row of the turn before.
        let row = halve(conn, |_, first_at| first_at < since.0)?;
        let sql = "SELECT turn FROM movement WHERE id < ?1 ORDER BY id DESC LIMIT 1";
        let mut statement = conn.prepare_cached(sql)?;
        let before: Option<i64> = statement.query_row([row], |row| row.get(0)).optional()?;
        turn = turn.max(before.unwrap_or(0));
    }
    let first = halve(conn, |first_seq, _| first_seq < turn)?;
    let end = match until {
        Some(until) => halve(conn, |_, first_at| first_at < until.0)?,
        None => i64::MAX,
    };
    Ok((first, end))
}

/// The first row for which `is_before` is false, given that it is true for all rows before.
/// `is_before` gets the first place and time of a row.
fn halve(conn: &Connection, is_before: impl Fn(i64, i64) -> bool) -> rusqlite::Result<i64> {
    let ends = "SELECT (SELECT min(id) FROM movement), (SELECT max(id) FROM movement)";
    let ends: (Option<i64>, Option<i64>) = conn
        .prepare_cached(ends)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(mut low), Some(high)) = ends else {
        return Ok(i64::MAX);
    };
    let mut high = high + 1;
    let from = "SELECT id, first_seq, first_at FROM movement WHERE id >= ?1 ORDER BY id LIMIT 1";
    let mut statement = conn.prepare_cached(from)?;
    while low < high {
        let middle = low + (high - low) / 2;
        let row: Option<(i64, i64, i64)> = statement
            .query_row([middle], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        match row {
            Some((id, first_seq, first_at)) if is_before(first_seq, first_at) => low = id + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

/// The oldest rows to delete.
pub(crate) struct Oldest {
    row: i64,
    /// The place at which the last of them ends.
    pub(crate) last: i64,
    /// Whether there may be more to delete.
    pub(crate) more: bool,
}

/// The oldest rows that end up to a place, as many as one step deletes.
pub(crate) fn oldest(conn: &Connection, last: i64) -> rusqlite::Result<Option<Oldest>> {
    oldest_while(conn, |last_seq, _| last_seq <= last)
}

/// The last place of the newest row that is older than a time; of the newest row, without a time.
pub(crate) fn last_before(
    conn: &Connection,
    time: Option<Timestamp>,
) -> rusqlite::Result<Option<i64>> {
    let is_old = |at: i64| time.is_none_or(|time| at < time.0);
    let oldest = oldest_while(conn, |_, last_at| is_old(last_at))?;
    Ok(oldest.map(|oldest| oldest.last))
}

fn oldest_while(
    conn: &Connection,
    is_old: impl Fn(i64, i64) -> bool,
) -> rusqlite::Result<Option<Oldest>> {
    let sql = "SELECT id, last_seq, last_at FROM movement ORDER BY id LIMIT ?1";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([BLOCKS_MAX])?;
    let (mut oldest, mut count): (Option<Oldest>, _) = (None, 0);
    while let Some(row) = rows.next()? {
        let (id, last_seq, last_at) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if !is_old(last_seq, last_at) {
            break;
        }
        count += 1;
        // Rows of one turn overlap.
        let last = oldest.map_or(last_seq, |before| before.last.max(last_seq));
        let more = count == BLOCKS_MAX;
        oldest = Some(Oldest {
            row: id,
            last,
            more,
        });
    }
    Ok(oldest)
}

/// Forgets these rows.
pub(crate) fn trim(conn: &Connection, oldest: &Oldest) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM movement WHERE id <= ?1")?
        .execute([oldest.row])?;
    Ok(())
}

/// Deletes the movements of rooms of which nothing else is left. `#lobby` always stays.
pub(crate) fn forget_of_gone(conn: &Connection, room: Option<RoomId>) -> rusqlite::Result<()> {
    let all = "DELETE FROM movement WHERE room <> 0 AND room NOT IN (SELECT id FROM room)";
    match room {
        None => conn.execute(all, [])?,
        Some(room) => {
            let sql = format!("{all} AND room = ?1");
            conn.prepare_cached(&sql)?.execute([room.0])?
        }
    };
    Ok(())
}

/// Writes what waits, as part of a turn.
pub(crate) fn write(conn: &Connection, turn: Seq, waiting: &Waiting) -> rusqlite::Result<()> {
    if waiting.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO movement (room, first_seq, last_seq, turn, first_at, last_at, before, count, body)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let mut insert = conn.prepare_cached(sql)?;
    for block in waiting.drafts.blocks() {
        insert.execute(params![
            block.room.0,
            signed(block.first.0),
            signed(block.last.0),
            signed(turn.0),
            block.first_at.0,
            block.last_at.0,
            signed(count(conn, block.room)?),
            block.count,
            block.body,
        ])?;
    }
    let last = snapshot::last_seq(conn)?.max(waiting.last);
    snapshot::set_last_seq(conn, last)
}

/// Writes what waits, by itself.
pub(crate) fn write_alone(conn: &Connection, waiting: &Waiting) -> rusqlite::Result<()> {
    match waiting.drafts.blocks().first() {
        Some(first) => write(conn, first.first, waiting),
        None => Ok(()),
    }
}

/// How many movements a room has had, including trimmed ones for as long as any later one exists.
fn count(conn: &Connection, room: RoomId) -> rusqlite::Result<u64> {
    let newest = "SELECT before + count FROM movement WHERE room = ?1
                  ORDER BY first_seq DESC LIMIT 1";
    let mut statement = conn.prepare_cached(newest)?;
    let count = statement.query_row([room.0], |row| unsigned(row, 0));
    Ok(count.optional()?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chinwag_core::{Fact, NOBODY, Name, QuitReason, Text};
    use proptest::prelude::*;

    fn block() -> Block {
        let name = |name: &str| Name::parse(name).expect("a name");
        let joined = Fact::Joined {
            person: NOBODY,
            name: name("ann"),
            room: RoomId(1),
            here: 300,
        };
        let crowd = Fact::PresenceSummary {
            room: RoomId(1),
            joined: 14,
            left: 3,
            who: None,
            why: Some(QuitReason::Kicked {
                by: name("op"),
                why: Text::parse("spam").map(Into::into),
            }),
            here: 11,
        };
        let mut waiting = Waiting::default();
        for (seq, fact) in [(5, joined), (9, crowd)] {
            let event = Event {
                seq: Seq(seq),
                at: Timestamp(1_000 - seq as i64),
                fact,
                source: None,
            };
            assert!(waiting.add(RoomId(1), &event));
        }
        Block::of_draft(&waiting.drafts.blocks()[0])
    }

    fn read(block: &Block) -> Option<usize> {
        let events = block.movements(Seq(0), Seq(u64::MAX), &mut NameCache::default());
        events.map(|events| events.len()).ok()
    }

    #[test]
    fn damage_is_noticed() {
        let good = block();
        assert_eq!(read(&good), Some(2));
        for cut in 0..good.body.len() {
            let body = good.body[..cut].to_vec();
            let cut = Block {
                body,
                ..good.clone()
            };
            assert_eq!(read(&cut), None);
            assert!(cut.movement_places().is_err());
        }
        let more = Block {
            body: [&good.body[..], &[0]].concat(),
            ..good.clone()
        };
        assert_eq!(read(&more), None);
    }

    proptest! {
        /// Whatever stands in the file, it is movements or damage.
        #[test]
        fn any_bytes_are_read(at in 0usize..60, byte: u8, body in prop::collection::vec(any::<u8>(), 0..60)) {
            let mut changed = block();
            let at = at % changed.body.len();
            changed.body[at] = byte;
            read(&changed);
            read(&Block { body: [&[VERSION][..], &body].concat(), ..block() });
            let fact = fields::take(&body, RoomId(1), Timestamp(0), &mut NameCache::default());
            prop_assert!(fact.is_none_or(|fact| fact.is_movement()));
        }
    }
}
