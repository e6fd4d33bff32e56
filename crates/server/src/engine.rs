//! The rest of the server as the console sees it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;
use console::engine::{
    Engine, EngineFuture, ForbiddenTarget, Publish, Published, Readiness, Refusal, WaitingFor,
};
use countersign::EventKey;
use deliver::{Resolve, TargetError, TargetGuard, TargetPolicy};
use pipeline::{
    Attempt, Catalogue, Clock, Delivery, DeliveryId, Event, EventFacts, IdGenerator, Job, Marks,
    SecretId, Status, Store, StoreError, Timestamp, Webhook, WebhookId,
    store::{Accepted, Health, Identity},
};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::{
    dispatch::{Dispatcher, response},
    explaining,
    jobs::Jobs,
    live::Live,
    metrics::Metrics,
    receive::{Refusals, admission},
    samples,
    secret_use::SecretUse,
};

/// The parts of the server that the console asks.
#[derive(Debug)]
pub struct ServerEngine {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// What is configured.
    pub live: Arc<Live>,
    /// What delivers.
    pub dispatcher: Arc<Dispatcher>,
    /// What works jobs off.
    pub jobs: Arc<Jobs>,
    /// What was refused lately.
    pub refusals: Arc<Refusals>,
    /// One explanation at a time.
    pub explaining: Semaphore,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// When secrets were used last.
    pub secret_use: Arc<SecretUse>,
    /// Judges targets.
    pub guard: Arc<TargetGuard>,
    /// Resolves their names.
    pub resolver: Arc<dyn Resolve>,
    /// Makes ids.
    pub ids: Arc<IdGenerator>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Set when the server stops.
    pub draining: Arc<AtomicBool>,
}

impl ServerEngine {
    fn event(&self, publish: Publish) -> Event {
        let Publish { key, scope, request_id, content_type, body } = publish;
        let facts = EventFacts {
            id: self.ids.make(),
            key,
            scope,
            source: None,
            request_id,
            content_type,
            size_bytes: body.len() as u64,
            sha256: Sha256::digest(&body).into(),
            verified: true,
            repeat_of: None,
            marks: Marks::default(),
        };
        Event { facts, headers: Vec::new(), body }
    }

    async fn send_ping(&self, webhook: &Webhook, key: EventKey, body: Bytes) -> Option<Attempt> {
        let snapshot = self.live.snapshot();
        let Some(Ok(route)) = snapshot.route(webhook.id) else {
            return None;
        };
        let event = self.event(Publish {
            key,
            scope: webhook.scope.clone(),
            request_id: None,
            content_type: Some("application/json".to_owned()),
            body,
        });
        let started_at = self.clock.now();
        let id: DeliveryId = self.ids.make();
        let sent = self.dispatcher.send(route, &event, &id.uuid(), 1).await.ok()?;
        let exchange = sent.exchange;
        Some(Attempt {
            id: self.ids.make(),
            delivery: id,
            number: 1,
            started_at,
            duration_ms: u32::try_from(exchange.duration.as_millis()).unwrap_or(u32::MAX),
            outcome: exchange.outcome,
            request: sent.request,
            response: exchange.response.map(response),
        })
    }
}

impl Engine for ServerEngine {
    fn catalogue(&self) -> Arc<Catalogue> {
        self.live.snapshot().catalogue.clone()
    }

