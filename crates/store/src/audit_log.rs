//! What operators did: a row of the log for each act, and the effect that outlives a restart.

mod deeds;

use std::borrow::Cow;

use chinwag_core::{
    AuditEntry, Event, Mask, ModAction, Name, Reach, Restriction, RoomName, Seq, Tenure, Text,
    Timestamp,
};
use rusqlite::{Connection, Row, params};

use crate::accounts;
use crate::block::{signed, unsigned};
use crate::error::{Damage, Error};
use crate::restrictions::{self, BANS, MUTES};
use crate::schema::{self, key};

/// One entry of the audit log.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditLine {
    /// Its place in the one order.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// Which operator.
    pub by: Name,
    /// The act, its target, its end and its reason.
    pub act: ModAction,
}

/// The newest entries of the log before a place, oldest first, and the place before which older
/// ones are, if there are any.
pub(crate) fn newest(
    conn: &Connection,
    before: Option<Seq>,
    lines_max: usize,
) -> Result<(Vec<AuditLine>, Option<Seq>), Error> {
    let sql = "SELECT at, by, act, target, until, text, seq FROM audit_log
               WHERE seq < ?1 ORDER BY seq DESC";
    let mut statement = conn.prepare_cached(sql)?;
    let before = before.map_or(i64::MAX, |before| signed(before.0));
    let mut rows = statement.query([before])?;
    let (mut lines, mut next) = (Vec::new(), None);
    while let Some(row) = rows.next()? {
        if lines.len() >= lines_max {
            next = lines.last().map(|line: &AuditLine| line.seq);
            break;
        }
        lines.push(read(row)?.ok_or(Damage::Row("audit_log"))?);
    }
    lines.reverse();
    Ok((lines, next))
}

/// Writes an entry, and makes the change that outlives a restart.
pub(crate) fn write(
    conn: &Connection,
    event: &Event,
    audit_entry: &AuditEntry,
) -> rusqlite::Result<()> {
    let columns = Columns::of(&audit_entry.act);
    conn.prepare_cached("INSERT INTO audit_log VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
        .execute(params![
            signed(event.seq.0),
            event.at.0,
            audit_entry.by.as_str(),
            columns.act,
            columns.target,
            columns.until.map(|until| until.0),
            columns.text,
        ])?;
    apply(conn, &audit_entry.act, event.seq)
}

fn apply(conn: &Connection, act: &ModAction, seq: Seq) -> rusqlite::Result<()> {
    match act {
        ModAction::Ban(restriction) => restrictions::put(conn, BANS, restriction),
        ModAction::Unban(mask) => restrictions::lift(conn, BANS, mask),
        ModAction::Mute(restriction) => restrictions::put(conn, MUTES, restriction),
        ModAction::Unmute(mask) => restrictions::lift(conn, MUTES, mask),
        ModAction::Op { name, tenure } => match tenure {
            Tenure::Lasting => accounts::appoint(conn, name, seq),
            Tenure::Visit | Tenure::Lent => Ok(()),
        },
        ModAction::Deop { name } => accounts::dismiss(conn, name),
        ModAction::Motd(text) => match text {
            Some(text) => schema::set(conn, key::MOTD, Some(&&**text)),
            None => schema::set(conn, key::MOTD, None),
        },
        ModAction::Lock(true) => schema::set(conn, key::LOCKED, Some(&1)),
        ModAction::Lock(false) => schema::set(conn, key::LOCKED, None),
        // The event that follows makes the change.
        ModAction::AccountAdded(_)
        | ModAction::AccountPassword(_)
        | ModAction::AccountRemoved(_)
        | ModAction::RoomRemoved(_) => Ok(()),
        ModAction::Kick { .. }
        | ModAction::Rename { .. }
        | ModAction::Announce(_)
        | ModAction::InRoom { .. }
        | ModAction::Delete { .. } => Ok(()),
    }
}

/// An entry as the columns of its row.
struct Columns<'a> {
    act: &'static str,
    target: Option<String>,
    until: Option<Timestamp>,
    text: Option<Cow<'a, str>>,
}

