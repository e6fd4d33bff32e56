//! The management API: who may, and what an operator does with it.

use http::Request;
use serde_json::json;
use testkit::receivers::{Answer, Receiver};

use crate::{
    exchange,
    scene::{Scene, outcomes},
};

#[tokio::test]
async fn everything_but_the_open_pages_needs_the_token() {
    let scene = Scene::start().await;
    let document = scene.get("/openapi.json").await;
    let ask = async |method: &str, path: &str, authorization: &str| {
        let mut request = Request::builder().method(method).uri(path);
        if !authorization.is_empty() {
            request = request.header("Authorization", authorization);
        }
        exchange::send(scene.admin(), request.body(Default::default()).unwrap()).await
    };
    let mut guarded = 0;
    let wrong = format!("Bearer {}x", scene.token());
    let basic = format!("Basic {}", scene.token());
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.replace(['{', '}'], "");
        for method in methods.as_object().unwrap().keys() {
            let method = method.to_uppercase();
            if !path.starts_with("/api/") {
                assert_eq!(ask(&method, &path, "").await.status, 200, "{path}");
                continue;
            }
            guarded += 1;
            for authorization in ["", "Bearer ", "Bearer wrong-wrong-wrong", &wrong, &basic] {
                let reply = ask(&method, &path, authorization).await;
                assert_eq!(reply.status, 401, "{method} {path} {authorization}");
                assert_eq!(reply.header("www-authenticate"), "Bearer");
                assert_eq!(reply.header("content-type"), "application/problem+json");
                assert_eq!(reply.json()["code"], "unauthorized");
            }
        }
    }
    assert!(guarded >= 25, "{guarded} endpoints");
    assert_eq!(ask("GET", "/api/v1/nothing", "").await.status, 401);
    assert_eq!(scene.api("GET", "/api/v1/nothing", None).await.status, 404);
    scene.end().await;
}

#[tokio::test]
async fn a_failed_delivery_is_resent() {
    let scene = Scene::start().await;
    let answers = [Answer::status(500), Answer::status(200)];
    let mut receiver = Receiver::in_turn(answers).await;
    let retry = json!({"attempts_max": 1, "delays_s": [0]});
    scene.webhook(&receiver, json!({"retry": retry})).await;
    let event = scene.publish("key=repo:push").await;
    let failed = scene.delivery(&event, "failed").await;
    let path = format!("/api/v1/deliveries/{}", failed["id"].as_str().unwrap());
    assert_eq!(scene.act(&format!("{path}/resend")).await["status"], "pending");
    let delivered = scene.delivery(&event, "delivered").await;
    assert_eq!(outcomes(&delivered), ["status", "delivered"]);
    assert_eq!(delivered["request_id"], failed["request_id"]);

    // What was delivered can be sent again, under a request id of its own if asked.
    let anew = json!({"new_request_id": true});
    let resent = scene.api("POST", &format!("{path}/resend"), Some(anew)).await;
    assert_eq!(resent.status, 200);
    let again = scene.delivery_when(&event, |delivery| delivery["attempts_made"] == 3).await;
    assert_ne!(again["request_id"], failed["request_id"]);
    let arrived = receiver.take(3).await;
    let numbers = arrived.iter().map(|one| one.header("X-Attempt-Number").unwrap());
    assert_eq!(numbers.collect::<Vec<_>>(), ["1", "2", "3"]);
    assert_eq!(arrived[2].header("X-Request-UUID"), again["request_id"].as_str());
    scene.end().await;
}

