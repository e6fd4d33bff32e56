//! Which webhooks get an event: scopes, triggers, sources.

use serde_json::json;
use testkit::receivers::{Answer, Receiver};

use crate::{scene::Scene, sender::Sender};

#[tokio::test]
async fn scopes_and_triggers_choose() {
    let scene = Scene::start().await;
    let receiver = Receiver::start(Answer::status(200)).await;
    for (scope, events) in [
        ("", json!(["*"])),
        ("acme", json!(["*"])),
        ("acme/api", json!(["repo:push"])),
        ("ACME", json!(["pullrequest:*"])),
        ("acm", json!(["*"])),
        ("acme/api/v1", json!(["*"])),
    ] {
        scene.webhook(&receiver, json!({"scope": scope, "events": events})).await;
    }
    for (parameters, deliveries) in [
        ("key=repo:push&scope=acme/api", 3),
        ("key=repo:push&scope=Acme/API", 3),
        ("key=repo:push&scope=acme", 2),
        ("key=pullrequest:created&scope=acme/web", 3),
        ("key=pullrequest&scope=acme/web", 2),
        ("key=repo:push&scope=acme/api/v1", 4),
        ("key=repo:push", 1),
        ("key=repo:push&scope=other", 1),
    ] {
        let reply = scene.publish_body(parameters, "{}").await;
        assert_eq!(reply.json()["deliveries"], deliveries, "{parameters}");
    }
    scene.deliveries("delivered", 19).await;
    scene.end().await;
}

#[tokio::test]
async fn a_webhook_of_a_source_gets_that_sources_events_only() {
    let scene = Scene::start().await;
    let mut of_source = Receiver::start(Answer::status(200)).await;
    let mut of_all = Receiver::start(Answer::status(200)).await;
    let one = scene.source("one", "bitbucket-cloud").await;
    let two = scene.source("two", "bitbucket-cloud").await;
    scene.webhook(&of_source, json!({"source": "one"})).await;
    scene.webhook(&of_all, json!({})).await;
    scene.accepted("two", &two.push("1")).await;
    scene.publish("key=repo:push").await;
    scene.accepted("one", &one.push("2")).await;
    scene.deliveries("delivered", 4).await;
    assert_eq!(of_source.next().await.header("X-Request-UUID"), Some("2"));
    assert_eq!(of_source.waiting(), 0);
    of_all.take(3).await;
    scene.end().await;
}

#[tokio::test]
async fn one_event_reaches_fifty_webhooks() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let inside = Sender::new("bitbucket-cloud");
    let mut hooks = Vec::new();
    for _ in 0..50 {
        hooks.push(scene.webhook(&receiver, json!({"secret": inside.secret()})).await);
    }
    let reply = scene.publish_body("key=repo:push", "[1]").await;
    assert_eq!(reply.json()["deliveries"], 50);
    let arrived = receiver.take(50).await;
    assert!(arrived.iter().all(|arrived| inside.verifies(arrived)));
    let mut ids: Vec<_> = arrived.iter().map(|one| one.header("X-Request-UUID")).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 50, "each delivery has a request id of its own");
    let delivered = scene.deliveries("delivered", 50).await;
    assert!(hooks.iter().all(|id| delivered.iter().any(|one| one["webhook"] == **id)));
    scene.end().await;
}

#[tokio::test]
async fn a_deleted_webhook_gets_nothing_more() {
    let scene = Scene::start().await;
    let receiver = Receiver::start(Answer::status(200)).await;
    let webhook = scene.webhook(&receiver, json!({"paused": true})).await;
    let path = format!("/api/v1/webhooks/{webhook}");
    let event = scene.publish("key=repo:push").await;
    let refused = scene.api("DELETE", &path, None).await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.json()["code"], "deliveries_waiting");
    assert_eq!(refused.json()["waiting"], 1);
    let deleted = scene.api("DELETE", &format!("{path}?waiting=cancel"), None).await;
    assert_eq!(deleted.status, 204);
    scene.delivery(&event, "cancelled").await;
    let reply = scene.publish_body("key=repo:push", "{}").await;
    assert_eq!(reply.json()["deliveries"], 0);
    assert_eq!(receiver.waiting(), 0);
    scene.end().await;
}

#[tokio::test]
async fn a_delivery_of_a_deleted_source_can_be_resent_whatever_is_changed_meanwhile() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    scene.webhook(&receiver, json!({"max_in_flight": 1})).await;
    let event = scene.accepted("bitbucket", &bitbucket.push("1")).await;
    let delivered = scene.delivery(&event, "delivered").await;
    receiver.next().await;
    assert_eq!(scene.api("DELETE", "/api/v1/sources/bitbucket", None).await.status, 204);

    receiver.answers(Answer::held());
    let busy = scene.publish("key=repo:push").await;
    receiver.next().await;
    let path = format!("/api/v1/deliveries/{}", delivered["id"].as_str().unwrap());
    scene.act(&format!("{path}/resend")).await;
    // It waits in the lane; any change looks at all lanes again.
    scene.source("another", "bitbucket-cloud").await;
    receiver.answers(Answer::status(200));
    receiver.release(1);
    scene.delivery(&busy, "delivered").await;
    scene.delivery_when(&event, |delivery| delivery["attempts_made"] == 2).await;
    scene.end().await;
}
