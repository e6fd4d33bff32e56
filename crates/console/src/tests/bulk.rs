//! Bulk work: how it is asked for, counted, shown and stopped. That jobs are worked off is the
//! server's to show.

use http::StatusCode;
use pipeline::JobNumber;
use serde_json::{Value, json};

use super::harness::{Server, pairs};

const RESEND: &str = "/api/v1/deliveries/resend";
const CANCEL: &str = "/api/v1/deliveries/cancel";

async fn with_webhook() -> (Server, String) {
    let server = Server::start().await;
    let webhook = json!({"url": "https://example.com", "scope": "acme"});
    let webhook = server.call("POST", "/api/v1/webhooks", webhook).await.ok();
    let id = webhook["id"].as_str().unwrap().to_owned();
    (server, id)
}

#[tokio::test]
async fn a_recovery_is_a_job() {
    let (server, webhook) = with_webhook().await;
    let path = format!("/api/v1/webhooks/{webhook}/recover");
    let asked = json!({
        "since": "2025-10-09T00:00:00Z", "until": "2025-10-09T08:00:00Z", "status": "missing",
        "events": ["repo:*", "issue:created"],
    });
    let answer = server.call("POST", &path, asked).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::ACCEPTED, "/api/v1/jobs/1")
    );
    let job = answer.json();
    let expected = json!({
        "number": 1, "act": "recover", "state": "running",
        "asked": {
            "status": "missing", "webhook": webhook, "events": ["repo:*", "issue:created"],
            "since": "2025-10-09T00:00:00.000Z", "until": "2025-10-09T08:00:00.000Z",
        },
        "looked_at": 0, "done": 0, "without_body": 0,
        "started_at": "2025-10-09T08:53:20.000Z", "finished_at": null,
    });
    assert_eq!(job, expected);
    assert_eq!(*server.engine.jobs.lock().unwrap(), [JobNumber(1)]);
    let recoveries = format!("/api/v1/webhooks/{webhook}/recoveries");
    for place in ["/api/v1/jobs/1", &format!("{recoveries}/1")] {
        assert_eq!(server.get(place).await.ok(), expected, "{place}");
    }
    assert_eq!(server.get(&recoveries).await.ok(), json!({"items": [expected], "next": null}));
    // Without more it is what failed, up to now.
    let job = server.call("POST", &path, json!({"since": "2025-10-09T00:00:00Z"})).await.ok();
    assert_eq!(job["asked"]["status"], "failed");
    assert_eq!(job["asked"]["until"], "2025-10-09T08:53:20.001Z");
    assert_eq!(job["asked"]["events"], json!([]));
}

