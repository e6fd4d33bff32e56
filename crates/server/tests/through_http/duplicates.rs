//! The same again: recognised, and delivered once.

use serde_json::json;
use testkit::receivers::{Answer, Receiver};

use crate::{
    exchange,
    scene::{Scene, outcomes},
    sender::Sender,
};

#[tokio::test]
async fn the_same_id_and_body_is_the_first_event() {
    let mut scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    scene.webhook(&receiver, json!({"source": "bitbucket"})).await;
    let signed = bitbucket.push("1");
    let first = scene.accepted("bitbucket", &signed).await;
    receiver.next().await;
    scene.delivery(&first, "delivered").await;
    for restart in [false, true] {
        if restart {
            scene.restart().await;
        }
        let reply = scene.post("bitbucket", &signed).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json(), json!({"status": "duplicate", "event": first}));
    }
    assert_eq!(scene.list("/api/v1/events").await.len(), 1);
    assert_eq!(scene.deliveries("delivered", 1).await[0]["attempts_made"], 1);
    assert_eq!(receiver.waiting(), 0);
    scene.end().await;
}

#[tokio::test]
async fn the_same_id_with_another_body_is_new_and_marked() {
    let scene = Scene::start().await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let first = scene.accepted("bitbucket", &bitbucket.sign("repo:push", "1", "a")).await;
    let second = scene.accepted("bitbucket", &bitbucket.sign("repo:push", "1", "b")).await;
    assert_ne!(first, second);
    let marked =
        async |id| scene.get(&format!("/api/v1/events/{id}")).await["request_id_reused"] == true;
    assert!(!marked(first).await && marked(second).await);
    scene.end().await;
}

#[tokio::test]
async fn the_same_body_under_another_id_is_new_and_says_of_what_it_is_a_repeat() {
    let scene = Scene::start().await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let first = scene.accepted("bitbucket", &bitbucket.push("1")).await;
    let second = scene.accepted("bitbucket", &bitbucket.push("2")).await;
    let kept = scene.get(&format!("/api/v1/events/{second}")).await;
    assert_eq!(kept["repeat_of"], first);
    let kept = scene.get(&format!("/api/v1/events/{first}")).await;
    assert_eq!(kept["repeat_of"], json!(null));
    scene.end().await;
}

#[tokio::test]
async fn within_the_replay_window_the_same_body_is_a_duplicate() {
    let scene = Scene::start().await;
    let bitbucket = Sender::new("bitbucket-cloud");
    scene.source_of("bitbucket", &bitbucket, json!({"replay_window_s": 3600})).await;
    let first = scene.accepted("bitbucket", &bitbucket.push("1")).await;
    let reply = scene.post("bitbucket", &bitbucket.push("2")).await;
    assert_eq!((reply.status, reply.json()["event"].as_str()), (200, Some(first.as_str())));
    let other = bitbucket.sign("repo:push", "2", "another body");
    scene.accepted("bitbucket", &other).await;
    scene.end().await;
}

#[tokio::test]
async fn without_an_id_nothing_is_a_duplicate_by_id() {
    let scene = Scene::start().await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let signed = bitbucket.push("1").without("X-Request-UUID");
    let first = scene.accepted("bitbucket", &signed).await;
    let second = scene.accepted("bitbucket", &signed).await;
    let events = scene.list("/api/v1/events").await;
    assert_eq!(events[0]["id"], second, "newest first");
    assert_eq!(events[0]["repeat_of"], first);
    assert_ne!(events[0]["request_id"], events[1]["request_id"]);
    assert_eq!(events[0]["request_id"].as_str().unwrap().len(), 36, "a UUID of ours");
    scene.end().await;
}

#[tokio::test]
async fn sources_do_not_share_ids() {
    let scene = Scene::start().await;
    let one = scene.source("one", "bitbucket-cloud").await;
    let two = scene.source("two", "bitbucket-cloud").await;
    scene.accepted("one", &one.push("1")).await;
    scene.accepted("two", &two.push("1")).await;
    scene.end().await;
}

#[tokio::test]
async fn a_duplicate_of_an_event_whose_delivery_failed_makes_it_due_again() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::in_turn([Answer::status(500), Answer::status(200)]).await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let retry = json!({"attempts_max": 1, "delays_s": [0]});
    scene.webhook(&receiver, json!({"source": "bitbucket", "retry": retry})).await;
    let signed = bitbucket.push("1");
    let event = scene.accepted("bitbucket", &signed).await;
    scene.delivery(&event, "failed").await;
    let reply = scene.post("bitbucket", &signed).await;
    assert_eq!((reply.status, reply.json()["status"].as_str()), (200, Some("duplicate")));
    let delivery = scene.delivery(&event, "delivered").await;
    assert_eq!(outcomes(&delivery), ["status", "delivered"]);
    let arrived = receiver.take(2).await;
    let attempts = arrived.iter().map(|arrived| arrived.header("X-Attempt-Number"));
    assert_eq!(attempts.collect::<Vec<_>>(), [Some("1"), Some("2")]);
    scene.end().await;
}

#[tokio::test]
async fn fifty_at_once_are_one_event_and_one_delivery() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    scene.webhook(&receiver, json!({"source": "bitbucket"})).await;
    let signed = bitbucket.push("1");
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..50 {
        senders.spawn(exchange::send(scene.public(), signed.request("bitbucket")));
    }
    let replies = senders.join_all().await;
    let count = |status| replies.iter().filter(|reply| reply.status == status).count();
    assert_eq!((count(202), count(200)), (1, 49));
    let events = scene.list("/api/v1/events").await;
    assert_eq!(events.len(), 1);
    assert!(replies.iter().all(|reply| reply.json()["event"] == events[0]["id"]));
    receiver.next().await;
    assert_eq!(scene.deliveries("delivered", 1).await[0]["attempts_made"], 1);
    assert_eq!(scene.list("/api/v1/deliveries").await.len(), 1);
    assert_eq!(receiver.waiting(), 0);
    scene.end().await;
}
