//! Working jobs off: bulk resends, recoveries and cancellations, in the background.
//!
//! Each running job is a task that makes one step of at most 200 deliveries after the other. What a
//! step does is durable with the job's place, so that a job that was under way goes on at the next
//! start without doing anything twice.
//!
//! Jobs yield to live traffic:
//!
//! - one step at a time, of all jobs together, and after each a pause as long as it took;
//! - a job waits, 30 s at most for each step, while a webhook that it brings to, and that takes
//!   deliveries at the moment, has over 1,000 due: so what is first attempted meanwhile never queues
//!   behind more than that;
//! - one that makes deliveries waits while events are not accepted.

use std::{collections::HashSet, sync::Arc, time::Duration};

use pipeline::{
    BulkAct, Clock, IdGenerator, Job, JobNumber, JobState, Status, Store, StoreError, WebhookId,
    store::{Step, Stepped, bulk::STEP_MAX},
};
use tokio::{
    sync::{Mutex, Notify, watch},
    task::JoinSet,
    time::Instant,
};

use crate::{dispatch::Dispatcher, live::Live, log::chain, metrics::Metrics};

/// The least pause after a step.
const PAUSE_MIN: Duration = Duration::from_millis(5);
/// How long a step that could not be made waits before it is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// A webhook with so many due deliveries gets no more from jobs for the moment.
const BACKLOG_MAX: usize = 1_000;
/// How often it is looked at meanwhile.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// The longest that one step waits for that.
const DRAIN_MAX: Duration = Duration::from_secs(30);

/// What working jobs off is made of.
#[derive(Debug)]
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// What is configured.
    pub live: Arc<Live>,
    /// What delivers.
    pub dispatcher: Arc<Dispatcher>,
    /// Makes the ids of deliveries.
    pub ids: Arc<IdGenerator>,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// All jobs.
#[derive(Debug)]
pub struct Jobs {
    parts: Parts,
    begun: Notify,
    turn: Mutex<()>,
}

impl Jobs {
    /// Works nothing off before [`run`](Jobs::run).
    pub fn new(parts: Parts) -> Jobs {
        Jobs { parts, begun: Notify::new(), turn: Mutex::default() }
    }

    /// A job was begun by a person: the lane of its webhook looks at once, as after a single resend.
    pub fn begun(&self, job: &Job) {
        let webhook = match &job.act {
            BulkAct::Recover(recovery) => Some(recovery.webhook),
            BulkAct::Resend(filter) => filter.webhook,
            BulkAct::Cancel(_) => None,
        };
        if let Some(webhook) = webhook {
            self.parts.dispatcher.wake(webhook);
        }
        self.begun.notify_one();
    }

    /// Works off what runs and what is begun, until `stop` turns true. The steps under way are
    /// finished first.
    pub async fn run(self: Arc<Jobs>, mut stop: watch::Receiver<bool>) {
        let mut tasks = JoinSet::new();
        let mut known = HashSet::new();
        loop {
            let failed = match self.parts.store.running_jobs().await {
                Ok(running) => {
                    for job in running.into_iter().filter(|job| known.insert(*job)) {
                        tasks.spawn(self.clone().work_off(job, stop.clone()));
                    }
                    false
                }
                Err(error) => {
                    tracing::debug!(error = chain(&error), "the jobs that run are not known");
                    true
                }
            };
            self.parts.metrics.jobs_running(tasks.len());
            tokio::select! {
                // The sender being gone means the same as its saying so.
                _ = stop.wait_for(|stop| *stop) => break,
                () = self.begun.notified() => {}
                Some(ended) = tasks.join_next() => {
                    // A job whose task panicked stays known: it is tried again at the next start.
                    if let Ok(job) = ended {
                        known.remove(&job);
                    }
                }
                () = tokio::time::sleep(AGAIN), if failed => {}
            }
        }
        while tasks.join_next().await.is_some() {}
    }

    async fn work_off(
        self: Arc<Jobs>,
        job: JobNumber,
        mut stop: watch::Receiver<bool>,
    ) -> JobNumber {
        while !*stop.borrow() {
            let turn = self.turn.lock().await;
            let begun = Instant::now();
            let rest = match self.step(job).await {
                Ok(stepped) if stepped.job.state == JobState::Running => {
                    rest(begun.elapsed().max(PAUSE_MIN), &mut stop).await;
                    drop(turn);
                    self.until_drained(&stepped.due, &mut stop).await;
                    continue;
                }
                Ok(stepped) => {
                    let (state, done) = (stepped.job.state.as_str(), stepped.job.tally.done);
                    tracing::info!(job = job.0, state, deliveries = done, "a job has ended");
                    return job;
                }
                // Stopped by a person.
                Err(StoreError::WrongStatus | StoreError::NotFound) => return job,
                Err(error) => {
                    tracing::debug!(job = job.0, error = chain(&error), "no step was made");
                    AGAIN
                }
            };
            drop(turn);
            self::rest(rest, &mut stop).await;
        }
        job
    }

    /// Makes one step, and tells the lanes.
    async fn step(&self, job: JobNumber) -> Result<Stepped, StoreError> {
        let Parts { store, live, dispatcher, ids, metrics, clock } = &self.parts;
        let webhook = store.job(job).await?.act.recovers();
        let snapshot = live.snapshot();
        let webhook = webhook.and_then(|id| snapshot.catalogue.webhook(id).cloned());
        let (ids, now) = (ids.clone(), clock.now());
        let stepped = store.step_job(Step { job, webhook, limit: STEP_MAX, ids, now }).await?;
        metrics.deliveries_made(usize::try_from(stepped.made).unwrap_or(usize::MAX));
        for webhook in &stepped.due {
            dispatcher.stored(*webhook, now);
        }
        for (webhook, delivery) in &stepped.cancelled {
            metrics.delivery_finished(Status::Cancelled);
            dispatcher.cancelled(*webhook, *delivery);
        }
        Ok(stepped)
    }

    /// Waits while one of these webhooks has enough to do.
    async fn until_drained(&self, webhooks: &[WebhookId], stop: &mut watch::Receiver<bool>) {
        let begun = Instant::now();
        for webhook in webhooks {
            while !*stop.borrow() && begun.elapsed() < DRAIN_MAX && self.is_busy(*webhook).await {
                rest(LOOK_AGAIN, stop).await;
            }
        }
    }

    /// Whether a webhook takes deliveries and has enough of them. One that is paused, inactive or
    /// failing drains nothing: waiting for it would only keep its job.
    async fn is_busy(&self, webhook: WebhookId) -> bool {
        let Parts { store, live, dispatcher, clock, .. } = &self.parts;
        let snapshot = live.snapshot();
        let runs = matches!(snapshot.route(webhook), Some(Ok(route)) if route.runs());
        if !runs || dispatcher.is_held(webhook) {
            return false;
        }
        let due = store.backlog(webhook, clock.now(), BACKLOG_MAX).await;
        due.is_ok_and(|due| due >= BACKLOG_MAX)
    }
}

/// Sleeps, or less where the server stops.
async fn rest(duration: Duration, stop: &mut watch::Receiver<bool>) {
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = tokio::time::sleep(duration) => {}
    }
}
