//! What is genuine is accepted, kept and delivered, byte for byte.

use serde_json::json;
use testkit::receivers::{Answer, Receiver};

use crate::{
    scene::Scene,
    sender::{PUSH, Sender},
};

#[tokio::test]
async fn a_genuine_push_is_kept_and_delivered_as_received() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    scene.webhook(&receiver, json!({"source": "bitbucket"})).await;

    let signed = bitbucket.push("push-1").set("User-Agent", "Bitbucket-Webhooks/2.0");
    let signed = signed.set("Content-Type", "application/json; charset=utf-8");
    let event = scene.accepted("bitbucket", &signed).await;

    let arrived = receiver.next().await;
    assert_eq!((arrived.target.as_str(), &arrived.body[..]), ("/hook", PUSH));
    for (name, value) in &signed.headers {
        assert_eq!(arrived.header(name.as_str()), value.to_str().ok(), "{name}");
    }
    assert!(bitbucket.verifies(&arrived), "the received signature is kept");

    let delivery = scene.delivery(&event, "delivered").await;
    assert_eq!(delivery["attempts_made"], 1);
    let kept = scene.get(&format!("/api/v1/events/{event}")).await;
    assert_eq!(kept["key"], "repo:push");
    assert_eq!(kept["scope"], "acme/api");
    assert_eq!(kept["source"], "bitbucket");
    assert_eq!(kept["request_id"], "push-1");
    assert_eq!(kept["content_type"], "application/json; charset=utf-8");
    assert_eq!(kept["size_bytes"], PUSH.len());
    assert_eq!(kept["verified"], true);
    scene.end().await;
}

#[tokio::test]
async fn only_headers_that_are_the_events_own_go_on() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let bitbucket = Sender::new("bitbucket-cloud");
    let fields = json!({"forward_headers": ["X-Build", "X-Hop"]});
    scene.source_of("bitbucket", &bitbucket, fields).await;
    scene.webhook(&receiver, json!({"source": "bitbucket"})).await;

    let mut signed = bitbucket.push("1").set("X-Build", "42").set("X-Attempt-Number", "7");
    let stripped = [
        ("Authorization", "Bearer x"),
        ("Cookie", "a=b"),
        ("Forwarded", "for=1.2.3.4"),
        ("X-Forwarded-For", "1.2.3.4"),
        ("Via", "1.1 proxy"),
        ("X-Other", "not listed"),
        ("X-Hop", "named in Connection"),
    ];
    for (name, value) in stripped {
        signed = signed.set(name, value);
    }
    scene.accepted("bitbucket", &signed.set("Connection", "X-Hop")).await;

    let arrived = receiver.next().await;
    assert_eq!(arrived.header("X-Build"), Some("42"));
    assert_eq!(arrived.header("X-Attempt-Number"), Some("1"), "it is ours");
    for (name, _) in stripped {
        assert_eq!(arrived.header(name), None, "{name}");
    }
    assert_eq!(arrived.header("Host"), Some(receiver.address().to_string().as_str()));
    scene.end().await;
}

#[tokio::test]
async fn bodies_stay_exact() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let inside = Sender::new("bitbucket-cloud");
    let fields = json!({"source": "bitbucket", "secret": inside.secret()});
    scene.webhook(&receiver, fields).await;
    let every_byte: Vec<u8> = (0..=255).collect();
    let bodies = [
        Vec::new(),
        every_byte,
        b"\xff\xfe invalid UTF-8 \xc3".to_vec(),
        b"{\"a\" :  1,\r\n\"a\": 2}\n\n".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        (0..1024 * 1024).map(|at| (at % 251) as u8).collect(),
    ];
    for (number, body) in bodies.into_iter().enumerate() {
        let signed = bitbucket.sign("repo:push", &number.to_string(), body.clone());
        let event = scene.accepted("bitbucket", &signed).await;
        let arrived = receiver.next().await;
        assert!(arrived.body == body, "body {number} differs at the receiver");
        assert!(inside.verifies(&arrived), "body {number}");
        let path = format!("/api/v1/events/{event}/body");
        let kept = scene.api("GET", &path, None).await;
        assert!(kept.body == body, "body {number} differs in the store");
        assert_eq!(kept.header("content-type"), "application/octet-stream");
        assert!(kept.header("content-disposition").starts_with("attachment"));
        assert_eq!(kept.header("x-content-type-options"), "nosniff");
    }
    scene.end().await;
}

