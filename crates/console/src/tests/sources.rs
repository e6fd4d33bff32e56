//! Sources: made, shown, changed, deleted.

use http::StatusCode;
use pipeline::store::{Expected, Keep};
use serde_json::{Value, json};

use super::harness::{SECRET, Server, pairs};
use crate::engine::Engine;

async fn with_source(server: &Server) -> Value {
    let draft = json!({"name": "cloud", "dialect": "bitbucket-cloud", "secret": SECRET});
    server.call("POST", "/api/v1/sources", draft).await.ok()
}

#[tokio::test]
async fn a_source_has_its_defaults_and_no_secret_in_sight() {
    let server = Server::start().await;
    let made = with_source(&server).await;
    assert_eq!(made["url"], "http://127.0.0.1:8490/in/cloud");
    assert_eq!(made["url_is_guess"], true);
    assert_eq!(made["secret_set"], true);
    assert_eq!(made["secret"], Value::Null);
    assert_eq!(made["max_body_bytes"], 1_048_576);
    assert_eq!(made["replay_window_s"], 0);
    assert_eq!(made["ping"], false);
    assert_eq!(made["created_at"], "2025-10-09T08:53:20.000Z");
    assert_eq!(made["warnings"], json!([]));
    let shown = server.get("/api/v1/sources/cloud").await;
    assert_eq!(shown.header("etag"), "\"1\"");
    assert_eq!(shown.ok()["version"], 1);
    let kept = server.store.configured().await.unwrap();
    let sealed = &kept.sources[0].secrets[0].sealed;
    assert!(!sealed.windows(6).any(|part| part == b"canary"));
}

#[tokio::test]
async fn a_generated_secret_is_shown_once() {
    let server = Server::start().await;
    let draft = json!({"name": "std", "dialect": "standard-webhooks", "generate_secret": true});
    let made = server.call("POST", "/api/v1/sources", draft).await.ok();
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"));
    let shown = server.get("/api/v1/sources/std").await.ok();
    assert_eq!(shown["secret"], Value::Null);
    assert!(!shown.to_string().contains(secret));
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let server = Server::start().await;
    let draft = json!({
        "name": "Über", "dialect": "bitbucket", "secret": 17, "generate_secret": "yes",
        "basic_auth": {"username": "a:b", "password": "canary-password", "realm": 1},
        "scope": "a//b", "max_body_bytes": 0, "replay_window_s": -1,
        "forward_headers": ["X-Fine", "Cookie"], "ping": 1, "danger_accept_unsigned": true,
    });
    let answer = server.call("POST", "/api/v1/sources", draft).await;
    let mut faults = answer.faults();
    faults.sort();
    let expected = pairs([
        ("/basic_auth/realm", "unknown_field"),
        ("/danger_accept_unsigned", "unknown_field"),
        ("/dialect", "bad_format"),
        ("/forward_headers", "reserved"),
        ("/generate_secret", "wrong_type"),
        ("/max_body_bytes", "out_of_range"),
        ("/name", "bad_format"),
        ("/ping", "wrong_type"),
        ("/replay_window_s", "wrong_type"),
        ("/scope", "bad_format"),
        ("/secret", "wrong_type"),
    ]);
    assert_eq!(faults, expected);
}

#[tokio::test]
async fn a_source_proves_origin_or_is_not_made() {
    let server = Server::start().await;
    let draft = json!({"name": "x", "dialect": "bitbucket-cloud"});
    let answer = server.call("POST", "/api/v1/sources", draft).await;
    assert_eq!(answer.faults(), pairs([("/secret", "required")]));
    let basic = json!({"username": "ci", "password": "canary-password"});
    let draft = json!({"name": "x", "dialect": "bitbucket-cloud", "basic_auth": basic});
    let answer = server.call("POST", "/api/v1/sources", draft).await;
    assert_eq!(answer.faults(), pairs([("/secret", "required")]));
    let draft = json!({"name": "x", "dialect": "bitbucket-data-center", "basic_auth": basic});
    let made = server.call("POST", "/api/v1/sources", draft).await.ok();
    assert_eq!(made["basic_auth"], json!({"username": "ci", "password_set": true}));
    assert_eq!(made["ping"], true);
    let answer = server.call("PATCH", "/api/v1/sources/x", json!({"basic_auth": null})).await;
    assert_eq!(answer.faults(), pairs([("/secret", "required")]));
}

