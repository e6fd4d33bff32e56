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
//! | feature (all on by default) | brings |
//! |---|---|
//! | `std` | the `std` parts of the dependencies |
//! | `getrandom` | `Secret::generate_from_system` |
//! | `http` | [`Headers`] for `http::HeaderMap`, and writing [`bitbucket`]'s request headers into one |
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
