//! Targets: the rooms and people where somebody has talked lately, by their newest message.

use chinwag_core::{Detail, HistoryTarget, Name, RoomId, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::block::{signed, unsigned};
use crate::error::{Damage, Error};
use crate::filter::Filter;
use crate::private::name_in;
use crate::ranked_log::RankedLog;

/// How many messages of one history are looked at to find one that the reader sees.
const LOOKS_MAX: i64 = 1000;

/// The targets whose newest message lies between two times, both exclusive; the oldest first. If
/// there are too many, those nearer to the first time.
pub(crate) fn find(
    conn: &Connection,
    account: Option<&Name>,
    rooms: &[RoomId],
    filter: Filter<'_>,
    between: (Timestamp, Timestamp),
    targets_max: usize,
) -> Result<Vec<(HistoryTarget, Timestamp)>, Error> {
    let (first, second) = between;
    let is_between = |at: Timestamp| first.min(second) < at && at < first.max(second);
    let mut targets = Vec::new();
    for &room in rooms {
        let message = RankedLog::new(conn, room).newest()?;
        let signal = match filter.detail {
            Detail::Signals => newest_signal(conn, room)?,
            _ => None,
        };
        if let Some((seq, at)) = message.max(signal) {
            targets.push((seq, HistoryTarget::Room(room), at));
        }
    }
    if let Some(account) = account {
        for (peer, seq) in newest(conn, account, filter.detail)? {
            let (name, _) = other_side(conn, &peer, seq)?;
            if let Some(seq) = newest_heard(conn, account, &peer, seq, filter)? {
                let (_, at) = other_side(conn, &peer, seq)?;
                targets.push((seq, HistoryTarget::Person(name), at));
            }
        }
    }
    targets.retain(|(.., at)| is_between(*at));
    targets.sort_unstable_by_key(|(seq, ..)| *seq);
    match first <= second {
        true => targets.truncate(targets_max),
        false => drop(targets.drain(..targets.len().saturating_sub(targets_max))),
    }
    Ok(targets
        .into_iter()
        .map(|(_, target, at)| (target, at))
        .collect())
}

/// The newest signal in a room.
fn newest_signal(conn: &Connection, room: RoomId) -> Result<Option<(Seq, Timestamp)>, Error> {
    let sql = "SELECT seq, at FROM notice WHERE room = ?1 AND irc_tags IS NOT NULL
               ORDER BY seq DESC LIMIT 1";
    let mut statement = conn.prepare_cached(sql)?;
    let newest = statement.query_row([room.0], |row| {
        Ok((Seq(unsigned(row, 0)?), Timestamp(row.get(1)?)))
    });
    Ok(newest.optional()?)
}

/// The newest message of each private history of an account.
fn newest(conn: &Connection, account: &Name, detail: Detail) -> Result<Vec<(String, Seq)>, Error> {
    let sql = match detail {
        Detail::Signals => {
            "SELECT peer, max(seq) FROM conversation WHERE account = ?1 GROUP BY peer"
        }
        _ => {
            "SELECT peer, max(seq) FROM conversation WHERE account = ?1 AND NOT is_signal
             GROUP BY peer"
        }
    };
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([account.folded()], |row| {
        Ok((row.get(0)?, Seq(unsigned(row, 1)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The newest message of a private history that the reader sees, unless it is far behind the
/// newest.
fn newest_heard(
    conn: &Connection,
    account: &Name,
    peer: &str,
    newest: Seq,
    filter: Filter<'_>,
) -> Result<Option<Seq>, Error> {
    if filter.is_open() {
        return Ok(Some(newest));
    }
    let sql = "SELECT c.seq, m.sender, m.sender_account
               FROM conversation AS c JOIN private_message AS m USING (seq)
               WHERE c.account = ?1 AND c.peer = ?2 AND c.seq <= ?3 AND c.is_signal <= ?4
               ORDER BY c.seq DESC LIMIT ?5";
    let mut statement = conn.prepare_cached(sql)?;
    let has_signals = filter.detail == Detail::Signals;
    let newest = signed(newest.0);
    let mut rows = statement.query(params![
        account.folded(),
        peer,
        newest,
        has_signals,
        LOOKS_MAX
    ])?;
    while let Some(row) = rows.next()? {
        let seq = Seq(unsigned(row, 0)?);
        let (sender, from) = (name_in(row, 1)?, name_in(row, 2)?);
        // A name that cannot be read is damage, which reading the message reports.
        if sender.is_none_or(|sender| filter.hears(&sender, from.as_ref(), seq)) {
            return Ok(Some(seq));
        }
    }
    Ok(None)
}

/// The name of the other side of a history, as a message has it, and the time of that message.
fn other_side(conn: &Connection, peer: &str, seq: Seq) -> Result<(Name, Timestamp), Error> {
    let sql = "SELECT sender, sender_account, recipient, recipient_account, at FROM private_message
               WHERE seq = ?1";
    let mut statement = conn.prepare_cached(sql)?;
    let row = statement.query_row(params![signed(seq.0)], |row| {
        Ok((
            name_in(row, 0)?,
            name_in(row, 1)?,
            name_in(row, 2)?,
            name_in(row, 3)?,
            Timestamp(row.get(4)?),
        ))
    })?;
    let (sender, from, recipient, to, at) = row;
    // The name may not belong to the sender's account.
    let is_peer = |name: &Name| name.folded() == peer;
    let mut names = [sender, recipient, from, to].into_iter().flatten();
    let name = names.find(is_peer);
    Ok((name.ok_or(Damage::Row("private_message"))?, at))
}
