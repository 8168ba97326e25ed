//! Private messages: the histories of accounts with one another and with guests.
//!
//! A message is one row, with a row of `conversation` for each account whose history has it: a
//! guest has none, since the name may be another person's tomorrow. So each side's history is one
//! range of an index, and ends with its account. A signal is a message without a text; a reader who
//! sees signals has each counted as a message.

use chinwag_core::{
    Conversation, Correspondents, Detail, Event, Fact, FoundMessage, IrcForm, KeptMessage, Manner,
    NOBODY, Name, PrivateDeletion, PrivateMessage, Range, Seq, Signal, Text, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::block::{NameCache, manner_as_number, manner_of, signed, unsigned};
use crate::deletion;
use crate::error::{Damage, Error};
use crate::extent::{COUNT_MAX, Extent};
use crate::filter::Filter;
use crate::page::Page;
use crate::stretch::{Selection, Stretch};

/// A message as it is written.
struct NewMessage<'a> {
    sender: &'a Name,
    recipient: &'a Name,
    accounts: (Option<&'a Name>, Option<&'a Name>),
    manner: Manner,
    /// Empty for a signal.
    text: &'a str,
    irc: Option<&'a IrcForm>,
}

/// Writes a message that somebody here was shown.
pub(crate) fn write(
    conn: &Connection,
    event: &Event,
    message: &PrivateMessage,
) -> rusqlite::Result<()> {
    let Correspondents { from, to } = &message.accounts;
    let draft = NewMessage {
        sender: &message.from_name,
        recipient: &message.to_name,
        accounts: (from.as_ref(), to.as_ref()),
        manner: message.manner,
        text: &message.text,
        irc: message.irc.as_deref(),
    };
    draft.write(conn, event)
}

/// Writes a signal to one person.
pub(crate) fn write_signal(
    conn: &Connection,
    event: &Event,
    to: &Name,
    signal: &Signal,
) -> rusqlite::Result<()> {
    let Correspondents { from, to: account } = &signal.accounts;
    let draft = NewMessage {
        sender: &signal.from_name,
        recipient: to,
        accounts: (from.as_ref(), account.as_ref()),
        manner: Manner::Speech,
        text: "",
        irc: Some(&signal.form),
    };
    draft.write(conn, event)
}

/// Writes a message that is kept until somebody logs in to the account.
pub(crate) fn write_kept(
    conn: &Connection,
    event: &Event,
    message: &KeptMessage,
) -> rusqlite::Result<()> {
    let draft = NewMessage {
        sender: &message.from_name,
        recipient: &message.to_name,
        accounts: (Some(&message.from_account), Some(&message.account)),
        manner: message.manner,
        text: &message.text,
        irc: message.irc.as_deref(),
    };
    draft.write(conn, event)
}

impl NewMessage<'_> {
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
            self.text,
            self.irc.and_then(|irc| irc.text.as_deref()),
            self.irc.and_then(|irc| irc.tags.as_deref()),
        ])?;
        let sides = [
            (from, to.unwrap_or(self.recipient)),
            (to, from.unwrap_or(self.sender)),
        ];
        // What people of one account tell each other is in its history once.
        let insert = "INSERT OR IGNORE INTO conversation VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut insert = conn.prepare_cached(insert)?;
        for (account, with) in sides {
            if let Some(account) = account {
                insert.execute(params![
                    account.folded(),
                    with.folded(),
                    signed(event.seq.0),
                    event.at.0,
                    self.text.is_empty(),
                ])?;
            }
        }
        Ok(())
    }
}

/// Deletes a message and overwrites its text.
pub(crate) fn delete(conn: &Connection, deletion: &PrivateDeletion) -> rusqlite::Result<()> {
    deletion::overwriting(conn, || {
        for table in ["private_message", "conversation", "kept_message"] {
            let delete = format!("DELETE FROM {table} WHERE seq = ?1");
            conn.prepare_cached(&delete)?
                .execute([signed(deletion.message.0)])?;
        }
        Ok(())
    })
}

/// Deletes the histories of an account that has ended. The other sides keep theirs.
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

/// Deletes the messages up to a place.
pub(crate) fn trim(conn: &Connection, last: i64) -> rusqlite::Result<()> {
    for table in ["private_message", "conversation", "kept_message"] {
        let delete = format!("DELETE FROM {table} WHERE seq <= ?1");
        conn.prepare_cached(&delete)?.execute([last])?;
    }
    Ok(())
}

