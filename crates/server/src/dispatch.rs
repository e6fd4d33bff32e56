//! Dispatching: which delivery is tried when.
//!
//! # Design
//!
//! Every webhook has a *lane*. A lane holds a bounded queue of deliveries in memory that are leased
//! to this run (`ready`), knows when the next of those that wait in the store is due
//! (`stored_due`), and begins attempts within its in-flight limit, its breaker, its pause and a
//! hold that a receiver asked for. There is no task per lane: whatever changes a lane *pumps* it,
//! and one timer pumps lanes whose moment has come.
//!
//! A delivery comes to a lane in one of two ways:
//!
//! - *Born leased*: acceptance asks for a slot before the commit. With one, the delivery is written
//!   as leased and handed over from memory after the commit, and no query is made for it.
//! - *Claimed*: without a slot it is born due, and the lane asks the store for due deliveries when
//!   it has room. Retries and what a run before left behind come this way too.
//!
//! Which of the two never changes what becomes of a delivery, only what it costs.
//!
//! # Invariants
//!
//! - No attempt begins for a delivery that is not leased to this run.
//! - What is in memory (`ready`, under way, not recorded yet) is at most
//!   [`memory::DELIVERIES_MAX`] deliveries with [`memory::BODY_BYTES_MAX`] of bodies; beyond that,
//!   work waits in the store.
//! - While over half of that is taken, a lane claims no more than it is about to try, and at most
//!   256 deliveries of a lane are born leased.
//! - A lane whose breaker opens gives what it holds back to the store.
//! - An outcome is recorded until the store confirms it; only then the delivery's memory is freed.
//!
//! It never decides what becomes of a delivery: `pipeline::delivery::decide` does.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::Duration,
};

use deliver::Client;
use pipeline::{
    Clock, DeliveryId, Event, IdGenerator, Randomness, Store, StoreError, Timestamp, Webhook,
    WebhookId, store::NewDelivery,
};
use tokio::sync::Notify;

use crate::{live::Live, metrics::Metrics, notices::Notices, secret_use::SecretUse};

mod attempt;
mod claim;
mod lane;
pub mod memory;
#[cfg(test)]
mod simulation;
mod timer;

pub(crate) use attempt::response;
use claim::{claim, give_back};
use lane::{Lane, Step, Terms};
use memory::{Memory, Room};
use timer::Timer;

/// How often a stopping dispatcher looks for what was handed over late.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What dispatching is made of.
#[derive(Debug)]
pub struct Parts {
    /// Where deliveries are kept.
    pub store: Arc<dyn Store>,
    /// What is configured.
    pub live: Arc<Live>,
    /// What sends requests.
    pub client: Client,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For the draw of retry delays.
    pub randomness: Arc<dyn Randomness>,
    /// Makes the ids of deliveries and attempts.
    pub ids: Arc<IdGenerator>,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// When secrets signed last.
    pub secret_use: Arc<SecretUse>,
    /// Where somebody is told.
    pub notices: Arc<Notices>,
}

/// A delivery in memory that is leased to this run.
#[derive(Debug)]
pub struct Ready {
    id: DeliveryId,
    request_id: Option<String>,
    attempts_made: u32,
    since: Timestamp,
    event: Option<Arc<Event>>,
    _room: Room,
}

/// All lanes.
#[derive(Debug)]
pub struct Dispatcher {
    parts: Parts,
    me: Weak<Dispatcher>,
    lanes: Mutex<HashMap<WebhookId, Arc<Lane>>>,
    memory: Memory,
    timer: Timer,
    stopping: std::sync::atomic::AtomicBool,
    idle: Notify,
}

/// A place in a lane, granted before the commit. Dropped without a hand-over it is given back.
#[derive(Debug)]
pub struct Slot {
    lane: Arc<Lane>,
    room: Option<Room>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.lane.lock().reserved -= 1;
    }
}

impl Dispatcher {
    /// Makes the dispatcher and starts its timer. Lanes begin with [`Dispatcher::recover`].
    pub fn start(parts: Parts) -> Arc<Dispatcher> {
        let dispatcher = Arc::new_cyclic(|me| Dispatcher {
            parts,
            me: me.clone(),
            lanes: Mutex::default(),
            memory: Memory::default(),
            timer: Timer::default(),
            stopping: false.into(),
            idle: Notify::new(),
        });
        tokio::spawn(timer::run(dispatcher.me.clone()));
        dispatcher
    }

