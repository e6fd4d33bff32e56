//! Sources, webhooks and the server's own settings.
//!
//! What is searched stands in columns, the rest in one JSON column by the row types of
//! [`settings`]. Changes check everything before they write.

use pipeline::{
    Source, SourceId, SourceName, StoreError, Timestamp, Webhook, WebhookId,
    store::{Configured, Expected, OnWaiting},
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use self::{
    secrets::Owner,
    settings::{Changes, SourceColumns, SourceSettings, WebhookColumns, WebhookSettings},
};
use crate::{
    fault::failed,
    lanes,
    rows::{Numbers, u64_at},
    writer::{Context, Work, WorkError},
};

pub(crate) mod secrets;
mod settings;

/// Writes a source whole.
#[derive(Debug)]
pub(crate) struct PutSource {
    pub(crate) source: Source,
    pub(crate) expected: Expected,
}

impl Work for PutSource {
    type Answer = ();

    fn run(&self, context: &mut Context<'_>) -> Result<(), WorkError> {
        let (source, connection) = (&self.source, context.connection);
        let id = source.id;
        let there = version_of("sources", id.seq_i64(), id.low_i64(), connection)?;
        let taken = connection
            .prepare_cached("SELECT 1 FROM sources WHERE name = ?1 AND seq <> ?2")?
            .exists(params![source.name.as_str(), id.seq_i64()])?;
        check(self.expected, there, taken)?;
        remove("sources", id.seq_i64(), id.low_i64(), connection)?;
        connection
            .prepare_cached(
                "INSERT INTO sources \
                 (seq, low, name, version, created_at, updated_at, settings) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                id.seq_i64(),
                id.low_i64(),
                source.name.as_str(),
                version_column(source.version)?,
                source.created_at.as_millis(),
                source.updated_at.as_millis(),
                serde_json::to_string(&SourceSettings::of(source))?,
            ])?;
        Ok(secrets::put(Owner::Source(id), &source.secrets, connection)?)
    }
}

/// Writes a webhook whole.
#[derive(Debug)]
pub(crate) struct PutWebhook {
    pub(crate) webhook: Webhook,
    pub(crate) expected: Expected,
}

impl Work for PutWebhook {
    type Answer = ();

    fn run(&self, context: &mut Context<'_>) -> Result<(), WorkError> {
        let (webhook, connection) = (&self.webhook, context.connection);
        let id = webhook.id;
        let there = version_of("webhooks", id.seq_i64(), id.low_i64(), connection)?;
        let taken = connection
            .prepare_cached("SELECT 1 FROM webhooks WHERE declared_key = ?1 AND seq <> ?2")?
            .exists(params![webhook.declared_key, id.seq_i64()])?;
        check(self.expected, there, taken)?;
        remove("webhooks", id.seq_i64(), id.low_i64(), connection)?;
        connection
            .prepare_cached(
                "INSERT INTO webhooks \
                 (seq, low, declared_key, version, created_at, updated_at, settings) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                id.seq_i64(),
                id.low_i64(),
                webhook.declared_key,
                version_column(webhook.version)?,
                webhook.created_at.as_millis(),
                webhook.updated_at.as_millis(),
                serde_json::to_string(&WebhookSettings::of(webhook))?,
            ])?;
        Ok(secrets::put(Owner::Webhook(id), &webhook.secrets, connection)?)
    }
}

fn version_column(version: u64) -> Result<i64, StoreError> {
    i64::try_from(version).map_err(failed)
}

fn version_of(
    table: &'static str,
    seq: i64,
    low: i64,
    connection: &Connection,
) -> rusqlite::Result<Option<u64>> {
    connection
        .prepare_cached(&format!("SELECT version FROM {table} WHERE seq = ?1 AND low = ?2"))?
        .query_row([seq, low], |row| u64_at(row, 0))
        .optional()
}

fn remove(
    table: &'static str,
    seq: i64,
    low: i64,
    connection: &Connection,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(&format!("DELETE FROM {table} WHERE seq = ?1 AND low = ?2"))?
        .execute([seq, low])
        .map(drop)
}

/// `there` is the version of the thing with this id; `taken` is whether another one has its name.
fn check(expected: Expected, there: Option<u64>, taken: bool) -> Result<(), StoreError> {
    match (expected, there) {
        (Expected::Absent, Some(_)) => Err(StoreError::Taken),
        (Expected::Version(_), None) => Err(StoreError::NotFound),
        (Expected::Version(version), Some(there)) if version != there => {
            Err(StoreError::VersionMismatch)
        }
        _ if taken => Err(StoreError::Taken),
        _ => Ok(()),
    }
}

/// Deletes a source. Looks through all pending deliveries: they know their event, and only that
/// knows its source.
#[derive(Debug)]
pub(crate) struct DeleteSource {
    pub(crate) name: SourceName,
    pub(crate) waiting: OnWaiting,
    pub(crate) now: Timestamp,
}

/// Pending deliveries of a source's events.
const OF_SOURCE: &str = "status = 0 AND (SELECT source FROM events WHERE seq = event) = ?1";

impl Work for DeleteSource {
    type Answer = ();

