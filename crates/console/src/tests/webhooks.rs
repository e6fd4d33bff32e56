//! Webhooks: made, shown, changed, pinged, resumed, deleted.

use http::StatusCode;
use pipeline::{
    store::{Expected, Keep},
    webhook::InactiveReason,
};
use serde_json::{Value, json};

use super::harness::{SECRET, Server, pairs};
use crate::engine::Engine;

const WEBHOOKS: &str = "/api/v1/webhooks";

/// Makes one and answers its path.
async fn made(server: &Server, draft: Value) -> String {
    let made = server.call("POST", WEBHOOKS, draft).await.ok();
    format!("{WEBHOOKS}/{}", made["id"].as_str().unwrap())
}

fn guarded() -> Value {
    json!({
        "url": "https://ci.example.com/hook?token=1", "secret": SECRET,
        "basic_auth": {"username": "ci", "password": "canary-password"},
        "headers": {"X-Key": "canary-header", "X-Other": "canary-header too"},
    })
}

#[tokio::test]
async fn a_webhook_has_its_defaults() {
    let server = Server::start().await;
    let draft = json!({"url": "HTTPS://Example.com/hook"});
    let answer = server.call("POST", WEBHOOKS, draft).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let made = answer.ok();
    assert!(made["id"].as_str().unwrap().starts_with("whk_"));
    assert_eq!(made["url"], "https://example.com/hook");
    assert_eq!(made["dialect"], "bitbucket-cloud");
    assert_eq!(made["events"], json!(["*"]));
    assert_eq!((&made["active"], &made["paused"]), (&json!(true), &json!(false)));
    assert_eq!((&made["timeout_ms"], &made["max_in_flight"]), (&json!(10_000), &json!(32)));
    assert_eq!(made["retry"]["delays_s"][0], 5);
    assert_eq!(made["retry"]["age_max_s"], 259_200);
    assert_eq!(made["warnings"][0]["code"], "unsigned");
    for absent in ["source", "inactive_reason", "signature", "basic_auth", "declared_key"] {
        assert_eq!(made[absent], Value::Null, "{absent}");
    }
}

#[tokio::test]
async fn one_of_a_source_delivers_as_received() {
    let server = Server::start().await;
    let draft = json!({"url": "https://example.com", "source": "cloud"});
    let answer = server.call("POST", WEBHOOKS, draft.clone()).await;
    assert_eq!(answer.faults(), pairs([("/source", "unknown_reference")]));
    let source = json!({"name": "cloud", "dialect": "standard-webhooks", "generate_secret": true});
    server.call("POST", "/api/v1/sources", source).await.ok();
    let path = made(&server, draft).await;
    assert_eq!(server.get(&path).await.ok()["dialect"], "as-received");
    // It signs in the source's dialect, so its secret has to fit that.
    let answer = server.call("PATCH", &path, json!({"secret": SECRET})).await;
    assert_eq!(answer.faults(), pairs([("/secret", "bad_format")]));
    let changed = server.call("PATCH", &path, json!({"generate_secret": true})).await.ok();
    assert!(changed["secret"].as_str().unwrap().starts_with("whsec_"));
}

