//! Sources and webhooks that the configuration file declares.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::{Value, json};
use testkit::receivers::{Answer, Receiver};

use crate::{scene::Scene, sender::Sender};

fn write_secret(scene: &Scene, name: &str, secret: &str) {
    let path = scene.path(name);
    fs::write(&path, secret).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn file(receiver: &Receiver, description: &str) -> String {
    format!(
        "[[source]]\nname = 'bitbucket'\ndialect = 'bitbucket-cloud'\nsecret_file = 'in.secret'\n\
         [[webhook]]\nkey = 'ci'\nsource = 'bitbucket'\nurl = '{}'\nallow_private = true\n\
         secret_file = 'out.secret'\ndescription = '{description}'\n\
         headers = {{ X-Token = {{ value_file = 'token.secret' }} }}\n",
        receiver.url("/")
    )
}

/// A server with a declared source and a declared webhook.
struct Declared {
    scene: Scene,
    receiver: Receiver,
    outside: Sender,
    inside: Sender,
}

impl Declared {
    async fn start() -> Declared {
        let mut scene = Scene::prepare();
        let receiver = Receiver::start(Answer::status(200)).await;
        let outside = Sender::new("bitbucket-cloud");
        let inside = Sender::new("bitbucket-cloud");
        write_secret(&scene, "in.secret", outside.secret());
        write_secret(&scene, "out.secret", inside.secret());
        write_secret(&scene, "token.secret", "header-value");
        scene.configure(&file(&receiver, "first"));
        scene.boot().await;
        Declared { scene, receiver, outside, inside }
    }

    /// The source and the webhook as the API shows them, and the webhook's path.
    async fn shown(&self) -> (Value, Value, String) {
        let mut source = self.scene.get("/api/v1/sources/bitbucket").await;
        // It is guessed from the port, which is another one at each start.
        assert_eq!(source["url_is_guess"], true);
        source["url"].take();
        let webhooks = self.scene.list("/api/v1/webhooks").await;
        assert_eq!(webhooks.len(), 1);
        let path = format!("/api/v1/webhooks/{}", webhooks[0]["id"].as_str().unwrap());
        (source, webhooks[0].clone(), path)
    }
}

#[tokio::test]
async fn what_is_declared_works_and_the_api_does_not_change_it() {
    let Declared { scene, mut receiver, outside, inside } = Declared::start().await;
    scene.accepted("bitbucket", &outside.push("1")).await;
    let arrived = receiver.next().await;
    assert!(inside.verifies(&arrived));
    assert_eq!(arrived.header("X-Token"), Some("header-value"));

    let source = "/api/v1/sources/bitbucket".to_owned();
    assert_eq!(scene.get(&source).await["declared"], true);
    let webhook = &scene.list("/api/v1/webhooks").await[0];
    assert_eq!(webhook["declared_key"], "ci");
    let webhook = format!("/api/v1/webhooks/{}", webhook["id"].as_str().unwrap());
    for path in [source, webhook] {
        let secrets = format!("{path}/secrets");
        for (method, path, body) in [
            ("PATCH", &path, Some(json!({}))),
            ("DELETE", &path, None),
            ("POST", &secrets, Some(json!({"generate_secret": true}))),
        ] {
            let reply = scene.api(method, path, body).await;
            assert_eq!(reply.status, 409, "{method} {path}: {reply:?}");
            assert_eq!(reply.json()["code"], "declared_in_configuration");
        }
    }
    scene.end().await;
}

#[tokio::test]
async fn a_start_changes_what_changed_in_the_file_and_nothing_else() {
    let mut declared = Declared::start().await;
    let before = declared.shown().await;
    declared.scene.restart().await;
    assert_eq!(declared.shown().await, before);

    let changed = file(&declared.receiver, "second");
    declared.scene.configure(&changed);
    declared.scene.restart().await;
    let (source, webhook, path) = declared.shown().await;
    assert_eq!((source, path), (before.0, before.2));
    assert_eq!((&webhook["version"], &webhook["description"]), (&json!(2), &json!("second")));

    // A changed secret counts from the next start on.
    let renewed = Sender::new("bitbucket-cloud");
    write_secret(&declared.scene, "in.secret", renewed.secret());
    declared.scene.restart().await;
    let old = declared.outside.push("2");
    assert_eq!(declared.scene.post("bitbucket", &old).await.status, 403);
    let new = renewed.push("2");
    declared.scene.accepted("bitbucket", &new).await;
    assert!(declared.inside.verifies(&declared.receiver.next().await));
    declared.scene.end().await;
}

#[tokio::test]
async fn what_is_no_longer_declared_stays_and_is_the_apis() {
    let mut declared = Declared::start().await;
    declared.scene.log.expect("no longer declared");
    declared.scene.configure("");
    declared.scene.restart().await;
    let (source, webhook, path) = declared.shown().await;
    assert_eq!((&source["declared"], &webhook["declared_key"]), (&json!(false), &json!(null)));
    let signed = declared.outside.push("1");
    declared.scene.accepted("bitbucket", &signed).await;
    assert!(declared.inside.verifies(&declared.receiver.next().await));
    declared.scene.deliveries("delivered", 1).await;
    declared.scene.change(&path, json!({"paused": true})).await;
    for path in [path, "/api/v1/sources/bitbucket".to_owned()] {
        let deleted = declared.scene.api("DELETE", &path, None).await;
        assert_eq!(deleted.status, 204, "{deleted:?}");
    }
    declared.scene.end().await;
}

#[tokio::test]
async fn a_file_takes_over_what_the_api_made() {
    let mut scene = Scene::start().await;
    let sender = scene.source("bitbucket", "bitbucket-cloud").await;
    let before = scene.get("/api/v1/sources/bitbucket").await;
    write_secret(&scene, "in.secret", sender.secret());
    scene.configure(
        "[[source]]\nname = 'bitbucket'\ndialect = 'bitbucket-cloud'\nsecret_file = 'in.secret'\n",
    );
    scene.restart().await;
    let after = scene.get("/api/v1/sources/bitbucket").await;
    assert_eq!(after["declared"], true);
    assert_eq!(after["created_at"], before["created_at"]);
    scene.accepted("bitbucket", &sender.push("1")).await;
    scene.end().await;
}
