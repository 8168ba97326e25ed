//! What operators did: a row of the log for each deed, and the effect that outlives a restart.

use chinwag_core::{Act, Claim, Deed, Event, Mask, Name, Sanction, Text, Timestamp};
use rusqlite::{Connection, Row, params};

use crate::block::signed;
use crate::error::{Damage, Error};
use crate::history::Reader;
use crate::kept;
use crate::schema::{self, key};

/// One entry of the log of what operators did.
#[derive(Clone, Debug, PartialEq)]
pub struct DeedLine {
    /// When.
    pub at: Timestamp,
    /// Which operator.
    pub by: Name,
    /// What, to whom, until when and why.
    pub act: Act,
}

impl Reader {
    /// The newest entries of the log of what operators did, oldest first.
    ///
    /// # Errors
    /// [`Error`] if the log cannot be read.
    pub fn deeds(&mut self, lines_max: usize) -> Result<Vec<DeedLine>, Error> {
        let sql = "SELECT at, by, act, target, until, words FROM deed ORDER BY seq DESC LIMIT ?1";
        let mut statement = self.messages.conn()?.prepare_cached(sql)?;
        let mut rows = statement.query([signed(lines_max as u64)])?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            lines.push(read(row)?.ok_or(Damage::Row("deed"))?);
        }
        lines.reverse();
        Ok(lines)
    }
}

/// Writes a deed down and does what is to last of it.
pub(crate) fn write(conn: &Connection, event: &Event, deed: &Deed) -> rusqlite::Result<()> {
    let words = Words::of(&deed.act);
    conn.prepare_cached("INSERT INTO deed VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
        .execute(params![
            signed(event.seq.0),
            event.at.0,
            deed.by.as_str(),
            words.act,
            words.target,
            words.until.map(|until| until.0),
            words.words,
        ])?;
    take_effect(conn, &deed.act)
}

fn take_effect(conn: &Connection, act: &Act) -> rusqlite::Result<()> {
    match act {
        Act::Ban(sanction) => put_sanction(conn, "ban", sanction),
        Act::Unban(mask) => lift_sanctions(conn, "ban", mask),
        Act::Mute(sanction) => put_sanction(conn, "mute", sanction),
        Act::Unmute(mask) => lift_sanctions(conn, "mute", mask),
        Act::Op { name, lasting } => match lasting {
            true => set_operator(conn, name, true),
            false => Ok(()),
        },
        Act::Deop { name } => set_operator(conn, name, false),
        Act::Motd(text) => match text {
            Some(text) => schema::set(conn, key::MOTD, Some(&&**text)),
            None => schema::set(conn, key::MOTD, None),
        },
        Act::Lock(true) => schema::set(conn, key::LOCKED, Some(&1)),
        Act::Lock(false) => schema::set(conn, key::LOCKED, None),
        Act::Kick { .. } | Act::Announce(_) => Ok(()),
    }
}

/// Adds a sanction; of two on the same mask the newer holds.
fn put_sanction(conn: &Connection, kind: &str, sanction: &Sanction) -> rusqlite::Result<()> {
    let (name, net) = (sanction.mask.name.as_ref(), net_of(&sanction.mask));
    let spelling = name.map(Name::as_str);
    conn.prepare_cached("DELETE FROM sanction WHERE kind = ?1 AND name IS ?2 AND net IS ?3")?
        .execute(params![kind, spelling, net])?;
    let insert = "INSERT INTO sanction (kind, name, folded, net, until, by, why)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    conn.prepare_cached(insert)?.execute(params![
        kind,
        spelling,
        name.map(Name::folded),
        net,
        sanction.until.map(|until| until.0),
        sanction.by.as_str(),
        sanction.why.as_deref().map(|why| &**why),
    ])?;
    Ok(())
}

/// Removes what [`Mask::is_named_by`] finds: what is absent on either side equals nothing.
fn lift_sanctions(conn: &Connection, kind: &str, mask: &Mask) -> rusqlite::Result<()> {
    let folded = mask.name.as_ref().map(Name::folded);
    conn.prepare_cached("DELETE FROM sanction WHERE kind = ?1 AND (folded = ?2 OR net = ?3)")?
        .execute(params![kind, folded, net_of(mask)])?;
    Ok(())
}

fn net_of(mask: &Mask) -> Option<String> {
    mask.net.map(|net| Mask::of_net(net).to_string())
}

