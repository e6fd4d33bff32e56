//! Single things, and the acts of resending and cancelling.

use pipeline::{FailReason, Next, Status, StoreError};

use super::{Rig, scene::Scene};

/// Nothing is made up; an id with another random part is another id.
pub async fn what_is_not_there_is_not_found<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let (event, delivery) = scene.deliver(webhook, false).await;
    let near_event = pipeline::EventId::from_parts(event.seq(), event.low() ^ 1);
    let near_delivery = pipeline::DeliveryId::from_parts(delivery.seq(), delivery.low() ^ 1);
    for id in [near_event, scene.samples.id()] {
        crate::assert_refused!(scene.store.event(id).await, StoreError::NotFound);
        crate::assert_refused!(scene.store.body(id).await, StoreError::NotFound);
    }
    for id in [near_delivery, scene.samples.id()] {
        let now = scene.now();
        crate::assert_refused!(scene.store.delivery(id).await, StoreError::NotFound);
        crate::assert_refused!(scene.store.resend(id, None, now).await, StoreError::NotFound);
        crate::assert_refused!(scene.store.cancel(id, now).await, StoreError::NotFound);
    }
}

/// Oldest first, whole, with and without a response.
pub async fn attempts_are_kept_in_order<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let (_, delivery) = scene.deliver(webhook, true).await;
    scene.deliver(webhook, true).await;
    let mut made = Vec::new();
    for (number, status) in [(1, None), (2, Some(503)), (3, Some(200))] {
        scene.samples.clock.advance_ms(10);
        let attempt = scene.samples.attempt(delivery, number, status);
        made.push(attempt.clone());
        let next = match status {
            Some(200) => Next::Delivered,
            _ => Next::Retry { at: scene.now() },
        };
        let record = pipeline::store::Record { attempt, next };
        assert!(scene.store.record(record).await.unwrap());
        scene.claim(webhook, 1).await;
    }
    let (stands, attempts) = scene.store.delivery(delivery).await.unwrap();
    assert_eq!(attempts, made);
    assert_eq!(stands.attempts_made, 3);
}

/// From each final status; its age counts anew, its attempts are counted on.
pub async fn a_finished_delivery_is_resent<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let (_, delivered) = scene.deliver(webhook, true).await;
    let (_, failed) = scene.deliver(webhook, true).await;
    let (_, cancelled) = scene.deliver(webhook, false).await;
    assert!(scene.record(delivered, 1, Next::Delivered).await);
    assert!(scene.record(failed, 1, Next::Failed(FailReason::Exhausted)).await);
    scene.store.cancel(cancelled, scene.now()).await.unwrap();

    scene.samples.clock.advance_ms(1_000);
    let now = scene.now();
    for (id, attempts) in [(delivered, 1), (failed, 1), (cancelled, 0)] {
        let resent = scene.store.resend(id, None, now).await.unwrap();
        assert_eq!((resent.status, resent.finished_at), (Status::Pending, None));
        assert_eq!((resent.since, resent.next_attempt_at), (now, Some(now)));
        assert_eq!((resent.attempts_made, &resent.request_id), (attempts, &None));
        assert_eq!(resent, scene.delivery(id).await);
    }
    let mut claimed = scene.claim_ids(webhook, 10).await;
    claimed.sort();
    assert_eq!(claimed, [delivered, failed, cancelled]);
    // A request id that was asked for stays over later resends.
    assert!(scene.record(failed, 2, Next::Delivered).await);
    let asked = Some("again-1".to_owned());
    let resent = scene.store.resend(failed, asked.clone(), now).await.unwrap();
    assert_eq!(resent.request_id, asked);
    scene.store.cancel(failed, now).await.unwrap();
    let resent = scene.store.resend(failed, None, now).await.unwrap();
    assert_eq!(resent.request_id, asked);
}

/// One under way is refused; one that waits is due, at the age it has.
pub async fn a_pending_delivery_is_resent_only_while_it_waits<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let (_, delivery) = scene.deliver(webhook, true).await;
    let now = scene.now();
    crate::assert_refused!(scene.store.resend(delivery, None, now).await, StoreError::WrongStatus);
    let at = now.plus_millis(60_000);
    assert!(scene.record(delivery, 1, Next::Retry { at }).await);
    scene.samples.clock.advance_ms(10);
    let resent = scene.store.resend(delivery, None, scene.now()).await.unwrap();
    assert_eq!(resent.next_attempt_at, Some(scene.now()));
    assert_eq!(resent.since, now);
    assert_eq!(scene.claim_ids(webhook, 10).await, [delivery]);
}

/// Leased or waiting.
pub async fn only_a_pending_delivery_is_cancelled<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let (_, waiting) = scene.deliver(webhook, false).await;
    let (_, leased) = scene.deliver(webhook, true).await;
    let (_, done) = scene.deliver(webhook, true).await;
    assert!(scene.record(done, 1, Next::Delivered).await);
    for id in [waiting, leased] {
        let cancelled = scene.store.cancel(id, scene.now()).await.unwrap();
        assert_eq!(cancelled.status, Status::Cancelled);
        assert_eq!(cancelled.finished_at, Some(scene.now()));
        assert_eq!(cancelled, scene.delivery(id).await);
    }
    for id in [waiting, done] {
        crate::assert_refused!(scene.store.cancel(id, scene.now()).await, StoreError::WrongStatus);
    }
    assert_eq!(scene.claim_ids(webhook, 10).await, []);
}
