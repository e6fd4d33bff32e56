//! Bodies and kept headers of events: the bytes, apart from the narrow rows.
//!
//! Owns the table `bodies` alone, so that a payload log can take its place. A body that is not
//! there was removed.

use bytes::Bytes;
use pipeline::{Event, EventId, KeptHeaders};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    compact::{self, FormError},
    rows::Numbers,
};

/// Why bytes could not be read.
#[derive(Debug)]
pub(crate) enum BodyError {
    Sqlite(rusqlite::Error),
    Form(FormError),
}

impl From<rusqlite::Error> for BodyError {
    fn from(error: rusqlite::Error) -> BodyError {
        BodyError::Sqlite(error)
    }
}

/// Keeps the bytes of a new event. `scratch` is empty.
pub(crate) fn insert(
    event: &Event,
    scratch: &mut Vec<u8>,
    connection: &Connection,
) -> rusqlite::Result<()> {
    let headers = (!event.headers.is_empty()).then(|| {
        compact::write_headers(&event.headers, scratch);
        scratch.as_slice()
    });
    connection
        .prepare_cached("INSERT INTO bodies (event, headers, body) VALUES (?1, ?2, ?3)")?
        .execute(params![event.facts.id.seq_i64(), headers, &event.body[..]])?;
    Ok(())
}

/// The bytes of an event, or `None` where they were removed.
pub(crate) fn read(
    event: EventId,
    connection: &Connection,
) -> Result<Option<(KeptHeaders, Bytes)>, BodyError> {
    let mut statement =
        connection.prepare_cached("SELECT headers, body FROM bodies WHERE event = ?1")?;
    let mut rows = statement.query([event.seq_i64()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let headers = row.get_ref(0)?.as_blob_or_null().map_err(rusqlite::Error::from)?;
    let headers = headers.map(compact::read_headers).transpose();
    let headers = headers.map_err(BodyError::Form)?.unwrap_or_default();
    let body = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
    Ok(Some((headers, Bytes::copy_from_slice(body))))
}

/// The plain body alone.
pub(crate) fn read_body(
    event: EventId,
    connection: &Connection,
) -> rusqlite::Result<Option<Bytes>> {
    connection
        .prepare_cached("SELECT body FROM bodies WHERE event = ?1")?
        .query_row([event.seq_i64()], |row| Ok(Bytes::copy_from_slice(row.get_ref(0)?.as_blob()?)))
        .optional()
}

/// Whether the bytes are there.
pub(crate) fn exists(event: EventId, connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM bodies WHERE event = ?1")?.exists([event.seq_i64()])
}

/// Removes the bytes of an event.
pub(crate) fn remove(event_seq: i64, connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM bodies WHERE event = ?1")?.execute([event_seq]).map(drop)
}
