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

#[tokio::test]
async fn it_is_still_open_after_a_restart() {
    let mut scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(500)).await;
    let webhook = opened(&scene, &mut receiver).await;
    scene.restart().await;
    let waits = "/api/v1/deliveries?status=pending&key=later";
    for delivery in scene.list(waits).await {
        assert_eq!(delivery["waiting_for"], "breaker");
    }
    assert_eq!(receiver.waiting(), 0, "the start sends nothing");
    receiver.answers(Answer::status(200));
    scene.act(&format!("/api/v1/webhooks/{webhook}/resume")).await;
    receiver.take(4).await;
    scene.deliveries("delivered", 4).await;
    scene.restart().await;
    scene.publish("key=after").await;
    receiver.next().await;
    scene.deliveries("delivered", 5).await;
    scene.end().await;
}

#[tokio::test]
async fn a_receiver_that_fails_for_too_long_is_given_up() {
    let scene = Scene::start().await;
    scene.log.expect("failing for too long");
    let receiver = Receiver::start(Answer::status(400)).await;
    let retry = json!({"delays_s": [0, 1], "attempts_max": 100});
    let webhook = scene.webhook(&receiver, json!({"deactivate_after_s": 1, "retry": retry})).await;
    scene.publish("key=repo:push").await;
    let path = format!("/api/v1/webhooks/{webhook}");
    scene
        .until("it was made inactive", async || {
            (scene.get(&path).await["active"] == false).then_some(())
        })
        .await;
    assert_eq!(scene.get(&path).await["inactive_reason"], "failing");
    let waiting = scene.list("/api/v1/deliveries?status=pending").await;
    assert_eq!(waiting.len(), 1, "nothing is lost");
    receiver.answers(Answer::status(200));
    let shown = scene.change(&path, json!({"active": true})).await;
    assert_eq!(shown["inactive_reason"], json!(null));
    scene.deliveries("delivered", 1).await;
    scene.end().await;
}

#[tokio::test]
async fn a_rate_limit_holds_and_says_so() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let limit = json!({"rate_limit": {"per_second": 4, "burst": 2}});
    scene.webhook(&receiver, limit).await;
    let began = std::time::Instant::now();
    for _ in 0..8 {
        scene.publish("key=repo:push").await;
    }
    let waiting = scene.list("/api/v1/deliveries?status=pending").await;
    assert!(waiting.iter().any(|delivery| delivery["waiting_for"] == "rate"), "{waiting:?}");
    receiver.take(8).await;
    // Two at once, and six more at four a second.
    assert!(began.elapsed().as_millis() >= 1_400, "{:?}", began.elapsed());
    scene.deliveries("delivered", 8).await;
    scene.end().await;
}
