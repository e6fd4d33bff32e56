//! How many requests are at a receiver at once.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts; a request counts from its last byte until its answer begins.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    present: AtomicUsize,
    arrived: AtomicUsize,
    most: AtomicUsize,
}

/// One that is present, until dropped.
#[derive(Debug)]
pub(super) struct Present<'a>(&'a Crowd);

impl Crowd {
    /// One more; answers also with how many there have been.
    pub(super) fn enter(&self) -> (Present<'_>, usize) {
        let present = self.present.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(present, Ordering::SeqCst);
        let nth = self.arrived.fetch_add(1, Ordering::SeqCst) + 1;
        (Present(self), nth)
    }

    pub(super) fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        self.0.present.fetch_sub(1, Ordering::SeqCst);
    }
}
