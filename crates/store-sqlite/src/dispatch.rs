//! Leasing deliveries and recording what became of them.
//!
//! A lease is the greatest integer in `due_at`: sorted behind everything that waits, found without
//! a scan, and held by the one run that has the folder's lock.

use std::sync::Arc;

use pipeline::{
    Delivery, DeliveryId, Event, EventId, Next, StoreError, Timestamp, WebhookId,
    store::{Claim, Claimed, ClaimedDelivery, Record, Recovered},
};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    bodies::{self, BodyError},
    compact, lanes,
    rows::{self, LEASED, Numbers, outcome_code, status_code},
    writer::{Context, WhenFull, Work, WorkError},
};

/// Of a probe: how many of the deliveries that are due first are looked at.
const PROBE_LOOKS_MAX: usize = 1_024;

/// Ends the leases of runs before.
#[derive(Debug)]
pub(crate) struct BeginRun {
    pub(crate) now: Timestamp,
}

impl Work for BeginRun {
    type Answer = Recovered;

    fn run(&self, context: &mut Context<'_>) -> Result<Recovered, WorkError> {
        let connection = context.connection;
        let released = connection
            .prepare_cached(
                "UPDATE deliveries SET due_at = ?1 WHERE status = 0 AND due_at = ?2 \
                 AND webhook IN (SELECT seq FROM webhooks)",
            )?
            .execute([self.now.as_millis(), LEASED])?;
        let mut statement = connection.prepare_cached(
            "SELECT seq, low, (SELECT min(due_at) FROM deliveries \
             WHERE webhook = webhooks.seq AND status = 0) AS first FROM webhooks \
             WHERE first IS NOT NULL ORDER BY first",
        )?;
        let waiting = statement.query_map([], |row| {
            let webhook = WebhookId::from_parts(rows::u64_at(row, 0)?, rows::u64_at(row, 1)?);
            Ok((webhook, Timestamp::from_millis(row.get(2)?)))
        })?;
        Ok(Recovered {
            released: released as u64,
            waiting: waiting.collect::<rusqlite::Result<_>>()?,
            lanes: lanes::all(self.now, connection)?,
        })
    }
}

/// Leases deliveries of one webhook.
#[derive(Debug)]
pub(crate) struct ClaimDue(pub(crate) Claim);

impl Work for ClaimDue {
    type Answer = Claimed;

    fn run(&self, context: &mut Context<'_>) -> Result<Claimed, WorkError> {
        let connection = context.connection;
        let mut deliveries = Vec::new();
        let mut bytes = 0;
        for delivery in candidates(&self.0, connection)? {
            if bytes > self.0.body_bytes_max {
                break;
            }
            let event = event(delivery.event, connection)?;
            bytes += event.as_ref().map_or(0, |event| event.body.len());
            set_due(delivery.id, LEASED, connection)?;
            deliveries.push(ClaimedDelivery {
                delivery: Delivery { next_attempt_at: None, ..delivery },
                event,
            });
        }
        Ok(Claimed { deliveries, next_due: next_due(self.0.webhook, connection)? })
    }
}

fn candidates(claim: &Claim, connection: &Connection) -> rusqlite::Result<Vec<Delivery>> {
    let limit = i64::try_from(claim.limit.max(1)).unwrap_or(i64::MAX);
    let (sql, due_by) = if claim.probe {
        let sql = format!(
            "SELECT {columns} FROM (SELECT * FROM deliveries WHERE webhook = ?1 AND status = 0 \
             AND due_at <= ?2 ORDER BY due_at, seq LIMIT {PROBE_LOOKS_MAX}) AS d \
             WHERE d.webhook_low = ?3 ORDER BY d.attempts, d.due_at, d.seq LIMIT ?4",
            columns = rows::DELIVERY
        );
        (sql, LEASED - 1)
    } else {
        let sql = format!(
            "SELECT {columns} FROM deliveries AS d WHERE d.webhook = ?1 AND d.status = 0 \
             AND d.due_at <= ?2 AND d.webhook_low = ?3 ORDER BY d.due_at, d.seq LIMIT ?4",
            columns = rows::DELIVERY
        );
        (sql, claim.due_by.as_millis().min(LEASED - 1))
    };
    let mut statement = connection.prepare_cached(&sql)?;
    let webhook = claim.webhook;
    let values = params![webhook.seq_i64(), due_by, webhook.low_i64(), limit];
    statement.query_map(values, rows::delivery)?.collect()
}

fn event(id: EventId, connection: &Connection) -> Result<Option<Arc<Event>>, WorkError> {
    let (headers, body) = match bodies::read(id, connection) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(None),
        Err(BodyError::Sqlite(error)) => return Err(error.into()),
        Err(BodyError::Form(error)) => return Err(error.into()),
    };
    let facts = event_facts(id, connection)?;
    Ok(facts.map(|facts| Arc::new(Event { facts, headers, body })))
}

/// Everything about an event but its bytes.
pub(crate) fn event_facts(
    id: EventId,
    connection: &Connection,
) -> rusqlite::Result<Option<pipeline::EventFacts>> {
    let sql = format!("SELECT {} FROM events AS e WHERE e.seq = ?1 AND e.low = ?2", rows::EVENT);
    connection
        .prepare_cached(&sql)?
        .query_row([id.seq_i64(), id.low_i64()], |row| rows::event(row, 0))
        .optional()
}

