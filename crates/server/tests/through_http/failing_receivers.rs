//! Receivers that fail, hang, redirect, never end and answer garbage: each is tried again, under
//! the same request id, and told apart.

use std::time::Instant;

use serde_json::{Value, json};
use testkit::receivers::{Answer, NobodyListens, Receiver};

use crate::scene::{Scene, outcomes};

/// Publishes to a receiver that fails once in this way and then answers 200. Answers the delivery.
async fn recovered_from(failure: Answer, fields: Value) -> Value {
    let scene = Scene::start().await;
    let mut receiver = Receiver::in_turn([failure, Answer::status(200)]).await;
    scene.webhook(&receiver, fields).await;
    let event = scene.publish("key=repo:push&scope=acme/api").await;
    let arrived = receiver.take(2).await;
    let delivery = scene.delivery(&event, "delivered").await;
    for (number, arrived) in (1..).zip(&arrived) {
        let attempt = number.to_string();
        assert_eq!(arrived.header("X-Attempt-Number"), Some(attempt.as_str()));
        assert_eq!(arrived.header("X-Request-UUID"), delivery["request_id"].as_str());
        assert_eq!(&arrived.body[..], b"{}");
    }
    assert_eq!(delivery["attempts_made"], 2);
    assert_eq!(receiver.waiting(), 0);
    scene.end().await;
    delivery
}

fn first_response(delivery: &Value) -> &Value {
    &delivery["attempts"][0]["response"]
}

#[tokio::test]
async fn a_status_other_than_2xx_is_tried_again() {
    let sorry = Answer::with(500, &[("X-Why", "tired")], "sorry");
    let delivery = recovered_from(sorry, json!({})).await;
    assert_eq!(outcomes(&delivery), ["status", "delivered"]);
    let response = first_response(&delivery);
    assert_eq!((&response["status"], &response["body"]), (&json!(500), &json!("sorry")));
    assert_eq!(response["headers"]["x-why"], "tired");
}

#[tokio::test]
async fn hanging_is_a_timeout() {
    let delivery = recovered_from(Answer::hang(), json!({"timeout_ms": 200})).await;
    assert_eq!(outcomes(&delivery), ["timeout", "delivered"]);
    let took = delivery["attempts"][0]["duration_ms"].as_u64().unwrap();
    assert!((200..5_000).contains(&took), "{took}");
    assert_eq!(first_response(&delivery), &Value::Null);
}

#[tokio::test]
async fn half_an_answer_is_none() {
    let delivery = recovered_from(Answer::half(), json!({"timeout_ms": 200})).await;
    assert_eq!(outcomes(&delivery), ["timeout", "delivered"]);
    assert_eq!(first_response(&delivery)["body"], "half");
    assert_eq!(first_response(&delivery)["truncated"], true);
}

#[tokio::test]
async fn what_is_no_http_is_told_apart() {
    for bad in [Answer::garbage(), Answer::close()] {
        let delivery = recovered_from(bad, json!({})).await;
        assert_eq!(outcomes(&delivery), ["protocol", "delivered"]);
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Receiver::start(Answer::status(200)).await;
    let url = elsewhere.url("/");
    for status in [301, 302, 303, 307, 308] {
        let redirect = Answer::with(status, &[("Location", &url)], "");
        let delivery = recovered_from(redirect, json!({})).await;
        assert_eq!(outcomes(&delivery), ["status", "delivered"]);
        assert_eq!(first_response(&delivery)["status"], status);
    }
    assert_eq!(elsewhere.waiting(), 0);
}

#[tokio::test]
async fn an_answer_that_never_ends_counts_and_is_cut() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::in_turn([Answer::endless(), Answer::status(200)]).await;
    scene.webhook(&receiver, json!({})).await;
    let event = scene.publish("key=repo:push").await;
    let delivery = scene.delivery(&event, "delivered").await;
    assert_eq!(outcomes(&delivery), ["delivered"]);
    let response = first_response(&delivery);
    assert_eq!(response["truncated"], true);
    assert!(response["body"].as_str().unwrap().len() <= 16 * 1024);
    // Its connection is dropped, and the next delivery has another.
    let event = scene.publish("key=repo:push").await;
    scene.delivery(&event, "delivered").await;
    receiver.take(2).await;
    scene.end().await;
}

