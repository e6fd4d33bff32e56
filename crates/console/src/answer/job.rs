//! Jobs.

use pipeline::{BulkAct, Job, Timestamp, Trigger, store::Estimate};
use serde::Serialize;
use utoipa::ToSchema;

use crate::text::time;

/// Bulk work in the background.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobAnswer {
    /// Counts jobs, from 1.
    number: u64,
    /// `recover`, `resend` or `cancel`.
    act: &'static str,
    /// What was asked for.
    asked: AskedAnswer,
    /// `running`, `done`, `stopped` (by a person) or `failed` (its webhook was deleted).
    state: &'static str,
    /// Deliveries and events that were looked at.
    looked_at: u64,
    /// Deliveries that were made due, made or cancelled.
    done: u64,
    /// What would have been brought, but has no body any more.
    without_body: u64,
    /// When it began.
    started_at: String,
    /// When it left `running`.
    finished_at: Option<String>,
}

/// The conditions of a job; those that were not given are left out.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct AskedAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// Of a recovery: triggers; empty is every key.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// What a job would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DryRun)]
pub(crate) struct DryRunAnswer {
    /// Always true.
    dry_run: bool,
    /// Deliveries and events that were looked at.
    looked_at: u64,
    /// Deliveries that would be made due, made or cancelled.
    done: u64,
    /// What would be brought, but has no body any more.
    without_body: u64,
    /// Whether there may be more: after a second the count ends.
    at_least: bool,
}

impl From<&Job> for JobAnswer {
    fn from(job: &Job) -> JobAnswer {
        JobAnswer {
            number: job.number.0,
            act: job.act.as_str(),
            asked: AskedAnswer::from(&job.act),
            state: job.state.as_str(),
            looked_at: job.tally.looked_at,
            done: job.tally.done,
            without_body: job.tally.without_body,
            started_at: time(job.started_at),
            finished_at: job.finished_at.map(time),
        }
    }
}

impl From<&BulkAct> for AskedAnswer {
    fn from(act: &BulkAct) -> AskedAnswer {
        match act {
            BulkAct::Recover(recovery) => AskedAnswer {
                status: Some(recovery.lost.as_str()),
                webhook: Some(recovery.webhook.to_string()),
                events: Some(recovery.triggers.iter().map(Trigger::to_string).collect()),
                since: Some(time(recovery.since)),
                until: Some(time(recovery.until)),
                ..AskedAnswer::default()
            },
            BulkAct::Resend(filter) | BulkAct::Cancel(filter) => {
                let moment = |moment: Option<Timestamp>| moment.map(time);
                AskedAnswer {
                    status: filter.status.map(pipeline::Status::as_str),
                    webhook: filter.webhook.map(|id| id.to_string()),
                    event: filter.event.map(|id| id.to_string()),
                    key: filter.key.as_ref().map(|key| key.as_str().to_owned()),
                    events: None,
                    scope: filter.scope.as_ref().map(|scope| scope.as_str().to_owned()),
                    request_id: filter.request_id.clone(),
                    response_status: filter.response_status,
                    since: moment(filter.since),
                    until: moment(filter.until),
                }
            }
        }
    }
}

impl From<Estimate> for DryRunAnswer {
    fn from(estimate: Estimate) -> DryRunAnswer {
        DryRunAnswer {
            dry_run: true,
            looked_at: estimate.tally.looked_at,
            done: estimate.tally.done,
            without_body: estimate.tally.without_body,
            at_least: estimate.at_least,
        }
    }
}
