//! Sources: what the provider's webhook points to, and the way of one request through one.
//!
//! Owns the order of the checks: content encoding and announced length, then the headers by
//! [`Verifier::begin`], then the body, then the comparison and the time. Nothing of a request is
//! parsed before that, and nothing of a refused one is handed on.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use countersign::{EventKey, UnixSeconds, Verifier};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, header};
use http_body::Body;
use http_body_util::Full;

use crate::body::{self, Encoding};
use crate::refusal::Refusal;

type Clock = dyn Fn() -> UnixSeconds + Send + Sync;
type Observer = dyn Fn(Refusal, &Parts) + Send + Sync;

/// What the provider's webhook points to: a verifier, a body cap and a clock. A clone shares them.
///
/// ```
/// use countersign::{Dialect, Secret, UnixSeconds, Verifier};
/// use countersign_tower::Source;
///
/// let secret = Secret::new("correct horse battery staple")?;
/// let source = Source::new(Verifier::new(Dialect::Github, [&secret])?)
///     .with_body_cap_bytes(256 * 1024)
///     .on_refusal(|refusal, head| eprintln!("{} refused: {}", head.uri, refusal.reason()));
/// assert_eq!(source.body_cap_bytes(), 262_144);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Source {
    verifier: Verifier,
    body_cap_bytes: usize,
    clock: Arc<Clock>,
    observer: Option<Arc<Observer>>,
}

impl Source {
    /// With the dialect's default body cap and the system's clock.
    #[must_use]
    pub fn new(verifier: Verifier) -> Self {
        let body_cap_bytes = verifier.dialect().body_cap_default_bytes();
        Self { verifier, body_cap_bytes, clock: Arc::new(system_clock), observer: None }
    }

    /// With this cap on the bytes of a body, on the wire and plain alike.
    #[must_use]
    pub fn with_body_cap_bytes(self, body_cap_bytes: usize) -> Self {
        Self { body_cap_bytes, ..self }
    }

    /// With this clock in place of the system's, for dialects that sign a time: for tests, and where
    /// the system has none.
    ///
    /// ```
    /// # use countersign::{Dialect, UnixSeconds, Verifier};
    /// # use countersign_tower::Source;
    /// let verifier = Verifier::decoy(Dialect::StandardWebhooks);
    /// let source = Source::new(verifier).with_clock(|| UnixSeconds(1_700_000_000));
    /// ```
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> UnixSeconds + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Calls `observer` with each refusal and the head of its request, to count or log it. It runs
    /// before the answer goes out, so it should be quick. The head is a stranger's: bound what is
    /// kept of it. Its `Debug` is redacted as [`VerifiedRequest`]'s is; a value taken out of it is not.
    #[must_use]
    pub fn on_refusal(self, observer: impl Fn(Refusal, &Parts) + Send + Sync + 'static) -> Self {
        Self { observer: Some(Arc::new(observer)), ..self }
    }

    /// The most bytes of a body.
    #[must_use]
    pub fn body_cap_bytes(&self) -> usize {
        self.body_cap_bytes
    }

