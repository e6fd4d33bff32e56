//! Genuine and forged requests through the layer, and through the example.
// The exemption of tests in clippy.toml reaches `#[test]` functions only.
#![expect(clippy::unwrap_used, clippy::panic, reason = "all of this is test code")]

#[allow(dead_code, reason = "the example's `main` is not run")]
#[path = "../examples/github_receiver.rs"]
mod receive;

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use countersign::{
    Dialect, EventKey, Outgoing, Secret, Signer, UnixSeconds, Verifier, VerifyError,
};
use countersign_tower::{Facts, Refusal, Source, VerifyLayer};
use http::{HeaderName, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use tower::{Layer as _, Service, ServiceExt as _, service_fn};

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
const BODY: &[u8] = br#"{"type":"invoice.paid","data":{}}"#;
const REFUSED: &[u8] = br#"{"status":"refused"}"#;

type Body = Full<Bytes>;

fn secret(dialect: &Dialect, seed: u8) -> Secret {
    Secret::generate(dialect, &mut |bytes| bytes.fill(seed))
}

fn source(dialect: Dialect, secrets: &[Secret]) -> Source {
    Source::new(Verifier::new(dialect, secrets).unwrap()).with_clock(|| NOW)
}

fn signed(dialect: &Dialect, secrets: &[Secret], body: &[u8]) -> Request<Body> {
    let outgoing = Outgoing {
        event_key: &EventKey::parse("invoice.paid").unwrap(),
        request_id: "request-1",
        attempt: 1,
        hook_id: None,
        at: NOW,
        body,
    };
    let signer = Signer::new(dialect.clone(), secrets).unwrap();
    let request = Request::post("/hook").body(Full::from(body.to_vec())).unwrap();
    let headers = signer.headers(&outgoing).unwrap();
    headers.into_iter().fold(request, |request, (name, value)| with(request, &name, &value))
}

fn with(mut request: Request<Body>, name: &str, value: &str) -> Request<Body> {
    request.headers_mut().append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    request
}

fn without(mut request: Request<Body>, name: &str) -> Request<Body> {
    request.headers_mut().remove(name);
    request
}

/// Answers with the number of the secret and what came as the body.
async fn echo(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let facts = request.extensions().get::<Facts>().unwrap().clone();
    assert_eq!(request.headers().get_all("content-length").iter().count(), 1);
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let key = facts.event_key.map(|key| key.to_string()).unwrap_or_default();
    let told = format!("{} {key} {}", facts.secret, String::from_utf8_lossy(&body));
    Ok(Response::new(Full::from(told)))
}

async fn answer<S, A>(service: S, request: Request<Body>) -> (StatusCode, Bytes)
where
    S: Service<Request<Body>, Response = Response<A>, Error = Infallible>,
    A: http_body::Body<Data = Bytes>,
    A::Error: std::fmt::Debug,
{
    let response = service.oneshot(request).await.unwrap();
    (response.status(), response.into_body().collect().await.unwrap().to_bytes())
}

async fn through(source: Source, request: Request<Body>) -> (StatusCode, Bytes) {
    answer(VerifyLayer::new(source).layer(service_fn(echo)), request).await
}

#[tokio::test]
async fn every_dialect_gets_through_and_a_tampered_body_does_not_where_bodies_are_signed() {
    for dialect in Dialect::ALL {
        let secrets = [secret(dialect, 1)];
        let source = source(dialect.clone(), &secrets);
        let (status, body) = through(source.clone(), signed(dialect, &secrets, BODY)).await;
        let expected = format!("0 invoice.paid {}", String::from_utf8_lossy(BODY));
        assert_eq!((status, body), (StatusCode::OK, expected.into()), "{dialect}");

        let tampered = signed(dialect, &secrets, BODY).map(|_| Full::from("{}"));
        let (status, body) = through(source, tampered).await;
        // A plain token of GitLab's shows who sent it and nothing of the body.
        if *dialect != Dialect::Gitlab {
            assert_eq!((status, &*body), (StatusCode::FORBIDDEN, REFUSED), "{dialect}");
        }
    }
}

#[tokio::test]
async fn either_of_two_secrets_of_a_rotation_gets_through_and_is_named() {
    let dialect = Dialect::StandardWebhooks;
    let secrets = [secret(&dialect, 1), secret(&dialect, 2)];
    for (number, own) in secrets.iter().enumerate() {
        let genuine = signed(&dialect, std::slice::from_ref(own), BODY);
        let (status, body) = through(source(dialect.clone(), &secrets), genuine).await;
        assert_eq!((status, body[0]), (StatusCode::OK, b'0' + number as u8));
    }
    // A list that has both signatures.
    let (status, body) =
        through(source(dialect.clone(), &secrets), signed(&dialect, &secrets, BODY)).await;
    assert_eq!((status, body[0]), (StatusCode::OK, b'0'));
}

#[tokio::test]
async fn the_event_key_of_a_standard_webhook_may_stand_in_its_body() {
    let dialect = Dialect::StandardWebhooks;
    let secrets = [secret(&dialect, 1)];
    let request = without(signed(&dialect, &secrets, BODY), "X-Event-Key");
    let (_, body) = through(source(dialect, &secrets), request).await;
    assert!(body.starts_with(b"0 invoice.paid "), "{body:?}");
}

#[tokio::test]
async fn a_signed_time_is_compared_with_the_clock() {
    let dialect = Dialect::StandardWebhooks;
    let secrets = [secret(&dialect, 1)];
    for (now, status) in [(300, StatusCode::OK), (301, StatusCode::FORBIDDEN)] {
        let source = source(dialect.clone(), &secrets).with_clock(move || UnixSeconds(NOW.0 + now));
        assert_eq!(through(source, signed(&dialect, &secrets, BODY)).await.0, status);
    }
    // The system's clock is the default, and decades past that time.
    let by_system = Source::new(Verifier::new(dialect.clone(), &secrets).unwrap());
    assert_eq!(through(by_system, signed(&dialect, &secrets, BODY)).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn two_signature_headers_and_none_are_refused_alike() {
    let dialect = Dialect::Github;
    let secrets = [secret(&dialect, 1)];
    let genuine = || signed(&dialect, &secrets, BODY);
    let value = genuine().headers()["X-Hub-Signature-256"].to_str().unwrap().to_owned();
    let twice = with(genuine(), "X-Hub-Signature-256", &value);
    let unsigned = without(genuine(), "X-Hub-Signature-256");
    for (request, error) in
        [(twice, VerifyError::SignatureRepeated), (unsigned, VerifyError::SignatureMissing)]
    {
        let seen = Arc::new(Mutex::new(None));
        let last = Arc::clone(&seen);
        let source = source(dialect.clone(), &secrets)
            .on_refusal(move |refusal, _| *last.lock().unwrap() = Some(refusal));
        let (status, body) = through(source, request).await;
        assert_eq!((status, &*body), (StatusCode::FORBIDDEN, REFUSED));
        assert_eq!(*seen.lock().unwrap(), Some(Refusal::Verify(error)));
    }
}

/// A body that must not be read.
struct Unread;

impl http_body::Body for Unread {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        panic!("it was read")
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(1000)
    }
}

#[tokio::test]
async fn a_body_is_not_read_where_the_head_shows_that_it_is_refused() {
    let dialect = Dialect::BitbucketCloud;
    let secrets = [secret(&dialect, 1)];
    let source = source(dialect.clone(), &secrets);
    let unsigned = Request::post("/hook").body(Unread).unwrap();
    let refused = source.receive(unsigned).await.err();
    assert_eq!(refused, Some(Refusal::Verify(VerifyError::SignatureMissing)));

    let announced = signed(&dialect, &secrets, BODY).map(|_| Unread);
    let refused = source.clone().with_body_cap_bytes(999).receive(announced).await.err();
    assert_eq!(refused, Some(Refusal::BodyTooLarge));

    let encoded = with(signed(&dialect, &secrets, BODY), "Content-Encoding", "br").map(|_| Unread);
    assert_eq!(source.receive(encoded).await.err(), Some(Refusal::EncodingUnsupported));
}

#[tokio::test]
async fn a_refused_request_does_not_reach_the_service() {
    let dialect = Dialect::BitbucketCloud;
    let source = source(dialect.clone(), &[secret(&dialect, 1)]);
    let never = service_fn(|_: Request<Body>| async {
        panic!("it was called");
        #[allow(unreachable_code, reason = "it says what the service answers")]
        Ok::<Response<Body>, Infallible>(Response::default())
    });
    let forged = signed(&dialect, &[secret(&dialect, 2)], BODY);
    let (status, _) = answer(VerifyLayer::new(source).layer(never), forged).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_request_may_be_received_on_any_thread() {
    let dialect = Dialect::BitbucketCloud;
    let secrets = [secret(&dialect, 1)];
    let source = source(dialect.clone(), &secrets);
    let request = signed(&dialect, &secrets, BODY);
    let received = tokio::spawn(async move { source.receive(request).await }).await.unwrap();
    assert_eq!(received.unwrap().body, BODY);
}

#[tokio::test]
async fn debug_shows_nothing_that_proves_who_somebody_is() {
    const CANARY: &str = "canary-of-this-test";
    let token = [Secret::new(CANARY).unwrap()];
    let seen = Arc::new(Mutex::new(String::new()));
    let refused = Arc::clone(&seen);
    let source = source(Dialect::Gitlab, &token).on_refusal(move |_, head| {
        *refused.lock().unwrap() = format!("{head:?}");
    });
    let request = || {
        let request = with(signed(&Dialect::Gitlab, &token, BODY), "x-seen", "to be seen");
        ["authorization", "cookie", "cookie"].iter().fold(request, |r, name| with(r, name, CANARY))
    };
    let verified = source.receive(request()).await.unwrap();
    assert_eq!(verified.head.headers["x-gitlab-token"], CANARY);
    let mut shown = vec![format!("{verified:?}"), format!("{:?}", verified.into_request())];
    assert!(source.receive(with(request(), "x-gitlab-token", CANARY)).await.is_err());
    shown.push(seen.lock().unwrap().clone());
    for shown in shown {
        assert!(shown.contains("to be seen") && shown.contains("x-gitlab-token"), "{shown}");
        assert!(!shown.contains(CANARY), "{shown}");
    }
}

#[tokio::test]
async fn the_example_takes_genuine_requests_only() {
    let secrets = [receive::secret_of_file(b"a secret of a file\n".to_vec()).unwrap()];
    let genuine = || signed(&Dialect::Github, &secrets, BODY);
    let service = receive::layer(&secrets[0]).unwrap().layer(service_fn(receive::hook));
    assert_eq!(answer(service.clone(), genuine()).await, (StatusCode::OK, "invoice.paid\n".into()));
    let tampered = genuine().map(|_| Full::from("{}"));
    assert_eq!(answer(service, tampered).await, (StatusCode::FORBIDDEN, REFUSED.into()));
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