#[tokio::test]
async fn secrets_are_checked_by_their_dialect() {
    let server = Server::start().await;
    let draft = json!({"name": "x", "dialect": "standard-webhooks", "secret": SECRET});
    let answer = server.call("POST", "/api/v1/sources", draft).await;
    assert_eq!(answer.faults(), pairs([("/secret", "bad_format")]));
    let draft = json!({"name": "x", "dialect": "bitbucket-cloud", "secret": " \n"});
    let answer = server.call("POST", "/api/v1/sources", draft).await;
    assert!(answer.faults().contains(&("/secret".into(), "bad_length".into())));
    let draft = json!({"name": "x", "dialect": "bitbucket-cloud", "secret": "a",
        "secret_base64": "YQ=="});
    let answer = server.call("POST", "/api/v1/sources", draft).await;
    assert_eq!(answer.faults(), pairs([("/secret", "conflict")]));
    let draft = json!({"name": "x", "dialect": "bitbucket-cloud", "secret_base64": "AAECAw=="});
    let made = server.call("POST", "/api/v1/sources", draft).await.ok();
    assert_eq!(made["warnings"][0]["code"], "secret_short");
    let change = json!({"dialect": "standard-webhooks"});
    let answer = server.call("PATCH", "/api/v1/sources/x", change).await;
    assert_eq!(answer.faults(), pairs([("/secret", "required_again")]));
}

#[tokio::test]
async fn a_change_keeps_what_is_absent_and_null_takes_the_default() {
    let server = Server::start().await;
    with_source(&server).await;
    let change = json!({"scope": "acme", "replay_window_s": 60, "forward_headers": ["X-B", "x-b"]});
    let changed = server.call("PATCH", "/api/v1/sources/cloud", change).await;
    assert_eq!(changed.header("etag"), "\"2\"");
    let changed = changed.ok();
    assert_eq!(changed["forward_headers"], json!(["x-b"]));
    assert_eq!(changed["secret_set"], true);
    let change = json!({"replay_window_s": null, "name": "cloud"});
    let changed = server.call("PATCH", "/api/v1/sources/cloud", change).await.ok();
    assert_eq!((&changed["scope"], &changed["replay_window_s"]), (&json!("acme"), &json!(0)));
    let answer = server.call("PATCH", "/api/v1/sources/cloud", json!({"name": "b"})).await;
    assert_eq!(answer.faults(), pairs([("/name", "read_only")]));
    let answer = server.call("PATCH", "/api/v1/sources/cloud", json!({"secret": null})).await;
    assert_eq!(answer.faults(), pairs([("/secret", "required")]));
}

#[tokio::test]
async fn if_match_is_honoured() {
    let server = Server::start().await;
    with_source(&server).await;
    let path = "/api/v1/sources/cloud";
    for (tag, version) in [("\"1\"", 2), ("\"9\", \"2\"", 3), ("*", 4)] {
        let change = json!({"scope": "acme"});
        let answer = server.call_with("PATCH", path, change, &[("if-match", tag)]).await;
        assert_eq!(answer.ok()["version"], version);
    }
    let stale = [("if-match", "\"1\"")];
    for (method, path) in [("PATCH", path), ("DELETE", path)] {
        let answer = server.call_with(method, path, json!({}), &stale).await;
        assert_eq!(answer.problem(), "version_mismatch");
    }
    let secret = json!({"secret": SECRET});
    let path = "/api/v1/sources/cloud/secrets";
    let answer = server.call_with("POST", path, secret, &stale).await;
    assert_eq!(answer.problem(), "version_mismatch");
}

#[tokio::test]
async fn names_are_taken_once_and_free_after_deletion() {
    let server = Server::start().await;
    with_source(&server).await;
    let draft = json!({"name": "cloud", "dialect": "bitbucket-cloud", "secret": SECRET});
    let answer = server.call("POST", "/api/v1/sources", draft.clone()).await;
    assert_eq!(answer.problem(), "name_taken");
    let answer = server.delete("/api/v1/sources/cloud").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(server.get("/api/v1/sources/cloud").await.problem(), "not_found");
    assert_eq!(server.delete("/api/v1/sources/cloud").await.problem(), "not_found");
    server.call("POST", "/api/v1/sources", draft).await.ok();
}