#[tokio::test]
async fn a_pending_delivery_is_cancelled() {
    let scene = Scene::start().await;
    let receiver = Receiver::start(Answer::status(200)).await;
    let webhook = scene.webhook(&receiver, json!({"paused": true})).await;
    let event = scene.publish("key=repo:push").await;
    let pending = scene.delivery(&event, "pending").await;
    let path = format!("/api/v1/deliveries/{}", pending["id"].as_str().unwrap());
    let cancelled = scene.act(&format!("{path}/cancel")).await;
    assert_eq!(cancelled["status"], "cancelled");
    assert!(cancelled["finished_at"].is_string());
    let twice = scene.api("POST", &format!("{path}/cancel"), None).await;
    assert_eq!((twice.status, &twice.json()["code"]), (409, &json!("wrong_status")));
    scene.act(&format!("/api/v1/webhooks/{webhook}/resume")).await;
    let next = scene.publish("key=repo:push").await;
    scene.delivery(&next, "delivered").await;
    assert_eq!(receiver.waiting(), 1, "what was cancelled is not sent");
    scene.end().await;
}

#[tokio::test]
async fn cancelling_an_attempt_under_way_keeps_its_outcome_and_ends_the_delivery() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::held()).await;
    scene.webhook(&receiver, json!({})).await;
    let event = scene.publish("key=repo:push").await;
    receiver.next().await;
    let pending = scene.delivery(&event, "pending").await;
    let path = format!("/api/v1/deliveries/{}", pending["id"].as_str().unwrap());
    scene.act(&format!("{path}/cancel")).await;
    receiver.release(1);
    let ended = scene.delivery_when(&event, |delivery| delivery["attempts_made"] == 1).await;
    assert_eq!(ended["status"], "cancelled");
    assert_eq!(outcomes(&ended), ["delivered"]);
    scene.end().await;
}

#[tokio::test]
async fn what_waits_in_memory_is_not_sent_once_it_is_cancelled() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::held()).await;
    scene.webhook(&receiver, json!({"max_in_flight": 1})).await;
    let first = scene.publish("key=repo:push").await;
    receiver.next().await;
    let second = scene.publish("key=repo:push").await;
    let third = scene.publish("key=repo:push").await;
    let waiting = scene.delivery(&second, "pending").await;
    let path = format!("/api/v1/deliveries/{}", waiting["id"].as_str().unwrap());
    scene.act(&format!("{path}/cancel")).await;
    receiver.release(2);
    scene.delivery(&first, "delivered").await;
    scene.delivery(&third, "delivered").await;
    let kept = scene.get(&path).await;
    assert_eq!((&kept["status"], &kept["attempts_made"]), (&json!("cancelled"), &json!(0)));
    receiver.next().await;
    assert_eq!(receiver.waiting(), 0, "the cancelled one did not go out");

    // Resent, it goes once.
    receiver.answers(Answer::status(200));
    scene.act(&format!("{path}/resend")).await;
    let sent = scene.delivery(&second, "delivered").await;
    assert_eq!(outcomes(&sent), ["delivered"]);
    scene.end().await;
}