    /// Reads `request` to its end and verifies it. Where headers alone show that it is refused, its
    /// body is not read.
    ///
    /// # Errors
    ///
    /// [`Refusal`]. Answer with [`Refusal::response`].
    ///
    /// ```
    /// use bytes::Bytes;
    /// use countersign::{Dialect, Secret, Verifier, VerifyError};
    /// use countersign_tower::{Refusal, Source};
    /// use http::Request;
    /// use http_body_util::Full;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let secret = Secret::new("It's a Secret to Everybody")?;
    /// let source = Source::new(Verifier::new(Dialect::BitbucketCloud, [&secret])?);
    ///
    /// let request = Request::post("/hook").header(
    ///     "X-Hub-Signature",
    ///     "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
    /// );
    /// let verified = source.receive(request.body(Full::<Bytes>::from("Hello World!"))?).await?;
    /// assert_eq!(verified.body, "Hello World!");
    ///
    /// let unsigned = Request::post("/hook").body(Full::<Bytes>::from("Hello World!"))?;
    /// let refused = source.receive(unsigned).await;
    /// assert_eq!(refused.err(), Some(Refusal::Verify(VerifyError::SignatureMissing)));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn receive<B: Body>(&self, request: Request<B>) -> Result<VerifiedRequest, Refusal> {
        let (mut head, body) = request.into_parts();
        self.redact(&mut head.headers);
        match self.verify(&head, body).await {
            Ok((facts, body)) => {
                head.headers.remove(header::CONTENT_ENCODING);
                head.headers.remove(header::TRANSFER_ENCODING);
                head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
                Ok(VerifiedRequest { facts, head, body })
            }
            Err(refusal) => {
                if let Some(observer) = &self.observer {
                    observer(refusal, &head);
                }
                Err(refusal)
            }
        }
    }

    /// Marks what shows who somebody is, so that neither `Debug` nor an HPACK table holds it.
    fn redact(&self, headers: &mut HeaderMap) {
        let token = self.verifier.dialect().token_header();
        for (name, value) in headers.iter_mut() {
            let is_token = token.is_some_and(|token| token.eq_ignore_ascii_case(name.as_str()));
            if is_token || *name == header::AUTHORIZATION || *name == header::COOKIE {
                value.set_sensitive(true);
            }
        }
    }

    async fn verify<B: Body>(&self, head: &Parts, body: B) -> Result<(Facts, Bytes), Refusal> {
        let encoding = Encoding::of(&head.headers)?;
        if body.size_hint().lower() > self.body_cap_bytes as u64 {
            return Err(Refusal::BodyTooLarge);
        }
        let mut verification = self.verifier.begin(&head.headers)?;
        let body = body::read(body, encoding, self.body_cap_bytes, &mut verification).await?;
        let secret = verification.finish((self.clock)())?.secret;

        let dialect = self.verifier.dialect();
        let received = dialect.received(&head.headers);
        let facts = Facts {
            event_key: received.event_key.or_else(|| dialect.event_key_of_body(&body)),
            request_id: received.request_id,
            attempt: received.attempt,
            hook_id: received.hook_id,
            secret,
        };
        Ok((facts, body))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("verifier", &self.verifier)
            .field("body_cap_bytes", &self.body_cap_bytes)
            .finish_non_exhaustive()
    }
}

/// What is known of a verified request besides its body.
///
/// Most signatures cover the body alone: whoever captured a genuine request can send it again with
/// another event key, id or attempt. Remember the ids with the bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// What happened, by the dialect's header, else by the body where the dialect puts it there.
    pub event_key: Option<EventKey>,
    /// The id of the delivery, the same in each of its attempts.
    pub request_id: Option<String>,
    /// The number of the attempt, from 1.
    pub attempt: Option<u32>,
    /// The id of the hook at the provider.
    pub hook_id: Option<String>,
    /// Which secret matched: its index in the order given to [`Verifier::new`].
    pub secret: usize,
}

/// A request that was signed with one of the secrets. Its `Debug` shows neither `Authorization` nor
/// `Cookie` nor the header in which a dialect sends the secret itself; it does show the body.
#[derive(Debug)]
#[non_exhaustive]
pub struct VerifiedRequest {
    /// What is known of it.
    pub facts: Facts,
    /// Its head as received, but for the transport: no `Content-Encoding` or `Transfer-Encoding`, and
    /// the `Content-Length` of the plain body.
    pub head: Parts,
    /// The plain bytes that were signed.
    pub body: Bytes,
}

impl VerifiedRequest {
    /// As a request with the [`Facts`] among its extensions.
    #[must_use]
    pub fn into_request(self) -> Request<Full<Bytes>> {
        let mut request = Request::from_parts(self.head, Full::new(self.body));
        request.extensions_mut().insert(self.facts);
        request
    }
}

/// The only place that asks the machine for the time: the default of a parameter.
#[allow(clippy::disallowed_methods, reason = "this is the clock that is passed in by default")]
fn system_clock() -> UnixSeconds {
    let seconds = |s: u64| i64::try_from(s).unwrap_or(i64::MAX);
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => UnixSeconds(seconds(since.as_secs())),
        Err(before) => UnixSeconds(-seconds(before.duration().as_secs())),
    }
}
