use alloc::format;

use super::*;
use crate::event_key::KnownEventKey;

const SIGNATURE: &str = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";

#[test]
fn cloud_headers_are_read() {
    let received = [
        ("X-Event-Key", "repo:push"),
        ("X-Hook-UUID", "21a7b1b1-9d5c-4b2c-8e70-3f3d6f3f0a55"),
        ("X-Request-UUID", "7"),
        ("X-Attempt-Number", "3"),
        ("X-Event-Time", "Sat, 23 Nov 2019 13:25:35 GMT"),
        ("X-Hub-Signature", SIGNATURE),
    ];
    let headers = cloud::RequestHeaders::read(&received).expect("headers");
    assert_eq!(headers.event_key.known(), Some(KnownEventKey::RepoPush));
    assert_eq!(headers.hook_uuid.as_deref(), Some(received[1].1));
    assert_eq!(headers.request_uuid.as_deref(), Some("7"), "no UUID, and kept");
    assert_eq!(headers.attempt_number, Some(3));
    assert_eq!(headers.event_time.as_deref(), Some(received[4].1));
    let signature = headers.hub_signature.expect("a signature");
    assert_eq!(signature.as_str(), SIGNATURE);
    assert_eq!(signature.digest().map(|digest| digest[0]), Some(0xa4));
}

#[test]
fn only_the_event_key_must_be_there() {
    let headers = cloud::RequestHeaders::read(&[("x-event-key", "other.key")]).expect("headers");
    assert_eq!(headers, cloud::RequestHeaders::new(headers.event_key.clone()));
    let unreadable = [
        ("x-event-key", "other.key"),
        ("x-hook-uuid", "a"),
        ("x-hook-uuid", "b"),
        ("x-request-uuid", "not visible"),
        ("x-attempt-number", "first"),
        ("x-event-time", "\u{e9}"),
        ("x-hub-signature", ""),
    ];
    assert_eq!(cloud::RequestHeaders::read(&unreadable), Ok(headers));

    let error = |value: &str| cloud::RequestHeaders::read(&[("x-event-key", value)]).err();
    let invalid = |reason| Some(RequestHeadersError::EventKeyInvalid(reason));
    assert_eq!(error(""), invalid(EventKeyError::Empty));
    assert_eq!(error("a b"), invalid(EventKeyError::Character));
    assert_eq!(error(&"k".repeat(300)), invalid(EventKeyError::TooLong));
    let not_text = cloud::RequestHeaders::read(&[("x-event-key", [0xff])]).err();
    assert_eq!(not_text, invalid(EventKeyError::Character));
}

#[test]
fn data_center_headers_are_read_and_authorization_is_not_shown() {
    let received = [
        ("X-Event-Key", "diagnostics:ping"),
        ("X-Request-Id", "no-uuid"),
        ("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ("X-Hub-Signature", "sha1=00"),
    ];
    let headers = data_center::RequestHeaders::read(&received).expect("headers");
    assert_eq!(headers.event_key.known(), Some(KnownEventKey::DiagnosticsPing));
    assert_eq!(headers.request_id.as_deref(), Some("no-uuid"));
    assert_eq!(headers.hub_signature.as_ref().map(HubSignature::as_str), Some("sha1=00"));
    assert_eq!(headers.hub_signature.as_ref().and_then(HubSignature::digest), None);
    let shown = format!("{headers:?}");
    assert!(shown.contains("Authorization([redacted])") && !shown.contains("QWx"), "{shown}");
    let value = headers.authorization.as_ref().map(data_center::Authorization::expose);
    assert_eq!(value, Some(received[2].1));
}

#[test]
fn authorization_is_bounded_printable_text() {
    use data_center::Authorization;
    assert!(Authorization::new(&"x".repeat(4096)).is_some());
    for other in ["", "a\r\nb", "\u{e9}", &"x".repeat(4097)] {
        assert!(Authorization::new(other).is_none());
    }
}

#[cfg(feature = "http")]
#[test]
fn what_is_written_is_read() {
    let mut headers = cloud::RequestHeaders::new(KnownEventKey::PullrequestCreated.into());
    let mut map = http::HeaderMap::new();
    map.insert("x-hook-uuid", http::HeaderValue::from_static("of another request"));
    headers.write(&mut map).expect("written");
    assert_eq!(map.len(), 1, "absent headers are removed");
    assert_eq!(cloud::RequestHeaders::read(&map), Ok(headers.clone()));

    headers.hook_uuid = Some("hook".into());
    headers.request_uuid = Some("request".into());
    headers.attempt_number = Some(2);
    headers.event_time = Some("Sat, 23 Nov 2019 13:25:35 GMT".into());
    headers.hub_signature = HubSignature::new(SIGNATURE);
    headers.write(&mut map).expect("written");
    assert_eq!(map.len(), 6);
    assert_eq!(cloud::RequestHeaders::read(&map), Ok(headers.clone()));

    headers.request_uuid = Some("two\r\nlines".into());
    let refused = headers.write(&mut map);
    assert_eq!(refused, Err(RequestHeadersError::ValueInvalid { header: "x-request-uuid" }));
}

#[cfg(feature = "http")]
#[test]
fn written_authorization_is_sensitive_and_matches() {
    use crate::basic::BasicCredentials;

    let credentials = BasicCredentials::new("jenkins", "open sesame").expect("credentials");
    let mut headers = data_center::RequestHeaders::new(KnownEventKey::PrOpened.into());
    headers.authorization = Some((&credentials).into());
    headers.request_id = Some("1".into());
    headers.hub_signature = HubSignature::new(SIGNATURE);
    let mut map = http::HeaderMap::new();
    headers.write(&mut map).expect("written");
    assert!(map["authorization"].is_sensitive());
    assert!(credentials.matches(&map));
    let read = data_center::RequestHeaders::read(&map).expect("headers");
    assert_eq!(read.request_id, headers.request_id);
    assert_eq!(read.hub_signature, headers.hub_signature);
    assert_eq!(read.event_key, headers.event_key);
    assert!(read.authorization.is_some());
}