    fn run(&self, context: &mut Context<'_>) -> Result<(), WorkError> {
        let connection = context.connection;
        let name = self.name.as_str();
        let id = connection
            .prepare_cached("SELECT seq, low FROM sources WHERE name = ?1")?
            .query_row([name], |row| Ok(SourceId::from_parts(u64_at(row, 0)?, u64_at(row, 1)?)))
            .optional()?
            .ok_or(StoreError::NotFound)?;
        match self.waiting {
            OnWaiting::Refuse => {
                let sql = format!(
                    "SELECT count(*) FROM deliveries INDEXED BY deliveries_due WHERE {OF_SOURCE}"
                );
                refuse_waiting(connection.query_row(&sql, [name], |row| u64_at(row, 0))?)?;
            }
            OnWaiting::Cancel => {
                let sql = format!(
                    "UPDATE deliveries INDEXED BY deliveries_due \
                     SET status = 3, due_at = 0, finished_at = ?2 WHERE {OF_SOURCE}"
                );
                connection.execute(&sql, params![name, self.now.as_millis()])?;
            }
        }
        secrets::delete(Owner::Source(id), connection)?;
        Ok(remove("sources", id.seq_i64(), id.low_i64(), connection)?)
    }
}

/// Deletes a webhook.
#[derive(Debug)]
pub(crate) struct DeleteWebhook {
    pub(crate) id: WebhookId,
    pub(crate) waiting: OnWaiting,
    pub(crate) now: Timestamp,
}

impl Work for DeleteWebhook {
    type Answer = ();

    fn run(&self, context: &mut Context<'_>) -> Result<(), WorkError> {
        let connection = context.connection;
        let (seq, low) = (self.id.seq_i64(), self.id.low_i64());
        version_of("webhooks", seq, low, connection)?.ok_or(StoreError::NotFound)?;
        match self.waiting {
            OnWaiting::Refuse => {
                let sql = "SELECT count(*) FROM deliveries WHERE webhook = ?1 AND status = 0";
                refuse_waiting(connection.query_row(sql, [seq], |row| u64_at(row, 0))?)?;
            }
            OnWaiting::Cancel => {
                let sql = "UPDATE deliveries SET status = 3, due_at = 0, finished_at = ?2 \
                           WHERE webhook = ?1 AND status = 0";
                connection.execute(sql, [seq, self.now.as_millis()])?;
            }
        }
        secrets::delete(Owner::Webhook(self.id), connection)?;
        lanes::forget(self.id, connection)?;
        Ok(remove("webhooks", seq, low, connection)?)
    }
}

fn refuse_waiting(waiting: u64) -> Result<(), StoreError> {
    match waiting {
        0 => Ok(()),
        waiting => Err(StoreError::Waiting(waiting)),
    }
}

/// Keeps a small named value.
#[derive(Debug)]
pub(crate) struct PutSetting {
    pub(crate) name: &'static str,
    pub(crate) value: Vec<u8>,
}

impl Work for PutSetting {
    type Answer = ();

    fn run(&self, context: &mut Context<'_>) -> Result<(), WorkError> {
        context
            .connection
            .prepare_cached("INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)")?
            .execute(params![self.name, self.value])?;
        Ok(())
    }
}

/// Such a value.
pub(crate) fn setting(name: &str, connection: &Connection) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT value FROM settings WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}

/// All sources by name and all webhooks by id. Both are read in one transaction.
pub(crate) fn configured(connection: &Connection) -> Result<Configured, StoreError> {
    let transaction = connection.unchecked_transaction().map_err(failed)?;
    let configured =
        Configured { sources: sources(&transaction)?, webhooks: webhooks(&transaction)? };
    transaction.commit().map_err(failed)?;
    Ok(configured)
}

fn changes(row: &Row<'_>, at: usize) -> rusqlite::Result<Changes> {
    Ok(Changes {
        version: u64_at(row, at)?,
        created_at: Timestamp::from_millis(row.get(at + 1)?),
        updated_at: Timestamp::from_millis(row.get(at + 2)?),
    })
}

fn sources(connection: &Connection) -> Result<Vec<Source>, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT seq, low, name, version, created_at, updated_at, settings \
             FROM sources ORDER BY name",
        )
        .map_err(failed)?;
    let rows = statement.query_map([], |row| {
        let columns = SourceColumns {
            id: SourceId::from_parts(u64_at(row, 0)?, u64_at(row, 1)?),
            name: row.get(2)?,
            changes: changes(row, 3)?,
        };
        Ok((columns, row.get::<_, String>(6)?))
    });
    let mut sources = Vec::new();
    for row in rows.map_err(failed)? {
        let (columns, json) = row.map_err(failed)?;
        let settings: SourceSettings = serde_json::from_str(&json).map_err(failed)?;
        let mut source = settings.read(&columns).map_err(failed)?;
        source.secrets = secrets::read(Owner::Source(source.id), connection).map_err(failed)?;
        sources.push(source);
    }
    Ok(sources)
}

fn webhooks(connection: &Connection) -> Result<Vec<Webhook>, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT seq, low, declared_key, version, created_at, updated_at, settings \
             FROM webhooks ORDER BY seq",
        )
        .map_err(failed)?;
    let rows = statement.query_map([], |row| {
        let columns = WebhookColumns {
            id: WebhookId::from_parts(u64_at(row, 0)?, u64_at(row, 1)?),
            declared_key: row.get(2)?,
            changes: changes(row, 3)?,
        };
        Ok((columns, row.get::<_, String>(6)?))
    });
    let mut webhooks = Vec::new();
    for row in rows.map_err(failed)? {
        let (columns, json) = row.map_err(failed)?;
        let settings: WebhookSettings = serde_json::from_str(&json).map_err(failed)?;
        let mut webhook = settings.read(&columns).map_err(failed)?;
        webhook.secrets = secrets::read(Owner::Webhook(webhook.id), connection).map_err(failed)?;
        webhooks.push(webhook);
    }
    Ok(webhooks)
}
