//! Taking events in.

use bytes::Bytes;
use pipeline::{
    Scope, Status,
    store::{Accepted, Identity, Page},
};

use super::{Rig, scene::Scene};
use crate::samples::with;

/// Facts, headers and body, byte for byte.
pub async fn an_event_comes_back_as_it_was<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let new = scene.samples.received("builds", Some("r-1"), &b"\x00\xff{}"[..]);
    let mut new = with(new, |event| {
        event.facts.scope = Scope::parse("Acme/API").unwrap();
        event.facts.content_type = None;
        event.facts.verified = false;
        event.facts.marks.outside_scope = true;
        event.headers = vec![
            ("x-event-key".to_owned(), b"repo:push".to_vec()),
            ("x-odd".to_owned(), vec![0xff, 0xfe]),
            ("x-odd".to_owned(), Vec::new()),
        ];
    });
    scene.samples.deliver(&mut new, webhook, false);
    let event = new.event.clone();
    scene.store.accept(new).await.unwrap();

    let facts = scene.store.event(event.facts.id).await.unwrap();
    assert_eq!(facts, event.facts);
    assert_eq!(facts.scope.as_str(), "Acme/API");
    assert_eq!(scene.store.body(event.facts.id).await.unwrap(), event.body);
    let claimed = scene.claim(webhook, 1).await;
    assert_eq!(claimed.deliveries[0].event.as_deref(), Some(&*event));
}

/// A body of 25 MiB, and one of none.
pub async fn a_large_body_comes_back_as_it_was<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let large: Vec<u8> = (0..25 * 1024 * 1024u32).map(|at| (at >> 8) as u8).collect();
    for body in [Bytes::from(large), Bytes::new()] {
        let new = scene.samples.published("acme", None, body.clone());
        let id = new.event.facts.id;
        scene.store.accept(new).await.unwrap();
        assert!(scene.store.body(id).await.unwrap() == body, "the body changed");
    }
}

/// A granted slot makes a lease; without one the delivery is due from its making.
pub async fn deliveries_are_born_leased_or_due<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let (_, leased) = scene.deliver(webhook, true).await;
    let (event, due) = scene.deliver(webhook, false).await;

    assert_eq!(scene.delivery(leased).await.next_attempt_at, None);
    let waiting = scene.delivery(due).await;
    assert_eq!(waiting.next_attempt_at, Some(scene.now()));
    assert_eq!((waiting.event, waiting.webhook), (event, webhook));
    assert_eq!((waiting.status, waiting.attempts_made), (Status::Pending, 0));
    assert_eq!((waiting.since, waiting.finished_at), (scene.now(), None));
    assert_eq!(scene.claim_ids(webhook, 10).await, [due]);
}

/// The rest is made.
pub async fn a_delivery_to_a_missing_webhook_is_left_out<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let mut new = scene.samples.published("acme", None, "{}");
    let missing = scene.samples.deliver(&mut new, scene.samples.id(), false);
    let made = scene.samples.deliver(&mut new, webhook, false);
    let accepted = scene.store.accept(new).await.unwrap();
    assert_eq!(accepted, Accepted::New { deliveries: 1 });
    assert_eq!(scene.claim_ids(webhook, 10).await, [made]);
    crate::assert_refused!(scene.store.delivery(missing).await, pipeline::StoreError::NotFound);
}

/// Futures that run together share commits and are answered each for itself.
pub async fn many_events_at_once_are_all_kept<R: Rig>(rig: &R) {
    const EVENTS: usize = 300;
    let scene = Scene::open(rig).await;
    let mut tasks = Vec::new();
    for _ in 0..EVENTS {
        let new = scene.samples.published("acme", None, scene.samples.body());
        assert_eq!(new.identity, Identity::None);
        let store = scene.store.clone();
        tasks.push(tokio::spawn(async move { store.accept(new).await }));
    }
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), Accepted::New { deliveries: 0 });
    }
    let page = Page { before: None, limit: 500 };
    let listed = scene.store.events(Default::default(), page).await.unwrap();
    assert_eq!(listed.items.len(), EVENTS);
}
