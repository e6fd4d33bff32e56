//! Leasing deliveries and recording what became of them.

use pipeline::{
    Breaker, FailReason, Next, Status, StoreError, Timestamp,
    store::{Claim, LaneMemory, OnWaiting, Record, Recovered},
};

use super::{Rig, scene::Scene};

/// Those due longest first, none that is not due, and the next moment.
pub async fn due_deliveries_are_claimed_in_order<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (webhook, other) = (scene.webhook().await, scene.webhook().await);
    let (_, late) = scene.deliver(webhook, true).await;
    let (_, early) = scene.deliver(webhook, true).await;
    let (_, born) = scene.deliver(webhook, false).await;
    let (_, future) = scene.deliver(webhook, true).await;
    scene.deliver(other, false).await;
    let now = scene.now();
    for (delivery, at) in [(late, 20), (early, 10), (future, 1_000)] {
        let at = now.plus_millis(at);
        assert!(scene.record(delivery, 1, Next::Retry { at }).await);
    }
    scene.samples.clock.advance_ms(20);
    let claimed = scene.claim(webhook, 10).await;
    let ids: Vec<_> = claimed.deliveries.iter().map(|claimed| claimed.delivery.id).collect();
    assert_eq!(ids, [born, early, late]);
    assert_eq!(claimed.next_due, Some(now.plus_millis(1_000)));
    let delivery = &claimed.deliveries[1].delivery;
    assert_eq!((delivery.attempts_made, delivery.next_attempt_at), (1, None));

    scene.samples.clock.advance_ms(980);
    let claimed = scene.claim(webhook, 10).await;
    assert_eq!(claimed.deliveries[0].delivery.id, future);
    assert_eq!(claimed.next_due, None);
}

/// Of number, and of bytes: it stops after the body that goes past.
pub async fn a_claim_keeps_its_limits<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let mut made = Vec::new();
    for _ in 0..6 {
        let mut new = scene.samples.published("acme", None, "x".repeat(100));
        made.push(scene.samples.deliver(&mut new, webhook, false));
        scene.store.accept(new).await.unwrap();
    }
    let claimed = scene.claim(webhook, 2).await;
    assert_eq!(claimed.deliveries.len(), 2);
    assert_eq!(claimed.next_due, Some(scene.now()));
    let claim = |body_bytes_max| Claim {
        webhook,
        due_by: scene.now(),
        limit: 10,
        body_bytes_max,
        probe: false,
    };
    let claimed = scene.store.claim(claim(150)).await.unwrap();
    assert_eq!(claimed.deliveries.len(), 2);
    let claimed = scene.store.claim(claim(0)).await.unwrap();
    assert_eq!(claimed.deliveries.len(), 1);
    assert_eq!(claimed.deliveries[0].delivery.id, made[4]);
}

/// Two claims never meet.
pub async fn a_leased_delivery_is_not_claimed_again<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    scene.deliver(webhook, true).await;
    let (_, due) = scene.deliver(webhook, false).await;
    assert_eq!(scene.claim_ids(webhook, 10).await, [due]);
    assert_eq!(scene.claim_ids(webhook, 10).await, []);
    assert_eq!(scene.claim(webhook, 10).await.next_due, None);
}

/// Also when it is not due yet; never a leased one.
pub async fn a_probe_takes_the_one_with_fewest_attempts<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let (_, twice) = scene.deliver(webhook, true).await;
    let (_, once) = scene.deliver(webhook, true).await;
    scene.deliver(webhook, true).await;
    let at = scene.now();
    assert!(scene.record(twice, 2, Next::Retry { at }).await);
    let at = scene.now().plus_millis(60_000);
    assert!(scene.record(once, 1, Next::Retry { at }).await);
    let probe =
        Claim { webhook, due_by: scene.now(), limit: 1, body_bytes_max: usize::MAX, probe: true };
    for expected in [once, twice] {
        let claimed = scene.store.claim(probe).await.unwrap();
        assert_eq!(claimed.deliveries[0].delivery.id, expected);
    }
    let claimed = scene.store.claim(probe).await.unwrap();
    assert!(claimed.deliveries.is_empty());
}

