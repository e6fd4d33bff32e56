//! What is not genuine is refused alike, told to the operator, and kept nowhere.

use http::Request;
use serde_json::json;

use crate::{
    exchange::{self, Reply, raw_status},
    scene::Scene,
    sender::{Sender, Signed},
};

/// What tells one answer from another.
fn shape(reply: &Reply) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let headers = reply.headers.iter().filter(|(name, _)| *name != "date");
    let headers = headers.map(|(name, value)| (name.to_string(), format!("{value:?}")));
    (reply.status, headers.collect(), reply.body.to_vec())
}

/// Requests that are refused, with the source, and the reason that the operator is told.
fn forged(bitbucket: &Sender) -> Vec<(&'static str, &'static str, Signed)> {
    let signed = bitbucket.push("forged");
    let digest = signed.signature();
    let set = |value: &str| signed.clone().set("X-Hub-Signature", value);
    let mut flipped = digest.clone().into_bytes();
    *flipped.last_mut().unwrap() = if digest.ends_with('0') { b'1' } else { b'0' };
    let flipped = String::from_utf8(flipped).unwrap();
    let other = Sender::new("bitbucket-cloud").push("forged");
    let github = signed.clone().without("X-Hub-Signature").set("X-Hub-Signature-256", &digest);
    vec![
        ("nobody", "source_unknown", signed.clone()),
        ("No Such%20Name", "source_unknown", signed.clone()),
        ("bitbucket", "signature_missing", signed.clone().without("X-Hub-Signature")),
        ("bitbucket", "signature_missing", github),
        ("bitbucket", "signature_repeated", signed.clone().and("X-Hub-Signature", &digest)),
        ("bitbucket", "mismatch", signed.clone().body("tampered")),
        ("bitbucket", "mismatch", set(&flipped)),
        ("bitbucket", "mismatch", other),
        ("bitbucket", "label_unknown", set("sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709")),
        ("bitbucket", "label_unknown", set(&digest.replace("sha256=", "SHA256="))),
        ("bitbucket", "label_unknown", set(&digest.replace("sha256=", ""))),
        ("bitbucket", "length_wrong", set(&digest[..digest.len() - 2])),
        ("bitbucket", "length_wrong", set(&format!("{digest}00"))),
        ("bitbucket", "length_wrong", set("sha256=")),
        ("bitbucket", "encoding_invalid", set(&digest.replace("sha256=", "sha256=zz")[..71])),
    ]
}

#[tokio::test]
async fn every_refusal_is_the_same_and_its_reason_is_for_the_operator() {
    let scene = Scene::start().await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let forged = forged(&bitbucket);
    let mut shapes = Vec::new();
    for (source, reason, signed) in &forged {
        let path = source.replace(' ', "%20");
        let reply = exchange::send(scene.public(), signed.request(&path)).await;
        assert_eq!(reply.status, 403, "{reason}: {reply:?}");
        shapes.push(shape(&reply));
    }
    assert!(shapes.windows(2).all(|two| two[0] == two[1]), "{shapes:#?}");
    scene.nothing_stored().await;

    let mut told = scene.list("/api/v1/refusals").await;
    told.reverse();
    assert_eq!(told.len(), forged.len());
    for ((source, reason, signed), refusal) in forged.iter().zip(&told) {
        assert_eq!(refusal["reason"], *reason, "{signed:?}");
        if *source == "bitbucket" || *source == "nobody" {
            assert_eq!(refusal["source"], *source);
        }
        assert_eq!(refusal["event_key"], "repo:push");
        assert_eq!(refusal["request_id"], "forged");
        assert_eq!(refusal["peer"], "127.0.0.1");
    }
    let own = scene.list("/api/v1/sources/bitbucket/refusals").await;
    assert_eq!(own.len(), forged.len() - 2);

    // And the genuine one is not held against its sender.
    scene.accepted("bitbucket", &bitbucket.push("forged")).await;
    scene.end().await;
}

#[tokio::test]
async fn refusals_come_in_pages() {
    let scene = Scene::start().await;
    let stranger = Sender::new("bitbucket-cloud");
    for number in 0..5 {
        let reply = scene.post("nobody", &stranger.push(&format!("r{number}"))).await;
        assert_eq!(reply.status, 403);
    }
    let mut seen = Vec::new();
    let mut path = "/api/v1/refusals?limit=2".to_owned();
    loop {
        let page = scene.get(&path).await;
        for item in page["items"].as_array().unwrap() {
            seen.push(item["request_id"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/refusals?limit=2&cursor={next}");
    }
    assert_eq!(seen, ["r4", "r3", "r2", "r1", "r0"]);
    scene.end().await;
}

#[tokio::test]
async fn standard_webhooks_refuses_what_is_too_old_or_not_signed() {
    let scene = Scene::start().await;
    let sender = scene.source("std", "standard-webhooks").await;
    let signed = sender.push("msg_1");
    for (reason, signed) in [
        ("mismatch", signed.clone().set("webhook-id", "msg_2")),
        ("timestamp_too_old", signed.clone().set("webhook-timestamp", "1700000000")),
        ("timestamp_missing", signed.clone().without("webhook-timestamp")),
        ("id_missing", signed.clone().without("webhook-id")),
        ("signature_missing", signed.clone().without("webhook-signature")),
    ] {
        assert_eq!(scene.post("std", &signed).await.status, 403);
        let told = &scene.list("/api/v1/refusals").await[0]["reason"];
        // An old time that nobody signed is a mismatch first.
        assert!(told == reason || told == "mismatch", "{reason}: {told}");
    }
    scene.nothing_stored().await;
    scene.end().await;
}

#[tokio::test]
async fn other_paths_and_methods_are_named() {
    let scene = Scene::start().await;
    scene.source("bitbucket", "bitbucket-cloud").await;
    let ask = async |method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path);
        exchange::send(scene.public(), request.body(Default::default()).unwrap()).await
    };
    for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        for source in ["bitbucket", "nobody"] {
            let reply = ask(method, &format!("/in/{source}")).await;
            assert_eq!((reply.status, reply.header("allow")), (405, "POST"));
        }
    }
    for path in ["/", "/in", "/api/v1/events", "/metrics", "/openapi.json"] {
        assert_eq!(ask("POST", path).await.status, 404, "{path}");
    }
    assert_eq!(ask("GET", "/healthz").await.status, 200);
    assert_eq!(ask("POST", "/healthz").await.header("allow"), "GET, HEAD");
    scene.end().await;
}

