//! Letting go of history.

use pipeline::{
    FailReason, Next, Status, StoreError,
    store::{Accepted, Health, Slice},
};

use super::{
    Rig,
    scene::{Scene, first_of},
};

const DAY_MS: u64 = 24 * 3_600 * 1_000;

/// Delivered, failed, cancelled and without any delivery: with bodies, deliveries and attempts, as
/// many as the slice says, and the next one goes on.
pub async fn finished_events_are_removed_oldest_first<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let (first, delivered) = scene.deliver(webhook, true).await;
    let (second, failed) = scene.deliver(webhook, true).await;
    let (third, cancelled) = scene.deliver(webhook, false).await;
    let alone = scene.samples.published("acme", None, "{}");
    let fourth = alone.event.facts.id;
    scene.store.accept(alone).await.unwrap();
    assert!(scene.record(delivered, 1, Next::Delivered).await);
    assert!(scene.record(failed, 1, Next::Failed(FailReason::Exhausted)).await);
    scene.store.cancel(cancelled, scene.now()).await.unwrap();
    scene.samples.clock.advance_ms(1_000);

    let slice = Slice { events_max: 2, ..Slice::new(None, scene.now()) };
    let removed = scene.store.remove_finished(slice).await.unwrap();
    assert_eq!((removed.events, removed.next), (2, Some(second.seq())));
    assert!(removed.body_bytes > 0);
    for (event, delivery) in [(first, delivered), (second, failed)] {
        crate::assert_refused!(scene.store.event(event).await, StoreError::NotFound);
        crate::assert_refused!(scene.store.body(event).await, StoreError::NotFound);
        crate::assert_refused!(scene.store.delivery(delivery).await, StoreError::NotFound);
    }
    assert_eq!(scene.status(cancelled).await, Status::Cancelled);
    scene.store.body(third).await.unwrap();
    scene.store.body(fourth).await.unwrap();

    let removed = scene.store.remove_finished(Slice { after: removed.next, ..slice }).await;
    assert_eq!(removed.unwrap().events, 2);
    for event in [third, fourth] {
        crate::assert_refused!(scene.store.event(event).await, StoreError::NotFound);
    }
    // An outcome that comes late finds nothing.
    let attempt = scene.samples.attempt(cancelled, 1, Some(200));
    let record = pipeline::store::Record { attempt, next: Next::Delivered };
    crate::assert_refused!(scene.store.record(record).await, StoreError::NotFound);
    let scene = scene.reopen(rig).await;
    assert_eq!(scene.remove_finished(scene.now()).await, 0);
}

/// However old, leased or due, resent, or one of several; what stands behind it goes.
pub async fn what_waits_stays<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (webhook, other) = (scene.webhook().await, scene.webhook().await);
    let (_, leased) = scene.deliver(webhook, true).await;
    let (_, due) = scene.deliver(webhook, false).await;
    let (_, resent) = scene.deliver(webhook, true).await;
    assert!(scene.record(resent, 1, Next::Delivered).await);
    scene.store.resend(resent, None, scene.now()).await.unwrap();
    let mut new = scene.samples.published("acme", None, scene.samples.body());
    let done = scene.samples.deliver(&mut new, webhook, true);
    let waiting = scene.samples.deliver(&mut new, other, false);
    scene.store.accept(new).await.unwrap();
    assert!(scene.record(done, 1, Next::Delivered).await);
    let (behind, finished) = scene.deliver(webhook, true).await;
    assert!(scene.record(finished, 1, Next::Delivered).await);

    scene.samples.clock.advance_ms(400 * DAY_MS);
    assert_eq!(scene.remove_finished(scene.now()).await, 1);
    crate::assert_refused!(scene.store.event(behind).await, StoreError::NotFound);
    for delivery in [leased, due, resent, waiting] {
        assert_eq!(scene.status(delivery).await, Status::Pending);
    }
    assert_eq!(scene.status(done).await, Status::Delivered);
    let mut claimed = scene.claim(webhook, 10).await.deliveries;
    claimed.retain(|claimed| claimed.event.is_some());
    assert_eq!(claimed.len(), 2);
    // It goes as soon as nothing waits any more.
    scene.store.cancel(waiting, scene.now()).await.unwrap();
    scene.samples.clock.advance_ms(1);
    assert_eq!(scene.remove_finished(scene.now()).await, 1);
    crate::assert_refused!(scene.store.delivery(done).await, StoreError::NotFound);
}

/// An event is finished when the last of its deliveries ended, or at its acceptance.
pub async fn only_what_was_finished_by_then_is_removed<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let (_, late) = scene.deliver(webhook, true).await;
    let (_, early) = scene.deliver(webhook, true).await;
    assert!(scene.record(early, 1, Next::Delivered).await);
    scene.samples.clock.advance_ms(10_000);
    let between = scene.now();
    assert!(scene.record(late, 1, Next::Delivered).await);
    let ended = scene.delivery(late).await.finished_at.unwrap();
    let young = scene.samples.published("acme", None, "{}");
    let accepted = young.event.facts.id;
    scene.store.accept(young).await.unwrap();

    assert_eq!(scene.remove_finished(between).await, 1);
    crate::assert_refused!(scene.store.delivery(early).await, StoreError::NotFound);
    assert_eq!(scene.remove_finished(ended).await, 1, "the one without deliveries");
    crate::assert_refused!(scene.store.event(accepted).await, StoreError::NotFound);
    assert_eq!(scene.status(late).await, Status::Delivered);
    assert_eq!(scene.remove_finished(ended.plus_millis(1)).await, 1);
}

