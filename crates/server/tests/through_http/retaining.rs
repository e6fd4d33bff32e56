//! Retention: finished events go, oldest first; what waits stays, and then accepting stops.

use std::sync::Arc;

use countersign_server::clock::MachineClock;
use pipeline::{
    Clock, EventId,
    store::{Accept, NewEvent, Retain, Slice, Upkeep},
};
use serde_json::{Value, json};
use store_sqlite::{SqliteStore, StoreOptions};
use testkit::{
    receivers::{Answer, Receiver},
    samples::Samples,
};

use crate::scene::Scene;

/// The least that can be configured: 16 MiB.
const SMALL: &str = "[history]\nsize_max_bytes = 16777216\n";
const MIB: usize = 1 << 20;
const DAY_MS: i64 = 24 * 3_600 * 1_000;

/// Publishes a large body. Answers the event's id.
async fn publish_large(scene: &Scene, parameters: &str, bytes: usize) -> String {
    let reply = scene.publish_body(parameters, vec![b' '; bytes]).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    reply.json()["id"].as_str().unwrap().to_owned()
}

async fn is_there(scene: &Scene, event: &str) -> bool {
    scene.api("GET", &format!("/api/v1/events/{event}"), None).await.status == 200
}

async fn readiness(scene: &Scene) -> Value {
    scene.api("GET", "/readyz", None).await.json()["status"].clone()
}

/// A number of the metrics page.
async fn metric(scene: &Scene, name: &str) -> u64 {
    let page = scene.api("GET", "/metrics", None).await.body;
    let page = String::from_utf8(page.to_vec()).unwrap();
    let mut lines = page.lines().filter_map(|line| line.strip_prefix(name));
    lines.next().unwrap_or_else(|| panic!("no {name}")).trim().parse().unwrap()
}

#[tokio::test]
async fn what_is_finished_goes_oldest_first_and_what_waits_stays() {
    let scene = Scene::with(SMALL).await;
    let receiver = Receiver::start(Answer::status(200)).await;
    scene.webhook(&receiver, json!({"scope": "done"})).await;
    scene.webhook(&receiver, json!({"scope": "waits", "paused": true})).await;
    let waits = publish_large(&scene, "key=k&scope=waits", MIB).await;
    let mut done = Vec::new();
    for number in 0..9 {
        let event = publish_large(&scene, "key=k&scope=done", 3 * MIB).await;
        scene.delivery_when(&event, |delivery| delivery["status"] == "delivered").await;
        // Every fourth nobody asks for.
        if number % 4 == 0 {
            done.push(publish_large(&scene, "key=k&scope=nobody", 1).await);
        }
        done.push(event);
    }
    let begun = async || (!is_there(&scene, &done[0]).await).then_some(());
    scene.until("the oldest one's end", begun).await;
    let size = "countersign_history_size_bytes ";
    let small = async || (metric(&scene, size).await <= 16 * MIB as u64).then_some(());
    scene.until("room", small).await;
    let mut stands = Vec::new();
    for event in &done {
        stands.push(is_there(&scene, event).await);
    }
    assert!(!stands[0] && stands[done.len() - 1], "{stands:?}");
    assert!(stands.is_sorted(), "not oldest first: {stands:?}");
    let gone = stands.iter().filter(|there| !**there).count() as u64;
    assert_eq!(metric(&scene, "countersign_events_removed_total ").await, gone);
    assert!(is_there(&scene, &waits).await);
    scene.deliveries("pending", 1).await;
    assert_eq!(readiness(&scene).await, "ready");
    scene.end().await;
}

#[tokio::test]
async fn where_everything_waits_accepting_stops_until_there_is_room() {
    let scene = Scene::with(SMALL).await;
    scene.log.expect("history is over its limit and everything in it waits");
    scene.log.expect("an event was not confirmed");
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let webhook = scene.webhook(&receiver, json!({"paused": true})).await;
    for _ in 0..6 {
        publish_large(&scene, "key=k", 3 * MIB).await;
    }
    let full = async || (readiness(&scene).await == "history_full").then_some(());
    scene.until("a full history", full).await;
    assert_eq!(metric(&scene, "countersign_history_full ").await, 1);
    let refused = scene.publish_body("key=k", "{}").await;
    assert_eq!((refused.status, &refused.json()["code"]), (503, &json!("history_full")));
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(scene.post("bitbucket", &bitbucket.push("r-1")).await.status, 503);
    scene.deliveries("pending", 6).await;

    scene.act(&format!("/api/v1/webhooks/{webhook}/resume")).await;
    receiver.take(6).await;
    let ready = async || (readiness(&scene).await == "ready").then_some(());
    scene.until("room again", ready).await;
    assert_eq!(metric(&scene, "countersign_history_full ").await, 0);
    scene.accepted("bitbucket", &bitbucket.push("r-1")).await;
    scene.end().await;
}

