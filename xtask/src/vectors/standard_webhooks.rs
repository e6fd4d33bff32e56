//! `standard-webhooks`: the listed scheme, and the event key from the body where no header has it.

use super::case::{Case, Secret};
use super::listed;
use super::mac::{Algorithm, base64};
use super::scheme::{
    NOW, Scheme, WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP, identified, message, push, whsec,
};
use super::seed;
use super::sending::Sending;

const EVENT_KEY: &str = "X-Event-Key";

pub(super) fn scheme() -> Scheme {
    listed::scheme(push(EVENT_KEY), identified(WEBHOOK_ID))
}

pub(super) fn verify() -> Vec<Case> {
    let mut cases = listed::all(&scheme());
    cases.extend(types());
    cases.extend(svix());
    cases
}

/// The `type` at the top of the body, where `X-Event-Key` gives none.
fn types() -> Vec<Case> {
    let long = format!("{{\"type\": \"{}\"}}", "k".repeat(128));
    let longer = format!("{{\"type\": \"{}\"}}", "k".repeat(129));
    let bodies: [(&str, &str, Option<&str>); 25] = [
        ("read", r#"{"type": "invoice.paid", "data": {}}"#, Some("invoice.paid")),
        (
            "last",
            r#"{"timestamp": "2023-11-14T22:13:20Z", "data": {"a": [1, {}]}, "type": "invoice.paid"}"#,
            Some("invoice.paid"),
        ),
        ("without blanks", r#"{"data":[],"type":"a:b/c-d_e.F"}"#, Some("a:b/c-d_e.F")),
        ("blanks around everything", " \r\n\t{ \"type\" :\n\"x\" } \n", Some("x")),
        ("behind a nested one", r#"{"data": {"type": "inner"}, "type": "outer"}"#, Some("outer")),
        (
            "behind a list with one",
            r#"{"data": [{"type": "inner"}], "type": "outer"}"#,
            Some("outer"),
        ),
        ("behind text like one", r#"{"a": "\"type\": \"no\"", "type": "yes"}"#, Some("yes")),
        ("behind brackets in a text", r#"{"a": "}]{[", "b": "\\", "type": "yes"}"#, Some("yes")),
        ("behind the value type", r#"{"a": "type", "type": "yes"}"#, Some("yes")),
        ("128 characters", &long, Some(&long[10..138])),
        ("129 characters", &longer, None),
        ("nested only", r#"{"data": {"type": "inner"}}"#, None),
        ("in a list", r#"[{"type": "inner"}]"#, None),
        ("in another case", r#"{"Type": "a", "TYPE": "b"}"#, None),
        ("a longer name", r#"{"types": "a", "event_type": "b"}"#, None),
        ("empty", r#"{"type": ""}"#, None),
        ("a blank inside", r#"{"type": "invoice paid"}"#, None),
        ("blanks around", r#"{"type": " invoice.paid "}"#, None),
        ("a letter that no key has", "{\"type\": \"caf\u{e9}\"}", None),
        ("a number", r#"{"type": 17}"#, None),
        ("null", r#"{"type": null}"#, None),
        ("a list", r#"{"type": ["invoice.paid"]}"#, None),
        ("an object", r#"{"type": {"type": "a"}}"#, None),
        ("a text alone", r#""type""#, None),
        ("an empty object", "{}", None),
    ];
    let scheme = scheme();
    let secret = scheme.secret("first");
    let case = |(name, body, read): &(&str, &str, Option<&str>)| {
        scheme
            .signed(&format!("type: {name}"), std::slice::from_ref(&secret), 0, body.as_bytes())
            .without(EVENT_KEY)
            .reads_event_key(*read)
    };
    let mut cases: Vec<Case> = bodies.iter().map(case).collect();
    let typed = br#"{"type": "invoice.paid"}"#;
    let beside =
        |name: &str| scheme.signed(&format!("type: {name}"), &[scheme.secret("first")], 0, typed);
    cases.extend([
        beside("a header goes first"),
        beside("a header that is no key")
            .set(EVENT_KEY, "no key")
            .reads_event_key(Some("invoice.paid")),
        beside("an empty header").set(EVENT_KEY, "").reads_event_key(Some("invoice.paid")),
        beside("a header that stands twice")
            .add(EVENT_KEY, "repo:fork")
            .reads_event_key(Some("invoice.paid")),
        beside("another dialect's header")
            .without(EVENT_KEY)
            .add("X-GitHub-Event", "push")
            .reads_event_key(Some("invoice.paid")),
    ]);
    cases
}

/// Svix's own names of the three headers are another dialect's.
fn svix() -> Vec<Case> {
    let scheme = scheme();
    let mut alone = scheme.case("svix: its headers alone");
    for (name, _) in &mut alone.headers {
        *name = name.replace("webhook-", "svix-");
    }
    let besides = scheme
        .case("svix: its headers besides")
        .add("svix-id", "another")
        .add("svix-timestamp", "1")
        .add("svix-signature", "v1,AAAA");
    vec![alone.refused("signature_missing"), besides]
}

pub(super) fn sign() -> Vec<String> {
    let secrets = [whsec("first"), whsec("second"), whsec("third"), whsec("fourth")];
    let usual = Sending::new("usual", &secrets[..1], NOW).with_request_id("msg_2b7hVqW1");
    let long = Secret::new("first", format!("whsec_{}", base64(&seed::bytes("whsec key", 64))));
    let all = [
        usual.clone(),
        usual.clone().named("an empty body").with_body(b""),
        usual.clone().named("every byte value").with_body(&(0..=255).collect::<Vec<u8>>()),
        usual.clone().named("no hook id is sent").with_hook("hook-7").with_attempt(3),
        usual.named("a type in the body changes nothing").with_body(br#"{"type": "invoice.paid"}"#),
        Sending::new("a list of two, the last first", &secrets[..2], NOW),
        Sending::new("a list of four, the last first", &secrets, NOW)
            .with_event_key("invoice.paid"),
        Sending::new("a key of 64 bytes", &[long], 1),
    ];
    all.iter().map(of).collect()
}

fn of(sending: &Sending) -> String {
    let headers = [
        (EVENT_KEY, sending.event_key.clone()),
        (WEBHOOK_ID, sending.request_id.clone()),
        (WEBHOOK_TIMESTAMP, sending.now.to_string()),
        ("X-Attempt-Number", sending.attempt.to_string()),
        (WEBHOOK_SIGNATURE, signatures(sending, sending.secrets.iter())),
    ];
    sending.render(None, &headers)
}

/// An item for each of `secrets`, the last first.
pub(super) fn signatures<'a>(
    sending: &Sending,
    secrets: impl DoubleEndedIterator<Item = &'a Secret>,
) -> String {
    let message = message(&sending.request_id, &sending.now.to_string(), &sending.whole_body());
    let item = |secret: &Secret| {
        format!("v1,{}", base64(&Algorithm::Sha256.hmac(&decoded(secret), &message)))
    };
    secrets.rev().map(item).collect::<Vec<_>>().join(" ")
}

/// The key of a `whsec_` secret.
fn decoded(secret: &Secret) -> Vec<u8> {
    use base64::Engine as _;
    let text = secret.bytes.strip_prefix(b"whsec_").unwrap_or_default();
    base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default()
}