#[tokio::test]
async fn sealed_values_are_write_only() {
    let server = Server::start().await;
    let path = made(&server, guarded()).await;
    let shown = server.get(&path).await.ok();
    assert_eq!(shown["secret_set"], true);
    assert_eq!(shown["basic_auth"], json!({"username": "ci", "password_set": true}));
    assert_eq!(shown["headers"]["X-Key"], json!({"value_set": true}));
    server.get(WEBHOOKS).await.ok();
    let kept = format!("{:?}", server.store.configured().await.unwrap());
    assert!(!kept.contains("canary"));
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let server = Server::start().await;
    let draft = json!({
        "url": "ftp://example.com", "events": ["repo:push", "a b"], "timeout_ms": 99,
        "max_in_flight": 1025, "scope": 1, "dialect": "sendgrid", "active": null, "paused": 0,
        "signature": "resign", "description": "x".repeat(513), "colour": {},
        "retry": {"delays_s": [], "attempts_max": 0, "jitter": 1}, "metadata": {"": "x", "a": 1},
        "headers": {"Host": "x", "X-Hub-Signature": "x", "bad name": "x", "X-A": "a\r\nb",
            "X-B": "", "X-C": 1, "x-a": "fine"},
    });
    let mut faults = server.call("POST", WEBHOOKS, draft).await.faults();
    faults.sort();
    let expected = pairs([
        ("/colour", "unknown_field"),
        ("/description", "bad_length"),
        ("/dialect", "bad_format"),
        ("/events/1", "bad_format"),
        ("/headers/Host", "reserved"),
        ("/headers/X-A", "bad_format"),
        ("/headers/X-B", "bad_length"),
        ("/headers/X-C", "wrong_type"),
        ("/headers/X-Hub-Signature", "reserved"),
        ("/headers/bad name", "bad_format"),
        ("/headers/x-a", "repeated"),
        ("/max_in_flight", "out_of_range"),
        ("/metadata/", "bad_length"),
        ("/metadata/a", "wrong_type"),
        ("/paused", "wrong_type"),
        ("/retry/attempts_max", "out_of_range"),
        ("/retry/delays_s", "bad_length"),
        ("/retry/jitter", "unknown_field"),
        ("/scope", "wrong_type"),
        ("/signature", "bad_format"),
        ("/timeout_ms", "out_of_range"),
        ("/url", "bad_format"),
    ]);
    assert_eq!(faults, expected);
}

#[tokio::test]
async fn urls_are_absolute_and_plain() {
    let server = Server::start().await;
    let long = format!("https://example.com/{}", "x".repeat(2048));
    for (url, code) in [
        ("example.com/hook", "bad_format"),
        ("/hook", "bad_format"),
        ("javascript:alert(1)", "bad_format"),
        ("http://", "bad_format"),
        ("https://user@example.com/", "bad_format"),
        ("https://:pw@example.com/", "bad_format"),
        ("https://example.com/#part", "bad_format"),
        ("https://example.com/a b", "bad_format"),
        ("https://example.com/a\r\nX: y", "bad_format"),
        (long.as_str(), "bad_length"),
    ] {
        let answer = server.call("POST", WEBHOOKS, json!({"url": url})).await;
        assert_eq!(answer.faults(), pairs([("/url", code)]), "{url}");
    }
    let answer = server.call("POST", WEBHOOKS, json!({})).await;
    assert_eq!(answer.faults(), pairs([("/url", "required")]));
}

#[tokio::test]
async fn forbidden_targets_are_refused_with_a_remedy() {
    let server = Server::start().await;
    let draft = json!({"url": "https://10.0.0.1/hook"});
    let answer = server.call("POST", WEBHOOKS, draft).await;
    assert_eq!(answer.problem(), "target_forbidden");
    let json = answer.json();
    assert_eq!(json["errors"][0]["pointer"], "/url");
    assert_eq!(json["detail"], "10.0.0.1 is in 10.0.0.0/8; set allow_private");
    let draft = json!({"url": "https://10.0.0.1/hook", "allow_private": true});
    let path = made(&server, draft).await;
    // Also when the permission is taken back; but not when nothing about the target changes.
    let answer = server.call("PATCH", &path, json!({"allow_private": false})).await;
    assert_eq!(answer.problem(), "target_forbidden");
    server.call("PATCH", &path, json!({"active": false})).await.ok();
}

#[tokio::test]
async fn a_changed_url_asks_for_everything_secret_again() {
    let server = Server::start().await;
    let path = made(&server, guarded()).await;
    let url = "https://elsewhere.example.com/";
    let answer = server.call("PATCH", &path, json!({"url": url})).await;
    let expected = pairs([
        ("/secret", "required_again"),
        ("/basic_auth", "required_again"),
        ("/headers/X-Key", "required_again"),
        ("/headers/X-Other", "required_again"),
    ]);
    assert_eq!(answer.faults(), expected);
    let half = json!({"url": url, "secret": SECRET, "basic_auth": {"username": "other"},
        "headers": {"x-key": "canary-header"}});
    let expected =
        pairs([("/basic_auth", "required_again"), ("/headers/X-Other", "required_again")]);
    assert_eq!(server.call("PATCH", &path, half).await.faults(), expected);
    // The same URL is no change, and a longer path is one.
    let same = json!({"url": "https://ci.example.com/hook?token=1"});
    server.call("PATCH", &path, same).await.ok();
    let longer = json!({"url": "https://ci.example.com/hook?token=2"});
    assert_eq!(server.call("PATCH", &path, longer).await.faults().len(), 4);
    let whole = json!({"url": url, "secret": null, "basic_auth": null, "headers": null});
    let changed = server.call("PATCH", &path, whole).await.ok();
    assert_eq!(changed["secret_set"], false);
    assert_eq!(changed["headers"], json!({}));
}