#[tokio::test]
async fn a_full_history_is_left_by_cancelling_what_waits() {
    let scene = Scene::with(SMALL).await;
    scene.log.expect("history is over its limit and everything in it waits");
    let receiver = Receiver::start(Answer::status(200)).await;
    scene.webhook(&receiver, json!({"paused": true})).await;
    for _ in 0..6 {
        publish_large(&scene, "key=k", 3 * MIB).await;
    }
    let full = async || (readiness(&scene).await == "history_full").then_some(());
    scene.until("a full history", full).await;
    let all = Some(json!({"status": "pending"}));
    assert_eq!(scene.api("POST", "/api/v1/deliveries/cancel", all).await.status, 202);
    let ready = async || (readiness(&scene).await == "ready").then_some(());
    scene.until("room again", ready).await;
    scene.publish("key=k").await;
    assert_eq!(receiver.waiting(), 0);
    scene.end().await;
}

/// An event as of so many days ago.
fn from_days_ago(samples: &Samples, days: i64) -> NewEvent {
    let now = MachineClock.now();
    let seq = ((now.as_millis() - days * DAY_MS) as u64) << 12;
    let mut new = samples.published("old", None, samples.body());
    Arc::make_mut(&mut new.event).facts.id = EventId::from_parts(seq, 7);
    new
}

#[tokio::test]
async fn after_thirty_days_what_is_finished_goes() {
    let mut scene = Scene::start().await;
    let receiver = Receiver::start(Answer::status(200)).await;
    let webhook = scene.webhook(&receiver, json!({"scope": "waits", "paused": true})).await;
    scene.stop().await;
    let samples = Samples::new(1);
    let mut events = Vec::new();
    let store = SqliteStore::open(&StoreOptions::new(scene.path("data"))).unwrap();
    for (days, waits) in [(32, false), (31, true), (29, false)] {
        let mut new = from_days_ago(&samples, days);
        if waits {
            samples.deliver(&mut new, webhook.parse().unwrap(), false);
        }
        events.push(new.event.facts.id.to_string());
        store.accept(new).await.unwrap();
    }
    store.close().await.unwrap();
    drop(store);
    scene.boot().await;
    let gone = async || (!is_there(&scene, &events[0]).await).then_some(());
    scene.until("the old one's end", gone).await;
    assert!(is_there(&scene, &events[1]).await, "it waits");
    assert!(is_there(&scene, &events[2]).await, "it is young");
    let age = metric(&scene, "countersign_history_oldest_event_age_seconds ").await;
    assert!(age >= 31 * 24 * 3_600, "{age}");
    scene.end().await;
}

#[tokio::test]
async fn what_has_lost_its_body_is_not_resent() {
    let mut scene = Scene::start().await;
    let receiver = Receiver::start(Answer::status(200)).await;
    scene.webhook(&receiver, json!({})).await;
    let webhook = scene.webhook(&receiver, json!({})).await;
    let event = scene.publish("key=k").await;
    scene.deliveries("delivered", 2).await;
    scene.stop().await;
    // An event with many deliveries loses its body first: here one whose removal was broken off.
    let store = SqliteStore::open(&StoreOptions::new(scene.path("data"))).unwrap();
    let later = MachineClock.now().plus_millis(1_000);
    let slice = Slice { rows_max: 1, ..Slice::new(None, later) };
    assert_eq!(store.remove_finished(slice).await.unwrap().events, 0);
    store.close().await.unwrap();
    drop(store);
    scene.boot().await;
    let left = scene.list(&format!("/api/v1/deliveries?event={event}")).await;
    assert_eq!(left.len(), 1);
    let id = left[0]["id"].as_str().unwrap();
    let reply = scene.api("POST", &format!("/api/v1/deliveries/{id}/resend"), None).await;
    assert_eq!((reply.status, &reply.json()["code"]), (409, &json!("body_expired")));
    // Nor is it missing to the webhook whose delivery went first.
    let asked = json!({"since": "2020-01-01T00:00:00Z", "status": "all", "dry_run": true});
    let path = format!("/api/v1/webhooks/{webhook}/recover");
    let estimate = scene.api("POST", &path, Some(asked)).await.json();
    assert_eq!(estimate["done"], 0);
    scene.end().await;
}
