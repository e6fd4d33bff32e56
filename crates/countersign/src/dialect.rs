//! Dialects: how one system shows the origin of a request over HTTP.
//!
//! Owns the closed list of dialects and hands every question to the dialect's own file. Each file
//! has the same anatomy: names and limits, its secrets, what it reads from a received request, what
//! a request claims about its signature, and what it writes. Outside this folder nothing asks which
//! dialect it has before it. A dialect is configured and never guessed.

mod bitbucket_cloud;
mod bitbucket_data_center;
mod hub_signature;
mod standard_webhooks;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use zeroize::Zeroizing;

use crate::event_key::EventKey;
use crate::headers::Headers;
use crate::mac::{DIGEST_BYTES, Mac};
use crate::secret::{Secret, SecretError, SecretWarning};
use crate::sign::{Outgoing, SignError};
use crate::verify::{UnixSeconds, VerifyError};

pub(crate) use bitbucket_cloud::attempt;

/// How one system shows the origin of a request over HTTP.
///
/// | dialect | signature | signed | event key | request id | attempt |
/// |---|---|---|---|---|---|
/// | `bitbucket-cloud` | `X-Hub-Signature: sha256=<hex>` | body | `X-Event-Key` | `X-Request-UUID` | `X-Attempt-Number` |
/// | `bitbucket-data-center` | the same | body | `X-Event-Key` | `X-Request-Id` | none |
/// | `standard-webhooks` | `webhook-signature: v1,<base64>` list | `id.timestamp.body` | `X-Event-Key`, else the body's `type` | `webhook-id` | none |
///
/// ```
/// use countersign::Dialect;
///
/// let dialect: Dialect = "bitbucket-cloud".parse()?;
/// assert_eq!(dialect, Dialect::BitbucketCloud);
/// assert_eq!(dialect.to_string(), "bitbucket-cloud");
/// # Ok::<(), countersign::DialectUnknown>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// Bitbucket Cloud: HMAC-SHA256 over the body, in `X-Hub-Signature`.
    BitbucketCloud,
    /// Bitbucket Server and Data Center: the same signature, other ids.
    BitbucketDataCenter,
    /// Standard Webhooks 1.0 with symmetric (`v1`) signatures.
    StandardWebhooks,
}

/// Asks the file of a dialect.
macro_rules! ask {
    ($dialect:expr, $item:ident $(($($argument:expr),*))?) => {
        match $dialect {
            Dialect::BitbucketCloud => bitbucket_cloud::$item $(($($argument),*))?,
            Dialect::BitbucketDataCenter => bitbucket_data_center::$item $(($($argument),*))?,
            Dialect::StandardWebhooks => standard_webhooks::$item $(($($argument),*))?,
        }
    };
}

impl Dialect {
    /// Every dialect that needs no configuration.
    pub const ALL: &'static [Self] =
        &[Self::BitbucketCloud, Self::BitbucketDataCenter, Self::StandardWebhooks];

