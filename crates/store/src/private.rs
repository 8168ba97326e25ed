//! Private messages: the histories of accounts with one another and with guests.
//!
//! A message is one row, and a row of `conversation` for each account in whose history it stands: that of
//! a guest has none, since its name may be another person's tomorrow. So each side's history is one
//! stretch of an index, and ends with its account.

use chinwag_core::{
    Conversation, Correspondents, Event, Fact, FoundMessage, IrcForm, KeptMessage, Manner, NOBODY,
    Name, PrivateDeletion, PrivateMessage, Range, Seq, Text, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::block::{Names, manner_as_number, manner_of, signed, unsigned};
use crate::error::{Damage, Error};
use crate::extent::Extent;
use crate::filter::Filter;
use crate::page::Page;
use crate::room_log::behind;

/// A message as it is written.
struct Draft<'a> {
    sender: &'a Name,
    recipient: &'a Name,
    accounts: (Option<&'a Name>, Option<&'a Name>),
    /// Whether the receiver is to have it.
    is_heard: bool,
    manner: Manner,
    text: &'a Text,
    irc: Option<&'a IrcForm>,
}

/// Writes a message that somebody here was told.
pub(crate) fn write(
    conn: &Connection,
    event: &Event,
    message: &PrivateMessage,
) -> rusqlite::Result<()> {
    let Correspondents { from, to } = &message.accounts;
    let draft = Draft {
        sender: &message.from_name,
        recipient: &message.to_name,
        accounts: (from.as_ref(), to.as_ref()),
        is_heard: !message.ignored,
        manner: message.manner,
        text: &message.text,
        irc: message.irc.as_deref(),
    };
    draft.write(conn, event)
}

/// Writes a message that is kept until the people of an account are here.
pub(crate) fn write_kept(
    conn: &Connection,
    event: &Event,
    message: &KeptMessage,
) -> rusqlite::Result<()> {
    let draft = Draft {
        sender: &message.from_name,
        recipient: &message.to_name,
        accounts: (Some(&message.from_account), Some(&message.account)),
        is_heard: true,
        manner: message.manner,
        text: &message.text,
        irc: message.irc.as_deref(),
    };
    draft.write(conn, event)
}

impl Draft<'_> {
    fn write(&self, conn: &Connection, event: &Event) -> rusqlite::Result<()> {
        let insert = "INSERT INTO private_message VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let (from, to) = self.accounts;
        conn.prepare_cached(insert)?.execute(params![
            signed(event.seq.0),
            event.at.0,
            self.sender.as_str(),
            from.map(Name::as_str),
            self.recipient.as_str(),
            to.map(Name::as_str),
            signed(manner_as_number(self.manner)),
            &**self.text,
            self.irc.and_then(|irc| irc.text.as_deref()),
            self.irc.and_then(|irc| irc.tags.as_deref()),
        ])?;
        let sides = [
            (from, to.unwrap_or(self.recipient)),
            (to.filter(|_| self.is_heard), from.unwrap_or(self.sender)),
        ];
        // What people of one account tell each other stands in its history once.
        let insert = "INSERT OR IGNORE INTO conversation VALUES (?1, ?2, ?3, ?4)";
        let mut insert = conn.prepare_cached(insert)?;
        for (account, with) in sides {
            if let Some(account) = account {
                let place = (signed(event.seq.0), event.at.0);
                insert.execute(params![account.folded(), with.folded(), place.0, place.1])?;
            }
        }
        Ok(())
    }
}

/// Deletes a message, and what its text took is overwritten.
pub(crate) fn delete(conn: &Connection, deletion: &PrivateDeletion) -> rusqlite::Result<()> {
    conn.pragma_update(None, "secure_delete", true)?;
    for table in ["private_message", "conversation", "kept_message"] {
        let delete = format!("DELETE FROM {table} WHERE seq = ?1");
        conn.prepare_cached(&delete)?
            .execute([signed(deletion.message.0)])?;
    }
    conn.pragma_update(None, "secure_delete", false)
}

