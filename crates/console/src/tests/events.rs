//! Events: published, listed, shown.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::StatusCode;
use pipeline::StoreError;
use serde_json::{Value, json};

use super::harness::{Server, authorized, pairs};
use crate::Limits;

const EVENTS: &str = "/api/v1/events";

#[tokio::test]
async fn a_published_event_is_kept_as_it_came() {
    let server = Server::start().await;
    let body = "{\"a\": 1}\n";
    let answer = server.publish("key=repo:push&scope=Acme/api&request_id=r-1", body).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let published = answer.json();
    assert_eq!(published["deliveries"], 0);
    assert_eq!(published["status"], Value::Null);
    let path = format!("{EVENTS}/{}", published["id"].as_str().unwrap());
    let event = server.get(&path).await.ok();
    assert_eq!((&event["key"], &event["scope"]), (&json!("repo:push"), &json!("Acme/api")));
    assert_eq!(event["request_id"], "r-1");
    assert_eq!(event["content_type"], "application/json");
    assert_eq!(event["sha256"], "07".repeat(32));
    assert_eq!((&event["source"], &event["verified"]), (&Value::Null, &json!(true)));
    let raw = server.get(&format!("{path}/body")).await;
    assert_eq!(raw.body, body);
    assert_eq!(raw.header("content-type"), "application/octet-stream");
    assert_eq!(raw.header("x-content-type-options"), "nosniff");
    assert!(raw.header("content-disposition").starts_with("attachment; filename=\"evt_"));
    let again = server.publish("key=repo:push&scope=acme/API&request_id=r-1", "other").await;
    assert_eq!(again.status, StatusCode::OK);
    let expected = json!({"id": published["id"], "status": "duplicate", "deliveries": 0});
    assert_eq!(again.json(), expected);
}

#[tokio::test]
async fn any_bytes_and_none_can_be_published() {
    let server = Server::start().await;
    let request = authorized("POST", "/api/v1/events?key=a").body(Body::from(vec![0xff, 0]));
    let published = server.send(request.unwrap()).await.ok();
    let path = format!("{EVENTS}/{}", published["id"].as_str().unwrap());
    assert_eq!(server.get(&path).await.ok()["content_type"], Value::Null);
    assert_eq!(server.get(&format!("{path}/body")).await.body, [0xff, 0].as_slice());
    server.publish("key=a", "").await.ok();
}

#[tokio::test]
async fn wrong_parameters_are_told_at_once() {
    let server = Server::start().await;
    let answer = server.publish("scope=acme", "").await;
    assert_eq!(answer.faults(), pairs([("?key", "required")]));
    let answer = server.publish("key=a%20b&scope=//&request_id=&kay=1&key=c", "").await;
    let mut faults = answer.faults();
    faults.sort();
    let expected = pairs([
        ("?kay", "unknown_field"),
        ("?key", "bad_format"),
        ("?key", "repeated"),
        ("?request_id", "bad_format"),
        ("?scope", "bad_format"),
    ]);
    assert_eq!(faults, expected);
    for scope in ["countersign", "Countersign/disk"] {
        let answer = server.publish(&format!("key=a&scope={scope}"), "").await;
        assert_eq!(answer.faults(), pairs([("?scope", "reserved")]));
    }
    server.publish("key=a&scope=countersigned", "").await.ok();
}

#[tokio::test]
async fn filters_hold_together() {
    let server = Server::start().await;
    for query in ["key=a&scope=acme/x&request_id=1", "key=b&scope=acme", "key=a&scope=other"] {
        server.publish(query, "").await.ok();
        server.pass(1_000);
    }
    for (query, expected) in [
        ("", 3),
        ("?key=a", 2),
        ("?scope=ACME", 2),
        ("?key=a&scope=acme", 1),
        ("?request_id=1", 1),
        ("?source=cloud", 0),
        ("?since=2025-10-09T08:53:21Z", 2),
        ("?since=2025-10-09T10:53:21%2B02:00&until=2025-10-09T08:53:22Z", 1),
    ] {
        let list = server.get(&format!("{EVENTS}{query}")).await.ok();
        assert_eq!(list["items"].as_array().unwrap().len(), expected, "{query}");
    }
    let answer = server.get("/api/v1/events?since=yesterday&stauts=failed").await;
    let expected = pairs([("?since", "bad_format"), ("?stauts", "unknown_field")]);
    assert_eq!(answer.faults(), expected);
}

#[tokio::test]
async fn bodies_have_their_limit() {
    let limits = Limits { publish_max_bytes: 2048, publish_held_max_bytes: 2048 };
    let server = Server::with_limits(limits).await;
    let send = |bytes: usize, announced: bool| {
        let mut request = authorized("POST", "/api/v1/events?key=a");
        if announced {
            request = request.header("content-length", bytes);
        }
        server.send(request.body(Body::from(vec![b'x'; bytes])).unwrap())
    };
    for announced in [true, false] {
        assert_eq!(send(2048, announced).await.status, StatusCode::ACCEPTED);
        assert_eq!(send(2049, announced).await.problem(), "body_too_large");
    }
    let request = authorized("POST", "/api/v1/events?key=a").header("content-encoding", "gzip");
    let answer = server.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.problem(), "unsupported_media_type");
}

