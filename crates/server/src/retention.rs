//! Retention: finished events go when they are too old, or oldest first while history is too large.
//!
//! The store removes in slices of at most 200 events; this decides when the next one is due and
//! where it begins. With nothing to do it looks once a second, which costs a few page reads; while
//! there is something to remove, a slice follows the other after 20 ms, so that the writer gives it
//! a small part of its time and still some 5,000 events a second go; and after 2 ms where that is
//! not enough.
//!
//! What waits is passed over once in a pass, not once in a slice. A pass by age begins at most once
//! a minute. A pass by size goes on where it was while size moves around its limit, and begins anew
//! after a minute, so that what ended meanwhile behind it is found.
//!
//! When a whole pass by size has found nothing and history is still over its limit, everything
//! waits: accepting is held until there is room.

use std::{sync::Arc, time::Duration};

use pipeline::{
    Clock, Store, StoreError, Timestamp,
    store::{Extent, Removed, Slice},
};
use tokio::sync::watch;

use crate::{config::HistoryConfig, log::chain, metrics::Metrics};

#[cfg(test)]
mod tests;

/// The pause between two looks with nothing to do.
const IDLE: Duration = Duration::from_secs(1);
/// The pause between two slices.
const BUSY: Duration = Duration::from_millis(20);
/// The same while history is over its limit by more than a 64th: events come faster than they go.
const BEHIND: Duration = Duration::from_millis(2);
/// A pass begins anew after this.
const PASS_MAX: Duration = Duration::from_secs(60);
/// Keys of duplicates that are forgotten at once.
const KEYS_MAX: usize = 2_000;
/// How often it is looked for them.
const KEYS_EVERY: Duration = Duration::from_secs(600);

/// The parts of retention.
#[derive(Debug)]
pub struct Retention {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// How far history reaches.
    pub history: HistoryConfig,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Retention {
    /// Goes on until `stop` turns true. What has begun is finished first.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut sweep = Sweep::default();
        loop {
            let rest = match self.round(&mut sweep).await {
                Ok(rest) => rest,
                Err(error) => {
                    tracing::debug!(error = chain(&error), "history was not looked at");
                    IDLE
                }
            };
            tokio::select! {
                // The sender being gone means the same as its saying so.
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(rest) => {}
            }
        }
    }

    /// One look, and a slice where one is due. Answers how long to rest.
    async fn round(&self, sweep: &mut Sweep) -> Result<Duration, StoreError> {
        let now = self.clock.now();
        let extent = self.store.extent().await?;
        let age = extent.oldest.map_or(Duration::ZERO, |oldest| now.since(oldest));
        self.metrics.history(extent.used_bytes, age);
        let mut rest = IDLE;
        if let Some(slice) = sweep.next_slice(extent, self.history, now) {
            let removed = self.store.remove_finished(slice).await?;
            self.metrics.events_removed(removed.events);
            rest = sweep.removed(removed);
        }
        if let Some(held) = sweep.has_turned() {
            self.hold(held);
        }
        if sweep.keys_are_due(now) {
            let more = self.store.forget_keys(now, KEYS_MAX).await?;
            sweep.keys_forgotten(more, now);
            rest = if more { BUSY } else { rest };
        }
        Ok(rest)
    }

    fn hold(&self, held: bool) {
        self.store.hold_accepting(held);
        self.metrics.history_full(held);
        if held {
            let size_max_bytes = self.history.size_max_bytes;
            tracing::warn!(
                size_max_bytes,
                "history is over its limit and everything in it waits: events are not accepted"
            );
        } else {
            tracing::info!("history has room: events are accepted");
        }
    }
}

/// Which slice comes next. Pure: time comes with each question.
#[derive(Debug, Default)]
struct Sweep {
    by_age: Option<Pass>,
    by_size: Option<Pass>,
    /// Of which pass the slice under way is.
    sizing: bool,
    over: bool,
    behind: bool,
    held: bool,
    told: bool,
    keys_at: Option<Timestamp>,
}

/// One way from the oldest event to where nothing more can go.
#[derive(Clone, Copy, Debug)]
struct Pass {
    begun_at: Timestamp,
    after: Option<u64>,
    removed: u64,
    complete: bool,
}

impl Pass {
    fn begin(now: Timestamp) -> Pass {
        Pass { begun_at: now, after: None, removed: 0, complete: false }
    }

    fn is_old(&self, now: Timestamp) -> bool {
        now.since(self.begun_at) >= PASS_MAX
    }
}

impl Sweep {
    /// The slice that is due now, if one is.
    fn next_slice(
        &mut self,
        extent: Extent,
        history: HistoryConfig,
        now: Timestamp,
    ) -> Option<Slice> {
        self.over = extent.used_bytes > history.size_max_bytes;
        let slack = history.size_max_bytes / 64;
        self.behind = extent.used_bytes > history.size_max_bytes.saturating_add(slack);
        self.held &= self.over;
        if self.over {
            self.sizing = true;
            // One that has found nothing so far goes on to its end, however long that takes: only
            // then it is known that everything waits.
            let restarts = |pass: &Pass| pass.removed > 0 && pass.is_old(now);
            let goes_on = |pass: &Pass| !pass.complete && !restarts(pass);
            let pass = self.by_size.filter(goes_on).unwrap_or_else(|| Pass::begin(now));
            self.by_size = Some(pass);
            return Some(Slice::new(pass.after, now));
        }
        self.sizing = false;
        let age_max_ms = i64::try_from(history.age_max.as_millis()).unwrap_or(i64::MAX);
        let before = Timestamp::from_millis(now.as_millis().saturating_sub(age_max_ms));
        if extent.oldest.is_none_or(|oldest| oldest >= before) {
            return None;
        }
        let pass = match self.by_age {
            Some(pass) if !pass.complete => pass,
            Some(pass) if !pass.is_old(now) => return None,
            _ => Pass::begin(now),
        };
        self.by_age = Some(pass);
        Some(Slice::new(pass.after, before))
    }

    /// What the slice did. Answers how long to rest.
    fn removed(&mut self, removed: Removed) -> Duration {
        let pass = if self.sizing { &mut self.by_size } else { &mut self.by_age };
        let Some(pass) = pass else { return IDLE };
        pass.after = removed.next;
        pass.removed += removed.events;
        pass.complete = removed.next.is_none();
        if !pass.complete {
            // Rows that were only looked at were no work for the writer; they need no haste either.
            return if self.behind && removed.events > 0 { BEHIND } else { BUSY };
        }
        let found_nothing = pass.removed == 0;
        self.held |= self.sizing && found_nothing;
        IDLE
    }

    /// Whether accepting is to be held or let go, where that has changed.
    fn has_turned(&mut self) -> Option<bool> {
        let turned = self.held != self.told;
        self.told = self.held;
        turned.then_some(self.held)
    }

    fn keys_are_due(&self, now: Timestamp) -> bool {
        self.keys_at.is_none_or(|at| at <= now)
    }

    fn keys_forgotten(&mut self, more: bool, now: Timestamp) {
        let wait = if more { Duration::ZERO } else { KEYS_EVERY };
        self.keys_at = Some(now.plus_millis(wait.as_millis() as u64));
    }
}