    /// Begins this run: what runs before had under way is due again, and lanes with work wake.
    pub async fn recover(&self) -> Result<(), StoreError> {
        let recovered = self.parts.store.begin_run(self.now()).await?;
        if recovered.released > 0 {
            tracing::info!(deliveries = recovered.released, "under way when the last run ended");
        }
        for (webhook, memory) in recovered.lanes {
            self.lane(webhook).lock().restore(memory);
        }
        for (webhook, due) in recovered.waiting {
            self.stored(webhook, due);
        }
        Ok(())
    }

    /// The deliveries that an event makes, each with a slot where its lane has room.
    pub fn born(&self, event: &Event) -> Vec<(NewDelivery, Option<Slot>)> {
        let snapshot = self.parts.live.snapshot();
        let matching = snapshot.catalogue.matching(&event.facts);
        let born = matching.into_iter().map(|webhook| {
            let runs = matches!(snapshot.route(webhook.id), Some(Ok(route)) if route.runs());
            let slot = if runs { self.slot(&webhook, event.body.len()) } else { None };
            let id = self.parts.ids.make();
            (NewDelivery { id, webhook: webhook.id, leased: slot.is_some() }, slot)
        });
        born.collect()
    }

    fn slot(&self, webhook: &Webhook, body_bytes: usize) -> Option<Slot> {
        if self.is_stopping() {
            return None;
        }
        let lane = self.lane(webhook.id);
        let mut state = lane.lock();
        if !state.grants(self.now(), webhook.rate_limit, self.memory.is_scarce()) {
            return None;
        }
        let room = self.memory.take(body_bytes)?;
        state.reserved += 1;
        drop(state);
        Some(Slot { lane, room: Some(room) })
    }

    /// After the commit: deliveries with a slot go to their lanes, the others wait in the store.
    pub fn hand_over(&self, event: &Arc<Event>, born: Vec<(NewDelivery, Option<Slot>)>) {
        self.parts.metrics.deliveries_made(born.len());
        for (delivery, slot) in born {
            match slot {
                None => self.stored(delivery.webhook, self.now()),
                Some(mut slot) => {
                    let Some(room) = slot.room.take() else {
                        continue;
                    };
                    slot.lane.lock().ready.push_back(Ready {
                        id: delivery.id,
                        request_id: None,
                        attempts_made: 0,
                        since: delivery.id.created_at(),
                        event: Some(event.clone()),
                        _room: room,
                    });
                    let lane = slot.lane.clone();
                    drop(slot);
                    self.pump(&lane);
                }
            }
        }
    }

    /// Failed deliveries of these webhooks are due again.
    pub fn revived(&self, webhooks: &[WebhookId]) {
        for webhook in webhooks {
            self.stored(*webhook, self.now());
        }
    }

    /// Something of this webhook waits in the store and is due then.
    pub fn stored(&self, webhook: WebhookId, due: Timestamp) {
        let lane = self.lane(webhook);
        lane.lock().stored(due);
        self.pump(&lane);
    }

    /// A person's act made deliveries due, or ended a pause: look at once, and let go of a hold and
    /// of the breaker's wait.
    pub fn wake(&self, webhook: WebhookId) {
        let lane = self.lane(webhook);
        let now = self.now();
        lane.lock().wake(now);
        self.pump(&lane);
    }

    /// A person cancelled a delivery: where it waits in memory, it is tried no more.
    pub fn cancelled(&self, webhook: WebhookId, delivery: DeliveryId) {
        let lane = self.lane(webhook);
        lane.lock().ready.retain(|ready| ready.id != delivery);
        self.pump(&lane);
    }

    /// Whether the breaker or a hold keeps a webhook's deliveries back now.
    pub fn is_held(&self, webhook: WebhookId) -> bool {
        let lane = self.lanes().get(&webhook).cloned();
        lane.is_some_and(|lane| lane.lock().is_held(self.now()))
    }

    /// Whether a webhook's rate limit keeps its deliveries back now.
    pub fn is_paced(&self, webhook: &Webhook) -> bool {
        let lane = self.lanes().get(&webhook.id).cloned();
        let Some((lane, rate)) = lane.zip(webhook.rate_limit) else {
            return false;
        };
        lane.lock().is_paced(rate, self.now())
    }