#[tokio::test(start_paused = true)]
async fn bodies_wait_for_room_and_then_give_up() {
    let limits = Limits { publish_max_bytes: 2048, publish_held_max_bytes: 2048 };
    let server = Server::with_limits(limits).await;
    let stuck = authorized("POST", "/api/v1/events?key=a").body(Body::new(Never));
    let second = authorized("POST", "/api/v1/events?key=a").body(Body::from("x"));
    let both = async {
        tokio::select! {
            biased;
            _ = server.send(stuck.unwrap()) => unreachable!("its body never ends"),
            answer = server.send(second.unwrap()) => answer,
        }
    };
    let answer = both.await;
    assert_eq!(answer.problem(), "busy");
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_given_up() {
    let server = Server::start().await;
    for path in ["/api/v1/events?key=a", "/api/v1/sources"] {
        let request = authorized("POST", path).header("content-type", "application/json");
        let answer = server.send(request.body(Body::new(Never)).unwrap()).await;
        assert_eq!(answer.problem(), "body_timeout", "{path}");
    }
}

/// A body that never comes.
struct Never;

impl HttpBody for Never {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn failures_of_the_store_say_when_to_try_again() {
    let server = Server::start().await;
    for (failure, code, retry_after) in [
        (StoreError::Busy, "busy", "1"),
        (StoreError::Full, "store_full", "30"),
        (StoreError::Unavailable, "store_unavailable", "5"),
    ] {
        *server.engine.failure.lock().unwrap() = Some(failure);
        let answer = server.publish("key=a", "").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.problem(), code);
        assert_eq!(answer.header("retry-after"), retry_after);
    }
}

#[tokio::test]
async fn unknown_and_other_ids_are_not_found() {
    let server = Server::start().await;
    let none = format!("evt_{}", "0".repeat(26));
    for id in [none.as_str(), "evt_1", "dlv_00000000000000000000000000", "%ff", "x"] {
        for path in [format!("{EVENTS}/{id}"), format!("{EVENTS}/{id}/body")] {
            assert_eq!(server.get(&path).await.problem(), "not_found", "{path}");
        }
    }
}

#[tokio::test]
async fn a_batch_is_answered_event_by_event() {
    let server = Server::start().await;
    server.publish("key=a&request_id=twice", "").await.ok();
    let batch = json!({"events": [
        {"key": "repo:push", "scope": "acme", "body": "{\"a\": 1}\n", "request_id": "one"},
        {"key": "a", "body": "", "request_id": "twice"},
        {"key": "a b", "body": "", "colour": 1},
        {"key": "a", "body_base64": "/wA=", "content_type": null},
        {"key": "a", "body": "x", "body_base64": "eA=="},
        {"key": "a"},
        {"key": "a", "body": "x", "scope": "countersign"},
        "no event",
        {"key": "a", "body_base64": "eA"},
    ]});
    let answer = server.call("POST", &format!("{EVENTS}/batch"), batch).await.ok();
    let items = answer["items"].as_array().unwrap();
    let statuses: Vec<_> = items.iter().map(|item| item["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [202, 200, 422, 202, 422, 422, 422, 422, 422]);
    assert_eq!(items[1]["event"]["status"], "duplicate");
    let wrong = |at: usize| -> Vec<_> {
        let errors = items[at]["errors"].as_array().unwrap().iter();
        errors
            .map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap()))
            .collect()
    };
    assert_eq!(wrong(2), [("/colour", "unknown_field"), ("/key", "bad_format")]);
    assert_eq!(wrong(5), [("/body", "required")]);
    assert_eq!(wrong(6), [("/scope", "reserved")]);
    assert_eq!(wrong(8), [("/body_base64", "bad_format")]);
    assert_eq!(items[7]["code"], "invalid_fields");

    let path = |at: usize| format!("{EVENTS}/{}", items[at]["event"]["id"].as_str().unwrap());
    assert_eq!(server.get(&format!("{}/body", path(0))).await.body, "{\"a\": 1}\n");
    assert_eq!(server.get(&path(0)).await.ok()["content_type"], "application/json");
    assert_eq!(server.get(&format!("{}/body", path(3))).await.body, [0xff, 0].as_slice());
    assert_eq!(server.get(&path(3)).await.ok()["content_type"], Value::Null);
    assert!(path(0) < path(3), "ids are in the order of the batch");
}

#[tokio::test]
async fn a_batch_has_its_limits() {
    let server = Server::start().await;
    let call = async |batch: Value| server.call("POST", &format!("{EVENTS}/batch"), batch).await;
    for wrong in [json!({}), json!({"events": []}), json!({"events": vec![json!({}); 501]})] {
        assert_eq!(call(wrong).await.faults(), pairs([("/events", "bad_length")]));
    }
    let other = call(json!({"events": [{}], "more": 1})).await;
    assert_eq!(other.faults(), pairs([("/more", "unknown_field")]));
    let whole = json!({"events": vec![json!({"key": "a", "body": "x"}); 500]});
    let items = call(whole).await.ok()["items"].as_array().unwrap().clone();
    assert!(items.len() == 500 && items.iter().all(|item| item["status"] == 202));
}