/// Deletes the histories of an account that has ended. What others had from it stays theirs.
pub(crate) fn end_account(conn: &Connection, account: &Name) -> rusqlite::Result<()> {
    let orphans = "DELETE FROM private_message WHERE seq IN
                       (SELECT seq FROM conversation WHERE account = ?1)
                   AND NOT EXISTS (SELECT 1 FROM conversation AS other
                                   WHERE other.seq = private_message.seq AND other.account <> ?1)";
    for delete in [orphans, "DELETE FROM conversation WHERE account = ?1"] {
        conn.prepare_cached(delete)?.execute([account.folded()])?;
    }
    Ok(())
}

/// Messages that one step of [`trim`] deletes at most.
const TRIM_MAX: i64 = 500;

/// Deletes the oldest messages up to a place. Returns whether there are more.
pub(crate) fn trim(conn: &Connection, last: i64) -> rusqlite::Result<bool> {
    let oldest = "SELECT max(seq), count(*) FROM (SELECT seq FROM private_message
                  WHERE seq <= ?1 ORDER BY seq LIMIT ?2)";
    let mut statement = conn.prepare_cached(oldest)?;
    let (last, count): (Option<i64>, i64) = statement
        .query_row(params![last, TRIM_MAX], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let Some(last) = last else {
        return Ok(false);
    };
    for table in ["private_message", "conversation", "kept_message"] {
        let delete = format!("DELETE FROM {table} WHERE seq <= ?1");
        conn.prepare_cached(&delete)?.execute([last])?;
    }
    Ok(count == TRIM_MAX)
}

/// The place of the last message that is older than a time, if any is; of all, without a time.
pub(crate) fn last_before(
    conn: &Connection,
    time: Option<Timestamp>,
) -> rusqlite::Result<Option<i64>> {
    // They stand in the order of their times, but where the clock was set back: then some go later.
    let oldest = "SELECT seq, at FROM private_message ORDER BY seq LIMIT ?1";
    let mut statement = conn.prepare_cached(oldest)?;
    let mut rows = statement.query([TRIM_MAX])?;
    let mut last = None;
    while let Some(row) = rows.next()? {
        if time.is_some_and(|time| Timestamp(row.get_unwrap(1)) >= time) {
            break;
        }
        last = Some(row.get(0)?);
    }
    Ok(last)
}

/// A message that was found, and where. `None` if there is none of this number.
pub(crate) fn find(conn: &Connection, message: Seq) -> Result<Option<FoundMessage>, Error> {
    let sql = "SELECT recipient, sender_account, recipient_account FROM private_message
               WHERE seq = ?1";
    let mut statement = conn.prepare_cached(sql)?;
    let found = statement.query_row([signed(message.0)], |row| {
        let accounts = Correspondents {
            from: name_in(row, 1)?,
            to: name_in(row, 2)?,
        };
        Ok((name_in(row, 0)?, accounts))
    });
    let Some((to_name, accounts)) = found.optional()? else {
        return Ok(None);
    };
    let to_name = to_name.ok_or(Damage::Row("private_message"))?;
    Ok(Some(FoundMessage::Private { to_name, accounts }))
}

/// A stretch of a conversation: places, of which both ends belong to it, and times, of which the
/// second does not.
#[derive(Clone, Copy)]
struct Stretch {
    places: (i64, i64),
    times: (i64, i64),
}

/// A stretch, how much of it is wanted, and whether from its newest end.
struct Span(Stretch, usize, bool);

