//! What waits or is under way when the server stops is delivered by the next run.

use serde_json::json;
use testkit::receivers::{Answer, Receiver};

use crate::scene::{Scene, outcomes};

#[tokio::test]
async fn what_waits_is_there_after_a_restart() {
    let mut scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let fields = json!({"source": "bitbucket", "paused": true});
    let webhook = scene.webhook(&receiver, fields).await;
    for number in 0..3 {
        let body = format!("[{number}]");
        scene
            .accepted("bitbucket", &bitbucket.sign("repo:push", &format!("r{number}"), body))
            .await;
    }
    scene.restart().await;
    scene.deliveries("pending", 3).await;
    scene.act(&format!("/api/v1/webhooks/{webhook}/resume")).await;
    let mut bodies: Vec<_> = receiver.take(3).await.into_iter().map(|one| one.body).collect();
    bodies.sort();
    assert_eq!(bodies, ["[0]", "[1]", "[2]"]);
    scene.deliveries("delivered", 3).await;
    // The source's secret came through as well.
    scene.accepted("bitbucket", &bitbucket.push("later")).await;
    scene.end().await;
}

#[tokio::test]
async fn a_retry_that_is_due_later_is_made_by_the_next_run() {
    let mut scene = Scene::start().await;
    let mut receiver = Receiver::in_turn([Answer::status(500), Answer::status(200)]).await;
    scene.webhook(&receiver, json!({"retry": {"delays_s": [1]}})).await;
    let event = scene.publish("key=repo:push").await;
    scene.delivery_when(&event, |delivery| delivery["attempts_made"] == 1).await;
    scene.restart().await;
    let delivery = scene.delivery(&event, "delivered").await;
    assert_eq!(outcomes(&delivery), ["status", "delivered"]);
    let arrived = receiver.take(2).await;
    assert_eq!(arrived[1].header("X-Attempt-Number"), Some("2"));
    assert_eq!(arrived[0].header("X-Request-UUID"), arrived[1].header("X-Request-UUID"));
    scene.end().await;
}

#[tokio::test]
async fn an_attempt_under_way_ends_before_the_server_does() {
    let mut scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::held()).await;
    scene.webhook(&receiver, json!({"max_in_flight": 1})).await;
    let event = scene.publish("key=first").await;
    receiver.next().await;
    let waits = scene.publish("key=second").await;
    receiver.release(1);
    scene.restart().await;
    assert_eq!(scene.delivery(&event, "delivered").await["attempts_made"], 1);
    receiver.release(1);
    scene.delivery(&waits, "delivered").await;
    assert_eq!(receiver.next().await.header("X-Event-Key"), Some("second"));
    assert_eq!(receiver.waiting(), 0, "nothing was sent twice");
    scene.end().await;
}

#[tokio::test]
async fn an_attempt_that_does_not_end_is_made_again() {
    let mut scene = Scene::prepare();
    std::fs::write(
        scene.path("countersign.toml"),
        "[server]\nlisten = '127.0.0.1:0'\nadmin = '127.0.0.1:0'\ndata = 'data'\ndrain_s = 0\n\
         [store]\nreserve_bytes = 0\n",
    )
    .unwrap();
    scene.boot().await;
    scene.log.expect("still under way at the end");
    let mut receiver = Receiver::in_turn([Answer::hang(), Answer::status(200)]).await;
    scene.webhook(&receiver, json!({})).await;
    let event = scene.publish("key=repo:push").await;
    let first = receiver.next().await;
    scene.restart().await;
    let second = receiver.next().await;
    let delivery = scene.delivery(&event, "delivered").await;
    assert_eq!(outcomes(&delivery), ["delivered"], "what was not recorded did not count");
    for arrived in [first, second] {
        assert_eq!(arrived.header("X-Request-UUID"), delivery["request_id"].as_str());
        assert_eq!(arrived.header("X-Attempt-Number"), Some("1"));
    }
    scene.end().await;
}

#[tokio::test]
async fn stopping_answers_the_requests_that_are_there() {
    let mut scene = Scene::start().await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let mut senders = tokio::task::JoinSet::new();
    for number in 0..8 {
        let signed = bitbucket.sign("repo:push", &format!("r{number}"), format!("[{number}]"));
        let request = signed.request("bitbucket");
        senders.spawn(crate::exchange::send(scene.public(), request));
    }
    let replies = senders.join_all().await;
    let token = scene.token().to_owned();
    scene.restart().await;
    assert_eq!(token, scene.token(), "the token stays");
    let events = scene.list("/api/v1/events").await;
    for reply in replies {
        assert!(events.iter().any(|event| event["id"] == reply.json()["event"]));
    }
    scene.end().await;
}

#[tokio::test]
async fn stopping_leaves_one_whole_database() {
    let mut scene = Scene::start().await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    for number in 0..10 {
        scene.accepted("bitbucket", &bitbucket.push(&number.to_string())).await;
        scene.list("/api/v1/events").await;
        scene.stop().await;
        let journal = scene.path("data/countersign.db-wal");
        assert!(!journal.exists(), "the journal is folded into the database");
        scene.boot().await;
    }
    scene.end().await;
}
