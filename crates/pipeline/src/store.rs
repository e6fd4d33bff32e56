//! What a store does for the pipeline: seven small traits, one for each part of the way.
//!
//! A store keeps sealed bytes and never sees a secret in clear. A future that ends `Ok` means that
//! the change is durable: committed and synced. Nothing is answered, handed over or cached before.
//!
//! Every store passes the conformance suite in `testkit`.

use std::{fmt, future::Future, pin::Pin};

pub mod accept;
pub mod bulk;
pub mod catalogue;
pub mod dispatch;
pub mod history;
pub mod retention;
pub mod upkeep;

pub use accept::{Accept, Accepted, Identity, NewDelivery, NewEvent};
pub use bulk::{Bulk, Estimate, Step, Stepped};
pub use catalogue::{Configured, Expected, Keep, OnWaiting};
pub use dispatch::{Claim, Claimed, ClaimedDelivery, Dispatch, LaneMemory, Record, Recovered};
pub use history::{DeliveryFilter, EventFilter, History, Page, PageOf};
pub use retention::{Extent, Removed, Retain, Slice};
pub use upkeep::{Counts, Health, Upkeep};

/// What a store's method answers with, later.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Its queue stayed full for as long as a request may wait. Try again later.
    #[error("the store is busy")]
    Busy,
    /// The disk is full. Nothing was changed.
    #[error("the store's disk is full")]
    Full,
    /// History is over its limit and everything in it waits. Nothing was changed.
    #[error("history is over its limit, and everything in it waits")]
    HistoryFull,
    /// It refuses work: it is closing, or a write failed and it has not been reopened yet.
    /// Nothing is confirmed.
    #[error("the store does not take work now")]
    Unavailable,
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// The name or key is taken.
    #[error("the name is taken")]
    Taken,
    /// The thing was changed since it was read.
    #[error("changed in the meantime")]
    VersionMismatch,
    /// Deliveries wait for it.
    #[error("{0} deliveries wait")]
    Waiting(u64),
    /// The event's body has been removed.
    #[error("the body has been removed")]
    BodyExpired,
    /// The delivery's or the job's status does not allow it.
    #[error("its status does not allow that")]
    WrongStatus,
    /// As many jobs run as may.
    #[error("too many jobs run")]
    TooManyJobs,
    /// The store's own failure.
    #[error("the store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// All seven parts.
pub trait Store: Accept + Dispatch + Keep + History + Bulk + Retain + Upkeep + fmt::Debug {}

impl<S> Store for S where S: Accept + Dispatch + Keep + History + Bulk + Retain + Upkeep + fmt::Debug
{}