fn set_due(id: DeliveryId, due_at: i64, connection: &Connection) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE deliveries SET due_at = ?2 WHERE seq = ?1")?
        .execute([id.seq_i64(), due_at])
        .map(drop)
}

fn next_due(webhook: WebhookId, connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    connection
        .prepare_cached(
            "SELECT min(due_at) FROM deliveries WHERE webhook = ?1 AND status = 0 AND due_at < ?2",
        )?
        .query_row([webhook.seq_i64(), LEASED], |row| rows::moment(row, 0))
}

/// Keeps an attempt and moves its delivery.
#[derive(Debug)]
pub(crate) struct RecordAttempt(pub(crate) Record);

impl Work for RecordAttempt {
    type Answer = bool;

    const WHEN_FULL: WhenFull = WhenFull::Wait;

    fn run(&self, context: &mut Context<'_>) -> Result<bool, WorkError> {
        let Record { attempt, next } = &self.0;
        let delivery = attempt.delivery;
        let ended_at = attempt.started_at.plus_millis(attempt.duration_ms.into());
        let (due_at, finished_at) = match next {
            Next::Retry { at } => (at.as_millis().min(LEASED - 1), None),
            Next::Delivered | Next::Failed(_) => (0, Some(ended_at.as_millis())),
        };
        let status = attempt.response.as_ref().map(|response| response.status);
        let moved = context
            .connection
            .prepare_cached(
                "UPDATE deliveries SET status = ?3, due_at = ?4, finished_at = ?5, \
                 attempts = max(attempts, ?6), response_status = ?7 \
                 WHERE seq = ?1 AND low = ?2 AND status = 0 AND due_at = ?8",
            )?
            .execute(params![
                delivery.seq_i64(),
                delivery.low_i64(),
                status_code(next.status()),
                due_at,
                finished_at,
                attempt.number,
                status,
                LEASED
            ])?;
        if moved == 0 {
            let counted = context
                .connection
                .prepare_cached(
                    "UPDATE deliveries SET attempts = max(attempts, ?3), response_status = ?4 \
                     WHERE seq = ?1 AND low = ?2",
                )?
                .execute(params![delivery.seq_i64(), delivery.low_i64(), attempt.number, status])?;
            if counted == 0 {
                return Err(StoreError::NotFound.into());
            }
        }
        self.insert_attempt(context)?;
        Ok(moved == 1)
    }
}

impl RecordAttempt {
    fn insert_attempt(&self, context: &mut Context<'_>) -> rusqlite::Result<()> {
        let attempt = &self.0.attempt;
        compact::write_request(&attempt.request, context.scratch);
        let request_end = context.scratch.len();
        if let Some(response) = &attempt.response {
            compact::write_response(response, context.scratch);
        }
        let (request, response) = context.scratch.split_at(request_end);
        context
            .connection
            .prepare_cached(
                "INSERT INTO attempts (seq, low, delivery, number, started_at, duration_ms, \
                 outcome, request, response) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
                 ON CONFLICT (seq) DO NOTHING",
            )?
            .execute(params![
                attempt.id.seq_i64(),
                attempt.id.low_i64(),
                attempt.delivery.seq_i64(),
                attempt.number,
                attempt.started_at.as_millis(),
                attempt.duration_ms,
                outcome_code(attempt.outcome),
                request,
                attempt.response.is_some().then_some(response),
            ])
            .map(drop)
    }
}

/// Gives leases back.
#[derive(Debug)]
pub(crate) struct Release {
    pub(crate) deliveries: Vec<DeliveryId>,
    pub(crate) due: Timestamp,
}

impl Work for Release {
    type Answer = ();

    const WHEN_FULL: WhenFull = WhenFull::Wait;

    fn run(&self, context: &mut Context<'_>) -> Result<(), WorkError> {
        let mut statement = context.connection.prepare_cached(
            "UPDATE deliveries SET due_at = ?3 \
             WHERE seq = ?1 AND low = ?2 AND status = 0 AND due_at = ?4",
        )?;
        let due_at = self.due.as_millis().min(LEASED - 1);
        for id in &self.deliveries {
            statement.execute([id.seq_i64(), id.low_i64(), due_at, LEASED])?;
        }
        Ok(())
    }
}

/// Makes waiting deliveries of one webhook due.
#[derive(Debug)]
pub(crate) struct Expedite {
    pub(crate) webhook: WebhookId,
    pub(crate) now: Timestamp,
    pub(crate) limit: usize,
}

impl Work for Expedite {
    type Answer = usize;

    fn run(&self, context: &mut Context<'_>) -> Result<usize, WorkError> {
        let limit = i64::try_from(self.limit).unwrap_or(i64::MAX);
        // Due since their making, so that they are claimed oldest first.
        let expedited = context
            .connection
            .prepare_cached(
                "UPDATE deliveries SET due_at = min(since, ?3) WHERE seq IN \
                 (SELECT seq FROM deliveries WHERE webhook = ?1 AND status = 0 \
                  AND due_at > ?3 AND due_at < ?4 AND webhook_low = ?2 ORDER BY due_at LIMIT ?5)",
            )?
            .execute(params![
                self.webhook.seq_i64(),
                self.webhook.low_i64(),
                self.now.as_millis(),
                LEASED,
                limit
            ])?;
        Ok(expedited)
    }
}