    /// Deliveries that are in memory.
    pub fn in_memory(&self) -> usize {
        self.memory.deliveries()
    }

    /// Looks at every lane again, after what is configured has changed. Lanes of webhooks that are
    /// gone end when nothing of theirs is under way. Deliveries of sources that are gone go back
    /// to the store, which knows whether they were cancelled with them.
    pub fn reconfigured(&self) {
        let snapshot = self.parts.live.snapshot();
        let is_there = |ready: &Ready| {
            let source = ready.event.as_ref().and_then(|event| event.facts.source.as_ref());
            source.is_none_or(|source| snapshot.catalogue.source(source.as_str()).is_some())
        };
        let lanes: Vec<_> = {
            let mut lanes = self.lanes();
            let exists = |id: &WebhookId| snapshot.catalogue.webhook(*id).is_some();
            lanes.retain(|id, lane| exists(id) || !lane.lock().is_idle());
            lanes.values().cloned().collect()
        };
        for lane in lanes {
            let gone = lane.lock().take_out(|ready| !is_there(ready));
            if !gone.is_empty() {
                self.spawn(give_back(self.me.clone(), lane.clone(), gone));
            }
            self.pump(&lane);
        }
    }

    /// Stops: no attempt begins any more; those under way get `drain` to end and be recorded; the
    /// rest goes back to the store.
    pub async fn stop(&self, drain: Duration) {
        self.stopping.store(true, std::sync::atomic::Ordering::SeqCst);
        if tokio::time::timeout(drain, self.drained()).await.is_err() {
            let attempts = self.memory.deliveries();
            tracing::warn!(
                attempts,
                "still under way at the end; they are made again at the start"
            );
        }
    }

    /// Gives back what lanes hold until nothing is in memory any more. An admission that was under
    /// way may still hand something over, so it looks again and again.
    async fn drained(&self) {
        loop {
            let held: Vec<_> = {
                let lanes = self.lanes();
                let held = lanes.values().map(|lane| std::mem::take(&mut lane.lock().ready));
                held.flatten().collect()
            };
            let ids = held.iter().map(|ready| ready.id).collect();
            self.release(ids, self.now()).await;
            drop(held);
            let idle = self.idle.notified();
            if self.memory.deliveries() == 0 {
                return;
            }
            let _ = tokio::time::timeout(LOOK_AGAIN, idle).await;
        }
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(std::sync::atomic::Ordering::SeqCst)
    }

    fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<WebhookId, Arc<Lane>>> {
        self.lanes.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn lane(&self, webhook: WebhookId) -> Arc<Lane> {
        self.lanes().entry(webhook).or_insert_with(|| Arc::new(Lane::new(webhook))).clone()
    }

    /// Does whatever a lane may do now. Cheap where there is nothing.
    fn pump(&self, lane: &Arc<Lane>) {
        if self.is_stopping() {
            return;
        }
        let snapshot = self.parts.live.snapshot();
        let route = match snapshot.route(lane.webhook) {
            Some(Ok(route)) => Some(route),
            Some(Err(_)) | None => None,
        };
        loop {
            let now = self.now();
            let terms = Terms {
                runs: route.is_some_and(|route| route.runs()),
                in_flight_max: route.map_or(0, |route| route.webhook.max_in_flight as usize),
                rate: route.and_then(|route| route.webhook.rate_limit),
                scarce: self.memory.is_scarce(),
            };
            let step = lane.lock().step(now, terms);
            match (step, route) {
                (Step::Nothing, _) => return,
                (Step::Wait(until), _) => {
                    self.timer.at(until, lane.webhook);
                    return;
                }
                (Step::Attempt(ready), Some(route)) => {
                    self.spawn(attempt::run(self.me.clone(), lane.clone(), route.clone(), *ready));
                }
                (Step::Claim { .. }, _) if self.memory.is_full() => {
                    let again = now.plus_millis(claim::MEMORY_AGAIN_MS);
                    lane.lock().postpone_claim(again, now);
                }
                (Step::Claim { probe, room }, _) => {
                    self.spawn(claim(self.me.clone(), lane.clone(), probe, room));
                }
                (Step::GiveBack(held), _) => {
                    self.spawn(give_back(self.me.clone(), lane.clone(), held));
                }
                (Step::Attempt(_), None) => return,
            }
        }
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(work);
    }
}
