//! What a webhook wants, and how its pauses count.

use super::*;
use crate::{EventId, Marks};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn webhook() -> Webhook {
    Webhook {
        id: WebhookId::from_parts(1, 1),
        declared_key: None,
        description: String::new(),
        scope: Scope::parse("acme").unwrap(),
        source: None,
        url: "https://ci.example/hook".to_owned(),
        triggers: vec!["repo:*".parse().unwrap()],
        active: true,
        inactive_reason: None,
        paused_since: None,
        pauses: Vec::new(),
        dialect: WebhookDialect::AsReceived,
        signature: None,
        secrets: Vec::new(),
        basic_auth: None,
        headers: Vec::new(),
        allow_private: false,
        timeout_ms: 10_000,
        max_in_flight: 32,
        rate_limit: None,
        deactivate_after_s: None,
        retry: RetryPolicy::default(),
        metadata: Vec::new(),
        version: 1,
        created_at: at(0),
        updated_at: at(0),
    }
}

fn event(key: &str, scope: &str, source: Option<&str>) -> EventFacts {
    EventFacts {
        id: EventId::from_parts(1, 1),
        key: EventKey::parse(key).unwrap(),
        scope: Scope::parse(scope).unwrap(),
        source: source.map(|name| name.parse().unwrap()),
        request_id: None,
        content_type: None,
        size_bytes: 0,
        sha256: [0; 32],
        verified: true,
        repeat_of: None,
        marks: Marks::default(),
    }
}

#[test]
fn it_wants_events_of_its_scope_source_and_triggers() {
    let mut webhook = webhook();
    assert!(webhook.wants(&event("repo:push", "ACME/api", Some("bitbucket"))));
    assert!(!webhook.wants(&event("issue:created", "acme", None)));
    assert!(!webhook.wants(&event("repo:push", "other", None)));
    webhook.source = Some("bitbucket".parse().unwrap());
    assert!(webhook.wants(&event("repo:push", "acme", Some("bitbucket"))));
    assert!(!webhook.wants(&event("repo:push", "acme", Some("github"))));
    assert!(!webhook.wants(&event("repo:push", "acme", None)));
    webhook.active = false;
    assert!(!webhook.wants(&event("repo:push", "acme", Some("bitbucket"))));
}

#[test]
fn paused_time_is_what_overlaps() {
    let mut webhook = webhook();
    webhook.pause(at(10));
    webhook.pause(at(15));
    assert_eq!(webhook.paused_between(at(0), at(14)), Duration::from_secs(4));
    webhook.resume(at(20));
    webhook.resume(at(25));
    webhook.pause(at(30));
    assert_eq!(webhook.paused_between(at(0), at(40)), Duration::from_secs(20));
    assert_eq!(webhook.paused_between(at(12), at(18)), Duration::from_secs(6));
    assert_eq!(webhook.paused_between(at(21), at(29)), Duration::ZERO);
}

#[test]
fn the_oldest_pauses_are_forgotten() {
    let mut webhook = webhook();
    for round in 0..100 {
        webhook.pause(at(round * 10));
        webhook.resume(at(round * 10 + 1));
    }
    assert_eq!(webhook.pauses.len(), PAUSES_MAX);
    assert_eq!(webhook.pauses[PAUSES_MAX - 1], (at(990), at(991)));
}
