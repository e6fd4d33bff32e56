//! An [axum](https://docs.rs/axum) extractor for verified webhooks.
//!
//! A handler that takes [`Verified`] runs for genuine requests only, and has the plain bytes that were
//! signed. The state holds a [`Source`]: a verifier, a body cap and a clock.
//!
//! ```
//! use axum::{Router, routing::post};
//! use countersign::{Dialect, Secret, Verifier};
//! use countersign_axum::{Source, Verified};
//!
//! async fn hook(event: Verified) -> String {
//!     // Genuine: parse `event.body` now, not earlier.
//!     format!("{} bytes, request {:?}", event.body.len(), event.request_id)
//! }
//!
//! let secret = Secret::new("It's a Secret to Everybody")?;
//! let source = Source::new(Verifier::new(Dialect::BitbucketCloud, [&secret])?);
//! let app: Router = Router::new().route("/hook", post(hook)).with_state(source);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A state with more in it gives its source by axum's `FromRef`; several sources are several states,
//! merged:
//!
//! ```
//! use axum::extract::{FromRef, State};
//! use axum::{Router, routing::post};
//! use countersign::{Dialect, Secret, Verifier};
//! use countersign_axum::{Source, Verified};
//!
//! #[derive(Clone)]
//! struct Ci {
//!     source: Source,
//!     queue: &'static str,
//! }
//!
//! impl FromRef<Ci> for Source {
//!     fn from_ref(ci: &Ci) -> Self {
//!         ci.source.clone()
//!     }
//! }
//!
//! async fn hook(State(ci): State<Ci>, event: Verified) -> String {
//!     format!("{} to {}", event.body.len(), ci.queue)
//! }
//!
//! let source = |dialect, secret: &Secret| Verifier::new(dialect, [secret]).map(Source::new);
//! let bitbucket = source(Dialect::BitbucketCloud, &Secret::new("correct horse")?)?;
//! let github = source(Dialect::Github, &Secret::new("battery staple")?)?;
//! let app: Router = Router::new()
//!     .route("/bitbucket", post(hook).with_state(Ci { source: bitbucket, queue: "a" }))
//!     .route("/github", post(hook).with_state(Ci { source: github, queue: "b" }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Any other request is answered without the handler, and every refusal alike: 403, besides 413 over
//! the cap, 415 for a content encoding other than gzip and identity, and 400 for a body that broke
//! off. [`Source::on_refusal`] tells the operator why; so does a handler that takes
//! `Result<Verified, Refused>`.
//!
//! The cap is the source's: axum's `DefaultBodyLimit` does not apply. At most the cap is held of each
//! request; how many requests there are at once, and how long a body may take, is for the layers and
//! the server outside to bound. To verify before a whole router instead, put [`VerifyLayer`] there.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use bytes::Bytes;
use countersign::EventKey;
use http::HeaderMap;

pub use countersign_tower::{Facts, Refusal, Source, VerifyLayer};

/// The example of the README, run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// A request that was signed with one of the source's secrets: the last argument of a handler.
///
/// Most signatures cover the body alone: whoever captured a genuine request can send it again with
/// another event key, id or attempt. Remember the ids with the bodies.
///
/// Its `Debug` shows neither `Authorization` nor `Cookie` nor the header in which a dialect sends the
/// secret itself; it does show the body.
///
/// ```
/// use countersign_axum::{Refused, Verified};
/// use http::StatusCode;
///
/// async fn hook(verified: Result<Verified, Refused>) -> Result<StatusCode, Refused> {
///     let event = verified.inspect_err(|refused| eprintln!("{}", refused.0.reason()))?;
///     match event.event_key.as_ref().map(|key| key.as_str()) {
///         Some("repo:push") => Ok(StatusCode::ACCEPTED),
///         _ => Ok(StatusCode::NO_CONTENT),
///     }
/// }
/// # let app: axum::Router<countersign_axum::Source> =
/// #     axum::Router::new().route("/hook", axum::routing::post(hook));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Verified {
    /// What happened, by the dialect's header, else by the body where the dialect puts it there.
    pub event_key: Option<EventKey>,
    /// The id of the delivery, the same in each of its attempts.
    pub request_id: Option<String>,
    /// The number of the attempt, from 1.
    pub attempt: Option<u32>,
    /// The id of the hook at the provider.
    pub hook_id: Option<String>,
    /// Which secret matched: its index in the order given to the verifier.
    pub secret: usize,
    /// The headers as received, but for the transport: no `Content-Encoding` or `Transfer-Encoding`,
    /// and the `Content-Length` of the plain body.
    pub headers: HeaderMap,
    /// The plain bytes that were signed.
    pub body: Bytes,
}

impl<S> FromRequest<S> for Verified
where
    S: Send + Sync,
    Source: FromRef<S>,
{
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let verified = Source::from_ref(state).receive(request).await.map_err(Refused)?;
        let facts = verified.facts;
        Ok(Self {
            event_key: facts.event_key,
            request_id: facts.request_id,
            attempt: facts.attempt,
            hook_id: facts.hook_id,
            secret: facts.secret,
            headers: verified.head.headers,
            body: verified.body,
        })
    }
}

/// Why there is no [`Verified`]. As a response it says no more than its status does.
///
/// ```
/// use axum::response::IntoResponse as _;
/// use countersign::VerifyError;
/// use countersign_axum::{Refusal, Refused};
///
/// let refused = Refused(Refusal::Verify(VerifyError::Mismatch));
/// assert_eq!(refused.into_response().status(), 403);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused(
    /// The reason, for the operator.
    pub Refusal,
);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.0.response().map(Body::new)
    }
}
