use alloc::string::ToString as _;
use alloc::vec::Vec;

use super::*;

const CLOUD: Dialect = Dialect::BitbucketCloud;
const DATA_CENTER: Dialect = Dialect::BitbucketDataCenter;
const STANDARD: Dialect = Dialect::StandardWebhooks;

#[test]
fn names_are_read_as_they_are_written() {
    let names: Vec<_> = Dialect::ALL.iter().map(Dialect::to_string).collect();
    assert_eq!(names, ["bitbucket-cloud", "bitbucket-data-center", "standard-webhooks"]);
    for dialect in Dialect::ALL {
        assert_eq!(dialect.as_str().parse(), Ok(dialect.clone()));
    }
    for other in ["", "Bitbucket-Cloud", "bitbucket", " bitbucket-cloud"] {
        assert_eq!(other.parse::<Dialect>(), Err(DialectUnknown), "{other}");
    }
}

#[test]
fn limits_and_headers_are_those_of_the_contract() {
    let caps = Dialect::ALL.iter().map(Dialect::body_cap_default_bytes);
    assert_eq!(caps.collect::<Vec<_>>(), [1 << 20, 25 << 20, 25 << 20]);
    let signatures = Dialect::ALL.iter().map(Dialect::signature_header);
    let expected = ["X-Hub-Signature", "X-Hub-Signature", "webhook-signature"];
    assert_eq!(signatures.collect::<Vec<_>>(), expected);
    let cloud = ["X-Event-Key", "X-Request-UUID", "X-Hook-UUID", "X-Event-Time"];
    assert_eq!(CLOUD.event_headers(), cloud);
    assert_eq!(DATA_CENTER.event_headers(), ["X-Event-Key", "X-Request-Id"]);
    let standard = ["X-Event-Key", "webhook-id", "webhook-timestamp"];
    assert_eq!(STANDARD.event_headers(), standard);
}

#[test]
fn each_dialect_reads_its_own_ids() {
    let headers = [
        ("X-Event-Key", "repo:push"),
        ("X-Request-UUID", "uuid"),
        ("X-Request-Id", "id"),
        ("webhook-id", "msg"),
        ("X-Attempt-Number", "3"),
        ("X-Hook-UUID", "hook"),
    ];
    let push = EventKey::parse("repo:push").ok();
    let cloud = CLOUD.received(&headers);
    assert_eq!(cloud.event_key, push);
    assert_eq!(cloud.request_id.as_deref(), Some("uuid"));
    assert_eq!(cloud.attempt, Some(3));
    assert_eq!(cloud.hook_id.as_deref(), Some("hook"));
    for (dialect, id) in [(DATA_CENTER, "id"), (STANDARD, "msg")] {
        let received = dialect.received(&headers);
        assert_eq!(received.event_key, push);
        assert_eq!(received.request_id.as_deref(), Some(id));
        assert_eq!((received.attempt, received.hook_id), (None, None));
    }
}

#[test]
fn unreadable_headers_are_none() {
    let none: [(&str, &str); 0] = [];
    for dialect in Dialect::ALL {
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
fn bitbucket_names_its_events_in_a_header_only() {
    let body = br#"{"type":"a.b","eventKey":"pr:opened"}"#;
    assert_eq!(CLOUD.event_key_of_body(body), None);
    assert_eq!(DATA_CENTER.event_key_of_body(body), None);
}
