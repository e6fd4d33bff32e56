//! Genuine and forged requests through a router, and through the example.
// The exemption of tests in clippy.toml reaches `#[test]` functions only.
#![expect(clippy::unwrap_used, reason = "all of this is test code")]

#[allow(dead_code, reason = "the example's `main` is not run")]
#[path = "../examples/bitbucket_receiver.rs"]
mod receive;

use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::routing::post;
use axum::{Extension, Json, Router};
use bytes::Bytes;
use countersign::{
    Dialect, EventKey, Outgoing, Secret, Signer, UnixSeconds, Verifier, VerifyError,
};
use countersign_axum::{Facts, Refusal, Refused, Source, Verified, VerifyLayer};
use http::{Request, StatusCode};
use tower::ServiceExt as _;

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
const BODY: &[u8] = br#"{"push":{"changes":[]}}"#;
const CAP_BYTES: usize = 256 * 1024;

fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

fn source(dialect: Dialect, secrets: &[Secret]) -> Source {
    let source = Source::new(Verifier::new(dialect, secrets).unwrap());
    source.with_body_cap_bytes(CAP_BYTES).with_clock(|| NOW)
}

/// Answers what the handler was given.
async fn told(
    event: Verified,
) -> Json<(Option<String>, Option<String>, Option<u32>, usize, usize)> {
    let key = event.event_key.as_ref().map(EventKey::to_string);
    Json((key, event.request_id, event.attempt, event.secret, event.body.len()))
}

async fn plain(event: Verified) -> Bytes {
    assert!(!event.headers.contains_key("content-encoding"));
    assert_eq!(event.headers["content-length"], event.body.len().to_string());
    event.body
}

fn router(source: Source) -> Router {
    Router::new().route("/hook", post(told)).route("/body", post(plain)).with_state(source)
}

/// A request signed over `body`.
fn signed(dialect: Dialect, secrets: &[Secret], body: &[u8]) -> Request<Body> {
    let headers = Signer::new(dialect, secrets)
        .unwrap()
        .headers(&Outgoing {
            event_key: &EventKey::parse("repo:push").unwrap(),
            request_id: "request-1",
            attempt: 2,
            hook_id: None,
            at: NOW,
            body,
        })
        .unwrap();
    let request = Request::post("/hook").body(Body::from(body.to_vec())).unwrap();
    headers.into_iter().fold(request, |request, (name, value)| with(request, &name, &value))
}

fn with(mut request: Request<Body>, name: &str, value: &str) -> Request<Body> {
    let name: http::HeaderName = name.parse().unwrap();
    request.headers_mut().append(name, value.parse().unwrap());
    request
}

fn with_body(request: Request<Body>, body: impl Into<Body>) -> Request<Body> {
    request.map(|_| body.into())
}

fn to(mut request: Request<Body>, path: &'static str) -> Request<Body> {
    *request.uri_mut() = http::Uri::from_static(path);
    request
}

async fn answer(app: &Router, request: Request<Body>) -> (StatusCode, Bytes) {
    let response = app.clone().oneshot(request).await.unwrap();
    (response.status(), to_bytes(response.into_body(), usize::MAX).await.unwrap())
}

const REFUSED: &[u8] = br#"{"status":"refused"}"#;

#[tokio::test]
async fn a_genuine_request_reaches_the_handler_with_its_facts() {
    let secrets = [secret("the old secret, 2025"), secret("the new secret, 2026")];
    let app = router(source(Dialect::BitbucketCloud, &secrets));
    let answered = answer(&app, signed(Dialect::BitbucketCloud, &secrets, BODY)).await;
    let told = r#"["repo:push","request-1",2,1,23]"#;
    assert_eq!(answered, (StatusCode::OK, told.into()));
}

#[tokio::test]
async fn every_dialect_gets_through_and_no_secret_of_another_does() {
    for dialect in Dialect::ALL {
        let own = Secret::generate(dialect, &mut |bytes| bytes.fill(1));
        let other = Secret::generate(dialect, &mut |bytes| bytes.fill(2));
        let app = router(source(dialect.clone(), std::slice::from_ref(&own)));
        let (status, _) = answer(&app, signed(dialect.clone(), &[own], BODY)).await;
        assert_eq!(status, StatusCode::OK, "{dialect}");
        let (status, body) = answer(&app, signed(dialect.clone(), &[other], BODY)).await;
        assert_eq!((status, &*body), (StatusCode::FORBIDDEN, REFUSED), "{dialect}");
    }
}

