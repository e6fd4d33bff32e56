//! Taking an event in: is it a repetition, and if not, its rows and those of its deliveries.

use pipeline::{
    Event, EventId, StoreError, Timestamp, WebhookId,
    store::{Accepted, Identity, NewDelivery, NewEvent},
};
use rusqlite::{Connection, params};

use crate::{
    bodies,
    rows::{LEASED, Numbers, OUTSIDE_SCOPE, REQUEST_ID_REUSED, VERIFIED, u64_at},
    seen::Key,
    writer::{Context, Work, WorkError},
};

/// The work of accepting one event.
#[derive(Debug)]
pub(crate) struct AcceptEvent(pub(crate) NewEvent);

impl Work for AcceptEvent {
    type Answer = Accepted;

    fn run(&self, context: &mut Context<'_>) -> Result<Accepted, WorkError> {
        let new = &self.0;
        let key = Key::of(&new.event, &new.identity);
        let found = match (&key, &new.identity) {
            (Some(key), Identity::Received { replay_window_ms, .. }) => {
                look_received(new, key, *replay_window_ms, context)?
            }
            (Some(key), _) => match context.seen.published(key, context.connection)? {
                Some(first) => Found::Duplicate(first),
                None => Found::default(),
            },
            (None, _) => Found::default(),
        };
        let (repeat_of, reused) = match found {
            Found::Duplicate(first) => {
                let now = new.event.facts.id.created_at();
                let revived = revive(first, now, context.connection)?;
                return Ok(Accepted::Duplicate { first, revived });
            }
            Found::New { repeat_of, reused } => (repeat_of, reused),
        };
        insert_event(&new.event, repeat_of, reused, context.connection)?;
        bodies::insert(&new.event, context.scratch, context.connection)?;
        if let Some(key) = &key {
            let id = new.event.facts.id;
            context.seen.insert(key, id, repeat_of.is_some(), context.connection)?;
        }
        let deliveries =
            insert_deliveries(new.event.facts.id, &new.deliveries, context.connection)?;
        Ok(Accepted::New { deliveries })
    }
}

/// What the keys of duplicates say.
enum Found {
    Duplicate(EventId),
    New { repeat_of: Option<EventId>, reused: bool },
}

impl Default for Found {
    fn default() -> Found {
        Found::New { repeat_of: None, reused: false }
    }
}

fn look_received(
    new: &NewEvent,
    key: &Key,
    replay_window_ms: u64,
    context: &Context<'_>,
) -> rusqlite::Result<Found> {
    let facts = &new.event.facts;
    let sighting = context.seen.received(key, context.connection)?;
    if let Some(first) = sighting.same {
        return Ok(Found::Duplicate(first));
    }
    if let Some(before) = sighting.same_body {
        let ago = facts.id.created_at().since(before.created_at());
        if ago.as_millis() < u128::from(replay_window_ms) {
            return Ok(Found::Duplicate(before));
        }
    }
    let reused = match &facts.request_id {
        Some(request_id) => context
            .connection
            .prepare_cached(
                "SELECT 1 FROM events WHERE request_id = ?1 AND source = ?2 AND sha256 <> ?3",
            )?
            .exists(params![
                request_id,
                facts.source.as_ref().map(|source| source.as_str()),
                facts.sha256
            ])?,
        None => false,
    };
    Ok(Found::New { repeat_of: sighting.same_body, reused })
}

/// Makes the failed deliveries of an event that came again due, where there is still something to
/// bring and somebody to bring it to.
fn revive(
    event: EventId,
    now: Timestamp,
    connection: &Connection,
) -> Result<Vec<WebhookId>, WorkError> {
    let mut failed = connection.prepare_cached(
        "SELECT 1 FROM deliveries WHERE event = ?1 AND event_low = ?2 AND status = 2",
    )?;
    if !failed.exists([event.seq_i64(), event.low_i64()])? || !bodies::exists(event, connection)? {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare_cached(
        "UPDATE deliveries SET status = 0, due_at = ?3, since = ?3, finished_at = NULL \
         WHERE event = ?1 AND event_low = ?2 AND status = 2 \
         AND EXISTS (SELECT 1 FROM webhooks WHERE seq = webhook AND low = webhook_low) \
         RETURNING webhook, webhook_low",
    )?;
    let values = params![event.seq_i64(), event.low_i64(), now.as_millis()];
    let revived = statement
        .query_map(values, |row| Ok(WebhookId::from_parts(u64_at(row, 0)?, u64_at(row, 1)?)))?;
    Ok(revived.collect::<rusqlite::Result<_>>()?)
}

fn insert_event(
    event: &Event,
    repeat_of: Option<EventId>,
    reused: bool,
    connection: &Connection,
) -> Result<(), WorkError> {
    let facts = &event.facts;
    let flag = |set: bool, flag: i64| if set { flag } else { 0 };
    let size =
        i64::try_from(facts.size_bytes).map_err(|error| StoreError::Failed(Box::new(error)))?;
    connection
        .prepare_cached(
            "INSERT INTO events (seq, low, key, scope, source, request_id, content_type, \
             size_bytes, sha256, flags, repeat_of, repeat_of_low) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            facts.id.seq_i64(),
            facts.id.low_i64(),
            facts.key.as_str(),
            facts.scope.as_str(),
            facts.source.as_ref().map(|source| source.as_str()),
            facts.request_id.as_deref(),
            facts.content_type.as_deref(),
            size,
            facts.sha256,
            flag(facts.verified, VERIFIED)
                | flag(reused, REQUEST_ID_REUSED)
                | flag(facts.marks.outside_scope, OUTSIDE_SCOPE),
            repeat_of.map(Numbers::seq_i64),
            repeat_of.map(Numbers::low_i64),
        ])?;
    Ok(())
}

/// Inserts those whose webhook is there, and answers how many they were.
pub(crate) fn insert_deliveries(
    event: EventId,
    deliveries: &[NewDelivery],
    connection: &Connection,
) -> rusqlite::Result<usize> {
    // Looked up apart: an INSERT that reads from a table copies every page that it touches, so that
    // it could be undone alone.
    let mut webhook_is_there =
        connection.prepare_cached("SELECT 1 FROM webhooks WHERE seq = ?1 AND low = ?2")?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO deliveries (seq, low, event, event_low, webhook, webhook_low, status, \
         due_at, attempts, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, 0, ?8)",
    )?;
    let mut made = 0;
    for delivery in deliveries {
        let webhook = [delivery.webhook.seq_i64(), delivery.webhook.low_i64()];
        if !webhook_is_there.exists(webhook)? {
            continue;
        }
        let now = delivery.id.created_at().as_millis();
        made += insert.execute([
            delivery.id.seq_i64(),
            delivery.id.low_i64(),
            event.seq_i64(),
            event.low_i64(),
            delivery.webhook.seq_i64(),
            delivery.webhook.low_i64(),
            if delivery.leased { LEASED } else { now },
            now,
        ])?;
    }
    Ok(made)
}
