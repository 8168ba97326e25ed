//! Searches of private histories: each is one range of an index, and is read from its newest end,
//! by the same rule as rooms and within the same budget.

use std::collections::HashSet;

use chinwag_core::{Conversation, Manner, Seq, Timestamp};
use rusqlite::{Connection, Row, params};

use crate::block::{Message, NameCache, signed, unsigned};
use crate::error::{Damage, Error, SearchError};
use crate::page::Page;
use crate::private;
use crate::query::{Criteria, SearchQuery};
use crate::search::{MESSAGE_BYTES, Matches};

/// How many messages are read at once. Between two reads the database is released.
const SCAN_ROWS: usize = 256;

/// A message that is compared with the query.
struct Told {
    seq: Seq,
    at: Timestamp,
    sender: String,
    account: Option<String>,
    text: String,
}

impl Told {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: Seq(unsigned(row, 0)?),
            at: Timestamp(row.get(1)?),
            sender: row.get(2)?,
            text: row.get(3)?,
            account: row.get(4)?,
        })
    }

    fn message(&self) -> Message<'_> {
        Message {
            seq: self.seq,
            at: self.at,
            manner: Manner::Speech,
            name: &self.sender,
            text: &self.text,
            irc: None,
            account: self.account.as_deref(),
        }
    }
}

/// The newest messages of a private history that match the query, whose rooms do not matter. Looks
/// at messages of at most `bytes_max` bytes.
pub(crate) fn search(
    conn: &Connection,
    of: &Conversation,
    query: &SearchQuery,
    names: &mut NameCache,
    mut budget: u64,
) -> Result<Matches<Seq>, SearchError> {
    let mut found = Matches {
        complete: true,
        ..Matches::default()
    };
    let Some(mut criteria) = Criteria::of(query, HashSet::new())? else {
        return Ok(found);
    };
    let mut below = query.below.unwrap_or(Seq(u64::MAX));
    'rows: loop {
        let rows = rows(conn, of, query, below).map_err(Error::from)?;
        for told in &rows {
            if budget == 0 {
                (found.complete, found.next) = (false, Some(below));
                break 'rows;
            }
            budget = budget.saturating_sub(told.text.len() as u64 + MESSAGE_BYTES);
            if criteria.match_said(&told.message(), names) {
                if found.places.len() == query.matches_max {
                    (found.more, found.next) = (true, found.places.last().copied());
                    break 'rows;
                }
                found.places.push(told.seq);
            }
            (below, found.searched_since) = (told.seq, Some(told.at));
        }
        if rows.len() < SCAN_ROWS {
            break;
        }
    }
    found.searched_since = found.searched_since.filter(|_| found.next.is_some());
    found.places.reverse();
    Ok(found)
}

/// The newest messages of a private history before a place.
fn rows(
    conn: &Connection,
    of: &Conversation,
    query: &SearchQuery,
    below: Seq,
) -> rusqlite::Result<Vec<Told>> {
    let sql = "SELECT c.seq, c.at, m.sender, m.text, m.sender_account
               FROM conversation AS c JOIN private_message AS m USING (seq)
               WHERE c.account = ?1 AND c.peer = ?2 AND NOT c.is_signal
               AND c.seq < ?3 AND c.at >= ?4 AND c.at < ?5 ORDER BY c.seq DESC LIMIT ?6";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(
        params![
            of.account.folded(),
            of.with.folded(),
            signed(below.0),
            query.after.map_or(i64::MIN, |after| after.0),
            query.before.map_or(i64::MAX, |before| before.0),
            signed(SCAN_ROWS as u64),
        ],
        Told::read,
    )?;
    rows.collect()
}

/// Reads the messages of a private history at these places. The next page begins at the place that
/// this one names.
pub(crate) fn read(
    conn: &Connection,
    of: &Conversation,
    places: &[Seq],
    bytes_max: usize,
) -> Result<Page, Error> {
    let sql = format!(
        "SELECT {} FROM conversation AS c JOIN private_message AS m USING (seq)
         WHERE c.account = ?1 AND c.peer = ?2 AND c.seq = ?3",
        private::COLUMNS
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let (mut page, mut bytes) = (Page::default(), 0);
    for seq in places {
        let of = params![of.account.folded(), of.with.folded(), signed(seq.0)];
        let mut rows = statement.query(of)?;
        // It may have been deleted meanwhile.
        let Some(row) = rows.next()? else { continue };
        let event = private::event(row)?.ok_or(Damage::Row("private_message"))?;
        if !page.take(event, &mut bytes, bytes_max) {
            break;
        }
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use chinwag_core::Name;

    use super::*;
    use crate::query::Term;
    use crate::schema;

    /// Nobody waits for a history of a million messages: what was not looked at is named.
    #[test]
    fn a_search_has_a_budget() {
        let mut conn = Connection::open_in_memory().expect("a database");
        assert!(schema::migrate(&mut conn).is_ok(), "tables");
        let rows = "WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 600)
                    INSERT INTO private_message
                        SELECT seq, 1000 * seq, 'ann', 'ann', 'bob', NULL, 0, 'word', NULL, NULL FROM n;
                    INSERT INTO conversation SELECT 'ann', 'bob', seq, at, 0 FROM private_message;";
        conn.execute_batch(rows).expect("rows");
        let name = |name| Name::parse(name).expect("a name");
        let of = Conversation {
            nobody: None,
            account: name("ann"),
            with: name("bob"),
        };
        let mut query = SearchQuery {
            terms: Term::parse("none"),
            matches_max: 9,
            ..SearchQuery::default()
        };
        let budget = 300 * (MESSAGE_BYTES + 4);
        let look = |query: &SearchQuery| {
            search(&conn, &of, query, &mut NameCache::default(), budget).expect("a search")
        };
        let found = look(&query);
        assert_eq!((found.complete, found.next), (false, Some(Seq(301))));
        assert_eq!(found.searched_since, Some(Timestamp(301_000)));
        query.below = found.next;
        let found = look(&query);
        assert_eq!((found.complete, found.next), (true, None));
    }
}
