//! What is to be done with one row that a job came by, by what stands in the database now.

use pipeline::{BulkAct, Delivery, EventId, Status, WebhookId};
use rusqlite::Connection;

use super::walk::Candidate;
use crate::{bodies, dispatch, history, rows::Numbers};

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing: it is not as it was, or there is nobody to bring it to.
    Leave,
    /// Nothing: there is no body any more.
    WithoutBody,
    /// Make it due.
    Resend(Delivery),
    /// Cancel it.
    Cancel(Delivery),
    /// Make a delivery of this event.
    Make(EventId, WebhookId),
}

pub(super) fn decide(
    act: &BulkAct,
    candidate: Candidate,
    connection: &Connection,
) -> rusqlite::Result<Verdict> {
    match (act, candidate) {
        (BulkAct::Recover(recovery), Candidate::Event(event)) => {
            missing(event, recovery.webhook, connection)
        }
        (act, Candidate::Delivery(id)) => {
            let Some(delivery) = history::delivery(id, connection)? else {
                return Ok(Verdict::Leave);
            };
            let concerned = match act {
                BulkAct::Cancel(_) => delivery.status == Status::Pending,
                BulkAct::Resend(filter) => {
                    delivery.status != Status::Pending
                        && filter.status.is_none_or(|status| status == delivery.status)
                }
                BulkAct::Recover(recovery) => recovery.lost.has(delivery.status),
            };
            match act {
                _ if !concerned => Ok(Verdict::Leave),
                BulkAct::Cancel(_) => Ok(Verdict::Cancel(delivery)),
                BulkAct::Resend(_) | BulkAct::Recover(_) => again(delivery, connection),
            }
        }
        (BulkAct::Resend(_) | BulkAct::Cancel(_), Candidate::Event(_)) => Ok(Verdict::Leave),
    }
}

fn again(delivery: Delivery, connection: &Connection) -> rusqlite::Result<Verdict> {
    if !webhook_is_there(delivery.webhook, connection)? {
        return Ok(Verdict::Leave);
    }
    if !bodies::exists(delivery.event, connection)? {
        return Ok(Verdict::WithoutBody);
    }
    Ok(Verdict::Resend(delivery))
}

/// An event whose body was removed may have lost deliveries with it: it is never brought again.
fn missing(
    event: EventId,
    webhook: WebhookId,
    connection: &Connection,
) -> rusqlite::Result<Verdict> {
    if dispatch::event_facts(event, connection)?.is_none()
        || has_delivery(event, webhook, connection)?
        || !webhook_is_there(webhook, connection)?
    {
        return Ok(Verdict::Leave);
    }
    if !bodies::exists(event, connection)? {
        return Ok(Verdict::WithoutBody);
    }
    Ok(Verdict::Make(event, webhook))
}

/// Whether a webhook has a delivery of an event.
pub(super) fn has_delivery(
    event: EventId,
    webhook: WebhookId,
    connection: &Connection,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT 1 FROM deliveries INDEXED BY deliveries_event \
             WHERE event = ?1 AND webhook = ?2 AND webhook_low = ?3",
        )?
        .exists([event.seq_i64(), webhook.seq_i64(), webhook.low_i64()])
}

pub(super) fn webhook_is_there(
    webhook: WebhookId,
    connection: &Connection,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM webhooks WHERE seq = ?1 AND low = ?2")?
        .exists([webhook.seq_i64(), webhook.low_i64()])
}