#[tokio::test]
async fn what_a_recovery_may_not_be_is_told_at_once() {
    let (server, webhook) = with_webhook().await;
    let path = format!("/api/v1/webhooks/{webhook}/recover");
    let faults = async |body: Value| server.call("POST", &path, body).await.faults();
    assert_eq!(faults(json!({})).await, pairs([("/since", "required")]));
    let wrong = json!({
        "since": "yesterday", "until": 5, "status": "lost", "events": ["a b"], "dry_run": 1,
        "untl": null,
    });
    let expected = pairs([
        ("/untl", "unknown_field"),
        ("/since", "bad_format"),
        ("/until", "wrong_type"),
        ("/events/0", "bad_format"),
        ("/status", "bad_format"),
        ("/dry_run", "wrong_type"),
    ]);
    assert_eq!(faults(wrong).await, expected);
    let backwards = json!({"since": "2025-10-09T08:00:00Z", "until": "2025-10-09T08:00:00Z"});
    assert_eq!(faults(backwards).await, pairs([("/until", "conflict")]));
    let future = json!({"since": "2025-10-09T09:00:00Z"});
    assert_eq!(faults(future).await, pairs([("/until", "conflict")]));
    let many = json!({"since": "2025-10-09T00:00:00Z", "events": vec!["*"; 129]});
    assert_eq!(faults(many).await, pairs([("/events", "bad_length")]));
    let none = format!("/api/v1/webhooks/whk_{}/recover", "0".repeat(26));
    let answer = server.call("POST", &none, json!({"since": "2025-10-09T00:00:00Z"})).await;
    assert_eq!(answer.problem(), "not_found");
    assert!(server.engine.jobs.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_dry_run_counts_and_begins_nothing() {
    let (server, webhook) = with_webhook().await;
    for _ in 0..3 {
        server.publish("key=repo:push&scope=acme/api", "{}").await.ok();
    }
    let counted = json!({
        "dry_run": true, "looked_at": 3, "done": 3, "without_body": 0, "at_least": false,
    });
    let asked = json!({"webhook": webhook, "dry_run": true});
    let answer = server.call("POST", CANCEL, asked).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, counted));
    let path = format!("/api/v1/webhooks/{webhook}/recover");
    let asked = json!({"since": "2025-10-09T00:00:00Z", "status": "all", "dry_run": true});
    assert_eq!(server.call("POST", &path, asked).await.ok()["done"], 0);
    assert_eq!(server.get("/api/v1/jobs").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn a_filter_that_is_empty_or_does_not_fit_is_refused() {
    let (server, webhook) = with_webhook().await;
    let faults = async |path: &str, body: Value| server.call("POST", path, body).await.faults();
    assert_eq!(faults(CANCEL, json!({})).await, pairs([("", "required")]));
    assert_eq!(faults(CANCEL, json!({"dry_run": true})).await, pairs([("", "required")]));
    let failed = json!({"status": "failed"});
    assert_eq!(faults(CANCEL, failed).await, pairs([("/status", "conflict")]));
    assert_eq!(faults(RESEND, json!({})).await, pairs([("/status", "required")]));
    let to = json!({"webhook": webhook});
    assert_eq!(faults(RESEND, to).await, pairs([("/status", "required")]));
    let pending = json!({"status": "pending"});
    assert_eq!(faults(RESEND, pending).await, pairs([("/status", "conflict")]));
    let wrong = json!({
        "status": "failed", "webhook": "evt_1", "response_status": 99, "request_id": " ",
        "event": 7, "until": "now", "state": "x",
    });
    let expected = pairs([
        ("/state", "unknown_field"),
        ("/request_id", "bad_format"),
        ("/response_status", "out_of_range"),
        ("/webhook", "bad_format"),
        ("/event", "wrong_type"),
        ("/until", "bad_format"),
    ]);
    assert_eq!(faults(RESEND, wrong).await, expected);
    assert!(server.engine.jobs.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_filter_is_shown_as_it_was_asked_for() {
    let (server, webhook) = with_webhook().await;
    let asked = json!({
        "status": "failed", "webhook": webhook, "key": "repo:push", "scope": "acme",
        "request_id": "r-1", "response_status": 503, "since": "2025-10-09T00:00:00Z",
    });
    let job = server.call("POST", RESEND, asked.clone()).await.ok();
    assert_eq!(job["act"], "resend");
    let mut expected = asked;
    expected["since"] = json!("2025-10-09T00:00:00.000Z");
    assert_eq!(job["asked"], expected);
    let job = server.call("POST", CANCEL, json!({"webhook": webhook})).await.ok();
    assert_eq!(job["asked"], json!({"status": "pending", "webhook": webhook}));
    assert_eq!(job["act"], "cancel");
}

#[tokio::test]
async fn a_job_is_stopped_once() {
    let (server, webhook) = with_webhook().await;
    let path = format!("/api/v1/webhooks/{webhook}/recover");
    for _ in 0..2 {
        server.call("POST", &path, json!({"since": "2025-10-09T00:00:00Z"})).await.ok();
    }
    server.call("POST", RESEND, json!({"status": "failed"})).await.ok();
    let recoveries = format!("/api/v1/webhooks/{webhook}/recoveries");
    for place in ["/api/v1/jobs/1/stop".to_owned(), format!("{recoveries}/2/stop")] {
        assert_eq!(server.post(&place).await.ok()["state"], "stopped");
        assert_eq!(server.post(&place).await.problem(), "job_ended");
    }
    // What is no recovery of the webhook's is not found there.
    for place in ["/3", "/9", "/x"] {
        assert_eq!(server.get(&format!("{recoveries}{place}")).await.problem(), "not_found");
        let stop = format!("{recoveries}{place}/stop");
        assert_eq!(server.post(&stop).await.problem(), "not_found");
    }
    assert_eq!(server.get("/api/v1/jobs/3").await.ok()["state"], "running");
    assert_eq!(server.post("/api/v1/jobs/9/stop").await.problem(), "not_found");
}

#[tokio::test]
async fn seventeen_jobs_are_too_many_and_pages_join() {
    let (server, _) = with_webhook().await;
    for _ in 0..16 {
        server.call("POST", RESEND, json!({"status": "failed"})).await.ok();
    }
    let answer = server.call("POST", RESEND, json!({"status": "failed"})).await;
    assert_eq!(
        (answer.status, answer.problem()),
        (StatusCode::CONFLICT, "too_many_jobs".to_owned())
    );
    let page = server.get("/api/v1/jobs?limit=10").await.ok();
    assert_eq!(page["items"].as_array().unwrap().len(), 10);
    let next = page["next"].as_str().unwrap();
    let rest = server.get(&format!("/api/v1/jobs?cursor={next}")).await.ok();
    let numbers: Vec<_> =
        rest["items"].as_array().unwrap().iter().map(|job| job["number"].clone()).collect();
    assert_eq!(numbers, [6, 5, 4, 3, 2, 1]);
    assert_eq!(rest["next"], Value::Null);
}
