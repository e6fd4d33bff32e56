//! One request for each cause, with all causes that are found for it and no other.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::{format, vec};

use super::*;
use crate::event_key::KnownEventKey;
use crate::explain::Explanation;
use crate::sign::{Outgoing, Signer};
use crate::{Algorithm, GenericHmac};

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
const JSON: &[u8] = b"{\"push\":{\"changes\":[1,2]},\"name\":\"\xc3\xa9\"}";
const CANARY: &str = "canary-4f1d-canary-4f1d";
/// Another one that every dialect can use but `standard-webhooks`.
const OTHER: &str = "canary-77a0-canary-77a0";
/// `canary` and more, as a key of 24 bytes.
const WHSEC: &str = "whsec_Y2FuYXJ5LWNhbmFyeS1jYW5hcnktMDEy";

/// A request, and what whoever received it knows.
struct Request {
    dialect: Dialect,
    secrets: Vec<Secret>,
    expired: Vec<Secret>,
    encoded: Option<Vec<u8>>,
    headers: Vec<(Cow<'static, str>, String)>,
    body: Vec<u8>,
}

fn secrets(texts: &[&str]) -> Vec<Secret> {
    texts.iter().map(|text| Secret::new(*text).expect("a secret")).collect()
}

/// Signed over `body` and received so, by one who has the same secret.
fn signed(dialect: Dialect, secret: &str, body: &[u8]) -> Request {
    let secrets = secrets(&[secret]);
    let headers = signature(&dialect, &secrets, body, NOW);
    let (expired, encoded) = (Vec::new(), None);
    Request { dialect, secrets, expired, encoded, headers, body: body.to_vec() }
}

fn signature(
    dialect: &Dialect,
    secrets: &[Secret],
    body: &[u8],
    at: UnixSeconds,
) -> Vec<(Cow<'static, str>, String)> {
    let event_key = KnownEventKey::RepoPush.into();
    let (request_id, attempt, hook_id) = ("request-1", 1, None);
    let outgoing = Outgoing { event_key: &event_key, request_id, attempt, hook_id, at, body };
    let signer = Signer::new(dialect.clone(), secrets).expect("a signer");
    signer.signature_headers(&outgoing).expect("signed")
}

/// Cloud's request, signed over the JSON.
fn cloud() -> Request {
    signed(Dialect::BitbucketCloud, CANARY, JSON)
}

/// A request to `dialect` with this header and no other.
fn with_header(dialect: Dialect, name: &'static str, value: &str) -> Request {
    let headers = vec![(name.into(), value.to_string())];
    let secret = if dialect == Dialect::StandardWebhooks { WHSEC } else { CANARY };
    Request { headers, ..signed(dialect, secret, JSON) }
}

fn generic(algorithm: Algorithm, encoding: Encoding) -> Dialect {
    let generic = GenericHmac::new("X-Signature").expect("a header");
    generic.with_algorithm(algorithm).with_encoding(encoding).into()
}

impl Request {
    fn received(self, body: &[u8]) -> Self {
        Self { body: body.to_vec(), ..self }
    }

    fn by_one_with(self, texts: &[&str]) -> Self {
        Self { secrets: secrets(texts), ..self }
    }

