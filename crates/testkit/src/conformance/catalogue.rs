//! Keeping sources, webhooks, secrets and settings.

use pipeline::{
    Next, RetryPolicy, Source, Status, StoreError, Trigger, Webhook, WebhookDialect,
    store::{Expected, OnWaiting},
    webhook::InactiveReason,
};

use super::{Rig, scene::Scene};

async fn only_source(scene: &Scene) -> Source {
    let mut sources = scene.store.configured().await.unwrap().sources;
    assert_eq!(sources.len(), 1);
    sources.remove(0)
}

/// Every field, new and changed, sources by name and webhooks by id.
pub async fn what_is_put_comes_back_as_it_was<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (mut one, two) = (scene.samples.source("zeta"), scene.samples.source("alpha"));
    let (mut hook, other) = (scene.samples.webhook(), scene.samples.webhook());
    for source in [&one, &two] {
        let put = scene.store.put_source(source.clone(), Expected::Absent);
        put.await.unwrap();
    }
    for webhook in [&other, &hook] {
        scene.put_webhook(webhook.clone()).await;
    }
    let configured = scene.store.configured().await.unwrap();
    assert_eq!(configured.sources, [two.clone(), one.clone()]);
    assert_eq!(configured.webhooks, [hook.clone(), other.clone()]);

    one.secrets.reverse();
    one.secrets.push(scene.samples.secret());
    one.secrets[0].activated_at = None;
    one.secrets[1].expires_at = Some(scene.now());
    one.basic_auth = None;
    one.version = 2;
    hook = Webhook {
        secrets: Vec::new(),
        declared_key: Some("jenkins".to_owned()),
        source: None,
        triggers: vec![Trigger::Key("repo:push".parse().unwrap())],
        active: false,
        inactive_reason: Some(InactiveReason::Gone),
        paused_since: None,
        pauses: Vec::new(),
        dialect: WebhookDialect::AsReceived,
        signature: None,
        basic_auth: None,
        headers: Vec::new(),
        retry: RetryPolicy { delays_s: vec![1], attempts_max: Some(3), age_max_s: 9 },
        metadata: Vec::new(),
        version: 2,
        ..hook
    };
    let put = scene.store.put_source(one.clone(), Expected::Version(1));
    put.await.unwrap();
    let put = scene.store.put_webhook(hook.clone(), Expected::Version(1));
    put.await.unwrap();
    let configured = scene.store.configured().await.unwrap();
    assert_eq!(configured.sources, [two, one]);
    assert_eq!(configured.webhooks, [hook, other]);
}

/// `Taken`, `NotFound` and `VersionMismatch`; nothing is changed then.
pub async fn a_put_expects_what_it_says<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (source, webhook) = (scene.samples.source("s"), scene.samples.webhook());
    let put = |expected| scene.store.put_source(source.clone(), expected);
    crate::assert_refused!(put(Expected::Version(1)).await, StoreError::NotFound);
    put(Expected::Absent).await.unwrap();
    crate::assert_refused!(put(Expected::Absent).await, StoreError::Taken);
    crate::assert_refused!(put(Expected::Version(2)).await, StoreError::VersionMismatch);
    put(Expected::Version(1)).await.unwrap();

    let put = |expected| scene.store.put_webhook(webhook.clone(), expected);
    crate::assert_refused!(put(Expected::Version(1)).await, StoreError::NotFound);
    put(Expected::Absent).await.unwrap();
    crate::assert_refused!(put(Expected::Absent).await, StoreError::Taken);
    crate::assert_refused!(put(Expected::Version(0)).await, StoreError::VersionMismatch);
    put(Expected::Version(1)).await.unwrap();
    assert_eq!(only_source(&scene).await, source);
}

/// A source's name, and a webhook's name in the configuration file.
pub async fn names_and_keys_are_taken_once<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let source = scene.samples.source("s");
    let put = scene.store.put_source(source.clone(), Expected::Absent);
    put.await.unwrap();
    let other = scene.samples.source("s");
    let put = scene.store.put_source(other, Expected::Absent);
    crate::assert_refused!(put.await, StoreError::Taken);
    assert_eq!(only_source(&scene).await, source);

    let declared =
        || Webhook { declared_key: Some("jenkins".to_owned()), ..scene.samples.webhook() };
    scene.put_webhook(declared()).await;
    let put = scene.store.put_webhook(declared(), Expected::Absent);
    crate::assert_refused!(put.await, StoreError::Taken);
    scene.webhook().await;
    scene.webhook().await;
}

/// Its name is free again, its secrets are gone.
pub async fn a_source_is_deleted_and_its_events_stay<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let source = scene.samples.source("s");
    let name = source.name.clone();
    let delete = || {
        let name = name.clone();
        scene.store.delete_source(name, OnWaiting::Refuse, scene.now())
    };
    crate::assert_refused!(delete().await, StoreError::NotFound);
    let put = scene.store.put_source(source, Expected::Absent);
    put.await.unwrap();
    let new = scene.samples.received("s", None, "{}");
    let event = new.event.facts.id;
    scene.store.accept(new).await.unwrap();
    delete().await.unwrap();
    assert!(scene.store.configured().await.unwrap().sources.is_empty());
    assert_eq!(scene.store.event(event).await.unwrap().source, Some(name.clone()));
    let again = scene.samples.source("s");
    let put = scene.store.put_source(again.clone(), Expected::Absent);
    put.await.unwrap();
    assert_eq!(only_source(&scene).await, again);
}

