//! Notes for the owners of accounts, by folded name, each a text that the caller understands: wrong
//! passwords that others have tried. They are rows of the settings.

use rusqlite::ToSql;

use crate::commit::Store;
use crate::error::{CommitError, Error};
use crate::schema;

/// Precedes the folded name in the key of a setting. No other key has a blank.
const NOTE: &str = "guesses ";

impl Store {
    /// Stores or deletes notes: all or nothing.
    ///
    /// # Errors
    /// [`CommitError`]; nothing has changed then.
    pub fn change_notes(
        &mut self,
        changed: &[(Box<str>, Option<String>)],
    ) -> Result<(), CommitError> {
        self.write_beside(|conn| {
            changed.iter().try_for_each(|(name, text)| {
                let text = text.as_ref().map(|text| text as &dyn ToSql);
                schema::set(conn, &format!("{NOTE}{name}"), text)
            })
        })
    }

    /// All notes, with the folded name of each account.
    ///
    /// # Errors
    /// [`Error`] if they cannot be read.
    pub fn notes(&mut self) -> Result<Vec<(String, String)>, Error> {
        let conn = self.database.conn_as_is()?;
        let sql = "SELECT substr(key, length(?1) + 1), value FROM setting
                   WHERE substr(key, 1, length(?1)) = ?1";
        let mut statement = conn.prepare_cached(sql)?;
        let rows = statement.query_map([NOTE], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
