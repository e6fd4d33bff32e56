//! Drafts of the configuration file, and what may not be a header.

use std::sync::Arc;

use countersign::Dialect;
use pipeline::{Catalogue, Source, Timestamp, Webhook, webhook::InactiveReason};
use serde_json::json;

use super::*;
use crate::FieldCode;
use crate::tests::harness::{CANARIES, SECRET, Server};

fn forge(server: &Server) -> Forge {
    Forge {
        keys: server.keys.clone(),
        ids: server.ids.clone(),
        clock: server.clock(),
        randomness: server.randomness.clone(),
        default_dialect: Dialect::BitbucketDataCenter,
        catalogue: Arc::new(Catalogue::default()),
    }
}

fn source(value: serde_json::Value) -> SourceDraft {
    serde_json::from_value(value).unwrap()
}

fn webhook(value: serde_json::Value) -> WebhookDraft {
    serde_json::from_value(value).unwrap()
}

fn declared_webhook() -> WebhookDraft {
    webhook(json!({
        "url": "https://example.com", "secret": SECRET, "scope": "acme",
        "basic_auth": {"username": "ci", "password": "canary-password"},
        "headers": {"X-Key": "canary-header"}, "metadata": {"a": "1"},
    }))
}

#[tokio::test]
async fn the_same_declaration_changes_nothing() {
    let server = Server::start().await;
    let forge = forge(&server);
    let draft = || {
        source(json!({"name": "dc", "dialect": "bitbucket-data-center",
        "secret": SECRET, "basic_auth": {"username": "ci", "password": "canary-password"}}))
    };
    let first: Source = draft().declare(None, &forge).unwrap().value;
    assert!(first.declared);
    server.pass(1_000);
    let again = draft().declare(Some(&first), &forge).unwrap().value;
    assert_eq!(again, first);
    let first: Webhook = declared_webhook().declare("ci", None, &forge).unwrap().value;
    assert_eq!(first.declared_key.as_deref(), Some("ci"));
    server.pass(1_000);
    let again = declared_webhook().declare("ci", Some(&first), &forge).unwrap().value;
    assert_eq!(again, first);
}

#[tokio::test]
async fn what_a_declaration_no_longer_names_takes_its_default() {
    let server = Server::start().await;
    let forge = forge(&server);
    let first = declared_webhook().declare("ci", None, &forge).unwrap().value;
    server.pass(1_000);
    let draft = webhook(json!({"url": "https://elsewhere.example.com", "secret": SECRET}));
    let changed = draft.declare("ci", Some(&first), &forge).unwrap().value;
    assert_eq!((changed.id, changed.created_at), (first.id, first.created_at));
    assert_eq!(changed.secrets, first.secrets);
    assert_eq!((changed.version, changed.scope.as_str()), (2, ""));
    assert_eq!(changed.basic_auth, None);
    assert!(changed.headers.is_empty() && changed.metadata.is_empty());
    assert!(changed.updated_at > first.updated_at);
    let other = webhook(json!({"url": "https://example.com", "secret": "not the same secret"}));
    let changed = other.declare("ci", Some(&first), &forge).unwrap().value;
    assert_ne!(changed.secrets, first.secrets);
}

#[tokio::test]
async fn a_rules_deactivation_outlives_a_restart_but_no_new_url() {
    let server = Server::start().await;
    let forge = forge(&server);
    let mut gone = declared_webhook().declare("ci", None, &forge).unwrap().value;
    gone.active = false;
    gone.inactive_reason = Some(InactiveReason::Gone);
    let again = declared_webhook().declare("ci", Some(&gone), &forge).unwrap().value;
    assert_eq!(again, gone);
    let draft = webhook(json!({"url": "https://example.com/other"}));
    let moved = draft.declare("ci", Some(&gone), &forge).unwrap().value;
    assert!(moved.active && moved.inactive_reason.is_none());
}

#[tokio::test]
async fn a_table_of_the_file_is_read_alike() {
    let server = Server::start().await;
    let mut draft = source(json!({"name": "bytes", "dialect": "bitbucket-cloud"}));
    draft.secret_base64 = Field::Given(SecretText::base64_of(&[0xff; 20]));
    let drafted = draft.clone().apply(None, &forge(&server)).unwrap();
    let secret = &drafted.value.secrets[0];
    let place = sealing::Place {
        owner: &drafted.value.id.to_string(),
        secret: &secret.id.to_string(),
        field: sealing::Field::Secret,
    };
    assert_eq!(server.keys.open(&place, &secret.sealed).unwrap().as_slice(), [0xff; 20]);
    draft.secret = Field::Given(SecretText::new(SECRET.to_owned()));
    draft.secret_base64 = Field::Absent;
    let shown = format!("{draft:?} {:?}", draft.clone().apply(None, &forge(&server)));
    for canary in CANARIES {
        assert!(!shown.contains(canary), "{shown}");
    }
}