#[tokio::test]
async fn what_the_configuration_declares_is_changed_there() {
    let server = Server::start().await;
    with_source(&server).await;
    let mut source = server.store.configured().await.unwrap().sources.remove(0);
    let secret = source.secrets[0].id;
    source.declared = true;
    server.store.put_source(source, Expected::Version(1)).await.unwrap();
    server.engine.reload().await.unwrap();
    let path = "/api/v1/sources/cloud";
    let secret = format!("{path}/secrets/{secret}");
    for (method, path) in [
        ("PATCH", path.to_owned()),
        ("DELETE", path.to_owned()),
        ("POST", format!("{path}/secrets")),
        ("POST", format!("{secret}/activate")),
        ("DELETE", secret),
    ] {
        let answer = server.call(method, &path, json!({})).await;
        assert_eq!(answer.problem(), "declared_in_configuration", "{method} {path}");
    }
    assert_eq!(server.get(path).await.ok()["declared"], true);
}

#[tokio::test]
async fn a_generic_hmac_is_configured_changed_and_shown() {
    let server = Server::start().await;
    let settings = json!({
        "header": "X-Shop-Hmac", "encoding": "base64", "event_key_header": "X-Shop-Topic",
    });
    let draft = json!({
        "name": "shop", "dialect": "generic-hmac", "generic_hmac": settings,
        "generate_secret": true,
    });
    let made = server.call("POST", "/api/v1/sources", draft).await;
    assert_eq!(made.status, 201, "{:?}", made.json());
    let shown = json!({
        "header": "X-Shop-Hmac", "prefix": "", "encoding": "base64", "algorithm": "sha256",
        "event_key_header": "X-Shop-Topic", "request_id_header": null,
    });
    assert_eq!(made.json()["generic_hmac"], shown);

    let change = json!({"generic_hmac": {"prefix": "v=", "event_key_header": null}});
    let changed = server.call("PATCH", "/api/v1/sources/shop", change).await;
    let generic = &changed.json()["generic_hmac"];
    assert_eq!((&generic["prefix"], &generic["encoding"]), (&json!("v="), &json!("base64")));
    assert_eq!(generic["event_key_header"], json!(null));

    let other = json!({"dialect": "github"});
    let changed = server.call("PATCH", "/api/v1/sources/shop", other).await;
    assert_eq!(changed.json()["generic_hmac"], json!(null));
}

#[tokio::test]
async fn settings_of_a_generic_hmac_are_judged_field_by_field() {
    let server = Server::start().await;
    let cases = [
        (json!({"dialect": "generic-hmac"}), "/generic_hmac", "required"),
        (
            json!({"dialect": "generic-hmac", "generic_hmac": {}}),
            "/generic_hmac/header",
            "required",
        ),
        (
            json!({"dialect": "generic-hmac", "generic_hmac": {"header": "a b"}}),
            "/generic_hmac/header",
            "bad_format",
        ),
        (
            json!({"dialect": "generic-hmac", "generic_hmac": {"header": "Authorization"}}),
            "/generic_hmac/header",
            "reserved",
        ),
        (
            json!({"dialect": "generic-hmac", "generic_hmac": {"header": "X-A", "prefix": "\r\n"}}),
            "/generic_hmac/prefix",
            "bad_format",
        ),
        (
            json!({"dialect": "generic-hmac", "generic_hmac": {"header": "X-A", "algorithm": "md5"}}),
            "/generic_hmac/algorithm",
            "bad_format",
        ),
        (
            json!({"dialect": "generic-hmac",
                "generic_hmac": {"header": "X-A", "request_id_header": "x-a"}}),
            "/generic_hmac/request_id_header",
            "reserved",
        ),
        (
            json!({"dialect": "generic-hmac", "generic_hmac": {"header": "X-A", "key": "x"}}),
            "/generic_hmac/key",
            "unknown_field",
        ),
        (
            json!({"dialect": "github", "generic_hmac": {"header": "X-A"}}),
            "/generic_hmac",
            "conflict",
        ),
    ];
    for (mut draft, pointer, code) in cases {
        draft["name"] = json!("x");
        draft["generate_secret"] = json!(true);
        let answer = server.call("POST", "/api/v1/sources", draft.clone()).await;
        assert_eq!(answer.faults(), pairs([(pointer, code)]), "{draft}");
    }
}
