//! One step of a job: what the reader's half brings, and the writer's half.

use pipeline::{
    BulkAct, Delivery, EventId, Job, JobState, StoreError, Tally, Timestamp, Webhook, WebhookId,
    store::{NewDelivery, Step, Stepped, bulk::STEP_MAX},
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    decide::{Verdict, decide, webhook_is_there},
    row::{self, DONE, FAILED, JOB, PLACE, RUNNING},
    walk::{self, Look, Phase, Place},
};
use crate::{
    accept,
    reader::ReadError,
    rows::{LEASED, Numbers},
    writer::{Context, Work, WorkError},
};

/// A step with what was looked at.
#[derive(Debug)]
pub(crate) struct ApplyStep {
    step: Step,
    job: Job,
    from: Place,
    look: Look,
}

/// The reader's half.
pub(crate) fn prepare(step: Step, connection: &Connection) -> Result<ApplyStep, ReadError> {
    let found = connection
        .prepare_cached(&format!("SELECT {JOB}, {PLACE} FROM jobs WHERE number = ?1"))?
        .query_row([row::number(step.job)], |row| Ok((row::job(row)?, row::place(row, 8)?)))
        .optional()?;
    let (job, (from, bounds)) = found.ok_or(StoreError::NotFound)?;
    if job.state != JobState::Running {
        return Err(StoreError::WrongStatus.into());
    }
    let limit = step.limit.clamp(1, STEP_MAX);
    let webhook: Option<&Webhook> = step.webhook.as_deref();
    let look = walk::look(&job.act, webhook, from, bounds, limit, connection)?;
    Ok(ApplyStep { step, job, from, look })
}

impl ApplyStep {
    /// Whether it may make rows that were not there.
    pub(crate) fn makes_deliveries(&self) -> bool {
        self.job.act.makes_deliveries()
    }
}

impl Work for ApplyStep {
    type Answer = Stepped;

    fn run(&self, context: &mut Context<'_>) -> Result<Stepped, WorkError> {
        let connection = context.connection;
        let there = connection
            .prepare_cached(&format!("SELECT state, {PLACE} FROM jobs WHERE number = ?1"))?
            .query_row([row::number(self.step.job)], |row| {
                Ok((row.get::<_, i64>(0)?, row::place(row, 1)?.0))
            })
            .optional()?;
        match there {
            None => return Err(StoreError::NotFound.into()),
            Some((RUNNING, place)) if place == self.from => {}
            // Stopped, or stepped by another one, since it was looked at.
            Some(_) => return Err(StoreError::WrongStatus.into()),
        }
        let mut acts = Acts::new(&self.step, connection);
        if self.webhook_is_gone(connection)? {
            return Ok(self.end(FAILED, self.from, acts, connection)?);
        }
        acts.tally.looked_at = self.look.looked_at;
        for candidate in &self.look.candidates {
            let verdict = decide(&self.job.act, *candidate, connection)?;
            acts.perform(verdict)?;
        }
        let state = if self.look.next.phase == Phase::End { DONE } else { RUNNING };
        Ok(self.end(state, self.look.next, acts, connection)?)
    }
}

impl ApplyStep {
    fn webhook_is_gone(&self, connection: &Connection) -> rusqlite::Result<bool> {
        match &self.job.act {
            BulkAct::Recover(recovery) => {
                Ok(self.step.webhook.is_none() || !webhook_is_there(recovery.webhook, connection)?)
            }
            BulkAct::Resend(_) | BulkAct::Cancel(_) => Ok(false),
        }
    }

    /// Moves the job.
    fn end(
        &self,
        state: i64,
        place: Place,
        acts: Acts<'_>,
        connection: &Connection,
    ) -> rusqlite::Result<Stepped> {
        let finished_at = (state != RUNNING).then_some(self.step.now.as_millis());
        let added = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        connection
            .prepare_cached(
                "UPDATE jobs SET state = ?2, finished_at = ?3, phase = ?4, position = ?5, \
                 looked_at = looked_at + ?6, done = done + ?7, \
                 without_body = without_body + ?8 WHERE number = ?1",
            )?
            .execute(params![
                row::number(self.step.job),
                state,
                finished_at,
                row::phase_code(place.phase),
                place.position,
                added(acts.tally.looked_at),
                added(acts.tally.done),
                added(acts.tally.without_body),
            ])?;
        let job = super::one(self.step.job, connection)?;
        Ok(Stepped {
            job: job.ok_or(rusqlite::Error::QueryReturnedNoRows)?,
            due: acts.due,
            made: acts.made,
            cancelled: acts.cancelled,
        })
    }
}

/// What a step has done so far.
struct Acts<'a> {
    step: &'a Step,
    connection: &'a Connection,
    tally: Tally,
    due: Vec<WebhookId>,
    made: u64,
    cancelled: Vec<(WebhookId, pipeline::DeliveryId)>,
}

impl<'a> Acts<'a> {
    fn new(step: &'a Step, connection: &'a Connection) -> Acts<'a> {
        let (due, cancelled) = (Vec::new(), Vec::new());
        Acts { step, connection, tally: Tally::default(), due, made: 0, cancelled }
    }

    fn perform(&mut self, verdict: Verdict) -> rusqlite::Result<()> {
        match verdict {
            Verdict::Leave => return Ok(()),
            Verdict::WithoutBody => {
                self.tally.without_body += 1;
                return Ok(());
            }
            Verdict::Resend(delivery) => self.resend(&delivery)?,
            Verdict::Cancel(delivery) => self.cancel(&delivery)?,
            Verdict::Make(event, webhook) => self.make(event, webhook)?,
        }
        self.tally.done += 1;
        Ok(())
    }

    fn now(&self) -> i64 {
        Timestamp::as_millis(self.step.now).min(LEASED - 1)
    }

    fn is_due(&mut self, webhook: WebhookId) {
        if !self.due.contains(&webhook) {
            self.due.push(webhook);
        }
    }

    fn resend(&mut self, delivery: &Delivery) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE deliveries SET status = 0, due_at = ?2, since = ?2, finished_at = NULL \
                 WHERE seq = ?1",
            )?
            .execute([delivery.id.seq_i64(), self.now()])?;
        self.is_due(delivery.webhook);
        Ok(())
    }

    fn cancel(&mut self, delivery: &Delivery) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE deliveries SET status = 3, due_at = 0, finished_at = ?2 WHERE seq = ?1",
            )?
            .execute([delivery.id.seq_i64(), self.step.now.as_millis()])?;
        self.cancelled.push((delivery.webhook, delivery.id));
        Ok(())
    }

    /// Through the same rows as at acceptance: born due.
    fn make(&mut self, event: EventId, webhook: WebhookId) -> rusqlite::Result<()> {
        let delivery = NewDelivery { id: self.step.ids.make(), webhook, leased: false };
        self.made += accept::insert_deliveries(event, &[delivery], self.connection)? as u64;
        self.is_due(webhook);
        Ok(())
    }
}