/// They are due again, and each webhook's first moment is told.
pub async fn a_run_releases_the_leases_of_runs_before<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let nothing = Recovered { released: 0, waiting: Vec::new(), lanes: Vec::new() };
    assert_eq!(scene.store.begin_run(scene.now()).await.unwrap(), nothing);
    let (one, two) = (scene.webhook().await, scene.webhook().await);
    let idle = scene.webhook().await;
    let (_, leased) = scene.deliver(one, true).await;
    let (_, waiting) = scene.deliver(two, true).await;
    let (_, done) = scene.deliver(idle, true).await;
    let at = scene.now().plus_millis(5_000);
    assert!(scene.record(waiting, 1, Next::Retry { at }).await);
    assert!(scene.record(done, 1, Next::Delivered).await);

    let scene = scene.reopen(rig).await;
    scene.samples.clock.advance_ms(1_000);
    let recovered = scene.store.begin_run(scene.now()).await.unwrap();
    assert_eq!(recovered.released, 1);
    assert_eq!(recovered.waiting.len(), 2);
    assert!(recovered.waiting.contains(&(one, scene.now())));
    assert!(recovered.waiting.contains(&(two, at)));
    assert_eq!(scene.claim_ids(one, 10).await, [leased]);
}

/// What lanes remember is told to the next run; the default and a deleted webhook's are forgotten.
pub async fn a_run_learns_what_lanes_remember<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (open, probing) = (scene.webhook().await, scene.webhook().await);
    let (rested, deleted) = (scene.webhook().await, scene.webhook().await);
    let later = scene.now().plus_millis(60_000);
    let failing_since = Some(scene.now());
    let breaker = Breaker::Open { probe_at: later, wait_ms: 20_000 };
    let remembered = LaneMemory { breaker, hold_until: Some(later), failing_since };
    let breaker = Breaker::Probing { wait_ms: 40_000 };
    let probed = LaneMemory { breaker, hold_until: None, failing_since };
    for (webhook, memory) in
        [(open, remembered), (probing, probed), (rested, remembered), (deleted, remembered)]
    {
        scene.store.remember(webhook, memory).await.unwrap();
    }
    scene.store.remember(rested, LaneMemory::default()).await.unwrap();
    scene.store.delete_webhook(deleted, OnWaiting::Refuse, scene.now()).await.unwrap();
    scene.store.remember(deleted, remembered).await.unwrap();

    let scene = scene.reopen(rig).await;
    scene.samples.clock.advance_ms(1_000);
    let recovered = scene.store.begin_run(scene.now()).await.unwrap();
    let breaker = Breaker::Open { probe_at: scene.now(), wait_ms: 40_000 };
    let due = LaneMemory { breaker, ..probed };
    assert_eq!(recovered.lanes, [(open, remembered), (probing, due)]);
}

/// To delivered, to a later moment, to failed.
pub async fn an_outcome_moves_its_delivery<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let (_, delivery) = scene.deliver(webhook, true).await;
    let at = scene.now().plus_millis(5_000);
    assert!(scene.record(delivery, 1, Next::Retry { at }).await);
    let waiting = scene.delivery(delivery).await;
    assert_eq!((waiting.status, waiting.attempts_made), (Status::Pending, 1));
    assert_eq!((waiting.next_attempt_at, waiting.finished_at), (Some(at), None));

    scene.samples.clock.advance_ms(5_000);
    assert_eq!(scene.claim_ids(webhook, 1).await, [delivery]);
    assert!(scene.record(delivery, 2, Next::Delivered).await);
    let ended = scene.now().plus_millis(20);
    let finished = scene.delivery(delivery).await;
    assert_eq!((finished.status, finished.attempts_made), (Status::Delivered, 2));
    assert_eq!((finished.next_attempt_at, finished.finished_at), (None, Some(ended)));

    let (_, delivery) = scene.deliver(webhook, true).await;
    assert!(scene.record(delivery, 1, Next::Failed(FailReason::Gone)).await);
    assert_eq!(scene.status(delivery).await, Status::Failed);
    assert_eq!(scene.claim_ids(webhook, 10).await, []);
}

