//! Recoveries: what a webhook did not get.

use countersign::EventKey;
use pipeline::{
    BulkAct, DeliveryId, EventId, FailReason, JobState, Lost, Next, Recovery, Scope, Status,
    StoreError, Tally, Timestamp, WebhookId,
    store::{DeliveryFilter, OnWaiting, Page, Slice},
};

use super::{Rig, scene::Scene};
use crate::samples::with;

/// Everything that one of them lost.
fn recovery(webhook: WebhookId, lost: Lost) -> Recovery {
    Recovery {
        webhook,
        lost,
        triggers: Vec::new(),
        since: Timestamp::from_millis(0),
        until: Timestamp::from_millis(i64::MAX),
    }
}

/// A webhook for everything at and below `acme`, of whatever origin.
async fn open_webhook(scene: &Scene) -> WebhookId {
    let mut webhook = scene.samples.webhook();
    webhook.source = None;
    let id = webhook.id;
    scene.put_webhook(webhook).await;
    id
}

/// An event that makes no delivery.
async fn event(scene: &Scene, key: &str, scope: &str) -> EventId {
    scene.samples.clock.advance_ms(1);
    let new = scene.samples.published(scope, None, scene.samples.body());
    let new = with(new, |event| event.facts.key = EventKey::parse(key).unwrap());
    let id = new.event.facts.id;
    scene.store.accept(new).await.unwrap();
    id
}

/// The events that a webhook has deliveries of, oldest delivery first.
async fn events_of(scene: &Scene, webhook: WebhookId) -> Vec<EventId> {
    let filter = DeliveryFilter { webhook: Some(webhook), ..DeliveryFilter::default() };
    let listed = scene.store.deliveries(filter, Page { before: None, limit: 500 }).await;
    let events = listed.unwrap().items.into_iter().rev();
    events.map(|delivery| delivery.event).collect()
}

/// One delivery in each status, in the order of [`Status::ALL`].
async fn one_each(scene: &Scene, webhook: WebhookId) -> [DeliveryId; 4] {
    let (_, pending) = scene.deliver(webhook, true).await;
    let (_, delivered) = scene.deliver(webhook, true).await;
    let (_, failed) = scene.deliver(webhook, true).await;
    let (_, cancelled) = scene.deliver(webhook, false).await;
    assert!(scene.record(delivered, 1, Next::Delivered).await);
    assert!(scene.record(failed, 1, Next::Failed(FailReason::Exhausted)).await);
    scene.store.cancel(cancelled, scene.now()).await.unwrap();
    [pending, delivered, failed, cancelled]
}

/// Those that failed, those that were cancelled; no others, and none of another webhook. What is
/// estimated is what happens.
pub async fn lost_deliveries_are_recovered<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (webhook, other) = (scene.webhook().await, scene.webhook().await);
    let [_, delivered, failed, cancelled] = one_each(&scene, webhook).await;
    let [.., other_failed, other_cancelled] = one_each(&scene, other).await;
    scene.samples.clock.advance_ms(1_000);
    for (lost, id, left) in
        [(Lost::Failed, failed, cancelled), (Lost::Cancelled, cancelled, other_failed)]
    {
        let act = BulkAct::Recover(recovery(webhook, lost));
        let estimate = scene.estimate(&act).await;
        assert!(!estimate.at_least);
        assert_eq!((estimate.tally.done, estimate.tally.without_body), (1, 0));
        let before = scene.delivery(left).await;
        let job = scene.begin(act.clone()).await;
        let job = scene.work_off(job.number).await;
        assert_eq!((job.state, job.finished_at), (JobState::Done, Some(scene.now())));
        assert_eq!(job.tally, estimate.tally);
        let stands = scene.delivery(id).await;
        assert_eq!((stands.status, stands.next_attempt_at), (Status::Pending, Some(scene.now())));
        assert_eq!((stands.since, stands.finished_at), (scene.now(), None));
        assert_eq!(scene.delivery(left).await, before);
        assert_eq!(scene.estimate(&act).await.tally.done, 0);
    }
    assert_eq!(scene.status(delivered).await, Status::Delivered);
    assert_eq!(scene.status(other_failed).await, Status::Failed);
    assert_eq!(scene.status(other_cancelled).await, Status::Cancelled);
    assert_eq!(scene.claim_ids(webhook, 10).await, [failed, cancelled]);
}

