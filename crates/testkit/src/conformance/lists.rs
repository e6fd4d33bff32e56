//! Lists: every filter, and pages.

use countersign::EventKey;
use pipeline::{
    DeliveryId, EventId, FailReason, Next, Scope, Status,
    store::{DeliveryFilter, EventFilter, Page},
};

use super::{Rig, scene::Scene};
use crate::samples::with;

const ALL: Page = Page { before: None, limit: 500 };

fn key(text: &str) -> Option<EventKey> {
    Some(EventKey::parse(text).unwrap())
}

fn scope(text: &str) -> Option<Scope> {
    Some(Scope::parse(text).unwrap())
}

async fn events(scene: &Scene, filter: EventFilter) -> Vec<EventId> {
    let listed = scene.store.events(filter, ALL).await.unwrap();
    assert_eq!(listed.next, None);
    listed.items.iter().map(|event| event.id).collect()
}

async fn deliveries(scene: &Scene, filter: DeliveryFilter) -> Vec<DeliveryId> {
    let listed = scene.store.deliveries(filter, ALL).await.unwrap();
    assert_eq!(listed.next, None);
    listed.items.iter().map(|delivery| delivery.id).collect()
}

/// By key, scope, source and time, alone and together; newest first.
pub async fn events_are_filtered<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let mut made = Vec::new();
    for (text, place, source) in [
        ("repo:push", "acme/api", "one"),
        ("repo:push", "ACME/API", "two"),
        ("repo:fork", "acme", "one"),
        ("repo:push", "acme-two/api", "one"),
    ] {
        scene.samples.clock.advance_ms(1_000);
        let new = scene.samples.received(source, None, scene.samples.body());
        let new = with(new, |event| {
            event.facts.key = EventKey::parse(text).unwrap();
            event.facts.scope = Scope::parse(place).unwrap();
        });
        made.push(new.event.facts.id);
        scene.store.accept(new).await.unwrap();
    }
    let [a, b, c, d] = made[..] else { unreachable!() };
    let none = EventFilter::default;
    assert_eq!(events(&scene, none()).await, [d, c, b, a]);
    let filter = EventFilter { key: key("repo:push"), ..none() };
    assert_eq!(events(&scene, filter).await, [d, b, a]);
    let filter = EventFilter { scope: scope("acme"), ..none() };
    assert_eq!(events(&scene, filter).await, [c, b, a]);
    let filter = EventFilter { scope: scope("acme/API"), ..none() };
    assert_eq!(events(&scene, filter).await, [b, a]);
    let one = "one".parse().unwrap();
    let filter = EventFilter { source: Some(one), ..none() };
    assert_eq!(events(&scene, filter.clone()).await, [d, c, a]);
    let filter = EventFilter { key: key("repo:push"), scope: scope("acme"), ..filter };
    assert_eq!(events(&scene, filter).await, [a]);
    // From a moment on, and before a moment.
    let (since, until) = (Some(b.created_at()), Some(d.created_at()));
    let filter = EventFilter { since, until, ..none() };
    assert_eq!(events(&scene, filter).await, [c, b]);
}

/// The one that it came with, or its own where it came with none.
pub async fn events_are_found_by_request_id<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let mut made = Vec::new();
    for request_id in [Some("r-1"), Some("r-1"), None, Some("r-2")] {
        let new = scene.samples.received("s", request_id, scene.samples.body());
        made.push(new.event.facts.id);
        scene.store.accept(new).await.unwrap();
    }
    let by = |request_id: &str| EventFilter {
        request_id: Some(request_id.to_owned()),
        ..EventFilter::default()
    };
    assert_eq!(events(&scene, by("r-1")).await, [made[1], made[0]]);
    assert_eq!(events(&scene, by(&made[2].uuid())).await, [made[2]]);
    // One that came with an id of its own does not answer to the other.
    assert_eq!(events(&scene, by(&made[3].uuid())).await, []);
    assert_eq!(events(&scene, by("r-3")).await, []);
    let other = EventFilter { key: key("repo:fork"), ..by("r-1") };
    assert_eq!(events(&scene, other).await, []);
}