#[tokio::test]
async fn a_refused_connection_is_told_apart() {
    let scene = Scene::start().await;
    let nobody = NobodyListens::start();
    let retry = json!({"attempts_max": 2, "delays_s": [0]});
    scene.webhook_to(&nobody.url(), json!({"retry": retry})).await;
    let event = scene.publish("key=repo:push").await;
    let delivery = scene.delivery(&event, "failed").await;
    assert_eq!(outcomes(&delivery), ["connect", "connect"]);
    assert_eq!(delivery["next_attempt_at"], Value::Null);
    assert!(delivery["finished_at"].is_string());
    scene.end().await;
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_told_apart() {
    let scene = Scene::start().await;
    let retry = json!({"attempts_max": 1, "delays_s": [0]});
    scene.webhook_to("http://nobody.invalid/", json!({"retry": retry})).await;
    let event = scene.publish("key=repo:push").await;
    assert_eq!(outcomes(&scene.delivery(&event, "failed").await), ["dns"]);
    scene.end().await;
}

#[tokio::test]
async fn gone_makes_the_webhook_inactive_and_its_others_wait() {
    let scene = Scene::start().await;
    scene.log.expect("answered 410");
    let mut receiver = Receiver::start(Answer::status(410)).await;
    let fields = json!({"max_in_flight": 1, "paused": true});
    let webhook = scene.webhook(&receiver, fields).await;
    let path = format!("/api/v1/webhooks/{webhook}");
    for _ in 0..4 {
        scene.publish("key=repo:push").await;
    }
    scene.act(&format!("{path}/resume")).await;
    let failed = scene.deliveries("failed", 1).await;
    assert_eq!(failed[0]["attempts_made"], 1);
    let webhook = scene.until("inactive", async || {
        Some(scene.get(&path).await).filter(|webhook| webhook["active"] == false)
    });
    assert_eq!(webhook.await["inactive_reason"], "gone");
    for waits in scene.deliveries("pending", 3).await {
        assert_eq!((&waits["waiting_for"], &waits["attempts_made"]), (&json!("paused"), &json!(0)));
    }
    receiver.next().await;
    assert_eq!(receiver.waiting(), 0);
    // No deliveries are made for it any more.
    let reply = scene.publish_body("key=repo:push", "{}").await;
    assert_eq!(reply.json()["deliveries"], 0);
    // A person resumes it, and those that waited are delivered.
    receiver.answers(Answer::status(200));
    scene.act(&format!("{path}/resume")).await;
    scene.deliveries("delivered", 3).await;
    scene.end().await;
}

#[tokio::test]
async fn retry_after_holds_the_whole_lane() {
    let scene = Scene::start().await;
    let busy = Answer::with(503, &[("Retry-After", "1")], "");
    let mut receiver = Receiver::in_turn([busy, Answer::status(200)]).await;
    scene.webhook(&receiver, json!({})).await;
    let first = scene.publish("key=a").await;
    receiver.next().await;
    let began = Instant::now();
    let failed = scene.delivery_when(&first, |delivery| delivery["attempts_made"] == 1);
    failed.await;
    let second = scene.publish("key=b").await;
    receiver.next().await;
    let waited = began.elapsed();
    assert!(waited.as_millis() >= 950, "neither goes before: {waited:?}");
    receiver.next().await;
    for event in [first, second] {
        scene.delivery(&event, "delivered").await;
    }
    scene.end().await;
}

#[tokio::test]
async fn a_dead_receiver_does_not_slow_another() {
    let scene = Scene::start().await;
    let mut dead = Receiver::start(Answer::held()).await;
    let mut well = Receiver::start(Answer::status(200)).await;
    scene.webhook(&dead, json!({"max_in_flight": 2})).await;
    scene.webhook(&well, json!({})).await;
    for _ in 0..20 {
        scene.publish("key=repo:push").await;
    }
    well.take(20).await;
    scene.deliveries("delivered", 20).await;
    assert_eq!((dead.most_at_once(), dead.waiting()), (2, 2));
    dead.release(20);
    dead.take(20).await;
    scene.deliveries("delivered", 40).await;
    scene.end().await;
}
