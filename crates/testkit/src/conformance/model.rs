//! Random acts on deliveries, compared with a model that is too simple to be wrong.
//!
//! The model holds each delivery's status and whether it waits or is leased. The seed is printed
//! with a failure; `COUNTERSIGN_SEED` runs that one again.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
};

use pipeline::{
    BulkAct, DeliveryId, FailReason, Job, Next, Status, StoreError, Timestamp, WebhookId,
    store::{DeliveryFilter, OnWaiting, Record},
};
use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::{Rig, scene::Scene};

const CASES: usize = 12;
const ACTS_MAX: usize = 60;
const WEBHOOKS: usize = 2;

/// One act. Deliveries are named by their place in the order of making, modulo their number.
#[derive(Clone, Debug)]
enum Act {
    Accept { webhook: usize, leased: bool },
    Claim { webhook: usize, limit: usize },
    Deliver(usize),
    Retry { delivery: usize, after_ms: u64 },
    Fail(usize),
    Release { delivery: usize, after_ms: u64 },
    Expedite { webhook: usize, limit: usize },
    Resend(usize),
    Cancel(usize),
    ResendAll(usize),
    CancelAll(usize),
    RemoveFinished,
    BeginRun,
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let webhook = 0..WEBHOOKS;
    let delivery = 0..16usize;
    prop_oneof![
        4 => (webhook.clone(), any::<bool>())
            .prop_map(|(webhook, leased)| Act::Accept { webhook, leased }),
        4 => (webhook.clone(), 1..4usize).prop_map(|(webhook, limit)| Act::Claim { webhook, limit }),
        2 => delivery.clone().prop_map(Act::Deliver),
        3 => (delivery.clone(), 0..2_000u64)
            .prop_map(|(delivery, after_ms)| Act::Retry { delivery, after_ms }),
        1 => delivery.clone().prop_map(Act::Fail),
        1 => (delivery.clone(), 0..2_000u64)
            .prop_map(|(delivery, after_ms)| Act::Release { delivery, after_ms }),
        1 => (webhook.clone(), 1..4usize)
            .prop_map(|(webhook, limit)| Act::Expedite { webhook, limit }),
        1 => delivery.clone().prop_map(Act::Resend),
        1 => delivery.prop_map(Act::Cancel),
        1 => webhook.clone().prop_map(Act::ResendAll),
        1 => webhook.prop_map(Act::CancelAll),
        1 => Just(Act::RemoveFinished),
        1 => Just(Act::BeginRun),
        2 => (1..2_000u64).prop_map(Act::Wait),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Due(Timestamp),
    Leased,
    Ended(Status),
}

#[derive(Debug)]
struct Modelled {
    webhook: WebhookId,
    state: State,
    attempts: u32,
    since: Timestamp,
}

/// To one webhook.
fn to(webhook: WebhookId) -> DeliveryFilter {
    DeliveryFilter { webhook: Some(webhook), ..DeliveryFilter::default() }
}

/// The store and what it should hold.
struct Play {
    scene: Scene,
    webhooks: Vec<WebhookId>,
    order: Vec<DeliveryId>,
    model: BTreeMap<DeliveryId, Modelled>,
}

/// Runs sequences of random acts, each followed by a comparison of everything.
pub async fn random_acts_agree_with_the_model<R: Rig>(rig: &R) {
    let seed = match std::env::var("COUNTERSIGN_SEED") {
        Ok(seed) => seed.parse().expect("COUNTERSIGN_SEED is a number"),
        Err(_) => RandomState::new().hash_one(()),
    };
    println!("COUNTERSIGN_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let acts = vec(act(), 1..ACTS_MAX);
    let mut scene = Scene::open(rig).await;
    for case in 0..CASES {
        let acts = acts.new_tree(&mut runner).unwrap().current();
        println!("case {case}: {acts:?}");
        let mut play = Play::begin(scene).await;
        for act in &acts {
            play.act(act).await;
            play.compare(act).await;
        }
        scene = play.end().await.reopen(rig).await;
    }
}

impl Play {
    async fn begin(scene: Scene) -> Play {
        let mut webhooks = Vec::new();
        for _ in 0..WEBHOOKS {
            webhooks.push(scene.webhook().await);
        }
        Play { scene, webhooks, order: Vec::new(), model: BTreeMap::new() }
    }

    async fn end(self) -> Scene {
        for webhook in self.webhooks {
            let now = self.scene.now();
            let deleted = self.scene.store.delete_webhook(webhook, OnWaiting::Cancel, now);
            deleted.await.unwrap();
        }
        self.scene
    }

    fn named(&self, place: usize) -> Option<DeliveryId> {
        (!self.order.is_empty()).then(|| self.order[place % self.order.len()])
    }

    async fn act(&mut self, act: &Act) {
        let now = self.scene.now();
        match *act {
            Act::Accept { webhook, leased } => self.accept(self.webhooks[webhook], leased).await,
            Act::Claim { webhook, limit } => self.claim(self.webhooks[webhook], limit).await,
            Act::Deliver(place) => self.record(place, Next::Delivered).await,
            Act::Retry { delivery, after_ms } => {
                let at = now.plus_millis(after_ms);
                self.record(delivery, Next::Retry { at }).await;
            }
            Act::Fail(place) => {
                self.record(place, Next::Failed(FailReason::Exhausted)).await;
            }
            Act::Release { delivery, after_ms } => {
                self.release(delivery, now.plus_millis(after_ms)).await;
            }
            Act::Expedite { webhook, limit } => self.expedite(self.webhooks[webhook], limit).await,
            Act::Resend(place) => self.resend(place).await,
            Act::Cancel(place) => self.cancel(place).await,
            Act::ResendAll(webhook) => self.resend_all(self.webhooks[webhook]).await,
            Act::CancelAll(webhook) => self.cancel_all(self.webhooks[webhook]).await,
            Act::RemoveFinished => self.remove_finished().await,
            Act::BeginRun => {
                let leased = self.model.values_mut().filter(|one| one.state == State::Leased);
                let released = leased.map(|one| one.state = State::Due(now)).count();
                let recovered = self.scene.store.begin_run(now).await.unwrap();
                assert_eq!(recovered.released, released as u64);
            }
            Act::Wait(millis) => self.scene.samples.clock.advance_ms(millis),
        }
    }

    async fn accept(&mut self, webhook: WebhookId, leased: bool) {
        let (_, id) = self.scene.deliver(webhook, leased).await;
        let since = self.scene.now();
        let state = if leased { State::Leased } else { State::Due(since) };
        self.order.push(id);
        let modelled = Modelled { webhook, state, attempts: 0, since };
        self.model.insert(id, modelled);
    }

    async fn claim(&mut self, webhook: WebhookId, limit: usize) {
        let now = self.scene.now();
        let due = |one: &Modelled| match one.state {
            State::Due(at) if one.webhook == webhook && at <= now => Some(at),
            _ => None,
        };
        let mut expected: Vec<_> =
            self.model.iter().filter_map(|(id, one)| Some((due(one)?, *id))).collect();
        expected.sort();
        let expected: Vec<_> = expected.into_iter().map(|(_, id)| id).take(limit).collect();
        assert_eq!(self.scene.claim_ids(webhook, limit).await, expected);
        for id in expected {
            self.model.get_mut(&id).unwrap().state = State::Leased;
        }
    }

    async fn record(&mut self, place: usize, next: Next) {
        let Some(id) = self.named(place) else {
            return;
        };
        let one = self.model.get_mut(&id).unwrap();
        one.attempts += 1;
        let moves = one.state == State::Leased;
        if moves {
            one.state = match next {
                Next::Retry { at } => State::Due(at),
                next => State::Ended(next.status()),
            };
        }
        let attempt = self.scene.samples.attempt(id, one.attempts, None);
        let recorded = self.scene.store.record(Record { attempt, next }).await;
        assert_eq!(recorded.unwrap(), moves);
    }

    async fn release(&mut self, place: usize, due: Timestamp) {
        let Some(id) = self.named(place) else {
            return;
        };
        let one = self.model.get_mut(&id).unwrap();
        if one.state == State::Leased {
            one.state = State::Due(due);
        }
        self.scene.store.release(vec![id], due).await.unwrap();
    }

    async fn expedite(&mut self, webhook: WebhookId, limit: usize) {
        let now = self.scene.now();
        let waits = |one: &Modelled| {
            one.webhook == webhook && matches!(one.state, State::Due(at) if at > now)
        };
        let waiting = self.model.values().filter(|one| waits(one)).count();
        let expedited = self.scene.store.expedite(webhook, now, limit).await;
        assert_eq!(expedited.unwrap(), waiting.min(limit));
        // Which ones, where there are more, is the store's to say.
        for (id, one) in &mut self.model {
            if waits(one) {
                let at = self.scene.delivery(*id).await.next_attempt_at.unwrap();
                assert!(State::Due(at) == one.state || at <= now);
                one.state = State::Due(at);
            }
        }
    }

    async fn resend(&mut self, place: usize) {
        let Some(id) = self.named(place) else {
            return;
        };
        let now = self.scene.now();
        let resent = self.scene.store.resend(id, None, now).await;
        let one = self.model.get_mut(&id).unwrap();
        match one.state {
            State::Leased => crate::assert_refused!(resent, StoreError::WrongStatus),
            State::Due(_) => {
                resent.unwrap();
                one.state = State::Due(now);
            }
            State::Ended(_) => {
                resent.unwrap();
                one.state = State::Due(now);
                one.since = now;
            }
        }
    }

    async fn cancel(&mut self, place: usize) {
        let Some(id) = self.named(place) else {
            return;
        };
        let cancelled = self.scene.store.cancel(id, self.scene.now()).await;
        let one = self.model.get_mut(&id).unwrap();
        match one.state {
            State::Ended(_) => crate::assert_refused!(cancelled, StoreError::WrongStatus),
            State::Due(_) | State::Leased => {
                cancelled.unwrap();
                one.state = State::Ended(Status::Cancelled);
            }
        }
    }

    async fn resend_all(&mut self, webhook: WebhookId) {
        let now = self.scene.now();
        let ended =
            |one: &&mut Modelled| one.webhook == webhook && matches!(one.state, State::Ended(_));
        let ended = self.model.values_mut().filter(ended).map(|one| {
            one.state = State::Due(now);
            one.since = now;
        });
        let ended = ended.count() as u64;
        let job = self.work_off(BulkAct::Resend(to(webhook))).await;
        assert_eq!(job.tally.done, ended);
    }

    async fn cancel_all(&mut self, webhook: WebhookId) {
        let pending =
            |one: &&mut Modelled| one.webhook == webhook && !matches!(one.state, State::Ended(_));
        let pending = self.model.values_mut().filter(pending);
        let pending = pending.map(|one| one.state = State::Ended(Status::Cancelled)).count();
        let job = self.work_off(BulkAct::Cancel(to(webhook))).await;
        assert_eq!(job.tally.done, pending as u64);
    }

    async fn work_off(&self, act: BulkAct) -> Job {
        let job = self.scene.begin(act).await;
        self.scene.work_off(job.number).await
    }

    /// Every event has one delivery here, so those whose delivery has ended go.
    async fn remove_finished(&mut self) {
        // An attempt ends 20 ms after it began.
        self.scene.remove_finished(self.scene.now().plus_millis(1_000)).await;
        let (kept, gone) = std::mem::take(&mut self.model)
            .into_iter()
            .partition(|(_, one)| !matches!(one.state, State::Ended(_)));
        self.model = kept;
        let gone: BTreeMap<_, _> = gone;
        self.order.retain(|id| !gone.contains_key(id));
        for id in gone.keys() {
            let found = self.scene.store.delivery(*id).await;
            crate::assert_refused!(found, StoreError::NotFound);
        }
    }

    async fn compare(&self, after: &Act) {
        let mut pending = 0;
        for (id, one) in &self.model {
            let (stands, attempts) = self.scene.store.delivery(*id).await.unwrap();
            let state = match (stands.status, stands.next_attempt_at) {
                (Status::Pending, Some(at)) => State::Due(at),
                (Status::Pending, None) => State::Leased,
                (status, _) => State::Ended(status),
            };
            pending += u64::from(stands.status == Status::Pending);
            assert_eq!(state, one.state, "{id} after {after:?}");
            assert_eq!(stands.attempts_made, one.attempts, "{id} after {after:?}");
            assert_eq!(stands.since, one.since, "{id} after {after:?}");
            assert_eq!(attempts.len(), one.attempts as usize);
        }
        assert_eq!(self.scene.store.counts().await.unwrap().pending, pending);
    }
}
