//! Each form carries what it should and nothing else, and what was secret is not kept.

use bytes::Bytes;
use countersign::{Secret, Verifier};
use pipeline::{EventFacts, EventId, Marks, Scope};

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const BODY: &[u8] = b"{\"push\": 1}";

fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

fn event(source: Option<&str>, headers: &[(&str, &str)]) -> Event {
    let facts = EventFacts {
        id: EventId::from_parts(NOW.as_millis() as u64 * 4096, 7),
        key: EventKey::parse("repo:push").unwrap(),
        scope: Scope::whole(),
        source: source.map(|name| name.parse().unwrap()),
        request_id: source.map(|_| "received-id".to_owned()),
        content_type: Some("application/json".to_owned()),
        size_bytes: BODY.len() as u64,
        sha256: [0; 32],
        verified: true,
        repeat_of: None,
        marks: Marks::default(),
    };
    let keep = |(name, value): &(&str, &str)| ((*name).to_owned(), value.as_bytes().to_vec());
    Event { facts, headers: headers.iter().map(keep).collect(), body: Bytes::from_static(BODY) }
}

fn envelope(form: Form) -> Envelope {
    let name = HeaderName::from_static("x-own");
    Envelope {
        form,
        hook_id: "hook-uuid".to_owned(),
        authorization: Some(HeaderValue::from_static("Basic c2VjcmV0")),
        headers: vec![(name, HeaderValue::from_static("own-value"))],
    }
}

fn occasion(received_in: Option<&Dialect>) -> Occasion<'_> {
    Occasion { request_id: "delivery-id", attempt: 3, at: NOW, received_in }
}

fn as_received(signature: SignaturePolicy, own: &Secret) -> Envelope {
    let signers = vec![Signer::new(Dialect::BitbucketCloud, [own]).unwrap()];
    envelope(Form::AsReceived { signature, signers })
}

fn cloud_event() -> Event {
    let received = [
        ("x-event-key", "repo:push"),
        ("x-request-uuid", "received-id"),
        ("x-hook-uuid", "received-hook"),
        ("user-agent", "Bitbucket-Webhooks/2.0"),
        ("x-hub-signature", "sha256=00"),
    ];
    event(Some("bitbucket"), &received)
}

#[test]
fn a_dialect_sends_all_of_its_headers_signed() {
    let own = secret("0123456789abcdef");
    let signer = Signer::new(Dialect::BitbucketCloud, [&own]).unwrap();
    let headers = envelope(Form::Dialect(signer)).headers(&event(None, &[]), occasion(None));
    let headers = headers.unwrap();
    let verifier = Verifier::new(Dialect::BitbucketCloud, [&own]).unwrap();
    assert!(verifier.verify(&headers, BODY, UnixSeconds(NOW.as_seconds())).is_ok());
    for (name, value) in [
        ("x-event-key", "repo:push"),
        ("x-request-uuid", "delivery-id"),
        ("x-hook-uuid", "hook-uuid"),
        ("x-attempt-number", "3"),
        ("content-type", "application/json"),
        ("user-agent", USER_AGENT_OURS),
        ("authorization", "Basic c2VjcmV0"),
        ("x-own", "own-value"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
}

#[test]
fn as_received_keeps_what_came_and_replaces_the_signature() {
    let own = secret("0123456789abcdef");
    let cloud = Dialect::BitbucketCloud;
    let envelope = as_received(SignaturePolicy::Replace, &own);
    let headers = envelope.headers(&cloud_event(), occasion(Some(&cloud))).unwrap();
    let verifier = Verifier::new(cloud, [&own]).unwrap();
    assert!(verifier.verify(&headers, BODY, UnixSeconds(0)).is_ok());
    assert_eq!(headers["x-request-uuid"], "received-id");
    assert_eq!(headers["x-hook-uuid"], "received-hook");
    assert_eq!(headers["user-agent"], "Bitbucket-Webhooks/2.0");
    assert_eq!(headers["x-attempt-number"], "3");
}

#[test]
fn as_received_keeps_or_drops_the_signature() {
    let own = secret("0123456789abcdef");
    let cloud = Dialect::BitbucketCloud;
    let headers =
        |policy| as_received(policy, &own).headers(&cloud_event(), occasion(Some(&cloud))).unwrap();
    assert_eq!(headers(SignaturePolicy::Keep)["x-hub-signature"], "sha256=00");
    assert!(!headers(SignaturePolicy::Drop).contains_key("x-hub-signature"));
}

#[test]
fn a_published_event_as_received_goes_out_in_bitbucket_cloud() {
    let own = secret("0123456789abcdef");
    let envelope = as_received(SignaturePolicy::Replace, &own);
    let headers = envelope.headers(&event(None, &[]), occasion(None)).unwrap();
    assert_eq!(headers["x-request-uuid"], "delivery-id");
    let verifier = Verifier::new(Dialect::BitbucketCloud, [&own]).unwrap();
    assert!(verifier.verify(&headers, BODY, UnixSeconds(0)).is_ok());
}

#[test]
fn what_is_kept_of_a_request_holds_no_secret_value() {
    let own = secret("0123456789abcdef");
    let envelope = as_received(SignaturePolicy::Keep, &own);
    let headers = envelope.headers(&event(None, &[]), occasion(None)).unwrap();
    let sent = format!("{:?}", envelope.sent("https://ci.example/hook", &headers));
    assert!(!sent.contains("c2VjcmV0") && !sent.contains("own-value"));
    assert_eq!(sent.matches(REDACTED).count(), 2);
    assert!(sent.contains("X-Attempt-Number") && sent.contains("X-Own"));
    assert!(!format!("{envelope:?}").contains("own-value"));
}

#[test]
fn what_a_receiver_sends_back_of_a_secret_is_taken_out() {
    let mut envelope = envelope(Form::Dialect(Signer::unsigned(Dialect::BitbucketCloud)));
    envelope.authorization = Some(HeaderValue::from_static("Basic Y2k6cGFzc3dvcmQ="));
    let own = [("x-own", "own value, long"), ("x-env", "ci")];
    envelope.headers = own
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .into();
    let mut sent = HeaderMap::new();
    sent.insert(AUTHORIZATION, HeaderValue::from_static("Basic Y2k6cGFzc3dvcmQ="));
    sent.insert("x-own", HeaderValue::from_static("own value, long"));
    sent.insert("x-env", HeaderValue::from_static("ci"));
    sent.insert("x-event-key", HeaderValue::from_static("repo:push"));
    let body = "repo:push ci Basic Y2k6cGFzc3dvcmQ= Y2k6cGFzc3dvcmQ=own value, long\u{fffd}";
    let mut response = Response {
        status: 200,
        headers: HeaderMap::from_iter([(
            HeaderName::from_static("x-echo"),
            HeaderValue::from_static("Y2k6cGFzc3dvcmQ=!"),
        )]),
        body: body.into(),
        truncated: false,
    };
    let secrets = envelope.secrets_in(&sent);
    redact(&secrets, &mut response);
    let expected = "repo:push ci [redacted] [redacted][redacted]\u{fffd}";
    assert_eq!(response.body, expected);
    assert_eq!(response.headers["x-echo"], "[redacted]!");
    let mut clean = Response { body: "nothing of it".into(), ..response.clone() };
    redact(&secrets, &mut clean);
    assert_eq!(clean.body, "nothing of it");
}
