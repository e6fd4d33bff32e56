//! The five rules by which a repetition is recognised, and what it sets going.

use pipeline::{
    EventId, FailReason, Next, Status,
    store::{Accepted, Identity, NewEvent, Page},
};

use super::{
    Rig,
    scene::{Scene, first_of},
};

const DAY_MS: u64 = 24 * 3_600 * 1_000;

async fn accept_new(scene: &Scene, new: NewEvent) -> EventId {
    let id = new.event.facts.id;
    let accepted = scene.store.accept(new).await.unwrap();
    assert!(matches!(accepted, Accepted::New { .. }), "{accepted:?}");
    id
}

/// Source, request id and body again: the first one is named, and nothing is kept.
pub async fn the_same_id_and_body_at_a_source_is_a_duplicate<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let first = accept_new(&scene, scene.samples.received("builds", Some("r"), "{}")).await;
    for _ in 0..2 {
        let mut again = scene.samples.received("builds", Some("r"), "{}");
        scene.samples.deliver(&mut again, webhook, false);
        let second = again.event.facts.id;
        assert_eq!(first_of(scene.store.accept(again).await), first);
        crate::assert_refused!(scene.store.event(second).await, pipeline::StoreError::NotFound);
    }
    assert_eq!(scene.claim_ids(webhook, 10).await, []);
}

/// The same request id with another body is another event.
pub async fn the_same_id_with_another_body_is_new_and_marked<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let one = accept_new(&scene, scene.samples.received("builds", Some("r"), "one")).await;
    let two = accept_new(&scene, scene.samples.received("builds", Some("r"), "two")).await;
    let (one, two) = (scene.store.event(one).await, scene.store.event(two).await);
    assert!(!one.unwrap().marks.request_id_reused);
    let two = two.unwrap();
    assert!(two.marks.request_id_reused);
    assert_eq!(two.repeat_of, None);
    // Either of them again is a duplicate of itself.
    let again = scene.samples.received("builds", Some("r"), "two");
    assert_eq!(first_of(scene.store.accept(again).await), two.id);
}

/// The same body under another id is new and names the newest before it.
pub async fn the_same_body_under_another_id_names_the_newest_before<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let mut before = None;
    // Ids whose hashes stand in no order.
    for request_id in ["a", "b", "c", "d", "e", "f"] {
        let new = scene.samples.received("builds", Some(request_id), "{}");
        let id = accept_new(&scene, new).await;
        let facts = scene.store.event(id).await.unwrap();
        assert_eq!(facts.repeat_of, before, "{request_id}");
        assert!(!facts.marks.request_id_reused);
        before = Some(id);
    }
    // Ten days later too.
    scene.samples.clock.advance_ms(11 * DAY_MS);
    for request_id in ["g", "h"] {
        let new = scene.samples.received("builds", Some(request_id), "{}");
        let id = accept_new(&scene, new).await;
        assert_eq!(scene.store.event(id).await.unwrap().repeat_of, before);
        before = Some(id);
    }
}

fn with_window(mut new: NewEvent, replay_window_ms: u64) -> NewEvent {
    if let Identity::Received { replay_window_ms: window, .. } = &mut new.identity {
        *window = replay_window_ms;
    }
    new
}

/// Under another id or none; just after the window it is new.
pub async fn the_same_body_within_the_window_is_a_duplicate<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let again = |request_id| with_window(scene.samples.received("s", request_id, "{}"), 1_000);
    let first = accept_new(&scene, again(Some("a"))).await;
    scene.samples.clock.advance_ms(999);
    assert_eq!(first_of(scene.store.accept(again(Some("b"))).await), first);
    assert_eq!(first_of(scene.store.accept(again(None)).await), first);
    scene.samples.clock.advance_ms(1);
    let second = accept_new(&scene, again(Some("b"))).await;
    assert_eq!(scene.store.event(second).await.unwrap().repeat_of, Some(first));
}

/// Neither at a source nor published; at a source the body is still recognised.
pub async fn without_an_id_nothing_is_a_duplicate_by_id<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let first = accept_new(&scene, scene.samples.received("s", None, "{}")).await;
    let second = accept_new(&scene, scene.samples.received("s", None, "{}")).await;
    let third = accept_new(&scene, scene.samples.received("s", Some("r"), "{}")).await;
    assert_eq!(scene.store.event(first).await.unwrap().repeat_of, None);
    assert_eq!(scene.store.event(second).await.unwrap().repeat_of, Some(first));
    assert_eq!(scene.store.event(third).await.unwrap().repeat_of, Some(second));
    for _ in 0..2 {
        let id = accept_new(&scene, scene.samples.published("acme", None, "{}")).await;
        assert_eq!(scene.store.event(id).await.unwrap().repeat_of, None);
    }
}

