//! The store as its callers see it: each method hands one piece of work to the writer, or one query
//! to a reader.

use std::sync::Arc;

use bytes::Bytes;
use pipeline::{
    Attempt, BulkAct, Delivery, DeliveryId, EventFacts, EventId, Job, JobNumber, SecretId, Source,
    SourceName, StoreError, Timestamp, Webhook, WebhookId,
    store::{
        Accept, Accepted, Bulk, Claim, Claimed, Configured, Counts, DeliveryFilter, Dispatch,
        Estimate, EventFilter, Expected, Extent, Health, History, Keep, LaneMemory, NewEvent,
        OnWaiting, Page, PageOf, Record, Recovered, Removed, Retain, Slice, Step, Stepped,
        StoreFuture, Upkeep,
    },
};

use crate::{
    accept::AcceptEvent,
    bodies,
    catalogue::{
        self, DeleteSource, DeleteWebhook, PutSetting, PutSource, PutWebhook, secrets::NoteUse,
    },
    dispatch::{self, BeginRun, ClaimDue, Expedite, RecordAttempt, Release},
    history::{self, Cancel, Resend},
    jobs::{self, BeginJob, StopJob},
    lanes::Remember,
    open::{self, DATABASE_FILE, OpenError},
    options::StoreOptions,
    reader::Readers,
    retention::{self, RemoveFinished},
    seen::ForgetKeys,
    upkeep,
    writer::Writer,
};

#[cfg(test)]
mod tests;

/// The embedded store.
///
/// Dropped without [`Upkeep::close`] it finishes what is queued, and blocks for as long as that
/// takes.
#[derive(Debug)]
pub struct SqliteStore {
    // Before the writer: the last connection to close folds the journal into the database.
    readers: Readers,
    writer: Writer,
}

impl SqliteStore {
    /// Opens the store in its data folder, which is made where it is missing, and brings an older
    /// format up to date. Blocks; begins no run.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; the database is left as it was.
    pub fn open(options: &StoreOptions) -> Result<SqliteStore, OpenError> {
        let file = options.path.join(DATABASE_FILE);
        let opened = open::open(options)?;
        let writer = Writer::start(opened, options);
        let writer = writer.map_err(|source| OpenError::Io { path: file.clone(), source })?;
        Ok(SqliteStore { readers: Readers::new(file), writer })
    }

    #[cfg(test)]
    pub(crate) fn writer(&self) -> &Writer {
        &self.writer
    }
}

impl Accept for SqliteStore {
    fn accept(&self, new: NewEvent) -> StoreFuture<'_, Accepted> {
        let kept: usize =
            new.event.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        let bytes = new.event.body.len() + kept;
        Box::pin(self.writer.accept(AcceptEvent(new), bytes))
    }
}

impl Dispatch for SqliteStore {
    fn begin_run(&self, now: Timestamp) -> StoreFuture<'_, Recovered> {
        Box::pin(self.writer.submit(BeginRun { now }))
    }

    fn claim(&self, claim: Claim) -> StoreFuture<'_, Claimed> {
        Box::pin(self.writer.submit(ClaimDue(claim)))
    }

    fn record(&self, record: Record) -> StoreFuture<'_, bool> {
        Box::pin(self.writer.submit(RecordAttempt(record)))
    }

    fn release(&self, deliveries: Vec<DeliveryId>, due: Timestamp) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.submit(Release { deliveries, due }))
    }

    fn remember(&self, webhook: WebhookId, memory: LaneMemory) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.submit(Remember { webhook, memory }))
    }

    fn expedite(&self, webhook: WebhookId, now: Timestamp, limit: usize) -> StoreFuture<'_, usize> {
        Box::pin(self.writer.submit(Expedite { webhook, now, limit }))
    }
}

impl Keep for SqliteStore {
    fn configured(&self) -> StoreFuture<'_, Configured> {
        Box::pin(self.readers.read(|connection| Ok(catalogue::configured(connection)?)))
    }

    fn put_source(&self, source: Source, expected: Expected) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.submit(PutSource { source, expected }))
    }

    fn delete_source(
        &self,
        name: SourceName,
        waiting: OnWaiting,
        now: Timestamp,
    ) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.submit(DeleteSource { name, waiting, now }))
    }

    fn put_webhook(&self, webhook: Webhook, expected: Expected) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.submit(PutWebhook { webhook, expected }))
    }

    fn delete_webhook(
        &self,
        id: WebhookId,
        waiting: OnWaiting,
        now: Timestamp,
    ) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.submit(DeleteWebhook { id, waiting, now }))
    }

    fn note_secret_use(&self, used: Vec<(SecretId, Timestamp)>) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.submit(NoteUse(used)))
    }

    fn setting(&self, name: &'static str) -> StoreFuture<'_, Option<Vec<u8>>> {
        Box::pin(self.readers.read(move |connection| Ok(catalogue::setting(name, connection)?)))
    }

    fn put_setting(&self, name: &'static str, value: Vec<u8>) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.submit(PutSetting { name, value }))
    }
}