#[tokio::test]
async fn errors_read_as_one_line() {
    let server = Server::start().await;
    let draft = source(json!({"name": "x", "dialect": "bitbucket", "scop": ""}));
    let Err(DraftError::Fields(errors)) = draft.apply(None, &forge(&server)) else {
        panic!("expected faults");
    };
    let line = errors.to_string();
    assert!(line.starts_with("/scop: there is no such field; did you mean `scope`?; /dialect: "));
}

#[tokio::test]
async fn the_default_dialect_is_the_servers() {
    let server = Server::start().await;
    let draft = webhook(json!({"url": "https://example.com"}));
    let made = draft.apply(None, &forge(&server)).unwrap().value;
    let expected = pipeline::WebhookDialect::Fixed(Dialect::BitbucketDataCenter);
    assert_eq!(made.dialect, expected);
    assert_eq!(made.created_at, Timestamp::from_millis(1_760_000_000_000));
}

#[tokio::test]
async fn what_decides_about_framing_or_origin_is_no_header_of_ones_own() {
    let server = Server::start().await;
    let forge = forge(&server);
    let reserved = [
        "Host",
        "content-length",
        "Transfer-Encoding",
        "Connection",
        "Keep-Alive",
        "TE",
        "Trailer",
        "Upgrade",
        "Expect",
        "Content-Type",
        "Content-Encoding",
        "Proxy-Authorization",
        "X-Attempt-Number",
        "X-Event-Key",
        "X-Hub-Signature",
        "webhook-signature",
        "webhook-id",
        "webhook-timestamp",
        "X-Request-UUID",
        "X-Request-Id",
        "X-Hook-UUID",
    ];
    for name in reserved {
        let draft = webhook(json!({"url": "https://example.com", "headers": {name: "x"}}));
        let Err(DraftError::Fields(errors)) = draft.apply(None, &forge) else {
            panic!("{name} is taken");
        };
        let codes: Vec<FieldCode> = errors.iter().map(|error| error.code).collect();
        assert_eq!(codes, [FieldCode::Reserved], "{name}");
    }
    for (name, value) in [
        ("", "x"),
        ("a b", "x"),
        ("a:", "x"),
        ("a\r\nHost", "x"),
        ("é", "x"),
        ("X-A", "a\nb"),
        ("X-A", "a\0b"),
        ("X-A", " a"),
        ("X-A", "a\t"),
        ("X-A", "é"),
        ("X-A", ""),
    ] {
        let draft = webhook(json!({"url": "https://example.com", "headers": {name: value}}));
        assert!(draft.apply(None, &forge).is_err(), "{name:?}: {value:?}");
    }
    for name in ["User-Agent", "Authorization", "Cookie", "X-Forwarded-For", "a!#$%&'*+-.^_`|~"] {
        let draft = webhook(json!({"url": "https://example.com", "headers": {name: "a\tb c"}}));
        assert!(draft.apply(None, &forge).is_ok(), "{name}");
    }
}

#[tokio::test]
async fn what_is_the_servers_own_is_never_forwarded() {
    let server = Server::start().await;
    for name in [
        "Authorization",
        "cookie",
        "Host",
        "Connection",
        "TE",
        "Forwarded",
        "X-Forwarded-Host",
        "Via",
        "Expect",
        "Content-Length",
        "Content-Encoding",
        "Proxy-Authenticate",
        "a b",
        "",
        "X-Attempt-Number",
    ] {
        let draft = source(json!({"name": "x", "dialect": "bitbucket-cloud", "secret": SECRET,
            "forward_headers": [name]}));
        assert!(draft.apply(None, &forge(&server)).is_err(), "{name}");
    }
}

#[tokio::test]
async fn a_toml_table_says_the_same_as_json() {
    let server = Server::start().await;
    let text = r#"
        url = "https://example.com"
        events = ["repo:push"]
        timeout_ms = 500
        paused = true
        made = 2026-01-01T00:00:00Z
        retry = { delays_s = [1, 2], attempts_max = 3 }
        [basic_auth]
        username = "ci"
        password = "canary-password"
        [headers]
        X-Key = "canary-header"
    "#;
    let mut draft: WebhookDraft = toml::from_str(text).unwrap();
    assert!(draft.unknown.remove("made").is_some());
    let made = draft.apply(None, &forge(&server)).unwrap().value;
    assert_eq!((made.timeout_ms, made.retry.delays_s), (500, vec![1, 2]));
    assert!(made.paused_since.is_some() && made.basic_auth.is_some());
    assert_eq!(made.headers[0].name, "X-Key");
}
