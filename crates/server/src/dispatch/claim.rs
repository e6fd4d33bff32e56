//! What passes between lanes and the store: claims, leases given back, and everything made due when
//! a receiver is back. Each is one bounded write.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use pipeline::{
    DeliveryId, Timestamp, WebhookId,
    store::{Claim, ClaimedDelivery, NewDelivery},
};

use super::{Dispatcher, Ready, Slot, lane::Lane};
use crate::log::chain;

/// The most deliveries that one claim asks for.
const CLAIM_MAX: usize = 128;
/// The most bytes of bodies that one claim brings, but for the last body.
const CLAIM_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How many waiting deliveries are made due in one write when a receiver is back.
const EXPEDITE_SLICE: usize = 1_000;
/// How long a failed claim waits before it is tried again.
const CLAIM_AGAIN: Duration = Duration::from_millis(500);
/// How long a failed giving back waits before it is tried again.
const RELEASE_AGAIN: Duration = Duration::from_millis(500);
/// How long a lane waits with a claim while memory is full.
pub(super) const MEMORY_AGAIN_MS: u64 = 100;

impl Dispatcher {
    /// Keeps the state of a lane, where it has changed by something that a restart should know.
    pub(super) fn remember(&self, lane: &Arc<Lane>) {
        let now = self.now();
        if lane.lock().has_to_remember(now) {
            self.spawn(remember(self.me.clone(), lane.clone()));
        }
    }

    /// Gives leases back: tried until the store has confirmed it, because a lease that nobody holds
    /// would keep its delivery back until the next start.
    pub(super) async fn release(&self, deliveries: Vec<DeliveryId>, due: Timestamp) {
        if deliveries.is_empty() {
            return;
        }
        while let Err(error) = self.parts.store.release(deliveries.clone(), due).await {
            if self.is_stopping() {
                let error = chain(&error);
                tracing::warn!(error, "leases were not given back; they end with this run");
                return;
            }
            tokio::time::sleep(RELEASE_AGAIN).await;
        }
    }

    /// The store failed between taking an event and confirming it, so its deliveries may be there,
    /// leased. They are made due; where they are not there, nothing happens.
    pub(crate) fn unconfirmed(&self, born: Vec<(NewDelivery, Option<Slot>)>) {
        let webhooks: Vec<_> = born.iter().map(|(delivery, _)| delivery.webhook).collect();
        let leased = born.iter().filter(|(delivery, _)| delivery.leased);
        let ids = leased.map(|(delivery, _)| delivery.id).collect();
        let me = self.me.clone();
        self.spawn(async move {
            let Some(dispatcher) = me.upgrade() else {
                return;
            };
            dispatcher.release(ids, dispatcher.now()).await;
            drop(born);
            dispatcher.revived(&webhooks);
        });
    }

    /// What a claim brought goes to its lane; what there is no room for goes back.
    async fn take_in(&self, lane: &Arc<Lane>, claimed: Vec<ClaimedDelivery>) {
        let mut back = Vec::new();
        for item in claimed {
            // Cancelled and resent while its attempt is under way: not twice at the same time.
            if lane.lock().is_under_way(item.delivery.id) {
                back.push(item.delivery.id);
                continue;
            }
            let bytes = item.event.as_ref().map_or(0, |event| event.body.len());
            // What there is no room for goes back; the first delivery in memory always has room.
            let Some(room) = self.memory.take(bytes) else {
                back.push(item.delivery.id);
                continue;
            };
            lane.lock().ready.push_back(Ready {
                id: item.delivery.id,
                request_id: item.delivery.request_id,
                attempts_made: item.delivery.attempts_made,
                since: item.delivery.since,
                event: item.event,
                _room: room,
            });
        }
        if !back.is_empty() {
            let due = self.now().plus_millis(CLAIM_AGAIN.as_millis() as u64);
            self.release(back, due).await;
            lane.lock().stored(due);
        }
    }
}

/// Asks the store for due deliveries of one lane.
pub(super) async fn claim(dispatcher: Weak<Dispatcher>, lane: Arc<Lane>, probe: bool, room: usize) {
    let Some(dispatcher) = dispatcher.upgrade() else {
        return;
    };
    let now = dispatcher.now();
    let limit = if probe { 1 } else { room.clamp(1, CLAIM_MAX) };
    let webhook = lane.webhook;
    let claim = Claim { webhook, due_by: now, limit, body_bytes_max: CLAIM_BYTES_MAX, probe };
    match dispatcher.parts.store.claim(claim).await {
        Ok(claimed) => {
            let found = claimed.deliveries.len();
            dispatcher.take_in(&lane, claimed.deliveries).await;
            lane.lock().claimed(found, claimed.next_due, dispatcher.now());
        }
        Err(error) => {
            tracing::warn!(webhook = %lane.webhook, error = chain(&error), "due deliveries could not be read");
            let again = now.plus_millis(CLAIM_AGAIN.as_millis() as u64);
            lane.lock().claimed(0, Some(again), now);
        }
    }
    dispatcher.pump(&lane);
}

/// Gives what a lane held in memory back to the store.
pub(super) async fn give_back(dispatcher: Weak<Dispatcher>, lane: Arc<Lane>, held: Vec<Ready>) {
    let Some(dispatcher) = dispatcher.upgrade() else {
        return;
    };
    let now = dispatcher.now();
    let ids = held.iter().map(|ready| ready.id).collect();
    dispatcher.release(ids, now).await;
    drop(held);
    dispatcher.stored(lane.webhook, now);
}

/// Keeps what a lane has to remember over a restart, until the store has what the lane knows.
pub(super) async fn remember(dispatcher: Weak<Dispatcher>, lane: Arc<Lane>) {
    loop {
        let Some(dispatcher) = dispatcher.upgrade() else {
            return;
        };
        let Some(memory) = lane.lock().next_memory(dispatcher.now()) else {
            return;
        };
        let kept = dispatcher.parts.store.remember(lane.webhook, memory).await;
        lane.lock().remembered(kept.is_ok().then_some(memory));
        if let Err(error) = kept {
            // What comes next is tried again; a restart would begin with the last state.
            tracing::warn!(webhook = %lane.webhook, error = chain(&error), "the state of its lane is not kept");
            return;
        }
    }
}

/// A receiver is back: everything that waits for it is due, in slices.
pub(super) async fn expedite(dispatcher: Weak<Dispatcher>, webhook: WebhookId) {
    loop {
        let Some(dispatcher) = dispatcher.upgrade() else {
            return;
        };
        let now = dispatcher.now();
        let moved = dispatcher.parts.store.expedite(webhook, now, EXPEDITE_SLICE).await;
        dispatcher.stored(webhook, now);
        match moved {
            Ok(moved) if moved >= EXPEDITE_SLICE => {}
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%webhook, error = chain(&error), "waiting deliveries keep their own times");
                return;
            }
        }
    }
}