    /// The name of the dialect, as configuration and the command line write it.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// assert_eq!(Dialect::BitbucketDataCenter.as_str(), "bitbucket-data-center");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        ask!(self, NAME)
    }

    /// The header that carries the signature.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// assert_eq!(Dialect::BitbucketCloud.signature_header(), "X-Hub-Signature");
    /// ```
    #[must_use]
    pub fn signature_header(&self) -> &'static str {
        ask!(self, SIGNATURE_HEADER)
    }

    /// The dialect's headers for the event, the id, the hook and the time: what is forwarded when a
    /// request is passed on as received.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// let headers = Dialect::BitbucketDataCenter.event_headers();
    /// assert_eq!(headers, ["X-Event-Key", "X-Request-Id"]);
    /// ```
    #[must_use]
    pub fn event_headers(&self) -> &'static [&'static str] {
        ask!(self, EVENT_HEADERS)
    }

    /// The largest body that a source of this dialect takes where nothing else is configured.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// assert_eq!(Dialect::BitbucketCloud.body_cap_default_bytes(), 1_048_576);
    /// ```
    #[must_use]
    pub fn body_cap_default_bytes(&self) -> usize {
        ask!(self, BODY_CAP_DEFAULT_BYTES)
    }

    /// The event key of the requests by which the provider tests a connection without signing them,
    /// where it does so. Such a request proves nothing: answer it and keep nothing.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// assert_eq!(Dialect::BitbucketDataCenter.unsigned_ping(), Some("diagnostics:ping"));
    /// assert_eq!(Dialect::BitbucketCloud.unsigned_ping(), None);
    /// ```
    #[must_use]
    pub fn unsigned_ping(&self) -> Option<&'static str> {
        ask!(self, UNSIGNED_PING)
    }

    /// Whether the provider can show its origin by basic authentication alone, without a secret.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// assert!(Dialect::BitbucketDataCenter.basic_auth_suffices());
    /// assert!(!Dialect::StandardWebhooks.basic_auth_suffices());
    /// ```
    #[must_use]
    pub fn basic_auth_suffices(&self) -> bool {
        ask!(self, BASIC_AUTH_SUFFICES)
    }

    /// Whether a request carries a signature of every active secret, and not of the last one only.
    ///
    /// ```
    /// # use countersign::Dialect;
    /// assert!(Dialect::StandardWebhooks.signs_with_all());
    /// assert!(!Dialect::BitbucketCloud.signs_with_all());
    /// ```
    #[must_use]
    pub fn signs_with_all(&self) -> bool {
        ask!(self, SIGNS_WITH_ALL)
    }

    /// Whether `secret` may be used in this dialect, and what is unwise about it.
    ///
    /// # Errors
    ///
    /// [`SecretError`] where the dialect cannot use it: at `standard-webhooks` anything but `whsec_`
    /// and the strict base64 of 24 to 64 bytes.
    ///
    /// ```
    /// use countersign::{Dialect, Secret, SecretError, SecretWarning};
    ///
    /// let secret = Secret::new("hunter2\n")?;
    /// let warnings = Dialect::BitbucketCloud.check_secret(&secret)?;
    /// assert_eq!(warnings, [SecretWarning::Short, SecretWarning::SurroundingWhitespace]);
    /// let refused = Dialect::StandardWebhooks.check_secret(&secret);
    /// assert_eq!(refused, Err(SecretError::NotWhsec));
    /// # Ok::<(), SecretError>(())
    /// ```
    pub fn check_secret(&self, secret: &Secret) -> Result<Vec<SecretWarning>, SecretError> {
        ask!(self, check_secret(secret))
    }

    /// What the headers of a request say about it. None of it is covered by a Bitbucket signature.
    ///
    /// Tolerant: a header that stands twice, is over 255 bytes, has a character that is not visible
    /// ASCII, or is otherwise not what it should be, is `None`.
    ///
    /// ```
    /// use countersign::{Dialect, EventKey};
    ///
    /// let headers = [("X-Event-Key", "repo:push"), ("X-Attempt-Number", "2")];
    /// let received = Dialect::BitbucketCloud.received(&headers);
    /// assert_eq!(received.event_key.as_ref().map(EventKey::as_str), Some("repo:push"));
    /// assert_eq!(received.attempt, Some(2));
    /// assert_eq!(received.request_id, None);
    /// ```
    #[must_use]
    pub fn received<H: Headers + ?Sized>(&self, headers: &H) -> Received {
        ask!(self, received(headers))
    }

    /// The event key that the body names, for dialects that put it there: at `standard-webhooks` the
    /// `type` of the JSON object. To be asked once the body is verified, where the headers gave none.
    ///
    /// One pass without allocation or recursion, and no check that the rest of the body is JSON.
    ///
    /// ```
    /// # use countersign::{Dialect, EventKey};
    /// let body = br#"{"timestamp": "2026-01-01T00:00:00Z", "type": "invoice.paid", "data": {}}"#;
    /// let key = Dialect::StandardWebhooks.event_key_of_body(body);
    /// assert_eq!(key, EventKey::parse("invoice.paid").ok());
    /// assert_eq!(Dialect::BitbucketCloud.event_key_of_body(body), None);
    /// ```
    #[must_use]
    pub fn event_key_of_body(&self, body: &[u8]) -> Option<EventKey> {
        ask!(self, event_key_of_body(body))
    }

    /// The key of the MAC that `secret` stands for.
    pub(crate) fn key(&self, secret: &Secret) -> Result<Mac, SecretError> {
        ask!(self, key(secret))
    }

    /// The text of a new secret that carries `random`.
    pub(crate) fn secret_text(&self, random: &[u8; 32]) -> Zeroizing<Vec<u8>> {
        ask!(self, secret_text(random))
    }

    /// What the headers claim about the signature, checked as far as is possible without the body.
    pub(crate) fn claim<H: Headers + ?Sized>(&self, headers: &H) -> Result<Claim, VerifyError> {
        ask!(self, claim(headers))
    }

    /// The dialect's headers apart from the signature, the event key and the attempt.
    pub(crate) fn identity(
        &self,
        outgoing: &Outgoing<'_>,
    ) -> Result<Vec<(&'static str, String)>, SignError> {
        ask!(self, identity(outgoing))
    }

    /// Those headers of [`identity`](Self::identity) that the signature covers.
    pub(crate) fn covered_headers(&self) -> &'static [&'static str] {
        ask!(self, COVERED_HEADERS)
    }

    /// The value of the signature header. `keys` is not empty, the one activated last stands last.
    pub(crate) fn signature(&self, keys: &[Mac], outgoing: &Outgoing<'_>) -> String {
        ask!(self, signature(keys, outgoing))
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Dialect {
    type Err = DialectUnknown;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().find(|dialect| dialect.as_str() == name).cloned().ok_or(DialectUnknown)
    }
}

