//! What goes wrong before and around the handlers.

use axum::body::Body;
use http::StatusCode;
use pipeline::store::{Keep, OnWaiting, Upkeep};
use serde_json::json;

use super::harness::{SECRET, Server, TOKEN, authorized, pairs};
use crate::engine::Readiness;

async fn post(server: &Server, kind: &str, body: impl Into<Body>) -> super::harness::Answer {
    let request = authorized("POST", "/api/v1/sources").header("content-type", kind);
    server.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn what_is_no_json_says_where() {
    let server = Server::start().await;
    let nested = "[".repeat(10_000);
    for body in ["", "{", "{\"name\": canary-header}", "{} {}", "\u{feff}{}", &nested] {
        let answer = post(&server, "application/json", body.to_owned()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.problem(), "malformed_json");
    }
    let answer = post(&server, "application/json", "{\n  \"name\": oops}").await;
    assert_eq!(answer.json()["detail"], "not JSON at line 2, column 11");
}

#[tokio::test]
async fn what_is_no_object_or_names_a_field_twice_is_refused() {
    let server = Server::start().await;
    for body in ["[]", "\"x\"", "17", "null", "{\"name\": \"a\", \"name\": \"b\"}"] {
        let answer = post(&server, "application/json", body).await;
        assert_eq!(answer.faults(), pairs([("", "wrong_type")]), "{body}");
    }
}

#[tokio::test]
async fn other_types_and_encodings_are_refused() {
    let server = Server::start().await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"] {
        let answer = post(&server, kind, "{}").await;
        assert_eq!(answer.problem(), "unsupported_media_type", "{kind}");
    }
    for kind in
        ["application/json; charset=utf-8", "APPLICATION/JSON", "application/merge-patch+json"]
    {
        assert_eq!(post(&server, kind, "{}").await.problem(), "invalid_fields", "{kind}");
    }
    let request = authorized("POST", "/api/v1/sources").header("content-type", "application/json");
    let request = request.header("content-encoding", "gzip").body(Body::from("{}"));
    let answer = server.send(request.unwrap()).await;
    assert_eq!(answer.problem(), "unsupported_media_type");
}

#[tokio::test]
async fn json_has_at_most_256_kib() {
    let server = Server::start().await;
    let body = |bytes: usize| format!("{{{}}}", " ".repeat(bytes - 2));
    let answer = post(&server, "application/json", body(262_144)).await;
    assert_eq!(answer.problem(), "invalid_fields");
    let answer = post(&server, "application/json", body(262_145)).await;
    assert_eq!(answer.problem(), "body_too_large");
}

#[tokio::test]
async fn a_flood_of_unknown_fields_has_a_short_answer() {
    let server = Server::start().await;
    let long = "x".repeat(1000);
    let fields: Vec<String> = (0..200).map(|n| format!("\"{n}{long}\": 1")).collect();
    let body = format!("{{{}}}", fields.join(","));
    let answer = post(&server, "application/json", body).await;
    assert_eq!(answer.faults().len(), 64);
    assert!(answer.body.len() < 16 * 1024);
}

#[tokio::test]
async fn a_change_of_somebody_else_is_noticed() {
    let server = Server::start().await;
    let draft = json!({"name": "a", "dialect": "bitbucket-cloud", "secret": SECRET});
    server.call("POST", "/api/v1/sources", draft).await.ok();
    let mut source = server.store.configured().await.unwrap().sources.remove(0);
    source.version = 5;
    let expected = pipeline::store::Expected::Version(1);
    server.store.put_source(source.clone(), expected).await.unwrap();
    let change = json!({"scope": "acme"});
    let answer = server.call("PATCH", "/api/v1/sources/a", change.clone()).await;
    assert_eq!(answer.problem(), "changed_meanwhile");
    let again = server.call("PATCH", "/api/v1/sources/a", change.clone()).await;
    assert_eq!(again.ok()["version"], 6);
    let now = source.created_at;
    server.store.delete_source(source.name, OnWaiting::Refuse, now).await.unwrap();
    let answer = server.call("PATCH", "/api/v1/sources/a", change).await;
    assert_eq!(answer.problem(), "not_found");
}

#[tokio::test]
async fn a_panic_is_an_answer() {
    let server = Server::start().await;
    let answer = server.publish("key=a", "panic").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.problem(), "internal");
    assert!(!String::from_utf8_lossy(&answer.body).contains("asked for"));
    server.publish("key=a", "").await.ok();
}

#[tokio::test]
async fn a_closed_store_is_unavailable() {
    let server = Server::start().await;
    server.store.close().await.unwrap();
    let draft = json!({"name": "a", "dialect": "bitbucket-cloud", "secret": SECRET});
    let answer = server.call("POST", "/api/v1/sources", draft).await;
    assert_eq!(answer.problem(), "store_unavailable");
    assert_eq!(answer.header("retry-after"), "5");
}

#[tokio::test]
async fn readiness_follows_the_engine() {
    let server = Server::start().await;
    for (readiness, status, word) in [
        (Readiness::Ready, 200, "ready"),
        (Readiness::Draining, 503, "draining"),
        (Readiness::StoreUnavailable, 503, "store_unavailable"),
        (Readiness::DiskFull, 503, "disk_full"),
        (Readiness::HistoryFull, 503, "history_full"),
    ] {
        *server.engine.readiness.lock().unwrap() = readiness;
        let answer = server.get("/readyz").await;
        assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (status, &json!(word)));
        assert_eq!(server.get("/healthz").await.json()["status"], "ok");
    }
    let metrics = server.get("/metrics").await;
    assert_eq!(metrics.body, "# EOF\n");
    assert!(metrics.header("content-type").starts_with("application/openmetrics-text"));
}

#[tokio::test]
async fn a_wrong_value_is_not_repeated() {
    let server = Server::start().await;
    // The harness looks for canaries in every answer.
    for value in [
        json!({"secret": {SECRET: SECRET}}),
        json!({"secret": [SECRET]}),
        json!({"secret_base64": SECRET}),
        json!({"secret": format!("{SECRET}{}", "x".repeat(1024))}),
        json!({"basic_auth": {"username": "a", "password": "canary-password\u{0}"}}),
        json!({"basic_auth": "canary-password"}),
        json!({"basic_auth": {"username": ["canary-password"], "password": "x"}}),
        json!({"headers": {"X-A": "canary-header\n"}}),
        json!({"headers": {"X-A": {"a": "canary-header"}}}),
        json!({"headers": "canary-header"}),
        json!({"url": format!("canary-password:{TOKEN}@example.com")}),
        json!({"url": format!("https://canary-password:{TOKEN}@example.com")}),
        json!({"scope": "canary-header!", "events": ["canary-header!"], "dialect": SECRET}),
        json!({"timeout_ms": SECRET, "retry": SECRET, "metadata": [SECRET]}),
    ] {
        let answer = server.call("POST", "/api/v1/webhooks", value.clone()).await;
        assert!(!answer.faults().is_empty(), "{value}");
    }
    let text = format!("{{\"secret\": \"{SECRET}\", oops");
    let answer = post(&server, "application/json", text).await;
    assert_eq!(answer.problem(), "malformed_json");
}