/// At least one event goes.
pub async fn a_slice_ends_with_the_body_that_goes_past_its_bytes<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    for _ in 0..4 {
        let new = scene.samples.published("acme", None, "x".repeat(100));
        scene.store.accept(new).await.unwrap();
    }
    scene.samples.clock.advance_ms(1);
    let slice = Slice { bytes_max: 150, ..Slice::new(None, scene.now()) };
    let removed = scene.store.remove_finished(slice).await.unwrap();
    assert_eq!((removed.events, removed.body_bytes), (2, 200));
    let slice = Slice { after: removed.next, bytes_max: 0, ..slice };
    let removed = scene.store.remove_finished(slice).await.unwrap();
    assert_eq!(removed.events, 1);
    assert_eq!(scene.remove_finished(scene.now()).await, 1);
}

/// Over several slices; from the first on it cannot be resent, and at the end it is gone.
pub async fn an_event_of_many_rows_loses_its_body_first<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let mut new = scene.samples.published("acme", None, "{}");
    let mut deliveries = Vec::new();
    for _ in 0..3 {
        let webhook = scene.webhook().await;
        deliveries.push(scene.samples.deliver(&mut new, webhook, true));
    }
    let event = new.event.facts.id;
    scene.store.accept(new).await.unwrap();
    for delivery in &deliveries {
        assert!(scene.record(*delivery, 1, Next::Failed(FailReason::Exhausted)).await);
    }
    scene.samples.clock.advance_ms(1_000);
    let mut slice = Slice { rows_max: 2, ..Slice::new(None, scene.now()) };
    for left in [2, 1] {
        let removed = scene.store.remove_finished(slice).await.unwrap();
        assert_eq!(removed.events, 0);
        slice.after = removed.next;
        assert!(slice.after.is_some());
        crate::assert_refused!(scene.store.body(event).await, StoreError::BodyExpired);
        let mut there = 0;
        for delivery in &deliveries {
            match scene.store.resend(*delivery, None, scene.now()).await {
                Err(StoreError::BodyExpired) => there += 1,
                other => crate::assert_refused!(other, StoreError::NotFound),
            }
        }
        assert_eq!(there, left);
    }
    let removed = scene.store.remove_finished(slice).await.unwrap();
    assert_eq!((removed.events, removed.next), (1, None));
    crate::assert_refused!(scene.store.event(event).await, StoreError::NotFound);
}

/// Also where their event is gone; when they are old enough they are forgotten in slices.
pub async fn keys_of_duplicates_stay_for_thirty_days<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let again = || scene.samples.received("s", Some("r"), "{}");
    let new = again();
    let first = new.event.facts.id;
    scene.store.accept(new).await.unwrap();
    scene.samples.clock.advance_ms(30 * DAY_MS);
    assert_eq!(scene.remove_finished(scene.now()).await, 1);
    while scene.store.forget_keys(scene.now(), 1).await.unwrap() {}
    assert_eq!(first_of(scene.store.accept(again()).await), first);
    scene.samples.clock.advance_ms(10 * DAY_MS);
    let mut slices = 0;
    while scene.store.forget_keys(scene.now(), 1).await.unwrap() {
        slices += 1;
    }
    assert!((1..=2).contains(&slices), "{slices}");
    let accepted = scene.store.accept(again()).await.unwrap();
    assert_eq!(accepted, Accepted::New { deliveries: 0 });
}

/// Space that was freed does not count.
pub async fn the_extent_follows_what_is_kept<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let empty = scene.store.extent().await.unwrap();
    assert_eq!(empty.oldest, None);
    let mut made = Vec::new();
    for _ in 0..4 {
        scene.samples.clock.advance_ms(10);
        let new = scene.samples.published("acme", None, vec![0; 1 << 20]);
        made.push(new.event.facts.id);
        scene.store.accept(new).await.unwrap();
    }
    let full = scene.store.extent().await.unwrap();
    assert_eq!(full.oldest, Some(made[0].created_at()));
    assert!(full.used_bytes >= empty.used_bytes + (4 << 20), "{full:?}");
    assert_eq!(scene.remove_finished(made[2].created_at()).await, 2);
    let half = scene.store.extent().await.unwrap();
    assert_eq!(half.oldest, Some(made[2].created_at()));
    assert!(half.used_bytes + (2 << 20) <= full.used_bytes, "{half:?} after {full:?}");
}

/// Events are refused with their own reason; outcomes and removal go on.
pub async fn while_accepting_is_held_the_rest_goes_on<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let (_, delivery) = scene.deliver(webhook, true).await;
    scene.store.hold_accepting(true);
    assert_eq!(scene.store.health(), Health::HistoryFull);
    let new = scene.samples.published("acme", None, "{}");
    crate::assert_refused!(scene.store.accept(new).await, StoreError::HistoryFull);
    assert!(scene.record(delivery, 1, Next::Delivered).await);
    scene.samples.clock.advance_ms(1_000);
    assert_eq!(scene.remove_finished(scene.now()).await, 1);
    scene.store.hold_accepting(false);
    assert_eq!(scene.store.health(), Health::Ready);
    scene.deliver(webhook, true).await;
    scene.store.hold_accepting(true);
    let scene = scene.reopen(rig).await;
    assert_eq!(scene.store.health(), Health::Ready);
}
