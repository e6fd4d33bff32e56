//! `diagnostics:ping`: Bitbucket Data Center tests a connection without a signature.

use serde_json::json;

use crate::{
    scene::Scene,
    sender::{Sender, Signed},
};

const PING: &str = r#"{"test": true}"#;

fn unsigned(body: &str) -> Signed {
    let sender = Sender::new("bitbucket-data-center");
    let signed = sender.sign("diagnostics:ping", "ping-1", body.to_owned());
    signed.without("X-Hub-Signature")
}

#[tokio::test]
async fn an_unsigned_ping_is_answered_and_nothing_is_kept() {
    let scene = Scene::start().await;
    scene.source("dc", "bitbucket-data-center").await;
    for body in [PING.to_owned(), "x".repeat(64), String::new()] {
        let reply = scene.post("dc", &unsigned(&body)).await;
        assert_eq!((reply.status, reply.json()), (200, json!({"status": "pong"})));
    }
    scene.nothing_stored().await;
    assert_eq!(scene.list("/api/v1/refusals").await.len(), 0);
    scene.end().await;
}

#[tokio::test]
async fn a_source_that_asks_for_a_password_alone_answers_pings_too() {
    let scene = Scene::start().await;
    let basic = json!({"username": "ci", "password": "pass:word"});
    let source = json!({"name": "dc", "dialect": "bitbucket-data-center", "basic_auth": basic});
    scene.create("/api/v1/sources", source).await;
    for ping in [unsigned(PING), unsigned(PING).set("Authorization", "Basic Y2k6cGFzczp3b3Jk")] {
        let reply = scene.post("dc", &ping).await;
        assert_eq!((reply.status, reply.json()), (200, json!({"status": "pong"})));
    }
    scene.nothing_stored().await;
    scene.end().await;
}

#[tokio::test]
async fn what_only_looks_like_a_ping_is_refused() {
    let scene = Scene::start().await;
    scene.source("cloud", "bitbucket-cloud").await;
    scene.source("dc", "bitbucket-data-center").await;
    let quiet = Sender::new("bitbucket-data-center");
    scene.source_of("quiet", &quiet, json!({"ping": false})).await;
    let wrong = "sha256=0000000000000000000000000000000000000000000000000000000000000000";
    for (source, signed) in [
        ("cloud", unsigned(PING)),
        ("quiet", unsigned(PING)),
        ("nobody", unsigned(PING)),
        ("dc", unsigned(&"x".repeat(65))),
        ("dc", unsigned(PING).set("X-Event-Key", "repo:refs_changed")),
        ("dc", unsigned(PING).set("X-Hub-Signature", wrong)),
        ("dc", unsigned(PING).set("X-Hub-Signature", "sha1=00")),
    ] {
        assert_eq!(scene.post(source, &signed).await.status, 403, "{source} {signed:?}");
    }
    scene.nothing_stored().await;
    scene.end().await;
}

#[tokio::test]
async fn a_signed_ping_is_an_event() {
    let scene = Scene::start().await;
    let sender = scene.source("dc", "bitbucket-data-center").await;
    let signed = sender.sign("diagnostics:ping", "ping-1", PING);
    let event = scene.accepted("dc", &signed).await;
    let kept = scene.get(&format!("/api/v1/events/{event}")).await;
    assert_eq!(kept["key"], "diagnostics:ping");
    scene.end().await;
}