/// Refused with their number, or cancelled; other deliveries are left alone.
pub async fn a_source_with_waiting_deliveries_is_deleted_as_asked<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let source = scene.samples.source("s");
    let name = source.name.clone();
    let put = scene.store.put_source(source, Expected::Absent);
    put.await.unwrap();
    let webhook = scene.webhook().await;
    let mut new = scene.samples.received("s", None, "{}");
    let waiting = scene.samples.deliver(&mut new, webhook, false);
    let leased = scene.samples.deliver(&mut new, webhook, true);
    scene.store.accept(new).await.unwrap();
    let (_, other) = scene.deliver(webhook, false).await;
    let delete = |waiting| {
        let name = name.clone();
        scene.store.delete_source(name, waiting, scene.now())
    };
    crate::assert_refused!(delete(OnWaiting::Refuse).await, StoreError::Waiting(2));
    assert_eq!(scene.status(waiting).await, Status::Pending);
    delete(OnWaiting::Cancel).await.unwrap();
    for delivery in [waiting, leased] {
        assert_eq!(scene.status(delivery).await, Status::Cancelled);
        assert_eq!(scene.delivery(delivery).await.finished_at, Some(scene.now()));
    }
    assert_eq!(scene.claim_ids(webhook, 10).await, [other]);
}

/// Refused with their number, or cancelled; finished ones stay as they are.
pub async fn a_webhook_with_waiting_deliveries_is_deleted_as_asked<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (webhook, other) = (scene.webhook().await, scene.webhook().await);
    let (_, finished) = scene.deliver(webhook, true).await;
    assert!(scene.record(finished, 1, Next::Delivered).await);
    let (_, waiting) = scene.deliver(webhook, false).await;
    let (_, apart) = scene.deliver(other, false).await;
    let delete = |id, waiting| scene.store.delete_webhook(id, waiting, scene.now());
    crate::assert_refused!(delete(webhook, OnWaiting::Refuse).await, StoreError::Waiting(1));
    delete(webhook, OnWaiting::Cancel).await.unwrap();
    assert_eq!(scene.status(waiting).await, Status::Cancelled);
    assert_eq!(scene.status(finished).await, Status::Delivered);
    assert_eq!(scene.status(apart).await, Status::Pending);
    crate::assert_refused!(delete(webhook, OnWaiting::Cancel).await, StoreError::NotFound);
    let kept = scene.store.configured().await.unwrap().webhooks;
    assert_eq!(kept.iter().map(|webhook| webhook.id).collect::<Vec<_>>(), [other]);
    // A delivery that has nobody to go to is not resent.
    crate::assert_refused!(
        scene.store.resend(finished, None, scene.now()).await,
        StoreError::NotFound
    );
}

/// Without a change of version; never backwards, not even by writing what was read before.
pub async fn the_use_of_secrets_is_noted<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    let (mut source, webhook) = (scene.samples.source("s"), scene.samples.webhook());
    let put = scene.store.put_source(source.clone(), Expected::Absent);
    put.await.unwrap();
    scene.put_webhook(webhook.clone()).await;
    let (early, late) = (scene.now(), scene.now().plus_millis(60_000));
    let of_source = source.secrets[1].id;
    let used = vec![(of_source, late), (webhook.secrets[0].id, early), (scene.samples.id(), early)];
    scene.store.note_secret_use(used).await.unwrap();
    let earlier = vec![(of_source, early)];
    scene.store.note_secret_use(earlier).await.unwrap();
    let kept = scene.store.configured().await.unwrap();
    assert_eq!(kept.sources[0].secrets[0].last_used_at, None);
    assert_eq!(kept.sources[0].secrets[1].last_used_at, Some(late));
    assert_eq!(kept.sources[0].version, 1);
    assert_eq!(kept.webhooks[0].secrets[0].last_used_at, Some(early));

    source.version = 2;
    let put = scene.store.put_source(source, Expected::Version(1));
    put.await.unwrap();
    assert_eq!(only_source(&scene).await.secrets[1].last_used_at, Some(late));
}

/// The last value counts.
pub async fn settings_are_kept<R: Rig>(rig: &R) {
    let scene = Scene::open(rig).await;
    assert_eq!(scene.store.setting("key_check").await.unwrap(), None);
    for value in [vec![0, 255], vec![]] {
        scene.store.put_setting("key_check", value.clone()).await.unwrap();
        assert_eq!(scene.store.setting("key_check").await.unwrap(), Some(value));
    }
    assert_eq!(scene.store.setting("other").await.unwrap(), None);
}
