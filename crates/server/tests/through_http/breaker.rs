//! After five failures in a row a webhook's deliveries wait, and single probes go on.

use serde_json::json;
use testkit::receivers::{Answer, Receiver};

use crate::scene::Scene;

const OPENED: &str = "failing: its deliveries wait";

/// A webhook whose breaker has just opened, with one delivery that failed five times and three that
/// wait for their first attempt.
async fn opened(scene: &Scene, receiver: &mut Receiver) -> String {
    scene.log.expect(OPENED);
    let webhook = scene.webhook(receiver, json!({})).await;
    let first = scene.publish("key=first").await;
    receiver.take(5).await;
    let parked = scene.delivery_when(&first, |delivery| {
        delivery["attempts_made"] == 5 && delivery["waiting_for"] == "breaker"
    });
    assert_eq!(parked.await["status"], "pending");
    for _ in 0..3 {
        let event = scene.publish("key=later").await;
        let waits = scene.delivery_when(&event, |delivery| delivery["waiting_for"] == "breaker");
        assert_eq!(waits.await["attempts_made"], 0);
    }
    assert_eq!(receiver.waiting(), 0, "nothing is sent while it is open");
    webhook
}

#[tokio::test]
async fn a_probe_brings_all_of_them_back() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(500)).await;
    let began = std::time::Instant::now();
    opened(&scene, &mut receiver).await;
    receiver.answers(Answer::status(200));
    let probe = receiver.next().await;
    assert!(began.elapsed().as_secs() >= 10, "the first probe waits 10 s");
    assert_eq!(probe.header("X-Event-Key"), Some("later"), "the one with fewest attempts");
    receiver.take(3).await;
    scene.deliveries("delivered", 4).await;
    scene.end().await;
}

#[tokio::test]
async fn a_person_ends_the_wait_and_a_failed_probe_begins_another() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(500)).await;
    let webhook = opened(&scene, &mut receiver).await;
    let resume = format!("/api/v1/webhooks/{webhook}/resume");
    scene.act(&resume).await;
    receiver.next().await;
    let waits = "/api/v1/deliveries?status=pending&key=later";
    scene
        .until("the probe failed and everything waits again", async || {
            let waiting = scene.list(waits).await;
            let probed = waiting.iter().any(|delivery| delivery["attempts_made"] == 1);
            let held = waiting.iter().all(|delivery| delivery["waiting_for"] == "breaker");
            (probed && held).then_some(())
        })
        .await;
    assert_eq!(receiver.waiting(), 0, "one probe and no more");
    receiver.answers(Answer::status(200));
    scene.act(&resume).await;
    receiver.take(4).await;
    scene.deliveries("delivered", 4).await;
    scene.end().await;
}

#[tokio::test]
async fn statuses_about_one_delivery_do_not_open_it() {
    let scene = Scene::start().await;
    let answers = |nth| Answer::status(if nth <= 8 { 404 } else { 200 });
    let mut receiver = Receiver::script(answers).await;
    scene.webhook(&receiver, json!({})).await;
    let event = scene.publish("key=repo:push").await;
    let delivery = scene.delivery(&event, "delivered").await;
    assert_eq!(delivery["attempts_made"], 9);
    receiver.take(9).await;
    scene.end().await;
}
