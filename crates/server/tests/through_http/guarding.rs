//! The target guard: at saving, at a ping, and at every delivery.

use serde_json::json;
use testkit::receivers::{Answer, Receiver};

use crate::scene::{Scene, outcomes};

#[tokio::test]
async fn forbidden_targets_are_refused_at_saving_with_the_remedy() {
    let scene = Scene::start().await;
    let own = format!("http://{}/in/bitbucket", scene.public());
    let admin = format!("http://{}/", scene.admin());
    let cases = [
        ("http://127.0.0.1:9000/", false, "allow_private"),
        ("http://localhost:9000/", false, "allow_private"),
        ("http://[::1]:9000/", false, "allow_private"),
        ("http://2130706433:9000/", false, "allow_private"),
        ("https://10.0.0.1/", false, "allow_private"),
        ("http://169.254.169.254/latest/", true, "metadata"),
        ("http://0.0.0.0:9000/", true, "unspecified"),
        ("http://100.64.0.1/", true, "targets.private"),
        ("http://198.18.0.1/", true, "targets.private"),
        ("http://127.0.0.1:22/", true, "127.0.0.1"),
        (own.as_str(), true, "own listeners"),
        (admin.as_str(), true, "own listeners"),
    ];
    for (url, allow_private, part) in cases {
        let webhook = json!({"url": url, "allow_private": allow_private});
        let reply = scene.api("POST", "/api/v1/webhooks", Some(webhook)).await;
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (422, &json!("target_forbidden")),
            "{url}"
        );
        let error = &reply.json()["errors"][0];
        assert_eq!(error["pointer"], "/url");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(part), "{url}: {message}");
    }
    assert_eq!(scene.list("/api/v1/webhooks").await.len(), 0);
    scene.end().await;
}

#[tokio::test]
async fn a_changed_url_is_judged_too() {
    let scene = Scene::start().await;
    let receiver = Receiver::start(Answer::status(200)).await;
    let path = format!("/api/v1/webhooks/{}", scene.webhook(&receiver, json!({})).await);
    for change in [json!({"url": "http://169.254.169.254/"}), json!({"allow_private": false})] {
        let reply = scene.api("PATCH", &path, Some(change)).await;
        assert_eq!((reply.status, &reply.json()["code"]), (422, &json!("target_forbidden")));
    }
    assert_eq!(scene.get(&path).await["version"], 1);
    scene.end().await;
}

#[tokio::test]
async fn what_was_allowed_at_saving_can_be_forbidden_at_delivery() {
    let mut scene = Scene::start().await;
    let receiver = Receiver::start(Answer::status(200)).await;
    let retry = json!({"attempts_max": 1, "delays_s": [0]});
    let by_name = format!("http://localhost:{}/", receiver.address().port());
    let fields = json!({"retry": retry});
    let literal = scene.webhook(&receiver, fields.clone()).await;
    let named = scene.webhook_to(&by_name, fields).await;
    scene.configure("[targets]\nprivate = []\n");
    scene.restart().await;

    scene.publish("key=repo:push").await;
    for delivery in scene.deliveries("failed", 2).await {
        let id = delivery["id"].as_str().unwrap();
        let whole = scene.get(&format!("/api/v1/deliveries/{id}")).await;
        assert_eq!(outcomes(&whole), ["forbidden_target"]);
    }
    for webhook in [literal, named] {
        let attempt = scene.act(&format!("/api/v1/webhooks/{webhook}/ping")).await;
        assert_eq!(attempt["outcome"], "forbidden_target");
    }
    assert_eq!(receiver.waiting(), 0, "nothing was sent");
    scene.end().await;
}
