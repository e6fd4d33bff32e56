//! Receiving: `POST /in/{source}` of the public listener, from the first header to the answer.
//!
//! The way of one request, in this order: method and path → content encoding → size cap → the
//! signature header → body (capped, decoded, hashed as it streams in) → signature → basic
//! authentication → ping? → the event → slots → one durable write → answer.
//!
//! Invariants:
//! - Nothing is parsed, written or acted on before the signature has been compared.
//! - Every refusal is the same 403 with the same body, also for a source that does not exist; a
//!   request whose signature header is unusable is hashed all the same.
//! - A 202 or 200 is answered only after the store has confirmed.
//! - Bodies not yet verified share 64 MiB; a request waits for room at most 5 s.
//!
//! It never knows how deliveries are tried: it asks `dispatch` for slots and hands over.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use countersign::{Dialect, EventKey, UnixSeconds, Verification, Verifier, VerifyError};
use http::{HeaderMap, Method, Request, Response, request::Parts};
use http_body::Body;
use http_body_util::Full;
use pipeline::{
    Clock, IdGenerator, Store, StoreError,
    store::{Accepted, Identity},
};

use crate::{
    dispatch::Dispatcher,
    live::{Intake, Live},
    log::chain,
    metrics::Metrics,
    notices::{Notice, Notices},
    secret_use::SecretUse,
};

pub mod admission;
mod answer;
pub(crate) mod body;
mod budget;
mod event;
mod refusals;
mod scope;

pub use answer::Answer;
pub use budget::BodyBudget;
pub use refusals::{HeldRequest, Refusals};

use body::{BodyError, Encoding, PlainBody};
use refusals::Occasion;

/// The longest body that an unsigned ping has.
const PING_BYTES_MAX: usize = 64;

/// The parts that receiving is made of.
#[derive(Debug)]
pub struct Receiver {
    /// What is configured.
    pub live: Arc<Live>,
    /// Where events are kept.
    pub store: Arc<dyn Store>,
    /// What delivers them.
    pub dispatcher: Arc<Dispatcher>,
    /// Makes ids.
    pub ids: Arc<IdGenerator>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What was refused lately.
    pub refusals: Arc<Refusals>,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// When secrets matched last.
    pub secret_use: Arc<SecretUse>,
    /// Where somebody is told.
    pub notices: Arc<Notices>,
    /// Room for bodies.
    pub budget: BodyBudget,
    /// The key of a genuine request that names none.
    pub key_unknown: EventKey,
}

/// A request that was not accepted, and what is known of it for the operator.
struct Refused {
    reason: &'static str,
    body: Bytes,
    /// The body as it came, where that was encoded.
    encoded: Option<Bytes>,
}