/// The moments of acceptance count, from the first on and before the second.
pub async fn a_recovery_keeps_to_its_moments_and_triggers<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = open_webhook(&scene).await;
    let mut missing = Vec::new();
    let mut failed = Vec::new();
    for key in ["repo:push", "repo:fork", "issue:created", "repo:push"] {
        missing.push(event(&scene, key, "acme").await);
        scene.samples.clock.advance_ms(1);
        let new = scene.samples.published("acme", None, scene.samples.body());
        let mut new = with(new, |event| event.facts.key = EventKey::parse(key).unwrap());
        let delivery = scene.samples.deliver(&mut new, webhook, true);
        failed.push((new.event.facts.id, delivery));
        scene.store.accept(new).await.unwrap();
        assert!(scene.record(delivery, 1, Next::Failed(FailReason::Exhausted)).await);
    }
    let act = |lost, triggers: &[&str]| {
        BulkAct::Recover(Recovery {
            since: missing[1].created_at(),
            until: missing[3].created_at(),
            triggers: triggers.iter().map(|trigger| trigger.parse().unwrap()).collect(),
            ..recovery(webhook, lost)
        })
    };
    for lost in [Lost::Failed, Lost::Missing] {
        assert_eq!(scene.estimate(&act(lost, &[])).await.tally.done, 2);
        assert_eq!(scene.estimate(&act(lost, &["repo:*"])).await.tally.done, 1);
        assert_eq!(scene.estimate(&act(lost, &["repo:push"])).await.tally.done, 0);
        assert_eq!(scene.estimate(&act(lost, &["repo:push", "issue:*"])).await.tally.done, 1);
    }
    let job = scene.begin(act(Lost::All, &["repo:*"])).await;
    assert_eq!(scene.work_off(job.number).await.tally.done, 2);
    assert_eq!(scene.status(failed[1].1).await, Status::Pending);
    for place in [0, 2, 3] {
        assert_eq!(scene.status(failed[place].1).await, Status::Failed);
    }
    assert_eq!(events_of(&scene, webhook).await.last(), Some(&missing[1]));
}

/// Through rows like those of acceptance; never a second one for a webhook and event.
pub async fn missing_events_are_recovered_once<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let before = event(&scene, "repo:push", "acme").await;
    let webhook = open_webhook(&scene).await;
    let after = event(&scene, "repo:fork", "acme/api").await;
    let [pending, ..] = one_each(&scene, webhook).await;
    let had = events_of(&scene, webhook).await;
    scene.samples.clock.advance_ms(1_000);
    let act = BulkAct::Recover(recovery(webhook, Lost::Missing));
    assert_eq!(scene.estimate(&act).await.tally.done, 2);
    let job = scene.begin(act.clone()).await;
    let mut made = 0;
    loop {
        let stepped = scene.step(job.number, 1).await.unwrap();
        made += stepped.made;
        assert_eq!(stepped.due, if stepped.made > 0 { vec![webhook] } else { vec![] });
        if stepped.job.state == JobState::Done {
            assert_eq!(stepped.job.tally, Tally { looked_at: 6, done: 2, without_body: 0 });
            break;
        }
    }
    assert_eq!(made, 2);
    assert_eq!(events_of(&scene, webhook).await[4..], [before, after]);
    assert_eq!(events_of(&scene, webhook).await[..4], had);
    let claimed = scene.claim(webhook, 10).await.deliveries;
    assert_eq!(claimed.len(), 2);
    let delivery = &claimed[0].delivery;
    assert_eq!((delivery.event, delivery.attempts_made, delivery.since), (before, 0, scene.now()));
    assert_eq!(claimed[0].event.as_ref().unwrap().facts.id, before);
    assert!(scene.delivery(pending).await.next_attempt_at.is_none());
    // Again there is nothing.
    let job = scene.begin(act).await;
    assert_eq!(scene.work_off(job.number).await.tally.done, 0);
}

/// Its scope, source and triggers as they are now decide; that it is inactive does not.
pub async fn what_a_webhook_does_not_ask_for_is_not_missing<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let mut webhook = scene.samples.webhook();
    webhook.scope = Scope::parse("acme/api").unwrap();
    webhook.triggers = vec!["repo:*".parse().unwrap()];
    webhook.active = false;
    let id = webhook.id;
    scene.put_webhook(webhook).await;
    let mut wanted = Vec::new();
    for (key, scope, source) in [
        ("repo:push", "ACME/api", "bitbucket"),
        ("repo:push", "acme", "bitbucket"),
        ("issue:created", "acme/api", "bitbucket"),
        ("repo:push", "acme/api", "github"),
        ("repo:fork", "acme/api/deep", "bitbucket"),
    ] {
        scene.samples.clock.advance_ms(1);
        let new = scene.samples.received(source, None, scene.samples.body());
        let new = with(new, |event| {
            event.facts.key = EventKey::parse(key).unwrap();
            event.facts.scope = Scope::parse(scope).unwrap();
        });
        wanted.push(new.event.facts.id);
        scene.store.accept(new).await.unwrap();
    }
    event(&scene, "repo:push", "acme/api").await;
    let job = scene.begin(BulkAct::Recover(recovery(id, Lost::Missing))).await;
    assert_eq!(scene.work_off(job.number).await.tally.done, 2);
    assert_eq!(events_of(&scene, id).await, [wanted[0], wanted[4]]);
}

