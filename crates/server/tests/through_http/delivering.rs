//! How deliveries go out: limits, pauses, headers, pings.

use serde_json::json;
use testkit::receivers::{Answer, Receiver};

use crate::{scene::Scene, sender::Sender};

#[tokio::test]
async fn no_more_are_under_way_than_the_webhook_takes() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::held()).await;
    scene.webhook(&receiver, json!({"max_in_flight": 3})).await;
    for _ in 0..12 {
        scene.publish("key=repo:push").await;
    }
    receiver.take(3).await;
    assert_eq!(receiver.waiting(), 0);
    receiver.release(12);
    receiver.take(9).await;
    scene.deliveries("delivered", 12).await;
    assert_eq!(receiver.most_at_once(), 3);
    scene.end().await;
}

#[tokio::test]
async fn paused_deliveries_are_made_and_wait() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let webhook = scene.webhook(&receiver, json!({"paused": true})).await;
    let path = format!("/api/v1/webhooks/{webhook}");
    let event = scene.publish("key=repo:push").await;
    let waits = scene.delivery_when(&event, |_| true).await;
    assert_eq!((&waits["status"], &waits["waiting_for"]), (&json!("pending"), &json!("paused")));
    assert_eq!(receiver.waiting(), 0);
    assert_eq!(scene.act(&format!("{path}/resume")).await["paused"], false);
    scene.delivery(&event, "delivered").await;

    scene.change(&path, json!({"paused": true})).await;
    let event = scene.publish("key=repo:push").await;
    scene.change(&path, json!({"paused": false})).await;
    scene.delivery(&event, "delivered").await;
    receiver.take(2).await;
    scene.end().await;
}

#[tokio::test]
async fn inactive_webhooks_get_no_deliveries() {
    let scene = Scene::start().await;
    let receiver = Receiver::start(Answer::status(200)).await;
    let webhook = scene.webhook(&receiver, json!({"active": false})).await;
    let reply = scene.publish_body("key=repo:push", "{}").await;
    assert_eq!(reply.json()["deliveries"], 0);
    // A person's `active: false` is not ended by resuming.
    let path = format!("/api/v1/webhooks/{webhook}");
    assert_eq!(scene.act(&format!("{path}/resume")).await["active"], false);
    scene.change(&path, json!({"active": true})).await;
    let event = scene.publish("key=repo:push").await;
    scene.delivery(&event, "delivered").await;
    scene.end().await;
}

#[tokio::test]
async fn basic_authentication_and_own_headers_are_sent_and_not_shown() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let fields = json!({
        "basic_auth": {"username": "ci", "password": "pass:word"},
        "headers": {"X-Token": "own-header-value", "User-Agent": "Ours/1"},
    });
    scene.webhook(&receiver, fields).await;
    let event = scene.publish("key=repo:push").await;
    let arrived = receiver.next().await;
    assert_eq!(arrived.header("Authorization"), Some("Basic Y2k6cGFzczp3b3Jk"));
    assert_eq!(arrived.header("X-Token"), Some("own-header-value"));
    assert_eq!(arrived.header("User-Agent"), Some("Ours/1"));
    let delivery = scene.delivery(&event, "delivered").await;
    let sent = &delivery["attempts"][0]["request"]["headers"];
    for name in ["Authorization", "X-Token", "User-Agent"] {
        assert_eq!(sent[name], "[redacted]", "{sent}");
    }
    scene.end().await;
}

#[tokio::test]
async fn a_published_event_goes_out_with_what_it_was_published_with() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let webhook = scene.webhook(&receiver, json!({})).await;
    let url = receiver.url("/job?token=a%20b&x");
    let other = scene.webhook_to(&url, json!({"events": ["other"]})).await;
    assert_ne!(webhook, other);
    let body = b"\x00\xff not JSON at all".as_slice();
    let reply = scene.publish_body("key=invoice.paid&scope=acme", body).await;
    let event = reply.json()["id"].as_str().unwrap().to_owned();
    let arrived = receiver.next().await;
    assert_eq!(&arrived.body[..], body);
    assert_eq!(arrived.header("X-Event-Key"), Some("invoice.paid"));
    assert_eq!(arrived.header("Content-Type"), Some("application/json"));
    let agent = arrived.header("User-Agent").unwrap();
    assert_eq!(agent, concat!("Countersign/", env!("CARGO_PKG_VERSION")));
    let kept = scene.get(&format!("/api/v1/events/{event}")).await;
    assert_eq!((&kept["source"], &kept["scope"]), (&json!(null), &json!("acme")));
    scene.publish("key=other").await;
    let targets = receiver.take(2).await.into_iter().map(|arrived| arrived.target);
    let mut targets: Vec<_> = targets.collect();
    targets.sort();
    assert_eq!(targets, ["/hook", "/job?token=a%20b&x"], "a fixed query stays");
    scene.end().await;
}

#[tokio::test]
async fn the_same_published_request_id_in_a_scope_is_the_first_event() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    scene.webhook(&receiver, json!({})).await;
    let first = scene.publish("key=a&scope=acme/api&request_id=1").await;
    for scope in ["acme/api", "ACME/Api"] {
        let again = scene.publish_body(&format!("key=b&scope={scope}&request_id=1"), "{}").await;
        assert_eq!(again.status, 200);
        assert_eq!(again.json(), json!({"id": first, "status": "duplicate", "deliveries": 0}));
    }
    let elsewhere = scene.publish("key=a&scope=acme/web&request_id=1").await;
    assert_ne!(first, elsewhere);
    receiver.take(2).await;
    scene.deliveries("delivered", 2).await;
    assert_eq!(receiver.waiting(), 0);
    scene.end().await;
}

#[tokio::test]
async fn a_ping_goes_through_and_is_no_event() {
    let scene = Scene::start().await;
    let answers = [Answer::with(200, &[], "hello"), Answer::status(500)];
    let mut receiver = Receiver::in_turn(answers).await;
    let inside = Sender::new("bitbucket-cloud");
    let webhook = scene.webhook(&receiver, json!({"secret": inside.secret()})).await;
    let ping = format!("/api/v1/webhooks/{webhook}/ping");
    let attempt = scene.act(&ping).await;
    assert_eq!(
        (&attempt["outcome"], &attempt["response"]["body"]),
        (&json!("delivered"), &json!("hello"))
    );
    let arrived = receiver.next().await;
    assert_eq!(arrived.header("X-Event-Key"), Some("diagnostics:ping"));
    assert_eq!(&arrived.body[..], br#"{"test": true}"#);
    assert!(inside.verifies(&arrived));

    let reply = scene.api("POST", &ping, Some(json!({"key": "repo:push"}))).await;
    assert_eq!((reply.status, &reply.json()["outcome"]), (200, &json!("status")));
    let arrived = receiver.next().await;
    assert_eq!(arrived.header("X-Event-Key"), Some("repo:push"));
    let unknown = scene.api("POST", &ping, Some(json!({"key": "no:sample"}))).await;
    assert_eq!(unknown.status, 422);
    scene.nothing_stored().await;
    scene.end().await;
}
