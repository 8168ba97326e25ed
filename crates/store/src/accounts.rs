//! Accounts: writing and reading their names and credentials.

use std::collections::HashMap;

use chinwag_core::{
    Account, AccountChange, AccountChanged, Credential, CredentialKind, Event, Name, Seq, Timestamp,
};
use rusqlite::{Connection, params};

use crate::block::signed;
use crate::error::{Damage, Error};
use crate::private;

/// Writes a change of an account.
pub(crate) fn write(
    conn: &Connection,
    event: &Event,
    changed: &AccountChanged,
) -> rusqlite::Result<()> {
    let account = &changed.account;
    match &changed.change {
        AccountChange::Claimed {
            kind,
            secret,
            operator,
        } => {
            let rank = if *operator { rank(event.seq) } else { 0 };
            conn.prepare_cached("INSERT OR REPLACE INTO account VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![
                    account.folded(),
                    account.as_str(),
                    rank,
                    event.at.0
                ])?;
            put_credential(conn, account, *kind, secret, event.at)
        }
        AccountChange::Credential { kind, secret } => {
            put_credential(conn, account, *kind, secret, event.at)
        }
        AccountChange::CertificateRemoved(certificate) => {
            let delete = "DELETE FROM credential WHERE account = ?1 AND kind = ?2 AND secret = ?3";
            let kind = kind_as_text(CredentialKind::Certificate);
            conn.prepare_cached(delete)?
                .execute(params![account.folded(), kind, certificate])?;
            Ok(())
        }
        AccountChange::NameAdded(name) => {
            let insert = "INSERT OR REPLACE INTO account_name VALUES (?1, ?2, ?3, ?4)";
            conn.prepare_cached(insert)?.execute(params![
                name.folded(),
                name.as_str(),
                account.folded(),
                signed(event.seq.0)
            ])?;
            Ok(())
        }
        AccountChange::NameRemoved(name) => {
            conn.prepare_cached("DELETE FROM account_name WHERE folded = ?1")?
                .execute([name.folded()])?;
            Ok(())
        }
        AccountChange::Removed => remove(conn, account),
    }
}

fn remove(conn: &Connection, account: &Name) -> rusqlite::Result<()> {
    private::end_account(conn, account)?;
    for delete in [
        "DELETE FROM account WHERE folded = ?1",
        "DELETE FROM account_name WHERE account = ?1",
        "DELETE FROM credential WHERE account = ?1",
        "DELETE FROM kept_message WHERE account = ?1",
        "DELETE FROM read_marker WHERE account = ?1",
        "DELETE FROM account_metadata WHERE account = ?1",
        "DELETE FROM profile WHERE folded = ?1",
        "DELETE FROM room_standing WHERE folded = ?1",
    ] {
        conn.prepare_cached(delete)?.execute([account.folded()])?;
    }
    Ok(())
}

/// Stores a credential; a password replaces the previous one.
fn put_credential(
    conn: &Connection,
    account: &Name,
    kind: CredentialKind,
    secret: &str,
    at: Timestamp,
) -> rusqlite::Result<()> {
    if kind == CredentialKind::Password {
        let delete = "DELETE FROM credential WHERE account = ?1 AND kind = ?2";
        conn.prepare_cached(delete)?
            .execute(params![account.folded(), kind_as_text(kind)])?;
    }
    conn.prepare_cached("INSERT OR REPLACE INTO credential VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![account.folded(), kind_as_text(kind), secret, at.0])?;
    Ok(())
}

/// Makes an account's owner an operator from this event on. An operator keeps their rank.
pub(crate) fn appoint(conn: &Connection, account: &Name, seq: Seq) -> rusqlite::Result<()> {
    let sql = "UPDATE account SET operator = ?2 WHERE folded = ?1 AND operator = 0";
    conn.prepare_cached(sql)?
        .execute(params![account.folded(), rank(seq)])?;
    Ok(())
}

/// Makes an account's owner no operator any longer.
pub(crate) fn dismiss(conn: &Connection, account: &Name) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE account SET operator = 0 WHERE folded = ?1")?
        .execute([account.folded()])?;
    Ok(())
}

/// 0 means no operator.
fn rank(appointed: Seq) -> i64 {
    signed(appointed.0).max(1)
}

/// All accounts.
pub(crate) fn load(conn: &Connection) -> Result<Vec<Account>, Error> {
    let mut names = names(conn)?;
    let mut credentials = credentials(conn)?;
    let mut statement =
        conn.prepare("SELECT folded, name, operator, since FROM account ORDER BY folded")?;
    let mut rows = statement.query([])?;
    let mut accounts = Vec::new();
    while let Some(row) = rows.next()? {
        let (folded, name, rank): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        accounts.push(Account {
            name: Name::known(&name).ok_or(Damage::Row("account"))?,
            names: names.remove(&folded).unwrap_or_default(),
            credentials: credentials.remove(&folded).unwrap_or_default(),
            operator: rank != 0,
            appointed: Seq(rank.unsigned_abs()),
            since: Timestamp(row.get(3)?),
        });
    }
    Ok(accounts)
}

fn names(conn: &Connection) -> Result<HashMap<String, Vec<Name>>, Error> {
    let mut statement = conn.prepare("SELECT account, name FROM account_name ORDER BY since")?;
    let mut rows = statement.query([])?;
    let mut names: HashMap<String, Vec<Name>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let (account, name): (String, String) = (row.get(0)?, row.get(1)?);
        let name = Name::known(&name).ok_or(Damage::Row("account_name"))?;
        names.entry(account).or_default().push(name);
    }
    Ok(names)
}

fn credentials(conn: &Connection) -> Result<HashMap<String, Vec<Credential>>, Error> {
    let sql = "SELECT account, kind, secret, since FROM credential ORDER BY since";
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut credentials: HashMap<String, Vec<Credential>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let (account, kind, secret): (String, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        credentials.entry(account).or_default().push(Credential {
            kind: kind_from_text(&kind).ok_or(Damage::Row("credential"))?,
            secret: secret.into(),
            since: Timestamp(row.get(3)?),
        });
    }
    Ok(credentials)
}

fn kind_as_text(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::Password => "password",
        CredentialKind::Certificate => "certificate",
    }
}

fn kind_from_text(text: &str) -> Option<CredentialKind> {
    let all = [CredentialKind::Password, CredentialKind::Certificate];
    all.into_iter().find(|kind| kind_as_text(*kind) == text)
}
