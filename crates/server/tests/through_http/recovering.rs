//! Bulk work: what failed, was cancelled or was missed is brought, over restarts too.

use serde_json::{Value, json};
use testkit::receivers::{Answer, Receiver};

use crate::scene::{Scene, merged};

const SINCE: &str = "2020-01-01T00:00:00Z";

/// Begins a job. Answers its path.
async fn begin(scene: &Scene, path: &str, body: Value) -> String {
    let reply = scene.api("POST", path, Some(body)).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    format!("/api/v1/jobs/{}", reply.json()["number"])
}

/// What a job would do, and then what it did.
async fn estimated_and_done(scene: &Scene, path: &str, body: Value) -> (Value, Value) {
    let dry_run = merged(body.clone(), json!({"dry_run": true}));
    let reply = scene.api("POST", path, Some(dry_run)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let job = begin(scene, path, body).await;
    (reply.json(), ended(scene, &job).await)
}

/// A job once it has ended.
async fn ended(scene: &Scene, job: &str) -> Value {
    let look = async || Some(scene.get(job).await).filter(|job| job["state"] != "running");
    scene.until("the end of the job", look).await
}

/// Publishes so many events in batches.
async fn publish_many(scene: &Scene, number: usize) {
    for batch in (0..number).collect::<Vec<_>>().chunks(500) {
        let event = |number| json!({"key": "repo:push", "body": format!("[{number}]")});
        let events: Vec<Value> = batch.iter().map(event).collect();
        let reply =
            scene.api("POST", "/api/v1/events/batch", Some(json!({"events": events}))).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
}

#[tokio::test]
async fn failed_deliveries_are_recovered_as_the_dry_run_said() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(500)).await;
    let once = json!({"retry": {"attempts_max": 1, "delays_s": [0]}});
    let webhook = scene.webhook(&receiver, once).await;
    for key in ["repo:push", "repo:fork", "issue:created"] {
        scene.publish(&format!("key={key}")).await;
    }
    scene.deliveries("failed", 3).await;
    let first: Vec<_> = receiver.take(3).await;
    receiver.answers(Answer::status(200));
    let path = format!("/api/v1/webhooks/{webhook}/recover");
    let asked = json!({"since": SINCE, "events": ["repo:*"]});
    let (estimate, job) = estimated_and_done(&scene, &path, asked).await;
    assert_eq!((&job["state"], &job["done"]), (&json!("done"), &json!(2)));
    for count in ["looked_at", "done", "without_body"] {
        assert_eq!(estimate[count], job[count], "{count}");
    }
    scene.deliveries("delivered", 2).await;
    let again = receiver.take(2).await;
    for arrived in &again {
        let id = arrived.header("X-Request-UUID");
        assert!(first.iter().any(|one| one.header("X-Request-UUID") == id));
        assert_eq!(arrived.header("X-Attempt-Number"), Some("2"));
    }
    assert_eq!(scene.deliveries("failed", 1).await.len(), 1);
    let recoveries = scene.list(&format!("/api/v1/webhooks/{webhook}/recoveries")).await;
    assert_eq!(recoveries, [job]);
    scene.end().await;
}

#[tokio::test]
async fn what_a_webhook_missed_is_brought_once() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let webhook = scene.webhook(&receiver, json!({})).await;
    let had = scene.publish("key=had").await;
    scene.delivery(&had, "delivered").await;
    receiver.next().await;
    let path = format!("/api/v1/webhooks/{webhook}");
    scene.change(&path, json!({"active": false})).await;
    let mut missed = Vec::new();
    for number in 0..3 {
        missed.push(scene.publish(&format!("key=missed.{number}")).await);
    }
    scene.change(&path, json!({"active": true})).await;
    let recover = format!("{path}/recover");
    let asked = json!({"since": SINCE, "status": "missing"});
    let (estimate, job) = estimated_and_done(&scene, &recover, asked.clone()).await;
    assert_eq!((&estimate["done"], &job["done"]), (&json!(3), &json!(3)));
    let mut keys: Vec<_> = receiver.take(3).await;
    keys.sort_by_key(|arrived| arrived.header("X-Event-Key").map(str::to_owned));
    for (number, arrived) in keys.iter().enumerate() {
        assert_eq!(arrived.header("X-Event-Key"), Some(format!("missed.{number}").as_str()));
        assert_eq!(arrived.header("X-Attempt-Number"), Some("1"));
    }
    scene.deliveries("delivered", 4).await;
    let (estimate, job) = estimated_and_done(&scene, &recover, asked.clone()).await;
    assert_eq!((&estimate["done"], &job["done"]), (&json!(0), &json!(0)));
    assert_eq!(receiver.waiting(), 0, "nothing was brought twice");

    // One that did not exist gets everything; while it is paused that waits.
    let late = scene.webhook(&receiver, json!({"paused": true})).await;
    let job = begin(&scene, &format!("/api/v1/webhooks/{late}/recover"), asked).await;
    assert_eq!(ended(&scene, &job).await["done"], 4);
    scene.deliveries("pending", 4).await;
    scene.act(&format!("/api/v1/webhooks/{late}/resume")).await;
    scene.deliveries("delivered", 8).await;
    scene.end().await;
}

