//! Rows of jobs.
//!
//! What a job does stands in one JSON column, by the row type [`ActRow`]; how far it is in columns.

use countersign::EventKey;
use pipeline::{
    BulkAct, EventId, Job, JobNumber, JobState, Lost, Recovery, Scope, Status, Tally, Timestamp,
    Trigger, WebhookId, store::DeliveryFilter,
};
use rusqlite::{Row, types::Type};
use serde::{Deserialize, Serialize};

use super::{
    Bounds,
    walk::{Phase, Place},
};
use crate::rows::{bad_value, moment, u64_at};

pub(super) const RUNNING: i64 = 0;
pub(super) const DONE: i64 = 1;
pub(super) const STOPPED: i64 = 2;
pub(super) const FAILED: i64 = 3;

/// Columns of [`job`].
pub(super) const JOB: &str =
    "number, state, started_at, finished_at, act, looked_at, done, without_body";

/// What a job does.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActRow {
    Recover(RecoveryRow),
    Resend(FilterRow),
    Cancel(FilterRow),
}

#[derive(Debug, Serialize, Deserialize)]
struct RecoveryRow {
    webhook: String,
    lost: String,
    triggers: Vec<String>,
    since_ms: i64,
    until_ms: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct FilterRow {
    status: Option<String>,
    webhook: Option<String>,
    event: Option<String>,
    key: Option<String>,
    scope: Option<String>,
    request_id: Option<String>,
    response_status: Option<u16>,
    since_ms: Option<i64>,
    until_ms: Option<i64>,
}

/// A value that this version does not know.
#[derive(Debug, thiserror::Error)]
#[error("a job stands in the database that this version does not know")]
struct UnknownAct;

pub(super) fn number(job: JobNumber) -> i64 {
    i64::try_from(job.0).unwrap_or(i64::MAX)
}

pub(super) fn write_act(act: &BulkAct) -> serde_json::Result<String> {
    let row = match act {
        BulkAct::Recover(recovery) => ActRow::Recover(RecoveryRow {
            webhook: recovery.webhook.to_string(),
            lost: recovery.lost.as_str().to_owned(),
            triggers: recovery.triggers.iter().map(Trigger::to_string).collect(),
            since_ms: recovery.since.as_millis(),
            until_ms: recovery.until.as_millis(),
        }),
        BulkAct::Resend(filter) => ActRow::Resend(FilterRow::of(filter)),
        BulkAct::Cancel(filter) => ActRow::Cancel(FilterRow::of(filter)),
    };
    serde_json::to_string(&row)
}

fn read_act(text: &str) -> Option<BulkAct> {
    Some(match serde_json::from_str(text).ok()? {
        ActRow::Recover(row) => BulkAct::Recover(Recovery {
            webhook: row.webhook.parse().ok()?,
            lost: Lost::parse(&row.lost)?,
            triggers: row.triggers.iter().map(|one| one.parse().ok()).collect::<Option<_>>()?,
            since: Timestamp::from_millis(row.since_ms),
            until: Timestamp::from_millis(row.until_ms),
        }),
        ActRow::Resend(row) => BulkAct::Resend(row.read()?),
        ActRow::Cancel(row) => BulkAct::Cancel(row.read()?),
    })
}

impl FilterRow {
    fn of(filter: &DeliveryFilter) -> FilterRow {
        FilterRow {
            status: filter.status.map(|status| status.as_str().to_owned()),
            webhook: filter.webhook.map(|id| id.to_string()),
            event: filter.event.map(|id| id.to_string()),
            key: filter.key.as_ref().map(|key| key.as_str().to_owned()),
            scope: filter.scope.as_ref().map(|scope| scope.as_str().to_owned()),
            request_id: filter.request_id.clone(),
            response_status: filter.response_status,
            since_ms: filter.since.map(Timestamp::as_millis),
            until_ms: filter.until.map(Timestamp::as_millis),
        }
    }

    /// `None` where a text is none of its kind.
    fn read(self) -> Option<DeliveryFilter> {
        fn parsed<T: std::str::FromStr>(text: Option<String>) -> Option<Option<T>> {
            match text {
                None => Some(None),
                Some(text) => text.parse().ok().map(Some),
            }
        }
        Some(DeliveryFilter {
            status: match self.status {
                None => None,
                Some(word) => Some(Status::parse(&word)?),
            },
            webhook: parsed::<WebhookId>(self.webhook)?,
            event: parsed::<EventId>(self.event)?,
            key: match self.key {
                None => None,
                Some(key) => Some(EventKey::parse(&key).ok()?),
            },
            scope: parsed::<Scope>(self.scope)?,
            request_id: self.request_id,
            response_status: self.response_status,
            since: self.since_ms.map(Timestamp::from_millis),
            until: self.until_ms.map(Timestamp::from_millis),
        })
    }
}

/// A job from the columns of [`JOB`].
pub(super) fn job(row: &Row<'_>) -> rusqlite::Result<Job> {
    let state = match row.get(1)? {
        RUNNING => JobState::Running,
        DONE => JobState::Done,
        STOPPED => JobState::Stopped,
        FAILED => JobState::Failed,
        _ => return Err(bad_value(1, Type::Integer, UnknownAct)),
    };
    let act = read_act(row.get_ref(4)?.as_str()?);
    Ok(Job {
        number: JobNumber(u64_at(row, 0)?),
        act: act.ok_or_else(|| bad_value(4, Type::Text, UnknownAct))?,
        state,
        tally: Tally {
            looked_at: u64_at(row, 5)?,
            done: u64_at(row, 6)?,
            without_body: u64_at(row, 7)?,
        },
        started_at: Timestamp::from_millis(row.get(2)?),
        finished_at: moment(row, 3)?,
    })
}

/// Columns of [`place`].
pub(super) const PLACE: &str = "phase, position, deliveries_to, events_to";

/// Where a job is, from the columns of [`PLACE`] that begin at `at`.
pub(super) fn place(row: &Row<'_>, at: usize) -> rusqlite::Result<(Place, Bounds)> {
    let phase = match row.get::<_, i64>(at)? {
        0 => Phase::Deliveries,
        1 => Phase::Events,
        2 => Phase::End,
        _ => return Err(bad_value(at, Type::Integer, UnknownAct)),
    };
    let place = Place { phase, position: row.get(at + 1)? };
    Ok((place, Bounds { deliveries_to: row.get(at + 2)?, events_to: row.get(at + 3)? }))
}

pub(super) fn phase_code(phase: Phase) -> i64 {
    match phase {
        Phase::Deliveries => 0,
        Phase::Events => 1,
        Phase::End => 2,
    }
}
