//! The format of the database: its mark, its version and the numbered migrations.
//!
//! Owns `PRAGMA application_id` and `user_version`. A migration is a file, runs in one transaction
//! together with the new version number, and is never changed after a release. A database of a
//! newer version is refused and left as it is.

use rusqlite::Connection;

#[cfg(test)]
mod tests;

/// Marks a database file as ours: `CSGN`.
pub(crate) const APPLICATION_ID: i32 = 0x4353_474e;

/// The migration at index `n` leads from version `n` to `n + 1`.
const MIGRATIONS: [&str; 3] = [
    include_str!("schema/0001-first.sql"),
    include_str!("schema/0002-lanes.sql"),
    include_str!("schema/0003-jobs.sql"),
];

/// The version that this program writes.
pub(crate) const VERSION: u32 = MIGRATIONS.len() as u32;

/// Why a database cannot be used.
#[derive(Debug)]
pub(crate) enum SchemaError {
    /// Made by something else.
    Foreign,
    /// Made by a newer release.
    Newer { found: u32 },
    /// SQLite said no.
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for SchemaError {
    fn from(error: rusqlite::Error) -> SchemaError {
        SchemaError::Sqlite(error)
    }
}

/// Whether the database has nothing in it yet. Another application's, or a newer one, is an error.
pub(crate) fn is_empty(connection: &Connection) -> Result<bool, SchemaError> {
    let mark: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let found = version(connection)?;
    let tables: u32 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (mark, found, tables) {
        (0, 0, 0) => Ok(true),
        (APPLICATION_ID, found, _) if found > VERSION => Err(SchemaError::Newer { found }),
        (APPLICATION_ID, _, _) => Ok(false),
        _ => Err(SchemaError::Foreign),
    }
}

fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings the database to [`VERSION`], one migration after the other.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), SchemaError> {
    let from = version(connection)?;
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(from as usize) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", index as u32 + 1)?;
        transaction.commit()?;
    }
    Ok(())
}