/// A webhook that drains slowly, and a recovery of 1,400 events that waits for it at 1,200.
async fn halfway(scene: &Scene, receiver: &Receiver) -> (String, String) {
    publish_many(scene, 1_400).await;
    let slow = json!({"rate_limit": {"per_second": 1, "burst": 1}, "max_in_flight": 1});
    let webhook = scene.webhook(receiver, slow).await;
    let asked = json!({"since": SINCE, "status": "missing"});
    let job = begin(scene, &format!("/api/v1/webhooks/{webhook}/recover"), asked).await;
    let look = async || Some(scene.get(&job).await).filter(|job| job["done"] == 1_200);
    scene.until("most of it", look).await;
    // It waits: many requests later it is where it was.
    for _ in 0..100 {
        assert_eq!(scene.get(&job).await["done"], 1_200);
    }
    (webhook, job)
}

/// A page of a webhook's deliveries tells nothing of doubles: its events do.
async fn events_with_deliveries(scene: &Scene, webhook: &str) -> (usize, usize) {
    let (mut deliveries, mut events) = (0, std::collections::HashSet::new());
    let mut path = format!("/api/v1/webhooks/{webhook}/deliveries?limit=500");
    loop {
        let page = scene.get(&path).await;
        let items = page["items"].as_array().unwrap();
        deliveries += items.len();
        events.extend(items.iter().map(|item| item["event"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => {
                path = format!("/api/v1/webhooks/{webhook}/deliveries?limit=500&cursor={next}");
            }
            None => return (deliveries, events.len()),
        }
    }
}

#[tokio::test]
async fn a_job_goes_on_after_a_restart_where_it_was() {
    let mut scene = Scene::start().await;
    let receiver = Receiver::start(Answer::status(200)).await;
    let (webhook, job) = halfway(&scene, &receiver).await;
    assert_eq!(scene.get(&job).await["state"], "running");
    assert_eq!(events_with_deliveries(&scene, &webhook).await, (1_200, 1_200));
    scene.restart().await;
    let job = ended(&scene, &job).await;
    assert_eq!((&job["state"], &job["done"]), (&json!("done"), &json!(1_400)));
    assert_eq!(job["looked_at"], 1_400);
    assert_eq!(events_with_deliveries(&scene, &webhook).await, (1_400, 1_400));
    scene.end().await;
}

#[tokio::test]
async fn a_job_that_is_stopped_goes_no_further_after_a_restart_either() {
    let mut scene = Scene::start().await;
    let receiver = Receiver::start(Answer::status(200)).await;
    let (webhook, job) = halfway(&scene, &receiver).await;
    let stopped = scene.act(&format!("{job}/stop")).await;
    assert_eq!((&stopped["state"], &stopped["done"]), (&json!("stopped"), &json!(1_200)));
    let again = scene.api("POST", &format!("{job}/stop"), None).await;
    assert_eq!((again.status, &again.json()["code"]), (409, &json!("job_ended")));
    scene.restart().await;
    assert_eq!(scene.get(&job).await, stopped);
    assert_eq!(events_with_deliveries(&scene, &webhook).await, (1_200, 1_200));
    scene.end().await;
}

#[tokio::test]
async fn what_waits_is_cancelled_by_a_filter_and_resent_by_another() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let webhook = scene.webhook(&receiver, json!({"paused": true})).await;
    for number in 0..4 {
        scene.publish(&format!("key=k&scope=acme/{number}")).await;
    }
    let asked = json!({"webhook": webhook, "scope": "acme/3"});
    let (estimate, job) = estimated_and_done(&scene, "/api/v1/deliveries/cancel", asked).await;
    assert_eq!((&estimate["done"], &job["done"]), (&json!(1), &json!(1)));
    let all = json!({"status": "pending"});
    let (_, job) = estimated_and_done(&scene, "/api/v1/deliveries/cancel", all).await;
    assert_eq!(job["done"], 3);
    scene.act(&format!("/api/v1/webhooks/{webhook}/resume")).await;
    let marker = scene.publish("key=marker").await;
    scene.delivery(&marker, "delivered").await;
    assert_eq!(receiver.next().await.header("X-Event-Key"), Some("marker"));
    assert_eq!(receiver.waiting(), 0, "what was cancelled is not sent");

    let asked = json!({"status": "cancelled", "webhook": webhook});
    let (estimate, job) = estimated_and_done(&scene, "/api/v1/deliveries/resend", asked).await;
    assert_eq!((&estimate["done"], &job["done"]), (&json!(4), &json!(4)));
    receiver.take(4).await;
    scene.deliveries("delivered", 5).await;
    scene.end().await;
}