/// The lease has ended with its run: the attempt is kept, and the delivery stays due.
pub async fn an_outcome_of_an_older_run_moves_nothing<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let (_, delivery) = scene.deliver(webhook, true).await;
    scene.store.begin_run(scene.now()).await.unwrap();
    assert!(!scene.record(delivery, 1, Next::Delivered).await);
    let (stands, attempts) = scene.store.delivery(delivery).await.unwrap();
    assert_eq!((stands.status, stands.attempts_made), (Status::Pending, 1));
    assert_eq!(attempts.len(), 1);
    assert_eq!(scene.claim_ids(webhook, 1).await, [delivery]);
}

/// It changes nothing else.
pub async fn an_outcome_after_a_cancellation_is_kept<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let (_, delivery) = scene.deliver(webhook, true).await;
    scene.store.cancel(delivery, scene.now()).await.unwrap();
    assert!(!scene.record(delivery, 1, Next::Delivered).await);
    let (stands, attempts) = scene.store.delivery(delivery).await.unwrap();
    assert_eq!((stands.status, stands.attempts_made), (Status::Cancelled, 1));
    assert_eq!(stands.finished_at, Some(scene.now()));
    assert_eq!(attempts.len(), 1);
}

/// After an answer that was lost, the same record is sent again.
pub async fn the_same_outcome_again_is_kept_once<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let (_, delivery) = scene.deliver(webhook, true).await;
    let record =
        Record { attempt: scene.samples.attempt(delivery, 1, Some(200)), next: Next::Delivered };
    assert!(scene.store.record(record.clone()).await.unwrap());
    assert!(!scene.store.record(record).await.unwrap());
    let (stands, attempts) = scene.store.delivery(delivery).await.unwrap();
    assert_eq!((stands.attempts_made, attempts.len()), (1, 1));
}

/// Nothing is kept of it.
pub async fn an_outcome_of_nothing_is_refused<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let attempt = scene.samples.attempt(scene.samples.id(), 1, Some(200));
    let next = Next::Delivered;
    let recorded = scene.store.record(Record { attempt, next }).await;
    crate::assert_refused!(recorded, StoreError::NotFound);
}

/// Those that are leased, and no others.
pub async fn released_deliveries_are_due_then<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let (_, leased) = scene.deliver(webhook, true).await;
    let (_, waiting) = scene.deliver(webhook, false).await;
    let (_, done) = scene.deliver(webhook, true).await;
    assert!(scene.record(done, 1, Next::Delivered).await);
    let born = scene.delivery(waiting).await.next_attempt_at;
    let due = scene.now().plus_millis(500);
    let all = vec![leased, waiting, done, scene.samples.id()];
    scene.store.release(all, due).await.unwrap();
    assert_eq!(scene.delivery(leased).await.next_attempt_at, Some(due));
    assert_eq!(scene.delivery(leased).await.attempts_made, 0);
    assert_eq!(scene.delivery(waiting).await.next_attempt_at, born);
    assert_eq!(scene.status(done).await, Status::Delivered);
}

/// Then they are claimed oldest first.
pub async fn waiting_deliveries_are_expedited_up_to_a_limit<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let at = |millis| Next::Retry {
        at: Timestamp::from_millis(scene.now().as_millis() + 60_000 + millis),
    };
    let (_, one) = scene.deliver(webhook, true).await;
    let (_, two) = scene.deliver(webhook, true).await;
    let (_, three) = scene.deliver(webhook, true).await;
    scene.deliver(webhook, true).await;
    assert!(scene.record(one, 1, at(2_000)).await);
    assert!(scene.record(two, 1, at(1_000)).await);
    assert!(scene.record(three, 1, at(9_000)).await);
    // Younger than all of them, and due before they are expedited.
    let (_, born) = scene.deliver(webhook, false).await;
    scene.samples.clock.advance_ms(10);
    let expedite = |limit| scene.store.expedite(webhook, scene.now(), limit);
    assert_eq!(expedite(2).await.unwrap(), 2);
    assert_eq!(scene.claim_ids(webhook, 10).await, [one, two, born]);
    assert_eq!(expedite(10).await.unwrap(), 1);
    assert_eq!(expedite(10).await.unwrap(), 0);
    assert_eq!(scene.claim_ids(webhook, 10).await, [three]);
}
