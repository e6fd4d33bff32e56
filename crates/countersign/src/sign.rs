//! Signing: the headers that a request in a dialect carries.
//!
//! Owns which headers go out in every dialect (`X-Event-Key`, `X-Attempt-Number`) and with which
//! secrets is signed: a dialect with one signature signs with the secret given last, one with a list
//! with all of them. It never changes a body, and never sets `Content-Type` or `User-Agent`.

#[cfg(test)]
mod tests;

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use thiserror::Error;

use crate::dialect::Dialect;
use crate::event_key::EventKey;
use crate::mac::{Mac, Proof};
use crate::secret::Secret;
use crate::verify::{UnixSeconds, VerifierError, keys};

/// Signs requests in one dialect, under none to [`SECRETS_ACTIVE_MAX`](crate::SECRETS_ACTIVE_MAX)
/// secrets. The keys are prepared once; a clone shares them.
///
/// ```
/// use countersign::{Dialect, EventKey, Outgoing, Secret, Signer, UnixSeconds};
///
/// let secret = Secret::new("It's a Secret to Everybody")?;
/// let signer = Signer::new(Dialect::BitbucketCloud, [&secret])?;
/// let headers = signer.headers(&Outgoing {
///     event_key: &EventKey::parse("repo:push")?,
///     request_id: "0b9a3c51-37a4-4a6f-9a4b-3b1f5d2c7e10",
///     attempt: 1,
///     hook_id: None,
///     at: UnixSeconds(1_700_000_000),
///     body: b"Hello World!",
/// })?;
/// assert!(headers.contains(&(
///     "X-Hub-Signature".into(),
///     "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9".into(),
/// )));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    dialect: Dialect,
    keys: Arc<[Mac]>,
}

impl Signer {
    /// A signer with the active `secrets`, the one activated last given last.
    ///
    /// # Errors
    ///
    /// [`VerifierError`], as [`Verifier::new`](crate::Verifier::new) has it.
    ///
    /// ```
    /// use countersign::{Dialect, Secret, SecretError, Signer, VerifierError};
    ///
    /// let secret = Secret::new("not in the form of the dialect")?;
    /// let refused = Signer::new(Dialect::StandardWebhooks, [&secret]);
    /// assert_eq!(refused.unwrap_err(), VerifierError::Secret(SecretError::NotWhsec));
    /// # Ok::<(), SecretError>(())
    /// ```
    pub fn new<'a>(
        dialect: Dialect,
        secrets: impl IntoIterator<Item = &'a Secret>,
    ) -> Result<Self, VerifierError> {
        let keys = keys(&dialect, secrets)?;
        if keys.is_empty() {
            return Err(VerifierError::NoSecret);
        }
        Ok(Self { dialect, keys: keys.into() })
    }

    /// A signer that sends the dialect's headers without a signature.
    ///
    /// ```
    /// use countersign::{Dialect, EventKey, Outgoing, Signer, UnixSeconds};
    ///
    /// let signer = Signer::unsigned(Dialect::BitbucketDataCenter);
    /// let headers = signer.headers(&Outgoing {
    ///     event_key: &EventKey::parse("diagnostics:ping")?,
    ///     request_id: "ping-1",
    ///     attempt: 1,
    ///     hook_id: None,
    ///     at: UnixSeconds(1_700_000_000),
    ///     body: br#"{"test": true}"#,
    /// })?;
    /// assert!(headers.iter().all(|(name, _)| name != "X-Hub-Signature"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn unsigned(dialect: Dialect) -> Self {
        Self { dialect, keys: [].into() }
    }

    /// The dialect that it signs in.
    ///
    /// ```
    /// # use countersign::{Dialect, Signer};
    /// let signer = Signer::unsigned(Dialect::BitbucketCloud);
    /// assert_eq!(signer.dialect(), &Dialect::BitbucketCloud);
    /// ```
    #[must_use]
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Whether its requests carry a secret itself: at `gitlab` with a plain token.
    ///
    /// ```
    /// use countersign::{Dialect, Secret, Signer};
    ///
    /// let secret = Secret::new("a token, not a key of a MAC")?;
    /// assert!(Signer::new(Dialect::Gitlab, [&secret])?.sends_token());
    /// assert!(!Signer::new(Dialect::Github, [&secret])?.sends_token());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn sends_token(&self) -> bool {
        self.keys.iter().any(|key| key.proof() == Proof::Token)
    }

    /// All headers of the dialect for this request, besides `X-Event-Key` and `X-Attempt-Number` in
    /// every dialect. No name stands twice.
    ///
    /// # Errors
    ///
    /// [`SignError`] where an id cannot stand in a header of this dialect.
    ///
    /// ```
    /// use countersign::{Dialect, EventKey, Outgoing, Secret, SignError, Signer, UnixSeconds};
    ///
    /// let secret = Secret::generate(&Dialect::StandardWebhooks, &mut |bytes| bytes.fill(1));
    /// let signer = Signer::new(Dialect::StandardWebhooks, [&secret])?;
    /// let key = EventKey::parse("invoice.paid")?;
    /// let mut outgoing = Outgoing {
    ///     event_key: &key,
    ///     request_id: "msg_1",
    ///     attempt: 3,
    ///     hook_id: None,
    ///     at: UnixSeconds(1_700_000_000),
    ///     body: b"{}",
    /// };
    /// let names: Vec<_> = signer.headers(&outgoing)?.into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, [
    ///     "X-Event-Key", "webhook-id", "webhook-timestamp", "X-Attempt-Number",
    ///     "webhook-signature",
    /// ]);
    /// outgoing.request_id = "msg.1";
    /// assert_eq!(signer.headers(&outgoing), Err(SignError::RequestIdInvalid));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn headers(
        &self,
        outgoing: &Outgoing<'_>,
    ) -> Result<Vec<(Cow<'static, str>, String)>, SignError> {
        let mut headers = Vec::with_capacity(8);
        headers.push((Cow::Borrowed("X-Event-Key"), outgoing.event_key.to_string()));
        headers.extend(self.dialect.identity(outgoing)?);
        headers.extend(self.dialect.covered(&self.keys, outgoing)?);
        headers.push((Cow::Borrowed("X-Attempt-Number"), outgoing.attempt.to_string()));
        if !self.keys.is_empty() {
            headers.extend(self.dialect.signatures(&self.keys, outgoing));
        }
        Ok(headers)
    }

    /// The signature after the headers that it covers: what has to replace the received ones when a
    /// request is passed on with a new signature. At `standard-webhooks`, and at `gitlab` with a `whsec_`
    /// secret, these are `webhook-id` and `webhook-timestamp`, elsewhere there are none.
    ///
    /// # Errors
    ///
    /// [`SignError::Unsigned`] without a secret; else as [`headers`](Self::headers).
    ///
    /// ```
    /// use countersign::{Dialect, EventKey, Outgoing, Secret, Signer, UnixSeconds};
    ///
    /// let secret = Secret::generate(&Dialect::StandardWebhooks, &mut |bytes| bytes.fill(1));
    /// let signer = Signer::new(Dialect::StandardWebhooks, [&secret])?;
    /// let headers = signer.signature_headers(&Outgoing {
    ///     event_key: &EventKey::parse("invoice.paid")?,
    ///     request_id: "msg_1",
    ///     attempt: 1,
    ///     hook_id: None,
    ///     at: UnixSeconds(1_700_000_000),
    ///     body: b"{}",
    /// })?;
    /// assert_eq!(headers.len(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn signature_headers(
        &self,
        outgoing: &Outgoing<'_>,
    ) -> Result<Vec<(Cow<'static, str>, String)>, SignError> {
        self.dialect.identity(outgoing)?;
        if self.keys.is_empty() {
            return Err(SignError::Unsigned);
        }
        let mut headers = self.dialect.covered(&self.keys, outgoing)?;
        headers.extend(self.dialect.signatures(&self.keys, outgoing));
        Ok(headers)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("dialect", &self.dialect)
            .field("secrets", &self.keys.len())
            .finish_non_exhaustive()
    }
}

