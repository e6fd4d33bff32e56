//! Countersign's own events: when something goes wrong, somebody is told by an ordinary webhook.

use serde_json::{Value, json};
use testkit::receivers::{Answer, Arrived, Receiver};

use crate::{scene::Scene, sender::Sender};

/// A webhook that asks for all of them, and for nothing else.
async fn listening(scene: &Scene, receiver: &Receiver) -> Sender {
    let inside = Sender::new("bitbucket-cloud");
    let fields = json!({"events": ["countersign:*"], "secret": inside.secret()});
    scene.webhook(receiver, fields).await;
    inside
}

fn told(arrived: &Arrived) -> (String, Value) {
    let body: Value = serde_json::from_slice(&arrived.body).unwrap();
    let key = arrived.header("X-Event-Key").unwrap().to_owned();
    assert_eq!(body["type"], key);
    (key, body)
}

#[tokio::test]
async fn a_failing_webhook_a_failed_delivery_and_a_recovery_are_told() {
    let scene = Scene::start().await;
    scene.log.expect("failing: its deliveries wait");
    let mut teller = Receiver::start(Answer::status(200)).await;
    let inside = listening(&scene, &teller).await;
    let receiver = Receiver::start(Answer::status(500)).await;
    let retry = json!({"delays_s": [0], "attempts_max": 5});
    let fields = json!({"description": "to CI", "events": ["repo:push"], "retry": retry});
    let webhook = scene.webhook(&receiver, fields).await;
    let event = scene.publish("key=repo:push").await;
    let arrived = teller.take(2).await;
    assert!(arrived.iter().all(|arrived| inside.verifies(arrived)), "signed as any other");
    let mut all: Vec<_> = arrived.iter().map(told).collect();
    all.sort_by(|one, two| one.0.cmp(&two.0));
    let [(failed, about), (failing, whose)] = all.try_into().unwrap();
    assert_eq!(failed, "countersign:delivery_failed");
    assert_eq!((&about["event"], &about["attempts_made"]), (&json!(event), &json!(5)));
    assert_eq!(failing, "countersign:webhook_failing");
    assert_eq!(whose["webhook"]["id"], json!(webhook));
    assert_eq!(whose["webhook"]["description"], "to CI");
    assert!(!whose.to_string().contains("127.0.0.1"), "no URL");

    receiver.answers(Answer::status(200));
    scene.publish("key=repo:push").await;
    scene.act(&format!("/api/v1/webhooks/{webhook}/resume")).await;
    let (recovered, _) = told(&teller.next().await);
    assert_eq!(recovered, "countersign:webhook_recovered");
    scene.end().await;
}

#[tokio::test]
async fn a_webhook_that_is_given_up_is_told() {
    let scene = Scene::start().await;
    scene.log.expect("answered 410");
    let mut teller = Receiver::start(Answer::status(200)).await;
    listening(&scene, &teller).await;
    let receiver = Receiver::start(Answer::status(410)).await;
    scene.webhook(&receiver, json!({"events": ["repo:push"]})).await;
    scene.publish("key=repo:push").await;
    let mut keys: Vec<_> = teller.take(2).await.iter().map(|arrived| told(arrived).0).collect();
    keys.sort();
    assert_eq!(keys, ["countersign:delivery_failed", "countersign:webhook_deactivated"]);
    scene.end().await;
}

#[tokio::test]
async fn a_source_that_refuses_again_and_again_is_told_once() {
    let scene = Scene::start().await;
    let mut teller = Receiver::start(Answer::status(200)).await;
    listening(&scene, &teller).await;
    scene.source("bitbucket", "bitbucket-cloud").await;
    let stranger = Sender::new("bitbucket-cloud");
    for number in 0..20 {
        let forged = stranger.push(&format!("forged-{number}"));
        assert_eq!(scene.post("bitbucket", &forged).await.status, 403);
        assert_eq!(scene.post("nobody", &forged).await.status, 403);
    }
    let (key, body) = told(&teller.next().await);
    assert_eq!(
        (key.as_str(), &body["reason"]),
        ("countersign:source_refusing", &json!("mismatch"))
    );
    assert_eq!((&body["source"]["name"], &body["count"]), (&json!("bitbucket"), &json!(5)));
    scene.publish("key=repo:push&scope=acme").await;
    assert_eq!(teller.waiting(), 0);
    scene.end().await;
}

#[tokio::test]
async fn they_are_asked_for_by_name_and_raise_none_about_themselves() {
    let scene = Scene::start().await;
    scene.log.expect("answered 410");
    let mut everything = Receiver::start(Answer::status(200)).await;
    scene.webhook(&everything, json!({})).await;
    // The teller itself fails: nobody is told of that.
    let teller = Receiver::start(Answer::status(400)).await;
    let retry = json!({"attempts_max": 1});
    scene.webhook(&teller, json!({"events": ["countersign:*"], "retry": retry})).await;
    let gone = Receiver::start(Answer::status(410)).await;
    scene.webhook(&gone, json!({"events": ["repo:push"]})).await;
    scene.publish("key=repo:push").await;
    assert_eq!(everything.next().await.header("X-Event-Key"), Some("repo:push"));
    scene
        .until("what was told has failed", async || {
            let failed = scene.list("/api/v1/deliveries?status=failed&scope=countersign").await;
            (failed.len() == 2).then_some(())
        })
        .await;
    let events = scene.list("/api/v1/events?scope=countersign").await;
    assert_eq!(events.len(), 2, "one for the delivery and one for the webhook, none about them");
    assert_eq!(everything.waiting(), 0, "`*` asks for none of them");
    let reserved = scene.api("POST", "/api/v1/events?key=x&scope=countersign", None).await;
    assert_eq!(reserved.status, 422);
    scene.end().await;
}