impl Span {
    fn of(range: Range) -> Self {
        const ALL: usize = usize::MAX;
        let all = (0, i64::MAX);
        let places = |places| Stretch {
            places,
            times: (i64::MIN, i64::MAX),
        };
        let times = |places, from: Timestamp, until: Timestamp| Stretch {
            places,
            times: (from.0, until.0),
        };
        let (ever, never) = (Timestamp(i64::MIN), Timestamp(i64::MAX));
        let from = |seq: Seq| signed(behind(seq).0);
        let before = |seq: Seq| signed(seq.0).saturating_sub(1);
        match range {
            Range::Last(messages) => Self(places(all), messages, true),
            Range::Since(time) => Self(times(all, time, never), ALL, true),
            Range::From(time) => Self(times(all, time, never), ALL, false),
            Range::Until(time) => Self(times(all, ever, time), ALL, true),
            Range::Between(from, until) => Self(times(all, from, until), ALL, false),
            Range::Before(seq, messages) => Self(places((0, before(seq))), messages, true),
            Range::Within(after, end, messages) => {
                Self(places((from(after), before(end))), messages, true)
            }
            Range::After(seq, messages) => Self(places((from(seq), i64::MAX)), messages, false),
            Range::Rest(seq, until) => Self(times((from(seq), i64::MAX), ever, until), ALL, false),
            // The message itself, and those behind it; those before it are looked for first.
            Range::Around(seq, messages) => Self(
                places((signed(seq.0), i64::MAX)),
                messages.saturating_add(1),
                false,
            ),
        }
    }
}

/// The histories of one account with one other side.
pub(crate) struct Log<'a> {
    conn: &'a Connection,
    of: &'a Conversation,
    filter: Filter<'a>,
    names: &'a mut Names,
}

impl<'a> Log<'a> {
    pub(crate) fn new(
        conn: &'a Connection,
        of: &'a Conversation,
        filter: Filter<'a>,
        names: &'a mut Names,
    ) -> Self {
        Self {
            conn,
            of,
            filter,
            names,
        }
    }

    /// The extent of a range, as [`Reader::extent`](crate::Reader::extent) has it for rooms.
    pub(crate) fn extent(&mut self, range: Range, messages_max: usize) -> Result<Extent, Error> {
        let Span(stretch, wanted, is_newest) = Span::of(range);
        let mut extent = self.window(stretch, wanted.min(messages_max), is_newest)?;
        extent.total = self.count(stretch)?;
        if let Range::Around(seq, messages) = range {
            let Span(before, wanted, _) = Span::of(Range::Before(seq, messages));
            let older = self.window(before, wanted.min(messages_max), true)?;
            if older.first <= older.last {
                extent.first = older.first;
                extent.last = extent.last.max(older.last);
            }
            extent.shown += older.shown;
            extent.ignored += older.ignored;
            extent.total = extent.shown + extent.ignored;
        }
        if extent.first <= extent.last {
            let all = (i64::MIN, i64::MAX);
            let beyond = |places| Stretch { places, times: all };
            extent.older = self.count(beyond((0, signed(extent.first.0) - 1)))? > 0;
            extent.newer = self.count(beyond((signed(extent.last.0) + 1, i64::MAX)))? > 0;
        }
        Ok(extent)
    }