/// A request that is about to be sent, as far as its headers and signature depend on it.
///
/// ```
/// # use countersign::{EventKey, KnownEventKey, Outgoing, UnixSeconds};
/// let event_key = EventKey::from(KnownEventKey::PrOpened);
/// let first = Outgoing {
///     event_key: &event_key,
///     request_id: "0b9a3c51-37a4-4a6f-9a4b-3b1f5d2c7e10",
///     attempt: 1,
///     hook_id: None,
///     at: UnixSeconds(1_700_000_000),
///     body: br#"{"eventKey": "pr:opened"}"#,
/// };
/// let second = Outgoing { attempt: 2, at: UnixSeconds(1_700_000_005), ..first };
/// assert_eq!(second.request_id, first.request_id);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// What happened.
    pub event_key: &'a EventKey,
    /// The id of the delivery, the same in each of its attempts: 1 to 255 visible ASCII characters,
    /// without `.` at `standard-webhooks`, and at `gitlab` with a `whsec_` secret.
    pub request_id: &'a str,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The id of the webhook, for dialects that send one: 1 to 255 visible ASCII characters.
    pub hook_id: Option<&'a str>,
    /// The time of the attempt, for dialects that sign one: not before 1970.
    pub at: UnixSeconds,
    /// The body, byte for byte as it will be sent.
    pub body: &'a [u8],
}

/// Why a request cannot be signed. The fault is with the caller.
///
/// ```
/// # use countersign::SignError;
/// assert_eq!(SignError::Unsigned.to_string(), "the signer has no secret");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum SignError {
    /// The request id is not 1 to 255 visible ASCII characters, or has a `.` where it is signed: at
    /// `standard-webhooks`, and at `gitlab` with a `whsec_` secret.
    #[error("the request id cannot stand in a header of this dialect")]
    RequestIdInvalid,
    /// The id of the hook is not 1 to 255 visible ASCII characters.
    #[error("the id of the hook cannot stand in a header of this dialect")]
    HookIdInvalid,
    /// The time is before 1970.
    #[error("the time is before 1970")]
    TimeInvalid,
    /// A signature was asked of a signer without a secret.
    #[error("the signer has no secret")]
    Unsigned,
}
