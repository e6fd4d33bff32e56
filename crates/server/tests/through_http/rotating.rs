//! Secrets come and go while requests do.

use serde_json::{Value, json};
use testkit::receivers::{Answer, Receiver};

use crate::{scene::Scene, sender::Sender};

const SECRETS: &str = "/api/v1/sources/bitbucket/secrets";

#[tokio::test]
async fn during_a_rotation_both_secrets_verify() {
    let scene = Scene::start().await;
    let old = scene.source("bitbucket", "bitbucket-cloud").await;
    let new = Sender::new("bitbucket-cloud");
    assert_eq!(scene.post("bitbucket", &new.push("1")).await.status, 403);
    let added = scene.create(SECRETS, json!({"secret": new.secret()})).await;
    assert_eq!((&added["active"], &added["secret"]), (&json!(true), &Value::Null));
    scene.accepted("bitbucket", &old.push("1")).await;
    scene.accepted("bitbucket", &new.push("2")).await;

    let secrets = scene.list(SECRETS).await;
    assert_eq!(secrets.len(), 2);
    assert_eq!(secrets[0]["id"], added["id"], "newest first");
    assert!(secrets.iter().all(|secret| secret["last_used_at"].is_string()), "{secrets:?}");
    let first = secrets[1]["id"].as_str().unwrap();
    let delete = async |id: &str| scene.api("DELETE", &format!("{SECRETS}/{id}"), None).await;
    assert_eq!(delete(first).await.status, 204);
    assert_eq!(scene.post("bitbucket", &old.push("3")).await.status, 403);
    scene.accepted("bitbucket", &new.push("3")).await;
    let last = delete(added["id"].as_str().unwrap()).await;
    assert_eq!((last.status, &last.json()["code"]), (409, &json!("last_secret")));
    scene.end().await;
}

#[tokio::test]
async fn a_secret_counts_from_its_activation_on() {
    let scene = Scene::start().await;
    let old = scene.source("bitbucket", "bitbucket-cloud").await;
    let new = Sender::new("bitbucket-cloud");
    let added = scene.create(SECRETS, json!({"secret": new.secret(), "activate": false})).await;
    assert_eq!(added["active"], false);
    assert_eq!(scene.post("bitbucket", &new.push("1")).await.status, 403);
    let activate = format!("{SECRETS}/{}/activate", added["id"].as_str().unwrap());
    let reply = scene.api("POST", &activate, Some(json!({"previous_expires_in_s": 0}))).await;
    assert_eq!((reply.status, &reply.json()["active"]), (200, &json!(true)));
    scene.accepted("bitbucket", &new.push("1")).await;
    assert_eq!(scene.post("bitbucket", &old.push("2")).await.status, 403);
    scene.end().await;
}

#[tokio::test]
async fn an_expired_secret_stops_counting_by_itself() {
    let mut scene = Scene::start().await;
    let old = scene.source("bitbucket", "bitbucket-cloud").await;
    let new = Sender::new("bitbucket-cloud");
    let secret = json!({"secret": new.secret(), "previous_expires_in_s": 1});
    scene.create(SECRETS, secret).await;
    let signed = old.push("1");
    scene.accepted("bitbucket", &signed).await;
    scene
        .until("the old secret expires", async || {
            let status = scene.post("bitbucket", &signed).await.status;
            (status == 403).then_some(())
        })
        .await;
    scene.accepted("bitbucket", &new.push("2")).await;
    scene.restart().await;
    assert_eq!(scene.post("bitbucket", &old.push("3")).await.status, 403);
    scene.end().await;
}

#[tokio::test]
async fn deliveries_wait_when_all_secrets_of_a_webhook_have_expired() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let old = Sender::new("bitbucket-cloud");
    let webhook = scene.webhook(&receiver, json!({"secret": old.secret()})).await;
    let secrets = format!("/api/v1/webhooks/{webhook}/secrets");
    let short_lived = json!({"generate_secret": true, "previous_expires_in_s": 1});
    let added = scene.create(&secrets, short_lived).await;
    let added = format!("{secrets}/{}", added["id"].as_str().unwrap());
    assert_eq!(scene.api("DELETE", &added, None).await.status, 204);
    scene.log.expect("its secrets cannot be used");
    scene
        .until("the last secret expires", async || {
            let shown = scene.list(&secrets).await;
            shown.iter().all(|secret| secret["active"] == false).then_some(())
        })
        .await;
    // Any change reads what is configured again; by itself that comes within a second.
    scene.change(&format!("/api/v1/webhooks/{webhook}"), json!({"description": "x"})).await;
    let event = scene.publish("key=repo:push").await;
    let new = Sender::new("bitbucket-cloud");
    scene.create(&secrets, json!({"secret": new.secret()})).await;
    scene.delivery(&event, "delivered").await;
    let arrived = receiver.next().await;
    assert!(new.verifies(&arrived), "it waited for a secret that counts");
    scene.end().await;
}

#[tokio::test]
async fn at_most_four_are_active() {
    let scene = Scene::start().await;
    scene.source("bitbucket", "bitbucket-cloud").await;
    let another = async || {
        let secret = json!({"generate_secret": true});
        scene.api("POST", SECRETS, Some(secret)).await
    };
    for _ in 0..3 {
        assert_eq!(another().await.status, 201);
    }
    let reply = another().await;
    assert_eq!((reply.status, &reply.json()["code"]), (409, &json!("too_many_secrets")));
    scene.end().await;
}

#[tokio::test]
async fn a_generated_secret_is_shown_once_and_works() {
    let scene = Scene::start().await;
    let source =
        json!({"name": "bitbucket", "dialect": "bitbucket-cloud", "generate_secret": true});
    let made = scene.create("/api/v1/sources", source).await;
    let secret = made["secret"].as_str().unwrap();
    assert_eq!(secret.len(), 43);
    let later = scene.get("/api/v1/sources/bitbucket").await;
    assert_eq!((&later["secret_set"], &later["secret"]), (&json!(true), &Value::Null));
    let again = json!({"name": "other", "dialect": "bitbucket-cloud", "secret": secret});
    scene.create("/api/v1/sources", again).await;
    scene.end().await;
}

#[tokio::test]
async fn one_signature_is_made_with_the_newest_and_a_list_with_all() {
    let scene = Scene::start().await;
    for dialect in ["bitbucket-cloud", "standard-webhooks"] {
        let mut receiver = Receiver::start(Answer::status(200)).await;
        let (old, new) = (Sender::new(dialect), Sender::new(dialect));
        let fields = json!({"dialect": dialect, "secret": old.secret(), "events": [dialect]});
        let webhook = scene.webhook(&receiver, fields).await;
        let secrets = format!("/api/v1/webhooks/{webhook}/secrets");
        scene.create(&secrets, json!({"secret": new.secret()})).await;
        let event = scene.publish(&format!("key={dialect}")).await;
        let arrived = receiver.next().await;
        assert!(new.verifies(&arrived), "{dialect}");
        assert_eq!(old.verifies(&arrived), dialect == "standard-webhooks");
        scene.delivery(&event, "delivered").await;
        let used = scene.list(&secrets).await;
        let used = used.iter().map(|secret| secret["last_used_at"].is_string());
        let expected = [true, dialect == "standard-webhooks"];
        assert_eq!(used.collect::<Vec<_>>(), expected, "{dialect}");
    }
    scene.end().await;
}
