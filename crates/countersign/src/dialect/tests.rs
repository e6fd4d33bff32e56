use alloc::string::ToString as _;
use alloc::vec::Vec;

use super::*;

const CLOUD: Dialect = Dialect::BitbucketCloud;
const DATA_CENTER: Dialect = Dialect::BitbucketDataCenter;
const STANDARD: Dialect = Dialect::StandardWebhooks;

fn generic() -> Dialect {
    let generic = GenericHmac::new("X-Shop-Hmac").expect("a header");
    let generic = generic.with_event_key_header("X-Shop-Topic").expect("a header");
    generic.with_request_id_header("X-Shop-Id").expect("a header").into()
}

fn every_dialect() -> Vec<Dialect> {
    Dialect::ALL.iter().cloned().chain([generic()]).collect()
}

#[test]
fn names_are_read_as_they_are_written() {
    let names: Vec<_> = Dialect::ALL.iter().map(Dialect::to_string).collect();
    assert_eq!(
        names,
        [
            "bitbucket-cloud",
            "bitbucket-data-center",
            "github",
            "gitlab",
            "gitea",
            "standard-webhooks"
        ]
    );
    for dialect in Dialect::ALL {
        assert_eq!(dialect.as_str().parse(), Ok(dialect.clone()));
    }
    assert_eq!(generic().as_str(), Dialect::GENERIC_HMAC);
    for other in ["", "Bitbucket-Cloud", "bitbucket", " bitbucket-cloud", "generic-hmac", "forgejo"]
    {
        assert_eq!(other.parse::<Dialect>(), Err(DialectUnknown), "{other}");
    }
}

#[test]
fn limits_are_those_of_the_contract() {
    for dialect in every_dialect() {
        let cap = if dialect == CLOUD { 1 << 20 } else { 25 << 20 };
        assert_eq!(dialect.body_cap_default_bytes(), cap, "{dialect}");
        let list = [Dialect::Gitlab, STANDARD].contains(&dialect);
        assert_eq!(dialect.signs_with_all(), list, "{dialect}");
        assert_eq!(dialect.basic_auth_suffices(), dialect == DATA_CENTER, "{dialect}");
        let unsigned = (dialect == DATA_CENTER).then_some("diagnostics:ping");
        assert_eq!(dialect.unsigned_ping(), unsigned, "{dialect}");
        let signed = (dialect == Dialect::Github).then_some("ping");
        assert_eq!(dialect.signed_ping(), signed, "{dialect}");
    }
}

#[test]
fn headers_are_those_of_the_contract() {
    let expected: [(Dialect, &[&str], &[&str]); 7] = [
        (
            CLOUD,
            &["X-Hub-Signature"],
            &["X-Event-Key", "X-Request-UUID", "X-Hook-UUID", "X-Event-Time"],
        ),
        (DATA_CENTER, &["X-Hub-Signature"], &["X-Event-Key", "X-Request-Id"]),
        (
            Dialect::Github,
            &["X-Hub-Signature-256"],
            &["X-GitHub-Event", "X-GitHub-Delivery", "X-GitHub-Hook-ID"],
        ),
        (
            Dialect::Gitlab,
            &["X-Gitlab-Token", "webhook-signature"],
            &[
                "X-Gitlab-Event",
                "Idempotency-Key",
                "X-Gitlab-Event-UUID",
                "X-Gitlab-Webhook-UUID",
                "webhook-id",
                "webhook-timestamp",
            ],
        ),
        (Dialect::Gitea, &["X-Gitea-Signature"], &["X-Gitea-Event", "X-Gitea-Delivery"]),
        (STANDARD, &["webhook-signature"], &["X-Event-Key", "webhook-id", "webhook-timestamp"]),
        (generic(), &["X-Shop-Hmac"], &["X-Shop-Topic", "X-Shop-Id"]),
    ];
    for (dialect, signature, event) in expected {
        assert!(dialect.signature_headers().eq(signature.iter().copied()), "{dialect}");
        assert!(dialect.event_headers().eq(event.iter().copied()), "{dialect}");
    }
}

/// What is written stands in the headers that a dialect lists, and no other.
#[test]
fn every_header_that_is_sent_is_listed() {
    use crate::sign::Signer;

    let key = EventKey::parse("repo:push").expect("an event key");
    for dialect in every_dialect() {
        let secret = Secret::generate(&dialect, &mut |bytes| bytes.fill(1));
        let signer = Signer::new(dialect.clone(), [&secret]).expect("a signer");
        let outgoing = Outgoing {
            event_key: &key,
            request_id: "1",
            attempt: 1,
            hook_id: Some("1"),
            at: crate::UnixSeconds(0),
            body: b"",
        };
        for (name, _) in signer.headers(&outgoing).expect("headers") {
            let listed = dialect.signature_headers().chain(dialect.event_headers());
            let of_all = ["X-Event-Key", "X-Attempt-Number"];
            assert!(listed.chain(of_all).any(|listed| listed == name), "{dialect}: {name}");
        }
    }
}

