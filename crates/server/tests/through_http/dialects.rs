//! In which form deliveries go out, checked by the library as a receiver would.

use serde_json::json;
use testkit::receivers::{Answer, Arrived, Receiver};

use crate::{
    scene::Scene,
    sender::{PUSH, Sender},
};

/// Publishes to a webhook of this dialect. Answers what arrived, the delivery and its webhook.
async fn delivered_in(dialect: &str, inside: &Sender) -> (Arrived, String, String) {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let fields = json!({"dialect": dialect, "secret": inside.secret()});
    let webhook = scene.webhook(&receiver, fields).await;
    let event = scene.publish("key=repo:push&request_id=publishers-own").await;
    let arrived = receiver.next().await;
    let delivery = scene.delivery(&event, "delivered").await;
    let request_id = delivery["request_id"].as_str().unwrap().to_owned();
    scene.end().await;
    (arrived, request_id, webhook)
}

#[tokio::test]
async fn bitbucket_cloud() {
    let inside = Sender::new("bitbucket-cloud");
    let (arrived, request_id, _) = delivered_in("bitbucket-cloud", &inside).await;
    assert!(inside.verifies(&arrived));
    assert!(!Sender::new("bitbucket-cloud").verifies(&arrived));
    assert_eq!(arrived.header("X-Event-Key"), Some("repo:push"));
    assert_eq!(arrived.header("X-Request-UUID"), Some(request_id.as_str()));
    assert_eq!(arrived.header("X-Hook-UUID").unwrap().len(), 36);
    assert_eq!(arrived.header("X-Attempt-Number"), Some("1"));
}

#[tokio::test]
async fn bitbucket_data_center() {
    let inside = Sender::new("bitbucket-data-center");
    let (arrived, request_id, _) = delivered_in("bitbucket-data-center", &inside).await;
    assert!(inside.verifies(&arrived));
    assert_eq!(arrived.header("X-Request-Id"), Some(request_id.as_str()));
    assert_eq!(arrived.header("X-Event-Key"), Some("repo:push"));
    assert_eq!(arrived.header("X-Attempt-Number"), Some("1"));
}

#[tokio::test]
async fn standard_webhooks() {
    let inside = Sender::new("standard-webhooks");
    let (arrived, request_id, _) = delivered_in("standard-webhooks", &inside).await;
    assert!(inside.verifies(&arrived));
    assert_eq!(arrived.header("webhook-id"), Some(request_id.as_str()));
    assert_eq!(arrived.header("X-Event-Key"), Some("repo:push"));
    assert_eq!(arrived.header("X-Hub-Signature"), None);
}

#[tokio::test]
async fn without_a_secret_nothing_is_signed_and_that_is_said() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let webhook = json!({"url": receiver.url("/"), "allow_private": true});
    let made = scene.create("/api/v1/webhooks", webhook).await;
    assert_eq!(made["dialect"], "bitbucket-cloud");
    assert_eq!(made["warnings"][0]["code"], "unsigned");
    scene.publish("key=repo:push").await;
    let arrived = receiver.next().await;
    assert_eq!(arrived.header("X-Hub-Signature"), None);
    assert!(arrived.header("X-Request-UUID").is_some());
    scene.end().await;
}

#[tokio::test]
async fn the_received_signature_is_replaced_kept_or_dropped() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let bitbucket = scene.source("bitbucket", "bitbucket-cloud").await;
    let inside = Sender::new("bitbucket-cloud");
    let signed = bitbucket.push("push-1");
    let original = signed.signature();
    let cases = [
        (json!({"secret": inside.secret()}), None),
        (json!({"secret": inside.secret(), "signature": "replace"}), None),
        (json!({}), Some(original.as_str())),
        (json!({"secret": inside.secret(), "signature": "keep"}), Some(original.as_str())),
        (json!({"secret": inside.secret(), "signature": "drop"}), Some("")),
        (json!({"signature": "drop"}), Some("")),
    ];
    for (fields, expected) in &cases {
        let mut fields = fields.clone();
        fields["source"] = json!("bitbucket");
        let webhook = scene.webhook(&receiver, fields.clone()).await;
        scene.accepted("bitbucket", &signed.clone().set("X-Request-UUID", &webhook)).await;
        let arrived = receiver.next().await;
        match expected {
            None => assert!(inside.verifies(&arrived), "{fields}"),
            Some(expected) => {
                let header = arrived.header("X-Hub-Signature").unwrap_or("");
                assert_eq!(header, *expected, "{fields}");
            }
        }
        assert_eq!(arrived.header("X-Request-UUID"), Some(webhook.as_str()), "as it was received");
        let path = format!("/api/v1/webhooks/{webhook}?waiting=cancel");
        assert_eq!(scene.api("DELETE", &path, None).await.status, 204);
    }
    scene.end().await;
}