fn set_operator(conn: &Connection, name: &Name, operator: bool) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE claim SET operator = ?2 WHERE folded = ?1")?
        .execute(params![name.folded(), operator])?;
    Ok(())
}

/// Keeps a claim, in place of the one that the name had.
pub(crate) fn put_claim(conn: &Connection, claim: &Claim) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO claim VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            claim.name.folded(),
            claim.name.as_str(),
            &*claim.credential,
            claim.operator,
        ])?;
    Ok(())
}

/// A deed in the words of the log.
struct Words<'a> {
    act: &'static str,
    target: Option<String>,
    until: Option<Timestamp>,
    words: Option<&'a str>,
}

impl<'a> Words<'a> {
    fn of(act: &'a Act) -> Self {
        match act {
            Act::Kick { name, why } => {
                Self::about("kick", name.to_string()).saying(why.as_deref().map(|why| &**why))
            }
            Act::Mute(sanction) => Self::sanction("mute", sanction),
            Act::Unmute(mask) => Self::about("unmute", mask.to_string()),
            Act::Ban(sanction) => Self::sanction("ban", sanction),
            Act::Unban(mask) => Self::about("unban", mask.to_string()),
            Act::Op { name, lasting } => match lasting {
                true => Self::about("op", name.to_string()),
                false => Self::about("op for this visit", name.to_string()),
            },
            Act::Deop { name } => Self::about("deop", name.to_string()),
            Act::Announce(text) => Self::plain("announce").saying(Some(text)),
            Act::Motd(text) => Self::plain("motd").saying(text.as_deref()),
            Act::Lock(true) => Self::plain("lock"),
            Act::Lock(false) => Self::plain("unlock"),
        }
    }

    fn plain(act: &'static str) -> Self {
        Self {
            act,
            target: None,
            until: None,
            words: None,
        }
    }

    fn about(act: &'static str, target: String) -> Self {
        Self {
            target: Some(target),
            ..Self::plain(act)
        }
    }

    fn sanction(act: &'static str, sanction: &'a Sanction) -> Self {
        let why = sanction.why.as_deref().map(|why| &**why);
        Self {
            until: sanction.until,
            ..Self::about(act, sanction.mask.to_string())
        }
        .saying(why)
    }

    fn saying(self, words: Option<&'a str>) -> Self {
        Self { words, ..self }
    }
}

/// A row of the columns `at, by, act, target, until, words`; `None` if it makes no sense.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<DeedLine>> {
    let at = Timestamp(row.get(0)?);
    let (by, act): (String, String) = (row.get(1)?, row.get(2)?);
    let target: Option<String> = row.get(3)?;
    let until: Option<i64> = row.get(4)?;
    let words: Option<String> = row.get(5)?;
    let (target, words) = (target.unwrap_or_default(), words.as_deref());
    Ok(Name::parse(&by).ok().and_then(|name| {
        let act = read_act(&act, &target, (until, &by), words)?;
        Some(DeedLine { at, by: name, act })
    }))
}

fn read_act(
    act: &str,
    target: &str,
    (until, by): (Option<i64>, &str),
    words: Option<&str>,
) -> Option<Act> {
    let name = || Name::parse(target).ok();
    let text = match words {
        Some(words) => Some(Text::parse(words)?),
        None => None,
    };
    let sanction = || kept::sanction(read_mask(target)?, until, by, words);
    Some(match act {
        "kick" => Act::Kick {
            name: name()?,
            why: text.map(Into::into),
        },
        "mute" => Act::Mute(sanction()?),
        "unmute" => Act::Unmute(read_mask(target)?),
        "ban" => Act::Ban(sanction()?),
        "unban" => Act::Unban(read_mask(target)?),
        "op" | "op for this visit" => Act::Op {
            name: name()?,
            lasting: act == "op",
        },
        "deop" => Act::Deop { name: name()? },
        "announce" => Act::Announce(text?),
        "motd" => Act::Motd(text),
        "lock" => Act::Lock(true),
        "unlock" => Act::Lock(false),
        _ => return None,
    })
}

/// A mask as it is shown: a name, a block, or both. Neither can be taken for the other.
fn read_mask(shown: &str) -> Option<Mask> {
    match shown.split_once(' ') {
        Some((name, net)) => kept::mask(Some(name), Some(net)),
        None => Mask::parse(shown).ok(),
    }
}
