//! Sealed secrets, in a table of their own by owner.

use std::collections::HashMap;

use bytes::Bytes;
use pipeline::{SealedSecret, SecretId, SourceId, Timestamp, WebhookId};
use rusqlite::{Connection, params};

use crate::{
    rows::{Numbers, moment, u64_at},
    writer::{Context, Work, WorkError},
};

/// Whose a secret is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner {
    Source(SourceId),
    Webhook(WebhookId),
}

impl Owner {
    fn columns(self) -> [i64; 2] {
        match self {
            Owner::Source(id) => [0, id.seq_i64()],
            Owner::Webhook(id) => [1, id.seq_i64()],
        }
    }
}

/// The secrets of an owner, in the order in which they were given.
pub(crate) fn read(owner: Owner, connection: &Connection) -> rusqlite::Result<Vec<SealedSecret>> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, low, sealed, activated_at, expires_at, last_used_at FROM secrets \
         WHERE owner_kind = ?1 AND owner = ?2 ORDER BY position",
    )?;
    let secrets = statement.query_map(owner.columns(), |row| {
        Ok(SealedSecret {
            id: SecretId::from_parts(u64_at(row, 0)?, u64_at(row, 1)?),
            sealed: Bytes::copy_from_slice(row.get_ref(2)?.as_blob()?),
            activated_at: moment(row, 3)?,
            expires_at: moment(row, 4)?,
            last_used_at: moment(row, 5)?,
        })
    })?;
    secrets.collect()
}

/// Replaces the secrets of an owner. A last use that was noted since they were read is kept.
pub(crate) fn put(
    owner: Owner,
    secrets: &[SealedSecret],
    connection: &Connection,
) -> rusqlite::Result<()> {
    let noted: HashMap<SecretId, Option<Timestamp>> = read(owner, connection)?
        .into_iter()
        .map(|secret| (secret.id, secret.last_used_at))
        .collect();
    delete(owner, connection)?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO secrets (seq, low, owner_kind, owner, position, sealed, activated_at, \
         expires_at, last_used_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let [kind, owner] = owner.columns();
    for (position, secret) in secrets.iter().enumerate() {
        let used = noted.get(&secret.id).copied().flatten().max(secret.last_used_at);
        statement.execute(params![
            secret.id.seq_i64(),
            secret.id.low_i64(),
            kind,
            owner,
            position as i64,
            &secret.sealed[..],
            secret.activated_at.map(Timestamp::as_millis),
            secret.expires_at.map(Timestamp::as_millis),
            used.map(Timestamp::as_millis),
        ])?;
    }
    Ok(())
}

/// Deletes the secrets of an owner.
pub(crate) fn delete(owner: Owner, connection: &Connection) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM secrets WHERE owner_kind = ?1 AND owner = ?2")?
        .execute(owner.columns())
        .map(drop)
}

/// Notes when secrets were used last; never an earlier moment than is noted.
#[derive(Debug)]
pub(crate) struct NoteUse(pub(crate) Vec<(SecretId, Timestamp)>);

impl Work for NoteUse {
    type Answer = ();

    fn run(&self, context: &mut Context<'_>) -> Result<(), WorkError> {
        let mut statement = context.connection.prepare_cached(
            "UPDATE secrets SET last_used_at = max(coalesce(last_used_at, ?3), ?3) \
             WHERE seq = ?1 AND low = ?2",
        )?;
        for (id, at) in &self.0 {
            statement.execute([id.seq_i64(), id.low_i64(), at.as_millis()])?;
        }
        Ok(())
    }
}
