//! Verify webhooks in front of any [tower](tower_service) service over [`http::Request`].
//!
//! A [`Source`] is what the provider's webhook points to: a verifier, a body cap and a clock. Put a
//! [`VerifyLayer`] with it before a service, and the service is called with genuine requests only:
//! the whole plain body as `Request<Full<Bytes>>`, and [`Facts`] among the request's extensions.
//! Everything else is answered by the layer, and every refusal alike.
//!
//! ```
//! use std::convert::Infallible;
//!
//! use bytes::Bytes;
//! use countersign::{Dialect, Secret, UnixSeconds, Verifier};
//! use countersign_tower::{Facts, Source, VerifyLayer};
//! use http::{Request, Response, StatusCode};
//! use http_body_util::Full;
//! use tower::{Layer as _, ServiceExt as _, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = Secret::new("It's a Secret to Everybody")?;
//! let source = Source::new(Verifier::new(Dialect::BitbucketCloud, [&secret])?);
//!
//! let service = VerifyLayer::new(source).layer(service_fn(|request: Request<Full<Bytes>>| async move {
//!     let key = request.extensions().get::<Facts>().and_then(|facts| facts.event_key.clone());
//!     let key = key.map_or_else(|| "unknown".to_owned(), |key| key.to_string());
//!     Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(key)))
//! }));
//!
//! let genuine = Request::post("/hook")
//!     .header("X-Event-Key", "repo:push")
//!     .header(
//!         "X-Hub-Signature",
//!         "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
//!     )
//!     .body(Full::<Bytes>::from("Hello World!"))?;
//! assert_eq!(service.clone().oneshot(genuine).await?.status(), StatusCode::OK);
//!
//! let unsigned = Request::post("/hook").body(Full::<Bytes>::from("Hello World!"))?;
//! assert_eq!(service.oneshot(unsigned).await?.status(), StatusCode::FORBIDDEN);
//! # Ok(())
//! # }
//! ```
//!
//! Without tower, [`Source::receive`] does the same for one request.
//!
//! | answer | to |
//! |---|---|
//! | what the service answers | a genuine request |
//! | 403 `{"status":"refused"}` | any other, whatever the reason |
//! | 413 `{"status":"too_large"}` | a body over the cap, on the wire or plain |
//! | 415 `{"status":"unsupported_encoding"}` | a content encoding other than gzip and identity |
//! | 400 `{"status":"bad_request"}` | a body that broke off |
//!
//! The headers are checked before the body is read, and the body is hashed while it comes. At most
//! the cap is held of each request; how many requests there are at once, and how long a body may
//! take, is for the layers and the server outside to bound.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod body;
mod layer;
mod refusal;
mod source;

/// The example of the README, run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use layer::{Verify, VerifyLayer};
pub use refusal::Refusal;
pub use source::{Facts, Source, VerifiedRequest};
