//! Rotation of secrets.

use http::StatusCode;
use serde_json::{Value, json};

use super::harness::{SECRET, Server, pairs};

const SECRETS: &str = "/api/v1/sources/cloud/secrets";

async fn with_source() -> Server {
    let server = Server::start().await;
    let draft = json!({"name": "cloud", "dialect": "bitbucket-cloud", "secret": SECRET});
    server.call("POST", "/api/v1/sources", draft).await.ok();
    server
}

async fn listed(server: &Server) -> Vec<Value> {
    let list = server.get(SECRETS).await.ok();
    assert_eq!(list["next"], Value::Null);
    list["items"].as_array().unwrap().clone()
}

async fn add(server: &Server, draft: Value) -> Value {
    server.call("POST", SECRETS, draft).await.ok()
}

#[tokio::test]
async fn a_rotation_overlaps_and_ends() {
    let server = with_source().await;
    server.pass(1_000);
    let added = add(&server, json!({"generate_secret": true, "previous_expires_in_s": 60})).await;
    assert_eq!(added["secret"].as_str().unwrap().len(), 43);
    assert_eq!(added["active"], true);
    let secrets = listed(&server).await;
    assert_eq!(secrets[0]["id"], added["id"]);
    assert_eq!(secrets[0]["expires_at"], Value::Null);
    assert_eq!(secrets[0]["last_used_at"], "1970-01-01T00:00:01.000Z");
    assert_eq!(secrets[1]["expires_at"], "2025-10-09T08:54:21.000Z");
    assert!(secrets.iter().all(|secret| secret["active"] == true));
    server.pass(60_000);
    assert_eq!(listed(&server).await[1]["active"], false);
    // The last two that have expired stay, to explain a sender that still uses one.
    for _ in 0..4 {
        let draft = json!({"generate_secret": true, "previous_expires_in_s": 0});
        let added = add(&server, draft).await;
        let secrets = listed(&server).await;
        let expired = secrets.iter().filter(|secret| secret["active"] == false).count();
        assert_eq!((secrets.len(), expired), (3, 2), "{secrets:?}");
        assert_eq!(secrets[0]["id"], added["id"]);
    }
}

#[tokio::test]
async fn a_secret_may_wait_for_its_activation() {
    let server = with_source().await;
    let added = add(&server, json!({"generate_secret": true, "activate": false})).await;
    assert_eq!(added["active"], false);
    let path = format!("{SECRETS}/{}", added["id"].as_str().unwrap());
    let activate = format!("{path}/activate");
    let active = server.call("POST", &activate, json!({"previous_expires_in_s": 0})).await;
    assert_eq!(active.header("etag"), "\"3\"");
    assert_eq!(active.ok()["active"], true);
    let secrets = listed(&server).await;
    assert_eq!((secrets.len(), &secrets[1]["active"]), (2, &Value::Bool(false)));
    assert_eq!(secrets[0]["id"], added["id"]);
    server.post(&activate).await.ok();
    assert_eq!(server.delete(&path).await.problem(), "last_secret");
    let unknown = format!("{SECRETS}/sec_{}", "0".repeat(26));
    for answer in [server.post(&format!("{unknown}/activate")).await, server.delete(&unknown).await]
    {
        assert_eq!(answer.problem(), "not_found");
    }
}

#[tokio::test]
async fn at_most_four_are_active() {
    let server = with_source().await;
    for _ in 0..3 {
        add(&server, json!({"generate_secret": true})).await;
    }
    let further = json!({"generate_secret": true});
    let answer = server.call("POST", SECRETS, further).await;
    assert_eq!(answer.problem(), "too_many_secrets");
    let waiting = add(&server, json!({"generate_secret": true, "activate": false})).await;
    let waiting = waiting["id"].as_str().unwrap();
    let answer = server.post(&format!("{SECRETS}/{waiting}/activate")).await;
    assert_eq!(answer.problem(), "too_many_secrets");
    for _ in 0..3 {
        add(&server, json!({"generate_secret": true, "activate": false})).await;
    }
    let ninth = json!({"generate_secret": true, "activate": false});
    let answer = server.call("POST", SECRETS, ninth).await;
    assert_eq!(answer.problem(), "too_many_secrets");
    add(&server, json!({"generate_secret": true, "previous_expires_in_s": 0})).await;
    assert_eq!(listed(&server).await.iter().filter(|one| one["active"] == true).count(), 1);
}

#[tokio::test]
async fn any_but_the_last_active_one_can_be_deleted() {
    let server = with_source().await;
    let first = listed(&server).await.remove(0);
    let first = format!("{SECRETS}/{}", first["id"].as_str().unwrap());
    add(&server, json!({"generate_secret": true, "activate": false})).await;
    assert_eq!(server.delete(&first).await.problem(), "last_secret");
    add(&server, json!({"generate_secret": true})).await;
    assert_eq!(server.delete(&first).await.status, StatusCode::NO_CONTENT);
    assert_eq!(server.delete(&first).await.problem(), "not_found");
}

#[tokio::test]
async fn wrong_fields_are_told() {
    let server = with_source().await;
    for (draft, expected) in [
        (json!({}), pairs([("/secret", "required")])),
        (json!({"secret": null}), pairs([("/secret", "required")])),
        (json!({"generate_secret": false}), pairs([("/secret", "required")])),
        (json!({"secret": "a", "generate_secret": true}), pairs([("/secret", "conflict")])),
        (json!({"secret_base64": "%"}), pairs([("/secret_base64", "bad_format")])),
        (
            json!({"generate_secret": true, "activate": false, "previous_expires_in_s": 1}),
            pairs([("/previous_expires_in_s", "conflict")]),
        ),
        (
            json!({"generate_secret": true, "previous_expires_in_s": 2_592_001, "sceret": 1}),
            pairs([("/sceret", "unknown_field"), ("/previous_expires_in_s", "out_of_range")]),
        ),
    ] {
        let answer = server.call("POST", SECRETS, draft.clone()).await;
        assert_eq!(answer.faults(), expected, "{draft}");
    }
    let answer = server.call("POST", SECRETS, json!({"sceret": 1})).await;
    let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("`secret`"), "{message}");
}

#[tokio::test]
async fn webhooks_rotate_alike_and_may_have_none() {
    let server = Server::start().await;
    let draft = json!({"url": "https://example.com", "secret": SECRET});
    let made = server.call("POST", "/api/v1/webhooks", draft).await.ok();
    let path = format!("/api/v1/webhooks/{}/secrets", made["id"].as_str().unwrap());
    let draft = json!({"secret": "canary-password 0123456789", "previous_expires_in_s": 10});
    let added = server.call("POST", &path, draft).await;
    assert_eq!(added.status, StatusCode::CREATED);
    let items = server.get(&path).await.ok()["items"].clone();
    for secret in items.as_array().unwrap() {
        let path = format!("{path}/{}", secret["id"].as_str().unwrap());
        server.post(&format!("{path}/activate")).await.ok();
        assert_eq!(server.delete(&path).await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(server.get(&path).await.ok()["items"], json!([]));
}