#[tokio::test]
async fn refusals_are_one_answer_and_each_reason_is_told_to_the_operator() {
    let secrets = [secret("It's a Secret to Everybody")];
    let seen = Arc::new(Mutex::new(Vec::new()));
    let reasons = Arc::clone(&seen);
    let source = source(Dialect::BitbucketCloud, &secrets).on_refusal(move |refusal, head| {
        reasons.lock().unwrap().push((head.uri.path().to_owned(), refusal));
    });
    let app = router(source);
    let genuine = || signed(Dialect::BitbucketCloud, &secrets, BODY);
    let forged = [
        (with_body(genuine(), "{\"push\":{}}"), VerifyError::Mismatch),
        (with_body(genuine(), ""), VerifyError::Mismatch),
        (Request::post("/hook").body(BODY.into()).unwrap(), VerifyError::SignatureMissing),
        (with(genuine(), "X-Hub-Signature", "sha256=00"), VerifyError::SignatureRepeated),
        (
            with(Request::post("/hook").body(BODY.into()).unwrap(), "X-Hub-Signature", "sha1=00"),
            VerifyError::LabelUnknown,
        ),
    ];
    for (request, error) in forged {
        let (status, body) = answer(&app, request).await;
        assert_eq!((status, &*body), (StatusCode::FORBIDDEN, REFUSED), "{error}");
        let expected = ("/hook".to_owned(), Refusal::Verify(error));
        assert_eq!(seen.lock().unwrap().pop(), Some(expected));
    }
    let (status, _) = answer(&app, genuine()).await;
    assert_eq!((status, seen.lock().unwrap().len()), (StatusCode::OK, 0));
}