impl Receiver {
    /// Answers one request of the public listener.
    pub async fn respond<B>(&self, request: Request<B>, peer: SocketAddr) -> Response<Full<Bytes>>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        let answer = if path == "/healthz" {
            match parts.method {
                Method::GET | Method::HEAD => Answer::Alive,
                _ => Answer::MethodNotAllowed("GET, HEAD"),
            }
        } else if let Some(name) = path.strip_prefix("/in/") {
            if parts.method == Method::POST {
                self.receive(name, &parts, body, peer).await
            } else {
                Answer::MethodNotAllowed("POST")
            }
        } else {
            Answer::NotFound
        };
        answer.into_response()
    }

    async fn receive<B>(&self, name: &str, parts: &Parts, body: B, peer: SocketAddr) -> Answer
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let snapshot = self.live.snapshot();
        let intake = match snapshot.intake(name) {
            Some(Ok(intake)) => Some(intake.as_ref()),
            Some(Err(_)) => return self.unavailable("secrets_sealed"),
            None => None,
        };
        match self.verified(intake, &parts.headers, body).await {
            Ok(Some(plain)) => match intake {
                Some(intake) => self.accept(intake, &parts.headers, plain).await,
                // A decoy accepts nothing; this is what would be said if it did.
                None => self.refuse(name, None, parts, peer, &Refused::new("source_unknown")),
            },
            Ok(None) => self.pong(),
            Err(Stopped::Refused(refused)) => {
                if let Some(intake) = intake {
                    let source = intake.source.name.clone();
                    self.notices.raise(Notice::SourceRefusing(source, refused.reason));
                }
                self.refuse(name, intake, parts, peer, &refused)
            }
            Err(Stopped::Answer(answer, reason)) => {
                self.metrics.refused(reason);
                answer
            }
        }
    }

    /// Reads and checks a request. `None` is a ping.
    async fn verified<B>(
        &self,
        intake: Option<&Intake>,
        headers: &HeaderMap,
        body: B,
    ) -> Result<Option<PlainBody>, Stopped>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let encoding = Encoding::of(headers)?;
        let cap = body_cap(intake);
        let check = Check::begin(intake, headers);
        let (mut plain, verification) =
            body::read(body, headers, encoding, cap, &self.budget, check.verification).await?;
        if let Some(intake) = intake
            && is_ping(intake, headers, &plain.bytes)
        {
            return Ok(None);
        }
        let now = UnixSeconds(self.clock.now().as_seconds());
        let compared = verification.map(|verification| verification.finish(now));
        let reason = match (intake, check.verdict, compared) {
            (None, ..) => Some("source_unknown"),
            (Some(_), Verdict::Fault(fault), _) => Some(fault.reason()),
            (Some(_), Verdict::Open, None) => Some(VerifyError::Mismatch.reason()),
            (Some(_), Verdict::Open, Some(Err(error))) => Some(error.reason()),
            (Some(intake), Verdict::Open, Some(Ok(verified))) => {
                plain.secret = intake.secrets.get(verified.secret).copied();
                refused_by_basic(intake, headers)
            }
            (Some(intake), Verdict::NotAsked, _) => refused_by_basic(intake, headers),
        };
        match reason {
            None if intake.is_some_and(|intake| is_signed_ping(intake, headers)) => {
                if let Some(secret) = plain.secret {
                    self.secret_use.note(secret, self.clock.now());
                }
                Ok(None)
            }
            None => Ok(Some(plain)),
            Some(reason) => {
                Err(Stopped::Refused(Refused { reason, body: plain.bytes, encoded: plain.encoded }))
            }
        }
    }

    /// Keeps a verified request and hands its deliveries over.
    async fn accept(&self, intake: &Intake, headers: &HeaderMap, plain: PlainBody) -> Answer {
        if let Some(secret) = plain.secret {
            self.secret_use.note(secret, self.clock.now());
        }
        let event = Arc::new(event::build(intake, headers, plain, &self.ids, &self.key_unknown));
        let source = &intake.source;
        let identity = Identity::Received {
            source: source.name.clone(),
            replay_window_ms: u64::from(source.replay_window_s) * 1000,
        };
        match admission::admit(&self.store, &self.dispatcher, event.clone(), identity).await {
            Ok(Accepted::New { .. }) => {
                self.metrics.accepted("source");
                Answer::Accepted(event.facts.id)
            }
            Ok(Accepted::Duplicate { first, .. }) => {
                self.metrics.duplicate();
                Answer::Duplicate(first)
            }
            Err(error) => self.not_confirmed(&error),
        }
    }

    fn pong(&self) -> Answer {
        self.metrics.pong();
        Answer::Pong
    }

    fn refuse(
        &self,
        name: &str,
        intake: Option<&Intake>,
        parts: &Parts,
        peer: SocketAddr,
        refused: &Refused,
    ) -> Answer {
        self.metrics.refused(refused.reason);
        tracing::info!(source = ?clip(name), reason = refused.reason, peer = %peer.ip(), "refused");
        self.refusals.keep(Occasion {
            at: self.clock.now(),
            source: clip(name),
            dialect: intake.map(|intake| &intake.source.dialect),
            reason: refused.reason,
            peer: peer.ip(),
            headers: &parts.headers,
            body: &refused.body,
            encoded: refused.encoded.as_ref(),
        });
        Answer::Forbidden
    }

    fn not_confirmed(&self, error: &StoreError) -> Answer {
        tracing::warn!(error = chain(error), "an event was not confirmed");
        self.unavailable("store")
    }

    fn unavailable(&self, reason: &'static str) -> Answer {
        self.metrics.unavailable(reason);
        Answer::Unavailable
    }
}

