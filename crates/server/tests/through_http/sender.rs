//! A provider: signs what it sends by the library.

use bytes::Bytes;
use countersign::{
    Algorithm, Dialect, Encoding, EventKey, GenericHmac, Outgoing, Secret, Signer, UnixSeconds,
    Verifier,
};
use countersign_server::clock::MachineClock;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use pipeline::Clock;
use serde_json::{Value, json};
use testkit::receivers::Arrived;

/// A body of a push, as short as it may be.
pub(crate) const PUSH: &[u8] =
    br#"{"push": {"changes": []}, "repository": {"full_name": "acme/api"}}"#;

/// A moment for signatures.
pub(crate) fn now() -> UnixSeconds {
    UnixSeconds(MachineClock.now().as_seconds())
}

/// A provider with a secret of its own.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    dialect: Dialect,
    secret: Secret,
}

impl Sender {
    /// With a fresh secret.
    pub(crate) fn new(dialect: &str) -> Sender {
        let dialect: Dialect = dialect.parse().unwrap();
        let secret = Secret::generate_from_system(&dialect).unwrap();
        Sender { dialect, secret }
    }

    /// GitLab with a signing token.
    pub(crate) fn gitlab_signing() -> Sender {
        let secret = Secret::generate_from_system(&Dialect::StandardWebhooks).unwrap();
        Sender { dialect: Dialect::Gitlab, secret }
    }

    /// A system of its own kind, as [`generic_settings`](Sender::generic_settings) describe it.
    pub(crate) fn generic() -> Sender {
        let generic = GenericHmac::new("X-Shop-Hmac").unwrap();
        let generic = generic.with_prefix("v=").unwrap().with_encoding(Encoding::Base64);
        let generic = generic.with_algorithm(Algorithm::Sha512);
        let generic = generic.with_event_key_header("X-Shop-Topic").unwrap();
        let dialect = Dialect::from(generic.with_request_id_header("X-Shop-Id").unwrap());
        let secret = Secret::generate_from_system(&dialect).unwrap();
        Sender { dialect, secret }
    }

    /// The settings of [`generic`](Sender::generic) as the API takes them.
    pub(crate) fn generic_settings() -> Value {
        json!({
            "header": "X-Shop-Hmac", "prefix": "v=", "encoding": "base64", "algorithm": "sha512",
            "event_key_header": "X-Shop-Topic", "request_id_header": "X-Shop-Id",
        })
    }

    pub(crate) fn dialect(&self) -> &str {
        self.dialect.as_str()
    }

    /// The secret as text.
    pub(crate) fn secret(&self) -> &str {
        str::from_utf8(self.secret.expose()).unwrap()
    }

    /// A push with this request id.
    pub(crate) fn push(&self, request_id: &str) -> Signed {
        self.sign("repo:push", request_id, PUSH)
    }

    /// Any request.
    pub(crate) fn sign(&self, key: &str, request_id: &str, body: impl Into<Bytes>) -> Signed {
        let body = body.into();
        let signer = Signer::new(self.dialect.clone(), [&self.secret]).unwrap();
        let outgoing = Outgoing {
            event_key: &EventKey::parse(key).unwrap(),
            request_id,
            attempt: 1,
            hook_id: Some("5f1b6f1e-7e0a-4c53-9a53-2f9c0a6b1d11"),
            at: now(),
            body: &body,
        };
        let signed = Signed { headers: HeaderMap::new(), body: body.clone() };
        let headers = signer.headers(&outgoing).unwrap();
        let headers = headers.into_iter();
        headers.fold(signed, |signed, (name, value)| signed.set(&name, &value))
    }

    /// Whether a request that arrived is signed in this dialect with this secret, now.
    pub(crate) fn verifies(&self, arrived: &Arrived) -> bool {
        let verifier = Verifier::new(self.dialect.clone(), [&self.secret]).unwrap();
        verifier.verify(&arrived.headers, &arrived.body, now()).is_ok()
    }
}

/// A request that is ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Signed {
    /// Replaces a header.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Signed {
        let (name, value) = pair(name, value);
        self.headers.insert(name, value);
        self
    }

    /// Adds a header beside those of its name.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Signed {
        let (name, value) = pair(name, value);
        self.headers.append(name, value);
        self
    }

    /// Removes a header.
    pub(crate) fn without(mut self, name: &str) -> Signed {
        self.headers.remove(name).expect("it was there");
        self
    }

    /// Changes the body and nothing else.
    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Signed {
        self.body = body.into();
        self
    }

    /// The signature of Bitbucket's dialects.
    pub(crate) fn signature(&self) -> String {
        self.headers["x-hub-signature"].to_str().unwrap().to_owned()
    }

    /// As a request to a source.
    pub(crate) fn request(&self, source: &str) -> Request<Bytes> {
        let mut request = Request::post(format!("/in/{source}"));
        *request.headers_mut().unwrap() = self.headers.clone();
        request.body(self.body.clone()).unwrap()
    }
}

fn pair(name: &str, value: &str) -> (HeaderName, HeaderValue) {
    (name.parse().unwrap(), value.parse().unwrap())
}
