//! Connections: how each kind of them is set up.
//!
//! Owns every pragma. Invariants: WAL with `synchronous=FULL`; nobody checkpoints but the
//! checkpointer (`wal_autocheckpoint=0` elsewhere); readers cannot write; caches are bounded:
//! 32 MiB for the writer, 4 MiB for each reader.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};

/// Statements that a connection keeps prepared.
const STATEMENTS_MAX: usize = 96;
/// Nobody but us opens the file, and we write from one thread; what may still meet is a checkpoint
/// and the recovery of the index after a crash.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const WRITER_CACHE_KIB: i64 = 32 * 1024;
const READER_CACHE_KIB: i64 = 4 * 1024;
/// What is left of the WAL file after it was checkpointed whole.
const WAL_KEPT_BYTES: i64 = 64 * 1024 * 1024;

fn open(file: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let common = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = Connection::open_with_flags(file, flags | common)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(connection)
}

/// The one that writes. The file has to be there; it may be empty.
pub(crate) fn writer(file: &Path) -> rusqlite::Result<Connection> {
    let connection = open(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    Ok(connection)
}

/// Gives an empty database its page size, and every database its journal.
pub(crate) fn set_up_file(
    connection: &Connection,
    new_page_bytes: Option<u32>,
) -> rusqlite::Result<()> {
    if let Some(page_bytes) = new_page_bytes {
        connection.pragma_update(None, "page_size", page_bytes)?;
    }
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN),
            Some(format!("the journal mode stayed `{mode}`")),
        ));
    }
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", WAL_KEPT_BYTES)
}

/// One that checkpoints.
pub(crate) fn checkpointer(file: &Path) -> rusqlite::Result<Connection> {
    let connection = open(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(connection)
}

/// One that reads.
pub(crate) fn reader(file: &Path) -> rusqlite::Result<Connection> {
    let connection = open(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(connection)
}
