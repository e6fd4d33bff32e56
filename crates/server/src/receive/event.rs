//! From a verified request to an event.

use countersign::{Dialect, EventKey};
use http::{HeaderMap, header};
use pipeline::{Event, EventFacts, IdGenerator, KeptHeaders, Marks, event::KEPT_HEADERS_MAX};

use super::{body::PlainBody, scope};
use crate::live::Intake;

const CONTENT_TYPE_MAX: usize = 255;

/// Never kept, whatever a source's `forward_headers` says: they are this hop's, or secret.
const NEVER_KEPT: [&str; 16] = [
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

pub(super) fn build(
    intake: &Intake,
    headers: &HeaderMap,
    plain: PlainBody,
    ids: &IdGenerator,
    key_unknown: &EventKey,
) -> Event {
    let source = &intake.source;
    let received = source.dialect.received(headers);
    let key = received.event_key.or_else(|| source.dialect.event_key_of_body(&plain.bytes));
    let (scope, outside_scope) = scope::of_body(&plain.bytes, &source.scope);
    let facts = EventFacts {
        id: ids.make(),
        key: key.unwrap_or_else(|| key_unknown.clone()),
        scope,
        source: Some(source.name.clone()),
        request_id: received.request_id,
        content_type: content_type(headers),
        size_bytes: plain.bytes.len() as u64,
        sha256: plain.sha256,
        verified: true,
        repeat_of: None,
        marks: Marks { request_id_reused: false, outside_scope },
    };
    let headers = kept(headers, &source.dialect, &source.forward_headers);
    Event { facts, headers, body: plain.bytes }
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    (value.len() <= CONTENT_TYPE_MAX).then(|| value.to_owned())
}

/// `User-Agent`, the dialect's own headers and those that the source names, in this order. A header
/// that carries the secret itself is never kept.
fn kept(headers: &HeaderMap, dialect: &Dialect, further: &[String]) -> KeptHeaders {
    let own = dialect.event_headers().chain(dialect.signature_headers());
    let further = further.iter().map(String::as_str);
    let mut kept = KeptHeaders::new();
    for name in [header::USER_AGENT.as_str()].into_iter().chain(own).chain(further) {
        let name = name.to_ascii_lowercase();
        let token = dialect.token_header().is_some_and(|token| token.eq_ignore_ascii_case(&name));
        if token || is_never_kept(&name, headers) || kept.iter().any(|(kept, _)| *kept == name) {
            continue;
        }
        for value in headers.get_all(&name) {
            if kept.len() < KEPT_HEADERS_MAX {
                kept.push((name.clone(), value.as_bytes().to_vec()));
            }
        }
    }
    kept
}

fn is_never_kept(name: &str, headers: &HeaderMap) -> bool {
    let connection = headers.get_all(header::CONNECTION).iter();
    let named_there = |value: &http::HeaderValue| {
        let mut options = value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
        options.any(|option| option.eq_ignore_ascii_case(name.as_bytes()))
    };
    NEVER_KEPT.contains(&name)
        || name.starts_with("x-forwarded-")
        || name == "x-attempt-number"
        || name == "content-type"
        || connection.into_iter().any(named_there)
}