/// A message, and where it was found. `None` if there is none with this number.
pub(crate) fn find(conn: &Connection, message: Seq) -> Result<Option<FoundMessage>, Error> {
    let sql = "SELECT recipient, sender_account, recipient_account, text = '', at, sender
               FROM private_message WHERE seq = ?1";
    let mut statement = conn.prepare_cached(sql)?;
    let found = statement.query_row([signed(message.0)], |row| {
        let accounts = Correspondents {
            from: name_in(row, 1)?,
            to: name_in(row, 2)?,
        };
        let at = Timestamp(row.get(4)?);
        let names = name_in(row, 0)?.zip(name_in(row, 5)?);
        Ok((names, accounts, row.get(3)?, at))
    });
    let Some((names, accounts, is_signal, at)) = found.optional()? else {
        return Ok(None);
    };
    let (to_name, from_name) = names.ok_or(Damage::Row("private_message"))?;
    Ok(Some(FoundMessage::Private {
        from_name,
        to_name,
        accounts,
        at,
        is_signal,
    }))
}

/// The history of one account with one other side.
pub(crate) struct Log<'a> {
    conn: &'a Connection,
    of: &'a Conversation,
    filter: Filter<'a>,
    names: &'a mut NameCache,
}

impl<'a> Log<'a> {
    pub(crate) fn new(
        conn: &'a Connection,
        of: &'a Conversation,
        filter: Filter<'a>,
        names: &'a mut NameCache,
    ) -> Self {
        Self {
            conn,
            of,
            filter,
            names,
        }
    }

    /// The extent of a range, like [`HistoryReader::extent`](crate::HistoryReader::extent) for rooms.
    pub(crate) fn extent(&mut self, range: Range, messages_max: usize) -> Result<Extent, Error> {
        let wanted = Selection::of(range).at_most(messages_max);
        let mut extent = self.window(wanted)?;
        if let Range::Around(seq, messages) = range {
            let before = Selection::of(Range::Before(seq, messages));
            let older = self.window(before.at_most(messages_max))?;
            if older.first <= older.last {
                extent.first = older.first;
                extent.last = extent.last.max(older.last);
            }
            extent.shown += older.shown;
            extent.ignored += older.ignored;
            extent.total = Some(extent.shown);
        }
        if extent.first <= extent.last {
            let all = (i64::MIN, i64::MAX);
            let beyond = |places| Stretch { places, times: all };
            extent.older = self.count(beyond((0, signed(extent.first.0) - 1)))? > 0;
            extent.newer = self.count(beyond((signed(extent.last.0) + 1, i64::MAX)))? > 0;
        }
        Ok(extent)
    }