#[tokio::test]
async fn standard_webhooks_signed_anew_as_received_verifies() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let outside = scene.source("std", "standard-webhooks").await;
    let inside = Sender::new("standard-webhooks");
    let fields = json!({"source": "std", "secret": inside.secret()});
    scene.webhook(&receiver, fields).await;
    scene.accepted("std", &outside.push("msg_1")).await;
    let arrived = receiver.next().await;
    assert!(inside.verifies(&arrived) && !outside.verifies(&arrived));
    assert_eq!(arrived.header("webhook-id"), Some("msg_1"));
    scene.end().await;
}

#[tokio::test]
async fn one_dialect_in_and_another_out() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let outside = scene.source("std", "standard-webhooks").await;
    let inside = Sender::new("bitbucket-data-center");
    let fields = json!({
        "source": "std", "dialect": "bitbucket-data-center", "secret": inside.secret(),
    });
    scene.webhook(&receiver, fields).await;
    let event = scene.accepted("std", &outside.push("msg_1")).await;
    let arrived = receiver.next().await;
    assert!(inside.verifies(&arrived));
    assert_eq!(arrived.header("webhook-signature"), None);
    assert_eq!(arrived.header("webhook-id"), None);
    let delivery = scene.delivery(&event, "delivered").await;
    assert_eq!(arrived.header("X-Request-Id"), delivery["request_id"].as_str());
    scene.end().await;
}

#[tokio::test]
async fn github() {
    let inside = Sender::new("github");
    let (arrived, request_id, _) = delivered_in("github", &inside).await;
    assert!(inside.verifies(&arrived));
    assert_eq!(arrived.header("X-GitHub-Delivery"), Some(request_id.as_str()));
    assert_eq!(arrived.header("X-GitHub-Event"), Some("repo:push"));
    assert_eq!(arrived.header("X-GitHub-Hook-ID").unwrap().len(), 36);
    assert_eq!(arrived.header("X-Hub-Signature"), None);
}

#[tokio::test]
async fn gitea() {
    let inside = Sender::new("gitea");
    let (arrived, request_id, _) = delivered_in("gitea", &inside).await;
    assert!(inside.verifies(&arrived));
    assert_eq!(arrived.header("X-Gitea-Delivery"), Some(request_id.as_str()));
    assert_eq!(arrived.header("X-Gitea-Event"), Some("repo:push"));
}

#[tokio::test]
async fn gitlab_with_a_token_and_with_a_signing_token() {
    let token = Sender::new("gitlab");
    let (arrived, request_id, _) = delivered_in("gitlab", &token).await;
    assert!(token.verifies(&arrived));
    assert_eq!(arrived.header("X-Gitlab-Token"), Some(token.secret()));
    assert_eq!(arrived.header("Idempotency-Key"), Some(request_id.as_str()));
    assert_eq!(arrived.header("webhook-signature"), None);

    let signing = Sender::gitlab_signing();
    let (arrived, request_id, _) = delivered_in("gitlab", &signing).await;
    assert!(signing.verifies(&arrived));
    assert_eq!(arrived.header("X-Gitlab-Token"), None);
    assert_eq!(arrived.header("webhook-id"), Some(request_id.as_str()));
}

#[tokio::test]
async fn generic_hmac_comes_in_and_goes_out_as_it_is_configured() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let shop = Sender::generic();
    scene.source_of("shop", &shop, json!({"generic_hmac": Sender::generic_settings()})).await;
    let inside = Sender::generic();
    let fields = json!({
        "source": "shop", "dialect": "generic-hmac", "generic_hmac": Sender::generic_settings(),
        "secret": inside.secret(),
    });
    scene.webhook(&receiver, fields).await;
    let again = Sender::generic();
    scene.webhook(&receiver, json!({"source": "shop", "secret": again.secret()})).await;
    let signed = shop.sign("orders/create", "order-1", b"{}".to_vec());
    assert_eq!(scene.post("shop", &signed).await.status, 202);
    let mut verified = [0, 0];
    for _ in 0..2 {
        let arrived = receiver.next().await;
        assert_eq!(arrived.header("X-Shop-Topic"), Some("orders/create"));
        verified[0] += usize::from(inside.verifies(&arrived));
        // As received from a source of this dialect: signed anew in the same.
        verified[1] += usize::from(again.verifies(&arrived));
    }
    assert_eq!(verified, [1, 1]);
    assert_eq!(scene.post("shop", &signed.body("{} ")).await.status, 403);
    let events = scene.list("/api/v1/events").await;
    assert_eq!(
        (&events[0]["key"], &events[0]["request_id"]),
        (&json!("orders/create"), &json!("order-1"))
    );
    scene.end().await;
}

