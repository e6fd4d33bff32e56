//! How much the store holds.

use std::path::{Path, PathBuf};

use pipeline::store::Counts;
use rusqlite::Connection;

use crate::rows::u64_at;

/// What is pending, and the bytes of the database with its journal.
pub(crate) fn counts(file: &Path, connection: &Connection) -> rusqlite::Result<Counts> {
    let pending = connection.query_row(
        "SELECT count(*) FROM deliveries INDEXED BY deliveries_due WHERE status = 0",
        [],
        |row| u64_at(row, 0),
    )?;
    let journal = |suffix: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let size = |file: &Path| std::fs::metadata(file).map_or(0, |about| about.len());
    Ok(Counts { pending, size_bytes: size(file) + size(&journal("-wal")) + size(&journal("-shm")) })
}

/// The greatest `seq` of any id.
pub(crate) fn id_floor(connection: &Connection) -> rusqlite::Result<u64> {
    connection.query_row(
        "SELECT max(coalesce((SELECT max(seq) FROM events), 0), \
         coalesce((SELECT max(seq) FROM deliveries), 0), \
         coalesce((SELECT max(seq) FROM attempts), 0), \
         coalesce((SELECT max(seq) FROM webhooks), 0), \
         coalesce((SELECT max(seq) FROM sources), 0), \
         coalesce((SELECT max(seq) FROM secrets), 0))",
        [],
        |row| u64_at(row, 0),
    )
}