    fn reload(&self) -> EngineFuture<'_, Result<(), StoreError>> {
        Box::pin(async {
            self.live.reload(&*self.store).await?;
            self.dispatcher.reconfigured();
            Ok(())
        })
    }

    fn publish(&self, publish: Publish) -> EngineFuture<'_, Result<Published, StoreError>> {
        Box::pin(async {
            let identity = match publish.request_id {
                Some(_) => Identity::Published,
                None => Identity::None,
            };
            let event = Arc::new(self.event(publish));
            let id = event.facts.id;
            match admission::admit(&self.store, &self.dispatcher, event, identity).await? {
                Accepted::New { deliveries } => {
                    self.metrics.accepted("api");
                    Ok(Published::New { id, deliveries })
                }
                Accepted::Duplicate { first, .. } => {
                    self.metrics.duplicate();
                    Ok(Published::Duplicate { first })
                }
            }
        })
    }

    fn ping(
        &self,
        webhook: Arc<Webhook>,
        key: Option<EventKey>,
    ) -> EngineFuture<'_, Option<Attempt>> {
        Box::pin(async move {
            let (key, body) = samples::of(key.as_ref())?;
            self.send_ping(&webhook, key, body).await
        })
    }

    fn check_target<'a>(
        &'a self,
        url: &'a url::Url,
        allow_private: bool,
    ) -> EngineFuture<'a, Result<(), ForbiddenTarget>> {
        Box::pin(async move {
            let policy = TargetPolicy { allow_private, ..TargetPolicy::default() };
            match self.guard.check(url, policy, &*self.resolver).await {
                Ok(_) => Ok(()),
                // A name that does not resolve now may do so later: each connection checks again.
                Err(TargetError::Dns(_)) => Ok(()),
                Err(TargetError::Forbidden(forbidden)) => Err(ForbiddenTarget {
                    reason: forbidden.to_string(),
                    remedy: forbidden
                        .remedy()
                        .map_or_else(String::new, |remedy| remedy.to_string()),
                }),
            }
        })
    }

    fn wake(&self, webhook: WebhookId) {
        self.dispatcher.wake(webhook);
    }

    fn job_begun(&self, job: &Job) {
        self.jobs.begun(job);
    }

    fn cancelled(&self, delivery: &Delivery) {
        self.metrics.delivery_finished(delivery.status);
        self.dispatcher.cancelled(delivery.webhook, delivery.id);
    }

    fn waiting_for(&self, delivery: &Delivery) -> WaitingFor {
        let catalogue = self.catalogue();
        let webhook = catalogue.webhook(delivery.webhook);
        let paused = webhook.is_some_and(|w| !w.active || w.paused_since.is_some());
        let due = delivery.next_attempt_at;
        if delivery.status == Status::Pending && paused {
            WaitingFor::Paused
        } else if due.is_none() && !webhook.is_some_and(|one| self.dispatcher.is_paced(one)) {
            WaitingFor::Slot
        } else if self.dispatcher.is_held(delivery.webhook) {
            WaitingFor::Breaker
        } else if due.is_some_and(|due| due > self.clock.now()) {
            WaitingFor::Retry
        } else if webhook.is_some_and(|webhook| self.dispatcher.is_paced(webhook)) {
            WaitingFor::Rate
        } else {
            WaitingFor::Slot
        }
    }

    fn refusals(&self) -> Vec<Refusal> {
        self.refusals.list()
    }

    fn explain_refusal(&self, number: u64) -> EngineFuture<'_, Option<(Refusal, Vec<String>)>> {
        Box::pin(async move {
            // One at a time: a large body is hashed some twenty times for each secret.
            let _turn = self.explaining.acquire().await.ok()?;
            let (refusal, held) = self.refusals.find(number)?;
            let live = self.live.clone();
            let explaining = tokio::task::spawn_blocking(move || {
                let sentences = explaining::explain(&refusal, &held, &live);
                (refusal, sentences)
            });
            explaining.await.ok()
        })
    }

    fn secret_use(&self, id: SecretId) -> Option<Timestamp> {
        self.secret_use.last(id)
    }

    fn readiness(&self) -> Readiness {
        if self.draining.load(Ordering::SeqCst) {
            return Readiness::Draining;
        }
        match self.store.health() {
            Health::Ready => Readiness::Ready,
            Health::DiskFull => Readiness::DiskFull,
            Health::HistoryFull => Readiness::HistoryFull,
            Health::Unavailable => Readiness::StoreUnavailable,
        }
    }

    fn metrics(&self) -> String {
        self.metrics.page()
    }
}
