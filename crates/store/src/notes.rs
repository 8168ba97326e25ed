//! Notes for the owners of accounts, each a text that the writer understands, by folded name: wrong
//! passwords that others have tried. They stand among the settings, one row each.

use rusqlite::ToSql;

use crate::commit::Store;
use crate::error::{CommitError, Error};
use crate::schema;

/// Before the folded name, in the key of a setting. No other key has a blank.
const NOTE: &str = "guesses ";

impl Store {
    /// Stores notes, or forgets them: all or nothing.
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

    /// All notes, with the folded name that each is for.
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