#[tokio::test]
async fn every_dialect_is_received() {
    let scene = Scene::start().await;
    for dialect in ["bitbucket-cloud", "bitbucket-data-center", "standard-webhooks"] {
        let sender = scene.source(dialect, dialect).await;
        let event = scene.accepted(dialect, &sender.push("a-1")).await;
        let kept = scene.get(&format!("/api/v1/events/{event}")).await;
        assert_eq!(kept["request_id"], "a-1", "{dialect}");
        assert_eq!(kept["key"], "repo:push", "{dialect}");
    }
    scene.end().await;
}

#[tokio::test]
async fn the_digest_may_be_in_either_case() {
    let scene = Scene::start().await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let signed = bitbucket.push("1");
    let upper = signed.signature().replace("sha256=", "").to_uppercase();
    let signed = signed.set("X-Hub-Signature", &format!("sha256={upper}"));
    scene.accepted("bitbucket", &signed).await;
    scene.end().await;
}

#[tokio::test]
async fn requests_without_an_event_key_have_the_key_unknown() {
    let scene = Scene::start().await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let signed = bitbucket.push("1").without("X-Event-Key");
    let event = scene.accepted("bitbucket", &signed).await;
    let kept = scene.get(&format!("/api/v1/events/{event}")).await;
    assert_eq!(kept["key"], "unknown");
    scene.end().await;
}

#[tokio::test]
async fn the_scope_of_a_source_is_a_ceiling() {
    let scene = Scene::start().await;
    let bitbucket = Sender::new("bitbucket-cloud");
    scene.source_of("bitbucket", &bitbucket, json!({"scope": "acme"})).await;
    let cases = [
        (r#"{"repository": {"full_name": "Acme/Api"}}"#, "Acme/Api", false),
        (r#"{"repository": {"full_name": "other/api"}}"#, "acme", true),
        (r#"{"repository": {"slug": "x", "project": {"key": "ACME"}}}"#, "ACME/x", false),
        ("no JSON", "acme", false),
    ];
    for (number, (body, scope, outside)) in cases.into_iter().enumerate() {
        let signed = bitbucket.sign("repo:push", &number.to_string(), body);
        let event = scene.accepted("bitbucket", &signed).await;
        let kept = scene.get(&format!("/api/v1/events/{event}")).await;
        assert_eq!((&kept["scope"], &kept["outside_scope"]), (&json!(scope), &json!(outside)));
    }
    scene.end().await;
}

#[tokio::test]
async fn eight_senders_at_once_are_all_accepted_and_delivered() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    scene.webhook(&receiver, json!({"source": "bitbucket"})).await;
    let mut senders = tokio::task::JoinSet::new();
    for number in 0..8 {
        let signed = bitbucket.sign("repo:push", &format!("r-{number}"), format!("[{number}]"));
        senders.spawn(crate::exchange::send(scene.public(), signed.request("bitbucket")));
    }
    let replies = senders.join_all().await;
    assert!(replies.iter().all(|reply| reply.status == 202), "{replies:?}");
    let arrived = receiver.take(8).await;
    let mut bodies: Vec<_> = arrived.into_iter().map(|arrived| arrived.body).collect();
    bodies.sort();
    bodies.dedup();
    assert_eq!(bodies.len(), 8);
    scene.deliveries("delivered", 8).await;
    scene.end().await;
}