/// What failed, what was cancelled and what is missing, each once.
pub async fn all_that_was_lost_is_recovered<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = open_webhook(&scene).await;
    let missing = event(&scene, "repo:push", "acme").await;
    let [pending, delivered, failed, cancelled] = one_each(&scene, webhook).await;
    scene.samples.clock.advance_ms(1_000);
    let act = BulkAct::Recover(recovery(webhook, Lost::All));
    let estimate = scene.estimate(&act).await.tally;
    let job = scene.begin(act).await;
    let job = scene.work_off(job.number).await;
    assert_eq!((job.tally, job.tally.done), (estimate, 3));
    let claimed = scene.claim(webhook, 10).await.deliveries;
    let ids: Vec<_> = claimed.iter().map(|claimed| claimed.delivery.id).collect();
    assert_eq!(ids[..2], [failed, cancelled]);
    assert_eq!(claimed[2].delivery.event, missing);
    assert_eq!(scene.status(delivered).await, Status::Delivered);
    assert!(scene.delivery(pending).await.next_attempt_at.is_none());
}

/// It is not brought, whether its delivery is there or was removed with its body.
pub async fn an_event_without_its_body_is_counted_apart<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (one, two) = (open_webhook(&scene).await, open_webhook(&scene).await);
    let mut new = scene.samples.published("acme", None, "{}");
    let mut deliveries = vec![scene.samples.deliver(&mut new, one, true)];
    deliveries.push(scene.samples.deliver(&mut new, two, true));
    scene.store.accept(new).await.unwrap();
    for delivery in deliveries {
        assert!(scene.record(delivery, 1, Next::Failed(FailReason::Exhausted)).await);
    }
    scene.samples.clock.advance_ms(1_000);
    let slice = Slice { rows_max: 2, ..Slice::new(None, scene.now()) };
    assert_eq!(scene.store.remove_finished(slice).await.unwrap().events, 0);
    for webhook in [one, two] {
        let act = BulkAct::Recover(recovery(webhook, Lost::All));
        let estimate = scene.estimate(&act).await.tally;
        assert_eq!((estimate.done, estimate.without_body), (0, 1));
        let job = scene.begin(act).await;
        assert_eq!(scene.work_off(job.number).await.tally, estimate);
        assert_eq!(scene.claim_ids(webhook, 10).await, []);
    }
}

/// At its beginning it is refused; later it ends as failed.
pub async fn a_recovery_fails_without_its_webhook<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = scene.webhook().await;
    one_each(&scene, webhook).await;
    let act = BulkAct::Recover(recovery(webhook, Lost::Failed));
    let job = scene.begin(act.clone()).await;
    let now = scene.now();
    scene.store.delete_webhook(webhook, OnWaiting::Cancel, now).await.unwrap();
    let job = scene.work_off(job.number).await;
    assert_eq!((job.state, job.finished_at), (JobState::Failed, Some(now)));
    assert_eq!(job.tally.done, 0);
    crate::assert_refused!(scene.store.begin_job(act.clone(), now).await, StoreError::NotFound);
    crate::assert_refused!(scene.store.estimate(act, None).await, StoreError::NotFound);
}

/// A recovery that makes deliveries waits; one that only makes them due goes on.
pub async fn nothing_is_made_while_events_are_not_accepted<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let webhook = open_webhook(&scene).await;
    event(&scene, "repo:push", "acme").await;
    one_each(&scene, webhook).await;
    let makes = scene.begin(BulkAct::Recover(recovery(webhook, Lost::Missing))).await;
    let resends = scene.begin(BulkAct::Recover(recovery(webhook, Lost::Failed))).await;
    scene.store.hold_accepting(true);
    crate::assert_refused!(scene.step(makes.number, 3).await, StoreError::HistoryFull);
    assert_eq!(scene.work_off(resends.number).await.tally.done, 1);
    scene.store.hold_accepting(false);
    assert_eq!(scene.work_off(makes.number).await.tally.done, 1);
}