#[tokio::test]
async fn a_query_is_ignored() {
    let scene = Scene::start().await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    scene.accepted("bitbucket?server_url=x", &bitbucket.push("1")).await;
    scene.end().await;
}

#[tokio::test]
async fn bodies_over_the_cap_are_refused_before_they_are_read() {
    let scene = Scene::start().await;
    let small = Sender::new("bitbucket-cloud");
    scene.source_of("small", &small, json!({"max_body_bytes": 100})).await;
    let public = scene.public();
    let head = |length: usize| {
        format!("POST /in/small HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n")
    };
    assert_eq!(raw_status(public, head(101).as_bytes()).await, 413);

    let mut chunked =
        b"POST /in/small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..2 {
        chunked.extend_from_slice(format!("33\r\n{}\r\n", "x".repeat(51)).as_bytes());
    }
    assert_eq!(raw_status(public, &chunked).await, 413);

    // A name that does not exist has the cap of Bitbucket Cloud.
    let head = "POST /in/nobody HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n";
    assert_eq!(raw_status(public, head.as_bytes()).await, 413);
    scene.nothing_stored().await;

    scene.accepted("small", &small.sign("repo:push", "1", vec![b'x'; 100])).await;
    let over = small.sign("repo:push", "2", vec![b'x'; 101]);
    assert_eq!(scene.post("small", &over).await.status, 413);
    scene.end().await;
}

#[tokio::test]
async fn what_is_no_http_is_refused_by_the_parser() {
    let scene = Scene::start().await;
    scene.source("bitbucket", "bitbucket-cloud").await;
    let public = scene.public();
    assert_eq!(raw_status(public, b"this is no HTTP\r\n\r\n").await, 400);
    let twice = b"POST /in/bitbucket HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n";
    assert_eq!(raw_status(public, twice).await, 400);
    let both =
        b"POST /in/bitbucket HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x, chunked, x\r\n\r\n";
    assert_eq!(raw_status(public, both).await, 400);
    let mut many = b"POST /in/bitbucket HTTP/1.1\r\n".to_vec();
    for number in 0..100 {
        many.extend_from_slice(format!("X-{number}: 1\r\n").as_bytes());
    }
    many.extend_from_slice(b"\r\n");
    assert_eq!(raw_status(public, &many).await, 431);
    scene.nothing_stored().await;
    scene.end().await;
}

#[tokio::test]
async fn basic_authentication_is_asked_for_after_the_signature() {
    let scene = Scene::start().await;
    let bitbucket = Sender::new("bitbucket-cloud");
    let basic = json!({"basic_auth": {"username": "ci", "password": "pass:word"}});
    scene.source_of("bitbucket", &bitbucket, basic).await;
    let signed = bitbucket.push("1");
    let authorised = signed.clone().set("Authorization", "Basic Y2k6cGFzczp3b3Jk");
    let refused = [
        ("basic_auth", signed.clone()),
        ("basic_auth", signed.set("Authorization", "Basic Y2k6d3Jvbmc=")),
        ("mismatch", authorised.clone().body("tampered")),
        ("signature_missing", authorised.clone().without("X-Hub-Signature")),
    ];
    for (reason, signed) in refused {
        assert_eq!(scene.post("bitbucket", &signed).await.status, 403);
        assert_eq!(scene.list("/api/v1/refusals").await[0]["reason"], reason);
    }
    scene.nothing_stored().await;
    scene.accepted("bitbucket", &authorised).await;
    scene.end().await;
}

#[tokio::test]
async fn data_center_may_show_a_password_in_place_of_a_signature() {
    let scene = Scene::start().await;
    let basic = json!({"username": "ci", "password": "pass:word"});
    let source = json!({"name": "dc", "dialect": "bitbucket-data-center", "basic_auth": basic});
    scene.create("/api/v1/sources", source).await;
    let anybody = Sender::new("bitbucket-data-center").push("1").without("X-Hub-Signature");
    assert_eq!(scene.post("dc", &anybody).await.status, 403);
    let wrong = anybody.clone().set("Authorization", "Basic Y2k6d3Jvbmc=");
    assert_eq!(scene.post("dc", &wrong).await.status, 403);
    scene.nothing_stored().await;
    let right = anybody.set("Authorization", "Basic Y2k6cGFzczp3b3Jk");
    let event = scene.accepted("dc", &right).await;
    let kept = scene.get(&format!("/api/v1/events/{event}")).await;
    assert_eq!(kept["verified"], true);
    scene.end().await;
}
