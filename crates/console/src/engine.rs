//! What the console asks of the rest of the server: one seam, so that it knows neither how events
//! are received nor how deliveries are dispatched.

use std::{fmt, future::Future, net::IpAddr, pin::Pin, sync::Arc};

use bytes::Bytes;
use countersign::EventKey;
use pipeline::{
    Attempt, Catalogue, Delivery, EventId, Job, Scope, SecretId, StoreError, Timestamp, Webhook,
    WebhookId,
};

/// The scope of the server's own events, which nobody else publishes to.
pub const OWN_SCOPE: &str = "countersign";

/// Whether a scope is the server's own, or below it.
pub(crate) fn is_own_scope(scope: &Scope) -> bool {
    Scope::parse(OWN_SCOPE).is_ok_and(|own| own.contains(scope))
}

/// What an engine's method answers with, later.
pub type EngineFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An event to publish.
#[derive(Clone, Debug)]
pub struct Publish {
    /// What happened.
    pub key: EventKey,
    /// Where.
    pub scope: Scope,
    /// The publisher's own id: the same one in the same scope again is a duplicate.
    pub request_id: Option<String>,
    /// As it is delivered.
    pub content_type: Option<String>,
    /// The exact bytes.
    pub body: Bytes,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// It is kept.
    New {
        /// Its id.
        id: EventId,
        /// Deliveries that were made.
        deliveries: usize,
    },
    /// The request id was there before.
    Duplicate {
        /// The first event's id.
        first: EventId,
    },
}

/// Why a URL may not be a webhook's target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForbiddenTarget {
    /// What was found, such as the address and its range.
    pub reason: String,
    /// What to add or change so that it is allowed; empty where nothing allows it.
    pub remedy: String,
}

/// What a pending delivery waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingFor {
    /// A free place in its lane, or its attempt is under way.
    Slot,
    /// The time of its next attempt.
    Retry,
    /// The breaker.
    Breaker,
    /// Its webhook is paused.
    Paused,
    /// Its webhook's rate limit.
    Rate,
}

/// An inbound request that was not accepted. Kept in memory only.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Counts refusals since the server started, from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// The name in the path, as it was asked for: there may be no such source.
    pub source: String,
    /// A stable word such as `signature_mismatch`, `source_unknown`, `body_too_large`.
    pub reason: &'static str,
    /// Who connected.
    pub peer: IpAddr,
    /// The event key that it named.
    pub event_key: Option<String>,
    /// The request id that it named.
    pub request_id: Option<String>,
    /// Bytes of the body, as far as it was read.
    pub size_bytes: u64,
}

/// What is shown besides what the store counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Everything works.
    Ready,
    /// The server is stopping.
    Draining,
    /// The store does not take work.
    StoreUnavailable,
    /// The disk is full or nearly so.
    DiskFull,
    /// History is over its limit and everything in it waits.
    HistoryFull,
}

/// The rest of the server.
pub trait Engine: Send + Sync + fmt::Debug {
    /// What is configured now.
    fn catalogue(&self) -> Arc<Catalogue>;

    /// Reads what is configured from the store again, after a committed change.
    fn reload(&self) -> EngineFuture<'_, Result<(), StoreError>>;

    /// Keeps an event and its deliveries.
    fn publish(&self, event: Publish) -> EngineFuture<'_, Result<Published, StoreError>>;

    /// Sends one signed request to a webhook outside of any delivery: `diagnostics:ping` with
    /// `{"test": true}`, or our sample of `key`. `None` where there is no sample of that key.
    fn ping(
        &self,
        webhook: Arc<Webhook>,
        key: Option<EventKey>,
    ) -> EngineFuture<'_, Option<Attempt>>;

    /// Checks a webhook's target with the code that checks it at each connection.
    fn check_target<'a>(
        &'a self,
        url: &'a url::Url,
        allow_private: bool,
    ) -> EngineFuture<'a, Result<(), ForbiddenTarget>>;

    /// Deliveries of this webhook have become due by a person's act, or its pause or breaker is to
    /// end now.
    fn wake(&self, webhook: WebhookId);

    /// A job was begun: it is worked off from now on.
    fn job_begun(&self, job: &Job);

    /// A delivery was cancelled: where it waits in memory, it is tried no more.
    fn cancelled(&self, delivery: &Delivery);

    /// What a pending delivery waits for.
    fn waiting_for(&self, delivery: &Delivery) -> WaitingFor;

    /// Refusals, newest first.
    fn refusals(&self) -> Vec<Refusal>;

    /// Why a request was refused, in sentences for the operator; computed now, by the secrets that
    /// there are now. `None` where it is not kept any more.
    fn explain_refusal(&self, number: u64) -> EngineFuture<'_, Option<(Refusal, Vec<String>)>>;

    /// When secrets were used last, where that is not yet in the store.
    fn secret_use(&self, id: SecretId) -> Option<Timestamp>;

    /// Whether the server works.
    fn readiness(&self) -> Readiness;

    /// The metrics page, in the OpenMetrics text format.
    fn metrics(&self) -> String;
}