#[tokio::test]
async fn objects_are_merged() {
    let server = Server::start().await;
    let path = made(&server, guarded()).await;
    let before = server.store.configured().await.unwrap().webhooks.remove(0);
    let change = json!({
        "headers": {"x-key": null, "X-New": "canary-header"}, "metadata": {"a": "1", "b": "2"},
        "retry": {"attempts_max": 3}, "basic_auth": {"username": "other"},
    });
    let changed = server.call("PATCH", &path, change).await.ok();
    let names: Vec<&String> = changed["headers"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["X-New", "X-Other"]);
    assert_eq!(changed["retry"]["attempts_max"], 3);
    assert_eq!(changed["retry"]["delays_s"][8], 43_200);
    assert_eq!(changed["basic_auth"]["username"], "other");
    let after = server.store.configured().await.unwrap().webhooks.remove(0);
    let password =
        |webhook: &pipeline::Webhook| webhook.basic_auth.clone().unwrap().sealed_password;
    assert_eq!(password(&before), password(&after));
    let change = json!({"metadata": {"a": null, "c": "3"}, "retry": {"attempts_max": null}});
    let changed = server.call("PATCH", &path, change).await.ok();
    assert_eq!(changed["metadata"], json!({"b": "2", "c": "3"}));
    assert_eq!(changed["retry"]["attempts_max"], Value::Null);
}

#[tokio::test]
async fn authorization_is_set_once() {
    let server = Server::start().await;
    let mut draft = guarded();
    draft["headers"] = json!({"authorization": "Bearer canary-header"});
    let answer = server.call("POST", WEBHOOKS, draft.clone()).await;
    assert_eq!(answer.faults(), pairs([("/headers", "conflict")]));
    draft["basic_auth"] = Value::Null;
    server.call("POST", WEBHOOKS, draft).await.ok();
}

#[tokio::test]
async fn a_signature_policy_goes_with_as_received() {
    let server = Server::start().await;
    let draft = json!({"url": "https://example.com", "signature": "keep"});
    let answer = server.call("POST", WEBHOOKS, draft).await;
    assert_eq!(answer.faults(), pairs([("/signature", "conflict")]));
    let draft = json!({"url": "https://example.com", "dialect": "as-received",
        "signature": "replace"});
    let answer = server.call("POST", WEBHOOKS, draft).await;
    assert_eq!(answer.faults(), pairs([("/signature", "conflict")]));
    let draft = json!({"url": "https://example.com", "dialect": "as-received",
        "signature": "replace", "secret": SECRET});
    let path = made(&server, draft).await;
    let secrets = server.get(&format!("{path}/secrets")).await.ok();
    let secret = secrets["items"][0]["id"].as_str().unwrap();
    let answer = server.delete(&format!("{path}/secrets/{secret}")).await;
    assert_eq!(answer.problem(), "last_secret");
}

#[tokio::test]
async fn a_ping_shows_its_attempt() {
    let server = Server::start().await;
    let path = made(&server, guarded()).await + "/ping";
    let attempt = server.post(&path).await.ok();
    assert_eq!(attempt["outcome"], "delivered");
    assert_eq!(attempt["response"]["body"], "ok \u{fffd}");
    assert_eq!(attempt["request"]["headers"]["X-Event-Key"], "diagnostics:ping");
    server.call("POST", &path, json!({"key": "repo:push"})).await.ok();
    let answer = server.call("POST", &path, json!({"key": "repo:fork"})).await;
    assert_eq!(answer.faults(), pairs([("/key", "unknown_reference")]));
    let answer = server.call("POST", &path, json!({"key": "a b", "to": 1})).await;
    let expected = pairs([("/to", "unknown_field"), ("/key", "bad_format")]);
    assert_eq!(answer.faults(), expected);
}