    fn explained(&self) -> Explanation {
        let explainer = Explainer::new(&self.dialect, &self.secrets).with_expired(&self.expired);
        let explainer = match &self.encoded {
            Some(encoded) => explainer.with_encoded_body(encoded),
            None => explainer,
        };
        explainer.explain(&self.headers, &self.body, NOW)
    }
}

/// Each with all of its causes.
fn examples() -> Vec<(Request, Vec<Cause>)> {
    [of_headers(), of_forms(), of_lengths(), of_secrets_and_dialects(), of_bodies()]
        .into_iter()
        .flatten()
        .collect()
}

fn of_headers() -> Vec<(Request, Vec<Cause>)> {
    let mut unsigned = cloud();
    unsigned.headers.clear();
    let ping = with_header(Dialect::BitbucketDataCenter, "X-Event-Key", "diagnostics:ping");
    let mut twice = cloud();
    twice.headers.extend(cloud().headers);
    let other = |header| Cause::OtherSignatureHeader { header };
    let github = with_header(Dialect::BitbucketCloud, "X-Hub-Signature-256", "sha256=00");
    let standard = with_header(Dialect::BitbucketCloud, "webhook-signature", "v1,AAAA");
    let token = with_header(Dialect::Github, "X-Gitlab-Token", OTHER);
    let svix = with_header(Dialect::StandardWebhooks, "svix-signature", "v1,AAAA");
    let without = |header| Cause::HeaderWithoutSecret { header };
    let signed_only = signed(Dialect::Gitlab, WHSEC, JSON).by_one_with(&[CANARY]);
    let token_only = signed(Dialect::Gitlab, CANARY, JSON).by_one_with(&[WHSEC]);
    let mut old = signed(Dialect::StandardWebhooks, WHSEC, JSON);
    old.headers = signature(&old.dialect, &old.secrets, JSON, UnixSeconds(NOW.0 - 301));
    let mut new = signed(Dialect::Gitlab, WHSEC, JSON);
    new.headers = signature(&new.dialect, &new.secrets, JSON, UnixSeconds(NOW.0 + 301));
    vec![
        (unsigned, vec![Cause::Unsigned]),
        (ping, vec![Cause::UnsignedPing]),
        (twice, vec![Cause::HeaderRepeated]),
        (github, vec![other("X-Hub-Signature-256")]),
        (standard, vec![other("webhook-signature")]),
        (token, vec![other("X-Gitlab-Token")]),
        (svix, vec![other("svix-signature")]),
        (signed_only, vec![without("webhook-signature")]),
        (token_only, vec![without("X-Gitlab-Token")]),
        (old, vec![Cause::ClockOrReplay]),
        (new, vec![Cause::ClockOrReplay]),
    ]
}

const HEX: &str = "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";
const BASE64: &str = "pHccOfvpDzF8eCToPd7zyq6cs9l2whSs4fKTfhMyY8k=";
const SHA1: &str = "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59";

fn of_forms() -> Vec<(Request, Vec<Cause>)> {
    let hub = |value: &str| with_header(Dialect::BitbucketCloud, "X-Hub-Signature", value);
    let list = |value: &str| with_header(Dialect::StandardWebhooks, "webhook-signature", value);
    let bare = |value: &str| with_header(Dialect::Gitea, "X-Gitea-Signature", value);
    let own = |algorithm, encoding, value: &str| {
        with_header(generic(algorithm, encoding), "X-Signature", value)
    };
    let base64_of_sha512 = format!("{}==", "AAAA".repeat(21) + "AA");
    vec![
        (hub(SHA1), vec![Cause::Sha1]),
        (bare(SHA1), vec![Cause::Sha1]),
        (hub(HEX), vec![Cause::LabelMissing]),
        (hub(BASE64), vec![Cause::LabelMissing]),
        (list(BASE64), vec![Cause::LabelMissing]),
        (hub(&format!("SHA256={HEX}")), vec![Cause::LabelCase]),
        (list(&format!("V1,{BASE64}")), vec![Cause::LabelCase]),
        (bare(&format!("sha256={HEX}")), vec![Cause::LabelUnexpected]),
        (
            own(Algorithm::Sha512, Encoding::Base64, &format!("sha512={base64_of_sha512}")),
            vec![Cause::LabelUnexpected],
        ),
        (hub(&format!("sha256={BASE64}")), vec![Cause::Base64InsteadOfHex]),
        (own(Algorithm::Sha512, Encoding::Hex, &base64_of_sha512), vec![Cause::Base64InsteadOfHex]),
        (list(&format!("v1,{HEX}")), vec![Cause::HexInsteadOfBase64]),
        (
            own(Algorithm::Sha512, Encoding::Base64, &format!("{HEX}{HEX}")),
            vec![Cause::HexInsteadOfBase64],
        ),
        // What no cause is known for.
        (hub("nonsense"), vec![]),
        (hub(&format!("sha512={HEX}{HEX}")), vec![]),
        (hub(&format!("sha256={}", HEX.replace('a', "z"))), vec![]),
        (list(&format!("sha256={HEX}")), vec![]),
    ]
}

fn of_lengths() -> Vec<(Request, Vec<Cause>)> {
    let sha512 = generic(Algorithm::Sha512, Encoding::Hex);
    let hub = |value: &str| with_header(Dialect::BitbucketCloud, "X-Hub-Signature", value);
    let list = |value: &str| with_header(Dialect::StandardWebhooks, "webhook-signature", value);
    vec![
        (hub("sha256="), vec![Cause::DigestEmpty]),
        (list("v1,"), vec![Cause::DigestEmpty]),
        (with_header(Dialect::Gitea, "X-Gitea-Signature", ""), vec![Cause::DigestEmpty]),
        (hub(&format!("sha256={}", &HEX[..40])), vec![Cause::DigestLength]),
        (hub(&format!("sha256={HEX}{HEX}")), vec![Cause::DigestLength]),
        (list("v1,AAAA"), vec![Cause::DigestLength]),
        // SHA-256 where SHA-512 belongs is no hexadecimal in place of base64.
        (with_header(sha512, "X-Signature", HEX), vec![Cause::DigestLength]),
    ]
}

fn of_secrets_and_dialects() -> Vec<(Request, Vec<Cause>)> {
    let with_line_feed = format!("{CANARY}\n");
    let trimmed = Cause::SecretHasSurroundingWhitespace { secret: 1 };
    let blank_here = cloud().by_one_with(&[OTHER, &format!("{CANARY}\r\n")]);
    let blank_there = signed(Dialect::Github, &with_line_feed, JSON).by_one_with(&[OTHER, CANARY]);
    let mut expired = cloud().by_one_with(&[OTHER]);
    expired.expired = secrets(&["not this one either", CANARY]);
    let mut token = signed(Dialect::Gitlab, CANARY, JSON).by_one_with(&[OTHER]);
    token.expired = secrets(&[CANARY]);
    let configured = |dialect: Dialect, sent: Request| Request { dialect, ..sent };
    let from_github = configured(Dialect::Gitea, signed(Dialect::Github, CANARY, JSON));
    let from_cloud = configured(Dialect::Github, cloud());
    let from_standard = configured(Dialect::Gitea, signed(Dialect::StandardWebhooks, WHSEC, JSON));
    // Here the header has the same name, and the digest is written otherwise.
    let own = GenericHmac::new("x-hub-signature").expect("a header");
    let same_name = configured(own.into(), cloud());
    let other = |dialect| Cause::OtherDialect { dialect };
    let header = |header| Cause::OtherSignatureHeader { header };
    vec![
        (blank_here, vec![trimmed]),
        (blank_there, vec![Cause::SenderSecretHasLineFeed { secret: 1 }]),
        (expired, vec![Cause::SecretExpired { secret: 1 }]),
        (token, vec![Cause::SecretExpired { secret: 0 }]),
        (from_github, vec![header("X-Hub-Signature-256"), other("github")]),
        (from_cloud, vec![header("X-Hub-Signature"), other("bitbucket-cloud")]),
        // A `whsec_` secret makes the same signature at gitlab, which comes first.
        (from_standard, vec![header("webhook-signature"), other("gitlab")]),
        (same_name, vec![Cause::LabelUnexpected, other("bitbucket-cloud")]),
        (cloud().by_one_with(&[OTHER]), vec![Cause::SecretOrBodyDiffers]),
        (cloud().received(b"other"), vec![Cause::SecretOrBodyDiffers]),
        (
            signed(Dialect::Gitlab, CANARY, JSON).by_one_with(&[OTHER]),
            vec![Cause::SecretOrBodyDiffers],
        ),
    ]
}

fn of_bodies() -> Vec<(Request, Vec<Cause>)> {
    let of = |signed_body: &[u8], body: &[u8]| {
        signed(Dialect::Github, CANARY, signed_body).received(body)
    };
    let gzip = [0x1f, 0x8b, 8, 0];
    let mut compressed = of(&gzip, JSON);
    compressed.encoded = Some(gzip.to_vec());
    let (lf, crlf) = (b"{\n\"a\":1\n}\n", b"{\r\n\"a\":1\r\n}\r\n");
    let changed = |signed_with_crlf| Cause::LineEndingsChanged { signed_with_crlf };
    let spaced = br#"{"push": {"changes": [1, 2]}, "name": "\u00e9"}"#;
    let form = b"payload=%7B%22a%22%3A+%22%C3%A9%26%22%7D&more=1";
    let json = "{\"a\": \"\u{e9}&\"}".as_bytes();
    let encoded = b"payload=%7B%22a%22%3A+%22%C3%A9%26%22%7D";
    vec![
        (of(b"", JSON), vec![Cause::SignatureOfEmptyBody]),
        (of(b"{}", b"{}\n"), vec![Cause::BodyGainedLineEnding]),
        (of(b"{}", b"{}\r\n"), vec![Cause::BodyGainedLineEnding]),
        (of(b"{}\n", b"{}"), vec![Cause::BodyLostLineEnding]),
        (of(JSON, &gzip), vec![Cause::BodyIsGzip]),
        (compressed, vec![Cause::GzippedBytesSigned]),
        (of(lf, crlf), vec![changed(false)]),
        (of(crlf, lf), vec![changed(true)]),
        (of(b"a\r\nb\nc\r\n", b"a\nb\nc\n"), vec![Cause::SecretOrBodyDiffers]),
        (of(spaced, JSON), vec![Cause::JsonRewritten]),
        (of(JSON, spaced), vec![Cause::JsonRewritten]),
        (of(b"[1,2]", b"[ 1,\n2 ]"), vec![Cause::JsonRewritten]),
        (of(b"{\"a\":1}", b"{\"a\":2}"), vec![Cause::SecretOrBodyDiffers]),
        (of(b"\"a\"", b" \"a\""), vec![Cause::SecretOrBodyDiffers]),
        (of(json, form), vec![Cause::JsonCameAsForm]),
        (of(encoded, json), vec![Cause::FormCameAsJson]),
        (of(json, &form[8..]), vec![Cause::SecretOrBodyDiffers]),
    ]
}

#[test]
fn each_cause_is_found_where_it_holds_and_nowhere_else() {
    for (position, (request, expected)) in examples().into_iter().enumerate() {
        let found = request.explained();
        assert_eq!(found.causes(), expected, "example {position}: {:?}", request.headers);
        assert!(matches!(found.verdict(), crate::Verdict::Refused(_)), "example {position}");
    }
}

/// Which one: without a wildcard, so that a new one asks for an example.
fn number(cause: &Cause) -> usize {
    match cause {
        Cause::Unsigned => 0,
        Cause::UnsignedPing => 1,
        Cause::OtherSignatureHeader { .. } => 2,
        Cause::HeaderWithoutSecret { .. } => 3,
        Cause::HeaderRepeated => 4,
        Cause::Sha1 => 5,
        Cause::LabelMissing => 6,
        Cause::LabelUnexpected => 7,
        Cause::LabelCase => 8,
        Cause::Base64InsteadOfHex => 9,
        Cause::HexInsteadOfBase64 => 10,
        Cause::DigestEmpty => 11,
        Cause::DigestLength => 12,
        Cause::SecretHasSurroundingWhitespace { .. } => 13,
        Cause::SenderSecretHasLineFeed { .. } => 14,
        Cause::SignatureOfEmptyBody => 15,
        Cause::BodyGainedLineEnding => 16,
        Cause::BodyLostLineEnding => 17,
        Cause::BodyIsGzip => 18,
        Cause::SecretExpired { .. } => 19,
        Cause::OtherDialect { .. } => 20,
        Cause::LineEndingsChanged { .. } => 21,
        Cause::JsonRewritten => 22,
        Cause::JsonCameAsForm => 23,
        Cause::FormCameAsJson => 24,
        Cause::GzippedBytesSigned => 25,
        Cause::SecretOrBodyDiffers => 26,
        Cause::ClockOrReplay => 27,
    }
}

#[test]
fn every_cause_has_an_example() {
    let mut found: Vec<usize> = examples()
        .iter()
        .flat_map(|(_, causes)| causes.iter().map(number).collect::<Vec<_>>())
        .collect();
    found.sort_unstable();
    found.dedup();
    assert_eq!(found, (0..28).collect::<Vec<_>>());
}

/// Neither a secret, nor a digest or a token, expected or received, nor a part of one.
#[test]
fn no_explanation_shows_what_would_help_to_forge() {
    for (request, causes) in examples() {
        let explanation = request.explained();
        let text = format!("{explanation} {explanation:?}");
        let expected = signature(&request.dialect, &request.secrets, &request.body, NOW);
        let values = request.headers.iter().chain(&expected);
        let names = ["request-1", "1700000000", "diagnostics:ping"];
        for (_, value) in values.filter(|(_, value)| !names.contains(&value.as_str())) {
            for part in value.as_bytes().windows(7) {
                let part = String::from_utf8_lossy(part);
                assert!(!text.contains(&*part) || part == "sha256=", "{part} in {text}");
            }
        }
        let bytes = format!("{:?}", CANARY.as_bytes());
        assert!(!text.contains("canary") && !text.contains(&bytes), "{text}");
        for line in explanation.to_string().lines() {
            assert!(line.ends_with('.') && !line.is_empty(), "{causes:?}: {line}");
        }
    }
}
