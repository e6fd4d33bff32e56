//! Leasing deliveries to a run and recording what became of them.
//!
//! A lease belongs to a run: the time between one opening of the store and its closing or death.
//! [`Dispatch::begin_run`] ends the leases of all runs before; an outcome counts only from the run
//! that holds the lease.

use std::sync::Arc;

use super::StoreFuture;
use crate::{
    attempt::Attempt,
    breaker::Breaker,
    delivery::{Delivery, Next},
    event::Event,
    id::{DeliveryId, WebhookId},
    time::Timestamp,
};

/// What an opened store has left to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Deliveries that a run before had under way: they are due again.
    pub released: u64,
    /// Webhooks with pending deliveries, each with the moment at which the first is due.
    pub waiting: Vec<(WebhookId, Timestamp)>,
    /// What was remembered of lanes, where it is not the default.
    pub lanes: Vec<(WebhookId, LaneMemory)>,
}

/// What of a webhook's lane outlives a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaneMemory {
    /// The breaker. One that was probing is read back as open, with its probe due at once.
    pub breaker: Breaker,
    /// Until when the receiver asked for rest.
    pub hold_until: Option<Timestamp>,
    /// Since when every attempt has failed.
    pub failing_since: Option<Timestamp>,
}

/// A request for due deliveries of one webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose.
    pub webhook: WebhookId,
    /// Due at this moment or before.
    pub due_by: Timestamp,
    /// At most so many, at least 1.
    pub limit: usize,
    /// Stops after the body that goes past this.
    pub body_bytes_max: usize,
    /// For a probe: the ones with fewest attempts first, whether due or not; a store may look for
    /// them only among the 1,024 that are due first. Else the ones that have been due longest.
    pub probe: bool,
}

/// A delivery that is leased to this run now.
#[derive(Clone, Debug)]
pub struct ClaimedDelivery {
    /// The delivery.
    pub delivery: Delivery,
    /// Its event; `None` where its body has been removed.
    pub event: Option<Arc<Event>>,
}

/// Answer to a [`Claim`].
#[derive(Clone, Debug, Default)]
pub struct Claimed {
    /// In the order that was asked for.
    pub deliveries: Vec<ClaimedDelivery>,
    /// When the next one of this webhook that was not claimed is due, if there is one.
    pub next_due: Option<Timestamp>,
}

/// An attempt and what becomes of its delivery.
#[derive(Clone, Debug)]
pub struct Record {
    /// What happened. Its `number` is the number of attempts made.
    pub attempt: Attempt,
    /// What follows.
    pub next: Next,
}

/// Leasing and recording.
pub trait Dispatch: Send + Sync {
    /// Begins a run: all leases of runs before end.
    fn begin_run(&self, now: Timestamp) -> StoreFuture<'_, Recovered>;

    /// Leases due deliveries of one webhook to this run.
    ///
    /// Wait for the answer: where the future is dropped, what it leased stays leased until the next
    /// run.
    fn claim(&self, claim: Claim) -> StoreFuture<'_, Claimed>;

    /// Records an attempt. Answers whether its delivery moved: not where it was cancelled
    /// meanwhile, or is leased to another run; the attempt is kept all the same.
    ///
    /// While the disk is full the record waits in memory and is tried again. The same record again
    /// (after `Unavailable`) is kept once.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such delivery.
    fn record(&self, record: Record) -> StoreFuture<'_, bool>;

    /// Gives leases back without an attempt: these deliveries are due at `due`.
    fn release(&self, deliveries: Vec<DeliveryId>, due: Timestamp) -> StoreFuture<'_, ()>;

    /// Keeps what a lane remembers; the default is forgotten. Nothing where the webhook is gone.
    fn remember(&self, webhook: WebhookId, memory: LaneMemory) -> StoreFuture<'_, ()>;

    /// Makes up to `limit` deliveries of a webhook that wait for a later moment due, those first
    /// that would have been due soonest. They are due since their age counts, so that they are
    /// claimed oldest first. Answers how many there were.
    fn expedite(&self, webhook: WebhookId, now: Timestamp, limit: usize) -> StoreFuture<'_, usize>;
}