    /// Those of a stretch that are wanted.
    fn window(
        &mut self,
        stretch: Stretch,
        wanted: usize,
        is_newest: bool,
    ) -> Result<Extent, Error> {
        let order = if is_newest { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT c.seq, m.sender FROM conversation AS c JOIN private_message AS m USING (seq)
             WHERE {STRETCH} ORDER BY c.seq {order}"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(self.of_stretch(stretch))?;
        let mut extent = Extent {
            first: Seq(1),
            last: Seq(0),
            shown: 0,
            ignored: 0,
            total: 0,
            older: false,
            newer: false,
        };
        while let Some(row) = rows.next()? {
            if extent.shown >= wanted as u64 {
                break;
            }
            let (seq, sender): (_, String) = (Seq(unsigned(row, 0)?), row.get(1)?);
            let is_first = extent.first > extent.last;
            extent.first = if is_first { seq } else { extent.first.min(seq) };
            extent.last = if is_first { seq } else { extent.last.max(seq) };
            match self.hears(&sender) {
                true => extent.shown += 1,
                false => extent.ignored += 1,
            }
        }
        Ok(extent)
    }

    fn hears(&mut self, sender: &str) -> bool {
        let sender = self.names.parse(sender);
        sender.is_none_or(|sender| self.filter.hears(&sender))
    }

    /// The parameters of [`STRETCH`].
    fn of_stretch(&self, stretch: Stretch) -> (&str, &str, i64, i64, i64, i64) {
        let Stretch { places, times } = stretch;
        let (account, with) = (self.of.account.folded(), self.of.with.folded());
        (account, with, places.0, places.1, times.0, times.1)
    }

    fn count(&self, stretch: Stretch) -> rusqlite::Result<u64> {
        let sql = format!("SELECT count(*) FROM conversation AS c WHERE {STRETCH}");
        self.conn
            .prepare_cached(&sql)?
            .query_row(self.of_stretch(stretch), |row| unsigned(row, 0))
    }

    /// The next messages from one place up to another, of about so many bytes.
    pub(crate) fn page(
        &mut self,
        (from, last): (Seq, Seq),
        bytes_max: usize,
    ) -> Result<Page, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM conversation AS c JOIN private_message AS m USING (seq)
             WHERE {STRETCH} ORDER BY c.seq"
        );
        let stretch = Stretch {
            places: (signed(from.0), signed(last.0)),
            times: (i64::MIN, i64::MAX),
        };
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(self.of_stretch(stretch))?;
        let (mut page, mut bytes) = (Page::default(), 0);
        while let Some(row) = rows.next()? {
            let event = event(row)?.ok_or(Damage::Row("private_message"))?;
            let Fact::PrivateMessage(message) = &event.fact else {
                continue;
            };
            if !self.filter.hears(&message.from_name) {
                continue;
            }
            if !page.take(event, &mut bytes, bytes_max) {
                break;
            }
        }
        Ok(page)
    }
}

/// What every look at a stretch of a conversation asks for.
const STRETCH: &str = "c.account = ?1 AND c.peer = ?2 AND c.seq >= ?3 AND c.seq <= ?4
    AND c.at >= ?5 AND c.at < ?6";

/// The columns of [`event`], in its order.
pub(crate) const COLUMNS: &str = "m.seq, m.at, m.sender, m.sender_account, m.recipient, \
     m.recipient_account, m.manner, m.text, m.irc_text, m.irc_tags";

/// A row of [`COLUMNS`]; `None` if it makes no sense.
pub(crate) fn event(row: &Row<'_>) -> rusqlite::Result<Option<Event>> {
    let (from_name, from) = (name_in(row, 2)?, name_in(row, 3)?);
    let (to_name, to) = (name_in(row, 4)?, name_in(row, 5)?);
    let manner = manner_of(unsigned(row, 6)?);
    let text = Text::stored(&row.get::<_, String>(7)?);
    let part = |column| {
        row.get(column)
            .map(|part: Option<String>| part.map(Into::into))
    };
    let irc = IrcForm {
        text: part(8)?,
        tags: part(9)?,
    };
    let message = || {
        Some(PrivateMessage {
            from: NOBODY,
            from_name: from_name?,
            to: NOBODY,
            to_name: to_name?,
            text: text?,
            manner: manner?,
            irc: irc.kept(),
            ignored: false,
            kept: None,
            away: None,
            accounts: Correspondents { from, to },
        })
    };
    let (seq, at) = (Seq(unsigned(row, 0)?), Timestamp(row.get(1)?));
    Ok(message().map(|message| Event {
        seq,
        at,
        fact: Fact::PrivateMessage(Box::new(message)),
        source: None,
    }))
}

/// The name in a column, if there is one.
pub(crate) fn name_in(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Name>> {
    let name: Option<String> = row.get(column)?;
    Ok(name.as_deref().and_then(Name::known))
}
