//! The store's own state.

use super::StoreFuture;

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Deliveries that are pending.
    pub pending: u64,
    /// Bytes on disk.
    pub size_bytes: u64,
}

/// Whether it takes work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It does.
    Ready,
    /// The disk is full or nearly so: events are not accepted, outcomes are kept.
    DiskFull,
    /// History is over its limit and everything in it waits: the same.
    HistoryFull,
    /// It does not.
    Unavailable,
}

/// The store's own state.
pub trait Upkeep: Send + Sync {
    /// How much there is.
    fn counts(&self) -> StoreFuture<'_, Counts>;

    /// Whether it takes work. Cheap: asks no disk.
    fn health(&self) -> Health;

    /// The greatest `seq` of any id that it holds, as floor for the id generator.
    fn id_floor(&self) -> StoreFuture<'_, u64>;

    /// Finishes what is queued, then closes. Work that comes later is refused.
    fn close(&self) -> StoreFuture<'_, ()>;
}