    /// What is selected.
    fn window(&mut self, selection: Selection) -> Result<Extent, Error> {
        let Selection {
            stretch,
            wanted,
            newest,
        } = selection;
        let order = if newest { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT c.seq, m.sender, m.sender_account FROM conversation AS c JOIN private_message AS m USING (seq)
             WHERE {STRETCH} ORDER BY c.seq {order}"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(self.of_stretch(stretch))?;
        let mut extent = Extent {
            first: Seq(1),
            last: Seq(0),
            shown: 0,
            ignored: 0,
            total: None,
            times: stretch.times(),
            older: false,
            newer: false,
        };
        let (mut beyond, mut looks) = (0, 0);
        while let Some(row) = rows.next()? {
            let seq = Seq(unsigned(row, 0)?);
            let (sender, account): (String, Option<String>) = (row.get(1)?, row.get(2)?);
            let is_heard = self.hears(&sender, account.as_deref(), seq);
            if extent.shown >= wanted as u64 {
                // If nobody is ignored, the rest can be counted without looking at it.
                if self.filter.is_open() || looks >= COUNT_MAX {
                    break;
                }
                looks += 1;
                beyond += u64::from(is_heard);
                continue;
            }
            let is_first = extent.first > extent.last;
            extent.first = if is_first { seq } else { extent.first.min(seq) };
            extent.last = if is_first { seq } else { extent.last.max(seq) };
            match is_heard {
                true => extent.shown += 1,
                false => extent.ignored += 1,
            }
        }
        extent.total = match self.filter.is_open() {
            true => Some(self.count(stretch)?),
            false => (looks < COUNT_MAX).then_some(extent.shown + beyond),
        };
        Ok(extent)
    }

    fn hears(&mut self, sender: &str, account: Option<&str>, place: Seq) -> bool {
        let account = account.and_then(|account| self.names.parse(account));
        let sender = self.names.parse(sender);
        sender.is_none_or(|sender| self.filter.hears(&sender, account.as_ref(), place))
    }

    /// The parameters of [`STRETCH`].
    fn of_stretch(&self, stretch: Stretch) -> (&str, &str, i64, i64, i64, i64, bool) {
        let Stretch { places, times } = stretch;
        let (account, with) = (self.of.account.folded(), self.of.with.folded());
        let has_signals = self.filter.detail == Detail::Signals;
        (
            account,
            with,
            places.0,
            places.1,
            times.0,
            times.1,
            has_signals,
        )
    }

    fn count(&self, stretch: Stretch) -> rusqlite::Result<u64> {
        let sql = format!("SELECT count(*) FROM conversation AS c WHERE {STRETCH}");
        self.conn
            .prepare_cached(&sql)?
            .query_row(self.of_stretch(stretch), |row| unsigned(row, 0))
    }

    /// The next messages from one place up to another, of about `bytes_max` bytes.
    pub(crate) fn page(&mut self, from: Seq, last: Seq, bytes_max: usize) -> Result<Page, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM conversation AS c JOIN private_message AS m USING (seq)
             WHERE {STRETCH} ORDER BY c.seq"
        );
        let stretch = Stretch {
            places: (signed(from.0), signed(last.0)),
            times: match self.filter.times {
                Some((from, until)) => (from.0, until.0),
                None => Stretch::ALL.times,
            },
        };
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(self.of_stretch(stretch))?;
        let (mut page, mut bytes) = (Page::default(), 0);
        while let Some(row) = rows.next()? {
            let event = event(row)?.ok_or(Damage::Row("private_message"))?;
            let (sender, accounts) = match &event.fact {
                Fact::PrivateMessage(message) => (&message.from_name, &message.accounts),
                Fact::Signal(signal) => (&signal.from_name, &signal.accounts),
                _ => continue,
            };
            if !self.filter.hears(sender, accounts.from.as_ref(), event.seq) {
                continue;
            }
            if !page.take(event, &mut bytes, bytes_max) {
                break;
            }
        }
        Ok(page)
    }
}

/// The condition of every query for a part of a conversation.
const STRETCH: &str = "c.account = ?1 AND c.peer = ?2 AND c.seq >= ?3 AND c.seq <= ?4
    AND c.at >= ?5 AND c.at < ?6 AND c.is_signal <= ?7";

/// The columns of [`event`], in its order.
pub(crate) const COLUMNS: &str = "m.seq, m.at, m.sender, m.sender_account, m.recipient, \
     m.recipient_account, m.manner, m.text, m.irc_text, m.irc_tags";

/// A row of [`COLUMNS`]; `None` if it makes no sense.
pub(crate) fn event(row: &Row<'_>) -> rusqlite::Result<Option<Event>> {
    let (from_name, from) = (name_in(row, 2)?, name_in(row, 3)?);
    let (to_name, to) = (name_in(row, 4)?, name_in(row, 5)?);
    let manner = manner_of(unsigned(row, 6)?);
    let text: String = row.get(7)?;
    let part = |column| {
        row.get(column)
            .map(|part: Option<String>| part.map(Into::into))
    };
    let form = IrcForm {
        text: part(8)?,
        tags: part(9)?,
    };
    let accounts = Correspondents { from, to };
    let fact = || {
        let (from_name, to_name) = (from_name?, to_name?);
        Some(match text.is_empty() {
            true => Fact::Signal(Box::new(Signal {
                from: NOBODY,
                from_name,
                room: None,
                to: Some((NOBODY, to_name)),
                ranked: None,
                is_notice: false,
                form,
                ignored: false,
                accounts,
            })),
            false => Fact::PrivateMessage(Box::new(PrivateMessage {
                from: NOBODY,
                from_name,
                to: NOBODY,
                to_name,
                text: Text::stored(&text)?,
                manner: manner?,
                irc: form.kept(),
                ignored: false,
                kept: None,
                away: None,
                accounts,
            })),
        })
    };
    let (seq, at) = (Seq(unsigned(row, 0)?), Timestamp(row.get(1)?));
    Ok(fact().map(|fact| Event {
        seq,
        at,
        fact,
        source: None,
    }))
}

/// The name in a column, if there is one.
pub(crate) fn name_in(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Name>> {
    let name: Option<String> = row.get(column)?;
    Ok(name.as_deref().and_then(Name::known))
}