#[tokio::test]
async fn a_body_over_the_cap_is_413_and_one_of_the_cap_is_taken() {
    let secrets = [secret("It's a Secret to Everybody")];
    let app = router(source(Dialect::BitbucketCloud, &secrets));
    let largest = vec![b'x'; CAP_BYTES];
    let (status, _) = answer(&app, signed(Dialect::BitbucketCloud, &secrets, &largest)).await;
    assert_eq!(status, StatusCode::OK);
    let larger = vec![b'x'; CAP_BYTES + 1];
    let (status, _) = answer(&app, signed(Dialect::BitbucketCloud, &secrets, &larger)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn axums_own_body_limit_does_not_apply() {
    let secrets = [secret("It's a Secret to Everybody")];
    let app =
        router(source(Dialect::BitbucketCloud, &secrets).with_body_cap_bytes(4 * 1024 * 1024));
    let over_2_mb = vec![b'x'; 3 * 1024 * 1024];
    let (status, _) = answer(&app, signed(Dialect::BitbucketCloud, &secrets, &over_2_mb)).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_handler_can_take_the_refusal_itself() {
    async fn hook(verified: Result<Verified, Refused>) -> String {
        verified.map_or_else(|refused| refused.0.reason().into(), |_| "genuine".into())
    }
    let secrets = [secret("It's a Secret to Everybody")];
    let source = source(Dialect::BitbucketCloud, &secrets);
    let app = Router::new().route("/hook", post(hook)).with_state(source);
    let unsigned = Request::post("/hook").body(Body::empty()).unwrap();
    assert_eq!(answer(&app, unsigned).await, (StatusCode::OK, "signature_missing".into()));
}

#[tokio::test]
async fn the_layer_verifies_before_a_router() {
    async fn hook(Extension(facts): Extension<Facts>, body: Bytes) -> String {
        format!("{:?} {}", facts.event_key.map(|key| key.to_string()), body.len())
    }
    let secrets = [secret("It's a Secret to Everybody")];
    let layer = VerifyLayer::new(source(Dialect::BitbucketCloud, &secrets));
    let app = Router::new().route("/hook", post(hook)).layer(layer);
    let (status, body) = answer(&app, signed(Dialect::BitbucketCloud, &secrets, BODY)).await;
    assert_eq!((status, &*body), (StatusCode::OK, &b"Some(\"repo:push\") 23"[..]));
    let tampered = with_body(signed(Dialect::BitbucketCloud, &secrets, BODY), "{}");
    assert_eq!(answer(&app, tampered).await, (StatusCode::FORBIDDEN, REFUSED.into()));
}

#[tokio::test]
async fn the_example_takes_genuine_requests_only() {
    let secrets = [receive::secret_of_file(b"a secret of a file\n".to_vec()).unwrap()];
    let app = receive::app(&secrets[0]).unwrap();
    let genuine = signed(Dialect::BitbucketCloud, &[secret("a secret of a file")], BODY);
    assert_eq!(answer(&app, genuine).await, (StatusCode::OK, "repo:push\n".into()));
    let tampered = with_body(signed(Dialect::BitbucketCloud, &secrets, BODY), "{}");
    assert_eq!(answer(&app, tampered).await, (StatusCode::FORBIDDEN, REFUSED.into()));
    for empty in ["", "\n", " \n"] {
        assert!(receive::secret_of_file(empty.into()).is_err(), "{empty:?}");
    }
}

#[test]
fn one_line_ending_of_a_secret_file_is_no_part_of_it_and_nothing_else() {
    for (file, secret) in [
        (&b"s\xff\0"[..], &b"s\xff\0"[..]),
        (b"s\n", b"s"),
        (b"s\r\n", b"s"),
        (b"s\n\r\n", b"s\n"),
        (b"s\r\n\n", b"s\r\n"),
        (b"s\r", b"s\r"),
        (b" s ", b" s "),
    ] {
        assert_eq!(receive::secret_of_file(file.to_vec()).unwrap().expose(), secret, "{file:?}");
    }
}

#[tokio::test]
async fn debug_shows_nothing_that_proves_who_somebody_is() {
    const CANARY: &str = "canary-of-this-test";
    async fn shown(event: Verified) -> String {
        format!("{event:?}")
    }
    let token = [secret(CANARY)];
    let app = Router::new().route("/hook", post(shown));
    let app = app.with_state(source(Dialect::Gitlab, &token));
    let mut request = signed(Dialect::Gitlab, &token, BODY);
    for name in ["authorization", "cookie", "cookie"] {
        request = with(request, name, CANARY);
    }
    let (status, shown) = answer(&app, with(request, "x-seen", "to be seen")).await;
    let shown = String::from_utf8_lossy(&shown);
    assert_eq!(status, StatusCode::OK);
    assert!(shown.contains("to be seen") && shown.contains("x-gitlab-token"), "{shown}");
    assert!(!shown.contains(CANARY), "{shown}");
}

#[cfg(feature = "gzip")]
mod gzipped {
    use std::io::Write as _;

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[tokio::test]
    async fn gzip_is_undone_before_verifying_and_other_encodings_are_415() {
        let secrets = [secret("It's a Secret to Everybody")];
        let app = router(source(Dialect::BitbucketCloud, &secrets));
        let genuine = || to(signed(Dialect::BitbucketCloud, &secrets, BODY), "/body");

        let encoded = with(with_body(genuine(), gzip(BODY)), "Content-Encoding", "gzip");
        assert_eq!(answer(&app, encoded).await, (StatusCode::OK, BODY.into()));
        let identity = with(genuine(), "Content-Encoding", "identity");
        assert_eq!(answer(&app, identity).await, (StatusCode::OK, BODY.into()));

        for encoding in ["br", "deflate", "gzip, gzip"] {
            let (status, _) = answer(&app, with(genuine(), "Content-Encoding", encoding)).await;
            assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{encoding}");
        }
        let unnamed = with_body(genuine(), gzip(BODY));
        assert_eq!(answer(&app, unnamed).await, (StatusCode::FORBIDDEN, REFUSED.into()));
    }

    #[tokio::test]
    async fn a_gzip_bomb_is_413_even_when_it_is_signed() {
        let secrets = [secret("It's a Secret to Everybody")];
        let app = router(source(Dialect::BitbucketCloud, &secrets));
        for plain_bytes in [CAP_BYTES / 2, 64 * 1024 * 1024] {
            let plain = vec![0; plain_bytes];
            let genuine = signed(Dialect::BitbucketCloud, &secrets, &plain);
            let bomb = with(with_body(genuine, gzip(&plain)), "Content-Encoding", "gzip");
            let (status, _) = answer(&app, bomb).await;
            assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{plain_bytes}");
        }
    }
}