impl<'a> Columns<'a> {
    fn of(act: &'a ModAction) -> Self {
        match act {
            ModAction::Kick { name, why } => {
                Self::about("kick", name.to_string()).with_text(why.as_deref().map(|why| &**why))
            }
            ModAction::Mute(restriction) => Self::restriction("mute", restriction),
            ModAction::Unmute(mask) => Self::about("unmute", mask.to_string()),
            ModAction::Rename { name, new } => {
                Self::about("rename", name.to_string()).with_text(Some(new.as_str()))
            }
            ModAction::Ban(restriction) => Self::restriction("ban", restriction),
            ModAction::Unban(mask) => Self::about("unban", mask.to_string()),
            ModAction::Op { name, tenure } => match tenure {
                Tenure::Lasting => Self::about("op", name.to_string()),
                Tenure::Visit | Tenure::Lent => Self::about("op for this visit", name.to_string()),
            },
            ModAction::Deop { name } => Self::about("deop", name.to_string()),
            ModAction::Announce(text) => Self::plain("announce").with_text(Some(text)),
            ModAction::Motd(text) => Self::plain("motd").with_text(text.as_deref()),
            ModAction::AccountAdded(name) => Self::about("add account", name.to_string()),
            ModAction::AccountPassword(name) => Self::about("set password", name.to_string()),
            ModAction::AccountRemoved(name) => Self::about("remove account", name.to_string()),
            ModAction::RoomRemoved(room) => Self::plain("remove room").with_text(Some(room.bare())),
            ModAction::Lock(true) => Self::plain("lock"),
            ModAction::Lock(false) => Self::plain("unlock"),
            ModAction::InRoom { room, deed } => Self::in_room(room, deed),
            ModAction::Delete { name, room } => {
                Self::about("delete", name.to_string()).with_text(Some(room.bare()))
            }
        }
    }

    fn plain(act: &'static str) -> Self {
        Self {
            act,
            target: None,
            until: None,
            text: None,
        }
    }

    fn about(act: &'static str, target: String) -> Self {
        Self {
            target: Some(target),
            ..Self::plain(act)
        }
    }

    fn restriction(act: &'static str, restriction: &'a Restriction) -> Self {
        let why = restriction.why.as_deref().map(|why| &**why);
        Self {
            until: restriction.until,
            ..Self::about(act, restriction.mask.to_string())
        }
        .with_text(why)
    }

    fn with_text(self, text: Option<&'a str>) -> Self {
        let text = text.map(Cow::Borrowed);
        Self { text, ..self }
    }
}

/// An entry from the columns `at, by, act, target, until, text, seq`; `None` if they make no sense.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<AuditLine>> {
    let at = Timestamp(row.get(0)?);
    let (by, act): (String, String) = (row.get(1)?, row.get(2)?);
    let target: Option<String> = row.get(3)?;
    let until: Option<i64> = row.get(4)?;
    let words: Option<String> = row.get(5)?;
    let (target, words) = (target.unwrap_or_default(), words.as_deref());
    let seq = Seq(unsigned(row, 6)?);
    Ok(Name::known(&by).and_then(|name| {
        let act = read_act(&act, &target, at, until, &by, words)?;
        Some(AuditLine {
            seq,
            at,
            by: name,
            act,
        })
    }))
}

fn read_act(
    act: &str,
    target: &str,
    at: Timestamp,
    until: Option<i64>,
    by: &str,
    words: Option<&str>,
) -> Option<ModAction> {
    let name = || Name::known(target);
    let text = match words {
        Some(words) => Some(Text::parse(words)?),
        None => None,
    };
    let restriction = || restrictions::restriction(read_mask(target)?, at, until, by, words);
    Some(match act {
        "kick" => ModAction::Kick {
            name: name()?,
            why: text.map(Into::into),
        },
        "mute" => ModAction::Mute(restriction()?),
        "unmute" => ModAction::Unmute(read_mask(target)?),
        "rename" => ModAction::Rename {
            name: name()?,
            new: Name::known(words?)?,
        },
        "ban" => ModAction::Ban(restriction()?),
        "unban" => ModAction::Unban(read_mask(target)?),
        "op" | "op for this visit" => ModAction::Op {
            name: name()?,
            tenure: match act {
                "op" => Tenure::Lasting,
                _ => Tenure::Visit,
            },
        },
        "deop" => ModAction::Deop { name: name()? },
        "announce" => ModAction::Announce(text?),
        "motd" => ModAction::Motd(text),
        "add account" => ModAction::AccountAdded(name()?),
        "set password" => ModAction::AccountPassword(name()?),
        "remove account" => ModAction::AccountRemoved(name()?),
        "remove room" => ModAction::RoomRemoved(RoomName::parse(words?).ok()?),
        "lock" => ModAction::Lock(true),
        "unlock" => ModAction::Lock(false),
        "delete" => ModAction::Delete {
            name: name()?,
            room: RoomName::parse(words?).ok()?,
        },
        act => return deeds::read(act, target, at, until, by, words),
    })
}

/// A mask as written: a name, a block, or both, which once were written without saying how they
/// combine.
fn read_mask(shown: &str) -> Option<Mask> {
    let both = shown.split_once(' ');
    let both =
        both.and_then(|(name, net)| restrictions::mask(Some(name), Some(net), Reach::Either));
    both.or_else(|| Mask::listed(shown))
}