impl History for SqliteStore {
    fn events(&self, filter: EventFilter, page: Page) -> StoreFuture<'_, PageOf<EventFacts>> {
        Box::pin(
            self.readers
                .read(move |connection| Ok(history::events::list(&filter, page, connection)?)),
        )
    }

    fn event(&self, id: EventId) -> StoreFuture<'_, EventFacts> {
        Box::pin(self.readers.read(move |connection| {
            let facts = dispatch::event_facts(id, connection)?;
            Ok(facts.ok_or(StoreError::NotFound)?)
        }))
    }

    fn body(&self, id: EventId) -> StoreFuture<'_, Bytes> {
        Box::pin(self.readers.read(move |connection| {
            dispatch::event_facts(id, connection)?.ok_or(StoreError::NotFound)?;
            Ok(bodies::read_body(id, connection)?.ok_or(StoreError::BodyExpired)?)
        }))
    }

    fn deliveries(&self, filter: DeliveryFilter, page: Page) -> StoreFuture<'_, PageOf<Delivery>> {
        Box::pin(
            self.readers
                .read(move |connection| Ok(history::deliveries::list(&filter, page, connection)?)),
        )
    }

    fn delivery(&self, id: DeliveryId) -> StoreFuture<'_, (Delivery, Vec<Attempt>)> {
        Box::pin(self.readers.read(move |connection| {
            let delivery = history::delivery(id, connection)?.ok_or(StoreError::NotFound)?;
            Ok((delivery, history::attempts(id, connection)?))
        }))
    }

    fn resend(
        &self,
        id: DeliveryId,
        new_request_id: Option<String>,
        now: Timestamp,
    ) -> StoreFuture<'_, Delivery> {
        Box::pin(self.writer.submit(Resend { id, new_request_id, now }))
    }

    fn cancel(&self, id: DeliveryId, now: Timestamp) -> StoreFuture<'_, Delivery> {
        Box::pin(self.writer.submit(Cancel { id, now }))
    }
}

impl Bulk for SqliteStore {
    fn begin_job(&self, act: BulkAct, now: Timestamp) -> StoreFuture<'_, Job> {
        Box::pin(self.writer.submit(BeginJob { act, now }))
    }

    fn estimate(&self, act: BulkAct, webhook: Option<Arc<Webhook>>) -> StoreFuture<'_, Estimate> {
        Box::pin(jobs::estimate::estimate(act, webhook, &self.readers))
    }

    fn step_job(&self, step: Step) -> StoreFuture<'_, Stepped> {
        Box::pin(async {
            let prepare = move |connection: &_| jobs::step::prepare(step, connection);
            let step = self.readers.read(prepare).await?;
            if step.makes_deliveries()
                && let Some(refusal) = self.writer.signals().refusal()
            {
                return Err(refusal);
            }
            self.writer.submit(step).await
        })
    }

    fn stop_job(&self, job: JobNumber, now: Timestamp) -> StoreFuture<'_, Job> {
        Box::pin(self.writer.submit(StopJob { job, now }))
    }

    fn job(&self, job: JobNumber) -> StoreFuture<'_, Job> {
        Box::pin(
            self.readers.read(move |connection| {
                Ok(jobs::one(job, connection)?.ok_or(StoreError::NotFound)?)
            }),
        )
    }

    fn jobs(&self, webhook: Option<WebhookId>, page: Page) -> StoreFuture<'_, PageOf<Job>> {
        Box::pin(self.readers.read(move |connection| Ok(jobs::list(webhook, page, connection)?)))
    }

    fn running_jobs(&self) -> StoreFuture<'_, Vec<JobNumber>> {
        Box::pin(self.readers.read(|connection| Ok(jobs::running(connection)?)))
    }

    fn backlog(
        &self,
        webhook: WebhookId,
        now: Timestamp,
        at_most: usize,
    ) -> StoreFuture<'_, usize> {
        let count = move |connection: &_| Ok(jobs::backlog(webhook, now, at_most, connection)?);
        Box::pin(self.readers.read(count))
    }
}

impl Retain for SqliteStore {
    fn extent(&self) -> StoreFuture<'_, Extent> {
        Box::pin(self.readers.read(|connection| Ok(retention::extent(connection)?)))
    }

    fn remove_finished(&self, slice: Slice) -> StoreFuture<'_, Removed> {
        Box::pin(async move {
            let look = move |connection: &_| Ok(retention::finished(&slice, connection)?);
            let removal = RemoveFinished::new(slice, self.readers.read(look).await?);
            match removal.finds_nothing() {
                Some(removed) => Ok(removed),
                None => self.writer.submit(removal).await,
            }
        })
    }

    fn forget_keys(&self, now: Timestamp, at_most: usize) -> StoreFuture<'_, bool> {
        Box::pin(self.writer.submit(ForgetKeys { now, at_most }))
    }

    fn hold_accepting(&self, hold: bool) {
        self.writer.signals().hold(hold);
    }
}

impl Upkeep for SqliteStore {
    fn counts(&self) -> StoreFuture<'_, Counts> {
        let file = self.readers.file().to_owned();
        Box::pin(self.readers.read(move |connection| Ok(upkeep::counts(&file, connection)?)))
    }

    fn health(&self) -> Health {
        self.writer.signals().health()
    }

    fn id_floor(&self) -> StoreFuture<'_, u64> {
        Box::pin(self.readers.read(|connection| Ok(upkeep::id_floor(connection)?)))
    }

    fn close(&self) -> StoreFuture<'_, ()> {
        Box::pin(async {
            // Readers cannot fold the journal into the database, so they must not be the last.
            self.readers.close().await;
            self.writer.begin_close();
            self.writer.ended().await
        })
    }
}
