//! Deliveries: listed, shown, resent, cancelled.

use http::StatusCode;
use pipeline::{
    Attempt, DeliveryId, FailReason, Next, Outcome, Response, SentRequest, Timestamp,
    store::{Claim, Dispatch, Record},
};
use serde_json::{Value, json};

use super::harness::{Server, pairs};

const DELIVERIES: &str = "/api/v1/deliveries";

/// A server with one webhook and one delivery to it; answers the delivery's id and the webhook's.
async fn with_delivery() -> (Server, String, String) {
    let server = Server::start().await;
    let webhook = json!({"url": "https://example.com", "scope": "acme"});
    let webhook = server.call("POST", "/api/v1/webhooks", webhook).await.ok();
    let published = server.publish("key=repo:push&scope=acme/api&request_id=r-1", "{}").await;
    assert_eq!(published.ok()["deliveries"], 1);
    let list = server.get(DELIVERIES).await.ok();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (server, text(&list["items"][0]["id"]), text(&webhook["id"]))
}

/// One failed attempt, after which the delivery has failed.
async fn fail(server: &Server, delivery: &str, webhook: &str) {
    let delivery: DeliveryId = delivery.parse().unwrap();
    server.store.begin_run(Timestamp::from_millis(0)).await.unwrap();
    let claim = Claim {
        webhook: webhook.parse().unwrap(),
        due_by: Timestamp::from_millis(i64::MAX / 2),
        limit: 1,
        body_bytes_max: 1000,
        probe: false,
    };
    let claimed = server.store.claim(claim).await.unwrap();
    assert_eq!(claimed.deliveries.len(), 1);
    let attempt = Attempt {
        id: server.ids.make(),
        delivery,
        number: 1,
        started_at: Timestamp::from_millis(1_760_000_000_000),
        duration_ms: 7,
        outcome: Outcome::Status,
        request: SentRequest {
            url: "https://example.com/".to_owned(),
            headers: vec![("Authorization".to_owned(), "[redacted]".to_owned())],
        },
        response: Some(Response {
            status: 500,
            headers: vec![],
            body: "no".into(),
            truncated: true,
        }),
    };
    let next = Next::Failed(FailReason::Exhausted);
    assert!(server.store.record(Record { attempt, next }).await.unwrap());
}

#[tokio::test]
async fn a_delivery_is_shown_with_its_attempts() {
    let (server, id, webhook) = with_delivery().await;
    let shown = server.get(&format!("{DELIVERIES}/{id}")).await.ok();
    assert_eq!((&shown["status"], &shown["waiting_for"]), (&json!("pending"), &json!("breaker")));
    assert_eq!(shown["webhook"], webhook);
    assert_eq!(shown["attempts"], json!([]));
    assert_eq!(shown["request_id"].as_str().unwrap().len(), 36);
    fail(&server, &id, &webhook).await;
    let shown = server.get(&format!("{DELIVERIES}/{id}")).await.ok();
    assert_eq!((&shown["status"], &shown["waiting_for"]), (&json!("failed"), &Value::Null));
    let attempt = &shown["attempts"][0];
    assert_eq!((&attempt["number"], &attempt["outcome"]), (&json!(1), &json!("status")));
    assert_eq!(attempt["started_at"], "2025-10-09T08:53:20.000Z");
    let response = json!({"status": 500, "headers": {}, "body": "no", "truncated": true});
    assert_eq!(attempt["response"], response);
}

#[tokio::test]
async fn filters_hold_together() {
    let (server, id, webhook) = with_delivery().await;
    fail(&server, &id, &webhook).await;
    let event = server.get(&format!("{DELIVERIES}/{id}")).await.ok()["event"].clone();
    let event = event.as_str().unwrap();
    for (query, expected) in [
        (String::new(), 1),
        ("?status=failed".to_owned(), 1),
        ("?status=pending".to_owned(), 0),
        (format!("?webhook={webhook}&event={event}&key=repo:push"), 1),
        ("?request_id=r-1&scope=acme".to_owned(), 1),
        ("?response_status=500".to_owned(), 1),
        ("?response_status=200".to_owned(), 0),
        ("?until=2020-01-01T00:00:00Z".to_owned(), 0),
    ] {
        let list = server.get(&format!("{DELIVERIES}{query}")).await.ok();
        assert_eq!(list["items"].as_array().unwrap().len(), expected, "{query}");
    }
    let list = server.get(&format!("/api/v1/webhooks/{webhook}/deliveries")).await.ok();
    assert_eq!(list["items"][0]["id"], id);
    let answer =
        server.get("/api/v1/deliveries?status=lost&webhook=evt_1&response_status=99").await;
    let expected = pairs([
        ("?status", "bad_format"),
        ("?webhook", "bad_format"),
        ("?response_status", "out_of_range"),
    ]);
    assert_eq!(answer.faults(), expected);
}

#[tokio::test]
async fn a_failed_delivery_is_resent() {
    let (server, id, webhook) = with_delivery().await;
    fail(&server, &id, &webhook).await;
    let before = server.get(&format!("{DELIVERIES}/{id}")).await.ok();
    let resend = format!("{DELIVERIES}/{id}/resend");
    let resent = server.post(&resend).await.ok();
    assert_eq!(resent["status"], "pending");
    assert_eq!(resent["request_id"], before["request_id"]);
    assert_eq!(server.engine.woken.lock().unwrap().len(), 1);
    let resent = server.call("POST", &resend, json!({"new_request_id": true})).await.ok();
    assert_ne!(resent["request_id"], before["request_id"]);
    assert_eq!(resent["request_id"].as_str().unwrap().len(), 36);
    let answer = server.call("POST", &resend, json!({"new_request_id": "yes", "to": 1})).await;
    let expected = pairs([("/to", "unknown_field"), ("/new_request_id", "wrong_type")]);
    assert_eq!(answer.faults(), expected);
    let path = format!("/api/v1/webhooks/{webhook}?waiting=cancel");
    assert_eq!(server.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(server.post(&resend).await.problem(), "webhook_deleted");
}

#[tokio::test]
async fn only_what_is_pending_is_cancelled() {
    let (server, id, _) = with_delivery().await;
    let cancel = format!("{DELIVERIES}/{id}/cancel");
    assert_eq!(server.post(&cancel).await.ok()["status"], "cancelled");
    assert_eq!(server.post(&cancel).await.problem(), "wrong_status");
    let none = format!("{DELIVERIES}/dlv_{}", "0".repeat(26));
    for action in ["cancel", "resend"] {
        let answer = server.post(&format!("{none}/{action}")).await;
        assert_eq!(answer.problem(), "not_found");
    }
    assert_eq!(server.get(&none).await.problem(), "not_found");
}
