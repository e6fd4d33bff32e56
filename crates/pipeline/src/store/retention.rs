//! Letting go of history.
//!
//! An event is finished when none of its deliveries is pending: at its acceptance, or when the last
//! of them ended. Only finished events are removed, with their bodies, deliveries and attempts,
//! oldest first, in slices. What waits stays, however old it is.

use super::StoreFuture;
use crate::time::Timestamp;

/// The most events of one slice.
pub const SLICE_EVENTS_MAX: usize = 200;
/// The most deliveries and attempts of one slice, but for the last delivery's attempts.
pub const SLICE_ROWS_MAX: usize = 2_000;
/// A slice ends with the body that goes past this.
pub const SLICE_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// A bounded piece of removing: one piece of work for the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Looks at events behind this `seq`; `None` begins with the oldest.
    pub after: Option<u64>,
    /// Removes what was finished before this moment.
    pub finished_before: Timestamp,
    /// At most so many events.
    pub events_max: usize,
    /// At most so many deliveries and attempts, but for the attempts of the last one. An event that
    /// has more loses its body first and goes over several slices.
    pub rows_max: usize,
    /// Ends with the body that goes past this.
    pub bytes_max: u64,
}

impl Slice {
    /// Of the usual size.
    pub fn new(after: Option<u64>, finished_before: Timestamp) -> Slice {
        Slice {
            after,
            finished_before,
            events_max: SLICE_EVENTS_MAX,
            rows_max: SLICE_ROWS_MAX,
            bytes_max: SLICE_BYTES_MAX,
        }
    }
}

/// What a slice did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Events that are gone.
    pub events: u64,
    /// Bytes of their bodies.
    pub body_bytes: u64,
    /// The `after` of the next slice; `None` where nothing that was finished by then is left behind
    /// it. A slice may remove nothing and still have a next one.
    pub next: Option<u64>,
}

/// How far history reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Bytes in use. Space that was freed and waits to be used again does not count, though a file
    /// need not shrink.
    pub used_bytes: u64,
    /// When the oldest event that is kept was accepted.
    pub oldest: Option<Timestamp>,
}

/// Letting go of history.
pub trait Retain: Send + Sync {
    /// How far history reaches. Cheap.
    fn extent(&self) -> StoreFuture<'_, Extent>;

    /// Removes finished events, oldest first. While the disk is full it is tried before everything
    /// that waits for space.
    fn remove_finished(&self, slice: Slice) -> StoreFuture<'_, Removed>;

    /// Forgets at most so many of the keys of duplicates that need not be known any more. Answers
    /// whether there are more.
    fn forget_keys(&self, now: Timestamp, at_most: usize) -> StoreFuture<'_, bool>;

    /// Whether history is over its limit and everything in it waits: then events are refused with
    /// `HistoryFull`, and the store's health says so. Not remembered over a restart.
    fn hold_accepting(&self, hold: bool);
}