#[tokio::test]
async fn every_dialect_is_verified_at_a_source() {
    let scene = Scene::start().await;
    for (name, provider) in [
        ("hub", Sender::new("github")),
        ("tea", Sender::new("gitea")),
        ("lab", Sender::new("gitlab")),
        ("signed-lab", Sender::gitlab_signing()),
        ("standard", Sender::new("standard-webhooks")),
    ] {
        scene.source_of(name, &provider, json!({})).await;
        let push = provider.sign("push_hook", "id-1", PUSH);
        assert_eq!(scene.post(name, &push).await.status, 202, "{name}");
        assert_eq!(scene.post(name, &push).await.json()["status"], "duplicate", "{name}");
        let stranger = if name == "signed-lab" {
            Sender::gitlab_signing()
        } else {
            Sender::new(provider.dialect())
        };
        let forged = stranger.sign("push_hook", "id-2", PUSH);
        assert_eq!(scene.post(name, &forged).await.status, 403, "{name}");
        let events = scene.list(&format!("/api/v1/events?source={name}")).await;
        assert_eq!(events.len(), 1);
        assert_eq!(
            (&events[0]["key"], &events[0]["request_id"]),
            (&json!("push_hook"), &json!("id-1"))
        );
    }
    scene.end().await;
}

#[tokio::test]
async fn githubs_signed_ping_is_answered_and_nothing_is_kept() {
    let scene = Scene::start().await;
    let hub = scene.source("hub", "github").await;
    let ping = hub.sign("ping", "ping-1", br#"{"zen":"x"}"#.to_vec());
    let reply = scene.post("hub", &ping).await;
    assert_eq!((reply.status, reply.json()), (200, json!({"status": "pong"})));
    assert_eq!(scene.post("hub", &ping.clone().body("{}")).await.status, 403);
    assert_eq!(scene.post("hub", &ping.without("X-Hub-Signature-256")).await.status, 403);
    scene.nothing_stored().await;
    scene.end().await;
}

#[tokio::test]
async fn a_signature_that_cannot_be_made_anew_is_not_left_out() {
    let scene = Scene::start().await;
    let mut receiver = Receiver::start(Answer::status(200)).await;
    let provider = scene.source("standard", "standard-webhooks").await;
    let (plain, whsec) = (Sender::new("bitbucket-cloud"), Sender::new("standard-webhooks"));
    let fields = json!({"dialect": "as-received", "secret": plain.secret()});
    let webhook = scene.webhook(&receiver, fields).await;
    scene.log.expect("no request can be made");
    let event = scene.accepted("standard", &provider.push("id-1")).await;
    let failed = scene.delivery(&event, "failed").await;
    assert_eq!(failed["attempts"][0]["outcome"], "protocol");
    assert_eq!(receiver.waiting(), 0, "nothing goes out unsigned");

    // Of several secrets those sign that fit.
    let further = json!({"secret": whsec.secret()});
    scene.create(&format!("/api/v1/webhooks/{webhook}/secrets"), further).await;
    scene.accepted("standard", &provider.push("id-2")).await;
    assert!(whsec.verifies(&receiver.next().await));
    scene.end().await;
}

#[tokio::test]
async fn a_secret_to_sign_with_is_never_shown_as_a_token() {
    let scene = Scene::start().await;
    let receiver = Receiver::start(Answer::status(200)).await;
    let lab = scene.source("lab", "gitlab").await;
    let hub = Sender::new("github");
    scene.source_of("hub", &hub, json!({})).await;
    let inside = Sender::new("bitbucket-cloud");
    let anywhere = json!({"dialect": "as-received", "secret": inside.secret()});
    scene.webhook(&receiver, anywhere).await;
    scene.log.expect("no request can be made");
    let event = scene.accepted("lab", &lab.push("id-1")).await;
    scene.delivery(&event, "failed").await;
    assert_eq!(receiver.waiting(), 0);

    let fixed = scene.webhook(&receiver, json!({"secret": inside.secret()})).await;
    let path = format!("/api/v1/webhooks/{fixed}");
    let asked = scene.api("PATCH", &path, Some(json!({"dialect": "gitlab"}))).await;
    assert_eq!((asked.status, &asked.json()["errors"][0]["code"]), (422, &json!("required_again")));
    let again = json!({"dialect": "gitlab", "secret": inside.secret()});
    assert_eq!(scene.api("PATCH", &path, Some(again)).await.status, 200);

    let forwarding = json!({"source": "hub", "secret": inside.secret()});
    scene.webhook(&receiver, forwarding).await;
    let other = json!({"dialect": "gitlab"});
    let refused = scene.api("PATCH", "/api/v1/sources/hub", Some(other)).await;
    assert_eq!(
        (refused.status, &refused.json()["errors"][0]["pointer"]),
        (422, &json!("/dialect"))
    );
    scene.end().await;
}

#[tokio::test]
async fn an_own_header_never_takes_the_place_of_a_signature() {
    let scene = Scene::start().await;
    let receiver = Receiver::start(Answer::status(200)).await;
    let inside = Sender::generic();
    let fields = json!({"secret": inside.secret(), "headers": {"X-Shop-Hmac": "mine"}});
    let webhook = scene.webhook(&receiver, fields).await;
    let change = json!({"dialect": "generic-hmac", "generic_hmac": Sender::generic_settings()});
    let refused = scene.api("PATCH", &format!("/api/v1/webhooks/{webhook}"), Some(change)).await;
    let error = &refused.json()["errors"][0];
    assert_eq!(
        (&error["pointer"], &error["code"]),
        (&json!("/headers/X-Shop-Hmac"), &json!("reserved"))
    );
    scene.end().await;
}
