//! Rows of events, deliveries and attempts, as the pipeline's types.
//!
//! Owns the order of columns in every `SELECT` that reads one of them whole. A value that cannot be
//! (a key that is none, a status of 9) is an error of the row, never a panic.

use countersign::EventKey;
use pipeline::{
    Attempt, AttemptId, Delivery, DeliveryId, EventFacts, EventId, Marks, Outcome, Scope,
    SourceName, Status, Timestamp, WebhookId,
};
use rusqlite::{Row, types::Type};

use crate::compact;

/// Of a leased delivery.
pub(crate) const LEASED: i64 = i64::MAX;

pub(crate) const VERIFIED: i64 = 1;
pub(crate) const REQUEST_ID_REUSED: i64 = 2;
pub(crate) const OUTSIDE_SCOPE: i64 = 4;

/// Columns of [`event`], from a table `e`.
pub(crate) const EVENT: &str = "e.seq, e.low, e.key, e.scope, e.source, e.request_id, \
     e.content_type, e.size_bytes, e.sha256, e.flags, e.repeat_of, e.repeat_of_low";

/// Columns of [`delivery`], from a table `d`.
pub(crate) const DELIVERY: &str = "d.seq, d.low, d.event, d.event_low, d.webhook, d.webhook_low, \
     d.status, d.due_at, d.attempts, d.since, d.finished_at, d.response_status, d.request_id";
/// How many they are.
pub(crate) const DELIVERY_WIDTH: usize = 13;

/// Columns of [`attempt`].
pub(crate) const ATTEMPT: &str =
    "seq, low, number, started_at, duration_ms, outcome, request, response";

/// The numbers of an id: (seq, low).
pub(crate) trait Numbers {
    fn seq_i64(self) -> i64;
    fn low_i64(self) -> i64;
}

macro_rules! numbers {
    ($($id:ty),*) => {$(
        impl Numbers for $id {
            // Both are under 2^62.
            fn seq_i64(self) -> i64 {
                self.seq() as i64
            }

            fn low_i64(self) -> i64 {
                self.low() as i64
            }
        }
    )*};
}

numbers!(EventId, DeliveryId, AttemptId, WebhookId, pipeline::SecretId, pipeline::SourceId);

pub(crate) fn u64_at(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(at)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(at, number))
}

pub(crate) fn moment(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(at)?.map(Timestamp::from_millis))
}

pub(crate) fn bad_value(
    at: usize,
    kind: Type,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(at, kind, Box::new(error))
}

/// A value outside its list.
#[derive(Debug, thiserror::Error)]
#[error("a number stands in the database that this version does not know")]
struct UnknownCode;

/// An event from the columns of [`EVENT`] that begin at `at`.
pub(crate) fn event(row: &Row<'_>, at: usize) -> rusqlite::Result<EventFacts> {
    let key = row.get_ref(at + 2)?.as_str()?;
    let scope = row.get_ref(at + 3)?.as_str()?;
    let source: Option<&str> = row.get_ref(at + 4)?.as_str_or_null()?;
    let flags: i64 = row.get(at + 9)?;
    let repeat_of: Option<i64> = row.get(at + 10)?;
    Ok(EventFacts {
        id: EventId::from_parts(u64_at(row, at)?, u64_at(row, at + 1)?),
        key: EventKey::parse(key).map_err(|error| bad_value(at + 2, Type::Text, error))?,
        scope: Scope::parse(scope).map_err(|error| bad_value(at + 3, Type::Text, error))?,
        source: source
            .map(str::parse::<SourceName>)
            .transpose()
            .map_err(|error| bad_value(at + 4, Type::Text, error))?,
        request_id: row.get(at + 5)?,
        content_type: row.get(at + 6)?,
        size_bytes: u64_at(row, at + 7)?,
        sha256: row.get(at + 8)?,
        verified: flags & VERIFIED != 0,
        repeat_of: match repeat_of {
            Some(_) => Some(EventId::from_parts(u64_at(row, at + 10)?, u64_at(row, at + 11)?)),
            None => None,
        },
        marks: Marks {
            request_id_reused: flags & REQUEST_ID_REUSED != 0,
            outside_scope: flags & OUTSIDE_SCOPE != 0,
        },
    })
}

pub(crate) const fn status_code(status: Status) -> i64 {
    match status {
        Status::Pending => 0,
        Status::Delivered => 1,
        Status::Failed => 2,
        Status::Cancelled => 3,
    }
}

/// A delivery from the columns of [`DELIVERY`].
pub(crate) fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let code: i64 = row.get(6)?;
    let status = Status::ALL
        .into_iter()
        .find(|status| status_code(*status) == code)
        .ok_or_else(|| bad_value(6, Type::Integer, UnknownCode))?;
    let due_at: i64 = row.get(7)?;
    let waits = status == Status::Pending && due_at != LEASED;
    Ok(Delivery {
        id: DeliveryId::from_parts(u64_at(row, 0)?, u64_at(row, 1)?),
        event: EventId::from_parts(u64_at(row, 2)?, u64_at(row, 3)?),
        webhook: WebhookId::from_parts(u64_at(row, 4)?, u64_at(row, 5)?),
        request_id: row.get(12)?,
        status,
        attempts_made: row.get(8)?,
        next_attempt_at: waits.then_some(Timestamp::from_millis(due_at)),
        since: Timestamp::from_millis(row.get(9)?),
        finished_at: moment(row, 10)?,
    })
}

pub(crate) const fn outcome_code(outcome: Outcome) -> i64 {
    match outcome {
        Outcome::Delivered => 0,
        Outcome::Status => 1,
        Outcome::Timeout => 2,
        Outcome::Dns => 3,
        Outcome::Connect => 4,
        Outcome::Tls => 5,
        Outcome::ForbiddenTarget => 6,
        Outcome::Protocol => 7,
    }
}

/// An attempt of that delivery from the columns of [`ATTEMPT`].
pub(crate) fn attempt(delivery: DeliveryId, row: &Row<'_>) -> rusqlite::Result<Attempt> {
    let code: i64 = row.get(5)?;
    let outcome = Outcome::ALL
        .into_iter()
        .find(|outcome| outcome_code(*outcome) == code)
        .ok_or_else(|| bad_value(5, Type::Integer, UnknownCode))?;
    let request = row.get_ref(6)?.as_blob()?;
    let response = row.get_ref(7)?.as_blob_or_null()?;
    Ok(Attempt {
        id: AttemptId::from_parts(u64_at(row, 0)?, u64_at(row, 1)?),
        delivery,
        number: row.get(2)?,
        started_at: Timestamp::from_millis(row.get(3)?),
        duration_ms: row.get(4)?,
        outcome,
        request: compact::read_request(request).map_err(|error| bad_value(6, Type::Blob, error))?,
        response: response
            .map(compact::read_response)
            .transpose()
            .map_err(|error| bad_value(7, Type::Blob, error))?,
    })
}
