//! The private messages of one person between two places: those that a session had not received
//! when the server was killed.
//!
//! A row has the names of both sides, and a name means one person for a range of the order. So a
//! guest's messages are found too, if the other side has an account whose history has them.

use chinwag_core::{Event, Fact, Name, PastName, PersonId, Seq};
use rusqlite::{Connection, params};

use crate::block::signed;
use crate::error::{Damage, Error};
use crate::filter::Filter;
use crate::private;
use crate::ranked_log::next_place;

/// Rows that are read at once.
const READ_MAX: i64 = 64;

/// Whose private messages to find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastPerson {
    /// The person to whom they are shown.
    pub person: PersonId,
    /// The account that it is logged in to.
    pub account: Option<Name>,
    /// The names that it has borne, and when.
    pub names: Box<[PastName]>,
}

/// The private messages of a person between two places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRange {
    /// Whose messages these are.
    pub of: PastPerson,
    /// The last message that it has.
    pub after: Seq,
    /// The last place, inclusive.
    pub until: Seq,
}

impl PersonRange {
    /// Whether a known private message belongs to them.
    pub fn has(&self, event: &Event) -> bool {
        let is_between = self.after < event.seq && event.seq <= self.until;
        is_between && self.of.told(event.clone(), Filter::default()).is_some()
    }
}

impl PastPerson {
    /// Whether the store has all private messages of the person: it does not have those between two
    /// guests.
    pub fn is_kept(&self) -> bool {
        self.account.is_some()
    }

    fn is_own(&self, name: &Name, account: Option<&Name>, place: Seq) -> bool {
        let is_same = match (account, &self.account) {
            (Some(account), Some(own)) => account.same_as(own),
            (None, None) => true,
            _ => false,
        };
        is_same && self.names.iter().any(|past| past.covers(name, place))
    }

    /// A message as the person sees it; `None` if they neither sent nor got it, or ignore its
    /// sender.
    fn told(&self, mut event: Event, filter: Filter<'_>) -> Option<Event> {
        let Fact::PrivateMessage(message) = &mut event.fact else {
            return None;
        };
        let (from, to) = (&message.accounts.from, &message.accounts.to);
        let is_sender = self.is_own(&message.from_name, from.as_ref(), event.seq);
        let is_heard = is_sender || filter.hears(&message.from_name, from.as_ref(), event.seq);
        let is_receiver = is_heard && self.is_own(&message.to_name, to.as_ref(), event.seq);
        if is_sender {
            message.from = self.person;
        }
        if is_receiver {
            message.to = self.person;
        }
        (is_sender || is_receiver).then_some(event)
    }
}

/// The person's next message from a place on, and the place to continue at; `None` at the end.
pub(crate) fn read(
    conn: &Connection,
    range: &PersonRange,
    from: Seq,
    filter: Filter<'_>,
) -> Result<Option<(Vec<Event>, Seq)>, Error> {
    // If one side ignores the other, the message is in no history of its own.
    let sql = format!(
        "SELECT {} FROM private_message AS m WHERE seq >= ?1 AND seq <= ?2 AND text <> ''
         AND (sender_account IS ?3 OR recipient_account IS ?3)
         AND (?3 IS NULL
              OR EXISTS (SELECT 1 FROM conversation AS c WHERE c.seq = m.seq AND c.account = ?4))
         ORDER BY seq LIMIT ?5",
        private::COLUMNS
    );
    let account = range.of.account.as_ref();
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params![
        signed(from.max(next_place(range.after)).0),
        signed(range.until.0),
        account.map(Name::as_str),
        account.map(Name::folded),
        READ_MAX,
    ])?;
    let (mut events, mut next) = (Vec::new(), None);
    while let Some(row) = rows.next()? {
        let event = private::event(row)?.ok_or(Damage::Row("private_message"))?;
        next = Some(next_place(event.seq));
        events.extend(range.of.told(event, filter));
    }
    Ok(next.map(|next| (events, next)))
}

/// How many there are.
pub(crate) fn count(
    conn: &Connection,
    range: &PersonRange,
    filter: Filter<'_>,
) -> Result<u64, Error> {
    let (mut messages, mut from) = (0, Seq::default());
    while let Some((events, next)) = read(conn, range, from, filter)? {
        messages += events.len() as u64;
        from = next;
    }
    Ok(messages)
}
