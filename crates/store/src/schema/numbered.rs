//! From version 5 to 6: rooms that were remembered by name are remembered by number. SQL does not
//! know when two spellings are one name, so this is no script.

use std::collections::HashMap;

use chinwag_core::{MarkerTarget, RoomName};
use rusqlite::{Connection, params};

/// Gives read markers, profiles and sessions the numbers of their rooms. A room that has ended has
/// none: its markers go, and the texts keep only its name.
pub(super) fn number_rooms(conn: &Connection) -> rusqlite::Result<()> {
    let mut statement = conn.prepare("SELECT id, name FROM room WHERE NOT retired")?;
    let rooms = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rooms: Vec<(u32, String)> = rooms.collect::<Result<_, _>>()?;
    number_markers(conn, &rooms)?;
    let ids: HashMap<&str, u32> = rooms.iter().map(|(id, name)| (&**name, *id)).collect();
    for (table, key) in [("profile", "folded"), ("resumable", "code_hash")] {
        number_texts(conn, table, key, &ids)?;
    }
    Ok(())
}

fn number_markers(conn: &Connection, rooms: &[(u32, String)]) -> rusqlite::Result<()> {
    let key = |name: &str| RoomName::parse(name).map(|name| MarkerTarget::Room(name).key());
    let ids: HashMap<Box<str>, u32> = rooms
        .iter()
        .filter_map(|(id, name)| Some((key(name).ok()?, *id)))
        .collect();
    let mut statement =
        conn.prepare("SELECT DISTINCT target FROM read_marker WHERE target GLOB '#*'")?;
    let targets = statement.query_map([], |row| row.get(0))?;
    let targets: Vec<String> = targets.collect::<Result<_, _>>()?;
    let mut update = conn.prepare("UPDATE read_marker SET target = ?2 WHERE target = ?1")?;
    for target in &targets {
        if let Some(id) = ids.get(&**target) {
            let key = format!("room {id}");
            update.execute(params![target, key])?;
        }
    }
    conn.execute("DELETE FROM read_marker WHERE target GLOB '#*'", [])?;
    Ok(())
}

fn number_texts(
    conn: &Connection,
    table: &str,
    key: &str,
    ids: &HashMap<&str, u32>,
) -> rusqlite::Result<()> {
    let mut select = conn.prepare(&format!("SELECT {key}, text FROM {table}"))?;
    let mut update = conn.prepare(&format!("UPDATE {table} SET text = ?2 WHERE {key} = ?1"))?;
    let mut rows = select.query([])?;
    let mut numbered = Vec::new();
    while let Some(row) = rows.next()? {
        let (key, text): (rusqlite::types::Value, String) = (row.get(0)?, row.get(1)?);
        numbered.push((key, with_numbers(&text, ids)));
    }
    for (key, text) in numbered {
        update.execute(params![key, text])?;
    }
    Ok(())
}

/// The lines `room NAME`, `room NAME PLACE` and `current NAME`, with `NUMBER#NAME` in place of the
/// name.
fn with_numbers(text: &str, ids: &HashMap<&str, u32>) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let name = rest.split(' ').next().unwrap_or_default();
        match ids.get(name).filter(|_| matches!(word, "room" | "current")) {
            Some(id) => out.extend([word, " ", &id.to_string(), "#", rest, "\n"]),
            None => out.extend([line, "\n"]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_in_texts_get_their_numbers() {
        let ids = HashMap::from([("dev", 7), ("room", 8)]);
        let text = "room dev\nroom room 55\nroom gone\ncurrent dev\nignore dev\nline room dev\n";
        let numbered =
            "room 7#dev\nroom 8#room 55\nroom gone\ncurrent 7#dev\nignore dev\nline room dev\n";
        assert_eq!(with_numbers(text, &ids), numbered);
    }
}
