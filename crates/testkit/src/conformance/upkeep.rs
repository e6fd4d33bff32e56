//! The store's own state, closing and opening again.

use pipeline::{
    Next, Status, StoreError,
    store::{Accepted, Expected, Health, Page},
};

use super::{
    Rig,
    scene::{Scene, first_of},
};

/// Leased ones are pending too.
pub async fn counts_follow_what_is_pending<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    assert_eq!(scene.store.counts().await.unwrap().pending, 0);
    let (_, one) = scene.deliver(webhook, true).await;
    scene.deliver(webhook, false).await;
    let counts = scene.store.counts().await.unwrap();
    assert_eq!(counts.pending, 2);
    assert!(counts.size_bytes > 0);
    assert!(scene.record(one, 1, Next::Delivered).await);
    assert_eq!(scene.store.counts().await.unwrap().pending, 1);
}

/// Of whatever kind.
pub async fn the_floor_is_the_greatest_id<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    assert_eq!(scene.store.id_floor().await.unwrap(), 0);
    let source = scene.samples.source("s");
    let secret = source.secrets[1].id;
    let put = scene.store.put_source(source, Expected::Absent);
    put.await.unwrap();
    assert_eq!(scene.store.id_floor().await.unwrap(), secret.seq());
    let webhook = scene.webhook().await;
    let (_, delivery) = scene.deliver(webhook, true).await;
    assert_eq!(scene.store.id_floor().await.unwrap(), delivery.seq());
    let attempt = scene.samples.attempt(delivery, 1, None);
    let id = attempt.id;
    let next = Next::Delivered;
    let record = pipeline::store::Record { attempt, next };
    scene.store.record(record).await.unwrap();
    assert_eq!(scene.store.id_floor().await.unwrap(), id.seq());
}

/// What was configured, events with their keys of duplicates, deliveries and attempts.
pub async fn everything_is_there_after_reopening<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let source = scene.samples.source("s");
    let put = scene.store.put_source(source.clone(), Expected::Absent);
    put.await.unwrap();
    scene.store.put_setting("check", vec![1]).await.unwrap();
    let webhook = scene.webhook().await;
    let mut new = scene.samples.received("s", Some("r"), "{}");
    let delivery = scene.samples.deliver(&mut new, webhook, true);
    let event = new.event.clone();
    let accepted = scene.store.accept(new).await.unwrap();
    assert_eq!(accepted, Accepted::New { deliveries: 1 });
    assert!(scene.record(delivery, 1, Next::Delivered).await);
    let before = scene.store.delivery(delivery).await.unwrap();
    let configured = scene.store.configured().await.unwrap();

    let scene = scene.reopen(rig).await;
    assert_eq!(scene.store.health(), Health::Ready);
    assert_eq!(scene.store.configured().await.unwrap(), configured);
    assert_eq!(scene.store.setting("check").await.unwrap(), Some(vec![1]));
    assert_eq!(scene.store.event(event.facts.id).await.unwrap(), event.facts);
    assert_eq!(scene.store.body(event.facts.id).await.unwrap(), event.body);
    assert_eq!(scene.store.delivery(delivery).await.unwrap(), before);
    assert_eq!(before.0.status, Status::Delivered);
    let again = scene.samples.received("s", Some("r"), "{}");
    assert_eq!(first_of(scene.store.accept(again).await), event.facts.id);
}

/// Reading and writing, as often as it is closed.
pub async fn a_closed_store_refuses_work<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    scene.store.close().await.unwrap();
    scene.store.close().await.unwrap();
    assert_eq!(scene.store.health(), Health::Unavailable);
    let new = scene.samples.published("acme", None, "{}");
    crate::assert_refused!(scene.store.accept(new).await, StoreError::Unavailable);
    let put = scene.store.put_setting("check", vec![1]);
    crate::assert_refused!(put.await, StoreError::Unavailable);
    let page = Page { before: None, limit: 1 };
    let listed = scene.store.events(Default::default(), page).await;
    crate::assert_refused!(listed, StoreError::Unavailable);
}