/// By status, webhook, event, key, scope, answer and time, alone and together; newest first.
pub async fn deliveries_are_filtered<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (one, two) = (scene.webhook().await, scene.webhook().await);
    let (event, pending) = scene.deliver(one, false).await;
    let (_, delivered) = scene.deliver(two, true).await;
    let (_, failed) = scene.deliver(one, true).await;
    let (_, cancelled) = scene.deliver(two, false).await;
    assert!(scene.record(delivered, 1, Next::Delivered).await);
    assert!(scene.record(failed, 1, Next::Failed(FailReason::Gone)).await);
    scene.store.cancel(cancelled, scene.now()).await.unwrap();
    scene.samples.clock.advance_ms(1);
    let new = scene.samples.published("other", None, scene.samples.body());
    let mut new = with(new, |event| {
        event.facts.key = EventKey::parse("repo:fork").unwrap();
    });
    let forked = scene.samples.deliver(&mut new, one, false);
    scene.store.accept(new).await.unwrap();

    let none = DeliveryFilter::default;
    assert_eq!(deliveries(&scene, none()).await, [forked, cancelled, failed, delivered, pending]);
    let with_status = |status| DeliveryFilter { status: Some(status), ..none() };
    assert_eq!(deliveries(&scene, with_status(Status::Pending)).await, [forked, pending]);
    assert_eq!(deliveries(&scene, with_status(Status::Delivered)).await, [delivered]);
    assert_eq!(deliveries(&scene, with_status(Status::Failed)).await, [failed]);
    assert_eq!(deliveries(&scene, with_status(Status::Cancelled)).await, [cancelled]);
    let to_one = DeliveryFilter { webhook: Some(one), ..none() };
    assert_eq!(deliveries(&scene, to_one.clone()).await, [forked, failed, pending]);
    let both = DeliveryFilter { webhook: Some(two), ..with_status(Status::Failed) };
    assert_eq!(deliveries(&scene, both).await, []);
    let of_event = DeliveryFilter { event: Some(event), ..none() };
    assert_eq!(deliveries(&scene, of_event).await, [pending]);
    let with_key = DeliveryFilter { key: key("repo:fork"), ..none() };
    assert_eq!(deliveries(&scene, with_key).await, [forked]);
    let in_scope = DeliveryFilter { scope: scope("ACME"), ..to_one };
    assert_eq!(deliveries(&scene, in_scope).await, [failed, pending]);
    let answered = |status| DeliveryFilter { response_status: Some(status), ..none() };
    assert_eq!(deliveries(&scene, answered(410)).await, [failed]);
    assert_eq!(deliveries(&scene, answered(500)).await, []);
    let (since, until) = (Some(delivered.created_at()), Some(forked.created_at()));
    let between = DeliveryFilter { since, until, ..none() };
    assert_eq!(deliveries(&scene, between).await, [cancelled, failed, delivered]);
}

/// Its own, one that was asked for at a resend, its event's, and its event's own.
pub async fn deliveries_are_found_by_request_id<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    let mut new = scene.samples.received("s", Some("r-1"), "one");
    let one = scene.samples.deliver(&mut new, webhook, false);
    let two = scene.samples.deliver(&mut new, webhook, true);
    scene.store.accept(new).await.unwrap();
    let (event, three) = scene.deliver(webhook, true).await;
    assert!(scene.record(three, 1, Next::Delivered).await);
    let asked = Some("asked".to_owned());
    scene.store.resend(three, asked, scene.now()).await.unwrap();

    let by = |request_id: &str| DeliveryFilter {
        request_id: Some(request_id.to_owned()),
        ..DeliveryFilter::default()
    };
    assert_eq!(deliveries(&scene, by("r-1")).await, [two, one]);
    assert_eq!(deliveries(&scene, by(&one.uuid())).await, [one]);
    assert_eq!(deliveries(&scene, by("asked")).await, [three]);
    assert_eq!(deliveries(&scene, by(&event.uuid())).await, [three]);
    assert_eq!(deliveries(&scene, by(&three.uuid())).await, []);
    assert_eq!(deliveries(&scene, by("no such id")).await, []);
    let pending = DeliveryFilter { status: Some(Status::Delivered), ..by("r-1") };
    assert_eq!(deliveries(&scene, pending).await, []);
}

/// Of any size, with and without a filter; nothing twice, nothing left out.
pub async fn pages_join_to_the_whole_list<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (one, two) = (scene.webhook().await, scene.webhook().await);
    for number in 0..23 {
        let webhook = if number % 3 == 0 { one } else { two };
        let (_, delivery) = scene.deliver(webhook, number % 2 == 0).await;
        if number % 4 == 0 {
            assert!(scene.record(delivery, 1, Next::Failed(FailReason::Exhausted)).await);
        }
    }
    let filters = [
        DeliveryFilter::default(),
        DeliveryFilter { webhook: Some(one), ..DeliveryFilter::default() },
        DeliveryFilter { status: Some(Status::Failed), ..DeliveryFilter::default() },
        DeliveryFilter { scope: scope("acme"), ..DeliveryFilter::default() },
    ];
    for filter in filters {
        let whole = deliveries(&scene, filter.clone()).await;
        assert!(!whole.is_empty());
        for limit in [1, 3, 23, 24] {
            let mut joined = Vec::new();
            let mut before = None;
            loop {
                let page = Page { before, limit };
                let part = scene.store.deliveries(filter.clone(), page).await.unwrap();
                assert!(part.items.len() <= limit);
                joined.extend(part.items.iter().map(|delivery| delivery.id));
                before = part.next;
                if before.is_none() {
                    break;
                }
            }
            assert_eq!(joined, whole, "{filter:?} by {limit}");
        }
    }
    let whole = events(&scene, EventFilter::default()).await;
    let page = Page { before: Some(whole[9].seq()), limit: 4 };
    let part = scene.store.events(EventFilter::default(), page).await.unwrap();
    let ids: Vec<_> = part.items.iter().map(|event| event.id).collect();
    assert_eq!(ids, whole[10..14]);
    assert_eq!(part.next, Some(whole[13].seq()));
}
