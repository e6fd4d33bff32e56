//! Looking back, and acting on what is found: resend and cancel.

use bytes::Bytes;
use countersign::EventKey;

use super::StoreFuture;
use crate::{
    attempt::Attempt,
    delivery::{Delivery, Status},
    event::EventFacts,
    id::{DeliveryId, EventId, WebhookId},
    scope::Scope,
    source::SourceName,
    time::Timestamp,
};

/// The most items of one page.
pub const PAGE_MAX: usize = 500;

/// Which page of a list, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Items older than this `seq`; `None` begins at the newest.
    pub before: Option<u64>,
    /// 1 to [`PAGE_MAX`].
    pub limit: usize,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageOf<T> {
    /// Newest first.
    pub items: Vec<T>,
    /// The `before` of the next page; `None` at the end. A page may hold fewer items than asked
    /// for and still have a next one, where finding more would have taken too long.
    pub next: Option<u64>,
}

/// Which events. Every condition that is set has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// This key.
    pub key: Option<EventKey>,
    /// At and below this scope.
    pub scope: Option<Scope>,
    /// From this source.
    pub source: Option<SourceName>,
    /// Came with this request id, or has it as its own.
    pub request_id: Option<String>,
    /// Accepted at this moment or later.
    pub since: Option<Timestamp>,
    /// Accepted before this moment.
    pub until: Option<Timestamp>,
}

/// Which deliveries. Every condition that is set has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// In this status.
    pub status: Option<Status>,
    /// To this webhook.
    pub webhook: Option<WebhookId>,
    /// Of this event.
    pub event: Option<EventId>,
    /// Of events with this key.
    pub key: Option<EventKey>,
    /// Of events at and below this scope.
    pub scope: Option<Scope>,
    /// With this request id, or of the event that came with it.
    pub request_id: Option<String>,
    /// Whose last attempt was answered with this status.
    pub response_status: Option<u16>,
    /// Made at this moment or later.
    pub since: Option<Timestamp>,
    /// Made before this moment.
    pub until: Option<Timestamp>,
}

/// Looking back.
pub trait History: Send + Sync {
    /// Events, newest first.
    fn events(&self, filter: EventFilter, page: Page) -> StoreFuture<'_, PageOf<EventFacts>>;

    /// One event: `NotFound` where there is none.
    fn event(&self, id: EventId) -> StoreFuture<'_, EventFacts>;

    /// Its exact bytes: `NotFound`, or `BodyExpired` where they were removed.
    fn body(&self, id: EventId) -> StoreFuture<'_, Bytes>;

    /// Deliveries, newest first.
    fn deliveries(&self, filter: DeliveryFilter, page: Page) -> StoreFuture<'_, PageOf<Delivery>>;

    /// One delivery with its attempts, oldest first: `NotFound` where there is none.
    fn delivery(&self, id: DeliveryId) -> StoreFuture<'_, (Delivery, Vec<Attempt>)>;

    /// Makes a delivery that is not pending due at once. Its age counts from now, its attempts are
    /// counted on. `WrongStatus` for a pending one that is under way; a pending one that waits is
    /// made due, at the age it has. Without a `new_request_id` it keeps the one it has.
    /// `BodyExpired` without a body, `NotFound` where its webhook is gone.
    fn resend(
        &self,
        id: DeliveryId,
        new_request_id: Option<String>,
        now: Timestamp,
    ) -> StoreFuture<'_, Delivery>;

    /// Ends a pending delivery: `WrongStatus` for any other.
    fn cancel(&self, id: DeliveryId, now: Timestamp) -> StoreFuture<'_, Delivery>;
}
