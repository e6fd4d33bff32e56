//! Jobs: bulk work that goes on over restarts.
//!
//! A job is worked off in steps. A step looks at a bounded number of rows, does what is to be done
//! with them, and moves the job's place in the same transaction: a crash repeats nothing and leaves
//! nothing out. What is made or moved to the end while a job runs is not looked at.

use std::sync::Arc;

use super::{Page, PageOf, StoreFuture};
use crate::{
    id::{DeliveryId, IdGenerator, WebhookId},
    job::{BulkAct, Job, JobNumber, Tally},
    time::Timestamp,
    webhook::Webhook,
};

/// The most deliveries that one step acts on.
pub const STEP_MAX: usize = 200;

/// A step to be made.
#[derive(Clone, Debug)]
pub struct Step {
    /// Of which job.
    pub job: JobNumber,
    /// The webhook of a recovery as it is now; `None` where it is gone, which fails the job.
    pub webhook: Option<Arc<Webhook>>,
    /// Acts on so many deliveries at most: 1 to [`STEP_MAX`].
    pub limit: usize,
    /// Makes the ids of deliveries.
    pub ids: Arc<IdGenerator>,
    /// The present.
    pub now: Timestamp,
}

/// What a step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stepped {
    /// The job as it stands now.
    pub job: Job,
    /// Webhooks that have deliveries which became due, each once.
    pub due: Vec<WebhookId>,
    /// Deliveries that were made.
    pub made: u64,
    /// Deliveries that were cancelled.
    pub cancelled: Vec<(WebhookId, DeliveryId)>,
}

/// What a job would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// What was found.
    pub tally: Tally,
    /// There is more than was found: looking through all of it would have taken too long.
    pub at_least: bool,
}

/// Jobs.
pub trait Bulk: Send + Sync {
    /// Keeps a new job, running. Of the ended ones the latest
    /// [`JOBS_KEPT_MAX`](crate::job::JOBS_KEPT_MAX) stay.
    ///
    /// # Errors
    ///
    /// `TooManyJobs` where [`JOBS_RUNNING_MAX`](crate::job::JOBS_RUNNING_MAX) run; `NotFound` where
    /// the webhook of a recovery is gone.
    fn begin_job(&self, act: BulkAct, now: Timestamp) -> StoreFuture<'_, Job>;

    /// What a job of this kind would do now, looked for during a second or so.
    fn estimate(&self, act: BulkAct, webhook: Option<Arc<Webhook>>) -> StoreFuture<'_, Estimate>;

    /// Makes one step. One at a time for each job.
    ///
    /// # Errors
    ///
    /// `WrongStatus` where the job does not run, `NotFound` where there is none; `Full` and
    /// `HistoryFull` where it makes deliveries and events are not accepted either.
    fn step_job(&self, step: Step) -> StoreFuture<'_, Stepped>;

    /// Stops a running job: `WrongStatus` for any other, `NotFound` where there is none.
    fn stop_job(&self, job: JobNumber, now: Timestamp) -> StoreFuture<'_, Job>;

    /// One job: `NotFound` where there is none.
    fn job(&self, job: JobNumber) -> StoreFuture<'_, Job>;

    /// Jobs, newest first: all, or the recoveries of one webhook. A page is by number.
    fn jobs(&self, webhook: Option<WebhookId>, page: Page) -> StoreFuture<'_, PageOf<Job>>;

    /// The jobs that run, oldest first.
    fn running_jobs(&self) -> StoreFuture<'_, Vec<JobNumber>>;

    /// How many deliveries of a webhook are due and wait, counted up to `at_most`.
    fn backlog(&self, webhook: WebhookId, now: Timestamp, at_most: usize)
    -> StoreFuture<'_, usize>;
}