#[test]
fn each_dialect_reads_its_own_ids() {
    let headers = [
        ("X-Event-Key", "a"),
        ("X-Request-UUID", "b"),
        ("X-Request-Id", "c"),
        ("webhook-id", "d"),
        ("X-Attempt-Number", "3"),
        ("X-Hook-UUID", "e"),
        ("X-GitHub-Event", "f"),
        ("X-GitHub-Delivery", "g"),
        ("X-GitHub-Hook-ID", "h"),
        ("X-Gitlab-Event", "i"),
        ("X-Gitlab-Event-UUID", "j"),
        ("Idempotency-Key", "k"),
        ("X-Gitlab-Webhook-UUID", "l"),
        ("X-Gitea-Event", "m"),
        ("X-Gitea-Delivery", "n"),
        ("X-Shop-Topic", "o"),
        ("X-Shop-Id", "p"),
    ];
    for (dialect, event_key, request_id, attempt, hook_id) in [
        (CLOUD, "a", "b", Some(3), Some("e")),
        (DATA_CENTER, "a", "c", None, None),
        (Dialect::Github, "f", "g", None, Some("h")),
        (Dialect::Gitlab, "i", "d", None, Some("l")),
        (Dialect::Gitea, "m", "n", None, None),
        (STANDARD, "a", "d", None, None),
        (generic(), "o", "p", None, None),
    ] {
        let received = dialect.received(&headers);
        let expected = Received {
            event_key: EventKey::parse(event_key).ok(),
            request_id: Some(request_id.into()),
            attempt,
            hook_id: hook_id.map(String::from),
        };
        assert_eq!(received, expected, "{dialect}");
    }
    let bare = Dialect::from(GenericHmac::new("X-Signature").expect("a header"));
    assert_eq!(bare.received(&headers), Received::default());
}

#[test]
fn gitlab_prefers_the_id_that_can_be_signed_and_falls_back_to_older_ones() {
    let id = |headers: &[(&str, &str)]| Dialect::Gitlab.received(headers).request_id;
    let uuid = ("X-Gitlab-Event-UUID", "uuid");
    assert_eq!(id(&[uuid]).as_deref(), Some("uuid"));
    assert_eq!(id(&[uuid, ("Idempotency-Key", "key")]).as_deref(), Some("key"));
    assert_eq!(id(&[uuid, ("Idempotency-Key", "not visible")]).as_deref(), Some("uuid"));
    let twice = [uuid, ("Idempotency-Key", "1"), ("idempotency-key", "1")];
    assert_eq!(id(&twice).as_deref(), Some("uuid"));
    assert_eq!(id(&[uuid, uuid]), None);
    let (key, signed) = (("Idempotency-Key", "key"), ("webhook-id", "signed"));
    assert_eq!(id(&[uuid, key, signed]).as_deref(), Some("signed"));
    assert_eq!(id(&[signed, signed, key, uuid]).as_deref(), Some("key"));
    assert_eq!(id(&[("webhook-id", "not visible"), uuid]).as_deref(), Some("uuid"));
}

#[test]
fn unreadable_headers_are_none() {
    let none: [(&str, &str); 0] = [];
    for dialect in every_dialect() {
        assert_eq!(dialect.received(&none), Received::default());
    }
    let long = "x".repeat(256);
    let headers = [
        ("X-Event-Key", "repo push"),
        ("X-Request-UUID", long.as_str()),
        ("X-Attempt-Number", "-1"),
        ("X-Hook-UUID", "one"),
        ("X-Hook-UUID", "two"),
    ];
    assert_eq!(CLOUD.received(&headers), Received::default());
    for number in ["+1", "1.0", "0x1", "4294967296", "", "one"] {
        assert_eq!(CLOUD.received(&[("X-Attempt-Number", number)]).attempt, None, "{number}");
    }
    let most = CLOUD.received(&[("X-Attempt-Number", "4294967295")]).attempt;
    assert_eq!(most, Some(u32::MAX));
}

#[test]
fn type_of_a_body_is_found_at_the_top_only() {
    let found = |body: &str| STANDARD.event_key_of_body(body.as_bytes());
    for body in [
        r#"{"type":"a.b"}"#,
        " {\r\n\t\"type\" : \"a.b\" }",
        r#"{"data":{"type":"x"},"list":[{"type":"y"}],"text":"\"type\":\"z\"","type":"a.b"}"#,
        r#"{"kind":"type","type":"a.b"}"#,
        r#"{"end\\":"}","type":"a.b","type":"second"}"#,
    ] {
        assert_eq!(found(body), EventKey::parse("a.b").ok(), "{body}");
    }
    assert_eq!(found(r#"{"type":"a\/b"}"#), EventKey::parse("a/b").ok());
    let slashes = std::format!(r#"{{"type":"{}"}}"#, "\\/".repeat(128));
    assert_eq!(found(&slashes), EventKey::parse(&"/".repeat(128)).ok());
    for body in [
        "",
        "{",
        "{}",
        "[]",
        r#""type""#,
        r#"["type","a"]"#,
        r#"{"type":1}"#,
        r#"{"type":null,"x":"a"}"#,
        r#"{"type":{"type":"a"}}"#,
        r#"{"Type":"a"}"#,
        r#"{"data":{"type":"a"}}"#,
        r#"{"data":"type"}"#,
        r#"{"type":""}"#,
        r#"{"type":"a b"}"#,
        r#"{"type":"\u0061"}"#,
        r#"{"type":"a"#,
        r#"{"type":"a\"#,
        r#"}}{"type":"a"}"#,
        r#"{{"type":"a"}}"#,
        r#"{}{"type":"a"}"#,
    ] {
        assert_eq!(found(body), None, "{body}");
    }
    assert_eq!(STANDARD.event_key_of_body(b"{\"type\":\"\xff\"}"), None);
    let deep = std::format!(r#"{}{}"type":"a"}}"#, r#"{"x":"#, "[".repeat(100_000));
    assert_eq!(found(&deep), None);
}

#[test]
fn only_standard_webhooks_name_their_events_in_the_body() {
    let body = br#"{"type":"a.b","eventKey":"pr:opened","object_kind":"push"}"#;
    for dialect in every_dialect() {
        let named = dialect.event_key_of_body(body).is_some();
        assert_eq!(named, dialect == STANDARD, "{dialect}");
    }
}
