//! Sign and verify webhooks as Bitbucket Cloud and Data Center, GitHub, GitLab, Gitea, Standard
//! Webhooks and any system with an HMAC over the body do.
//!
//! A [`Dialect`] is how one system shows the origin of a request over HTTP: which headers, what is
//! signed, how the event key, the request id and the attempt are named. Every dialect both signs
//! ([`Signer`]) and verifies ([`Verifier`]). A dialect is configured and never guessed.
//!
//! ```
//! use countersign::{Dialect, Secret, UnixSeconds, Verifier};
//!
//! let secret = Secret::new("It's a Secret to Everybody")?;
//! let verifier = Verifier::new(Dialect::BitbucketCloud, [&secret])?;
//! let headers = [(
//!     "X-Hub-Signature",
//!     "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
//! )];
//!
//! let verified = verifier.verify(&headers, b"Hello World!", UnixSeconds(1_700_000_000))?;
//! assert_eq!(verified.secret, 0);
//! assert!(verifier.verify(&headers, b"Hello World?", UnixSeconds(1_700_000_000)).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The crate does no I/O, reads no clock, is not async and does not panic on any input. The time
//! and the randomness are given by the caller. It needs `alloc`, and `std` only by its features:
//!
//! | feature | default | brings |
//! |---|---|---|
//! | `std` | yes | the `std` parts of the dependencies |
//! | `getrandom` | yes | `Secret::generate_from_system` |
//! | `http` | yes | [`Headers`] for `http::HeaderMap`, and writing [`bitbucket`]'s request headers into one |
//! | `events` | no | Bitbucket's events as types |
//!
//! # Which part to use
//!
//! | to | use |
//! |---|---|
//! | verify a request whose body is at hand | [`Verifier::verify`], which allocates nothing |
//! | verify while the body streams in | [`Verifier::begin`] and [`Verification`] |
//! | refuse for a source that does not exist, in the same time | [`Verifier::decoy`] |
//! | sign a request | [`Signer::headers`] |
//! | replace the signature of a request that is passed on | [`Signer::signature_headers`] |
//! | read the event key and the ids | [`Dialect::received`], [`Dialect::event_key_of_body`] |
//! | make or check a secret | [`Secret::generate`], [`Dialect::check_secret`] |
//! | set up a system that has no dialect of its own | [`GenericHmac`] |
//! | say why a request was refused | [`explain()`], [`Explainer`] |
//! | send or check a user name and a password | [`BasicCredentials`] |
//!
//! # What a signature does not cover
//!
//! The bytes of the body are covered, but not what they mean, and not the event key, the request id or
//! the attempt, which are headers. Whoever captured a genuine request can send it again: a receiver has
//! to remember ids, and the bodies with them. Only `standard-webhooks`, and `gitlab` with a signing
//! token, cover the id and a time; a token of `gitlab` covers nothing. [`past_vulnerabilities`] has what
//! went wrong elsewhere.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod basic;
pub mod bitbucket;
mod dialect;
mod event_key;
mod explain;
mod headers;
mod mac;
pub mod past_vulnerabilities;
mod secret;
mod sign;
mod verify;

/// The example of the README, run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use basic::{BASIC_PART_MAX_BYTES, BasicCredentials, BasicError};
pub use dialect::{
    Dialect, DialectUnknown, GENERIC_HMAC_PREFIX_MAX_BYTES, GenericHmac, GenericHmacError, Received,
};
pub use event_key::{EVENT_KEY_MAX_BYTES, EventKey, EventKeyError, KnownEventKey, Product};
pub use explain::{Cause, Explainer, Explanation, Verdict, explain};
pub use headers::{HEADER_TEXT_MAX_BYTES, Headers};
pub use mac::{Algorithm, Encoding};
#[cfg(feature = "getrandom")]
pub use secret::RandomnessUnavailable;
pub use secret::{SECRET_MAX_BYTES, SECRETS_ACTIVE_MAX, Secret, SecretError, SecretWarning};
pub use sign::{Outgoing, SignError, Signer};
pub use verify::{
    SIGNATURES_MAX, TIMESTAMP_TOLERANCE_S, UnixSeconds, Verification, Verified, Verifier,
    VerifierError, VerifyError,
};