/// A name that is no dialect's. Its `Display` lists the names that are.
///
/// ```
/// # use countersign::Dialect;
/// let error = "bitbucket".parse::<Dialect>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "not a dialect; the dialects are bitbucket-cloud, bitbucket-data-center, standard-webhooks",
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DialectUnknown;

impl fmt::Display for DialectUnknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a dialect; the dialects are ")?;
        for (position, dialect) in Dialect::ALL.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}{dialect}")?;
        }
        Ok(())
    }
}

impl core::error::Error for DialectUnknown {}

/// What the headers of a received request say, by [`Dialect::received`]. Not trustworthy by itself:
/// no Bitbucket signature covers a header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// What happened.
    pub event_key: Option<EventKey>,
    /// The id of the delivery, the same in each of its attempts. Often a UUID, but need not be.
    pub request_id: Option<String>,
    /// The number of the attempt, from 1.
    pub attempt: Option<u32>,
    /// The id of the hook at the provider.
    pub hook_id: Option<String>,
}

/// What a request claims: its digests, any of which may match, and what else the signature covers.
pub(crate) struct Claim {
    /// 1 to [`SIGNATURES_MAX`](crate::SIGNATURES_MAX).
    pub(crate) digests: Vec<[u8; DIGEST_BYTES]>,
    /// Signed before the body.
    pub(crate) prefix: Vec<u8>,
    /// When it was signed, in dialects that say so.
    pub(crate) signed_at: Option<UnixSeconds>,
}

/// Reads a header of [`Received`] that is a text of its own.
fn text<H: Headers + ?Sized>(headers: &H, name: &'static str) -> Option<String> {
    crate::headers::visible_text(headers, name).map(String::from)
}

/// Reads an event key.
fn event_key<H: Headers + ?Sized>(headers: &H, name: &'static str) -> Option<EventKey> {
    EventKey::parse(crate::headers::visible_text(headers, name)?).ok()
}

/// `id` where it can stand in a header: 1 to 255 visible ASCII characters.
fn id_to_send(id: &str, error: SignError) -> Result<String, SignError> {
    crate::headers::as_visible_text(id.as_bytes()).map(String::from).ok_or(error)
}
