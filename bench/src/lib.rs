//! Who is measured: each checks the same requests, from `http::HeaderMap` and body to a verdict, with a
//! secret that was prepared before.
//!
//! The crates that know no webhooks get what a careful user writes around them: the one header by
//! name, its label cut off, strict hexadecimal into an array, and the crate's own constant-time
//! comparison. They do not look whether the header stands twice.

use countersign::{Dialect, EventKey, Outgoing, Secret, Signer, UnixSeconds, Verifier};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest as _, Sha256};

const SECRET: [u8; 32] = *b"a secret of 256 bits to compare.";
const HEADER: &str = "x-hub-signature";
const LABEL: &str = "sha256=";

/// A request to check.
#[derive(Debug)]
pub struct Request {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Checks a request.
pub type Check = Box<dyn Fn(&Request) -> bool>;

/// A signed request of the dialect with a body of `body_bytes` of ASCII, and the headers that come
/// besides.
pub fn request(dialect: &Dialect, body_bytes: usize, now: UnixSeconds) -> Request {
    let body: Vec<u8> =
        b"{\"push\":{\"changes\":[]}} ".iter().copied().cycle().take(body_bytes).collect();
    let outgoing = Outgoing {
        event_key: &EventKey::parse("repo:push").expect("an event key"),
        request_id: "0b9a3c51-37a4-4a6f-9a4b-3b1f5d2c7e10",
        attempt: 1,
        hook_id: None,
        at: now,
        body: &body,
    };
    let signer = Signer::new(dialect.clone(), [&secret(dialect)]).expect("a signer");
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("host", "hooks.example.com"),
        ("user-agent", "Bitbucket-Webhooks/2.0"),
        ("content-type", "application/json"),
        ("content-length", "2048"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, value) in signer.headers(&outgoing).expect("headers") {
        let name = HeaderName::try_from(name.as_ref()).expect("a name");
        headers.insert(name, value.try_into().expect("a value"));
    }
    Request { headers, body }
}

fn secret(dialect: &Dialect) -> Secret {
    match dialect {
        Dialect::StandardWebhooks => {
            Secret::generate(dialect, &mut |bytes| bytes.copy_from_slice(&SECRET))
        }
        _ => Secret::new(SECRET).expect("a secret"),
    }
}

/// `bitbucket-cloud`: an HMAC over the body, in hexadecimal. The hash alone comes first.
pub fn over_the_body(now: UnixSeconds) -> Vec<(&'static str, Check)> {
    let verifier = Verifier::new(Dialect::BitbucketCloud, [&secret(&Dialect::BitbucketCloud)])
        .expect("a verifier");
    let ring = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &SECRET);
    let aws = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &SECRET);
    let small = hmac_sha256::HMAC::new(SECRET);
    vec![
        ("SHA-256 alone (sha2)", Box::new(|request| Sha256::digest(&request.body)[0] < u8::MAX)),
        ("countersign", Box::new(move |r| verifier.verify(&r.headers, &r.body, now).is_ok())),
        (
            "ring",
            Box::new(move |request| {
                let tag = claimed(&request.headers);
                tag.is_some_and(|tag| ring::hmac::verify(&ring, &request.body, &tag).is_ok())
            }),
        ),
        (
            "aws-lc-rs",
            Box::new(move |request| {
                let tag = claimed(&request.headers);
                tag.is_some_and(|tag| aws_lc_rs::hmac::verify(&aws, &request.body, &tag).is_ok())
            }),
        ),
        (
            "hmac-sha256",
            Box::new(move |request| {
                let Some(tag) = claimed(&request.headers) else {
                    return false;
                };
                let mut mac = small.clone();
                mac.update(&request.body);
                mac.finalize_verify(&tag)
            }),
        ),
    ]
}

/// `standard-webhooks`: an HMAC over id, time and body, in a list of base64. The hash alone is that of
/// the body.
pub fn over_id_time_and_body(now: UnixSeconds) -> Vec<(&'static str, Check)> {
    let dialect = Dialect::StandardWebhooks;
    let verifier = Verifier::new(dialect.clone(), [&secret(&dialect)]).expect("a verifier");
    let webhook = standardwebhooks::Webhook::from_bytes(SECRET.to_vec()).expect("a webhook");
    vec![
        ("SHA-256 alone (sha2)", Box::new(|request| Sha256::digest(&request.body)[0] < u8::MAX)),
        ("countersign", Box::new(move |r| verifier.verify(&r.headers, &r.body, now).is_ok())),
        ("standardwebhooks", Box::new(move |r| webhook.verify(&r.body, &r.headers).is_ok())),
    ]
}

/// The digest that a request claims.
fn claimed(headers: &HeaderMap) -> Option<[u8; 32]> {
    let text = headers.get(HEADER)?.as_bytes().strip_prefix(LABEL.as_bytes())?;
    if text.len() != 64 {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(text.chunks_exact(2)) {
        *byte = (digit(pair[0])? << 4) | digit(pair[1])?;
    }
    Some(digest)
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        b'A'..=b'F' => Some(character - b'A' + 10),
        _ => None,
    }
}
