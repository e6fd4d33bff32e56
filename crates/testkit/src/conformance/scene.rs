//! What cases have in common: a store, samples, and the acts that most of them begin with.

use std::sync::Arc;

use pipeline::{
    BulkAct, Delivery, DeliveryId, EventId, Job, JobNumber, JobState, Next, Status, Store,
    StoreError, Timestamp, Webhook, WebhookId,
    store::{Accepted, Claim, Claimed, Estimate, Expected, Record, Slice, Step, Stepped},
};

use super::Rig;
use crate::samples::Samples;

/// A store that was just opened, with its run begun.
#[derive(Debug)]
pub struct Scene {
    /// The store.
    pub store: Arc<dyn Store>,
    /// What goes into it.
    pub samples: Samples,
}

impl Scene {
    /// Opens the store.
    pub async fn open<R: Rig>(rig: &R) -> Scene {
        Scene::with(rig, Samples::new(1)).await
    }

    /// Opens it again, after it was closed.
    pub async fn reopen<R: Rig>(self, rig: &R) -> Scene {
        self.store.close().await.unwrap();
        drop(self.store);
        Scene::with(rig, self.samples).await
    }

    async fn with<R: Rig>(rig: &R, samples: Samples) -> Scene {
        let store = rig.open().await;
        Scene { store, samples }
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.samples.now()
    }

    /// A webhook that is kept.
    pub async fn webhook(&self) -> WebhookId {
        let webhook = self.samples.webhook();
        let id = webhook.id;
        self.put_webhook(webhook).await;
        id
    }

    /// Keeps a new webhook.
    pub async fn put_webhook(&self, webhook: Webhook) {
        let put = self.store.put_webhook(webhook, Expected::Absent).await;
        put.unwrap();
    }

    /// A new event with one delivery, a millisecond later than what came before.
    pub async fn deliver(&self, webhook: WebhookId, leased: bool) -> (EventId, DeliveryId) {
        self.samples.clock.advance_ms(1);
        let mut new = self.samples.published("acme/api", None, self.samples.body());
        let delivery = self.samples.deliver(&mut new, webhook, leased);
        let event = new.event.facts.id;
        let accepted = self.store.accept(new).await.unwrap();
        assert_eq!(accepted, Accepted::New { deliveries: 1 });
        (event, delivery)
    }

    /// Claims what is due now.
    pub async fn claim(&self, webhook: WebhookId, limit: usize) -> Claimed {
        let claim =
            Claim { webhook, due_by: self.now(), limit, body_bytes_max: usize::MAX, probe: false };
        self.store.claim(claim).await.unwrap()
    }

    /// The ids of what is due now, claimed.
    pub async fn claim_ids(&self, webhook: WebhookId, limit: usize) -> Vec<DeliveryId> {
        let claimed = self.claim(webhook, limit).await.deliveries;
        claimed.iter().map(|claimed| claimed.delivery.id).collect()
    }

    /// Records an attempt; whether the delivery moved.
    pub async fn record(&self, delivery: DeliveryId, number: u32, next: Next) -> bool {
        let status = match next {
            Next::Delivered => Some(200),
            Next::Retry { .. } => None,
            Next::Failed(_) => Some(410),
        };
        let attempt = self.samples.attempt(delivery, number, status);
        self.store.record(Record { attempt, next }).await.unwrap()
    }

    /// Begins a job.
    pub async fn begin(&self, act: BulkAct) -> Job {
        self.store.begin_job(act, self.now()).await.unwrap()
    }

    /// A step of a job that acts on so many deliveries at most.
    pub async fn step(&self, job: JobNumber, limit: usize) -> Result<Stepped, StoreError> {
        let webhook = self.store.job(job).await?.act.recovers();
        let configured = self.store.configured().await?;
        let webhook = configured.webhooks.into_iter().find(|one| Some(one.id) == webhook);
        let (ids, now) = (self.samples.id_generator(), self.now());
        self.store.step_job(Step { job, webhook: webhook.map(Arc::new), limit, ids, now }).await
    }

    /// Makes steps until a job ends.
    pub async fn work_off(&self, job: JobNumber) -> Job {
        loop {
            let stepped = self.step(job, 3).await.unwrap();
            if stepped.job.state != JobState::Running {
                return stepped.job;
            }
        }
    }

    /// What a job would do.
    pub async fn estimate(&self, act: &BulkAct) -> Estimate {
        let configured = self.store.configured().await.unwrap();
        let mut webhooks = configured.webhooks.into_iter();
        let webhook = webhooks.find(|one| Some(one.id) == act.recovers()).map(Arc::new);
        self.store.estimate(act.clone(), webhook).await.unwrap()
    }

    /// Removes everything that was finished before a moment.
    pub async fn remove_finished(&self, finished_before: Timestamp) -> u64 {
        let mut slice = Slice::new(None, finished_before);
        let mut events = 0;
        loop {
            let removed = self.store.remove_finished(slice).await.unwrap();
            events += removed.events;
            match removed.next {
                Some(next) => slice.after = Some(next),
                None => return events,
            }
        }
    }

    /// A delivery as it stands.
    pub async fn delivery(&self, id: DeliveryId) -> Delivery {
        self.store.delivery(id).await.unwrap().0
    }

    /// Its status.
    pub async fn status(&self, id: DeliveryId) -> Status {
        self.delivery(id).await.status
    }
}

/// Fails unless the result is the error of that shape.
#[macro_export]
macro_rules! assert_refused {
    ($result:expr, $shape:pat) => {
        match $result {
            Err($shape) => {}
            other => panic!("expected {}, got {other:?}", stringify!($shape)),
        }
    };
}

/// The event that came first, of a duplicate.
pub fn first_of(accepted: Result<Accepted, StoreError>) -> EventId {
    match accepted {
        Ok(Accepted::Duplicate { first, .. }) => first,
        other => panic!("expected a duplicate, got {other:?}"),
    }
}