/// What came in at one source says nothing about another, nor about what is published.
pub async fn sources_are_apart<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    accept_new(&scene, scene.samples.received("one", Some("r"), "{}")).await;
    let other = accept_new(&scene, scene.samples.received("two", Some("r"), "{}")).await;
    let facts = scene.store.event(other).await.unwrap();
    assert_eq!((facts.repeat_of, facts.marks.request_id_reused), (None, false));
    // The same id with another body, which only the other source has seen.
    let elsewhere = accept_new(&scene, scene.samples.received("three", Some("r"), "else")).await;
    let facts = scene.store.event(elsewhere).await.unwrap();
    assert!(!facts.marks.request_id_reused);
    let third = accept_new(&scene, scene.samples.received("two", Some("r"), "else")).await;
    assert!(scene.store.event(third).await.unwrap().marks.request_id_reused);
    accept_new(&scene, scene.samples.published("one", Some("r"), "{}")).await;
}

/// Scopes are compared without case; the body does not count.
pub async fn the_same_id_published_in_a_scope_is_a_duplicate<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let first = accept_new(&scene, scene.samples.published("acme/api", Some("r"), "one")).await;
    for (scope, body) in [("acme/api", "one"), ("ACME/Api", "two")] {
        let again = scene.samples.published(scope, Some("r"), body);
        assert_eq!(first_of(scene.store.accept(again).await), first, "{scope}");
    }
    accept_new(&scene, scene.samples.published("acme", Some("r"), "one")).await;
    accept_new(&scene, scene.samples.published("acme/api", Some("R"), "one")).await;
}

/// With other events between, day by day.
pub async fn a_duplicate_is_known_for_thirty_days<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let first = accept_new(&scene, scene.samples.received("s", Some("r"), "{}")).await;
    let published = accept_new(&scene, scene.samples.published("acme", Some("r"), "{}")).await;
    for day in 1..=30 {
        scene.samples.clock.advance_ms(DAY_MS);
        let between = scene.samples.body();
        accept_new(&scene, scene.samples.received("s", None, between)).await;
        let again = scene.samples.received("s", Some("r"), "{}");
        assert_eq!(first_of(scene.store.accept(again).await), first, "day {day}");
        let again = scene.samples.published("acme", Some("r"), "{}");
        assert_eq!(first_of(scene.store.accept(again).await), published, "day {day}");
    }
}

/// Only those; their age counts anew, and their webhooks are named.
pub async fn a_duplicate_makes_failed_deliveries_due<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (failing, fine, slow) =
        (scene.webhook().await, scene.webhook().await, scene.webhook().await);
    let mut new = scene.samples.received("s", Some("r"), "{}");
    let failed = scene.samples.deliver(&mut new, failing, true);
    let delivered = scene.samples.deliver(&mut new, fine, true);
    let pending = scene.samples.deliver(&mut new, slow, true);
    let first = accept_new(&scene, new).await;
    assert!(scene.record(failed, 1, Next::Failed(FailReason::Exhausted)).await);
    assert!(scene.record(delivered, 1, Next::Delivered).await);

    scene.samples.clock.advance_ms(60_000);
    let again = scene.samples.received("s", Some("r"), "{}");
    let accepted = scene.store.accept(again).await.unwrap();
    let revived = vec![failing];
    assert_eq!(accepted, Accepted::Duplicate { first, revived });
    let delivery = scene.delivery(failed).await;
    assert_eq!((delivery.status, delivery.attempts_made), (Status::Pending, 1));
    assert_eq!((delivery.since, delivery.finished_at), (scene.now(), None));
    assert_eq!(scene.status(delivered).await, Status::Delivered);
    assert_eq!(scene.delivery(pending).await.next_attempt_at, None);
    assert_eq!(scene.claim_ids(failing, 10).await, [failed]);

    let again = scene.samples.received("s", Some("r"), "{}");
    let accepted = scene.store.accept(again).await.unwrap();
    let revived = Vec::new();
    assert_eq!(accepted, Accepted::Duplicate { first, revived });
}

/// However they are spread over transactions.
pub async fn of_many_at_once_one_is_new<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let mut tasks = Vec::new();
    for _ in 0..50 {
        let new = scene.samples.received("s", Some("r"), "{}");
        let store = scene.store.clone();
        tasks.push(tokio::spawn(async move { store.accept(new).await }));
    }
    let mut new = 0;
    for task in tasks {
        if let Accepted::New { .. } = task.await.unwrap().unwrap() {
            new += 1;
        }
    }
    assert_eq!(new, 1);
    let page = Page { before: None, limit: 10 };
    let listed = scene.store.events(Default::default(), page).await.unwrap();
    assert_eq!(listed.items.len(), 1);
}
