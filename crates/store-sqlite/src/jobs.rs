//! Jobs: bulk work that goes on over restarts.
//!
//! A step has two halves. A reader looks at rows from the job's place on ([`walk`]), for 40 ms at
//! most, and brings the ones that may be concerned. The writer then decides on each of them by what
//! stands in the database at that moment ([`decide`]), acts, and moves the job's place, all in one
//! transaction ([`step`]). An estimate decides the same way and does not act.

use pipeline::{
    BulkAct, Job, JobNumber, StoreError, Timestamp, WebhookId,
    job::{JOBS_KEPT_MAX, JOBS_RUNNING_MAX},
    store::{Page, PageOf, history::PAGE_MAX},
};
use rusqlite::{Connection, OptionalExtension, params};

use self::row::{JOB, STOPPED};
use crate::{
    history::first_seq,
    rows::{LEASED, Numbers},
    writer::{Context, Work, WorkError},
};

pub(crate) mod decide;
pub(crate) mod estimate;
mod row;
pub(crate) mod step;
#[cfg(test)]
mod tests;
pub(crate) mod walk;

/// Keeps a new job.
#[derive(Debug)]
pub(crate) struct BeginJob {
    pub(crate) act: BulkAct,
    pub(crate) now: Timestamp,
}

impl Work for BeginJob {
    type Answer = Job;

    fn run(&self, context: &mut Context<'_>) -> Result<Job, WorkError> {
        let connection = context.connection;
        if running(connection)?.len() >= JOBS_RUNNING_MAX {
            return Err(StoreError::TooManyJobs.into());
        }
        let webhook = self.act.recovers();
        if let Some(webhook) = webhook
            && !decide::webhook_is_there(webhook, connection)?
        {
            return Err(StoreError::NotFound.into());
        }
        let newest: i64 =
            connection
                .query_row("SELECT coalesce(max(number), 0) FROM jobs", [], |row| row.get(0))?;
        let number = newest + 1;
        let bounds = bounds(&self.act, connection)?;
        connection
            .prepare_cached(
                "INSERT INTO jobs (number, state, started_at, webhook, webhook_low, act, phase, \
                 position, deliveries_to, events_to, looked_at, done, without_body) \
                 VALUES (?1, 0, ?2, ?3, ?4, ?5, 0, -1, ?6, ?7, 0, 0, 0)",
            )?
            .execute(params![
                number,
                self.now.as_millis(),
                webhook.map(Numbers::seq_i64),
                webhook.map(Numbers::low_i64),
                row::write_act(&self.act)?,
                bounds.deliveries_to,
                bounds.events_to,
            ])?;
        connection
            .prepare_cached("DELETE FROM jobs WHERE number <= ?1 AND state <> 0")?
            .execute([number - JOBS_KEPT_MAX as i64])?;
        Ok(one(JobNumber(number as u64), connection)?.ok_or(StoreError::NotFound)?)
    }
}

/// The last rows that a job looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    deliveries_to: i64,
    events_to: i64,
}

/// What there is now: what comes later is not looked at.
pub(crate) fn bounds(act: &BulkAct, connection: &Connection) -> rusqlite::Result<Bounds> {
    let last = |table| {
        let sql = format!("SELECT coalesce(max(seq), -1) FROM {table}");
        connection.query_row(&sql, [], |row| row.get::<_, i64>(0))
    };
    let until = match act {
        BulkAct::Recover(recovery) => first_seq(recovery.until) - 1,
        BulkAct::Resend(_) | BulkAct::Cancel(_) => -1,
    };
    Ok(Bounds { deliveries_to: last("deliveries")?, events_to: last("events")?.min(until) })
}

/// Ends a running job by a person's act.
#[derive(Debug)]
pub(crate) struct StopJob {
    pub(crate) job: JobNumber,
    pub(crate) now: Timestamp,
}

impl Work for StopJob {
    type Answer = Job;

    fn run(&self, context: &mut Context<'_>) -> Result<Job, WorkError> {
        let connection = context.connection;
        let stopped = connection
            .prepare_cached(
                "UPDATE jobs SET state = ?3, finished_at = ?2 WHERE number = ?1 AND state = 0",
            )?
            .execute(params![row::number(self.job), self.now.as_millis(), STOPPED])?;
        let job = one(self.job, connection)?.ok_or(StoreError::NotFound)?;
        if stopped == 0 { Err(StoreError::WrongStatus.into()) } else { Ok(job) }
    }
}

/// One job.
pub(crate) fn one(job: JobNumber, connection: &Connection) -> rusqlite::Result<Option<Job>> {
    connection
        .prepare_cached(&format!("SELECT {JOB} FROM jobs WHERE number = ?1"))?
        .query_row([row::number(job)], row::job)
        .optional()
}

/// A page of jobs, newest first. There are never more than a few hundred.
pub(crate) fn list(
    webhook: Option<WebhookId>,
    page: Page,
    connection: &Connection,
) -> rusqlite::Result<PageOf<Job>> {
    let limit = page.limit.clamp(1, PAGE_MAX);
    let before = page.before.map_or(i64::MAX, |before| row::number(JobNumber(before)));
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {JOB} FROM jobs WHERE number < ?1 AND (?2 IS NULL OR (webhook = ?2 \
         AND webhook_low = ?3)) ORDER BY number DESC LIMIT ?4"
    ))?;
    let values = params![
        before,
        webhook.map(Numbers::seq_i64),
        webhook.map(Numbers::low_i64),
        limit as i64 + 1
    ];
    let jobs = statement.query_map(values, row::job)?;
    let mut items: Vec<Job> = jobs.collect::<rusqlite::Result<_>>()?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|job| job.number.0);
    Ok(PageOf { items, next })
}

/// The jobs that run, oldest first.
pub(crate) fn running(connection: &Connection) -> rusqlite::Result<Vec<JobNumber>> {
    connection
        .prepare_cached("SELECT number FROM jobs WHERE state = 0 ORDER BY number")?
        .query_map([], |row| Ok(JobNumber(crate::rows::u64_at(row, 0)?)))?
        .collect()
}

/// Deliveries of a webhook that are due, counted up to a number.
pub(crate) fn backlog(
    webhook: WebhookId,
    now: Timestamp,
    at_most: usize,
    connection: &Connection,
) -> rusqlite::Result<usize> {
    let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
    connection
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE webhook = ?1 AND status = 0 \
             AND due_at <= ?2 LIMIT ?3)",
        )?
        .query_row([webhook.seq_i64(), now.as_millis().min(LEASED - 1), at_most], |row| {
            row.get::<_, i64>(0)
        })
        .map(|number| usize::try_from(number).unwrap_or(0))
}
