//! What is counted: the OpenMetrics page of the admin listener. No URL and no name of a stranger's
//! choice is ever a label, so that the number of series is bounded.

use std::{fmt, sync::atomic::AtomicU64, time::Duration};

use pipeline::{Outcome, Status};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Origin {
    origin: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct StatusLabel {
    status: &'static str,
}

/// Every metric, and the registry that shows them.
pub struct Metrics {
    registry: Registry,
    accepted: Family<Origin, Counter>,
    duplicates: Counter,
    pongs: Counter,
    refused: Family<Reason, Counter>,
    unavailable: Family<Reason, Counter>,
    deliveries: Counter,
    finished: Family<StatusLabel, Counter>,
    attempts: Family<OutcomeLabel, Counter>,
    attempt_seconds: Histogram,
    in_memory: Gauge,
    pending: Gauge<u64, AtomicU64>,
    store_bytes: Gauge<u64, AtomicU64>,
    events_removed: Counter,
    history_bytes: Gauge<u64, AtomicU64>,
    history_age_seconds: Gauge<u64, AtomicU64>,
    history_full: Gauge,
    jobs_running: Gauge,
    connections: Gauge,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Default for Metrics {
    fn default() -> Metrics {
        // From 1 ms to 131 s.
        let buckets = (0..18).map(|power| 0.001 * f64::from(1 << power));
        let mut metrics = Metrics {
            registry: Registry::with_prefix("countersign"),
            accepted: Family::default(),
            duplicates: Counter::default(),
            pongs: Counter::default(),
            refused: Family::default(),
            unavailable: Family::default(),
            deliveries: Counter::default(),
            finished: Family::default(),
            attempts: Family::default(),
            attempt_seconds: Histogram::new(buckets),
            in_memory: Gauge::default(),
            pending: Gauge::default(),
            store_bytes: Gauge::default(),
            events_removed: Counter::default(),
            history_bytes: Gauge::default(),
            history_age_seconds: Gauge::default(),
            history_full: Gauge::default(),
            jobs_running: Gauge::default(),
            connections: Gauge::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let Metrics { registry, .. } = self;
        registry.register("events_accepted", "Events kept", self.accepted.clone());
        registry.register(
            "events_duplicate",
            "Requests that repeated an event",
            self.duplicates.clone(),
        );
        registry.register("pings", "Pings answered", self.pongs.clone());
        registry.register(
            "requests_refused",
            "Inbound requests not accepted",
            self.refused.clone(),
        );
        registry.register(
            "requests_unavailable",
            "Inbound requests answered 503",
            self.unavailable.clone(),
        );
        registry.register("deliveries_made", "Deliveries made", self.deliveries.clone());
        registry.register(
            "deliveries_finished",
            "Deliveries that left pending",
            self.finished.clone(),
        );
        registry.register("attempts", "Attempts by outcome", self.attempts.clone());
        registry.register(
            "attempt_duration_seconds",
            "Time of an attempt",
            self.attempt_seconds.clone(),
        );
        registry.register("deliveries_in_memory", "Deliveries in memory", self.in_memory.clone());
        registry.register(
            "deliveries_pending",
            "Deliveries that are pending",
            self.pending.clone(),
        );
        registry.register("store_size_bytes", "Bytes on disk", self.store_bytes.clone());
        self.register_background();
        let Metrics { registry, .. } = self;
        registry.register(
            "public_connections",
            "Open connections of the public listener",
            self.connections.clone(),
        );
    }

    /// What goes on beside requests and deliveries.
    fn register_background(&mut self) {
        let Metrics { registry, .. } = self;
        registry.register(
            "events_removed",
            "Events that retention removed",
            self.events_removed.clone(),
        );
        registry.register(
            "history_size_bytes",
            "Bytes in use, as history.size_max_bytes counts them",
            self.history_bytes.clone(),
        );
        registry.register(
            "history_oldest_event_age_seconds",
            "Age of the oldest event",
            self.history_age_seconds.clone(),
        );
        registry.register(
            "history_full",
            "Whether events are not accepted because everything in a full history waits",
            self.history_full.clone(),
        );
        registry.register("jobs_running", "Jobs that run", self.jobs_running.clone());
    }

    /// An event was kept. `origin` is `source` or `api`.
    pub fn accepted(&self, origin: &'static str) {
        self.accepted.get_or_create(&Origin { origin }).inc();
    }

    /// A request repeated an event.
    pub fn duplicate(&self) {
        self.duplicates.inc();
    }

    /// A ping was answered.
    pub fn pong(&self) {
        self.pongs.inc();
    }

    /// A request was not accepted.
    pub fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&Reason { reason }).inc();
    }

    /// A request was answered 503.
    pub fn unavailable(&self, reason: &'static str) {
        self.unavailable.get_or_create(&Reason { reason }).inc();
    }

    /// Deliveries were made.
    pub fn deliveries_made(&self, number: usize) {
        self.deliveries.inc_by(number as u64);
    }

    /// A delivery left `pending`.
    pub fn delivery_finished(&self, status: Status) {
        self.finished.get_or_create(&StatusLabel { status: status.as_str() }).inc();
    }

    /// An attempt ended.
    pub fn attempt(&self, outcome: Outcome, duration: Duration) {
        self.attempts.get_or_create(&OutcomeLabel { outcome: outcome.as_str() }).inc();
        self.attempt_seconds.observe(duration.as_secs_f64());
    }

    /// A connection of the public listener opened (1) or closed (-1).
    pub fn connection(&self, change: i64) {
        self.connections.inc_by(change);
    }

    /// What is read off now and then.
    pub fn gauges(&self, in_memory: usize, pending: u64, store_bytes: u64) {
        self.in_memory.set(in_memory as i64);
        self.pending.set(pending);
        self.store_bytes.set(store_bytes);
    }

    /// Retention removed events.
    pub fn events_removed(&self, number: u64) {
        self.events_removed.inc_by(number);
    }

    /// How far history reaches.
    pub fn history(&self, used_bytes: u64, age: Duration) {
        self.history_bytes.set(used_bytes);
        self.history_age_seconds.set(age.as_secs());
    }

    /// Whether accepting is held for want of room in history.
    pub fn history_full(&self, full: bool) {
        self.history_full.set(i64::from(full));
    }

    /// Jobs that run.
    pub fn jobs_running(&self, number: usize) {
        self.jobs_running.set(number as i64);
    }

    /// The page. Empty where it cannot be written, which does not happen in memory.
    pub fn page(&self) -> String {
        let mut page = String::new();
        match encode(&mut page, &self.registry) {
            Ok(()) => page,
            Err(fmt::Error) => String::new(),
        }
    }
}
