//! What goes on beside requests and deliveries: expired secrets stop counting, last uses are
//! written, gauges are read.

use std::{path::PathBuf, sync::Arc, time::Duration};

use pipeline::{Clock, Store};

use crate::{
    dispatch::Dispatcher,
    live::Live,
    log::chain,
    metrics::Metrics,
    notices::{Notice, Notices},
    secret_use::SecretUse,
};

/// The time between two rounds.
const EVERY: Duration = Duration::from_secs(1);
/// Last uses are written, and the store's counts read, in every so many rounds.
const SELDOM: u64 = 15;

/// The parts that are kept up.
#[derive(Debug)]
pub struct Upkeep {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// What is configured.
    pub live: Arc<Live>,
    /// What delivers.
    pub dispatcher: Arc<Dispatcher>,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// When secrets were used last.
    pub secret_use: Arc<SecretUse>,
    /// Where somebody is told.
    pub notices: Arc<Notices>,
    /// The data folder, and the free bytes under which nothing is accepted there.
    pub data: (PathBuf, u64),
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Upkeep {
    /// Goes on until it is aborted.
    pub async fn run(self: Arc<Upkeep>) {
        let mut every = tokio::time::interval(EVERY);
        for round in 0u64.. {
            every.tick().await;
            if self.live.snapshot().good_until().is_some_and(|until| until <= self.clock.now()) {
                self.let_expired_go().await;
            }
            if round.is_multiple_of(SELDOM) {
                self.write_uses().await;
                self.read_gauges().await;
                self.watch_disk();
            }
        }
    }

    async fn let_expired_go(&self) {
        if let Err(error) = self.live.reload(&*self.store).await {
            tracing::warn!(
                error = chain(&error),
                "an expired secret still counts: what is configured cannot be read"
            );
        }
    }

    /// Writes when secrets were used last.
    pub async fn write_uses(&self) {
        let used = self.secret_use.take();
        if used.is_empty() {
            return;
        }
        if let Err(error) = self.store.note_secret_use(used).await {
            tracing::warn!(error = chain(&error), "the last uses of secrets were not written");
        }
    }

    /// Told while there is room to keep what is told: at twice the reserve.
    fn watch_disk(&self) {
        let (folder, reserve) = &self.data;
        let Ok(space) = rustix::fs::statvfs(folder) else {
            return;
        };
        let free = space.f_bavail.saturating_mul(space.f_frsize);
        if free < reserve.saturating_mul(2) {
            tracing::warn!(free_bytes = free, reserve_bytes = reserve, "the disk is nearly full");
            self.notices.raise(Notice::DiskLow(free, *reserve));
        }
    }

    async fn read_gauges(&self) {
        match self.store.counts().await {
            Ok(counts) => {
                let in_memory = self.dispatcher.in_memory();
                self.metrics.gauges(in_memory, counts.pending, counts.size_bytes);
            }
            Err(error) => {
                tracing::debug!(error = chain(&error), "the store's counts cannot be read");
            }
        }
    }
}