#[tokio::test]
async fn resuming_ends_a_pause_and_a_rules_deactivation() {
    let server = Server::start().await;
    let path = made(&server, json!({"url": "https://example.com", "paused": true})).await;
    assert_eq!(server.get(&path).await.ok()["paused"], true);
    server.pass(5_000);
    let mut webhook = server.store.configured().await.unwrap().webhooks.remove(0);
    webhook.active = false;
    webhook.inactive_reason = Some(InactiveReason::Gone);
    let id = webhook.id;
    server.store.put_webhook(webhook, Expected::Version(1)).await.unwrap();
    server.engine.reload().await.unwrap();
    assert_eq!(server.get(&path).await.ok()["inactive_reason"], "gone");
    let resumed = server.post(&format!("{path}/resume")).await.ok();
    assert_eq!((&resumed["active"], &resumed["paused"]), (&json!(true), &json!(false)));
    assert_eq!(resumed["inactive_reason"], Value::Null);
    assert_eq!(resumed["version"], 2);
    assert_eq!(*server.engine.woken.lock().unwrap(), [id]);
    let kept = server.store.configured().await.unwrap().webhooks.remove(0);
    assert_eq!(kept.pauses.len(), 1);
    // With nothing to end the lane is woken, and nothing changes.
    assert_eq!(server.post(&format!("{path}/resume")).await.ok()["version"], 2);
}

#[tokio::test]
async fn a_persons_word_on_active_ends_a_rules() {
    let server = Server::start().await;
    let path = made(&server, json!({"url": "https://example.com"})).await;
    let mut webhook = server.store.configured().await.unwrap().webhooks.remove(0);
    webhook.active = false;
    webhook.inactive_reason = Some(InactiveReason::Gone);
    server.store.put_webhook(webhook, Expected::Version(1)).await.unwrap();
    server.engine.reload().await.unwrap();
    let changed = server.call("PATCH", &path, json!({"scope": "acme"})).await.ok();
    assert_eq!(changed["inactive_reason"], "gone");
    let changed = server.call("PATCH", &path, json!({"active": true})).await.ok();
    assert_eq!((&changed["active"], &changed["inactive_reason"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn what_waits_stops_a_deletion() {
    let server = Server::start().await;
    let path = made(&server, json!({"url": "https://example.com"})).await;
    assert_eq!(server.publish("key=repo:push", "{}").await.ok()["deliveries"], 1);
    let answer = server.delete(&path).await;
    assert_eq!(answer.problem(), "deliveries_waiting");
    assert_eq!(answer.json()["waiting"], 1);
    let answer = server.delete(&format!("{path}?waiting=drop")).await;
    assert_eq!(answer.faults(), pairs([("?waiting", "bad_format")]));
    let answer = server.delete(&format!("{path}?waiting=cancel")).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(server.get(&path).await.problem(), "not_found");
}

#[tokio::test]
async fn what_the_configuration_declares_is_changed_there() {
    let server = Server::start().await;
    let path = made(&server, guarded()).await;
    let mut webhook = server.store.configured().await.unwrap().webhooks.remove(0);
    webhook.declared_key = Some("ci".to_owned());
    let secret = format!("{path}/secrets/{}", webhook.secrets[0].id);
    server.store.put_webhook(webhook, Expected::Version(1)).await.unwrap();
    server.engine.reload().await.unwrap();
    for (method, path) in [
        ("PATCH", path.clone()),
        ("DELETE", path.clone()),
        ("POST", format!("{path}/secrets")),
        ("POST", format!("{secret}/activate")),
        ("DELETE", secret),
    ] {
        let answer = server.call(method, &path, json!({})).await;
        assert_eq!(answer.problem(), "declared_in_configuration", "{method} {path}");
    }
    server.post(&format!("{path}/ping")).await.ok();
    server.post(&format!("{path}/resume")).await.ok();
}

#[tokio::test]
async fn what_waits_is_woken_when_a_pause_ends_or_the_target_is_another() {
    let server = Server::start().await;
    let path = made(&server, json!({"url": "https://example.com"})).await;
    let woken = || server.engine.woken.lock().unwrap().len();
    for (change, expected) in [
        (json!({"description": "x", "paused": true}), 0),
        (json!({"paused": false}), 1),
        (json!({"url": "https://elsewhere.example.com"}), 2),
        (json!({"scope": "acme"}), 2),
    ] {
        server.call("PATCH", &path, change).await.ok();
        assert_eq!(woken(), expected);
    }
}
