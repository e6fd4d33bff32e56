//! What lanes remember over a restart.
//!
//! Owns the table `lanes`: a row for each webhook whose breaker, hold or failures are not at rest.

use pipeline::{Breaker, Timestamp, WebhookId, store::LaneMemory};
use rusqlite::{Connection, params};

use crate::{
    rows::{self, Numbers},
    writer::{Context, WhenFull, Work, WorkError},
};

/// Keeps what one lane remembers.
#[derive(Debug)]
pub(crate) struct Remember {
    pub(crate) webhook: WebhookId,
    pub(crate) memory: LaneMemory,
}

impl Work for Remember {
    type Answer = ();

    const WHEN_FULL: WhenFull = WhenFull::Wait;

    fn run(&self, context: &mut Context<'_>) -> Result<(), WorkError> {
        if self.memory == LaneMemory::default() {
            return Ok(forget(self.webhook, context.connection)?);
        }
        let LaneMemory { breaker, hold_until, failing_since } = self.memory;
        let (failures, wait_ms, probe_at) = match breaker {
            Breaker::Closed { failures } => (failures, None, None),
            Breaker::Open { probe_at, wait_ms } => (0, Some(wait_ms), Some(probe_at)),
            Breaker::Probing { wait_ms } => (0, Some(wait_ms), None),
        };
        context
            .connection
            .prepare_cached(
                "INSERT OR REPLACE INTO lanes \
                 (webhook, failures, wait_ms, probe_at, hold_until, failing_since) \
                 SELECT ?1, ?3, ?4, ?5, ?6, ?7 \
                 WHERE EXISTS (SELECT 1 FROM webhooks WHERE seq = ?1 AND low = ?2)",
            )?
            .execute(params![
                self.webhook.seq_i64(),
                self.webhook.low_i64(),
                failures,
                wait_ms.map(|wait| i64::try_from(wait).unwrap_or(i64::MAX)),
                probe_at.map(Timestamp::as_millis),
                hold_until.map(Timestamp::as_millis),
                failing_since.map(Timestamp::as_millis),
            ])?;
        Ok(())
    }
}

/// Forgets a webhook's lane.
pub(crate) fn forget(webhook: WebhookId, connection: &Connection) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("DELETE FROM lanes WHERE webhook = ?1")?;
    statement.execute([webhook.seq_i64()]).map(drop)
}

/// Everything that is remembered. A probe that was under way is due at once.
pub(crate) fn all(
    now: Timestamp,
    connection: &Connection,
) -> rusqlite::Result<Vec<(WebhookId, LaneMemory)>> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, low, failures, wait_ms, probe_at, hold_until, failing_since \
         FROM lanes JOIN webhooks ON webhooks.seq = lanes.webhook ORDER BY seq",
    )?;
    let lanes = statement.query_map([], |row| {
        let webhook = WebhookId::from_parts(rows::u64_at(row, 0)?, rows::u64_at(row, 1)?);
        let breaker = match row.get::<_, Option<i64>>(3)? {
            None => Breaker::Closed { failures: row.get(2)? },
            Some(_) => Breaker::Open {
                probe_at: rows::moment(row, 4)?.unwrap_or(now),
                wait_ms: rows::u64_at(row, 3)?,
            },
        };
        let memory = LaneMemory {
            breaker,
            hold_until: rows::moment(row, 5)?,
            failing_since: rows::moment(row, 6)?,
        };
        Ok((webhook, memory))
    })?;
    lanes.collect()
}