/// Why a request was stopped before it was accepted.
enum Stopped {
    Refused(Refused),
    Answer(Answer, &'static str),
}

impl From<BodyError> for Stopped {
    fn from(error: BodyError) -> Stopped {
        let answer = match error {
            BodyError::TooLarge => Answer::TooLarge,
            BodyError::Encoding => Answer::UnsupportedEncoding,
            BodyError::NoRoom => Answer::Unavailable,
            BodyError::TooSlow => Answer::TooSlow,
            BodyError::Broken => Answer::BadRequest,
            // Bytes that are not what their header says cannot have been signed.
            BodyError::Gzip => return Stopped::Refused(Refused::new(error.reason())),
        };
        Stopped::Answer(answer, error.reason())
    }
}

impl Refused {
    fn new(reason: &'static str) -> Refused {
        Refused { reason, body: Bytes::new(), encoded: None }
    }
}

/// The comparison that runs while the body streams in.
struct Check {
    verification: Option<Verification>,
    verdict: Verdict,
}

/// What the headers alone say.
enum Verdict {
    /// The comparison decides.
    Open,
    /// The source asks for no signature; its credentials decide.
    NotAsked,
    /// The signature header is unusable.
    Fault(VerifyError),
}

impl Check {
    /// Where nothing is to be compared, a decoy is: what a stranger sends costs as much as at a
    /// source with one secret.
    fn begin(intake: Option<&Intake>, headers: &HeaderMap) -> Check {
        let decoy = |verdict| Check { verification: decoy(), verdict };
        let Some(intake) = intake else { return decoy(Verdict::NotAsked) };
        match intake.verifier.as_ref().map(|verifier| verifier.begin(headers)) {
            None => decoy(Verdict::NotAsked),
            Some(Err(fault)) => decoy(Verdict::Fault(fault)),
            Some(Ok(verification)) => {
                Check { verification: Some(verification), verdict: Verdict::Open }
            }
        }
    }
}

fn decoy() -> Option<Verification> {
    let header = format!("sha256={:064}", 0);
    Verifier::decoy(Dialect::BitbucketCloud).begin(&[("X-Hub-Signature", header.as_str())]).ok()
}

fn refused_by_basic(intake: &Intake, headers: &HeaderMap) -> Option<&'static str> {
    let basic = intake.basic.as_ref().is_none_or(|basic| basic.matches(headers));
    (!basic).then_some("basic_auth")
}

fn body_cap(intake: Option<&Intake>) -> usize {
    let default = Dialect::BitbucketCloud.body_cap_default_bytes();
    let configured = intake.map(|intake| intake.source.max_body_bytes);
    configured.map_or(default, |cap| usize::try_from(cap).unwrap_or(usize::MAX))
}

/// Bitbucket Data Center tests a connection by an unsigned request, also when a secret is set.
fn is_ping(intake: &Intake, headers: &HeaderMap, body: &[u8]) -> bool {
    let dialect = &intake.source.dialect;
    intake.source.ping
        && body.len() <= PING_BYTES_MAX
        && !dialect.signature_headers().any(|name| headers.contains_key(name))
        && dialect.unsigned_ping().is_some_and(|ping| {
            let key = dialect.received(headers).event_key;
            key.is_some_and(|key| key.as_str() == ping)
        })
}

/// GitHub tests a connection by a signed request, which is no event of anything.
fn is_signed_ping(intake: &Intake, headers: &HeaderMap) -> bool {
    let dialect = &intake.source.dialect;
    let key =
        dialect.signed_ping().and_then(|ping| Some((ping, dialect.received(headers).event_key?)));
    key.is_some_and(|(ping, key)| key.as_str() == ping)
}

/// A name of a stranger's choice, short enough for a log line.
fn clip(name: &str) -> String {
    name.chars().take(64).collect()
}