#[tokio::test]
async fn both_request_ids_can_be_searched() {
    let scene = Scene::start().await;
    let receiver = Receiver::start(Answer::status(200)).await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    scene.webhook(&receiver, json!({"source": "bitbucket"})).await;
    let event = scene.accepted("bitbucket", &bitbucket.push("the-one")).await;
    scene.accepted("bitbucket", &bitbucket.push("another")).await;
    let delivery = scene.delivery(&event, "delivered").await;
    let own = delivery["request_id"].as_str().unwrap();
    for request_id in ["the-one", own] {
        let found = scene.list(&format!("/api/v1/deliveries?request_id={request_id}")).await;
        assert_eq!(found.len(), 1, "{request_id}");
        assert_eq!(found[0]["id"], delivery["id"]);
    }
    let found = scene.list("/api/v1/events?request_id=the-one").await;
    assert_eq!((found.len(), &found[0]["id"]), (1, &json!(event)));
    assert_eq!(scene.list("/api/v1/events?request_id=nobodys").await.len(), 0);
    for (filter, number) in [
        ("key=repo:push", 2),
        ("key=repo:fork", 0),
        ("scope=acme", 2),
        ("scope=acme/web", 0),
        ("status=delivered", 2),
        ("response_status=200", 2),
        ("response_status=500", 0),
    ] {
        scene.deliveries("delivered", 2).await;
        let found = scene.list(&format!("/api/v1/deliveries?{filter}")).await;
        assert_eq!(found.len(), number, "{filter}");
    }
    let misspelt = scene.api("GET", "/api/v1/deliveries?statsu=failed", None).await;
    assert_eq!(misspelt.status, 422);
    scene.end().await;
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let scene = Scene::start().await;
    let receiver = Receiver::in_turn([Answer::status(500), Answer::status(200)]).await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    scene.webhook(&receiver, json!({})).await;
    let signed = bitbucket.push("1");
    let event = scene.accepted("bitbucket", &signed).await;
    scene.delivery(&event, "delivered").await;
    assert_eq!(scene.post("bitbucket", &signed).await.status, 200);
    let forged = signed.clone().body("tampered");
    assert_eq!(scene.post("bitbucket", &forged).await.status, 403);
    assert_eq!(scene.post("some-strangers-name", &forged).await.status, 403);
    let published = scene.publish("key=repo:push").await;
    scene.delivery(&published, "delivered").await;

    let reply = scene.api("GET", "/metrics", None).await;
    assert!(reply.header("content-type").starts_with("application/openmetrics-text"));
    let page = String::from_utf8(reply.body.to_vec()).unwrap();
    for line in [
        r#"countersign_events_accepted_total{origin="source"} 1"#,
        r#"countersign_events_accepted_total{origin="api"} 1"#,
        "countersign_events_duplicate_total 1",
        r#"countersign_requests_refused_total{reason="mismatch"} 1"#,
        r#"countersign_requests_refused_total{reason="source_unknown"} 1"#,
        "countersign_deliveries_made_total 2",
        r#"countersign_deliveries_finished_total{status="delivered"} 2"#,
        r#"countersign_attempts_total{outcome="delivered"} 2"#,
        r#"countersign_attempts_total{outcome="status"} 1"#,
        "countersign_attempt_duration_seconds_count 3",
    ] {
        assert!(page.lines().any(|shown| shown == line), "no `{line}` in\n{page}");
    }
    assert!(!page.contains("some-strangers-name"), "strangers name no series");
    scene.end().await;
}

#[tokio::test]
async fn lists_come_in_pages_newest_first() {
    let scene = Scene::start().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.insert(0, json!(scene.publish("key=repo:push").await));
    }
    let mut seen = Vec::new();
    let mut path = "/api/v1/events?limit=2".to_owned();
    loop {
        let page = scene.get(&path).await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|item| item["id"].clone()));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/events?limit=2&cursor={next}");
    }
    assert_eq!(seen, ids);
    scene.end().await;
}

#[tokio::test]
async fn bodies_that_are_not_json_and_fields_that_are_wrong_are_told_apart() {
    let scene = Scene::start().await;
    let post = async |body: &'static str, kind: &str| {
        let request = Request::post("/api/v1/sources")
            .header("Authorization", format!("Bearer {}", scene.token()))
            .header("Content-Type", kind)
            .body(body.into());
        exchange::send(scene.admin(), request.unwrap()).await
    };
    for (body, status, code) in [
        ("{\"name\": ", 400, "malformed_json"),
        ("", 400, "malformed_json"),
        ("{\"name\": 7, \"colour\": \"red\"}", 422, "invalid_fields"),
    ] {
        let reply = post(body, "application/json").await;
        assert_eq!((reply.status, &reply.json()["code"]), (status, &json!(code)), "{body}");
    }
    let reply = post("{}", "text/plain").await;
    assert_eq!(reply.status, 415);
    let wrong =
        json!({"name": "Up Per", "dialekt": "bitbucket-cloud", "secret": "0123456789abcdef"});
    let reply = scene.api("POST", "/api/v1/sources", Some(wrong)).await;
    let errors = reply.json()["errors"].clone();
    let pointers: Vec<_> =
        errors.as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert!(pointers.contains(&&json!("/name")), "{errors}");
    assert!(errors.to_string().contains("did you mean"), "the nearest known field: {errors}");
    scene.end().await;
}
